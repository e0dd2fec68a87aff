"""Operations added from outside: accepted when they are right, refused with a reason when they are not."""

from __future__ import annotations

import functools
import math

import pytest

from autograd import (
    PRIMITIVES,
    Value,
    adjoints,
    cos,
    derivative,
    draw,
    explain,
    grad,
    gradcheck,
    hvp,
    jvp,
    no_grad,
    primitive,
    walkthrough,
)


def test_call_form_and_decorator_make_the_same_row():
    called = primitive("cube", lambda a: a * a * a, lambda a, y: (3.0 * a * a,), symbol="³", samples=[(2.0,)])

    @primitive(partials=lambda a, y: (3.0 * a * a,), symbol="³", samples=[(2.0,)])
    def cubed(a):
        return a * a * a

    @primitive("third_power", partials=lambda a, y: (3.0 * a * a,))
    def renamed(a):
        return a * a * a

    for row in (called, cubed, renamed):
        x = Value(2.0)
        y = row(x)
        y.backward()
        assert (y.data, x.grad, row(2.0)) == (8.0, 12.0, 8.0)
        assert derivative(row, 2)(2.0) == 12.0
        assert derivative(row, 3)(2.0) == 6.0
        assert hvp(lambda x, row=row: row(x[0]) * x[1], [2.0, 1.0], [1.0, 0.0]) == [12.0, 12.0]
        with no_grad():
            assert row(x).is_constant
    assert [row.name for row in (called, cubed, renamed)] == ["cube", "cubed", "third_power"]
    assert PRIMITIVES["cubed"] is cubed
    assert cubed.symbol == "³"


def test_rules_of_many_operands_defaults_and_none():
    row = primitive(
        "scaled_max",
        lambda xs: max(xs) * 2.0,
        lambda xs, y: tuple(2.0 if 2.0 * x == y else None for x in xs),
        variadic=True,
        samples=[(1.0, 2.0)],
    )
    x = [Value(1.0), Value(5.0)]
    row(*x).backward()
    assert [v.grad for v in x] == [0.0, 2.0]
    scaled = primitive("scaled", lambda a, k: a * k, lambda a, k, y: (k, a), defaults=(10.0,))
    assert scaled(2.0) == 20.0
    assert grad(scaled)(2.0) == 10.0


def test_every_view_knows_an_own_operation():
    @primitive(partials=lambda a, b, y: (b * cos(a * b), a * cos(a * b)), symbol="sin×", samples=[(1.0, 2.0)])
    def sine_of_product(a, b):
        return math.sin(a * b)

    x, w = Value(0.5, label="x"), Value(2.0, label="w")
    y = sine_of_product(x, w)
    assert "w·cos(x·w)" in str(explain(y, x))
    assert "sin×" in str(walkthrough(y)[0])
    assert "sin×" in draw(y).dot
    assert gradcheck(sine_of_product, 0.5, 2.0, order=2)


def test_functions_of_python_that_hide_their_signature_are_accepted():
    assert primitive("log_of", math.log, lambda a, y: (1.0 / a,), samples=[(2.0,)])(1.0) == 0.0
    assert primitive("far", math.hypot, lambda a, b, y: (a / y, b / y), samples=[(3.0, 4.0)])(3.0, 4.0) == 5.0


@pytest.mark.parametrize("name", ["", "two words", "1st", "lambda", "a.b"])
def test_name_that_is_not_an_identifier(name):
    with pytest.raises(ValueError, match="the name must be a Python identifier"):
        primitive(name, lambda a: a, lambda a, y: (1.0,))


def test_name_of_a_lambda_is_not_an_identifier():
    with pytest.raises(ValueError, match="the name must be a Python identifier, got '<lambda>'"):
        primitive(partials=lambda a, y: (1.0,))(lambda a: a)
    with pytest.raises(TypeError, match="the name must be a Python identifier, got NoneType None"):
        primitive(partials=lambda a, y: (1.0,))(functools.partial(math.pow, 2.0))


@pytest.mark.parametrize(
    ("value", "partials", "facts", "message"),
    [
        (lambda a: a, None, {}, "give the rule for the partials"),
        (2.0, lambda a, y: (1.0,), {}, "wrong: value must be a function, got float 2.0"),
        (lambda a: a, (1.0,), {}, r"wrong: partials must be a function, got tuple \(1.0,\)"),
        (
            lambda a: a,
            lambda a, b, y: (1.0, 1.0),
            {},
            r"the partials are for 2 operands \(a, b\), but the value takes \(a\)",
        ),
        (lambda a, b: a, lambda a, b: (1.0, 1.0), {}, "the partials are for 1 operands"),
        (lambda a: a, lambda a, y: (1.0, 2.0), {}, "returns 2 partials for 1 operands; return one for each"),
        (lambda a: a, lambda a, y: 1.0, {}, "must return a tuple, got float 1.0"),
        (lambda a: a, lambda a, y: (1j,), {}, r"partial 0 at \(2.0,\) must be a real number"),
        (lambda a: a, lambda a, y: ("1",), {}, "partial 0 .* got str '1'"),
        (lambda a: a * 1j, lambda a, y: (1.0,), {}, r"the value at \(2.0,\) must be a real number.*complex"),
        (lambda a: None, lambda a, y: (1.0,), {}, "the value at .* got NoneType"),
        (lambda a: a, lambda a, y: (1.0,), {"samples": [(1.0, 2.0)]}, "2 numbers for 1 operands"),
        (lambda a: a, lambda a, y: (1.0,), {"kinks": [(1.0, 2.0)]}, "2 numbers for 1 operands"),
        *[
            (lambda a: a, lambda a, y: (1.0,), {which: points}, f"wrong: {which} must be a list of points, .*, got ")
            for which in ("samples", "kinks")
            for points in (2.0, [2.0], (2.0,), "2", ["2"], None, [None], {2.0: 1.0}, [Value(2.0)])
        ],
        (lambda a: a, lambda a, y: (1.0,), {"samples": [("2",)]}, r"wrong: samples\[0\]\[0\] must be a real number"),
        (lambda a: a, lambda a, y: (1.0,), {"kinks": [(0.0,), (1j,)]}, r"wrong: kinks\[1\]\[0\] must be a real number"),
        (lambda a: a, lambda a, y: (1.0,), {"defaults": 2.0}, "wrong: defaults must be a tuple of numbers, got float"),
        (lambda a: a, lambda a, y: (1.0,), {"defaults": ("2",)}, r"wrong: defaults\[0\] must be a real number"),
        (lambda a: a, lambda a, y: (1.0,), {"defaults": (1.0, 2.0)}, r"wrong: 2 defaults for 1 operands \(a\)"),
        *[
            (lambda a: a, lambda a, y: (1.0,), {which: 2.0}, f"wrong: {which} must be a {what}")
            for what, names in (
                ("string", ("symbol", "domain", "convention")),
                ("function", ("at_kink", "textbook", "ieee")),
            )
            for which in names
        ],
        (lambda xs: xs[0], lambda a, b, y: (1.0, 1.0), {"variadic": True}, r"takes \(xs, y\)"),
        (
            lambda a: a,
            lambda a, y: (1.0,),
            {"smaples": [(2.0,)]},
            "keyword argument.*smaples|smaples.*keyword argument",
        ),
    ],
)
def test_rules_that_are_wrong(value, partials, facts, message):
    with pytest.raises(TypeError, match=message):
        primitive("wrong", value, partials, **{"samples": [(2.0,)], **facts})
    assert "wrong" not in PRIMITIVES


@pytest.mark.parametrize(
    ("partials", "message"),
    [
        (lambda a, b, y: (1.0,), "blend: the rule returns 1 partials for 2 operands"),
        (lambda a, b, y: None, "blend: the rule for the partials must return a tuple, got None"),
        (lambda a, b, y: (1.0, 1j), "blend: a partial must be a real number.*complex"),
        (lambda a, b, y: (Value(1.0), 2.0), "blend: a partial must be a real number.*Value"),
    ],
)
def test_rules_without_samples_are_found_out_when_they_are_used(partials, message):
    row = primitive("blend", lambda a, b: a + b, partials)
    with pytest.raises(TypeError, match=message):
        row(Value(1.0), Value(2.0))
    with pytest.raises(TypeError, match="the value must be a real number"):
        primitive("nothing", lambda a: None, lambda a, y: (1.0,))(Value(1.0))


def test_rule_written_with_math_fails_in_the_second_order_with_the_remedy():
    row = primitive("sine", math.sin, lambda a, y: (math.cos(a),), samples=[(1.0,)])
    assert grad(row)(0.0) == 1.0
    with pytest.raises(
        TypeError, match=r"use the functions of autograd|autograd\.exp, not math\.exp|drop its gradient"
    ):
        derivative(row, 2)(0.0)


def test_an_edge_that_a_rule_drops_when_it_is_recorded_carries_nothing():
    row = primitive("fading", lambda a, b: a * b, lambda a, b, y: (b, a if isinstance(a, float) else None))
    a, b = Value(2.0), Value(3.0)
    y = row(a, b) + b + row(a, b) + a * b
    assert [x.data for x in adjoints(y, [a, b])] == [9.0, 3.0]  # by b nothing comes through the two rows
    assert jvp(lambda t: jvp(lambda v: row(v, v * v), t, 1.0)[1], 2.0, 1.0) == (4.0, 4.0)  # b's tangent 2t is lost
