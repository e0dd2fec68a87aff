"""What a demo reports: rows that hold the engine's numbers against a document's, and the rule that judges them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from autograd import Value, topological_order, variables
from autograd.support.errors import shown

_NUMBER = r"[-−]?\d+(?:,\d{3})*(?:\.\d+)?"
_NUMBERS = re.compile(rf"(?:({_NUMBER})|\(({_NUMBER}(?:, {_NUMBER})*)\))( ?~)?")


class Verdict(StrEnum):
    """What a row came to."""

    AGREES = "✓"
    ERRATUM = "erratum"
    WRONG = "✗"


def printed_numbers(text: str) -> tuple[tuple[Decimal, ...], bool] | None:
    """The numbers of a printed cell such as `0.51`, `(2.87, −2.074)` or `−2.405 ~`, and whether it ends in `~`.

    None for words: a cell like `formula` prints no number.

    >>> printed_numbers("−2.405 ~")
    ((Decimal('-2.405'),), True)
    """
    match = _NUMBERS.fullmatch(text)
    if match is None:
        return None
    numbers = (match[1] or match[2]).replace("−", "-").split(", ")
    return tuple(Decimal(number.replace(",", "")) for number in numbers), match[3] is not None


def rounds_to(engine: Sequence[float], printed: str) -> bool:
    """Whether the engine's numbers round to the printed ones at the printed digits.

    A `~` after the numbers allows one unit in the last place more: there the document computed with rounded numbers.

    >>> rounds_to([0.510826], "0.51"), rounds_to([-2.4040], "−2.405"), rounds_to([-2.4040], "−2.405 ~")
    (True, False, True)

    Raises:
        ValueError: if nothing but numbers were expected and the text is something else.
    """
    parsed = printed_numbers(printed)
    if parsed is None:
        raise ValueError(
            f"rounds_to: {shown(printed)} is neither a number nor a tuple of numbers such as '(2.87, −2.074)'"
        )
    numbers, carried = parsed
    units = Decimal("1.5") if carried else Decimal("0.5")
    return len(engine) == len(numbers) and all(
        math.isfinite(x) and abs(Decimal(x) - number) <= units.scaleb(int(number.as_tuple().exponent))
        for x, number in zip(engine, numbers, strict=True)
    )


@dataclass(frozen=True)
class Row:
    """One number, or one tuple of numbers, of a document.

    Attributes:
        what: what is computed.
        printed: what the document shows: numbers, `~` after them where it carried rounded ones, or a word (`formula`).
        exact: what follows from the document's own inputs, to more digits; worked out without the engine.
        engine: what the engine computed.
        erratum: what the document got wrong, in one line; the engine then agrees with `exact` and not with `printed`.

    >>> Row("cross entropy of 0.6", "0.51", "0.510826", 0.5108256).verdict
    <Verdict.AGREES: '✓'>
    """

    what: str
    printed: str
    exact: str
    engine: float | Sequence[float]
    erratum: str = ""

    @property
    def numbers(self) -> Sequence[float]:
        """The engine's numbers as a sequence, also if it is one."""
        return (self.engine,) if isinstance(self.engine, float | int) else self.engine

    @property
    def verdict(self) -> Verdict:
        """✓ where the engine returns the exact numbers and the printed ones, `erratum` where only the exact ones."""
        if not rounds_to(self.numbers, self.exact):
            return Verdict.WRONG
        if self.erratum:
            slipped = printed_numbers(self.printed) is None or not rounds_to(self.numbers, self.printed)
            return Verdict.ERRATUM if slipped else Verdict.WRONG
        agrees = printed_numbers(self.printed) is None or rounds_to(self.numbers, self.printed)
        return Verdict.AGREES if agrees else Verdict.WRONG

    @property
    def cells(self) -> tuple[str, str, str]:
        """The texts of its columns before the verdict."""
        texts = [show(x) for x in self.numbers]
        return self.what, self.printed, texts[0] if len(texts) == 1 else f"({', '.join(texts)})"

    @property
    def remark(self) -> str:
        """The line below the row, if any."""
        if self.verdict is Verdict.WRONG:
            return f"must be {self.exact}" + (f"; {self.erratum}" if self.erratum else "")
        return self.erratum


@dataclass(frozen=True)
class Gradient:
    """One derivative, by the engine's backward pass and by a central difference.

    >>> Gradient("∂(x²)/∂x at 3", numeric=6.00000000004, engine=6.0).verdict
    <Verdict.AGREES: '✓'>
    """

    what: str
    numeric: float
    engine: float
    remark: str = ""

    @property
    def verdict(self) -> Verdict:
        """✓ where both are the same within what a central difference can tell."""
        same = math.isclose(self.engine, self.numeric, rel_tol=1e-7, abs_tol=1e-9)
        return Verdict.AGREES if same else Verdict.WRONG

    @property
    def cells(self) -> tuple[str, str, str]:
        """The texts of its columns before the verdict."""
        return self.what, show(self.numeric, 8), show(self.engine, 8)


@dataclass(frozen=True)
class AtLeast:
    """A measured number that is good enough if it reaches a bound.

    >>> AtLeast("test accuracy", 0.94, engine=0.9667).cells
    ('test accuracy', '≥ 0.94', '0.9667')
    """

    what: str
    bound: float
    engine: float
    remark: str = ""

    @property
    def verdict(self) -> Verdict:
        """✓ where the bound is reached."""
        return Verdict.AGREES if self.engine >= self.bound else Verdict.WRONG

    @property
    def cells(self) -> tuple[str, str, str]:
        """The texts of its columns before the verdict."""
        return self.what, f"≥ {show(self.bound)}", show(self.engine, 4)


class TableRow(Protocol):
    """What a table shows of a row: its cells, its verdict, and a line below if there is something to say."""

    @property
    def cells(self) -> tuple[str, str, str]:
        """The texts of its columns before the verdict."""

    @property
    def verdict(self) -> Verdict:
        """What it came to."""

    @property
    def remark(self) -> str:
        """The line below the row; empty if there is none."""


@dataclass(frozen=True)
class Section:
    """A part of a report: a table under a title, and lines of text before it."""

    title: str
    rows: Sequence[TableRow] = ()
    text: Sequence[str] = ()
    head: tuple[str, str, str] = ("what", "printed", "engine")


Report = Sequence[Section]


def show(number: float, digits: int = 6) -> str:
    """A number to so many significant digits, with a proper minus sign.

    >>> show(-0.14802012), show(19.0)
    ('−0.14802', '19')
    """
    return f"{number + 0.0:.{digits}g}".replace("-", "−")  # + 0.0: no negative zero


def duration(seconds: float) -> str:
    """A duration in the unit one would say it in.

    >>> duration(0.0021), duration(90.0), duration(7e8)
    ('2.1 ms', '1.5 min', '22.2 years')
    """
    for unit, size in (("years", 365.25 * 86400.0), ("days", 86400.0), ("h", 3600.0), ("min", 60.0), ("s", 1.0)):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds * 1e3:.{0 if seconds >= 0.01 else 1}f} ms"


def central_difference(f: Callable[[float], float], x: float, h: float = 1e-5) -> float:
    """f'(x) by (f(x + h) − f(x − h)) / 2h, whose error is of order h².

    >>> round(central_difference(lambda x: x**3, 2.0), 6)
    12.0
    """
    above, below = x + h, x - h
    return (f(above) - f(below)) / (above - below)


def derivatives(output: Value, *inputs: Value) -> list[float]:
    """∂output/∂input by one backward pass from cleared gradients; the inputs may lie inside the graph.

    >>> x = Value(3.0)
    >>> derivatives(x * x, x)
    [6.0]
    """
    for leaf in variables(output):
        leaf.grad = 0.0
    output.backward()
    return [x.grad for x in inputs]


def by_label(output: Value) -> dict[str, Value]:
    """The labelled Values of an expression, by label."""
    return {node.label: node for node in topological_order(output) if node.label}


def gradient_section(build: Callable[[Mapping[str, float]], Value], at: Mapping[str, float], of: str) -> Section:
    """A table of the engine's gradients beside central differences.

    Args:
        build: makes the expression from numbers by label; its variables carry the labels.
        at: the numbers; one row for each that is a variable of the expression.
        of: the name of the output, for the rows: ∂of/∂label.
    """
    output = build(at)
    nodes = by_label(output)
    inputs = {label: nodes[label] for label in at if label in nodes and not nodes[label].is_constant}
    gradients = derivatives(output, *inputs.values())
    rows = [
        Gradient(f"∂{of}/∂{label}", central_difference(_as_function(build, at, label), at[label]), gradient)
        for label, gradient in zip(inputs, gradients, strict=True)
    ]
    return Section("Gradients beside central differences", rows, head=("derivative", "difference", "engine"))


def _as_function(
    build: Callable[[Mapping[str, float]], Value], at: Mapping[str, float], label: str
) -> Callable[[float], float]:
    """The expression as a function of one of its numbers."""
    return lambda x: build({**at, label: x}).data
