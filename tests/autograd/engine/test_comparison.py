"""A Value among numbers: compared by its data, told apart by identity, never made a float silently."""

from __future__ import annotations

import contextlib
import itertools
import math
import operator
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

from autograd import Value, constant, no_grad

# ---------------------------------------------------------------------------------------------------------------------
# A gradient is never dropped silently


@pytest.mark.parametrize("convert", [float, int, math.exp, math.sqrt, complex, math.isnan])
def test_conversions_to_plain_numbers_are_refused(convert: Any) -> None:
    with pytest.raises(TypeError):
        convert(Value(2.0))


@pytest.mark.parametrize("convert", [float, int, math.exp])
def test_the_refusal_says_what_to_use(convert: Any) -> None:
    with pytest.raises(TypeError, match=r"Value x = 2.0 would drop .*use \.data .*autograd\.exp"):
        convert(Value(2.0, label="x"))


def test_a_display_drops_no_gradient() -> None:
    x = Value(2.0, label="x")
    assert f"{x:.3f} {x:>8.1e} {x:g}" == "2.000  2.0e+00 2"
    assert f"{x}" == str(x) == repr(x)


def test_indexing_is_refused() -> None:
    x = Value(2.0)
    with pytest.raises(TypeError):
        [0, 1, 2][x]  # type: ignore[call-overload]
    with pytest.raises(TypeError):
        range(x)  # type: ignore[call-overload]


# ---------------------------------------------------------------------------------------------------------------------
# Comparison is by data, identity is by object


COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne]


@pytest.mark.parametrize("compare", COMPARISONS, ids=lambda f: f.__name__)
def test_comparison_is_that_of_the_floats(compare: Callable[[Any, Any], Any]) -> None:
    assert_compares_as_floats_do(compare)
    with no_grad():  # another way, on which somebody could listen
        assert_compares_as_floats_do(compare)


def assert_compares_as_floats_do(compare: Callable[[Any, Any], Any]) -> None:
    for a, b in itertools.product([0.0, -0.0, 1.0, 2.5, math.inf, math.nan], repeat=2):
        for lhs, rhs in [(Value(a), Value(b)), (Value(a), b), (a, Value(b)), (Value(a), constant(b))]:
            assert compare(lhs, rhs) is compare(a, b)
    assert compare(Value(0.5), Fraction(1, 2)) is compare(0.5, Fraction(1, 2))
    assert compare(Value(1.0), True) is compare(1.0, True)
    assert compare(10**400, Value(1.0)) is compare(10**400, 1.0)


@pytest.mark.parametrize("other", ["1", None, [1.0], 1j])
def test_comparison_with_anything_else(other: Any) -> None:
    v = Value(1.0)
    for block in (contextlib.nullcontext(), no_grad()):
        with block:
            assert v != other
            assert not v == other  # noqa: SIM201 - it is another method
            with pytest.raises(TypeError):
                v < other  # noqa: B015 - it raises


class Answering:
    """A class of someone else's that says what it was compared with."""

    def answer(self, other: Any) -> Any:
        return [other]

    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = answer
    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize("compare", COMPARISONS, ids=lambda f: f.__name__)
def test_another_class_gets_to_answer_and_sees_the_value(compare: Callable[[Any, Any], Any]) -> None:
    v = Value(1.0)
    for block in (contextlib.nullcontext(), no_grad()):
        with block:
            (seen,) = compare(v, Answering())
            assert seen is v


def test_truth_is_that_of_the_float() -> None:
    assert not Value(0.0)
    assert not Value(-0.0)
    assert Value(1e-300)
    assert Value(math.nan)


def test_values_are_keys_by_identity() -> None:
    a, b = Value(1.0), Value(1.0)
    assert a == b
    assert len({a, b}) == 2
    assert {a: "a", b: "b"}[b] == "b"
    hashed = hash(a)
    a.data = 7.0
    assert hash(a) == hashed
    assert a in {a}


def test_sorting_and_extremes_of_python_go_by_data() -> None:
    xs = [Value(3.0), Value(1.0), Value(2.0)]
    assert [v.data for v in sorted(xs)] == [1.0, 2.0, 3.0]
    assert max(xs) is xs[0]
    assert min(xs) is xs[1]
