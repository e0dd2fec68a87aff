"""`python -m demos`: the worked examples on the command line."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from demos.catalogue import DEMOS, Demo, find
from demos.report import Verdict
from demos.terminal import WIDTH, paint, report_lines, wants_colour, wrap


class _Parser(argparse.ArgumentParser):
    """Tells a wrong command line in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (--help shows the options)\n")


def parser() -> argparse.ArgumentParser:
    """The command line: demos by name, and what to do with them."""
    made = _Parser(
        prog="python -m demos",
        description="Every number of five lecture documents, out of the engine. Without a name: the five documents.",
    )
    made.add_argument("demos", nargs="*", metavar="NAME", help="a demo's name, or its document's number (002)")
    action = made.add_mutually_exclusive_group()
    action.add_argument("--list", action="store_true", help="name, document and title of every demo")
    action.add_argument("--check", action="store_true", help="exit 1 if a row neither agrees nor is a known erratum")
    action.add_argument("--plots", metavar="DIR", type=Path, help="write the demos' plots as PNG (needs matplotlib)")
    return made


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    command = parser()
    options = command.parse_args(arguments)
    try:
        chosen = [find(name) for name in options.demos] or [demo for demo in DEMOS if demo.document]
    except KeyError as error:
        command.error(str(error.args[0]))
    if options.list:
        return _list()
    if options.plots is not None:
        return _plots(command, chosen, options.plots)
    return _reports(chosen, options.check)


def _list() -> int:
    for demo in DEMOS:
        first, *others = wrap(demo.title, WIDTH - 26)
        print(f"{demo.name:<20}{demo.document or '-':<6}{first}")
        for line in others:
            print(" " * 26 + line)
    return 0


def _reports(chosen: Sequence[Demo], check: bool) -> int:
    colour = wants_colour(sys.stdout)
    wrong = rows = 0
    for number, demo in enumerate(chosen):
        report = demo.report()
        print(*([""] if number else []), *report_lines(demo.heading, report, colour), sep="\n", flush=True)
        verdicts = [row.verdict for section in report for row in section.rows]
        rows += len(verdicts)
        wrong += verdicts.count(Verdict.WRONG)
    if check:
        kind = Verdict.WRONG if wrong else Verdict.AGREES
        print(f"\n{paint(kind, kind, colour)} {rows} rows, {wrong} wrong")
    return 1 if check and wrong else 0


def _plots(command: argparse.ArgumentParser, chosen: Sequence[Demo], folder: Path) -> int:
    plotters = [demo.plots for demo in chosen if demo.plots]
    if not plotters:
        command.error(f"--plots: no plots here; there are some in {', '.join(d.name for d in DEMOS if d.plots)}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for plots in plotters:
            print(*plots(folder), sep="\n")
    except OSError as error:
        command.error(f"--plots: {error}")
    except ModuleNotFoundError as error:
        command.error(f"--plots needs {error.name}: pip install 'scalar-autograd[demos]'")
    return 0


def run() -> int:
    """`main` for a process: survives a closed pipe, Ctrl-C and a terminal that cannot show every character."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough, as in `python -m demos | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the flush at exit would raise again
        return 1
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    sys.exit(run())
