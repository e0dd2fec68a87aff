"""How a primitive is entered in the table: what it is told, what help shows, and how pickle finds it again."""

from __future__ import annotations

import inspect
import math
import pickle

import pytest

from autograd import PRIMITIVES, Value
from autograd.engine.define import Binary, Reduction, Unary, row, special_row
from autograd.engine.primitive import SPECIAL


def test_a_row_has_what_it_was_told() -> None:
    scaled = row(
        Binary,
        "scaled",
        lambda a, by: a * by,
        lambda a, by, y: (by, a),
        symbol="⋆",
        defaults=(2.0,),
        domain="all a",
        convention="none, it is smooth",
        samples=[(1.0, 3.0)],
    )
    assert PRIMITIVES["scaled"] is scaled
    assert type(scaled) is Binary
    assert (scaled.name, scaled.operands, scaled.samples) == ("scaled", ("a", "by"), ((1.0, 3.0),))
    assert (scaled(3.0), scaled(3.0, 4.0)) == (6.0, 12.0)
    x = Value(5.0)
    assert scaled(x).partials == (2.0, None)
    assert scaled.__doc__ == (
        "scaled(a, by=2.0)\n\nThe operation ⋆ of the table of primitives.\nDefined for all a.\n"
        "Its derivative: none, it is smooth."
    )
    assert str(inspect.signature(scaled)) == "(a, by=2.0)"
    assert scaled.definition == "scaled(a, by) is defined for all a"


def test_what_a_row_is_not_told_it_does_not_show() -> None:
    first = row(Unary, "first", lambda a: a, lambda a, y: (1.0,))
    assert (first.symbol, first.domain, first.convention, first.definition) == ("first", "", "", "first(a)")
    assert (first.samples, first.kinks, first.defaults, first.variadic) == ((), (), (), False)
    assert first.__doc__ == "first(a)\n\nThe operation first of the table of primitives."
    many = row(Reduction, "many", max, lambda xs, y: tuple(1.0 if x == y else None for x in xs), variadic=True)
    assert many.operands == ("xs",)
    assert str(inspect.signature(many)) == "(*xs)"
    assert many.definition == "many(xs)"


def test_the_partials_of_books_are_those_that_are_computed_unless_others_are_given() -> None:
    def partials(a: float, y: float) -> tuple[float]:
        return (2.0 * a,)

    def textbook(a: float, y: float) -> tuple[float]:
        return (a + a,)

    assert row(Unary, "square", lambda a: a * a, partials).textbook is partials
    written = row(Unary, "written", lambda a: a * a, partials, textbook=textbook)
    assert (written.partials, written.textbook) == (partials, textbook)


def test_a_special_function_is_entered_beside_the_table_and_found_in_its_module(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(SPECIAL, "isqrt", PRIMITIVES["sqrt"])  # taken out again, whatever stands there then
    isqrt = special_row(Unary, "math", "isqrt", math.sqrt, lambda a, y: (0.5 / y,), domain="a ≥ 0")
    assert SPECIAL["isqrt"] is isqrt
    assert "isqrt" not in PRIMITIVES
    x = Value(4.0)
    isqrt(x).backward()
    assert (isqrt(4.0), x.grad) == (2.0, 0.25)
    assert isqrt.__doc__ == "isqrt(a)\n\nThe operation isqrt of the table of primitives.\nDefined for a ≥ 0."
    assert pickle.loads(pickle.dumps(isqrt)) is math.isqrt
