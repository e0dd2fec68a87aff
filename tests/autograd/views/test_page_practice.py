"""Practice in the page: the same questions and judgements as in Python, and the form that asks them."""

from __future__ import annotations

import math
import random
from dataclasses import asdict
from typing import Any

import pytest

import autograd
from autograd import Value, constant, practice, walkthrough
from autograd.views.practice.reckon import UnreadableError, reckon
from autograd.views.practice.session import Practice
from autograd.views.practice.texts import TEXTS
from autograd.views.walkthrough import Walkthrough
from support.arithmetic import READABLE, UNREADABLE
from support.pages import Open, fill, neuron, rows


def many_operations() -> Value:
    """Reductions, a branch, kinks, a small number, an infinite one, an operand used twice, braces in a name."""
    x, y = Value(-0.5, label="x"), Value(3.25, label="{y}")
    parts = [x * x, autograd.tanh(x), autograd.maximum(x, y), abs(x), y**2, 3.0 - x, autograd.clip(x, -1.0, 1.0)]
    parts += [autograd.where(x, y, x), autograd.logsumexp([x, y]), autograd.leaky_relu(x, y), x * 1e-5]
    parts += [autograd.sqrt(Value(0.0, label="zero")), autograd.atanh(Value(0.99999, label="edge"))]
    return autograd.sum(parts) * autograd.dot([x, y], [y, x])


def questions(walk: Walkthrough, lang: str) -> list[list[dict[str, Any]]]:
    session = Practice(walk, TEXTS[lang])
    found = []
    for position in range(len(walk)):
        session.begin(position)
        found.append([asdict(question) for question in session.questions])
    return found


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("make", [neuron, many_operations, lambda: practice(7, level=4)])
def test_the_page_asks_what_python_asks(make: Any, lang: str, show_page: Open) -> None:
    y = make()
    walk = y if isinstance(y, Walkthrough) else walkthrough(y)
    page = show_page(walk, made={"lang": lang})
    asked = page.evaluate("walk.steps.map((_, at) => view.practice.session.all.about(at))")
    for step, expected in zip(asked, questions(walk, lang), strict=True):
        for question, wanted in zip(step, expected, strict=True):
            assert question.pop("numbers") == pytest.approx(wanted.pop("numbers"), rel=1e-12)
            assert question == {**wanted, "options": list(wanted["options"])}


def test_the_page_reckons_as_python_does(show_page: Open) -> None:
    generator = random.Random(1)
    parts = ["1", "2", "0", ".5", "3e2", "7.25", "+", "-", "*", "/", "**", "^", "(", ")", " ", "×", "−"]
    texts = [*READABLE, *UNREADABLE, "nan"]
    texts += ["".join(generator.choice(parts) for _ in range(generator.randint(1, 9))) for _ in range(2000)]
    found = show_page(neuron()).evaluate(
        """texts => texts.map((text) => {
          try { return Reckoner.reckon(text); } catch (problem) { return problem.message; }
        })""",
        texts,
    )
    readable = 0
    for text, result in zip(texts, found, strict=True):
        try:
            expected: float | str = reckon(text)
        except UnreadableError as problem:
            expected = problem.reason
        else:
            readable += 1
        assert result == (expected if isinstance(expected, str) else pytest.approx(expected, rel=1e-14, nan_ok=True)), (
            text
        )
    assert readable > 200


def test_the_page_judges_and_sums_up_as_python_does(show_page: Open) -> None:
    generator = random.Random(2)
    walk = walkthrough(many_operations())
    page, session = show_page(walk), Practice(walk)
    for position in range(len(walk)):
        session.begin(position)
        page.evaluate(f"view.practice.session.begin({position})")
        while session.questions:
            question = session.questions[0]
            exact = question.numbers[0]
            number = repr(exact) if math.isfinite(exact) else str(exact)
            answers = [number, str(-exact), "0.3", "b", "C", "half", "", f"({number})*1.009", *question.options]
            answer = generator.choice(answers)
            reply = session.answer(answer)
            told = page.evaluate("(answer) => view.practice.session.answer(answer)", answer)
            assert told == {"verdict": reply.verdict, "text": reply.text}, (question, answer)
            if session.questions and generator.random() < 0.3:
                assert page.evaluate("view.practice.session.hint()") == session.hint()
            if session.questions and generator.random() < 0.3:
                assert page.evaluate("view.practice.session.tell()") == session.tell()
    assert page.evaluate("view.practice.session.summary()") == session.summary()
    assert len(session.summary()) > 5


# -- the form ---------------------------------------------------------------------------------------------------------


def start(page: Any, position: int) -> None:
    page.evaluate(f"view.go({position})")
    page.get_by_label("Practice", exact=True).check()
    page.locator("#next").click()


def test_forward_by_keyboard(show_page: Open) -> None:
    page = show_page(neuron())
    page.get_by_label("Practice", exact=True).check()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    assert page.locator("#arithmetic").inner_text() == "v1 = w·x: 2.0000 × 0.5000 = ?"
    assert page.locator("#precision").inner_text() == TEXTS["en"].says["precision"]
    assert page.locator("#options").is_hidden()
    assert rows(page)["v1"][0] == "—"
    page.keyboard.type("2*0.5")
    page.keyboard.press("Enter")
    assert page.locator("#verdict").inner_text() == "Right: v1 = 1.0000."
    assert page.locator("#verdict").get_attribute("class") == "right"
    assert page.locator("#arithmetic").inner_text() == "v1 = w·x: 2.0000 × 0.5000 = 1.0000"
    assert page.locator("#scored").inner_text() == "1 of 1 right at the first try."
    page.keyboard.press("Enter")  # the button for the next step has the focus
    page.keyboard.type("half")
    page.keyboard.press("Enter")
    assert page.locator("#verdict").inner_text() == TEXTS["en"].says["unread.words"]
    page.keyboard.type("0.5")
    page.keyboard.press("Enter")
    assert page.locator("#verdict").inner_text().startswith("Not yet: look at the sign.")
    page.keyboard.press("Enter")
    page.keyboard.type("-0.5")
    page.keyboard.press("Enter")
    assert page.locator("#scored").inner_text() == "1 of 2 right at the first try."
    assert page.evaluate("view.position") == 2


def test_backward_by_mouse(show_page: Open) -> None:
    page = show_page(neuron())
    start(page, 9)
    assert page.locator("#arithmetic").inner_text() == "f = σ(v3). What is ∂f/∂v3?"
    assert page.locator("#wanted").inner_text() == "Or its number:"
    options = page.locator("#options button")
    texts = [text[1:].strip() for text in options.all_inner_texts()]
    right = texts.index("f·(1 − f)")
    options.nth((right + 1) % 4).click()
    assert page.locator("#verdict").inner_text().startswith("Not yet. For y = σ(a), ∂y/∂a = y·(1 − y). σ is steepest")
    assert options.nth((right + 1) % 4).get_attribute("class") == "option wrong"
    options.nth(right).click()
    assert page.locator("#verdict").inner_text() == "Right: ∂f/∂v3 = f·(1 − f) = 0.2350."
    assert page.locator("#arithmetic").inner_text().startswith("f.grad = 0.7449 has arrived, and ∂f/∂v3 = 0.2350.")
    assert page.locator("#options").is_hidden()
    page.locator("#hint").click()
    assert page.locator("#verdict").inner_text().startswith("The chain rule multiplies upstream and local: ")
    page.locator("#tell").click()
    assert page.locator("#verdict").inner_text() == "It is 0.7449 × 0.2350 = 0.1751."
    assert page.evaluate("[view.position, view.practice.asking]") == [10, False]
    assert "steepest at 0" in page.locator("#words").inner_text()


def test_a_letter_may_be_typed(show_page: Open) -> None:
    page = show_page(neuron())
    start(page, 9)
    page.keyboard.type("abcd"[page.evaluate("view.practice.session.questions[0].right")])
    page.keyboard.press("Enter")
    assert page.locator("#verdict").inner_text().startswith("Right: ")


def test_the_sum_and_what_to_repeat_come_at_the_end(show_page: Open) -> None:
    x = Value(3.0, label="x")
    y = x * x
    y.label = "y"
    page = show_page(y)
    start(page, 3)
    page.locator("#tell").click()
    page.locator("#answer").fill("1*3")
    page.locator("#answer").press("Enter")
    assert page.locator("#arithmetic").inner_text() == (
        "x.grad is 3.0000 so far, and this edge adds 3.0000. What is x.grad now?"
    )
    assert page.locator("#repeat li").count() == 0
    page.locator("#answer").fill("3+3")
    page.locator("#answer").press("Enter")
    assert page.locator("#where").inner_text() == "step 4 of 4"
    assert page.locator("#scored").inner_text() == "2 of 3 right at the first try. To repeat:"
    assert page.locator("#repeat li").all_inner_texts() == ["× (mul): local derivative, missed 1 of 1"]
    page.locator("#back").click()
    assert page.locator("#repeat li").count() == 0
    page.get_by_label("Practice", exact=True).uncheck()
    assert page.locator("#repeat li").count() == 1


def test_what_is_asked_is_shown_nowhere(show_page: Open) -> None:
    page = show_page(neuron())
    start(page, 9)
    page.locator("#n6").dispatch_event("click")  # v3 or what is near: its card tells how gradients come to it
    edge = "e" + "-".join(map(str, page.evaluate("[walk.steps[9].node, walk.steps[9].operand]")))
    assert page.locator(f"#{edge} text").text_content() == ""
    target = page.evaluate("walk.steps[9].target")
    page.evaluate(f"view.selected === {target} || view.select({target})")
    assert page.locator("#contributions li").inner_text() == "through f, ∂f/∂v3 = ?: —"
    assert page.locator("#factors div").count() == 0
    page.locator("#tell").click()
    page.locator("#tell").click()
    assert page.locator(f"#{edge} text").text_content() == "0.2350"
    assert page.locator("#contributions li").inner_text().startswith("through f, ∂f/∂v3 = f·(1 − f): 0.7449")
    page.get_by_label("Practice", exact=True).uncheck()
    assert all(page.locator("g.edge:not(.blocked) text").all_text_contents())


def test_escape_an_edit_and_the_slider_leave_the_question(show_page: Open) -> None:
    page = show_page(neuron())
    start(page, 9)
    page.locator("#answer").press("Escape")
    assert page.locator("#question").is_hidden()
    assert page.locator("#where").inner_text() == "step 9 of 15"
    page.keyboard.press("Enter")  # on the button for the next step
    assert page.locator("#question").is_visible()
    page.locator("#next").click()  # asks the same still
    assert page.locator("#arithmetic").inner_text() == "f = σ(v3). What is ∂f/∂v3?"
    fill(page, "w", "3")
    assert page.locator("#question").is_hidden()
    page.locator("#next").click()
    page.locator("#answer").fill("0.25")
    page.locator("#slider").fill("12")
    assert page.locator("#question").is_hidden()
    assert page.locator("#verdict").inner_text() == ""
    assert page.locator("#scored").inner_text() == "No answers yet."


def test_questions_follow_the_numbers_of_the_page(show_page: Open) -> None:
    w = Value(2.0, label="w")
    y = autograd.maximum(w, constant(3.0, label="c")) * 1.0
    page = show_page(y)
    fill(page, "w", "4")
    start(page, 4)
    assert "What is ∂v1/∂w?" in page.locator("#arithmetic").inner_text()
    assert page.locator("#options button").count() == 4, "though nothing flowed there when it was recorded"
    page.locator("#answer").fill("1")
    page.locator("#answer").press("Enter")
    assert page.locator("#verdict").inner_text().startswith("Right: ")


def test_an_exercise_asks_from_the_start(show_page: Open) -> None:
    page = show_page(practice(seed=7))
    assert page.get_by_label("Practice", exact=True).is_checked()
    page.keyboard.press("ArrowRight")
    assert page.locator("#question").is_visible()


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_its_card(width: int, lang: str, show_page: Open) -> None:
    page = show_page(practice(3, level=3), made={"lang": lang}, viewport={"width": width, "height": 800})
    while page.evaluate("view.position < walk.steps.length"):
        page.locator("#next").click()
        while page.evaluate("view.practice.asking"):
            page.locator("#hint").click()
            outside = page.evaluate(
                """() => [...document.querySelectorAll("#step *, #score *")].filter((e) => e.offsetWidth)
                  .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== "inline"
                    || e.getBoundingClientRect().right > e.closest(".card").getBoundingClientRect().right)
                  .map((e) => e.outerHTML)"""
            )
            assert outside == []
            page.locator("#tell").click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
