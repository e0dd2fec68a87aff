"""The source in a walk's JSON, read: from anywhere, so checked in every place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.support.errors import shown as short
from autograd.views.code import Function, Place, clean
from autograd.views.names import shown


def read_functions(entries: Any) -> list[Function]:
    """The functions of a walk.

    Raises:
        ValueError: if that is not what they are; the message names the place.
    """
    if not isinstance(entries, list):
        raise ValueError(f"from_json: functions must be a list, got {short(entries)}")
    return [_function(entry, f"from_json: function {i}") for i, entry in enumerate(entries)]


def _function(entry: Any, place: str) -> Function:
    if not isinstance(entry, dict):
        raise ValueError(f"{place} must be an object with name, file, first and lines, got {short(entry)}")
    name, file, first, lines = (entry.get(key) for key in ("name", "file", "first", "lines"))
    for key, text in (("name", name), ("file", file)):
        if not isinstance(text, str):
            raise ValueError(f"{place}: {key} must be a string, got {short(text)}")
    if not isinstance(first, int) or isinstance(first, bool) or first < 1:
        raise ValueError(f"{place}: first must be the number of a line, got {short(first)}")
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):
        raise ValueError(f"{place}: lines must be a list of strings, got {short(lines)}")
    return Function(shown(str(name)), shown(str(file)), first, tuple(map(clean, lines)))


def read_places(entries: Any, functions: Sequence[Function], place: str) -> tuple[Place, ...]:
    """Where an operation was made.

    Args:
        entries: what the JSON has.
        functions: those of the walk.
        place: of the node, for messages.

    Raises:
        ValueError: if it is no place in one of the functions.
    """
    if not isinstance(entries, list):
        raise ValueError(f"{place}: places must be a list, got {short(entries)}")
    found = []
    for entry in entries:
        if not isinstance(entry, list) or len(entry) not in (2, 4) or not all(map(_is_count, entry)):
            raise ValueError(
                f"{place}: a place must be [function, line] or [function, line, from, to], got {short(entry)}"
            )
        index, line, *columns = entry
        if index >= len(functions):
            raise ValueError(f"{place}: there is no function {index}; there are {len(functions)}")
        function = functions[index]
        if function.lines and not 0 <= line - function.first < len(function.lines):
            raise ValueError(f"{place}: line {line} is not in {function.name}, which begins at {function.first}")
        if columns and not columns[0] < columns[1] <= len(function.line(line)):
            raise ValueError(f"{place}: columns {columns[0]} to {columns[1]} are not in line {line} of {function.name}")
        found.append(Place(index, line, (columns[0], columns[1]) if columns else None))
    return tuple(found)


def _is_count(thing: Any) -> bool:
    return isinstance(thing, int) and not isinstance(thing, bool) and thing >= 0
