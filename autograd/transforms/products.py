"""Products of Jacobians and Hessians with vectors, at a point: the matrices are never formed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal, overload

from autograd.engine.recording import ieee_as, ieee_enabled
from autograd.support.errors import typed
from autograd.transforms.linearize import Call
from autograd.transforms.tree import unflatten

Argnums = int | Sequence[int]


def hvp(f: Callable[..., Any], x: Any, v: Any, argnums: Argnums | None = None, **kwargs: Any) -> Any:
    """The product of f's Hessian at x with v, for a small multiple of the cost of f: the Hessian is never formed.

    Args:
        f: a function that returns one number.
        x: its argument; with `argnums`, the tuple of its positional arguments.
        v: the vector, of the same structure as x; with `argnums`, as the argument it names, or a tuple of such.
        argnums: by which argument to differentiate, or by which several, counted from 0.
        kwargs: f's keyword arguments.

    Raises:
        TypeError: if f doesn't return one number, or x or v hold anything other than numbers.
        ValueError: if v and x differ in structure, or f isn't given such an argument.

    >>> hvp(lambda x: x[0] ** 2.0 * x[1], [3.0, 5.0], [1.0, 0.0])
    [10.0, 6.0]
    >>> hvp(lambda a, b, power: a**power * b, (3.0, 5.0), 1.0, argnums=0, power=2.0)
    10.0
    """
    call = Call("hvp", f, *_arguments("hvp", x, argnums), kwargs)
    return call.like_inputs(call.pull(call.slopes(call.one_output()), call.vector(call.inputs, v, "v")))


@overload
def jvp(
    f: Callable[..., Any],
    x: Any,
    v: Any,
    argnums: Argnums | None = None,
    has_aux: Literal[False] = False,
    **kwargs: Any,
) -> tuple[Any, Any]: ...


@overload
def jvp(
    f: Callable[..., Any], x: Any, v: Any, argnums: Argnums | None = None, *, has_aux: Literal[True], **kwargs: Any
) -> tuple[Any, Any, Any]: ...


def jvp(
    f: Callable[..., Any], x: Any, v: Any, argnums: Argnums | None = None, has_aux: bool = False, **kwargs: Any
) -> tuple[Any, ...]:
    """f(x), and its directional derivative along v: the Jacobian times v, in forward mode.

    Args:
        f: a function.
        x, v, argnums, kwargs: as `hvp`.
        has_aux: whether f returns a pair: what is differentiated, and anything else.

    Returns:
        f(x) and the derivative, of the same structure; with `has_aux`, the rest as a third.

    Raises:
        TypeError, ValueError: as `hvp`, but for the one number.

    >>> jvp(lambda x: [x[0] * x[1], x[0] + 2.0 * x[1]], [3.0, 5.0], [1.0, 10.0])
    ([15.0, 13.0], [35.0, 21.0])
    >>> jvp(lambda a, b: a * b, (3.0, 5.0), (1.0, 10.0), argnums=(0, 1))
    (15.0, 35.0)
    """
    call = Call("jvp", f, *_arguments("jvp", x, argnums), kwargs, has_aux)
    tangents = call.push(call.vector(call.inputs, v, "v"))
    found = call.value(), unflatten(call.result, call.finished(tangents))
    return (*found, call.aux) if has_aux else found


@overload
def vjp(
    f: Callable[..., Any],
    x: Any,
    *xs: Any,
    argnums: Argnums | None = None,
    has_aux: Literal[False] = False,
    **kwargs: Any,
) -> tuple[Any, Callable[[Any], Any]]: ...


@overload
def vjp(
    f: Callable[..., Any], x: Any, *xs: Any, argnums: Argnums | None = None, has_aux: Literal[True], **kwargs: Any
) -> tuple[Any, Callable[[Any], Any], Any]: ...


def vjp(
    f: Callable[..., Any], x: Any, *xs: Any, argnums: Argnums | None = None, has_aux: bool = False, **kwargs: Any
) -> tuple[Any, ...]:
    """f of the arguments, and the function that pulls a cotangent back: u ↦ uᵀ times the Jacobian, in reverse mode.

    Args:
        f: a function.
        x, xs: its positional arguments.
        argnums: by which of them to differentiate, counted from 0; by default, by all.
        has_aux: whether f returns a pair: what is differentiated, and anything else.
        kwargs: f's keyword arguments.

    Returns:
        The value and the pullback, which takes u in the structure of the value and returns that of the argument; of
        several arguments, a tuple. With `has_aux`, the rest as a third.

    Raises:
        TypeError, ValueError: as `hvp`, but for the one number.
        ValueError (from the pullback): if the data of a Value that it has to record with were changed meanwhile.

    >>> y, pullback = vjp(lambda x: [x[0] * x[1], x[0] + 2.0 * x[1]], [3.0, 5.0])
    >>> pullback([1.0, 10.0])
    [15.0, 23.0]
    >>> vjp(lambda a, b: a * b, 3.0, 5.0)[1](1.0)
    (5.0, 3.0)
    """
    if argnums is None:
        argnums = range(1 + len(xs)) if xs else 0
    call = Call("vjp", f, argnums, (x, *xs), kwargs, has_aux)
    ieee = ieee_enabled()

    def pullback(u: Any) -> Any:
        with ieee_as(ieee):
            return call.like_inputs(call.pull_later(call.vector(call.result, u, "u")))

    return (call.value(), pullback, call.aux) if has_aux else (call.value(), pullback)


def _arguments(operation: str, x: Any, argnums: Argnums | None) -> tuple[Argnums, tuple[Any, ...]]:
    """By which arguments to differentiate, and all of them."""
    if argnums is None:
        return 0, (x,)
    if not isinstance(x, tuple):
        raise TypeError(
            f"{operation}: with argnums x must be the tuple of f's arguments, got {typed(x)}; write (x,) if it has one"
        )
    return argnums, x
