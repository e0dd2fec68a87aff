"""The text of one function in LLVM IR, and the rows' templates as pieces of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from autograd.engine.primitive import Primitive
from autograd.formulas.llvm import Part, Template
from autograd.formulas.llvm_text import Width, instruction


class Call(NamedTuple):
    """One step of a template, ready to be filled in: its text with %s, and what of, by index."""

    text: str
    places: tuple[int, ...]


class CallBack(NamedTuple):
    """A rule that computes with Python's floats: it is called back.

    Attributes:
        function: its name in the code. It takes an array of operands, with the result behind them if partials are
            wanted, and fills an array: the value, or a pair for every operand, the partial and whether it flows; and
            last 1.0, or 0.0 if it raised an error.
        operands: how many there are.
        is_value: whether the value is wanted, or the partials.
    """

    function: str
    operands: int
    is_value: bool

    @property
    def uses(self) -> Sequence[int]:
        return range(self.operands + 1)


class Filled(NamedTuple):
    """A template for one width: operands, the result and the steps are numbered one after the other.

    Attributes:
        calls: the steps.
        results: the value; or for every operand its partial, and where it flows.
        uses: which operands are read, and whether the result.
    """

    calls: list[Call]
    results: list[tuple[int | str, int | str | None] | None]
    uses: frozenset[int]

    @property
    def takes_long(self) -> bool:
        """Whether partials are worth a place in memory: functions are called for them, and they flow everywhere."""
        flows = all(result is None or result[1] is None for result in self.results)
        return flows and any("call" in text and "@llvm." not in text for text, _ in self.calls)


class Body:
    """One function's text, in which each register is made once."""

    def __init__(self, width: Width) -> None:
        self.width = width
        self.lines: list[str] = []
        self.count = 0
        self.known: dict[str, str] = {}

    def make(self, text: str) -> str:
        """A register for an instruction; the same instruction gives the same one."""
        name = self.known.get(text)
        if name is None:
            name = self.known[text] = f"%{self.count}"
            self.count += 1
            self.lines.append(f"{name} = {text}")
        return name

    def address(self, array: str, index: int) -> str:
        return self.make(f"getelementptr {self.width.number}, ptr %{array}, i64 {index}")

    def fresh(self, text: str) -> str:
        """A register for an instruction that may give another result each time."""
        name = f"%{self.count}"
        self.count += 1
        self.lines.append(f"{name} = {text}")
        return name

    def load(self, array: str, index: int) -> str:
        """A number of memory, read anew."""
        return self.fresh(f"load {self.width.number}, ptr {self.address(array, index)}")

    def store(self, array: str, index: int, name: str) -> None:
        self.lines.append(f"store {self.width.number} {name}, ptr {self.address(array, index)}")


class Called(Protocol):
    """The functions that a program's code calls, and whether some are written in it instead (see `value_template`)."""

    inline: bool

    def name(self, function: str) -> str:
        """What a function of C's is called in the code."""
        ...

    def callback(self, row: Primitive, count: int, plain: Sequence[int] | None) -> str:
        """What a row that is called back is called: its value, or its partials, where some operands are plain."""
        ...


def filled(template: Template, last: int, width: Width, function: Callable[[str], str]) -> Filled:
    """A template for one width; `last` is the index of the last of its slots, after which its steps are counted."""
    uses: set[int] = set()

    def place(part: Part) -> int | str:
        if isinstance(part, float):
            return width.constant(part)
        # -1 is the result, which is the last of the slots; below it come the steps
        index = part if part >= 0 else last if part == -1 else last - 1 - part
        if index <= last:
            uses.add(index)
        return index

    calls = []
    for kind, parts in template.steps:
        places = [place(x) for x in parts]
        text = instruction(kind, width, function)
        text = text.replace("%", "%%").format(*["%s" if isinstance(x, int) else x for x in places])
        calls.append(Call(text, tuple(x for x in places if isinstance(x, int))))
    results: list[tuple[int | str, int | str | None] | None] = []
    for result in template.results:
        if result is None:
            results.append(None)
        elif isinstance(result, tuple):
            results.append((place(result[0]), None if result[1] is None else place(result[1])))
        else:
            results.append((place(result), None))
    return Filled(calls, results, frozenset(uses))
