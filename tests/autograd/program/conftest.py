"""A program in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.saved_programs import recorded


@pytest.fixture
def file(tmp_path: Path) -> Path:
    recorded().save(tmp_path / "program.json")
    return tmp_path / "program.json"


@pytest.fixture
def nothing_is_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where machine code finds no answer the engine does, and hides that it should have found one."""

    def again(*args: Any) -> Any:
        raise AssertionError("machine code has found no answer")

    for where in ("jit.eagerly", "mapping.eagerly", "mapping.Call._alone"):
        monkeypatch.setattr(f"autograd.program.{where}", again)
