"""`no_grad`: what it stops, and whom it concerns; what a recorder hears."""

from __future__ import annotations

import asyncio
import copy
import operator
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import pytest

import autograd
from autograd import Value, checkpoint, constant, dot, grad, no_grad, stop_gradient
from autograd.engine.recording import OPEN, grad_enabled, recorded
from nn import SGD
from nn.losses import cross_entropy_with_logits


@pytest.fixture(autouse=True)
def everything_is_closed_afterwards() -> Iterator[None]:
    yield
    assert grad_enabled()
    assert not OPEN


def records() -> bool:
    """Whether every way to make a node records one now, or none does."""
    x = Value(2.0)
    nodes = [
        *(x + x, x - x, x * x, x / x, x**x, -x, x + 1.0, x - 1.0, x * 2.0, x / 2.0, 0 + x, 1.0 - x, 2.0 / x),
        *(x.exp(), autograd.exp(x), autograd.where(x, x, 1.0)),
        *(autograd.sum([x, x]), autograd.sum([x, 1.0]), dot([x], [2.0]), autograd.logsumexp([x, x])),
        *(*autograd.softmax([x, x]), *autograd.log_softmax([x, 1.0])),
    ]
    recorded = {not node.is_constant for node in nodes}
    assert recorded == {all(node.operands for node in nodes)}
    assert len(recorded) == 1
    return recorded.pop()


def test_nothing_is_recorded_inside_and_everything_afterwards() -> None:
    assert records()
    with no_grad():
        assert not records()
        assert not grad_enabled()
    assert records()


def test_variables_made_inside_are_variables() -> None:
    with no_grad():
        x = Value(2.0)
    assert not x.is_constant
    (x * x).backward()
    assert x.grad == 4.0


def test_a_graph_from_before_is_differentiated_inside() -> None:
    x = Value(3.0)
    y = x * x
    with no_grad():
        y.backward()
        x.data -= 0.1 * x.grad
    assert (x.grad, x.data) == (6.0, 2.4)


def test_blocks_nest() -> None:
    with no_grad():
        with no_grad():
            assert not records()
        assert not records()
    assert records()


def test_one_block_object_opens_again_and_again() -> None:
    block = no_grad()
    with block, block:
        assert not records()
    with block:
        assert not records()
    assert records()


def test_an_exception_closes_the_block() -> None:
    with pytest.raises(ZeroDivisionError), no_grad():
        Value(1.0) / Value(0.0)
    assert records()


@pytest.mark.parametrize("block", [autograd.no_grad, autograd.enable_grad, autograd.ieee])
@pytest.mark.parametrize("misplaced", [records, True])
def test_without_brackets_it_is_no_decorator(block: Any, misplaced: object) -> None:
    with pytest.raises(TypeError, match=rf"{block.__name__} takes nothing, got .*; write {block.__name__}\(\)"):
        block(misplaced)


def test_as_a_decorator() -> None:
    @no_grad()
    def evaluate(x: Value, scale: float = 1.0) -> Value:
        """What it does."""
        return x * scale

    assert evaluate(Value(3.0), scale=2.0).is_constant
    assert evaluate.__name__ == "evaluate"
    assert evaluate.__doc__ == "What it does."
    assert records()


def test_a_decorated_function_that_calls_itself_or_fails() -> None:
    @no_grad()
    def countdown(n: int) -> None:
        assert not records()
        if n == 0:
            raise KeyError(n)
        countdown(n - 1)

    with pytest.raises(KeyError):
        countdown(5)
    assert records()


def generator() -> Iterator[int]:
    yield 1


async def coroutine() -> None:
    await asyncio.sleep(0)


async def async_generator() -> AsyncIterator[int]:
    yield 1


@pytest.mark.parametrize("function", [generator, coroutine, async_generator])
def test_a_function_whose_body_runs_later_is_refused(function: Any) -> None:
    with pytest.raises(TypeError, match=f"no_grad: the body of {function.__name__} runs after the call"):
        no_grad()(function)


def test_another_thread_goes_on_recording() -> None:
    seen: list[bool] = []
    opened, looked = threading.Event(), threading.Event()

    def pause() -> None:
        with no_grad():
            seen.append(records())
            opened.set()
            looked.wait(10)
            seen.append(records())

    thread = threading.Thread(target=pause)
    thread.start()
    assert opened.wait(10)
    assert len(OPEN) == 1
    assert records()
    with no_grad():
        assert not records()
    assert records()
    looked.set()
    thread.join()
    assert seen == [False, False]


def test_one_decorated_function_in_many_threads() -> None:
    start = threading.Barrier(8)
    results: list[bool] = []

    @no_grad()
    def evaluate() -> bool:
        return any(records() for _ in range(50))

    def run() -> None:
        start.wait()
        results.extend([evaluate(), not records()])

    threads = [threading.Thread(target=run) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [False] * 16


def test_another_task_goes_on_recording() -> None:
    async def main() -> None:
        opened, looked = asyncio.Event(), asyncio.Event()

        async def pause() -> None:
            with no_grad():
                opened.set()
                await looked.wait()
                assert not records()

        task = asyncio.create_task(pause())
        await opened.wait()
        assert records()
        looked.set()
        await task
        assert records()

    asyncio.run(main())


def test_what_depends_on_constants_alone_records_nothing() -> None:
    c, x = constant(2.0), Value(3.0)
    results = [c * c, c + 1.0, -c, c.exp(), 2.0**c, autograd.sum([c, 1.0]), dot([c], [c]), x.detach() * c]
    for y in results:
        assert y.is_constant
        assert y.operands == ()
        assert y.primitive is None


# ---------------------------------------------------------------------------------------------------------------------
# What a recorder hears


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


SIGNS: dict[str, Any] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


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
