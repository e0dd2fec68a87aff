"""What PyTorch calls the rows of the table, and where it is known to differ from them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from support.pytorch import ask

TORCH_ROWS: dict[str, Callable[..., Any]] = {
    "where": lambda torch, condition, a, b: torch.where(condition != 0.0, a, b),
    "stop_gradient": lambda torch, a: torch.where(torch.isnan(a) & ~torch.isnan(a), a, a.detach()),
    "add": lambda torch, a, b: a + b,
    "sub": lambda torch, a, b: a - b,
    "mul": lambda torch, a, b: a * b,
    "div": lambda torch, a, b: a / b,
    "pow": lambda torch, a, b: a**b,
    "neg": lambda torch, a: -a,
    "abs": lambda torch, a: a.abs(),
    "ieee_div": lambda torch, a, b: a / b,
    "floor": lambda torch, a: a.floor(),
    "ceil": lambda torch, a: a.ceil(),
    "trunc": lambda torch, a: a.trunc(),
    "round": lambda torch, a: a.round(),
    "sign": lambda torch, a: torch.where(torch.isnan(a), a.detach(), a.sign()),  # which is 0 for NaN
    "mod": lambda torch, a, b: torch.remainder(a, b),
    "floordiv": lambda torch, a, b: torch.div(a, b, rounding_mode="floor"),
    "fmod": lambda torch, a, b: torch.fmod(a, b),
    "ieee_log": lambda torch, a: a.log(),
    "ieee_pow": lambda torch, a, b: a**b,
    "exp": lambda torch, a: a.exp(),
    "expm1": lambda torch, a: a.expm1(),
    "log": lambda torch, a: a.log(),
    "log1p": lambda torch, a: a.log1p(),
    "log2": lambda torch, a: a.log2(),
    "log10": lambda torch, a: a.log10(),
    "sqrt": lambda torch, a: a.sqrt(),
    "xlogy": lambda torch, a, b: torch.xlogy(a, b),
    "maximum": lambda torch, a, b: torch.maximum(a, b),
    "minimum": lambda torch, a, b: torch.minimum(a, b),
    "clip": lambda torch, a, low, high: torch.clamp(a, low, high),
    "hypot": lambda torch, a, b: torch.hypot(a, b),
    "cosine": lambda torch, x, length: torch.where(length == 0.0, torch.zeros_like(x), x / length),
    "sin": lambda torch, a: a.sin(),
    "cos": lambda torch, a: a.cos(),
    "tan": lambda torch, a: a.tan(),
    "asin": lambda torch, a: a.asin(),
    "acos": lambda torch, a: a.acos(),
    "atan": lambda torch, a: a.atan(),
    "atan2": lambda torch, a, b: torch.atan2(a, b),
    "sinh": lambda torch, a: a.sinh(),
    "cosh": lambda torch, a: a.cosh(),
    "tanh": lambda torch, a: a.tanh(),
    "asinh": lambda torch, a: a.asinh(),
    "acosh": lambda torch, a: a.acosh(),
    "atanh": lambda torch, a: a.atanh(),
    "sigmoid": lambda torch, a: a.sigmoid(),
    "sigmoid_slope": lambda torch, a: a.sigmoid() * (-a).sigmoid(),
    "log_sigmoid": lambda torch, a: torch.nn.functional.logsigmoid(a),
    "softplus": lambda torch, a: torch.nn.functional.softplus(a),
    "relu": lambda torch, a: a.relu(),
    "leaky_relu": lambda torch, a, slope: torch.nn.functional.prelu(a.reshape(1), slope.reshape(1)).sum(),
    "elu": lambda torch, a, alpha: torch.nn.functional.elu(a, alpha.item()),
    "silu": lambda torch, a: torch.nn.functional.silu(a),
    "erf": lambda torch, a: a.erf(),
    "erfc": lambda torch, a: a.erfc(),
    "gelu": lambda torch, a: torch.nn.functional.gelu(a),
    "sum": lambda torch, *xs: torch.stack(xs).sum(),
    "prod": lambda torch, *xs: torch.stack(xs).prod(),
    "mean": lambda torch, *xs: torch.stack(xs).mean(),
    "dot": lambda torch, *xs: torch.dot(*torch.stack(xs).chunk(2)),
    "logsumexp": lambda torch, *xs: torch.stack(xs).logsumexp(0),
    "amax": lambda torch, *xs: torch.stack(xs).amax(),
    "norm": lambda torch, *xs: torch.linalg.vector_norm(torch.stack(xs)),
}

NOT_IN_TORCH = {
    "cbrt": "PyTorch has no cube root",
    "round_digits": "PyTorch's round(decimals=) multiplies by a power of ten, rounds, and divides",
}

TORCH_DIFFERS: dict[tuple[str, tuple[float, ...], int], str] = {
    ("hypot", (0.0, 0.0), 0): "NaN in PyTorch, whose vector_norm returns the subgradient 0 there; ours is 0 for both",
    ("hypot", (0.0, 0.0), 1): "as above",
    ("ieee_pow", (0.0, 0.0), 1): "0 in PyTorch; 0^b falls from 1 to 0",
    ("cosine", (0.0, 0.0), 0): "a convention of ours",
    ("cosine", (0.0, 0.0), 1): "as above",
    ("elu", (2.0, 1.0), 1): "PyTorch takes alpha as a plain number and has no derivative by it",
    ("elu", (-0.5, 1.0), 1): "as above",
    ("elu", (-0.5, 0.25), 1): "as above",
    ("elu", (0.0, 1.0), 1): "as above",
}
"""The partials, by row, point and operand, that are not held against PyTorch's, and why."""

_IS_NAN = "of NaN, PyTorch returns 1; ours is 0, as wherever a > 0 does not hold"
_OVERFLOWS = "where the power overflows, but not its product with a tiny exponent, PyTorch returns inf"
_ONE_IS_NAN = "with a NaN, PyTorch gives both operands the whole gradient, or NaN; ours is ½ and ½, as at any tie"

TORCH_DIFFERS_AT_EXTREMES: dict[str, tuple[Callable[..., bool], str]] = {
    "pow": (lambda i, a, b: abs(a) < 1e-300 and 0.0 < abs(b) <= 1e-300, _OVERFLOWS),
    "ieee_pow": (lambda i, a, b: abs(a) < 1e-300 and abs(b) <= 1e-300, f"{_OVERFLOWS}; and as in TORCH_DIFFERS"),
    "ieee_log": (lambda i, a: a < 0.0, "of a negative number, which has no logarithm, PyTorch returns 1/a"),
    "xlogy": (lambda i, a, b: a == b == 0.0, "NaN by the second operand, which cannot influence the result"),
    "relu": (lambda i, a: math.isnan(a), _IS_NAN),
    "maximum": (lambda i, *xs: any(map(math.isnan, xs)), _ONE_IS_NAN),
    "minimum": (lambda i, *xs: any(map(math.isnan, xs)), _ONE_IS_NAN),
    "amax": (lambda i, *xs: any(map(math.isnan, xs)), _ONE_IS_NAN),
    "clip": (
        lambda i, a, low, high: low == high or any(map(math.isnan, (a, low, high))),
        "where low = high, PyTorch drops the gradient of low; with a NaN, all of them",
    ),
    "elu": (lambda i, a, alpha: i == 1 or math.isnan(a), "PyTorch has no derivative by alpha, and 1 by NaN; ours is 0"),
    "logsumexp": (
        lambda i, a, b: a == b and abs(a) > 1e15,
        "PyTorch takes exp(x − y), which is 1 for each of two equal large operands; right is ½",
    ),
    "hypot": (lambda i, a, b: a == b == 0.0, "as in TORCH_DIFFERS"),
    "atan2": (lambda i, a, b: max(abs(a), abs(b)) <= 1e-300, "PyTorch squares the radius, which underflows"),
    "norm": (lambda i, *xs: max(map(abs, xs)) <= 1e-300, "PyTorch squares the operands, which underflows"),
    "prod": (
        lambda i, *xs: not math.isfinite(math.prod(xs)) or 0.0 < min(map(abs, xs)) <= 1e-300,
        "PyTorch divides the product by the operand, which makes NaN where it is infinite, and rounds where it is tiny",
    ),
}
"""Where the partials, by operand and point, are not held against PyTorch's beyond samples and kinks, and why."""


VALUE_DIFFERS: dict[str, tuple[Callable[..., bool], str]] = {
    "norm": (lambda *xs: not all(abs(x) < 1e154 or math.isinf(x) for x in xs), "PyTorch squares, and overflows"),
    "elu": (lambda a, alpha: not math.isfinite(alpha), "where alpha · 0 is NaN, PyTorch doesn't multiply"),
}
"""Where not even the values are."""


def value_differs(name: str, point: Sequence[float]) -> bool:
    return name in VALUE_DIFFERS and VALUE_DIFFERS[name][0](*point)


def partial_differs(name: str, point: Sequence[float], i: int) -> bool:
    differs = TORCH_DIFFERS_AT_EXTREMES.get(name)
    return value_differs(name, point) or (differs is not None and differs[0](i, *point))


def torch_at(name: str, points: Sequence[tuple[float, ...]]) -> list[tuple[float, list[float]]]:
    """PyTorch's value and gradient of a row at points; 0 by an operand that PyTorch hands nothing to."""

    def answer(torch: Any) -> list[list[float]]:
        found = []
        for point in points:
            tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in point]
            y = TORCH_ROWS[name](torch, *tensors)
            gradient = torch.autograd.grad(y, tensors, allow_unused=True)
            found.append([y.item(), *(0.0 if slope is None else slope.item() for slope in gradient)])
        return found

    return [(y, gradient) for y, *gradient in ask(f"{name} at {list(points)}", answer)]
