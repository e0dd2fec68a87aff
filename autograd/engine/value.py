"""`Value`: a float that remembers how it was computed, and hands gradients back to where it came from."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, Final

from autograd.engine import primitives as p
from autograd.engine.compilation import untrack
from autograd.engine.errors import as_float, numeric_error
from autograd.engine.operators import is_operand
from autograd.engine.primitive import Primitive
from autograd.engine.recording import HINT, operation_done, paused, sweep_starts
from autograd.engine.scalar import Scalar

_ADD: Final = p.add
_SUB: Final = p.sub
_MUL: Final = p.mul
_DIV: Final = p.div
_SWEEPS: Final = count(1)
_UNTRACK: Final = untrack


class Operands:
    """The operands of an operation that don't lie inline, and the edges that something flows back along.

    Attributes:
        operands: Values and floats.
        places: which of them something flows back to, by index.
        variables: these.
        partials: the local derivative by each of these.
        operations: those of these that are operations themselves, where a backward pass goes on.
        segment: what a checkpoint computes again in a backward pass, which then hands the gradients on.
    """

    __slots__ = ("operands", "operations", "partials", "places", "segment", "variables")

    def __init__(self, operands: list[Any], places: Sequence[int], variables: list[Any], partials: list[float]) -> None:
        self.operands = operands
        self.places = places
        self.variables: list[Value] = variables
        self.partials = partials
        self.operations = [x for x in self.variables if x._primitive is not None]
        self.segment: Any = None
        if _UNTRACK is not None:  # as Value.__init__ does
            for part in (self, operands, places, variables, partials, self.operations):
                _UNTRACK(part)

    def check_kept(self, label: str | None) -> None:
        if self.segment is not None:
            raise RuntimeError(
                f"{label}: a checkpoint keeps no local derivatives to look at; compute it without checkpoint()"
            )


class Value(Scalar):
    """A real number that records the operations done to it.

    Every operation makes a new node that keeps its operands and its local derivatives; `backward()` applies the
    chain rule from here to every variable.

    Args:
        data: any real number; kept as a float.
        label: a name for drawings, walks and error messages.

    Raises:
        TypeError: if data is not a real number (a `Value` or a string, say).

    >>> x = Value(3.0, label="x")
    >>> y = x * x + 2.0
    >>> y.backward()
    >>> y.data, x.grad
    (11.0, 6.0)
    """

    # An operation keeps its operands in one of two forms. Up to two lie inline: `_lhs` with its local derivative
    # `_dlhs`, `_rhs` with `_drhs`; where an operand is a plain number, the Value is None and the number stands in
    # place of the derivative. More of them, or any to which nothing flows back, lie in `_rest`.
    __slots__ = ("_constant", "_dlhs", "_drhs", "_grad", "_lhs", "_primitive", "_rest", "_rhs", "_sweep", "label")

    def __init__(
        self,
        data: Any,
        label: str | None = None,
        _primitive: Primitive | None = None,
        _lhs: Value | None = None,
        _rhs: Value | None = None,
        _dlhs: float = 0.0,
        _drhs: float = 0.0,
    ) -> None:
        self._data: float = data if type(data) is float else as_float(data, "Value", "data")
        self._grad: float = 0.0
        self._primitive = _primitive
        self._lhs = _lhs
        self._rhs = _rhs
        self._dlhs = _dlhs
        self._drhs = _drhs
        self._rest: Operands | None = None
        self._sweep: int = 0  # the last backward sweep that came here
        self._constant: bool = False
        self.label = label
        if _UNTRACK is not None:
            _UNTRACK(self)  # no cycle leads through a node: reference counts free it, the collector need not look

    def __init_subclass__(cls) -> None:
        raise TypeError("Value can't be subclassed: operators return Values; write a class that holds one")

    # -- the gradient -------------------------------------------------------------------------------------------------

    @property
    def grad(self) -> float:
        """The gradient that backward passes have left here: d(output)/d(this), summed over the passes for a leaf."""
        return self._grad

    @grad.setter
    def grad(self, number: Any) -> None:
        self._grad = number if type(number) is float else as_float(number, "Value", "grad")

    # -- the graph ----------------------------------------------------------------------------------------------------

    @property
    def primitive(self) -> Primitive | None:
        """The operation that made this node; None for a leaf."""
        return self._primitive

    @property
    def is_leaf(self) -> bool:
        """Whether no recorded operation made it: a variable, or a constant."""
        return self._primitive is None

    @property
    def is_constant(self) -> bool:
        """Whether it never gets a gradient."""
        return self._constant

    @property
    def swept(self) -> bool:
        """Whether a backward pass has come to this operation."""
        return self._sweep != 0

    @property
    def operands(self) -> tuple[Value | float, ...]:
        """What the operation was applied to, in order; plain numbers as floats."""
        if self._rest is not None:
            return tuple(self._rest.operands)
        if self._primitive is None:
            return ()
        lhs = self._dlhs if self._lhs is None else self._lhs
        if len(self._primitive.operands) == 1:
            return (lhs,)
        return lhs, (self._drhs if self._rhs is None else self._rhs)

    @property
    def partials(self) -> tuple[float | None, ...]:
        """The local derivative by each operand; None where nothing flows back (a constant, a branch not taken).

        Raises:
            RuntimeError: for a checkpoint, which keeps none.
        """
        if self._rest is not None:
            self._rest.check_kept(self.label)
            flows = dict(zip(self._rest.places, self._rest.partials, strict=True))
            return tuple([flows.get(i) for i in range(len(self._rest.operands))])
        inline = (None if self._lhs is None else self._dlhs, None if self._rhs is None else self._drhs)
        return inline[: len(self.operands)]

    @property
    def edges(self) -> list[tuple[Value, float]]:
        """The operands that something flows back to, each with the local derivative by it.

        Raises:
            RuntimeError: for a checkpoint, which keeps none.
        """
        if self._rest is not None:
            self._rest.check_kept(self.label)
            return list(zip(self._rest.variables, self._rest.partials, strict=True))
        inline = ((self._lhs, self._dlhs), (self._rhs, self._drhs))
        return [(x, partial) for x, partial in inline if x is not None]

    @property
    def segment(self) -> Any:
        """What a checkpoint computes again; None for any other node."""
        return None if self._rest is None else self._rest.segment

    def detach(self) -> Value:
        """The same number as a constant, without history."""
        return constant(self._data, self.label)

    # -- recording ----------------------------------------------------------------------------------------------------

    def apply_primitive(self, primitive: Primitive, operands: Sequence[Any]) -> Value:
        """Record one operation of the table on Values and plain numbers.

        Raises:
            TypeError: for an operand that is no real number.
            ValueError, OverflowError, ZeroDivisionError: where the float operation raises it.
        """
        operands = tuple(operands)
        numbers: list[float] = []
        variables = constants = 0
        for operand in operands:
            if isinstance(operand, Value):
                numbers.append(operand._data)
                if operand._constant:
                    constants += 1
                else:
                    variables += 1
            elif type(operand) is float:
                numbers.append(operand)
            else:
                numbers.append(primitive.float_operand(len(numbers), operand))
        node = Value(primitive.value_at(numbers, operands))
        if HINT.open_blocks:
            operation_done(primitive, operands, node)
        if variables == 0 or paused():
            node._constant = True
            return node
        try:
            partials = primitive.partials_at(numbers, node._data)
        except (ValueError, OverflowError, ZeroDivisionError) as error:
            raise numeric_error(error, f"partials of {primitive.name}", operands, "") from None
        node._primitive = primitive
        if primitive.variadic or len(numbers) > 2 or constants or partials[0] is None or partials[-1] is None:
            node._rest = _kept_apart(primitive, operands, numbers, partials)
            return node
        lhs = operands[0]
        if isinstance(lhs, Value):
            node._lhs, node._dlhs = lhs, _flow(primitive, partials[0])
        else:
            node._dlhs = numbers[0]
        if len(numbers) == 2:
            rhs = operands[1]
            if isinstance(rhs, Value):
                node._rhs, node._drhs = rhs, _flow(primitive, partials[1])
            else:
                node._drhs = numbers[1]
        return node

    # The four operations of arithmetic carry their rows inline, for speed; the tests hold them to the table.

    def __add__(self, other: Any) -> Value | Any:
        if isinstance(other, Value):
            if not (self._constant or other._constant or HINT.open_blocks):
                return Value(self._data + other._data, None, _ADD, self, other, 1.0, 1.0)
        elif type(other) is float and not (self._constant or HINT.open_blocks):
            return Value(self._data + other, None, _ADD, self, None, 1.0, other)
        return self.apply_primitive(p.add, (self, other)) if is_operand(other) else NotImplemented

    def __radd__(self, other: Any) -> Value | Any:
        if type(other) is int and other == 0 and not (self._constant or HINT.open_blocks):  # what sum() starts from
            return Value(0.0 + self._data, None, _ADD, None, self, 0.0, 1.0)
        return self.apply_primitive(p.add, (other, self)) if is_operand(other) else NotImplemented

    def __sub__(self, other: Any) -> Value | Any:
        if isinstance(other, Value):
            if not (self._constant or other._constant or HINT.open_blocks):
                return Value(self._data - other._data, None, _SUB, self, other, 1.0, -1.0)
        elif type(other) is float and not (self._constant or HINT.open_blocks):
            return Value(self._data - other, None, _SUB, self, None, 1.0, other)
        return self.apply_primitive(p.sub, (self, other)) if is_operand(other) else NotImplemented

    def __mul__(self, other: Any) -> Value | Any:
        if isinstance(other, Value):
            if not (self._constant or other._constant or HINT.open_blocks):
                return Value(self._data * other._data, None, _MUL, self, other, other._data, self._data)
        elif type(other) is float and not (self._constant or HINT.open_blocks):
            return Value(self._data * other, None, _MUL, self, None, other, other)
        return self.apply_primitive(p.mul, (self, other)) if is_operand(other) else NotImplemented

    def __truediv__(self, other: Any) -> Value | Any:
        if isinstance(other, Value):
            if other._data != 0.0 and not (self._constant or other._constant or HINT.open_blocks):
                y = self._data / other._data
                return Value(y, None, _DIV, self, other, 1.0 / other._data, -y / other._data)
        elif type(other) is float and other != 0.0 and not (self._constant or HINT.open_blocks):
            return Value(self._data / other, None, _DIV, self, None, 1.0 / other, other)
        return self.apply_primitive(p.div, (self, other)) if is_operand(other) else NotImplemented

    # -- the chain rule -----------------------------------------------------------------------------------------------

    def backward(self, gradient: Any = 1.0) -> None:
        """Differentiate this output by every variable it was computed from.

        Interior gradients are computed afresh; the leaves' are added to, so that a second pass doubles them.

        Args:
            gradient: what to start from, d(whatever)/d(this).

        Raises:
            RuntimeError: if this is a constant: it depends on no variable.
            ValueError: if the gradient is NaN.
        """
        seed = as_float(gradient, "backward", "gradient")
        if math.isnan(seed):
            raise ValueError("backward: gradient is nan; start from a number, usually 1.0")
        if self._constant:
            raise RuntimeError(
                f"backward: {self!r} is a constant and depends on no variable; "
                "make the inputs with Value(...), and don't compute under no_grad()"
            )
        if self._primitive is None:
            self._grad += seed
            return
        order = _operations_below(self)
        if HINT.open_blocks:
            sweep_starts(order, [(self, seed)])
        self._grad = seed
        for node in reversed(order):
            upstream = node._grad
            rest = node._rest
            if rest is not None:
                for operand, partial in zip(rest.variables, rest.partials):  # noqa: B905 - as mypyc compiles it
                    operand._grad += upstream * partial
                if rest.segment is not None:
                    rest.segment.sweep(node)
                continue
            lhs = node._lhs
            if lhs is not None:
                lhs._grad += upstream * node._dlhs
            rhs = node._rhs
            if rhs is not None:
                rhs._grad += upstream * node._drhs

    def __repr__(self) -> str:
        label = f", label={self.label!r}" if self.label else ""
        if self._constant:
            return f"constant({self._data!r}{label})"
        return f"Value(data={self._data!r}, grad={self._grad!r}{label})"

    def __reduce__(self) -> tuple[Any, ...]:
        if self._primitive is not None:
            raise TypeError(
                f"{self!r} is the result of {self._primitive.name}; only leaves are copied or pickled. "
                "Copy the leaves and compute again, or keep the number alone with .detach()"
            )
        return _restore, (self._data, self._grad, self._constant, self.label)


def constant(data: Any, label: str | None = None) -> Value:
    """A number that takes part in expressions and drawings but never gets a gradient.

    >>> target = constant(0.3, label="target")
    >>> (target * 2.0).is_constant
    True
    """
    node = Value(data, label)
    node._constant = True
    return node


def _restore(data: float, grad: float, is_constant: bool, label: str | None) -> Value:
    node = Value(data, label)
    node._grad = grad
    node._constant = is_constant
    return node


def record_many(primitive: Primitive, data: float, operands: Operands) -> Value:
    """A node of a variadic primitive whose value and partials are known already."""
    node = Value(data)
    if HINT.open_blocks:
        operation_done(primitive, operands.operands, node)
    if paused():
        node._constant = True
    else:
        node._primitive = primitive
        node._rest = operands
    return node


def _flow(primitive: Primitive, partial: Any) -> float:
    return partial if type(partial) is float else as_float(partial, primitive.name, "a partial")


def _kept_apart(
    primitive: Primitive, operands: Sequence[Any], numbers: Sequence[float], partials: Sequence[Any]
) -> Operands:
    """The operands and what flows back to each, for a node whose operands don't lie inline."""
    kept = [x if isinstance(x, Value) else number for x, number in zip(operands, numbers, strict=True)]
    places = [i for i, x in enumerate(kept) if isinstance(x, Value) and not x._constant and partials[i] is not None]
    return Operands(kept, places, [kept[i] for i in places], [_flow(primitive, partials[i]) for i in places])


def _operations_below(root: Value) -> list[Value]:
    """The operations whose gradient `root` can reach, operands first, each with its gradient set to zero.

    A depth-first walk with a stack of its own: no recursion. The mark is new in every sweep, so an interrupted one
    leaves nothing behind.
    """
    sweep = next(_SWEEPS)
    order: list[Value] = []
    above: list[Value] = []
    cursors: list[tuple[Value, Iterator[Value]]] = []  # how far the walk has come among the many operands of a node
    node = root
    node._sweep = sweep
    node._grad = 0.0
    while True:
        below: Value | None = None
        if node._rest is None:
            lhs = node._lhs
            if lhs is not None and lhs._sweep != sweep and lhs._primitive is not None:
                below = lhs
            else:
                rhs = node._rhs
                if rhs is not None and rhs._sweep != sweep and rhs._primitive is not None:
                    below = rhs
        elif node._rest.operations:
            if not cursors or cursors[-1][0] is not node:
                cursors.append((node, iter(node._rest.operations)))
            for operand in cursors[-1][1]:
                if operand._sweep != sweep:
                    below = operand
                    break
            else:
                cursors.pop()
        if below is not None:
            above.append(node)
            node = below
            node._sweep = sweep
            node._grad = 0.0
            continue
        order.append(node)
        if not above:
            return order
        node = above.pop()
