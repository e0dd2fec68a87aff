"""`python -m benchmarks`: every engine side by side, and a report beside this file."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

from benchmarks import environments, plots, report
from benchmarks.bars import chain_ratios, measure_paths, tables
from benchmarks.measure import Size, Timing, Worker, measure, measure_sizes
from benchmarks.programs import measure as programs
from benchmarks.programs import report as program_report
from benchmarks.programs.tasks import TASKS
from benchmarks.workloads import WORKLOADS

ROUNDS = 31


def main(arguments: list[str] | None = None) -> int:
    """Measure, and write RESULTS.md and its pictures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer repetitions, smaller graphs: a few minutes in all")
    parser.add_argument("--only", choices=WORKLOADS, metavar="WORKLOAD", help=f"one of {', '.join(WORKLOADS)}")
    parser.add_argument(
        "--paths", action="store_true", help="print what each way of writing costs, with its bar; write no report"
    )
    parser.add_argument("--programs", action="store_true", help="recorded programs and their peers: PROGRAMS.md alone")
    parser.add_argument("--task", choices=TASKS, metavar="TASK", help=f"with --programs, one of {', '.join(TASKS)}")
    parser.add_argument(
        "--output", type=Path, default=Path(__file__).parent, metavar="DIRECTORY", help="for the report"
    )
    options = parser.parse_args(arguments)
    if not options.output.is_dir():
        parser.error(f"--output: {options.output} is not a directory")
    if options.task and not options.programs:
        parser.error("--task goes with --programs")
    command = " ".join(["python -m benchmarks", *(arguments if arguments is not None else sys.argv[1:])])
    if options.paths:
        return print_paths()
    if options.programs:
        return measure_programs(options.output, options.task, options.quick, command)

    found, missing = prepare(environments.NODES, options.quick)
    code = environments.code_directory()

    repetitions, patience = (3, 4.0) if options.quick else (9, 60.0)
    timings: dict[str, dict[str, Timing]] = {}
    for name in [options.only] if options.only else WORKLOADS:
        timings[name] = measure(name, found, code, repetitions, patience, say)
    sizes: dict[str, list[Size]] = {}
    phases: dict[str, dict[str, float]] = {}
    for engine in ("compiled", "pure", "xad", "micrograd"):
        if engine in found and not options.only:
            sizes[engine] = measure_sizes(engine, found[engine], code, 10**7, patience, say)
            if engine in ("compiled", "pure"):
                phases[engine] = Worker(found[engine], code, engine, "--phases").answer()
    ratios = chain_ratios(timings["chain"]) if "chain" in timings else []
    if "compiled" in found and not options.only:
        ratios += measure_paths(found["compiled"], code, ROUNDS, say)
    say("")
    try:
        drawn = plots.draw(options.output, sizes) if sizes else []
    except ImportError:
        drawn = []
        print("no plots: pip install matplotlib", file=sys.stderr)
    versions = {engine: environment.version for engine, environment in found.items()}
    report.write(options.output / "RESULTS.md", timings, sizes, phases, ratios, versions, missing, drawn, command)
    print(options.output / "RESULTS.md")
    return 0


def print_paths() -> int:
    """Measure the paths and the chain alone, and print their tables."""
    found, missing = prepare(("compiled", "xad", "textbook"), quick=True)
    code = environments.code_directory()
    ratios = chain_ratios(measure("chain", found, code, 9, 60.0, say))
    if "compiled" in found:
        ratios += measure_paths(found["compiled"], code, ROUNDS, say)
    say("")
    for engine, reason in missing.items():
        print(f"{engine}: not installed: {reason}", file=sys.stderr)
    print(*tables(ratios), sep="\n")
    return 0 if "compiled" in found else 1


def measure_programs(output: Path, task: str | None, quick: bool, command: str) -> int:
    """Measure recorded programs and their peers, print their promises, and write PROGRAMS.md."""
    wanted = {contender.engine for contender in TASKS[task].contenders.values()} if task else environments.RECORDERS
    found, missing = prepare([engine for engine in environments.RECORDERS if engine in wanted], quick)
    code = environments.code_directory()
    passes, rounds, patience = (1, 3, 10.0) if quick else (3, 9, 20.0)
    times: dict[str, list[programs.Measured]] = {name: [] for name in ([task] if task else TASKS)}
    for _ in range(passes):
        for name, of_task in times.items():
            of_task.append(programs.measure_task(name, found, missing, code, rounds, patience, say))
    measured = {name: programs.merged(of_task) for name, of_task in times.items()}
    builds, failed = ({}, {}) if task else programs.measure_builds(found, code, 3, 5 * patience, say)
    say("")
    ratios = [ratio for name in measured for ratio in programs.task_ratios(TASKS[name], measured[name])]
    ratios += programs.build_ratios(builds)
    versions = {engine: environment.version for engine, environment in found.items()}
    program_report.write(output / "PROGRAMS.md", measured, builds, failed, ratios, versions, missing, command)
    print(*tables(ratios), sep="\n")
    absent = [line for name in measured for line in programs.unmeasured(TASKS[name], measured[name])]
    print(*absent, output / "PROGRAMS.md", sep="\n")
    return 1 if absent else 0


def prepare(engines: Iterable[str], quick: bool) -> tuple[dict[str, environments.Environment], dict[str, str]]:
    """The environments of the engines that can be had, and why the others can't."""
    found: dict[str, environments.Environment] = {}
    missing: dict[str, str] = {}
    for engine in engines:
        say(f"installing: {engine}")
        try:
            found[engine] = environments.prepare(engine, quick)
        except environments.NotInstalledError as error:
            missing[engine] = str(error)
    return found, missing


def say(what: str) -> None:
    """One line that shows where it is, on a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
