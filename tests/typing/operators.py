"""What the operators and methods of a Value are, as type checkers see them."""

from fractions import Fraction
from typing import assert_type

from autograd import Value, constant

x = Value(2.0, label="x")
half = Fraction(1, 2)

assert_type(x, Value)
assert_type(constant(1.0), Value)
assert_type(constant(half, "target"), Value)
assert_type(Value(1), Value)
assert_type(Value(True), Value)
assert_type(Value(half), Value)
assert_type(Value(data=1.0, label=None), Value)

assert_type(x + x, Value)
assert_type(x + 1, Value)
assert_type(x + 1.0, Value)
assert_type(x + half, Value)
assert_type(1 + x, Value)
assert_type(1.0 + x, Value)
assert_type(half + x, Value)

assert_type(x - x, Value)
assert_type(x - 1, Value)
assert_type(x - 1.0, Value)
assert_type(x - half, Value)
assert_type(1 - x, Value)
assert_type(1.0 - x, Value)
assert_type(half - x, Value)

assert_type(x % 2, Value)
assert_type(2.0 % x, Value)
assert_type(x // x, Value)
assert_type(1 // x, Value)
assert_type(divmod(x, half), tuple[Value, Value])
assert_type(divmod(1.0, x), tuple[Value, Value])
assert_type(round(x), Value)
assert_type(round(x, 2), Value)
assert_type(x.floor().fmod(2.0).real, Value)

assert_type(x * x, Value)
assert_type(x * 2, Value)
assert_type(x * 2.0, Value)
assert_type(x * half, Value)
assert_type(2 * x, Value)
assert_type(2.0 * x, Value)
assert_type(half * x, Value)

assert_type(x / x, Value)
assert_type(x / 2, Value)
assert_type(x / 2.0, Value)
assert_type(x / half, Value)
assert_type(2 / x, Value)
assert_type(2.0 / x, Value)
assert_type(half / x, Value)

assert_type(x**x, Value)
assert_type(x**2, Value)
assert_type(x**2.0, Value)
assert_type(x**half, Value)
assert_type(2**x, Value)
assert_type(2.0**x, Value)
assert_type(half**x, Value)

assert_type(-x, Value)
assert_type(+x, Value)
assert_type(abs(x), Value)


def mixed(either: Value | float) -> None:
    assert_type(either * x, Value)
    assert_type(x * either, Value)
    assert_type(either * either, Value | float)
    assert_type(either + 1.0, Value | float)
    assert_type(2.0 - either, Value | float)
    assert_type(-either, Value | float)


y = x
y += 1.0
assert_type(y, Value)
assert_type((x * 3 + 1.0) ** 2 / (1 - x), Value)

assert_type(x == 2.0, bool)
assert_type(x != x, bool)
assert_type(x < 2, bool)
assert_type(x <= half, bool)
assert_type(x > x, bool)
assert_type(half >= x, bool)
assert_type(bool(x), bool)
assert_type(f"{x:.4f}", str)

assert_type(x.exp(), Value)
assert_type(x.expm1(), Value)
assert_type(x.log(), Value)
assert_type(x.log1p(), Value)
assert_type(x.log2(), Value)
assert_type(x.log10(), Value)
assert_type(x.sqrt(), Value)
assert_type(x.cbrt(), Value)
assert_type(x.sin(), Value)
assert_type(x.cos(), Value)
assert_type(x.tan(), Value)
assert_type(x.asin(), Value)
assert_type(x.acos(), Value)
assert_type(x.atan(), Value)
assert_type(x.sinh(), Value)
assert_type(x.cosh(), Value)
assert_type(x.tanh(), Value)
assert_type(x.asinh(), Value)
assert_type(x.acosh(), Value)
assert_type(x.atanh(), Value)
assert_type(x.sigmoid(), Value)
assert_type(x.log_sigmoid(), Value)
assert_type(x.softplus(), Value)
assert_type(x.relu(), Value)
assert_type(x.silu(), Value)
assert_type(x.gelu(), Value)
assert_type(x.erf(), Value)
assert_type(x.erfc(), Value)
assert_type(x.arcsin(), Value)
assert_type(x.arccos(), Value)
assert_type(x.arctan(), Value)
assert_type(x.arcsinh(), Value)
assert_type(x.arccosh(), Value)
assert_type(x.arctanh(), Value)
assert_type(x.atan2(1.0), Value)
assert_type(x.arctan2(x), Value)
assert_type(x.hypot(half), Value)
assert_type(x.elu(), Value)
assert_type(x.elu(alpha=0.5), Value)
assert_type(x.leaky_relu(), Value)
assert_type(x.leaky_relu(slope=0.2), Value)

assert_type(x.data, float)
assert_type(x.grad, float)
assert_type(x.label, str | None)
assert_type(x.is_leaf, bool)
assert_type(x.is_constant, bool)
assert_type(x.operands, tuple[Value | float, ...])
assert_type(x.partials, tuple[float | None, ...])
assert_type(x.edges, list[tuple[Value, float]])
assert_type(x.detach(), Value)
x.data = 3.0
x.data = half
x.grad = 0
x.grad = half
x.label = "x"
x.label = None
x.backward(2)
x.backward(gradient=half)
x.backward()  # None: misuse.py uses it
