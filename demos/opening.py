"""What stands before the reports: which lectures they recompute, and what their columns and marks mean."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from autograd.views.terminal import columns
from demos.catalogue import Demo
from demos.report import Verdict
from demos.terminal import WIDTH, paint, wrap

_LEGEND = (
    ("printed", "what the lecture prints; empty where it prints nothing"),
    ("formula", "or another word there: it has a formula, a plot, a picture, and no number"),
    ("process", "the same: it says how to get there, step by step, and no number"),
    ("engine", "the number that this engine computes"),
    (Verdict.AGREES, "it is exact, by a reckoning without the engine, and rounds to the printed one"),
    (Verdict.ERRATUM, "the lecture slips, the row says how; the engine has the exact number"),
    (Verdict.WRONG, "the engine is wrong"),
)
_MARKS = set(Verdict)


def opening_lines(demos: Sequence[Demo], colour: bool = False) -> Iterator[str]:
    """Which lectures the demos recompute, and the legend of their tables; nothing if none of them is of a lecture."""
    lectures = [demo for demo in demos if demo.lecture]
    if not lectures:
        return
    one = len(lectures) == 1
    what = "A Korean lecture, and all that it prints" if one else f"{len(lectures)} Korean lectures, and all they print"
    yield f"{what}, computed anew by this engine:"
    yield ""
    name = max(columns(demo.name) for demo in lectures) + 2
    for demo in lectures:
        yield from _entry(f"{demo.document}  {demo.name:<{name}}", demo.lecture)
    yield ""
    for mark, meaning in _LEGEND:
        for line in _entry(f"{mark:<9}", meaning):
            yield line.replace(mark, paint(mark, mark, colour), 1) if mark in _MARKS else line
    yield ""


def _entry(head: str, text: str) -> Iterator[str]:
    """A head, and its text beside it in as many lines as it takes."""
    head = f"  {head}"
    for line in wrap(text, WIDTH - columns(head)):
        yield head + line
        head = " " * columns(head)
