"""Makes `support`, the helpers the tests share, importable from wherever the tests are run; no test depends on time."""

import gc
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from autograd import PRIMITIVES

sys.path.insert(0, str(Path(__file__).parent))

from support.wheels import build, checkout  # which the line above finds

hypothesis.settings.register_profile("no clock", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("no clock")


def pytest_collection_finish() -> None:
    """What is there before the first test stays: collections of garbage, which many tests ask for, pass it by."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)  # xdist's, where that is installed
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `-n`, neighbours stay together, and with them what a module's tests share: browsers, wheels, models."""
    if config.getoption("dist") != "load":  # something else was asked for
        return None
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """With `-n auto`, one more than there are cores: many tests wait for other processes, browsers and compilers."""
    return None if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ else (os.cpu_count() or 1) + 1


@pytest.fixture(autouse=True)
def the_table_is_left_as_it_was() -> Iterator[None]:
    """Operations that a test adds to the table are gone after it, and those that it takes out or replaces are back."""
    before = dict(PRIMITIVES)
    yield
    if before != PRIMITIVES:
        PRIMITIVES.clear()
        PRIMITIVES.update(before)


@pytest.fixture(scope="session")
def pure_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Our wheel as it is built where nothing can be compiled."""
    folder = tmp_path_factory.mktemp("pure")
    return build(checkout(folder), folder, SCALAR_AUTOGRAD_PURE="1")
