"""How far `fit` has come: tqdm's bar where it is installed, else a line; on a terminal only."""

from __future__ import annotations

import shutil
import sys
import time
from typing import Any

_PAUSE = 0.1
"""Seconds between two updates of the line."""


class Progress:
    """A bar, or a line, over the steps of a training; use it with `with`.

    Args:
        wanted: whether there shall be one.
        epochs: how many there are.
        steps: how many there are in each.
    """

    def __init__(self, wanted: bool, epochs: int, steps: int) -> None:
        self._epochs = epochs
        self._loss = self._validation = ""
        self._bar: Any = None
        if not wanted:
            return
        try:
            from tqdm import tqdm
        except ImportError:
            if sys.stderr is not None and sys.stderr.isatty():
                self._bar = _Line(epochs * steps)
        else:
            self._bar = tqdm(total=epochs * steps, unit="step", disable=None)  # None: only on a terminal

    def advance(self, epoch: int, loss: float) -> None:
        """A step is done, and the mean loss of the epoch so far is this."""
        self._loss = f"epoch {epoch}/{self._epochs}, loss {loss:.4f}"
        self._describe()
        if self._bar is not None:
            self._bar.update()

    def validated(self, loss: float) -> None:
        """An epoch is done, and its validation loss is this."""
        self._validation = f", validation loss {loss:.4f}"
        self._describe()

    def _describe(self) -> None:
        if self._bar is not None:
            self._bar.set_description(self._loss + self._validation, refresh=False)

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *error: object) -> None:
        if self._bar is not None:
            self._bar.close()


class _Line:
    """What is needed of tqdm's bar, as a line of text that is written over, not too often."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._done = 0
        self._text = ""
        self._width = 0
        self._next = 0.0

    def set_description(self, text: str, refresh: bool) -> None:
        self._text = text

    def update(self) -> None:
        self._done += 1
        if time.monotonic() >= self._next:
            self._write()
            self._next = time.monotonic() + _PAUSE

    def close(self) -> None:
        if self._done:
            self._write()
            sys.stderr.write("\n")
            sys.stderr.flush()

    def _write(self) -> None:
        line = f"{self._text}: step {self._done}/{self._total}"[: shutil.get_terminal_size().columns - 1]
        sys.stderr.write("\r" + line.ljust(self._width))  # spaces over the rest of a longer one
        sys.stderr.flush()
        self._width = len(line)
