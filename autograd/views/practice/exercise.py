"""`practice(seed=…)`: an exercise drawn at random, to be solved by hand."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random, SystemRandom
from typing import Any, Final

from autograd.engine import primitives as p
from autograd.engine.recording import enable_grad
from autograd.engine.value import Value
from autograd.formulas.notation import to_text
from autograd.formulas.symbol import Symbol
from autograd.support.errors import shown, typed
from autograd.views.walk import Node
from autograd.views.walkthrough import Walkthrough, walkthrough

LEVELS: Final = 4
_NUMBERS: Final = (-3.0, -2.0, -1.5, -0.5, 0.5, 1.5, 2.0, 3.0, 4.0)
_LARGEST: Final = 40.0  # of a number on the way; gradients may be larger
_MANY: Final = 10**18
_SEEDS: Final = 10_000  # of which one is drawn where none is given: short enough to be told


@dataclass(frozen=True, slots=True)
class _Operation:
    """An operation of exercises: from which level on, and at which operands it can be reckoned by hand."""

    level: int
    operands: int
    apply: Callable[..., Any]
    by_hand: Callable[..., bool] = lambda *numbers: 0.0 not in numbers


_OPERATIONS: Final = (
    _Operation(1, 2, operator.add),
    _Operation(1, 2, operator.sub),
    _Operation(1, 2, operator.mul),
    _Operation(2, 2, operator.truediv),
    _Operation(2, 1, lambda a: a**2),
    _Operation(2, 1, operator.neg),
    _Operation(3, 2, p.maximum, lambda a, b: a != b),
    _Operation(3, 2, p.minimum, lambda a, b: a != b),
    _Operation(3, 1, p.relu),
    _Operation(3, 1, abs),
    _Operation(4, 1, p.exp, lambda a: a == 0.0),
    _Operation(4, 1, p.log, lambda a: a == 1.0),
    _Operation(4, 1, p.sqrt, lambda a: a in (0.25, 2.25, 4.0, 9.0, 16.0)),
    _Operation(4, 1, p.tanh, lambda a: a == 0.0),
    _Operation(4, 1, p.sigmoid, lambda a: a == 0.0),
)
"""In this order they are drawn from: another order, or a row between, would change every exercise."""


class Exercise(Walkthrough):
    """A walk that asks before it shows; made by `practice`.

    Attributes:
        seed, level: what it was drawn with; the same ones give the same exercise again.
    """

    practising = True

    def __init__(self, nodes: Sequence[Node], seed: int, level: int) -> None:
        super().__init__(nodes)
        self.seed = seed
        self.level = level

    def __repr__(self) -> str:
        inputs = [f"{node.name} = {to_text(Symbol(node.data))}" for node in self.nodes if node.kind == "variable"]
        steps = [f"{node.name} = {self.operation(node)}" for node in self.nodes if node.primitive]
        drawn = f"practice(seed={self.seed}, level={self.level})"
        return f"<exercise {'; '.join(steps)} at {', '.join(inputs)}; {drawn}>"


def practice(seed: int | None = None, *, level: int = 2) -> Exercise:
    """An exercise in backpropagation: a small expression over nice numbers, to be solved by hand.

    It is a walk that asks before it shows: `play()` it in a terminal, show it in a notebook, or `save_html(path)`.
    There are no kinks in it, and no operation leaves its domain.

    Args:
        seed: which exercise; the same seed gives the same one, in every version. Without it, one that is drawn.
        level: how many operations, from 1 to 4; from 2 on there are ÷, squares and signs, from 3 on max, min, relu and
            |·|, at 4 exp, log, √, tanh and σ.

    Raises:
        TypeError: if the seed or the level is not an int.
        ValueError: if the seed is negative or has more than 18 digits, or there is no such level.

    >>> practice(seed=7)
    <exercise ...>
    """
    if seed is None:
        seed = SystemRandom().randrange(_SEEDS)
    for name, number in (("seed", seed), ("level", level)):
        if not isinstance(number, int) or isinstance(number, bool):
            raise TypeError(f"practice: {name} must be an int, got {typed(number)}")
    if not 0 <= seed < _MANY:
        raise ValueError(f"practice: seed must be 0 or more, and have no more than 18 digits, got {shown(seed)}")
    if not 1 <= level <= LEVELS:
        raise ValueError(f"practice: level must be from 1 to {LEVELS}, got {shown(level)}")
    draws = _draws(4 * seed + level - 1)  # 4 whatever levels are added: exercises stay what they are
    while True:
        y = _expression(draws, level)
        if y is not None:
            walk = walkthrough(y)
            if _is_nice(walk):
                return Exercise(walk.nodes, seed, level)


def _draws(seed: int) -> Iterator[float]:
    """Numbers from 0 to 1. Of Random only random() is promised to stay as it is."""
    generator = Random(seed)
    while True:
        yield generator.random()


def _pick(draws: Iterator[float], things: Sequence[Any]) -> Any:
    return things[int(next(draws) * len(things))]


def _expression(draws: Iterator[float], level: int) -> Value | None:
    """So many operations, each on the result of the one before; None if one of them can't be reckoned by hand."""
    known = [Value(_pick(draws, _NUMBERS), label=name) for name in "uvw"[: 2 if level < 3 else 3]]
    newest = int(next(draws) * level)  # the place of an operation that lower levels don't have
    last, unary = known[0], False
    with enable_grad():
        for place, name in enumerate("pqr"[: level - 1] + "f"):
            levels = (level,) if place == newest else range(1, level + 1)
            offered = [one for one in _OPERATIONS if one.level in levels]
            operation = _pick(draws, [one for one in offered if one.operands == 2 or not unary] or offered)
            unary = operation.operands == 1
            operands = [last] if unary else [last, _pick(draws, [value for value in known if value is not last])]
            if operation.apply in (operator.sub, operator.truediv) and next(draws) < 0.5:
                operands.reverse()
            if not operation.by_hand(*(value.data for value in operands)):
                return None
            last = operation.apply(*operands)
            last.label = name
            known.append(last)
    return last


def _is_nice(walk: Walkthrough) -> bool:
    """Whether it has several variables of different numbers, and all that is asked can be reckoned by hand."""
    inputs = [i for i, node in enumerate(walk.nodes) if node.kind == "variable"]
    edges = [step for step in walk if step.operand is not None]
    numbers = [node.data for node in walk.nodes]
    different = len({numbers[i] for i in inputs}) == len(inputs) > 1
    flows = any(walk.gradients[i] is not None for i in inputs) and all(step.new for step in edges)
    small = all(abs(x) <= _LARGEST for x in numbers)
    asked = numbers + [x for step in edges for x in (step.local, step.contribution, step.new) if x is not None]
    return different and flows and small and all(x == round(x, 3) for x in asked)
