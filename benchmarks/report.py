"""RESULTS.md: the figures, and what they were measured on."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.bars import Ratio, tables
from benchmarks.measure import Size, Timing, duration
from benchmarks.worker import BY_HAND, WITH_NN
from benchmarks.workloads import WORKLOADS

TITLES = {
    BY_HAND: "plain floats, by hand",
    "compiled": "**ours, compiled**",
    "pure": "**ours, pure Python**",
    "compiled" + WITH_NN: "**ours, compiled, with `nn`**",
    "pure" + WITH_NN: "**ours, pure Python, with `nn`**",
    "xad": "XAD",
    "micrograd": "micrograd",
    "textbook": "textbook node",
    "torch": "PyTorch, scalars",
    "hips": "HIPS autograd, scalars",
    "casadi": "CasADi SX, built anew",
}
"""What the report calls the contenders."""

NOTES = """\
- Every contender runs in a process of its own, in its own virtual environment; the repetitions are interleaved, one
  process working at a time, after one repetition to warm up. The time is the median; the spread is the distance between
  the quartiles as a part of it. The garbage collector runs as Python sets it up.
- All contenders of a workload run the same program text (`workloads.py`, `networks.py`, `transformer.py`, `adbench/`)
  and must find the same numbers, or nothing is written. *By hand* is a program of its own without any engine: the
  floor.
- *Compiled* is this project's wheel as `pip install` builds it where there is a C compiler; *pure* is the same source
  without.
- The *textbook node* (`textbook.py`) is the smallest that trains a transformer: a tuple of operands, a tuple of local
  derivatives, a recursive sort, as in teaching engines.
- PyTorch and HIPS autograd are made for arrays; a number at a time is not what they are good at. CasADi builds an
  expression, differentiates it as a formula and evaluates it once; it is made to be built once and evaluated often.
- Memory is that of the process, everything counted: *held* by the graph after its backward pass, and at the *peak*; for
  large graphs only, where the process's own noise is small.
"""

PATHS = """\
Each row is two statements (`paths.py`), run in one process of the compiled wheel, one directly after the other, the
order changing from round to round. The ratio is the median of the rounds' ratios, the spread that of these. What an
operator records is kept until the clock has stopped; what a reduction or a transform returns is freed at once, and that
is measured too. The chain is the one below: a process for each contender, the repetitions interleaved.
"""


def write(
    path: Path,
    timings: Mapping[str, Mapping[str, Timing]],
    sizes: Mapping[str, list[Size]],
    phases: Mapping[str, Mapping[str, float]],
    ratios: list[Ratio],
    versions: Mapping[str, str],
    missing: Mapping[str, str],
    plots: list[str],
    command: str,
) -> None:
    """Write the report.

    Args:
        path: the file.
        timings: by workload and contender.
        sizes: chains of growing size, by engine.
        phases: the seconds of the parts of a step, by engine.
        ratios: of the paths, and their bars.
        versions: of the engines.
        missing: the engines that could not be had, and why.
        plots: the names of the pictures beside the report.
        command: what was run.
    """
    lines = ["# Benchmarks", "", f"Written by `{command}` on {datetime.now(UTC):%Y-%m-%d}.", "", *machine(), ""]
    lines += ["| engine | version |", "|---|---|"]
    lines += [f"| {TITLES[engine]} | {version or '—'} |" for engine, version in versions.items()]
    lines += [f"| {TITLES[engine]} | not installed: {reason} |" for engine, reason in missing.items()]
    lines += ["", "## How to read it", "", NOTES, "## Ratios", "", *_ratios(timings, sizes)]
    if ratios:
        lines += ["", "## Every path: ratios and their bars", "", PATHS, *tables(ratios)]
    for name, measured in timings.items():
        lines += ["", f"## {WORKLOADS[name].title}", "", *_table(name, measured)]
    if phases:
        lines += ["", "## Where a step of `nn` goes: one picture, MLP 784-50-10", "", *_phases(phases)]
    if sizes:
        lines += ["", "## Time and memory against size", "", *_sizes(sizes), ""]
    lines += [f"![{plot.removesuffix('.svg').replace('_', ' ')}]({plot})" for plot in plots]
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


def machine() -> Iterator[str]:
    """The processor, the system and the Python that measured."""
    cpus = Path("/proc/cpuinfo")
    models = [line for line in cpus.read_text().splitlines() if "model name" in line] if cpus.exists() else []
    processor = models[0].split(":")[1].strip() if models else platform.processor() or platform.machine()
    yield f"{processor}, {os.cpu_count()} cores; {platform.system()} {platform.machine()};"
    yield f"{platform.python_implementation()} {platform.python_version()}."


def _ratios(timings: Mapping[str, Mapping[str, Timing]], sizes: Mapping[str, list[Size]]) -> Iterator[str]:
    """How many times as long as ours each peer takes, workload by workload."""
    columns = [column for column in TITLES if any(column in measured for measured in timings.values())]
    yield "How many times as long as the compiled wheel the others take for the same program:"
    yield ""
    yield "| | " + " | ".join(TITLES[column] for column in columns) + " |"
    yield "|---|" + "---:|" * len(columns)
    for name, measured in timings.items():
        if "compiled" in measured:
            ours = measured["compiled"].median
            cells = (f"{measured[column].median / ours:.3g}" if column in measured else "—" for column in columns)
            yield f"| {name.replace('_', ' ')} | " + " | ".join(cells) + " |"
    chains = {engine: {size.operations: size for size in of_engine} for engine, of_engine in sizes.items()}
    for engine in ("compiled", "pure"):
        large = [size for operations, size in chains.get(engine, {}).items() if operations > 10**5]
        base = chains.get(engine, {}).get(10**5)
        if base and large:
            growth = large[-1].seconds / large[-1].operations / (base.seconds / base.operations)
            yield ""
            yield (
                f"{TITLES[engine]}: an operation in a chain of {large[-1].operations:,} takes {growth:.2f} times as "
                f"long as one in a chain of 100,000, and {large[-1].held / large[-1].operations:.0f} bytes."
            )


def _table(name: str, measured: Mapping[str, Timing]) -> Iterator[str]:
    unit = WORKLOADS[name].unit
    yield f"| | time per {unit} | spread | times ours compiled |"
    yield "|---|---:|---:|---:|"
    ours = measured["compiled"].median if "compiled" in measured else math.nan
    for contender, timing in sorted(measured.items(), key=lambda item: item[1].median):
        ratio = f"{timing.median / ours:.3g}" if ours == ours else "—"
        spread = f"{timing.spread:.0%}" if len(timing.seconds) > 1 else "—"
        yield f"| {TITLES[contender]} | {duration(timing.median)} | {spread} | {ratio} |"


def _phases(phases: Mapping[str, Mapping[str, float]]) -> Iterator[str]:
    names = list(next(iter(phases.values())))
    yield "| | " + " | ".join(names) + " |"
    yield "|---|" + "---:|" * len(names)
    for engine, seconds in phases.items():
        yield f"| {TITLES[engine]} | " + " | ".join(duration(seconds[name]) for name in names) + " |"


def _sizes(sizes: Mapping[str, list[Size]]) -> Iterator[str]:
    yield "A chain, gradient included."
    yield ""
    yield "| | operations | seconds | time per operation | held, bytes per operation | peak, bytes per operation |"
    yield "|---|---:|---:|---:|---:|---:|"
    for engine, of_engine in sizes.items():
        for size in of_engine:
            n = size.operations
            memory = f"{size.held / n:.0f} | {size.peak / n:.0f}" if n >= 10**5 else "— | —"
            yield f"| {TITLES[engine]} | {n:,} | {size.seconds:.3g} | {duration(size.seconds / n)} | {memory} |"
