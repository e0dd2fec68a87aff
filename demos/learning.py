"""Document 003: losses, numerical differentiation, gradient descent, and a network that learns to read digits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograd import Value, constant, exp, log, variables
from demos import learning_plots
from demos.learning_descent import descent_sections, gradient
from demos.learning_network import network_sections
from demos.report import (
    Gradient,
    Report,
    Row,
    Section,
    Verdict,
    central_difference,
    derivatives,
    gradient_section,
    show,
)
from nn import cross_entropy, cross_entropy_with_logits, half_squared_error, one_hot

POINT = (2.0, 0.75)
"""Where the surface below is looked at; its gradient there is (3, 4), of length 5."""

REGRESSION = {
    "w11": 0.1,
    "w12": -0.2,
    "w13": 0.3,
    "w21": 0.4,
    "w22": 0.5,
    "w23": -0.1,
    "b1": 0.1,
    "b2": 0.0,
    "b3": -0.1,
    "x1": 1.0,
    "x2": 2.0,
}
"""Numbers for the document's softmax regression, which has none; ours."""


def report() -> Report:
    """The document's tables."""
    return [
        *loss_sections(),
        *difference_sections(),
        *direction_sections(),
        *descent_sections(),
        *regression_sections(),
        *network_sections(),
    ]


def output() -> Value:
    """The document's softmax regression, with its labels."""
    return softmax_regression(REGRESSION)


def plots(folder: Path) -> list[Path]:
    """Errors of differences, level curves, gradient descent, and the loss of the network."""
    return learning_plots.plots(folder, surface, difference_errors)


# -- losses -----------------------------------------------------------------------------------------------------------


ONE_HOT = (
    "1000000000",
    "0100000000",
    "0010000000",
    "0001000000",
    "0000100000",
    "0000010000",
    "0000001000",
    "0000000100",
    "0000000010",
    "0000000001",
)
"""The document's rows for the digits from 0 to 9."""


@dataclass(frozen=True)
class OneHot:
    """The one-hot row of a digit, its ten numbers written together."""

    digit: int
    printed: str

    @property
    def engine(self) -> str:
        """The row as `one_hot` makes it."""
        return "".join(map(show, one_hot(self.digit, 10)))

    @property
    def verdict(self) -> Verdict:
        """✓ where both rows are the same."""
        return Verdict.AGREES if self.engine == self.printed else Verdict.WRONG

    @property
    def cells(self) -> tuple[str, str, str]:
        """The texts of its columns before the verdict."""
        return f"the row of {self.digit}", self.printed, self.engine

    @property
    def remark(self) -> str:
        """The line below the row: none, the columns say it all."""
        return ""


def loss_sections() -> list[Section]:
    """One-hot rows, and the two losses of a prediction and of a data set."""
    y = [0.05, 0.02, 0.6, 0.03, 0.1, 0.05, 0.02, 0.08, 0.04, 0.01]
    two, seven = one_hot(2, 10), one_hot(7, 10)
    losses = [
        Row("½ Σ (yₖ − tₖ)², label 2", "formula", "0.0924", half_squared_error(y, two)),
        Row("½ Σ (yₖ − tₖ)², label 7", "formula", "0.6124", half_squared_error(y, seven)),
        Row("their mean over the two pictures", "formula", "0.3524", half_squared_error([y, y], [two, seven])),
        Row("−Σ tₖ log yₖ, label 2", "formula", "0.510826", cross_entropy(y, two)),
        Row("−log y₂, the same", "formula", "0.510826", -log(y[2])),
        Row("−Σ tₖ log yₖ, label 7", "formula", "2.525729", cross_entropy(y, seven)),
        Row("their mean over the two pictures", "formula", "1.518277", cross_entropy([y, y], [two, seven])),
    ]
    numbers = ", ".join(map(show, y))
    text = [f"For two pictures, one of a 2 and one of a 7, for both of which a network answers y = ({numbers})."]
    return [
        Section(
            "One-hot encoding",
            [OneHot(digit, printed) for digit, printed in enumerate(ONE_HOT)],
            ["The ten numbers of each row, written together."],
        ),
        Section("Loss functions", losses, text),
    ]


# -- numerical differentiation ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class DifferenceErrors:
    """How far the two differences of x³ at 1 are from its derivative, for one h.

    In exact arithmetic the forward difference is off by 3h + h² and the central one by h². Each of the two values of x³
    is rounded, x + h is, too, and the division by h magnifies that: to no more than about 10⁻¹⁵/h in sum.
    """

    h: float
    forward: float
    central: float

    @property
    def verdict(self) -> Verdict:
        """✓ where both errors are what exact arithmetic gives, up to rounding."""
        rounding = 1e-15 / self.h
        forward, central = abs(self.forward - (3.0 * self.h + self.h**2)), abs(self.central - self.h**2)
        return Verdict.AGREES if max(forward, central) <= rounding else Verdict.WRONG

    @property
    def cells(self) -> tuple[str, str, str]:
        """The texts of its columns before the verdict."""
        return show(self.h), show(self.forward, 4), show(self.central, 4)

    @property
    def remark(self) -> str:
        """The line below the row, if any."""
        return "" if self.verdict is Verdict.AGREES else "must be 3h + h² and h², up to rounding"


def cube(x: Any) -> Any:
    """x³, of Values or floats."""
    return x * x * x


def difference_errors(h: float) -> DifferenceErrors:
    """Both differences of x³ at 1, less the engine's derivative."""
    x = Value(1.0)
    (derivative,) = derivatives(cube(x), x)
    forward = (cube(1.0 + h) - cube(1.0)) / h
    central = (cube(1.0 + h) - cube(1.0 - h)) / (2.0 * h)
    return DifferenceErrors(h, forward - derivative, central - derivative)


def difference_sections() -> list[Section]:
    """The errors of the differences as h shrinks, and the order in which they do."""
    errors = [difference_errors(10.0**-k) for k in range(1, 13)]
    text = (
        "f(x) = x³ at 1: the differences less the engine's derivative, which is 3. With h ten times smaller, the "
        "forward error is ten times smaller (order 1), the central one a hundred times (order 2), until rounding takes "
        "over: it grows with 1/h."
    )
    first, second = errors[1], errors[2]
    orders = [
        Row("order of the forward difference", "limit", "1.0", math.log10(first.forward / second.forward)),
        Row("order of the central difference", "limit", "2.0", math.log10(first.central / second.central)),
        Row(
            "forward less central, h = 0.1",
            "equal",
            "0.3000",
            errors[0].forward - errors[0].central,
            "the two are set equal along with their limits; only the limits are, these differ for every h",
        ),
    ]
    return [
        Section("Numerical differentiation", errors, [text], head=("h", "forward error", "central error")),
        Section("How fast the errors shrink", orders),
    ]


# -- partial and directional derivatives ------------------------------------------------------------------------------


def surface(x0: Any, x1: Any) -> Any:
    """f(x0, x1) = x0²·x1, whose derivatives are (2·x0·x1, x0²)."""
    return x0 * x0 * x1


def surface_at(at: Mapping[str, float]) -> Value:
    """The surface with labelled variables."""
    result: Value = surface(Value(at["x0"], "x0"), Value(at["x1"], "x1"))
    return result


def directional_derivative(degrees: float) -> float:
    """D_v f at the point by the engine, v at this angle to the x0 axis: the derivative of f(x + t·v) by t."""
    v0, v1 = _direction(degrees)
    t = Value(0.0)
    return derivatives(surface(POINT[0] + t * v0, POINT[1] + t * v1), t)[0]


def direction_sections() -> list[Section]:
    """Partial and directional derivatives, the tangent plane, and the level curve."""
    g = gradient(surface, POINT)
    uphill = math.degrees(math.atan2(g[1], g[0]))
    turns = (0, 60, 90, 180)
    exact = ("5.000000", "2.500000", "0.000000", "−5.000000")  # 5 cos θ
    along = [_dot(g, _direction(uphill + turn)) for turn in turns]
    sweep = [directional_derivative(degrees) for degrees in range(360)]
    rows = [
        Row("∂f/∂x0 = 2·x0·x1", "limit", "3", g[0]),
        Row("∂f/∂x1 = x0²", "limit", "4", g[1]),
        Row("‖∇f‖", "formula", "5", math.hypot(*g)),
        *(Row(f"∇f·v at {t}° to ∇f", "‖∇f‖ cos θ", e, d) for t, e, d in zip(turns, exact, along, strict=True)),
        Row("of 360 directions, largest along", "∇f, 53.13°", "53", sweep.index(max(sweep))),
        Row("smallest along", "−∇f, 233.13°", "233", sweep.index(min(sweep))),
        Row(
            "nearest to 0 at", "right angles", "(143, 323)", sorted(sorted(range(360), key=lambda i: abs(sweep[i]))[:2])
        ),
    ]
    limits = [
        Gradient(f"D_v f, v at {turn}° to ∇f", _central_limit(uphill + turn), directional_derivative(uphill + turn))
        for turn in turns
    ]
    text = ["f(x0, x1) = x0²·x1 at (2, 0.75), where f = 3; angles of v are taken from the x0 axis, or from ∇f."]
    return [
        Section("Partial and directional derivatives", rows, text),
        Section("The same as limits", limits, head=("derivative", "difference", "engine")),
        gradient_section(surface_at, {"x0": POINT[0], "x1": POINT[1]}, "f"),
        Section("Tangent plane and level curve", _plane_rows(g)),
    ]


def _plane_rows(g: Sequence[float]) -> list[Row]:
    """The tangent plane touches: its distance from the surface shrinks as the square; the level curve f = 3."""
    height = surface(*POINT)

    def plane(x0: float, x1: float) -> float:
        return float(height) + _dot(g, (x0 - POINT[0], x1 - POINT[1]))

    gap, half = surface(2.1, 0.8) - plane(2.1, 0.8), surface(2.05, 0.775) - plane(2.05, 0.775)
    angles = []
    for x0 in (1.0, 2.0, 3.0):  # the curve is x1 = 3 / x0²; the engine gives its direction (1, dx1/dx0)
        x = Value(x0)
        tangent = (1.0, derivatives(3.0 / (x * x), x)[0])
        normal = gradient(surface, (x0, 3.0 / x0**2))
        cosine = _dot(normal, tangent) / math.hypot(*normal) / math.hypot(*tangent)
        angles.append(math.degrees(math.acos(cosine)))
    return [
        Row("plane at (2.1, 0.8)", "formula", "3.5", plane(2.1, 0.8)),
        Row("f − plane there, and half way there", "touches", "(0.028000, 0.0069375)", (gap, half)),
        Row("angle of ∇f to the curve f = 3 (degrees)", "right angles", "(90.0000, 90.0000, 90.0000)", angles),
    ]


def _direction(degrees: float) -> tuple[float, float]:
    return math.cos(math.radians(degrees)), math.sin(math.radians(degrees))


def _dot(a: Sequence[float], b: Sequence[float]) -> float:
    return math.fsum(x * y for x, y in zip(a, b, strict=True))


def _central_limit(degrees: float) -> float:
    v0, v1 = _direction(degrees)
    return central_difference(lambda t: float(surface(POINT[0] + t * v0, POINT[1] + t * v1)), 0.0)


# -- softmax regression -----------------------------------------------------------------------------------------------


def softmax_regression(at: Mapping[str, float]) -> Value:
    """L(W, b) as the document prints it: two inputs, three classes, label (0, 0, 1)."""
    x1, x2 = (constant(at[label], label) for label in ("x1", "x2"))
    w11, w12, w13, w21, w22, w23, b1, b2, b3 = (Value(at[label], label) for label in list(at)[:9])
    z1, z2, z3 = w11 * x1 + w21 * x2 + b1, w12 * x1 + w22 * x2 + b2, w13 * x1 + w23 * x2 + b3
    z1.label, z2.label, z3.label = "z1", "z2", "z3"
    loss: Value = -log(exp(z3) / (exp(z1) + exp(z2) + exp(z3)))
    loss.label = "L"
    return loss


def regression_sections() -> list[Section]:
    """The loss, and its gradient (p − t)·x and p − t."""
    loss = softmax_regression(REGRESSION)
    leaves = {leaf.label: leaf for leaf in variables(loss)}
    names = [name for name in REGRESSION if not name.startswith("x")]
    g = dict(zip(names, derivatives(loss, *(leaves[name] for name in names)), strict=True))
    logits = [1.0, 0.8, 0.0]
    rows = [
        Row("L(W, b) as printed", "formula", "1.782352", loss.data),
        Row("from logits, which cannot overflow", "formula", "1.782352", cross_entropy_with_logits(logits, [0, 0, 1])),
        Row("∂L/∂w1k = (pₖ − tₖ)·x1", "variables", "(0.457329, 0.374429, −0.831758)", [g["w11"], g["w12"], g["w13"]]),
        Row("∂L/∂w2k = (pₖ − tₖ)·x2", "variables", "(0.914658, 0.748858, −1.663516)", [g["w21"], g["w22"], g["w23"]]),
        Row("∂L/∂bk = pₖ − tₖ", "variables", "(0.457329, 0.374429, −0.831758)", [g["b1"], g["b2"], g["b3"]]),
    ]
    text = ["x = (1, 2), W = ((0.1, −0.2, 0.3), (0.4, 0.5, −0.1)), b = (0.1, 0, −0.1), label (0, 0, 1)."]
    return [
        Section("Softmax regression", rows, text),
        gradient_section(softmax_regression, REGRESSION, "L"),
    ]
