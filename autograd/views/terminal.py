"""The walk in a terminal: a key a step."""

from __future__ import annotations

import codecs
import io
import os
import re
import select
import signal
import sys
import textwrap
import threading
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from types import FrameType
from typing import TextIO

from autograd.views.terminal_code import code_pane
from autograd.views.walk import Step, Walk, show

HINTS = "Enter/→ next · b/← back · f phase · g go to node · ? why · p practice · q quit"
_ENTER, _LEAVE = "\033[?1049h\033[?25l", "\033[?25h\033[?1049l"  # the alternate screen, without a cursor
_KEY = re.compile(r"\033(?:\[[0-9;]*[A-Za-z~]|O[A-Z])|.", re.DOTALL)
_NEXT, _BACK = ("\n", "\r", " ", "\033[C", "\033OC"), ("b", "\033[D", "\033OD")
_STYLES = {"bold": "1", "quiet": "2", "forward": "1;36", "backward": "1;35", "here": "7", "right": "32", "wrong": "31"}


def play(walk: Walk) -> None:
    """Walk with the keyboard; print the whole walk where input or output is not a terminal."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # rather a question mark than no walk
    if find_spec("termios") and sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        with _screen() as keys:
            _Player(walk, keys).run()
    else:
        print(walk)


@contextmanager
def _screen() -> Iterator[Iterator[str]]:
    """A screen of its own, and the keys pressed. Whatever ends it, the terminal is left as it was."""
    import termios  # not on Windows, where the walk is printed
    import tty

    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    resized, tell = os.pipe()

    def enter() -> None:
        tty.setcbreak(keyboard)
        print(end=_ENTER, flush=True)

    def leave() -> None:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
        print(end=_LEAVE, flush=True)

    def resize(number: int, frame: FrameType | None) -> None:
        os.write(tell, b"\0")

    def suspend(number: int, frame: FrameType | None) -> None:
        leave()
        os.kill(os.getpid(), signal.SIGSTOP)  # goes on here when continued
        enter()
        resize(number, frame)

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    handlers = {signal.SIGWINCH: resize, signal.SIGTSTP: suspend, signal.SIGTERM: end, signal.SIGHUP: end}
    if threading.current_thread() is not threading.main_thread():
        handlers = {}  # signals come to the main thread alone
    previous = {number: signal.getsignal(number) for number in handlers}
    try:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        enter()
        yield _keys(keyboard, resized)
    finally:
        leave()
        for number, former in previous.items():
            signal.signal(number, former or signal.SIG_DFL)  # None: it was not Python's
        os.close(resized)
        os.close(tell)


def _keys(keyboard: int, resized: int) -> Iterator[str]:
    """The keys, each as the text it sends; `resize` when the window has changed. Ends with the input."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text = ""
    while True:
        ready, _, _ = select.select([keyboard, resized], [], [])
        if resized in ready:
            os.read(resized, 1024)
            yield "resize"
        if keyboard in ready:
            chunk = os.read(keyboard, 1024)
            if not chunk:
                return
            text += decoder.decode(chunk)
            # an arrow sends an escape and more; the rest may come a moment later
            if text.endswith(("\033", "\033[", "\033O")) and select.select([keyboard], [], [], 0.05)[0]:
                continue
            pressed, text = _KEY.findall(text), ""
            yield from pressed


class _Player:
    """Where one is in the walk, and what the screen shows."""

    def __init__(self, walk: Walk, keys: Iterator[str]) -> None:
        self.walk = walk
        self.keys = keys
        self.colour = wants_colour(sys.stdout)
        self.position = -1  # before the first step
        self.practising = self.explaining = False
        self.asked = self.right = 0
        self.message, self.style = "", "quiet"
        self.prompt = ""

    def run(self) -> None:
        self.draw()
        for key in self.keys:
            if key == "q":
                return
            if key != "resize":
                self.message, self.style = "", "quiet"
                self.press(key)
            self.draw()

    def press(self, key: str) -> None:
        if key in _NEXT:
            self.next_step()
        elif key in _BACK:
            self.position = max(self.position - 1, -1)
        elif key == "f":
            self.position = 0 if self.position >= self.walk.forward_steps else self.walk.forward_steps
        elif key == "g":
            self.go_to(self.ask("Go to node: "))
        elif key == "?":
            self.explaining = not self.explaining
        elif key == "p":
            self.practising = not self.practising
            self.message = "Each number is asked before it is shown." if self.practising else ""

    def next_step(self) -> None:
        """Go on by one step; when practising, only once its number has been asked for."""
        if self.position + 1 == len(self.walk):
            self.message = "This is the last step."
            return
        step = self.walk[self.position + 1]
        if self.practising:
            answer = self.ask(f"{step.question} ")
            if answer is None:
                return
            try:
                guess = float(answer.replace("−", "-").replace("∞", "inf"))
            except ValueError:
                self.message, self.style = f"{answer!r} is not a number.", "wrong"
                return
            right = step.accepts(guess)
            self.asked, self.right = self.asked + 1, self.right + right
            self.message, self.style = ("Right.", "right") if right else (f"No: {show(step.new)}.", "wrong")
        self.position += 1

    def go_to(self, name: str | None) -> None:
        """The next step that computes a number of that node, starting over at the end."""
        if name is None:
            return
        steps = [i for i, step in enumerate(self.walk) if self.walk.nodes[step.target].name == name.strip()]
        if not steps:
            self.message, self.style = f"No step computes {name.strip()!r}.", "wrong"
            return
        self.position = next((i for i in steps if i > self.position), steps[0])

    def ask(self, prompt: str) -> str | None:
        """A line typed at the bottom of the screen; None if it was left with Escape."""
        typed = ""
        while True:
            self.prompt = f"{prompt}{typed}▏"
            self.draw()
            key = next(self.keys, "\033")
            if key in ("\033", "\n", "\r"):
                self.prompt = ""
                return typed if key != "\033" else None
            if key in ("\x7f", "\b"):
                typed = typed[:-1]
            elif key.isprintable() and key != "resize":
                typed += key

    def draw(self) -> None:
        """The whole screen: title, nodes, the step's arithmetic, keys; what fits of it."""
        size = os.get_terminal_size(sys.stdout.fileno())
        width, height = size.columns or 80, size.lines or 24  # a terminal may not know its size
        step = self.walk[self.position] if self.position >= 0 else None
        below = [*code_pane(self.walk, step, width, height), *self.below(step, width)]
        room = height - len(below)
        lines = [self.title(step), ("─" * width, "quiet"), *self.table(step, width, room - 2)][: max(room, 0)] + below
        painted = [_paint(clip(text, width), style, self.colour) for text, style in lines[-height:]]
        print(end="\033[H" + "\033[K\n".join(painted) + "\033[K\033[J", flush=True)

    def title(self, step: Step | None) -> tuple[str, str]:
        """Where one is."""
        where = f"step {self.position + 1} of {len(self.walk)} · {step.phase}" if step else "before the first step"
        score = f"   score {self.right} of {self.asked}" if self.practising or self.asked else ""
        return f" {self.walk.nodes[-1].name}   {where}{score}", step.phase if step else "bold"

    def table(self, step: Step | None, width: int, height: int) -> list[tuple[str, str]]:
        """The nodes around the step's, with what has been computed so far."""
        nodes = [i for i, node in enumerate(self.walk.nodes) if node.kind != "number"]
        at = nodes.index(step.target) if step else 0
        first = max(min(at - (height - 1) // 2, len(nodes) - height + 1), 0)
        data, gradients = self.walk.state(self.position)
        wide = max((width - 29) // 3, 6)
        rows = [(_row("", "node", "is", "data", "grad", wide, width), "bold")]
        for i in nodes[first : first + max(height - 1, 0)]:
            node, here = self.walk.nodes[i], step is not None and i == step.target
            mark = "▶" if here else "•" if step and i == step.node else ""
            kind = self.walk.operation(node) if node.primitive else node.kind
            text = _row(mark, node.name, kind, show(data[i]), show(gradients[i]), wide, width)
            rows.append((text, "here" if here else ""))
        return rows + [("", "")] * (height - len(rows))

    def below(self, step: Step | None, width: int) -> list[tuple[str, str]]:
        """The arithmetic of the step, why, and the keys."""
        lines = [("─" * width, "quiet")]
        if step is None:
            lines.append((" The inputs are given. Enter computes the first operation.", ""))
        else:
            lines += [(line, "bold") for line in _wrap(step.text, width)]
            if self.explaining:
                lines += [(line, "") for text in explanation(self.walk, step) for line in _wrap(text, width)]
        lines += [("", "")] * (4 - len(lines))
        lines.append((f" {self.message}", self.style))
        if self.prompt:
            return [*lines, *((line, "bold") for line in _wrap(self.prompt, width))]
        return [*lines, *((line, "quiet") for line in _wrap(HINTS, width))]


def explanation(walk: Walk, step: Step) -> list[str]:
    """Why a step's number is what it is."""
    node, row = walk.nodes[step.node], walk.nodes[step.node].primitive
    assert row is not None, "a step is at an operation"
    if step.phase == "backward" and step.operand is None:
        return [f"∂{node.name}/∂{node.name} = 1: the output changes by as much as itself."]
    lines = [
        f"{node.name} = {walk.operation(node)}: {row.name}" + (f", defined for {row.domain}" if row.domain else "")
    ]
    if step.operand is not None:
        end, target = walk.nodes[-1].name, walk.nodes[step.target].name
        lines.append(f"local derivative: ∂{node.name}/∂{target} = {step.formula} = {step.local!r}")
        if row.convention:
            lines.append(f"where it is not unique: {row.convention}")
        lines.append(f"chain rule: ∂{end}/∂{node.name} · ∂{node.name}/∂{target} = {step.contribution!r} is added")
    return lines


def _row(mark: str, name: str, kind: str, data: str, grad: str, wide: int, width: int) -> str:
    return f" {_pad(mark, 1)} {_pad(name, wide)} {_pad(kind, width - wide - 29)} {data:>11} {grad:>11} "


def _paint(text: str, style: str, colour: bool) -> str:
    return f"\033[{_STYLES[style]}m{text}\033[0m" if colour and style else text


def wants_colour(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether to colour: only on a terminal, and not where NO_COLOR is set (https://no-color.org)."""
    return stream.isatty() and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"


def columns(text: str) -> int:
    """How many columns of a terminal a text takes: a wide (Korean, say) character takes two, an accent none.

    >>> columns("손실 a₂₀")
    8
    """
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _wrap(text: str, width: int) -> list[str]:
    return [f" {line}" for line in textwrap.wrap(text, max(width - 2, 1))]


def clip(text: str, width: int) -> str:
    """What fits of the text, without characters that would steer the terminal."""
    text = "".join(character for character in text if character.isprintable())
    if columns(text) <= width:
        return text
    taken, room = "", width - 1
    for character in text:
        room -= columns(character)
        if room < 0:
            break
        taken += character
    return taken + "…" if width > 0 else ""


def _pad(text: str, width: int) -> str:
    text = clip(text, width)
    return text + " " * (width - columns(text))
