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

from autograd.views.folding import Folding
from autograd.views.practice.questions import Question, intuition
from autograd.views.practice.session import LETTERS, Practice
from autograd.views.practice.texts import TEXTS
from autograd.views.terminal_code import code_pane
from autograd.views.walk import Step, Walk, show

HINTS = "Enter/→ next · b/← back · PgDn/PgUp ten · Home/End · f phase · g go to node · ? why · p practice · q/Esc quit"
ASKED = "Enter answer · ? hint · ! tell me · Esc leave the question"
PRACTISING = "Practice: every step asks before it shows."
_BOUND = "\u00a0"  # a space at which no line ends
_ENTER, _LEAVE = "\033[?1049h\033[?25l", "\033[?25h\033[?1049l"  # the alternate screen, without a cursor
_ESCAPE = "\033"  # alone it is a key; a key without a character, and Alt with one, send it and more
_KEY = re.compile(r"\033(?:\[[0-9;?]*[A-Za-z~]?|O[A-Za-z]?|[^\033])?|.", re.DOTALL)
_UNFINISHED = re.compile(r"\033(?:\[[0-9;?]*|O)?\Z")
_PATIENCE = 0.1  # seconds until the rest of a key is there, or the key was Escape
_NEXT, _BACK = ("\n", "\r", " ", "\033[C", "\033OC"), ("b", "\033[D", "\033OD")
_START, _END = ("\033[H", "\033OH", "\033[1~", "\033[7~"), ("\033[F", "\033OF", "\033[4~", "\033[8~")
_PAGE_BACK, _PAGE_ON = "\033[5~", "\033[6~"
_PAGE = 10  # steps
_RESIZED, _INTERRUPTED = b"r", b"i"  # what a signal's handler tells the loop that waits for keys
_STYLES = {"bold": "1", "quiet": "2", "forward": "1;36", "backward": "1;35", "here": "7", "right": "32", "wrong": "31"}


def play(walk: Walk, *, practising: bool = False) -> None:
    """Walk with the keyboard; print the whole walk where input or output is not a terminal.

    q, Esc and Ctrl-C leave the walk: the terminal is as it was, and what called this goes on.

    Args:
        walk: what it walks over.
        practising: whether it begins to ask at once.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # rather a question mark than no walk
    terminals = [stream for stream in (sys.stdin, sys.stdout) if stream is not None and stream.isatty()]
    if find_spec("termios") and len(terminals) == 2 and os.environ.get("TERM") != "dumb":
        with _screen() as keys:
            _Player(walk, keys, practising).run()
    else:
        print(walk)


@contextmanager
def _screen() -> Iterator[Iterator[str]]:
    """A screen of its own, and the keys pressed. Whatever ends it, the terminal is left as it was."""
    import termios  # not on Windows, where the walk is printed
    import tty

    keyboard = sys.stdin.fileno()
    before = termios.tcgetattr(keyboard)
    told, tell = os.pipe()

    def enter() -> None:
        tty.setcbreak(keyboard)
        print(end=_ENTER, flush=True)

    def leave() -> None:
        termios.tcsetattr(keyboard, termios.TCSADRAIN, before)
        print(end=_LEAVE, flush=True)

    def resize(number: int, frame: FrameType | None) -> None:
        os.write(tell, _RESIZED)

    def interrupt(number: int, frame: FrameType | None) -> None:
        os.write(tell, _INTERRUPTED)  # no exception, which could come while the terminal is being put back

    def suspend(number: int, frame: FrameType | None) -> None:
        leave()
        os.kill(os.getpid(), signal.SIGSTOP)  # goes on here when continued
        enter()
        resize(number, frame)

    def end(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    handlers = {signal.SIGWINCH: resize, signal.SIGINT: interrupt, signal.SIGTSTP: suspend}
    handlers |= {signal.SIGTERM: end, signal.SIGHUP: end}
    if threading.current_thread() is not threading.main_thread():
        handlers = {}  # signals come to the main thread alone
    previous = {number: signal.getsignal(number) for number in handlers}
    try:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        enter()
        yield _keys(keyboard, told)
    finally:
        leave()
        for number, former in previous.items():
            signal.signal(number, former or signal.SIG_DFL)  # None: it was not Python's
        os.close(told)
        os.close(tell)


def _keys(keyboard: int, told: int) -> Iterator[str]:
    """The keys, each as the text it sends; `resize` when the window has changed. Ends with the input, or Ctrl-C."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text = ""
    while True:
        ready, _, _ = select.select([keyboard, told], [], [])
        if told in ready:
            if _INTERRUPTED in os.read(told, 1024):
                return
            yield "resize"
        if keyboard in ready:
            chunk = os.read(keyboard, 1024)
            if not chunk:
                return
            text += decoder.decode(chunk)
            if _UNFINISHED.search(text) and select.select([keyboard], [], [], _PATIENCE)[0]:
                continue
            pressed, text = _KEY.findall(text), ""
            yield from pressed


class _Player:
    """Where one is in the walk, and what the screen shows."""

    def __init__(self, walk: Walk, keys: Iterator[str], practising: bool = False) -> None:
        self.walk = walk
        self.keys = keys
        self.colour = wants_colour(sys.stdout)
        self.position = -1  # before the first step
        self.practising, self.explaining = practising, False
        self.practice = Practice(walk)
        self.folding = Folding(walk)
        self.message, self.style = PRACTISING if practising else "", "quiet"
        self.prompt = ""

    def run(self) -> None:
        self.draw()
        for key in self.keys:
            if key in ("q", _ESCAPE):
                return
            if key != "resize":
                self.message, self.style = "", "quiet"
                self.press(key)
            self.draw()

    def press(self, key: str) -> None:
        if key in _NEXT:
            self.next_step()
        elif key in _BACK:
            self.go(self.position - 1 if self.practising else self.folding.before(self.position))
        elif key in (_PAGE_BACK, _PAGE_ON):
            self.go(self.position + (_PAGE if key == _PAGE_ON else -_PAGE))
        elif key in _START or key in _END:
            self.go(-1 if key in _START else len(self.walk))
        elif key == "f":
            self.position = 0 if self.position >= self.walk.forward_steps else self.walk.forward_steps
        elif key == "u" and self.position >= 0:
            self.folding.toggle(self.walk.at(self.position)[1])
        elif key == "g":
            self.go_to(self.ask("Go to node: "))
        elif key == "?":
            self.explaining = not self.explaining
        elif key == "p":
            self.practising = not self.practising
            self.message = PRACTISING if self.practising else "\n".join(self.practice.summary())

    def go(self, position: int) -> None:
        """To a step; to the first or the last where there are no more."""
        self.position = min(max(position, -1), len(self.walk) - 1)

    def next_step(self) -> None:
        """Go on by one step; when practising, only once all that it asks is answered."""
        if self.position + 1 == len(self.walk):
            self.message = "This is the last step."
        elif self.practising:
            self.practise()
        else:
            self.position = self.folding.after(self.position)

    def practise(self) -> None:
        """Ask about the next step, and go there unless it is left."""
        practice = self.practice
        practice.begin(self.position + 1)
        while practice.questions:
            typed = self.ask("Answer: ", commands="?!")
            if typed is None:
                practice.leave()
                return
            if typed == "?":
                self.message, self.style = practice.hint(), "quiet"
            elif typed == "!":
                self.message, self.style = practice.tell(), "quiet"
            else:
                reply = practice.answer(typed)
                self.message, self.style = reply.text, {"right": "right", "wrong": "wrong"}.get(reply.verdict, "quiet")
        self.position += 1
        if self.position + 1 == len(self.walk):
            self.message = "\n".join([self.message, *practice.summary()])

    def go_to(self, name: str | None) -> None:
        """The next step that computes a number of that node, starting over at the end."""
        if name is None:
            return
        steps = [i for i, step in enumerate(self.walk) if self.walk.nodes[step.target].name == name.strip()]
        if not steps:
            self.message, self.style = f"No step computes {name.strip()!r}.", "wrong"
            return
        self.position = next((i for i in steps if i > self.position), steps[0])

    def ask(self, prompt: str, commands: str = "") -> str | None:
        """A line typed at the bottom of the screen; None if it was left with Escape.

        A key among the commands is taken as the line at once.
        """
        typed = ""
        while True:
            self.prompt = f"{prompt}{typed}▏"
            self.draw()
            key = next(self.keys, _ESCAPE)
            if key in (_ESCAPE, "\n", "\r", *commands):
                self.prompt = ""
                return None if key == _ESCAPE else key if key in commands else typed
            if key in ("\x7f", "\b"):
                typed = typed[:-1]
            elif key.isprintable() and key != "resize":
                typed += key

    def draw(self) -> None:
        """The whole screen: title, nodes, the step's arithmetic, keys; what fits of it."""
        size = os.get_terminal_size(sys.stdout.fileno())
        width, height = size.columns or 80, size.lines or 24  # a terminal may not know its size
        step = self.walk[self.at] if self.at >= 0 else None
        below = [*code_pane(self.walk, step, width, height), *self.below(step, width)]
        room = height - len(below)
        above = [self.title(step), ("─" * width, "quiet"), *self.table(step, width, room - 2)]
        lines = above[: max(room, 0)] + below
        painted = [_paint(clip(text, width), style, self.colour) for text, style in lines[-height:]]
        print(end="\033[H" + "\033[K\n".join(painted) + "\033[K\033[J", flush=True)

    @property
    def at(self) -> int:
        """The step that is shown: the one that was taken last, or is asked about."""
        return self.position + 1 if self.practice.questions else self.position

    def title(self, step: Step | None) -> tuple[str, str]:
        """Where one is."""
        where = f"step {self.at + 1} of {len(self.walk)} · {step.phase}" if step else "before the first step"
        right, asked = self.practice.right, self.practice.asked
        score = f"   score {right} of {asked}" if self.practising or asked else ""
        return f" {self.walk.nodes[-1].name}   {where}{score}", step.phase if step else "bold"

    def table(self, step: Step | None, width: int, height: int) -> list[tuple[str, str]]:
        """The nodes around the step's, with what has been computed so far."""
        seen = self.folding.rows()
        inside = {self.folding.box(i) for i in (step.node, step.target)} - {""} if step else set()
        at = next(
            (k for k, (box, i) in enumerate(seen) if step and (box in inside or (not box and i == step.target))), 0
        )
        first = max(min(at - (height - 1) // 2, len(seen) - height + 1), 0)
        data, gradients = self.walk.state(self.position)
        wide = max((width - 29) // 3, 6)
        rows = [(_row("", "node", "is", "data", "grad", wide, width), "bold")]
        for box, i in seen[first : first + max(height - 1, 0)]:
            if box:
                text = _row("▸", box, self.folding.contents(box), "", "", wide, width)
                rows.append((text, "here" if box in inside else ""))
                continue
            node, here = self.walk.nodes[i], step is not None and i == step.target
            mark = "▶" if here else "•" if step and i == step.node else ""
            kind = self.walk.operation(node) if node.primitive else node.kind
            text = _row(mark, node.name, kind, show(data[i]), show(gradients[i]), wide, width)
            rows.append((text, "here" if here else ""))
        return rows + [("", "")] * (height - len(rows))

    def below(self, step: Step | None, width: int) -> list[tuple[str, str]]:
        """What is asked, or the arithmetic of the step and why; and the keys."""
        lines = [("─" * width, "quiet")]
        if self.practice.questions:
            lines += self.question(self.practice.questions[0], width)
        elif step is None:
            lines.append((" The inputs are given. Enter computes the first operation.", ""))
        else:
            together = "" if self.practising else self.folding.summary(self.position)
            lines += [(line, "bold") for line in _wrap(together or step.text, width)]
            if self.explaining:
                lines += [(line, "") for text in explanation(self.walk, step) for line in _wrap(text, width)]
        lines += [("", "")] * (4 - len(lines))
        for text in self.message.split("\n"):
            lines += [(line, self.style) for line in _wrap(text, width) or [""]]
        if self.prompt:
            lines += [(line, "bold") for line in _wrap(self.prompt, width)]
        if not self.prompt or self.practice.questions:
            lines += [(line, "quiet") for line in _wrap_keys(self.hints(), width)]
        return lines

    def hints(self) -> str:
        """The keys that do something now."""
        if self.practice.questions:
            return ASKED
        return f"{HINTS} · u open or fold" if any(self.folding.modules) else HINTS

    def question(self, question: Question, width: int) -> list[tuple[str, str]]:
        """A question, and what may be answered."""
        lines = [(line, "bold") for line in _wrap(question.text, width)]
        for letter, option in zip(LETTERS, question.options, strict=False):
            lines.append((f"   {letter}  {option}", ""))
        how = ["Type a letter, or the number."] if question.options else []
        return lines + [(line, "quiet") for line in _wrap(" ".join([*how, question.precision]), width)]


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
        lines += filter(None, [intuition(row, TEXTS["en"])])
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


def _wrap_keys(hints: str, width: int) -> list[str]:
    """Hints in lines, a key in one with what it does."""
    bound = " · ".join(hint.replace(" ", _BOUND) for hint in hints.split(" · "))
    return [line.replace(_BOUND, " ") for line in _wrap(bound, width)]


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
