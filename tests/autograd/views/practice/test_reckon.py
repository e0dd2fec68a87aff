"""Arithmetic that a learner types: what it comes to, and what is refused, and why."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd.views.practice.reckon import UnreadableError, reckon
from support.arithmetic import READABLE, UNREADABLE


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
