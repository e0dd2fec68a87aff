"""A function of arrays beside its numbers: what it is called, what it hands on, when it takes the short way."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, dot, exp, grad, jit, no_grad, value_and_grad, vmap
from support.calls import Call, calls

np = pytest.importorskip("numpy", reason="NumPy is not installed")


def f(w: Any, x: Any) -> Any:
    """Of two numbers."""
    return exp(w * x) * w + x


f.noted = 1  # type: ignore[attr-defined] # an attribute, which stays its own

AXES = (None, 0)
X = np.array([0.5, -1.5, 2.0])
MADE: dict[str, tuple[Callable[[Any], Any], float | None]] = {
    "values": (lambda threads: vmap(f, AXES, threads=threads), None),
    "values of jit": (lambda threads: vmap(jit(f), AXES, threads=threads), None),
    "gradients": (lambda threads: vmap(grad(f), AXES, threads=threads), 1.0),
    "gradients and values": (lambda threads: vmap(value_and_grad(f, argnums=(0, 1)), AXES, threads=threads), 1.0),
    "gradients of jit": (lambda threads: vmap(grad(jit(f)), AXES, threads=threads), 1.0),
    "the mean of gradients": (lambda threads: vmap(grad(f), AXES, reduce="mean", threads=threads), 1.0 / 3.0),
    "the gradient of the sum": (lambda threads: grad(vmap(f, AXES, reduce="sum", threads=threads)), 1.0),
    "the gradient of the mean": (lambda threads: grad(vmap(f, AXES, reduce="mean", threads=threads)), 1.0 / 3.0),
}


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[Call]:
    """What machine code was called with, each time: last cotangents, points and threads."""
    pytest.importorskip("llvmlite")
    from autograd.program.batch import Batch

    monkeypatch.setattr("autograd.program.mapped.cores", lambda: 7)
    return calls(monkeypatch, Batch, "__call__")


@pytest.mark.parametrize("made", MADE)
def test_it_is_called_as_its_function_is(made: str) -> None:
    mapped = MADE[made][0](None)
    assert (mapped.__name__, mapped.__doc__) == ("f", "Of two numbers.")
    assert not hasattr(mapped, "noted")


@pytest.mark.parametrize("make", [grad, value_and_grad])
def test_so_is_a_gradient_of_a_jitted_one(make: Callable[[Any], Any]) -> None:
    made = make(jit(f))
    assert (made.__name__, made.__doc__) == ("f", "Of two numbers.")
    assert not hasattr(made, "noted")


@pytest.mark.parametrize("threads", [None, 3])
@pytest.mark.parametrize("made", MADE)
def test_cotangents_and_threads_reach_machine_code(made: str, threads: int | None, given: list[Call]) -> None:
    """At the first call and by the short way."""
    make, seed = MADE[made]
    mapped = make(threads)
    for _ in range(3):
        mapped(2.0, X)
    assert [call.args[3:] for call in given] == [(seed, 3, threads or 7)] * 3


def test_so_they_do_where_gradients_flow_back(given: list[Call]) -> None:
    for reduce, expected in ((None, [[1.0, 2.0, 3.0]]), ("sum", [[6.0] * 3]), ("mean", [[2.0] * 3])):
        w = Value(2.0)
        y = vmap(f, AXES, reduce=reduce, threads=4)(w, X)  # type: ignore[arg-type]
        (6.0 * y if reduce else y[0] + 2.0 * y[1] + 3.0 * y[2]).backward()
        assert [call.args[4:] for call in given] == [(3, 4)] * 2
        assert given[0].args[3] is None
        assert given[1].args[3].tolist() == expected
        given.clear()


def test_it_uses_the_programs_of_what_was_jitted() -> None:
    for make in (lambda g: g, grad, value_and_grad):
        recorded = jit(f)
        vmap(make(recorded), AXES)(2.0, X)
        assert [len(ways) for ways in recorded.variants.values()] == [1]


CAPTURED = Value(2.0)
SHORT: list[tuple[Callable[[], Any], bool]] = [
    (lambda: vmap(lambda x: x), True),
    (lambda: vmap(lambda x: [x, x * x]), True),
    (lambda: vmap(lambda x: [x * x, 3.0]), False),
    (lambda: vmap(lambda x: 3.0), False),
    (lambda: vmap(lambda x: x * CAPTURED.detach()), False),
    (lambda: vmap(lambda x: x * x if x > 0.0 else x), False),
    (lambda: vmap(grad(lambda x: x * x)), True),
    (lambda: vmap(lambda x: []), False),
]


@pytest.mark.parametrize("which", range(len(SHORT)))
def test_the_short_way_is_taken_where_one_program_computes_all(which: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """And its numbers are those of the first call."""
    from autograd.program import mapped as module

    taken_apart = calls(monkeypatch, module, "points_of")
    make, is_short = SHORT[which]
    mapped = make()
    found = [mapped(X) for _ in range(3)]
    assert len(taken_apart) == (1 if is_short else 3)
    assert np.array(found[1]).tolist() == np.array(found[2]).tolist() == np.array(found[0]).tolist()


def test_no_more_forms_are_kept_than_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    from autograd.program import mapped as module

    taken_apart = calls(monkeypatch, module, "points_of")
    monkeypatch.setattr("autograd.program.mapped.MOST_PLANS", 2)
    mapped = vmap(lambda x: x * x)
    for count in (1, 2, 1, 2, 3, 3, 1, 3, 2):
        mapped(np.ones(count))
    assert [len(call.args[1][0]) for call in taken_apart] == [1, 2, 3, 1, 2]


@pytest.mark.parametrize("order", [X, -X, X[:1], -X[:1]])
@pytest.mark.parametrize("reduce", [None, "sum", "mean"])
def test_gradients_reach_what_only_some_branches_use(order: Any, reduce: Any) -> None:
    """Whichever branch is recorded first; and nothing is recorded for what no point's branch uses."""
    w, c = Value(2.0), Value(3.0)

    def branching(a: Any) -> Any:
        return w * a if a > 0.0 else c * a * a if a > -1.0 else a + 1.0

    mapped = vmap(branching, reduce=reduce)
    for factor in (1.0, 1.0, -1.0):
        x = order * factor
        total, expected = mapped(x), [branching(a) for a in x.tolist()]
        total = total if reduce else sum(total)
        scale = 1.0 / len(x) if reduce == "mean" else 1.0
        want = sum(expected) * scale
        if not isinstance(want, Value):
            assert total == want
            assert not isinstance(total, Value)
            continue
        w.grad = c.grad = 0.0
        total.backward()
        found = w.grad, c.grad
        w.grad = c.grad = 0.0
        want.backward()
        assert found == pytest.approx((w.grad, c.grad), rel=1e-14)
        with no_grad():
            assert not isinstance(mapped(x) if reduce else mapped(x)[0], Value)


def test_one_result_of_many_can_be_differentiated_beside_other_uses() -> None:
    """What comes back from a point is added to what came back from elsewhere."""
    w, c = Value(2.0), Value(-1.0)
    y = vmap(lambda a, x: f(a, x) * c, AXES)(w, X)
    (y[1] + 3.0 * w + 5.0 * c).backward()
    found = w.grad, c.grad
    w.grad = c.grad = 0.0
    (f(w, -1.5) * c + 3.0 * w + 5.0 * c).backward()
    assert found == pytest.approx((w.grad, c.grad), rel=1e-14)


@pytest.mark.parametrize("exact", [False, True])
@pytest.mark.parametrize("count", [1, 1000])
def test_a_listing_tells_of_matrix_products_where_there_are_some(exact: bool, count: int) -> None:
    """Of captured Values as of shared arguments; few points don't pay for it."""
    pytest.importorskip("llvmlite")
    captured = [[Value(1.0) for _ in range(30)] for _ in range(20)]
    x = np.ones((count, 30))
    by_argument = vmap(jit(lambda w, x: [dot(row, x) for row in w], exact=exact), AXES)
    by_capture = vmap(jit(lambda x: [dot(row, x) for row in captured], exact=exact))
    for text in (by_argument.listing(np.ones((20, 30)), x), by_capture.listing(x)):
        last = text.splitlines()[-1]
        assert last.startswith("returns " if exact or count == 1 else "matrix product: 20 rows ")
        assert "XX" not in text


def test_only_gradients_of_one_number_are_its_own() -> None:
    mapped = vmap(f, AXES, reduce="sum")
    assert mapped.own_transform("jacobian", 0) is None
    assert vmap(grad(f), AXES, reduce="sum").own_transform("grad", 0) is None
    for name in ("grad", "value_and_grad"):
        own = mapped.own_transform(name, 1)
        assert own is not None
        found = own(2.0, X)
        assert np.array(found[1] if name == "value_and_grad" else found).tolist() == [
            grad(f, argnums=1)(2.0, x) for x in X.tolist()
        ]


@pytest.mark.parametrize("is_outer", [False, True])
def test_the_same_of_another_recorded_function_has_gradients_of_the_same_form(is_outer: bool) -> None:
    """By the points: of a sum over them one for each, of each of them summed up one number."""
    summed = vmap(f, AXES, reduce="sum")
    mapped = grad(summed, argnums=1) if is_outer else vmap(grad(f, argnums=1), AXES, reduce="sum")
    found = mapped.replaced(lambda jitted: jit(jitted.f, exact=True))(2.0, X)
    assert np.array(found).tolist() == np.array(mapped(2.0, X)).tolist()
    assert np.shape(found) == (X.shape if is_outer else ())


@pytest.mark.parametrize(
    "make",
    [
        lambda: vmap(grad(f), AXES, reduce="sum"),
        lambda: grad(vmap(f, AXES, reduce="sum")),
        lambda: lambda w, x: sum(vmap(grad(f), AXES)(w, x)),
        lambda: lambda w, x: sum(vmap(value_and_grad(f), AXES)(w, x)[1]),
    ],
)
def test_a_mapped_gradient_is_differentiated_again(make: Callable[[], Callable[..., Any]]) -> None:
    """By what all points share; where nothing is to be differentiated it stays numbers."""
    mapped = make()
    by_definition = sum(grad(grad(f))(-0.5, x) for x in X.tolist())
    assert grad(lambda w: mapped(w, X))(-0.5) == pytest.approx(by_definition, rel=1e-13)
    assert type(mapped(Value(-0.5), X)) is Value
    with no_grad():
        assert not isinstance(mapped(Value(-0.5), X), Value)
