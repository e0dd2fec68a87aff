"""What the process does that measures a recorded program: it checks the numbers, and then takes the time."""

from __future__ import annotations

import gc
import math
import time
from collections.abc import Callable, Iterator, Sequence

from benchmarks.programs.formulas import START, Run, chain_by_hand
from benchmarks.programs.tasks import BUILDERS, TASKS

ENOUGH = 0.02
"""Seconds that a repetition takes at least, so that the clock's own grain and cost don't count."""


def repetitions(task: str, contender: str) -> Iterator[float]:
    """Seconds per unit, repetition by repetition, once the numbers are seen to be right.

    Raises:
        ValueError: if they aren't.
    """
    run = TASKS[task].contenders[contender].make()
    for expected in TASKS[task].expected():
        compare(run.numbers(run.step()), expected)
    loops, seconds = 1, timed(run.step, 1)
    if seconds < ENOUGH:
        loops = math.ceil(ENOUGH / timed(run.step, math.ceil(ENOUGH / 10 / seconds)))
    while True:
        gc.collect()  # what an earlier repetition left is not on this one's account
        if loops > 1:
            timed(run.step, loops)  # a core that has slept is slow at first
        yield timed(run.step, loops) / TASKS[task].units


def build(name: str, operations: int, memory: Callable[[], float]) -> dict[str, float]:
    """Seconds and bytes to record and compile one chain with its gradient, the first evaluation included.

    Args:
        name: of `BUILDERS`.
        operations: of the chain.
        memory: the peak so far.

    Raises:
        ValueError: if it computes other numbers than it should.
    """
    make = BUILDERS[name][2]
    make(100).step()  # what is set up once is set up now
    gc.collect()
    before, start = memory(), time.perf_counter()
    run: Run = make(operations)
    result = run.step()
    seconds = time.perf_counter() - start
    compare(run.numbers(result), chain_by_hand(operations, [[x] for x in START]))
    return {"seconds": seconds, "peak": memory() - before}


def compare(found: Sequence[float], expected: Sequence[float]) -> None:
    """Nothing is timed that is wrong.

    Raises:
        ValueError: for a number that differs by more than rounding; smaller than 1e-12 of the largest they may.
    """
    if len(found) != len(expected):
        raise ValueError(f"{len(found)} numbers, not {len(expected)}")
    least = 1e-12 * max(map(abs, expected))
    for i, (ours, theirs) in enumerate(zip(found, expected, strict=True)):
        if not math.isclose(ours, theirs, rel_tol=1e-8, abs_tol=least):
            raise ValueError(f"number {i} is {ours!r}, not {theirs!r}")


def timed(step: Callable[[], object], loops: int) -> float:
    """Seconds of one step, the mean of some."""
    start = time.perf_counter()
    for _ in range(loops):
        step()
    return (time.perf_counter() - start) / loops
