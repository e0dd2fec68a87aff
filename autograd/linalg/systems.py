"""Linear systems, inverses, determinants and least squares, as operations on arrays of floats and of Values.

The pullbacks are those of M. B. Giles, Collected matrix derivative results for forward and reverse mode algorithmic
differentiation, Advances in Automatic Differentiation, Springer (2008), if nothing else is said.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from autograd.engine.value import number_of
from autograd.linalg.arguments import check_finite, check_result
from autograd.linalg.operation import Operation
from autograd.linalg.scaled import Scaled

if TYPE_CHECKING:
    from autograd.linalg.operation import Array

_Arrays = Sequence["Array"]


def floats_of(a: Array) -> Array:
    """The numbers alone."""
    return a if a.dtype != object else np.vectorize(number_of, otypes=[np.float64])(a)


# ---------------------------------------------------------------------------------------------------------------------
# Products


def _product(a: Array, b: Array) -> tuple[Array]:
    return (np.matmul(a, b),)


def _pull_product(inputs: _Arrays, outputs: _Arrays, cotangents: _Arrays) -> tuple[Array, Array]:
    """C = A B: Ā = C̄ Bᵀ, B̄ = Aᵀ C̄."""
    (a, b), (u,) = inputs, cotangents
    return product(u, b.T), product(a.T, u)


_PRODUCT = Operation("matmul", _product, _pull_product)


def product(a: Array, b: Array) -> Array:
    """The product of two matrices, as one block."""
    return _PRODUCT(a, b)[0]


# ---------------------------------------------------------------------------------------------------------------------
# Systems


def _solution(a: Array, b: Array) -> tuple[Array]:
    check_finite("solve", "a", a)
    check_finite("solve", "b", b)
    scaled = Scaled(a)
    scaled.check_regular("solve", "use lstsq for the least squares solution, or add a multiple of the identity")
    x = scaled.solve(b)
    check_result("solve", x)
    return (x,)


def _pull_solution(inputs: _Arrays, outputs: _Arrays, cotangents: _Arrays) -> tuple[Array, Array]:
    """A X = B: B̄ = A⁻ᵀ X̄, Ā = −B̄ Xᵀ."""
    (a, b), (x,), (u,) = inputs, outputs, cotangents
    by_b = solved(a.T, u)
    columns = (-1, 1 if b.ndim == 1 else b.shape[1])
    return -product(by_b.reshape(columns), x.reshape(columns).T), by_b


SOLVE = Operation("solve", _solution, _pull_solution)
_SOLVED = Operation("solve", lambda a, b: (Scaled(a).solve(b),), _pull_solution)


def solved(a: Array, b: Array) -> Array:
    """x with a x = b, for a matrix that is known to be regular, and whatever numbers a cotangent has."""
    return _SOLVED(a, b)[0]


def _inverse(a: Array) -> tuple[Array]:
    check_finite("inv", "a", a)
    scaled = Scaled(a)
    scaled.check_regular("inv", "use lstsq, or add a multiple of the identity")
    y = scaled.solve(np.eye(len(a)))
    check_result("inv", y)
    return (y,)


def _pull_inverse(inputs: _Arrays, outputs: _Arrays, cotangents: _Arrays) -> tuple[Array]:
    """C = A⁻¹: Ā = −Cᵀ C̄ Cᵀ."""
    (c,), (u,) = outputs, cotangents
    return (-product(product(c.T, u), c.T),)


INV = Operation("inv", _inverse, _pull_inverse)


# ---------------------------------------------------------------------------------------------------------------------
# Determinants


def _determinant(a: Array) -> tuple[Array]:
    check_finite("det", "a", a)
    y = np.asarray(np.linalg.det(a))
    if not np.isfinite(y):
        raise OverflowError("det: the result is too large for a float; use slogdet, or scale the matrix")
    return (y,)


def _pull_determinant(inputs: _Arrays, outputs: _Arrays, cotangents: _Arrays) -> tuple[Array]:
    """Ā = d̄ · the cofactors, which are det(A) A⁻ᵀ where that exists (Jacobi's formula), and finite everywhere."""
    (a,), (u,) = inputs, cotangents
    if len(a) <= _FEW:
        return (u * _minors(a),)
    return (u * (_recorded_cofactors(a) if a.dtype == object else _cofactors(a)),)


_FEW = 4
_WELL_CONDITIONED = 1e3


def _minors(a: Array) -> Array:
    """The cofactors by their definition, each a determinant."""
    n = len(a)
    found = np.ones((n, n), dtype=a.dtype)
    for i in range(n):
        for j in range(n):
            rest = np.delete(np.delete(a, i, axis=0), j, axis=1)
            found[i, j] = (-1.0) ** (i + j) * (DET(rest)[0].item() if n > 1 else 1.0)
    return found


def _cofactors(a: Array) -> Array:
    """From A = U Σ Vᵀ: det(U) det(V) U diag(Π σⱼ, j ≠ i) Vᵀ, whatever the rank.

    G. W. Stewart, On the adjugate matrix, Linear Algebra and its Applications 283 (1998).
    """
    u, sizes, v = np.linalg.svd(a)
    n = len(a)
    others = np.prod(np.where(np.eye(n, dtype=bool), 1.0, sizes), axis=1)
    sign = np.round(np.linalg.det(u) * np.linalg.det(v))
    return np.asarray(np.matmul(sign * u * others, v))


def _recorded_cofactors(a: Array) -> Array:
    """To be differentiated again: as det(A) A⁻ᵀ where every order's terms hardly cancel, otherwise as minors."""
    numbers = floats_of(a)
    if np.linalg.cond(numbers) < _WELL_CONDITIONED and abs(np.linalg.det(numbers)) > sys.float_info.min:
        return np.asarray(DET(a)[0].item() * INV(a)[0].T)
    return _minors(a)


DET = Operation("det", _determinant, _pull_determinant)


def _log_determinant(a: Array) -> tuple[Array, Array]:
    check_finite("slogdet", "a", a)
    Scaled(a).check_regular(
        "slogdet", "log|det| is −∞ there, without a derivative: use det, or add a multiple of the identity"
    )
    sign, log = np.linalg.slogdet(a)
    return np.asarray(sign), np.asarray(log)


def _pull_log_determinant(inputs: _Arrays, outputs: _Arrays, cotangents: _Arrays) -> tuple[Array]:
    """l = log|det A|: Ā = l̄ A⁻ᵀ; the sign is constant."""
    (a,), (_, u) = inputs, cotangents
    return (u * solved(a.T, np.eye(len(a))),)


SLOGDET = Operation("slogdet", _log_determinant, _pull_log_determinant)


# ---------------------------------------------------------------------------------------------------------------------
# Least squares


def _least_squares(a: Array, b: Array) -> tuple[Array]:
    check_finite("lstsq", "a", a)
    check_finite("lstsq", "b", b)
    x, _, rank, sizes = np.linalg.lstsq(a, b, rcond=None)
    if rank < min(a.shape):
        raise np.linalg.LinAlgError(
            f"lstsq: the {a.shape[0]} × {a.shape[1]} matrix a has rank {rank} to working precision (its singular "
            f"values go from {sizes[0]:.3g} down to {sizes[-1]:.3g}), where the solution jumps; leave out columns that "
            "others make up, or append rows of a small multiple of the identity to a, and zeros to b"
        )
    check_result("lstsq", x)
    return (x,)


def _pull_least_squares(inputs: _Arrays, outputs: _Arrays, cotangents: _Arrays) -> tuple[Array, Array]:
    """X = A⁺ B: B̄ = A⁺ᵀ X̄; Ā = −B̄ Xᵀ + (B − A X) Wᵀ, W = (AᵀA)⁻¹ X̄; of a wide matrix −B̄ Xᵀ + (AAᵀ)⁻¹ B (X̄ − AᵀB̄)ᵀ.

    G. H. Golub and V. Pereyra, The differentiation of pseudo-inverses, SIAM Journal on Numerical Analysis 10 (1973);
    from the augmented system, scaled as Å. Björck, Numerical methods for least squares problems, SIAM (1996), 2.5.3.
    """
    (a, b), (x,), (u,) = inputs, outputs, cotangents
    m, n = a.shape
    columns = 1 if b.ndim == 1 else b.shape[1]
    b2, x2, u2 = b.reshape(m, columns), x.reshape(n, columns), u.reshape(n, columns)
    tall = m >= n
    # [[s I, A], [Aᵀ, 0]], of full rank as A is; any s gives the same, this one to the most digits
    scale = np.linalg.svd(floats_of(a), compute_uv=False)[-1]
    high, low = (a, a.T) if tall else (a.T, a)
    p, q = max(m, n), min(m, n)
    system = np.block([[scale * np.eye(p), high], [low, np.zeros((q, q))]])
    if tall:
        found = solved(system, np.concatenate([np.zeros((m, columns)), u2]))
        by_b, w = found[:m], found[m:] / -scale
        by_a = product(b2 - product(a, x2), w.T) - product(by_b, x2.T)
    else:
        by_x = solved(system, np.concatenate([u2, np.zeros((m, columns))]))
        by_b, rest = by_x[n:], scale * by_x[:n]
        multipliers = solved(system, np.concatenate([np.zeros((n, columns)), b2]))[n:] / -scale
        by_a = product(multipliers, rest.T) - product(by_b, x2.T)
    return by_a, by_b.reshape(b.shape)


LSTSQ = Operation("lstsq", _least_squares, _pull_least_squares)


def squared_residuals(a: Array, b: Array, x: Array) -> Array:
    """Σ (b − A x)², by column."""
    rest = b - product(a, x.reshape(len(x), -1)).reshape(b.shape)
    return np.asarray((rest * rest).sum(axis=0))
