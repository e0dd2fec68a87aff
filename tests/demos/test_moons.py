"""Two moons: the points, and the network that separates them."""

from __future__ import annotations

import math
import statistics
from pathlib import Path

import pytest

from demos import moons
from demos.report import Verdict
from nn import hinge, predict


def test_without_noise_the_points_lie_on_two_half_circles() -> None:
    points, sides = moons.two_moons(100, noise=0.0, seed=0)
    assert sides.count(1) == sides.count(-1) == 50
    for (x, y), side in zip(points, sides, strict=True):
        centre, up = ((0.0, 0.0), y) if side == 1 else ((1.0, 0.5), 0.5 - y)
        assert math.dist((x, y), centre) == pytest.approx(1.0)
        assert up >= -1e-12
    assert len(set(points)) == 100


def test_noise_has_the_asked_deviation_and_follows_the_seed() -> None:
    clean, _ = moons.two_moons(2000, noise=0.0, seed=0)
    noisy, _ = moons.two_moons(2000, noise=0.2, seed=3)
    shifts = [a - b for p, q in zip(noisy, clean, strict=True) for a, b in zip(p, q, strict=True)]
    assert statistics.pstdev(shifts) == pytest.approx(0.2, rel=0.05)
    assert statistics.fmean(shifts) == pytest.approx(0.0, abs=0.02)
    assert noisy == moons.two_moons(2000, noise=0.2, seed=3)[0]
    assert noisy != moons.two_moons(2000, noise=0.2, seed=4)[0]


def test_a_single_point_will_do() -> None:
    assert moons.two_moons(1, noise=0.0, seed=0) == ([(1.0, 0.0)], [1])


def test_the_network_separates_all_points() -> None:
    training, result = moons.report()
    done = moons.trained()
    assert any(line.startswith(f"step {len(done.history.loss):>3}: ") for line in training.text)
    assert [row.verdict for row in result.rows] == [Verdict.AGREES] * 2
    assert result.rows[0].cells == ("accuracy", "≥ 1", "1")
    for points, sides in ((done.points, done.sides), (done.others, done.other_sides)):
        assert all(done.model(point).data * side > 0 for point, side in zip(points, sides, strict=True))
    assert done.history.loss[-1] < 0.1 * done.history.loss[0]


def test_the_parameters_are_those_that_validated_best() -> None:
    done = moons.trained()
    losses = done.history.validation_loss
    assert len(losses) == min(done.best_epoch + moons.PATIENCE, moons.STEPS) < moons.STEPS
    found = [hinge(score, side) for score, side in zip(predict(done.model, done.others), done.other_sides, strict=True)]
    assert statistics.fmean(found) == pytest.approx(min(losses), rel=1e-9) == losses[done.best_epoch - 1]
    assert not set(done.points) & set(done.others)


def test_the_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    (path,) = moons.plots(tmp_path)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_output_is_the_margin_loss_of_one_point() -> None:
    loss = moons.output()
    assert loss.data == pytest.approx(1.0 - (0.5 * 1.0 - 1.0 * 0.5 + 0.25))
