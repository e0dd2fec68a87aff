"""Scalar reverse-mode automatic differentiation: a number that remembers how it was computed.

>>> from autograd import Value
>>> x = Value(2.0, label="x")
>>> y = x**2 + 3 * x
>>> y.backward()
>>> x.grad
7.0
"""

from autograd.support import installation as _installation

_installation.check(__name__, __path__)

from autograd import linalg
from autograd.engine.gammas import gamma, lgamma
from autograd.engine.graph import topological_order, variables
from autograd.engine.primitive import PRIMITIVES, Primitive
from autograd.engine.primitives import abs as abs
from autograd.engine.primitives import (
    acos,
    acosh,
    asin,
    asinh,
    atan,
    atan2,
    atanh,
    cbrt,
    ceil,
    clip,
    cos,
    cosh,
    elu,
    erf,
    erfc,
    exp,
    expm1,
    floor,
    fmod,
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
    relu,
    sigmoid,
    sign,
    silu,
    sin,
    sinh,
    softplus,
    sqrt,
    stop_gradient,
    tan,
    tanh,
    trunc,
    where,
    xlogy,
)
from autograd.engine.primitives import pow as pow
from autograd.engine.primitives import round as round
from autograd.engine.recording import enable_grad, grad_enabled, ieee, no_grad
from autograd.engine.reductions import amax, dot, log_softmax, logsumexp, mean, norm, prod, softmax
from autograd.engine.reductions import sum as sum
from autograd.engine.value import Value, constant
from autograd.linalg.implicit import implicit
from autograd.program.distribute import distribute
from autograd.program.jit import jit
from autograd.program.program import Program
from autograd.program.take import take
from autograd.program.vmap import vmap
from autograd.support.compilation import COMPILED
from autograd.transforms.anomaly import detect_anomaly, kinks
from autograd.transforms.check import gradcheck
from autograd.transforms.checkpoint import checkpoint
from autograd.transforms.functional import derivative, elementwise_grad, grad, hessian, jacobian, value_and_grad
from autograd.transforms.linearize import adjoints
from autograd.transforms.own import custom_vjp, primitive
from autograd.transforms.products import hvp, jvp, vjp
from autograd.transforms.values import data, isfinite, isnan, values
from autograd.views.draw import draw, draw_dot
from autograd.views.explain import explain
from autograd.views.practice.exercise import practice
from autograd.views.walkthrough import walkthrough

arcsin, arccos, arctan, arctan2 = asin, acos, atan, atan2
arcsinh, arccosh, arctanh = asinh, acosh, atanh

compiled: bool = COMPILED
"""Whether the engine runs as the machine code of a compiled wheel, or as the Python source it was made of."""

# abs, pow, round and sum are public too, but a star import leaves Python's own in place.
__all__ = [
    "PRIMITIVES",
    "Primitive",
    "Program",
    "Value",
    "acos",
    "acosh",
    "adjoints",
    "amax",
    "arccos",
    "arccosh",
    "arcsin",
    "arcsinh",
    "arctan",
    "arctan2",
    "arctanh",
    "asin",
    "asinh",
    "atan",
    "atan2",
    "atanh",
    "cbrt",
    "ceil",
    "checkpoint",
    "clip",
    "compiled",
    "constant",
    "cos",
    "cosh",
    "custom_vjp",
    "data",
    "derivative",
    "detect_anomaly",
    "distribute",
    "dot",
    "draw",
    "draw_dot",
    "elementwise_grad",
    "elu",
    "enable_grad",
    "erf",
    "erfc",
    "exp",
    "explain",
    "expm1",
    "floor",
    "fmod",
    "gamma",
    "gelu",
    "grad",
    "grad_enabled",
    "gradcheck",
    "hessian",
    "hvp",
    "hypot",
    "ieee",
    "implicit",
    "isfinite",
    "isnan",
    "jacobian",
    "jit",
    "jvp",
    "kinks",
    "leaky_relu",
    "lgamma",
    "linalg",
    "log",
    "log1p",
    "log2",
    "log10",
    "log_sigmoid",
    "log_softmax",
    "logsumexp",
    "maximum",
    "mean",
    "minimum",
    "no_grad",
    "norm",
    "practice",
    "primitive",
    "prod",
    "relu",
    "sigmoid",
    "sign",
    "silu",
    "sin",
    "sinh",
    "softmax",
    "softplus",
    "sqrt",
    "stop_gradient",
    "take",
    "tan",
    "tanh",
    "topological_order",
    "trunc",
    "value_and_grad",
    "values",
    "variables",
    "vjp",
    "vmap",
    "walkthrough",
    "where",
    "xlogy",
]
