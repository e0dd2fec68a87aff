"""THE TABLE: every operation the engine differentiates, one row each.

A row says the operation once: its value, its partial derivatives, where it is defined, what is meant at a kink,
and points to test it at. Everything else (eager evaluation, higher orders, drawings, formulas, tests) loops over it.

The rules are polymorphic (see `autograd.engine.primitive`), so they are written with operators and with other rows
only, and choose with `_if`, never with `if`. They never multiply by an upstream gradient; only the engine does.
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

from autograd.engine.primitive import Primitive, row

# ---------------------------------------------------------------------------------------------------------------------
# Choice: the one way a rule may branch


def _if(condition: Any, a: Any, b: Any) -> Any:
    """Comparing numbers gives a bool: choose at once. Comparing symbols gives a symbol: write the choice down."""
    if isinstance(condition, bool):
        return a if condition else b
    return where(condition, a, b)


def _where_partials(condition: Any, a: Any, b: Any, y: Any) -> tuple[Any, ...]:
    if hasattr(condition, "writes_formulas"):
        return None, where(condition, 1.0, None), where(condition, None, 1.0)
    # The branch not taken cannot influence y: it gets no edge, hence no 0 * inf through it.
    return (None, 1.0, None) if condition else (None, None, 1.0)


# ---------------------------------------------------------------------------------------------------------------------
# Arithmetic as IEEE 754 has it, which never raises. Partials are written with it wherever they can be infinite at a
# legal point (sqrt at 0), so that they are numbers there, in every order.


def _ieee_div(a: float, b: float) -> float:
    if b != 0.0:
        return a / b
    return nan if a == 0.0 or math.isnan(a) else math.copysign(inf, a) * math.copysign(1.0, b)


def _ieee_div_partials(a: Any, b: Any, y: Any) -> tuple[Any, Any]:
    return ieee_div(1.0, b), ieee_div(-y, b)


def _ieee_log(a: float) -> float:
    return math.log(a) if a > 0.0 else (-inf if a == 0.0 else nan)


def _ieee_pow(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except OverflowError:
        return -inf if a < 0.0 and b % 2.0 == 1.0 else inf
    except ValueError:  # a zero base with a negative exponent, or a negative base with a fractional one
        if a != 0.0:
            return nan
        return math.copysign(inf, a) if b % 2.0 == 1.0 else inf


# ---------------------------------------------------------------------------------------------------------------------
# Powers


def _pow(a: float, b: float) -> float:
    y: Any = a**b
    if isinstance(y, complex):
        raise ValueError("a negative base with a fractional exponent leaves the real numbers")
    return float(y)


def _pow_partials(a: Any, b: Any, y: Any) -> tuple[Any, Any]:
    if isinstance(b, float):
        if isinstance(a, float):  # the same as below, but nothing computed in vain
            by_b = 0.0 if a == 0.0 <= b else y * _ieee_log(a)
            return 0.0 if b == 0.0 else b * _ieee_pow(a, b - 1.0), by_b
        return 0.0 if b == 0.0 else b * ieee_pow(a, b - 1.0), None  # x**2.0: nothing flows to a plain number
    by_a = _if(b == 0.0, _if(a > 0.0, ieee_div(b, a) * y, 0.0), b * ieee_pow(a, b - 1.0))  # d/db of it is not 0 at 0
    by_b = y * ieee_log(a)
    return by_a, _if(a == 0.0, _if(b >= 0.0, 0.0, by_b), by_b)


def _pow_kink(a: float, b: float) -> bool:
    return a == 0.0 and 0.0 <= b < 1.0


def _xlogy(a: float, b: float) -> float:
    return 0.0 if a == 0.0 and not math.isnan(b) else a * math.log(b)


def _xlogy_partials(a: Any, b: Any, y: Any) -> tuple[Any, Any]:
    by_a = ieee_log(b)
    return _if(a == 0.0, _if(b <= 0.0, 0.0, by_a), by_a), ieee_div(a, b)


# ---------------------------------------------------------------------------------------------------------------------
# Activations, in forms that neither overflow nor cancel


def _sigmoid(a: Any) -> Any:
    small = exp(-builtins.abs(a))
    return _if(a >= 0.0, 1.0, small) / (1.0 + small)


def _log_sigmoid(a: Any) -> Any:
    return minimum(a, 0.0) - log1p(exp(-builtins.abs(a)))


def _softplus(a: Any) -> Any:
    return maximum(a, 0.0) + log1p(exp(-builtins.abs(a)))


def _relu(a: Any) -> Any:
    return _if(a <= 0.0, 0.0, a)


def _leaky_relu(a: Any, slope: Any) -> Any:
    return _if(a > 0.0, a, slope * a)


def _leaky_relu_partials(a: Any, slope: Any, y: Any) -> tuple[Any, Any]:
    return _if(a > 0.0, 1.0, slope), _if(a > 0.0, 0.0, a)


def _elu(a: Any, alpha: Any) -> Any:
    return _if(a > 0.0, a, alpha * expm1(minimum(a, 0.0)))


def _elu_partials(a: Any, alpha: Any, y: Any) -> tuple[Any, Any]:
    negative = minimum(a, 0.0)  # so that exp doesn't overflow where its result is not used
    return _if(a > 0.0, 1.0, alpha * exp(negative)), _if(a > 0.0, 0.0, expm1(negative))


def _silu(a: Any) -> Any:
    return a * sigmoid(a)


def _silu_partials(a: Any, y: Any) -> tuple[Any]:
    return (sigmoid(a) * (1.0 + a * sigmoid(-a)),)


def _gelu(a: Any) -> Any:
    return a * (0.5 * erfc(-a / math.sqrt(2.0)))


def _gelu_partials(a: Any, y: Any) -> tuple[Any]:
    return (0.5 * erfc(-a / math.sqrt(2.0)) + a * exp(-0.5 * a * a) / math.sqrt(2.0 * pi),)


# ---------------------------------------------------------------------------------------------------------------------
# Magnitudes, extremes, angles


def _abs_partials(a: Any, y: Any) -> tuple[Any]:
    return (_if(a > 0.0, 1.0, _if(a < 0.0, -1.0, 0.0)),)


def _maximum(a: Any, b: Any) -> Any:
    return _if(a >= b, a, _if(a < b, b, a + b))  # a + b: neither holds if one is NaN, and then so is the result


def _minimum(a: Any, b: Any) -> Any:
    return _if(a <= b, a, _if(a > b, b, a + b))


def _share(wins: Any, loses: Any) -> Any:
    return _if(wins, 1.0, _if(loses, 0.0, 0.5))


def _clip(a: Any, low: Any, high: Any) -> Any:
    if (low > high) is True:
        raise ValueError("the lower bound is above the upper bound")
    return minimum(maximum(a, low), high)


def _clip_partials(a: Any, low: Any, high: Any, y: Any) -> tuple[Any, Any, Any]:
    below, above = a < low, a > high
    return _if(below, 0.0, _if(above, 0.0, 1.0)), _if(below, 1.0, 0.0), _if(above, 1.0, 0.0)


def _cosine(x: Any, length: Any) -> Any:
    """The derivative of a vector's length by its component x; at the origin the subgradient 0."""
    return _if(length == 0.0, 0.0, ieee_div(x, length))


def _atan2_partials(a: Any, b: Any, y: Any) -> tuple[Any, Any]:
    radius = hypot(a, b)  # two divisions by the radius: its square would overflow
    at_origin = radius == 0.0
    return (
        _if(at_origin, 0.0, ieee_div(ieee_div(b, radius), radius)),
        _if(at_origin, 0.0, ieee_div(ieee_div(-a, radius), radius)),
    )


def _acosh_partials(a: Any, y: Any) -> tuple[Any]:
    r = 1.0 / a  # the square of a large operand would overflow
    return (ieee_div(r, sqrt(1.0 - r * r)),)


# ---------------------------------------------------------------------------------------------------------------------
# Reductions, of all operands as one tuple. Sums add left to right, as a loop would.


def _sum(xs: Sequence[Any]) -> Any:
    return reduce(lambda total, x: total + x, xs, 0.0)


def _mean(xs: Sequence[Any]) -> Any:
    if not xs:
        raise ValueError("there is nothing to take the mean of")
    return _sum(xs) / len(xs)


def _prod(xs: Sequence[Any]) -> Any:
    return reduce(lambda product, x: product * x, xs, 1.0)


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


def _logsumexp(xs: Sequence[Any]) -> Any:
    """Shifted by the largest operand: https://en.wikipedia.org/wiki/LogSumExp."""
    if not xs:
        raise ValueError("there is nothing to sum")
    largest = reduce(maximum, xs)
    shifted = log(_sum([exp(x - largest) for x in xs]))
    return _if(abs(largest) == inf, largest, largest + shifted)


def _norm(xs: Sequence[Any]) -> Any:
    return math.hypot(*xs)


# ---------------------------------------------------------------------------------------------------------------------
# THE ROWS: name, value, partials; then the symbol, where it is defined, what is meant at a kink, where to test it.
# fmt: off
# (aligned by hand, to be read down the columns)

# Choice

where = row("where", lambda condition, a, b: a if condition else b, _where_partials,
        convention="nothing flows into the condition, nor into the branch not taken",
        samples=[(1.0, 2.0, 3.0), (-1.0, 0.5, -0.5)], kinks=[(0.0, 2.0, 3.0)])

# Arithmetic

add = row("add", lambda a, b: a + b, lambda a, b, y: (1.0, 1.0),
        symbol="+", samples=[(2.0, 3.0), (-1.5, 0.25)])
sub = row("sub", lambda a, b: a - b, lambda a, b, y: (1.0, -1.0),
        symbol="−", samples=[(2.0, 3.0), (-1.5, 0.25)])
mul = row("mul", lambda a, b: a * b, lambda a, b, y: (b, a),
        symbol="×", samples=[(2.0, 3.0), (-1.5, 0.25), (0.0, 4.0)])
div = row("div", lambda a, b: a / b, lambda a, b, y: (1.0 / b, -y / b),
        symbol="÷", domain="b ≠ 0", samples=[(3.0, 2.0), (-1.5, 0.5), (2.0, -4.0)])
pow = row("pow", _pow,               _pow_partials,
        symbol="^", domain="a > 0; a = 0 with b ≥ 0; a < 0 with a whole b",
        convention="d(a^0)/da = 0 at a = 0; d(0^b)/db = 0 for b ≥ 0; NaN for d/db where a < 0",
        samples=[(2.0, 3.0), (0.5, -1.5), (1.5, 0.5)],
        kinks=[(0.0, 0.0), (0.0, 2.0), (0.0, 1.0), (0.0, 0.5), (-2.0, 3.0), (-2.0, -1.0)],
        at_kink=_pow_kink)
neg = row("neg", lambda a: -a,       lambda a, y: (-1.0,),
        symbol="−", samples=[(2.0,), (-0.5,)])
abs = row("abs", builtins.abs,       _abs_partials,
        symbol="|·|", convention="0 at 0", samples=[(2.0,), (-0.5,)], kinks=[(0.0,)], at_kink=lambda a: a == 0.0)

ieee_div = row("ieee_div", _ieee_div, _ieee_div_partials,
        symbol="÷", samples=[(3.0, 2.0), (-1.5, 0.5), (2.0, -4.0)])
ieee_log = row("ieee_log", _ieee_log, lambda a, y: (ieee_div(1.0, a),),
        samples=[(0.5,), (3.0,)])
ieee_pow = row("ieee_pow", _ieee_pow, _pow_partials,
        symbol="^", convention="as pow",
        samples=[(2.0, 3.0), (0.5, -1.5), (1.5, 0.5)], kinks=[(0.0, 0.0), (0.0, 2.0), (-2.0, 3.0)], at_kink=_pow_kink)

# Exponentials, logarithms, roots

exp   = row("exp",   math.exp,   lambda a, y: (y,),
        domain="a < 709.79", samples=[(-2.0,), (0.0,), (1.5,)])
expm1 = row("expm1", math.expm1, lambda a, y: (exp(a),),
        domain="a < 709.79", samples=[(-2.0,), (1e-9,), (1.5,)])
log   = row("log",   math.log,   lambda a, y: (1.0 / a,),
        domain="a > 0", samples=[(0.5,), (3.0,)])
log1p = row("log1p", math.log1p, lambda a, y: (1.0 / (1.0 + a),),
        domain="a > −1", samples=[(-0.5,), (1e-9,), (3.0,)])
log2  = row("log2",  math.log2,  lambda a, y: (1.0 / (a * math.log(2.0)),),
        domain="a > 0", samples=[(0.5,), (3.0,)])
log10 = row("log10", math.log10, lambda a, y: (1.0 / (a * math.log(10.0)),),
        domain="a > 0", samples=[(0.5,), (3.0,)])
sqrt  = row("sqrt",  math.sqrt,  lambda a, y: (ieee_div(0.5, y),),
        symbol="√", domain="a ≥ 0", convention="inf at 0", samples=[(0.25,), (3.0,)], kinks=[(0.0,)],
        at_kink=lambda a: a == 0.0)
cbrt  = row("cbrt",  math.cbrt,  lambda a, y: (ieee_div(1.0, 3.0 * y * y),),
        symbol="∛", convention="inf at 0", samples=[(-8.0,), (0.5,)], kinks=[(0.0,)],
        at_kink=lambda a: a == 0.0)
xlogy = row("xlogy", _xlogy,     _xlogy_partials,
        domain="b > 0; any b with a = 0", convention="xlogy(0, b) = 0, and its derivative by a is 0 for b ≤ 0",
        samples=[(2.0, 3.0), (-0.5, 0.25)], kinks=[(0.0, 2.0), (0.0, -1.0)],
        at_kink=lambda a, b: a == 0.0 and b <= 0.0)

# Extremes and distances

maximum = row("maximum", _maximum,   lambda a, b, y: (_share(a > b, a < b), _share(b > a, b < a)),
        symbol="max", convention="½ and ½ at a tie", samples=[(2.0, 3.0), (1.0, -0.5)], kinks=[(2.0, 2.0)],
        at_kink=lambda a, b: a == b)
minimum = row("minimum", _minimum,   lambda a, b, y: (_share(a < b, a > b), _share(b < a, b > a)),
        symbol="min", convention="½ and ½ at a tie", samples=[(2.0, 3.0), (1.0, -0.5)], kinks=[(2.0, 2.0)],
        at_kink=lambda a, b: a == b)
clip    = row("clip",    _clip,      _clip_partials,
        domain="low ≤ high", convention="1 for the operand at either bound",
        samples=[(0.5, -1.0, 1.0), (2.0, -1.0, 1.0), (-3.0, -1.0, 1.0)], kinks=[(1.0, -1.0, 1.0), (-1.0, -1.0, 1.0)],
        at_kink=lambda a, low, high: a in (low, high))
hypot   = row("hypot",   math.hypot, lambda a, b, y: (_cosine(a, y), _cosine(b, y)),
        convention="0 at the origin (a subgradient)", samples=[(3.0, 4.0), (-1.0, 0.5)], kinks=[(0.0, 0.0)],
        at_kink=lambda a, b: a == b == 0.0)

# Trigonometric and hyperbolic functions, and their inverses

cos: Primitive  # named by sin, as cosh is by sinh, before its row is made
cosh: Primitive

sin   = row("sin",   math.sin,   lambda a, y: (cos(a),),
        domain="finite a", samples=[(-2.0,), (0.0,), (1.5,)])
cos   = row("cos",   math.cos,   lambda a, y: (-sin(a),),
        domain="finite a", samples=[(-2.0,), (0.5,), (1.5,)])
tan   = row("tan",   math.tan,   lambda a, y: (1.0 + y * y,),
        domain="finite a", samples=[(-1.0,), (0.0,), (1.2,)])
asin  = row("asin",  math.asin,  lambda a, y: (ieee_div(1.0, sqrt(1.0 - a * a)),),
        domain="−1 ≤ a ≤ 1", convention="inf at ±1", samples=[(-0.9,), (0.0,), (0.5,)], kinks=[(1.0,), (-1.0,)],
        at_kink=lambda a: a in (-1.0, 1.0))
acos  = row("acos",  math.acos,  lambda a, y: (ieee_div(-1.0, sqrt(1.0 - a * a)),),
        domain="−1 ≤ a ≤ 1", convention="−inf at ±1", samples=[(-0.9,), (0.0,), (0.5,)], kinks=[(1.0,), (-1.0,)],
        at_kink=lambda a: a in (-1.0, 1.0))
atan  = row("atan",  math.atan,  lambda a, y: (1.0 / (1.0 + a * a),),
        samples=[(-2.0,), (0.0,), (1.5,)])
atan2 = row("atan2", math.atan2, _atan2_partials,
        convention="0 at the origin", samples=[(1.0, 2.0), (-1.0, 0.5), (0.5, -2.0)], kinks=[(0.0, 0.0)],
        at_kink=lambda a, b: a == b == 0.0)
sinh  = row("sinh",  math.sinh,  lambda a, y: (cosh(a),),
        domain="|a| < 710.47", samples=[(-2.0,), (0.0,), (1.5,)])
cosh  = row("cosh",  math.cosh,  lambda a, y: (sinh(a),),
        domain="|a| < 710.47", samples=[(-2.0,), (0.5,), (1.5,)])
tanh  = row("tanh",  math.tanh,  lambda a, y: (1.0 - y * y,),
        samples=[(-2.0,), (0.0,), (0.7,)])
asinh = row("asinh", math.asinh, lambda a, y: (1.0 / hypot(1.0, a),),
        samples=[(-2.0,), (0.0,), (1.5,)])
acosh = row("acosh", math.acosh, _acosh_partials,
        domain="a ≥ 1", convention="inf at 1", samples=[(1.2,), (3.0,)], kinks=[(1.0,)], at_kink=lambda a: a == 1.0)
atanh = row("atanh", math.atanh, lambda a, y: (1.0 / ((1.0 - a) * (1.0 + a)),),
        domain="−1 < a < 1", samples=[(-0.9,), (0.0,), (0.5,)])

# Activations

sigmoid     = row("sigmoid",     _sigmoid,     lambda a, y: (y * (1.0 - y),),
        symbol="σ", samples=[(-2.0,), (0.0,), (1.5,)])
log_sigmoid = row("log_sigmoid", _log_sigmoid, lambda a, y: (sigmoid(-a),),
        samples=[(-40.0,), (0.0,), (1.5,)])
softplus    = row("softplus",    _softplus,    lambda a, y: (sigmoid(a),),
        samples=[(-2.0,), (0.0,), (15.0,)])
relu        = row("relu",        _relu,        lambda a, y: (_if(a > 0.0, 1.0, 0.0),),
        convention="0 at 0", samples=[(2.0,), (-0.5,)], kinks=[(0.0,)], at_kink=lambda a: a == 0.0)
leaky_relu  = row("leaky_relu",  _leaky_relu,  _leaky_relu_partials,
        defaults=(0.01,), convention="the slope at 0",
        samples=[(2.0, 0.01), (-0.5, 0.01), (-0.5, 0.25)], kinks=[(0.0, 0.01)],
        at_kink=lambda a, slope: a == 0.0 and slope != 1.0)
elu         = row("elu",         _elu,         _elu_partials,
        defaults=(1.0,), convention="alpha at 0", samples=[(2.0, 1.0), (-0.5, 1.0), (-0.5, 0.25)],
        kinks=[(0.0, 1.0), (0.0, 0.5)], at_kink=lambda a, alpha: a == 0.0 and alpha != 1.0)
silu        = row("silu",        _silu,        _silu_partials,
        samples=[(-2.0,), (0.0,), (1.5,)])
erf         = row("erf",         math.erf,     lambda a, y: (2.0 / math.sqrt(pi) * exp(-(a * a)),),
        samples=[(-1.5,), (0.0,), (0.7,)])
erfc        = row("erfc",        math.erfc,    lambda a, y: (-2.0 / math.sqrt(pi) * exp(-(a * a)),),
        samples=[(-1.5,), (0.0,), (3.0,)])
gelu        = row("gelu",        _gelu,        _gelu_partials,
        samples=[(-2.0,), (0.0,), (1.5,)])

# Reductions

sum       = row("sum",       _sum,       lambda xs, y: (1.0,) * len(xs),
        symbol="Σ", variadic=True, samples=[(2.0,), (1.0, -2.0, 0.5)])
prod      = row("prod",      _prod,      _prod_partials,
        symbol="Π", variadic=True, samples=[(2.0,), (1.5, -2.0, 0.5), (0.0, 2.0, 3.0), (0.0, 2.0, 0.0)])
mean      = row("mean",      _mean,      lambda xs, y: (1.0 / len(xs),) * len(xs),
        variadic=True, domain="at least one operand", samples=[(2.0,), (1.0, -2.0, 0.5)])
dot       = row("dot",       _dot,       _dot_partials,
        symbol="·", variadic=True, domain="two vectors of the same length, one after the other",
        samples=[(2.0, 3.0), (1.0, -2.0, 0.5, 4.0, 5.0, -6.0)])
logsumexp = row("logsumexp", _logsumexp, lambda xs, y: tuple(exp(x - y) for x in xs),
        variadic=True, domain="at least one operand", samples=[(2.0,), (1.0, -2.0, 0.5), (1000.0, 1001.0)])
norm      = row("norm",      _norm,      lambda xs, y: tuple(_cosine(x, y) for x in xs),
        symbol="‖·‖", variadic=True, convention="0 at the origin (a subgradient)",
        samples=[(2.0,), (3.0, 4.0, -12.0)], kinks=[(0.0, 0.0)], at_kink=lambda xs: not any(xs))
# fmt: on
