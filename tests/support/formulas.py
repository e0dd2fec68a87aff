"""The table in SymPy's hands: a row's rules as SymPy expressions, to be differentiated by SymPy.

`Formula` is a number that records, like `Value`; what it records is a SymPy expression. A rule run on Formulas returns
the formula of the rule. Rules that call a function of `math` can't be read that way: `DEFINITIONS` says by hand what
they mean, and returns for the other rows the formula of the textbook, which their stable forms must equal.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import mpmath
import sympy
from sympy import Eq, Ne, Piecewise, Rational

from autograd import PRIMITIVES, Primitive
from autograd.engine.operators import Recorded


class Formula(Recorded):
    """A number that writes SymPy expressions."""

    __slots__ = ("expression",)
    __hash__ = object.__hash__
    writes_formulas = True

    def __init__(self, expression: sympy.Basic) -> None:
        self.expression = expression

    def apply_primitive(self, primitive: Primitive, operands: Sequence[Any]) -> Formula:
        return Formula(meaning(primitive, [as_expression(x) for x in operands]))

    def __lt__(self, other: Any) -> Formula:
        return Formula(self.expression < as_expression(other))

    def __le__(self, other: Any) -> Formula:
        return Formula(self.expression <= as_expression(other))

    def __gt__(self, other: Any) -> Formula:
        return Formula(self.expression > as_expression(other))

    def __ge__(self, other: Any) -> Formula:
        return Formula(self.expression >= as_expression(other))

    def __eq__(self, other: object) -> Formula:  # type: ignore[override]  # a relation, not a bool
        return Formula(Eq(self.expression, as_expression(other)))

    def __bool__(self) -> bool:
        raise TypeError("a formula is neither true nor false; the rule must choose with _if")


class StopGradient(sympy.Function):
    """The identity with derivative 0, as `stop_gradient` declares it; and what is made of it by `_step`."""

    nargs = 1
    is_real = True
    _imp_ = staticmethod(lambda x: x)  # what `lambdify` calls

    def fdiff(self, argindex: int = 1) -> sympy.Basic:
        return sympy.Integer(0)


def _step(name: str, function: Callable[..., Any], nargs: int = 1) -> Any:
    """A function that is constant between its jumps: SymPy's own have no derivative."""
    return type(name, (StopGradient,), {"_imp_": staticmethod(function), "nargs": nargs})


def _round_digits(a: Any, ndigits: Any) -> Any:
    power = mpmath.mpf(10) ** mpmath.nint(ndigits)
    return mpmath.nint(a * power) / power


_FLOOR, _TRUNC = _step("Floor", mpmath.floor), _step("Trunc", lambda x: mpmath.sign(x) * mpmath.floor(abs(x)))

# The only floats in the rules that stand for irrational numbers; every other float is meant as it is.
_CONSTANTS = {
    math.log(2.0): sympy.log(2),
    math.log(10.0): sympy.log(10),
    math.sqrt(2.0): sympy.sqrt(2),
    math.sqrt(2.0 * math.pi): sympy.sqrt(2 * sympy.pi),
    2.0 / math.sqrt(math.pi): 2 / sympy.sqrt(sympy.pi),
    -2.0 / math.sqrt(math.pi): -2 / sympy.sqrt(sympy.pi),
}


def as_expression(number: Any) -> sympy.Basic:
    """The exact SymPy expression of a Formula, a float, or None (nothing flows: a derivative of zero)."""
    if isinstance(number, Formula):
        return number.expression
    if number is None:
        return sympy.Integer(0)
    number = float(number)
    if math.isfinite(number):
        return _CONSTANTS.get(number, Rational(number))
    return sympy.nan if math.isnan(number) else sympy.oo * int(math.copysign(1, number))


def _choice(condition: Any, a: Any, b: Any) -> Any:
    relation = condition if isinstance(condition, sympy.logic.boolalg.Boolean) else Ne(condition, 0)
    return Piecewise((a, relation), (b, True))


def _dot(*xs: Any) -> Any:
    half = len(xs) // 2
    return sympy.Add(*[a * b for a, b in zip(xs[:half], xs[half:], strict=True)])


_OPAQUE: dict[str, Callable[..., Any]] = {
    "where": _choice,
    "stop_gradient": StopGradient,
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "neg": lambda a: -a,
    "abs": sympy.Abs,
    "floor": _FLOOR,
    "ceil": _step("Ceil", mpmath.ceil),
    "trunc": _TRUNC,
    "round": _step("Round", mpmath.nint),
    "round_digits": _step("RoundDigits", _round_digits, 2),
    "sign": _step("Sign", mpmath.sign),
    "mod": lambda a, b: a - b * _FLOOR(a / b),
    "floordiv": lambda a, b: _FLOOR(a / b),
    "fmod": lambda a, b: a - b * _TRUNC(a / b),
    "sigmoid_slope": lambda a: 1 / ((1 + sympy.exp(-a)) * (1 + sympy.exp(a))),
    "cosine": lambda x, length: x / length,
    "ieee_div": lambda a, b: a / b,
    "ieee_log": sympy.log,
    "ieee_pow": lambda a, b: a**b,
    "exp": sympy.exp,
    "expm1": lambda a: sympy.exp(a) - 1,
    "log": sympy.log,
    "log1p": lambda a: sympy.log(1 + a),
    "log2": lambda a: sympy.log(a, 2),
    "log10": lambda a: sympy.log(a, 10),
    "sqrt": sympy.sqrt,
    "cbrt": lambda a: Piecewise((a ** Rational(1, 3), a >= 0), (-((-a) ** Rational(1, 3)), True)),
    "xlogy": lambda a, b: Piecewise((0, Eq(a, 0)), (a * sympy.log(b), True)),
    "sin": sympy.sin,
    "cos": sympy.cos,
    "tan": sympy.tan,
    "asin": sympy.asin,
    "acos": sympy.acos,
    "atan": sympy.atan,
    "atan2": sympy.atan2,
    "sinh": sympy.sinh,
    "cosh": sympy.cosh,
    "tanh": sympy.tanh,
    "asinh": sympy.asinh,
    "acosh": sympy.acosh,
    "atanh": sympy.atanh,
    "erf": sympy.erf,
    "erfc": sympy.erfc,
    "hypot": lambda a, b: sympy.sqrt(a**2 + b**2),
    "norm": lambda *xs: sympy.sqrt(sympy.Add(*[x**2 for x in xs])),
}
"""What SymPy calls the rows whose value rule it can't read."""

_TEXTBOOK: dict[str, Callable[..., Any]] = {
    "sigmoid": lambda a: 1 / (1 + sympy.exp(-a)),
    "log_sigmoid": lambda a: -sympy.log(1 + sympy.exp(-a)),
    "softplus": lambda a: sympy.log(1 + sympy.exp(a)),
    "relu": lambda a: Piecewise((a, a > 0), (0, True)),
    "leaky_relu": lambda a, slope: Piecewise((a, a > 0), (slope * a, True)),
    "elu": lambda a, alpha: Piecewise((a, a > 0), (alpha * (sympy.exp(a) - 1), True)),
    "silu": lambda a: a / (1 + sympy.exp(-a)),
    "gelu": lambda a: a * (1 + sympy.erf(a / sympy.sqrt(2))) / 2,
    "maximum": lambda a, b: Piecewise((a, a > b), (b, True)),
    "minimum": lambda a, b: Piecewise((a, a < b), (b, True)),
    "amax": lambda *xs: functools.reduce(_TEXTBOOK["maximum"], xs),
    "clip": lambda a, low, high: Piecewise((low, a < low), (high, a > high), (a, True)),
    "sum": lambda *xs: sympy.Add(*xs),
    "prod": lambda *xs: sympy.Mul(*xs),
    "mean": lambda *xs: sympy.Add(*xs) / len(xs),
    "dot": _dot,
    "logsumexp": lambda *xs: sympy.log(sympy.Add(*[sympy.exp(x) for x in xs])),
}
"""What the other rows compute, as a textbook writes it."""

DEFINITIONS = _OPAQUE | _TEXTBOOK
"""What every row of the table means, in SymPy, by name."""


def symbols(primitive: Primitive, count: int = 2) -> list[sympy.Symbol]:
    """A real symbol per operand; for a variadic row `count` of them, or twice as many for `dot`.

    The operand of `acosh` is positive, as it is in its domain: that SymPy can't find out.
    """
    names = primitive.operands
    if primitive.variadic:
        names = tuple(f"x{i}" for i in range(2 * count if primitive.name == "dot" else count))
    return [sympy.Symbol(name, real=True, positive=primitive.name == "acosh" or None) for name in names]


def meaning(primitive: Primitive, operands: Sequence[sympy.Basic]) -> sympy.Basic:
    """What a row computes: its definition, or its value rule if the tests hold no definition of it."""
    if primitive.name in DEFINITIONS:
        return DEFINITIONS[primitive.name](*operands)
    return value_expression(primitive, operands)


def value_expression(primitive: Primitive, operands: Sequence[sympy.Basic]) -> sympy.Basic:
    """The value rule of a row, read by running it; its definition if SymPy can't read it."""
    if primitive.name in _OPAQUE:
        return _OPAQUE[primitive.name](*operands)
    formulas = [Formula(x) for x in operands]
    return as_expression(primitive.value(tuple(formulas)) if primitive.variadic else primitive.value(*formulas))


def partial_expressions(primitive: Primitive, operands: Sequence[sympy.Basic]) -> list[sympy.Basic]:
    """The partials rule of a row, read by running it."""
    y = Formula(meaning(primitive, operands))
    return [as_expression(x) for x in primitive.partials_at([Formula(x) for x in operands], y)]


def vanishes(expression: sympy.Basic) -> bool:
    """Whether SymPy can prove that an expression is zero, but for kinks: the points where two operands are equal."""
    plain = sympy.simplify(sympy.piecewise_fold(expression.rewrite(sympy.Piecewise).rewrite(sympy.erf)))
    return bool(sympy.simplify(plain.replace(Eq, lambda a, b: False).replace(Ne, lambda a, b: True)) == 0)


def compiled(names: Sequence[sympy.Symbol], expression: sympy.Basic) -> Callable[..., float]:
    """An expression as a function of floats that computes with 50 digits and rounds once, at the end."""
    function = sympy.lambdify(names, expression, modules="mpmath")

    def rounded(*point: float) -> float:
        with mpmath.workdps(50):
            return float(function(*map(mpmath.mpf, point)))

    return rounded


@functools.cache
def many_digits(name: str, count: int) -> Callable[..., Any]:
    """What a row of `count` operands computes, as a function of mpmath's numbers, with as many digits as they have."""
    names = sympy.symbols(f"x:{count}", real=True)
    return sympy.lambdify(names, meaning(PRIMITIVES[name], names), modules="mpmath")
