"""What PyTorch calls the rows of the table, and where it is known to differ from them."""

from __future__ import annotations

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

TORCH_DIFFERS_AT_EXTREMES = {
    "pow": "where the power overflows, but not its product with a tiny exponent, PyTorch returns inf",
    "ieee_pow": "as pow",
    "ieee_log": "of a negative number, which has no logarithm, PyTorch returns 1/a",
    "xlogy": "of (0, 0) PyTorch returns NaN by the second operand, which cannot influence the result",
    "cosine": "a convention of ours at length 0",
    "relu": "of NaN, PyTorch returns 1; ours is 0, as wherever a > 0 does not hold",
    "maximum": "with a NaN, PyTorch gives both operands the whole gradient; ours is ½ and ½, as at any tie",
    "minimum": "as maximum",
    "amax": "as maximum",
    "clip": "where low = high, PyTorch drops the gradient of low; with a NaN, all of them",
    "elu": "PyTorch has no derivative by alpha",
    "logsumexp": "PyTorch takes exp(x − y), which is 1 for each of two equal large operands; right is ½",
    "hypot": "at the origin, as in TORCH_DIFFERS",
    "atan2": "PyTorch squares the radius, which underflows",
    "norm": "PyTorch squares the operands, which underflows",
    "prod": "PyTorch divides the product by the operand, which makes NaN where it is infinite",
}
"""Rows whose partials are not held against PyTorch's beyond samples and kinks, and why."""


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
