"""Functions of many variables to differentiate, written as their users write them: for floats and Values alike."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from typing import Any

Function = Callable[[Sequence[Any]], Any]


def rosenbrock(x: Sequence[Any]) -> Any:
    """The curved valley along which minimisers are tried: https://en.wikipedia.org/wiki/Rosenbrock_function."""
    return sum(100.0 * (x[i + 1] - x[i] ** 2) ** 2 + (1.0 - x[i]) ** 2 for i in range(len(x) - 1))


def logistic_regression(rows: Sequence[Sequence[float]], targets: Sequence[float]) -> Function:
    """The mean binary cross entropy of targets 0 or 1, given the logits w·row, as a function of the weights w."""
    from autograd import dot, mean, softplus

    def loss(w: Sequence[Any]) -> Any:
        logits = [dot(w, row) for row in rows]
        return mean([softplus(z) - target * z for z, target in zip(logits, targets, strict=True)])

    return loss


def examples(count: int, features: int) -> tuple[list[list[float]], list[float]]:
    """Rows of features and their targets, drawn from a logistic model."""
    generator = random.Random(1)
    weights = [generator.gauss(0.0, 1.0) / math.sqrt(features) for _ in range(features)]
    rows = [[generator.gauss(0.0, 1.0) for _ in range(features)] for _ in range(count)]
    logits = [math.fsum(w * x for w, x in zip(weights, row, strict=True)) for row in rows]
    return rows, [float(generator.random() < 1.0 / (1.0 + math.exp(-z))) for z in logits]


def chain_end(x: Any) -> Any:
    """The end of a chain of 2,000 multiplications and additions: one number of one number, hence reverse mode."""
    return chain_end_twice(x)[0]


def chain_end_twice(x: Any) -> list[Any]:
    """The end of the same chain and the number before it: two numbers of one, hence `jacobian` goes forward."""
    y = before = x
    for _ in range(1000):
        before = y * 0.999
        y = before + 1e-3
    return [y, before]


def system(n: int) -> tuple[list[list[float]], list[float]]:
    """A matrix of normal numbers and a right-hand side, in lists."""
    generator = random.Random(1)
    return [[generator.gauss(0.0, 1.0) for _ in range(n)] for _ in range(n)], [1.0] * n


def solved_with_gradient(matrix: Sequence[Sequence[Any]], load: Sequence[Any]) -> list[float]:
    """The solution of a system of Values, whose sum hands its gradient to all of them."""
    from autograd import linalg, sum

    x = linalg.solve(matrix, load)
    sum(x).backward()
    return [number.data for number in x]


def solved_twice_by_numpy(matrix: Sequence[Sequence[Any]], load: Sequence[Any]) -> list[float]:
    """The same by two solves of NumPy's: the numbers are read out of the Values, and the gradients added to theirs."""
    import numpy as np

    a, b = np.array([[x.data for x in row] for row in matrix]), np.array([x.data for x in load])
    x = np.linalg.solve(a, b)
    by_load = np.linalg.solve(a.T, np.ones(len(b)))
    by_matrix = -np.outer(by_load, x)
    for values, slopes in zip([*matrix, load], [*by_matrix.tolist(), by_load.tolist()], strict=True):
        for value, slope in zip(values, slopes, strict=True):
            value.grad += slope
    found: list[float] = x.tolist()
    return found
