"""The files that models are saved in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograd.support import documents
from autograd.support.errors import shown, typed
from nn.arguments import as_python

KIND = documents.Kind("scalar-autograd model", 1, "saved model")


def write_document(path: Path, content: dict[str, Any]) -> None:
    """Write a document beside its place, then move it there: a crash leaves the old file or the new one.

    Raises:
        TypeError: if something in it is not plain data; NumPy's numbers are.
        ValueError: if a number in it is not finite.
        OSError: if it cannot be written; an old file stays as it was.
    """
    documents.write_document(path, KIND, content, _plain, indent=1)


def read_document(path: Path) -> dict[str, Any]:
    """The content of a document, if it is exactly what was written.

    Raises:
        ValueError: for a foreign, truncated, edited or newer file.
        OSError: if it cannot be read.
    """
    return documents.read_document(path, KIND)


def dict_of(name: str, thing: Any) -> dict[str, Any]:
    """What must be an object in a document.

    Raises:
        ValueError: if it is none.
    """
    if not isinstance(thing, dict):
        raise ValueError(f"{name} must be an object, got {shown(thing)}")
    return thing


def list_of(name: str, thing: Any) -> list[Any]:
    """What must be a list in a document.

    Raises:
        ValueError: if it is none.
    """
    if not isinstance(thing, list):
        raise ValueError(f"{name} must be a list, got {shown(thing)}")
    return thing


def index_of(name: str, thing: Any, count: int) -> int:
    """What must be a whole number from 0 and below a count in a document.

    Raises:
        ValueError: if it isn't.
    """
    if type(thing) is not int or not 0 <= thing < count:  # True and False are ints, too
        raise ValueError(f"{name} must be a whole number from 0 up to {count - 1}, got {shown(thing)}")
    return thing


def _plain(thing: Any) -> Any:
    """What stands in the file for a thing that JSON doesn't know."""
    number = as_python(thing)
    if number is thing:
        raise TypeError(
            f"save: {typed(thing)} can't be written to a file; use numbers, text, lists and dicts in architecture()"
        )
    return number
