"""An LSTM cell out of Layers, a network that foretells characters with it, and the tables that it has to beat.

S. Hochreiter and J. Schmidhuber, Long short-term memory, Neural Computation 9 (1997); the forget gate is that of
F. A. Gers, J. Schmidhuber and F. Cummins, Learning to forget, Neural Computation 12 (2000).
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Sequence
from typing import Any

from autograd import no_grad, tanh
from nn import Embedding, Layer, Module, cross_entropy_with_logits

LETTERS = "IVXLC"
EDGE = len(LETTERS)
"""The token that starts and ends a word; a character's is its place in LETTERS."""

State = tuple[list[Any], list[Any]]
"""What a cell says, and what it remembers."""


class LSTMCell(Module):
    """A long short-term memory: of each number it remembers, gates say what is written to it, kept of it, and said.

    Args:
        inputs: how many numbers it reads in a step.
        units: how many it remembers, two or more.
        seed: an int, or a `random.Random` to draw the weights from; None draws from Python's shared generator. The
            biases of the forget gates are 1, so that it begins by remembering.

    Raises:
        ValueError: for one unit: a Layer of one returns its number alone, not in a list.
        TypeError, ValueError: as a Layer does.

    >>> cell = LSTMCell(3, 2, seed=0)
    >>> said, remembered = cell([1.0, 0.0, -1.0], cell.start())
    >>> len(said), len(remembered), cell.forget
    (2, 2, Layer(5, 2, sigmoid))
    """

    def __init__(self, inputs: int, units: int, *, seed: int | random.Random | None = None) -> None:
        if units == 1:
            raise ValueError("LSTMCell: units is 1, but must be 2 or more")
        self.inputs, self.units = inputs, units
        generator = random.Random(seed) if isinstance(seed, int) else seed
        self.input, self.forget, self.candidate, self.output = (
            Layer(inputs + units, units, activation, initializer="xavier", seed=generator)
            for activation in ("sigmoid", "sigmoid", "tanh", "sigmoid")
        )
        for neuron in self.forget.neurons:
            assert neuron.b is not None
            neuron.b.data = 1.0
        self.label_parameters()

    def start(self) -> State:
        """The state before the first step: nothing."""
        return [0.0] * self.units, [0.0] * self.units

    def __call__(self, x: Sequence[Any], state: State) -> State:  # type: ignore[override]  # a Module takes one input
        """The state after a step: c′ = f·c + i·g and h′ = o·tanh c′, where i, f, g and o are layers over x and h."""
        said, remembered = state
        row = [*x, *said]
        gates = zip(self.input(row), self.forget(row), self.candidate(row), remembered, strict=True)
        remembered = [f * c + i * g for i, f, g, c in gates]
        said = [o * tanh(c) for o, c in zip(self.output(row), remembered, strict=True)]
        return said, remembered

    def architecture(self) -> dict[str, Any]:
        """The arguments of a cell of the same shape."""
        return {"inputs": self.inputs, "units": self.units}


class Speller(Module):
    """Embedding, LSTM cell and a linear layer: after each token, a logit for every one that may follow.

    Args:
        width: how many numbers stand for a token.
        units: how many numbers the cell remembers, two or more.
        seed: as for the cell; of all weights.

    >>> speller = Speller(3, 6, seed=0)
    >>> [len(row) for row in speller(encoded("XI")[:-1])], len(speller.parameters())
    ([6, 6, 6], 300)
    """

    def __init__(self, width: int, units: int, *, seed: int | random.Random | None = None) -> None:
        generator = random.Random(seed) if isinstance(seed, int) else seed
        self.tokens = Embedding(EDGE + 1, width, seed=generator)
        self.cell = LSTMCell(width, units, seed=generator)
        self.following = Layer(units, EDGE + 1, "linear", initializer="xavier", seed=generator)
        self.label_parameters()

    def __call__(self, tokens: Sequence[Any]) -> list[list[Any]]:
        """A row of logits for each token."""
        return [self.following(said) for said, _ in self.states(tokens)]

    def states(self, tokens: Sequence[Any]) -> list[State]:
        """The cell's state after each token."""
        state, states = self.cell.start(), []
        for x in self.tokens(tokens):
            state = self.cell(x, state)
            states.append(state)
        return states

    def spell(self, generator: random.Random, longest: int = 20) -> str:
        """A word, each character drawn by its probability after those before it; cut if it gets longer than that."""
        state, token, word = self.cell.start(), EDGE, ""
        with no_grad():
            while len(word) < longest:
                state = self.cell(self.tokens(token), state)
                logits = [logit.data for logit in self.following(state[0])]
                top = max(logits)
                (token,) = generator.choices(range(EDGE + 1), [math.exp(logit - top) for logit in logits])
                if token == EDGE:
                    break
                word += LETTERS[token]
        return word

    def architecture(self) -> dict[str, Any]:
        """The arguments of a network of the same shape."""
        return {"width": self.cell.inputs, "units": self.cell.units}


def surprise(logits: Sequence[Sequence[Any]], following: Sequence[Any]) -> Any:
    """−log of a word's probability, in nats: the sum over its characters and its end."""
    return cross_entropy_with_logits(logits, following, reduction="sum")


def numeral(number: int) -> str:
    """A number from 1 to 399 in Roman numerals.

    >>> numeral(394), numeral(207)
    ('CCCXCIV', 'CCVII')
    """
    tens, ones = number // 10 % 10, number % 10
    return "C" * (number // 100) + _digit(tens, "X", "L", "C") + _digit(ones, "I", "V", "X")


def _digit(digit: int, one: str, five: str, ten: str) -> str:
    if digit % 5 == 4:
        return one + (ten if digit == 9 else five)
    return five * (digit // 5) + one * (digit % 5)


def encoded(word: str) -> list[int]:
    """The tokens of a word, between two that mark its start and end.

    >>> encoded("XIV")
    [5, 2, 0, 1, 5]
    """
    return [EDGE, *map(LETTERS.index, word), EDGE]


def examples(words: Sequence[str]) -> tuple[list[list[int]], list[list[int]]]:
    """For `fit`: the tokens of each word but the last, and the one that follows each; as many as the word is long.

    >>> examples(["V", "IX"])
    ([[5, 1], [5, 0, 2]], [[1, 5], [0, 2, 5]])
    """
    tokens = [encoded(word) for word in words]
    return [each[:-1] for each in tokens], [each[1:] for each in tokens]


def counted(words: Sequence[str], others: Sequence[str], before: int) -> float:
    """The mean surprise at other words of a table that counts which token follows so many, in the words.

    Something is added to each count, so that nothing is impossible: that of ten powers of √10 which suits the others
    best.

    >>> round(counted(["X", "XX"], ["X"], 0), 3)  # X and the edge, 3 times and 2 of 5
    1.427
    """
    pairs = [pair for word in words for pair in _followed(word, before)]
    counts, totals = Counter(pairs), Counter(context for context, _ in pairs)

    def mean(added: float) -> float:
        return -math.fsum(
            math.log((counts[context, token] + added) / (totals[context] + added * (EDGE + 1)))
            for word in others
            for context, token in _followed(word, before)
        ) / len(others)

    return min(mean(10.0 ** (-k / 2.0)) for k in range(10))


def _followed(word: str, before: int) -> list[tuple[tuple[int, ...], int]]:
    """Each token but the first, after so many before it; after fewer where there are no more."""
    tokens = encoded(word)
    return [(tuple(tokens[max(0, i - before) : i]), tokens[i]) for i in range(1, len(tokens))]
