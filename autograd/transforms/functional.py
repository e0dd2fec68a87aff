"""Derivatives of functions: gradients, Jacobians and Hessians, nested to any depth.

The functions take and return numbers, Values, and nested lists, tuples, dicts and NumPy arrays of them. Each call
makes variables of its own, so one derivative inside another never confuses the two. Given plain numbers they return
floats (float64 arrays); what depends on a Value of yours comes back as a Value, to be differentiated further.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Sequence
from types import MethodType
from typing import Any, ParamSpec, TypeVar

from autograd.support.errors import shown, typed
from autograd.transforms.linearize import Call, Number
from autograd.transforms.sparse import sparse_hessian, sparse_jacobian
from autograd.transforms.tree import flatten, is_one_number, unflatten_matrix

P = ParamSpec("P")
F = TypeVar("F", bound=Callable[..., Any])
Argnums = int | Sequence[int]

# What a transform returns takes f's arguments, and help() shows them. The attributes of f stay f's (updated=()): f may
# be an object with state, a model say.


def grad(f: Callable[P, Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[P, Any]:
    """The function that computes the gradient of f, which returns one number.

    Args:
        f: the function.
        argnums: by which argument to differentiate, counted from 0; with several, the gradient is a tuple.
        has_aux: whether f returns a pair: what is differentiated, and anything else, which is handed through. Then the
            result is a pair, too: the gradient, and that.

    Raises (when called):
        TypeError: if f doesn't return one number, or an argument holds anything other than numbers.
        ValueError: for argnums that f isn't given.

    >>> grad(lambda x: x[0] ** 2.0 * x[1])([3.0, 5.0])
    [30.0, 9.0]
    >>> grad(lambda x: x * grad(lambda y: x * y)(1.0))(4.0)  # one inside the other
    8.0
    >>> grad(lambda x: (x * x, {"half": x / 2.0}), has_aux=True)(3.0)
    (6.0, {'half': 1.5})
    """
    return _transform("grad", f, argnums, has_aux, _gradient)


def _gradient(call: Call) -> Any:
    return call.like_inputs(call.pull([call.one_output()], [1.0]))


def value_and_grad(f: Callable[P, Any], argnums: Argnums = 0, has_aux: bool = False) -> Callable[P, tuple[Any, Any]]:
    """The function that computes f and its gradient, in one pass: what `scipy.optimize.minimize(jac=True)` takes.

    Args, Raises: as `grad`; with `has_aux` the value is the pair that f returns.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    >>> value_and_grad(lambda x: (x * x, "squared"), has_aux=True)(3.0)
    ((9.0, 'squared'), 6.0)
    """
    own = _own_transform(f, "value_and_grad", argnums, has_aux)
    if own is not None:
        return own

    @functools.wraps(f, updated=())
    def value_and_gradient(*args: P.args, **kwargs: P.kwargs) -> tuple[Any, Any]:
        call = Call("value_and_grad", f, argnums, args, kwargs, has_aux)
        gradient = _gradient(call)
        return (call.value(), call.aux) if has_aux else call.value(), gradient

    return _known(value_and_gradient, "value_and_grad", f, argnums, has_aux)


def elementwise_grad(f: Callable[P, Any], argnums: int = 0) -> Callable[P, Any]:
    """The function that computes the derivative of each number f returns by the number in its own place, in one sweep.

    Args:
        f: a function that maps every number of an argument to one of the result, by itself.
        argnums: which argument that is, counted from 0.

    Raises (when called):
        ValueError: if a number of the result depends on another place than its own, or there aren't as many.
        TypeError: if the argument or the result holds anything other than numbers.

    >>> elementwise_grad(lambda xs: [x * x for x in xs])([1.0, 2.0, 3.0])
    [2.0, 4.0, 6.0]
    """
    written = _as_written(f)

    @functools.wraps(f, updated=())
    def derivatives(*args: P.args, **kwargs: P.kwargs) -> Any:
        if not isinstance(argnums, int):
            raise TypeError(f"elementwise_grad: argnums must be one int, got {typed(argnums)}")
        call = Call("elementwise_grad", written, argnums, args, kwargs)
        n, m = len(call.sources), len(call.outputs)
        if n != m:
            raise ValueError(
                f"elementwise_grad: f must return as many numbers as it is given, {n}, got {m}; use jacobian"
            )
        for i, row in enumerate(call.dependencies()):
            if row not in ([], [i]):
                j = next(j for j in row if j != i)
                raise ValueError(
                    f"elementwise_grad: number {i} of f's result depends on number {j} of argument {argnums}, or may "
                    "do so, as all results of one checkpoint, jit or custom_vjp do; use jacobian"
                )
        return call.like_inputs(call.pull(call.outputs, [1.0] * m))

    return derivatives


def jacobian(
    f: Callable[P, Any], argnums: Argnums = 0, has_aux: bool = False, *, sparsity: Any = None
) -> Callable[P, Any]:
    """The function that computes all derivatives of all numbers that f returns.

    Its result has the structure of f's result, with the structure of the argument in place of each number: a list of
    lists; between arrays an array of shape result.shape + argument.shape. Forward mode where there are fewer numbers
    in the argument than in the result, otherwise reverse mode.

    Where most derivatives are 0, say so with `sparsity`: then it is a SciPy `csr_array`, a row for each number that f
    returns, a column for each number of the arguments, and its cost grows with the number of colours its columns (or
    its rows, if these need fewer) need, not with their number.

    Args:
        f, argnums, has_aux: as `grad`, but for the one number.
        sparsity: "detect": the entries are found at each call, in what f did there, so that one may be 0. Or where they
            are: a SciPy sparse array, or pairs of a row and a column.

    Raises (when called):
        TypeError, ValueError: as `grad`; with sparsity, if the derivatives would depend on Values of yours, or if a
            pattern that you give misses an entry.
        ImportError: with sparsity, if SciPy is not installed.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + 2.0 * x[1]])([3.0, 5.0])
    [[5.0, 3.0], [1.0, 2.0]]
    >>> found = jacobian(lambda x: [a * a for a in x], sparsity="detect")([1.0, 2.0, 3.0])
    >>> found.nnz, found.diagonal().tolist()
    (3, [2.0, 4.0, 6.0])
    """
    if sparsity is None:
        return _transform("jacobian", f, argnums, has_aux, _dense_jacobian)
    return _transform("jacobian", f, argnums, has_aux, lambda call: sparse_jacobian(call, sparsity), _as_written(f))


def _dense_jacobian(call: Call) -> Any:
    n, m = len(call.sources), len(call.outputs)
    if 0 < n < m:
        columns = call.push_all([float(i == j) for i in range(n)] for j in range(n))
        rows: Iterable[Sequence[Number]] = zip(*columns, strict=True)
    else:
        rows = (call.pull([y], [1.0]) for y in call.outputs)
    return unflatten_matrix(call.result, call.inputs, map(call.finished, rows))


def hessian(
    f: Callable[P, Any], argnums: Argnums = 0, has_aux: bool = False, *, sparsity: Any = None
) -> Callable[P, Any]:
    """The function that computes all second derivatives of f.

    For an array of n numbers it is an n × n array; in general the structure of the argument in that of the argument.
    If f returns more than one number, it has the structure of f's result, with such a Hessian in place of each number.

    With `sparsity` it is a SciPy `csr_array`, for an f that returns one number; its cost grows with the number of
    colours in a star colouring of its pattern, of which a band needs few.

    Args, Raises: as `jacobian`.

    >>> hessian(lambda x: x[0] ** 2.0 * x[1])([3.0, 5.0])
    [[10.0, 6.0], [6.0, 0.0]]
    >>> hessian(lambda x: [x**2.0, x**3.0])(1.0)
    [2.0, 6.0]
    >>> found = hessian(lambda x: x[0] ** 2.0 * x[1] + x[2] ** 2.0, sparsity="detect")([3.0, 5.0, 1.0])
    >>> found.nnz, found.toarray().tolist()
    (4, [[10.0, 6.0, 0.0], [6.0, 0.0, 0.0], [0.0, 0.0, 2.0]])
    """
    if sparsity is None:
        return _transform("hessian", f, argnums, has_aux, _dense_hessian)
    return _transform("hessian", f, argnums, has_aux, lambda call: sparse_hessian(call, sparsity), _as_written(f))


def _dense_hessian(call: Call) -> Any:
    n = len(call.sources)
    slopes = [call.slopes(y) for y in call.outputs]
    outer, order = call.inputs, list(range(n))
    if not is_one_number(call.result):
        # The slopes in their structure, each numbered, say in which order it takes them.
        numbers = ([float(k * n + i) for i in range(n)] for k in range(len(slopes)))
        outer = unflatten_matrix(call.result, call.inputs, numbers)
        order = [int(x) for x in flatten(outer, "hessian", "the slopes")]
    rows = (call.pull([slopes[i // n][i % n]], [1.0]) for i in order)
    return unflatten_matrix(outer, call.inputs, map(call.finished, rows))


def derivative(f: Callable[P, Any], n: int = 1) -> Callable[P, Any]:
    """The function that computes the n-th derivative of f, a function of one number.

    Each order costs some three times as much as the one before.

    Args:
        f: the function.
        n: the order, 1 or more.

    Raises:
        ValueError: for an order that is not an int, or below 1.
        TypeError (when called): if the argument or f's result is not one number.

    >>> derivative(lambda x: x**4.0, 3)(2.0)
    48.0
    """
    if not hasattr(n, "__index__") or n < 1:
        raise ValueError(f"derivative: the order n must be an int of 1 or more, got {shown(n)}")

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


def _transform(
    name: str,
    f: Callable[P, Any],
    argnums: Argnums,
    has_aux: bool,
    compute: Callable[[Call], Any],
    written: Callable[..., Any] | None = None,
) -> Callable[P, Any]:
    """The function that computes something of every call: of f, or of what was written where that is recorded."""
    own = _own_transform(f, name, argnums, has_aux)
    if own is not None:
        return own
    called = f if written is None else written

    @functools.wraps(f, updated=())
    def transformed(*args: P.args, **kwargs: P.kwargs) -> Any:
        call = Call(name, called, argnums, args, kwargs, has_aux)
        found = compute(call)
        return (found, call.aux) if has_aux else found

    return _known(transformed, name, f, argnums, has_aux)


# ---------------------------------------------------------------------------------------------------------------------
# Functions that know more than how to be called


def _own_transform(f: Any, name: str, argnums: Argnums, has_aux: bool) -> Callable[..., Any] | None:
    """The derivative that a function brings along, as recorded ones do."""
    own = None if isinstance(f, MethodType) else getattr(f, "own_transform", None)  # a method has its function's
    return None if own is None else own(name, argnums, has_aux)


def _as_written(f: Any) -> Any:
    """What a recorded function was recorded of: of a program that runs as a whole no structure is seen."""
    written = getattr(f, "as_written", None)
    if written is None:
        return f
    return MethodType(written(), f.__self__) if isinstance(f, MethodType) else written()


def _known(made: F, name: str, f: Callable[..., Any], argnums: Argnums, has_aux: bool) -> F:
    """Note what a function is the derivative of."""
    if not has_aux:
        made.transform = made, name, f, argnums  # type: ignore[attr-defined]  # functions take attributes
    return made


def transform_of(f: Any) -> tuple[str, Callable[..., Any], Argnums] | None:
    """Which transform made f, of what function, by which arguments; None if none did."""
    made, *facts = getattr(f, "transform", (None,))
    return tuple(facts) if made is f and facts else None  # a wrapper may have copied the attribute
