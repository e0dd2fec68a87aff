"""The workloads: every engine at hand finds the same numbers, and the derivatives are right."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

from autograd import Value, relu
from benchmarks.engines import ENGINES, Engine, Function
from benchmarks.networks import phases_with_nn
from benchmarks.workloads import WORKLOADS, chain_of

SMALL = {"chain": 100, "wide": 46, "black_scholes": 3, "moons": 1, "transformer": 1, "digits": 1} | {
    "adbench_gmm": 3,
    "adbench_ba": 2,
    "adbench_hand": 2,
    "adbench_lstm": 2,
}


@pytest.fixture(autouse=True)
def _recursion_limit() -> Iterator[None]:
    """Engines that recurse raise it."""
    limit = sys.getrecursionlimit()
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.parametrize("name", [name for name in WORKLOADS if not name.startswith("adbench")])
def test_ours_the_textbook_s_and_plain_floats_agree(name: str) -> None:
    workload, units = WORKLOADS[name], SMALL[name]
    expected = workload.make(ENGINES["pure"](), units)()
    found = []
    if "textbook" in workload.engines:
        found.append(workload.make(ENGINES["textbook"](), units)())
    if workload.by_hand:
        found.append(workload.by_hand(units)())
    if workload.with_nn:
        found.append(workload.with_nn(ENGINES["pure"](), units)())
    assert found
    for numbers in found:
        assert numbers == pytest.approx(expected, rel=1e-9, abs=1e-12)


COMPARED = ["chain", "wide", "black_scholes", *(name for name in WORKLOADS if name.startswith("adbench"))]
PEERS = {"torch": "torch", "micrograd": "micrograd.engine", "xad": "xad.adj_1st", "casadi": "casadi"}


@pytest.mark.parametrize(
    ("name", "engine"), [(name, engine) for name in COMPARED for engine in PEERS if engine in WORKLOADS[name].engines]
)
def test_a_peer_agrees(name: str, engine: str) -> None:
    pytest.importorskip(PEERS[engine])
    workload, units = WORKLOADS[name], SMALL[name]
    run = workload.make(ENGINES[engine](), units)
    expected = pytest.approx(workload.make(ENGINES["pure"](), units)(), rel=1e-9)
    assert (run(), run()) == (expected, expected)


def test_a_chain_by_a_difference_quotient() -> None:
    f = chain_of(100)
    a, b, y, h = 0.999999, 1e-7, 1.0, 1e-6
    quotients = [
        (f([a + h, b, y]) - f([a - h, b, y])) / (2 * h),
        (f([a, b + h, y]) - f([a, b - h, y])) / (2 * h),
        (f([a, b, y + h]) - f([a, b, y - h])) / (2 * h),
    ]
    assert WORKLOADS["chain"].make(ENGINES["pure"](), 100)() == pytest.approx(quotients, rel=1e-6)


class Noting(Engine):
    """Ours, noting the outputs."""

    def __init__(self) -> None:
        super().__init__(Value, {"relu": relu})
        self.outputs: list[float] = []

    def record(self, function: Function, variables: list[Any]) -> Any:
        output = super().record(function, variables)
        self.outputs.append(output.data)
        return output


@pytest.mark.parametrize("name", ["moons", "digits"])
def test_the_loss_falls_in_training(name: str) -> None:
    engine = Noting()
    run = WORKLOADS[name].make(engine, 1)
    for _ in range(3):
        run()
    assert engine.outputs[0] > engine.outputs[1] > engine.outputs[2]


def test_the_parts_of_a_step_are_timed() -> None:
    assert list(phases_with_nn()) == ["forward", "backward", "SGD", "SGD with momentum", "Adam"]
