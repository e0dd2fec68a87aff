"""What a recorded function is called with: taken apart, told apart, named, and put together again."""

from __future__ import annotations

import functools
import re
from typing import Any

import numpy as np
import pytest

from autograd import Value
from autograd.program.signature import (
    Static,
    arguments,
    is_static,
    key_of,
    named,
    refilled,
    static_arguments,
)

W = Value(2.0, label="w")


def three(a: Any, b: Any, /, c: Any, *, d: Any = None) -> None: ...


def variadic(x: Any, *rest: Any) -> None: ...


def any_count(*rest: Any) -> None: ...


def any_names(x: Any, **rest: Any) -> None: ...


@pytest.mark.parametrize(
    ("f", "argnums", "argnames", "expected"),
    [
        (three, (), (), ((), ())),
        (three, 0, (), ((0,), ("a",))),
        (three, -1, (), ((2,), ("c",))),
        (three, -3, (), ((0,), ("a",))),
        (three, (2, 0), (), ((0, 2), ("a", "c"))),
        (three, (2, -1), "c", ((2,), ("c",))),
        (three, (), "c", ((2,), ("c",))),
        (three, 1, ["d"], ((1,), ("b", "d"))),
        (variadic, 0, (), ((0,), ("x",))),
        (variadic, 1, (), ((1,), ())),
        (variadic, (3, -1), (), ((0, 3), ("x",))),
        (any_count, 0, (), ((0,), ())),
        (any_names, (), ("z", "y"), ((), ("y", "z"))),
        (max, 1, "key", ((1,), ("key",))),
    ],
)
def test_static_arguments_by_position_and_by_name(f: Any, argnums: Any, argnames: Any, expected: Any) -> None:
    assert static_arguments(f, argnums, argnames) == expected


@pytest.mark.parametrize(
    ("f", "argnums", "argnames", "kind", "message"),
    [
        (three, True, (), TypeError, "jit: static_argnums must be an int or several, got bool True"),
        (three, (0, 0.5), (), TypeError, "jit: static_argnums must be an int or several, got float 0.5"),
        (three, (), (3,), TypeError, "jit: static_argnames must be a string or several, got int 3"),
        (three, 3, (), ValueError, "jit: static_argnums has 3, and three takes 3 arguments by position"),
        (three, -4, (), ValueError, "jit: static_argnums has -4, and three takes 3 arguments by position"),
        (variadic, -2, (), ValueError, "jit: static_argnums has -2, and variadic takes 1 arguments by position"),
        (any_count, -1, (), ValueError, "jit: static_argnums has -1, and any_count takes 0 arguments by position"),
        (any_names, 1, (), ValueError, "jit: static_argnums has 1, and any_names takes 1 arguments by position"),
        (functools.partial(three, 1.0), 9, (), ValueError, "jit: static_argnums has 9, and partial takes 2 arg"),
        (variadic, 0, "y", ValueError, "jit: static_argnames has 'y', which is no parameter of variadic"),
    ],
)
def test_static_arguments_that_do_not_fit(
    f: Any, argnums: Any, argnames: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match="^" + re.escape(message)):
        static_arguments(f, argnums, argnames)


CALLS: list[tuple[tuple[Any, ...], dict[str, Any], Any, list[Any], list[int]]] = [
    ((), {}, (), [], [0]),
    ((1.0, 2.0), {}, (".", "."), [1.0, 2.0], [0, 1, 2]),
    ((1, W), {}, (".", "."), [1.0, W], [0, 1, 2]),
    (([1.0, W], 3), {}, (2, "."), [1.0, W, 3.0], [0, 2, 3]),
    (([1.0, 2], [[], ()]), {}, ((list, (".", ".")), (list, (0, (tuple, ())))), [1.0, 2.0], [0, 2, 2]),
    (
        ((1.0,), {"b": 2.0, "a": "x"}),
        {},
        ((tuple, (".",)), (dict, (("b", "."), ("a", Static("x"))))),
        [1.0, 2.0],
        [0, 1, 2],
    ),
    ((np.array([[1, 2], [3, 4]]),), {}, (("array", (2, 2)),), [1.0, 2.0, 3.0, 4.0], [0, 4]),
    ((np.array([0.5, 1.5]), 2.0), {}, (("array", (2,)), "."), [0.5, 1.5, 2.0], [0, 2, 3]),
    ((np.array([0.5, W], object),), {}, (("array", (2,)),), [0.5, W], [0, 2]),
    ((True, None, "s", print), {}, (Static(True), Static(None), Static("s"), Static(print)), [], [0, 0, 0, 0, 0]),
    ((1.0,), {"z": 1.5, "a": [2.0]}, (".", ("a", 1), ("z", ".")), [1.0, 2.0, 1.5], [0, 1]),
]


@pytest.mark.parametrize(("args", "kwargs", "key", "numbers", "starts"), CALLS)
def test_a_call_taken_apart(args: Any, kwargs: dict[str, Any], key: Any, numbers: list[Any], starts: list[int]) -> None:
    found = arguments("f", args, kwargs, (), ())
    assert found.key == key
    assert [(type(x), x if isinstance(x, float) else id(x)) for x in found.numbers] == [
        (type(x), x if isinstance(x, float) else id(x)) for x in numbers
    ]
    assert list(found.starts) == starts
    if not kwargs:
        assert key_of("f", args) == key


def test_static_ones_belong_to_the_key() -> None:
    found = arguments("f", (1.0, 2.0, [3.0]), {"n": 4, "w": 5.0}, (1,), ("n",))
    assert found.key == (".", Static(2.0), 1, ("n", Static(4)), ("w", "."))
    assert (list(found.numbers), list(found.starts)) == ([1.0, 3.0, 5.0], [0, 1, 1, 2])


@pytest.mark.parametrize("other", [1.0, True, "1", 2])
def test_equal_things_of_other_types_are_told_apart(other: Any) -> None:
    assert Static(1) == Static(1)
    assert hash(Static(1)) == hash(Static(1))
    assert not Static(1) == Static(other)  # noqa: SIM201 (keys are compared by == alone)
    assert len({Static(1), Static(1), Static(other)}) == 2
    assert hash(Static(1)) != hash(Static(other))
    assert not Static(1) == (1,)  # noqa: SIM201


@pytest.mark.parametrize(
    ("args", "kwargs", "kind", "message"),
    [
        (
            ({1},),
            {},
            TypeError,
            "f: argument 0 is static (it is no number, or was named so), and must be hashable; got set",
        ),
        ((1.0, [2.0, {1}]), {}, TypeError, "f: argument 1[1] is static"),
        ((1.0, ({"a": {1}},)), {}, TypeError, "f: argument 1[0]['a'] is static"),
        ((), {"k": [{1}]}, TypeError, "f: k[0] is static"),
        ((1.0, 2.0, [3.0]), {}, TypeError, "f: argument 2 is static"),
        ((), {"n": [3.0]}, TypeError, "f: n is static"),
        ((10**400,), {}, OverflowError, "f: argument 0 is too large"),
        ((), {"k": (1.0, 10**400)}, OverflowError, "f: k[1] is too large"),
        ((np.array([1.0, None]),), {}, TypeError, "f: argument 0.flat[1] must be a real number"),
    ],
)
def test_what_can_not_be_an_argument_is_named(
    args: Any, kwargs: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match="^" + re.escape(message)):
        arguments("f", args, kwargs, (2,), ("n",))
    if "static" in message and not kwargs and len(args) < 3:
        with pytest.raises(kind, match="^" + re.escape(message)):
            key_of("f", args)


@pytest.mark.parametrize(
    ("leaf", "expected"),
    [
        *[(x, False) for x in (1.0, 2, W, np.array([1.0]), np.float32(1.0))],
        *[(x, True) for x in (True, None, "s", print)],
    ],
)
def test_what_is_static(leaf: Any, expected: bool) -> None:
    assert is_static(leaf) is expected


def test_a_structure_filled_with_other_numbers() -> None:
    tree = {"a": [1.0, "s", True, None, 2], "b": (np.zeros((2, 2)), W)}
    found = refilled(tree, iter("ABCDEFG"))
    assert found["a"] == ["A", "s", True, None, "B"]
    assert found["b"][0].tolist() == [["C", "D"], ["E", "F"]]
    assert found["b"][1] == "G"
    assert refilled(tree, iter("ABCDEFG"), True) is tree


NAMES: list[tuple[tuple[Any, ...], dict[str, Any], list[str]]] = [
    ((1.0, 2, W), {}, ["x", "y", "argument 2"]),
    (([1.0, (2.0,)], {"w": 1.0}), {}, ["x[0]", "x[1][0]", "y['w']"]),
    ((np.zeros(2), np.zeros((1, 2))), {}, ["x[0]", "x[1]", "y.flat[0]", "y.flat[1]"]),
    ((np.zeros(()), True, "s", None), {}, ["x.flat[0]"]),
    ((), {"k": [1.0], "b": 2.0, "n": 3.0}, ["b", "k[0]"]),
    ((1.0, 2.0, 3.0, 4.0), {}, ["x", "y", "argument 2"]),
]


@pytest.mark.parametrize(("args", "kwargs", "expected"), NAMES)
def test_names_of_the_numbers(args: Any, kwargs: dict[str, Any], expected: list[str]) -> None:
    assert named(args, kwargs, ["x", "y"], (3,), ("n",)) == expected
