"""This project's recorded programs: the same formulas through `jit` and `vmap`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import count
from typing import Any

from benchmarks.networks import two_moons
from benchmarks.programs.formulas import (
    BATCH,
    OPERATIONS,
    POINTS,
    START,
    Columns,
    Run,
    chain_points,
    digits_parameters,
    hinge,
    moons_parameters,
    option_columns,
    pictures,
    price_of,
    score,
)
from benchmarks.programs.training import RATE
from benchmarks.transformer import WORD, initial_weights, mean_loss
from benchmarks.workloads import chain_of


def chain(operations: int = OPERATIONS) -> Run:
    """Recorded and compiled at the first step."""
    autograd = import_module("autograd")
    value_and_gradient = autograd.value_and_grad(autograd.jit(chain_of(operations)))
    return Run(lambda: value_and_gradient(START), lambda result: [result[0], *result[1]])


def network() -> Run:
    autograd, numpy = import_module("autograd"), import_module("numpy")

    def output(parameters: Sequence[Any], point: Sequence[Any]) -> Any:
        return score(parameters, point, autograd.tanh)

    value_and_gradient = autograd.value_and_grad(autograd.jit(output))
    parameters, point = numpy.array(moons_parameters()), numpy.array([0.5, -0.25])
    return Run(lambda: value_and_gradient(parameters, point), lambda result: [result[0], *result[1].tolist()])


def option() -> Run:
    autograd = import_module("autograd")
    value_and_gradient = autograd.value_and_grad(autograd.jit(price_of(autograd)), argnums=tuple(range(5)))
    arguments = [column[0] for column in option_columns(1)]
    return Run(lambda: value_and_gradient(*arguments), lambda result: [result[0], *result[1]])


def chain_batch(threads: int, points: int = POINTS) -> Run:
    f = chain_of(OPERATIONS)
    return _batch(lambda a, b, y: f([a, b, y]), threads, chain_points(points))


def option_batch(threads: int, vector_math: bool) -> Run:
    price = price_of(import_module("autograd"))
    return _batch(price, threads, option_columns(POINTS), vector_math)


def _batch(f: Callable[..., Any], threads: int, columns: Columns, vector_math: bool = False) -> Run:
    """Arrays in, the values and the derivatives by each argument out."""
    autograd, numpy = import_module("autograd"), import_module("numpy")
    program = autograd.jit(f, vector_math=vector_math)
    argnums = tuple(range(len(columns)))
    value_and_gradients = autograd.vmap(autograd.value_and_grad(program, argnums=argnums), threads=threads)
    arrays = list(map(numpy.array, columns))
    return Run(lambda: value_and_gradients(*arrays), lambda result: numpy.concatenate([result[0], *result[1]]).tolist())


def moons() -> Run:
    """The mean hinge loss of all points at once, and its gradient."""
    autograd, numpy = import_module("autograd"), import_module("numpy")

    def loss(parameters: Sequence[Any], point: Sequence[Any], side: Any) -> Any:
        return hinge(parameters, point, side, autograd.relu)

    mean = autograd.vmap(autograd.jit(loss), in_axes=(None, 0, 0), reduce="mean")
    value_and_gradient = autograd.value_and_grad(mean)
    parameters = numpy.array(moons_parameters())
    points, sides = map(numpy.array, two_moons(BATCH))
    return Run(lambda: value_and_gradient(parameters, points, sides), lambda result: [result[0], *result[1].tolist()])


def digits() -> Run:
    """A step of gradient descent: sigmoids, half the squared error, its mean over the batch."""
    autograd, numpy = import_module("autograd"), import_module("numpy")

    def loss(parameters: Sequence[Any], pixels: Sequence[Any], target: Sequence[Any]) -> Any:
        w1, b1, w2, b2 = parameters
        hidden = [autograd.sigmoid(autograd.dot(w, pixels) + b) for w, b in zip(w1, b1, strict=True)]
        found = [autograd.sigmoid(autograd.dot(w, hidden) + b) for w, b in zip(w2, b2, strict=True)]
        return 0.5 * autograd.sum([(y - t) ** 2 for y, t in zip(found, target, strict=True)])

    mean = autograd.vmap(autograd.jit(loss), in_axes=(None, 0, 0), reduce="mean")
    value_and_gradient = autograd.value_and_grad(mean)
    parameters = list(map(numpy.array, digits_parameters()))
    pixels, targets = map(numpy.array, pictures())

    def step() -> float:
        value, gradient = value_and_gradient(parameters, pixels, targets)
        for p, g in zip(parameters, gradient, strict=True):
            p -= RATE * g
        return float(value)

    return Run(step, lambda value: [value])


def transformer() -> Run:
    """A step of Adam on the word of `transformer.py`; the letters are arguments, so that any word has one program."""
    autograd, numpy = import_module("autograd"), import_module("numpy")

    def loss(weights: dict[str, Any], word: list[Any]) -> Any:
        return mean_loss(weights, word, autograd.softmax, take)

    def take(things: Sequence[Any], index: Any) -> Any:
        if isinstance(things[0], (float, autograd.Value)):
            return autograd.take(things, index)
        return [autograd.take(list(column), index) for column in zip(*things, strict=True)]

    value_and_gradient = autograd.value_and_grad(autograd.jit(loss))
    initial = {name: numpy.array(matrix) for name, matrix in initial_weights(float).items()}
    numbers = numpy.concatenate([matrix.ravel() for matrix in initial.values()])
    first, second = numpy.zeros_like(numbers), numpy.zeros_like(numbers)
    ends = numpy.cumsum([matrix.size for matrix in initial.values()])[:-1]
    weights = {
        name: part.reshape(matrix.shape)  # a view: what Adam writes is there at once
        for (name, matrix), part in zip(initial.items(), numpy.split(numbers, ends), strict=True)
    }
    word, steps = [float(letter) for letter in WORD], count(1)

    def step() -> Any:
        number = next(steps)
        _, gradients = value_and_gradient(weights, word)
        gradient = numpy.concatenate([gradients[name].ravel() for name in weights])
        first[:] = 0.9 * first + 0.1 * gradient
        second[:] = 0.99 * second + 0.01 * gradient**2
        corrected = numpy.sqrt(second / (1.0 - 0.99**number)) + 1e-8
        numbers[:] -= 0.01 * (first / (1.0 - 0.9**number)) / corrected
        return numbers

    return Run(step, lambda numbers: numbers.tolist())
