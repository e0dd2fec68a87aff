"""How much is tried: everything by the compiled engine, and a part by the plain sources, for which it takes minutes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypeVar

import pytest

import autograd

T = TypeVar("T")

LONG = "LONG" in os.environ
EVERYTHING = autograd.compiled or LONG

long = pytest.mark.skipif(not LONG, reason="takes a minute; LONG=1 has it run, and so has .ci/run --full")
long_on_the_sources = pytest.mark.skipif(
    not EVERYTHING,
    reason="takes minutes on the plain sources; .ci/run has the compiled engine do it, LONG=1 these",
)


def some(cases: Sequence[T]) -> Sequence[T]:
    """All cases, or on the plain sources every fourth."""
    return cases if EVERYTHING else cases[::4]
