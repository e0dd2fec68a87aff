"""The table in C99: every row's value and partials, written out by the rows' own rules."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import NamedTuple

from autograd.engine.primitive import Primitive
from autograd.formulas.c_runtime import LENGTH, POWER, ROUNDED, XLOGY
from autograd.formulas.masks import flowing
from autograd.formulas.notation import ARITHMETIC, Dialect, operands_first, spell_number, statements
from autograd.formulas.rewriting import shared, spelled_out
from autograd.formulas.symbol import Symbol, partial_formulas, value_formula
from autograd.support.floats import PLAIN_ZERO

C_FLAGS = ("-std=c99", "-ffp-contract=off", "-frounding-math")
"""How the code is to be compiled, so that every bit is that of Python's floats: no fused multiply-add, and no function
of a constant computed by the compiler, which rounds some of them otherwise than the C library."""


class PartialCode(NamedTuple):
    """A partial derivative in C.

    Attributes:
        expression: its value, where the condition holds; elsewhere it may be anything.
        condition: where it flows; None: everywhere.
    """

    expression: str
    condition: str | None


class ValueCode(NamedTuple):
    """The value of an operation in C.

    Attributes:
        steps: declarations of constants t0, t1, ... that the expression uses, for a block of their own.
        expression: the value.
        calls: the rows whose functions are called: see `c_functions`.
    """

    steps: list[str]
    expression: str
    calls: frozenset[Primitive]


class PartialsCode(NamedTuple):
    """The partial derivatives of an operation in C; `steps` and `calls` are those of all of them.

    Attributes:
        steps, calls: as of a `ValueCode`.
        partials: one for each operand; None where nothing ever flows.
    """

    steps: list[str]
    partials: list[PartialCode | None]
    calls: frozenset[Primitive]


def c_value(primitive: Primitive, operands: Sequence[str | float]) -> ValueCode:
    """The value of an operation.

    What Python's floats refuse (a division by zero, an overflow) becomes the infinity or NaN of IEEE 754.

    Args:
        primitive: the row.
        operands: each a C expression that needs no parentheses, such as `v[3]`, or a plain number.

    Raises:
        TypeError: for a primitive whose rules compute with floats only.

    >>> from autograd import PRIMITIVES
    >>> c_value(PRIMITIVES["div"], ["v[3]", 2.0]).expression
    'v[3] / 2.0'
    >>> c_value(PRIMITIVES["sigmoid"], ["v[3]"]).expression
    'row_sigmoid(v[3])'
    """
    value = Symbol(primitive.name, tuple(_leaf(operand) for operand in operands), primitive)
    if not any(isinstance(operand, str) for operand in operands):
        numbers = [float(operand) for operand in operands]
        with suppress(ValueError, ArithmeticError):  # what Python refuses is left to C
            value = Symbol(primitive.value_at(numbers, numbers))
    outputs = _compilable([value])
    steps, [expression] = _statements(outputs)
    return ValueCode(steps, expression, _calls(outputs))


def c_partials(primitive: Primitive, operands: Sequence[str | float], y: str) -> PartialsCode:
    """The partials of an operation by those operands that aren't plain numbers.

    Args:
        primitive: the row.
        operands: as for `c_value`; nothing flows into plain numbers.
        y: the value, a C expression that needs no parentheses.

    Raises:
        TypeError: for a primitive whose rules compute with floats only.

    >>> from autograd import PRIMITIVES
    >>> c_partials(PRIMITIVES["mul"], ["v[0]", 3.0], "v[1]").partials
    [PartialCode(expression='3.0', condition=None), None]
    >>> c_partials(PRIMITIVES["relu"], ["v[0]"], "v[1]").partials
    [PartialCode(expression='1.0', condition='v[0] > 0.0')]
    """
    leaves = [_leaf(operand) for operand in operands]
    marked = [
        leaf if isinstance(operand, str) else PLAIN_ZERO if operand == 0.0 else float(operand)
        for operand, leaf in zip(operands, leaves, strict=True)
    ]
    try:
        formulas = partial_formulas(primitive, marked, Symbol(y), exact=True)
    except (ValueError, ArithmeticError):  # what Python refuses to do with the plain numbers is left to C
        formulas = partial_formulas(primitive, leaves, Symbol(y), exact=True)
    flows = [
        flowing(formula) if isinstance(operand, str) else None
        for operand, formula in zip(operands, _compilable(formulas), strict=True)
    ]
    parts = [part for flow in flows if flow for part in flow if isinstance(part, Symbol) and flow.condition is not None]
    outputs = shared(parts)
    steps, texts = _statements(outputs)
    unread = iter(texts)
    partials = [
        None
        if flow is None or flow.condition is None
        else PartialCode(next(unread), None if flow.condition is True else next(unread))
        for flow in flows
    ]
    return PartialsCode(steps, partials, _calls(outputs))


def c_functions(calls: Iterable[Primitive]) -> str:
    """The head of a C file: what it includes, and the functions of the rows called, and of those that these call.

    Raises:
        TypeError: for a primitive whose value rule computes with floats only.
        ValueError: for two primitives of the same name.

    >>> from autograd import PRIMITIVES
    >>> print(c_functions([PRIMITIVES["relu"]]))
    #include <float.h>
    #include <math.h>
    #pragma STDC FP_CONTRACT OFF
    <BLANKLINE>
    static double row_relu(double x0);
    <BLANKLINE>
    static double row_relu(double x0) {
      return x0 <= 0.0 ? 0.0 : x0;
    }
    """
    waiting = list(calls)
    rows: dict[str, Primitive] = {}
    given: set[str] = set()
    bodies: dict[str, str] = {}
    while waiting:
        row = waiting.pop()
        name, definition = _function(row)
        if definition is not None:
            given.add(definition)
        elif name not in rows:
            rows[name] = row
            names = [f"x{i}" for i in range(len(row.operands))]
            outputs = _compilable([value_formula(row, [Symbol(x) for x in names])])
            steps, [result] = _statements(outputs)
            signature = f"static double {name}({', '.join(f'double {x}' for x in names)})"
            bodies[signature] = "\n".join([f"{signature} {{", *[f"  {x}" for x in [*steps, f"return {result};"]], "}"])
            waiting += _calls(outputs)
        elif rows[name] is not row:
            raise ValueError(f"{row.name}: two primitives have this name, which C can't tell apart; rename one of them")
    signatures = sorted(bodies)
    parts = [_HEAD, *sorted(given), "\n".join(f"{x};" for x in signatures), *(bodies[x] for x in signatures)]
    return "\n\n".join(part.strip() for part in parts if part)


def _leaf(operand: str | float) -> Symbol:
    return Symbol(operand if isinstance(operand, str) else float(operand))


def _compilable(formulas: Sequence[Symbol]) -> list[Symbol]:
    return shared(spelled_out(formulas, kept=("norm",)))


def _statements(outputs: Sequence[Symbol]) -> tuple[list[str], list[str]]:
    steps, results = statements(outputs, C99)
    return [f"const double {name} = {text};" for name, text in steps], results


def _calls(outputs: Sequence[Symbol]) -> frozenset[Primitive]:
    """The operations of formulas that C has no sign for."""
    return frozenset(
        symbol.primitive
        for symbol in operands_first(outputs)
        if symbol.primitive is not None and symbol.head not in C99.templates
    )


def _function(row: Primitive) -> tuple[str, str | None]:
    """What a row's function is called in C, and its definition: empty if C has it, None if the rule makes it."""
    if row.value is math.hypot:
        return _BY_NAME["norm"]
    if row.name in _BY_NAME:
        return _BY_NAME[row.name]
    if row.value in _BY_VALUE:
        return _BY_VALUE[row.value], ""
    return "row_" + "".join(c if c.isascii() else f"_u{ord(c):x}_" for c in row.name), None


def _call(symbol: Symbol, arguments: list[str]) -> str:
    assert symbol.primitive is not None  # comparisons are written with their signs
    name, definition = _function(symbol.primitive)
    joined = ", ".join(arguments)
    return f"{name}({len(arguments)}, (const double[]){{{joined}}})" if definition is LENGTH else f"{name}({joined})"


_HEAD = """
#include <float.h>
#include <math.h>
#pragma STDC FP_CONTRACT OFF
"""
_WHOLE = """
static double row_{row}(double x) {{
  return {function}(x) + 0.0; /* a zero has no sign */
}}
"""
_BY_NAME = {
    **{
        row: (f"row_{row}", _WHOLE.format(row=row, function=function))
        for row, function in [("floor", "floor"), ("ceil", "ceil"), ("trunc", "trunc"), ("round", "rint")]
    },
    "abs": ("fabs", ""),
    "hypot": ("row_norm", LENGTH),
    "ieee_log": ("log", ""),
    "ieee_pow": ("row_pow", POWER),
    "norm": ("row_norm", LENGTH),
    "pow": ("row_pow", POWER),
    "round_digits": ("row_round_digits", ROUNDED),
    "xlogy": ("row_xlogy", XLOGY),
}
_OF_C = "exp expm1 log log1p log2 log10 sqrt cbrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh"
_BY_VALUE: dict[object, str] = {getattr(math, name): name for name in f"{_OF_C} erf erfc fmod".split()}

C99 = Dialect(
    templates={
        **ARITHMETIC,
        "ieee_div": "{} / {}",
        "where": "{} ? {} : {}",
        "not": "!({})",
        "and": "({} && {})",
        "or": "({} || {})",
    },
    call=_call,
    number=spell_number("0.0", "INFINITY", "NAN"),
    name=str,
    is_code=True,
)
