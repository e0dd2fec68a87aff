"""Symmetric matrices: Cholesky's factor, eigenvalues and eigenvectors, as operations on the lower triangle.

As NumPy's, they read the lower triangle alone; so the operations take it as a row of numbers, and nothing flows to
what lies above the diagonal.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import get_lapack_funcs

from autograd.engine.value import Value
from autograd.linalg.arguments import check_finite, check_result
from autograd.linalg.operation import Operation
from autograd.linalg.systems import product, solved
from autograd.support.errors import shown

if TYPE_CHECKING:
    from autograd.linalg.operation import Array

_Arrays = Sequence["Array"]

(_POTRF,) = get_lapack_funcs(("potrf",), dtype=np.float64)


def lower_of(a: Array) -> Array:
    """The lower triangle with the diagonal, row by row."""
    return a[np.tril_indices(len(a))]


def with_zeros(lower: Array, zero: Callable[[float], Value | float] = float) -> Array:
    """The matrix of a lower triangle; `zero` makes those above it."""
    n = _size(lower)
    a = np.zeros((n, n), dtype=lower.dtype)
    if lower.dtype == object:
        above = np.triu_indices(n, 1)
        a[above] = [zero(0.0) for _ in above[0]]
    a[np.tril_indices(n)] = lower
    return a


def mirrored(lower: Array) -> Array:
    """The symmetric matrix of a lower triangle."""
    a = with_zeros(lower)
    rows, columns = np.tril_indices(len(a))
    a[columns, rows] = lower
    return a


def _size(lower: Array) -> int:
    return (int(np.sqrt(8 * len(lower) + 1)) - 1) // 2


def _to_lower(by_a: Array) -> Array:
    """What comes to the whole matrix, as it comes to the lower triangle, whose numbers stand on both sides."""
    both = by_a + by_a.T
    diagonal = np.diag_indices(len(by_a))
    both[diagonal] = by_a[diagonal]
    return lower_of(both)


# ---------------------------------------------------------------------------------------------------------------------
# Cholesky


def _factor(lower: Array) -> tuple[Array]:
    check_finite("cholesky", "a", with_zeros(lower))
    a = mirrored(lower)
    factor, info = _POTRF(a, lower=1, clean=1)
    n = len(a)
    if info == 0:
        sizes = np.diag(factor) ** 2 / np.diag(a)  # of the pivots, of which less than a rounding is nothing
        info = 0 if (sizes > n * sys.float_info.epsilon).all() else int(np.argmin(sizes)) + 1
    if info != 0:
        raise np.linalg.LinAlgError(
            f"cholesky: the {n} × {n} matrix a = {shown(a.tolist(), 80)} is not positive definite to working precision "
            f"(its leading {info} × {info} block isn't); add a small multiple of the identity, or use eigh"
        )
    return (lower_of(factor),)


def _pull_factor(inputs: _Arrays, outputs: _Arrays, cotangents: _Arrays) -> tuple[Array]:
    """A = L Lᵀ: Ā = L⁻ᵀ Φ(Lᵀ L̄) L⁻¹, Φ the lower triangle with half of the diagonal.

    I. Murray, Differentiation of the Cholesky decomposition, arXiv:1602.07527 (2016).
    """
    factor, u = with_zeros(outputs[0]), with_zeros(cotangents[0])
    half = np.tril(np.ones(factor.shape)) - 0.5 * np.eye(len(factor))
    inner = half * product(factor.T, u)
    return (_to_lower(solved(factor.T, solved(factor.T, inner).T).T),)


CHOLESKY = Operation("cholesky", _factor, _pull_factor)


# ---------------------------------------------------------------------------------------------------------------------
# Eigenvalues and eigenvectors


def _eigen(lower: Array) -> tuple[Array, Array]:
    check_finite("eigh", "a", with_zeros(lower))
    values, vectors = np.linalg.eigh(mirrored(lower))
    check_result("eigh", values)
    return values, vectors


def _pull_eigen(inputs: _Arrays, outputs: _Arrays, cotangents: _Arrays) -> tuple[Array]:
    """A = V diag(w) Vᵀ: Ā = V (diag(w̄) + F ∘ VᵀV̄) Vᵀ with Fᵢⱼ = 1 / (wⱼ − wᵢ)."""
    (values, vectors), (by_values, by_vectors) = outputs, cotangents
    by_values, by_vectors = _DEFINED(values, by_values, by_vectors)
    (inner,) = _DIVIDED(values, product(vectors.T, by_vectors))
    inner[np.diag_indices(len(values))] = by_values
    return (_to_lower(product(product(vectors, inner), vectors.T)),)


def _tied(values: Array) -> Array:
    """Which eigenvalues differ by no more than roundoff: an n × n array."""
    n = len(values)
    roundoff = 8.0 * n * sys.float_info.epsilon * np.abs(values).max()
    return np.asarray(np.abs(values[:, None] - values) <= roundoff)


def _divided(values: Array, m: Array) -> tuple[Array]:
    """Mᵢⱼ / (wⱼ − wᵢ), 0 on the diagonal, and where M is 0; NaN where it isn't and the two eigenvalues are one."""
    gaps = np.where(_tied(values), np.nan, values - values[:, None])
    np.fill_diagonal(gaps, np.inf)
    return (np.where(m == 0.0, 0.0, m / gaps),)


def _pull_divided(inputs: _Arrays, outputs: _Arrays, cotangents: _Arrays) -> tuple[Array, Array]:
    """Y = F ∘ M: M̄ = F ∘ Ȳ; with T = F ∘ F ∘ M ∘ Ȳ, w̄ᵢ = Σⱼ Tᵢⱼ − Σⱼ Tⱼᵢ."""
    (values, m), (u,) = inputs, cotangents
    terms: Array = _DIVIDED(values, _DIVIDED(values, u * m)[0])[0]
    return terms.sum(axis=1) - terms.sum(axis=0), _DIVIDED(values, u)[0]


_DIVIDED = Operation("eigh", _divided, _pull_divided)


def _defined(values: Array, by_values: Array, by_vectors: Array) -> tuple[Array, Array]:
    """w̄ and V̄, with NaN where two eigenvalues are one and there is no derivative.

    It exists for functions that treat the two alike, and don't ask for their vectors, which may turn freely.
    """
    tied = _tied(values)
    size = np.abs(by_values)
    unlike = np.abs(by_values[:, None] - by_values) > 1e-8 * np.maximum(size[:, None], size)
    turns = (tied.sum(axis=1) > 1) & (by_vectors != 0.0).any(axis=0)
    return np.where((tied & unlike).any(axis=1), np.nan, by_values), np.where(turns, np.nan, by_vectors)


def _pull_defined(inputs: _Arrays, outputs: _Arrays, cotangents: _Arrays) -> tuple[Array, Array, Array]:
    return np.zeros(inputs[0].shape), cotangents[0], cotangents[1]


_DEFINED = Operation("eigh", _defined, _pull_defined)

EIGH = Operation("eigh", _eigen, _pull_eigen)
