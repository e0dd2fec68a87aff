"""Document 000: loss functions, the chain rule, and one weight of a 2-layer network."""

from __future__ import annotations

import math
from collections.abc import Mapping

from autograd import Value, constant, explain, sigmoid, softmax, sum
from demos.report import Report, Row, Section, by_label, derivatives, gradient_section
from nn import cross_entropy, mse

TARGET_A20 = 0.609  # printed; the figure with the other inputs of z20 is lost
GIVEN = {
    "w10": 0.4,
    "a10": 0.518,
    # not in the text: a11 and the second output's numbers are ours, w20 is what makes a20 = 0.609
    "w20": (math.log(TARGET_A20 / (1 - TARGET_A20)) - 0.4 * 0.518) / 0.6,
    "a11": 0.6,
    "w11": 0.25,
    "w21": 0.45,
    "target_y1": 0.3,
    "target_y2": 0.7,
}


def network(at: Mapping[str, float]) -> Value:
    """E = ½((target_y1 − a20)² + (target_y2 − a21)²) of the document's second layer, sigmoid units, no bias."""
    w10, a10, w20, a11, w11, w21 = (Value(at[label], label) for label in ("w10", "a10", "w20", "a11", "w11", "w21"))
    target_y1, target_y2 = (constant(at[label], label) for label in ("target_y1", "target_y2"))
    z20 = w10 * a10 + w20 * a11
    z21 = w11 * a10 + w21 * a11
    a20, a21 = sigmoid(z20), sigmoid(z21)
    z20.label, z21.label, a20.label, a21.label = "z20", "z21", "a20", "a21"
    e: Value = 0.5 * ((target_y1 - a20) ** 2 + (target_y2 - a21) ** 2)
    e.label = "E"
    return e


def output() -> Value:
    """The document's E, with its labels."""
    return network(GIVEN)


def report() -> Report:
    """Every row of the document, and its gradients beside central differences."""
    return [
        Section("Loss functions", _losses()),
        Section("Partial derivatives and composition", _calculus()),
        Section("Learning w10", _one_weight(), text=[_LOST]),
        Section("The engine's own derivation", text=_derivation()),
        Section("Where the document slips", _slips()),
        gradient_section(network, GIVEN, of="E"),
    ]


_LOST = "The figure is lost: a11, target_y2 and the second output's weights are ours; w20 is what makes a20 = 0.609."


def _losses() -> list[Row]:
    y, predicted = [1.0, 0.0, 0.0], [Value(0.7), Value(0.2), Value(0.1)]
    small = softmax([Value(1.0), Value(2.0), Value(3.0)])
    large = softmax([Value(-1000.0), Value(1000.0), Value(1000.0)])
    return [
        Row("MSE, Y = (1, 0, 0), Y' = (.7, .2, .1)", "formula", "0.046667", mse(predicted, y).data),
        Row(
            "cross entropy, true class at 0.6",
            "0.51",
            "0.510826",
            cross_entropy([Value(0.6), Value(0.4)], [1.0, 0.0]).data,
        ),
        Row("softmax of (1, 2, 3)", "formula", "(0.090031, 0.244728, 0.665241)", [p.data for p in small]),
        Row("its sum", "formula", "1.000000000000", sum(small).data),
        Row("softmax of (−1000, 1000, 1000)", "formula", "(0.000000, 0.500000, 0.500000)", [p.data for p in large]),
    ]


def _calculus() -> list[Row]:
    x, y, a = Value(3.0), Value(4.0), Value(5.0)
    by_x, by_y, by_a = derivatives(x**2 + x * y + a, x, y, a)
    inner = x**2
    outer = 2.0 * inner + 1.0
    f_prime, composed = derivatives(outer, inner, x)
    (g_prime,) = derivatives(inner, x)
    return [
        Row("f = x² + xy + a, ∂f/∂x at (3, 4)", "2x + y", "10.000000", by_x),
        Row("∂f/∂y = x, ∂f/∂a = 1", "", "(3.000000, 1.000000)", (by_y, by_a)),
        Row("f(t) = 2t + 1, t = x², at x = 3", "19", "19.000000", outer.data),
        Row("(f∘g)'(3)", "f'(g)·g'", "12.000000", composed),
        Row("f'(g(3)), g'(3)", "", "(2.000000, 6.000000)", (f_prime, g_prime)),
    ]


def _one_weight() -> list[Row]:
    e = output()
    nodes = by_label(e)
    w10, z20, a20 = nodes["w10"], nodes["z20"], nodes["a20"]
    (e_by_a20,) = derivatives(e, a20)
    (a20_by_z20,) = derivatives(a20, z20)
    (z20_by_w10,) = derivatives(z20, w10)
    (e_by_w10,) = derivatives(e, w10)
    return [
        Row("a20 = sigmoid(z20)", "0.609", "0.609000", a20.data),
        Row("∂E/∂a20 = −(0.3 − a20)", "−(0.3 − 0.609)", "0.309000", e_by_a20),
        Row("∂a20/∂z20 = a20(1 − a20)", "0.609(1 − 0.609)", "0.238119", a20_by_z20),
        Row("∂z20/∂w10 = a10", "0.518", "0.518000", z20_by_w10),
        Row("the product of the three", "0.0381", "0.038114", e_by_a20 * a20_by_z20 * z20_by_w10),
        Row("∂E/∂w10 by one backward pass", "0.0381", "0.038114", e_by_w10),
        Row("w10⁺ = 0.4 − 0.5·∂E/∂w10", "", "0.380943", w10.data - 0.5 * e_by_w10),
    ]


def _derivation() -> list[str]:
    """The slide's product of three factors, as `explain` writes it."""
    e = output()
    _, product, *_ = str(explain(e, by_label(e)["w10"])).split("\n\n")
    return product.split("\n")


def _slips() -> list[Row]:
    e = output()
    nodes = by_label(e)
    w10, a10, z20 = nodes["w10"], nodes["a10"], nodes["z20"]
    rounded = round(derivatives(e, w10)[0], 4)
    return [
        Row(
            "w10⁺ = 0.4 − 0.5·0.0381",
            "0.380",
            "0.38095",
            w10.data - 0.5 * rounded,
            "cut off where it should be rounded: 0.38095 is 0.381 to three digits",
        ),
        Row(
            "w10⁺ = 0.4 − η·0.0381, η = 0.1",
            "0.380",
            "0.39619",
            w10.data - 0.1 * rounded,
            "the text says learning rate 0.1, the arithmetic uses 0.5; 0.1 gives 0.39619",
        ),
        Row(
            "the other term of z20",
            "w20·a20",
            "0.235911",
            (z20 - w10 * a10).data,
            "an activation cannot be its own input: the term is w20·a11 = 0.235911",
        ),
    ]
