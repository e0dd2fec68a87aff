"""JSON documents that are whole or not there: versioned, with a checksum, written atomically, never pickled."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from autograd.support.errors import shown, typed
from autograd.support.files import write_whole
from nn.arguments import as_python

FORMAT = "scalar-autograd model"
VERSION = 1


def write_document(path: Path, content: dict[str, Any]) -> None:
    """Write a document beside its place, then move it there: a crash leaves the old file or the new one.

    Raises:
        TypeError: if something in it is not plain data; NumPy's numbers are.
        ValueError: if a number in it is not finite.
        OSError: if it cannot be written; an old file stays as it was.
    """
    document = {"format": FORMAT, "version": VERSION, "checksum": _checksum(content), "content": content}
    write_whole(path, (json.dumps(document, indent=1, allow_nan=False, default=_plain) + "\n").encode())


def read_document(path: Path) -> dict[str, Any]:
    """The content of a document, if it is exactly what was written.

    Raises:
        ValueError: for a foreign, truncated, edited or newer file.
        OSError: if it cannot be read.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"load: {path} is truncated or not a JSON file ({error})") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise ValueError(f"load: {path} is not a saved model (its format is not {FORMAT!r})")
    version = document.get("version")
    if version != VERSION:
        newer = isinstance(version, int) and version > VERSION
        raise ValueError(
            f"load: {path} has version {shown(version)}, this program reads {VERSION}; "
            + ("it was saved by a newer one: upgrade scalar-autograd" if newer else "it was edited or damaged")
        )
    content = document.get("content")
    if not isinstance(content, dict) or document.get("checksum") != _checksum(content):
        raise ValueError(f"load: {path} was edited or damaged since it was saved (its checksum doesn't agree)")
    return content


def _checksum(content: dict[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(thing: Any) -> Any:
    """What stands in the file for a thing that JSON doesn't know."""
    number = as_python(thing)
    if number is thing:
        raise TypeError(
            f"save: {typed(thing)} can't be written to a file; use numbers, text, lists and dicts in architecture()"
        )
    return number
