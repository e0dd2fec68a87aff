"""The line that says how far a training has come: on a terminal, with tqdm and without."""

from __future__ import annotations

import io
import sys

import pytest

from support.training import EXAMPLES, LABELS, trained


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(monkeypatch: pytest.MonkeyPatch, stderr: io.StringIO, progress: bool) -> str:
    """What a training of 3 epochs, of 3 batches each, writes to stderr."""
    monkeypatch.setattr(sys, "stderr", stderr)
    trained(False, progress=progress)
    return stderr.getvalue()


def test_it_is_shown_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("tqdm")
    text = shown(monkeypatch, Terminal(), progress=True)
    assert "epoch 3/3, loss" in text
    assert "9/9" in text


@pytest.mark.parametrize("missing", ["tqdm", "nothing"])
def test_it_is_silent_when_off_or_in_a_file(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    assert shown(monkeypatch, Terminal(), progress=False) == ""
    assert shown(monkeypatch, io.StringIO(), progress=True) == ""


def test_without_tqdm_it_is_a_line_that_is_written_over(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr = Terminal()
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setenv("COLUMNS", "60")
    history, _, _ = trained(False, progress=True, validation=(EXAMPLES, LABELS))
    text = stderr.getvalue()
    *_, last = text.split("\r")
    losses = f"loss {history.loss[-1]:.4f}, validation loss {history.validation_loss[-1]:.4f}"
    assert last.rstrip(" \n") == f"epoch 3/3, {losses}: step 9/9"[:59]
    assert text.count("\n") == 1
    assert all(len(line.rstrip("\n")) < 60 for line in text.split("\r"))


@pytest.mark.parametrize("jit", [False, True])
def test_an_error_before_the_first_step_leaves_no_empty_line(monkeypatch: pytest.MonkeyPatch, jit: bool) -> None:
    if jit:
        pytest.importorskip("numpy")
        pytest.importorskip("llvmlite")
    stderr = Terminal()
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setattr(sys, "stderr", stderr)
    with pytest.raises(ValueError, match="is class 7, but"):
        trained(jit, y=[7] * len(LABELS), progress=True)
    assert stderr.getvalue() == ""


def test_a_program_without_stderr_trains(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tqdm", None)
    monkeypatch.setattr(sys, "stderr", None)
    trained(False, progress=True)
