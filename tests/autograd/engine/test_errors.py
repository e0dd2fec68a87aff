"""The messages: what they show of operands, and what they keep of the error they tell."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from autograd.support.errors import as_float, describe_all, is_real, numeric_error

from autograd import PRIMITIVES, Value, constant


def test_operands_are_shown_with_their_labels() -> None:
    operands = [Value(2.0, label="x"), Value(3.0), constant(0.5, label="rate"), 4.0, 5]
    assert describe_all(operands) == "x = 2.0, 3.0, rate = 0.5, 4.0, 5"
    assert describe_all([]) == ""


def test_a_numpy_scalar_is_shown_as_a_number_not_as_its_memory() -> None:
    assert describe_all([np.float64(2.0), np.int64(3)]) == "np.float64(2.0), np.int64(3)"


def test_labels_are_shown_on_one_line_without_control_characters() -> None:
    label = "w\n\x1b[31m\u202e" + "w" * 1000
    assert describe_all([Value(2.0, label=label)]) == r"w \x1b[31m\u202ewwwwwwwwwwwwwwwwwwwww... = 2.0"


def test_of_many_operands_the_middle_is_left_out() -> None:
    assert describe_all([1.0] * 6) == "1.0, 1.0, 1.0, 1.0, 1.0, 1.0"
    assert describe_all([Value(800.0, label="x"), *range(1000)]) == "x = 800.0, 0, 1, ... 997 more, 999"


@pytest.mark.parametrize("kind", [ZeroDivisionError, OverflowError, ValueError])
def test_the_type_of_an_error_is_kept(kind: type[ValueError]) -> None:
    error = numeric_error(kind("reason"), "f", [1.0], "f(a) is defined for a > 1")
    assert type(error) is kind
    assert str(error).startswith("f(1.0): reason; f(a) is defined for a > 1; ")


def test_an_error_of_a_derived_type_comes_as_the_builtin_one() -> None:
    error = UnicodeDecodeError("utf-8", b"", 0, 1, "reason")  # a ValueError that can't be made of a message
    assert type(numeric_error(error, "f", [1.0], "")) is ValueError


def test_an_error_without_a_message_is_told_by_its_type() -> None:
    assert str(numeric_error(OverflowError(), "f", [1.0], "")).startswith("f(1.0): OverflowError; scale")
    assert str(numeric_error(OverflowError(34, "too large"), "f", [1.0], "")).startswith("f(1.0): too large; scale")


def test_what_is_a_real_number() -> None:
    assert all(map(is_real, [1, 1.0, True, Fraction(1, 2), math.nan, 10**400]))
    assert not any(map(is_real, ["1", 1j, None, [1.0], Value(1.0), object()]))


def test_a_number_as_a_float() -> None:
    assert [as_float(x, "f", "a") for x in (1, True, Fraction(1, 2), -0.0)] == [1.0, 1.0, 0.5, 0.0]
    with pytest.raises(OverflowError, match=r"f: a is too large for a float .*; scale it down"):
        as_float(10**400, "f", "a")
    with pytest.raises(OverflowError, match="f: a is too large"):
        as_float(Fraction(10**400), "f", "a")


def test_operands_of_a_row_are_named_in_type_errors() -> None:
    with pytest.raises(TypeError, match="clip: operand low must be a real number"):
        PRIMITIVES["clip"](1.0, "0", 2.0)
    with pytest.raises(TypeError, match="clip: operand high must be a real number"):
        PRIMITIVES["clip"](Value(1.0), 0.0, None)
    with pytest.raises(TypeError, match="prod: operand 2 must be a real number"):
        PRIMITIVES["prod"](1.0, 2.0, "3")
