"""What is refused, and what is NaN: one clear error each, eagerly and in recorded programs; never a wrong number."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from typing import Any

import pytest

from autograd import Value, grad, hessian, jacobian, jit, jvp, linalg
from autograd import sum as sum_of

np = pytest.importorskip("numpy", reason="NumPy is not installed")
pytest.importorskip("scipy", reason="SciPy is not installed")

FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "solve": lambda a: linalg.solve(a, [1.0] * len(a)),
    "inv": linalg.inv,
    "det": linalg.det,
    "slogdet": linalg.slogdet,
    "cholesky": linalg.cholesky,
    "eigh": linalg.eigh,
    "lstsq": lambda a: linalg.lstsq(a, [1.0] * len(a)),
}
NAMES = pytest.mark.parametrize("name", FUNCTIONS)
SINGULAR = {
    "zeros": [[0.0, 0.0], [0.0, 0.0]],
    "a row twice": [[1.0, 2.0], [2.0, 4.0]],
    "by rounding": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]],
    "scaled": [[1e-9, 2e-9], [2e200, 4e200]],
    "sevenths": [[x / 7.0 for x in row] for row in ([1.0, 1.0, 2.0], [1.0, 2.0, 3.0], [2.0, 3.0, 5.0])],
}
SINGULAR_TO = ("solve", "inv", "slogdet", "cholesky", "lstsq")


@NAMES
def test_without_scipy_it_is_said_how_to_get_it(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(ImportError, match=rf"^{name}: it needs scipy.*pip install scipy$"):
        FUNCTIONS[name]([[1.0]])


@NAMES
@pytest.mark.parametrize("wrap", [float, Value])
@pytest.mark.parametrize(
    ("a", "message"),
    [
        ([[1.0, math.nan], [0.0, 1.0]], None),
        ([[1.0, 0.0], [math.inf, 1.0]], r"a\[1\]\[0\] is inf; every number must be finite"),
        ([[math.nan, 0.0], [0.0, 1.0]], r"a\[0\]\[0\] is nan; every number must be finite"),
        ([[1.0, 2.0], [3.0]], r"the rows of a must be equally long, but row 0 has the shape \(2,\), and row 1 \(1,\)"),
        ([[]], r"a is empty"),
        ([[], []], r"a is empty"),
        ([], r"a must be a matrix, got 1 dimension"),
        ([1.0, 2.0], r"a must be a matrix, got 1 dimension, \(2,\); write its rows as lists"),
        ([[[1.0]]], r"a must be a matrix, got 3 dimensions, \(1, 1, 1\); call it once for each matrix"),
        ([[1.0, 2.0, 3.0], [0.0, 1.0, 2.0]], r"a must be square, got shape \(2, 3\)"),
    ],
)
def test_malformed_matrices(name: str, wrap: Any, a: Any, message: str | None) -> None:
    def wrapped(tree: Any) -> Any:
        return [wrapped(x) for x in tree] if isinstance(tree, list) else wrap(tree)

    if message is None:
        if name in ("cholesky", "eigh"):
            return  # what lies above the diagonal is not read
        message = r"a\[0\]\[1\] is nan"
    if "square" in message and name == "lstsq":
        return
    with pytest.raises(ValueError, match=f"^{name}: {message}"):
        FUNCTIONS[name](wrapped(a))


@NAMES
@pytest.mark.parametrize(
    ("a", "message"),
    [
        (3.0, "a must be nested lists or a NumPy array, got float 3.0"),
        ("ab", "a must be nested lists or a NumPy array, got str 'ab'"),
        ([[1.0, "2"], [3.0, 4.0]], r"a\[0\]\[1\] must be a real number .* got str '2'"),
        ([[1.0, None], [3.0, 4.0]], r"a\[0\]\[1\] must be a real number .* got NoneType"),
        ([[1.0, 2j], [3.0, 4.0]], r"a\[0\]\[1\] must be a real number .*the engine is real"),
    ],
)
def test_what_is_no_matrix(name: str, a: Any, message: str) -> None:
    with pytest.raises(TypeError, match=f"^{name}: {message}"):
        getattr(linalg, name)(*([a, [1.0, 1.0]] if name in ("solve", "lstsq") else [a]))


@pytest.mark.parametrize("name", SINGULAR_TO)
@pytest.mark.parametrize("which", SINGULAR)
def test_singular_matrices(name: str, which: str) -> None:
    a = SINGULAR[which]
    if name == "cholesky":
        a = [[a[max(i, j)][min(i, j)] for j in range(len(a))] for i in range(len(a))]
        if which in ("by rounding", "scaled"):
            return  # their lower triangles are those of other matrices
    if name == "lstsq" and which == "scaled":
        return  # a large row and a small one: of full rank, where rows are residuals
    with pytest.raises(ValueError, match=f"^{name}: the . × . matrix a .*(singular|definite|rank)"):
        FUNCTIONS[name](a)


@pytest.mark.parametrize("name", SINGULAR_TO)
def test_a_program_that_comes_to_a_singular_matrix_raises_it_too(name: str) -> None:
    def f(x: Any) -> Any:
        found = FUNCTIONS[name]([[x, 2.0], [2.0, 4.0]])
        while isinstance(found, (tuple, list)):
            found = found[-1] if name == "slogdet" else found[0]
        return found

    recorded = jit(f)
    assert recorded(3.0) == f(3.0)
    for function in (recorded, grad(recorded)):
        with pytest.raises(ValueError, match=f"^{name}: the 2 × 2 matrix a"):
            function(1.0)
    assert recorded(3.0) == f(3.0)


def test_numbers_of_very_different_sizes_are_no_singular_matrix() -> None:
    a = [[1e-200, 0.0], [0.0, 1e200]]
    assert linalg.solve(a, [1e-200, 1e200]) == [1.0, 1.0]
    assert linalg.inv([[1e-20, 0.0], [1.0, 1.0]]) == [[1e20, 0.0], [-1e20, 1.0]]
    assert linalg.cholesky([[1e-20, 0.0], [0.0, 1e20]]) == [[1e-10, 0.0], [0.0, 1e10]]


@pytest.mark.parametrize("name", ["solve", "lstsq"])
def test_right_hand_sides(name: str) -> None:
    function = getattr(linalg, name)
    a = [[2.0, 0.0], [0.0, 1.0]]
    for b, message in [
        ([1.0, 2.0, 3.0], r"a and b must have equally many rows, got shapes \(2, 2\) and \(3,\)"),
        ([[[1.0]], [[2.0]]], r"b must be a vector or a matrix, got 3 dimensions"),
        ([], "b is empty"),
        ([1.0, math.nan], r"b\[1\] is nan"),
        ([Value(1.0), Value(-math.inf)], r"b\[1\] is -inf"),
    ]:
        with pytest.raises(ValueError, match=f"^{name}: {message}"):
            function(a, b)
    with pytest.raises(TypeError, match=f"^{name}: b must be nested lists or a NumPy array, got float 1.0"):
        function(a, 1.0)


def test_results_that_are_too_large() -> None:
    with pytest.raises(OverflowError, match=r"^solve: the result is too large"):
        linalg.solve([[1e-300]], [1e300])
    with pytest.raises(OverflowError, match=r"^inv: the result is too large"):
        linalg.inv([[1e-310]])
    with pytest.raises(OverflowError, match=r"^det: .* use slogdet"):
        linalg.det([[1e200, 0.0], [0.0, 1e200]])
    assert linalg.slogdet([[1e200, 0.0], [0.0, 1e200]])[1] == pytest.approx(2.0 * math.log(1e200))


def test_cholesky_of_what_is_not_positive_definite() -> None:
    for a, block in ([[[1.0, 2.0], [2.0, 1.0]], 2], [[[-1.0, 0.0], [0.0, 1.0]], 1], [[[1.0, 1.0], [1.0, 1.0]], 2]):
        with pytest.raises(
            ValueError, match=f"^cholesky: .* not positive definite .*its leading {block} × {block} block"
        ):
            linalg.cholesky(a)


@pytest.mark.parametrize("n", [2, 3, 5, 6])
def test_the_gradient_of_a_singular_matrix_s_determinant_is_the_adjugate(n: int) -> None:
    generator = np.random.default_rng(n)
    a = generator.integers(-3, 4, (n, n)).astype(float)
    a[-1] = a[0] + a[1]
    expected = np.array(
        [[(-1) ** (i + j) * np.linalg.det(np.delete(np.delete(a, i, 0), j, 1)) for j in range(n)] for i in range(n)]
    )
    assert grad(linalg.det)(a) == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert grad(linalg.det)(np.zeros((n, n))) == pytest.approx(np.zeros((n, n)))
    curvature = hessian(linalg.det)(a[:3, :3])  # a polynomial's, whether singular or not
    assert curvature[0, 0, 1, 1] == pytest.approx(a[2, 2] if n > 2 else 1.0)


REPEATED = [[2.0, 1.0, 1.0], [1.0, 2.0, 1.0], [1.0, 1.0, 2.0]]  # 1, 1 and 4, as LAPACK has them not quite


@pytest.mark.parametrize("a", [REPEATED, [[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 5.0]]])
def test_repeated_eigenvalues(a: Any) -> None:
    largest = max(linalg.eigh(a).eigenvalues)
    symmetric = grad(lambda m: sum_of([w**3 for w in linalg.eigh(m).eigenvalues]))(a)
    expected = 3.0 * np.linalg.matrix_power(np.array(a), 2)
    both = np.tril(expected + expected.T, -1) + np.diag(np.diag(expected))
    assert np.array(symmetric) == pytest.approx(both, rel=1e-12, abs=1e-12)
    _, along = jvp(lambda m: sum_of(linalg.eigh(m).eigenvalues), a, np.eye(3).tolist())
    assert along == pytest.approx(3.0)
    assert np.isnan(grad(lambda m: linalg.eigh(m).eigenvalues[0])(a)).any()
    assert np.isnan(grad(lambda m: linalg.eigh(m).eigenvectors[0][0])(a)).any()
    assert np.isnan(hessian(lambda m: sum_of([w**3 for w in linalg.eigh(m).eigenvalues]))(a)).any()
    simple = np.array(jacobian(lambda m: linalg.eigh(m).eigenvalues[2])(a))
    vector = np.linalg.eigh(np.array(a))[1][:, 2]
    outer = np.outer(vector, vector)
    assert largest == pytest.approx(np.linalg.eigvalsh(np.array(a))[2])
    assert simple == pytest.approx(np.tril(2.0 * outer, -1) + np.diag(np.diag(outer)), rel=1e-9, abs=1e-12)


def test_only_the_lower_triangle_is_read() -> None:
    a = [[4.0, 7.0], [1.0, 3.0]]
    for function in (linalg.cholesky, lambda m: linalg.eigh(m).eigenvalues):
        assert function(a) == function([[4.0, math.nan], [1.0, 3.0]])
        slopes = np.array(jacobian(function)(a)).reshape(-1, 2, 2)
        assert (slopes[:, 0, 1] == 0.0).all()
        assert (slopes[:, 1, 0] != 0.0).any()
