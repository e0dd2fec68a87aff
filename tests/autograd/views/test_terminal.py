"""The walk in a real pseudo-terminal: keys, resize, signals, colour, and what is left behind."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from autograd import Value, constant, sigmoid, walkthrough
from autograd.views.terminal import columns, explanation, wants_colour
from support.terminals import ENTER, LEAVE, NETWORK, PLAY, Screen, Terminal


def test_the_keys(terminal: Terminal) -> None:
    assert "The inputs are given. Enter computes the first operation." in terminal.frame
    assert "z = w·x: 0.4000 × 0.5180 = 0.2072" in terminal.press("\r", "step 1 of 6 · forward")
    assert "a = σ(z): σ(0.2072) = 0.5516" in terminal.press("\033[C", "step 2 of 6 · forward")
    assert "a.grad = 1.0000" in terminal.press("\033OC", "step 3 of 6 · backward")
    assert "z.grad: 0.0000 + 1.0000 × 0.2473 = 0.2473" in terminal.press(" ", "step 4 of 6 · backward")
    terminal.press("b", "step 3 of 6")
    terminal.press("\033[D", "step 2 of 6")
    terminal.press("f", "step 3 of 6 · backward")
    terminal.press("f", "step 1 of 6 · forward")
    terminal.press("bbb", "before the first step")
    assert "w.grad: 0.0000 + 0.2473 × 0.5180 = 0.1281" in terminal.press("gw\r", "step 5 of 6")
    terminal.press("gz\r", "step 1 of 6")  # starting over at the end
    terminal.press("gz\r", "step 4 of 6")
    terminal.press("gnobody\r", "No step computes 'nobody'.")
    terminal.press("gx", "Go to node: x")
    terminal.press("\033", "g go to node")  # left without going
    assert "step 4 of 6" in terminal.frame
    terminal.press("?", "∂a/∂z = a·(1 − a) = 0.247")
    terminal.press("?", "step 4 of 6")
    terminal.press("\r\r\r", "This is the last step.")
    terminal.child.send("q")
    assert terminal.rest().endswith(f"{LEAVE}as it was\r\n")


def test_the_table_shows_a_number_once_it_is_computed(terminal: Terminal) -> None:
    def row(name: str) -> list[str]:
        line = next(line for line in terminal.frame.split("\r\n") if re.match(rf" . {name} ", line))
        return line.replace("▶", " ").replace("•", " ").split()

    assert row("w") == ["w", "variable", "0.4000", "—"]
    assert row("z") == ["z", "w·x", "—", "—"]
    terminal.press("\r", "step 1")
    assert row("z") == ["z", "w·x", "0.2072", "—"]
    terminal.press("\r\r\r\r", "step 5")
    assert row("w") == ["w", "variable", "0.4000", "0.1281"]
    assert row("x") == ["x", "variable", "0.5180", "—"]


def test_home_end_and_pages(terminal: Terminal) -> None:
    for home in ("\033[H", "\033OH", "\033[1~", "\033[7~"):
        terminal.press("\r", "step 1 of 6")
        terminal.press(home, "before the first step")
    for end in ("\033[F", "\033OF", "\033[4~", "\033[8~"):
        terminal.press(end, "step 6 of 6")
        terminal.press("b", "step 5 of 6")
    terminal.press("\033[5~", "before the first step")
    terminal.press("\033[6~", "step 6 of 6")
    terminal.child.send("q")
    assert terminal.rest().endswith(f"{LEAVE}as it was\r\n")


def test_page_down_is_ten_steps() -> None:
    script = "from autograd import Value, sin, walkthrough\ny = Value(1.0)\nfor _ in range(9): y = sin(y)\n"
    terminal = Terminal(f"{script}walkthrough(y).play()").start()
    terminal.press("\033[6~", "step 10 of 19")
    terminal.press("\033[6~", "step 19 of 19")
    terminal.press("\033[5~", "step 9 of 19")
    terminal.child.close(force=True)


def test_escape_leaves_a_question_then_the_walk(terminal: Terminal) -> None:
    terminal.press("p", "Practice: every step asks before it shows.")
    terminal.press("\r12", "Answer: 12▏")
    assert "Answer" not in terminal.press("\033", "before the first step")
    terminal.press("gw", "Go to node: w▏")
    assert "Go to node" not in terminal.press("\033", "before the first step")
    terminal.child.send("\033")
    assert terminal.rest().endswith(f"{LEAVE}as it was\r\n")


def test_keys_that_are_none_of_its_own_do_nothing(terminal: Terminal) -> None:
    terminal.press("\r", "step 1 of 6")
    for other in ("\033[15~", "\033[1;5D", "\033[?1;2c", "\033x", "\033[", "\033OP", "é", "x"):
        assert "step 1 of 6" in terminal.press(other, "")
    terminal.press("\r", "step 2 of 6")


def test_a_key_that_comes_in_parts_is_one_key(terminal: Terminal) -> None:
    terminal.child.send("\033")
    terminal.press("[C", "step 1 of 6")
    terminal.child.send("\033[")
    terminal.press("F", "step 6 of 6")


def test_every_frame_fits_the_window_and_follows_a_resize(terminal: Terminal) -> None:
    terminal.press("f", "step 3")
    for rows, width in [(24, 80), (10, 40), (3, 12), (1, 1), (50, 132)]:
        terminal.child.setwinsize(rows, width)
        if (rows, width) != (24, 80):
            terminal.wait("")
        lines = terminal.frame.split("\r\n")
        assert len(lines) <= rows
        assert max(map(columns, lines)) <= width
    assert "a.grad = 1.0000" in terminal.frame


def test_ctrl_c_leaves_the_walk_as_q_does(terminal: Terminal) -> None:
    terminal.press("\r", "step 1")
    terminal.child.sendintr()
    assert terminal.rest().endswith(f"{LEAVE}as it was\r\n")
    assert terminal.child.exitstatus == 0


def test_ctrl_c_while_asked_leaves_the_walk(terminal: Terminal) -> None:
    terminal.press("gz", "Go to node: z")
    terminal.child.sendintr()
    assert terminal.rest().endswith(f"{LEAVE}as it was\r\n")
    assert terminal.child.exitstatus == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_being_ended_leaves_the_terminal_as_it_was(terminal: Terminal, number: int) -> None:
    terminal.press("\r", "step 1")
    terminal.child.kill(number)
    assert terminal.rest().endswith(LEAVE)
    assert terminal.child.exitstatus == 128 + number


def test_ctrl_z_gives_the_terminal_back_until_continued(terminal: Terminal) -> None:
    terminal.press("\r", "step 1")
    terminal.child.send("\x1a")
    terminal.child.expect_exact(LEAVE)
    stopped = os.waitid(os.P_PID, terminal.child.pid, os.WSTOPPED | os.WNOWAIT)
    assert stopped is not None
    assert stopped.si_status == signal.SIGSTOP
    terminal.child.kill(signal.SIGCONT)
    terminal.child.expect_exact(ENTER)
    terminal.wait("step 1 of 6")
    terminal.press("\r", "step 2 of 6")


def test_an_error_leaves_the_terminal_as_it_was() -> None:
    broken = PLAY.replace("import sys", "from autograd.views import terminal\nterminal.HINTS = None\nimport sys")
    broken = broken.replace("walkthrough(a).play()", "try: walkthrough(a).play()\nexcept Exception: print('failed')")
    assert Terminal(broken).rest().endswith(f"{LEAVE}failed\r\nas it was\r\n")


def test_colours_unless_no_color_is_set(terminal: Terminal) -> None:
    terminal.press("\r", "step 1")
    assert "\033[1;36m" in terminal.raw
    plain = Terminal(NO_COLOR="1").start()
    plain.press("\r", "step 1")
    assert not re.search(r"\033\[[0-9;]*m", plain.raw)
    plain.child.close(force=True)


def test_labels_cannot_steer_the_terminal_and_wide_ones_keep_the_columns() -> None:
    script = PLAY.replace('"x")', r'"x\033[31m\007")').replace('"w")', '"손실함수의기울기를구하는가중치값이다")')
    terminal = Terminal(script).start()
    frame = terminal.press("\r", "step 1")
    assert "\033" not in frame
    assert "\007" not in frame
    assert "x�[31m�" in frame
    table = [line for line in frame.split("\r\n") if line.endswith("— ")]
    assert {columns(line) for line in table} == {80}
    terminal.child.close(force=True)


def test_a_dumb_terminal_gets_plain_text() -> None:
    assert "\033" not in Terminal(TERM="dumb").rest()


def test_piped_output_is_the_whole_walk_as_plain_text() -> None:
    script = f"{NETWORK}\nwalkthrough(a).play()"
    for encoding in ("utf-8", "ascii"):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([".", *sys.path]), "PYTHONIOENCODING": encoding}
        done = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=True)
        w, x = Value(0.4, label="w"), Value(0.518, label="x")
        z = w * x
        z.label = "z"
        a = sigmoid(z)
        a.label = "a"
        assert done.stdout.decode(encoding) == str(walkthrough(a)).encode(encoding, "replace").decode(encoding) + "\n"


def test_why() -> None:
    x = Value(0.0, label="x")
    y = abs(constant(2.0, "c") * x)
    y.label = "y"
    walk = walkthrough(y)
    assert explanation(walk, walk[1]) == ["y = |v1|: abs"]
    assert explanation(walk, walk[2]) == ["∂y/∂y = 1: the output changes by as much as itself."]
    assert explanation(walk, walk[3]) == [
        "y = |v1|: abs",
        "local derivative: ∂y/∂v1 = 1 if v1 > 0 else −1 if v1 < 0 else 0 = 0.0",
        "where it is not unique: 0 at 0, the second NaN",
        "The absolute value turns the sign where its operand is negative, and else passes the gradient on.",
        "chain rule: ∂y/∂y · ∂y/∂v1 = 0.0 is added",
    ]
    assert explanation(walkthrough(x.exp()), walkthrough(x.exp())[0]) == ["v1 = exp(x): exp, defined for a < 709.79"]


def test_colour_only_on_a_terminal_that_wants_it() -> None:
    assert wants_colour(Screen(), {"TERM": "xterm"})
    assert not wants_colour(io.StringIO(), {"TERM": "xterm"})
    assert not wants_colour(Screen(), {"TERM": "dumb"})
    assert not wants_colour(Screen(), {"TERM": "xterm", "NO_COLOR": "1"})
    assert wants_colour(Screen(), {"TERM": "xterm", "NO_COLOR": ""}), "an empty NO_COLOR says nothing"


def test_wide_characters_count_twice_and_accents_not_at_all() -> None:
    assert columns("손실") == 4
    assert columns("y\u0302") == 1
    assert columns("∂E/∂w₁₀ −½ ✓") == 12


SOURCE = """
def loss(w, x):
    z = w * x
    for _ in range(2):
        z = z * z
    return z - 1.0
"""


def test_the_code_is_shown_with_the_line_of_the_step_where_there_is_room(tmp_path: Path) -> None:
    (tmp_path / "example.py").write_text(SOURCE)
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nfrom example import loss\n"
    script += "from autograd import walkthrough\nwalkthrough(loss, 2.0, 3.0).play()"

    def lit() -> list[str]:
        return [line.strip() for line in terminal.frame.split("\r\n") if line.startswith(" ▶") and "  " in line][-1:]

    terminal = Terminal(script, rows=30).start()
    assert "── loss · example.py" in terminal.frame
    terminal.press("\r", "step 1 of 12 · forward")
    assert lit() == ["▶    3      z = w * x"]
    terminal.press("\r\r", "step 3 of 12 · forward")
    assert lit() == ["▶    5          z = z * z"]
    assert "── line 5 of loss ─" in terminal.frame
    terminal.press("f\r", "step 6 of 12 · backward")
    assert lit() == ["▶    6      return z - 1.0"]
    terminal.child.setwinsize(16, 80)
    terminal.wait("step 6 of 12")
    assert "line 6 of loss" not in terminal.frame
    terminal.child.close(force=True)


def test_a_network_is_walked_layer_by_layer_and_opened_by_a_key() -> None:
    script = "import nn\nfrom autograd import walkthrough\n"
    script += "walkthrough(lambda m: m([0.5, -1.0]) ** 2, nn.MLP(2, [16, 16, 1], seed=1)).play()"
    terminal = Terminal(script, rows=40, width=120).start()
    assert "▸ layer0" in terminal.frame
    assert "u open or fold" in terminal.frame
    assert "layer0: 48 steps forward, at once" in terminal.press("\r", "step 48 of")
    terminal.press("\r", "layer1: 48 steps forward, at once")
    terminal.press("b", "layer0: 48 steps forward, at once")
    assert "▸ layer0.neuron15" in terminal.press("u", "▸ layer0.neuron0")
    terminal.press("b", "step 45 of")
    terminal.press("u", "layer0.neuron14.w[0]")
    terminal.press("b", "step 44 of")
    terminal.child.close(force=True)
