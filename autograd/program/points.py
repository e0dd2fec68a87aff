"""The arguments of a mapped function, taken apart into rows of numbers, a column for every point."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from autograd.engine.value import Value, number_of
from autograd.program.signature import key_of
from autograd.support.errors import as_float, is_real, shown, typed
from autograd.transforms.tree import is_array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class Leaf(NamedTuple):
    """One array, or one number, of an argument.

    Attributes:
        array: its numbers; where they differ from point to point, the points lie along the last axis.
        axis: along which axis they lay, or None where the numbers are the same for all points.
        values: the same as Values, if there are some among them.
    """

    array: Array
    axis: int | None
    values: list[Any] | None

    @property
    def shape(self) -> tuple[int, ...]:
        """That of one point."""
        return self.array.shape if self.axis is None else self.array.shape[:-1]

    @property
    def size(self) -> int:
        return math.prod(self.shape)


class Points(NamedTuple):
    """The arguments of a call.

    Attributes:
        key: equal for calls that the same programs may serve.
        leaves: in the order of the inputs.
        starts: the first input of each argument, and the number of all.
        leaf_starts: the first leaf of each argument, and the number of all.
        how_many: points there are.
        args: what was given.
        axes: of each argument.
    """

    key: Hashable
    leaves: list[Leaf]
    starts: list[int]
    leaf_starts: list[int]
    how_many: int
    args: Sequence[Any]
    axes: Sequence[Any]

    def example(self, point: int) -> list[Any]:
        """The arguments of one point."""
        return _example(self.args, self.axes, point)

    def numbers(self, point: int) -> list[float]:
        """The numbers of one point, one for every input."""
        numbers: list[float] = []
        for leaf in self.leaves:
            numbers += (leaf.array if leaf.axis is None else leaf.array[..., point]).ravel().tolist()
        return numbers

    def values(self) -> list[Any]:
        """What the shared inputs were given as: Values, or numbers."""
        found: list[Any] = []
        for leaf in self.leaves:
            if leaf.axis is None:
                found += leaf.array.ravel().tolist() if leaf.values is None else leaf.values
        return found

    def shared(self) -> list[bool]:
        """Which inputs are the same for all points."""
        return [leaf.axis is None for leaf in self.leaves for _ in range(leaf.size)]

    def common(self) -> list[Array]:
        """The numbers of the shared inputs, in order."""
        return [leaf.array.ravel() for leaf in self.leaves if leaf.axis is None]

    def rows(self, points: Any, spread: bool) -> list[Array]:
        """For the inputs that are not shared, arrays of a row for each and a column for every point.

        Args:
            points: which, an array of indices or None for all of them.
            spread: whether shared inputs have rows, too.
        """
        count = self.how_many if points is None else len(points)
        rows = []
        for leaf in self.leaves:
            if (leaf.axis is None and not spread) or not leaf.size:
                continue
            if leaf.axis is None:
                part = np.repeat(leaf.array.reshape(-1, 1), count, axis=1)
            else:
                part = (
                    leaf.array.reshape(leaf.size, -1)
                    if points is None
                    else leaf.array.reshape(leaf.size, -1)[:, points]
                )
            rows.append(part if part.strides[1] == 8 else np.ascontiguousarray(part))
        return rows


def points_of(
    name: str, args: Sequence[Any], in_axes: Any, static_argnums: Sequence[int] = (), with_values: bool = False
) -> Points:
    """Take the arguments of a call apart.

    Raises:
        TypeError: for what is no array where points should be.
        ValueError: for axes that don't fit the arrays, or arrays that don't fit each other; for static arguments with
            an axis.
    """
    axes = list(in_axes) if isinstance(in_axes, (list, tuple)) else [in_axes] * len(args)
    if len(axes) != len(args):
        raise ValueError(f"vmap: in_axes has {len(axes)} entries for {len(args)} arguments of {name}")
    leaves: list[Leaf] = []
    starts, leaf_starts = [0], [0]
    counts: dict[int, str] = {}
    for i, (arg, axis) in enumerate(zip(args, axes, strict=True)):
        if i not in static_argnums:
            _collect(arg, axis, f"argument {i}", name, leaves, counts, with_values)
        elif axis is not None:
            raise ValueError(
                f"{name}: argument {i} is static, so it is the same for all points, and in_axes must have None for it, "
                f"got {shown(axis)}"
            )
        starts.append(starts[-1] + sum(leaf.size for leaf in leaves[leaf_starts[-1] :]))
        leaf_starts.append(len(leaves))
    if not counts:
        raise ValueError(f"{name}: vmap needs an argument with an axis of points, and in_axes is {shown(in_axes)}")
    if len(counts) > 1:
        told = " and ".join(f"{count} in {where}" for count, where in list(counts.items())[:2])
        raise ValueError(f"{name}: all arguments must hold the same number of points, got {told}")
    (count,) = counts
    if count == 0:
        raise ValueError(f"{name}: a batch of 0 points: {counts[0]} has no points along its axis")
    key = key_of(name, _example(args, axes, 0), static_argnums)
    return Points(key, leaves, starts, leaf_starts, count, args, axes)


def _collect(
    tree: Any, axis: Any, where: str, name: str, leaves: list[Leaf], counts: dict[int, str], with_values: bool
) -> None:
    """Append the leaves of a structure, and note how many points it holds."""
    if isinstance(tree, dict):
        _check_container(axis, (dict,), tree, where)
        for key, x in tree.items():
            _collect(
                x, axis[key] if isinstance(axis, dict) else axis, f"{where}[{key!r}]", name, leaves, counts, with_values
            )
        return
    if isinstance(tree, (list, tuple)):
        _check_container(axis, (list, tuple), tree, where)
        for i, x in enumerate(tree):
            _collect(
                x,
                axis[i] if isinstance(axis, (list, tuple)) else axis,
                f"{where}[{i}]",
                name,
                leaves,
                counts,
                with_values,
            )
        return
    if isinstance(tree, (bool, str)) or tree is None:
        return
    if axis is None:
        leaves.append(_shared(tree, where, name))
        return
    if not is_array(tree):
        if is_real(tree) or isinstance(tree, Value):
            raise TypeError(
                f"{name}: {where} is one number, {typed(tree)}, where in_axes says that it holds points; "
                "pass an array, or None in in_axes"
            )
        return
    if isinstance(axis, bool) or not isinstance(axis, int):
        raise TypeError(f"vmap: an entry of in_axes must be an int or None, got {typed(axis)}")
    if not -tree.ndim <= axis < tree.ndim:
        raise ValueError(f"{name}: {where} has the shape {tree.shape}, and no axis {axis}, which in_axes names")
    numbers = _shared(tree, where, name).array if with_values and tree.dtype == object else _numbers(tree, where, name)
    array = np.moveaxis(numbers, axis, -1)
    counts.setdefault(array.shape[-1], where)
    leaves.append(Leaf(array, axis % tree.ndim, None))


def _shared(leaf: Any, where: str, name: str) -> Leaf:
    if not is_array(leaf):
        number = as_float(number_of(leaf), name, where)
        return Leaf(np.array(number), None, [leaf] if isinstance(leaf, Value) else None)
    if leaf.dtype == object:
        values = leaf.ravel().tolist()
        numbers = [as_float(number_of(x), name, f"{where}.flat[{i}]") for i, x in enumerate(values)]
        some = values if any(isinstance(x, Value) for x in values) else None
        return Leaf(np.array(numbers).reshape(leaf.shape), None, some)
    return Leaf(_numbers(leaf, where, name), None, None)


def _numbers(array: Any, where: str, name: str) -> Array:
    """An array as one of floats."""
    if isinstance(array, np.ma.MaskedArray):
        raise TypeError(f"{name}: {where} is a masked array; pass the points that are there, array.compressed() say")
    if array.dtype == np.float64:
        return cast("Array", array)
    if array.dtype.kind not in "iufb":
        raise TypeError(
            f"{name}: {where} must be an array of real numbers, got one of dtype {array.dtype}; Values may stand in "
            "arguments that are the same for all points"
        )
    numbers: Array = array.astype(np.float64)
    return numbers


def _check_container(axis: Any, kinds: tuple[type, ...], tree: Any, where: str) -> None:
    if axis is None or isinstance(axis, int):
        return
    if not isinstance(axis, kinds):
        raise TypeError(
            f"vmap: the entry of in_axes for {where} must be an int, None or of its structure, got {typed(axis)}"
        )
    entries: Any = axis
    if len(entries) != len(tree) or (isinstance(axis, dict) and axis.keys() != tree.keys()):
        raise ValueError(
            f"vmap: the entry of in_axes for {where} must have its {len(tree)} entries, got {shown(axis)}; "
            "None says that something is the same for all points"
        )


def _example(args: Sequence[Any], axes: Sequence[Any], point: int) -> list[Any]:
    """The arguments of one point."""
    return [_at(arg, axis, point) for arg, axis in zip(args, axes, strict=True)]


def _at(tree: Any, axis: Any, point: int) -> Any:
    """One point of a structure."""
    if axis is None:
        return tree
    if isinstance(tree, dict):
        return {key: _at(x, axis[key] if isinstance(axis, dict) else axis, point) for key, x in tree.items()}
    if isinstance(tree, (list, tuple)):
        each = axis if isinstance(axis, (list, tuple)) else [axis] * len(tree)
        children = [_at(x, a, point) for x, a in zip(tree, each, strict=True)]
        return type(tree)(*children) if hasattr(tree, "_fields") else type(tree)(children)
    if not is_array(tree):
        return tree
    taken = tree.take(point, axis)
    return taken if isinstance(taken, np.ndarray) and taken.ndim else _one(taken)


def _one(number: Any) -> Any:
    return number if isinstance(number, Value) else float(number)
