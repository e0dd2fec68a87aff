"""The report and its pictures, from figures made up."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import report
from benchmarks.measure import Size, Timing, contenders
from benchmarks.plots import draw, slope
from benchmarks.worker import BY_HAND, WITH_NN
from benchmarks.workloads import WORKLOADS

SIZES = {"compiled": [Size(10**3, 2e-4, 1e6, 1e6), Size(10**5, 0.02, 1.3e7, 1.4e7), Size(10**6, 0.22, 1.28e8, 1.4e8)]}


def test_the_median_and_the_spread_of_the_quartiles() -> None:
    timing = Timing([4.0, 1.0, 2.0, 3.0, 10.0])
    assert (timing.median, timing.spread) == (3.0, (4.0 - 2.0) / 3.0)


def test_the_slope_of_a_power_law() -> None:
    assert slope([(10.0**i, 3.0 * 10.0 ** (1.5 * i)) for i in range(2, 6)]) == pytest.approx(1.5)


def test_every_contender_has_a_title() -> None:
    assert {contender for name in WORKLOADS for contender in contenders(name)} <= set(report.TITLES)


def test_a_report_has_times_ratios_versions_and_what_is_missing(tmp_path: Path) -> None:
    timings = {"moons": {"compiled": Timing([0.02]), "compiled" + WITH_NN: Timing([0.01]), "torch": Timing([0.5])}}
    phases = {"compiled": {"forward": 1e-3, "backward": 2e-6}}
    report.write(
        tmp_path / "RESULTS.md",
        timings,
        SIZES,
        phases,
        [],
        versions={"compiled": "0.1.0", "torch": "2.13.0"},
        missing={"xad": "no wheel for this Python"},
        plots=["time.svg"],
        command="python -m benchmarks",
    )
    text = (tmp_path / "RESULTS.md").read_text(encoding="utf-8")
    assert "| PyTorch, scalars | 500 ms | — | 25 |" in text
    assert "| moons | 1 | 0.5 | 25 |" in text
    assert "| XAD | not installed: no wheel for this Python |" in text
    assert "| **ours, compiled** | 1,000,000 | 0.22 | 220 ns | 128 | 140 |" in text
    assert "1,000,000 takes 1.10 times as long as one in a chain of 100,000, and 128 bytes" in text
    assert "| **ours, compiled** | 1 ms | 2 µs |" in text
    assert "![time](time.svg)" in text


def test_a_single_repetition_of_plain_floats_has_no_spread(tmp_path: Path) -> None:
    timings = {"chain": {BY_HAND: Timing([1e-8])}}
    report.write(tmp_path / "RESULTS.md", timings, {}, {}, [], {}, {}, [], "python -m benchmarks")
    assert "| plain floats, by hand | 10 ns | — | — |" in (tmp_path / "RESULTS.md").read_text(encoding="utf-8")


def test_the_pictures_are_svg_and_name_the_slopes(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    assert draw(tmp_path, SIZES) == ["time.svg", "memory.svg"]
    for name in ("time.svg", "memory.svg"):
        picture = (tmp_path / name).read_text(encoding="utf-8")
        assert "<svg" in picture
        assert "slope" in picture


def test_the_command_line_says_what_is_wrong_in_one_line() -> None:
    command = [sys.executable, "-m", "benchmarks", "--output", "nowhere"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parent.parent.parent)
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "python -m benchmarks: error: --output: nowhere is not a directory"
