"""Document 001: the cost of a classifying network and its gradient, the notes' formulas as loops beside the engine.

The notes print no numbers, so the network, its weights and its examples are ours. As in the notes, `theta[l][i][j]` is
the weight to unit i of layer l + 1 from unit j of layer l, where unit 0 is the bias, and g is the sigmoid.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import count, pairwise

from autograd import Value, constant, log, sigmoid
from demos.report import Report, Row, Section, central_difference, derivatives, gradient_section
from nn import MLP, argmax, binary_cross_entropy, l2_penalty, one_hot

Matrix = list[list[float]]

X = [[0.2, -0.4, 0.9], [1.0, 0.3, -0.6], [-0.7, 0.8, 0.1], [0.5, 0.5, -0.2], [-0.3, -0.9, 0.4]]
CLASSES = [0, 1, 2, 1, 0]
Y = one_hot(CLASSES, 3)
IS_CLASS_0 = [[1.0], [0.0], [0.0], [0.0], [1.0]]  # the binary question for one output unit


# ---------------------------------------------------------------------------------------------------------------------
# The notes' formulas, in plain floats


def g(z: float) -> float:
    """The sigmoid."""
    return 1.0 / (1.0 + math.exp(-z))


def activations(theta: Sequence[Matrix], x: Sequence[float]) -> Matrix:
    """Forward propagation: a(1) = x to a(L) = h, each without its bias unit."""
    a = [list(x)]
    for weights in theta:
        a.append([g(row[0] + math.fsum(w * s for w, s in zip(row[1:], a[-1], strict=True))) for row in weights])
    return a


def cost(theta: Sequence[Matrix], xs: Matrix, ys: Matrix, lambda_: float) -> float:
    """J(Θ) = −(1/m) Σᵢ Σₖ [yₖ log hₖ + (1 − yₖ) log(1 − hₖ)] + (λ/2m) Σ Θ², the bias weights left out."""
    m = len(xs)
    total = 0.0
    for x, y in zip(xs, ys, strict=True):
        for y_k, h_k in zip(y, activations(theta, x)[-1], strict=True):
            total -= y_k * math.log(h_k) + (1.0 - y_k) * math.log(1.0 - h_k)
    squares = 0.0
    for weights in theta:
        for row in weights:
            for w in row[1:]:
                squares += w**2
    return total / m + lambda_ / (2 * m) * squares


def logistic_regression_cost(theta: Sequence[float], xs: Matrix, ys: Matrix, lambda_: float) -> float:
    """(1/m) Σᵢ log(1 + exp(∓θᵀx)) + (λ/2m) Σ θ², − where y is 1; θ₀ left out of the last sum."""
    total = 0.0
    for x, (y,) in zip(xs, ys, strict=True):
        z = theta[0] + math.fsum(w * x_j for w, x_j in zip(theta[1:], x, strict=True))
        total += math.log1p(math.exp(-z if y else z))
    return total / len(xs) + lambda_ / (2 * len(xs)) * math.fsum(w**2 for w in theta[1:])


def deltas(theta: Sequence[Matrix], a: Matrix, y: Sequence[float]) -> Matrix:
    """δ(2) to δ(L): δ(L) = a(L) − y, and before it δ(l) = (Θ(l))ᵀ δ(l+1) ⊙ g'(z(l)), g'(z) = a(1 − a)."""
    found = [[a_k - y_k for a_k, y_k in zip(a[-1], y, strict=True)]]
    for weights, a_l in zip(reversed(theta[1:]), reversed(a[1:-1]), strict=True):
        back = []
        for j, a_j in enumerate(a_l, start=1):
            error = 0.0
            for row, delta in zip(weights, found[0], strict=True):
                error += row[j] * delta
            back.append(error * a_j * (1.0 - a_j))
        found.insert(0, back)
    return found


def gradient(theta: Sequence[Matrix], xs: Matrix, ys: Matrix, lambda_: float) -> list[Matrix]:
    """D = (1/m) Δ + (λ/m) Θ, no λ term for the bias weights; Δ sums δ(l+1) (a(l))ᵀ over the examples."""
    m = len(xs)
    accumulated = [[[0.0 for _ in row] for row in weights] for weights in theta]
    for x, y in zip(xs, ys, strict=True):
        a = activations(theta, x)
        for big_delta, a_l, delta in zip(accumulated, a[:-1], deltas(theta, a, y), strict=True):
            for i, delta_i in enumerate(delta):
                for j, a_j in enumerate([1.0, *a_l]):
                    big_delta[i][j] += delta_i * a_j
    return [
        [
            [d / m + (lambda_ / m * w if j else 0.0) for j, (d, w) in enumerate(zip(d_row, row, strict=True))]
            for d_row, row in zip(big_delta, weights, strict=True)
        ]
        for big_delta, weights in zip(accumulated, theta, strict=True)
    ]


# ---------------------------------------------------------------------------------------------------------------------
# The same by the engine


def fixed_weights(*sizes: int) -> list[Matrix]:
    """Θ of a network of these layers: 2·sin(1²), 2·sin(2²), 2·sin(3²), ... in reading order."""
    numbers = (2.0 * math.sin(k * k) for k in count(1))
    return [[[next(numbers) for _ in range(inputs + 1)] for _ in range(outputs)] for inputs, outputs in pairwise(sizes)]


def network(theta: Sequence[Matrix]) -> MLP:
    """The sigmoid network with these weights."""
    model = MLP(len(theta[0][0]) - 1, [len(weights) for weights in theta], "sigmoid", "sigmoid")
    for layer, weights in zip(model.layers, theta, strict=True):
        for neuron, (bias, *row) in zip(layer.neurons, weights, strict=True):
            for parameter, number in zip(neuron.parameters(), [*row, bias], strict=True):
                parameter.data = number
    return model


def engine_cost(model: MLP, xs: Matrix, ys: Matrix, lambda_: float) -> Value:
    """J(Θ) as the engine records it."""
    m = len(xs)
    outputs = [model(x) for x in xs]
    targets = ys if isinstance(outputs[0], list) else [y for (y,) in ys]  # one output unit returns a number, not a row
    j: Value = binary_cross_entropy(outputs, targets, reduction="sum") / m + l2_penalty(model, lambda_ / m)
    return j


def engine_gradient(model: MLP, j: Value) -> list[float]:
    """∂J/∂Θ in reading order, each unit's bias weight first."""
    gradients = iter(derivatives(j, *model.parameters()))
    flat = []
    for layer in model.layers:
        for neuron in layer.neurons:
            *by_weights, by_bias = [next(gradients) for _ in neuron.parameters()]
            flat += [by_bias, *by_weights]
    return flat


def central_differences(theta: Sequence[Matrix], xs: Matrix, ys: Matrix, lambda_: float) -> list[float]:
    """∂J/∂Θ in reading order by central differences of the loops' cost."""

    def at(layer: int, i: int, j: int, w: float) -> float:
        moved = [[list(row) for row in weights] for weights in theta]
        moved[layer][i][j] = w
        return cost(moved, xs, ys, lambda_)

    return [
        central_difference(partial(at, layer, i, j), w)
        for layer, weights in enumerate(theta)
        for i, row in enumerate(weights)
        for j, w in enumerate(row)
    ]


def flat(matrices: Sequence[Matrix]) -> list[float]:
    """The numbers of matrices in reading order."""
    return [number for matrix in matrices for row in matrix for number in row]


def difference(a: Sequence[float], b: Sequence[float]) -> float:
    """The relative difference ‖a − b‖ / (‖a‖ + ‖b‖)."""
    return math.dist(a, b) / (math.hypot(*a) + math.hypot(*b))


# ---------------------------------------------------------------------------------------------------------------------
# The report


def simplest(at: Mapping[str, float]) -> Value:
    """The notes' simplified case: one example with 2 inputs, one output unit, no regularisation; here 2-2-1."""
    t = {label: Value(number, label) for label, number in at.items() if label.startswith("Θ")}
    x1, x2, y = (constant(at[label], label) for label in ("x1", "x2", "y"))
    z1 = t["Θ10(1)"] + t["Θ11(1)"] * x1 + t["Θ12(1)"] * x2
    z2 = t["Θ20(1)"] + t["Θ21(1)"] * x1 + t["Θ22(1)"] * x2
    a1, a2 = sigmoid(z1), sigmoid(z2)
    z = t["Θ10(2)"] + t["Θ11(2)"] * a1 + t["Θ12(2)"] * a2
    h = sigmoid(z)
    j: Value = -(y * log(h) + (1.0 - y) * log(1.0 - h))
    labels = {"z1(2)": z1, "z2(2)": z2, "a1(2)": a1, "a2(2)": a2, "z1(3)": z, "h": h, "J": j}
    for label, node in labels.items():
        node.label = label
    return j


SIMPLEST = {
    **dict(zip(["Θ10(1)", "Θ11(1)", "Θ12(1)", "Θ20(1)", "Θ21(1)", "Θ22(1)"], flat(fixed_weights(2, 2)), strict=True)),
    "Θ10(2)": -0.5,
    "Θ11(2)": 1.0,
    "Θ12(2)": -1.5,
    "x1": 1.0,
    "x2": 0.5,
    "y": 1.0,
}


def output() -> Value:
    """J of the notes' simplified case, with its labels."""
    return simplest(SIMPLEST)


def report() -> Report:
    """Every formula of the document, and its gradients beside central differences."""
    many, one = fixed_weights(3, 5, 3), fixed_weights(3, 4, 1)
    return [
        Section("The cost", _costs(many, one), text=["K = 3: a 3-5-3 network, 5 examples. One output unit: 3-4-1."]),
        Section("Prediction: the class of the greatest output", _predictions(many, one)),
        Section("Backpropagation of one example, K = 3", _errors(many)),
        Section(
            "The notes' D, the engine's ∂J/∂Θ, and central differences ∇",
            text=[_MEASURE],
            rows=_gradients(many, one),
        ),
        gradient_section(simplest, SIMPLEST, of="J"),
    ]


ZERO = "0.000000000"  # to nine decimals: less than half a unit of the last
_MEASURE = "Relative differences ‖a − b‖ / (‖a‖ + ‖b‖) over all weights, each below 10⁻⁹; D is the loops'."


def _costs(many: Sequence[Matrix], one: Sequence[Matrix]) -> list[Row]:
    rows = []
    for name, theta, ys, lambda_, exact in (
        ("K = 3", many, Y, 0.0, "2.432361"),
        ("K = 3", many, Y, 1.0, "8.774466"),
        ("K = 1", one, IS_CLASS_0, 0.0, "0.536591"),
        ("K = 1", one, IS_CLASS_0, 1.0, "4.386485"),
    ):
        engine, loops = engine_cost(network(theta), X, ys, lambda_).data, cost(theta, X, ys, lambda_)
        rows += [
            Row(f"J(Θ), {name}, λ = {lambda_:g}", "formula", exact, engine),
            Row("the same, less the loops'", "formula", "0.000000000000", engine - loops),
        ]
    alone = fixed_weights(3, 1)  # no hidden layer
    logistic = engine_cost(network(alone), X, IS_CLASS_0, 1.0).data
    by_hand = logistic_regression_cost(alone[0][0], X, IS_CLASS_0, 1.0)
    return [
        *rows,
        Row("J(Θ), no hidden layer, λ = 1", "formula", "1.714406", logistic),
        Row("less logistic regression's cost", "formula", "0.000000000000", logistic - by_hand),
    ]


def _predictions(many: Sequence[Matrix], one: Sequence[Matrix]) -> list[Row]:
    scores, probabilities = [network(many)(x) for x in X], [network(one)(x) for x in X]
    shown = [f"({', '.join(f'{h:.3f}' for h in activations(many, x)[-1])})" for x in X]
    return [
        *(
            Row(f"class of h = {h}", "greatest", str(expected), 1.0 + argmax(row))
            for h, row, expected in zip(shown, scores, ("1.0", "1.0", "3.0", "1.0", "1.0"), strict=True)
        ),
        Row(
            "K = 1: h",
            "probability",
            "(0.522010, 0.606591, 0.143760, 0.329950, 0.580204)",
            [p.data for p in probabilities],
        ),
        Row("K = 1: h ≥ ½", "true", "(1.0, 1.0, 0.0, 0.0, 1.0)", [float(p >= 0.5) for p in probabilities]),
    ]


def _errors(theta: Sequence[Matrix]) -> list[Row]:
    model = network(theta)
    hidden = model.layers[0](X[0])
    h = model.layers[1](hidden)
    j = binary_cross_entropy(h, Y[0], reduction="sum")
    z2, z3 = [a.operands[0] for a in hidden], [a.operands[0] for a in h]  # what the sigmoids were applied to
    engine2, engine3 = derivatives(j, *z2), derivatives(j, *z3)
    loops2, loops3 = deltas(theta, activations(theta, X[0]), Y[0])
    return [
        Row("δ(3) = a(3) − y: ∂J/∂z(3)", "formula", "(−0.028414, 0.085708, 0.728492)", engine3),
        Row("its difference from the loops'", "formula", ZERO, difference(engine3, loops3)),
        Row(
            "δ(2) = Θ(2)ᵀ δ(3) ⊙ g'(z(2)): ∂J/∂z(2)",
            "formula",
            "(−0.077890, −0.064220, 0.066174, −0.119393, −0.141417)",
            engine2,
        ),
        Row("its difference from the loops'", "formula", ZERO, difference(engine2, loops2)),
    ]


def _gradients(many: Sequence[Matrix], one: Sequence[Matrix]) -> list[Row]:
    rows = []
    for name, theta, ys in (("K = 3", many, Y), ("K = 1", one, IS_CLASS_0)):
        for lambda_ in (0.0, 1.0):
            model = network(theta)
            engine = engine_gradient(model, engine_cost(model, X, ys, lambda_))
            loops, numeric = flat(gradient(theta, X, ys, lambda_)), central_differences(theta, X, ys, lambda_)
            rows += [
                Row(
                    f"{name}, λ = {lambda_:g}, {len(loops)} weights: D − ∂J",
                    "formula",
                    ZERO,
                    difference(loops, engine),
                ),
                Row("∇ − ∂J", "formula", ZERO, difference(numeric, engine)),
            ]
    return rows
