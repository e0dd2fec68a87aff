"""Which programs a recorded function keeps, which of them a call runs, and what it hands on to them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, exp, grad, hessian, ieee, jit, value_and_grad
from autograd.program import jit as module
from autograd.program.variant import Variant
from support.calls import calls


def f(xs: Any) -> Any:
    """Of a list, for there is no short way to the value alone."""
    x = xs[0]
    return x * x if x > 0.0 else -x if x > -5.0 else x


def test_the_program_that_served_last_is_tried_first(monkeypatch: pytest.MonkeyPatch) -> None:
    jitted = jit(f)
    for x in (1.0, -1.0, -9.0):
        assert jitted([x]) == f([x])
    found = calls(monkeypatch, Variant, "run")
    tried = []
    for x in (-7.0, 2.0, 3.0, -7.0, -2.0, 2.0):
        assert jitted([x]) == f([x])
        tried.append(len(found))
        found.clear()
    assert tried == [1, 3, 1, 2, 3, 3]


def test_programs_for_inside_ieee_and_for_outside_are_both_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def caught(xs: Any) -> Any:
        try:
            return xs[0] * exp(1000.0)
        except OverflowError:
            return xs[0]

    recordings = calls(monkeypatch, module, "record")
    jitted = jit(caught)
    for _ in range(3):
        assert jitted([2.0]) == 2.0
        with ieee():
            assert jitted([2.0]) == float("inf")
    assert [call.args[0] for call in recordings] == ["caught"] * 2


def test_a_pullback_is_recorded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    recordings = calls(monkeypatch, module, "record")
    second = hessian(jit(lambda x, y: x * x * y), argnums=(0, 1))
    for x, y in ((2.0, 3.0), (4.0, 5.0), (-1.0, 2.0)):
        assert second(x, y) == ((2.0 * y, 2.0 * x), (2.0 * x, 0.0))
    assert [call.args[0] for call in recordings] == ["<lambda>", "pullback of <lambda>"]


def test_an_argument_given_twice_gets_the_sum_of_both_and_what_was_there() -> None:
    jitted = jit(lambda x, y: x * x * y)
    v = Value(3.0)
    (jitted(v, v) + 2.0 * v).backward()
    assert v.grad == 29.0
    cube: Any = lambda v: jitted(v, v) * jitted(v, 1.0)  # noqa: E731
    assert (grad(cube)(2.0), grad(grad(cube))(2.0)) == (80.0, 160.0)  # of v⁵


def test_a_keyword_is_heeded_after_calls_without_it() -> None:
    jitted = jit(lambda x, w=3.0: x * w)
    assert [jitted(2.0), jitted(3.0), jitted(3.0, w=5.0), jitted(w=2.0, x=1.5), jitted(4.0)] == [
        6.0,
        9.0,
        15.0,
        3.0,
        12.0,
    ]


def by_kind(x: Any, n: int) -> Any:
    return x * n if x > 0.0 else -x


@pytest.mark.parametrize(
    ("most", "calls"),
    [
        (1, [(1.0, 1), (1.0, 2)]),
        (2, [(1.0, 1), (1.0, 2), (-1.0, 1)]),
        (2, [(1.0, 1), (-1.0, 1), (1.0, 2)]),
        (3, [(1.0, 1), (-1.0, 1), (1.0, 2), (-1.0, 2)]),
    ],
)
def test_programs_most_of_which_are_for_other_static_arguments(most: int, calls: list[tuple[float, int]]) -> None:
    jitted = jit(by_kind, static_argnames="n", max_programs=most)
    for call in calls[:-1]:
        assert jitted(*call) == by_kind(*call)
    message = f"by_kind: there are {most} programs already, and this call needs one more: they differ in their static"
    with pytest.raises(RuntimeError, match="^" + re.escape(message)):
        jitted(*calls[-1])


def test_the_comparison_that_makes_most_of_them_is_told() -> None:
    def steps(xs: Any) -> Any:
        return xs[0] if xs[0] < 1.0 else xs[0] * 2.0 if xs[0] < 2.0 else xs[0] * 3.0 if xs[0] < 3.0 else xs[0]

    jitted = jit(steps, max_programs=3)
    assert [jitted([x]) for x in (0.5, 1.5)] == [0.5, 3.0]
    assert jitted([0.5, 0.5]) == 0.5
    line = steps.__code__.co_firstlineno + 1
    with pytest.raises(RuntimeError, match=re.escape(f"line {line} goes another way in many of them (it is asked ")):
        jitted([2.5])


def test_at_most_64_programs_are_kept_unless_it_is_said() -> None:
    jitted = jit(lambda x, n: x * n, static_argnums=1)
    assert [jitted(2.0, n) for n in range(64)] == [2.0 * n for n in range(64)]
    with pytest.raises(RuntimeError, match="there are 64 programs already"):
        jitted(2.0, 64)


OPTIONS: list[dict[str, Any]] = [{}, {"vector_math": True}, {"exact": True}, {"vector_math": True, "exact": True}]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
@pytest.mark.parametrize("transform", [None, grad, value_and_grad])
def test_options_reach_the_function_that_is_recorded(transform: Any, options: dict[str, Any]) -> None:
    """Of a derivative, too."""
    for argnums, names in ((1, ()), ((), "n")):
        made: Any = jit(
            transform(by_kind) if transform else by_kind,
            static_argnums=argnums,
            static_argnames=names,
            max_programs=2,
            **options,
        )
        inner = made.jitted if transform else made
        assert inner.vector_math is options.get("vector_math", False)
        assert inner.exact is options.get("exact", False)
        for n in (2, 3):
            expected = (transform(by_kind) if transform else by_kind)(1.5, n)
            assert made(1.5, n) == expected
        with pytest.raises(RuntimeError, match="there are 2 programs already"):
            made(1.5, 4)


def test_by_which_argument_a_recorded_gradient_is() -> None:
    assert jit(grad(lambda x, y: x * x * y, argnums=1))(3.0, 5.0) == 9.0
    assert jit(value_and_grad(lambda x, y: x * x * y, argnums=(1, 0)))(3.0, 5.0) == (45.0, (9.0, 30.0))


class Scaled:
    """A function that is an object."""

    def __call__(self, x: Any) -> Any:
        """Twice as much."""
        return self.times(x)

    def times(self, x: Any) -> Any:
        return 2.0 * x


def test_it_is_called_and_documented_as_the_function_is() -> None:
    jitted: Any = jit(f)
    assert (jitted.__name__, jitted.__doc__, jitted.__wrapped__, jitted.name) == ("f", f.__doc__, f, "f")
    assert jit(jitted) is jitted
    named: Any = jit(Scaled())
    assert (named.name, named(3.0)) == ("Scaled", 6.0)
    with pytest.raises(TypeError, match=r"^Scaled: argument 0 is static"):
        named({1})


def test_attributes_of_the_function_are_not_taken_for_its_own() -> None:
    def g(x: Any) -> Any:
        return x * 3.0

    strange: Any = g
    strange.record = strange.evaluated = strange.arguments = None
    assert jit(g)(2.0) == 6.0


METHODS: list[Callable[[Any], Any]] = [lambda x: x.at(3.0), lambda x: type(x).at(x, 3.0)]


@pytest.mark.parametrize("call", METHODS)
def test_a_method_through_its_object_and_through_its_class(call: Callable[[Any], Any]) -> None:
    class Line:
        @jit
        def at(self, x: Any) -> Any:
            return x * 2.0

    assert call(Line()) == 6.0
