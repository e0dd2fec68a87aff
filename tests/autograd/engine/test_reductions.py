"""Functions of many operands: one node each, the same numbers as a loop, stable where the naive form overflows."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import (
    PRIMITIVES,
    Value,
    amax,
    constant,
    dot,
    log_softmax,
    logsumexp,
    mean,
    no_grad,
    norm,
    prod,
    softmax,
    sum,
)
from autograd.engine.recording import watched
from autograd.formulas.notation import operands_first
from autograd.formulas.symbol import Symbol, value_formula
from support.oracles import bits

REDUCTIONS: dict[str, Callable[[Any], Any]] = {
    "sum": sum,
    "mean": mean,
    "prod": prod,
    "logsumexp": logsumexp,
    "amax": amax,
    "norm": norm,
}
every_reduction = pytest.mark.parametrize("name", REDUCTIONS)
floats = st.floats(allow_nan=False, min_value=-1e6, max_value=1e6)
vectors = st.lists(floats, min_size=1, max_size=6)


@st.composite
def operands(draw: st.DrawFn) -> list[Any]:
    """Floats, variables and constants, mixed in any way or all of a kind."""
    kinds = draw(st.sampled_from([[float], [Value], [constant], [float, Value], [Value, constant], [float, constant]]))
    return [draw(st.sampled_from(kinds))(number) for number in draw(vectors)]


def number(x: Any) -> float:
    return x.data if isinstance(x, Value) else x


def is_variable(x: Any) -> bool:
    return isinstance(x, Value) and not x.is_constant


def assert_one_node(result: Any, row_name: str, xs: list[Any]) -> None:
    """The result is what the row says, to the last bit: data, operands and what flows back."""
    row = PRIMITIVES[row_name]
    numbers = [number(x) for x in xs]
    if not any(isinstance(x, Value) for x in xs):
        assert type(result) is float
        assert bits(result) == bits(row(*numbers))
        return
    assert bits(result.data) == bits(row(*numbers))
    if not any(map(is_variable, xs)):
        assert result.is_constant
        assert result.operands == ()
        return
    assert result.primitive is row
    assert all(kept is x or kept == x for kept, x in zip(result.operands, xs, strict=True))
    partials = row.partials_at(numbers, row(*numbers))
    expected = [p if is_variable(x) else None for p, x in zip(partials, xs, strict=True)]
    assert [p if p is None else bits(p) for p in result.partials] == [p if p is None else bits(p) for p in expected]


@every_reduction
@given(xs=operands())
def test_a_reduction_is_one_node_of_its_row(name: str, xs: list[Any]) -> None:
    assert_one_node(REDUCTIONS[name](xs), name, xs)


@given(pairs=st.lists(st.tuples(floats, floats), min_size=1, max_size=6), data=st.data())
def test_dot_is_one_node_of_its_row(pairs: list[tuple[float, float]], data: st.DataObject) -> None:
    kinds = [[float], [Value], [constant], [float, Value]]
    left_kinds, right_kinds = data.draw(st.sampled_from(kinds)), data.draw(st.sampled_from(kinds))
    left = [data.draw(st.sampled_from(left_kinds))(a) for a, _ in pairs]
    right = [data.draw(st.sampled_from(right_kinds))(b) for _, b in pairs]
    assert_one_node(dot(left, right), "dot", left + right)


@every_reduction
def test_a_generator_is_read_once(name: str) -> None:
    xs = [Value(1.0), Value(2.0)]
    assert REDUCTIONS[name](x for x in xs).operands == tuple(xs)


def test_dot_of_generators_and_of_one_vector_with_itself() -> None:
    xs = [Value(1.0), Value(2.0)]
    y = dot((x for x in xs), (10.0 for _ in xs))
    assert (y.data, y.operands) == (30.0, (*xs, 10.0, 10.0))
    square = dot(xs, xs)
    square.backward()
    assert (square.data, [x.grad for x in xs]) == (5.0, [2.0, 4.0])


def test_sums_add_left_to_right_as_a_loop_does() -> None:
    numbers = [1e16, 1.0, -1e16, 1.0, 0.1]
    loop = 0.0
    for x in numbers:
        loop += x
    assert loop != math.fsum(numbers)
    assert sum(numbers) == sum([Value(x) for x in numbers]).data == loop
    assert dot(numbers, [1.0] * 5) == dot([Value(x) for x in numbers], [1.0] * 5).data == loop


def test_of_nothing() -> None:
    found = [sum([]), prod([]), norm([]), dot([], [])]
    assert found == [0.0, 1.0, 0.0, 0.0]
    assert set(map(type, found)) == {float}


@pytest.mark.parametrize("function", [mean, amax, logsumexp, softmax, log_softmax])
def test_of_nothing_where_that_means_nothing(function: Any) -> None:
    with pytest.raises(ValueError, match=rf"^{function.__name__}: of nothing; pass at least one operand"):
        function([])


@pytest.mark.parametrize("function", [sum, mean, prod, norm, amax, logsumexp, softmax, log_softmax])
def test_operands_that_are_not_a_list(function: Any) -> None:
    with pytest.raises(
        TypeError, match=rf"^{function.__name__}: xs must be a list of Values and numbers, got int 5; put it"
    ):
        function(5)


def test_a_dot_of_what_is_not_a_list() -> None:
    with pytest.raises(TypeError, match=r"^dot: b must be a list of Values and numbers, got Value 1.0; put"):
        dot([1.0], Value(1.0))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"^dot: a must be a list of Values and numbers, got float 1.0; put"):
        dot(1.0, [Value(1.0)])  # type: ignore[call-overload]


def test_dot_of_different_lengths() -> None:
    with pytest.raises(ValueError, match="dot: a has 3 elements and b has 4"):
        dot([Value(1.0)] * 3, [1.0] * 4)


@pytest.mark.parametrize("function", [sum, mean, prod, amax, logsumexp, norm, softmax, log_softmax])
@pytest.mark.parametrize("other", [None, "3", 1j, [1.0]])
def test_an_operand_that_is_not_a_number(function: Any, other: Any) -> None:
    name = getattr(function, "__name__", "")
    with pytest.raises(TypeError, match=rf"^{name}: operand 1 must be a real number.* got {type(other).__name__} "):
        function([Value(1.0), other])


def test_the_element_of_a_dot_that_is_not_a_number() -> None:
    with pytest.raises(TypeError, match=r"dot: operand 3 must be a real number.* got NoneType None"):
        dot([1.0, 2.0], [Value(1.0), None])  # type: ignore[list-item]


def test_a_reduction_under_no_grad_is_a_constant() -> None:
    xs = [Value(1.0), Value(2.0), constant(3.0)]
    with no_grad():
        for function in (sum, mean, prod, amax, logsumexp, norm):
            assert function(xs).is_constant
        assert dot(xs, [1.0, 2.0, 3.0]).is_constant
        assert all(x.is_constant for x in softmax(xs) + log_softmax(xs))


def test_a_neuron_of_784_inputs_is_one_node() -> None:
    weights, inputs = [Value(0.01) for _ in range(784)], [Value(0.5) for _ in range(784)]
    y = dot(weights, inputs)
    assert len(y.operands) == len(y.partials) == 1568
    y.backward()
    assert {w.grad for w in weights} == {0.5}
    assert {x.grad for x in inputs} == {0.01}


@given(a=st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=5))
def test_softmax_and_its_logarithm_equal_the_textbook_in_many_digits(a: list[float]) -> None:
    with mpmath.workdps(50):
        powers = [mpmath.exp(x) for x in map(mpmath.mpf, a)]
        total = mpmath.fsum(powers)
        expected = [float(power / total) for power in powers]
        logs = [float(mpmath.log(power / total)) for power in powers]
    xs = [Value(x) for x in a]
    assert softmax(a) == pytest.approx(expected, rel=1e-12, abs=1e-300)
    assert [y.data for y in softmax(xs)] == softmax(a)
    assert [y.data for y in log_softmax(xs)] == pytest.approx(logs, rel=1e-12, abs=1e-12)


@given(a=st.lists(st.floats(-30.0, 30.0), min_size=1, max_size=5), data=st.data())
def test_gradients_of_softmax_and_its_logarithm(a: list[float], data: st.DataObject) -> None:
    """The textbook's Jacobians, from PyTorch's documentation: sᵢ(δᵢⱼ − sⱼ), and δᵢⱼ − sⱼ for the logarithm."""
    i = data.draw(st.integers(0, len(a) - 1))
    with mpmath.workdps(50):
        powers = [mpmath.exp(x) for x in map(mpmath.mpf, a)]
        s = [power / mpmath.fsum(powers) for power in powers]
        log_row = [(i == j) - s[j] for j in range(len(a))]
        row = [float(s[i] * x) for x in log_row]
    for function, expected in [(softmax, row), (log_softmax, map(float, log_row))]:
        xs = [Value(x) for x in a]
        function(xs)[i].backward()
        assert [x.grad for x in xs] == pytest.approx(list(expected), rel=1e-9, abs=1e-14)


def test_stable_where_the_naive_form_overflows_or_underflows() -> None:
    assert softmax([1000.0, 1000.0]) == [0.5, 0.5]
    assert softmax([-1e4, 0.0]) == [0.0, 1.0]
    assert log_softmax([-1e4, 0.0]) == [-1e4, 0.0]
    assert logsumexp([-math.inf, 3.0]) == 3.0
    assert logsumexp([-math.inf, -math.inf]) == -math.inf
    assert norm([3e200, 4e200]) == pytest.approx(5e200, rel=1e-15)
    assert norm([3e-200, 4e-200]) == pytest.approx(5e-200, rel=1e-15, abs=0.0)
    x = Value(-1e4)
    log_softmax([x, Value(0.0)])[0].backward()
    assert x.grad == 1.0


@pytest.mark.parametrize("n", [1, 2, 3, 7])
@pytest.mark.parametrize("t", [0.0, 2.0, -1000.0, 1000.0])
def test_equal_operands_of_logsumexp_count_alike(t: float, n: int) -> None:
    expected = pytest.approx(t + math.log(n), rel=1e-15)
    assert logsumexp([t] * n) == expected
    assert logsumexp([t, *[Value(t)] * (n - 1)] if n > 1 else [Value(t)]).data == expected
    assert PRIMITIVES["logsumexp"](*[t] * n) == expected
    assert logsumexp([t - 800.0, *[t] * n, t - 900.0]) == expected


def test_nan_is_not_swallowed() -> None:
    for function in (sum, mean, prod, amax, logsumexp, norm):
        assert math.isnan(function([1.0, math.nan]))
        assert math.isnan(function([math.nan, Value(1.0)]).data)
    assert all(map(math.isnan, softmax([1.0, math.nan]) + softmax([math.nan, 1.0])))


def test_the_product_differentiates_at_zeros() -> None:
    for point, expected in [((0.0, 2.0, 3.0), [6.0, 0.0, 0.0]), ((0.0, 0.0, 3.0), [0.0, 0.0, 0.0])]:
        xs = [Value(x) for x in point]
        prod(xs).backward()
        assert [x.grad for x in xs] == expected


def test_the_largest_shares_its_gradient_at_a_tie() -> None:
    xs = [Value(3.0), Value(1.0), constant(3.0), Value(3.0)]
    y = amax(xs)
    y.backward()
    assert (y.data, [x.grad for x in xs]) == (3.0, [1 / 3, 0.0, 0.0, 1 / 3])


@given(a=st.lists(st.floats(-50.0, 50.0) | st.sampled_from([0.0, -0.0, 7.0]), min_size=1, max_size=6))
def test_logsumexp_is_its_formula_bit_for_bit(a: list[float]) -> None:
    """The formula, as Python computes it with the rows of the table; and the function, in which it is spelled out."""
    names = [Symbol(f"x{i}") for i in range(len(a))]
    formula = value_formula(PRIMITIVES["logsumexp"], names)
    found: dict[int, Any] = {id(name): x for name, x in zip(names, a, strict=True)}
    for symbol in operands_first([formula]):
        if id(symbol) not in found:
            operands = [found[id(x)] for x in symbol.operands]
            if symbol.primitive is not None:
                found[id(symbol)] = symbol.primitive(*operands)
            else:
                found[id(symbol)] = COMPARISONS[str(symbol.head)](*operands) if operands else symbol.head
    assert bits(found[id(formula)]) == bits(logsumexp(a)) == bits(logsumexp([Value(x) for x in a]).data)


COMPARISONS = {"==": lambda x, y: float(x == y), "<": lambda x, y: float(x < y)}


@pytest.mark.parametrize("function", [softmax, log_softmax])
@pytest.mark.parametrize("a", [[1.0, -2.0, 0.5], [3.0], [2.0, 2.0, -1e4], [math.nan, 1.0], [1.0, math.nan, 2.0]])
def test_softmax_while_someone_watches_has_the_same_numbers_and_slopes(function: Any, a: list[float]) -> None:
    plain, seen = list(map(Value, a)), list(map(Value, a))
    expected = function(plain)
    with watched(Silent()):
        results = function(seen)
    assert [bits(y.data) for y in results] == [bits(y.data) for y in expected]
    expected[0].backward()
    results[0].backward()
    assert [bits(x.grad) for x in seen] == [bits(x.grad) for x in plain]


class Silent:
    def operation_done(self, primitive: Any, operands: Any, result: Any) -> None:
        pass

    def sweep_starts(self, order: Any, seeds: Any) -> None:
        pass
