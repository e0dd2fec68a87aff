"""A number that writes formulas: run a row's rule on symbols, and `notation` writes what comes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from autograd.engine.operators import Recorded
from autograd.engine.primitive import SPECIAL, Primitive
from autograd.support.errors import as_float, one_line


def _comparison(sign: str) -> Callable[[Symbol, Any], Symbol]:
    return lambda symbol, other: Symbol(sign, (symbol, as_symbol(other)))


class Symbol(Recorded):
    """A name, a number, or an operation on symbols; what is done to it is written down.

    A comparison is a symbol too, to be chosen by with `autograd.where`; Python's own `if` can't.

    Args:
        head: a name, a number, or the name of an operation: a primitive, or a comparison sign. `None` is the partial
            derivative of something that cannot influence the result.
        operands: what the operation is applied to.

    >>> Symbol("x") * 2.0
    mul(x, 2.0)
    """

    __slots__ = ("head", "operands", "primitive")

    head: str | float | None
    writes_formulas = True

    def __init__(
        self, head: str | float | None, operands: tuple[Symbol, ...] = (), primitive: Primitive | None = None
    ) -> None:
        self.head = head
        self.operands = operands
        self.primitive = primitive

    def apply_primitive(self, primitive: Primitive, operands: Sequence[Any]) -> Symbol:
        """Write an operation down."""
        return Symbol(primitive.name, tuple(as_symbol(x) for x in operands), primitive)

    __lt__, __le__, __gt__, __ge__ = map(_comparison, ("<", "<=", ">", ">="))
    __eq__ = _comparison("==")  # type: ignore[assignment]  # a formula, not a bool, as in SymPy and NumPy
    __ne__ = _comparison("!=")  # type: ignore[assignment]
    __hash__ = object.__hash__

    def __bool__(self) -> bool:
        raise TypeError(
            f"whether {one_line(repr(self), 120)} holds is not known while a formula is written; choose with where(...)"
        )

    @property
    def is_comparison(self) -> bool:
        """Whether it is true or false rather than a number."""
        return bool(self.operands) and self.primitive is None

    def __repr__(self) -> str:
        if not self.operands:
            return str(self.head)
        inside = (f"{x.head}(...)" if x.operands else str(x.head) for x in self.operands)  # a formula may be deep
        return f"{self.head}({', '.join(inside)})"


def as_symbol(thing: Any) -> Symbol:
    """A symbol as it is, a number as the symbol of a number."""
    if isinstance(thing, Symbol):
        return thing
    return Symbol(None if thing is None else as_float(thing, "Symbol", "operand"))


# ---------------------------------------------------------------------------------------------------------------------
# A row's rules as formulas


def operand_symbols(primitive: Primitive, count: int | None = None) -> list[Any]:
    """Symbols named like the operands of a row; `count` of them, x0, x1, ..., if it is variadic."""
    if not primitive.variadic:
        return [Symbol(name) for name in primitive.operands]
    return [Symbol(f"x{i}") for i in range(2 if count is None else count)]


def value_formula(primitive: Primitive, operands: Sequence[Any]) -> Symbol:
    """The value rule of a row, written out.

    Raises:
        TypeError: if the rule computes with floats only.
    """
    try:
        return as_symbol(primitive.value(tuple(operands)) if primitive.variadic else primitive.value(*operands))
    except TypeError as error:
        raise _not_polymorphic(primitive, "value", error) from None


def partial_formulas(primitive: Primitive, operands: Sequence[Any], y: Any, *, exact: bool = False) -> list[Symbol]:
    """The local derivatives of a row; operands that are plain numbers are computed with.

    As books write them; `exact`, as the engine computes them.

    Raises:
        TypeError: if the rule computes with floats only.

    >>> from autograd import PRIMITIVES
    >>> partial_formulas(PRIMITIVES["relu"], [Symbol("z")], Symbol("a"))
    [where(>(...), 1.0, None)]
    >>> partial_formulas(PRIMITIVES["mul"], [Symbol("x"), 3.0], Symbol("y"))
    [3.0, x]
    """
    try:
        return [as_symbol(partial) for partial in primitive.partials_at(operands, y, textbook=not exact)]
    except TypeError as error:
        raise _not_polymorphic(primitive, "partials", error) from None


def _not_polymorphic(primitive: Primitive, rule: str, error: TypeError) -> TypeError:
    if SPECIAL.get(primitive.name) is primitive:
        return TypeError(
            f"{primitive.name}: Python computes it, by no formula that a page or C could; draw(), explain() and "
            "walkthrough(...).play() show it"
        )
    return TypeError(
        f"{primitive.name}: its {rule} rule can't be written as a formula ({one_line(str(error), 200)}); write it with "
        "operators, functions of autograd and where(...), not with math functions or if"
    )
