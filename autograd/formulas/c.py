"""The table in C99: every row's value and partials, written out by the rows' own rules."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from autograd.engine.primitive import Primitive
from autograd.formulas.c_runtime import LENGTH, POWER, ROUNDED, XLOGY
from autograd.formulas.code import (
    LOGIC,
    Language,
    PartialsCode,
    ValueCode,
    function_code,
    function_name,
    partials_code,
    value_code,
)
from autograd.formulas.notation import ARITHMETIC, Dialect, spell_number
from autograd.formulas.symbol import Symbol

C_FLAGS = ("-std=c99", "-ffp-contract=off", "-frounding-math")
"""How the code is to be compiled, so that every bit is that of Python's floats: no fused multiply-add, and no function
of a constant computed by the compiler, which rounds some of them otherwise than the C library."""


def c_value(primitive: Primitive, operands: Sequence[str | float]) -> ValueCode:
    """The value of an operation; see `value_code`.

    >>> from autograd import PRIMITIVES
    >>> c_value(PRIMITIVES["div"], ["v[3]", 2.0]).expression
    'v[3] / 2.0'
    >>> c_value(PRIMITIVES["sigmoid"], ["v[3]"]).expression
    'row_sigmoid(v[3])'
    """
    return value_code(C, primitive, operands)


def c_partials(primitive: Primitive, operands: Sequence[str | float], y: str) -> PartialsCode:
    """The partials of an operation by those operands that aren't plain numbers; see `partials_code`.

    >>> from autograd import PRIMITIVES
    >>> c_partials(PRIMITIVES["mul"], ["v[0]", 3.0], "v[1]").partials
    [PartialCode(expression='3.0', condition=None), None]
    >>> c_partials(PRIMITIVES["relu"], ["v[0]"], "v[1]").partials
    [PartialCode(expression='1.0', condition='v[0] > 0.0')]
    """
    return partials_code(C, primitive, operands, y)


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
            names, steps, result, further = function_code(C, row)
            signature = f"static double {name}({', '.join(f'double {x}' for x in names)})"
            bodies[signature] = "\n".join([f"{signature} {{", *[f"  {x}" for x in [*steps, f"return {result};"]], "}"])
            waiting += further
        elif rows[name] is not row:
            raise ValueError(f"{row.name}: two primitives have this name, which C can't tell apart; rename one of them")
    signatures = sorted(bodies)
    parts = [_HEAD, *sorted(given), "\n".join(f"{x};" for x in signatures), *(bodies[x] for x in signatures)]
    return "\n\n".join(part.strip() for part in parts if part)


def _function(row: Primitive) -> tuple[str, str | None]:
    """What a row's function is called in C, and its definition: empty if C has it, None if the rule makes it."""
    if row.value is math.hypot:
        return _BY_NAME["norm"]
    if row.name in _BY_NAME:
        return _BY_NAME[row.name]
    if row.value in _BY_VALUE:
        return _BY_VALUE[row.value], ""
    return function_name(row), None


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
        **LOGIC,
    },
    call=_call,
    number=spell_number("0.0", "INFINITY", "NAN"),
    name=str,
    is_code=True,
)
C = Language(C99, "const double {} = {};")
