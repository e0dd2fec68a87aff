"""Derivatives of functions: gradients, Jacobians, Hessians and their products with vectors, nested to any depth.

The functions take and return numbers, Values, and nested lists, tuples, dicts and NumPy arrays of them. Each call
makes variables of its own, so one derivative inside another never confuses the two. Given plain numbers they return
floats (float64 arrays); what depends on a Value of yours comes back as a Value, to be differentiated further.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Sequence
from contextvars import ContextVar
from typing import Any

from autograd import primitives as p
from autograd.functions import dot
from autograd.graph import topological_order
from autograd.leaves import reach_beyond
from autograd.primitive import Primitive
from autograd.recording import paused, resumed
from autograd.structure import flatten, is_array, located, unflatten, unflatten_matrix
from autograd.sweeps import Number, forward_sweep, reverse_sweep
from autograd.value import Operands, Value, constant, record_many

Function = Callable[..., Any]

# The variables of a call of f are no leaves, but of this operation: after the call they are nobody's variables.
_SOURCE = Primitive("source", lambda a: a, lambda a, y: (None,))

# The variables of all calls of f that are running, by id: to each other, they are variables from outside.
_RUNNING: ContextVar[frozenset[int]] = ContextVar("autograd_running", default=frozenset())


def grad(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The function that computes the gradient of f, which returns one number.

    Args:
        f: the function.
        argnums: by which argument to differentiate, counted from 0; with several, the gradient is a tuple.

    Raises (when called):
        TypeError: if f doesn't return one number, or an argument holds something else than numbers.
        ValueError: for argnums that f isn't given.

    >>> grad(lambda x: x[0] ** 2.0 * x[1])([3.0, 5.0])
    [30.0, 9.0]
    >>> grad(lambda x: x * grad(lambda y: x * y)(1.0))(4.0)  # one inside the other
    8.0
    """

    def gradient(*args: Any, **kwargs: Any) -> Any:
        return _Call("grad", f, argnums, args, kwargs).gradient()

    return gradient


def value_and_grad(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The function that computes f and its gradient, in one pass: what `scipy.optimize.minimize(jac=True)` takes.

    Args, Raises: as `grad`.

    >>> value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """

    def value_and_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        call = _Call("value_and_grad", f, argnums, args, kwargs)
        gradient = call.gradient()
        return call.value(), gradient

    return value_and_gradient


def jacobian(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The function that computes all derivatives of all numbers that f returns.

    Its result has the structure of f's result, with the structure of the argument in place of each number: a list of
    lists; between arrays an array of shape result.shape + argument.shape. Forward mode where there are fewer numbers
    in the argument than in the result, otherwise reverse mode.

    Args, Raises: as `grad`, but for the one number.

    >>> jacobian(lambda x: [x[0] * x[1], x[0] + 2.0 * x[1]])([3.0, 5.0])
    [[5.0, 3.0], [1.0, 2.0]]
    """

    def jacobian_of_f(*args: Any, **kwargs: Any) -> Any:
        call = _Call("jacobian", f, argnums, args, kwargs)
        n, m = len(call.sources), len(call.outputs)
        if 0 < n < m:
            columns = [call.push([float(i == j) for i in range(n)]) for j in range(n)]
            rows: Iterable[Sequence[Number]] = zip(*columns, strict=True)
        else:
            rows = (call.pull([y], [1.0]) for y in call.outputs)
        return unflatten_matrix(call.result, call.inputs, map(call.finished, rows))

    return jacobian_of_f


def hessian(f: Function, argnums: int | Sequence[int] = 0) -> Function:
    """The function that computes all second derivatives of f, which returns one number.

    For an array of n numbers it is an n × n array; in general the structure of the argument in that of the argument.

    Args, Raises: as `grad`.

    >>> hessian(lambda x: x[0] ** 2.0 * x[1])([3.0, 5.0])
    [[10.0, 6.0], [6.0, 0.0]]
    """

    def hessian_of_f(*args: Any, **kwargs: Any) -> Any:
        call = _Call("hessian", f, argnums, args, kwargs)
        rows = (call.pull([slope], [1.0]) for slope in call.gradient_on_graph())
        return unflatten_matrix(call.inputs, call.inputs, map(call.finished, rows))

    return hessian_of_f


def hvp(f: Function, x: Any, v: Any) -> Any:
    """The product of f's Hessian at x with v, for a small multiple of the cost of f: the Hessian is never formed.

    Args:
        f: a function of one argument that returns one number.
        x: the argument.
        v: the vector, of the same structure as x.

    Raises:
        TypeError: if f doesn't return one number, or x or v hold something else than numbers.
        ValueError: if v and x differ in structure.

    >>> hvp(lambda x: x[0] ** 2.0 * x[1], [3.0, 5.0], [1.0, 0.0])
    [10.0, 6.0]
    """
    call = _Call("hvp", f, 0, (x,), {})
    product = call.pull(call.gradient_on_graph(), call.vector(call.inputs, v, "v"))
    return unflatten(call.inputs, call.finished(product))


def jvp(f: Function, x: Any, v: Any) -> tuple[Any, Any]:
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
    call = _Call("jvp", f, 0, (x,), {})
    tangents = call.push(call.vector(call.inputs, v, "v"))
    return call.value(), unflatten(call.result, call.finished(tangents))


def vjp(f: Function, x: Any) -> tuple[Any, Function]:
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
    call = _Call("vjp", f, 0, (x,), {})

    def pullback(u: Any) -> Any:
        product = call.pull(call.outputs, call.vector(call.result, u, "u"))
        return unflatten(call.inputs, call.finished(product))

    return call.value(), pullback


def derivative(f: Function, n: int = 1) -> Function:
    """The function that computes the n-th derivative of f, a function of one number.

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

    def nth_derivative(x: Any) -> Any:
        return _Call("derivative", f, 0, (x,), {}).nth_derivative(n)

    return nth_derivative


class _Call:
    """One call of f on variables of its own, and what can be asked of its graph.

    Attributes:
        inputs: the arguments to differentiate by, as they were given.
        sources: the variables in their place; one that stands for a variable of the caller's depends on it.
        result: what f returned.
        outputs: the numbers in it.
    """

    def __init__(
        self,
        operation: str,
        f: Function,
        argnums: int | Sequence[int],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> None:
        if not callable(f):
            raise TypeError(f"{operation}: f must be a function, got {type(f).__name__} {f!r}; pass f, not f(x)")
        self.operation = operation
        picked = _picked(operation, argnums, len(args))
        inputs = tuple(args[i] for i in picked)
        numbers = [flatten(x, operation, f"argument {i}") for i, x in zip(picked, inputs, strict=True)]
        connected = [[isinstance(x, Value) and not (x.is_constant or paused()) for x in xs] for xs in numbers]
        filled = list(args)
        with resumed():
            variables = [
                [_source(*pair) for pair in zip(*xs, strict=True)] for xs in zip(numbers, connected, strict=True)
            ]
            for i, x, xs in zip(picked, inputs, variables, strict=True):
                filled[i] = unflatten(x, xs)
            self.sources = [x for xs in variables for x in xs]
            token = _RUNNING.set(_RUNNING.get() | set(map(id, self.sources)))
            try:
                self.result = f(*filled, **kwargs)
            finally:
                _RUNNING.reset(token)
        self.inputs = inputs if isinstance(argnums, Sequence) else inputs[0]
        self.outputs = flatten(self.result, operation, "the result of f")
        recorded = [y for y in self.outputs if isinstance(y, Value)]
        if self.outputs and not recorded:
            warnings.warn(
                f"{operation}: f returned plain numbers, which depend on no variable: the derivative is 0. "
                "If they should depend on one, compute without .data, detach() and no_grad()",
                stacklevel=3,
            )
        others = reach_beyond(recorded, self.sources, _RUNNING.get())
        self._on_graph = others or any(map(any, connected))
        self._order: list[Value] | None = None

    def value(self) -> Any:
        """What f returned, in floats if it depends on nothing but the arguments."""
        keep = self._on_graph and not paused()
        return unflatten(self.result, (y if keep or not isinstance(y, Value) else y.data for y in self.outputs))

    def gradient(self) -> Any:
        """The gradient of the one output, finished."""
        return unflatten(self.inputs, self.finished(self.pull([self._one_output()], [1.0])))

    def gradient_on_graph(self) -> list[Number]:
        """The gradient of the one output, recorded, to be differentiated again."""
        return self._gradients_on_graph(self._one_output())

    def nth_derivative(self, n: int) -> Any:
        """The n-th derivative of the one output by the one input."""
        y = self._one_output()
        for _ in range(n - 1):
            (y,) = self._gradients_on_graph(y)
        return self.finished(self.pull([y], [1.0]))[0]

    def pull(self, outputs: Sequence[Number], cotangents: Sequence[Number]) -> list[Number]:
        """Σ cotangent · d(output)/d(source) for every source: one reverse sweep."""
        pairs = [(y, u) for y, u in zip(outputs, cotangents, strict=True) if isinstance(y, Value) and not y.is_constant]
        with resumed():
            if self._on_graph or any(isinstance(u, Value) for u in cotangents):
                order = topological_order(*(y for y, _ in pairs), until=self.sources)
                return reverse_sweep(pairs, self.sources, order)
            for x in self.sources:
                x.grad = 0.0
            if pairs:
                dot(*zip(*pairs, strict=True)).backward()
            return [x.grad for x in self.sources]

    def push(self, tangents: Sequence[Number]) -> list[Number]:
        """Σ d(output)/d(source) · tangent for every output: one forward sweep."""
        on_graph = self._on_graph or any(isinstance(t, Value) for t in tangents)
        if self._order is None:
            ends = [y for y in self.outputs if isinstance(y, Value)]
            self._order = topological_order(*ends, until=self.sources)
        with resumed():
            return forward_sweep(zip(self.sources, tangents, strict=True), self.outputs, self._order, on_graph)

    def vector(self, tree: Any, vector: Any, name: str) -> list[Number]:
        """The numbers of a tangent or cotangent, which must have the structure of `tree`.

        Raises:
            ValueError: if it has another, or holds a NaN.
        """
        numbers: list[Number] = []
        for place, x in located(tree, vector, self.operation, name):
            if x != x:  # true of NaN alone
                raise ValueError(f"{self.operation}: {place} is nan; start from finite numbers")
            numbers.append(x)
        return numbers

    def finished(self, numbers: Sequence[Number]) -> list[Number]:
        """What the caller gets: floats, or Values where they depend on variables of the caller's."""
        if paused():
            return [x.data if isinstance(x, Value) else x for x in numbers]
        if self._on_graph or any(isinstance(x, Value) for x in numbers):
            return [x if isinstance(x, Value) else constant(x) for x in numbers]
        return list(numbers)

    def _one_output(self) -> Number:
        if isinstance(self.result, (list, tuple, dict)) or (is_array(self.result) and self.result.shape != ()):
            raise TypeError(
                f"{self.operation}: f must return one number, got a {type(self.result).__name__} of "
                f"{len(self.outputs)}; sum it up, or use jacobian, jvp or vjp"
            )
        return self.outputs[0]

    def _gradients_on_graph(self, y: Number) -> list[Number]:
        if not isinstance(y, Value):
            return [0.0] * len(self.sources)
        with resumed():
            return reverse_sweep([(y, 1.0)], self.sources, topological_order(y, until=self.sources))


def _picked(operation: str, argnums: int | Sequence[int], count: int) -> list[int]:
    """The positions of the arguments to differentiate by."""
    picked = list(argnums) if isinstance(argnums, Sequence) else [argnums]
    for i in picked:
        if not isinstance(i, int):
            raise TypeError(f"{operation}: argnums must be an int or several, got {argnums!r}")
        if not -count <= i < count:
            raise ValueError(f"{operation}: argnums is {argnums!r}, but f was given {count} positional arguments")
    positions = [i % count for i in picked]
    if len(set(positions)) < len(positions):
        raise ValueError(f"{operation}: argnums {argnums!r} names an argument twice")
    return positions


def _source(x: Number, connected: bool) -> Value:
    """A node of its own for the same number; connected, it depends on x, which is a variable of the caller's."""
    number = x.data if isinstance(x, Value) else x
    source: Value = p.mul(x, 1.0) if connected else record_many(_SOURCE, number, Operands([number], [], [], []))
    source.label = x.label if isinstance(x, Value) else None
    return source
