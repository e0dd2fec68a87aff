"""What is written in C by hand: lengths and powers, against Python's."""

from __future__ import annotations

import math
import random
import struct
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from autograd import PRIMITIVES
from autograd.formulas import c_runtime
from autograd.formulas.c import c_functions, c_value
from support.c_code import Call, bits, needs_c, run_c

CORNERS = [0.0, -0.0, 1.0, 3.0, 4.0, math.inf, -math.inf, math.nan, 5e-324, sys.float_info.min, sys.float_info.max]


def random_number(generator: random.Random, kind: int) -> float:
    """Moderate, of any size, subnormal, near the smallest normal, huge, whole, or any bits there are."""
    match kind:
        case 0:
            return generator.gauss(0.0, 1.0)
        case 1:
            return generator.uniform(-1.0, 1.0) * 10.0 ** generator.randint(-200, 200)
        case 2:
            return generator.uniform(-1.0, 1.0) * 2.0 ** generator.randint(-1070, -1022)
        case 3:
            return generator.uniform(-1.0, 1.0) * 2.0 ** generator.randint(-1030, -1000)
        case 4:
            return generator.uniform(-1.0, 1.0) * sys.float_info.max
        case 5:
            return float(generator.randint(-100, 100))
        case 6:
            return float(struct.unpack("d", generator.randbytes(8))[0])
        case _:
            return generator.choice(CORNERS)


def random_vector(generator: random.Random) -> list[float]:
    kinds = [generator.randrange(8)] if generator.random() < 0.7 else range(8)
    return [random_number(generator, generator.choice(kinds)) for _ in range(generator.randint(2, 10))]


@needs_c
def test_length_is_that_of_this_python(tmp_path: Path) -> None:
    generator = random.Random(1)
    vectors = [random_vector(generator) for _ in range(100_000)]
    bodies = [
        f"out[0] = {c_value(PRIMITIVES['norm'], [f'v[{i}]' for i in range(n)]).expression};" for n in range(2, 11)
    ]
    calls = [Call(len(vector) - 2, vector, 1) for vector in vectors]
    found = run_c(c_functions([PRIMITIVES["norm"]]), bodies, calls, tmp_path)
    assert [bits(y) for [y] in found] == [bits(math.hypot(*vector)) for vector in vectors]


@needs_c
@pytest.mark.parametrize("version", ["3.11", "3.12"])
def test_lengths_of_both_methods_are_correctly_rounded(version: str, tmp_path: Path) -> None:
    length = {"3.11": c_runtime.LENGTH_3_11, "3.12": c_runtime.LENGTH_3_12}[version]
    generator = random.Random(2)
    pairs = [[random_number(generator, i % 2) * 1e-50 for _ in range(2)] for i in range(2_000)]
    head = f"#include <float.h>\n#include <math.h>\n{length}"
    found = run_c(head, ["out[0] = row_norm(2, v);"], [Call(0, pair, 1) for pair in pairs], tmp_path)
    for [y], pair in zip(found, pairs, strict=True):
        square = sum(Fraction(x) ** 2 for x in pair)
        below, above = (Fraction(y) + Fraction(math.nextafter(y, end)) for end in (0.0, math.inf))
        assert below**2 <= 4 * square <= above**2  # no other double is nearer


@needs_c
def test_power_is_that_of_this_python_whatever_the_exponent_is_known_to_be(tmp_path: Path) -> None:
    generator = random.Random(3)
    exponents = [2.0, -1.0, 0.5, 1.0, 0.0, 3.0, -2.0]
    calls = [Call(i, [generator.uniform(0.5, 2.5)], 1) for _ in range(5_000) for i in range(len(exponents))]
    bodies = [f"out[0] = {c_value(PRIMITIVES['pow'], ['v[0]', x]).expression};" for x in exponents]
    found = run_c(c_functions([PRIMITIVES["pow"]]), bodies, calls, tmp_path)
    assert [y for [y] in found] == [call.v[0] ** exponents[call.function] for call in calls]
    assert any(call.v[0] ** 2.0 != call.v[0] * call.v[0] for call in calls)  # what a compiler would compute instead
