"""`autograd-demos`, or `python -m demos`: the worked examples on the command line."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NoReturn

from autograd import compiled, draw, practice, walkthrough
from autograd.support.errors import shown
from autograd.support.extras import installing
from autograd.views.terminal import wants_colour
from demos.catalogue import DEMOS, Demo, find
from demos.handwriting import DataError
from demos.opening import opening_lines
from demos.pictures import write_pictures
from demos.report import Report
from demos.site import write_page, write_site
from demos.terminal import WIDTH, report_lines, short_lines, tally, wrong_lines

Settings = dict[str, str | int]
"""The options for a demo, by name."""

_ANY = -1  # no seed is given


class _Parser(argparse.ArgumentParser):
    """Tells a wrong command line in one line, without the usage."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message}\n")


def parser() -> argparse.ArgumentParser:
    """The command line: demos by name, and what to do with them."""
    made = _Parser(
        prog="autograd-demos",
        description="Every number of five Korean lectures on backpropagation, out of the engine. Without a name: the "
        "verdicts on the five; with names: these demos in full.",
        epilog="Document 003 trains on MNIST where MNIST_DIR names a folder with its IDX files (gzip or not), "
        "otherwise on the handwritten digits of scikit-learn. The demo mnist needs that folder.",
    )
    made.add_argument("demos", nargs="*", metavar="NAME", help="a demo's name, or its document's number (002)")
    action = made.add_mutually_exclusive_group()
    action.add_argument(
        "--list", action="store_true", help="name, document and title of every demo, and which engine runs"
    )
    action.add_argument("--check", action="store_true", help="exit 1 if a row neither agrees nor is a known erratum")
    action.add_argument("--draw", metavar="FILE", type=Path, help="draw one demo's graph, as .svg, .png, .pdf or .dot")
    action.add_argument("--step", action="store_true", help="walk through one demo in the terminal, a key a step")
    action.add_argument(
        "--practice",
        metavar="SEED",
        type=_count(0),
        nargs="?",
        const=_ANY,
        help="an exercise to be solved in the terminal: the one of a seed, or one drawn at random",
    )
    action.add_argument("--page", metavar="FILE", type=Path, help="write one demo's walk as a live HTML page")
    action.add_argument(
        "--playground", metavar="FILE", type=Path, help="write one demo's network as a page that trains it (moons)"
    )
    action.add_argument("--site", metavar="DIR", type=Path, help="write the pages of all demos, and an index of them")
    action.add_argument(
        "--pictures",
        metavar="DIR",
        type=Path,
        nargs="?",
        const=Path("docs/pictures"),
        help="write the README's drawing and picture of a page (to docs/pictures)",
    )
    action.add_argument("--plots", metavar="DIR", type=Path, help="write the demos' plots as PNG (needs matplotlib)")
    made.add_argument("-v", "--verbose", action="store_true", help="every row of the tables, also without a name")
    made.add_argument("--lang", choices=("en", "ko"), default="en", help="the language of --page and --site")
    made.add_argument(
        "--data", metavar="PATH", help="mnist: the folder with its files; gpt: a text file, a word a line"
    )
    made.add_argument("--updates", metavar="N", type=_count(1), help="mnist, gpt: how many steps to train")
    made.add_argument("--paths", metavar="N", type=_count(2), help="montecarlo: how many paths to draw")
    return made


def _count(least: int) -> Callable[[str], int]:
    """Reads a whole number of at least so many."""

    def read(text: str) -> int:
        count = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1
        if count < least:
            raise argparse.ArgumentTypeError(f"expected a whole number, {least} or more, got {shown(text)}")
        return count

    return read


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    command = parser()
    options = command.parse_args(arguments)
    try:
        chosen = [find(name) for name in options.demos] or [demo for demo in DEMOS if demo.document]
    except LookupError as error:
        command.error(str(error))
    settings = _settings(command, options, chosen)
    if options.list:
        return _list(chosen if options.demos else DEMOS)
    if options.practice is not None:
        return _practise(command, options.practice, options.demos)
    if options.step or options.draw is not None or options.page is not None:
        if len(chosen) != 1:
            command.error("--draw, --step and --page take one demo; name it, for instance xnor_step")
        return _look(command, chosen[0], options.draw, options.page, options.lang)
    if options.playground is not None:
        return _playground(command, chosen, options.playground)
    if options.site is not None:
        return _written(command, lambda: write_site(chosen if options.demos else DEMOS, options.site, options.lang))
    if options.pictures is not None:
        return _written(command, lambda: write_pictures(options.pictures))
    if options.plots is not None:
        return _plots(command, chosen, options.plots, settings)
    lines = report_lines if options.verbose or options.demos else short_lines
    return _reports(command, chosen, lines, options.check, settings)


def _settings(command: argparse.ArgumentParser, options: argparse.Namespace, chosen: Sequence[Demo]) -> Settings:
    """The options for a demo that are given, by name; every demo chosen must take them."""
    names = {name for demo in DEMOS for name in demo.options}
    given = {name: value for name, value in vars(options).items() if name in names and value is not None}
    for name in given:
        for demo in chosen:
            if name not in demo.options:
                takers = " and ".join(other.name for other in DEMOS if name in other.options)
                command.error(f"--{name}: not for {demo.name}, only for {takers}")
    return given


def _list(demos: Sequence[Demo]) -> int:
    for demo in demos:
        print(f"{demo.name:<18}{demo.document or '-':<5}{demo.title}")
    print(f"\nThe engine is {'compiled' if compiled else 'plain Python'}.")
    return 0


def _reports(
    command: argparse.ArgumentParser,
    chosen: Sequence[Demo],
    lines: Callable[[str, Report, bool], Iterator[str]],
    check: bool,
    settings: Settings,
) -> int:
    """Compute the reports, and print each as soon as it is there, in full or in short."""
    colour = wants_colour(sys.stdout)
    reports: list[Report] = []
    before = list(opening_lines(chosen, colour))  # printed with the first report: a demo that can't run says only why
    for demo in chosen:
        try:
            reports.append(demo.report(**settings))
        except (OSError, ModuleNotFoundError, DataError) as error:
            command.error(f"{demo.name}: {error}")
        title = f"{demo.heading} · {demo.title}"
        print(*before, *lines(title, reports[-1], colour), sep="\n", flush=True)
        before = [""]
    if check:
        return _summary(chosen, reports, colour)
    if lines is short_lines:
        print(f"\n{tally([section for report in reports for section in report])}")
        print("Every row: --verbose, or a name: autograd-demos chain_rule. More demos: --list.")
    return 0


def _summary(chosen: Sequence[Demo], reports: Sequence[Report], colour: bool) -> int:
    """What --check comes to, the wrong rows by name."""
    print("\n" + "─" * WIDTH)
    wrong = 0
    for demo, report in zip(chosen, reports, strict=True):
        print(f"{demo.heading}: {tally(report)}")
        for line in (line for section in report for line in wrong_lines(section, colour)):
            wrong += 1
            print(line)
    print(f"{wrong} wrong" if wrong else "every row agrees or is a known erratum")
    return 1 if wrong else 0


def _look(command: argparse.ArgumentParser, demo: Demo, drawing: Path | None, page: Path | None, lang: str) -> int:
    """One demo drawn, as a page, or step by step in the terminal."""
    if page is not None:
        return _written(command, lambda: [write_page(demo, page, lang)])
    output = demo.output()
    if drawing is not None:
        output.backward()
        return _written(command, lambda: [draw(output).save(drawing)])
    walkthrough(output).play()
    return 0


def _practise(command: argparse.ArgumentParser, seed: int, demos: Sequence[str]) -> int:
    """An exercise in the terminal, and then what it is called."""
    if demos:
        command.error(f"--practice takes no demo, got {shown(demos[0])}; --step walks through one, p there practises")
    exercise = practice(None if seed == _ANY else seed)
    exercise.play()
    print(repr(exercise))
    return 0


def _playground(command: argparse.ArgumentParser, chosen: Sequence[Demo], path: Path) -> int:
    """One demo's network as a page that trains it."""
    makers = [demo.playground for demo in chosen if demo.playground]
    if len(chosen) != 1 or not makers:
        names = ", ".join(demo.name for demo in DEMOS if demo.playground)
        command.error(f"--playground: takes one demo that trains a small network: {names}")
    return _written(command, lambda: [makers[0]().save_html(path)])


def _written(command: argparse.ArgumentParser, write: Callable[[], Sequence[Path]]) -> int:
    """Write files, and tell their paths."""
    try:
        print(*write(), sep="\n")
    except (OSError, RuntimeError, ValueError) as error:
        command.error(str(error))
    return 0


def _plots(command: argparse.ArgumentParser, chosen: Sequence[Demo], folder: Path, settings: Settings) -> int:
    plotters = [demo.plots for demo in chosen if demo.plots]
    if not plotters:
        command.error(f"--plots: no plots here; there are some in {', '.join(d.name for d in DEMOS if d.plots)}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        command.error(f"--plots: cannot write to {folder}: {error.strerror or error}")
    for plots in plotters:
        try:
            paths = plots(folder, **settings)
        except (OSError, DataError) as error:
            command.error(f"--plots: {error}")
        except ModuleNotFoundError as error:
            missing = str(error.name).partition(".")[0]
            command.error(f"--plots needs {missing}: {installing(missing)}")
        print(*paths, sep="\n")
    return 0


def run() -> int:
    """`main` for a process: survives a closed pipe, Ctrl-C and a terminal that cannot show every character."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:  # the reader has seen enough, as in `autograd-demos | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or the flush at exit would raise again
        return 1
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    sys.exit(run())
