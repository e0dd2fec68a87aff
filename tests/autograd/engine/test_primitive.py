"""A row as an object: calling it, entering one of your own, what is wrong with a bad one."""

from __future__ import annotations

import copy
import itertools
import math
import pickle
from fractions import Fraction
from typing import Any

import pytest

import autograd
from autograd import PRIMITIVES, Primitive, Value, constant, exp, hypot, ieee, leaky_relu, primitive
from support.oracles import check_differences, check_sympy


def test_plain_numbers_give_a_float() -> None:
    for number in (1, 1.0, True):
        assert type(exp(number)) is float
        assert exp(number) == math.e


@pytest.mark.parametrize("number", [2**53 + 1, -(2**1023), 2**1024 - 2**971, 10**308])
def test_an_int_is_the_float_it_is_near(number: int) -> None:
    assert PRIMITIVES["add"](number, 0) == PRIMITIVES["add"](Value(0.0), number).data == float(number)


@pytest.mark.parametrize("number", [2**1024 - 1, -(2**1024), 10**400])
def test_an_int_that_is_too_large_is_told_by_its_place(number: int) -> None:
    for operands in ((1.0, number), (Value(1.0), number)):
        with pytest.raises(OverflowError, match=r"^add: operand b is too large for a float .*; scale it down"):
            PRIMITIVES["add"](*operands)
    with pytest.raises(OverflowError, match=r"^sum: operand 1 is too large for a float .*; scale it down"):
        autograd.sum([Value(1.0), number])


def test_values_give_a_node_wherever_they_stand() -> None:
    v = Value(3.0)
    for operands in ((v, 4.0), (4.0, v), (4, v), (v, v)):
        assert hypot(*operands).primitive is hypot
        assert hypot(*operands).operands == operands


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_wrong_number_of_operands(count: int) -> None:
    with pytest.raises(TypeError, match=rf"hypot takes 2 operands \(a, b\), got {count}"):
        hypot(*[1.0] * count)
    with pytest.raises(TypeError, match=f"got {count}"):
        hypot(*[Value(1.0)] * count)


def test_defaults_stand_in_for_the_last_operands() -> None:
    assert leaky_relu(-1.0) == -0.01
    assert leaky_relu(-1.0, 0.5) == -0.5
    for operands in ((), (1.0, 0.1, 2.0)):
        with pytest.raises(TypeError, match=r"leaky_relu takes 2 operands \(a, slope\)"):
            leaky_relu(*operands)


def test_a_row_is_named_documented_and_copied_by_name() -> None:
    row = PRIMITIVES["log"]
    assert (row.__name__, repr(row)) == ("log", "<primitive log>")
    assert row.definition == "log(a) is defined for a > 0"
    assert PRIMITIVES["tanh"].definition == "tanh(a)"
    assert copy.deepcopy(row) is copy.copy(row) is pickle.loads(pickle.dumps(row)) is row


def test_a_row_of_your_own_is_differentiated_and_checked_like_any_other() -> None:
    smoothstep = primitive(
        "smoothstep",
        lambda a: a * a * (3.0 - 2.0 * a),
        lambda a, y: (6.0 * a * (1.0 - a),),
        samples=[(0.25,), (0.75,)],
    )
    assert PRIMITIVES["smoothstep"] is smoothstep
    v = Value(0.25)
    y = 2.0 * smoothstep(v)
    y.backward()
    assert (y.data, v.grad) == (0.3125, 2.25)
    check_differences(smoothstep)
    check_sympy(smoothstep)


def test_a_row_of_three_operands_some_of_which_have_no_influence() -> None:
    pick = primitive(
        "pick", lambda a, b, i: b if i else a, lambda a, b, i, y: (None, 1.0, None) if i else (1.0, None, None)
    )
    a, b = Value(2.0), Value(3.0)
    y = pick(a, b, 1.0)
    assert y.partials == (None, 1.0, None)
    y.backward()
    assert (a.grad, b.grad) == (0.0, 1.0)


def test_two_operands_one_of_which_has_no_influence() -> None:
    first = primitive("first", lambda a, b: a, lambda a, b, y: (1.0, None))
    a, b = Value(2.0), Value(3.0)
    y = first(a, b)
    assert (y.operands, y.partials) == ((a, b), (1.0, None))
    y.backward()
    assert (a.grad, b.grad) == (1.0, 0.0)


def test_three_operands_all_of_which_have_influence() -> None:
    muladd = primitive("muladd", lambda a, b, c: a * b + c, lambda a, b, c, y: (b, a, 1.0))
    operands = a, b, c = Value(2.0), Value(3.0), Value(4.0)
    y = muladd(a, b, c)
    assert (y.operands, y.partials) == (operands, (3.0, 2.0, 1.0))
    y.backward()
    assert (a.grad, b.grad, c.grad) == (3.0, 2.0, 1.0)


@pytest.mark.parametrize(
    ("name", "point", "i"),
    [("pow", (2.0, 0.0), 1), ("xlogy", (0.0, 2.0), 0), ("leaky_relu", (-1.0, 0.0), 1), ("elu", (-1.0, 0.0), 1)],
)
def test_beside_a_plain_zero_nothing_flows_and_beside_a_variable_that_is_zero_a_zero(
    name: str, point: tuple[float, ...], i: int
) -> None:
    for zero, expected in ((0.0, None), (-0.0, None), (0, None), (Value(0.0), 0.0), (constant(0.0), 0.0)):
        operands: list[Any] = list(map(Value, point))
        operands[i] = zero
        assert PRIMITIVES[name](*operands).partials[1 - i] == expected


FEW = [row for row in PRIMITIVES.values() if len(row.operands) <= 2 and not row.variadic]


@pytest.mark.parametrize("row", FEW, ids=lambda row: row.name)
def test_up_to_two_operands_lie_inline_where_something_flows_to_each(row: Primitive) -> None:
    """A node with a list of operands is several times as large."""
    for point in row.samples:
        node = row(*map(Value, point))
        assert (node._rest is None) == (None not in node.partials)


@pytest.mark.parametrize(
    ("name", "part"),
    [("exp", "already in the table"), ("not a name", "identifier"), ("", "identifier"), ("2x", "'2x'")],
)
def test_a_name_that_is_taken_or_none(name: str, part: str) -> None:
    before = dict(PRIMITIVES)
    with pytest.raises(ValueError, match=part):
        primitive(name, lambda a: a, lambda a, y: (1.0,))
    assert before == PRIMITIVES


@pytest.mark.parametrize("partials", [lambda a, b, y: (1.0,), lambda a, b, y: (1.0, 1.0, 1.0), lambda a, b, y: ()])
def test_a_rule_that_gives_a_wrong_number_of_partials(partials: Any) -> None:
    bad = primitive("bad", lambda a, b: a + b, partials)
    with pytest.raises(TypeError, match=r"bad: the rule returns \d partials for 2 operands"):
        bad(Value(1.0), Value(2.0))


def test_a_rule_whose_derivative_raises_says_so() -> None:
    root = primitive("root", math.sqrt, lambda a, y: (0.5 / y,))
    told = r"^partials of root\(x = 0.0\): (float )?division by zero; keep the divisor away from zero, [^;]*$"
    with pytest.raises(ZeroDivisionError, match=told):
        root(Value(0.0, label="x"))


def test_a_rule_whose_value_raises_says_so_and_names_no_domain_where_none_is_stated() -> None:
    inverse = Primitive("inverse", lambda a: 1.0 / a, lambda a, y: (-y * y,))
    for operand in (0.0, Value(0.0)):
        with pytest.raises(ZeroDivisionError, match=r"^inverse\(0.0\): (float )?division by zero; keep [^;]*$"):
            inverse(operand)


@pytest.mark.parametrize("row", [row for row in PRIMITIVES.values() if not row.variadic], ids=lambda row: row.name)
def test_operands_may_be_named(row: Primitive) -> None:
    for point in (*row.samples, *row.kinks):
        expected = row(*point)
        for placed in range(len(point)):
            named = dict(list(zip(row.operands, point, strict=True))[placed:])
            assert row(*point[:placed], **named) == expected
            recorded = row(*point[:placed], **{name: Value(x) for name, x in named.items()})
            assert recorded.data == expected
            assert [type(x) for x in recorded.operands[placed:]] == [Value] * len(named) or recorded.is_constant
        with pytest.raises(TypeError, match=f"{row.name} takes {len(point)} operand"):
            row(*point, **{row.operands[0]: point[0]})


@pytest.mark.parametrize("returned", [2, True, Fraction(1, 4)])
def test_a_rule_may_return_any_real_number(returned: Any) -> None:
    row = Primitive("mine", lambda a: returned, lambda a, y: (0.0,))
    for result in (row(1.0), row(Value(1.0)).data):
        assert type(result) is float
        assert result == returned
    for nonsense in ("2", None, Value(2.0)):
        wrong = Primitive("mine", lambda a, nonsense=nonsense: nonsense, lambda a, y: (0.0,))
        for operand in (1.0, Value(1.0)):
            with pytest.raises(
                TypeError, match=f"mine: the value must be a real number.* got {type(nonsense).__name__}"
            ):
                wrong(operand)


@pytest.mark.parametrize("returned", [2, True, Fraction(1, 4)])
def test_a_partial_may_be_any_real_number(returned: Any) -> None:
    x, z = Value(1.0), Value(3.0)
    Primitive("mine", lambda a, b: a + b, lambda a, b, y: (returned, 1.0))(x, z).backward()
    assert type(x.grad) is float
    assert (x.grad, z.grad) == (returned, 1.0)
    with pytest.raises(TypeError, match=r"mine: a partial must be a real number.* got str '2'"):
        Primitive("mine", lambda a: a, lambda a, y: ("2",))(x)


@pytest.mark.parametrize("row", [row for row in PRIMITIVES.values() if row.variadic], ids=lambda row: row.name)
def test_a_row_of_any_number_of_operands_takes_no_names(row: Primitive) -> None:
    for operands, keywords in (((), {"xs": 1.0}), ((1.0, 2.0), {"xs": 3.0}), ((Value(1.0), 2.0), {"start": 3.0})):
        with pytest.raises(TypeError, match=rf"{row.name} takes 1 operand \(xs\), got {len(operands)} and \w+=$"):
            row(*operands, **keywords)


@pytest.mark.parametrize("row", PRIMITIVES.values(), ids=lambda row: row.name)
def test_values_and_partials_are_plain_floats_inside_ieee_too(row: Primitive) -> None:
    count = 2 if row.variadic else len(row.operands)
    for point in itertools.product([0.0, -1.0, 1000.0, math.inf], repeat=count):
        with ieee():
            y = row.value_at(point, point)
            partials = row.partials_at(point, y)
        assert {type(y), *map(type, partials)} <= {float, type(None)}, point


def test_a_value_inside_ieee_may_divide_by_zero() -> None:
    pole = primitive("pole", lambda a: 1.0 / math.sin(a), lambda a, y: (y * y,), ieee=lambda a: 1.0 / a)
    with ieee():
        assert [pole(0.0), pole(-0.0)] == [math.inf, -math.inf]


def test_rows_of_three_and_of_any_number_of_operands_are_given_all_they_need() -> None:
    """Operands and the output, inside `ieee` too, where both rules divide by zero."""
    ratio = primitive("ratio3", lambda a, b, c: a / b + c, lambda a, b, c, y: (1.0 / b, (c - y) / b, None))
    of_many = primitive(
        "of_many", lambda numbers: numbers[0] / numbers[1], lambda n, y: (1.0 / n[1], -y / n[1]), variadic=True
    )
    assert of_many.operands == ("xs",)
    for row, point, value, partials in (
        (ratio, (6.0, 2.0, 1.0), 4.0, [0.5, -1.5, None]),
        (ratio, (1.0, 0.0, 1.0), math.inf, [math.inf, -math.inf, None]),
        (of_many, (6.0, 2.0), 3.0, [0.5, -1.5]),
        (of_many, (1.0, 0.0), math.inf, [math.inf, -math.inf]),
    ):
        with ieee():
            y = row(*map(Value, point))
        assert (y.data, list(y.partials)) == (value, partials)


def test_a_row_is_shown_by_its_symbol_or_its_name() -> None:
    assert [PRIMITIVES[name].symbol for name in ("add", "sigmoid", "tanh", "trunc")] == ["+", "σ", "tanh", "trunc"]
