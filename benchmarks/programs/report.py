"""PROGRAMS.md: the promises and whether they are kept, each task's contenders, and building against size."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.bars import Ratio, tables
from benchmarks.measure import Size, duration
from benchmarks.plots import draw_sizes
from benchmarks.programs.measure import Measured, unmeasured
from benchmarks.programs.tasks import BUILDERS, TASKS
from benchmarks.report import machine

NOTES = """\
- Every contender runs in a process of its own, in its own virtual environment, one process working at a time; the
  repetitions are interleaved, in three passes through all tasks (one with `--quick`), each in new processes: what else
  a machine does comes and goes. The time is the median, the ratio the median of the rounds' ratios, the spread the
  distance between the quartiles as a part of it.
- A contender is timed only after its first results, values and all derivatives, were compared with numbers computed
  another way: in closed form, by hand in plain floats, by NumPy, or by the textbook node.
- A repetition is as many steps as take 20 ms, after as many that don't count: a core that has slept is slow at first.
  Everything is computed in double precision.
- CasADi is called in its fastest way, with buffers, but where the call from Python is the subject. Dr.Jit's functions
  are frozen, so that tracing is not counted. AADC's `evaluate` is shown with the program as it was recorded, and after
  its `compile`. PyTorch and NumPy are shown with one thread and with two; the bar is on the faster.
- Building is everything from the Python function to the first value and gradient, in a new process.
"""

Builds = Mapping[str, Mapping[int, list[Size]]]


def write(
    path: Path,
    measured: Mapping[str, Measured],
    builds: Builds,
    failed: Mapping[str, str],
    ratios: list[Ratio],
    versions: Mapping[str, str],
    missing: Mapping[str, str],
    command: str,
) -> None:
    """Write the report, and its picture beside it where Matplotlib is installed.

    Args:
        path: the file.
        measured: by task.
        builds: by engine and size.
        failed: the engines that couldn't build a size, and why.
        ratios: all of them.
        versions: of the engines.
        missing: the engines that could not be had, and why.
        command: what was run.
    """
    lines = ["# Recorded programs", "", f"Written by `{command}` on {datetime.now(UTC):%Y-%m-%d}.", "", *machine(), ""]
    lines += ["| engine | version |", "|---|---|"]
    lines += [f"| {engine} | {version or '—'} |" for engine, version in versions.items()]
    lines += [f"| {engine} | not installed: {reason} |" for engine, reason in missing.items()]
    lines += ["", "## How to read it", "", NOTES, "## Promises", "", *tables(ratios), ""]
    lines += [f"- {line}" for name, found in measured.items() for line in unmeasured(TASKS[name], found)]
    for name, task in measured.items():
        lines += ["", f"## {TASKS[name].title}", "", *_table(name, task)]
    if builds:
        lines += ["", "## Recording and compiling against size", "", *_builds(builds, failed), ""]
        if picture(path.parent, builds):
            lines += ["![time to build](program_build.svg)"]
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def picture(directory: Path, builds: Builds) -> bool:
    """Draw seconds against operations; whether there is Matplotlib to do it."""
    sizes = {BUILDERS[name][0]: [middle(rounds) for rounds in of_engine.values()] for name, of_engine in builds.items()}
    try:
        draw_sizes(
            directory / "program_build.svg", sizes, "seconds to record and compile", lambda size: size.seconds, 1000
        )
    except ImportError:
        return False
    return True


def middle(rounds: list[Size]) -> Size:
    """The medians of the rounds of one size."""
    seconds, peak = (statistics.median(getattr(size, name) for size in rounds) for name in ("seconds", "peak"))
    return Size(rounds[0].operations, seconds, peak, peak)


def _table(name: str, measured: Measured) -> Iterator[str]:
    task = TASKS[name]
    yield f"| | time per {task.unit} | spread |"
    yield "|---|---:|---:|"
    for key, timing in sorted(measured.timings.items(), key=lambda item: item[1].median):
        spread = f"{timing.spread:.0%}" if len(timing.seconds) > 1 else "—"
        yield f"| {task.contenders[key].title} | {duration(timing.median)} | {spread} |"
    for key, reason in measured.missing.items():
        yield f"| {task.contenders[key].title} | not measured: {reason} | — |"


def _builds(builds: Builds, failed: Mapping[str, str]) -> Iterator[str]:
    yield "| | operations | seconds | time per operation | peak, bytes per operation |"
    yield "|---|---:|---:|---:|---:|"
    for name, of_engine in builds.items():
        for operations, rounds in of_engine.items():
            size = middle(rounds)
            peak = f"{size.peak / operations:.0f}" if operations >= 10**5 else "—"
            each = duration(size.seconds / operations)
            yield f"| {BUILDERS[name][0]} | {operations:,} | {size.seconds:.3g} | {each} | {peak} |"
    for name, reason in failed.items():
        yield f"| {BUILDERS[name][0]} | not built: {reason} | — | — | — |"
