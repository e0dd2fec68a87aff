"""Programs in files: JSON, with every bit of their numbers; a file that is read is trusted in nothing."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any, Final, NoReturn

from autograd.engine import primitives as p
from autograd.engine.primitive import PRIMITIVES, SPECIAL, Primitive
from autograd.program.comparison import COMPARISONS
from autograd.program.operations import Guard, Operations, Place
from autograd.program.take import TAKE
from autograd.support.documents import Kind, read_document, write_document
from autograd.support.errors import one_line, shown
from autograd.support.files import path_shown
from autograd.transforms.own_rows import OwnRow, Trial, own_row

KIND: Final = Kind("scalar-autograd program", 1, "saved program")
_LAST_LINE: Final = 2**31
_PREFIX: Final = "special."
_ROWS: Final = {**COMPARISONS, "[]": TAKE}
_SIGNS: Final = {row: sign for sign, row in _ROWS.items()}


def write(path: str | os.PathLike[str], program: Operations) -> None:
    """Write a program to a file.

    Raises:
        ValueError: if it can't be read again: an operation is not in the table, a slot doesn't exist.
        OSError: if it cannot be written.
    """
    content: dict[str, object] = {
        "name": program.name,
        "inputs": list(program.inputs),
        "constants": [float.hex(x) for x in program.constants],
        "operations": [[name, *operands] for name, operands in zip(names_of(program), program.operands, strict=True)],
        "outputs": list(program.outputs),
        "guards": [list(guard) for guard in program.guards],
        "stopped": sorted(program.stopped),
        "labels": [[slot, label] for slot, label in sorted(program.labels.items())],
        "places": [list(place) for place in program.places],
        "lines": list(program.lines),
    }
    if program.ieee:  # in most programs there are none
        content["ieee"] = sorted(program.ieee)
    own = {name: row.trials() for name, row in own_rows(program).items()}
    if own:
        content["own"] = {
            name: [[[x.hex() for x in point], y.hex()] for point, y in trials] for name, trials in own.items()
        }
    _Reader(f"save: {program.name}", "nothing was written").program(content)
    write_document(path, KIND, content)


def read(path: str | os.PathLike[str]) -> dict[str, Any]:
    """The attributes of the program in a file.

    Raises:
        ValueError: for a file that is foreign, truncated, edited, newer, or holds an operation unknown here.
        OSError: if it cannot be read.
    """
    content = read_document(path, KIND)
    return _Reader(f"load: {path_shown(path)}", "it was edited or damaged: save the program again").program(content)


def names_of(program: Operations) -> list[str]:
    """The operations' names outside of this process: signs for those that aren't in the table, and for the user's own
    `module:name`.

    Raises:
        ValueError: for an operation that has none.
    """
    names = []
    for row in program.primitives:
        name = name_of(row)
        if not row.is_current if isinstance(row, OwnRow) else row_named(name) is not row:
            raise ValueError(
                f"{one_line(program.name)}: {one_line(row.name)} is not in the table of primitives, so the program "
                "can be neither saved nor pickled; write it with operators, make it a `primitive`, or, if that was "
                "defined anew since, record the program again"
            )
        names.append(name)
    return names


def own_rows(program: Operations) -> dict[str, OwnRow]:
    """The user's own operations in a program, by their names outside of this process."""
    return {name_of(row): row for row in program.primitives if isinstance(row, OwnRow)}


def rows_of(names: Iterable[str], own: Mapping[str, Sequence[Trial]], place: str) -> list[Primitive]:
    """The operations of these names.

    Args:
        names: as `names_of` gave them.
        own: what the user's own among them compute at some points.
        place: where they stand, for a message.

    Raises:
        ValueError: for an operation unknown here, or that is another one here.
    """
    found: list[Primitive] = []
    for name in names:
        library, _, last = name.rpartition(":")
        row = own_row(last, library, own.get(name, ()), place) if library else row_named(name)
        if row is None:
            raise ValueError(
                f"{place} holds the operation {one_line(name)}, which is not known here; make that primitive first, or "
                "upgrade scalar-autograd if it is one of its own"
            )
        found.append(row)
    return found


def name_of(row: Primitive) -> str:
    """What a row is called in files; the user's own have their module before it, after a colon."""
    if isinstance(row, OwnRow):
        return f"{row.library}:{row.name}"
    return _PREFIX + row.name if SPECIAL.get(row.name) is row else _SIGNS.get(row, row.name)


def row_named(name: str) -> Primitive | None:
    """The row of a name from a file; None if there is none. What the user's own compute is another matter: `own_row`.

    Raises:
        ImportError: for a special function that needs SciPy, where that is not installed.
    """
    if name.startswith(_PREFIX):
        special = name.removeprefix(_PREFIX)
        if special not in SPECIAL:
            import_module("autograd.special")
        return SPECIAL.get(special)
    library, _, last = name.rpartition(":")
    row = _ROWS.get(name) or PRIMITIVES.get(last)
    if isinstance(row, OwnRow):
        return row.namesakes.get(library)
    return None if library else row


def fitting(row: Primitive, count: int) -> str:
    """What a row must be applied to instead of so many operands; empty if they fit."""
    if not row.variadic:
        return "" if count == len(row.operands) else f"{len(row.operands)} operands"
    if row is p.dot:
        return "" if count and count % 2 == 0 else "an even number of operands"
    least = 1 + (row is TAKE)
    return "" if count >= least else f"{least} or more operands"


class _Reader:
    """Takes nothing for granted.

    Args:
        place: what messages begin with.
        remedy: what they end with.
    """

    def __init__(self, place: str, remedy: str) -> None:
        self._place = place
        self._remedy = remedy
        self._rows: dict[str, Primitive] = {}

    def program(self, content: dict[str, Any]) -> dict[str, Any]:
        """The attributes of a program, if every one of them is what it must be.

        Raises:
            ValueError: if one isn't, which the message names.
        """
        if set(content) - _OPTIONAL != _KEYS:
            self._wrong("the program", sorted(content), f"have {', '.join(sorted(_KEYS))}, and nothing else")
        places = [self._source(x, f"place {i}") for i, x in enumerate(self._list(content["places"], "places"))]
        inputs = [self._text(x, f"input {i}") for i, x in enumerate(self._list(content["inputs"], "inputs"))]
        constants = [
            self._float(x, f"constant {i}") for i, x in enumerate(self._list(content["constants"], "constants"))
        ]
        own = self._trials(content.get("own", {}))
        primitives: list[Primitive] = []
        operands: list[tuple[int, ...]] = []
        n = len(inputs)
        for i, operation in enumerate(self._list(content["operations"], "operations")):
            row, found = self._operation(operation, i, n + i, -len(constants), own)
            primitives.append(row)
            operands.append(found)
        size = n + len(primitives)
        outputs = self._ints(content["outputs"], "outputs", -len(constants), size)
        lines = self._ints(content["lines"], "lines", -1, len(places))
        if lines and len(lines) != len(primitives):
            self._wrong("lines", lines, f"be {len(primitives)}, one for each operation, or none")
        return {
            "name": self._text(content["name"], "the name"),
            "inputs": inputs,
            "constants": constants,
            "primitives": primitives,
            "operands": operands,
            "outputs": outputs,
            "guards": self._guards(content["guards"], size, len(places)),
            "stopped": frozenset(self._rising(self._ints(content["stopped"], "stopped", n, size), "stopped")),
            "ieee": frozenset(self._rising(self._ints(content.get("ieee", []), "ieee", n, size), "ieee")),
            "labels": self._labels(content["labels"], size),
            "places": places,
            "lines": lines,
        }

    # -- parts --------------------------------------------------------------------------------------------------------

    def _trials(self, own: Any) -> dict[str, list[Trial]]:
        if type(own) is not dict:
            self._wrong("own", own, "be an object")
        found: dict[str, list[Trial]] = {}
        for name, trials in own.items():
            what = f"own {one_line(name)}"
            pairs = [self._list(x, what, 2) for x in self._list(trials, what)]
            found[name] = [
                (tuple([self._float(x, what) for x in self._list(point, what)]), self._float(y, what))
                for point, y in pairs
            ]
        return found

    def _operation(
        self, operation: Any, i: int, slot: int, first: int, own: Mapping[str, Sequence[Trial]]
    ) -> tuple[Primitive, tuple[int, ...]]:
        what = f"operation {i}"
        name, *rest = self._list(operation, what) or self._wrong(what, operation, "begin with a name")
        name = self._text(name, what)
        if name not in self._rows:  # the trials of the user's own are run once
            [self._rows[name]] = rows_of([name], own, self._place)
        row = self._rows[name]
        operands = self._ints(rest, what, first, slot)
        wanted = fitting(row, len(operands))
        if wanted:
            as_told = f"be applied as {row.name}({', '.join(row.operands)}) is"
            self._wrong(what, operation, f"have {wanted}" if row.variadic else as_told)
        return row, tuple(operands)

    def _guards(self, guards: Any, size: int, places: int) -> list[Guard]:
        found: list[Guard] = []
        for i, guard in enumerate(self._list(guards, "guards")):
            what = f"guard {i}"
            slot, answer, place = self._list(guard, what, 3)
            if type(answer) is not bool:
                self._wrong(what, guard, "have true or false for its answer")
            [slot] = self._ints([slot], what, 0, size)
            [place] = self._ints([place], what, 0, places)
            found.append(Guard(slot, answer, place))
        if len({guard.slot for guard in found}) != len(found):
            self._wrong("guards", guards, "ask no slot twice")
        return found

    def _labels(self, labels: Any, size: int) -> dict[int, str]:
        pairs = [self._list(x, f"label {i}", 2) for i, x in enumerate(self._list(labels, "labels"))]
        self._rising(self._ints([slot for slot, _ in pairs], "labels", 0, size), "labels")
        return {slot: self._text(label, f"label {i}") for i, (slot, label) in enumerate(pairs)}

    def _source(self, place: Any, what: str) -> Place:
        file, line = self._list(place, what, 2)
        return Place(self._text(file, what), self._ints([line], what, 0, _LAST_LINE)[0])

    # -- what JSON has ------------------------------------------------------------------------------------------------

    def _list(self, thing: Any, what: str, length: int | None = None) -> list[Any]:
        if type(thing) is not list:
            self._wrong(what, thing, "be a list")
        if length is not None and len(thing) != length:
            self._wrong(what, thing, f"be a list of {length}")
        return list(thing)

    def _text(self, thing: Any, what: str) -> str:
        return thing if type(thing) is str else self._wrong(what, thing, "have a text here")

    def _ints(self, numbers: Sequence[Any], what: str, first: int, end: int) -> list[int]:
        """Whole numbers from first, up to but without end."""
        for x in self._list(numbers, what):
            if type(x) is not int or not first <= x < end:  # a bool is an int, too
                self._wrong(what, x, f"be whole numbers from {first} up to {end - 1}" if first < end else "be empty")
        return list(numbers)

    def _rising(self, numbers: list[int], what: str) -> list[int]:
        if any(a >= b for a, b in itertools.pairwise(numbers)):
            self._wrong(what, numbers, "be in order, each once")
        return numbers

    def _float(self, text: Any, what: str) -> float:
        """A number, written as Python's float.hex writes it, and in no other way."""
        try:
            number = float.fromhex(text)
        except (TypeError, ValueError, OverflowError):
            self._wrong(what, text, "be a number as float.hex writes it")
        return number if number.hex() == text else self._wrong(what, text, "be a number as float.hex writes it")

    def _wrong(self, what: str, got: Any, must: str) -> NoReturn:
        raise ValueError(f"{self._place}: {what} must {must}, got {shown(got)}; {self._remedy}")


_OPTIONAL: Final = {"ieee", "own"}
_KEYS: Final = frozenset(
    ("name", "inputs", "constants", "operations", "outputs", "guards", "stopped", "labels", "places", "lines")
)
