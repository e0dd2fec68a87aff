"""Practice in a real pseudo-terminal: what it asks, the score, hints, and how one leaves it."""

from __future__ import annotations

import re

from support.terminals import LEAVE, PLAY, Terminal


def test_practice_asks_and_keeps_score(terminal: Terminal) -> None:
    terminal.press("p", "Practice: every step asks before it shows.")
    terminal.press("\r", "z = w·x: 0.4000 × 0.5180 = ?")
    assert "step 1 of 6 · forward   score 0 of 0" in terminal.frame
    assert "0.2072" not in terminal.frame
    terminal.press("0.5*", "Answer: 0.5*▏")
    terminal.press("\r", "That does not read as arithmetic")
    terminal.press("0.4*0.6\x7f518", "Answer: 0.4*0.518▏")  # a digit taken back
    assert "score 1 of 1" in terminal.press("\r", "Right: z = 0.2072.")
    assert "z = w·x: 0.4000 × 0.5180 = 0.2072" in terminal.frame
    terminal.press("\r", "a = σ(z): σ(0.2072) = ?")
    terminal.press("?", "σ(a) = 1/(1 + e^(−a)) with e = 2.71828. Put the numbers in.")
    terminal.press("1/(1+2.71828**-0.2072)\r", "Right: a = 0.5516.")
    assert "score 1 of 2" in terminal.frame
    terminal.press("\r", "How much does a change when a changes?")
    terminal.press("1\r", "Right: a.grad = 1.0000.")


def test_practice_backward_gives_rules_hints_another_try_and_a_list(terminal: Terminal) -> None:
    terminal.press("fp", "Practice: every step asks before it shows.")
    terminal.press("\r", "a = σ(z). What is ∂a/∂z?")
    options = dict(re.findall(r"   ([A-D])  (.*?)\r\n", terminal.frame))
    (right,) = (letter for letter, text in options.items() if text == "a·(1 − a)")
    wrong = "A" if right != "A" else "B"
    assert "Not yet." in terminal.press(f"{wrong}\r", "For y = σ(a), ∂y/∂a = y·(1 − y).")
    terminal.press(f"{right.lower()}\r", "Right: ∂a/∂z = a·(1 − a) = 0.2473.")
    assert "a.grad = 1.0000 has arrived, and ∂a/∂z = 0.2473." in terminal.frame
    terminal.press("!", "It is 1.0000 × 0.2473 = 0.2473.")
    assert "z.grad: 0.0000 + 1.0000 × 0.2473 = 0.2473" in terminal.frame
    for name, other in [("w", "x"), ("x", "w")]:
        terminal.press("\r", f"z = w·x. What is ∂z/∂{name}?")
        terminal.press(f"{other}\r", f"z.grad = 0.2473 has arrived, and ∂z/∂{name} = ")
        terminal.press("!", f"{name}.grad: 0.0000")
    assert "score 2 of 6" in terminal.frame
    for line in ("2 of 6 right at the first try.", "To repeat:", "× (mul): upstream × local, missed 2 of 2"):
        assert line in terminal.frame
    assert "σ (sigmoid): local derivative, missed 1 of 1" in terminal.frame
    terminal.press("\r", "This is the last step.")
    terminal.press("p", "2 of 6 right at the first try.")


def test_an_exercise_asks_from_the_start() -> None:
    terminal = Terminal("from autograd import practice\npractice(seed=7).play()").start()
    assert "Practice: every step asks before it shows." in terminal.frame
    terminal.press("\r", "= ?")
    terminal.child.close(force=True)


def test_ctrl_c_in_practice_leaves_the_walk_and_after_it_is_pythons_again() -> None:
    script = PLAY.replace(
        'print("as it was"',
        'try: print("left", flush=True); input()\nexcept KeyboardInterrupt: print("interrupted")\nprint("as it was"',
    )
    terminal = Terminal(script).start()
    terminal.press("p\r1", "Answer: 1▏")
    terminal.child.sendintr()
    terminal.child.expect_exact(f"{LEAVE}left")
    terminal.child.sendintr()
    assert terminal.rest().endswith("interrupted\r\nas it was\r\n")
