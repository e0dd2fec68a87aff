"""One way through a function: what it depends on, whom it serves, and which kernels it has made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograd import Value, constant, dot, exp, ieee, jit
from autograd.program.plain_batch import PlainBatch
from autograd.program.result import DONE
from autograd.program.variant import Variant
from support.calls import calls

FIRST, BOTH = (True, False), (True, True)


def variant_of(f: Callable[..., Any], *args: Any) -> Variant:
    """What is recorded at the first call."""
    jitted: Any = jit(f)
    jitted.program(*args)
    ((variant,),) = jitted.variants.values()
    assert isinstance(variant, Variant)
    return variant


def product(x: Any, y: Any) -> Any:
    return x * y


W, C = Value(2.0), constant(3.0)

DEPENDENT: list[tuple[Callable[[Any], Any], bool, bool]] = [
    (lambda x: x * x, False, True),
    (lambda x: 5.0, False, True),
    (lambda x: x * C, False, False),
    (lambda x: x * W, True, False),
    (lambda x: [x, W], True, False),
    (lambda x: [5.0, W], True, False),
    (lambda x: x if W > 0.0 else -x, False, False),
    (lambda x: [x], False, False),
]
"""Functions, whether their results depend on variables from outside, and whether they make a number of x alone."""


@pytest.mark.parametrize(("f", "has_variables", "is_simple"), DEPENDENT)
def test_what_results_depend_on(f: Callable[[Any], Any], has_variables: bool, is_simple: bool) -> None:
    variant = variant_of(f, 1.5)
    assert variant.has_variables is has_variables
    assert variant.is_simple is is_simple
    assert variant.serves
    assert not variant.is_bound


def test_numbers_from_outside_follow_those_of_the_arguments() -> None:
    given = [1.5]
    assert variant_of(lambda x: x * x, 1.5).numbers(given) is given
    w = Value(2.0)
    variant = variant_of(lambda x: x * w - C, 1.5)
    w.data = 7.0
    assert list(variant.numbers(given)) == [1.5, 7.0, 3.0]


def test_it_serves_where_it_was_recorded() -> None:
    def caught(x: Any) -> Any:
        """Whose constants are others inside `ieee`."""
        try:
            return x * exp(1000.0)
        except OverflowError:
            return x

    outside = variant_of(caught, 1.5)
    with ieee():
        inside = variant_of(caught, 1.5)
        assert (inside.serves, outside.serves) == (True, False)
    assert (inside.serves, outside.serves) == (False, True)
    assert inside.is_bound
    assert outside.is_bound
    assert not outside.is_simple


@pytest.mark.parametrize("has_llvm", [True, False])
def test_a_kernel_is_made_once_for_each_set_of_inputs(has_llvm: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if has_llvm:
        pytest.importorskip("llvmlite")
    from autograd.program import variant as module

    made = calls(monkeypatch, module, "point_kernel")
    monkeypatch.setattr(module, "has_llvm", lambda: has_llvm)
    variant = variant_of(product, 2.0, 3.0)
    assert variant.point(FIRST) is None  # not yet
    for _ in range(2):
        assert list(variant.run([2.0, 3.0]).outputs) == [6.0]
        assert list(variant.run([2.0, 3.0], [2.0], FIRST).adjoints) == [6.0, 0.0]
        assert list(variant.run([2.0, 3.0], [2.0], BOTH).adjoints) == [6.0, 4.0]
    assert [call.args[1] for call in made] == [None, FIRST, BOTH]
    for wanted in (None, FIRST, BOTH):
        point: Any = variant.point(wanted)
        assert (point is not None) is has_llvm
        assert (variant.plan(wanted, None) is not None) is has_llvm
    assert variant.plan((False, True), None) is None


SHORT: list[tuple[Callable[[Any], Any], bool]] = [
    (lambda x: x, True),
    (lambda x: x * x, True),
    (lambda x: 5.0, False),
    (lambda x: [x, x], False),
    (lambda x: x * W, False),
]
"""Functions, and whether there is a short way to their one number."""


@pytest.mark.parametrize(("f", "there_is"), SHORT)
def test_the_short_way_is_for_one_number_of_the_arguments_alone(f: Callable[[Any], Any], there_is: bool) -> None:
    pytest.importorskip("llvmlite")
    variant = variant_of(f, 1.5)
    assert variant.run(variant.numbers([1.5])).status == DONE
    assert (variant.point(None) is not None) is there_is
    plan = variant.plan(None, None)
    assert (plan is not None) is there_is
    if plan is not None:
        assert plan((1.5,)) == f(1.5)


def test_batches_are_kept_for_what_they_were_made_for() -> None:
    pytest.importorskip("llvmlite")
    from autograd.program.batch import Batch

    variant, neither = variant_of(product, 2.0, 3.0), (False, False)
    keys = [(FIRST, neither, False), (BOTH, neither, False), (FIRST, FIRST, False), (FIRST, neither, True)]
    batches = [variant.batch(*key, exact, 10) for key in keys for exact in (False, True, False)]
    assert {type(batch) for batch in batches} == {Batch}
    assert len({id(batch) for batch in batches}) == len(keys)
    assert all(batches[3 * k] is batches[3 * k + 1] is batches[3 * k + 2] for k in range(len(keys)))


def layer(w: Any, x: Any) -> Any:
    return [dot(row, x) for row in w]


def test_products_are_made_where_they_pay_and_sums_need_not_be_exact() -> None:
    pytest.importorskip("llvmlite")
    from autograd.program.batch import Batch
    from autograd.program.staged import Staged

    variant = variant_of(layer, np.ones((20, 30)), [1.0] * 30)
    shared = (True,) * 600 + (False,) * 30
    staged = variant.batch(None, shared, False, False, 1000)
    assert type(staged) is Staged
    assert variant.batch(None, shared, False, False, 1000) is staged
    assert variant.batch((True,) * 630, shared, False, False, 1000) is not staged
    assert variant.batch(None, shared, True, False, 1000) is not staged
    assert type(variant.batch(None, shared, False, False, 2)) is Batch
    assert type(variant.batch(None, shared, False, True, 1000)) is Batch
    assert variant.stages_for(shared) is variant.stages_for(shared)
    assert variant.stages_for((False,) * 630) is None


def test_where_there_is_no_llvmlite_a_batch_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.program.variant.has_llvm", lambda: False)
    variant = variant_of(product, 2.0, 3.0)
    batch = variant.batch(FIRST, (False, True), False, False, 3)
    assert type(batch) is PlainBatch
    computed = batch([np.array([[1.0, 2.0, 4.0]])], [np.array([3.0])], 1.0, 3, 1)
    assert computed.outputs.tolist() == [[3.0, 6.0, 12.0]]
    assert computed.adjoints.tolist() == [[3.0, 3.0, 3.0]]
