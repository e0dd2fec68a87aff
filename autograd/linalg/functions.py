"""What is public: functions of matrices in nested lists and NumPy arrays, of Values, plain numbers or a mix.

NumPy is imported when one is called.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from autograd.engine.value import constant
from autograd.support.extras import needed


class SlogdetResult(NamedTuple):
    """What `slogdet` returns: det = sign · exp(logabsdet)."""

    sign: Any
    logabsdet: Any


class EighResult(NamedTuple):
    """What `eigh` returns: eigenvalues in ascending order, and as columns the eigenvector of each."""

    eigenvalues: Any
    eigenvectors: Any


class LstsqResult(NamedTuple):
    """What `lstsq` returns: the solution, and the sum of the squared residuals of each right-hand side."""

    x: Any
    residuals: Any


def solve(a: Any, b: Any) -> Any:
    """The solution x of the linear system a x = b.

    Differentiated as x: with x̄ what comes back, b̄ = a⁻ᵀ x̄ and ā = −b̄ xᵀ (Giles 2008).

    Args:
        a: n × n.
        b: a vector of n, or n × k for k systems at once.

    Returns:
        x, shaped as b: an array if a or b is one, otherwise lists; of floats if both are plain.

    Raises:
        LinAlgError: if a is singular to working precision, is not square, or b has another number of rows; if one is
            empty, or holds an infinity or a NaN. (It is a ValueError.)
        TypeError: if one holds anything other than real numbers, or is no matrix.
        OverflowError: if x is too large for floats.

    >>> from autograd import Value
    >>> a = Value(2.0)
    >>> x = solve([[a, 1.0], [1.0, 3.0]], [3.0, 4.0])
    >>> x[0].backward()
    >>> x[0].data, a.grad
    (1.0, -0.6)
    """
    needed("solve", "scipy")
    from autograd.linalg import arguments, systems

    left, right = arguments.matrix("solve", "a", a), arguments.matrix("solve", "b", b, vector=True)
    arguments.check_square("solve", "a", left, "use lstsq")
    arguments.check_rows("solve", left, right)
    return arguments.like((a, b), systems.SOLVE(left, right)[0])


def inv(a: Any) -> Any:
    """The inverse of a square matrix. `solve(a, b)` is faster and more accurate than `inv(a) @ b`.

    With c = a⁻¹: ā = −cᵀ c̄ cᵀ (Giles 2008).

    Args:
        a: n × n.

    Returns, Raises: as `solve`.

    >>> inv([[2.0, 0.0], [0.0, 4.0]])
    [[0.5, 0.0], [0.0, 0.25]]
    """
    needed("inv", "scipy")
    from autograd.linalg import arguments, systems

    matrix = arguments.matrix("inv", "a", a)
    arguments.check_square("inv", "a", matrix)
    return arguments.like((a,), systems.INV(matrix)[0])


def det(a: Any) -> Any:
    """The determinant of a square matrix.

    ā = d̄ · the matrix of cofactors (Jacobi's formula), of singular matrices, too, and in every order.

    Args:
        a: n × n.

    Returns:
        One number: a Value if there is one in a, otherwise a float.

    Raises:
        LinAlgError, TypeError: as `solve`, but not for singular matrices.
        OverflowError: if it is too large for a float.

    >>> from autograd import grad
    >>> grad(det)([[1.0, 2.0], [2.0, 4.0]])  # singular
    [[4.0, -2.0], [-2.0, 1.0]]
    """
    needed("det", "scipy")
    from autograd.linalg import arguments, systems

    matrix = arguments.matrix("det", "a", a)
    arguments.check_square("det", "a", matrix)
    return arguments.like((a,), systems.DET(matrix)[0])


def slogdet(a: Any) -> SlogdetResult:
    """The sign of the determinant, and the logarithm of its size, which neither overflows nor underflows.

    With l = log|det a|: ā = l̄ a⁻ᵀ (Giles 2008); to the sign nothing flows.

    Args:
        a: n × n.

    Returns:
        (sign, logabsdet).

    Raises:
        LinAlgError, TypeError: as `solve`.

    >>> slogdet([[0.0, 1.0], [1.0, 0.0]])
    SlogdetResult(sign=-1.0, logabsdet=0.0)
    """
    needed("slogdet", "scipy")
    from autograd.linalg import arguments, systems

    matrix = arguments.matrix("slogdet", "a", a)
    arguments.check_square("slogdet", "a", matrix)
    return SlogdetResult(*(arguments.like((a,), y) for y in systems.SLOGDET(matrix)))


def cholesky(a: Any) -> Any:
    """The lower triangular factor L of a symmetric, positive definite matrix: L Lᵀ = a.

    As NumPy's, it reads the lower triangle alone, and hands gradients back to it alone, those of both triangles; where
    a number stands on both sides of the diagonal, that makes no difference. ā = L⁻ᵀ Φ(Lᵀ L̄) L⁻¹ (Murray 2016).

    Args:
        a: n × n; what lies above the diagonal is taken to be what lies below it.

    Returns:
        L, its zeros constants; containers as of `solve`.

    Raises:
        LinAlgError: if a is not positive definite to working precision; otherwise, and TypeError, as `solve`.

    >>> cholesky([[4.0, 2.0], [2.0, 5.0]])
    [[2.0, 0.0], [1.0, 2.0]]
    """
    needed("cholesky", "scipy")
    from autograd.linalg import arguments, symmetric

    matrix = arguments.matrix("cholesky", "a", a)
    arguments.check_square("cholesky", "a", matrix)
    (lower,) = symmetric.CHOLESKY(symmetric.lower_of(matrix))
    return arguments.like((a,), symmetric.with_zeros(lower, constant if lower.dtype == object else float))


def eigh(a: Any) -> EighResult:
    """The eigenvalues w and eigenvectors v of a symmetric matrix: a = v diag(w) vᵀ.

    It reads the lower triangle alone, as `cholesky` does. ā = v (diag(w̄) + F ∘ vᵀv̄) vᵀ with Fᵢⱼ = 1 / (wⱼ − wᵢ) (Giles
    2008). Where eigenvalues are repeated (to working precision) their eigenvectors may turn freely, and have no
    derivative: it is NaN. So is that of an eigenvalue alone; functions of all of them that are symmetric in the
    repeated ones have a gradient, but their second derivatives are NaN, too. The sign of an eigenvector is LAPACK's.

    Args:
        a: n × n; what lies above the diagonal is taken to be what lies below it.

    Returns:
        (eigenvalues, eigenvectors), the former in ascending order, the latter as columns.

    Raises:
        LinAlgError, TypeError: as `solve`, but not for singular matrices.

    >>> eigh([[2.0, 0.0], [0.0, 1.0]]).eigenvalues
    [1.0, 2.0]
    """
    needed("eigh", "scipy")
    from autograd.linalg import arguments, symmetric

    matrix = arguments.matrix("eigh", "a", a)
    arguments.check_square("eigh", "a", matrix)
    return EighResult(*(arguments.like((a,), y) for y in symmetric.EIGH(symmetric.lower_of(matrix))))


def lstsq(a: Any, b: Any) -> LstsqResult:
    """The x that makes |a x − b| least; of all such, for a with fewer rows than columns, the smallest.

    By the derivative of the pseudoinverse (Golub and Pereyra 1973).

    Args:
        a: m × n, of full rank.
        b: a vector of m, or m × k for k right-hand sides.

    Returns:
        (x, residuals): x a vector of n, or n × k; and the sum of the squares of b − a x, one number, or a row of k.

    Raises:
        LinAlgError: if the rank of a, to working precision, is less than m and n; otherwise, and TypeError, as `solve`.

    >>> x, residuals = lstsq([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]], [1.0, 3.0, 5.0])
    >>> [round(number, 12) for number in x], round(residuals, 12)
    ([1.0, 2.0], 0.0)
    """
    needed("lstsq", "scipy")
    from autograd.linalg import arguments, systems

    left, right = arguments.matrix("lstsq", "a", a), arguments.matrix("lstsq", "b", b, vector=True)
    arguments.check_rows("lstsq", left, right)
    (x,) = systems.LSTSQ(left, right)
    return LstsqResult(arguments.like((a, b), x), arguments.like((a, b), systems.squared_residuals(left, right, x)))
