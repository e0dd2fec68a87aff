"""Names for the nodes of a graph, for whoever shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from autograd.engine.value import Value

LONGEST_NAME = 60  # characters; of a longer label the middle is left out
_JOINERS = "\u200c\u200d"  # Persian words and many an emoji are written with them


def shown(label: str) -> str:
    """A label as it may be shown anywhere: in one line, not too long, and of characters that do nothing but print.

    An escape sequence would steer the terminal, a bidi override turn round what stands beside it: a character of the
    kind is replaced by �.

    >>> shown("  x\\x1b[31m \\n y\\u202e "), len(shown("x" * 20_000))
    ('x�[31m y�', 60)
    """
    half = LONGEST_NAME // 2
    if len(label) > 2 * LONGEST_NAME:  # enough to tell, however long it is
        label = label[:LONGEST_NAME] + label[-LONGEST_NAME:]
    line = " ".join(label.split())
    text = "".join(c if c.isprintable() or c in _JOINERS else "\ufffd" for c in line)
    return text if len(text) <= LONGEST_NAME else f"{text[:half]}…{text[1 - half :]}"


def node_names(nodes: Sequence[Value]) -> list[str]:
    """A name for each of the nodes: its label as `shown`, or v1, v2, ... in the order given. No two are the same.

    Whatever shows nodes takes their names from here.

    >>> from autograd import topological_order
    >>> x, w = Value(2.0, label="x"), Value(3.0, label="w")
    >>> node_names(topological_order(x * w + Value(1.0, label="x")))
    ['x', 'w', 'v1', 'x#2', 'v2']
    """
    return unique_names([node.label for node in nodes])


def unique_names(given: Sequence[str | None]) -> list[str]:
    """The same for labels: each as `shown`, told apart from the others; v1, v2, ... where there is none.

    >>> unique_names(["h", None, "h", ""])
    ['h', 'v1', 'h#2', 'v2']
    """
    own = [shown(label or "") for label in given]
    labels = set(own)
    short = _unused("v", 1, labels)
    again: dict[str, Iterator[str]] = {}
    names: list[str] = []
    for label in own:
        if not label:
            names.append(next(short))
        elif label in again:
            names.append(next(again[label]))
        else:
            again[label] = _unused(label + "#", 2, labels)
            names.append(label)
    return names


def _unused(stem: str, start: int, labels: set[str]) -> Iterator[str]:
    return (name for name in (f"{stem}{i}" for i in count(start)) if name not in labels)
