"""THE TABLE: every operation the engine differentiates, one row each; one file, for it is one table.

A row says the operation once: its value, its partial derivatives, where it is defined, what is meant at a kink,
and points to test it at. Everything else (eager evaluation, higher orders, drawings, formulas, tests) loops over it.

The rules are polymorphic (see `autograd.engine.primitive`), so they are written with operators and with other rows
only, and choose with `choose`, never with `if`. They never multiply by an upstream gradient; only the engine does.
Conventions at kinks are PyTorch's for float64 unless the row says otherwise. First come the rules that are too long for
a row, then the rows.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from functools import reduce
from itertools import accumulate
from math import inf, nan, pi
from typing import Any

from autograd.engine.define import Binary, Bounded, Choice, Reduction, Scaled, Sloped, Unary, row
from autograd.support import floats
from autograd.support.floats import PlainZero

# ---------------------------------------------------------------------------------------------------------------------
# Choice: the one way a rule may branch


def _is_formula(thing: Any) -> bool:
    """Whether a rule is being written down as a formula rather than computed: a formula shows every branch."""
    return hasattr(thing, "writes_formulas")


def choose(condition: Any, a: Any, b: Any) -> Any:
    if _is_formula(condition):
        return where(condition, a, b)
    return a if condition else b


def _where_partials(condition: Any, a: Any, b: Any, y: Any) -> tuple[Any, ...]:
    # The branch not taken cannot influence y: it gets no edge, hence no 0 * inf through it.
    return None, choose(condition, 1.0, None), choose(condition, None, 1.0)


def _unless(factor: Any, partial: Any) -> Any:
    """No edge where the factor is a plain 0.0. (A variable that happens to be 0.0 has one, for higher orders.)"""
    return None if isinstance(factor, PlainZero) else partial


# ---------------------------------------------------------------------------------------------------------------------
# Powers


def _pow(a: float, b: float) -> float:
    y: Any = a**b
    if isinstance(y, complex):
        raise ValueError("a negative base with a fractional exponent leaves the real numbers")
    return float(y)


def _pow_partials(a: Any, b: Any, y: Any) -> tuple[Any, Any]:
    if type(b) is float and type(a) is not float and b >= 1.0:  # x ** 2 is everywhere: nothing is computed in vain
        return (2.0 * a if b == 2.0 else b * ieee_pow(a, b - 1.0)), None
    if isinstance(b, PlainZero):
        by_a = None
    else:
        power = ieee_pow(a, b - 1.0)
        small = ieee_div(b + 0.0, a) * y  # where the power overflows, but not its product with a tiny exponent
        by_a = choose(power == inf, choose(a > 0.0, choose(a < 1.0, small, b * power), b * power), b * power)
        by_a = choose(b == 0.0, choose(a > 0.0, small, None), by_a)
    # Where a is 0, so is the power for every b > 0: the exponent cannot influence it. At b = 0 it is meant not to. As
    # nothing flows, no order shows that this changes with a at once for b ≤ 1: an edge would lead 0 * inf back.
    return by_a, choose(a == 0.0, choose(b >= 0.0, None, y * ieee_log(a)), y * ieee_log(a))


def _ieee_pow_partials(a: Any, b: Any, y: Any) -> tuple[Any, Any]:
    by_a, by_b = _pow_partials(a, b, y)
    return by_a, choose(a == 0.0, choose(b == 0.0, -inf, by_b), by_b)  # 0^b falls from 1 to 0


def _pow_textbook(a: Any, b: Any, y: Any) -> tuple[Any, Any]:
    return b * ieee_pow(a, b - 1.0), y * ieee_log(a)


def _pow_kink(a: float, b: float) -> bool:
    return a == 0.0 and 0.0 <= b < 1.0


def _xlogy(a: float, b: float) -> float:
    return 0.0 if a == 0.0 and not math.isnan(b) else a * math.log(b)


def _xlogy_partials(a: Any, b: Any, y: Any) -> tuple[Any, Any]:
    by_a, by_b = ieee_log(b), _unless(a, ieee_div(a, b))
    return choose(a == 0.0, choose(b <= 0.0, None, by_a), by_a), choose(a == 0.0, choose(b <= 0.0, None, by_b), by_b)


# ---------------------------------------------------------------------------------------------------------------------
# Division with remainder: what Python computes, and for formulas how it does so


def _mod(a: Any, b: Any) -> Any:
    if not _is_formula(a):
        return a % b
    rest = fmod(a, b)  # has the sign of a; the result has that of b
    negative = choose(b > 0.0, rest + b, rest)
    positive = choose(b < 0.0, rest + b, rest)
    zero = choose(b < 0.0, -0.0, 0.0)
    return choose(rest < 0.0, negative, choose(rest > 0.0, positive, choose(rest == 0.0, zero, rest)))


def _floordiv(a: Any, b: Any) -> Any:
    if not _is_formula(a):
        return a // b
    rest = fmod(a, b)
    quotient = (a - rest) / b  # a whole number, but for rounding
    too_large = choose(rest < 0.0, choose(b > 0.0, 1.0, 0.0), choose(rest > 0.0, choose(b < 0.0, 1.0, 0.0), 0.0))
    quotient = quotient - too_large
    below = floor(quotient)
    nearest = choose(quotient - below > 0.5, below + 1.0, below)
    return choose(quotient == 0.0, a / b * 0.0, nearest)  # a zero has the sign of the quotient


# ---------------------------------------------------------------------------------------------------------------------
# Activations, in forms that neither overflow nor cancel


def _exp(a: Any) -> Any:
    return exp(a) if _is_formula(a) else math.exp(a)


def _sigmoid(a: Any) -> Any:
    small = _exp(-builtins.abs(a))
    return choose(a >= 0.0, 1.0, small) / (1.0 + small)


def _sigmoid_slope(a: Any) -> Any:
    """σ(a)·σ(−a), which is σ·(1 − σ) without its cancellation."""
    small = _exp(-builtins.abs(a))
    return small / ((1.0 + small) * (1.0 + small))


def _leaky_relu_partials(a: Any, slope: Any, y: Any) -> tuple[Any, Any]:
    return choose(a > 0.0, 1.0, _unless(slope, slope)), choose(a > 0.0, None, a)


def _elu_partials(a: Any, alpha: Any, y: Any) -> tuple[Any, Any]:
    # exp sees no positive operand, where it could overflow unused; at 0 its own slope is 0, as in PyTorch
    by_a = _unless(alpha, alpha * exp(choose(a < 0.0, a, 0.0)))
    return choose(a > 0.0, 1.0, by_a), choose(a > 0.0, None, expm1(choose(a > 0.0, 0.0, a)))


# ---------------------------------------------------------------------------------------------------------------------
# Magnitudes, extremes, angles


def _share(wins: Any, loses: Any) -> Any:
    return choose(wins, 1.0, choose(loses, None, 0.5))


def _clip(a: Any, low: Any, high: Any) -> Any:
    if (low > high) is True:
        raise ValueError("the lower bound is above the upper bound")
    return minimum(maximum(a, low), high)


def _clip_partials(a: Any, low: Any, high: Any, y: Any) -> tuple[Any, Any, Any]:
    below, above = a < low, a > high
    crossed = low > high  # inside `ieee`, where the upper one is the value
    by_a = choose(below, None, choose(above, None, 1.0))
    return by_a, choose(crossed, None, choose(below, 1.0, None)), choose(crossed, 1.0, choose(above, 1.0, None))


def _clip_textbook(a: Any, low: Any, high: Any, y: Any) -> tuple[Any, Any, Any]:
    below, above = a < low, a > high
    return choose(below, None, choose(above, None, 1.0)), choose(below, 1.0, None), choose(above, 1.0, None)


# A length has no derivative at the origin; its subgradient 0 is meant there. What that changes by is not known to a
# local rule, hence NaN: the second derivatives of a length and those of its square differ.


def _cosine(x: Any, length: Any) -> Any:
    return choose(length == 0.0, 0.0, ieee_div(x, length))


def _cosine_partials(x: Any, length: Any, y: Any) -> tuple[Any, Any]:
    at_origin = length == 0.0
    return choose(at_origin, nan, ieee_div(1.0, length)), choose(at_origin, nan, ieee_div(-y, length))


def _atan2_partials(a: Any, b: Any, y: Any) -> tuple[Any, Any]:
    radius = hypot(a, b)  # two divisions by the radius: its square would overflow
    return cosine(cosine(b, radius), radius), cosine(cosine(-a, radius), radius)


def _one_less_square(a: Any) -> Any:
    """1 − a² without cancellation; but at ±1 as it stands, where a product would lead 0 times infinity back."""
    return choose(a == 1.0, 1.0 - a * a, choose(a == -1.0, 1.0 - a * a, (1.0 - a) * (1.0 + a)))


def _acosh_partials(a: Any, y: Any) -> tuple[Any]:
    at_the_end = ieee_div(1.0, sqrt(choose(a == 1.0, a * a - 1.0, 1.0)))
    return (choose(a == 1.0, at_the_end, ieee_div(1.0, sqrt(a - 1.0) * sqrt(a + 1.0))),)


def _atan2_textbook(a: Any, b: Any, y: Any) -> tuple[Any, Any]:
    square = a * a + b * b
    return choose(square == 0.0, 0.0, b / square), choose(square == 0.0, 0.0, -a / square)


# ---------------------------------------------------------------------------------------------------------------------
# Reductions, of all operands as one tuple. Sums add left to right, as a loop would.


def _sum(xs: Sequence[Any]) -> Any:
    return reduce(lambda total, x: total + x, xs, 0.0)


def _mean(xs: Sequence[Any]) -> Any:
    if not xs:
        raise ValueError("there is nothing to take the mean of")
    return _sum(xs) / len(xs)


def _prod_partials(xs: Sequence[Any], y: Any) -> tuple[Any, ...]:
    """Each is the product of all other operands, without dividing: an operand may be 0."""
    before = accumulate(xs[:-1], lambda product, x: product * x, initial=1.0)
    after = list(accumulate(reversed(xs[1:]), lambda product, x: product * x, initial=1.0))
    return tuple(left * right for left, right in zip(before, reversed(after), strict=True))


def _dot(xs: Sequence[Any]) -> Any:
    half = len(xs) // 2
    return _sum([a * b for a, b in zip(xs[:half], xs[half:], strict=True)])


def _dot_partials(xs: Sequence[Any], y: Any) -> tuple[Any, ...]:
    half = len(xs) // 2
    return (*xs[half:], *xs[:half])


def _amax(xs: Sequence[Any]) -> Any:
    return reduce(maximum, xs) if any(map(_is_formula, xs)) else nan if any(map(math.isnan, xs)) else builtins.max(xs)


def _amax_partials(xs: Sequence[Any], y: Any) -> tuple[Any, ...]:
    share = ieee_div(1.0, _sum([choose(x < y, 0.0, 1.0) for x in xs]))
    return tuple([choose(x < y, None, share) for x in xs])


def _logsumexp(xs: Sequence[Any]) -> Any:
    """Shifted by the largest operand, which then counts exactly 1: https://en.wikipedia.org/wiki/LogSumExp."""
    largest, others, met = amax(*xs), 0.0, 0.0  # met: 1 after the first of the largest, which adds nothing
    for x in xs:
        others = others + choose(x == largest, met, _exp(x - largest))
        met = choose(x == largest, 1.0, met)
    return choose(abs(largest) == inf, largest, largest + log1p(others))


def _softmax(xs: Sequence[Any], y: Any) -> tuple[Any, ...]:
    """Not exp(x - y): for large operands y has too few digits left."""
    largest = stop_gradient(amax(*xs))  # the quotients don't depend on it
    powers = [exp(x - largest) for x in xs]
    total = sum(*powers)
    return tuple([choose(largest == inf, exp(x - y), power / total) for x, power in zip(xs, powers, strict=True)])


# ---------------------------------------------------------------------------------------------------------------------
# THE ROWS: name, value, partials; then the symbol, where it is defined, what is meant at a kink, where to test it.
# fmt: off
# (aligned by hand, to be read down the columns)

# Named by the rules of others before their own rows are made

cos: Unary
cosh: Unary
sigmoid_slope: Unary
cosine: Binary
ieee_div: Binary

# Choice

where = row(Choice, "where", lambda condition, a, b: a if condition else b, _where_partials,
        convention="nothing flows into the condition, nor into the branch not taken",
        samples=[(1.0, 2.0, 3.0), (-1.0, 0.5, -0.5)], kinks=[(0.0, 2.0, 3.0)])
stop_gradient = row(Unary, "stop_gradient", lambda a: +a, lambda a, y: (None,),
        convention="nothing flows back, anywhere", kinks=[(2.0,), (-0.5,)])

# Arithmetic

add = row(Binary, "add", lambda a, b: a + b, lambda a, b, y: (1.0, 1.0),
        symbol="+", samples=[(2.0, 3.0), (-1.5, 0.25)])
sub = row(Binary, "sub", lambda a, b: a - b, lambda a, b, y: (1.0, -1.0),
        symbol="−", samples=[(2.0, 3.0), (-1.5, 0.25)])
mul = row(Binary, "mul", lambda a, b: a * b, lambda a, b, y: (b, a),
        symbol="×", samples=[(2.0, 3.0), (-1.5, 0.25), (0.0, 4.0)])
div = row(Binary, "div", lambda a, b: a / b, lambda a, b, y: (1.0 / b, -y / b),
        symbol="÷", domain="b ≠ 0", ieee=floats.ieee_div, samples=[(3.0, 2.0), (-1.5, 0.5), (2.0, -4.0)])
pow = row(Binary, "pow", _pow,               _pow_partials,
        symbol="^", domain="a > 0; a = 0 with b ≥ 0; a < 0 with a whole b",
        convention="d(a^0)/da = 0 at a = 0; d(0^b)/db = 0 for b ≥ 0, in every order; NaN for d/db where a < 0",
        samples=[(2.0, 3.0), (0.5, -1.5), (1.5, 0.5)],
        kinks=[(0.0, 0.0), (0.0, 2.0), (0.0, 1.0), (0.0, 0.5), (-2.0, 3.0), (-2.0, -1.0)],
        at_kink=_pow_kink, textbook=_pow_textbook, ieee=floats.ieee_pow)
neg = row(Unary, "neg", lambda a: -a,       lambda a, y: (-1.0,),
        symbol="−", samples=[(2.0,), (-0.5,)])
abs = row(Unary, "abs", builtins.abs,
        lambda a, y: (choose(a > 0.0, 1.0, choose(a < 0.0, -1.0, choose(a == 0.0, cosine(a, y), 0.0))),),
        symbol="|·|", convention="0 at 0, the second NaN", samples=[(2.0,), (-0.5,)], kinks=[(0.0,)],
        at_kink=lambda a: a == 0.0, textbook=lambda a, y: (choose(a > 0.0, 1.0, choose(a < 0.0, -1.0, 0.0)),))

# Arithmetic that never raises: partials are written with it wherever they can be infinite at a legal point (sqrt at 0),
# so that they are numbers there, in every order.

ieee_div = row(Binary, "ieee_div", floats.ieee_div, lambda a, b, y: (ieee_div(1.0, b), ieee_div(-y, b)),
        symbol="÷", samples=[(3.0, 2.0), (-1.5, 0.5), (2.0, -4.0)])
ieee_log = row(Unary, "ieee_log", lambda a: math.log(a) if a > 0.0 else (-inf if a == 0.0 else nan),
        lambda a, y: (choose(a < 0.0, nan, ieee_div(1.0, a)),),
        textbook=lambda a, y: (1.0 / a,),
        samples=[(0.5,), (3.0,)])
ieee_pow = row(Binary, "ieee_pow", floats.ieee_pow, _ieee_pow_partials,
        symbol="^", convention="as pow, but −inf for d(0^b)/db at 0",
        samples=[(2.0, 3.0), (0.5, -1.5), (1.5, 0.5)], kinks=[(0.0, 0.0), (0.0, 2.0), (-2.0, 3.0)], at_kink=_pow_kink,
        textbook=_pow_textbook)

# Steps and remainders. Python's floats round to ints: a zero has no sign, and what is not finite is refused.

floor    = row(Unary, "floor", lambda a: float(math.floor(a)), lambda a, y: (None,),
        symbol="⌊·⌋", domain="finite a", convention="0, at the jumps too",
        ieee=lambda a: a, samples=[(2.5,), (-0.5,)], kinks=[(2.0,), (0.0,)], at_kink=lambda a: a % 1.0 == 0.0)
ceil     = row(Unary, "ceil",  lambda a: float(math.ceil(a)),  lambda a, y: (None,),
        symbol="⌈·⌉", domain="finite a", convention="0, at the jumps too",
        ieee=lambda a: a, samples=[(2.5,), (-1.5,)], kinks=[(2.0,), (0.0,)], at_kink=lambda a: a % 1.0 == 0.0)
trunc    = row(Unary, "trunc", lambda a: float(math.trunc(a)), lambda a, y: (None,),
        domain="finite a", convention="0, at the jumps too",
        ieee=lambda a: a, samples=[(2.5,), (-1.5,)], kinks=[(2.0,), (-1.0,)], at_kink=lambda a: a != 0.0 == a % 1.0)
round    = row(Unary, "round", lambda a: float(builtins.round(a)), lambda a, y: (None,),
        domain="finite a", convention="0, at the jumps too",
        ieee=lambda a: a, samples=[(2.25,), (-1.75,)], kinks=[(2.5,), (-0.5,)], at_kink=lambda a: a % 1.0 == 0.5)
round_digits = row(Binary, "round_digits", lambda a, ndigits: builtins.round(a, builtins.round(ndigits)),
        lambda a, ndigits, y: (None, None),
        symbol="round", domain="finite ndigits", convention="0, at the jumps too",
        samples=[(2.343, 1.0), (-2.38, 1.0), (1234.5, -2.0)], kinks=[(2.5, 0.0), (-0.125, 2.0), (50.0, -2.0)],
        at_kink=lambda a, ndigits: a * floats.ieee_pow(10.0, ndigits) % 1.0 == 0.5)
sign     = row(Unary, "sign",  lambda a: choose(a > 0.0, 1.0, choose(a < 0.0, -1.0, choose(a == 0.0, 0.0, a))),
        lambda a, y: (None,), convention="0, at the jump too",
        samples=[(2.5,), (-0.5,)], kinks=[(0.0,)], at_kink=lambda a: a == 0.0)
mod      = row(Binary, "mod",  _mod,            lambda a, b, y: (1.0, -(a // b)),
        symbol="%", domain="b ≠ 0", convention="1 and −⌊a/b⌋, at the jumps too",
        samples=[(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0)], kinks=[(6.0, 2.0)], at_kink=lambda a, b: a % b == 0.0)
floordiv = row(Binary, "floordiv", _floordiv,   lambda a, b, y: (None, None),
        symbol="//", domain="b ≠ 0", convention="0, at the jumps too",
        samples=[(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0)], kinks=[(6.0, 2.0)], at_kink=lambda a, b: a % b == 0.0)
fmod     = row(Binary, "fmod", math.fmod,       lambda a, b, y: (1.0, stop_gradient(ieee_div(y - a, b))),
        domain="b ≠ 0, finite a", convention="1 and −trunc(a/b), at the jumps too",
        samples=[(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0)], kinks=[(6.0, 2.0)],
        at_kink=lambda a, b: a != 0.0 == math.fmod(a, b), textbook=lambda a, b, y: (1.0, ieee_div(y - a, b)))

# Exponentials, logarithms, roots

exp   = row(Unary, "exp",   math.exp,   lambda a, y: (y,),
        domain="a < 709.79", ieee=lambda a: inf, samples=[(-2.0,), (0.0,), (1.5,)])
expm1 = row(Unary, "expm1", math.expm1, lambda a, y: (exp(a),),
        domain="a < 709.79", ieee=lambda a: inf, samples=[(-2.0,), (1e-9,), (1.5,)])
log   = row(Unary, "log",   math.log,   lambda a, y: (1.0 / a,),
        domain="a > 0", ieee=lambda a: ieee_log(a), samples=[(0.5,), (3.0,)])
log1p = row(Unary, "log1p", math.log1p, lambda a, y: (1.0 / (1.0 + a),),
        domain="a > −1", ieee=lambda a: ieee_log(1.0 + a), samples=[(-0.5,), (1e-9,), (3.0,)])
log2  = row(Unary, "log2",  math.log2,  lambda a, y: (1.0 / (a * math.log(2.0)),),
        domain="a > 0", ieee=lambda a: ieee_log(a), samples=[(0.5,), (3.0,)])
log10 = row(Unary, "log10", math.log10, lambda a, y: (1.0 / (a * math.log(10.0)),),
        domain="a > 0", ieee=lambda a: ieee_log(a), samples=[(0.5,), (3.0,)])
sqrt  = row(Unary, "sqrt",  math.sqrt,  lambda a, y: (ieee_div(0.5, y),),
        symbol="√", domain="a ≥ 0", convention="inf at 0", samples=[(0.25,), (3.0,)], kinks=[(0.0,)],
        at_kink=lambda a: a == 0.0)
cbrt  = row(Unary, "cbrt",  math.cbrt,  lambda a, y: (ieee_div(1.0, 3.0 * y * y),),
        symbol="∛", convention="inf at 0", samples=[(-8.0,), (0.5,)], kinks=[(0.0,)],
        at_kink=lambda a: a == 0.0)
xlogy = row(Binary, "xlogy", _xlogy,     _xlogy_partials,
        domain="b > 0; any b with a = 0", convention="xlogy(0, b) = 0, and its derivative by a is 0 for b ≤ 0",
        ieee=lambda a, b: a * ieee_log(b),
        textbook=lambda a, b, y: (ieee_log(b), ieee_div(a, b)),
        samples=[(2.0, 3.0), (-0.5, 0.25)], kinks=[(0.0, 2.0), (0.0, -1.0)],
        at_kink=lambda a, b: a == 0.0 and b <= 0.0)

# Extremes and distances

maximum = row(Binary, "maximum", lambda a, b: choose(a >= b, a, choose(a < b, b, a + b)),  # a + b: NaN if one is
        lambda a, b, y: (_share(a > b, a < b), _share(b > a, b < a)),
        symbol="max", convention="½ and ½ at a tie", samples=[(2.0, 3.0), (1.0, -0.5)], kinks=[(2.0, 2.0)],
        at_kink=lambda a, b: a == b)
minimum = row(Binary, "minimum", lambda a, b: choose(a <= b, a, choose(a > b, b, a + b)),
        lambda a, b, y: (_share(a < b, a > b), _share(b < a, b > a)),
        symbol="min", convention="½ and ½ at a tie", samples=[(2.0, 3.0), (1.0, -0.5)], kinks=[(2.0, 2.0)],
        at_kink=lambda a, b: a == b)
clip    = row(Bounded, "clip",    _clip,      _clip_partials,
        domain="low ≤ high", convention="1 for the operand at either bound",
        ieee=lambda a, low, high: minimum(maximum(a, low), high), textbook=_clip_textbook,
        samples=[(0.5, -1.0, 1.0), (2.0, -1.0, 1.0), (-3.0, -1.0, 1.0)], kinks=[(1.0, -1.0, 1.0), (-1.0, -1.0, 1.0)],
        at_kink=lambda a, low, high: a in (low, high))
hypot   = row(Binary, "hypot",   math.hypot, lambda a, b, y: (cosine(a, y), cosine(b, y)),
        convention="0 at the origin (a subgradient), the second NaN", samples=[(3.0, 4.0), (-1.0, 0.5)],
        kinks=[(0.0, 0.0)], at_kink=lambda a, b: a == b == 0.0,
        textbook=lambda a, b, y: (_cosine(a, y), _cosine(b, y)))
cosine  = row(Binary, "cosine",  _cosine,    _cosine_partials,
        symbol="÷", convention="NaN where the length is 0", samples=[(3.0, 5.0), (-1.0, 2.0)], kinks=[(0.0, 0.0)],
        at_kink=lambda x, length: length == 0.0)

# Trigonometric and hyperbolic functions, and their inverses

sin   = row(Unary, "sin",   math.sin,   lambda a, y: (cos(a),),
        domain="finite a", samples=[(-2.0,), (0.0,), (1.5,)])
cos   = row(Unary, "cos",   math.cos,   lambda a, y: (-sin(a),),
        domain="finite a", samples=[(-2.0,), (0.5,), (1.5,)])
tan   = row(Unary, "tan",   math.tan,   lambda a, y: (1.0 + y * y,),
        domain="finite a", samples=[(-1.0,), (0.0,), (1.2,)])
asin  = row(Unary, "asin",  math.asin,  lambda a, y: (ieee_div(1.0, sqrt(_one_less_square(a))),),
        domain="−1 ≤ a ≤ 1", convention="inf at ±1", textbook=lambda a, y: (ieee_div(1.0, sqrt(1.0 - a * a)),),
        samples=[(-0.9,), (0.0,), (0.5,)], kinks=[(1.0,), (-1.0,)],
        at_kink=lambda a: a in (-1.0, 1.0))
acos  = row(Unary, "acos",  math.acos,  lambda a, y: (ieee_div(-1.0, sqrt(_one_less_square(a))),),
        domain="−1 ≤ a ≤ 1", convention="−inf at ±1", textbook=lambda a, y: (ieee_div(-1.0, sqrt(1.0 - a * a)),),
        samples=[(-0.9,), (0.0,), (0.5,)], kinks=[(1.0,), (-1.0,)],
        at_kink=lambda a: a in (-1.0, 1.0))
atan  = row(Unary, "atan",  math.atan,  lambda a, y: (1.0 / (1.0 + a * a),),
        samples=[(-2.0,), (0.0,), (1.5,)])
atan2 = row(Binary, "atan2", math.atan2, _atan2_partials,
        convention="0 at the origin, the second NaN", samples=[(1.0, 2.0), (-1.0, 0.5), (0.5, -2.0)],
        kinks=[(0.0, 0.0)], at_kink=lambda a, b: a == b == 0.0, textbook=_atan2_textbook)
sinh  = row(Unary, "sinh",  math.sinh,  lambda a, y: (cosh(a),),
        domain="|a| < 710.47", ieee=lambda a: math.copysign(inf, a), samples=[(-2.0,), (0.0,), (1.5,)])
cosh  = row(Unary, "cosh",  math.cosh,  lambda a, y: (sinh(a),),
        domain="|a| < 710.47", ieee=lambda a: inf, samples=[(-2.0,), (0.5,), (1.5,)])
tanh  = row(Unary, "tanh",  math.tanh,  lambda a, y: (4.0 * sigmoid_slope(2.0 * a),),
        textbook=lambda a, y: (1.0 - y * y,), samples=[(-2.0,), (0.0,), (0.7,)])
asinh = row(Unary, "asinh", math.asinh, lambda a, y: (1.0 / hypot(1.0, a),),
        samples=[(-2.0,), (0.0,), (1.5,)])
acosh = row(Unary, "acosh", math.acosh, _acosh_partials,
        domain="a ≥ 1", convention="inf at 1", textbook=lambda a, y: (ieee_div(1.0, sqrt(a * a - 1.0)),),
        samples=[(1.2,), (3.0,)], kinks=[(1.0,)], at_kink=lambda a: a == 1.0)
atanh = row(Unary, "atanh", math.atanh, lambda a, y: (1.0 / ((1.0 - a) * (1.0 + a)),),
        domain="−1 < a < 1", ieee=lambda a: ieee_div(a, 0.0) if a in (-1.0, 1.0) else nan,
        samples=[(-0.9,), (0.0,), (0.5,)])

# Activations

sigmoid     = row(Unary, "sigmoid",     _sigmoid,     lambda a, y: (sigmoid_slope(a),),
        symbol="σ", textbook=lambda a, y: (y * (1.0 - y),), samples=[(-2.0,), (0.0,), (1.5,)])
sigmoid_slope = row(Unary, "sigmoid_slope", _sigmoid_slope, lambda a, y: (y * (sigmoid(-a) - sigmoid(a)),),
        symbol="σ′", samples=[(-2.0,), (0.0,), (1.5,)])
log_sigmoid = row(Unary, "log_sigmoid", lambda a: minimum(a, 0.0) - log1p(exp(-builtins.abs(a))),
        lambda a, y: (sigmoid(-a),), samples=[(-40.0,), (0.0,), (1.5,)])
softplus    = row(Unary, "softplus",    lambda a: maximum(a, 0.0) + log1p(exp(-builtins.abs(a))),
        lambda a, y: (sigmoid(a),), samples=[(-2.0,), (0.0,), (15.0,)])
relu        = row(Unary, "relu",        lambda a: choose(a <= 0.0, 0.0, a), lambda a, y: (choose(a > 0.0, 1.0, None),),
        convention="0 at 0", samples=[(2.0,), (-0.5,)], kinks=[(0.0,)], at_kink=lambda a: a == 0.0)
leaky_relu  = row(Sloped, "leaky_relu",  lambda a, slope: choose(a > 0.0, a, slope * a), _leaky_relu_partials,
        defaults=(0.01,), convention="the slope at 0",
        samples=[(2.0, 0.01), (-0.5, 0.01), (-0.5, 0.25)], kinks=[(0.0, 0.01)],
        at_kink=lambda a, slope: a == 0.0 and slope != 1.0)
elu         = row(Scaled, "elu",         lambda a, alpha: choose(a > 0.0, a, alpha * expm1(minimum(a, 0.0))),
        _elu_partials, defaults=(1.0,), convention="alpha at 0",
        textbook=lambda a, alpha, y: (choose(a > 0.0, 1.0, alpha * exp(a)), choose(a > 0.0, 0.0, expm1(a))),
        samples=[(2.0, 1.0), (-0.5, 1.0), (-0.5, 0.25)],
        kinks=[(0.0, 1.0), (0.0, 0.5)], at_kink=lambda a, alpha: a == 0.0 and alpha != 1.0)
silu        = row(Unary, "silu",        lambda a: a * sigmoid(a),
        lambda a, y: (sigmoid(a) * (1.0 + a * sigmoid(-a)),),
        samples=[(-2.0,), (0.0,), (1.5,)])
erf         = row(Unary, "erf",         math.erf,     lambda a, y: (2.0 / math.sqrt(pi) * exp(-(a * a)),),
        samples=[(-1.5,), (0.0,), (0.7,)])
erfc        = row(Unary, "erfc",        math.erfc,    lambda a, y: (-2.0 / math.sqrt(pi) * exp(-(a * a)),),
        samples=[(-1.5,), (0.0,), (3.0,)])
gelu        = row(Unary, "gelu",        lambda a: a * (0.5 * erfc(-a / math.sqrt(2.0))),
        lambda a, y: (0.5 * erfc(-a / math.sqrt(2.0)) + a * exp(-0.5 * a * a) / math.sqrt(2.0 * pi),),
        samples=[(-2.0,), (0.0,), (1.5,)])

# Reductions

sum       = row(Reduction, "sum",       _sum,       lambda xs, y: (1.0,) * len(xs),
        symbol="Σ", variadic=True, samples=[(2.0,), (1.0, -2.0, 0.5)])
prod      = row(Reduction, "prod",      lambda xs: reduce(lambda product, x: product * x, xs, 1.0), _prod_partials,
        symbol="Π", variadic=True, samples=[(2.0,), (1.5, -2.0, 0.5), (0.0, 2.0, 3.0), (0.0, 2.0, 0.0)])
mean      = row(Reduction, "mean",      _mean,      lambda xs, y: (1.0 / len(xs),) * len(xs),
        variadic=True, domain="at least one operand", samples=[(2.0,), (1.0, -2.0, 0.5)])
dot       = row(Reduction, "dot",       _dot,       _dot_partials,
        symbol="·", variadic=True, domain="two vectors of the same length, one after the other",
        samples=[(2.0, 3.0), (1.0, -2.0, 0.5, 4.0, 5.0, -6.0)])
logsumexp = row(Reduction, "logsumexp", _logsumexp, _softmax,
        variadic=True, domain="at least one operand", textbook=lambda xs, y: tuple(exp(x - y) for x in xs),
        samples=[(2.0,), (1.0, -2.0, 0.5), (1000.0, 1001.0)])
amax      = row(Reduction, "amax",      _amax,      _amax_partials,
        symbol="max", variadic=True, domain="at least one operand", convention="evenly shared at a tie",
        samples=[(2.0,), (1.0, -2.0, 0.5)], kinks=[(2.0, 1.0, 2.0)], at_kink=lambda xs: xs.count(max(xs)) > 1)
norm      = row(Reduction, "norm",      lambda xs: math.hypot(*xs), lambda xs, y: tuple(cosine(x, y) for x in xs),
        symbol="‖·‖", variadic=True, convention="0 at the origin (a subgradient), the second NaN",
        samples=[(2.0,), (3.0, 4.0, -12.0)], kinks=[(0.0, 0.0)], at_kink=lambda xs: not any(xs),
        textbook=lambda xs, y: tuple(_cosine(x, y) for x in xs))
# fmt: on
