"""Every reader of files in the project, and what a stranger may put in a file's place.

As a program, `python -m support.strangers READER PATH...`: reads the paths, one after the other, and tells as JSON what
came of each, and by how many bytes the memory of the process has grown.
"""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import pickle
import random
import re
import resource
import socket
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import nn
from autograd import Program
from benchmarks.adbench import ba, gmm, hand, lstm
from demos import nist
from demos.gpt_training import read_words
from demos.handwriting import DataError, read_idx
from support.edits import sealed
from support.idx import idx
from support.saved_programs import recorded


class Reader(NamedTuple):
    """A reader of files.

    Attributes:
        read: it.
        valid: a file that it takes.
        error: what it raises for any other.
    """

    read: Callable[[Path], Any]
    valid: Callable[[Path], bytes]
    error: type[ValueError] = ValueError


def _model(path: Path) -> bytes:
    model = nn.MLP(2, [2, 1], seed=1)
    optimizer = nn.Adam(model.parameters(), 0.1)
    optimizer.step()
    model.save(path, optimizer, random.Random(1))
    return path.read_bytes()


def _program(path: Path) -> bytes:
    recorded().save(path)
    return path.read_bytes()


MIXTURE = "2 1 3\n0.5\n1 2\n1 2 3\n" + "1.5 -2\n" * 3 + "1.0 2\n"
OBSERVATION = f"1 1 1\n{'0.5 ' * 11}\n1 2 3\n0.25\n1 -1\n"
HAND = "2 1\n0 1 2 3\n1 1 2 3\n" + "0.5\n" * 26
TASK = "1 2 1\n" + "1 2 3 4\n" * 2 + "1\n" * 3 + "2 2\n" * 2 + "1 0\n" * 2

READERS = {
    "nn.load": Reader(nn.load, _model),
    "Program.load": Reader(Program.load, _program),
    "nist": Reader(nist.read, lambda path: (nist.DATA / "Misra1a.dat").read_bytes()),
    "idx": Reader(read_idx, lambda path: idx((3, 2, 2), bytes(12)), DataError),
    "packed idx": Reader(read_idx, lambda path: gzip.compress(idx((3, 2, 2), bytes(12)), mtime=0), DataError),
    "words": Reader(lambda path: read_words(str(path)), lambda path: "ada\nadam\nagnès\n".encode(), DataError),
    "gmm": Reader(gmm.read, lambda path: MIXTURE.encode()),
    "ba": Reader(ba.read, lambda path: OBSERVATION.encode()),
    "hand": Reader(hand.read, lambda path: HAND.encode()),
    "lstm": Reader(lstm.read, lambda path: TASK.encode()),
}


# -- what is put in a file's place ------------------------------------------------------------------------------------


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made, contextlib.chdir(path.parent):  # a socket's path must be short
        made.bind(path.name)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**36)


def _zeros_packed(start: bytes) -> bytes:
    """A gzip file of a quarter of a million bytes that unpacks to a quarter of a billion."""
    pack = zlib.compressobj(wbits=31)
    pieces = [pack.compress(start), *(pack.compress(bytes(2**20)) for _ in range(256)), pack.flush()]
    return b"".join(pieces)


NO_FILES: dict[str, Callable[[Path], object]] = {
    "a folder": Path.mkdir,
    "a pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a socket": _socket,
    "64 gigabytes": _sparse,
}
"""What is no file, and a file that is too long for every reader."""

BYTES: dict[str, Callable[[bytes], bytes]] = {
    "nothing": lambda valid: b"",
    "one byte": lambda valid: valid[:1],
    "half": lambda valid: valid[: len(valid) // 2],
    "all but its end": lambda valid: valid[:-7],
    "bytes that are no text": lambda valid: valid[:20] + b"\xff\xfe\x80" * 1000 + valid[20:],
    "control characters": lambda valid: valid[:20] + b"\x1b[31m\x1b]0;\x07\x00" * 1000 + valid[20:],
    "zeros": lambda valid: bytes(2**20),
    "a pickle": lambda valid: pickle.dumps(os.getcwd),
    "brackets": lambda valid: b"[" * 10**6,
    "nested lists": lambda valid: b"[" * 10**5 + b"]" * 10**5,
    "nested objects": lambda valid: b'{"content":' * 10**5 + b"1" + b"}" * 10**5,
    "a long number": lambda valid: b"9" * 10**6,
    "a long line": lambda valid: valid + b"e" * 2**24,
    "a long line of spaces": lambda valid: valid[:100] + b" " * 60_000 + valid[100:],
    "empty lines": lambda valid: valid[:100] + b"\n" * 60_000 + valid[100:],
    "many models": lambda valid: valid[:100] + b"y =\n" * 14_000 + valid[100:],
    "many sums": lambda valid: valid[:1000] + b"y = + e + e +\n" * 4_000 + valid[1000:],
    "NaN for numbers": lambda valid: re.sub(rb"\d+\.\d+", b"NaN", valid),
    "infinity for numbers": lambda valid: re.sub(rb"\d+\.\d+", b"Infinity", valid),
    "more than floats hold": lambda valid: re.sub(rb"\d+\.\d+", b"1e999", valid),
    "long whole numbers": lambda valid: re.sub(rb"\d+", b"1" + b"0" * 400, valid),
    "negative numbers": lambda valid: re.sub(rb"\d+", b"-5", valid),
    "a gzip bomb": lambda valid: _zeros_packed(idx((2**16, 32, 32), b"")),
    "a gzip bomb that says so": lambda valid: _zeros_packed(idx((2**17, 1024, 1024), b"")),
    "gzip's own name without end": lambda valid: b"\x1f\x8b\x08\x08" + bytes(6) + b"x" * 2**24,
    "many gzip files": lambda valid: gzip.compress(b"", mtime=0) * 50_000,
    "a header that promises terabytes": lambda valid: idx((2**32 - 1,) * 255, b"1"),
    "a billion units": lambda valid: sealed(nn.files.KIND, _units(10**9)),
    "many units": lambda valid: sealed(nn.files.KIND, _units(10**4)),
}
"""What may stand in a file, made from what it should have."""


def _units(count: int) -> dict[str, Any]:
    layer = {"class": "Layer", "module": "nn", "architecture": {"inputs": count, "units": count}, "parameters": {}}
    return {"model": layer}


# -- the program ------------------------------------------------------------------------------------------------------


class Outcome(NamedTuple):
    """What came of a path.

    Attributes:
        error: the type of the error and its bases; empty if an object was made of it.
        message: its text.
        grown: by how many bytes the process has grown so far, at most.
    """

    error: list[str]
    message: str
    grown: int


def outcome(reader: Reader, path: Path, before: int = 0) -> Outcome:
    kinds, message = [], ""
    try:
        reader.read(path)
    except Exception as error:
        kinds, message = [kind.__name__ for kind in type(error).__mro__], str(error)
    return Outcome(kinds, message, largest() - before)


def largest() -> int:
    """How many bytes of memory the process had at most."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


if __name__ == "__main__":
    chosen, before = READERS[sys.argv[1]], largest()
    print(json.dumps([outcome(chosen, Path(path), before) for path in sys.argv[2:]]))
