"""The process that measures one engine, started by `measure` in the engine's environment.

`worker ENGINE WORKLOAD` does one repetition per line it reads and answers with a line of JSON. `worker ENGINE --size N`
makes one chain of N operations and answers with its time and memory; `worker ENGINE --phases` times the parts of a
step; `worker ENGINE --paths GROUP` measures all paths of a group once per line it reads. `worker ENGINE --program TASK
CONTENDER` does the same for a recorded program; `worker ENGINE --build NAME N` builds one of N operations.
"""

from __future__ import annotations

import functools
import gc
import json
import math
import os
import resource
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from benchmarks.engines import ENGINES
from benchmarks.networks import phases_with_nn
from benchmarks.paths import GROUPS, rounds
from benchmarks.programs.worker import build, repetitions
from benchmarks.workloads import WORKLOADS, Run, chain_of

BY_HAND = "by hand"
WITH_NN = " with nn"


def main() -> None:
    contender, *what = sys.argv[1:]
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # some engines greet their users
    answer = functools.partial(write, answers)
    if what[0] == "--size":
        answer(measure_chain(contender, int(what[1])))
        return
    if what[0] == "--phases":
        answer(phases_with_nn())
        return
    if what[0] == "--paths":
        measure_once = rounds(GROUPS[what[1]])
        answer({"ready": True})
        for _ in sys.stdin:
            answer({"seconds": measure_once()})
        return
    if what[0] == "--build":
        answer(build(what[1], int(what[2]), peak_memory))
        return
    if what[0] == "--program":
        measured = repetitions(what[1], what[2])
        answer({"ready": next(measured)})
        for _ in sys.stdin:
            answer({"seconds": next(measured)})
        return
    run = make(contender, what[0])
    answer({"ready": True})
    for _ in sys.stdin:
        gc.collect()  # what an earlier repetition left is not on this one's account
        start = time.perf_counter()
        result = run()
        seconds = time.perf_counter() - start
        answer({"seconds": seconds, "digest": [math.fsum(result), math.fsum(x * x for x in result)]})


def make(contender: str, name: str) -> Run:
    """The repetition of a contender: an engine, an engine `with nn`, or no engine at all."""
    workload = WORKLOADS[name]
    if contender == BY_HAND and workload.by_hand is not None:
        return workload.by_hand(workload.units)
    engine = ENGINES[contender.removesuffix(WITH_NN)]()
    if contender.endswith(WITH_NN) and workload.with_nn is not None:
        return workload.with_nn(engine, workload.units)
    return workload.make(engine, workload.units)


def measure_chain(contender: str, size: int) -> dict[str, float]:
    """Time and memory of one chain: `held` by the graph after its sweep, and at the `peak`, all counted, in bytes."""
    engine = ENGINES[contender]()
    variables = engine.variables([0.999999, 1e-7, 1.0])
    engine.sweep(engine.record(chain_of(1000), variables), variables)  # what is set up once is set up now
    variables = engine.variables([0.999999, 1e-7, 1.0])
    gc.collect()
    before, peak_before = memory(), peak_memory()
    start = time.perf_counter()
    recorded = engine.record(chain_of(size), variables)
    engine.sweep(recorded, variables)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "held": memory() - before, "peak": peak_memory() - peak_before}


def memory() -> float:
    """What the process has of real memory, where the system tells; else its peak."""
    status = Path("/proc/self/statm")
    return int(status.read_text().split()[1]) * resource.getpagesize() if status.exists() else peak_memory()


def peak_memory() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def write(answers: TextIO, thing: Mapping[str, object]) -> None:
    print(json.dumps(thing), file=answers, flush=True)


if __name__ == "__main__":
    main()
