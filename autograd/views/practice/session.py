"""A session of practice: what is asked now, whether an answer is right, the score, what to repeat. It shows nothing.

Terminal and page show it; the page's twin is `views/page/practice.js`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from autograd.views.practice.questions import Question, Questions, close
from autograd.views.practice.reckon import UnreadableError, reckon
from autograd.views.practice.texts import TEXTS, Texts
from autograd.views.walk import Walk

LETTERS: Final = "ABCD"  # of the options


@dataclass(frozen=True, slots=True)
class Reply:
    """What comes of an answer.

    Attributes:
        verdict: `right`, `wrong`, or `unread` where it is neither a number nor an option.
        text: the same in a sentence, with the rule that helps where it is wrong.
    """

    verdict: str
    text: str


@dataclass(slots=True)
class Tally:
    """How often something was asked, and how often not answered right at the first try without help."""

    asked: int = 0
    missed: int = 0


class Practice:
    """Questions about the steps of one walk, the score, and what to repeat.

    Attributes:
        questions: what is still to be asked about the step at hand, the next one first.
        tallies: of every kind of question, by operation and part of a step.

    >>> from autograd import Value, walkthrough
    >>> practice = Practice(walkthrough(Value(0.5, label="w") * Value(3.0, label="x")))
    >>> practice.begin(2)
    >>> practice.questions[0].text, practice.questions[0].options
    ('v1 = w·x. What is ∂v1/∂w?', ('x', '1', 'v1·log(w)', 'w'))
    >>> practice.answer("D").text[:40]
    'Not yet. For y = a·b, ∂y/∂a = b. Multipl'
    >>> practice.answer("6/2").text
    'Right: ∂v1/∂w = x = 3.0000.'
    >>> practice.questions[0].text
    'v1.grad = 1.0000 has arrived, and ∂v1/∂w = 3.0000. What does this edge add to w.grad?'
    >>> practice.summary()
    ['0 of 1 right at the first try.', 'To repeat:', '× (mul): local derivative, missed 1 of 1']
    """

    def __init__(self, walk: Walk, texts: Texts = TEXTS["en"]) -> None:
        self.questions: list[Question] = []
        self.tallies: dict[tuple[str, str], Tally] = {}
        self._texts = texts
        self._all = Questions(walk, texts)
        self._counted = False

    def begin(self, position: int) -> None:
        """Ask about a step, by its number."""
        self.questions = list(self._all.about(position))
        self._counted = False

    def leave(self) -> None:
        """Ask no more about the step at hand."""
        self.questions = []

    def answer(self, text: str) -> Reply:
        """Judge what was typed: arithmetic, an option, or its letter. A right answer leads to the next question."""
        question = self.questions[0]
        for typed, known in (
            (text.strip(), question.options),
            (text.strip().upper(), LETTERS[: len(question.options)]),
        ):
            if typed in tuple(known):
                return self.choose(known.index(typed))
        try:
            guess = reckon(text)
        except UnreadableError as problem:
            said = [self._says(f"unread.{problem.reason}"), self._says("choose") if question.options else ""]
            return Reply("unread", " ".join(filter(None, said)))
        return self._judged(any(close(guess, number) for number in question.numbers), guess)

    def choose(self, option: int) -> Reply:
        """Judge an option, by its number; one that is right leads to the next question."""
        return self._judged(option == self.questions[0].right)

    def hint(self) -> str:
        """The rule that helps. Who asks for it doesn't score."""
        self._count(False)
        return self.questions[0].hint

    def tell(self) -> str:
        """What is right; leads to the next question."""
        self._count(False)
        return self._says("told", answer=self._done().answer)

    def summary(self) -> list[str]:
        """The score, and what to repeat: what was missed most often first."""
        if not self.asked:
            return [self._says("score.none")]
        missed = [(kind, tally) for kind, tally in self.tallies.items() if tally.missed]
        missed.sort(key=lambda one: -one[1].missed)
        lines = [self._says("score", right=self.right, asked=self.asked)]
        lines.append(self._says("repeat" if missed else "repeat.nothing"))
        for (operation, part), tally in missed:
            named = {"operation": operation, "part": self._says(f"part.{part}")}
            text = "repeat.line" if operation else "repeat.any"
            lines.append(self._says(text, **named, missed=tally.missed, asked=tally.asked))
        return lines

    @property
    def asked(self) -> int:
        """How many questions have been answered, or helped with."""
        return sum(tally.asked for tally in self.tallies.values())

    @property
    def right(self) -> int:
        """How many of them were answered right at the first try, without help."""
        return self.asked - sum(tally.missed for tally in self.tallies.values())

    def _judged(self, right: bool, guess: float = math.nan) -> Reply:
        self._count(right)
        if right:
            return Reply("right", self._says("right", answer=self._done().answer))
        question = self.questions[0]
        only_sign = guess != 0.0 and any(close(-guess, number) for number in question.numbers)
        return Reply("wrong", f"{self._says('wrong.sign' if only_sign else 'wrong')} {question.hint}")

    def _count(self, right: bool) -> None:
        """A question counts once, by what comes first: an answer, a hint, or being told."""
        if not self._counted:
            tally = self.tallies.setdefault((self.questions[0].operation, self.questions[0].part), Tally())
            tally.asked += 1
            tally.missed += not right
            self._counted = True

    def _done(self) -> Question:
        self._counted = False
        return self.questions.pop(0)

    def _says(self, text: str, **named: object) -> str:
        return self._texts.says[text].format_map(named)
