"""Derivatives of functions: gradients, Jacobians, Hessians and their products with vectors, nested to any depth.

The functions take and return numbers, Values, and nested lists, tuples, dicts and NumPy arrays of them. Each call
makes variables of its own, so one derivative inside another never confuses the two. Given plain numbers they return
floats (float64 arrays); what depends on a Value of yours comes back as a Value, to be differentiated further.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any, ParamSpec, TypeVar

from autograd.engine.recording import ieee_as, ieee_enabled
from autograd.support.errors import typed
from autograd.transforms.linearize import Call, Number
from autograd.transforms.tree import is_one_number, unflatten, unflatten_matrix

P = ParamSpec("P")
F = TypeVar("F", bound=Callable[..., Any])

# What a transform returns takes f's arguments, and help() shows them. The attributes of f stay f's (updated=()): f may
# be an object with state, a model say.


def grad(f: Callable[P, Any], argnums: int | Sequence[int] = 0) -> Callable[P, Any]:
    """The function that computes the gradient of f, which returns one number.

    Args:
        f: the function.
        argnums: by which argument to differentiate, counted from 0; with several, the gradient is a tuple.

    Raises (when called):
        TypeError: if f doesn't return one number, or an argument holds anything other than numbers.
        ValueError: for argnums that f isn't given.

    >>> grad(lambda x: x[0] ** 2.0 * x[1])([3.0, 5.0])
    [30.0, 9.0]
    >>> grad(lambda x: x * grad(lambda y: x * y)(1.0))(4.0)  # one inside the other
    8.0
    """

    own = _own_transform(f, "grad", argnums)
    if own is not None:
        return own

    @functools.wraps(f, updated=())
    def gradient(*args: P.args, **kwargs: P.kwargs) -> Any:
        call = Call("grad", f, argnums, args, kwargs)
        return call.like_inputs(call.pull([call.one_output()], [1.0]))

    return _known(gradient, "grad", f, argnums)


def value_and_grad(f: Callable[P, Any], argnums: int | Sequence[int] = 0) -> Callable[P, tuple[Any, Any]]:
    """The function that computes f and its gradient, in one pass: what `scipy.optimize.minimize(jac=True)` takes.

    Args, Raises: as `grad`.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """

    own = _own_transform(f, "value_and_grad", argnums)
    if own is not None:
        return own

    @functools.wraps(f, updated=())
    def value_and_gradient(*args: P.args, **kwargs: P.kwargs) -> tuple[Any, Any]:
        call = Call("value_and_grad", f, argnums, args, kwargs)
        gradient = call.like_inputs(call.pull([call.one_output()], [1.0]))
        return call.value(), gradient

    return _known(value_and_gradient, "value_and_grad", f, argnums)


def jacobian(f: Callable[P, Any], argnums: int | Sequence[int] = 0) -> Callable[P, Any]:
    """The function that computes all derivatives of all numbers that f returns.

    Its result has the structure of f's result, with the structure of the argument in place of each number: a list of
    lists; between arrays an array of shape result.shape + argument.shape. Forward mode where there are fewer numbers
    in the argument than in the result, otherwise reverse mode.

    Args, Raises: as `grad`, but for the one number.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + 2.0 * x[1]])([3.0, 5.0])
    [[5.0, 3.0], [1.0, 2.0]]
    """

    own = _own_transform(f, "jacobian", argnums)
    if own is not None:
        return own

    @functools.wraps(f, updated=())
    def jacobian_of_f(*args: P.args, **kwargs: P.kwargs) -> Any:
        call = Call("jacobian", f, argnums, args, kwargs)
        n, m = len(call.sources), len(call.outputs)
        if 0 < n < m:
            columns = [call.push([float(i == j) for i in range(n)]) for j in range(n)]
            rows: Iterable[Sequence[Number]] = zip(*columns, strict=True)
        else:
            rows = (call.pull([y], [1.0]) for y in call.outputs)
        return unflatten_matrix(call.result, call.inputs, map(call.finished, rows))

    return _known(jacobian_of_f, "jacobian", f, argnums)


def hessian(f: Callable[P, Any], argnums: int | Sequence[int] = 0) -> Callable[P, Any]:
    """The function that computes all second derivatives of f, which returns one number.

    For an array of n numbers it is an n × n array; in general the structure of the argument in that of the argument.

    Args, Raises: as `grad`.

    >>> hessian(lambda x: x[0] ** 2.0 * x[1])([3.0, 5.0])
    [[10.0, 6.0], [6.0, 0.0]]
    """

    own = _own_transform(f, "hessian", argnums)
    if own is not None:
        return own

    @functools.wraps(f, updated=())
    def hessian_of_f(*args: P.args, **kwargs: P.kwargs) -> Any:
        call = Call("hessian", f, argnums, args, kwargs)
        rows = (call.pull([slope], [1.0]) for slope in call.slopes(call.one_output()))
        return unflatten_matrix(call.inputs, call.inputs, map(call.finished, rows))

    return _known(hessian_of_f, "hessian", f, argnums)


def hvp(f: Callable[[Any], Any], x: Any, v: Any) -> Any:
    """The product of f's Hessian at x with v, for a small multiple of the cost of f: the Hessian is never formed.

    Args:
        f: a function of one argument that returns one number.
        x: the argument.
        v: the vector, of the same structure as x.

    Raises:
        TypeError: if f doesn't return one number, or x or v hold anything other than numbers.
        ValueError: if v and x differ in structure.

    >>> hvp(lambda x: x[0] ** 2.0 * x[1], [3.0, 5.0], [1.0, 0.0])
    [10.0, 6.0]
    """
    call = Call("hvp", f, 0, (x,), {})
    return call.like_inputs(call.pull(call.slopes(call.one_output()), call.vector(call.inputs, v, "v")))


def jvp(f: Callable[[Any], Any], x: Any, v: Any) -> tuple[Any, Any]:
    """f(x), and its directional derivative along v: the Jacobian times v, in forward mode.

    Args:
        f: a function of one argument.
        x: the argument.
        v: the tangent, of the same structure as x.

    Returns:
        f(x) and the derivative, of the same structure.

    Raises:
        TypeError, ValueError: as `hvp`.

    >>> jvp(lambda x: [x[0] * x[1], x[0] + 2.0 * x[1]], [3.0, 5.0], [1.0, 10.0])
    ([15.0, 13.0], [35.0, 21.0])
    """
    call = Call("jvp", f, 0, (x,), {})
    tangents = call.push(call.vector(call.inputs, v, "v"))
    return call.value(), unflatten(call.result, call.finished(tangents))


def vjp(f: Callable[[Any], Any], x: Any) -> tuple[Any, Callable[[Any], Any]]:
    """f(x), and the function that pulls a cotangent back: u ↦ uᵀ times the Jacobian, in reverse mode.

    Args:
        f: a function of one argument.
        x: the argument.

    Returns:
        f(x) and the pullback, which takes u in the structure of f(x) and returns the structure of x.

    Raises:
        TypeError, ValueError: as `hvp`.

    >>> y, pullback = vjp(lambda x: [x[0] * x[1], x[0] + 2.0 * x[1]], [3.0, 5.0])
    >>> pullback([1.0, 10.0])
    [15.0, 23.0]
    """
    call = Call("vjp", f, 0, (x,), {})
    ieee = ieee_enabled()

    def pullback(u: Any) -> Any:
        with ieee_as(ieee):
            return call.like_inputs(call.pull(call.outputs, call.vector(call.result, u, "u")))

    return call.value(), pullback


def derivative(f: Callable[P, Any], n: int = 1) -> Callable[P, Any]:
    """The function that computes the n-th derivative of f, a function of one number.

    Each order costs some three times as much as the one before.

    Args:
        f: the function.
        n: the order, 1 or more.

    Raises:
        ValueError: for an order below 1.
        TypeError (when called): if the argument or f's result is not one number.

    >>> derivative(lambda x: x**4.0, 3)(2.0)
    48.0
    """
    if n < 1:
        raise ValueError(f"derivative: the order n must be 1 or more, got {n}")

    @functools.wraps(f, updated=())
    def nth_derivative(x: Any) -> Any:
        if not is_one_number(x):
            raise TypeError(f"derivative: the argument must be one number, got {typed(x)}; use grad or jacobian")
        call = Call("derivative", f, 0, (x,), {})
        y = call.one_output()
        for _ in range(n - 1):
            (y,) = call.slopes(y)
        return call.like_inputs(call.pull([y], [1.0]))

    return nth_derivative  # type: ignore[return-value]  # of f's parameters it takes the first


# ---------------------------------------------------------------------------------------------------------------------
# Functions that know more than how to be called


def _own_transform(f: Any, name: str, argnums: int | Sequence[int]) -> Callable[..., Any] | None:
    """The derivative that a function brings along, as recorded ones do."""
    own = getattr(f, "own_transform", None)
    return None if own is None else own(name, argnums)


def _known(made: F, name: str, f: Callable[..., Any], argnums: int | Sequence[int]) -> F:
    """Note what a function is the derivative of."""
    made.transform = made, name, f, argnums  # type: ignore[attr-defined]  # functions take attributes
    return made


def transform_of(f: Any) -> tuple[str, Callable[..., Any], int | Sequence[int]] | None:
    """Which transform made f, of what function, by which arguments; None if none did."""
    made, *facts = getattr(f, "transform", (None,))
    return tuple(facts) if made is f and facts else None  # a wrapper may have copied the attribute
