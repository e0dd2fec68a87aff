"""Operations of the user's that compute with `math`: machine code calls them back, in programs of any length."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from autograd import PRIMITIVES, jit, primitive, value_and_grad, vmap
from autograd.engine.primitive import Primitive

pytest.importorskip("llvmlite")


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
