"""Real handwritten digits: MNIST's IDX files where there are some, else scikit-learn's small set."""

from __future__ import annotations

import io
import math
import os
import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from autograd.support.errors import one_line
from autograd.support.files import PIECE, open_whole, path_shown

Image = list[float]
"""One picture, row by row: 0.0 is paper, 1.0 is ink."""

UNSIGNED_BYTE = 0x08
GZIP = b"\x1f\x8b"
MOST_BYTES = 2**26
"""How many bytes an IDX file may have, packed or not: MNIST's largest has 47 million."""

MOST_PICTURES = 2**17
_LONGEST_HEADER = 4 + 4 * 255

_SHADES = [pixel / 255.0 for pixel in range(256)]


class DataError(ValueError):
    """A file that is not what it should be; the message says which, what was expected and what was found."""


@dataclass(frozen=True)
class Handwriting:
    """Pictures of the ten digits and what they show, in two parts that share no picture.

    Attributes:
        source: where they come from, in a few words.
        width: pixels in a row of a picture; the pictures are square.
    """

    source: str
    width: int
    train_images: list[Image]
    train_labels: list[int]
    test_images: list[Image]
    test_labels: list[int]


def handwriting(train: int, test: int, seed: int = 0) -> Handwriting:
    """MNIST from the folder that `MNIST_DIR` names; without that variable, scikit-learn's digits.

    Args:
        train: how many pictures to learn from, at most.
        test: how many others to test on, at most.
        seed: for the choice of pictures.

    Raises:
        FileNotFoundError: if the folder has no such files.
        DataError: if a file is not a sound IDX file of digits.
        ModuleNotFoundError: if scikit-learn is needed and missing.
    """
    folder = os.environ.get("MNIST_DIR")
    return mnist(Path(folder), train, test, seed) if folder else scikit_learn_digits(train, test, seed)


def scikit_learn_digits(train: int, test: int, seed: int = 0) -> Handwriting:
    """The 1,797 real digits of 8×8 pixels that are installed with scikit-learn.

    Raises:
        ModuleNotFoundError: if scikit-learn is missing.
    """
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"the handwritten digits come with scikit-learn, which could not be imported ({error}); "
            "install it with: pip install scikit-learn",
            name=error.name,
        ) from None
    digits = load_digits()
    images = [[pixel / 16.0 for pixel in image] for image in digits.data.tolist()]
    labels = digits.target.tolist()
    chosen, tested = _divide(len(images), train, test, seed)
    return Handwriting(
        "scikit-learn's digits, 8×8 pixels",
        8,
        [images[i] for i in chosen],
        [labels[i] for i in chosen],
        [images[i] for i in tested],
        [labels[i] for i in tested],
    )


def mnist(folder: Path, train: int, test: int, seed: int = 0) -> Handwriting:
    """Digits of MNIST, from IDX files, gzipped or not, under the names they are published with.

    Without the training files (`train-images…`) both parts are taken from the test files (`t10k-images…`).

    Raises:
        FileNotFoundError: if neither pair of files is in the folder.
        DataError: if a file is not a sound IDX file, or holds no pictures of digits.
    """
    place = path_shown(folder)
    if not list(folder.glob("t10k-images*")):
        raise FileNotFoundError(
            f"{place}: expected MNIST's files t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte (or .gz), found "
            + ("no such files" if folder.is_dir() else "no such folder")
            + "; correct MNIST_DIR or --data (document 003 takes scikit-learn's digits without)"
        )
    test_width, test_images, test_labels = _read_pair(folder, "t10k")
    if list(folder.glob("train-images*")):
        source = "MNIST"
        width, train_images, train_labels = _read_pair(folder, "train")
        if width != test_width:
            raise DataError(
                f"{place}: expected pictures of one size, found {width}×{width} for training and "
                f"{test_width}×{test_width} for testing"
            )
        chosen = _shuffled(len(train_images), seed)[:train]
        tested = _shuffled(len(test_images), seed)[:test]
    else:
        source = "MNIST's test files"
        width, train_images, train_labels = test_width, test_images, test_labels
        if len(test_images) < 4:
            raise DataError(
                f"{place}: expected at least 4 pictures, to learn from and to test on, found {len(test_images)}"
            )
        chosen, tested = _divide(len(test_images), train, test, seed)
    return Handwriting(
        f"{source}, {width}×{width} pixels",
        width,
        [_shades(train_images[i]) for i in chosen],
        [train_labels[i] for i in chosen],
        [_shades(test_images[i]) for i in tested],
        [test_labels[i] for i in tested],
    )


def read_idx(path: Path, most: int = MOST_BYTES) -> tuple[tuple[int, ...], bytes]:
    """The shape and the contents of an IDX file of unsigned bytes, gzipped or not.

    The format: two zero bytes, one that names the type of the elements, one that counts the dimensions, each dimension
    as four bytes, most significant first, then the elements (http://yann.lecun.com/exdb/mnist).

    Args:
        path: of the file.
        most: how many elements it may have.

    Raises:
        DataError: if the file is truncated, is not such a file, or has more elements.
        OSError: if it can't be read.
    """
    place = path_shown(path)
    try:
        file = open_whole(path, place, MOST_BYTES)
    except ValueError as error:
        raise DataError(str(error)) from None
    with file:
        pieces = _unpacked(file, place)
        start = b""
        while len(start) < _LONGEST_HEADER and (piece := next(pieces, b"")):
            start += piece
        shape = _shape(start, place)
        expected, product = math.prod(shape), one_line("×".join(map(str, shape)), 60)
        if expected > most:
            raise DataError(f"{place}: expected no more than {most:,} elements, found a header that says {product}")
        elements = io.BytesIO()
        elements.write(start[4 + 4 * len(shape) :])
        while elements.tell() <= expected and (piece := next(pieces, b"")):  # on to the end, to see whether it is there
            elements.write(piece)
    if (count := elements.tell()) != expected:
        found = f"{count}; the file is truncated" if count < expected else "more; there is something behind them"
        raise DataError(f"{place}: expected {product} = {expected} bytes after the header, found {found}")
    return shape, elements.getvalue()


def _shape(start: bytes, place: str) -> tuple[int, ...]:
    """The dimensions that a header says."""
    if len(start) < 4 or start[:2] != b"\0\0":
        found = start[:4].hex(" ") or "nothing"
        raise DataError(f"{place}: expected an IDX file, which begins with the bytes 00 00 08, found {found}")
    kind, dimensions = start[2], start[3]
    if kind != UNSIGNED_BYTE:
        raise DataError(f"{place}: expected elements of type 08 (unsigned bytes), found type {kind:02x}")
    length = 4 + 4 * dimensions
    if len(start) < length:
        raise DataError(f"{place}: expected a header of {length} bytes, found {len(start)}; the file is truncated")
    return tuple(int.from_bytes(start[i : i + 4], "big") for i in range(4, length, 4))


def _unpacked(file: BinaryIO, place: str) -> Iterator[bytes]:
    """What a file holds, unpacked if it is a gzip file. In pieces: a few bytes may unpack to any number.

    Raises:
        DataError: if it is not one gzip file, whole.
    """
    packed = file.read(PIECE)
    if not packed.startswith(GZIP):
        while packed:
            yield packed
            packed = file.read(PIECE)
        return
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)  # with gzip's header and checksum
    damaged = f"{place}: expected a gzip file, found a damaged one"
    while not unpack.eof:
        try:
            piece = unpack.decompress(packed, PIECE)
        except zlib.error as error:
            raise DataError(f"{damaged} ({error}); fetch it again") from None
        if piece:
            yield piece
        elif not packed:
            raise DataError(f"{damaged} (it ends too early); fetch it again")
        packed = unpack.unconsumed_tail or file.read(PIECE)
    if unpack.unused_data or packed:
        raise DataError(f"{damaged} (there is something behind it); fetch it again")


def _read_pair(folder: Path, part: str) -> tuple[int, list[bytes], list[int]]:
    """The width of the pictures, the pictures and the labels of one part, `train` or `t10k`."""
    image_path, label_path = (
        _find(folder, f"{part}-images", "idx3-ubyte"),
        _find(folder, f"{part}-labels", "idx1-ubyte"),
    )
    shape, pixels = read_idx(image_path)
    if len(shape) != 3 or shape[1] != shape[2] or 0 in shape:
        sizes = "×".join(map(str, shape))
        raise DataError(
            f"{path_shown(image_path)}: expected square pictures (three dimensions, such as 10000×28×28), found "
            + one_line(sizes, 60)
        )
    if shape[0] > MOST_PICTURES:
        raise DataError(f"{path_shown(image_path)}: expected no more than {MOST_PICTURES:,} pictures, found {shape[0]}")
    label_shape, labels = read_idx(label_path, most=shape[0])
    if label_shape != shape[:1]:
        sizes = "×".join(map(str, label_shape))
        raise DataError(
            f"{path_shown(label_path)}: expected {shape[0]} labels, one per picture, found {one_line(sizes, 60)}"
        )
    if max(labels) > 9:
        raise DataError(f"{path_shown(label_path)}: expected labels from 0 to 9, found {max(labels)}")
    area = shape[1] * shape[2]
    return shape[1], [pixels[i : i + area] for i in range(0, len(pixels), area)], list(labels)


def _find(folder: Path, stem: str, kind: str) -> Path:
    """The one file of that name; some publish it with a dot (`train-images.idx3-ubyte`)."""
    for separator in "-.":
        for ending in ("", ".gz"):
            path = folder / f"{stem}{separator}{kind}{ending}"
            if path.exists():  # a pipe, say, is refused where it is read
                return path
    raise FileNotFoundError(f"{path_shown(folder)}: expected {stem}-{kind} or {stem}-{kind}.gz, found neither")


def _shades(pixels: bytes) -> Image:
    return [_SHADES[pixel] for pixel in pixels]  # the same 256 floats everywhere: a third of the memory


def _shuffled(count: int, seed: int) -> list[int]:
    return random.Random(seed).sample(range(count), count)


def _divide(count: int, train: int, test: int, seed: int) -> tuple[list[int], list[int]]:
    """The pictures of one set to learn from, and to test on: others, and at most a quarter of all."""
    order = _shuffled(count, seed)
    tested = order[: min(test, count // 4)]
    return order[len(tested) :][:train], tested
