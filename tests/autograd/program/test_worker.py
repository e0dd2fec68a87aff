"""A piece of a batch, as a worker of a cluster computes it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

pytest.importorskip("llvmlite")
pytest.importorskip("cloudpickle")

from autograd import jit
from autograd.program.result import DONE, OTHER_BRANCH
from autograd.program.shipped import Shipped
from autograd.program.worker import computed


@pytest.mark.parametrize("count", [1, 3, 8, 17, 200])
@pytest.mark.parametrize("way", [1.0, -1.0])
@pytest.mark.parametrize("seeds", ["one", "each"])
def test_points_that_pass_the_guards_are_done_and_the_others_are_left(seeds: str, way: float, count: int) -> None:
    """Those of a vector of which only some pass, too; whole numbers have exact sums."""
    program = jit(lambda x, w: x * w * w if x > 0.0 else x - w).program(way, 3.0)
    piece = Shipped(program, (True, True), (False, True), False, True)
    x = np.array([[(k * 5) % 7 - 3.0 for k in range(count)]])
    given: Any = 2.0 if seeds == "one" else np.array([[k % 3 + 1.0 for k in range(count)]])
    found = computed([np.frombuffer(piece.dumped(), np.uint8)], [x], np.array([3.0]), given, count)
    by_w = 0.0
    for k, a in enumerate(x[0].tolist()):
        if (a > 0.0) is not (way > 0.0):
            assert found.status[k] == OTHER_BRANCH
            continue
        u = 2.0 if seeds == "one" else k % 3 + 1.0
        assert found.status[k] == DONE
        assert found.outputs[0, k] == (9.0 * a if way > 0.0 else a - 3.0)
        assert found.adjoints[0, k] == u * (9.0 if way > 0.0 else 1.0)
        by_w += u * (6.0 * a if way > 0.0 else -1.0)
    assert found.sums.tolist() == [by_w]
