"""The table for LLVM: every row's value and partials as steps, written by the rows' own rules.

A step computes one number from others. The same steps serve `double` and vectors of it; a number is a register, or a
constant written out. What leaves the real numbers sets the processor's flags, as in C.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from autograd.engine import primitives as p
from autograd.engine.primitive import Primitive
from autograd.formulas.masks import flowing
from autograd.formulas.notation import operands_first
from autograd.formulas.rewriting import shared
from autograd.formulas.symbol import Symbol, partial_formulas, value_formula
from autograd.formulas.vector_functions import VECTOR_FUNCTIONS
from autograd.support.floats import PLAIN_ZERO

# A register or constant of a template: an operand x0, x1, ... as its index, the result y as -1, a step as -2 - index,
# a constant as a float.
Part = int | float

_ARITHMETIC: Final = {"add": "fadd", "sub": "fsub", "mul": "fmul", "div": "fdiv", "ieee_div": "fdiv"}
_SIGNS: Final = {"<": "olt", "<=": "ole", ">": "ogt", ">=": "oge", "==": "oeq", "!=": "une"}
_OF_MATH: Final = (
    "exp expm1 log log1p log2 log10 cbrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh erf erfc "
    "fmod"
)
LIBRARY: Final[dict[object, str]] = {getattr(math, name): name for name in _OF_MATH.split()}
"""The functions of C's library that Python's math calls for the same bits."""
_LONGEST: Final = 64  # vectors whose length is computed by machine code
_WHOLE: Final[dict[Primitive, str]] = {p.floor: "floor", p.ceil: "ceil", p.trunc: "trunc", p.round: "rint"}
_BY_NAME: Final = {"pow": "pow", "ieee_pow": "pow", "ieee_log": "log"}


class Step(NamedTuple):
    """One number computed from others.

    Attributes:
        kind: fadd, fsub, fmul, fdiv, fneg, an intrinsic (fabs, sqrt, ...), select, a comparison as `fcmp olt`; not,
            and, or of such; `bits of` a number, what `bits shl 52` and the like make of them, and `bits to` a number;
            or a function of C's.
        parts: what it is applied to.
    """

    kind: str
    parts: tuple[Part, ...]


class Partial(NamedTuple):
    """A local derivative as a template's part, and where it flows: a condition, or None for everywhere."""

    part: Part
    mask: Part | None


class Template(NamedTuple):
    """How a row computes its value, or its partials.

    Attributes:
        steps: in order.
        results: the value alone; or for every operand its partial, None where nothing flows.
    """

    steps: list[Step]
    results: list[Any]


class OpaqueError(TypeError):
    """A rule that computes with Python's floats only: it must be called back."""


class _Writer:
    """Collects the steps of formulas, each once.

    Args:
        inline: whether functions may be written as steps, where `vector_functions` has them.
    """

    def __init__(self, inline: bool) -> None:
        self.steps: list[Step] = []
        self._inline = inline
        self._known: dict[Step, Part] = {}

    def step(self, kind: str, *parts: Part) -> Part:
        step = Step(kind, parts)
        # a constant by its bits: 0.0 and -0.0 are the same key of a dict, but not the same number
        key = Step(kind, tuple([x.hex() if isinstance(x, float) else x for x in parts]))  # type: ignore[misc]
        if key not in self._known:
            self.steps.append(step)
            self._known[key] = -1 - len(self.steps)
        return self._known[key]

    def write(self, outputs: Sequence[Symbol], parts: dict[str, Part]) -> list[Part]:
        """The parts of formulas; `parts` are those of their names."""
        found: dict[int, Part] = {}
        for symbol in operands_first(outputs):
            operands = [found[id(x)] for x in symbol.operands]
            found[id(symbol)] = self._symbol(symbol, operands, parts)
        return [found[id(symbol)] for symbol in outputs]

    def _symbol(self, symbol: Symbol, operands: list[Part], parts: dict[str, Part]) -> Part:
        head = symbol.head
        if symbol.primitive is not None:
            condition = symbol.operands[0] if symbol.head == "where" else None
            return self.call(symbol.primitive, operands, condition is not None and condition.is_comparison)
        if head in ("not", "and", "or"):
            return self.step(str(head), *operands)
        if isinstance(head, str):
            if not symbol.operands:
                return parts[head]
            return self.step(f"fcmp {_SIGNS[head]}" if head in _SIGNS else head, *operands)
        if head is None:
            raise OpaqueError("a partial that doesn't flow has no value")
        return float(head)

    def divided(self, a: Part, b: Part) -> Part:
        """a / b, which sets a flag wherever b is 0: by itself the processor does so for finite a only."""
        return self.step("fdiv", self.step("select", self.step("fcmp oeq", b, 0.0), 1.0, a), b)

    def checked(self, y: Part, wrong: Part) -> Part:
        """y; a flag is set where something is wrong."""
        return self.step("select", wrong, self.step("sqrt", self.step("select", wrong, -1.0, 0.0)), y)

    def call(self, row: Primitive, operands: Sequence[Part], by_comparison: bool = False) -> Part:
        """The value of a row.

        Raises:
            OpaqueError: if its rule computes with floats only.
        """
        name = row.name
        if name in _ARITHMETIC and row is getattr(p, name):
            return self.step(_ARITHMETIC[name], *operands)
        if row is p.neg:
            return self.step("fneg", *operands)
        if row is p.abs:
            return self.step("fabs", *operands)
        if row is p.sqrt:
            return self.step("sqrt", *operands)
        if row in _WHOLE:
            return self.step("fadd", self.step(_WHOLE[row], *operands), 0.0)  # a zero has no sign
        if row is p.where:
            condition, a, b = operands
            return self.step("select", condition if by_comparison else self.step("fcmp une", condition, 0.0), a, b)
        if row is p.xlogy:
            a, b = operands
            return self.step("select", self._is_xlogy_zero(a, b), 0.0, self.step("fmul", a, self.function("log", b)))
        if name in _BY_NAME and row is getattr(p, name):
            return self.function(_BY_NAME[name], *operands)
        if row.value in LIBRARY:
            return self.function(LIBRARY[row.value], *operands)
        if row in (p.hypot, p.norm) and 0 < len(operands) <= _LONGEST:
            return self.step(f"length{len(operands)}", *operands)
        return self._formula(row, operands)

    def function(self, name: str, *operands: Part) -> Part:
        """A function of C's, called or written as steps."""
        if self._inline and name in VECTOR_FUNCTIONS:
            return VECTOR_FUNCTIONS[name](self.step, *operands)
        return self.step(name, *operands)

    def _is_xlogy_zero(self, a: Part, b: Part) -> Part:
        """Where a is 0 and b a number: a condition is a number too, 0 or 1, to be and-ed by choosing."""
        is_zero = self.step("fcmp oeq", a, 0.0)
        return self.step("and", is_zero, self.step("fcmp ord", b, b))

    def _formula(self, row: Primitive, operands: Sequence[Part]) -> Part:
        names = [f"x{i}" for i in range(len(operands))]
        try:
            formula = value_formula(row, [Symbol(name) for name in names])
        except (TypeError, AttributeError) as error:
            raise OpaqueError(str(error)) from None
        if formula.is_comparison:
            part = self.write([formula], dict(zip(names, operands, strict=True)))[0]
            return self.step("select", part, 1.0, 0.0)
        return self.write([formula], dict(zip(names, operands, strict=True)))[0]


@lru_cache(maxsize=4096)
def value_template(row: Primitive, count: int, inline: bool = False) -> Template:
    """How a row computes its value from so many operands.

    Args:
        row, count: the row, and how many operands it has.
        inline: whether functions are written as steps, where `vector_functions` has them: other last bits than C's.

    Raises:
        OpaqueError: if its rule computes with floats only.
    """
    writer = _Writer(inline)
    operands: list[Part] = list(range(count))
    if row is p.div:
        return Template(writer.steps, [writer.divided(*operands)])
    y = writer.call(row, operands)
    if row in _WHOLE:
        y = writer.checked(y, writer.step("fcmp une", writer.step("fsub", 0, 0), 0.0))  # not finite
    if row in (p.mod, p.floordiv):
        y = writer.checked(y, writer.step("fcmp oeq", 1, 0.0))
    if row is p.clip:
        _, low, high = operands
        y = writer.checked(y, writer.step("fcmp ogt", low, high))
    return Template(writer.steps, [y])


@lru_cache(maxsize=4096)
def partials_template(
    row: Primitive, count: int, constants: tuple[tuple[int, str], ...] = (), inline: bool = False
) -> Template:
    """How a row computes its partials.

    Args:
        row, count: the row, and how many operands it has.
        constants: which operands are plain numbers, as pairs of index and `float.hex`.
        inline: as of `value_template`.

    Raises:
        OpaqueError: if its rule computes with floats only.
    """
    operands: list[Any] = [Symbol(f"x{i}") for i in range(count)]
    for i, text in constants:
        number = float.fromhex(text)
        operands[i] = PLAIN_ZERO if number == 0.0 else number
    try:
        formulas = partial_formulas(row, operands, Symbol("y"), exact=True)
    except (TypeError, AttributeError) as error:
        raise OpaqueError(str(error)) from None
    formulas = shared(formulas)
    writer = _Writer(inline)
    parts: dict[str, Part] = {"y": -1, **{f"x{i}": i for i in range(count)}}
    results: list[Partial | None] = []
    plain = dict(constants)
    for i, formula in enumerate(formulas):
        partial, mask = flowing(formula)
        if i in plain or mask is None:
            results.append(None)
        elif isinstance(mask, Symbol):
            value, condition = writer.write([partial, mask], parts)
            results.append(Partial(value, condition))
        else:
            results.append(Partial(writer.write([partial], parts)[0], None))
    return Template(writer.steps, results)
