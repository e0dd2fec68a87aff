"""A program's C file, compiled and called from here."""

from __future__ import annotations

import ctypes
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from autograd import Program
from autograd.formulas.c import C_FLAGS
from support.c_code import COMPILER

_WARNINGS = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-Wno-unknown-pragmas", "-Wno-unused-parameter"]
_WARNINGS += ["-Wno-unused-function"]  # of the file's head


class Outcome(NamedTuple):
    """What a call wrote; `adjoints` are empty where only values were wanted."""

    status: int
    outputs: list[float]
    adjoints: list[float]


class Library:
    """A compiled program.

    Args:
        program: what to compile.
        directory: where.
        level: of optimisation.
        name: of the function; None for the program's own.
    """

    def __init__(self, program: Program, directory: Path, level: str = "-O1", name: str | None = None) -> None:
        self._program = program
        source = program.to_c(name)
        directory = Path(tempfile.mkdtemp(dir=directory))  # a library is loaded once from a path
        (directory / "program.c").write_text(source, encoding="utf-8")
        command = [
            str(COMPILER),
            *C_FLAGS,
            level,
            *_WARNINGS,
            "-shared",
            "-fPIC",
            "program.c",
            "-o",
            "program.so",
            "-lm",
        ]
        compiled = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
        assert compiled.returncode == 0, compiled.stderr[:4000]
        signature = next(line for line in source.splitlines() if line.startswith("int ") and "_gradient" not in line)
        self.name = signature.removeprefix("int ").partition("(")[0]
        library = ctypes.CDLL(str(directory / "program.so"))
        self._values, self._gradient = library[self.name], library[f"{self.name}_gradient"]

    def values(self, *numbers: float) -> Outcome:
        """The outputs."""
        outputs = _doubles([7.0] * len(self._program.outputs))
        status = self._values(_doubles(numbers), outputs)
        return Outcome(status, outputs[: len(self._program.outputs)], [])

    def gradient(self, numbers: Sequence[float], cotangents: Sequence[float]) -> Outcome:
        """The outputs and the adjoints of the inputs."""
        outputs, adjoints = _doubles([7.0] * len(cotangents)), _doubles([7.0] * len(numbers))
        status = self._gradient(_doubles(numbers), _doubles(cotangents), outputs, adjoints)
        return Outcome(status, outputs[: len(cotangents)], adjoints[: len(numbers)])


def _doubles(numbers: Sequence[float]) -> ctypes.Array[ctypes.c_double]:
    return (ctypes.c_double * max(1, len(numbers)))(*numbers)
