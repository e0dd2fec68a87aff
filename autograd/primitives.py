"""THE TABLE: every operation the engine differentiates, one row each.

A row says the operation once: its value, its partial derivatives, where it is defined, what is meant at a kink,
and points to test it at. Everything else (eager evaluation, higher orders, drawings, formulas, tests) loops over it.

The rules are polymorphic (see `autograd.primitive`), so they are written with operators and with other rows only, and
choose with `where`, never with `if`. They never multiply by an upstream gradient; only the engine does.
Conventions at kinks are PyTorch's for float64 unless the row says otherwise.
"""

from __future__ import annotations

import builtins
import math
from collections.abc import Sequence
from functools import reduce
from itertools import accumulate
from math import inf, nan, pi
from typing import Any

from autograd.primitive import Primitive, primitive

# ---------------------------------------------------------------------------------------------------------------------
# Choice: the one way a rule may branch


def _truth(condition: Any) -> Any:
    """A condition as something to choose by: a bool, or the symbol of one."""
    return condition if hasattr(condition, "writes_formulas") else bool(condition)


def _choose(condition: Any, a: Any, b: Any) -> Any:
    return a if condition else b


def _where_partials(condition: Any, a: Any, b: Any, y: Any) -> tuple[Any, ...]:
    chosen = _truth(condition)
    if isinstance(chosen, bool):  # the branch not taken cannot influence y: no edge, hence no 0 * inf through it
        return (None, 1.0, None) if chosen else (None, None, 1.0)
    return None, where(chosen, 1.0, None), where(chosen, None, 1.0)


where: Primitive = primitive(
    "where",
    _choose,
    _where_partials,
    convention="nothing flows into the branch not taken, nor into the condition",
    samples=[(1.0, 2.0, 3.0), (0.0, 2.0, 3.0), (-1.0, 0.5, -0.5)],
)


def _if(condition: Any, a: Any, b: Any) -> Any:
    """`where` for rules: a float condition chooses at once, a symbol writes the choice down."""
    chosen = _truth(condition)
    return _choose(chosen, a, b) if isinstance(chosen, bool) else where(chosen, a, b)


# ---------------------------------------------------------------------------------------------------------------------
# Arithmetic as IEEE 754 has it, which never raises. The other rows' partials are written with these, so that an
# infinite derivative at a legal point (sqrt at 0) is a number, in every order.


def _ieee_div(a: float, b: float) -> float:
    if b != 0.0:
        return a / b
    return nan if a == 0.0 or math.isnan(a) else math.copysign(inf, a) * math.copysign(1.0, b)


def _ieee_log(a: float) -> float:
    return math.log(a) if a > 0.0 else (-inf if a == 0.0 else nan)


def _ieee_pow(a: float, b: float) -> float:
    try:
        return math.pow(a, b)
    except OverflowError:
        return -inf if a < 0.0 and b % 2.0 == 1.0 else inf
    except ValueError:  # math.pow: a zero base and a negative exponent, or a negative base and a broken exponent
        if a != 0.0:
            return nan
        return math.copysign(inf, a) if b % 2.0 == 1.0 else inf


ieee_div: Primitive = primitive(
    "ieee_div",
    _ieee_div,
    lambda a, b, y: (ieee_div(1.0, b), ieee_div(-y, b)),
    symbol="÷",
    samples=[(3.0, 2.0), (-1.5, 0.5), (2.0, -4.0)],
)
ieee_log: Primitive = primitive(
    "ieee_log",
    _ieee_log,
    lambda a, y: (ieee_div(1.0, a),),
    samples=[(0.5,), (3.0,)],
)
ieee_pow: Primitive = primitive(
    "ieee_pow",
    _ieee_pow,
    lambda a, b, y: (_pow_base(a, b), _pow_exponent(a, b, y)),
    symbol="^",
    convention="as pow",
    samples=[(2.0, 3.0), (0.5, -1.5), (1.5, 0.5)],
)


def _pow_base(a: Any, b: Any) -> Any:
    return _if(b == 0.0, 0.0, b * ieee_pow(a, b - 1.0))


def _pow_exponent(a: Any, b: Any, y: Any) -> Any:
    return _if(a == 0.0, _if(b >= 0.0, 0.0, -inf), y * ieee_log(a))


# ---------------------------------------------------------------------------------------------------------------------
# Arithmetic


def _pow(a: float, b: float) -> float:
    y: Any = a**b
    if isinstance(y, complex):
        raise ValueError("a negative base with a fractional exponent leaves the real numbers")
    return float(y)


add = primitive(
    "add",
    lambda a, b: a + b,
    lambda a, b, y: (1.0, 1.0),
    symbol="+",
    samples=[(2.0, 3.0), (-1.5, 0.25)],
)
sub = primitive(
    "sub",
    lambda a, b: a - b,
    lambda a, b, y: (1.0, -1.0),
    symbol="−",
    samples=[(2.0, 3.0), (-1.5, 0.25)],
)
mul = primitive(
    "mul",
    lambda a, b: a * b,
    lambda a, b, y: (b, a),
    symbol="×",
    samples=[(2.0, 3.0), (-1.5, 0.25), (0.0, 4.0)],
)
div = primitive(
    "div",
    lambda a, b: a / b,
    lambda a, b, y: (1.0 / b, -y / b),
    symbol="÷",
    domain="b ≠ 0",
    samples=[(3.0, 2.0), (-1.5, 0.5), (2.0, -4.0)],
)
pow = primitive(
    "pow",
    _pow,
    lambda a, b, y: (_pow_base(a, b), _pow_exponent(a, b, y)),
    symbol="^",
    domain="a > 0; a = 0 with b ≥ 0; a < 0 with a whole b",
    convention="d(a^0)/da = 0 at a = 0; d(0^b)/db = 0 for b ≥ 0; NaN for d/db where a < 0",
    samples=[(2.0, 3.0), (0.5, -1.5), (1.5, 0.5)],
    kinks=[(0.0, 0.0), (0.0, 2.0), (0.0, 1.0), (0.0, 0.5), (-2.0, 3.0), (-2.0, -1.0)],
)
neg = primitive("neg", lambda a: -a, lambda a, y: (-1.0,), symbol="−", samples=[(2.0,), (-0.5,)])
abs: Primitive = primitive(
    "abs",
    builtins.abs,
    lambda a, y: (_if(a > 0.0, 1.0, _if(a < 0.0, -1.0, 0.0)),),
    symbol="|·|",
    convention="0 at 0",
    samples=[(2.0,), (-0.5,)],
    kinks=[(0.0,)],
)

# ---------------------------------------------------------------------------------------------------------------------
# Exponentials, logarithms, roots

exp = primitive("exp", math.exp, lambda a, y: (y,), domain="a < 709.79", samples=[(-2.0,), (0.0,), (1.5,)])
expm1 = primitive("expm1", math.expm1, lambda a, y: (exp(a),), domain="a < 709.79", samples=[(-2.0,), (1e-9,), (1.5,)])
log = primitive("log", math.log, lambda a, y: (1.0 / a,), domain="a > 0", samples=[(0.5,), (3.0,)])
log1p = primitive(
    "log1p", math.log1p, lambda a, y: (1.0 / (1.0 + a),), domain="a > −1", samples=[(-0.5,), (1e-9,), (3.0,)]
)
log2 = primitive("log2", math.log2, lambda a, y: (1.0 / (a * math.log(2.0)),), domain="a > 0", samples=[(0.5,), (3.0,)])
log10 = primitive(
    "log10", math.log10, lambda a, y: (1.0 / (a * math.log(10.0)),), domain="a > 0", samples=[(0.5,), (3.0,)]
)
sqrt = primitive(
    "sqrt",
    math.sqrt,
    lambda a, y: (ieee_div(0.5, y),),
    symbol="√",
    domain="a ≥ 0",
    convention="inf at 0",
    samples=[(0.25,), (3.0,)],
    kinks=[(0.0,)],
)
cbrt = primitive(
    "cbrt",
    math.cbrt,
    lambda a, y: (ieee_div(1.0, 3.0 * y * y),),
    symbol="∛",
    convention="inf at 0",
    samples=[(-8.0,), (0.5,)],
)


def _xlogy(a: float, b: float) -> float:
    return 0.0 if a == 0.0 and not math.isnan(b) else a * math.log(b)


xlogy = primitive(
    "xlogy",
    _xlogy,
    lambda a, b, y: (_if(a == 0.0, _if(b > 0.0, ieee_log(b), 0.0), ieee_log(b)), ieee_div(a, b)),
    domain="b > 0; any b with a = 0",
    convention="xlogy(0, b) = 0, and its derivative by a is 0 for b ≤ 0",
    samples=[(2.0, 3.0), (-0.5, 0.25)],
    kinks=[(0.0, 2.0), (0.0, -1.0)],
)

# ---------------------------------------------------------------------------------------------------------------------
# Trigonometric and hyperbolic functions, and their inverses

sin = primitive("sin", math.sin, lambda a, y: (cos(a),), domain="finite a", samples=[(-2.0,), (0.0,), (1.5,)])
cos: Primitive = primitive(
    "cos", math.cos, lambda a, y: (-sin(a),), domain="finite a", samples=[(-2.0,), (0.5,), (1.5,)]
)
tan = primitive("tan", math.tan, lambda a, y: (1.0 + y * y,), domain="finite a", samples=[(-1.0,), (0.0,), (1.2,)])
asin = primitive(
    "asin",
    math.asin,
    lambda a, y: (ieee_div(1.0, sqrt((1.0 - a) * (1.0 + a))),),
    domain="−1 ≤ a ≤ 1",
    convention="inf at ±1",
    samples=[(-0.9,), (0.0,), (0.5,)],
    kinks=[(1.0,), (-1.0,)],
)
acos = primitive(
    "acos",
    math.acos,
    lambda a, y: (ieee_div(-1.0, sqrt((1.0 - a) * (1.0 + a))),),
    domain="−1 ≤ a ≤ 1",
    convention="−inf at ±1",
    samples=[(-0.9,), (0.0,), (0.5,)],
    kinks=[(1.0,), (-1.0,)],
)
atan = primitive("atan", math.atan, lambda a, y: (1.0 / (1.0 + a * a),), samples=[(-2.0,), (0.0,), (1.5,)])


def _atan2_partials(a: Any, b: Any, y: Any) -> tuple[Any, Any]:
    radius = hypot(a, b)  # two divisions by the radius: its square would overflow
    at_origin = radius == 0.0
    return (
        _if(at_origin, 0.0, ieee_div(ieee_div(b, radius), radius)),
        _if(at_origin, 0.0, ieee_div(ieee_div(-a, radius), radius)),
    )


atan2 = primitive(
    "atan2",
    math.atan2,
    _atan2_partials,
    convention="0 at the origin",
    samples=[(1.0, 2.0), (-1.0, 0.5), (0.5, -2.0)],
)
sinh = primitive("sinh", math.sinh, lambda a, y: (cosh(a),), domain="|a| < 710.47", samples=[(-2.0,), (0.0,), (1.5,)])
cosh: Primitive = primitive(
    "cosh", math.cosh, lambda a, y: (sinh(a),), domain="|a| < 710.47", samples=[(-2.0,), (0.5,), (1.5,)]
)
tanh = primitive("tanh", math.tanh, lambda a, y: (1.0 - y * y,), samples=[(-2.0,), (0.0,), (0.7,)])
asinh = primitive("asinh", math.asinh, lambda a, y: (1.0 / hypot(1.0, a),), samples=[(-2.0,), (0.0,), (1.5,)])
acosh = primitive(
    "acosh",
    math.acosh,
    lambda a, y: (ieee_div(1.0, sqrt(a - 1.0) * sqrt(a + 1.0)),),
    domain="a ≥ 1",
    convention="inf at 1",
    samples=[(1.2,), (3.0,)],
    kinks=[(1.0,)],
)
atanh = primitive(
    "atanh",
    math.atanh,
    lambda a, y: (1.0 / ((1.0 - a) * (1.0 + a)),),
    domain="−1 < a < 1",
    samples=[(-0.9,), (0.0,), (0.5,)],
)

# ---------------------------------------------------------------------------------------------------------------------
# Activations, in forms that neither overflow nor cancel


def _sigmoid(a: Any) -> Any:
    small = exp(-abs(a))
    return _if(a >= 0.0, 1.0, small) / (1.0 + small)


def _silu_partials(a: Any, y: Any) -> tuple[Any]:
    s = sigmoid(a)
    return (s * (1.0 + a * sigmoid(-a)),)


sigmoid: Primitive = primitive(
    "sigmoid", _sigmoid, lambda a, y: (y * (1.0 - y),), symbol="σ", samples=[(-2.0,), (0.0,), (1.5,)]
)
log_sigmoid = primitive(
    "log_sigmoid",
    lambda a: minimum(a, 0.0) - log1p(exp(-abs(a))),
    lambda a, y: (sigmoid(-a),),
    samples=[(-40.0,), (0.0,), (1.5,)],
)
softplus = primitive(
    "softplus",
    lambda a: maximum(a, 0.0) + log1p(exp(-abs(a))),
    lambda a, y: (sigmoid(a),),
    samples=[(-2.0,), (0.0,), (15.0,)],
)
relu = primitive(
    "relu",
    lambda a: _if(a <= 0.0, 0.0, a),
    lambda a, y: (_if(a > 0.0, 1.0, 0.0),),
    convention="0 at 0",
    samples=[(2.0,), (-0.5,)],
    kinks=[(0.0,)],
)
leaky_relu = primitive(
    "leaky_relu",
    lambda a, slope: _if(a > 0.0, a, slope * a),
    lambda a, slope, y: (_if(a > 0.0, 1.0, slope), _if(a > 0.0, 0.0, a)),
    defaults=(0.01,),
    convention="the slope at 0",
    samples=[(2.0, 0.01), (-0.5, 0.01), (-0.5, 0.25)],
    kinks=[(0.0, 0.01)],
)
elu = primitive(
    "elu",
    lambda a, alpha: _if(a > 0.0, a, alpha * expm1(minimum(a, 0.0))),
    lambda a, alpha, y: (_if(a > 0.0, 1.0, y + alpha), _if(a > 0.0, 0.0, expm1(minimum(a, 0.0)))),
    defaults=(1.0,),
    convention="alpha at 0",
    samples=[(2.0, 1.0), (-0.5, 1.0), (-0.5, 0.25)],
    kinks=[(0.0, 1.0)],
)
silu = primitive("silu", lambda a: a * sigmoid(a), _silu_partials, samples=[(-2.0,), (0.0,), (1.5,)])
erf = primitive(
    "erf",
    math.erf,
    lambda a, y: (2.0 / math.sqrt(pi) * exp(-(a * a)),),
    samples=[(-1.5,), (0.0,), (0.7,)],
)
erfc = primitive(
    "erfc",
    math.erfc,
    lambda a, y: (-2.0 / math.sqrt(pi) * exp(-(a * a)),),
    samples=[(-1.5,), (0.0,), (3.0,)],
)
gelu = primitive(
    "gelu",
    lambda a: a * (0.5 * erfc(-a / math.sqrt(2.0))),
    lambda a, y: (0.5 * erfc(-a / math.sqrt(2.0)) + a * exp(-0.5 * a * a) / math.sqrt(2.0 * pi),),
    samples=[(-2.0,), (0.0,), (1.5,)],
)

# ---------------------------------------------------------------------------------------------------------------------
# Extremes and distances


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


maximum: Primitive = primitive(
    "maximum",
    _maximum,
    lambda a, b, y: (_share(a > b, a < b), _share(b > a, b < a)),
    symbol="max",
    convention="½ and ½ at a tie",
    samples=[(2.0, 3.0), (1.0, -0.5)],
    kinks=[(2.0, 2.0)],
)
minimum: Primitive = primitive(
    "minimum",
    _minimum,
    lambda a, b, y: (_share(a < b, a > b), _share(b < a, b > a)),
    symbol="min",
    convention="½ and ½ at a tie",
    samples=[(2.0, 3.0), (1.0, -0.5)],
    kinks=[(2.0, 2.0)],
)
clip = primitive(
    "clip",
    _clip,
    lambda a, low, high, y: (
        _if(a < low, 0.0, _if(a > high, 0.0, 1.0)),
        _if(a < low, 1.0, 0.0),
        _if(a > high, 1.0, 0.0),
    ),
    domain="low ≤ high",
    convention="1 for the operand at either bound",
    samples=[(0.5, -1.0, 1.0), (2.0, -1.0, 1.0), (-3.0, -1.0, 1.0)],
    kinks=[(1.0, -1.0, 1.0), (-1.0, -1.0, 1.0)],
)
hypot: Primitive = primitive(
    "hypot",
    math.hypot,
    lambda a, b, y: (_if(y == 0.0, 0.0, ieee_div(a, y)), _if(y == 0.0, 0.0, ieee_div(b, y))),
    convention="0 at the origin (a subgradient)",
    samples=[(3.0, 4.0), (-1.0, 0.5)],
)

# ---------------------------------------------------------------------------------------------------------------------
# Reductions: any number of operands, one node. Sums add left to right, as a loop would.


def _total(xs: Sequence[Any]) -> Any:
    return reduce(lambda total, x: total + x, xs, 0.0)


def _product(xs: Sequence[Any]) -> Any:
    return reduce(lambda product, x: product * x, xs, 1.0)


def _products_of_others(xs: Sequence[Any], y: Any) -> tuple[Any, ...]:
    """Each partial is the product of all other operands, without dividing (an operand may be 0)."""
    before = accumulate(xs[:-1], lambda product, x: product * x, initial=1.0)
    after = list(accumulate(reversed(xs[1:]), lambda product, x: product * x, initial=1.0))
    return tuple(left * right for left, right in zip(before, reversed(after), strict=True))


def _dot(xs: Sequence[Any]) -> Any:
    half = len(xs) // 2
    return _total([a * b for a, b in zip(xs[:half], xs[half:], strict=True)])


def _logsumexp(xs: Sequence[Any]) -> Any:
    """Shifted by the largest operand: https://en.wikipedia.org/wiki/LogSumExp."""
    largest = reduce(maximum, xs)
    if isinstance(largest, float) and math.isinf(largest):
        return largest
    return largest + log(_total([exp(x - largest) for x in xs]))


def _norm(xs: Sequence[Any]) -> Any:
    return math.hypot(*xs)


sum = primitive(
    "sum",
    _total,
    lambda xs, y: (1.0,) * len(xs),
    symbol="Σ",
    variadic=True,
    samples=[(2.0,), (1.0, -2.0, 0.5)],
)
prod = primitive(
    "prod",
    _product,
    _products_of_others,
    symbol="Π",
    variadic=True,
    samples=[(2.0,), (1.5, -2.0, 0.5), (0.0, 2.0, 3.0), (0.0, 2.0, 0.0)],
)
mean = primitive(
    "mean",
    lambda xs: _total(xs) / len(xs),
    lambda xs, y: (1.0 / len(xs),) * len(xs),
    variadic=True,
    domain="at least one operand",
    samples=[(2.0,), (1.0, -2.0, 0.5)],
)
dot = primitive(
    "dot",
    _dot,
    lambda xs, y: (*xs[len(xs) // 2 :], *xs[: len(xs) // 2]),
    symbol="·",
    variadic=True,
    samples=[(2.0, 3.0), (1.0, -2.0, 0.5, 4.0, 5.0, -6.0)],
)
logsumexp = primitive(
    "logsumexp",
    _logsumexp,
    lambda xs, y: tuple(exp(x - y) for x in xs),
    variadic=True,
    domain="at least one operand",
    samples=[(2.0,), (1.0, -2.0, 0.5), (1000.0, 1001.0)],
)
norm = primitive(
    "norm",
    _norm,
    lambda xs, y: tuple(_if(y == 0.0, 0.0, ieee_div(x, y)) for x in xs),
    symbol="‖·‖",
    variadic=True,
    convention="0 at the origin (a subgradient)",
    samples=[(2.0,), (3.0, 4.0, -12.0)],
)
