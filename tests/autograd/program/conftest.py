"""A program in a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.saved_programs import recorded


@pytest.fixture
def file(tmp_path: Path) -> Path:
    recorded().save(tmp_path / "program.json")
    return tmp_path / "program.json"
