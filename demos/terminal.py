"""Reports as text for a terminal: 80 columns, colour only where it is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from autograd.views.terminal import columns
from demos.report import Report, Section, Verdict

WIDTH = 80
_COLUMNS = (35, 15, 14)  # what, printed, engine; what is left is for the verdict
_GAP = "  "
_SHORT = 24  # what the short form leaves for its counts, gaps included

_CODES = {"title": "1", "head": "2", "✓": "32", "erratum": "33", "✗": "1;31"}


def paint(text: str, kind: str, colour: bool) -> str:
    """The text in the colour of its kind, or as it is."""
    return f"\033[{_CODES[kind]}m{text}\033[0m" if colour else text


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most so many columns, broken between words; a word too long is cut.

    >>> wrap("(2.87, −2.074, −1.148)", 14)
    ['(2.87, −2.074,', '−1.148)']
    """
    lines = [""]
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines[-1] else word
        if columns(joined) <= width:
            lines[-1] = joined
            continue
        if lines[-1]:
            lines.append("")
        for character in word:
            if columns(lines[-1] + character) > width:
                lines.append("")
            lines[-1] += character
    return lines


def report_lines(title: str, report: Report, colour: bool = False) -> Iterator[str]:
    """A whole report, line by line."""
    for line in wrap(title, WIDTH):
        yield paint(line, "title", colour)
    yield "─" * WIDTH
    for section in report:
        yield ""
        yield from _section_lines(section, colour)
    yield ""
    if any(row.cells[1].endswith("~") for section in report for row in section.rows):
        yield "  ~ the document went on with rounded numbers: its last digit may be one off"
    yield "  " + tally(report)


def short_lines(title: str, report: Report, colour: bool = False) -> Iterator[str]:
    """A report's verdicts, a line for each table, and the rows that are wrong."""
    for line in wrap(title, WIDTH):
        yield paint(line, "title", colour)
    for section in (section for section in report if section.rows):
        counts = tally([section])
        first, *others = wrap(section.title, WIDTH - _SHORT)
        yield _GAP + _pad(first, WIDTH - _SHORT) + _GAP + counts
        yield from (_GAP + line for line in others)
        yield from wrong_lines(section, colour)


def wrong_lines(section: Section, colour: bool) -> Iterator[str]:
    """The rows of a table that are wrong, by what they compute."""
    for row in section.rows:
        if row.verdict is Verdict.WRONG:
            yield paint(f"  {Verdict.WRONG} {row.cells[0]}", Verdict.WRONG, colour)


def tally(report: Report) -> str:
    """How many rows came to what: `11 ✓, 2 erratum`."""
    verdicts = [row.verdict for section in report for row in section.rows]
    return ", ".join(f"{verdicts.count(kind)} {kind}" for kind in Verdict if kind in verdicts) or "no rows"


def _section_lines(section: Section, colour: bool) -> Iterator[str]:
    yield from (paint(line, "title", colour) for line in wrap(section.title, WIDTH))
    for paragraph in section.text:
        if columns(paragraph) <= WIDTH - 2:  # as it stands: its columns may be aligned
            yield "  " + paragraph
            continue
        indent = "  " + " " * (len(paragraph) - len(paragraph.lstrip()))
        yield from (indent + line for line in wrap(paragraph, WIDTH - len(indent)))
    if section.rows:
        yield from (paint(line.rstrip(), "head", colour) for line in _table_lines(section.head))
    for row in section.rows:
        first, *others = _table_lines(row.cells)
        yield first + _GAP + paint(row.verdict, row.verdict, colour)
        yield from (line.rstrip() for line in others)
        yield from (f"    {line}" for line in wrap(row.remark, WIDTH - 4) if line)


def _table_lines(cells: Sequence[str]) -> list[str]:
    """One row of a table up to its verdict, each cell wrapped in its column."""
    wrapped = [wrap(cell, width) for cell, width in zip(cells, _COLUMNS, strict=True)]
    lines = zip_longest(*wrapped, fillvalue="")
    return [_GAP + _GAP.join(map(_pad, line, _COLUMNS)) for line in lines]


def _pad(text: str, width: int) -> str:
    return text + " " * (width - columns(text))
