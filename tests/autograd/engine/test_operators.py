"""Operators and methods: they are the table's rows, bit for bit, and leave unknown operands to others."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable
from contextlib import nullcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import autograd
from autograd import PRIMITIVES, Primitive, Value, constant, no_grad
from autograd.engine.operators import is_operand
from autograd.engine.recording import watched
from support.oracles import bits

ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "add": operator.add,
    "sub": operator.sub,
    "mul": operator.mul,
    "div": operator.truediv,
    "pow": operator.pow,
    "mod": operator.mod,
    "floordiv": operator.floordiv,
}
EXTREMES = [0.0, -0.0, 1.0, -1.5, 2.0, 2.5, 3.0, 5e-324, 1e-308, 1.7e308, -1.7e308, math.inf, -math.inf, math.nan]
floats = st.floats(width=64)


def outcome(compute: Callable[[], Any]) -> Any:
    """The result of a computation or the type of its error."""
    try:
        return compute()
    except (ArithmeticError, ValueError) as error:
        return type(error)


class Listener:
    """Operations are recorded on another way where somebody watches."""

    def __init__(self) -> None:
        self.heard: list[tuple[Primitive, Value]] = []

    def operation_done(self, primitive: Primitive, operands: Any, result: Value) -> None:
        self.heard.append((primitive, result))

    def sweep_starts(self, order: Any, seeds: Any) -> None:
        pass


def same_partials(partials: tuple[float | None, ...], expected: list[float | None]) -> bool:
    """To the last bit; but where a plain 0.0 is all that comes in, nothing flows, or a zero of either sign."""
    pairs = zip(partials, expected, strict=True)
    return all(a is b or (b == 0.0 and a in (None, 0.0)) or (b is not None and bits(a) == bits(b)) for a, b in pairs)


def assert_records_the_row(name: str, a: float, b: float) -> None:
    """Every way to write the operation records what the row says, to the last bit, or raises what it raises."""
    row, operate = PRIMITIVES[name], ARITHMETIC[name]
    plain = outcome(lambda: row(a, b))
    pairs = [(Value(a), Value(b)), (Value(a), b), (a, Value(b)), (Value(a), constant(b)), (constant(a), Value(b))]
    for (lhs, rhs), watcher in itertools.product(pairs, (None, Listener())):
        with watched(watcher) if watcher else nullcontext():
            node = outcome(lambda lhs=lhs, rhs=rhs: operate(lhs, rhs))
        if isinstance(plain, type):
            assert node is plain
            continue
        assert bits(node.data) == bits(plain)
        assert node.primitive is row
        assert not watcher or watcher.heard[-1][0] is row
        assert not watcher or watcher.heard[-1][1] is node
        assert [x.data if isinstance(x, Value) else x for x in node.operands] == pytest.approx([a, b], nan_ok=True)
        assert [isinstance(x, Value) for x in node.operands] == [isinstance(lhs, Value), isinstance(rhs, Value)]
        expected = [
            partial if isinstance(x, Value) and not x.is_constant else None
            for partial, x in zip(row.partials_at((a, b), plain), (lhs, rhs), strict=True)
        ]
        assert same_partials(node.partials, expected)


@pytest.mark.parametrize("name", ARITHMETIC)
def test_inlined_arithmetic_is_the_row_at_extremes(name: str) -> None:
    for a, b in itertools.product(EXTREMES, repeat=2):
        assert_records_the_row(name, a, b)


@pytest.mark.parametrize("name", ARITHMETIC)
@given(a=floats, b=floats)
def test_inlined_arithmetic_is_the_row(name: str, a: float, b: float) -> None:
    assert_records_the_row(name, a, b)


@pytest.mark.parametrize("name", ARITHMETIC)
@pytest.mark.parametrize("number", [2, True, Fraction(3, 2)])
def test_other_numbers_are_operands_on_either_side(name: str, number: Any) -> None:
    x, operate = Value(3.0), ARITHMETIC[name]
    assert operate(x, number).data == operate(3.0, float(number))
    assert operate(number, x).data == operate(float(number), 3.0)
    assert operate(x, number).operands == (x, float(number))
    assert type(operate(number, x).operands[0]) is float


@pytest.mark.parametrize("name", ARITHMETIC)
def test_constants_and_pauses_leave_the_fast_path(name: str) -> None:
    x, c, operate = Value(3.0), constant(2.0), ARITHMETIC[name]
    expected = PRIMITIVES[name].partials_at((3.0, 2.0), operate(3.0, 2.0))
    assert operate(x, c).partials == (expected[0], None)
    assert operate(x, c).operands == (x, c)
    assert operate(c, x).partials[0] is None
    assert operate(c, c).is_constant
    with no_grad():
        for node in (operate(x, x), operate(x, 2.0), operate(2.0, x)):
            assert node.is_constant
            assert node.operands == ()


def test_sum_of_python_starts_from_zero() -> None:
    xs = [Value(-0.0), Value(2.0)]
    total = sum(xs)
    assert total.data == 2.0
    assert math.copysign(1.0, sum([Value(-0.0)]).data) == 1.0  # 0 + −0.0 is 0.0, as for floats
    total.backward()
    assert [x.grad for x in xs] == [1.0, 1.0]
    assert sum([constant(1.0)]).is_constant


def test_augmented_assignment_makes_a_new_node() -> None:
    x = Value(3.0)
    y = x
    y *= x
    y += 1.0
    y -= 2
    y /= 4.0
    y **= 2
    assert (x.data, y.data) == (3.0, 4.0)
    y.backward()
    assert x.grad == 2 * 2.0 * 6.0 / 4.0


def test_unary_plus_is_the_number_itself_as_are_its_real_part_and_its_conjugate() -> None:
    x = Value(3.0)
    assert +x is x.real is x.conjugate() is x
    assert bits(x.imag) == bits(0.0)


UNARY = [row for row in PRIMITIVES.values() if len(row.operands) == 1 + len(row.defaults) and not row.variadic]
METHODS = [row for row in UNARY if row.name not in ("neg", "abs", "round", "sigmoid_slope", "ieee_log")]


@pytest.mark.parametrize("row", METHODS, ids=lambda row: row.name)
def test_every_unary_row_is_a_method_and_a_function(row: Primitive) -> None:
    assert getattr(autograd, row.name) is row
    for point in row.samples:
        x = Value(point[0])
        node = getattr(x, row.name)(*point[1:])
        assert node.primitive is row
        assert node.operands == (x, *point[1:])
        assert node.data == row(*point)


def test_defaults_of_methods_are_those_of_the_rows() -> None:
    x = Value(-0.5)
    assert x.leaky_relu().operands == autograd.leaky_relu(x).operands == (x, 0.01)
    assert x.elu().operands == autograd.elu(x).operands == (x, 1.0)
    assert x.leaky_relu(slope=0.2).data == -0.1


def test_neg_and_abs_are_operators() -> None:
    x = Value(-0.5)
    assert (-x).primitive is PRIMITIVES["neg"]
    assert abs(x).primitive is PRIMITIVES["abs"]
    assert (abs(x).data, (-x).data) == (0.5, 0.5)


def test_methods_of_two_operands() -> None:
    a, b = Value(3.0), Value(4.0)
    assert a.hypot(b).primitive is PRIMITIVES["hypot"]
    assert a.atan2(b).primitive is PRIMITIVES["atan2"]
    assert a.atan2(b).operands == (a, b)


@pytest.mark.parametrize("name", ["sin", "cos", "tan", "sinh", "cosh", "tanh"])
def test_long_names_of_inverse_functions(name: str) -> None:
    short, long = f"a{name}", f"arc{name}"
    assert getattr(autograd, long) is PRIMITIVES[short]
    x = Value(1.5 if name == "cosh" else 0.5)
    assert getattr(x, long)().primitive is PRIMITIVES[short]


class Answering:
    """A class of someone else's that knows what to do with a number."""

    def __radd__(self, other: Any) -> str:
        return "answered"

    __rsub__ = __rmul__ = __rtruediv__ = __rpow__ = __rmod__ = __rfloordiv__ = __rdivmod__ = __radd__


@pytest.mark.parametrize("operate", [*ARITHMETIC.values(), divmod])
def test_an_unknown_operand_gets_to_answer(operate: Callable[[Any, Any], Any]) -> None:
    for x in (Value(1.0), constant(1.0)):
        assert operate(x, Answering()) == "answered"


@pytest.mark.parametrize("operate", [*ARITHMETIC.values(), divmod])
@pytest.mark.parametrize("other", ["3", None, [1.0], object()])  # complex numbers: test_refusals
def test_an_operand_nobody_knows_is_a_type_error(operate: Callable[[Any, Any], Any], other: Any) -> None:
    for operands in ((Value(1.0), other), (other, Value(1.0))):
        with pytest.raises(TypeError, match=r"Value|string formatting"):  # which is what "3" % x means
            operate(*operands)


ROUNDING: list[Callable[[Any], Any]] = [round, math.floor, math.ceil, math.trunc]


@pytest.mark.parametrize("rounded", ROUNDING)
@given(a=floats)
def test_rounding_is_pythons(rounded: Callable[[Any], Any], a: float) -> None:
    plain = outcome(lambda: float(rounded(a)))
    node = outcome(lambda: rounded(Value(a)))
    assert node is plain if isinstance(plain, type) else bits(node.data) == bits(plain)


@given(a=floats, ndigits=st.integers(-330, 330) | st.integers(-3, 17))
@example(a=0.125, ndigits=2)
@example(a=1.7e308, ndigits=-308)
@example(a=5e-324, ndigits=323)
def test_rounding_to_digits_is_pythons(a: float, ndigits: int) -> None:
    plain = outcome(lambda: round(a, ndigits))
    node = outcome(lambda: round(Value(a), ndigits))
    assert node is plain if isinstance(plain, type) else bits(node.data) == bits(plain)


def test_the_number_of_digits_is_an_int() -> None:
    for wrong in (1.0, Value(1.0), "1"):
        with pytest.raises(TypeError, match="cannot be interpreted as an integer"):
            round(Value(2.5), wrong)  # type: ignore[arg-type]  # what a type checker refuses, too


@pytest.mark.parametrize(("a", "b"), [(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (6.0, 2.0), (-0.0, 3.0), (1e300, 1e-5)])
def test_divmod_is_pythons(a: float, b: float) -> None:
    for pair in (divmod(Value(a), Value(b)), divmod(a, Value(b)), divmod(Value(a), b)):
        assert [bits(x.data) for x in pair] == [bits(x) for x in divmod(a, b)]
        assert [x.primitive.name for x in pair] == ["floordiv", "mod"]
    for operate in (divmod, operator.mod, operator.floordiv):
        with pytest.raises(ZeroDivisionError, match=r"x = 7\.5, 0\.0\).* is defined for b ≠ 0"):
            operate(Value(7.5, label="x"), 0.0)


@pytest.mark.parametrize("operate", [operator.matmul, operator.and_, operator.lshift])
def test_operations_that_have_no_derivative_are_not_defined(operate: Callable[[Any, Any], Any]) -> None:
    with pytest.raises(TypeError):
        operate(Value(3.0), 2)


def test_what_is_an_operand() -> None:
    assert all(map(is_operand, [1, 1.0, True, Fraction(1, 2), Value(1.0), constant(1.0)]))
    assert not any(map(is_operand, ["1", None, 1j, [1.0], (1.0,)]))
