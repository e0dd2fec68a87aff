"""Arguments of random structure, mapped along random axes, in call after call: what eager finds point by point.

EXAMPLES=1000 python -m pytest tests/autograd/program/test_random_arguments.py
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autograd import jit, value_and_grad, vmap

EXAMPLES = int(os.environ.get("EXAMPLES", 40))
pytestmark = pytest.mark.filterwarnings("ignore")  # of a function that depends on no variable the gradient is 0

Maker = Callable[[Random], Any]


def array(random: Random, shape: Sequence[int]) -> Any:
    numbers = [random.uniform(-2.0, 2.0) for _ in range(int(np.prod(shape, dtype=int)))]
    return np.array(numbers).reshape(shape)


def shared_leaf(random: Random) -> Maker:
    """Something that is the same for all points."""
    shape, count = [random.randrange(3) for _ in range(random.randrange(3))], random.randrange(4)
    return random.choice(
        [
            lambda r: r.uniform(-2.0, 2.0),
            lambda r: r.randrange(-3, 4),
            lambda r: np.float64(r.uniform(-2.0, 2.0)),
            lambda r: [r.uniform(-2.0, 2.0) for _ in range(count)],
            lambda r: (r.uniform(-2.0, 2.0), r.randrange(3)),
            lambda r: array(r, shape),
            lambda r: np.asfortranarray(array(r, (2, 3))),
            lambda r: (9.0 * array(r, shape)).astype(int),
        ]
    )


def mapped_leaf(random: Random, points: int) -> tuple[Maker, int]:
    """An array with the points along one of its axes, and which."""
    shape = [random.randrange(1, 3) for _ in range(random.randrange(3))]
    axis = random.randrange(len(shape) + 1)
    shape.insert(axis, points)
    kind = random.choice([np.float64, np.float64, np.float32, np.int64])
    return (lambda r: (9.0 * array(r, shape)).astype(kind)), axis - random.choice([0, len(shape)])


def argument(random: Random, points: int | None, depth: int = 2) -> tuple[Maker, Any]:
    """What makes an argument, again and again, and its entry in `in_axes`."""
    if depth == 0 or random.random() < 0.5:
        return (shared_leaf(random), None) if points is None else mapped_leaf(random, points)
    parts = [argument(random, points, depth - 1) for _ in range(random.randrange(1, 4))]
    axes = None if points is None else [axes for _, axes in parts]
    match random.randrange(3):
        case 0:
            return (lambda r: [make(r) for make, _ in parts]), axes
        case 1:
            return (lambda r: tuple(make(r) for make, _ in parts)), axes
    by_name = {f"part {k}": axes for k, (_, axes) in enumerate(parts)}
    made = dict(zip(by_name, parts, strict=True))
    return (lambda r: {name: make(r) for name, (make, _) in made.items()}), None if axes is None else by_name


def below(tree: Any, axes: Any) -> list[tuple[Any, Any]] | None:
    """The parts of a container with their axes; None for a leaf."""
    if isinstance(tree, dict):
        return [(part, axes[key] if isinstance(axes, dict) else axes) for key, part in tree.items()]
    if isinstance(tree, (list, tuple)):
        return list(zip(tree, axes if isinstance(axes, (list, tuple)) else [axes] * len(tree), strict=True))
    return None


def leaves(tree: Any, axes: Any = None) -> list[tuple[Any, int | None]]:
    parts = below(tree, axes)
    return [(tree, axes)] if parts is None else [leaf for part in parts for leaf in leaves(*part)]


def numbers(tree: Any) -> list[Any]:
    return [x for leaf, _ in leaves(tree) for x in (leaf.ravel() if isinstance(leaf, np.ndarray) else [leaf])]


def at(tree: Any, axes: Any, point: int) -> Any:
    """One point."""
    parts = below(tree, axes)
    if parts is None:
        return tree if axes is None else tree.take(point, axes).astype(float)[()]
    taken = [at(part, axis, point) for part, axis in parts]
    return dict(zip(tree, taken, strict=True)) if isinstance(tree, dict) else type(tree)(taken)


def f(*args: Any) -> Any:
    """A polynomial of all numbers."""
    total: Any = 0.0
    for k, x in enumerate(numbers(args)):
        total = total + x * x * (0.1 * k + 0.5) + 0.25 * total * x
    return total


def assert_close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(np.array(found, float), np.array(expected, float), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("reduce", [None, "mean", "sum"])
@settings(max_examples=EXAMPLES)
@given(random=st.randoms(use_true_random=True))
def test_random_arguments_mapped(reduce: Any, random: Random) -> None:
    points, count = random.choice([1, 2, 3, 9]), random.randrange(1, 4)
    first = random.randrange(count)  # which is mapped in any case
    parts = [argument(random, points if i == first or random.random() < 0.4 else None) for i in range(count)]
    axes = [axes for _, axes in parts]
    argnums = sorted(random.sample(range(count), random.randrange(1, count + 1)))
    if reduce is None:
        mapped = vmap(value_and_grad(f, argnums=argnums), in_axes=axes)
    else:
        mapped = value_and_grad(vmap(f, in_axes=axes, reduce=reduce), argnums=argnums)
    values = vmap(jit(f), in_axes=axes, reduce=reduce)
    for _ in range(3):
        args = [make(random) for make, _ in parts]
        each = [value_and_grad(f, argnums)(*at(args, axes, k)) for k in range(points)]
        by_point = [[leaf for leaf, _ in leaves(gradient)] for _, gradient in each]
        value, gradient = mapped(*args)
        assert_close(values(*args), value)
        expected = [value for value, _ in each]
        weight = 1.0 / points if reduce == "mean" else 1.0
        assert_close(value, expected if reduce is None else weight * sum(expected))
        wanted = [leaf for i in argnums for leaf in leaves(args[i], axes[i])]
        for k, ((found, _), (_, axis)) in enumerate(zip(leaves(gradient), wanted, strict=True)):
            parts_of_it = [np.array(point[k], float) for point in by_point]
            if reduce is None:
                assert_close(found, np.stack(parts_of_it))
            elif axis is None:
                assert_close(found, weight * sum(parts_of_it))
            else:
                assert_close(found, weight * np.stack(parts_of_it, axis))


@settings(max_examples=EXAMPLES)
@given(random=st.randoms(use_true_random=True))
def test_random_arguments_at_one_point(random: Random) -> None:
    makers = [argument(random, None)[0] for _ in range(random.randrange(1, 4))]
    argnums = sorted(random.sample(range(len(makers)), random.randrange(1, len(makers) + 1)))
    jitted = value_and_grad(jit(f), argnums)
    for _ in range(3):
        args = [make(random) for make in makers]
        (value, gradient), (expected, by_hand) = jitted(*args), value_and_grad(f, argnums)(*args)
        assert_close(value, expected)
        assert_close(numbers(gradient), numbers(by_hand))
