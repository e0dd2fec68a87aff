"""Linear algebra on matrices of Values: NumPy and LAPACK compute, and every order differentiates (extra `fast`).

>>> from autograd import Value, linalg
>>> a = Value(2.0)
>>> linalg.det([[a, 1.0], [1.0, a]]).backward()
>>> round(a.grad, 12)
4.0
"""

from autograd.linalg.functions import (
    EighResult,
    LstsqResult,
    SlogdetResult,
    cholesky,
    det,
    eigh,
    inv,
    lstsq,
    slogdet,
    solve,
)

__all__ = [
    "EighResult",
    "LstsqResult",
    "SlogdetResult",
    "cholesky",
    "det",
    "eigh",
    "inv",
    "lstsq",
    "slogdet",
    "solve",
]
