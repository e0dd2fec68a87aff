"""A square matrix of floats, factored by LAPACK, and refused where it is singular."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import lapack

from autograd.support.errors import shown

if TYPE_CHECKING:
    from autograd.linalg.operation import Array


class Factored:
    """A = PLU by partial pivoting, after rows and columns were scaled by powers of two.

    Scaled, a matrix of large and small numbers (diag(1e-20, 1), say) isn't taken for a singular one.

    Args:
        a: square, its numbers finite.
    """

    def __init__(self, a: Array) -> None:
        self._rows = _scales(np.abs(a).max(axis=1))
        self._scaled = a * self._rows[:, None]
        self._columns = _scales(np.abs(self._scaled).max(axis=0))
        self._scaled *= self._columns
        self._lu, self._pivots, info = lapack.dgetrf(self._scaled)
        self._is_regular = info == 0

    def check_regular(self, operation: str, remedy: str) -> None:
        """Raise a LinAlgError if the matrix is singular to working precision, so that no digit of a solution is right.

        It is, if LAPACK's estimate of the scaled matrix's reciprocal condition number is below 2.2e-16.
        """
        n = len(self._scaled)
        condition = 0.0
        if self._is_regular:
            condition = float(lapack.dgecon(self._lu, np.abs(self._scaled).sum(axis=0).max())[0])
        if not condition >= sys.float_info.epsilon:
            a = (self._scaled / self._columns / self._rows[:, None]).tolist()
            raise np.linalg.LinAlgError(
                f"{operation}: the {n} × {n} matrix a = {shown(a, 80)} is singular to working precision "
                f"(its reciprocal condition number is {condition:.1g}); {remedy}"
            )

    def solve(self, b: Array) -> Array:
        """x with A x = b, for a vector or a matrix of columns."""
        x, _ = lapack.dgetrs(self._lu, self._pivots, self._rows[:, None] * b.reshape(len(b), -1))
        return np.reshape(self._columns[:, None] * x, b.shape)


def _scales(largest: Array) -> Array:
    """Powers of two that bring these to about 1; of 0 it is 1."""
    exponents: Array = np.clip(np.frexp(largest)[1], -1000, 1000)
    return np.ldexp(1.0, -exponents)
