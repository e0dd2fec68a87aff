"""Rows of the user's: what they keep of what they are told, and when two of them are the same."""

from __future__ import annotations

import functools
import math
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import PRIMITIVES, Primitive, grad, ieee, primitive
from autograd.transforms.own_rows import OwnRow, own_row

FACTS: dict[str, Any] = {
    "symbol": "²",
    "domain": "a > 0",
    "convention": "0 at 0",
    "defaults": (2.0,),
    "samples": [(3.0,)],
    "kinks": [(0.5,)],
    "at_kink": lambda a: a == 0.5,
    "textbook": lambda a, y: (a + a,),
    "ieee": lambda a: math.inf,
}


def value(a: Any) -> Any:
    return a * a


def partials(a: Any, y: Any) -> Any:
    return (2.0 * a,)


def everything(row: Primitive) -> dict[str, Any]:
    return {name: getattr(row, name) for name in (*FACTS, "variadic", "definition", "operands", "value", "partials")}


@pytest.mark.parametrize("name", [None, *FACTS])
def test_a_row_keeps_what_it_is_told_and_has_the_defaults_of_any_other(name: str | None) -> None:
    told = {} if name is None else {name: FACTS[name]}
    made = primitive("squared", value, partials, **told)
    assert everything(made) == everything(Primitive("squared", value, partials, **told))


@pytest.mark.parametrize("name", FACTS)
def test_another_fact_makes_another_row(name: str) -> None:
    plain = primitive("squared", value, partials)
    changed = primitive("squared", value, partials, **{name: FACTS[name]})
    assert changed is not plain
    assert primitive("squared", value, partials, **{name: FACTS[name]}) is changed


class Scale:
    """Whose methods are rules."""

    def __init__(self, factor: float) -> None:
        self.factor = factor

    def value(self, a: Any) -> Any:
        return self.factor * a

    def partials(self, a: Any, y: Any) -> Any:
        return (self.factor,)


def times(factor: float, a: Any) -> Any:
    return factor * a


def of_methods(factor: float) -> Any:
    scale = Scale(factor)
    return primitive("scaled", scale.value, scale.partials)


def of_methods_inside(factor: float) -> Any:
    scale = Scale(factor)
    return primitive("scaled", lambda a: scale.value(a), lambda a, y: scale.partials(a, y))


def of_bound_globals(factor: float) -> Any:
    globals()["bound"] = Scale(factor).value
    return primitive("scaled", lambda a: bound(a), lambda a, y: (bound(1.0),))  # type: ignore[name-defined]  # noqa: F821


def of_partial(factor: float) -> Any:
    return primitive("scaled", functools.partial(times, factor), lambda a, y: (factor,))


def of_defaults(factor: float) -> Any:
    return primitive("scaled", lambda a, k=factor: k * a, lambda a, y: (factor,))


def of_keyword_defaults(factor: float) -> Any:
    return primitive("scaled", lambda a, *, k=factor: k * a, lambda a, y: (factor,))


def of_several_globals(factor: float) -> Any:
    globals().update(FIRST=factor, SECOND=0.0)
    return primitive("scaled", lambda a: FIRST * a + SECOND, lambda a, y: (FIRST + SECOND,))  # type: ignore[name-defined]  # noqa: F821


def of_an_array(factor: float) -> Any:
    factors = np.array([factor, 0.0])  # which `==` compares one by one
    return primitive("scaled", lambda a: factors[0] * a, lambda a, y: (factors[0],))


def of_a_class_inside(factor: float) -> Any:
    globals()["NUMBER"] = factor

    def value(a: Any) -> Any:
        class Inside:
            number = NUMBER  # type: ignore[name-defined]  # noqa: F821

        return Inside.number * a

    return primitive("scaled", value, lambda a, y: (value(1.0),))


@pytest.mark.parametrize(
    "make",
    [
        of_methods,
        of_methods_inside,
        of_bound_globals,
        of_partial,
        of_defaults,
        of_keyword_defaults,
        of_several_globals,
        of_an_array,
        of_a_class_inside,
    ],
)
def test_rules_that_say_something_else_make_another_row(make: Callable[[float], Any]) -> None:
    rows = []
    for factor in (2.0, 3.0, 2.0):
        rows.append(make(factor))
        assert rows[-1](1.5) == factor * 1.5
    assert rows[0] is not rows[1] is not rows[2]


@pytest.mark.parametrize(
    "rules",
    [
        "def value(a, n=2): return 2.0 * a if n == 0 else value(a, n - 1)\ndef partials(a, y): return (value(1.0),)",
        "def value(a): return 2.0 * a\ndef partials(a, y): return (slope(),)\ndef slope(): return made(1.0)",
    ],
    ids=["a rule that calls itself", "a helper that calls the row"],
)
def test_rules_that_go_in_circles_are_the_same_when_they_are_said_again(rules: str) -> None:
    module: dict[str, Any] = {"__name__": "cell", "primitive": primitive}
    cell = f"{rules}\nmade = primitive('scaled', value, partials)"
    exec(cell, module)
    made = module["made"]
    for _ in range(2):
        exec(cell, module)
        assert module["made"] is made
    assert grad(made)(3.0) == 2.0


def test_which_row_is_current() -> None:
    first = primitive("squared", value, partials)
    assert isinstance(first, OwnRow)
    assert first.is_current
    second = primitive("squared", value, partials, symbol="²")
    assert isinstance(second, OwnRow)
    assert (first.is_current, second.is_current) == (False, True)
    del PRIMITIVES["squared"]
    assert not second.is_current


@pytest.mark.parametrize("count", range(1, 7))
def test_a_row_of_any_number_of_operands_is_known_again(count: int) -> None:
    names = ", ".join("abcdef"[:count])

    def make(factor: float) -> Any:
        value = eval(f"lambda {names}: {factor} * math.prod(({names},))", {"math": math})
        partials = eval(f"lambda {names}, y: tuple(y / x for x in ({names},))")
        return primitive("product", value, partials)

    pickled = pickle.dumps(make(2.0))
    assert pickle.loads(pickled)(*[1.0] * count) == 2.0
    make(3.0)
    with pytest.raises(
        ValueError, match=rf"^the pickle holds the operation product of {__name__}, .*been changed since"
    ):
        pickle.loads(pickled)


@pytest.mark.parametrize(
    ("before", "now", "same"),
    [
        (math.nan, math.nan, True),
        (math.nan, 2.0, False),
        (2.0, math.nan, False),
        (2.0, 2.0 * (1.0 + 1e-12), True),
        (2.0, 2.0 * (1.0 + 1e-6), False),
        (math.inf, math.inf, True),
    ],
)
def test_numbers_by_which_a_row_is_known(before: float, now: float, same: bool) -> None:
    made = primitive("constant_of", lambda a: now, lambda a, y: (0.0,))
    trials = [((1.0,), before)]
    if same:
        assert own_row("constant_of", __name__, trials) is made
    else:
        with pytest.raises(ValueError, match="has been changed since"):
            own_row("constant_of", __name__, trials)


def test_a_variadic_row_is_known_again() -> None:
    def make(factor: float) -> Any:
        return primitive("total", lambda xs: factor * math.fsum(xs), lambda xs, y: [factor for _ in xs], variadic=True)

    pickled = pickle.dumps(make(2.0))
    assert pickle.loads(pickled)(1.0, 2.0, 3.0) == 12.0
    make(3.0)
    with pytest.raises(ValueError, match="has been changed since"):
        pickle.loads(pickled)


def test_where_a_rule_raises_it_is_not_known_by_that() -> None:
    """Inside `ieee` or not: acosh has no number at 0.5, which is tried."""
    made = primitive("own_acosh", math.acosh, lambda a, y: (1.0 / math.sqrt(a * a - 1.0),))
    pickled = pickle.dumps(made)
    with ieee():
        assert pickle.dumps(made) == pickled
        assert pickle.loads(pickled) is made
    assert len(made.trials()) == 1
    for before in (2.0, math.nan):
        with ieee(), pytest.raises(ValueError, match=rf"was {before} at \(0\.5,\) when it was saved, and is None here"):
            own_row("own_acosh", __name__, [((0.5,), before)])


def test_a_row_that_nobody_made_is_told_without_others() -> None:
    with pytest.raises(
        ValueError, match=r"operation own_nothing of library, which is not known here; import that module"
    ):
        own_row("own_nothing", "library", [])


def test_partials_that_raise_at_a_kink_are_told_also_inside_ieee() -> None:
    with ieee(), pytest.raises(ZeroDivisionError, match=r"own_abs: at the sample \(0\.0,\): "):
        primitive("own_abs", abs, lambda a, y: (a / y,), kinks=[(0.0,)])


def test_whose_row_it_is() -> None:
    """The module of the partials, or else of the value."""
    nowhere: dict[str, Any] = {}
    exec("value = lambda a: -a\npartials = lambda a, y: (-1.0,)", nowhere)

    def minus(a: Any, y: Any) -> Any:
        return (-1.0,)

    for value, partials, library in (
        (math.fabs, minus, __name__),
        (nowhere["value"], minus, __name__),
        (lambda a: -a, nowhere["partials"], __name__),
        (math.fabs, nowhere["partials"], "math"),
        (float.__neg__, nowhere["partials"], "?"),
        (nowhere["value"], nowhere["partials"], "?"),
    ):
        assert primitive("own_minus", value, partials).library == library  # type: ignore[attr-defined]


def test_rules_of_no_module_are_known_again() -> None:
    found: dict[str, Any] = {}
    exec("value = lambda a: a * a\npartials = lambda a, y: (2.0 * a,)", found)
    made = primitive("squared", found["value"], found["partials"])
    assert pickle.loads(pickle.dumps(made)) is made


def test_a_convention_of_a_variadic_row_decides_at_its_kinks() -> None:
    def highest(at_kink: Any) -> Any:
        return primitive(
            "highest",
            lambda xs: max(0.0, *xs),
            lambda xs, y: tuple(0.0 for _ in xs),  # wrong anywhere else
            variadic=True,
            samples=[(0.0, 0.0)],
            at_kink=at_kink,
        )

    assert highest(lambda xs: not any(xs))(1.0, -2.0) == 1.0
    with pytest.raises(ValueError, match="give the point under kinks"):
        highest(lambda xs: any(xs))
