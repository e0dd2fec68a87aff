"""`implicit`: what a solver finds, differentiated by the equation that it solves."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

from autograd.engine.reductions import dot
from autograd.engine.value import Value
from autograd.linalg.functions import solve as solve_linear
from autograd.support.errors import one_line, shown, typed
from autograd.transforms.functional import grad, jacobian
from autograd.transforms.own import custom_vjp
from autograd.transforms.tree import flatten, unflatten


# F and X stand for what they stand for in the theorem; Python has no other name for "F(x, θ) = 0".
def implicit(F: Callable[..., Any], solve: Callable[..., Any]) -> Callable[..., Any]:  # noqa: N803
    """The root x*(θ) of F(x, θ) = 0 as a function of θ, found by any solver and differentiated by the equation.

    By the implicit function theorem dx*/dθ = −(∂F/∂x)⁻¹ ∂F/∂θ at the root, however it was found; derivatives of that
    follow, to every order. A solver written in Values would have all of its iterations differentiated, and Newton's
    last step alone has wrong second derivatives.

    Args:
        F: `F(x, *θ)`, written with operators and functions of autograd; returns as many numbers as x holds, 0 each at
            the root. For the minimum of f over x let it be `grad(f)`, with x the first argument.
        solve: `solve(*θ) -> x` in plain numbers, by any means, SciPy's too; x is a number, or nested lists, tuples,
            dicts and arrays of them, as is each θ.

    Returns:
        A function of θ. Given plain numbers it returns what solve returns.

    Raises:
        TypeError: if F or solve is not a function; when called, if solve or F returns anything other than plain
            numbers, computed with a Value that is not among the θ, say.
        ValueError (when called): if what solve returns is no root: Newton's next step is longer than 1e-8 and 1e-5 of
            it (as `numpy.allclose` has it), or ∂F/∂x bends on it; if it holds an infinity or a NaN; if F returns more
            or fewer numbers than x holds; if ∂F/∂x is singular at the root, which then is no differentiable function
            of θ.

    >>> from scipy.optimize import brentq
    >>> def kepler(E, M, e):  # anomalies of an orbit, its eccentricity
    ...     return E - e * sin(E) - M
    >>> anomaly = implicit(kepler, lambda M, e: brentq(kepler, M - 1.0, M + 1.0, args=(M, e), xtol=1e-15))
    >>> M, e = Value(1.0), Value(0.5)
    >>> E = anomaly(M, e)
    >>> E.backward()
    >>> abs(M.grad - 1.0 / (1.0 - 0.5 * math.cos(E.data))) < 1e-15
    True
    """
    for argument, part in (("F", F), ("solve", solve)):
        if not callable(part):
            raise TypeError(f"implicit: {argument} must be a function, got {typed(part)}")
    name = f"implicit of {one_line(getattr(F, '__name__', type(F).__name__))}"

    def equations(x: Any, args: Sequence[Any], numbers: Sequence[Any]) -> list[Any]:
        """F's numbers, with these numbers in x."""
        return flatten(F(unflatten(x, numbers), *args), name, "the result of F")

    def slopes(x: Any, args: Sequence[Any], numbers: list[Any]) -> list[list[Any]]:
        """∂F/∂x, by rows."""
        rows: list[list[Any]] = jacobian(lambda xs: equations(x, args, xs))(numbers)
        return rows

    @functools.wraps(solve, updated=())
    def root(*args: Any) -> Any:
        x = solve(*args)
        numbers = _plain_root(name, x)
        residuals = equations(x, args, numbers)
        _check_residuals(name, numbers, residuals)
        by_x = slopes(x, args, numbers)
        try:
            step = solve_linear(by_x, residuals)
        except ValueError as error:
            raise ValueError(
                f"{name}: ∂F/∂x is singular or not finite at the root x = {shown(x, 80)} that solve returned, so that "
                f"x is no differentiable function of the arguments there ({error})"
            ) from error
        size, length = max(map(abs, numbers)), max(map(abs, step))
        if length <= 1e-10 * size:
            return x
        nearer = slopes(x, args, [number - change for number, change in zip(numbers, step, strict=True)])
        bend = max(
            abs(ratio - (i == j)) for i, row in enumerate(solve_linear(by_x, nearer)) for j, ratio in enumerate(row)
        )
        if length > 1e-8 + 1e-5 * size or bend > 0.1:
            raise ValueError(
                f"{name}: solve returned x = {shown(x, 80)}, which is no root: F is {shown(residuals, 80)} there, and "
                f"Newton's next step {length:.3g} long, on which ∂F/∂x changes by {bend:.1%}; let the solver go on, or "
                "tighten its tolerance (where two roots meet, there is no derivative)"
            )
        return x

    def forward(*args: Any) -> tuple[Any, tuple[Any, tuple[Any, ...]]]:
        x = found(*args)
        return x, (x, args)

    def pullback(residuals: tuple[Any, tuple[Any, ...]], u: Any) -> Sequence[Any]:
        """λ with (∂F/∂x)ᵀ λ = u; θ̄ = −λᵀ ∂F/∂θ."""
        from autograd.linalg import arguments
        from autograd.linalg.systems import solved

        x, args = residuals
        numbers = flatten(x, name, "x")
        by_x, by_root = arguments.matrix(name, "∂F/∂x", slopes(x, args, numbers)), flatten(u, name, "u")
        multipliers = (-solved(by_x.T, arguments.matrix(name, "u", by_root, vector=True))).tolist()
        gradients = grad(lambda *given: dot(multipliers, equations(x, given, numbers)), argnums=range(len(args)))
        pulled: Sequence[Any] = gradients(*args)
        return pulled

    found = custom_vjp(root, forward, pullback)
    return found


def _plain_root(name: str, x: Any) -> list[float]:
    """The numbers that a solver returned.

    Raises:
        TypeError: if one is a Value, or it returned SciPy's report in place of them.
        ValueError: if there are none, or one is not finite.
    """
    for attribute in ("x", "root"):  # of SciPy's OptimizeResult and RootResults
        if hasattr(x, attribute) and (hasattr(x, "success") or hasattr(x, "converged")):
            raise TypeError(f"{name}: solve must return the root alone, got {typed(x)}; return its .{attribute}")
    numbers = flatten(x, name, "what solve returned")
    if not numbers:
        raise ValueError(f"{name}: solve returned {shown(x)}, which holds no number; return the root")
    for number in numbers:
        if isinstance(number, Value):
            raise TypeError(
                f"{name}: solve returned {typed(number)}; let it compute in plain numbers, and pass Values as "
                "arguments, whose numbers it gets"
            )
        if not math.isfinite(number):
            raise ValueError(f"{name}: solve returned {shown(x, 80)}, which is not finite; it has found no root")
    return [number for number in numbers if not isinstance(number, Value)]


def _check_residuals(name: str, numbers: Sequence[float], residuals: Sequence[Any]) -> None:
    """Raise an error unless F has returned as many plain, finite numbers as the root holds."""
    if len(residuals) != len(numbers):
        raise ValueError(
            f"{name}: F returns {len(residuals)} numbers for the {len(numbers)} of x; it must return one for each"
        )
    for residual in residuals:
        if isinstance(residual, Value):
            raise TypeError(
                f"{name}: F returned {typed(residual)} for plain numbers, computed with a Value that it was not given; "
                "pass it as an argument"
            )
        if not math.isfinite(residual):
            raise ValueError(f"{name}: F is {shown(list(residuals), 80)} at x = {shown(list(numbers), 80)}")
