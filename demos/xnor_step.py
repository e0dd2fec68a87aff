"""Document 002: a 2-2-1 sigmoid network with XNOR-like targets, its forward table and one step of backpropagation."""

from __future__ import annotations

from collections.abc import Mapping

from autograd import Value, constant, sigmoid
from demos.report import Report, Row, Section, by_label, derivatives, gradient_section

# the document's names: w12(1) is the second weight of g1, w1(2) the first of g3; the last of each is the bias
WEIGHTS = {
    "w11(1)": 2.0,
    "w12(1)": -2.0,
    "w13(1)": 0.0,
    "w21(1)": 1.0,
    "w22(1)": 3.0,
    "w23(1)": -1.0,
    "w1(2)": 3.0,
    "w2(2)": -2.0,
    "w3(2)": -1.0,
}
GIVEN = {**WEIGHTS, "x1": 1.0, "x2": 0.0, "y": 0.0}  # the row of the table for which the document makes the step

# a row of the document's table: x1, x2, y, and for g1, s1, g2, s2, g3, f what is printed, and what is exact
TABLE = (
    (0.0, 0.0, 1.0, "0 0.5 −1 0.269 −0.038 0.491", "0.000000 0.500000 −1.000000 0.268941 −0.037883 0.490530"),
    (0.0, 1.0, 0.0, "−2 0.119 2 0.881 −2.405~ 0.083", "−2.000000 0.119203 2.000000 0.880797 −2.403985 0.082869"),
    (1.0, 0.0, 0.0, "2 0.881 0 0.5 0.643~ 0.655", "2.000000 0.880797 0.000000 0.500000 0.642391 0.655294"),
    (1.0, 1.0, 1.0, "0 0.5 3 0.953 −1.406~ 0.197", "0.000000 0.500000 3.000000 0.952574 −1.405148 0.197000"),
)


def network(at: Mapping[str, float]) -> Value:
    """ε = (y − f)², f = sigmoid(g3), of the document's network."""
    w = {label: Value(at[label], label) for label in WEIGHTS}
    x1, x2, y = (constant(at[label], label) for label in ("x1", "x2", "y"))
    g1 = x1 * w["w11(1)"] + x2 * w["w12(1)"] + w["w13(1)"]
    g2 = x1 * w["w21(1)"] + x2 * w["w22(1)"] + w["w23(1)"]
    s1, s2 = sigmoid(g1), sigmoid(g2)
    g3 = s1 * w["w1(2)"] + s2 * w["w2(2)"] + w["w3(2)"]
    f = sigmoid(g3)
    error: Value = (y - f) ** 2
    for node, label in ((g1, "g1"), (g2, "g2"), (s1, "s1"), (s2, "s2"), (g3, "g3"), (f, "f"), (error, "ε")):
        node.label = label
    return error


def output() -> Value:
    """The document's ε at (1, 0), with its labels."""
    return network(GIVEN)


def report() -> Report:
    """Every row of the document, and its gradients beside central differences."""
    return [
        *(_forward(*row) for row in TABLE),
        Section("One step at (1, 0)", _step(), text=["ε = (y − f)², c = 1; δ is −½ times the engine's gradient of ε."]),
        Section("Where the document slips", _slips()),
        gradient_section(network, GIVEN, of="ε"),
    ]


def _forward(x1: float, x2: float, y: float, printed: str, exact: str) -> Section:
    nodes = by_label(network({**WEIGHTS, "x1": x1, "x2": x2, "y": y}))
    names = ("g1", "s1", "g2", "s2", "g3", "f")
    rows = [
        Row(name, document, right, nodes[name].data)
        for name, document, right in zip(names, printed.split(), exact.split(), strict=True)
    ]
    return Section(f"Forward at ({x1:g}, {x2:g}), y = {y:g}", rows)


def _step() -> list[Row]:
    error = output()
    nodes = by_label(error)
    delta, delta1, delta2 = (-0.5 * gradient for gradient in derivatives(error, nodes["g3"], nodes["g1"], nodes["g2"]))
    gradients = derivatives(error, *(nodes[label] for label in WEIGHTS))
    moved = {label: w - 0.5 * gradient for (label, w), gradient in zip(WEIGHTS.items(), gradients, strict=True)}
    g1, g2, g3 = list(moved.values())[:3], list(moved.values())[3:6], list(moved.values())[6:]
    return [
        Row("δ(2) = (y − f)·f·(1 − f)", "−0.148", "−0.148020", delta),
        Row("δ1(1) = s1·(1 − s1)·δ(2)·3", "−0.047", "−0.046624", delta1),
        Row("δ2(1) = s2·(1 − s2)·δ(2)·(−2)", "0.074", "0.074010", delta2),
        Row("output weights after", "(2.87, −2.074, −1.148)", "(2.869624, −2.074010, −1.148020)", g3),
        Row("g1's weights after", "(1.953, −2, −0.047)", "(1.953376, −2.000000, −0.046624)", g1),
        Row("g2's weights after", "(1.074, 3, −0.926)", "(1.074010, 3.000000, −0.925990)", g2),
        Row("ε before and after", "", "(0.429410, 0.312401)", [error.data, network({**GIVEN, **moved}).data]),
    ]


def _slips() -> list[Row]:
    wrong_target = network({**GIVEN, "y": 1.0})
    (delta_of_1,) = derivatives(wrong_target, by_label(wrong_target)["g3"])
    error = output()
    (error_by_g3,) = derivatives(error, by_label(error)["g3"])
    return [
        Row(
            "δ(2) with (1 − 0.655), as substituted",
            "−0.148",
            "0.077864",
            -0.5 * delta_of_1,
            "y is 0 in this row: (0 − 0.655) gives the printed −0.148, (1 − 0.655) would give +0.078",
        ),
        Row(
            "−∂ε/∂g3",
            "−0.148",
            "−0.296041",
            -error_by_g3,
            "∂ε/∂f = −2(y − f), so −∂ε/∂g3 is 2δ(2) = −0.296; dropping the 2, the update with c = 1 is W − ½·∂ε/∂W",
        ),
    ]
