"""C code compiled and run: functions of arrays of doubles, called at many points in one process."""

from __future__ import annotations

import math
import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from autograd.formulas.c import C_FLAGS

COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")

needs_c = pytest.mark.skipif(COMPILER is None, reason="no C compiler (`cc`, `gcc` or `clang`)")

_WARNINGS = ["-Wall", "-Wextra", "-pedantic", "-Werror", "-Wno-unknown-pragmas", "-Wno-unused-parameter"]
_MAIN = """
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  double call[3]; /* which function, how many numbers go in, how many come out */
  while (fread(call, sizeof(double), 3, stdin) == 3) {
    const size_t count = (size_t)call[1], results = (size_t)call[2];
    double *v = malloc((count + 1) * sizeof(double)), *out = malloc((results + 1) * sizeof(double));
    if (fread(v, sizeof(double), count, stdin) != count) return 1;
    functions[(size_t)call[0]](v, out);
    fwrite(out, sizeof(double), results, stdout);
    free(v);
    free(out);
  }
  return 0;
}
"""


class Call(NamedTuple):
    """A call of one of the functions.

    Attributes:
        function: its place among the bodies.
        v: the numbers it reads.
        results: how many numbers it writes.
    """

    function: int
    v: Sequence[float]
    results: int


def run_c(head: str, bodies: Sequence[str], calls: Sequence[Call], directory: Path) -> list[list[float]]:
    """What functions write: `head` and then, for each body, `void (const double *v, double *out) { body }`."""
    functions = [f"static void f{i}(const double *v, double *out) {{\n{body}\n}}" for i, body in enumerate(bodies)]
    names = ", ".join(f"f{i}" for i in range(len(bodies)))
    table = f"static void (*const functions[])(const double *, double *) = {{{names}}};"
    (directory / "program.c").write_text("\n\n".join([head, *functions, table, _MAIN]))
    command = [str(COMPILER), *C_FLAGS, "-O2", *_WARNINGS, "program.c", "-o", "program", "-lm"]
    compiled = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert compiled.returncode == 0, compiled.stderr[:4000]
    told = b"".join(struct.pack(f"={3 + len(v)}d", i, len(v), results, *v) for i, v, results in calls)
    heard = subprocess.run([str(directory / "program")], input=told, capture_output=True, check=True).stdout
    numbers = iter(struct.unpack(f"={len(heard) // 8}d", heard))
    return [[next(numbers) for _ in range(call.results)] for call in calls]


def bits(x: float | None) -> str:
    """What two numbers have in common if they are the same to the last bit, the sign of a zero included; NaN is NaN."""
    return "None" if x is None else "nan" if math.isnan(x) else x.hex()
