"""A piece of a batch, as a worker of a cluster computes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

pytest.importorskip("llvmlite")
pytest.importorskip("cloudpickle")

from autograd import jit
from autograd.program.batch import Batch
from autograd.program.result import DONE, OTHER_BRANCH
from autograd.program.shipped import Shipped
from autograd.program.worker import computed
from support.calls import calls

LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "as ever": lambda array: array,
    "Fortran's order": np.asfortranarray,
    "with gaps": lambda array: np.repeat(array, 2, axis=-1)[..., ::2],
    "at an odd address": lambda array: np.frombuffer(b"-" + array.tobytes(), offset=1).reshape(array.shape),
    "read-only": lambda array: np.frombuffer(array.tobytes()).reshape(array.shape),
    "32 bits": lambda array: array.astype(np.float32),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_arrays_however_they_have_travelled(layout: str) -> None:
    program = jit(lambda x, y, v, w: [x * v - y, y * w]).program(1.0, 2.0, 3.0, 4.0)
    piece = Shipped(program, (True,) * 4, (False, False, True, True), False, True)
    x = np.arange(40.0).reshape(2, 20)
    seeds = x[::-1] % 3.0 + 1.0
    points, common, given = [LAYOUTS[layout](array) for array in (x, np.array([3.0, 4.0]), seeds)]
    found = computed([np.frombuffer(piece.dumped(), np.uint8)], [points], common, given, 20)
    assert found.outputs.tolist() == [(3.0 * x[0] - x[1]).tolist(), (4.0 * x[1]).tolist()]
    assert found.adjoints.tolist() == [(3.0 * seeds[0]).tolist(), (4.0 * seeds[1] - seeds[0]).tolist()]
    assert found.sums.tolist() == [(x[0] * seeds[0]).sum(), (x[1] * seeds[1]).sum()]


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


def test_all_of_it_is_done_on_one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of a vector in which some go another way, too."""
    program = jit(lambda x: x * 2.0 if x > 0.0 else -x).program(1.0)
    piece = Shipped(program, (True,), (False,), False, True)
    batches = calls(monkeypatch, Batch, "__call__")
    x = np.array([[1.0, -1.0] * 50])
    computed([np.frombuffer(piece.dumped(), np.uint8)], [x], np.empty(0), 1.0, 100)
    assert len(batches) > 1
    assert {call.args[-1] for call in batches} == {1}
