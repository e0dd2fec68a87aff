"""Repetitions of the contenders of a workload, interleaved: each in a process of its own, one running at a time."""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.environments import Environment
from benchmarks.worker import BY_HAND, WITH_NN
from benchmarks.workloads import WORKLOADS

Say = Callable[[str], None]


@dataclass(frozen=True)
class Timing:
    """What the repetitions of one contender took, in seconds per unit of the workload."""

    seconds: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    @property
    def spread(self) -> float:
        """How far the quartiles are apart, as a part of the median; it takes at least two repetitions."""
        low, _, high = statistics.quantiles(self.seconds, n=4, method="inclusive")
        return (high - low) / self.median


@dataclass(frozen=True)
class Size:
    """One chain: its operations, seconds, and bytes held by the graph and at the peak."""

    operations: int
    seconds: float
    held: float
    peak: float


class Worker:
    """A process that measures one contender."""

    def __init__(self, environment: Environment, code: Path, contender: str, *what: str) -> None:
        self.process = subprocess.Popen(
            [environment.python, "-P", "-m", "benchmarks.worker", contender, *what],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(code)},
        )

    def answer(self) -> dict[str, Any]:
        """The next line it writes.

        Raises:
            RuntimeError: if it ended instead, with the last line of what it said.
        """
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            said = self.process.communicate()[1].strip().splitlines()
            raise RuntimeError(said[-1] if said else f"ended with {self.process.returncode}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def repeat(self) -> dict[str, Any]:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return self.answer()

    def stop(self) -> None:
        self.process.communicate()


def contenders(name: str) -> dict[str, str]:
    """Who runs a workload, and the engine whose environment it takes."""
    workload = WORKLOADS[name]
    found = {BY_HAND: "textbook"} if workload.by_hand else {}
    if workload.with_nn:
        found |= {engine + WITH_NN: engine for engine in ("compiled", "pure")}
    return found | {engine: engine for engine in workload.engines}


def measure(
    name: str, environments: dict[str, Environment], code: Path, repetitions: int, patience: float, say: Say
) -> dict[str, Timing]:
    """The timings of one workload, by contender.

    Args:
        name: the workload.
        environments: of the engines that there are.
        code: the folder from `environments.code_directory`.
        repetitions: of each contender, after one to warm up; but at most
        patience: seconds of one contender, and at least one repetition.
        say: is told how far it is.

    Raises:
        RuntimeError: if a contender fails, or finds other numbers than the first.
    """
    workers = {
        contender: Worker(environments[engine], code, contender, name)
        for contender, engine in contenders(name).items()
        if engine in environments
    }
    seconds: dict[str, list[float]] = {contender: [] for contender in workers}
    spent = dict.fromkeys(workers, 0.0)
    expected: list[list[float]] = []
    try:
        for worker in workers.values():
            worker.answer()
        for repetition in range(repetitions + 1):
            for contender, worker in workers.items():
                if repetition > 1 and spent[contender] * (repetition + 1) / repetition > patience:
                    continue
                say(f"{name}: {contender}, {repetition} of {repetitions}")
                done = worker.repeat()
                if len(expected) == repetition:
                    expected.append(done["digest"])
                for ours, theirs in zip(done["digest"], expected[repetition], strict=True):
                    if not math.isclose(ours, theirs, rel_tol=1e-6, abs_tol=1e-9):
                        raise RuntimeError(f"{name}: {contender} finds {done['digest']}, not {expected[repetition]}")
                spent[contender] += done["seconds"]
                if repetition:  # the first one only warms up
                    seconds[contender].append(done["seconds"] / WORKLOADS[name].units)
    finally:
        for worker in workers.values():
            worker.stop()
    return {contender: Timing(measured) for contender, measured in seconds.items()}


def measure_sizes(
    engine: str, environment: Environment, code: Path, largest: int, patience: float, say: Say
) -> list[Size]:
    """Chains of 10³, 10⁴, ... operations, up to a largest one, as long as one takes less than `patience` seconds."""
    sizes: list[Size] = []
    operations = 1000
    while operations <= largest:
        if sizes and (10 * sizes[-1].seconds > patience or 10 * sizes[-1].peak > 0.6 * _memory()):
            break
        say(f"size: {engine}, {operations:,} operations")
        answers = []
        for _ in range(3):
            worker = Worker(environment, code, engine, "--size", str(operations))
            answers.append(worker.answer())
            worker.stop()
        middle = {key: statistics.median(answer[key] for answer in answers) for key in ("seconds", "held", "peak")}
        sizes.append(Size(operations, **middle))
        operations *= 10
    return sizes


def _memory() -> float:
    return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))


def duration(seconds: float) -> str:
    """Three digits of a time, in the unit that suits it."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds / 1e-9:.3g} ns"
