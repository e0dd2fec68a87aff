"""Exercises drawn at random: the same for a seed, solvable by hand, refused with a reason."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import Value, kinks, no_grad, practice, walkthrough
from autograd.views.practice.exercise import Exercise

KNOWN = {
    (0, 1): "f = u + v at u = 3, v = 2",
    (7, 1): "f = v − u at v = −0.5, u = 0.5",
    (0, 2): "p = v − u; f = p² at v = 3, u = −2",
    (7, 2): "p = v − u; f = p² at v = −0.5, u = 0.5",
    (2026, 2): "p = −u; f = v/p at v = 4, u = −0.5",
    (0, 3): "p = min(u, w); q = |p|; f = v/q at v = −2, u = 1.5, w = −0.5",
    (7, 3): "p = u·v; q = min(p, v); f = |q| at u = 0.5, v = −1.5",
    (2026, 3): "p = min(u, v); q = p²; f = min(q, u) at u = −0.5, v = −3",
    (0, 4): "p = max(u, w); q = √(p); r = min(q, u); f = r² at u = 4, w = −0.5",
    (7, 4): "p = u + v; q = min(p, w); r = q·u; f = log(r) at u = 2, v = −1.5, w = 4",
    (2026, 4): "p = √(u); q = max(p, u); r = v − q; f = w − r at w = −0.5, v = −3, u = 4",
}


@pytest.mark.parametrize(("seed", "level"), KNOWN)
def test_a_seed_is_the_same_exercise_in_every_version(seed: int, level: int) -> None:
    assert repr(practice(seed, level=level)) == f"<exercise {KNOWN[seed, level]}; practice(seed={seed}, level={level})>"


def rebuilt(exercise: Exercise) -> Value:
    """The exercise computed again from its inputs, as a graph."""
    values: list[Any] = []
    for node in exercise.nodes:
        leaf = node.data if node.kind == "number" else Value(node.data, label=node.name)
        values.append(node.primitive(*(values[i] for i in node.operands)) if node.primitive else leaf)
    result: Value = values[-1]
    return result


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_it_can_be_solved_by_hand(level: int) -> None:
    for seed in range(60):
        exercise = practice(seed, level=level)
        y = rebuilt(exercise)
        assert kinks(y) == []
        assert sum(node.primitive is not None for node in exercise.nodes) == level
        inputs = [node.data for node in exercise.nodes if node.kind == "variable"]
        assert len(set(inputs)) == len(inputs) >= 2
        asked = [x for step in exercise for x in (step.new, step.local, step.contribution) if x is not None]
        assert all(x == round(x, 3) for x in asked)
        assert all(abs(x) < 1000.0 for x in asked)
        y.backward()
        again = walkthrough(y)
        assert list(exercise.gradients) == list(again.gradients)
        assert any(v.grad for v in autograd.variables(y))


def test_each_level_has_operations_of_its_own() -> None:
    used = []
    for level in (1, 2, 3, 4):
        exercises = [practice(seed, level=level) for seed in range(60)]
        used.append({node.primitive.name for one in exercises for node in one.nodes if node.primitive})
    assert used[0] == {"add", "sub", "mul"}
    assert used[1] - used[0] == {"div", "pow", "neg"}
    assert used[2] - used[1] == {"maximum", "minimum", "relu", "abs"}
    assert used[3] - used[2] == {"exp", "log", "sqrt", "tanh", "sigmoid"}


def test_without_a_seed_it_tells_which_was_drawn() -> None:
    drawn = practice()
    assert 0 <= drawn.seed < 10_000
    assert repr(practice(drawn.seed)) == repr(drawn)
    assert f"practice(seed={drawn.seed}, level=2)" in repr(drawn)


def test_it_asks_first_wherever_it_is_shown(tmp_path: Path) -> None:
    exercise = practice(seed=7)
    assert exercise.practising
    assert not walkthrough(rebuilt(exercise)).practising
    assert '"ask":true' in exercise.save_html(tmp_path / "exercise.html").read_text(encoding="utf-8")
    assert set(exercise._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_where_nothing_is_recorded_it_is_drawn_all_the_same() -> None:
    with no_grad():
        assert repr(practice(seed=7)) == repr(practice(seed=7))


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"seed": "7"}, TypeError("practice: seed must be an int, got str '7'")),
        ({"seed": 1.0}, TypeError("practice: seed must be an int, got float 1.0")),
        ({"seed": True}, TypeError("practice: seed must be an int, got bool True")),
        ({"seed": -1}, ValueError("practice: seed must be 0 or more, and have no more than 18 digits, got -1")),
        (
            {"seed": 10**5000},
            ValueError("practice: seed must be 0 or more, and have no more than 18 digits, got <int of 16610 bits>"),
        ),
        ({"level": 0}, ValueError("practice: level must be from 1 to 4, got 0")),
        ({"level": 5}, ValueError("practice: level must be from 1 to 4, got 5")),
        ({"level": "2"}, TypeError("practice: level must be an int, got str '2'")),
        ({"level": None}, TypeError("practice: level must be an int, got NoneType None")),
    ],
)
def test_what_is_refused(arguments: dict[str, Any], error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        practice(**arguments)
    assert str(caught.value) == str(error)


def test_a_large_seed_is_a_seed() -> None:
    assert repr(practice(10**18 - 1)).endswith(f"practice(seed={10**18 - 1}, level=2)>")
