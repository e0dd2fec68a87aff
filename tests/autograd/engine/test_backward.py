"""The chain rule: accumulation, what a second pass does, graphs of any depth, memory, threads."""

from __future__ import annotations

import gc
import math
import random
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import pytest

import autograd
from autograd import Value, constant, dot, no_grad, where
from autograd.engine.value import SWEEP
from support.interrupts import interrupted

# ---------------------------------------------------------------------------------------------------------------------
# Accumulation


def test_a_product_of_one_leaf_with_itself_is_two_edges() -> None:
    x = Value(3.0)
    (x * x).backward()
    assert x.grad == 6.0


def test_a_second_pass_doubles_the_leaves_and_nothing_else() -> None:
    x = Value(3.0)
    square = x * x
    y = square * x
    for gradient in (27.0, 54.0, 81.0):
        y.backward()
        assert (x.grad, square.grad, y.grad) == (gradient, 3.0, 1.0)
    x.grad = 0
    y.backward()
    assert x.grad == 27.0


def test_a_diamond_by_hand() -> None:
    """y = (ab + a)(ab − b) at a = 2, b = 3 is 8 · 3.

    dy/da = (b + 1)(ab − b) + (ab + a)b = 4 · 3 + 8 · 3 and dy/db = a(ab − b) + (ab + a)(a − 1) = 2 · 3 + 8 · 1.
    """
    a, b = Value(2.0), Value(3.0)
    shared = a * b
    y = (shared + a) * (shared - b)
    y.backward()
    assert (y.data, a.grad, b.grad) == (24.0, 36.0, 14.0)
    assert shared.grad == (shared.data + a.data) + (shared.data - b.data)


def test_a_shared_node_hands_on_the_sum_of_its_uses_once() -> None:
    """Where nodes are visited in the wrong order, a chain of diamonds goes wrong: here 2^40 paths lead to x."""
    x = Value(1.0)
    y = x
    for _ in range(40):
        y = y + y
    y.backward()
    assert x.grad == y.data == 2.0**40


def test_a_result_used_at_different_depths() -> None:
    x = Value(2.0)
    early = x * 3.0
    late = early.exp().log() * 2.0
    (early + late * early).backward()
    assert x.grad == pytest.approx(3.0 + 2.0 * 2.0 * 6.0 * 3.0)  # d(e + 2e²)/dx with e = 3x


@pytest.mark.parametrize(("seed", "expected"), [(1.0, 6.0), (0.5, 3.0), (-2, -12.0), (Fraction(1, 3), 2.0), (0.0, 0.0)])
def test_a_seed_scales_the_gradients(seed: Any, expected: float) -> None:
    x = Value(3.0)
    y = x * x
    y.backward(gradient=seed)
    assert x.grad == expected
    assert y.grad == float(seed)


def test_a_root_inside_another_graph() -> None:
    x = Value(3.0)
    inner = x * x
    outer = inner * 10.0
    outer.backward()
    inner.backward()
    assert x.grad == 60.0 + 6.0
    assert inner.grad == 1.0
    outer.backward()
    assert x.grad == 60.0 + 6.0 + 60.0


def test_two_roots_share_a_part() -> None:
    x, w = Value(2.0), Value(5.0)
    shared = x * w
    first, second = shared + 1.0, shared * shared
    first.backward()
    assert shared.grad == 1.0
    second.backward()
    assert shared.grad == 20.0
    assert (x.grad, w.grad) == (5.0 + 100.0, 2.0 + 40.0)


def test_a_pass_leaves_what_it_does_not_reach_alone() -> None:
    x = Value(2.0)
    other = x * 7.0
    other.backward()
    (x * 3.0).backward()
    assert other.grad == 1.0
    assert x.grad == 10.0


def test_backward_of_a_leaf() -> None:
    x = Value(2.0)
    x.backward()
    x.backward(0.5)
    assert x.grad == 1.5


def test_the_numbers_of_forward_time_are_used() -> None:
    x, w = Value(2.0), Value(5.0)
    y = (x * w).exp()
    x.data, w.data = 100.0, 200.0
    y.backward()
    assert (x.grad, w.grad) == (5.0 * math.exp(10.0), 2.0 * math.exp(10.0))


def test_one_value_on_every_place_of_an_operation() -> None:
    x = Value(2.0)
    (autograd.sum([x, x, x]) + dot([x, x], [x, 3.0]) + autograd.prod([x, x, x]) + where(x, x, x)).backward()
    assert x.grad == 3.0 + (2 * 2.0 + 3.0) + 3 * 4.0 + 1.0


def test_a_branch_not_taken_is_neither_visited_nor_touched() -> None:
    x, z = Value(2.0), Value(3.0)
    not_taken = z * 2.0
    y = where(x > 0.0, x * 4.0, not_taken)
    y.backward()
    assert (x.grad, z.grad, not_taken.grad) == (4.0, 0.0, 0.0)
    assert not not_taken.swept
    assert y.swept


def test_infinite_and_undefined_numbers_flow_as_floats_do() -> None:
    x = Value(0.0)
    (x.sqrt() * 0.0).backward()
    assert math.isnan(x.grad)  # 0 · ∞, as in PyTorch
    v = Value(2.0)
    (v * math.inf).backward()
    assert v.grad == math.inf


def test_constants_get_no_gradient() -> None:
    x, c = Value(2.0), constant(3.0)
    (x * c + c.exp() + dot([x, c], [c, x])).backward()
    assert (x.grad, c.grad) == (9.0, 0.0)


# ---------------------------------------------------------------------------------------------------------------------
# Bad input


@pytest.mark.parametrize("make", [lambda: constant(2.0, label="c"), lambda: constant(2.0) * 3.0])
def test_a_constant_has_nothing_to_differentiate_by(make: Callable[[], Value]) -> None:
    with pytest.raises(
        RuntimeError, match=r"backward: Value .*is a constant and depends on no variable.*Value\(\.\.\.\)"
    ):
        make().backward()


def test_what_was_computed_under_no_grad_has_no_history() -> None:
    x = Value(2.0)
    with no_grad():
        y = x * x
    with pytest.raises(RuntimeError, match="no_grad"):
        y.backward()
    assert x.grad == 0.0


@pytest.mark.parametrize(
    ("seed", "kind"), [("1", TypeError), (None, TypeError), (Value(1.0), TypeError), (math.nan, ValueError)]
)
def test_a_bad_seed_changes_nothing(seed: Any, kind: type[Exception]) -> None:
    x = Value(3.0)
    y = x * x
    y.backward()
    with pytest.raises(kind, match="backward: gradient"):
        y.backward(seed)
    assert (x.grad, y.grad) == (6.0, 1.0)


# ---------------------------------------------------------------------------------------------------------------------
# Depth and width, under the default recursion limit


@pytest.fixture
def default_recursion_limit() -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    sys.setrecursionlimit(before)


@pytest.mark.usefixtures("default_recursion_limit")
def test_two_million_operations_in_a_chain() -> None:
    x = Value(1.0)
    y = x
    for _ in range(1_000_000):
        y = y * 1.0 + x
    assert y.data == 1_000_001.0
    y.backward()
    assert x.grad == 1_000_001.0
    del y
    assert x.grad == 1_000_001.0


CHAINS: dict[str, Callable[[Value, Value], Value]] = {
    "on the left": lambda y, x: y + x,
    "on the right": lambda y, x: x + y,
    "of one operand": lambda y, x: abs(-y),
    "through sums": lambda y, x: autograd.sum([x, y, 0.0]),
    "through dots": lambda y, x: dot([x, y], [0.0, 1.0]),
    "through branches": lambda y, x: where(True, y, x),
    "through constants": lambda y, x: y * ONE,
    "on both sides": lambda y, x: y * 0.5 + y * 0.5,
}
ONE = constant(1.0)


@pytest.mark.usefixtures("default_recursion_limit")
@pytest.mark.parametrize("link", CHAINS.values(), ids=CHAINS)
def test_a_deep_chain(link: Callable[[Value, Value], Value]) -> None:
    x = Value(1.0)
    y = x
    for _ in range(20_000):
        y = link(y, x)
    y.backward()
    assert x.grad == pytest.approx(y.data)  # y is a multiple of x = 1
    assert len(autograd.topological_order(y)) > 20_000
    del y


@pytest.mark.usefixtures("default_recursion_limit")
def test_a_million_uses_of_one_leaf() -> None:
    x = Value(0.5)
    y = autograd.sum([x] * 500_000) + dot([x] * 250_000, [2.0] * 250_000)
    for _ in range(250_000):
        y += x
    assert y.data == 0.5 * 1_250_000
    y.backward()
    assert x.grad == 1_250_000.0


# ---------------------------------------------------------------------------------------------------------------------
# Memory: reference counts free a graph, without the collector


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def work(x: Value) -> None:
    """A graph of every form a node has, differentiated and dropped."""
    y = x
    for i in range(2_000):
        y = autograd.sum([y * x, -y, 0.5, where(y > i, y, x), constant(2.0) * x]) * 0.001
    y.backward()
    autograd.topological_order(y)


@pytest.mark.usefixtures("no_collector")
def test_a_dropped_graph_is_freed_without_the_collector() -> None:
    x = Value(1.0)
    work(x)
    before = sys.getallocatedblocks()
    for _ in range(5):
        work(x)
    assert sys.getallocatedblocks() - before < 1_000  # one of the graphs has more than 12,000 nodes


@pytest.mark.usefixtures("no_collector")
def test_a_failed_operation_leaves_no_garbage() -> None:
    x = Value(0.0)
    y = x
    for _ in range(1_000):
        y = y + x

    def fail() -> None:
        with pytest.raises(ValueError, match="log"):
            (y + 0.0).log()

    fail()
    before = sys.getallocatedblocks()
    for _ in range(50):
        fail()
    assert sys.getallocatedblocks() - before < 50 * 20  # pytest's own bookkeeping; no node is kept


# ---------------------------------------------------------------------------------------------------------------------
# Interruption


@pytest.mark.skipif(autograd.compiled, reason="a compiled backward pass is not interrupted")
def test_an_interrupted_pass_leaves_no_wrong_marks() -> None:
    def build() -> tuple[Value, Value]:
        x = Value(1.5)
        y = x * x
        z = autograd.sum([y * x, y, where(y > 0.0, y.exp(), x)])
        return x, z * y + z

    x, y = build()
    y.backward()
    expected = x.grad
    interruptions = 0
    for n in range(10_000):
        x, y = build()
        if not interrupted(y.backward, n):
            break
        interruptions += 1
        x.grad = 0.0
        y.backward()
        assert x.grad == expected
    assert interruptions > 30
    assert x.grad == expected


# ---------------------------------------------------------------------------------------------------------------------
# Threads


def gradients_of_a_random_graph(seed: int) -> list[float]:
    generator = random.Random(seed)
    leaves = [Value(generator.uniform(0.5, 1.5)) for _ in range(5)]
    nodes = list(leaves)
    for _ in range(3_000):
        a, b = generator.choice(nodes[-30:]), generator.choice(nodes)
        nodes.append(generator.choice([a * b, a + b, a - b, a.tanh(), autograd.sum([a, b, 1.0]) * 0.3]).tanh())
        if generator.random() < 0.01:
            with no_grad():
                assert (a * b).is_constant
    autograd.sum(nodes).backward()
    return [leaf.grad for leaf in leaves]


def test_graphs_of_different_threads_do_not_meet() -> None:
    seeds = range(8)
    expected = [gradients_of_a_random_graph(seed) for seed in seeds]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    start = threading.Barrier(len(seeds))

    def together(seed: int) -> list[float]:
        start.wait()
        return gradients_of_a_random_graph(seed)

    try:
        with ThreadPoolExecutor(len(seeds)) as pool:
            assert list(pool.map(together, seeds)) == expected
    finally:
        sys.setswitchinterval(interval)


def test_a_fork_s_child_waits_for_no_pass_of_its_parent() -> None:
    held, over = threading.Event(), threading.Event()

    def hold() -> None:
        with SWEEP.lock:
            held.set()
            over.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    SWEEP.renew()  # as the child does, in which that thread does not exist
    x = Value(3.0)
    (x * x).backward()
    over.set()
    thread.join()
    assert x.grad == 6.0
