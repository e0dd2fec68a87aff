"""The code beside the graph: which line of the user's source made each operation of a walk."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from types import CodeType, FrameType
from typing import Any, NamedTuple

from autograd.engine.value import Value
from autograd.support.source import is_own, package_of, source_of

MANY_ELEMENTS = 100  # those of a longer list are not called by it


class Place(NamedTuple):
    """A line that was running when an operation was made.

    Attributes:
        function: index of the function among those of the walk.
        line: its number in the file.
        columns: where the expression begins in the line as shown, and where it ends; None if it takes several lines.
    """

    function: int
    line: int
    columns: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Function:
    """A function that a walk was recorded from.

    Attributes:
        name: as Python calls it: `f`, `Net.forward`, `<lambda>`.
        file: the name of its file, without folders; empty for a notebook's cell and the like.
        first: the number of its first line there.
        lines: its source, not indented; empty if there is none.
    """

    name: str
    file: str = ""
    first: int = 1
    lines: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} · {self.file}" if self.file else self.name

    def line(self, number: int) -> str:
        """The text of a line; empty if it is not there."""
        return self.lines[number - self.first] if 0 <= number - self.first < len(self.lines) else ""

    @property
    def excuse(self) -> str:
        """Why there is nothing to show of it; empty if there is."""
        return "" if self.lines else f"There is no source of {self}: it was made by exec, or is not written in Python."


def called(f: Callable[..., Any]) -> str:
    """What a function is called; an object that can be called, what its class is."""
    name = getattr(f, "__qualname__", None) or getattr(f, "__name__", None)
    return name if isinstance(name, str) else type(f).__qualname__


def clean(line: str) -> str:
    """A line of source as it may be shown anywhere: tabs as spaces, what doesn't print replaced by �."""
    return "".join(c if c.isprintable() else "\ufffd" for c in line.expandtabs())


class Trace:
    """The watcher that notes for every operation of a function which lines were running, and what variables hold.

    Args:
        f: the function that is going to be called.
        caller: the frame that calls it: what lies further out is no part of the function.
    """

    def __init__(self, f: Callable[..., Any], caller: FrameType) -> None:
        self._f = f
        self._caller = caller
        self._made: dict[int, tuple[Value, list[_Running]]] = {}  # the Values are kept, so that an id stays theirs
        self._modules: dict[CodeType, dict[str, Any]] = {}
        self._frames: dict[FrameType, None] = {}  # of the user's functions; kept, they keep their variables
        self._names: dict[int, str] = {}

    def operation_done(self, primitive: Any, operands: Sequence[Any], result: Value) -> None:
        """Note where an operation was made. If not in the user's own code, then in that of `nn`, if there."""
        frames: list[FrameType] = []
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and frame is not self._caller:
            frames.append(frame)
            frame = frame.f_back
        frames.reverse()
        users = [x for x in frames if not is_own(x)]
        for x in users:
            self._frames[x] = None
            self._look_at_variables(x)
        shown = users or [x for x in frames if package_of(x) != "autograd"]
        for x in shown:
            self._modules.setdefault(x.f_code, x.f_globals)
        self._made[id(result)] = result, [_Running(x.f_code, x.f_lasti, x.f_lineno) for x in shown]

    def sweep_starts(self, order: Sequence[Any], seeds: Sequence[tuple[Any, float]]) -> None:
        """A backward pass inside the function is no part of the walk."""

    def _look_at_variables(self, frame: FrameType) -> None:
        """Call what a function has made by the first variable, or element of a list in one, that holds it."""
        for name, thing in frame.f_locals.items():
            if isinstance(thing, Value):
                self._call(thing, name)
            elif isinstance(thing, (list, tuple)) and len(thing) <= MANY_ELEMENTS:
                for i, x in enumerate(thing):
                    if isinstance(x, Value):
                        self._call(x, f"{name}[{i}]")

    def _call(self, x: Value, name: str) -> None:
        if id(x) in self._made and name[0] != ".":  # the interpreter's own
            self._names.setdefault(id(x), name)

    def name(self, y: Value) -> None:
        """Label what the function has made and left without a label: as its variables, and the result as itself."""
        for frame in self._frames:
            self._look_at_variables(frame)
        name = called(self._f).rpartition(".")[2]
        self._names.setdefault(id(y), name if name.isidentifier() else "")
        for x, _ in self._made.values():
            x.label = x.label or self._names.get(id(x)) or None
        self._frames.clear()

    def places(self, order: Iterable[Value]) -> tuple[tuple[Function, ...], dict[int, tuple[Place, ...]]]:
        """The functions, and where each of these Values was made, by id: from the function called down to the line."""
        running = {id(x): self._made[id(x)][1] for x in order if id(x) in self._made}
        lines: dict[CodeType, set[int]] = {}
        for chain in running.values():
            for x in chain:
                lines.setdefault(x.code, set()).add(x.line)
        listing = _Listing(lines, self._modules)
        places = {key: tuple(map(listing.place, chain)) for key, chain in running.items()}
        return tuple(listing.functions) or (Function(clean(called(self._f))),), places


class _Running(NamedTuple):
    code: CodeType
    instruction: int
    line: int


class _Listing:
    """The functions as they are shown: one that is written inside another is shown within that.

    Args:
        codes: theirs, each with the numbers of the lines that were running.
        modules: the globals they were defined with.
    """

    def __init__(self, codes: Mapping[CodeType, set[int]], modules: Mapping[CodeType, dict[str, Any]]) -> None:
        texts = {code: source_of(code, modules[code]) for code in codes}
        ranges = {code: range(text.first, text.first + len(text.lines)) for code, text in texts.items() if text}
        ranges = {
            code: lines for code, lines in ranges.items() if codes[code] <= set(lines)
        }  # else the file has changed
        self.functions: list[Function] = []
        self._index: dict[CodeType, int] = {}
        self._places: dict[_Running, Place] = {}
        self._raw = {code: text.lines for code, text in texts.items() if text and code in ranges}
        self._of: dict[CodeType, CodeType] = {}
        for code in codes:
            around = [x for x in ranges if x.co_filename == code.co_filename and code in ranges]
            around = [x for x in around if ranges[code][0] in ranges[x] and ranges[code][-1] in ranges[x]]
            outer = max(around, key=lambda x: len(ranges[x]), default=code)
            self._of[code] = outer
            if outer not in self._index:
                self._index[outer] = len(self.functions)
                self.functions.append(self._function(outer, ranges.get(outer, range(outer.co_firstlineno, 0))))
            self._index[code] = self._index[outer]

    def _function(self, code: CodeType, numbers: range) -> Function:
        lines = [clean(line) for line in self._raw.get(code, [])]
        indent = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
        # a line may begin further left, within a long string
        shown = tuple(line[min(indent, len(line) - len(line.lstrip())) :] for line in lines)
        file = PurePath(code.co_filename).name if Path(code.co_filename).is_file() else ""
        return Function(clean(code.co_qualname), clean(file), numbers.start, shown)

    def place(self, running: _Running) -> Place:
        """Where something was running, as shown."""
        if running not in self._places:
            index = self._index[running.code]
            self._places[running] = Place(index, running.line, self._columns(running, index))
        return self._places[running]

    def _columns(self, running: _Running, index: int) -> tuple[int, int] | None:
        positions = list(running.code.co_positions())
        line, last, start, end = positions[running.instruction // 2]
        function, raw = self.functions[index], self._raw.get(self._of[running.code])
        if raw is None or line is None or line != last or line != running.line or start is None or end is None:
            return None
        text = raw[line - function.first]
        left_out = len(clean(text)) - len(function.line(line))
        inside = text.encode()  # the interpreter counts bytes
        before, upto = (len(clean(inside[:place].decode(errors="replace"))) - left_out for place in (start, end))
        return (before, upto) if 0 <= before < upto <= len(function.line(line)) else None


def described(functions: Sequence[Function], places: Sequence[Place], with_text: bool = False) -> str:
    """Where an operation was made, in words; empty if that is not known.

    Args:
        functions: those of the walk.
        places: those of a node.
        with_text: whether to add what stands in the line.
    """
    lines = list(dict.fromkeys((place.function, place.line) for place in places))
    if not lines:
        return ""
    *callers, here = [f"line {number} of {functions[index].name}" for index, number in lines]
    text = functions[lines[-1][0]].line(lines[-1][1]).strip() if with_text else ""
    told = ", ".join([here, *(f"called in {caller}" for caller in reversed(callers))])
    return f"{told}: {text}" if text else told
