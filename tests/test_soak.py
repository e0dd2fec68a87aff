"""A process that trains, draws, writes pages, replays, fails and runs threads, again and again, does not grow.

A few rounds; or as many as are asked for, with the slopes printed:

    SOAK=1000 python -m pytest -s tests/test_soak.py
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

import autograd

pytest.importorskip("numpy")
pytest.importorskip("scipy")

PROGRAM = Path(__file__).parent / "support" / "soak.py"
ASKED = os.environ.get("SOAK")
ROUNDS = int(ASKED or 10)
WARM_UP = ROUNDS // 2
MOST = {"objects": 20.0, "blocks": 1000.0, "resident KB": 16_000.0}
"""What may have come after the warm-up, by the line through all rounds: caches fill up, and memory goes up and down."""


def test_nothing_grows(tmp_path: Path) -> None:
    home = str(Path(str(autograd.__file__)).parent.parent)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([home, os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-P", str(PROGRAM), str(ROUNDS)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    sizes = {name: found[WARM_UP:] for name, found in json.loads(done.stdout).items()}
    slopes = {name: statistics.linear_regression(range(len(found)), found).slope for name, found in sizes.items()}
    if ASKED:
        print(
            *(f"{name}: {slopes[name]:+.3f} a round, {found[0]} to {found[-1]}" for name, found in sizes.items()),
            sep="\n",
        )
    for name, found in sizes.items():
        if name in MOST:
            assert slopes[name] * len(found) <= MOST[name], (name, found)
        else:
            assert set(found) == {found[0]}, (name, found)
