"""JSON documents that are whole or not there: versioned, with a checksum, written atomically, never pickled."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from autograd.support.errors import one_line, shown, typed
from autograd.support.files import path_shown, read_whole, write_whole

LARGEST: Final = 2**28
"""How many bytes a document may have: as Python's lists and numbers it needs up to twenty times as many."""


class Kind(NamedTuple):
    """What a document holds.

    Attributes:
        format: the name that stands in it.
        version: of its content.
        noun: for messages: a saved ...
    """

    format: str
    version: int
    noun: str


def _refused(thing: Any) -> Any:
    raise TypeError(f"save: {typed(thing)} can't be written to a file")


def write_document(
    path: str | os.PathLike[str],
    kind: Kind,
    content: dict[str, Any],
    plain: Callable[[Any], Any] = _refused,
    indent: int | None = None,
) -> None:
    """Write a document beside its place, then move it there: a crash leaves the old file or the new one.

    Args:
        path: where to.
        kind: of the document.
        content: what it holds.
        plain: what stands in the file for a thing that JSON doesn't know.
        indent: of nested things; None for as few characters as possible.

    Raises:
        TypeError: if something in it is not plain data.
        ValueError: if a number in it is not finite, or it is too large to be read again.
        OSError: if it cannot be written; an old file stays as it was.
    """
    document = {
        "format": kind.format,
        "version": kind.version,
        "checksum": _checksum(content, plain),
        "content": content,
    }
    separators = (",", ":") if indent is None else None
    text = json.dumps(document, indent=indent, separators=separators, allow_nan=False, default=plain)
    if len(text) >= LARGEST:  # characters are bytes: json writes ASCII
        raise ValueError(
            f"save: it needs {len(text):,} bytes, but no more than {LARGEST:,} are read; nothing was written"
        )
    write_whole(path, (text + "\n").encode())


def read_document(path: str | os.PathLike[str], kind: Kind) -> dict[str, Any]:
    """The content of a document, if it is exactly what was written.

    Raises:
        ValueError: for a foreign, truncated, edited or newer file, or what is no file.
        OSError: if it cannot be read.
    """
    place = path_shown(path)
    text = read_whole(path, f"load: {place}", LARGEST)
    try:
        document = json.loads(text.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # also of a number with thousands of digits
        reason = one_line(str(error), 120)
        raise ValueError(f"load: {place} is truncated or not a JSON file ({reason})") from None
    if not isinstance(document, dict) or document.get("format") != kind.format:
        raise ValueError(f"load: {place} is not a {kind.noun} (its format is not {kind.format!r})")
    version = document.get("version")
    if type(version) is not int or version != kind.version:
        newer = isinstance(version, int) and version > kind.version
        raise ValueError(
            f"load: {place} has version {shown(version)}, this program reads {kind.version}; "
            + ("it was saved by a newer one: upgrade scalar-autograd" if newer else "it was edited or damaged")
        )
    content = document.get("content")
    try:
        is_whole = document.get("checksum") == _checksum(content)
    except (ValueError, RecursionError):
        told = _not_finite(content) or "it is nested too deeply"
        raise ValueError(f"load: {place} is not a {kind.noun}: {told}") from None
    if not is_whole or not isinstance(content, dict):
        raise ValueError(f"load: {place} was edited or damaged since it was saved (its checksum doesn't agree)")
    return content


def _checksum(content: Any, plain: Callable[[Any], Any] = _refused) -> str:
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False, default=plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _not_finite(content: Any) -> str:
    """Which number isn't, in words; empty if all are."""
    place: list[int | str] = []
    pending: list[Iterator[tuple[int | str, Any]]] = [iter([("content", content)])]
    while pending:
        key, thing = next(pending[-1], (None, None))
        if key is None:
            pending.pop()
            del place[-1:]
        elif isinstance(thing, float) and not math.isfinite(thing):
            named = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in [*place, key])
            return f"{one_line(named[1:], 200)} must be a finite number, got {thing}"
        elif isinstance(thing, (dict, list)):
            place.append(key)
            pending.append(iter(thing.items() if isinstance(thing, dict) else enumerate(thing)))
    return ""
