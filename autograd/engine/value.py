"""`Value`: a float that remembers how it was computed, and hands gradients back to where it came from.

This is one file, and longer than others, because it is one class: its native fields are what makes it fast.
"""

# mypy: disable-error-code="no-any-return"
# (an operator also returns NotImplemented, which has no type of its own)
# pyright: reportIncompatibleMethodOverride=false
# (pyright takes the Self of an inherited operator for any Recorded; here it is Value, which is final)

from __future__ import annotations

import math
import os
import sys
import threading
from collections.abc import Sequence
from itertools import count
from numbers import Real
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias, final

from autograd.engine import primitives as p
from autograd.engine.define import Given, Name
from autograd.engine.operators import Recorded, is_operand
from autograd.engine.primitive import Primitive
from autograd.engine.recording import OPEN, grad_enabled, operation_done, recorder, sweep_starts
from autograd.support.compilation import (
    answer_numbers,
    keep_attributes,
    make_nodes,
    make_untracked,
    mypyc_attr,
    track,
    untrack,
)
from autograd.support.errors import as_float, numeric_error, typed
from autograd.support.floats import PlainZero

if TYPE_CHECKING and sys.platform != "mypyc":
    Result: TypeAlias = "Value"
    Compared: TypeAlias = "Value | float | Real"
    Truth: TypeAlias = bool
else:
    Result: TypeAlias = Any  # compiled code would refuse the NotImplemented that operators also return (see setup.py)
    Compared: TypeAlias = Any
    Truth: TypeAlias = Any  # what a recorder returns

ADD: Final[Primitive] = p.add
SUB: Final[Primitive] = p.sub
MUL: Final[Primitive] = p.mul
DIV: Final[Primitive] = p.div
NEG: Final[Primitive] = p.neg
POW: Final[Primitive] = p.pow
STOP_GRADIENT: Final[Primitive] = p.stop_gradient
_UNTRACK: Final = untrack

MARKS: Final = count(2**32, 2**32)
"""A number for every walk over a graph: what a walk leaves at nodes lies between it and the next."""


class _OneAtATime:
    """The lock that a sweep holds: its marks and gradients lie in the nodes, which other sweeps may share."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        self.lock = threading.RLock()


SWEEP: Final = _OneAtATime()
if hasattr(os, "register_at_fork"):  # the thread that held it may not exist in the child
    os.register_at_fork(after_in_child=SWEEP.renew)


@mypyc_attr(allow_interpreted_subclasses=True)
class Pullback:
    """How gradients come back through an operation that keeps no partials; abstract: `transforms.block` fills it in."""

    def begin(self) -> None:
        """A backward pass is about to start."""
        raise NotImplementedError

    def arrive(self, node: Value) -> list[Value]:
        """It has come to this node: take its gradient, or hand on what was taken; returns to whom."""
        raise NotImplementedError

    def partials_of(self, node: Value) -> list[float | None]:
        """The local derivatives of this node by its operands, computed now."""
        raise NotImplementedError


class Operands:
    """The operands of an operation that don't lie inline, and the edges that something flows back along.

    Attributes:
        operands: Values and floats.
        places: which of them something flows back to, by index.
        variables: these.
        partials: the local derivative by each of these.
        pullback: what hands gradients on where no partials are kept.
    """

    __slots__ = ("operands", "partials", "places", "pullback", "variables")

    def __init__(
        self,
        operands: list[Any],
        places: Sequence[int],
        variables: list[Value],
        partials: list[float],
        pullback: Pullback | None = None,
    ) -> None:
        self.operands = operands
        self.places = places
        self.variables = variables
        self.partials = partials
        self.pullback = pullback
        _UNTRACK(operands, places, variables, partials)  # no cycle leads through them


@final
class Value(Recorded):
    """A real number that records the operations done to it.

    Every operation makes a new node that keeps its operands and its local derivatives; `backward()` applies the
    chain rule from here to every variable.

    Args:
        data: any real number; kept as a float.
        label: a name for drawings, walks and error messages.

    Raises:
        TypeError: if data is not a real number (a `Value` or a string, say), or the label not a string.

    >>> x = Value(3.0, label="x")
    >>> y = x * x + 2.0
    >>> y.backward()
    >>> y.data, x.grad
    (11.0, 6.0)
    """

    # An operation keeps its operands in one of two forms. Up to two lie inline: `_lhs` with its local derivative
    # `_dlhs`, `_rhs` with `_drhs`; where an operand is a plain number, the Value is None and the number stands in
    # place of the derivative. More of them, or any to which nothing flows back, lie in `_rest`.
    # fmt: off
    __slots__ = ("_constant", "_data", "_dlhs", "_drhs", "_grad", "_label", "_lhs", "_mark", "_primitive", "_rest",
                 "_rhs", "_special", "_swept")
    # fmt: on

    def __init__(
        self,
        data: Given,
        label: Name = None,
        _made: object = None,
        _data: float = 0.0,
        _primitive: Primitive | None = None,
        _lhs: Value | None = None,
        _rhs: Value | None = None,
        _dlhs: float = 0.0,
        _drhs: float = 0.0,
    ) -> None:
        self._grad: float = 0.0
        self._primitive = _primitive
        self._lhs = _lhs
        self._rhs = _rhs
        self._dlhs = _dlhs
        self._drhs = _drhs
        self._rest: Operands | None = None
        self._mark: int = 0  # what the last walk left
        self._swept: bool = False  # whether a backward pass has come here; of a constant, whether it is frozen
        self._constant: bool = False
        self._special: bool = False  # a constant, or above a pullback, through which a cycle could lead
        self._label: str | None = None
        if data is _OPERATION:  # its number comes as a float of its own
            self._data: float = _data
            return
        if _made is _CONSTANT:
            self._constant = self._special = True
        elif _made is not None or _primitive is not None:
            _refuse_hand_made("more than data and a label")
        self._data = data if type(data) is float else as_float(data, "Value", "data")
        if label is not None:
            self._label = _as_label(label)
        if OPEN and (hearer := recorder()) is not None:
            hearer.leaf_made(self)

    def __init_subclass__(cls) -> None:
        raise TypeError("Value can't be subclassed: operators return Values; write a class that holds one")

    # -- what it holds ------------------------------------------------------------------------------------------------

    @property
    def data(self) -> float:
        """The number. Assigning to a leaf's data doesn't bend graphs recorded before."""
        if OPEN and (hearer := recorder()) is not None:
            hearer.data_read(self)
        return self._data

    @data.setter
    def data(self, number: Given) -> None:
        if OPEN and (hearer := recorder()) is not None:
            hearer.data_set(self)
        self._data = number if type(number) is float else as_float(number, "Value", "data")

    @property
    def grad(self) -> float:
        """The gradient that backward passes have left here: d(output)/d(this), summed over the passes for a leaf."""
        return self._grad

    @grad.setter
    def grad(self, number: Given) -> None:
        self._grad = number if type(number) is float else as_float(number, "Value", "grad")

    @property
    def label(self) -> str | None:
        """Its name in drawings, walks and messages."""
        return self._label

    @label.setter
    def label(self, name: Name) -> None:
        self._label = None if name is None else _as_label(name)

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
        return self._swept and not self._constant

    @property
    def operands(self) -> tuple[Value | float, ...]:
        """What the operation was applied to, in order; plain numbers as floats."""
        if self._rest is not None:
            return tuple(self._rest.operands)
        if self._primitive is None or self._primitive.variadic:
            return ()
        lhs = self._dlhs if self._lhs is None else self._lhs
        if len(self._primitive.operands) == 1:
            return (lhs,)
        return lhs, (self._drhs if self._rhs is None else self._rhs)

    @property
    def partials(self) -> tuple[float | None, ...]:
        """The local derivative by each operand; None where nothing flows back (a constant, a branch not taken)."""
        rest = self._rest
        if rest is None:
            inline = (None if self._lhs is None else self._dlhs, None if self._rhs is None else self._drhs)
            return inline[: len(self.operands)]
        if rest.pullback is not None:
            return tuple(rest.pullback.partials_of(self))
        flows = dict(zip(rest.places, rest.partials, strict=True))
        return tuple([flows.get(i) for i in range(len(rest.operands))])

    @property
    def edges(self) -> list[tuple[Value, float]]:
        """The operands that something flows back to, in order, each with the local derivative by it."""
        pairs = zip(self.operands, self.partials, strict=True)
        return [(x, partial) for x, partial in pairs if isinstance(x, Value) and partial is not None]

    def detach(self) -> Value:
        """The same number as a constant, without history."""
        node = _unrecorded(STOP_GRADIENT, self._data, (self,))
        node._label = self._label
        return node

    # -- recording ----------------------------------------------------------------------------------------------------

    def apply_primitive(self, primitive: Primitive, operands: Sequence[Any]) -> Value:
        """Record one operation of the table on Values and plain numbers.

        Raises:
            TypeError: for an operand that is not a real number.
            ValueError, OverflowError, ZeroDivisionError: where the float operation raises it.
        """
        if primitive is STOP_GRADIENT:
            return self.detach()
        operands = tuple(operands)
        numbers: list[float] = []
        values = variables = 0
        special = False
        for operand in operands:
            if isinstance(operand, Value):
                numbers.append(operand._data)
                values += 1
                if not operand._constant:
                    variables += 1
                    special = special or operand._special
            elif type(operand) is float:
                numbers.append(operand)
            else:
                numbers.append(primitive.float_operand(len(numbers), operand))
        y = primitive.value_at(numbers, operands)
        if OPEN and not grad_enabled():
            return _unrecorded(primitive, y, operands)
        try:
            given = numbers if values == len(numbers) else marked(operands, numbers)
            partials: Sequence[Any] = primitive.partials_at(given, y) if variables else [None] * len(numbers)
        except (ValueError, OverflowError, ZeroDivisionError) as error:
            if OPEN and (hearer := recorder()) is not None:
                hearer.operation_failed(primitive, operands)
            raise numeric_error(error, f"partials of {primitive.name}", operands, "") from None
        flows: list[Any] = [None if d is None else as_float(d, primitive.name, "a partial") for d in partials]
        n = len(numbers)
        if primitive.variadic or n > 2 or special or variables < values or flows[0] is None or flows[-1] is None:
            return record_many(primitive, y, _kept_apart(operands, numbers, flows))
        left = operands[0] if isinstance(operands[0], Value) else None
        right = operands[1] if n == 2 and isinstance(operands[1], Value) else None
        by_lhs = numbers[0] if left is None else flows[0]
        by_rhs = numbers[-1] if right is None else flows[1]
        node = Value(_OPERATION, None, None, y, primitive, left, right, by_lhs, by_rhs)
        if OPEN:
            operation_done(primitive, operands, node)
        return node

    # The arithmetic operators carry their rows inline, for speed; the tests hold them to the table.

    def __add__(self, other: Value | float | Real) -> Result:
        if isinstance(other, Value):
            if not (self._special or other._special or OPEN):
                return Value(_OPERATION, None, None, self._data + other._data, ADD, self, other, 1.0, 1.0)
            return _of_two(ADD, self._data + other._data, self, other, 1.0, 1.0)
        if (number := _plain(other)) == number and not (self._special or OPEN):
            return Value(_OPERATION, None, None, self._data + number, ADD, self, None, 1.0, number)
        return self._record(ADD, self, other)

    def __radd__(self, other: Value | float | Real) -> Result:
        if (number := _plain(other)) == number and not (self._special or OPEN):
            return Value(_OPERATION, None, None, number + self._data, ADD, None, self, number, 1.0)
        return self._record(ADD, other, self)

    def __sub__(self, other: Value | float | Real) -> Result:
        if isinstance(other, Value):
            if not (self._special or other._special or OPEN):
                return Value(_OPERATION, None, None, self._data - other._data, SUB, self, other, 1.0, -1.0)
            return _of_two(SUB, self._data - other._data, self, other, 1.0, -1.0)
        if (number := _plain(other)) == number and not (self._special or OPEN):
            return Value(_OPERATION, None, None, self._data - number, SUB, self, None, 1.0, number)
        return self._record(SUB, self, other)

    def __rsub__(self, other: Value | float | Real) -> Result:
        if (number := _plain(other)) == number and not (self._special or OPEN):
            return Value(_OPERATION, None, None, number - self._data, SUB, None, self, number, -1.0)
        return self._record(SUB, other, self)

    def __mul__(self, other: Value | float | Real) -> Result:
        if isinstance(other, Value):
            if not (self._special or other._special or OPEN):
                y = self._data * other._data
                return Value(_OPERATION, None, None, y, MUL, self, other, other._data, self._data)
            return _of_two(MUL, self._data * other._data, self, other, other._data, self._data)
        if (number := _plain(other)) == number and not (self._special or OPEN):
            return Value(_OPERATION, None, None, self._data * number, MUL, self, None, number, number)
        return self._record(MUL, self, other)

    def __rmul__(self, other: Value | float | Real) -> Result:
        if (number := _plain(other)) == number and not (self._special or OPEN):
            return Value(_OPERATION, None, None, number * self._data, MUL, None, self, number, number)
        return self._record(MUL, other, self)

    def __truediv__(self, other: Value | float | Real) -> Result:
        if isinstance(other, Value):
            if other._data != 0.0:
                y = self._data / other._data
                if not (self._special or other._special or OPEN):
                    return Value(_OPERATION, None, None, y, DIV, self, other, 1.0 / other._data, -y / other._data)
                return _of_two(DIV, y, self, other, 1.0 / other._data, -y / other._data)
        elif (number := _plain(other)) == number != 0.0 and not (self._special or OPEN):
            return Value(_OPERATION, None, None, self._data / number, DIV, self, None, 1.0 / number, number)
        return self._record(DIV, self, other)

    def __rtruediv__(self, other: Value | float | Real) -> Result:
        if (number := _plain(other)) == number and self._data != 0.0 and not (self._special or OPEN):
            y = number / self._data
            return Value(_OPERATION, None, None, y, DIV, None, self, number, -y / self._data)
        return self._record(DIV, other, self)

    def __neg__(self) -> Value:
        if not (self._special or OPEN):
            return Value(_OPERATION, None, None, -self._data, NEG, self, None, -1.0)
        return self.apply_primitive(NEG, (self,))

    def __pow__(self, other: Value | float | Real) -> Result:
        x, exponent = self._data, _plain(other)
        if exponent > 1.0 and not (self._special or OPEN):
            try:
                y = math.pow(x, exponent)
                slope = 2.0 * x if exponent == 2.0 else exponent * math.pow(x, exponent - 1.0)
            except (OverflowError, ValueError):  # which the row tells
                return self._record(POW, self, other)
            return Value(_OPERATION, None, None, y, POW, self, None, slope, exponent)
        return self._record(POW, self, other)

    def __rpow__(self, other: Value | float | Real) -> Result:  # or the compiled class has none
        return self._record(POW, other, self)

    # -- a number among numbers: compared by its data, never turned into a float behind one's back --------------------

    # fmt: off
    def __eq__(self, x: object) -> Truth:
        return _compared("==", eq, self, x) if OPEN else self._data == number_of(x) if is_operand(x) else NotImplemented
    def __ne__(self, x: object) -> Truth:
        return _compared("!=", ne, self, x) if OPEN else self._data != number_of(x) if is_operand(x) else NotImplemented
    def __lt__(self, x: Compared) -> Truth:
        return _compared("<", lt, self, x) if OPEN else self._data < number_of(x) if is_operand(x) else NotImplemented
    def __le__(self, x: Compared) -> Truth:
        return _compared("<=", le, self, x) if OPEN else self._data <= number_of(x) if is_operand(x) else NotImplemented
    def __gt__(self, x: Compared) -> Truth:
        return _compared(">", gt, self, x) if OPEN else self._data > number_of(x) if is_operand(x) else NotImplemented
    def __ge__(self, x: Compared) -> Truth:
        return _compared(">=", ge, self, x) if OPEN else self._data >= number_of(x) if is_operand(x) else NotImplemented
    # fmt: on

    def __hash__(self) -> int:
        return id(self) >> 4  # identity: two variables may hold the same number

    def __bool__(self) -> bool:
        if OPEN and (hearer := recorder()) is not None:
            hearer.asked(self)
        return self._data != 0.0

    def __float__(self) -> float:
        raise TypeError(_DROPS_GRADIENT.format("float", typed(self)))

    def __int__(self) -> int:
        raise TypeError(_DROPS_GRADIENT.format("int", typed(self)))

    def __format__(self, spec: str) -> str:
        return format(self._data, spec) if spec else str(self)

    # -- the chain rule -----------------------------------------------------------------------------------------------

    def backward(self, gradient: Given = 1.0) -> None:
        """Differentiate this output by every variable it was computed from.

        Interior gradients are computed afresh; the leaves' are added to, so that a second pass doubles them. One pass
        at a time: another thread's waits.

        Args:
            gradient: what to start from, d(whatever)/d(this). From 0 nothing flows.

        Raises:
            RuntimeError: if this is a constant: it depends on no variable.
            ValueError: if the gradient is NaN.
        """
        seed = as_float(gradient, "backward", "gradient")
        if math.isnan(seed):
            raise ValueError("backward: gradient is nan; start from a number, usually 1.0")
        if self._constant:
            raise RuntimeError(
                f"backward: {typed(self)} is a constant and depends on no variable; "
                "make the inputs with Value(...), and don't compute under no_grad()"
            )
        if self._primitive is None:
            self._grad += seed
            return
        with SWEEP.lock:
            order = nodes_below([self], next(MARKS), True)
            if seed == 0.0:
                return
            if OPEN:
                sweep_starts(order, [(self, seed)])
            self._grad = seed
            reached = {id(self)} if self._special else None  # a pullback may hand on to some of its inputs only
            for node in reversed(order):
                upstream = node._grad
                rest = node._rest
                if reached is not None:
                    if node._primitive is None or id(node) not in reached:
                        continue
                    if rest is not None and rest.pullback is not None:
                        reached.update([id(x) for x in rest.pullback.arrive(node)])
                        continue
                    reached.update([id(x) for x, _ in node.edges])
                if rest is not None:
                    for operand, partial in zip(rest.variables, rest.partials):  # noqa: B905 - as mypyc compiles it
                        operand._grad += upstream * partial
                    continue
                lhs = node._lhs
                if lhs is not None:
                    lhs._grad += upstream * node._dlhs
                rhs = node._rhs
                if rhs is not None:
                    rhs._grad += upstream * node._drhs

    def __repr__(self) -> str:
        label = f", label={self._label!r}" if self._label else ""
        if self._constant:
            return f"constant({self._data!r}{label})"
        return f"Value(data={self._data!r}, grad={self._grad!r}{label})"

    def __reduce__(self) -> tuple[Any, ...]:
        if self._primitive is not None:
            raise TypeError(
                f"{typed(self)} is the result of {self._primitive.name}; only leaves are copied or pickled. "
                "Copy the leaves and compute again, or keep the number alone with .detach()"
            )
        return _restore, (self.data, self._grad, self._constant, self._label, self._swept)


_OPERATION: Final[Any] = object()  # who makes a node of an operation: the engine alone has it
_CONSTANT: Final = object()
keep_attributes(Operands)
keep_attributes(Value)
make_untracked(Operands)
make_nodes(Value)
answer_numbers(Value)

_DROPS_GRADIENT: Final = (
    "{0}() of {1} would drop its gradient silently; use .data for the number, or the functions of autograd "
    "(autograd.exp, not math.exp) to keep the graph; an array that holds Values needs dtype=object, or be a list"
)


def constant(data: Given, label: Name = None) -> Value:
    """A number that takes part in expressions and drawings but never gets a gradient.

    >>> target = constant(0.3, label="target")
    >>> (target * 2.0).is_constant
    True
    """
    return Value(data, label, _CONSTANT)


def number_of(x: Any) -> Any:
    """The number of a Value; anything else as it is."""
    return x._data if isinstance(x, Value) else x


def marked(operands: Sequence[Any], numbers: Sequence[Any]) -> Sequence[Any]:
    """The numbers as a rule gets them: it is told which zeros are plain. (To compare a Value would be heard.)"""
    if all(isinstance(x, Value) or x != 0.0 for x in numbers):
        return numbers
    return [x if isinstance(operands[i], Value) or x != 0.0 else PlainZero(x) for i, x in enumerate(numbers)]


def record_many(primitive: Primitive, data: float, operands: Operands) -> Value:
    """A node whose value and operands are known already: a constant, where nothing flows back to any of them."""
    if OPEN and not grad_enabled():
        return _unrecorded(primitive, data, operands.operands)
    node = Value(_OPERATION, None, None, data)
    if OPEN:
        operation_done(primitive, operands.operands, node)
    special = operands.pullback is not None
    for v in operands.variables:
        special = special or v._special
    if not operands.variables:
        values = [x for x in operands.operands if isinstance(x, Value)]
        if all(x._constant for x in values):
            node._constant = node._special = True
            if all(x._label is None and x._primitive is None for x in values):
                return node  # like plain numbers; of named ones every view shows what they make
    node._primitive = primitive
    node._rest = operands
    if special:
        node._special = True
        track(node, operands, operands.operands, operands.variables)
    return node


def remembered(node: Value, primitive: Primitive, operands: list[Any]) -> Value:
    """A constant with what it was made of: views show that, and nothing flows back through it."""
    node._primitive, node._rest = primitive, Operands(operands, [], [], [])
    return node


def _unrecorded(primitive: Primitive, data: float, operands: Sequence[Any]) -> Value:
    """The number alone, as a constant."""
    node = Value(_OPERATION, None, None, data)
    node._constant = node._special = True
    if OPEN:
        operation_done(primitive, operands, node)
    return node


def _of_two(primitive: Primitive, data: float, lhs: Value, rhs: Value, by_lhs: float, by_rhs: float) -> Value:
    """The result of an operator of two Values, one of which is special, or inside a block."""
    if OPEN and not grad_enabled():
        return _unrecorded(primitive, data, (lhs, rhs))
    if rhs._constant and not lhs._constant:
        return record_many(primitive, data, Operands([lhs, rhs], [0], [lhs], [by_lhs]))
    if lhs._constant and not rhs._constant:
        return record_many(primitive, data, Operands([lhs, rhs], [1], [rhs], [by_rhs]))
    if lhs._special or rhs._special:
        return record_many(primitive, data, _kept_apart((lhs, rhs), (0.0, 0.0), (by_lhs, by_rhs)))
    node = Value(_OPERATION, None, None, data, primitive, lhs, rhs, by_lhs, by_rhs)
    operation_done(primitive, (lhs, rhs), node)
    return node


def _restore(data: float, grad: float, is_constant: bool, label: str | None, swept: bool) -> Value:
    node = constant(data, label) if is_constant else Value(data, label)
    node._grad, node._swept = grad, swept
    return node


def _compared(sign: str, compare: Any, a: Value, b: Any) -> Any:
    """The comparison inside a block: as the recorder says, if there is one."""
    if (hearer := recorder()) is not None and is_operand(b):
        return hearer.compared(sign, a, b)
    return compare(a._data, number_of(b)) if is_operand(b) else NotImplemented


def _refuse_hand_made(what: str) -> NoReturn:
    raise TypeError(
        f"Value takes data and a label, a string, not {what}; an operation with derivatives of its own is made by "
        "autograd.primitive(name, value, partials), or by autograd.custom_vjp"
    )


def _plain(x: object) -> float:
    """A float, or an int that a float holds exactly; NaN for anything else, which is recorded the long way."""
    if type(x) is float:
        return x
    return float(x) if type(x) is int and -(2**53) <= x <= 2**53 else math.nan


def _as_label(name: Any) -> str:
    if not isinstance(name, str):
        _refuse_hand_made(f"{typed(name)} for a label")
    return name


def _kept_apart(operands: Sequence[Any], numbers: Sequence[float], flows: Sequence[Any]) -> Operands:
    """The operands and what flows back to each, for a node whose operands don't lie inline."""
    kept: list[Any] = [x if isinstance(x, Value) else numbers[i] for i, x in enumerate(operands)]
    places = [i for i, x in enumerate(kept) if isinstance(x, Value) and not x._constant and flows[i] is not None]
    return Operands(kept, places, [kept[i] for i in places], [flows[i] for i in places])


def nodes_below(outputs: Sequence[Value], mark: int, renew: bool) -> list[Value]:
    """What gradients of the outputs can flow to, and these themselves; operands first.

    A depth-first walk with a stack of its own: no recursion. It leaves out what it finds marked, and marks what it
    visits; the mark is new in every walk, so an interrupted one leaves nothing behind.

    Args:
        outputs: where to start.
        mark: the next of `MARKS`.
        renew: whether a backward pass is to come: gradients of operations then start from zero.
    """
    order: list[Value] = []
    waiting: list[Value] = []  # visited nodes whose operands come first, and on top of each what is left of these
    for output in outputs:
        node = output
        while True:
            if node._mark < mark:
                node._mark = mark
                rest, lhs, rhs = node._rest, node._lhs, node._rhs
                if renew and node._primitive is not None:
                    node._grad = 0.0
                    node._swept = True
                    if rest is not None and rest.pullback is not None:
                        rest.pullback.begin()
                below: Value | None = None
                if rest is not None:
                    waiting.append(node)
                    waiting += [x for x in reversed(rest.variables) if x._mark < mark]
                    below = waiting.pop()
                elif lhs is not None and lhs._mark < mark:
                    waiting.append(node)
                    if rhs is not None and rhs._mark < mark:
                        waiting.append(rhs)
                    below = lhs
                elif rhs is not None and rhs._mark < mark:
                    waiting.append(node)
                    below = rhs
                if below is not None:
                    node = below
                    continue
            if node._mark == mark:  # its operands have come, and it has not come before, from another result
                node._mark = mark + 1
                order.append(node)
            if not waiting:
                break
            node = waiting.pop()
    return order
