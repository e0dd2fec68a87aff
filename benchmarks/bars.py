"""The speed that is promised, as quotients measured in one run: `python -m benchmarks --paths`."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.environments import Environment
from benchmarks.measure import Say, Timing, Worker, duration
from benchmarks.paths import GROUPS
from benchmarks.worker import BY_HAND

CHAIN = "A chain of 100,000 operations with its gradient, per operation"


@dataclass(frozen=True)
class Ratio:
    """What one thing costs relative to another.

    Attributes:
        group: the table it stands in.
        what: what is measured.
        peer: what it is compared with.
        ours, theirs: their timings, round by round.
        bar: the largest ratio that is good enough; None where it is only shown.
        aim: the ratio to hope for, where it is another.
    """

    group: str
    what: str
    peer: str
    ours: Timing
    theirs: Timing
    bar: float | None = None
    aim: float | None = None

    @property
    def by_round(self) -> Timing:
        """Of times measured one directly after the other: what slows the machine down for a while slows both."""
        return Timing([ours / theirs for ours, theirs in zip(self.ours.seconds, self.theirs.seconds, strict=False)])

    @property
    def met(self) -> bool | None:
        return None if self.bar is None else self.by_round.median <= self.bar


def measure_paths(environment: Environment, code: Path, rounds: int, say: Say) -> list[Ratio]:
    """The ratios of every group of paths, in the compiled wheel, after one round to warm up.

    Raises:
        RuntimeError: if a statement fails.
    """
    ratios = []
    for name, group in GROUPS.items():
        worker = Worker(environment, code, "compiled", "--paths", name)
        try:
            worker.answer()
            worker.repeat()
            measured = []
            for i in range(rounds):
                say(f"{name}, {i + 1} of {rounds}")
                measured.append(worker.repeat()["seconds"])
        finally:
            worker.stop()
        for path, pairs in zip(group.paths, zip(*measured, strict=True), strict=True):
            ours, theirs = (Timing([pair[i] for pair in pairs]) for i in (0, 1))
            ratios.append(Ratio(group.title, f"`{path.statement}`", f"`{path.peer}`", ours, theirs, path.bar, path.aim))
    return ratios


def chain_ratios(measured: Mapping[str, Timing]) -> list[Ratio]:
    """The ratios of the chain, of its timings by contender."""
    bars = {"xad": ("XAD", 1 / 4, 1 / 5), BY_HAND: ("plain floats, by hand", 4.0, None)}
    return [
        Ratio(CHAIN, "ours, compiled", title, measured["compiled"], measured[contender], bar, aim)
        for contender, (title, bar, aim) in bars.items()
        if contender in measured and "compiled" in measured
    ]


def tables(ratios: list[Ratio]) -> Iterator[str]:
    """One table for every group, and how many bars are met, as lines of Markdown."""
    for group in dict.fromkeys(ratio.group for ratio in ratios):
        yield f"**{group}**"
        yield ""
        yield "| | time | against | its time | ratio | spread | bar | met |"
        yield "|---|---:|---|---:|---:|---:|---:|---|"
        for ratio in ratios:
            if ratio.group == group:
                yield _row(ratio)
        yield ""
    verdicts = [ratio.met for ratio in ratios if ratio.met is not None]
    yield f"{sum(verdicts)} of {len(verdicts)} bars are met."


def _row(ratio: Ratio) -> str:
    quotient = ratio.by_round
    spread = f"{quotient.spread:.0%}" if len(quotient.seconds) > 1 else "—"
    bar = "—" if ratio.bar is None else f"≤ {ratio.bar:g}" + (f" (aim {ratio.aim:g})" if ratio.aim else "")
    met = {None: "—", True: "yes", False: "**no**"}[ratio.met]
    times = duration(statistics.median(ratio.ours.seconds)), duration(statistics.median(ratio.theirs.seconds))
    cells = (ratio.what, times[0], ratio.peer, times[1], f"{quotient.median:.3g}", spread, bar, met)
    return f"| {' | '.join(cells)} |"
