"""Operations of the user's that compute with `math`: machine code calls them back, in programs of any length."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from autograd import PRIMITIVES, jit, primitive, value_and_grad, vmap
from autograd.engine.primitive import Primitive
from autograd.support.floats import PLAIN_ZERO

pytest.importorskip("llvmlite")

from autograd.program.callbacks import partials_of, value_of


@pytest.fixture
def angle() -> Iterator[Primitive]:
    """Rules that no formula can be made of."""
    yield primitive(
        "angle",
        lambda a, b: math.atan2(a, b),
        lambda a, b, y: (b / math.hypot(a, b) ** 2, -a / math.hypot(a, b) ** 2),
    )
    del PRIMITIVES["angle"]


@pytest.mark.usefixtures("nothing_is_computed_again")
@pytest.mark.parametrize("links", [1, 3, 150])
@pytest.mark.parametrize("constant", [None, 0.0, -0.0, 0.5])
def test_values_and_gradients_are_eager_s(angle: Primitive, constant: float | None, links: int) -> None:
    """With numbers in place of operands, too, among them 0."""

    def f(x: Any, y: Any) -> Any:
        for _ in range(links):
            x = angle(x + 0.5, y if constant is None else constant) * y + x * 0.25
        return x

    replayed, eager = value_and_grad(jit(f), (0, 1)), value_and_grad(f, (0, 1))
    points = [(1.0, 2.0), (0.25, -1.5), (3.0, 0.5)]
    for point in points:
        assert replayed(*point) == eager(*point)
    values, slopes = vmap(replayed)(*np.array(points).T)
    for k, point in enumerate(points):
        assert (values[k], (slopes[0][k], slopes[1][k])) == eager(*point)


def test_an_error_of_theirs_is_raised(angle: Primitive) -> None:
    replayed = value_and_grad(jit(lambda x: angle(x, 0.0)))
    assert replayed(2.0) == (math.pi / 2.0, 0.0)
    with pytest.raises(ZeroDivisionError):
        replayed(0.0)
    with pytest.raises(ZeroDivisionError, match="in row 1 of the batch"):
        vmap(replayed)(np.array([1.0, 0.0]))


def called(function: Any, given: list[float], count: int) -> list[float]:
    """What it writes where there is room for so many numbers, 7.0 in each, and one more."""
    room = (ctypes.c_double * (count + 1))(*[7.0] * (count + 1))
    function((ctypes.c_double * len(given))(*given), room)
    assert room[count] == 7.0
    return list(room)[:count]


def test_what_is_written_for_machine_code(angle: Primitive) -> None:
    """A value or a partial for each operand, and of each whether it holds."""
    value, partials = value_of(angle, 2), partials_of(angle, 2, ())
    assert called(value, [1.0, 2.0], 2) == [math.atan2(1.0, 2.0), 1.0]
    assert called(partials, [1.0, 2.0, 0.5], 5) == [
        2.0 / math.hypot(1.0, 2.0) ** 2,
        1.0,
        -1.0 / math.hypot(1.0, 2.0) ** 2,
        1.0,
        1.0,
    ]
    assert called(partials, [0.0, 0.0, 0.5], 5)[4] == 0.0


@pytest.fixture
def steep() -> Iterator[Primitive]:
    """Nothing flows into the second of its operands, and the third may not be negative."""
    yield primitive(
        "steep",
        lambda a, b, c: a * math.sqrt(c) + math.floor(b),
        lambda a, b, c, y: (math.sqrt(c), None, 0.5 * a / math.sqrt(c)),
    )
    del PRIMITIVES["steep"]


def test_an_error_and_what_does_not_flow_are_written(steep: Primitive) -> None:
    value, partials = value_of(steep, 3), partials_of(steep, 3, ())
    assert called(value, [3.0, 1.5, 4.0], 2) == [7.0, 1.0]
    assert called(value, [3.0, 1.5, -4.0], 2)[1] == 0.0
    assert called(partials, [3.0, 1.5, 4.0, 7.0], 7) == [2.0, 1.0, 0.0, 0.0, 0.75, 1.0, 1.0]
    assert called(partials, [3.0, 1.5, 0.0, 7.0], 7)[6] == 0.0


@pytest.mark.parametrize("plain", [(), (0,), (1,), (0, 1)])
def test_rules_are_told_which_zeros_are_plain_numbers(plain: tuple[int, ...]) -> None:
    seen: list[Any] = []

    class Row:
        def partials_at(self, xs: list[Any], y: float) -> tuple[float, float]:
            seen.extend([*[x is PLAIN_ZERO for x in xs], y])
            return 1.0, 2.0

    row: Any = Row()
    assert called(partials_of(row, 2, plain), [0.0, 0.0, 5.0], 5) == [1.0, 1.0, 2.0, 1.0, 1.0]
    assert called(partials_of(row, 2, plain), [1.0, 3.0, 6.0], 5) == [1.0, 1.0, 2.0, 1.0, 1.0]
    assert seen == [0 in plain, 1 in plain, 5.0, False, False, 6.0]
