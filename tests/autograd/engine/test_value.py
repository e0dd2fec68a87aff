"""What a Value is: the number of a float, what it accepts, how it compares, copies and refuses."""

from __future__ import annotations

import copy
import decimal
import functools
import itertools
import math
import operator
import pickle
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import pytest

import autograd
from autograd import Value, constant
from support.oracles import bits

_POSITIVE = [0.0, 5e-324, 1e-300, 0.1, 0.5, 1.0, 1.5, 3.0, 171.0, 709.782712893384, 710.5, 1e154, 1.7e308, math.inf]
NUMBERS = [*_POSITIVE, *(-x for x in _POSITIVE), math.nan]


def same(value: Any, plain: Callable[[], float]) -> bool:
    """Whether a computation with Values gives the float's bits, or raises the float's type of error."""
    try:
        expected = plain()
    except (ArithmeticError, ValueError) as error:
        with pytest.raises(type(error)):
            value()
        return True
    return bits(value().data) == bits(expected)


# ---------------------------------------------------------------------------------------------------------------------
# A Value computes what a float computes

MATH = [
    *("exp", "expm1", "log", "log1p", "log2", "log10", "sqrt", "cbrt", "erf", "erfc"),
    *("sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "asinh", "acosh", "atanh"),
]


@pytest.mark.parametrize("name", MATH)
def test_functions_compute_what_pythons_math_computes(name: str) -> None:
    plain = getattr(math, name)
    for x in NUMBERS:
        assert same(lambda x=x: getattr(Value(x), name)(), lambda x=x: plain(x))


@pytest.mark.parametrize("name", ["atan2", "hypot"])
def test_functions_of_two_operands_compute_what_pythons_math_computes(name: str) -> None:
    for a, b in itertools.product(NUMBERS, repeat=2):
        assert same(
            lambda a=a, b=b: getattr(autograd, name)(Value(a), Value(b)), lambda a=a, b=b: getattr(math, name)(a, b)
        )


@pytest.mark.parametrize("operate", [operator.add, operator.sub, operator.mul, operator.truediv])
def test_arithmetic_computes_what_floats_compute(operate: Callable[[Any, Any], Any]) -> None:
    for a, b in itertools.product(NUMBERS, repeat=2):
        for lhs, rhs in [(Value(a), Value(b)), (Value(a), b), (a, Value(b)), (constant(a), b)]:
            assert same(lambda lhs=lhs, rhs=rhs: operate(lhs, rhs), lambda a=a, b=b: operate(a, b))


def test_a_power_computes_what_floats_compute_and_stays_real() -> None:
    for a, b in itertools.product([*NUMBERS, 2.0, -2.0, -8.0], [*NUMBERS, 2.0, -3.0, 1 / 3]):
        try:
            expected = a**b
        except (OverflowError, ZeroDivisionError) as error:
            with pytest.raises(type(error)):
                Value(a) ** Value(b)
            continue
        if isinstance(expected, complex):
            with pytest.raises(ValueError, match="leaves the real numbers"):
                Value(a) ** Value(b)
        else:
            assert bits((Value(a) ** b).data) == bits((a ** Value(b)).data) == bits(expected)


def test_signs_compute_what_floats_compute() -> None:
    for x in NUMBERS:
        assert bits((-Value(x)).data) == bits(-x)
        assert bits(abs(Value(x)).data) == bits(abs(x))
        assert bits((+Value(x)).data) == bits(x)


@pytest.mark.parametrize("name", ["sigmoid", "softplus", "tanh", "log_sigmoid", "silu", "gelu", "elu", "relu"])
def test_activations_neither_overflow_nor_lose_their_sign(name: str) -> None:
    for x in (-1e308, -1e4, -710.0, 710.0, 1e4, 1e308):
        value = Value(x)
        y = getattr(value, name)()
        y.backward()
        assert math.isfinite(y.data)
        assert math.isfinite(value.grad)


def test_the_tails_of_activations_keep_their_digits() -> None:
    """Where a naive form gives 0 or cancels; the numbers are SymPy's, rounded to floats."""
    assert Value(-40.0).sigmoid().data == pytest.approx(4.248354255291589e-18, rel=1e-15)
    assert Value(-40.0).softplus().data == pytest.approx(4.248354255291589e-18, rel=1e-15)
    assert Value(40.0).log_sigmoid().data == pytest.approx(-4.248354255291589e-18, rel=1e-15)
    assert Value(-10.0).gelu().data == pytest.approx(-7.61985302416052e-23, rel=1e-13)
    x = Value(-40.0)
    x.elu().backward()
    assert x.grad == pytest.approx(4.248354255291589e-18, rel=1e-15)


# ---------------------------------------------------------------------------------------------------------------------
# Errors say which operation, which operands, where it is defined and what to do

x, zero = Value(2.0, label="x"), Value(0.0, label="rate")
ERRORS: list[tuple[Callable[[], Any], type[Exception], list[str]]] = [
    (lambda: x / zero, ZeroDivisionError, ["div(x = 2.0, rate = 0.0)", "b ≠ 0", "keep the divisor away from zero"]),
    (lambda: 1 / zero, ZeroDivisionError, ["div(1, rate = 0.0)", "division by zero"]),
    (lambda: zero**-1, ZeroDivisionError, ["pow(rate = 0.0, -1)", "divisor"]),
    (lambda: Value(10.0) ** 400, OverflowError, ["pow(10.0, 400): ", "out of range; ", "scale the operands down"]),
    (lambda: (x * 500.0).exp(), OverflowError, ["exp(1000.0)", "a < 709.79", "logsumexp"]),
    (lambda: zero.log(), ValueError, ["log(rate = 0.0)", "log(a) is defined for a > 0", "clip() or maximum()"]),
    (lambda: (-x).sqrt(), ValueError, ["sqrt(-2.0)", "a ≥ 0"]),
    (lambda: x.asin(), ValueError, ["asin(x = 2.0)", "−1 ≤ a ≤ 1"]),
    (lambda: (-x) ** 0.5, ValueError, ["pow(-2.0, 0.5)", "negative base", "real numbers"]),
    (lambda: (-x) ** 2.5, ValueError, ["pow(-2.0, 2.5)", "negative base", "real numbers"]),
    (lambda: x / 0.0, ZeroDivisionError, ["div(x = 2.0, 0.0)", "b ≠ 0"]),
    (lambda: autograd.clip(x, 3.0, 1.0), ValueError, ["clip(x = 2.0, 3.0, 1.0)", "low ≤ high"]),
    (lambda: autograd.logsumexp([]), ValueError, ["logsumexp: of nothing", "at least one operand"]),
    (lambda: x * 10**400, OverflowError, ["mul: operand b is too large for a float", "scale it down"]),
    (lambda: Value(10**400), OverflowError, ["Value: data is too large for a float"]),
]


@pytest.mark.parametrize(("compute", "kind", "parts"), ERRORS)
def test_errors_name_operation_operands_and_remedy(
    compute: Callable[[], Any], kind: type[Exception], parts: list[str]
) -> None:
    with pytest.raises(kind) as raised:
        compute()
    assert type(raised.value) is kind
    for part in parts:
        assert part in str(raised.value)
    assert "Errno" not in str(raised.value)
    assert "(34" not in str(raised.value)


def test_a_failed_operation_leaves_its_operands_as_they_were() -> None:
    a, b = Value(1.0), Value(0.0)
    y = a * 3.0
    y.backward()
    with pytest.raises(ZeroDivisionError):
        y / b
    assert (a.data, a.grad, b.data, b.grad, y.data, y.grad) == (1.0, 3.0, 0.0, 0.0, 3.0, 1.0)


# ---------------------------------------------------------------------------------------------------------------------
# Infinite and undefined derivatives at legal points


def test_an_infinite_derivative_is_not_an_error() -> None:
    for start, function, expected in [
        (0.0, autograd.sqrt, math.inf),
        (0.0, autograd.cbrt, math.inf),
        (1.0, autograd.asin, math.inf),
        (1.0, autograd.acos, -math.inf),
        (1.0, autograd.acosh, math.inf),
        (0.0, lambda v: v**0.5, math.inf),
        (0.0, lambda v: v**2, 0.0),
        (0.0, lambda v: v**0, 0.0),
        (0.0, lambda v: 0.0**v, 0.0),
        (-2.0, lambda v: v**2, -4.0),
    ]:
        v = Value(start)
        function(v).backward()
        assert v.grad == expected


def test_a_branch_not_taken_gets_nothing_though_its_derivative_is_infinite() -> None:
    v = Value(0.0)
    y = autograd.where(v > 0.0, v.sqrt(), 3.0 * v)
    y.backward()
    assert v.grad == 3.0


def test_by_the_exponent_of_a_negative_base_the_derivative_is_undefined() -> None:
    base, exponent = Value(-2.0), Value(2.0)
    (base**exponent).backward()
    assert base.grad == -4.0
    assert math.isnan(exponent.grad)


# ---------------------------------------------------------------------------------------------------------------------
# What a Value is made of


class Number(float):
    """A float of someone else's."""


@pytest.mark.parametrize(
    ("number", "data"), [(3, 3.0), (True, 1.0), (0.1, 0.1), (Fraction(1, 4), 0.25), (Number(2.5), 2.5), (-0.0, -0.0)]
)
def test_any_real_number_is_kept_as_a_float(number: Any, data: float) -> None:
    v = Value(number)
    assert type(v.data) is float
    assert bits(v.data) == bits(data)
    for attribute in ("data", "grad"):
        v = Value(0.0)
        setattr(v, attribute, number)
        assert type(getattr(v, attribute)) is float
        assert bits(getattr(v, attribute)) == bits(data)


REFUSED = [
    (Value(1.0), "Value already"),
    ("3", "convert it with float"),
    (1j, "only real numbers"),
    ([1.0], " in x]"),
    (decimal.Decimal(1), "convert it with float"),
    (None, "got NoneType None"),
    (b"3", "got bytes b'3'"),
    (range(1000), "range(0, 1000)"),
    ("long " * 20, "'long long long long long long long l...;"),
]


@pytest.mark.parametrize(("thing", "part"), REFUSED)
@pytest.mark.parametrize("make", [Value, constant, autograd.exp, functools.partial(setattr, Value(0.0), "data")])
def test_anything_else_is_a_type_error_that_names_it(make: Any, thing: Any, part: str) -> None:
    if isinstance(thing, Value) and make is autograd.exp:
        pytest.skip("a Value is what exp is for")
    with pytest.raises(TypeError, match="must be a real number") as raised:
        make(thing)
    assert type(thing).__name__ in str(raised.value)
    assert part in str(raised.value)


def test_a_refused_number_leaves_the_value_as_it_was() -> None:
    v = Value(1.0)
    for attribute in ("data", "grad"):
        with pytest.raises(TypeError, match=f"^Value: {attribute} must be a real number"):
            setattr(v, attribute, "2")
    assert (v.data, v.grad) == (1.0, 0.0)


def test_a_value_has_no_other_attributes() -> None:
    with pytest.raises(AttributeError):
        Value(1.0).gradient = 0.0  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        Value(1.0).is_constant = True  # type: ignore[misc]


# ---------------------------------------------------------------------------------------------------------------------
# Copies


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda v: pickle.loads(pickle.dumps(v))])
@pytest.mark.parametrize("make", [Value, constant])
def test_leaves_are_copied_and_pickled(duplicate: Any, make: Any) -> None:
    v = make(2.0, label="w")
    v.grad = 3.0
    twin = duplicate(v)
    assert twin is not v
    assert (twin.data, twin.grad, twin.label, twin.is_constant) == (2.0, 3.0, "w", v.is_constant)
    twin.data = 5.0
    assert v.data == 2.0


def test_a_copied_structure_shares_what_the_original_shared() -> None:
    v = Value(2.0)
    first, second = copy.deepcopy([v, v])
    assert first is second
    assert first is not v
    first, second = pickle.loads(pickle.dumps([v, v]))
    assert first is second


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_result_is_not_copied(duplicate: Any) -> None:
    y = Value(2.0) * 3.0
    for thing in (y, {"loss": [y]}) if duplicate is not copy.copy else (y,):
        with pytest.raises(TypeError, match=r"result of mul; only leaves are copied.*\.detach\(\)"):
            duplicate(thing)


def test_a_detached_result_is_copied() -> None:
    y = (Value(2.0) * 3.0).detach()
    assert copy.deepcopy(y).data == pickle.loads(pickle.dumps(y)).data == 6.0


# ---------------------------------------------------------------------------------------------------------------------
# What a node shows


def test_repr() -> None:
    assert repr(Value(2.0)) == "Value(data=2.0, grad=0.0)"
    assert repr(Value(2.0, label="x")) == "Value(data=2.0, grad=0.0, label='x')"
    assert repr(constant(2.0)) == "constant(2.0)"
    assert repr(constant(2.0, label="c")) == "constant(2.0, label='c')"
    assert repr(Value(1.0) * 2.0) == "Value(data=2.0, grad=0.0)"


def test_a_leaf() -> None:
    v = Value(2.0)
    assert (v.is_leaf, v.is_constant, v.primitive, v.operands, v.partials) == (True, False, None, (), ())
    assert (v.grad, v.label, v.swept) == (0.0, None, False)


def test_nodes_keep_operands_and_partials() -> None:
    a, b, c = Value(3.0), Value(4.0), constant(5.0)
    for node, operands, partials in [
        (a * b, (a, b), (4.0, 3.0)),
        (a * 2.0, (a, 2.0), (2.0, None)),
        (2 - a, (2.0, a), (None, -1.0)),
        (a + c, (a, c), (1.0, None)),
        (-a, (a,), (-1.0,)),
        (a**2, (a, 2.0), (6.0, None)),
        (autograd.where(True, a, b), (1.0, a, b), (None, 1.0, None)),
        (autograd.sum([a, 2.0, b]), (a, 2.0, b), (1.0, None, 1.0)),
        (autograd.dot([a, b], [c, 2.0]), (a, b, c, 2.0), (5.0, 2.0, None, None)),
        (autograd.dot([a, b], [7.0, 8.0]), (a, b, 7.0, 8.0), (7.0, 8.0, None, None)),
        (autograd.dot([7.0, 8.0], [a, b]), (7.0, 8.0, a, b), (None, None, 7.0, 8.0)),
    ]:
        assert not node.is_leaf
        assert len(node.operands) == len(operands)
        assert all(
            kept is x or (type(kept) is float and kept == x) for kept, x in zip(node.operands, operands, strict=True)
        )
        assert node.partials == partials


def test_constants() -> None:
    v, c = Value(3.0, label="v"), constant(2.0, label="c")
    assert c.is_constant
    assert c.is_leaf
    both = c * 2.0 + c.exp()
    assert both.is_constant
    assert [x.data for x in both.operands] == [4.0, math.exp(2.0)]  # what it was computed from can be seen
    assert both.edges == []
    assert (constant(2.0) * 3.0).operands == ()  # without a name it is like a plain number
    y = v * c
    y.backward()
    assert (v.grad, c.grad) == (2.0, 0.0)
    detached = (v * v).detach()
    assert detached.is_constant
    assert (detached.data, detached.operands) == (9.0, ())
    assert v.detach().label == "v"


def test_the_engine_compares_nodes_by_identity() -> None:
    """Nodes with equal numbers are different nodes."""
    a, b = Value(1.0), Value(1.0)
    y = a * 2.0 + b * 3.0 + (a * 2.0) * 1.0
    assert len(autograd.topological_order(y)) == 8
    y.backward()
    assert (a.grad, b.grad) == (4.0, 3.0)


def test_nothing_recursive_is_needed_to_show_a_deep_node() -> None:
    y = Value(1.0)
    for _ in range(10 * sys.getrecursionlimit()):
        y = y + 1.0
    assert repr(y).startswith("Value(data=")
    with pytest.raises(TypeError, match="only leaves"):
        copy.deepcopy(y)
    assert hash(y) == hash(y)


@pytest.mark.parametrize(
    "more", [(object(),), (autograd.sin,), (None, 1.0, autograd.sin), (None, 0.0, autograd.sin, Value(1.0))]
)
def test_nodes_are_not_made_by_hand(more: tuple[Any, ...]) -> None:
    if autograd.compiled:
        pytest.skip("tests/autograd/test_crashes.py tries it there")
    told = r"not more than data and a label; .* autograd.primitive\(name, value, partials\)"
    with pytest.raises(TypeError, match=told):
        Value(1.0, None, *more)


def test_a_value_is_no_base_class() -> None:
    with pytest.raises(TypeError, match="subclass"):
        type("Mine", (Value,), {})
