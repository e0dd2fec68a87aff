"""What a recorder hears: operations, comparisons, numbers that are read, leaves, and sweeps."""

from __future__ import annotations

import contextlib
import copy
import operator
import threading
from collections.abc import Sequence
from typing import Any

import pytest

import autograd
from autograd import PRIMITIVES, Primitive, Value, checkpoint, constant, grad, no_grad, stop_gradient
from autograd.engine.recording import recorded, unheard
from nn import SGD
from nn.losses import cross_entropy_with_logits

SIGNS: dict[str, Any] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Answer:
    """What a comparison returns while it is recorded."""

    def __init__(self, hears: Hears, holds: bool) -> None:
        self.hears, self.holds = hears, holds

    def __bool__(self) -> bool:
        self.hears.events.append("decided")
        return self.holds


class Hears:
    """A recorder that writes everything down."""

    def __init__(self) -> None:
        self.events: list[Any] = []

    def comparisons(self) -> list[Any]:
        return [event for event in self.events if event[0] in SIGNS]

    def operation_done(self, primitive: Any, operands: Sequence[Any], result: Any) -> None:
        self.events.append((primitive.name, *map(id, operands), id(result)))

    def sweep_starts(self, order: Sequence[Any], seeds: Sequence[tuple[Any, float]]) -> None:
        self.events.append("sweep")

    def compared(self, sign: str, a: Any, b: Any) -> Answer:
        self.events.append((sign, id(a), id(b) if isinstance(b, Value) else b))
        with no_grad():
            return Answer(self, SIGNS[sign](a._data, b._data if isinstance(b, Value) else b))

    def asked(self, value: Any) -> None:
        self.events.append(("asked", id(value)))

    def data_read(self, value: Any) -> None:
        self.events.append(("read", id(value), value._data))

    def data_set(self, value: Any) -> None:
        self.events.append(("set", id(value), value._data))

    def leaf_made(self, value: Any) -> None:
        self.events.append(("leaf", id(value), value.is_constant))

    def copied(self, value: Any, leaf: Any) -> None:
        self.events.append(("copied", id(value), leaf._data))

    def differentiated(self, outputs: Sequence[Any]) -> None:
        self.events.append("differentiated")

    def operation_failed(self, primitive: Any, operands: Sequence[Any]) -> None:
        self.events.append(("failed", primitive.name, *map(id, operands)))


@pytest.mark.parametrize("sign", SIGNS)
def test_a_comparison_is_what_the_recorder_says(sign: str) -> None:
    compare, x, y = SIGNS[sign], Value(1.0), Value(2.0)
    mirrored = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(sign, sign)
    with recorded(hears := Hears()):
        results = [compare(x, y), compare(x, 1.0), compare(1, x)]
        assert all(isinstance(result, Answer) for result in results)
        assert hears.events == [(sign, id(x), id(y)), (sign, id(x), 1.0), (mirrored, id(x), 1)]
    assert compare(x, y) is compare(1.0, 2.0)


def test_comparison_with_what_is_no_number_is_not_heard() -> None:
    with recorded(hears := Hears()):
        assert Value(1.0) != "1"
        with pytest.raises(TypeError):
            Value(1.0) < "1"  # type: ignore[operator]  # noqa: B015 - it raises
    assert [event[0] for event in hears.events] == ["leaf", "leaf"]


def test_extremes_sorting_membership_and_branches_are_heard() -> None:
    a, b, c = Value(3.0), Value(1.0), Value(2.0)
    with recorded(hears := Hears()):
        assert max([a, b, c]) is a
        assert hears.events == [(">", id(b), id(a)), "decided", (">", id(c), id(a)), "decided"]
        hears.events.clear()
        ordered = sorted([a, b, c])
        assert hears.events.count("decided") == len(hears.events) / 2 >= 2
        hears.events.clear()
        assert 1.0 in [a, b]
        assert hears.events == [("==", id(a), 1.0), "decided", ("==", id(b), 1.0), "decided"]
        hears.events.clear()
        inside = bool(0.0 < b < 2.0)
        assert hears.events == [(">", id(b), 0.0), "decided", ("<", id(b), 2.0), "decided"]
        hears.events.clear()
        taken = "a" if a and not Value(0.0) else "b"
        assert [event[0] for event in hears.events] == ["asked", "leaf", "asked"]
    assert ([x.data for x in ordered], inside, taken) == ([1.0, 2.0, 3.0], True, "a")


def test_numbers_that_are_read_and_set_are_heard() -> None:
    x = Value(3.0, label="x")
    optimizer = SGD([x], learning_rate=0.5)
    x.grad = 2.0
    with recorded(hears := Hears()):
        assert x.data == 3.0
        x.data = 4.0
        assert hears.events == [("read", id(x), 3.0), ("set", id(x), 3.0)]
        hears.events.clear()
        optimizer.step()
        assert hears.events == [("set", id(x), 4.0)]
        hears.events.clear()
        twin = copy.copy(x)
        assert hears.events == [("read", id(x), 3.0), ("leaf", id(twin), False)]
        hears.events.clear()
        shown = [repr(x), f"{x:.1f}"]
        with pytest.raises(TypeError, match="x = 3"):
            float(x)
        with pytest.raises(ValueError, match="x = 3"):
            autograd.acos(x)
        assert hears.events == [("failed", "acos", id(x))]
    assert shown == ["Value(data=3.0, grad=2.0, label='x')", "3.0"]


def test_a_derivative_at_a_constant_tells_of_what_its_variable_is_a_copy() -> None:
    c = constant(2.0)
    with recorded(hears := Hears()):
        assert grad(lambda x: x * x)(c).data == 4.0
    assert [event for event in hears.events if event[0] == "copied"] == [("copied", id(c), 2.0)]


def test_leaves_are_heard_with_what_they_are() -> None:
    with recorded(hears := Hears()):
        x, c = Value(1.0), constant(2.0, label="c")
    assert hears.events == [("leaf", id(x), False), ("leaf", id(c), True)]
    assert (c.data, c.label, c.is_constant) == (2.0, "c", True)


@pytest.mark.parametrize("detached", [Value.detach, stop_gradient])
def test_a_detached_number_is_an_operation_for_who_watches(detached: Any) -> None:
    x = Value(3.0, label="x")
    with recorded(hears := Hears()):
        c = detached(x * 1.0)
        named = detached(x)
    assert [event[0] for event in hears.events] == ["mul", "stop_gradient", "stop_gradient"]
    assert hears.events[2] == ("stop_gradient", id(x), id(named))
    for y in (c, named, detached(x)):
        assert (y.data, y.is_constant, y.operands, y.primitive) == (3.0, True, (), None)
    assert (named.label, stop_gradient(2)) == ("x", 2.0)


def test_operations_and_sweeps_are_heard_also_under_no_grad() -> None:
    x = Value(2.0)
    with recorded(hears := Hears()):
        y = x * x
        y.backward()
        with no_grad():
            z = x + 1.0
            assert x > 1.0
        assert hears.events[:2] == [("mul", id(x), id(x), id(y)), "sweep"]
        assert [event if isinstance(event, str) else event[0] for event in hears.events[2:]] == ["add", ">", "decided"]
    assert z.is_constant


@pytest.mark.parametrize("block", [contextlib.nullcontext, no_grad])
def test_an_operation_is_heard_with_its_row_its_operands_and_its_result(block: Any) -> None:
    x, w, c, d = Value(2.0), Value(3.0), constant(4.0, label="c"), constant(5.0, label="d")
    for name, compute, operands in [
        ("add", lambda: x + w, (x, w)),
        ("mul", lambda: x * c, (x, c)),
        ("sub", lambda: c - x, (c, x)),
        ("div", lambda: c / d, (c, d)),
        ("neg", lambda: -x, (x,)),
        ("pow", lambda: x**w, (x, w)),
        ("exp", lambda: autograd.exp(c), (c,)),
        ("sum", lambda: autograd.sum([x, w, c]), (x, w, c)),
        ("where", lambda: autograd.where(x, w, c), (x, w, c)),
    ]:
        with recorded(hears := Hears()), block():
            y = compute()
        assert hears.events == [(name, *map(id, operands), id(y))]


def test_the_innermost_recorder_hears_and_the_outer_one_watches() -> None:
    x = Value(2.0)
    with recorded(outer := Hears()):
        with recorded(inner := Hears()):
            assert x > 1.0
            x + x
        assert [event[0] for event in outer.events] == ["add"]
        assert x > 1.0
    assert [event if isinstance(event, str) else event[0] for event in inner.events] == [">", "decided", "add"]
    assert [event if isinstance(event, str) else event[0] for event in outer.events] == ["add", ">", "decided"]


def test_of_what_is_unheard_only_those_hear_who_listen_inside() -> None:
    x = Value(2.0)
    with recorded(outer := Hears()):
        with unheard():
            assert x * x > x.data
            with recorded(inner := Hears()):
                x - 1.0
            with no_grad():
                assert (x + x).is_constant
        x / 2.0
    assert [event[0] for event in inner.events] == ["sub"]
    assert [event[0] for event in outer.events] == ["div"]


def test_another_thread_is_not_heard() -> None:
    x = Value(2.0)
    found: list[Any] = []

    def elsewhere() -> None:
        found.extend([x > 1.0, x.data, bool(x), Value(1.0), x.detach(), x + 1.0])

    with recorded(hears := Hears()):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert hears.events == []
    assert found[:3] == [True, 2.0, True]


def test_no_number_is_read_on_the_way_through_softmax_losses_and_checkpoints() -> None:
    xs = [Value(1.0), Value(3.0), Value(2.0)]
    with recorded(hears := Hears()):
        autograd.softmax(xs)
        autograd.log_softmax(xs)
        cross_entropy_with_logits(xs, 1)
        cross_entropy_with_logits(xs, [0.2, 0.3, 0.5])
        checkpoint(lambda v: autograd.logsumexp(v), xs)
        autograd.hessian(autograd.logsumexp)(xs)
    names = [event[0] for event in hears.events]
    assert {"amax", "stop_gradient", "logsumexp"} <= set(names)
    assert not {"read", "leaf", "set"} & set(names)


@pytest.mark.parametrize("row", PRIMITIVES.values(), ids=lambda row: row.name)
def test_of_a_derivative_no_comparisons_are_heard_but_those_of_the_rule(row: Primitive) -> None:
    """Each would be a question that a recorded derivative asks at every call."""
    for point in row.samples:
        variables = list(map(Value, point))
        for xs in (variables, [point[0], *variables[1:]]):
            y = row(*xs)
            if isinstance(y, Value) and not y.is_constant:
                with recorded(by_rule := Hears()):
                    row.partials_at(xs, y)
                with recorded(hears := Hears()):
                    autograd.adjoints(y, variables)
                assert len(hears.comparisons()) <= len(by_rule.comparisons())


def test_what_fails_is_heard_be_it_the_value_or_a_partial() -> None:
    steep = Primitive("steep", lambda a, b: a * b, lambda a, b, y: (b / a, a))
    x, y = Value(0.0), Value(2.0)
    with recorded(hears := Hears()):
        with pytest.raises(ValueError, match=r"log\(0.0\)"):
            autograd.log(x)
        with pytest.raises(ZeroDivisionError, match=r"partials of steep\(0.0, 2.0\)"):
            steep(x, y)
    assert hears.events == [("failed", "log", id(x)), ("failed", "steep", id(x), id(y))]
    with pytest.raises(ZeroDivisionError, match="partials of steep"):
        steep(x, y)
    assert len(hears.events) == 2
