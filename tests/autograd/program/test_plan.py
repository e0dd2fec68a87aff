"""Calls of a mapped function that are like one before: the short way gives the same numbers."""

from __future__ import annotations

from typing import Any

import pytest

from autograd import grad, jit, value_and_grad, vmap
from support.calls import calls

np = pytest.importorskip("numpy", reason="NumPy is not installed")


def test_a_shared_argument_is_read_at_every_call_where_every_point_has_a_gradient_by_it() -> None:
    f = vmap(value_and_grad(lambda x, w: x * w * w, argnums=(0, 1)), in_axes=(0, None))
    x = np.arange(3.0)
    for w in (3.0, 4.0, 5.0):
        value, (by_x, by_w) = f(x, w)
        assert value.tolist() == (x * w * w).tolist()
        assert by_x.tolist() == [w * w] * 3
        assert by_w.tolist() == (x * w + x * w).tolist()


SHARED: list[Any] = [
    2.5,
    3,
    [1.5, 2.5],
    [1.5, 2],
    [1, 2],
    (1.5, 2.5),
    [[1.5, 2.5], [0.5]],
    [[1.5, 2.5], 0.5, (1, [2.0, 3.0])],
    {"w": [1.5, 2.5], "b": 0.5},
    {"w": np.array([[1.5, 2.5], [0.5, -1.0]]), "b": [0.5]},
    [np.array([1.5, 2.5]), np.array(0.5), 2.0],
    [np.empty(0), [], 1.5],
    np.array([[1, 2], [3, 4]]),
    np.float64(1.5),
]


def leaves_of(tree: Any) -> list[Any]:
    if isinstance(tree, dict):
        return [x for part in tree.values() for x in leaves_of(part)]
    return [x for part in tree for x in leaves_of(part)] if isinstance(tree, (list, tuple)) else [tree]


def numbers_of(tree: Any) -> list[Any]:
    return [x for leaf in leaves_of(tree) for x in (leaf.ravel() if isinstance(leaf, np.ndarray) else [leaf])]


def times(tree: Any, factor: float) -> Any:
    """The same structure, its numbers times a whole one."""
    if isinstance(tree, dict):
        return {key: times(part, factor) for key, part in tree.items()}
    if isinstance(tree, (list, tuple)):
        return type(tree)(times(part, factor) for part in tree)
    return tree * factor


def polynomial(weights: Any, x: Any) -> Any:
    total = x
    for k, w in enumerate(numbers_of(weights)):
        total = total * w + (k + 0.5) * x
    return total


@pytest.mark.parametrize("shared", SHARED, ids=str)
@pytest.mark.parametrize("transform", [lambda f: f, value_and_grad], ids=["values", "gradients"])
def test_arguments_of_every_form_again_and_again(shared: Any, transform: Any) -> None:
    """At every call the numbers of that call; each point computed by itself is the oracle."""
    f = polynomial
    mapped = vmap(transform(f), in_axes=(None, 0))
    x = np.array([0.5, -1.5, 2.0])
    for factor in (1, 2, 3):
        weights = times(shared, factor)
        found = mapped(weights, x)
        for k, point in enumerate(x.tolist()):
            expected = transform(f)(weights, point)
            if transform is value_and_grad:
                assert found[0][k] == expected[0]
                at = [row[k] for part in leaves_of(found[1]) for row in part.reshape(len(x), -1).T]
                assert at == pytest.approx(numbers_of(expected[1]), rel=1e-12)
            else:
                assert found[k] == expected


def test_a_number_too_large_is_refused_the_second_time_as_the_first() -> None:
    x = np.arange(3.0)
    for f in (vmap(lambda w, x: w * x, in_axes=(None, 0)), lambda w, x: value_and_grad(jit(lambda w: w * 2.0))(w)):
        f(2, x)
        with pytest.raises(OverflowError, match="too large") as told:
            f(10**400, x)
        assert "argument" in str(told.value)


@pytest.mark.parametrize("shared", SHARED, ids=str)
def test_arguments_of_every_form_at_one_point_and_for_the_mean(shared: Any) -> None:
    f, x = polynomial, np.array([0.5, -1.5, 2.0])
    jitted = value_and_grad(jit(f))
    mean = value_and_grad(vmap(f, in_axes=(None, 0), reduce="mean"))
    for factor in (1, 2, 3):
        weights = times(shared, factor)
        value, gradient = value_and_grad(f)(weights, 0.5)
        found = jitted(weights, 0.5)
        assert found[0] == value
        assert numbers_of(found[1]) == numbers_of(gradient)
        points = [value_and_grad(f)(weights, point) for point in x.tolist()]
        value, gradient = mean(weights, x)
        assert value == pytest.approx(sum(value for value, _ in points) / 3)
        expected = np.mean([numbers_of(gradient) for _, gradient in points], axis=0)
        assert numbers_of(gradient) == pytest.approx(list(expected), rel=1e-12)


def is_usual(leaf: Any) -> bool:
    """Whether the short way takes it: Python's numbers, and arrays of floats."""
    return leaf.dtype == float if type(leaf) is np.ndarray else type(leaf) in (int, float)


MAPPED: dict[str, Any] = {
    "values": lambda: vmap(polynomial, in_axes=(None, 0)),
    "gradients": lambda: vmap(value_and_grad(polynomial, argnums=1), in_axes=(None, 0)),
    "mean": lambda: value_and_grad(vmap(polynomial, in_axes=(None, 0), reduce="mean")),
}


@pytest.mark.parametrize("shared", SHARED, ids=str)
@pytest.mark.parametrize("made", MAPPED)
def test_arguments_are_taken_apart_once(made: str, shared: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the second call on the short way is taken."""
    from autograd.program import mapped as module

    taken_apart = calls(monkeypatch, module, "points_of")
    mapped, x = MAPPED[made](), np.array([0.5, -1.5, 2.0])
    for factor in (1, 2, 3):
        weights = times(shared, factor)
        mapped(weights, x)
    assert len(taken_apart) == (1 if all(map(is_usual, leaves_of(weights))) else 3)


def test_floats_are_usual_whichever_object_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of an array that has travelled, say, the dtype is equal to NumPy's own, but another object."""
    from autograd.program import mapped as module

    taken_apart = calls(monkeypatch, module, "points_of")
    floats: Any = np.dtype(np.float64, copy=True)
    mapped, x = vmap(polynomial, in_axes=(None, 0)), np.array([0.5, -1.5, 2.0], dtype=floats)
    assert x.dtype is not np.dtype(np.float64)
    for factor in (1.0, 2.0, 3.0):
        assert mapped(factor, x).tolist() == [polynomial(factor, point) for point in x.tolist()]
    assert len(taken_apart) == 1


@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        ((4,), 0),
        ((2, 4), 1),
        ((4, 2), 0),
        ((2, 3, 4), -1),
        ((2, 4, 3), 1),
        ((4, 2, 3), 0),
        ((2, 4, 3, 2), -3),
        ((4, 0), 0),
    ],
)
def test_points_along_every_axis_again_and_again(shape: tuple[int, ...], axis: int) -> None:
    mapped = vmap(lambda w, x: polynomial(x, w), in_axes=(None, axis))
    for factor in (1.0, 2.0, 3.0):
        x = factor * (np.arange(np.prod(shape, dtype=int)) - 5.0).reshape(shape)
        assert mapped(0.5, x).tolist() == [polynomial(x.take(k, axis), 0.5) for k in range(4)]


@pytest.mark.parametrize(
    ("axis", "points"),
    [
        (0, np.arange(40.0)),
        (0, np.arange(40.0)[5:25]),
        (1, np.arange(80.0).reshape(2, 40)),
        (-1, np.arange(80.0).reshape(2, 40)[:, 3:]),
        (0, np.arange(80.0).reshape(2, 40).T),
        (1, np.arange(120.0).reshape(3, 40)[::2]),
    ],
)
@pytest.mark.parametrize("transform", [lambda f: f, grad], ids=["values", "gradients"])
def test_points_that_lie_side_by_side_are_taken_where_they_are(
    transform: Any, axis: int, points: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the first call and by the short way: a batch may take most of the memory."""
    pytest.importorskip("llvmlite")
    from autograd.program.batch import Batch

    computed = calls(monkeypatch, Batch, "__call__")
    mapped = vmap(transform(lambda x: x * x if points.ndim == 1 else x[0] * x[1]), in_axes=axis)
    for _ in range(3):
        mapped(points)
    assert [np.shares_memory(points, rows) for call in computed for rows in call.args[1]] == [True] * 3
