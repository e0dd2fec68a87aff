"""A program as source text: its operations written in a language like C, by the templates of their rows."""

from __future__ import annotations

import math
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from autograd.engine.primitive import Primitive
from autograd.formulas.code import Language, partials_code, value_code
from autograd.program.comparison import COMPARISONS
from autograd.program.operations import Operations
from autograd.program.take import TAKE

_TOKEN: Final = re.compile(r"@(\+?)(\d+|y)@")
_ATOM: Final = re.compile(r"@\w+@|[\d.]+|t\d+")


class Template(NamedTuple):
    """Lines of code with tokens in them: @i@ an operand, @y@ the result, @+i@ the adjoint of an operand.

    Attributes:
        lines: each with the operand that it is for, to be left out if that has no adjoint; None: it is always there.
        calls: the rows whose functions are called.
    """

    lines: list[tuple[int | None, str]]
    calls: frozenset[Primitive]


class Source(ABC):
    """Writes the operations of one program.

    Args:
        program: what to write.
        language: what to write it in.
        wanted: by which inputs to differentiate; None: by all of them.

    Attributes:
        calls: the rows whose functions have been called so far.
    """

    def __init__(self, program: Operations, language: Language, wanted: Sequence[bool] | None = None) -> None:
        self.program = program
        self.language = language
        self.inputs = len(program.inputs)
        self.active = program.active(wanted)
        self.calls: set[Primitive] = set()
        self._templates: dict[object, Template] = {}

    @abstractmethod
    def number(self, slot: int) -> str:
        """A slot's number as an expression that needs no parentheses."""

    @abstractmethod
    def adjoint(self, slot: int) -> str:
        """Where a slot's adjoint is."""

    @abstractmethod
    def check(self, slot: int, answer: bool) -> str:
        """A statement that leaves the function where a guard doesn't hold."""

    @abstractmethod
    def opening(self, slot: int) -> list[str]:
        """The lines that open a block for the slots to which an adjoint has come, and declare it as u."""

    def values(self, chunk: range) -> list[str]:
        """The lines that compute some operations, and check the guards on them."""
        guards = {guard.slot: guard.answer for guard in self.program.guards}
        lines = []
        for i in chunk:
            lines += self.value_of(i)
            slot = self.inputs + i
            if slot in guards:
                lines.append(self.check(slot, guards[slot]))
        return lines

    def adjoints(self, chunk: range) -> list[str]:
        """The lines that hand the adjoints of some operations down to their operands, the last operation first."""
        lines = []
        for i in reversed(chunk):
            operands = self.program.operands[i]
            targets = {j for j, x in enumerate(operands) if x >= 0 and self.active[x]}
            if not self.active[self.inputs + i] or not targets:
                continue
            body = self.contributions_of(i, targets)
            if body:
                lines += [*self.opening(self.inputs + i), *[f"  {line}" for line in body], "}"]
        return lines

    def value_of(self, i: int) -> list[str]:
        """The lines that compute an operation."""
        operands = self.program.operands[i]
        return self._filled(self._template(self.program.primitives[i], operands, _value), i, operands)

    def contributions_of(self, i: int, targets: set[int]) -> list[str]:
        """The lines that add what comes from an operation, whose adjoint is u, to the adjoints of some operands."""
        operands = self.program.operands[i]
        template = self._template(self.program.primitives[i], operands, _partials)
        return self._filled(template, i, operands, targets) if any(j in targets for j, _ in template.lines) else []

    def constant(self, slot: int) -> str:
        """A constant as an expression that needs no parentheses."""
        text = self.language.dialect.number(self.program.constants[-1 - slot])
        return f"({text})" if text.startswith("-") else text

    def _template(
        self,
        row: Primitive,
        operands: Sequence[int],
        make: Callable[[Language, Primitive, Sequence[str | float]], Template],
    ) -> Template:
        constants = self.program.constants
        is_own = row is TAKE or COMPARISONS.get(row.symbol) is row  # these have no use for constants
        given = [f"@{i}@" if x >= 0 or is_own else constants[-1 - x] for i, x in enumerate(operands)]
        key = make, row, tuple([x if isinstance(x, str) else float(x).hex() for x in given])
        template = self._templates.get(key)
        if template is None:
            template = self._templates[key] = make(self.language, row, given)
            self.calls |= template.calls
        return template

    def _filled(
        self, template: Template, i: int, operands: Sequence[int], targets: set[int] | None = None
    ) -> list[str]:
        def part(match: re.Match[str]) -> str:
            plus, place = match.groups()
            if place == "y":
                return self.number(self.inputs + i)
            slot = operands[int(place)]
            return self.adjoint(slot) if plus else self.number(slot)

        return [_TOKEN.sub(part, x) for j, x in template.lines if j is None or targets is None or j in targets]


def _value(language: Language, row: Primitive, operands: Sequence[str | float]) -> Template:
    """What computes an operation's value."""
    templates, nan = language.dialect.templates, language.dialect.number(math.nan)
    if COMPARISONS.get(row.symbol) is row:
        return Template([(None, f"@y@ = {templates[row.symbol].format('@0@', '@1@')} ? 1.0 : 0.0;")], frozenset())
    if row is TAKE:
        cases = [f"  case {i}: @y@ = @{i + 1}@; break;" for i in range(len(operands) - 1)]
        lines = [f"switch (place_of(@0@, {len(operands) - 1})) {{", *cases, f"  default: @y@ = {nan};", "}"]
        return Template([(None, line) for line in lines], frozenset())
    code = value_code(language, row, operands)
    lines = [f"@y@ = {code.expression};"]
    if code.steps:
        lines = ["{", *[f"  {line}" for line in [*code.steps, *lines]], "}"]
    return Template([(None, line) for line in lines], code.calls)


def _partials(language: Language, row: Primitive, operands: Sequence[str | float]) -> Template:
    """What adds to the adjoints of an operation's operands, given its own as u."""
    if row is TAKE:
        cases = [(i, f"  case {i - 1}: @+{i}@ += u; break;") for i in range(1, len(operands))]
        head = f"switch (place_of(@0@, {len(operands) - 1})) {{"
        return Template([(None, head), *cases, (None, "}")], frozenset())
    code = partials_code(language, row, operands, "@y@")
    lines: list[tuple[int | None, str]] = [(None, step) for step in code.steps]
    for i, partial in enumerate(code.partials):
        if partial is not None:
            condition = "" if partial.condition is None else f"if ({partial.condition}) "
            lines.append((i, f"{condition}@+{i}@ += {_term(partial.expression)};"))
    return Template(lines, code.calls)


def _term(partial: str) -> str:
    """What is added to an adjoint; not -0.0."""
    if partial in ("1.0", "-1.0"):
        return "u" if partial == "1.0" else "0.0 - u"
    return f"u * {partial if _ATOM.fullmatch(partial) else f'({partial})'} + 0.0"
