"""Makes `support`, the helpers the tests share, importable from wherever the tests are run; no test depends on time."""

import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from autograd import PRIMITIVES

sys.path.insert(0, str(Path(__file__).parent))

hypothesis.settings.register_profile("no clock", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("no clock")


@pytest.fixture(autouse=True)
def the_table_is_left_as_it_was() -> Iterator[None]:
    """Operations that a test adds to the table are gone after it."""
    known = set(PRIMITIVES)
    yield
    for name in set(PRIMITIVES) - known:
        del PRIMITIVES[name]
