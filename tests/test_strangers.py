"""Whatever a reader of files is given, it ends in its error, which names the file, or in a sound object."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from support.strangers import BYTES, NO_FILES, READERS, Outcome, outcome

pytest.importorskip("numpy", reason="the reader of words needs NumPy")

TESTS = Path(__file__).parent
MEMORY = 100 * 2**20


def outcomes(reader: str, paths: list[Path]) -> list[Outcome]:
    """What comes of paths in a process of its own, which may be killed, and whose memory is its own."""
    command = [sys.executable, "-m", "support.strangers", reader, *map(str, paths)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent)])}
    done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=300)  # only if it hangs
    return [Outcome(*told) for told in json.loads(done.stdout)]


@pytest.mark.parametrize("name", READERS)
def test_what_is_no_file_is_refused(name: str, tmp_path: Path) -> None:
    paths = {what: tmp_path / f"{i}\x1b[31m" for i, what in enumerate(NO_FILES)}
    for what, path in paths.items():
        NO_FILES[what](path)
    for what, found in zip(paths, outcomes(name, [*paths.values()]), strict=True):
        assert READERS[name].error.__name__ in found.error, (what, found)
        assert str(paths[what]).replace("\x1b", r"\x1b") in found.message, what
        assert found.message.isprintable()
        assert found.grown < MEMORY, what


@pytest.mark.parametrize("name", READERS)
def test_whatever_stands_in_a_file_is_refused_or_read(name: str, tmp_path: Path) -> None:
    valid = READERS[name].valid(tmp_path / "valid")
    paths = {what: tmp_path / f"{i}\x1b[31m" for i, what in enumerate(BYTES)}
    for what, path in paths.items():
        path.write_bytes(BYTES[what](valid))
    refused = 0
    for what, found in zip(paths, outcomes(name, [*paths.values()]), strict=True):
        assert found.grown < MEMORY, what
        if found.error:
            refused += 1
            assert READERS[name].error.__name__ in found.error, (what, found)
            assert str(paths[what]).replace("\x1b", r"\x1b") in found.message, what
            assert found.message.isprintable(), what
            assert len(found.message) < 900 + len(str(tmp_path)), what
    assert refused >= 5  # any text is words


TOKENS = [b"NaN", b"-1", b"1e999", b"0", b"[", b"]", b"{}", b'"', b"\n", b" ", b"\xff", b"\0", b"null", b"9" * 30, b"e"]


def mutated(valid: bytes, generator: random.Random) -> bytes:
    """A few bytes changed, cut out, doubled or put in."""
    changed = bytearray(valid)
    for _ in range(generator.choice([1, 1, 2, 4])):
        start = generator.randrange(len(changed) + 1)
        end = min(len(changed), start + generator.choice([1, 1, 4, 30]))
        changed[start:end] = generator.choice(
            [b"", changed[start:end] * 2, bytes([generator.randrange(256)]), generator.choice(TOKENS)]
        )
    return bytes(changed)


@pytest.mark.parametrize("name", READERS)
def test_changed_files_are_refused_or_read(name: str, tmp_path: Path) -> None:
    """The changes are drawn anew from one seed."""
    reader, generator = READERS[name], random.Random(f"strangers {name}")
    valid, path = reader.valid(tmp_path / "valid"), tmp_path / "changed"
    read = 0
    for _ in range(500):
        path.write_bytes(mutated(valid, generator))
        found = outcome(reader, path)
        if found.error:
            assert reader.error.__name__ in found.error
            assert str(path) in found.message
            assert found.message.isprintable()
        read += not found.error
    assert read < 500


@pytest.mark.parametrize("name", READERS)
def test_what_is_valid_is_read(name: str, tmp_path: Path) -> None:
    """Or the other tests could not fail."""
    path = tmp_path / "valid"
    path.write_bytes(READERS[name].valid(path))
    READERS[name].read(path)
    with pytest.raises(FileNotFoundError):
        READERS[name].read(tmp_path / "nowhere")
