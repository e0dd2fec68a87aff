"""What practice asks about a step, what is right, and which rule helps.

Forward it asks for the value; backward first for the local derivative, then for what the edge contributes, then, where
there is something to add to, for the sum.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from autograd.engine.primitive import Primitive
from autograd.program.storage import name_of
from autograd.views.practice.rules import Choice, Rules, definition_of, rule_of
from autograd.views.practice.texts import Texts
from autograd.views.walk import Step, Walk, factor, show


@dataclass(frozen=True, slots=True)
class Question:
    """One thing that is asked about a step.

    Attributes:
        part: `value`, `seed`, `local`, `contribution` or `sum`.
        operation: whose step it is; empty where that doesn't matter.
        text: the question.
        options: rules to choose from; empty where only a number will do.
        right: which option is the right one; -1 if there are none.
        numbers: what is right: exactly, and as it comes out of the digits shown.
        precision: how exact the number must be, in words.
        hint: the rule that helps.
        answer: what is right, in words.
    """

    part: str
    operation: str
    text: str
    options: tuple[str, ...]
    right: int
    numbers: tuple[float, float]
    precision: str
    hint: str
    answer: str


class Questions:
    """What there is to ask about the steps of a walk, in one language."""

    def __init__(self, walk: Walk, texts: Texts) -> None:
        self._walk = walk
        self._texts = texts
        self._rules = Rules(walk)

    def about(self, position: int) -> Iterator[Question]:
        """The questions about a step, by its number, in order."""
        step = self._walk[position]
        nodes = self._walk.nodes
        names = {
            "question": step.question,
            "node": nodes[step.node].name,
            "target": nodes[step.target].name,
            "output": nodes[-1].name,
            "formula": self._walk.operation(nodes[step.node]),
        }
        if step.phase == "forward":
            yield self._value(step, names)
        elif step.operand is None:
            hint = self._says("hint.seed", names)
            yield self._question("seed", "seed", names, (1.0, 1.0), hint, f"{names['node']}.grad = 1.0000")
        else:
            yield self._local(step, step.operand, names)
            yield from self._carried(step, position, names)

    def _value(self, step: Step, names: Mapping[str, str]) -> Question:
        row = self._row(step)
        numbers = self._operands_as_shown(step)
        reckoned = _reckoned(lambda: row.value_at(numbers, numbers), step.new)
        meant = definition(row, self._texts)
        named = {**names, "definition": meant}
        hint = self._says("hint.value" if meant else "hint.value.plain", named)
        answer = f"{names['node']} = {show(step.new)}"
        return self._question("value", "value", named, (step.new, reckoned), hint, answer, operation_of(row))

    def _local(self, step: Step, position: int, names: Mapping[str, str]) -> Question:
        row, node = self._row(step), self._walk.nodes[step.node]
        numbers = self._operands_as_shown(step)
        local = _given(step.local)
        reckoned = _reckoned(lambda: row.partials_at(numbers, as_shown(node.data))[position], local)
        rule = rule_of(row, position)
        named = {**names, "place": str(position + 1)}
        if rule:
            named |= dict(zip(("operation", "operand", "rule"), rule, strict=True))
        hint = self._says("hint.local" if rule else "hint.local.plain", named)
        sentence = intuition(row, self._texts)
        return self._question(
            "local",
            "local.again" if node.operands.count(step.target) > 1 else "local",
            named,
            (local, reckoned),
            f"{hint} {sentence}" if sentence else hint,
            " = ".join(dict.fromkeys([f"∂{node.name}/∂{names['target']}", step.formula, show(local)])),
            operation_of(row),
            self._rules.choice(step.node, position),
        )

    def _carried(self, step: Step, position: int, names: Mapping[str, str]) -> Iterator[Question]:
        """What the edge contributes, and what that comes to."""
        upstream, local = _given(step.upstream), _given(step.local)
        contribution, old = _given(step.contribution), _given(step.old)
        factors, added = f"{factor(upstream)} × {factor(local)}", factor(contribution)
        named = {**names, "upstream": show(upstream), "local": show(local), "contribution": show(contribution)}
        named |= {"old": show(old), "factors": factors, "added": added}
        yield self._question(
            "contribution",
            "contribution",
            named,
            (contribution, as_shown(upstream) * as_shown(local)),
            self._says("hint.contribution", named),
            f"{factors} = {show(contribution)}",
            operation_of(self._row(step)),
        )
        if self._walk.state(position - 1)[1][step.target] is not None:
            yield self._question(
                "sum",
                "sum",
                named,
                (step.new, as_shown(old) + as_shown(contribution)),
                self._says("hint.sum", named),
                f"{show(old)} + {added} = {show(step.new)}",
            )

    def _question(
        self,
        part: str,
        text: str,
        names: Mapping[str, str],
        numbers: tuple[float, float],
        hint: str,
        answer: str,
        operation: str = "",
        choice: Choice | None = None,
    ) -> Question:
        small = 0.0 < abs(numbers[0]) < _SMALL
        precision = self._says("precision.small" if small else "precision", names)
        options, right = (choice.options, choice.right) if choice else ((), -1)
        return Question(part, operation, self._says(text, names), options, right, numbers, precision, hint, answer)

    def _says(self, text: str, names: Mapping[str, str]) -> str:
        return self._texts.says[text].format_map(names)

    def _row(self, step: Step) -> Primitive:
        row = self._walk.nodes[step.node].primitive
        assert row is not None, "a step is at an operation"
        return row

    def _operands_as_shown(self, step: Step) -> list[float]:
        return [as_shown(self._walk.nodes[i].data) for i in self._walk.nodes[step.node].operands]


_SMALL = 1e-4  # a smaller number is shown with an exponent


def close(guess: float, number: float) -> bool:
    """Whether a guess is right: within one percent, or four decimals where the number is shown with four.

    >>> close(0.504, 0.5), close(0.51, 0.5), close(0.0, 3e-6)
    (True, False, False)
    """
    if not math.isfinite(number):
        return guess == number or (math.isnan(guess) and math.isnan(number))
    exact = 0.0 if 0.0 < abs(number) < _SMALL else 5e-5
    return abs(guess - number) <= max(0.01 * abs(number), exact) * (1.0 + 1e-9)


def as_shown(number: float) -> float:
    """A number as a reader sees it, rounded to the digits shown.

    >>> as_shown(1 / 3)
    0.3333
    """
    return float(show(number).replace("−", "-").replace("∞", "inf"))


def operation_of(row: Primitive) -> str:
    """What an operation is called in a list: its sign, and its name if that is another."""
    return row.name if row.symbol == row.name else f"{row.symbol} ({row.name})"


def definition(row: Primitive, texts: Texts) -> str:
    """What an operation computes; empty if that takes more than a line."""
    return texts.definitions.get(name_of(row)) or definition_of(row) or ""


def intuition(row: Primitive, texts: Texts) -> str:
    """What an operation does to a gradient, in one sentence; empty if there is none for it."""
    return texts.intuition.get(name_of(row), "")


def _reckoned(rule: Callable[[], float | None], exact: float) -> float:
    """What a rule comes to with the digits shown; these may lie outside its domain, where the exact number is not."""
    try:
        number = float(rule() or 0.0)
    except (ValueError, ArithmeticError):
        return exact
    return number if math.isfinite(number) else exact


def _given(number: float | None) -> float:
    assert number is not None, "a step over an edge has all factors"
    return number
