"""Code in microgpt's style, a transformer out of scalars, runs with only the import changed."""

import random
from itertools import pairwise

import pytest

from autograd import Value

SIZE, HEADS, TOKENS = 4, 2, [3, 0, 2, 1, 3]


def linear(x, w):
    return [sum(wi * xi for wi, xi in zip(row, x, strict=True)) for row in w]


def softmax(logits):
    largest = max(logit.data for logit in logits)
    powers = [(logit - largest).exp() for logit in logits]
    total = sum(powers)
    return [power / total for power in powers]


def rmsnorm(x):
    scale = (sum(xi * xi for xi in x) / len(x) + 1e-5) ** -0.5
    return [xi * scale for xi in x]


class Transformer:
    """One block of attention and one of ReLU units, over the tokens so far."""

    def __init__(self, generator):
        shapes = {"token": (4, SIZE), "place": (4, SIZE), "q": (SIZE, SIZE), "k": (SIZE, SIZE), "v": (SIZE, SIZE)}
        shapes |= {"o": (SIZE, SIZE), "up": (2 * SIZE, SIZE), "down": (SIZE, 2 * SIZE), "head": (4, SIZE)}
        self.w = {
            name: [[Value(generator.gauss(0, 0.5)) for _ in range(columns)] for _ in range(rows)]
            for name, (rows, columns) in shapes.items()
        }
        self.parameters = [p for matrix in self.w.values() for row in matrix for p in row]

    def logits(self, token, place, keys, values):
        w, width = self.w, SIZE // HEADS
        x = rmsnorm([t + p for t, p in zip(w["token"][token], w["place"][place], strict=True)])
        q = linear(rmsnorm(x), w["q"])
        keys.append(linear(rmsnorm(x), w["k"]))
        values.append(linear(rmsnorm(x), w["v"]))
        attended = []
        for start in range(0, SIZE, width):
            part = range(start, start + width)
            weights = softmax([sum(q[j] * k[j] for j in part) / width**0.5 for k in keys])
            attended += [sum(a * v[j] for a, v in zip(weights, values, strict=True)) for j in part]
        x = [a + b for a, b in zip(linear(attended, w["o"]), x, strict=True)]
        units = [h.relu() for h in linear(rmsnorm(x), w["up"])]
        return linear([a + b for a, b in zip(linear(units, w["down"]), x, strict=True)], w["head"])

    def loss(self):
        keys, values, losses = [], [], []
        for place, (token, target) in enumerate(pairwise(TOKENS)):
            probabilities = softmax(self.logits(token, place, keys, values))
            losses.append(-probabilities[target].log())
        return (1 / len(losses)) * sum(losses)


def test_gradients_equal_central_differences():
    model = Transformer(random.Random(1))
    model.loss().backward()
    h = 1e-6
    for p in model.parameters:
        p.data += h
        above = model.loss().data
        p.data -= 2 * h
        below = model.loss().data
        p.data += h
        assert p.grad == pytest.approx((above - below) / (2 * h), rel=1e-6, abs=1e-8)


def test_adam_written_out_trains_it():
    model = Transformer(random.Random(1))
    m, v = [0.0] * len(model.parameters), [0.0] * len(model.parameters)
    first = model.loss().data
    for step in range(20):
        model.loss().backward()
        for i, p in enumerate(model.parameters):
            m[i] = 0.85 * m[i] + 0.15 * p.grad
            v[i] = 0.99 * v[i] + 0.01 * p.grad**2
            p.data -= 0.05 * (m[i] / (1 - 0.85 ** (step + 1))) / ((v[i] / (1 - 0.99 ** (step + 1))) ** 0.5 + 1e-8)
            p.grad = 0
    assert model.loss().data < 0.2 * first
