"""Programs as they travel to other processes: this package's rows by name, the user's own with all that they are."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

pytest.importorskip("cloudpickle")

from autograd import PRIMITIVES, Primitive, compiled
from autograd.engine.define import Own
from autograd.program.comparison import COMPARISONS
from autograd.program.program import Program
from autograd.program.shipped import Shipped, loaded
from autograd.program.take import TAKE

RULES = ("value", "partials", "at_kink", "textbook", "ieee")
FACTS = ("name", "symbol", "variadic", "defaults", "domain", "convention", "samples", "kinks")


def travelled(row: Primitive) -> Primitive:
    program = Program("f", ["a", "b"], [0.5], [row], [(0, 1)], [2])
    [found] = loaded(Shipped(program, None, (False, True), True, False).dumped()).program.primitives
    return found


@pytest.mark.skipif(compiled, reason="a compiled function doesn't tell its parameters")
def test_the_facts_of_a_row_are_all_that_it_is_made_of() -> None:
    assert set(inspect.signature(Primitive.__init__).parameters) == {"self", *RULES, *FACTS}


@pytest.mark.parametrize("symbol", ["<", "[]", "own", "\N{SNOWMAN}"])
def test_a_row_of_the_user_s_has_all_that_it_had(symbol: str) -> None:
    """Even one that is in no table, and looks like one of this package's."""
    factor = 3.0
    own = Own(
        "own",
        lambda a, b: a * b * factor,
        lambda a, b, y: (b * factor, a * factor),
        symbol=symbol,
        defaults=(2.0,),
        domain="a > 0",
        convention="the left one",
        samples=[(1.0, 2.0)],
        kinks=[(0.0, 0.0)],
        at_kink=lambda a, b: a == factor,
        textbook=lambda a, b, y: (y / a, y / b),
        ieee=lambda a, b: a + factor,
    )
    found = travelled(own)
    assert found is not own
    assert type(found) is Own
    assert {name: getattr(found, name) for name in FACTS} == {name: getattr(own, name) for name in FACTS}
    assert found.operands == ("a", "b")
    assert found(1.0, 2.0) == 6.0
    assert found.partials(1.0, 2.0, 6.0) == (6.0, 3.0)
    assert found.at_kink is not None
    assert found.ieee is not None
    assert [found.at_kink(x, 0.0) for x in (3.0, 4.0)] == [True, False]
    assert found.textbook(2.0, 3.0, 18.0) == (9.0, 6.0)
    assert found.ieee(1.0, 2.0) == 4.0
    assert "own" not in PRIMITIVES


def test_a_variadic_row_and_one_with_a_rule_that_is_no_function_travel() -> None:
    def many(xs: Any) -> Any:
        return xs[0] + xs[1]

    found = travelled(Own("many", many, lambda xs, y: (1.0,) * len(xs), variadic=True))
    assert found.variadic
    assert found(1.0, 2.0) == 3.0
    other = Own("other", lambda a, b: a * b, lambda a, b, y: (b, a))
    other.partials = (3.0).__mul__
    assert not hasattr(other.partials, "__module__")
    assert travelled(other).partials(2.0) == 6.0


@pytest.mark.parametrize("row", [*PRIMITIVES.values(), *COMPARISONS.values(), TAKE], ids=lambda row: row.symbol)
def test_a_row_of_this_package_is_itself(row: Primitive) -> None:
    assert travelled(row) is row


@pytest.mark.parametrize("wanted", [None, (True, False)])
@pytest.mark.parametrize(("vector_math", "exact"), [(True, False), (False, True)])
def test_how_it_is_to_be_computed_travels_with_it(wanted: Any, vector_math: bool, exact: bool) -> None:
    program = Program("f", ["a", "b"], [0.5], [PRIMITIVES["mul"]], [(0, -1)], [2], labels={2: "y"})
    found = loaded(Shipped(program, wanted, (False, True), vector_math, exact).dumped())
    assert found[1:] == (wanted, (False, True), vector_math, exact)
    assert (found.program.name, found.program.labels) == ("f", {2: "y"})
    assert found.program.listing() == program.listing()
