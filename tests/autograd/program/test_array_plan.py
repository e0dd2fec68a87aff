"""Gradients at one point by arrays: from the second call on they are copied, not taken apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import exp, grad, jit, log, value_and_grad
from autograd.program.jit import Jitted
from support.calls import calls

RANDOM = np.random.default_rng(0)


def weighted(w: Any, x: Any, c: Any) -> Any:
    rows = w["rows"]
    hidden = [exp(-(a * a)) * c for row in rows for a in row]
    return sum(h * b for h, b in zip(hidden, [*x, *x, *x], strict=False)) + w["shift"][0] * w["scale"]


def arguments() -> tuple[Any, Any, Any]:
    rows = RANDOM.normal(size=(2, 3))
    return {"rows": rows, "shift": (RANDOM.normal(), 2.0), "scale": 3.0}, RANDOM.normal(size=3).tolist(), 1.5


def assert_same(found: Any, expected: Any) -> None:
    """The same structure, types, shapes and bits."""
    assert type(found) is type(expected)
    if isinstance(found, dict):
        assert found.keys() == expected.keys()
        for key in found:
            assert_same(found[key], expected[key])
    elif isinstance(found, (list, tuple)):
        assert len(found) == len(expected)
        for a, b in zip(found, expected, strict=True):
            assert_same(a, b)
    elif isinstance(found, np.ndarray):
        assert found.shape == expected.shape
        assert found.tolist() == expected.tolist()
    else:
        assert found == expected


@pytest.mark.parametrize("argnums", [0, 1, 2, (0, 2), (2, 1, 0)])
@pytest.mark.parametrize("transform", [grad, value_and_grad])
def test_every_call_is_eager_s(transform: Any, argnums: Any) -> None:
    replayed, eager = transform(jit(weighted), argnums=argnums), transform(weighted, argnums=argnums)
    for _ in range(4):
        given = arguments()
        assert_same(replayed(*given), eager(*given))


def test_results_are_not_overwritten_by_the_next_call() -> None:
    step = value_and_grad(jit(lambda w: (w * w).sum()))
    first = step(np.array([1.0, 2.0]))
    second = step(np.array([3.0, 4.0]))
    third = step(np.array([5.0, 6.0]))
    assert [gradient.tolist() for _, gradient in (first, second, third)] == [[2.0, 4.0], [6.0, 8.0], [10.0, 12.0]]


def test_shapes_types_and_branches_may_change_from_call_to_call() -> None:
    def f(w: Any) -> Any:
        return sum(a * a if a > 0.0 else -a for a in w)

    step = value_and_grad(jit(f))
    for w in ([1.0, 2.0], [3.0, -1.0], [1.0, 2.0, 3.0], [-1.0, -2.0], [3.0, 4.0]):
        for given in (np.array(w), w, tuple(w), np.array(w, dtype=np.float32), np.array(w)[::-1]):
            assert_same(step(given), value_and_grad(f)(given))


def test_whole_numbers_are_numbers() -> None:
    step = value_and_grad(jit(lambda w, k: sum(a * k for a in w)))
    for k in (1, 2, 3):
        value, gradient = step(np.array([1.0, 2.0]), k)
        assert (value, gradient.tolist()) == (3.0 * k, [float(k), float(k)])


def test_a_point_that_leaves_the_reals_raises_what_eager_raises_and_the_next_one_works() -> None:
    step = value_and_grad(jit(lambda w: log(w[0]) + w[1]))
    assert step(np.array([1.0, 2.0]))[0] == 2.0
    assert step(np.array([2.0, 2.0]))[1].tolist() == [0.5, 1.0]
    with pytest.raises(ValueError, match="log"):
        step(np.array([-1.0, 2.0]))
    assert step(np.array([4.0, 2.0]))[1].tolist() == [0.25, 1.0]


@pytest.mark.parametrize("steps", [(2, 3, 4, 2), (2.0, 3.0, 2.0), ((1, 2), (2, 2), (1, 2)), (2, 2.5, "three", 2)])
@pytest.mark.parametrize("static", [{"static_argnums": 1}, {"static_argnames": "n"}])
@pytest.mark.parametrize("x", [1.5, [1.5, 2.0], np.array([1.5, 2.0])])
def test_static_arguments_are_not_taken_for_numbers(x: Any, static: dict[str, Any], steps: tuple[Any, ...]) -> None:
    """Of a function that may make anything of them."""

    def f(x: Any, n: Any) -> Any:
        factor = {2: 5.0, 3: 7.0, (1, 2): 11.0}.get(n, 13.0)
        return squares(x) * factor

    for transform in (grad, value_and_grad):
        step = transform(jit(f, **static))
        for n in steps:
            assert_same(step(x, n), transform(f)(x, n))


@pytest.mark.parametrize("first", [{"a": 1.0, "b": 2.0}, [1.0, 2.0], (1.0, 2.0), 1.0])
@pytest.mark.parametrize("then", [3.0, [3.0], [3.0, 4.0], [[3.0, 4.0]]])
def test_an_array_after_something_else(first: Any, then: Any) -> None:
    def f(tree: Any) -> Any:
        return squares(tree.ravel() if isinstance(tree, np.ndarray) else tree)

    step, eager = value_and_grad(jit(f)), value_and_grad(f)
    for given in (first, np.array(then), first, np.array(then)):
        assert_same(step(given), eager(given))


def test_plans_for_the_newest_forms_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there are as many as may be, all make room for the next."""
    pytest.importorskip("llvmlite")
    monkeypatch.setattr("autograd.program.array_plan.MOST_PLANS", 2)
    looked_at, step, taken_apart = calls(monkeypatch, Jitted, "arguments"), value_and_grad(jit(squares)), []
    for count in (1, 2, 1, 2, 3, 3, 1, 3, 2):
        before = len(looked_at)
        step([1.5] * count)
        taken_apart.append(len(looked_at) - before)
    assert taken_apart == [1, 1, 0, 0, 1, 0, 1, 0, 1]


@pytest.mark.parametrize("form", ["lists", "arrays", "structures"])
def test_the_memory_of_a_call_is_that_of_the_one_before(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it had numbers, left the reals, or was for other arguments."""
    pytest.importorskip("llvmlite")
    from autograd.program.point import Point

    spaces = calls(monkeypatch, Point, "space")
    step = value_and_grad(jit(lambda a, b: log(squares(a)) * squares(b)))
    a, b = FORMS[form]
    for _ in range(3):
        step(a, b)
    made = len(spaces)
    for _ in range(3):
        step(a, b)
        with pytest.raises(ValueError, match="log"):
            step(times(a, 0.0), b)
        step(a, np.array([1.0]))
        step(a, b)
    assert len({id(call.args[0]) for call in spaces}) == 2  # one for `b` as it is, one for the array
    assert len(spaces) <= made + 2


def times(tree: Any, factor: float) -> Any:
    if isinstance(tree, dict):
        return {key: times(part, factor) for key, part in tree.items()}
    return type(tree)(times(part, factor) for part in tree) if isinstance(tree, (list, tuple)) else tree * factor


FORMS: dict[str, tuple[Any, ...]] = {
    "floats": (0.5, 2.0),
    "lists": ([0.5, 2.0], 3.0),
    "tuples": (0.5, (1.0, 2.0)),
    "arrays": (np.array([0.5, 2.0]), np.array([[1.0], [3.0]])),
    "structures": ({"a": [0.5, np.array([2.0, 1.0])], "b": (3.0,)}, 2.0),
}


def squares(tree: Any) -> Any:
    if isinstance(tree, dict):
        tree = list(tree.values())
    return sum(map(squares, tree)) if isinstance(tree, (list, tuple, np.ndarray)) else tree * tree


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("argnums", [0, 1, (0, 1)])
@pytest.mark.parametrize("transform", [grad, value_and_grad])
def test_arguments_are_taken_apart_once(
    transform: Any, argnums: Any, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the second call on the short way is taken."""
    pytest.importorskip("llvmlite")
    looked_at = calls(monkeypatch, Jitted, "arguments")
    step = transform(jit(lambda a, b: squares(a) * 2.0 + squares(b)), argnums)
    for _ in range(3):
        step(*FORMS[form])
    assert len(looked_at) == 1


@pytest.mark.parametrize("count", [1, 2, 5])
def test_floats_are_taken_apart_once_for_the_value_alone(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("llvmlite")
    looked_at = calls(monkeypatch, Jitted, "arguments")
    f = jit(lambda *xs: squares(xs))
    assert [f(*[x] * count) for x in (1.0, 2.0, 3.0)] == [1.0 * count, 4.0 * count, 9.0 * count]
    assert len(looked_at) == 1
