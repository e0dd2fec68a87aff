"""Document 003: losses, numerical differentiation, gradient descent, and a network that learns to read digits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from autograd import Value, constant, exp, log, variables
from demos import learning_plots
from demos.learning_descent import descent_sections
from demos.learning_differences import difference_sections
from demos.learning_directions import direction_sections
from demos.learning_network import network_sections
from demos.report import Report, Row, Section, Verdict, derivatives, gradient_section, show
from nn import cross_entropy, cross_entropy_with_logits, half_squared_error, one_hot

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
    return learning_plots.plots(folder)


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
