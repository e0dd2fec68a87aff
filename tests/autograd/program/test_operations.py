"""A program as data."""

from __future__ import annotations

from typing import Any

import pytest

from autograd import PRIMITIVES, Program
from autograd.program.operations import Place

MUL, ADD, NEG = PRIMITIVES["mul"], PRIMITIVES["add"], PRIMITIVES["neg"]
PARTS: dict[str, Any] = {
    "name": "f",
    "inputs": ["x", "y", "z"],
    "constants": [2.0],
    "primitives": [NEG, MUL, ADD, MUL, ADD, ADD],
    "operands": [(0,), (3, -1), (1, -1), (2, 2), (5, 6), (4, 7)],
    "outputs": [8],
}


def test_every_operation_has_the_slot_behind_those_before() -> None:
    program = Program(**PARTS)
    expected = [
        (3, NEG, (0,)),
        (4, MUL, (3, -1)),
        (5, ADD, (1, -1)),
        (6, MUL, (2, 2)),
        (7, ADD, (5, 6)),
        (8, ADD, (4, 7)),
    ]
    assert list(program.operations()) == expected


@pytest.mark.parametrize("part", ["primitives", "operands"])
def test_operations_without_operands_and_operands_without_operations_are_no_program(part: str) -> None:
    program = Program(**{**PARTS, part: PARTS[part][:-1]})
    with pytest.raises(ValueError, match="zip"):
        list(program.operations())


def test_the_most_frequent_operation_is_counted_first() -> None:
    assert list(Program(**PARTS).counts().items()) == [("add", 3), ("mul", 2), ("neg", 1)]


@pytest.mark.parametrize(
    ("wanted", "active"),
    [
        (None, "111 111111"),
        ([1, 0, 0], "100 110001"),
        ([False, True, False], "010 001011"),
        ([False, False, True], "001 000111"),
        ([False, False, False], "000 000000"),
    ],
)
def test_active_is_what_a_gradient_reaches(wanted: Any, active: str) -> None:
    assert Program(**PARTS).active(wanted) == bytearray(map(int, active.replace(" ", "")))


def test_nothing_flows_through_what_is_stopped() -> None:
    program = Program(**PARTS, stopped=frozenset({7}))
    assert program.active([False, True, True]) == bytearray([0, 1, 1, 0, 0, 1, 1, 0, 0])
    assert program.active() == bytearray([1, 1, 1, 1, 1, 1, 1, 0, 1])


def test_a_place_is_shown_as_python_does() -> None:
    assert str(Place("a.py", 3)) == '"a.py", line 3'
