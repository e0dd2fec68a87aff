"""What a recorded function is called with: numbers, which may differ from call to call, and the rest, which may not."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from autograd.engine.value import Value
from autograd.support.errors import as_float, is_real, one_line, shown, typed
from autograd.transforms.tree import is_array, is_row, object_array, refill

Number = Value | float


class Static(NamedTuple):
    """Something that is no number; equal ones are as good."""

    thing: Hashable

    def __eq__(self, other: object) -> bool:
        # 1 == 1.0 == True, but a function may tell them apart
        return isinstance(other, Static) and type(self.thing) is type(other.thing) and self.thing == other.thing

    def __hash__(self) -> int:
        return hash((type(self.thing), self.thing))


NUMBER = "."  # stands for a number in a key


class Arguments(NamedTuple):
    """The arguments of one call.

    Attributes:
        key: equal for calls that one program may serve.
        numbers: those in the arguments, in order.
        starts: where the numbers of each positional argument begin, and where the last one's end.
    """

    key: Hashable
    numbers: Sequence[Number]
    starts: Sequence[int]


def static_arguments(
    f: Callable[..., Any], argnums: int | Sequence[int], argnames: str | Sequence[str]
) -> tuple[tuple[int, ...], tuple[str, ...]]:
    """By position and by name which arguments are static, however they will be given.

    Raises:
        TypeError: for what is no position, or no name.
        ValueError: for a position or a name that f has not got.
    """
    numbers = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    names = (argnames,) if isinstance(argnames, str) else tuple(argnames)
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, int):
            raise TypeError(f"jit: static_argnums must be an int or several, got {typed(number)}")
    for name in names:
        if not isinstance(name, str):
            raise TypeError(f"jit: static_argnames must be a string or several, got {typed(name)}")
    try:
        parameters = list(inspect.signature(f).parameters.values()) if numbers or names else []
    except (TypeError, ValueError):  # some of Python's own functions can't tell their parameters
        return numbers, names
    by_position = [x.name for x in parameters if x.kind in (x.POSITIONAL_ONLY, x.POSITIONAL_OR_KEYWORD)]
    takes_more = any(x.kind == x.VAR_POSITIONAL for x in parameters)
    for number in numbers:
        if not (-len(by_position) <= number < len(by_position) or (takes_more and number >= 0)):
            raise ValueError(
                f"jit: static_argnums has {number}, and {_called(f)} takes {len(by_position)} arguments by position"
            )
    known = [x.name for x in parameters]
    for name in names:
        if name not in known and not any(x.kind == x.VAR_KEYWORD for x in parameters):
            raise ValueError(f"jit: static_argnames has {shown(name)}, which is no parameter of {_called(f)}")
    numbers = tuple([x % len(by_position) if x < 0 else x for x in numbers])
    both = {*numbers, *[i for i, name in enumerate(by_position) if name in names]}
    return tuple(sorted(both)), tuple(sorted({*names, *[by_position[i] for i in numbers if i < len(by_position)]}))


def check_picked(transform: str, name: str, picked: Sequence[int], static_argnums: Sequence[int]) -> None:
    """Raise a ValueError if a derivative is by a static argument."""
    for i in picked:
        if i in static_argnums:
            raise ValueError(
                f"{transform}: argument {i} of {name} is static and has no gradient; leave it out of argnums, or out "
                "of static_argnums"
            )


def _called(f: Any) -> str:
    return one_line(getattr(f, "__name__", type(f).__name__))


def arguments(
    name: str,
    args: Sequence[Any],
    kwargs: dict[str, Any],
    static_argnums: Sequence[int],
    static_argnames: Sequence[str],
) -> Arguments:
    """Take the arguments of a call apart.

    Raises:
        TypeError: for an argument that is neither made of numbers nor hashable.
    """
    if not kwargs and not static_argnums and set(map(type, args)) == {float}:
        return Arguments((NUMBER,) * len(args), list(args), range(len(args) + 1))
    numbers: list[Number] = []
    starts = [0]
    keys: list[Hashable] = []
    for i, arg in enumerate(args):
        where = f"argument {i}"
        keys.append(as_static(arg, name, where) if i in static_argnums else _split(arg, numbers, name, where))
        starts.append(len(numbers))
    for key in sorted(kwargs):
        arg = kwargs[key]
        split = as_static(arg, name, key) if key in static_argnames else _split(arg, numbers, name, key)
        keys.append((key, split))
    return Arguments(tuple(keys), numbers, starts)


def key_of(name: str, args: Sequence[Any], static_argnums: Sequence[int] = ()) -> Hashable:
    """The key of a call whose numbers are not wanted."""
    return tuple(
        [
            (as_static(arg, name, f"argument {i}") if i in static_argnums else _split(arg, None, name, f"argument {i}"))
            for i, arg in enumerate(args)
        ]
    )


def _split(tree: Any, numbers: list[Number] | None, name: str, where: str) -> Hashable:
    """The key of a structure; its numbers are appended."""
    kind = type(tree)
    if kind is float or kind is Value:
        if numbers is not None:
            numbers.append(tree)
        return NUMBER
    if kind is bool or tree is None or kind is str:
        return Static(tree)
    if is_row(tree):
        if numbers is not None:
            numbers.extend(tree)
        return len(tree)
    if isinstance(tree, (list, tuple)):
        return kind, tuple([_split(x, numbers, name, f"{where}[{i}]") for i, x in enumerate(tree)])
    if isinstance(tree, dict):
        return kind, tuple([(key, _split(x, numbers, name, f"{where}[{key!r}]")) for key, x in tree.items()])
    if is_array(tree):
        if numbers is not None:
            numbers.extend(_of_array(tree, name, where))
        return "array", tree.shape
    if is_real(tree):
        if numbers is not None:
            numbers.append(as_float(tree, name, where))
        return NUMBER
    return as_static(tree, name, where)


def _of_array(array: Any, name: str, where: str) -> list[Number]:
    numbers: list[Any] = array.ravel().tolist()
    if array.dtype == "float64":
        return numbers
    return [x if isinstance(x, Value) else as_float(x, name, f"{where}.flat[{i}]") for i, x in enumerate(numbers)]


def as_static(thing: Any, name: str, where: str) -> Static:
    """The key of what belongs to the program.

    Raises:
        TypeError: if it is not hashable.
    """
    try:
        hash(thing)
    except TypeError:
        raise TypeError(
            f"{name}: {where} is static (it is no number, or was named so), and must be hashable; got {typed(thing)}"
        ) from None
    return Static(thing)


def is_static(leaf: Any) -> bool:
    """Whether what stands in a structure is no number and no array: then it belongs to the program."""
    kind = type(leaf)
    if kind is float or kind is Value or is_array(leaf):
        return False
    return kind is bool or not is_real(leaf)


def refilled(tree: Any, numbers: Iterator[Any], static: bool = False) -> Any:
    """The same structure, with other numbers in place of its own, in order."""

    def fill(leaf: Any) -> Any:
        if is_static(leaf):
            return leaf
        return object_array(leaf.shape, islice(numbers, leaf.size)) if is_array(leaf) else next(numbers)

    return tree if static else refill(tree, fill)


def named(
    args: Sequence[Any],
    kwargs: dict[str, Any],
    parameters: Sequence[str],
    static_argnums: Sequence[int],
    static_argnames: Sequence[str],
) -> list[str]:
    """What the numbers of a call are called: `x`, `x[0]`, `w['bias']`."""
    names: list[str] = []
    for i, arg in enumerate(args):
        if i not in static_argnums:
            _name(arg, parameters[i] if i < len(parameters) else f"argument {i}", names)
    for key in sorted(kwargs):
        if key not in static_argnames:
            _name(kwargs[key], key, names)
    return names


def _name(tree: Any, name: str, names: list[str]) -> None:
    if isinstance(tree, dict):
        for key, x in tree.items():
            _name(x, f"{name}[{key!r}]", names)
    elif isinstance(tree, (list, tuple)):
        for i, x in enumerate(tree):
            _name(x, f"{name}[{i}]", names)
    elif is_array(tree):
        names.extend(
            [f"{name}.flat[{i}]" for i in range(tree.size)]
            if tree.ndim != 1
            else [f"{name}[{i}]" for i in range(tree.size)]
        )
    elif type(tree) is not bool and (isinstance(tree, Value) or is_real(tree)):
        names.append(name)
