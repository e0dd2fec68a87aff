"""ADBench's four objectives: values and derivatives against the references that the benchmark publishes.

The files lie in the folder ADBENCH_DIR: https://github.com/microsoft/ADBench, folder `data`, and `references.json`.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import grad, jacobian, jit, value_and_grad
from benchmarks.adbench import ba, gmm, hand, lstm

FOLDER = os.environ.get("ADBENCH_DIR", "")
needs_files = pytest.mark.skipif(not FOLDER, reason="ADBENCH_DIR names no folder with ADBench's files")
OURS = {name: getattr(autograd, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tanh", "logsumexp")}
FLOATS = {name: getattr(math, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tanh")}
FLOATS["logsumexp"] = autograd.logsumexp


def file(name: str) -> Path:
    return Path(FOLDER) / name


def assert_published(name: str, found: Sequence[float]) -> None:
    """Each number to 1e-12 of its own size; one that is nothing beside the largest, to 1e-14 of that."""
    expected: list[float] = json.loads(file("references.json").read_text())[name]
    assert len(found) == len(expected)
    tiny = 1e-14 * max(map(abs, expected))
    wrong = [(i, x, y) for i, (x, y) in enumerate(zip(found, expected, strict=True)) if abs(x - y) > bar(y, tiny)]
    assert wrong == []


def bar(expected: float, tiny: float) -> float:
    return max(1e-12 * abs(expected), tiny)


@pytest.fixture(params=[lambda f: f, jit], ids=["eager", "jit"])
def way(request: pytest.FixtureRequest) -> Any:
    return request.param


@needs_files
def test_gaussian_mixture(way: Any) -> None:
    mixture = gmm.read(file("gmm_test.txt"))
    value, gradient = value_and_grad(way(gmm.objective(OURS, mixture)))(mixture.variables())
    assert value == pytest.approx(8.07380408004975791, rel=1e-12)
    assert_published("gmm", gradient)


@needs_files
def test_bundle_adjustment(way: Any) -> None:
    """The references repeat the rows of one error for each of ten observations, and then the weights' ten."""
    one = ba.read(file("ba_test.txt"))
    rows = jacobian(way(ba.reprojection_error(OURS, one.feature)))(one.variables())
    by_weight = grad(way(ba.weight_error))(one.weight)
    assert_published("ba", [*(x for row in rows for x in row)] * 10 + [by_weight] * 10)


@needs_files
def test_hand(way: Any) -> None:
    model, problem = hand.read_model(file("hand_model")), hand.read(file("hand_test.txt"))
    rows = jacobian(way(hand.objective(OURS, model, problem)))(problem.pose)
    assert_published("hand", [x for column in zip(*rows, strict=True) for x in column])


@needs_files
def test_hand_with_points_on_triangles(way: Any) -> None:
    """The references have two columns for the places in the triangles, for each point by its own."""
    model, problem = hand.read_model(file("hand_model")), hand.read(file("hand_complicated_test.txt"))
    pairs = jacobian(way(hand.objective(OURS, model, problem)), argnums=(0, 1))(problem.pose, problem.places)
    rows = [[*by_places[i // 3], *by_pose] for i, (by_pose, by_places) in enumerate(pairs)]
    assert_published("hand_comp", [x for column in zip(*rows, strict=True) for x in column])


@needs_files
def test_lstm() -> None:
    """1,023 characters, eleven in a program that is recorded once."""
    task = lstm.read(file("lstm_l2_c1024.txt"))
    value, gradient = value_and_grad(lstm.objective(OURS, task, jit, 11))(task.variables())
    assert value == pytest.approx(0.66666518, abs=5e-9)
    assert_published("lstm", gradient)


# ---------------------------------------------------------------------------------------------------------------------
# Without the files


def test_a_gradient_of_the_lstm_is_the_same_however_it_is_divided() -> None:
    task = lstm.example(2, 3, 7)
    expected = value_and_grad(lstm.objective(OURS, task))(task.variables())
    assert expected[0] == lstm.objective(FLOATS, task)(task.variables())
    for together in (1, 2, 3):
        value, gradient = value_and_grad(lstm.objective(OURS, task, jit, together))(task.variables())
        assert value == pytest.approx(expected[0], rel=1e-14)
        assert gradient == pytest.approx(expected[1], rel=1e-12)


def quotient(f: Any, xs: Sequence[float], i: int) -> float:
    """Richardson's extrapolation of two central differences."""

    def difference(h: float) -> float:
        up, down = ([*xs[:i], xs[i] + s * h, *xs[i + 1 :]] for s in (1.0, -1.0))
        return float((f(up) - f(down)) / (2.0 * h))

    return (4.0 * difference(5e-4) - difference(1e-3)) / 3.0


def test_gradients_are_those_of_difference_quotients() -> None:
    mixture, task, observation = gmm.example(2, 3, 4), lstm.example(2, 2, 3), ba.examples(1)[0]
    cases = [
        (gmm.objective, mixture, mixture.variables()),
        (lstm.objective, task, task.variables()),
        (lambda f, o: lambda v: ba.reprojection_error(f, o.feature)(v)[0], observation, observation.variables()),
    ]
    for make, data, variables in cases:
        gradient = grad(make(OURS, data))(variables)
        plain = make(FLOATS, data)
        expected = [quotient(plain, variables, i) for i in range(len(variables))]
        assert gradient == pytest.approx(expected, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("axis", [[0.3, -0.5, 0.7], [1e-9, 0.0, 0.0], [0.0, 0.0, 0.0]])
def test_a_rotation_keeps_lengths_and_its_axis(axis: list[float]) -> None:
    rotate = ba.rotation(FLOATS)
    turned = rotate(axis, [1.0, 2.0, 3.0])
    assert ba.dot(turned, turned) == pytest.approx(14.0, rel=1e-14)
    assert rotate(axis, axis) == pytest.approx(axis, abs=1e-15)
