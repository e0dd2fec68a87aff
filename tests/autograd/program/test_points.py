"""The arguments of a mapped function, taken apart into rows."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from autograd import Value
from autograd.program.points import Leaf, points_of
from autograd.program.signature import key_of

W = Value(2.0, label="w")
GRID = np.arange(12.0).reshape(2, 3, 2)  # its points lie along axis 1: three, of four numbers
LINE = np.array([20.0, 21.0, 22.0])
ARGS: tuple[Any, ...] = (
    {"grid": GRID, "b": 2.5},
    np.array([[5.0, 6.0], [7.0, 8.0]]),
    [LINE, True, None],
    (W, np.array([W, 4.0], object), 3),
    (np.empty((0, 3)), "s", print),
)
AXES = ({"grid": 1, "b": None}, None, [0, 0, 0], None, (-1, 0, 0))
BY_POINT = [[0.0, 1.0, 6.0, 7.0], [2.0, 3.0, 8.0, 9.0], [4.0, 5.0, 10.0, 11.0]]  # of the grid


def same(found: Any, expected: Any) -> bool:
    """The same structure, shapes, types and numbers."""
    if isinstance(expected, np.ndarray):
        return isinstance(found, np.ndarray) and found.tolist() == expected.tolist() and found.shape == expected.shape
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(same(found[key], expected[key]) for key in expected)
    if isinstance(expected, (list, tuple)):
        return type(found) is type(expected) and all(same(a, b) for a, b in zip(found, expected, strict=True))
    return type(found) is type(expected) and (found is expected or found == expected)


def test_arguments_taken_apart() -> None:
    points = points_of("f", ARGS, AXES)
    assert points.how_many == 3
    assert points.starts == [0, 5, 9, 10, 14, 14]
    assert points.leaf_starts == [0, 2, 3, 4, 7, 8]
    assert [(leaf.axis, leaf.shape, leaf.size) for leaf in points.leaves] == [
        (1, (2, 2), 4),
        (None, (), 1),
        (None, (2, 2), 4),
        (0, (), 1),
        (None, (), 1),
        (None, (2,), 2),
        (None, (), 1),
        (1, (0,), 0),
    ]
    assert points.shared() == [False] * 4 + [True] * 5 + [False] + [True] * 4
    assert [part.tolist() for part in points.common()] == [[2.5], [5.0, 6.0, 7.0, 8.0], [2.0], [2.0, 4.0], [3.0]]
    values = [x if isinstance(x, float) else id(x) for x in points.values()]
    assert values == [2.5, 5.0, 6.0, 7.0, 8.0, id(W), id(W), 4.0, 3.0]
    assert points.key == key_of("f", points.example(0))


@pytest.mark.parametrize("point", [0, 1, 2])
def test_one_point(point: int) -> None:
    points = points_of("f", ARGS, AXES)
    assert points.numbers(point) == [*BY_POINT[point], 2.5, 5.0, 6.0, 7.0, 8.0, LINE[point], 2.0, 2.0, 4.0, 3.0]
    expected: list[Any] = [
        {"grid": GRID[:, point], "b": 2.5},
        ARGS[1],
        [float(LINE[point]), True, None],
        ARGS[3],
        (np.empty(0), "s", print),
    ]
    assert same(points.example(point), expected)


@pytest.mark.parametrize("which", [None, [2], [0, 2], [2, 1, 0]])
@pytest.mark.parametrize("spread", [True, False])
def test_rows_of_some_points_or_of_all(spread: bool, which: list[int] | None) -> None:
    rows = points_of("f", ARGS, AXES).rows(None if which is None else np.array(which), spread)
    wanted = [0, 1, 2] if which is None else which
    grid, line = [[BY_POINT[k][i] for k in wanted] for i in range(4)], [[20.0 + k for k in wanted]]
    shared = [[[2.5]], [[5.0], [6.0], [7.0], [8.0]], [[2.0]], [[2.0], [4.0]], [[3.0]]]
    repeated = [[row * len(wanted) for row in part] for part in shared]
    expected = [grid, *repeated[:2], line, *repeated[2:]] if spread else [grid, line]
    assert [row.tolist() for row in rows] == expected
    assert all(row.shape[1] == 1 or row.strides[1] == 8 for row in rows)


def test_rows_that_lie_side_by_side_are_not_copied() -> None:
    table = np.arange(6.0).reshape(2, 3)
    rows = points_of("f", [table, table.T], (1, 0)).rows(None, False)
    assert [np.shares_memory(row, table) for row in rows] == [True, True]


def test_one_axis_is_for_all_arguments() -> None:
    points = points_of("f", [LINE, {"a": [LINE, GRID.reshape(3, 4)]}], 0)
    assert points.shared() == [False] * 6
    assert same(points.example(2), [22.0, {"a": [22.0, np.arange(8.0, 12.0)]}])


@pytest.mark.parametrize("dtype", ["int32", "float32", "bool", "uint8", ">f8"])
def test_numbers_of_every_type_are_floats(dtype: str) -> None:
    array = np.array([[0, 1, 1]]).astype(dtype)
    points = points_of("f", [array, array], (1, None))
    assert [leaf.array.dtype for leaf in points.leaves] == [np.float64] * 2
    assert points.numbers(1) == [1.0, 0.0, 1.0, 1.0]


def test_values_among_the_points_are_taken_where_they_may_be() -> None:
    array = np.array([[W, 3.0], [4.0, W]], object)
    points = points_of("f", [array], 0, with_values=True)
    assert points.numbers(0) == [2.0, 3.0]
    assert points.numbers(1) == [4.0, 2.0]
    with pytest.raises(TypeError, match=r"^f: argument 0 must be an array of real numbers, got one of dtype object"):
        points_of("f", [array], 0)


def test_the_shape_of_a_leaf_is_that_of_a_point() -> None:
    array = np.zeros((2, 3, 4))
    assert [Leaf(array, axis, None).shape for axis in (None, 0, 2)] == [(2, 3, 4), (2, 3), (2, 3)]


TREE: dict[str, Any] = {"a": [LINE, 1.5]}


@pytest.mark.parametrize(
    ("args", "axes", "kind", "message"),
    [
        ([LINE], (0, 0), ValueError, "vmap: in_axes has 2 entries for 1 arguments of f"),
        ([1.0], None, ValueError, "f: vmap needs an argument with an axis of points, and in_axes is None"),
        ([LINE, LINE[:2]], 0, ValueError, "f: all arguments must hold the same number of points, got 3 in argument 0"),
        ([np.zeros((0, 2))], 0, ValueError, "f: a batch of 0 points: argument 0 has no points along its axis"),
        ([LINE, TREE], 0, TypeError, "f: argument 1['a'][1] is one number, float 1.5, where in_axes says"),
        ([LINE, (W,)], 0, TypeError, "f: argument 1[0] is one number, Value"),
        ([TREE], ({"a": [1, None]},), ValueError, "f: argument 0['a'][0] has the shape (3,), and no axis 1,"),
        ([TREE], ({"a": [-2, None]},), ValueError, "f: argument 0['a'][0] has the shape (3,), and no axis -2,"),
        ([TREE], ({"a": [0.5, None]},), TypeError, "vmap: an entry of in_axes must be an int or None, got float 0.5"),
        ([TREE], ({"a": "x"},), TypeError, "vmap: the entry of in_axes for argument 0['a'] must be an int, None or of"),
        ([TREE], ([0],), TypeError, "vmap: the entry of in_axes for argument 0 must be an int, None or of its str"),
        ([TREE], ({"b": 0},), ValueError, "vmap: the entry of in_axes for argument 0 must have its 1 entries, got {'b"),
        ([TREE], ({"a": [0]},), ValueError, "vmap: the entry of in_axes for argument 0['a'] must have its 2 entries"),
        ([LINE, np.array([1j])], 0, TypeError, "f: argument 1 must be an array of real numbers, got one of dtype comp"),
        ([LINE, [np.array(["x"])]], (0, None), TypeError, "f: argument 1[0] must be an array of real numbers"),
        ([LINE, np.ma.masked_equal(LINE, 21.0)], 0, TypeError, "f: argument 1 is a masked array; pass the points"),
        ([LINE, {"k": print}], (0, None), TypeError, "f: argument 1['k'] must be a real number"),
        ([LINE, 10**400], (0, None), OverflowError, "f: argument 1 is too large"),
        ([LINE, np.array([1, 10**400])], (0, None), OverflowError, "f: argument 1.flat[1] is too large"),
    ],
)
def test_arguments_that_do_not_fit(args: Any, axes: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match="^" + re.escape(message)):
        points_of("f", args, axes)
