"""Document 004: binary cross entropy, rates of change, and backpropagation through one neuron."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from autograd import Value, constant, log, sigmoid
from demos.report import Report, Row, Section, by_label, derivatives, gradient_section, show
from nn import SGD, Neuron, accuracy, binary_cross_entropy

GIVEN = {"w1": 0.5, "w2": -0.25, "b": 0.1, "x1": 1.0, "x2": 2.0, "y": 1.0}  # ours: the document's are in lost figures
CORNERS = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0))
GATES = {"AND": (0.0, 0.0, 0.0, 1.0), "OR": (0.0, 1.0, 1.0, 1.0)}
PREDICTIONS = [0.1 + 0.01 * step for step in range(90)]  # the document's np.arange(start=0.1, stop=1, step=0.01)


def neuron(at: Mapping[str, float]) -> Value:
    """The loss J of one neuron on one point: affine, sigmoid, binary cross entropy."""
    w1, w2, b = (Value(at[label], label) for label in ("w1", "w2", "b"))
    x1, x2, y = (constant(at[label], label) for label in ("x1", "x2", "y"))
    z = w1 * x1 + w2 * x2 + b
    predicted = sigmoid(z)
    loss: Value = -(y * log(predicted) + (1.0 - y) * log(1.0 - predicted))
    z.label, predicted.label, loss.label = "z", "ŷ", "J"
    return loss


def output() -> Value:
    """The neuron's J on one point, with its labels."""
    return neuron(GIVEN)


def report() -> Report:
    """Every row of the document, and its gradients beside central differences."""
    return [
        Section("Binary cross entropy", _losses()),
        Section(
            "Rates of change of x²", _rates(), text=["The function is lost with its picture; x² fits every number."]
        ),
        Section("Backward through one neuron", _chain()),
        *(_gate(name, targets) for name, targets in GATES.items()),
        gradient_section(neuron, GIVEN, of="J"),
    ]


def _losses() -> list[Row]:
    def j(y: float, *predictions: float) -> list[float]:
        return [binary_cross_entropy(Value(predicted), y).data for predicted in predictions]

    low = [2.0**-10, 2.0**-30, 2.0**-50]
    high = [1.0 - x for x in low]
    unbounded, vanishing = "(6.931472, 20.794415, 34.657359)", "(0.0009770396, 0.0000000009, 0.0000000000)"
    return [
        Row("J(y=0, ŷ=0.3)", "0.3567", "0.356675", j(0.0, 0.3)),
        Row("J(1, ŷ), ŷ = 2⁻¹⁰, 2⁻³⁰, 2⁻⁵⁰", "→ ∞", unbounded, j(1.0, *low)),
        Row("J(1, ŷ), ŷ = 1 − 2⁻¹⁰, −2⁻³⁰, −2⁻⁵⁰", "→ 0", vanishing, j(1.0, *high)),
        Row("J(0, ŷ), ŷ = 2⁻¹⁰, 2⁻³⁰, 2⁻⁵⁰", "→ 0", vanishing, j(0.0, *low)),
        Row("J(0, ŷ), ŷ = 1 − 2⁻¹⁰, −2⁻³⁰, −2⁻⁵⁰", "→ ∞", unbounded, j(0.0, *high)),
        Row("curve y = 0, at ŷ = 0.1 and 0.99", "plot", "(0.105361, 4.605170)", j(0.0, 0.1, 0.99)),
        Row("curve y = 1, at ŷ = 0.1 and 0.99", "plot", "(2.302585, 0.010050)", j(1.0, 0.1, 0.99)),
    ]


def square(x: Any) -> Any:
    """x²."""
    return x * x


def average_rate(f: Callable[[Any], Any], start: float, end: float) -> float:
    """The average rate of change over an interval: the slope of the secant."""
    x0, x1 = Value(start), Value(end)
    slope: Value = (f(x1) - f(x0)) / (x1 - x0)
    return slope.data


def slope_at(f: Callable[[Any], Any], point: float) -> float:
    """The slope of the tangent."""
    x = Value(point)
    return derivatives(f(x), x)[0]


def _rates() -> list[Row]:
    secant = average_rate(square, 0.0, 2.0)
    return [
        Row("average rate over [2, 3]", "5", "5.000000", average_rate(square, 2.0, 3.0)),
        Row("over [0, 3]", "", "3.000000", average_rate(square, 0.0, 3.0)),
        Row("over [−2, 1]", "", "−1.000000", average_rate(square, -2.0, 1.0)),
        Row("over [−3, 3]", "", "0.000000", average_rate(square, -3.0, 3.0)),
        Row("secant through x = 0, 2: slope, height at 0", "line", "(2.0, 0.0)", (secant, square(Value(0.0)).data)),
        Row(
            "secants over [2, 2 + h], h = 0.1, 0.01, 0.001",
            "→ 4",
            "(4.100000, 4.010000, 4.001000)",
            [average_rate(square, 2.0, 2.0 + h) for h in (0.1, 0.01, 0.001)],
        ),
        Row("slope of the tangent at 2", "4", "4.000000", slope_at(square, 2.0)),
        Row("slope of the tangent at −1", "−2", "−2.000000", slope_at(square, -1.0)),
        Row("slope of the tangent at 0", "0", "0.000000", slope_at(square, 0.0)),
    ]


def _chain() -> list[Row]:
    j = output()
    nodes = by_label(j)
    w1, w2, b, z, predicted = (nodes[label] for label in ("w1", "w2", "b", "z", "ŷ"))
    (by_prediction,) = derivatives(j, predicted)
    (by_z,) = derivatives(predicted, z)
    by_parameters = derivatives(z, w1, w2, b)
    product = [by_prediction * by_z * factor for factor in by_parameters]
    swept = derivatives(j, w1, w2, b)
    moved = [parameter.data - 0.1 * gradient for parameter, gradient in zip((w1, w2, b), swept, strict=True)]
    gradient = "(−0.475021, −0.950042, −0.475021)"
    return [
        Row("ŷ at w = (0.5, −0.25), b = 0.1, x = (1, 2)", "", "0.524979", predicted.data),
        Row("3: ∂J/∂ŷ = (ŷ − y)/(ŷ(1 − ŷ)), y = 1", "process", "−1.904837", by_prediction),
        Row("2: ∂ŷ/∂z = ŷ(1 − ŷ)", "process", "0.249376", by_z),
        Row("1: ∂z/∂w1, ∂z/∂w2, ∂z/∂b = x1, x2, 1", "process", "(1.0, 2.0, 1.0)", by_parameters),
        Row("3·2·1 = (ŷ − y)x1, (ŷ − y)x2, ŷ − y", "process", gradient, product),
        Row("the same by one backward pass", "process", gradient, swept),
        Row("w1, w2, b less 0.1 of it", "process", "(0.547502, −0.154996, 0.147502)", moved),
    ]


def train(targets: Sequence[float]) -> tuple[Neuron, int]:
    """Gradient steps from zero on the mean loss over the four corners, until ŷ is on the right side of ½ at each.

    Returns:
        The neuron, and the number of steps.
    """
    neuron = Neuron(2, "sigmoid", initializer=lambda generator, fan_in, fan_out: 0.0)
    descent = SGD(neuron.parameters(), 0.5)
    while accuracy([neuron(x) for x in CORNERS], targets) < 1.0:
        neuron.zero_grad()
        binary_cross_entropy([neuron(x) for x in CORNERS], targets).backward()
        descent.step()
    return neuron, descent.steps


def _gate(name: str, targets: Sequence[float]) -> Section:
    neuron, steps = train(targets)
    w1, w2, b = (show(parameter.data, 3) for parameter in neuron.parameters())
    predictions = [neuron(x).data for x in CORNERS]
    found = (
        f"From zero, η = 0.5, separated after {steps} steps: w1 = {w1}, w2 = {w2}, b = {b}; "
        f"ŷ = {', '.join(show(p, 3) for p in predictions)}."
    )
    expected = f"({', '.join(map(str, targets))})"
    classes = [float(p > 0.5) for p in predictions]
    return Section(
        f"The neuron learns {name}",
        [Row("ŷ > ½ at (0,0), (0,1), (1,0), (1,1)", "process", expected, classes)],
        text=[found],
    )


def plots(folder: Path) -> list[Path]:
    """The document's two loss curves, and secants and tangents of x²."""
    from matplotlib.figure import Figure

    curves = Figure(figsize=(12, 6), layout="constrained")
    for axes, y in zip(curves.subplots(ncols=2, sharey=True), (0.0, 1.0), strict=True):
        axes.plot(PREDICTIONS, [binary_cross_entropy(p, y) for p in PREDICTIONS])
        axes.set(title=f"case.{y + 1:.0f} y={y:.0f}", xlabel="preds", ylabel="loss")
        axes.grid(alpha=0.3)

    lines = Figure(figsize=(12, 6), layout="constrained")
    secants, tangents = lines.subplots(ncols=2)
    styles = ("-", "--", "-.", ":", (0, (5, 1)))
    for (x0, x1), style in zip(((0.0, 2.0), (2.0, 3.0), (0.0, 3.0), (-2.0, 1.0), (-3.0, 3.0)), styles, strict=True):
        slope = average_rate(square, x0, x1)
        label = f"through {show(x0)} and {show(x1)}: slope {show(slope)}"
        secants.axline((x0, square(x0)), slope=slope, linestyle=style, color=f"C{styles.index(style)}", label=label)
        secants.plot([x0, x1], [square(x0), square(x1)], "ko")
    for point, style in zip((2.0, -1.0, 0.0), styles, strict=False):
        slope = slope_at(square, point)
        label = f"at {show(point)}: slope {show(slope)}"
        tangents.axline(
            (point, square(point)), slope=slope, linestyle=style, color=f"C{styles.index(style)}", label=label
        )
        tangents.plot([point], [square(point)], "ko")
    xs = [-3.5 + 0.05 * step for step in range(141)]
    for axes, title in ((secants, "secants of x²"), (tangents, "tangents of x²")):
        axes.plot(xs, [square(x) for x in xs], color="black", linewidth=2)
        axes.set(title=title, xlabel="x", xlim=(-3.5, 3.5), ylim=(-2.5, 13))
        axes.grid(alpha=0.3)
        axes.legend(loc="upper center")

    paths = [folder / "binary_cross_entropy.png", folder / "secants_and_tangents.png"]
    for figure, path in zip((curves, lines), paths, strict=True):
        figure.savefig(path)
    return paths
