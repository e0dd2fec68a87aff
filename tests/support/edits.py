"""JSON documents with one thing in them changed, and such as no `save` would write but with a right checksum."""

from __future__ import annotations

import copy
import hashlib
import json
from collections.abc import Iterator
from typing import Any

from autograd.support.documents import Kind

PLACES = [0, 1, 2, -1, -2, 3, 10**9, -(10**9), 2**63, 10**400, 0.5, True, False, None, "x", "", [], {}, [[]]]


def edits(thing: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Everything in a document by its path, and each value that might stand there instead; `...` for nothing at all."""
    items = thing.items() if isinstance(thing, dict) else enumerate(thing) if isinstance(thing, list) else ()
    for key, x in items:
        for new in (..., *PLACES):
            yield (*place, key), new
        yield from edits(x, (*place, key))


def edited(document: Any, place: tuple[Any, ...], new: Any) -> Any:
    document = copy.deepcopy(document)
    around = document
    for key in place[:-1]:
        around = around[key]
    if new is ...:
        del around[place[-1]]
    else:
        around[place[-1]] = new
    return document


def sealed(kind: Kind, content: Any) -> bytes:
    """A document of that content, NaN and infinities included, as a stranger would make it."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"))
    checksum = hashlib.sha256(text.encode()).hexdigest()
    document = {"format": kind.format, "version": kind.version, "checksum": checksum, "content": content}
    return json.dumps(document).encode()
