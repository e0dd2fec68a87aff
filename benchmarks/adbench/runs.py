"""The objectives and their gradients as workloads, small and at random, for every engine."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from benchmarks.adbench import ba, gmm, hand, lstm
from benchmarks.engines import Engine

Run = Callable[[], list[float]]


def mixture(engine: Engine, points: int) -> Run:
    """The gradient for 3 components in 4 dimensions."""
    example = gmm.example(4, 3, points)
    return _gradient(engine, gmm.objective(engine.functions, example), example.variables())


def bundle(engine: Engine, observations: int) -> Run:
    """The Jacobians of the errors in the picture, a row at a time."""

    def component(i: int, feature: list[float]) -> Callable[[Sequence[Any]], Any]:
        error = ba.reprojection_error(engine.functions, feature)
        return lambda variables: error(variables)[i]

    rows = [
        _gradient(engine, component(i, example.feature), example.variables())
        for example in ba.examples(observations)
        for i in range(2)
    ]
    return lambda: [partial for row in rows for partial in row()]


def pose(engine: Engine, points: int) -> Run:
    """The gradient of the sum of the squared errors by the 26 numbers of the pose."""
    model, problem = hand.example(points)
    errors = hand.objective(engine.functions, model, problem)
    return _gradient(engine, lambda v: sum([e * e for e in errors(v)]), problem.pose)


def characters(engine: Engine, length: int) -> Run:
    """The gradient for 2 layers of 14 numbers."""
    task = lstm.example(2, 14, length + 1)
    return _gradient(engine, lstm.objective(engine.functions, task), task.variables())


def _gradient(engine: Engine, value: Callable[[Sequence[Any]], Any], numbers: list[float]) -> Run:
    variables = engine.variables(numbers)
    return lambda: engine.sweep(engine.record(value, variables), variables)
