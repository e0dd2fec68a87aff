"""What a recorded program knows of the source."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograd import exp, jit


def loop(x: Any) -> Any:
    for _ in range(5):
        x = x * 0.5
        x = exp(x) + x
    return x


def questions(x: Any) -> Any:
    for k in range(5):
        if x > k - 10.0:
            x = x * 2.0
    return x


def helped(x: Any) -> Any:
    y = half(x)
    return half(y) + half(x)


def half(x: Any) -> Any:
    return x * 0.5


LINES: list[tuple[Callable[..., Any], set[tuple[Callable[..., Any], int]]]] = [
    (loop, {(loop, 2), (loop, 3)}),
    (questions, {(questions, 2), (questions, 3)}),
    (helped, {(helped, 2), (half, 1)}),
]
"""By functions, the lines after their first on which operations stand, or questions are asked."""


@pytest.mark.parametrize(("f", "expected"), LINES)
def test_a_place_is_listed_once_however_often_it_is_passed(f: Callable[..., Any], expected: Any) -> None:
    program = jit(f).program(1.0)
    every = {(place.file, place.line) for place in program.places}
    assert every == {(__file__, g.__code__.co_firstlineno + line) for g, line in expected}
    columns = 2  # `exp(x) + x` stands in two places of its line
    assert len(program.places) <= columns * len(every)
    assert {program.places[line].line for line in program.lines} <= {line for _, line in every}
