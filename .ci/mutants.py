#!/usr/bin/env python3
"""Mutation testing: small faults put into a package, one after another, and whether its tests notice.

    python .ci/mutants.py autograd/engine --sample 100 --seed 12
    python .ci/mutants.py autograd/engine                           (every mutant: days)

Wants `mutmut` and `coverage` beside the extra `test`. The faults are those of `faults.py`.

A sample is every n-th mutant of the package in the order of the source, from a start that the seed says: even over all
functions. In a copy of the tree the tests are run once, to see which of them reaches which line; what they cover of the
package, branches too, is said. Then for each mutant those that reach its lines are run, those named after its module
first, then the quick ones, for 90 s in all. It is killed if one fails, or doesn't end. Those that nobody could tell
from the original are listed, with the reason, in `.ci/equivalent_mutants.txt`. Ends with status 1 where others survive.
"""

from __future__ import annotations

import argparse
import ast
import json
import math
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # a process with threads must not fork

import coverage
import pytest
from faults import ROOT, Mutant, drawn, mutants_of

EQUIVALENT = Path(__file__).with_name("equivalent_mutants.txt")
CORE = [f"{top}/{name}" for top in ("autograd", "tests/autograd") for name in ("engine", "transforms")]
CORE += ["tests/autograd/formulas", "tests/autograd/special"]  # which hold the table to more
TESTS = {
    "autograd/engine": CORE,
    "autograd/transforms": CORE,
    "autograd/program": ["autograd/program", "tests/autograd/program"],
    "nn": ["nn", "tests/nn", "--ignore=tests/nn/playground"],
}
NOT_HERE = ["-m", "not hypothesis", "-k", "not pytorch_graphs and (not threads or (program and test_threads.py))"]
"""What one run finds, another must find, so nothing at random; and threads take minutes while every line is noted."""
HEAVY = ["hypothesis", "numpy", "scipy.special", "sympy", "llvmlite.binding"]  # imported once; every mutant forks
BUDGET = 90.0  # seconds of tests for one mutant, as measured with coverage, which slows them down
MEMORY = 6 * 2**30


def copy_of_tree(folder: Path) -> None:
    """What git knows and what isn't ignored, as it lies there now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)


class Map:
    """A plugin of pytest that notes which test reaches which line, and how long it takes."""

    def __init__(self, measured: coverage.Coverage) -> None:
        self.measured = measured
        self.seconds: dict[str, float] = {}
        self.failed: set[str] = set()

    @pytest.hookimpl(hookwrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self.measured.switch_context(item.nodeid)
        yield

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] = self.seconds.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.failed.add(report.nodeid)


class Only:
    """A plugin of pytest that runs some tests, in the order given."""

    def __init__(self, wanted: list[str]) -> None:
        self.rank = {test: i for i, test in enumerate(wanted)}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((item for item in items if item.nodeid in self.rank), key=lambda i: self.rank[i.nodeid])


def forked(folder: Path, log: Path, seconds: float, work: Callable[[], int]) -> int | None:
    """The exit status of some work in a process of its own; None if it doesn't end, and is ended."""
    child = os.fork()
    if child == 0:
        status = 70
        try:
            os.setsid()
            with log.open("wb") as out:
                os.dup2(out.fileno(), 1)
                os.dup2(out.fileno(), 2)
            os.chdir(folder)
            sys.path.insert(0, str(folder))
            os.environ["PYTHONPATH"] = str(folder)
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            status = work()
        finally:
            sys.stdout.flush()
            os._exit(status)
    for _ in range(int(seconds / 0.02)):  # not by the clock: where everything is stopped for a while, so is this
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            _end_group(child)
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    _end_group(child)
    os.waitpid(child, 0)
    return None


def _end_group(child: int) -> None:
    """A test's own processes, too."""
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)


def pytest_run(arguments: list[str], *plugins: Any) -> int:
    return int(pytest.main(["-p", "no:cacheprovider", "--no-header", "--hypothesis-seed=0", *arguments], plugins))


def mapped(folder: Path, kept: Path, package: str) -> tuple[coverage.CoverageData, dict[str, float]]:
    """Which tests reach which lines of a package, and how long the tests that pass take."""
    notes, contexts = kept / "seconds.json", kept / "contexts"

    def work() -> int:
        measured = coverage.Coverage(data_file=str(contexts), config_file="pyproject.toml")
        measured.set_option("run:relative_files", True)
        plugin = Map(measured)
        measured.start()
        pytest_run([*TESTS[package], *NOT_HERE, "--durations=40"], plugin)
        measured.stop()
        measured.save()
        if plugin.failed:
            print("fail without any mutant, and are left out:", *sorted(plugin.failed), sep="\n  ")
        measured.report(include=f"{package}/*.py", show_missing=True, skip_covered=True, precision=1)
        notes.write_text(json.dumps({t: s for t, s in plugin.seconds.items() if t not in plugin.failed}))
        return 0

    if not notes.exists():
        kept.mkdir(parents=True, exist_ok=True)
        contexts.unlink(missing_ok=True)
        log = kept / "log"
        if forked(folder, log, 7200.0, work) != 0:
            sys.exit(f"the tests could not be run:\n{log.read_text(errors='replace')[-4000:]}")
        said = log.read_text(errors="replace")
        found = re.findall("^.* passed.*$|^TOTAL.*$", said, re.MULTILINE)
        print(f"{package} without any mutant:", *found, sep="\n  ", flush=True)
    data = coverage.CoverageData(str(contexts))
    data.read()
    return data, json.loads(notes.read_text())


class Trial:
    """Puts mutants into the copy, one at a time, and runs the tests that reach them."""

    def __init__(self, folder: Path, data: coverage.CoverageData, seconds: dict[str, float]) -> None:
        self.folder = folder
        self.seconds = seconds
        self.contexts = {file: data.contexts_by_lineno(file) for file in data.measured_files()}

    def tests_of(self, mutant: Mutant) -> list[list[str]]:
        """The tests that reach a mutant: those named after its module, and the others, the quick ones first.

        What an import alone reaches, all tests depend on.
        """
        reached = self.contexts.get(mutant.path, {})
        for lines in (mutant.lines, mutant.statement):
            contexts = {context for line in lines for context in reached.get(line, [])}
            tests = {test for test in contexts if test in self.seconds}
            if tests:
                break
        if not tests and "" in contexts:
            tests = set(self.seconds)
        stem = Path(mutant.path).stem
        named = {test for test in tests if Path(test.split("::")[0]).name.startswith(f"test_{stem}")}
        groups = []
        for group in (named, tests - named):
            chosen, spent = [], 0.0
            for test in sorted(group, key=lambda t: (self.seconds[t], t)):
                spent += self.seconds[test]
                if spent <= BUDGET or not chosen:
                    chosen.append(test)
            groups.append(chosen)
        return [group for group in groups if group]

    def kills(self, mutant: Mutant) -> bool:
        path = self.folder / mutant.path
        original, times = path.read_bytes(), path.stat()
        path.write_text(mutant.source(), encoding="utf-8")
        try:
            return any(self._fails(group) for group in self.tests_of(mutant))
        finally:
            path.write_bytes(original)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))  # so that what Python compiled before still holds

    def _fails(self, tests: list[str]) -> bool:
        def work() -> int:
            sys.dont_write_bytecode = True
            os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
            return pytest_run(["-x", *dict.fromkeys(test.split("::")[0] for test in tests)], Only(tests))

        limit = 30.0 + 4.0 * sum(self.seconds[test] for test in tests)
        status = forked(self.folder, self.folder / "mutant.log", limit, work)
        return status not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)


def equivalents() -> set[str]:
    """What is listed as equivalent: blocks of `path function`, the lines that differ, and a reason."""
    blocks = EQUIVALENT.read_text(encoding="utf-8").split("\n\n") if EQUIVALENT.exists() else []
    known = set()
    for block in blocks:
        head, *lines = block.strip().splitlines()
        known.add("\n".join([head, *(line for line in lines if line[:2] in ("- ", "+ "))]))
    return known


def interval(killed: int, tried: int) -> tuple[float, float]:
    """Wilson's 95 % interval."""
    z, p = 1.959964, killed / tried
    middle = (p + z * z / (2 * tried)) / (1 + z * z / tried)
    half = z / (1 + z * z / tried) * math.sqrt(p * (1 - p) / tried + z * z / (4 * tried * tried))
    return middle - half, min(1.0, middle + half)


def compiles(mutant: Mutant) -> bool:
    try:
        ast.parse(mutant.source())
    except SyntaxError:
        return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", choices=TESTS)
    parser.add_argument("--sample", type=int, help="how many mutants; all without it")
    parser.add_argument("--seed", type=int, default=12)
    parser.add_argument("--only", nargs="+", metavar="PATH:LINE", help="of the sample, only the mutants of these lines")
    parser.add_argument("--map", type=Path, metavar="FOLDER", help="where to keep what the tests reach, for other runs")
    given = parser.parse_args()

    package = given.package
    everything = mutants_of(package)
    sample = [m for m in drawn(everything, given.sample, given.seed) if compiles(m)]
    if given.only:
        sample = [m for m in sample if f"{m.path}:{m.lines.start}" in given.only]
    known = equivalents()
    for name in HEAVY:
        __import__(name)

    with tempfile.TemporaryDirectory(prefix="mutants-") as temporary:
        folder = Path(temporary).resolve()
        copy_of_tree(folder)
        kept = given.map or folder / "map"
        trial = Trial(folder, *mapped(folder, kept.resolve(), package))
        killed, equivalent, survived = 0, 0, 0
        for mutant in sample:
            if "\n".join([f"{mutant.path} {mutant.function}", *mutant.difference()]) in known:
                equivalent += 1
            elif trial.kills(mutant):
                killed += 1
            else:
                survived += 1
                unreached = "" if trial.tests_of(mutant) else "  (no test reaches it)"
                print(f"\nsurvives{unreached}: {mutant.told()}", flush=True)
    tried = killed + survived
    low, high = interval(killed, tried) if tried else (0.0, 1.0)
    print(
        f"\n{package}: {len(everything)} mutants; sample {len(sample)}, seed {given.seed}: {killed} killed, "
        f"{survived} survive, {equivalent} equivalent; killed {killed / max(tried, 1):.1%} of those that aren't "
        f"(95 % interval {low:.1%} to {high:.1%})"
    )
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
