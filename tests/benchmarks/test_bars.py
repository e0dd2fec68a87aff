"""Ratios and their bars, from figures made up; and the worker that measures them, as a process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks import bars, report
from benchmarks.bars import Ratio, chain_ratios, measure_paths, tables
from benchmarks.environments import Environment
from benchmarks.measure import Timing, duration
from benchmarks.paths import GROUPS
from benchmarks.worker import BY_HAND

ROOT = Path(__file__).parent.parent.parent


def ratio(ours: list[float], theirs: list[float], bar: float | None = None, aim: float | None = None) -> Ratio:
    return Ratio("A group", "`2 * y`", "`y * 1.0`", Timing(ours), Timing(theirs), bar, aim)


def test_the_ratio_is_the_median_of_the_rounds() -> None:
    """The second round was slow for both; by the medians of the times it would be 2.5."""
    quotient = ratio([2e-7, 9e-7, 5e-7], [1e-7, 3e-7, 2e-7]).by_round
    assert quotient.seconds == pytest.approx([2.0, 3.0, 2.5])
    assert ratio([1.0, 30.0, 3.0], [1.0, 10.0, 2.0]).by_round.median == 1.5


def test_a_bar_is_met_up_to_its_very_number() -> None:
    found = {bar: ratio([1.4], [1.0], bar).met for bar in (1.39, 1.4, 1.41, None)}
    assert found == {1.39: False, 1.4: True, 1.41: True, None: None}


def test_the_chain_s_bars() -> None:
    measured = {"compiled": Timing([1.0, 1.0]), "xad": Timing([5.0, 5.0]), BY_HAND: Timing([0.2, 0.2])}
    of_xad, by_hand = chain_ratios(measured)
    assert (of_xad.by_round.median, of_xad.bar, of_xad.aim, of_xad.met) == (0.2, 0.25, 0.2, True)
    assert (by_hand.by_round.median, by_hand.bar, by_hand.met) == (5.0, 4.0, False)
    assert [r.peer for r in chain_ratios({"compiled": Timing([1.0]), BY_HAND: Timing([1.0])})] == [by_hand.peer]
    assert chain_ratios({"xad": Timing([1.0])}) == []


def test_a_table_shows_the_bar_and_whether_it_is_met() -> None:
    lines = list(
        tables([ratio([2e-7, 2e-7], [1e-7, 1e-7], 1.4), ratio([1e-7], [1e-7], 10.0, 8.0), ratio([1.0], [2.0])])
    )
    assert lines[0] == "**A group**"
    assert lines[4] == "| `2 * y` | 200 ns | `y * 1.0` | 100 ns | 2 | 0% | ≤ 1.4 | **no** |"
    assert lines[5] == "| `2 * y` | 100 ns | `y * 1.0` | 100 ns | 1 | — | ≤ 10 (aim 8) | yes |"
    assert lines[6] == "| `2 * y` | 1 s | `y * 1.0` | 2 s | 0.5 | — | — | — |"
    assert lines[-1] == "1 of 2 bars are met."


def test_the_report_has_the_tables(tmp_path: Path) -> None:
    path = tmp_path / "RESULTS.md"
    report.write(path, {}, {}, {}, [ratio([2e-7], [1e-7], 1.4)], {}, {}, [], "python -m benchmarks")
    text = path.read_text(encoding="utf-8")
    assert "## Every path: ratios and their bars" in text
    assert "| `2 * y` | 200 ns | `y * 1.0` | 100 ns | 2 | — | ≤ 1.4 | **no** |" in text
    assert "0 of 1 bars are met." in text


def test_a_duration_in_the_unit_that_suits_it() -> None:
    assert [duration(s) for s in (2.0, 1.5e-3, 1e-6, 126e-9)] == ["2 s", "1.5 ms", "1 µs", "126 ns"]


def test_workers_measure_every_path_in_every_round(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rounds of the shortest group, by a worker that imports what these tests import."""
    monkeypatch.setattr(bars, "GROUPS", {"transforms": GROUPS["transforms"]})
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    said: list[str] = []
    found = measure_paths(Environment(Path(sys.executable), ""), ROOT, 2, said.append)
    paths = GROUPS["transforms"].paths
    assert [(r.what, r.peer, r.bar) for r in found] == [(f"`{p.statement}`", f"`{p.peer}`", p.bar) for p in paths]
    assert {len(timing.seconds) for r in found for timing in (r.ours, r.theirs)} == {2}
    assert said == ["transforms, 1 of 2", "transforms, 2 of 2"]
