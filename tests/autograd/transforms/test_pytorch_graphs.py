"""Random graphs over the whole table against PyTorch: every step's value, the gradient, the Hessian.

Where derivatives exist and floats are able to find them, PyTorch must find the same, unless many digits say that it is
wrong. At kinks and infinities, where
conventions decide, it must if it has come there by the same numbers, bit for bit; but for what it is known to do
otherwise (`differs`), and where it says NaN: we leave out what isn't selected, it multiplies infinities by 0.

A few hundred graphs, always the same; or as many others as are asked for, from a seed that is new each time:

    FUZZ=10000 python -m pytest tests/autograd/transforms/test_pytorch_graphs.py
"""

from __future__ import annotations

import functools
import itertools
import math
import os
import random
from collections.abc import Sequence
from typing import Any

import pytest

from autograd import PRIMITIVES, Value, adjoints, cos, ieee, kinks, stop_gradient
from support.every_transform import disagreements
from support.expressions import Expression, Step, apply_engine, is_smooth_and_well_conditioned
from support.oracles import altered, bits
from support.random_graphs import exact_derivatives, pruned, random_graph, sizes, source
from support.torch_rows import TORCH_ROWS

ASKED = os.environ.get("FUZZ")
GRAPHS = int(ASKED or 400)
SEED = random.SystemRandom().randrange(10**9) if ASKED else 0
BLOCKS = 20
HUGE = 1e75
"""Second derivatives have fourth powers, which floats don't hold of larger numbers, and of less than their inverses."""
TINY = 1e-12
"""What is not told from zero: PyTorch's tails are as exact as numbers of size 1 are."""

KEPT = [
    Expression((40.0,), (Step("minimum", (0, 0)), Step("softplus", (1,)))),
    Expression((3.0,), (Step("pow", (0, 3.0)), Step("log_sigmoid", (1,)))),
    Expression(  # PyTorch's 1 - tanh² is 0 where 1e-16 is multiplied by 1e8
        (1e-08,),
        (Step("gelu", (0,)), Step("abs", (1,)), Step("log", (2,)), Step("sub", (2, 3)), Step("tanh", (4,))),
    ),
    Expression(  # see `multiplied`
        (1e-08,), (Step("maximum", (0, 0)), Step("hypot", (40.0, 1)), Step("prod", (2, 1, 2)))
    ),
]
"""What failed once, as small as it could be made: so far only where the comparison asked for too much."""

Derivatives = tuple[list[float], list[float], list[list[float]]]


def by_us(expression: Expression) -> tuple[Derivatives, bool]:
    """The values of all steps, gradient and Hessian; and whether a convention decided about these."""
    xs = list(map(Value, expression.leaves))
    with ieee():
        results = expression.run(xs, apply_engine)
        slopes = adjoints(results[-1], xs)
        curvatures = [[curvature.data for curvature in adjoints(slope, xs)] for slope in slopes]
    found = [result.data for result in results], [slope.data for slope in slopes], curvatures
    return found, bool(kinks(results[-1], *slopes))


def multiplied(torch: Any, *xs: Any) -> Any:
    """PyTorch's own prod divides the product by the operand, and beside tiny ones its second derivatives cancel."""
    return functools.reduce(torch.mul, xs)


def by_torch(torch: Any, expression: Expression) -> Derivatives:
    """The same by PyTorch."""

    def apply(name: str, operands: list[Any]) -> Any:
        row = multiplied if name == "prod" else TORCH_ROWS[name]
        return row(torch, *[torch.as_tensor(x, dtype=torch.float64) for x in operands])

    def derivatives(y: Any) -> list[Any]:
        if not y.requires_grad:
            return [torch.zeros((), dtype=torch.float64)] * len(xs)
        return torch.autograd.grad(y, xs, create_graph=True, allow_unused=True, materialize_grads=True)

    xs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in expression.leaves]
    results = expression.run(xs, apply)
    slopes = derivatives(results[-1])
    curvatures = [[curvature.item() for curvature in derivatives(slope)] for slope in slopes]
    return [result.item() for result in results], [slope.item() for slope in slopes], curvatures


def differs(step: Step, operands: Sequence[float]) -> bool:
    """Whether PyTorch is known to do otherwise here; `support.torch_rows` says why."""
    if step.name == "clip":
        return operands[1] >= operands[2]
    if step.name == "elu":
        return type(step.operands[1]) is int
    if step.name == "leaky_relu":  # at 0 PyTorch's second derivatives take the other side than its first
        return operands[0] == 0.0
    if step.name in ("pow", "ieee_pow"):  # by base and exponent: 1/a at exponent 0, and 0 in PyTorch; none at base 0
        return operands[1] == 0.0 or (operands[0] == 0.0 and type(step.operands[1]) is int)
    if step.name == "xlogy":
        return operands[0] == 0.0 >= operands[1]
    if step.name in ("fmod", "mod"):  # by the divisor: PyTorch rounds the quotient up to a whole number
        quotient = operands[0] / operands[1]
        return quotient.is_integer() and math.fmod(*operands) != 0.0
    return step.name not in TORCH_ROWS


def faults(torch: Any, expression: Expression) -> list[str] | None:
    """What PyTorch says otherwise; None where nothing can be learned from it."""
    (results, gradient, hessian), conventional = by_us(expression)
    if any(x and math.isfinite(x) and not 1.0 / HUGE < abs(x) < HUGE for x in results):
        return None
    for step in expression.steps:
        if differs(step, [results[x] if type(x) is int else x for x in step.operands]):
            return None
    their_results, their_gradient, their_hessian = by_torch(torch, expression)
    smooth = not conventional and is_smooth_and_well_conditioned(expression)
    if not smooth:
        if list(map(bits, results)) != list(map(bits, their_results)):
            return None
        their_gradient = [a if math.isnan(b) else b for a, b in zip(gradient, their_gradient, strict=True)]
        their_hessian = [
            [a if math.isnan(b) or math.isnan(a) else b for a, b in zip(ours, theirs, strict=True)]
            for ours, theirs in zip(hessian, their_hessian, strict=True)
        ]
    first, second = sizes(expression)  # NaN where an infinite derivative leads to what is not selected
    largest = max((abs(x) for x in [*gradient, *itertools.chain(*hessian)] if math.isfinite(x)), default=0.0)
    first = [largest if math.isnan(x) else x for x in first]
    second = [[largest if math.isnan(x) else x for x in row] for row in second]

    loose = 1.0 if smooth else 100.0  # beside a pole every rounding counts

    def otherwise(slopes: list[float], curvatures: list[list[float]], floor: float) -> list[str]:
        return [
            *disagreements({"gradient": gradient}, slopes, first, loose * 1e-8, floor),
            *disagreements({"Hessian": hessian}, curvatures, second, loose * 1e-7, floor),
        ]

    found = otherwise(their_gradient, their_hessian, TINY)
    if found and not conventional:  # who is right?
        exact = exact_derivatives(expression)
        if exact is not None and not otherwise(*exact, 1e-30):
            return []
        if exact is not None and not smooth and off(gradient, exact[0]) <= 10.0 * off(their_gradient, exact[0]):
            return None  # neither is: floats aren't able to
    return found + disagreements({"values": results}, their_results, list(map(abs, results)), 1e-8, TINY)


def off(found: list[float], exact: list[float]) -> float:
    return max((abs(a - b) for a, b in zip(found, exact, strict=True)), default=0.0)


def shrunk(torch: Any, expression: Expression) -> Expression:
    """The shortest beginning of a graph that fails that fails, too."""
    for n in range(1, len(expression.steps)):
        beginning = pruned(Expression(expression.leaves, expression.steps[:n]))
        if faults(torch, beginning):
            return beginning
    return expression


def story(torch: Any, expression: Expression) -> str:
    return "\n  ".join([source(expression), *(faults(torch, expression) or []), f"to be kept: {expression!r}"])


@pytest.mark.parametrize("block", range(BLOCKS))
def test_random_graphs(block: int) -> None:
    torch = pytest.importorskip("torch")
    wanted = -(-GRAPHS // BLOCKS)
    seed = SEED + block * 100 * wanted
    compared, failing = 0, []
    while compared < wanted:
        expression = pruned(random_graph(seed))
        found = faults(torch, expression)
        compared += found is not None
        if found:
            small = shrunk(torch, expression)
            failing.append((len(small.steps), seed, small))
        seed += 1
    if failing:
        _, seed, small = min(failing, key=lambda case: case[:2])
        pytest.fail(f"{len(failing)} of {wanted} graphs, the smallest by seed {seed}: {story(torch, small)}")


@pytest.mark.parametrize("expression", KEPT)
def test_kept_graphs(expression: Expression) -> None:
    torch = pytest.importorskip("torch")
    assert faults(torch, expression) == [], story(torch, expression)


def slightly(a: Any, y: Any) -> tuple[Any]:
    return ((1.0 - y * y) * (1.0 + 1e-6),)


def to_the_first(a: Any, b: Any, y: Any) -> tuple[Any, Any]:
    return (1.0, None) if a >= b else (None, 1.0)


def bent(a: Any, y: Any) -> tuple[Any]:
    return (cos(a) + 1e-3 * (a - stop_gradient(a)),)


@pytest.mark.parametrize(("name", "partials"), [("tanh", slightly), ("maximum", to_the_first), ("sin", bent)])
def test_a_wrong_row_is_noticed(name: str, partials: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wrong everywhere, at a tie, in the second derivative alone."""
    torch = pytest.importorskip("torch")
    graphs = [graph for graph in map(pruned, map(random_graph, range(400))) if any(s.name == name for s in graph.steps)]
    assert not any(faults(torch, graph) for graph in graphs)
    monkeypatch.setitem(PRIMITIVES, name, altered(PRIMITIVES[name], partials=partials))
    found = list(filter(None, (faults(torch, graph) for graph in graphs)))
    assert found
    assert name != "sin" or all(fault.startswith("Hessian") for graph in found for fault in graph)
