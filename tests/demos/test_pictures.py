"""Pictures of pages, where a browser takes none; the pictures themselves: test_command_line.py."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from demos import pictures


def take(folder: Path) -> Path:
    return pictures.photograph(lambda page: page.write_text("<p>A page"), "step=1", 100, folder / "page.png")


def test_without_a_browser_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures.shutil, "which", lambda name: None)
    with pytest.raises(FileNotFoundError, match="install Chromium"):
        take(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_browser_that_is_too_slow_or_fails_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(command: list[str], timeout: float, **_: Any) -> None:
        raise subprocess.TimeoutExpired(command, timeout)

    def failing(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "no display")

    monkeypatch.setattr(pictures.shutil, "which", lambda name: f"/somewhere/{name}")
    for run, told in (
        (slow, r"chromium took no picture of the page in 120 seconds; try again"),
        (failing, "no display"),
    ):
        monkeypatch.setattr(pictures.subprocess, "run", run)
        with pytest.raises(RuntimeError, match=told):
            take(tmp_path)
    assert list(tmp_path.iterdir()) == []
