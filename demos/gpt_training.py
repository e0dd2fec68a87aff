"""Training the transformer of `gpt`: words and their tokens, Adam, and sampling."""

from __future__ import annotations

import math
import random
import time
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from autograd import jit, value_and_grad
from autograd.support.files import path_shown, read_whole
from demos.arrays import Array, np
from demos.gpt_network import CONTEXT, WIDTH, Parameters, loss, scores
from demos.handwriting import DataError
from demos.progress import progress

MOST_BYTES, MOST_LETTERS = 2**21, 4096
JOINERS = "\u200c\u200d"  # Persian words are written with them
RATE, BETAS, EPSILON = 0.01, (0.85, 0.99), 1e-8
SPREAD = 0.08
TEMPERATURE, SAMPLES = 0.5, 20

NAMES = """
ada adam agnes albert alex alice alma amber amelia amy andrea andrew angela anna anthony arthur audrey ava barbara
beatrice benjamin bernard bertha brian bridget camilla carl carla carmen caroline catherine cecilia charles charlotte
chloe christina claire clara clarence colin cora daisy daniel david deborah dennis diana dominique dora doris dorothy
dylan edgar edith edmund edward eleanor elena eli eliza elizabeth ella ellen elsa emily emma eric erin esther ethan eva
evelyn felix fiona flora florence frances francis frank frederick gabriel gemma george gerald gloria grace gregory
hannah harold harriet harry hazel heather helen henry hilda holly hugh ian ida irene iris isaac isabel ivy jack jacob
james jane janet jasmine jasper jean jennifer jeremy jessica joan joel john jonathan joseph josephine joyce judith
julia julian june karen kate katherine kenneth kevin kim laura lauren lawrence leah leo leonard lewis lillian lily
linda lisa louis louise lucas lucy lydia mabel madeleine marcus margaret maria marian marie marion martha martin mary
matilda matthew maud maurice max maya melanie mia michael mildred miles molly monica nancy naomi natalie nathan
nicholas nina noah nora norman oliver olivia oscar owen pamela patricia patrick paul paula pauline peter philip phoebe
quentin rachel ralph raymond rebecca richard robert robin roger ronald rosa rose rosemary roy ruby rupert ruth sally
samuel sandra sara sarah sebastian shirley silvia simon sophie stella stephen susan sylvia teresa theodore thomas
timothy tina tom ursula valerie vera veronica victor victoria vincent viola violet virginia walter wendy william
winifred zoe
"""


@dataclass(frozen=True)
class Training:
    """A trained transformer and how it came about.

    Attributes:
        source: where the words come from.
        words: how many there are.
        letters: those that occur; the token of a letter is its place here, the next one starts and ends a word.
        size: how many parameters there are.
        losses: the loss of each update's word, before the update.
        seconds: how long all updates took, recording included.
        samples: words that the network made up.
    """

    source: str
    words: int
    letters: str
    size: int
    losses: list[float]
    seconds: float
    samples: list[str]

    @property
    def tenths(self) -> list[float]:
        """The mean losses of ten equal parts of the training; of fewer if there are fewer updates."""
        return [float(part.mean()) for part in np.array_split(self.losses, min(10, len(self.losses)))]


def read_words(data: str | None) -> tuple[str, list[str]]:
    """What the words are called, and the words: the lines of a text file, or the names above.

    Raises:
        OSError: if it can't be read.
        DataError: if it is not text, has no words, or more of it than can be learned from.
    """
    if data is None:
        return "Names", NAMES.split()
    place = path_shown(data)
    try:
        text = read_whole(data, place, MOST_BYTES).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{place}: expected a text file in UTF-8, found a byte that is none at {error.start}") from None
    except ValueError as error:
        raise DataError(str(error)) from None
    words = [word for line in text.splitlines() if (word := line.strip())]
    if not words:
        raise DataError(
            f"{place}: expected a word on each line, found only empty lines" if text else f"{place}: is empty"
        )
    letters = set().union(*words)
    strange = [c for c in sorted(letters) if unicodedata.category(c) in ("Cc", "Cf") and c not in JOINERS]
    if strange:  # they would steer the terminal that the words are shown in
        raise DataError(f"{place}: expected words of letters, found the control character {strange[0]!r}")
    if len(letters) > MOST_LETTERS:
        raise DataError(f"{place}: expected no more than {MOST_LETTERS:,} different letters, found {len(letters):,}")
    return path_shown(Path(data).name), words


def encoded(word: str, letters: str) -> list[int]:
    """The tokens of a word, between two that mark its start and end; at most one more than the context.

    >>> encoded("abba", "ab")
    [2, 0, 1, 1, 0, 2]
    """
    edge = len(letters)
    return [edge, *map(letters.index, word), edge][: CONTEXT + 1]


@cache
def trained(data: str | None, updates: int) -> Training:
    """The transformer after training; once per process.

    Raises:
        OSError, DataError: as `read_words`.
    """
    source, words = read_words(data)
    generator = random.Random(0)
    generator.shuffle(words)
    letters = "".join(sorted(set("".join(words))))
    weights, parameters = initial(len(letters) + 1)
    step = value_and_grad(jit(loss))
    move = adam(weights, updates)
    losses = []
    start = time.perf_counter()
    with progress(updates, "update") as advance:
        for update in range(updates):
            value, gradient = step(parameters, encoded(words[update % len(words)], letters))
            move(np.concatenate([gradient[name].ravel() for name in parameters]))
            losses.append(value)
            advance(1, f"loss {value:.3f}")
    seconds = time.perf_counter() - start
    samples = sampled(parameters, letters, generator)
    return Training(source, len(words), letters, weights.size, losses, seconds, samples)


def initial(vocabulary: int) -> tuple[Array, dict[str, Array]]:
    """Small random weights: all in one array, and its parts by name, which share its memory."""
    shapes = {"tokens": (vocabulary, WIDTH), "places": (CONTEXT, WIDTH), "scores": (vocabulary, WIDTH)}
    shapes |= dict.fromkeys(("query", "key", "value", "mix"), (WIDTH, WIDTH))
    shapes |= {"up": (4 * WIDTH, WIDTH), "down": (WIDTH, 4 * WIDTH)}
    ends = np.cumsum([math.prod(shape) for shape in shapes.values()]).tolist()
    weights = np.random.default_rng(0).normal(0.0, SPREAD, ends[-1])
    parts = np.split(weights, ends[:-1])
    return weights, {name: part.reshape(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}


def adam(weights: Array, updates: int) -> Callable[[Array], None]:
    """The function that moves the weights by a gradient; the learning rate falls to 0 in a straight line."""
    mean, mean_square = np.zeros_like(weights), np.zeros_like(weights)
    done = 0

    def move(gradient: Array) -> None:
        nonlocal mean, mean_square, done
        rate = RATE * (1.0 - done / updates)
        done += 1
        mean = BETAS[0] * mean + (1.0 - BETAS[0]) * gradient
        mean_square = BETAS[1] * mean_square + (1.0 - BETAS[1]) * gradient**2
        size, square = mean / (1.0 - BETAS[0] ** done), mean_square / (1.0 - BETAS[1] ** done)
        weights[:] -= rate * size / (np.sqrt(square) + EPSILON)

    return move


def sampled(parameters: dict[str, Array], letters: str, generator: random.Random) -> list[str]:
    """Words letter by letter, each drawn by its probability; below 1, the temperature favours the likely ones."""
    following = jit(_following)
    words = []
    for _ in range(SAMPLES):
        tokens = [len(letters)]
        while len(tokens) <= CONTEXT:
            scores = np.array(following(parameters, tokens)) / TEMPERATURE
            powers = np.exp(scores - scores.max())
            (token,) = generator.choices(range(len(powers)), powers.tolist())
            if token == len(letters):
                break
            tokens.append(token)
        words.append("".join(letters[token] for token in tokens[1:]))
    return words


def _following(parameters: Parameters, tokens: Sequence[Any]) -> list[Any]:
    """What each token is given to follow these."""
    return scores(parameters, tokens)[-1]
