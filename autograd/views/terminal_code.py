"""The code in the terminal, with the line of the step lit."""

from __future__ import annotations

from autograd.views.code import described
from autograd.views.walk import Step, Walk

LEAST_ROWS = 20  # of a terminal that has room for code
_Lines = list[tuple[str, str]]  # each with a style


def code_pane(walk: Walk, step: Step | None, width: int, height: int) -> _Lines:
    """The function that a step's operation was made in, as many lines as there is room for around that one.

    Args:
        walk: one over a function; of another there is no code.
        step: None before the first step: the function called, from its beginning.
        width: of the terminal.
        height: how many rows there are for the whole screen.
    """
    if not walk.functions or height < LEAST_ROWS:
        return []
    places = walk.nodes[step.node].places if step else ()
    function = walk.functions[places[-1].function if places else 0]
    head = described(walk.functions, places) or str(function)
    lines: _Lines = [(f"── {head} ".ljust(width, "─"), "quiet")]
    if function.excuse:
        return [*lines, (f" {function.excuse}", "")]
    lit = places[-1].line - function.first if places else -1
    room = max(height // 3 - 1, 3)
    start = max(min(lit - room // 2, len(function.lines) - room), 0)
    for i, text in enumerate(function.lines[start : start + room], start):
        mark = "▶" if i == lit else " "
        row = f" {mark} {function.first + i:>4}  {text}"
        lines.append((row.ljust(width) if i == lit else row, "here" if i == lit else ""))
    return lines
