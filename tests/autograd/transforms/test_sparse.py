"""Sparse Jacobians and Hessians: the dense ones are the oracle, and SciPy's of Rosenbrock; sweeps are counted."""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
import scipy.optimize
import scipy.sparse as scipy_sparse

import autograd as ag
from autograd import Value, checkpoint, constant, grad, hessian, jacobian, jit, no_grad, vmap
from autograd.transforms import linearize
from support.rosenbrock import rosenbrock, rosenbrock_hessian


class Sweeps:
    """How many sweeps there were, of each kind; of the forward ones along how many directions."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.counts = dict.fromkeys(("reverse_sweep", "reverse_sweep_on_graph", "forward_sweep", "forward_sweeps"), 0)
        for name in self.counts:
            monkeypatch.setattr(linearize, name, self._counting(name, getattr(linearize, name)))

    def _counting(self, name: str, sweep: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any) -> Any:
            self.counts[name] += len(args[1]) if name == "forward_sweeps" else 1
            return sweep(*args)

        return counted


@pytest.fixture
def sweeps(monkeypatch: pytest.MonkeyPatch) -> Sweeps:
    return Sweeps(monkeypatch)


# -- cost ---------------------------------------------------------------------------------------------------------


def test_rosenbrocks_hessian_of_10_000_variables_takes_four_sweeps(sweeps: Sweeps) -> None:
    x = np.random.default_rng(3).uniform(-2.0, 2.0, 10_000)
    found = hessian(rosenbrock, sparsity="detect")(x)
    assert sweeps.counts == {"reverse_sweep": 0, "reverse_sweep_on_graph": 1, "forward_sweep": 0, "forward_sweeps": 3}
    assert found.shape == (10_000, 10_000)
    assert found.nnz == 29_998
    main, beside = found.diagonal(), found.diagonal(1)
    np.testing.assert_allclose(beside, -400.0 * x[:-1], rtol=1e-13)
    np.testing.assert_array_equal(found.diagonal(-1), beside)
    inner = 1200.0 * x[1:-1] ** 2 - 400.0 * x[2:] + 202.0
    np.testing.assert_allclose(main[1:-1], inner, rtol=1e-12, atol=1e-9)
    some = x[:60]
    expected = scipy.optimize.rosen_hess(some)
    np.testing.assert_allclose(hessian(rosenbrock, sparsity="detect")(some).toarray(), expected, rtol=1e-12, atol=1e-9)
    np.testing.assert_allclose(expected, rosenbrock_hessian(some), rtol=1e-12)


N = 300


def band(x: Sequence[Any]) -> list[Any]:
    return [a * b for a, b in zip(x, [*x[1:], 1.0], strict=True)]


def with_dense_row(x: Sequence[Any]) -> list[Any]:
    return [ag.sum(a * a for a in x), *band(x)]


def with_dense_column(x: Sequence[Any]) -> list[Any]:
    return [x[0] * a for a in x]


@pytest.mark.parametrize(("f", "forward", "reverse"), [(band, 2, 0), (with_dense_row, 0, 3), (with_dense_column, 2, 0)])
def test_a_jacobian_takes_the_direction_with_fewer_colours(
    f: Callable[..., Any], forward: int, reverse: int, sweeps: Sweeps
) -> None:
    x = [1.0 + math.sin(i) for i in range(N)]
    found = jacobian(f, sparsity="detect")(x)
    assert sweeps.counts["forward_sweeps"] == forward
    assert sweeps.counts["reverse_sweep"] == reverse
    np.testing.assert_allclose(found.toarray(), jacobian(f)(x), rtol=1e-14)


def edges_of_four(x: Sequence[Any]) -> list[Any]:
    """A product for each pair of four numbers, each of which meets all the others; no pair meets the opposite one."""
    return [a * b for a, b in itertools.combinations(x, 2)]


def corners_of_four(x: Sequence[Any]) -> list[Any]:
    """The other way round: of six numbers, the product of the three that meet in each corner."""
    pairs = list(itertools.combinations(range(4), 2))
    return [math.prod([a for a, pair in zip(x, pairs, strict=True) if corner in pair]) for corner in range(4)]


@pytest.mark.parametrize(("f", "n", "forward", "reverse"), [(edges_of_four, 4, 0, 3), (corners_of_four, 6, 3, 0)])
def test_one_colour_less_decides_the_direction(
    f: Callable[..., Any], n: int, forward: int, reverse: int, sweeps: Sweeps
) -> None:
    x = [1.0 + i for i in range(n)]
    found = jacobian(f, sparsity="detect")(x)
    assert (sweeps.counts["forward_sweeps"], sweeps.counts["reverse_sweep"]) == (forward, reverse)
    assert found.toarray().tolist() == jacobian(f)(x)


def test_the_hessian_of_an_arrow_takes_two_colours(sweeps: Sweeps) -> None:
    for hub in (0, N - 1):
        sweeps.counts["forward_sweeps"] = 0

        def f(x: Sequence[Any], hub: int = hub) -> Any:
            return ag.sum(x[hub] * a * a for a in x)

        x = [1.0 + 0.1 * math.cos(i) for i in range(N)]
        found = hessian(f, sparsity="detect")(x)
        assert sweeps.counts["forward_sweeps"] == 2
        np.testing.assert_allclose(found.toarray(), hessian(f)(x), rtol=1e-14)


def test_a_dense_row_of_many_columns_costs_no_more_than_its_entries(sweeps: Sweeps) -> None:
    found = jacobian(with_dense_row, sparsity="detect")([1.0] * 5_000)
    assert sweeps.counts["reverse_sweep"] == 3
    assert found.nnz == 3 * 5_000 - 1


def test_what_is_linear_takes_no_sweep(sweeps: Sweeps) -> None:
    found = hessian(lambda x: 3.0 * x[0] - x[1], sparsity="detect")([1.0, 2.0])
    assert (found.nnz, found.shape, sweeps.counts["forward_sweeps"]) == (0, (2, 2), 0)


# -- against the dense ones ---------------------------------------------------------------------------------------


def random_function(seed: int, n: int) -> Callable[[Sequence[Any]], list[Any]]:
    """A program of few operands, some of them of one of two common ones."""

    def f(x: Sequence[Any]) -> list[Any]:
        chance = random.Random(seed)
        known = list(x)
        for _ in range(4 * n):
            a, b = chance.choice(known[-2 * n :]), chance.choice(known)
            known.append(
                chance.choice(
                    [
                        lambda a, b: a * b,
                        lambda a, b: a - b,
                        lambda a, b: ag.sin(a),
                        lambda a, b: ag.sum([a, b, a * 0.5]),
                        lambda a, b: ag.where(a > b, a, b * b),
                        lambda a, b: a / (1.0 + b * b),
                        lambda a, b: checkpoint(ag.tanh, a),
                    ]
                )(a, b)
            )
        return [*chance.sample(known, n), 7.0]

    return f


@pytest.mark.parametrize("seed", range(25))
def test_random_programs_agree_with_the_dense_matrices(seed: int) -> None:
    n = 4 + seed % 7 * 6
    f = random_function(seed, n)
    chance = random.Random(seed)
    x = [chance.uniform(-1.0, 1.0) for _ in range(n)]
    np.testing.assert_allclose(
        jacobian(f, sparsity="detect")(x).toarray(), np.array(jacobian(f)(x)), rtol=1e-11, atol=1e-13
    )

    def total(x: Sequence[Any]) -> Any:
        return ag.sum(f(x)[: n // 2])

    found = hessian(total, sparsity="detect")(x).toarray()
    np.testing.assert_array_equal(found, found.T)
    np.testing.assert_allclose(found, np.array(hessian(total)(x)), rtol=1e-11, atol=1e-12)


def test_the_pattern_is_that_of_this_call() -> None:
    def f(x: Sequence[Any]) -> list[Any]:
        return [x[0] * x[1] if x[0] > 0.0 else x[2], ag.where(x[1] > 0.0, x[1], x[2])]

    derivative = jacobian(f, sparsity="detect")
    assert derivative([1.0, 2.0, 3.0]).toarray().tolist() == [[2.0, 1.0, 0.0], [0.0, 1.0, 0.0]]
    assert derivative([-1.0, -2.0, 3.0]).toarray().tolist() == [[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]


def test_entries_may_be_0_and_infinite() -> None:
    found = jacobian(lambda x: [x[0] * x[1], ag.sqrt(x[1]), x[2]], sparsity="detect")([0.0, 0.0, 1.0])
    assert found.nnz == 4
    assert found.toarray().tolist() == [[0.0, 0.0, 0.0], [0.0, math.inf, 0.0], [0.0, 0.0, 1.0]]
    found = hessian(lambda x: x[0] ** 1.5 + x[1] * x[2], sparsity="detect")([0.0, 1.0, 2.0])
    assert found.toarray().tolist() == [[math.inf, 0.0, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]


def test_structures_arrays_argnums_keywords_and_aux() -> None:
    def f(a: Any, b: Any, scale: float = 1.0) -> Any:
        return {"u": a["p"] * b[0], "v": np.array([b[1], a["q"]]) * scale}, "aux"

    found, aux = jacobian(f, (1, 0), has_aux=True, sparsity="detect")(
        {"p": 2.0, "q": 3.0}, np.array([5.0, 7.0]), scale=10.0
    )
    assert aux == "aux"
    assert isinstance(found, scipy_sparse.csr_array)
    assert found.dtype == np.float64
    assert found.toarray().tolist() == [[2.0, 0.0, 5.0, 0.0], [0.0, 10.0, 0.0, 0.0], [0.0, 0.0, 0.0, 10.0]]
    assert jacobian(lambda x: x * x, sparsity="detect")(3.0).toarray().tolist() == [[6.0]]
    assert jacobian(lambda x: [], sparsity="detect")([1.0, 2.0]).shape == (0, 2)
    assert hessian(lambda x: x**3.0, sparsity="detect")(2.0).toarray().tolist() == [[12.0]]


class Model:
    def __init__(self) -> None:
        self.scale = 3.0

    @jit
    def loss(self, x: Sequence[Any]) -> Any:
        return self.scale * ag.sum(a * a * b for a, b in itertools.pairwise(x))


def test_of_recorded_functions_the_structure_is_seen(sweeps: Sweeps) -> None:
    x = [1.0, 2.0, 3.0, 4.0]
    dense = hessian(Model().loss)(x)
    sweeps.counts["forward_sweeps"] = 0
    found = hessian(Model().loss, sparsity="detect")(x)
    assert sweeps.counts["forward_sweeps"] == 3
    assert found.nnz == 9  # the last one's own is not there
    assert found.toarray().tolist() == dense
    recorded = jit(rosenbrock)
    assert jacobian(grad(recorded), sparsity="detect")(x).nnz == 10
    assert jacobian(jit(grad(rosenbrock)), sparsity="detect")(x).nnz == 10
    inside = hessian(lambda x: recorded(x) * 2.0, sparsity="detect")(x)  # a block: all depends on all
    np.testing.assert_allclose(inside.toarray(), 2.0 * rosenbrock_hessian(np.array(x)), rtol=1e-12, atol=1e-12)


# -- a pattern that is given --------------------------------------------------------------------------------------


def given() -> Iterator[Any]:
    x = [0.0, 2.0, 3.0]  # so that an entry is 0
    yield jacobian(band, sparsity="detect")(x)
    yield scipy_sparse.csc_matrix(np.ones((3, 3)))
    yield [(i, j) for i in range(3) for j in (i, i + 1) if j < 3]
    yield np.array([[0, 0], [0, 1], [1, 1], [1, 2], [2, 2]])


@pytest.mark.parametrize("sparsity", list(given()), ids=lambda given: type(given).__name__)
def test_a_given_pattern(sparsity: Any) -> None:
    x = [1.0, 2.0, 3.0]
    np.testing.assert_array_equal(jacobian(band, sparsity=sparsity)(x).toarray(), np.array(jacobian(band)(x)))


NO_ENTRIES: list[Any] = ["detect", [], (), set(), np.zeros((0, 2), dtype=int), scipy_sparse.csr_array((1, 0))]


@pytest.mark.parametrize("sparsity", NO_ENTRIES, ids=lambda given: type(given).__name__)
def test_matrices_without_rows_columns_or_entries(sparsity: Any) -> None:
    assert jacobian(lambda x: [constant(1.0)], sparsity=sparsity)([]).shape == (1, 0)
    if not scipy_sparse.issparse(sparsity):  # which has a shape of its own
        assert jacobian(lambda x: [], sparsity=sparsity)([]).shape == (0, 0)
        assert jacobian(lambda x: [], sparsity=sparsity)([1.0, 2.0]).shape == (0, 2)
        assert jacobian(lambda x: [constant(1.0), x[0] - x[0]], sparsity=sparsity)([2.0]).toarray().tolist() == [
            [0],
            [0],
        ]
        assert hessian(lambda x: constant(1.0), sparsity=sparsity)([]).shape == (0, 0)
        assert hessian(lambda x: 2.0 * x[0], sparsity=sparsity)([3.0]).toarray().tolist() == [[0.0]]


def test_a_given_pattern_of_a_matrix_with_empty_rows_and_infinite_entries() -> None:
    def f(x: Sequence[Any]) -> list[Any]:
        return [x[0] * x[1], constant(7.0), ag.sqrt(x[2])]

    pairs = [(0, 0), (0, 1), (2, 2)]
    expected = [[3.0, 2.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, math.inf]]
    assert jacobian(f, sparsity=pairs)([2.0, 3.0, 0.0]).toarray().tolist() == expected


@pytest.mark.parametrize("seed", range(10))
def test_a_given_pattern_is_not_refused_for_rounding(seed: int) -> None:
    matrix = np.random.default_rng(seed).normal(size=(8, 8)) * 10.0 ** np.arange(-4, 4)

    def f(x: Sequence[Any]) -> list[Any]:
        return [ag.dot(row, x) for row in matrix.tolist()]

    full = [(i, j) for i in range(8) for j in range(8)]
    np.testing.assert_array_equal(jacobian(f, sparsity=full)([1.0] * 8).toarray(), matrix)


def test_entries_that_are_missed_may_add_up_to_0() -> None:
    with pytest.raises(ValueError, match=r"sparsity misses an entry of row 1"):
        jacobian(lambda x: [x[0], x[0] - x[1] + x[2]], sparsity=[(0, 0), (1, 2)])([1.0, 1.0, 1.0])


def test_one_triangle_of_a_hessian_is_enough() -> None:
    x = [1.0, 2.0, 3.0]
    pairs = [(0, 0), (1, 1), (2, 2), (1, 0), (2, 1)]
    np.testing.assert_allclose(hessian(rosenbrock, sparsity=pairs)(x).toarray(), rosenbrock_hessian(np.array(x)))


@pytest.mark.parametrize("transform", [jacobian, hessian])
@pytest.mark.parametrize(
    ("sparsity", "error", "message"),
    [
        ("auto", TypeError, r"sparsity must be 'detect', a SciPy sparse array or pairs .*got str 'auto'"),
        (3, TypeError, r"or pairs of indices \(row, column\), got int 3"),
        ([(1, 2, 3)], TypeError, r"or pairs of indices"),
        ([(0.5, 0)], TypeError, r"or pairs of indices"),
        ([(0, 0), (0, 9)], ValueError, r"sparsity has an entry at \(0, 9\), outside of the \d × 2 matrix"),
        ([(0, 0), (0, 2)], ValueError, r"sparsity has an entry at \(0, 2\)"),
        ([(2, 0)], ValueError, r"sparsity has an entry at \(2, 0\)"),
        ([(-1, 0)], ValueError, r"sparsity has an entry at \(-1, 0\)"),
        ([(0, -1)], ValueError, r"sparsity has an entry at \(0, -1\)"),
        ("", TypeError, r"or pairs of indices \(row, column\), got str ''"),
        (
            scipy_sparse.csr_array(np.ones((5, 2))),
            ValueError,
            r"sparsity must be of shape \(\d, 2\) here.*got \(5, 2\)",
        ),
        ([], ValueError, r"sparsity misses an entry of row 0"),
    ],
)
def test_a_pattern_that_is_none(transform: Any, sparsity: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=f"^{transform.__name__}: .*{message}"):
        transform(lambda x: x[0] * x[1], sparsity=sparsity)([1.0, 2.0])


def test_a_pattern_that_misses_any_one_entry_is_refused() -> None:
    x = [1.0, 2.0, 3.0, 4.0]
    entries = [(i, j) for i in range(4) for j in (i, i + 1) if j < 4]
    for missing in entries:
        with pytest.raises(ValueError, match=rf"^jacobian: sparsity misses an entry of row {missing[0]}, .*'detect'"):
            jacobian(band, sparsity=[entry for entry in entries if entry != missing])(x)
        with pytest.raises(ValueError, match=r"^hessian: sparsity misses an entry of row"):
            hessian(rosenbrock, sparsity=[entry for entry in entries if entry != missing])(x)


# -- what it refuses ----------------------------------------------------------------------------------------------


def test_results_that_would_depend_on_values_are_refused() -> None:
    w = Value(2.0)

    def f(x: Sequence[Any]) -> list[Any]:
        return [w * x[0] * x[0]]

    for transform, g in ((jacobian, f), (hessian, lambda x: f(x)[0])):
        with pytest.raises(
            TypeError, match=r"would depend on Values from outside f .*no_grad\(\), or without sparsity"
        ):
            transform(g, sparsity="detect")([1.0])
        with no_grad():
            assert transform(g, sparsity="detect")([1.0]).toarray().tolist() == [[4.0]]
            assert transform(g, sparsity="detect")([Value(1.0)]).toarray().tolist() == [[4.0]]
    with pytest.raises(TypeError, match=r"or in its arguments"):
        jacobian(band, sparsity="detect")([Value(1.0), 2.0])
    assert jacobian(band, sparsity="detect")([constant(1.0), 2.0]).toarray().tolist() == [[2.0, 1.0], [0.0, 1.0]]


@pytest.mark.parametrize("record", [lambda f: jit(f)([1.0, 2.0]), lambda f: vmap(f)(np.ones((3, 2)))])
def test_inside_a_recorded_function_it_is_refused(record: Callable[..., Any]) -> None:
    with pytest.raises(TypeError, match=r"a SciPy array, which can't be recorded; call it outside of jit and vmap"):
        record(jacobian(band, sparsity="detect"))


def test_without_scipy_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograd.support.extras.has", lambda package: False)
    with pytest.raises(ImportError, match=r"jacobian: it needs scipy, which is not installed; pip install"):
        jacobian(band, sparsity="detect")([1.0])
