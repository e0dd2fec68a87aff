"""pip, and whether it has an index to install from."""

from __future__ import annotations

import functools
import importlib.util
import subprocess
import sys

import pytest

BRIEF = ("--retries", "0", "--timeout", "10", "--disable-pip-version-check")


def pip(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pip; skips where there is none."""
    if importlib.util.find_spec("pip") is None:
        pytest.skip("pip is not installed")
    return subprocess.run([sys.executable, "-m", "pip", *arguments], capture_output=True, text=True)


@functools.cache
def has_index() -> bool:
    """Whether pip reaches an index that has something."""
    return pip("install", "-q", "--dry-run", "--no-deps", "--ignore-installed", *BRIEF, "graphviz").returncode == 0


def need_an_index() -> None:
    """Skip where pip can't reach an index, or one that has nothing."""
    if not has_index():
        pytest.skip("pip reaches no package index here")
