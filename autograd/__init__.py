"""Scalar reverse-mode automatic differentiation: a number that remembers how it was computed.

>>> from autograd import Value
>>> x = Value(2.0, label="x")
>>> y = x**2 + 3 * x
>>> y.backward()
>>> x.grad
7.0
"""

from autograd.functions import dot, log_softmax, logsumexp, mean, norm, prod, softmax, sum
from autograd.graph import topological_order, variables
from autograd.primitive import PRIMITIVES, Primitive, primitive
from autograd.primitives import (
    abs,
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    clip,
    cos,
    cosh,
    elu,
    erf,
    erfc,
    exp,
    expm1,
    gelu,
    hypot,
    leaky_relu,
    log,
    log1p,
    log2,
    log10,
    log_sigmoid,
    maximum,
    minimum,
    pow,
    relu,
    sigmoid,
    silu,
    sin,
    sinh,
    softplus,
    sqrt,
    tan,
    tanh,
    where,
    xlogy,
)
from autograd.recording import no_grad
from autograd.value import Value, constant

arcsin, arccos, arctan, arctan2 = asin, acos, atan, atan2
arcsinh, arccosh, arctanh = asinh, acosh, atanh
