"""microgpt's transformer in scalars: one layer, four heads, 4,192 parameters; the loss of one name, on lists."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from autograd import dot, logsumexp, relu, softmax, take
from autograd import sum as total

WIDTH, HEADS, CONTEXT = 16, 4, 16

Parameters = Mapping[str, Any]


def loss(parameters: Parameters, tokens: Sequence[Any]) -> Any:
    """−log of the probability that each token but the first is given after those before it, on average."""
    guesses = scores(parameters, tokens[:-1])
    losses = [logsumexp(s) - take(s, following) for s, following in zip(guesses, tokens[1:], strict=True)]
    return total(losses) / len(losses)


def scores(parameters: Parameters, tokens: Sequence[Any]) -> list[list[Any]]:
    """After each token: what every possible next one is given, as a logarithm."""
    keys: list[list[Any]] = []
    values: list[list[Any]] = []
    found = []
    for token, place in zip(tokens, parameters["places"], strict=False):
        x = normalised(added(take(parameters["tokens"], token), place))
        x = added(attention(parameters, normalised(x), keys, values), x)
        x = added(perceptron(parameters, normalised(x)), x)
        found.append(times(parameters["scores"], x))
    return found


def attention(parameters: Parameters, x: list[Any], keys: list[list[Any]], values: list[list[Any]]) -> list[Any]:
    """What the tokens so far have to say to this one; its own key and value are appended to theirs."""
    query = times(parameters["query"], x)
    keys.append(times(parameters["key"], x))
    values.append(times(parameters["value"], x))
    size = WIDTH // HEADS
    heads: list[Any] = []
    for start in range(0, WIDTH, size):
        part = slice(start, start + size)
        weights = softmax([dot(query[part], key[part]) / math.sqrt(size) for key in keys])
        heads += [dot(weights, [value[i] for value in values]) for i in range(start, start + size)]
    return times(parameters["mix"], heads)


def perceptron(parameters: Parameters, x: list[Any]) -> list[Any]:
    """Four times as wide inside."""
    return times(parameters["down"], [relu(h) for h in times(parameters["up"], x)])


def times(matrix: Sequence[Sequence[Any]], x: list[Any]) -> list[Any]:
    """Matrix times vector."""
    return [dot(row, x) for row in matrix]


def added(a: Sequence[Any], b: Sequence[Any]) -> list[Any]:
    """a + b, element by element."""
    return [ai + bi for ai, bi in zip(a, b, strict=True)]


def normalised(x: list[Any]) -> list[Any]:
    """x over the root of its mean square."""
    scale = (dot(x, x) / len(x) + 1e-5) ** -0.5
    return [xi * scale for xi in x]
