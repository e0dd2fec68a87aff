"""What a recorder hears: which operations a program has, what it knows of the source, and what can't be recorded."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, exp, ieee, jit, log, relu, sqrt, stop_gradient
from autograd.program import recorder
from autograd.program.recorder import Recording, record
from support.calls import calls


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


X, W = Value(2.0, "x"), Value(5.0, "w")
Way = Callable[[Any], list[Any]]


def recorded(first: Way, then: Way | None = None) -> Recording:
    """What a function of x is that does one thing when it is called first, and another thing then."""
    ways = iter([first, then or first])
    return record("f", lambda: next(ways)(X), [X], ["x"])


def labelled(x: Any) -> list[Any]:
    square = x * x
    square.label = "square"
    return [stop_gradient(square) * W + Value(4.0), square]


LISTINGS: list[tuple[Way, list[str]]] = [
    (
        lambda x: [x * 3.0 + 3.0 + x * -0.0 + 0.0],
        ["%1 = mul(x, 3.0)", "%2 = add(%1, 3.0)", "%3 = mul(x, -0.0)", "%4 = add(%2, %3)", "%5 = add(%4, 0.0)"],
    ),
    (lambda x: [x + 1.0, [x * x, 1.0 / x]][:1], ["%1 = add(x, 1.0)", "%2 = div(1.0, x)"]),
    (lambda x: [relu(2.0) * 1.5 + x, log(W) * 2.0], ["%2 = add(3.0, x)", "%3 = log(w)", "%4 = mul(%3, 2.0)"]),
    (
        labelled,
        [
            "%2 = square = mul(x, x)",
            "%3 = square = stop_gradient(square) (nothing flows back)",
            "%4 = mul(square, w)",
            "%5 = add(%4, 4.0)",
        ],
    ),
]
"""Functions, and the operations that their programs have."""


@pytest.mark.parametrize(("way", "expected"), LISTINGS)
def test_a_program_has_what_its_results_need_and_what_could_raise_an_error(way: Way, expected: list[str]) -> None:
    listing = recorded(way).program.listing().splitlines()
    assert [line.strip() for line in listing if line.startswith("  %")] == expected


def test_a_number_is_kept_once_and_a_zero_with_its_sign() -> None:
    assert list(map(repr, recorded(LISTINGS[0][0]).program.constants)) == ["3.0", "-0.0", "0.0"]


DIFFERENT: list[tuple[Way, Way, str]] = [
    (lambda x: [x * 3.0], lambda x: [x * 4.0], "twice {}did mul(x = 2.0, 3.0) first and mul(x = 2.0, 4.0) then"),
    (lambda x: [x * W], lambda x: [W * x], "twice {}did mul(x = 2.0, w = 5.0) first and mul(w = 5.0, x = 2.0) then"),
    (lambda x: [x * x + x], lambda x: [x * x], "twice {}did add(4.0, x = 2.0) first and nothing more then"),
    (lambda x: [x * x], lambda x: [x * x + x], "a second time {}did add(4.0, x = 2.0) more"),
    (lambda x: [exp(x)], lambda x: [sqrt(x)], "twice {}did exp(x = 2.0) first and sqrt(x = 2.0) then"),
    (lambda x: [1.0], lambda x: [2.0], "twice {}returned other numbers"),
    (lambda x: [x], lambda x: [W], "twice {}returned other numbers"),
    (lambda x: [x], lambda x: [x, x], "twice {}returned 1 numbers first and 2 then"),
]
"""What is done at first, what then, and what is said of it."""


@pytest.mark.parametrize(("first", "then", "told"), DIFFERENT)
def test_what_differs_the_second_time_is_shown(first: Way, then: Way, told: str) -> None:
    message = f"f: called {told.format('with the same arguments it ')}"
    with pytest.raises(ValueError, match="^" + re.escape(message)) as raised:
        recorded(first, then)
    assert ("first and" in message and "returned" not in message) is (f'"{__file__}", line ' in str(raised.value))


def caught(*operations: Callable[[Any], Any]) -> Way:
    """Tries them, and goes on as if nothing had happened."""

    def way(x: Any) -> list[Any]:
        for operation in operations:
            try:
                operation(x)
            except (ValueError, OverflowError):
                continue
        return [x]

    return way


@pytest.mark.parametrize(
    ("way", "told"),
    [
        (caught(lambda x: log(x - 5.0), lambda x: sqrt(x - 6.0)), "log(-3.0)"),
        (caught(lambda x: sqrt(x - 6.0), lambda x: log(x - 5.0)), "sqrt(-4.0)"),
        (caught(lambda x: log(W - 9.0)), "log(-4.0)"),
        (caught(lambda x: log(-1.0), lambda x: log(-x)), "log(-2.0)"),
    ],
)
def test_the_first_error_that_is_caught_is_told(way: Way, told: str) -> None:
    with pytest.raises(TypeError, match=re.escape(f"f: an error of {told} was caught while it was recorded")):
        recorded(way)


@pytest.mark.parametrize(
    "operation", [lambda x: log(Value(-1.0)), lambda x: exp(1000.0), lambda x: log(Value(1.0) - 2.0)]
)
def test_errors_of_plain_numbers_are_caught_outside_ieee_alone(operation: Callable[[Any], Any]) -> None:
    """There the operation has a result: the program is for calls outside, or for those inside."""
    assert recorded(caught(operation)).ieee is False
    with ieee():
        assert recorded(caught(operation)).ieee is True
    assert recorded(lambda x: [x * x]).ieee is None


def test_a_number_too_large_is_refused_in_a_comparison() -> None:
    with pytest.raises(OverflowError, match=r"^less: operand b is too large for a float"):
        recorded(lambda x: [x if x < 10**400 else -x])


def test_lines_are_looked_up_by_one_of_the_two_recordings(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_up = calls(monkeypatch, recorder, "users_frame")
    recorded(lambda x: [x * x + x, exp(x)])
    assert len(looked_up) == 3
