"""A training on a cluster of processes, and the same one with a process killed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

pytest.importorskip("distributed", reason="dask.distributed is not installed")

from demos import cluster
from demos.report import Verdict


def test_the_loss_curve_is_the_same_with_and_without_a_killed_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[int] = []
    kill = cluster.os.kill
    monkeypatch.setattr(cluster.os, "kill", lambda process, sign: killed.append(process) or kill(process, sign))
    training, result = cluster.report()
    assert len(killed) == 1
    assert len(training.rows) == cluster.EPOCHS
    assert all(row.verdict is Verdict.AGREES for row in [*training.rows, *result.rows])
    assert [bool(row.remark) for row in training.rows].index(True) == cluster.KILLED_IN
    undisturbed, disturbed = cluster.both()
    assert undisturbed.losses == disturbed.losses
    assert undisturbed.losses[-1] < 0.2 * undisturbed.losses[0]
    assert undisturbed.accuracy == disturbed.accuracy > 0.95


def test_one_bit_is_a_difference() -> None:
    row = cluster.SameLosses("epoch", [0.1, 0.3], [0.1, 0.3])
    assert row.verdict is Verdict.AGREES
    assert replace(row, disturbed=[0.1, 0.1 + 0.2]).verdict is Verdict.WRONG


def test_the_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    (path,) = cluster.plots(tmp_path)
    assert path.read_bytes().startswith(b"\x89PNG")
