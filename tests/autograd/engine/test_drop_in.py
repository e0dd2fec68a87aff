"""Programs written for the small teaching engines run with only the import changed, and give the same numbers.

Each program below is given a class `Value` to compute with: ours, or a textbook engine written down here in the style
the program was written for. They must agree to 1e-12.
"""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

import autograd

# ---------------------------------------------------------------------------------------------------------------------
# Two textbook engines


class ClosureValue:
    """The style of a first lecture: every result carries a closure that hands its gradient to its parents."""

    def __init__(self, data, parents=()):
        self.data = data
        self.grad = 0
        self.parents = parents
        self.hand_on = lambda: None

    @classmethod
    def result(cls, data, *edges):
        out = cls(data, tuple(parent for parent, _ in edges))

        def hand_on():
            for parent, slope in edges:
                parent.grad += slope * out.grad

        out.hand_on = hand_on
        return out

    @classmethod
    def lift(cls, thing):
        return thing if isinstance(thing, cls) else cls(thing)

    def __add__(self, other):
        other = self.lift(other)
        return self.result(self.data + other.data, (self, 1.0), (other, 1.0))

    def __mul__(self, other):
        other = self.lift(other)
        return self.result(self.data * other.data, (self, other.data), (other, self.data))

    def __pow__(self, power):
        return self.result(self.data**power, (self, power * self.data ** (power - 1)))

    def relu(self):
        return self.result(max(self.data, 0.0), (self, 1.0 if self.data > 0 else 0.0))

    def tanh(self):
        t = math.tanh(self.data)
        return self.result(t, (self, 1.0 - t**2))

    def exp(self):
        e = math.exp(self.data)
        return self.result(e, (self, e))

    def log(self):
        return self.result(math.log(self.data), (self, 1.0 / self.data))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + (-other)

    def __rsub__(self, other):
        return other + (-self)

    def __truediv__(self, other):
        return self * self.lift(other) ** -1

    def __rtruediv__(self, other):
        return other * self**-1

    __radd__ = __add__
    __rmul__ = __mul__

    def backward(self):
        order, seen = [], set()

        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for parent in node.parents:
                    visit(parent)
                order.append(node)

        visit(self)
        self.grad = 1.0
        for node in reversed(order):
            node.hand_on()


class SlopesValue(ClosureValue):
    """The style of a program in one file: a result keeps its parents and the slopes towards them, as data."""

    def __init__(self, data, parents=(), slopes=()):
        self.data = data
        self.grad = 0
        self.parents = parents
        self.slopes = slopes

    @classmethod
    def result(cls, data, *edges):
        return cls(data, tuple(parent for parent, _ in edges), tuple(slope for _, slope in edges))

    def hand_on(self):
        for parent, slope in zip(self.parents, self.slopes, strict=True):
            parent.grad += slope * self.grad


# ---------------------------------------------------------------------------------------------------------------------
# Programs


def a_tour_of_the_operators(Value):  # noqa: N803 - what the import would bind
    a = Value(-4.0)
    b = Value(2.0)
    c = a + b
    d = a * b + b**3
    c += c + 1
    c += 1 + c + (-a)
    d += d * 2 + (b + a).relu()
    d += 3 * d + (b - a).relu()
    e = c - d
    f = e**2
    g = f / 2.0
    g += 10.0 / f
    h = (1 - a / b) * b.tanh() + (a / 10).exp() - (b**0.5).log()
    out = g + h
    out.backward()
    return [x.data for x in (c, d, e, f, g, h, out)] + [a.grad, b.grad]


def two_moons_in_miniature(Value):  # noqa: N803 - what the import would bind
    """A multilayer perceptron with a hinge loss and L2 regularisation, trained by gradient descent."""

    class Neuron:
        def __init__(self, inputs, nonlinear):
            self.w = [Value(random.uniform(-1, 1)) for _ in range(inputs)]
            self.b = Value(0)
            self.nonlinear = nonlinear

        def __call__(self, x):
            act = sum((wi * xi for wi, xi in zip(self.w, x, strict=True)), self.b)
            return act.relu() if self.nonlinear else act

        def parameters(self):
            return [*self.w, self.b]

    class Net:
        def __init__(self, *sizes):
            self.layers = [
                [Neuron(n, nonlinear=i < len(sizes) - 2) for _ in range(sizes[i + 1])] for i, n in enumerate(sizes[:-1])
            ]

        def __call__(self, x):
            for layer in self.layers:
                x = [neuron(x) for neuron in layer]
            return x[0]

        def parameters(self):
            return [p for layer in self.layers for neuron in layer for p in neuron.parameters()]

        def zero_grad(self):
            for p in self.parameters():
                p.grad = 0

    random.seed(1337)
    model = Net(2, 6, 6, 1)
    points = [(math.cos(t), math.sin(t)) for t in range(8)]
    labels = [1 if x + 0.3 * y > 0 else -1 for x, y in points]
    history = []
    for k in range(8):
        scores = [model([Value(x) for x in point]) for point in points]
        losses = [(1 + -yi * si).relu() for yi, si in zip(labels, scores, strict=True)]
        data_loss = sum(losses) * (1.0 / len(losses))
        reg_loss = 1e-4 * sum(p * p for p in model.parameters())
        total = data_loss + reg_loss
        model.zero_grad()
        total.backward()
        learning_rate = 1.0 - 0.9 * k / 100
        for p in model.parameters():
            p.data -= learning_rate * p.grad
        accuracy = [(yi > 0) == (si.data > 0) for yi, si in zip(labels, scores, strict=True)]
        history += [total.data, sum(accuracy)]
    return history + [p.data for p in model.parameters()]


def a_tiny_language_model(Value):  # noqa: N803 - what the import would bind
    """Embeddings, attention with two heads over the positions seen so far, a squared-relu MLP, and Adam."""
    random.seed(42)
    vocabulary, width, heads, positions = 5, 4, 2, 6
    head = width // heads

    def matrix(rows, columns, std=0.3):
        return [[Value(random.gauss(0, std)) for _ in range(columns)] for _ in range(rows)]

    state = {
        "tokens": matrix(vocabulary, width),
        "positions": matrix(positions, width),
        **{name: matrix(width, width) for name in ("query", "key", "value", "out")},
        "up": matrix(2 * width, width),
        "down": matrix(width, 2 * width),
        "unembed": matrix(vocabulary, width),
    }
    params = [p for rows in state.values() for row in rows for p in row]

    def linear(x, w):
        return [sum(wi * xi for wi, xi in zip(row, x, strict=True)) for row in w]

    def softmax(logits):
        largest = max(z.data for z in logits)
        exps = [(z - largest).exp() for z in logits]
        total = sum(exps)
        return [e / total for e in exps]

    def rmsnorm(x):
        mean_square = sum(xi * xi for xi in x) / len(x)
        scale = (mean_square + 1e-5) ** -0.5
        return [xi * scale for xi in x]

    def logits_of(token, position, keys, values):
        x = [t + p for t, p in zip(state["tokens"][token], state["positions"][position], strict=True)]
        residual = x = rmsnorm(x)
        x = rmsnorm(x)
        q = linear(x, state["query"])
        keys.append(linear(x, state["key"]))
        values.append(linear(x, state["value"]))
        attended = []
        for start in range(0, width, head):
            part = slice(start, start + head)
            scores = [sum(a * b for a, b in zip(q[part], k[part], strict=True)) / head**0.5 for k in keys]
            weights = softmax(scores)
            attended += [
                sum(w * v[j] for w, v in zip(weights, values, strict=True)) for j in range(start, start + head)
            ]
        x = [a + b for a, b in zip(linear(attended, state["out"]), residual, strict=True)]
        residual = x
        hidden = [h.relu() ** 2 for h in linear(rmsnorm(x), state["up"])]
        x = [a + b for a, b in zip(linear(hidden, state["down"]), residual, strict=True)]
        return linear(x, state["unembed"])

    first, second = [0.0] * len(params), [0.0] * len(params)
    history = []
    for step, text in enumerate([[0, 1, 2, 3, 4, 0], [0, 2, 1, 0], [0, 3, 3, 1, 0]]):
        keys, values, losses = [], [], []
        for position in range(len(text) - 1):
            probabilities = softmax(logits_of(text[position], position, keys, values))
            losses.append(-probabilities[text[position + 1]].log())
        loss = (1 / len(losses)) * sum(losses)
        loss.backward()
        rate = 0.01 * (1 - step / 10)
        for i, p in enumerate(params):
            first[i] = 0.85 * first[i] + 0.15 * p.grad
            second[i] = 0.99 * second[i] + 0.01 * p.grad**2
            p.data -= (
                rate * (first[i] / (1 - 0.85 ** (step + 1))) / ((second[i] / (1 - 0.99 ** (step + 1))) ** 0.5 + 1e-8)
            )
            p.grad = 0
        history.append(loss.data)
    return history + [p.data for p in params]


@pytest.mark.parametrize("engine", [ClosureValue, SlopesValue])
@pytest.mark.parametrize("program", [a_tour_of_the_operators, two_moons_in_miniature, a_tiny_language_model])
def test_only_the_import_changes(program: Any, engine: Any) -> None:
    numbers, expected = program(autograd.Value), program(engine)
    assert all(type(x) in (float, int) for x in numbers)
    assert len(numbers) == len(expected)
    assert numbers == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_the_programs_train() -> None:
    """Or else they would prove nothing."""
    moons = two_moons_in_miniature(autograd.Value)
    assert moons[14] < 0.5 * moons[0]
    model = a_tiny_language_model(autograd.Value)
    assert model[0] == pytest.approx(math.log(5), rel=0.2)
