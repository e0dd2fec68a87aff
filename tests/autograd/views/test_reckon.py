"""Arithmetic that a learner types: what it comes to, and what is refused, and why."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.views.reckon import UnreadableError, reckon

READABLE = {
    "0.5*0.4": 0.2,
    "1/3": 1 / 3,
    "-0.2+1": 0.8,
    "−0.2+1": 0.8,
    "0.5×0.4": 0.2,
    "6÷4": 1.5,
    "2·3": 6.0,
    "2^3^2": 512.0,
    "2**-1": 0.5,
    "-2**2": -4.0,
    "(-8)**3": -512.0,
    " ( 1 + 1/3 ) * 3 ": 4.0,
    "2--3": 5.0,
    "05": 5.0,
    "5.": 5.0,
    ".5": 0.5,
    "1e-3": 0.001,
    "1.5E3": 1500.0,
    "1\n+2": 3.0,
    "(" * 49 + "1" + ")" * 49: 1.0,
    "-" * 99 + "1": -1.0,
    "∞": math.inf,
    "−∞": -math.inf,
    "+Inf": math.inf,
}
UNREADABLE = {
    "": "empty",
    "  ": "empty",
    "1+" * 50 + "1": "long",
    "0,5": "comma",
    "one": "words",
    "exp(1)": "words",
    "1_000": "words",
    "0x10": "words",
    "1j": "words",
    "1e": "words",
    "１": "words",
    "½": "words",
    "__import__('os')": "words",
    "--inf": "words",
    "inf-inf": "words",
    "2(3)": "grammar",
    "1 2": "grammar",
    "1.5.2": "grammar",
    "1//2": "grammar",
    "2***3": "grammar",
    "2 * * 3": "grammar",
    "()": "grammar",
    "(1": "grammar",
    "1)": "grammar",
    "*2": "grammar",
    "+": "grammar",
    "1/0+": "grammar",
    "1/0": "zero",
    "0**-1": "zero",
    "9**9**9**9": "large",
    "1e999": "large",
    "1e308*10": "large",
    "1/1e-308/1e-308": "large",
    "(-8)**(1/3)": "root",
}


@pytest.mark.parametrize("text", READABLE)
def test_what_it_comes_to(text: str) -> None:
    assert reckon(text) == pytest.approx(READABLE[text], rel=1e-15)


def test_not_a_number_is_a_number_too() -> None:
    assert math.isnan(reckon("nan"))


@pytest.mark.parametrize("text", UNREADABLE)
def test_why_it_is_refused(text: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        reckon(text)
    assert caught.value.reason == UNREADABLE[text]


NUMBERS = st.sampled_from(["1.0", "2.0", "0.0", ".5", "3e2", "7.25"])  # floats: whole powers of whole numbers never end
EXPRESSIONS = st.recursive(
    NUMBERS,
    lambda part: st.one_of(
        st.builds("{}{}{}".format, part, st.sampled_from(["+", "-", "*", "/", "**", " - "]), part),
        st.builds("({})".format, part),
        st.builds("-{}".format, part),
    ),
    max_leaves=6,
)


@given(EXPRESSIONS)
def test_as_python_reckons_with_floats(text: str) -> None:
    try:
        expected = eval(text)
    except (ZeroDivisionError, OverflowError):
        expected = math.inf
    try:
        found: float | str = reckon(text)
    except UnreadableError as problem:
        found = problem.reason
    if isinstance(expected, complex):
        assert found in ("root", "large")
    elif math.isinf(expected):
        assert found in ("zero", "large")
    else:
        assert found == "large" or found == pytest.approx(expected, rel=1e-15)


def test_no_text_keeps_it_busy() -> None:
    """Neither a long word of digits, nor a power of whole numbers, nor depth."""
    for text in ("1" * 99 + "x", "9**9**9**9**9", "(" * 99, "1." * 50, "((((9)**9)**9)**9)**9"):
        with pytest.raises(UnreadableError):
            reckon(text)
