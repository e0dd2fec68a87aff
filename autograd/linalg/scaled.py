"""A square matrix of floats: scaled, solved by LAPACK, and refused where it is singular."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import get_lapack_funcs

from autograd.support.errors import shown

if TYPE_CHECKING:
    from autograd.linalg.operation import Array

_GETRF, _GECON, _GESV = get_lapack_funcs(("getrf", "gecon", "gesv"), dtype=np.float64)


class Scaled:
    """A matrix whose rows and columns are multiplied by powers of two, so that the largest of each is about 1.

    Scaled, a matrix of large and small numbers (diag(1e-20, 1), say) isn't taken for a singular one.

    Args:
        a: square, its numbers finite.
    """

    def __init__(self, a: Array) -> None:
        self._a = a
        self._rows = _scales(np.abs(a).max(axis=1))
        self._scaled = a * self._rows[:, None]
        self._columns = _scales(np.abs(self._scaled).max(axis=0))
        self._scaled *= self._columns

    def check_regular(self, operation: str, remedy: str) -> None:
        """Raise a LinAlgError if the matrix is singular to working precision, so that no digit of a solution is right.

        It is, if LAPACK's estimate of the scaled matrix's reciprocal condition number is below 2.2e-16.
        """
        lu, _, info = _GETRF(self._scaled)
        condition = 0.0 if info > 0 else float(_GECON(lu, np.abs(self._scaled).sum(axis=0).max())[0])
        if not condition >= sys.float_info.epsilon:
            n = len(self._a)
            raise np.linalg.LinAlgError(
                f"{operation}: the {n} × {n} matrix a = {shown(self._a.tolist(), 80)} is singular to working precision "
                f"(its reciprocal condition number is {condition:.1g}); {remedy}"
            )

    def solve(self, b: Array) -> Array:
        """x with A x = b, for a vector or a matrix of columns; NaN if A is singular.

        By gesv: of several columns OpenBLAS's getrs wakes threads, at a cost of milliseconds on a busy machine.
        """
        _, _, x, info = _GESV(self._scaled, self._rows[:, None] * b.reshape(len(b), -1))
        return np.reshape(np.full(x.shape, np.nan) if info > 0 else self._columns[:, None] * x, b.shape)


def _scales(largest: Array) -> Array:
    """Powers of two that bring these to about 1; of 0 it is 1."""
    exponents: Array = np.clip(np.frexp(largest)[1], -1000, 1000)
    return np.ldexp(1.0, -exponents)
