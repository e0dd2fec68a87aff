"""Repetitions of the contenders of a task, interleaved; and recording and compiling programs of growing size."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from benchmarks.bars import Ratio
from benchmarks.environments import Environment
from benchmarks.measure import Say, Size, Timing, Worker
from benchmarks.programs.tasks import BUILDERS, TASKS, Bar, Task

SIZES = (1_000, 10_000, 20_000, 100_000, 1_000_000)
_PAUSE = 0.05  # seconds; the threads of BLAS stay awake for some 30 ms after a product, beside whoever comes next
BUILDING = "Recording and compiling a chain of {:,} operations and its gradient"


@dataclass
class Measured:
    """What was found out about a task.

    Attributes:
        timings: of each contender.
        missing: the contenders that have none, and why.
    """

    timings: dict[str, Timing] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def measure_task(
    name: str,
    environments: Mapping[str, Environment],
    absent: Mapping[str, str],
    code: Path,
    rounds: int,
    patience: float,
    say: Say,
) -> Measured:
    """Seconds per unit of one task.

    Args:
        name: the task.
        environments: of the engines that there are.
        absent: why the others aren't.
        code: the folder from `environments.code_directory`.
        rounds: of repetitions of each contender; but at most
        patience: seconds of one contender, and at least one repetition.
        say: is told how far it is.
    """
    task, measured = TASKS[name], Measured()
    workers: dict[str, Worker] = {}
    seconds: dict[str, list[float]] = {}
    expensive: dict[str, float] = {}
    try:
        for key, contender in task.contenders.items():
            if contender.engine not in environments:
                measured.missing[key] = absent.get(contender.engine, "its engine was not asked for")
                continue
            say(f"{name}: {key} gets ready")
            worker = Worker(environments[contender.engine], code, contender.engine, "--program", name, key)
            try:
                first = float(worker.answer()["ready"]) * task.units
            except RuntimeError as error:
                measured.missing[key] = str(error)
                continue
            workers[key], seconds[key], expensive[key] = worker, [], first
        for i in range(rounds):
            for key, worker in workers.items():
                if i and expensive[key] * (i + 1) > patience:
                    continue
                say(f"{name}: {key}, {i + 1} of {rounds}")
                time.sleep(_PAUSE)
                seconds[key].append(worker.repeat()["seconds"])
    finally:
        for worker in workers.values():
            worker.stop()
    measured.timings = {key: Timing(times) for key, times in seconds.items()}
    return measured


def merged(passes: Sequence[Measured]) -> Measured:
    """What was found out about a task in several passes: the first rounds of each, then their second rounds, and so on.

    A contender that failed in one of them has no timing.
    """
    missing = {key: why for measured in passes for key, why in measured.missing.items()}
    timings = {}
    for key in passes[0].timings:
        if key not in missing:
            rounds = zip_longest(*[measured.timings[key].seconds for measured in passes])
            timings[key] = Timing([seconds for same in rounds for seconds in same if seconds is not None])
    return Measured(timings, missing)


def measure_builds(
    environments: Mapping[str, Environment], code: Path, rounds: int, patience: float, say: Say
) -> tuple[dict[str, dict[int, list[Size]]], dict[str, str]]:
    """Every size in a new process, the engines in turn, as long as one takes less than `patience` seconds.

    Where one takes longer after all, and where a size has taken longer altogether, there are fewer rounds of it.

    Returns:
        by engine and size, what each round took; and the engines that failed, and why.
    """
    found: dict[str, dict[int, list[Size]]] = {}
    failed: dict[str, str] = {}
    for operations in SIZES:
        for i in range(rounds):
            for name, (_, engine, _) in BUILDERS.items():
                earlier = found.get(name, {})
                if engine not in environments or name in failed or _too_long(earlier, operations, patience):
                    continue
                if sum(size.seconds for size in earlier.get(operations, [])) > patience:
                    continue
                say(f"building: {name}, {operations:,} operations, {i + 1} of {rounds}")
                worker = Worker(environments[engine], code, engine, "--build", name, str(operations))
                try:
                    took = worker.answer()
                except RuntimeError as error:
                    failed[name] = f"{operations:,} operations: {error}"
                    continue
                worker.stop()
                size = Size(operations, took["seconds"], took["peak"], took["peak"])
                found.setdefault(name, {}).setdefault(operations, []).append(size)
    return found, failed


def _too_long(earlier: Mapping[int, list[Size]], operations: int, patience: float) -> bool:
    """Whether a size would take longer than that, going by the last smaller one; or more memory than there is."""
    smaller = [size for n, sizes in earlier.items() if n < operations for size in sizes]
    if not smaller:
        return False
    last = smaller[-1]
    if last.operations not in SIZES[: SIZES.index(operations)][-1:]:
        return True  # the size before was too long already
    growth = operations / last.operations
    return growth * last.seconds > patience or growth * last.peak > 0.8 * _memory()


def task_ratios(task: Task, measured: Measured) -> list[Ratio]:
    """The ratios of one task, as far as their contenders were measured."""
    timings, ratios = measured.timings, []
    for bar in task.bars:
        peer = fastest(bar, timings)
        if peer is not None and bar.ours in timings:
            titles = [_plain(task, bar.ours), task.contenders[peer].title]
            ratios.append(Ratio(task.title, titles[0], titles[1], timings[bar.ours], timings[peer], bar.bar, bar.aim))
    for ours, seconds in task.ceilings:
        if ours in timings:
            promised = Timing([seconds] * len(timings[ours].seconds))
            ratios.append(Ratio(task.title, _plain(task, ours), "what was promised", timings[ours], promised, 1.0))
    return ratios


def unmeasured(task: Task, measured: Measured) -> list[str]:
    """The promises that nothing can be said about, and why: a line each."""
    lines = []
    for bar in task.bars:
        absent = [key for key in (bar.ours, *bar.peers) if key not in measured.timings]
        if bar.ours in absent or set(bar.peers) <= set(absent):
            reasons = (f"{task.contenders[key].title}: {measured.missing.get(key, 'not measured')}" for key in absent)
            lines.append(f"Not measured: {task.title}: {'; '.join(reasons)}")
    return lines


def build_ratios(builds: Mapping[str, Mapping[int, list[Size]]]) -> list[Ratio]:
    """Ours beside CasADi at every size, and beside Dr.Jit where that was measured."""
    ratios = []
    for operations in SIZES:
        for peer, bar, aim in (("casadi", 3.5, 2.5), ("drjit", 1 / 20, None)):
            ours, theirs = (builds.get(name, {}).get(operations, []) for name in ("ours", peer))
            if ours and theirs:
                timings = [Timing([size.seconds for size in sizes]) for sizes in (ours, theirs)]
                title = BUILDING.format(operations)
                ratios.append(Ratio(title, "ours", BUILDERS[peer][0], timings[0], timings[1], bar, aim))
    return ratios


def fastest(bar: Bar, timings: Mapping[str, Timing]) -> str | None:
    """The peer that a bar means, of those that were measured."""
    peers = [peer for peer in bar.peers if peer in timings]
    return min(peers, key=lambda peer: timings[peer].median, default=None)


def _plain(task: Task, contender: str) -> str:
    return task.contenders[contender].title.replace("*", "")


def _memory() -> float:
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
