"""Batches cut into pieces, whose sums are added up; of whole numbers every order gives the same sum."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from autograd import sqrt, value_and_grad, vmap

pytest.importorskip("llvmlite")


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.program.entry._SUMMED", 400)
    monkeypatch.setattr("autograd.program.entry._WORTHWHILE", 400)


@pytest.mark.parametrize("cores", [1, 2, 5])
@pytest.mark.parametrize("count", [1, 8, 100, 1001, 5000])
def test_every_piece_is_in_the_sums(count: int, cores: int) -> None:
    x = np.arange(count) % 7 - 3.0
    mapped = vmap(lambda w, x: (w * x + 1.0) * w + x, in_axes=(None, 0), reduce="sum", threads=cores)
    step = value_and_grad(mapped, argnums=(0, 1))
    for w in (2.0, -3.0, 5.0):
        value, (by_w, by_x) = step(w, x)
        assert value == sum((w * a + 1.0) * w + a for a in x.tolist())
        assert by_w == sum(2.0 * w * a + 1.0 for a in x.tolist())
        assert by_x.tolist() == [w * w + 1.0] * count


@pytest.mark.parametrize("cores", [1, 2])
@pytest.mark.parametrize("infinite", [[], [0], [9, 700], [999]])
def test_a_slope_that_is_infinite_is_in_the_sum_and_its_neighbours_are_once(infinite: list[int], cores: int) -> None:
    """A vector that leaves the reals on the way back is summed again without it."""
    x = np.array([3.0, 0.0] * 500)
    x[infinite] = 4.0
    mapped = vmap(lambda w, c, x: sqrt(w - x) + c, in_axes=(None, None, 0), reduce="sum", threads=cores)
    step: Any = value_and_grad(mapped, argnums=(0, 1))
    for _ in range(2):
        value, (by_w, by_c) = step(4.0, 1.0, x)
        assert value == sum(math.sqrt(4.0 - a) + 1.0 for a in x.tolist())
        assert by_w == (math.inf if infinite else 375.0)
        assert by_c == 1000.0
