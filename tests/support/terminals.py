"""A terminal with a walk in it, for the tests: what one types, and what the screen shows."""

from __future__ import annotations

import io
import os
import re
import signal
import sys
from typing import Any

import pytest

ENTER, LEAVE = "\033[?1049h\033[?25l", "\033[?25h\033[?1049l"

NETWORK = """
from autograd import Value, sigmoid, walkthrough
w, x = Value(0.4, label="w"), Value(0.518, label="x")
z = w * x
z.label = "z"
a = sigmoid(z)
a.label = "a"
"""


PLAY = f"""{NETWORK}
import sys, termios
before = termios.tcgetattr(0)
walkthrough(a).play()
print("as it was" if termios.tcgetattr(0) == before else "changed")
"""


def heed_ctrl_c() -> None:
    """A process started where Ctrl-C is ignored, as by `nohup` or a script's `&`, would ignore it too."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """A walk that plays in a pseudo-terminal, and the frame it shows."""

    def __init__(self, script: str = PLAY, rows: int = 24, width: int = 80, **environment: str) -> None:
        self.pexpect: Any = pytest.importorskip("pexpect", reason="pexpect drives the pseudo-terminal")
        known = {name: text for name, text in os.environ.items() if name not in ("NO_COLOR", "LINES", "COLUMNS")}
        known |= {"TERM": "xterm-256color", "PYTHONPATH": os.pathsep.join([".", *sys.path]), **environment}
        self.child = self.pexpect.spawn(
            sys.executable,
            ["-c", script],
            env=known,
            dimensions=(rows, width),
            encoding="utf-8",
            timeout=300,  # however slow the machine is
            preexec_fn=heed_ctrl_c,
        )
        self.frame = self.raw = ""

    def start(self) -> Terminal:
        """Wait for the first frame: what is typed earlier is lost."""
        self.wait("before the first step")
        return self

    def press(self, keys: str, shows: str) -> str:
        """Press keys, and wait for a frame that shows a text."""
        self.child.send(keys)
        return self.wait(shows)

    def wait(self, shows: str) -> str:
        """The next frame that shows a text, without styles."""
        while True:
            self.child.expect(r"\033\[H(.*?)\033\[K\033\[J")
            self.raw = self.child.match[1]
            self.frame = re.sub(r"\033\[[0-9;]*[mK]", "", self.raw)
            if shows in self.frame:
                return self.frame

    def rest(self) -> str:
        """What comes until the end."""
        self.child.expect(self.pexpect.EOF)
        self.child.wait()
        return str(self.child.before)


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True
