"""A training step of a transformer of microgpt's size, over any class like micrograd's: only the import changes."""

from __future__ import annotations

import operator
import random
from collections.abc import Callable
from itertools import count, islice, pairwise
from typing import Any

from benchmarks.engines import Engine

WIDTH, HEADS, CONTEXT, LETTERS = 16, 4, 16, 27
WORD = [26, 18, 0, 13, 5, 17, 8, 2, 10, 26]  # nine tokens, each predicting the next; 26 is where a word starts and ends

Matrix = list[list[Any]]


def transformer(engine: Engine, steps: int) -> Callable[[], list[float]]:
    """One layer: attention with four heads and a perceptron four times as wide; cross-entropy; Adam."""
    weights = initial_weights(engine.value)
    parameters = [p for matrix in weights.values() for row in matrix for p in row]
    first, second = [0.0] * len(parameters), [0.0] * len(parameters)
    counter = count(1)

    def run() -> list[float]:
        for step in islice(counter, steps):
            loss = mean_loss(weights, WORD)
            loss.backward()
            for i, p in enumerate(parameters):
                first[i] = 0.9 * first[i] + 0.1 * p.grad
                second[i] = 0.99 * second[i] + 0.01 * p.grad**2
                p.data -= 0.01 * (first[i] / (1 - 0.9**step)) / ((second[i] / (1 - 0.99**step)) ** 0.5 + 1e-8)
                p.grad = 0.0
        return [p.data for p in parameters]

    return run


def initial_weights(value: Any) -> dict[str, Matrix]:
    """4,192 small random numbers."""
    generator = random.Random(1)
    shapes = {"letters": (LETTERS, WIDTH), "places": (CONTEXT, WIDTH), "scores": (LETTERS, WIDTH)}
    shapes |= dict.fromkeys(("query", "key", "value", "mix"), (WIDTH, WIDTH))
    shapes |= {"up": (4 * WIDTH, WIDTH), "down": (WIDTH, 4 * WIDTH)}
    return {
        name: [[value(generator.gauss(0.0, 0.08)) for _ in range(columns)] for _ in range(rows)]
        for name, (rows, columns) in shapes.items()
    }


def mean_loss(
    weights: dict[str, Matrix],
    word: list[int],
    softmax: Callable[[list[Any]], list[Any]] | None = None,
    take: Callable[[Any, Any], Any] = operator.getitem,
) -> Any:
    """−log of the probability given to each next letter, on average; with the engine's own softmax and indexing."""
    softmax = softmax or shifted_softmax
    seen: list[tuple[list[Any], list[Any]]] = []
    losses = []
    for place, (letter, following) in enumerate(pairwise(word)):
        x = [a + b for a, b in zip(take(weights["letters"], letter), weights["places"][place], strict=True)]
        x = layer(weights, normalised(x), seen, softmax)
        losses.append(-take(softmax(times(weights["scores"], x)), following).log())
    return sum(losses) * (1.0 / len(losses))


def layer(
    weights: dict[str, Matrix],
    x: list[Any],
    seen: list[tuple[list[Any], list[Any]]],
    softmax: Callable[[list[Any]], list[Any]],
) -> list[Any]:
    """Attention to the letters seen so far and this one, then the perceptron; each is added to its input."""
    inner = normalised(x)
    query = times(weights["query"], inner)
    seen.append((times(weights["key"], inner), times(weights["value"], inner)))
    size = WIDTH // HEADS
    heads: list[Any] = []
    for start in range(0, WIDTH, size):
        part = slice(start, start + size)
        attention = softmax([dot(query[part], key[part]) * (1.0 / size**0.5) for key, _ in seen])
        heads += [dot(attention, [value[i] for _, value in seen]) for i in range(start, start + size)]
    x = [a + b for a, b in zip(times(weights["mix"], heads), x, strict=True)]
    hidden = [h.relu() for h in times(weights["up"], normalised(x))]
    return [a + b for a, b in zip(times(weights["down"], hidden), x, strict=True)]


def times(matrix: Matrix, x: list[Any]) -> list[Any]:
    return [dot(row, x) for row in matrix]


def dot(a: list[Any], b: list[Any]) -> Any:
    return sum(ai * bi for ai, bi in zip(a, b, strict=True))


def normalised(x: list[Any]) -> list[Any]:
    scale = (dot(x, x) * (1.0 / len(x)) + 1e-5) ** -0.5
    return [xi * scale for xi in x]


def shifted_softmax(x: list[Any]) -> list[Any]:
    largest = max(xi.data for xi in x)
    powers = [(xi - largest).exp() for xi in x]
    total = sum(powers)
    return [power / total for power in powers]
