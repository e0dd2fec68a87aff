"""The benchmark of recorded programs: its numbers by hand, its checks, its interleaving and its report."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import pytest

import autograd
from autograd import value_and_grad
from benchmarks import environments
from benchmarks.bars import Ratio
from benchmarks.environments import Environment
from benchmarks.measure import Size, Timing
from benchmarks.programs import formulas, measure, ours, recorders, report, training, worker
from benchmarks.programs.formulas import Run
from benchmarks.programs.measure import (
    Measured,
    build_ratios,
    fastest,
    measure_builds,
    measure_task,
    merged,
    task_ratios,
)
from benchmarks.programs.tasks import BUILDERS, TASKS, Bar, Contender, Task
from benchmarks.transformer import WORD, initial_weights, mean_loss
from benchmarks.workloads import chain_of

ROOT = Path(__file__).parent.parent.parent


def by_ours(f: Callable[[Sequence[Any]], Any], x: list[float]) -> list[float]:
    value, gradient = value_and_grad(f)(x)
    return [value, *gradient]


# ----- the numbers by hand ------------------------------------------------------------------------------------------


def test_a_chain_in_closed_form() -> None:
    columns = formulas.chain_points(3)
    rows = [by_ours(chain_of(200), list(point)) for point in zip(*columns, strict=True)]
    expected = [number for column in zip(*rows, strict=True) for number in column]
    assert formulas.chain_by_hand(200, columns) == pytest.approx(expected, rel=1e-10)


def test_an_option_by_its_formulas() -> None:
    columns = formulas.option_columns(3)
    price = formulas.price_of(autograd)
    rows = [by_ours(lambda option: price(*option), list(option)) for option in zip(*columns, strict=True)]
    expected = [number for column in zip(*rows, strict=True) for number in column]
    assert formulas.option_by_hand(columns) == pytest.approx(expected, rel=1e-10)


def test_a_network_by_hand() -> None:
    parameters, point = formulas.moons_parameters(), [0.5, -0.25]
    expected = by_ours(lambda p: formulas.score(p, point, autograd.tanh), parameters)
    assert formulas.score_by_hand(parameters, point) == pytest.approx(expected, rel=1e-10, abs=1e-15)


def test_the_moons_by_hand() -> None:
    parameters = formulas.moons_parameters()
    points, sides = formulas.two_moons(formulas.BATCH)

    def loss(p: Sequence[Any]) -> Any:
        return autograd.mean(
            [formulas.hinge(p, point, side, autograd.relu) for point, side in zip(points, sides, strict=True)]
        )

    assert formulas.hinge_by_hand(parameters) == pytest.approx(by_ours(loss, parameters), rel=1e-9, abs=1e-14)


def test_digits_by_numpy_go_down_the_gradient() -> None:
    pytest.importorskip("numpy")
    run = training.numpy_digits(1)
    losses = [run.step() for _ in range(4)]
    assert losses == sorted(losses, reverse=True)
    assert losses[0] > losses[-1]


def test_a_transformer_s_loss_with_an_engine_s_own_functions() -> None:
    weights = initial_weights(autograd.Value)
    expected = mean_loss(weights, WORD).data
    assert mean_loss(weights, WORD, autograd.softmax).data == pytest.approx(expected, rel=1e-12)


# ----- peers --------------------------------------------------------------------------------------------------------


def test_casadi_finds_the_numbers() -> None:
    pytest.importorskip("casadi")
    chain = recorders.casadi_chain(100)
    chain.step()
    worker.compare(chain.numbers(None), formulas.chain_by_hand(100, [[x] for x in formulas.START]))
    for name in ("network", "option"):
        for contender in TASKS[name].contenders.values():
            if contender.engine == "casadi":
                run = contender.make()
                (expected,) = TASKS[name].expected()
                worker.compare(run.numbers(run.step()), expected)


@pytest.mark.parametrize("name", ["moons", "digits"])
def test_pytorch_finds_the_numbers(name: str) -> None:
    pytest.importorskip("torch")
    run = TASKS[name].contenders["torch 1"].make()
    for expected in TASKS[name].expected():
        worker.compare(run.numbers(run.step()), expected)


@pytest.mark.parametrize("name", ["network", "option", "moons", "digits", "transformer"])
def test_ours_finds_the_numbers(name: str) -> None:
    run = TASKS[name].contenders["ours"].make()
    for expected in TASKS[name].expected():
        worker.compare(run.numbers(run.step()), expected)


def test_ours_finds_the_numbers_of_batches() -> None:
    run = ours.chain_batch(1, 20)
    worker.compare(
        run.numbers(run.step()),
        formulas.chain_by_hand(formulas.OPERATIONS, formulas.chain_points(20)),
    )


# ----- the worker ---------------------------------------------------------------------------------------------------


def test_what_is_wrong_is_not_timed() -> None:
    worker.compare([1.0, 2.0], [1.0 + 1e-10, 2.0])
    worker.compare([1e-16, 2.0], [0.0, 2.0])
    with pytest.raises(ValueError, match=r"number 1 is 2\.1, not 2\.0"):
        worker.compare([1.0, 2.1], [1.0, 2.0])
    with pytest.raises(ValueError, match="number 0 is nan"):
        worker.compare([math.nan], [1.0])
    with pytest.raises(ValueError, match="1 numbers, not 2"):
        worker.compare([1.0], [1.0, 2.0])


def small(step: Callable[[], float], *expected: float) -> Task:
    contender = Contender("made up", "compiled", lambda: Run(step, lambda number: [number]))
    return Task("A task", "thing", 10, lambda: [[number] for number in expected], {"ours": contender}, ())


def test_first_the_first_steps_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = count(1)
    monkeypatch.setitem(TASKS, "counting", small(lambda: float(next(steps)), 1.0, 2.0, 3.0))
    assert next(worker.repetitions("counting", "ours")) > 0.0
    monkeypatch.setitem(TASKS, "counting", small(lambda: 1.0, 1.0, 2.0))
    with pytest.raises(ValueError, match=r"number 0 is 1\.0, not 2\.0"):
        next(worker.repetitions("counting", "ours"))


def test_a_build_is_checked_and_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    built = []

    def make(operations: int) -> Run:
        built.append(operations)
        numbers = formulas.chain_by_hand(operations, [[x] for x in formulas.START])
        return Run(lambda: numbers, lambda result: result)

    monkeypatch.setitem(BUILDERS, "made up", ("made up", "compiled", make))
    peaks = iter([100.0, 150.0])
    assert worker.build("made up", 1000, lambda: next(peaks))["peak"] == 50.0
    assert built == [100, 1000]


# ----- measuring ----------------------------------------------------------------------------------------------------


class Made:
    """A worker's stand-in, which answers at once and says what it was asked."""

    asked: ClassVar[list[tuple[str, ...]]] = []

    def __init__(self, environment: Environment, code: Path, engine: str, *what: str) -> None:
        self.what = what
        self.seconds = {"ours": 1.0, "casadi": 4.0, "aadc": 2.0}.get(
            what[2] if what[0] == "--program" else what[1], 1.0
        )

    def answer(self) -> dict[str, Any]:
        Made.asked.append(self.what)
        if self.what[-1] == "aadc compiled":
            raise RuntimeError("number 0 is 1.0, not 2.0")
        if self.what[0] == "--build":
            return {"seconds": self.seconds * int(self.what[2]) * 1e-5, "peak": 100.0 * int(self.what[2])}
        return {"ready": self.seconds / 20_000}

    def repeat(self) -> dict[str, Any]:
        Made.asked.append(self.what[1:])
        return {"seconds": self.seconds / 20_000}

    def stop(self) -> None:
        pass


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    monkeypatch.setattr(measure, "Worker", Made)
    Made.asked = []
    return Made.asked


HERE = Environment(Path(sys.executable), "")


def measured_chain(rounds: int, patience: float) -> Measured:
    engines = {"programs": HERE, "casadi": HERE, "aadc": HERE}
    return measure_task("chain", engines, {}, ROOT, rounds, patience, lambda _: None)


def test_rounds_go_through_all_contenders_as_far_as_patience_lasts(made: list[tuple[str, ...]]) -> None:
    found = measured_chain(3, 8.0)
    assert made[4:] == [("chain", n) for n in ("ours", "casadi", "aadc", "ours", "casadi", "aadc", "ours", "aadc")]
    assert {key: len(timing.seconds) for key, timing in found.timings.items()} == {"ours": 3, "casadi": 2, "aadc": 3}
    assert found.missing == {"aadc compiled": "number 0 is 1.0, not 2.0"}


def test_passes_are_merged_round_by_round() -> None:
    """So that what was measured one after the other is compared; who failed once is left out, and said why."""
    first = Measured({"ours": Timing([1.0, 2.0, 3.0]), "slow": Timing([10.0]), "ill": Timing([5.0])})
    second = Measured({"ours": Timing([4.0, 5.0]), "slow": Timing([20.0])}, {"ill": "it was"})
    found = merged([first, second])
    assert {key: timing.seconds for key, timing in found.timings.items()} == {
        "ours": [1.0, 4.0, 2.0, 5.0, 3.0],
        "slow": [10.0, 20.0],
    }
    assert found.missing == {"ill": "it was"}


def test_an_engine_that_is_not_there_is_said_so(made: list[tuple[str, ...]]) -> None:
    found = measure_task("option", {"casadi": HERE}, {"jax": "no network"}, ROOT, 1, 9.0, lambda _: None)
    assert found.missing["jax"] == "no network"
    assert list(found.timings) == ["casadi", "casadi buffers"]


def test_building_stops_where_it_would_take_too_long(made: list[tuple[str, ...]]) -> None:
    """Ours takes 10 µs an operation here, CasADi 40."""
    builds, failed = measure_builds({"programs": HERE, "casadi": HERE}, ROOT, 2, 15.0, lambda _: None)
    assert {name: list(sizes) for name, sizes in builds.items()} == {
        "ours": list(measure.SIZES),
        "casadi": list(measure.SIZES[:-1]),
    }
    assert all(len(rounds) == 2 for sizes in builds.values() for rounds in sizes.values())
    assert failed == {}


def test_a_size_that_takes_long_has_fewer_rounds(made: list[tuple[str, ...]]) -> None:
    """A million operations take 10 s here; the first three rounds are 30 s, and a fourth would be more than 25."""
    builds, _ = measure_builds({"programs": HERE}, ROOT, 9, 25.0, lambda _: None)
    assert [len(rounds) for rounds in builds["ours"].values()] == [9, 9, 9, 9, 3]


def test_the_ratios_of_a_task(made: list[tuple[str, ...]]) -> None:
    ratios = task_ratios(TASKS["chain"], measured_chain(3, 100.0))
    assert [(r.what, r.peer, r.by_round.median, r.bar, r.met) for r in ratios] == [
        ("ours", "CasADi, `Function` with buffers", 0.25, 0.4, True),
        ("ours", "AADC, `evaluate` as recorded", 0.5, 0.1, False),
    ]


def test_a_promise_that_was_not_measured_is_said_so() -> None:
    by_peer, by_the_other = measure.unmeasured(TASKS["moons"], Measured({"torch 1": Timing([1.0])}, {"ours": "broken"}))
    assert by_peer.endswith("**ours**: broken; PyTorch, tensors, 2 threads: not measured")
    assert by_the_other.endswith("**ours**: broken; micrograd: not measured")
    alone = Measured({"ours": Timing([1.0]), "torch 1": Timing([1.0]), "micrograd": Timing([1.0])})
    assert measure.unmeasured(TASKS["moons"], alone) == []


def test_a_promise_in_seconds() -> None:
    (ratio,) = task_ratios(TASKS["option"], Measured({"ours": Timing([3e-6, 3e-6])}))
    assert (ratio.by_round.median, ratio.bar, ratio.met) == (pytest.approx(1.5), 1.0, False)


def test_the_fastest_peer_counts() -> None:
    bar = Bar("ours", ("torch 1", "torch 2"), 1.0)
    assert fastest(bar, {"torch 1": Timing([2.0]), "torch 2": Timing([1.0])}) == "torch 2"
    assert fastest(bar, {"torch 1": Timing([2.0])}) == "torch 1"
    assert fastest(bar, {}) is None


def sizes_of(operations: int, *seconds: float) -> list[Size]:
    return [Size(operations, s, 0.0, 0.0) for s in seconds]


def test_the_ratios_of_building() -> None:
    builds = {
        "ours": {1000: sizes_of(1000, 0.3, 0.4), 20_000: sizes_of(20_000, 6.0)},
        "casadi": {1000: sizes_of(1000, 0.1, 0.1), 100_000: sizes_of(100_000, 1.0)},
        "drjit": {20_000: sizes_of(20_000, 200.0)},
    }
    small, large = build_ratios(builds)
    assert (small.by_round.median, small.bar, small.met) == (pytest.approx(3.5), 3.5, True)
    assert (large.by_round.median, large.bar, large.peer) == (pytest.approx(0.03), 0.05, "Dr.Jit, LLVM")


# ----- tables of tasks and the report -------------------------------------------------------------------------------


def test_bars_name_contenders_and_contenders_name_environments() -> None:
    for task in TASKS.values():
        assert {c.engine for c in task.contenders.values()} <= set(environments.RECORDERS)
        for bar in task.bars:
            assert {bar.ours, *bar.peers} <= set(task.contenders)
        assert {ours for ours, _ in task.ceilings} <= set(task.contenders)
    assert {engine for _, engine, _ in BUILDERS.values()} <= set(environments.RECORDERS)
    assert set(environments.PACKAGES) == {*environments.NODES, *environments.RECORDERS}


def test_the_report_has_all_tables(tmp_path: Path) -> None:
    measured = {"moons": Measured({"ours": Timing([4e-5, 4e-5])}, {"micrograd": "no network"})}
    builds = {"casadi": {100_000: sizes_of(100_000, 1.0, 2.0, 1.5)}}
    ratio = Ratio("A task", "ours", "CasADi", Timing([1.0]), Timing([4.0]), 0.4, 0.31)
    path = tmp_path / "PROGRAMS.md"
    report.write(path, measured, builds, {"drjit": "no LLVM"}, [ratio], {"casadi": "3.8"}, {"jax": "no wheel"}, "it")
    text = path.read_text(encoding="utf-8")
    assert "| jax | not installed: no wheel |" in text
    assert "| ours | 1 s | CasADi | 4 s | 0.25 | — | ≤ 0.4 (aim 0.31) | yes |" in text
    assert "| **ours** | 40 µs | 0% |" in text
    assert "| micrograd | not measured: no network | — |" in text
    assert "| CasADi | 100,000 | 1.5 | 15 µs | 0 |" in text
    assert "| Dr.Jit, LLVM | not built: no LLVM | — | — | — |" in text
