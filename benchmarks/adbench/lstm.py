"""An LSTM that foretells the next character, with a weight for every number in place of matrices."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.adbench import Functions, lines_of, numbers

Rows = Sequence[Sequence[Any]]
Steps = Callable[[Rows, Rows, Rows, Rows], tuple[Any, Rows]]


class Task(NamedTuple):
    """What a file holds: L layers of B numbers.

    Attributes:
        layers: a row of 4B weights and a row of 4B biases for each layer: of the forget, input and output gates and of
            the change.
        extra: three rows of B: the weights of the input and of the output, the biases of the output.
        state: a row of B for what is hidden, and one for the cell, of each layer, at the start.
        sequence: a row of B for each character.
    """

    layers: list[list[float]]
    extra: list[list[float]]
    state: list[list[float]]
    sequence: list[list[float]]

    def variables(self) -> list[float]:
        """All that is differentiated by, in the order of the references."""
        return [x for row in (*self.layers, *self.extra) for x in row]


def read(path: Path) -> Task:
    with lines_of(path) as lines:
        (first, _, _), *rows = map(numbers, lines)
        count = 2 * int(first)
        if count < 1 or len(rows) <= 2 * count + 3:
            raise ValueError(f"{count // 2} layers are told by more lines")
    return Task(rows[:count], rows[count : count + 3], rows[count + 3 : 2 * count + 3], rows[2 * count + 3 :])


def example(layers: int, size: int, length: int) -> Task:
    """Weights and characters drawn at random."""
    generator = random.Random(1)

    def rows(count: int, size: int) -> list[list[float]]:
        return [[generator.random() for _ in range(size)] for _ in range(count)]

    sequence = [[float(generator.random() < 0.5) for _ in range(size)] for _ in range(length)]
    return Task(rows(2 * layers, 4 * size), rows(3, size), rows(2 * layers, size), sequence)


def objective(
    functions: Functions,
    task: Task,
    prepare: Callable[[Steps], Steps] = lambda steps: steps,
    together: int | None = None,
) -> Callable[[Sequence[Any]], Any]:
    """The mean loss of the characters, of the variables of a task in their order.

    Args:
        functions: by name.
        task: which.
        prepare: what a run of steps goes through, `jit` for one.
        together: how many characters a run foretells; all of them if it is None.
    """
    size, count = len(task.extra[0]), len(task.layers)
    foretold = len(task.sequence) - 1
    length = together or foretold
    steps = prepare(steps_of(functions, size))

    def value(variables: Sequence[Any]) -> Any:
        rows = [variables[4 * size * i : 4 * size * (i + 1)] for i in range(count)]
        rest = variables[4 * size * count :]
        extra = [rest[:size], rest[size : 2 * size], rest[2 * size :]]
        state: Rows = task.state
        total: Any = 0.0
        for start in range(0, foretold, length):
            gain, state = steps(rows, extra, state, task.sequence[start : start + length + 1])
            total = total + gain
        return -total / (foretold * size)

    return value


def steps_of(functions: Functions, size: int) -> Steps:
    """What each character adds to the objective that foretells the next one, in all, and the state after them."""
    exp, log, tanh = functions["exp"], functions["log"], functions["tanh"]

    def sigmoid(x: Any) -> Any:
        return 1.0 / (1.0 + exp(-x))

    def cell(
        weights: Sequence[Any], biases: Sequence[Any], hidden: Sequence[Any], kept: Sequence[Any], x: Sequence[Any]
    ) -> tuple[list[Any], list[Any]]:
        gates = [w * a + b for w, a, b in zip(weights, [*x, *hidden, *x, *hidden], biases, strict=True)]
        forget, take, give, change = (gates[i * size : (i + 1) * size] for i in range(4))
        cells = [c * sigmoid(f) + sigmoid(t) * tanh(n) for c, f, t, n in zip(kept, forget, take, change, strict=True)]
        return [sigmoid(g) * tanh(c) for g, c in zip(give, cells, strict=True)], cells

    def steps(layers: Rows, extra: Rows, state: Rows, characters: Rows) -> tuple[Any, Rows]:
        into, out, bias = extra
        after = list(state)
        total: Any = 0.0
        for now, following in pairwise(characters):
            x: Sequence[Any] = [a * b for a, b in zip(now, into, strict=True)]
            for i in range(0, len(layers), 2):
                after[i], after[i + 1] = cell(layers[i], layers[i + 1], after[i], after[i + 1], x)
                x = after[i]
            scores = [a * b + c for a, b, c in zip(x, out, bias, strict=True)]
            norm = log(sum([exp(score) for score in scores], 2.0))
            total = total + sum([gold * (score - norm) for gold, score in zip(following, scores, strict=True)])
        return total, after

    return steps
