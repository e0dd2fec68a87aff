"""Tiny files in MNIST's format."""

from __future__ import annotations

import gzip
from pathlib import Path


def idx(shape: tuple[int, ...], elements: bytes, kind: int = 8) -> bytes:
    return bytes([0, 0, kind, len(shape)]) + b"".join(n.to_bytes(4, "big") for n in shape) + elements


def write_part(folder: Path, part: str, labels: list[int], width: int = 2) -> None:
    """One picture per label, all of whose pixels are twenty times the label."""
    pixels = b"".join(bytes([20 * label] * width * width) for label in labels)
    (folder / f"{part}-images-idx3-ubyte").write_bytes(idx((len(labels), width, width), pixels))
    packed = gzip.compress(idx((len(labels),), bytes(labels)))
    (folder / f"{part}-labels-idx1-ubyte.gz").write_bytes(packed)
