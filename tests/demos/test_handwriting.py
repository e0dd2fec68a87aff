"""The IDX reader, on tiny files written here; on the real ones where MNIST_DIR names them."""

from __future__ import annotations

import gzip
import os
import sys
import tracemalloc
from pathlib import Path

import pytest

from demos.handwriting import DataError, Handwriting, handwriting, mnist, read_idx, scikit_learn_digits
from support.idx import idx, write_part


def pairs(data: Handwriting) -> list[tuple[list[float], int]]:
    return [
        *zip(data.train_images, data.train_labels, strict=True),
        *zip(data.test_images, data.test_labels, strict=True),
    ]


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_reads_shape_and_elements_in_order(tmp_path: Path, pack) -> None:
    path = tmp_path / "file"
    path.write_bytes(pack(idx((2, 1, 3), bytes([1, 2, 3, 4, 5, 255]))))
    assert read_idx(path) == ((2, 1, 3), bytes([1, 2, 3, 4, 5, 255]))


def test_dimensions_are_big_endian_and_four_bytes_wide(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"\0\0\x08\x01" + b"\0\0\x01\x02" + bytes(258))
    assert read_idx(path)[0] == (258,)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["00 00 08", "nothing"]),
        (b"PK\x03\x04 a zip file", ["expected an IDX file", "50 4b 03 04"]),
        (idx((0xFFFFFFFF,) * 4, b"1"), ["no more than 67,108,864 elements", "says 4294967295×42949"]),
        (gzip.compress(idx((2,), b"12"), mtime=0) * 2, ["gzip", "something behind"]),
        (idx((2,), b"12345678", kind=0x0D), ["type 08", "type 0d"]),
        (b"\0\0\x08\x03\0\0\0\x02", ["header of 16 bytes", "found 8", "truncated"]),
        (idx((2, 2, 2), b"1234567"), ["2×2×2 = 8 bytes", "found 7", "truncated"]),
        (idx((2,), b"123"), ["expected 2 = 2 bytes", "found more", "behind"]),
        (gzip.compress(idx((2,), b"12"), mtime=0)[:-9], ["gzip", "damaged"]),
        (b"\x1f\x8b and then something else", ["gzip", "damaged"]),
    ],
)
def test_a_truncated_or_foreign_file_is_named_with_what_was_expected_and_found(
    tmp_path: Path, content: bytes, words: list[str]
) -> None:
    path = tmp_path / "t10k-images-idx3-ubyte"
    path.write_bytes(content)
    with pytest.raises(DataError, match="t10k-images-idx3-ubyte: expected ") as error:
        read_idx(path)
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize(
    "content",
    [
        idx((0xFFFFFFFF, 28, 28), b"1"),
        idx((0xFFFF, 28, 28), b"1"),
        gzip.compress(idx((2,), bytes(50_000_000))),
        gzip.compress(idx((50_000_000 // 784, 28, 28), bytes(50_000_000))),
    ],
    ids=["terabytes are promised", "megabytes are promised", "more than is promised", "more than elements are wanted"],
)
def test_a_hostile_file_takes_no_more_memory_than_it_holds(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "t10k-images-idx3-ubyte"
    path.write_bytes(content)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match="t10k-images-idx3-ubyte: expected "):
            read_idx(path, most=60_000_000 if b"1" in content else 10_000)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


def test_pixels_are_shades_between_0_and_1_and_stay_with_their_labels(tmp_path: Path) -> None:
    write_part(tmp_path, "train", list(range(10)))
    write_part(tmp_path, "t10k", [7, 3])
    data = mnist(tmp_path, train=6, test=5)
    assert (len(data.train_images), len(data.test_images), data.width) == (6, 2, 2)
    assert all(image == [20 * label / 255] * 4 for image, label in pairs(data))
    assert sorted(data.test_labels) == [3, 7]
    assert len(set(data.train_labels)) == 6


def test_the_test_files_alone_are_divided_without_a_picture_in_both_parts(tmp_path: Path) -> None:
    write_part(tmp_path, "t10k", list(range(10)))
    data = mnist(tmp_path, train=100, test=100)
    assert "test files" in data.source
    assert (len(data.train_labels), len(data.test_labels)) == (8, 2)
    assert sorted(data.train_labels + data.test_labels) == list(range(10))


def test_too_few_pictures_to_divide_are_refused(tmp_path: Path) -> None:
    write_part(tmp_path, "t10k", [1, 2, 3])
    with pytest.raises(DataError, match=r"expected at least 4 pictures.*found 3"):
        mnist(tmp_path, 2, 1)


def test_the_choice_follows_the_seed(tmp_path: Path) -> None:
    write_part(tmp_path, "t10k", list(range(10)))
    assert mnist(tmp_path, 8, 2, seed=1) == mnist(tmp_path, 8, 2, seed=1)
    assert mnist(tmp_path, 8, 2, seed=1) != mnist(tmp_path, 8, 2, seed=2)


def test_pictures_and_labels_must_belong_together(tmp_path: Path) -> None:
    write_part(tmp_path, "t10k", [1, 2, 3])
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(idx((2,), b"\1\2"))
    with pytest.raises(DataError, match=r"t10k-labels-idx1-ubyte.gz: expected 3 labels, .*found 2"):
        mnist(tmp_path, 2, 1)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").write_bytes(idx((3,), b"\1\2\x0a"))
    with pytest.raises(DataError, match="expected labels from 0 to 9, found 10"):
        mnist(tmp_path, 2, 1)


@pytest.mark.parametrize("shape", [(4,), (1, 2, 3), (0, 2, 2)])
def test_pictures_must_be_square(tmp_path: Path, shape: tuple[int, ...]) -> None:
    write_part(tmp_path, "t10k", [1])
    elements = 1
    for size in shape:
        elements *= size
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(idx(shape, bytes(elements)))
    with pytest.raises(DataError, match="t10k-images-idx3-ubyte: expected square pictures"):
        mnist(tmp_path, 1, 1)


def test_training_and_test_pictures_must_be_of_one_size(tmp_path: Path) -> None:
    write_part(tmp_path, "train", [1], width=3)
    write_part(tmp_path, "t10k", [1], width=2)
    with pytest.raises(DataError, match="3×3 for training and 2×2 for testing"):
        mnist(tmp_path, 1, 1)


def test_a_folder_without_the_files_says_which_it_misses(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"t10k-images-idx3-ubyte.*no such files.*MNIST_DIR"):
        mnist(tmp_path, 1, 1)
    with pytest.raises(FileNotFoundError, match="no such folder"):
        mnist(tmp_path / "absent", 1, 1)
    write_part(tmp_path, "t10k", [1])
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(FileNotFoundError, match=r"expected t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz"):
        mnist(tmp_path, 1, 1)


def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    write_part(tmp_path, "t10k", [1, 2, 3, 4])
    images = tmp_path / "t10k-images-idx3-ubyte"
    images.unlink()
    os.mkfifo(images)
    with pytest.raises(DataError, match="t10k-images-idx3-ubyte is a pipe, not a file"):
        mnist(tmp_path, 1, 1)
    with pytest.raises(FileNotFoundError):
        read_idx(tmp_path / "absent")


def test_there_are_not_more_pictures_than_any_set_has(tmp_path: Path) -> None:
    write_part(tmp_path, "t10k", [1])
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(idx((2**17 + 1, 1, 1), bytes(2**17 + 1)))
    with pytest.raises(DataError, match="expected no more than 131,072 pictures, found 131073"):
        mnist(tmp_path, 1, 1)


def test_the_variable_chooses_the_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_part(tmp_path, "t10k", [1, 2, 3, 4])
    monkeypatch.setenv("MNIST_DIR", str(tmp_path))
    assert "MNIST" in handwriting(3, 1).source
    monkeypatch.delenv("MNIST_DIR")
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    assert "scikit-learn" in handwriting(3, 1).source


def test_the_digits_of_scikit_learn() -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    data = scikit_learn_digits(1437, 360)
    assert (len(data.train_images), len(data.test_images), data.width) == (1437, 360, 8)
    assert all(len(image) == 64 and 0.0 <= min(image) < max(image) <= 1.0 for image, _ in pairs(data))
    assert set(data.train_labels) == set(data.test_labels) == set(range(10))


def test_without_scikit_learn_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ModuleNotFoundError, match=r"scikit-learn.*pip install"):
        scikit_learn_digits(3, 1)


@pytest.mark.skipif("MNIST_DIR" not in os.environ, reason="MNIST_DIR names no folder with the IDX files")
def test_the_real_files() -> None:
    data = handwriting(200, 100)
    assert (len(data.train_images), len(data.test_images), data.width) == (200, 100, 28)
    assert set(data.train_labels) == set(range(10))
    assert all(max(image) > 0.9 and image[0] == 0.0 for image, _ in pairs(data))  # ink somewhere, and a blank margin
