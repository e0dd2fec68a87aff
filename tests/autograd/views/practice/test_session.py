"""A session of practice without a screen: what is asked, what is right, hints, score, what to repeat."""

from __future__ import annotations

import math
import re

import pytest

import autograd
from autograd import PRIMITIVES, Value, constant, primitive, walkthrough
from autograd.views.practice.questions import Question, close, intuition
from autograd.views.practice.session import Practice
from autograd.views.practice.texts import TEXTS
from support.pages import neuron


def square_of_sum() -> Value:
    """f = (x + y)·x: multiplication, addition, and an input that gets two contributions."""
    x, y = Value(-2.0, label="x"), Value(5.0, label="y")
    q = x + y
    q.label = "q"
    f = q * x
    f.label = "f"
    return f


def asked(y: Value) -> list[list[Question]]:
    walk = walkthrough(y)
    practice = Practice(walk)
    found = []
    for position in range(len(walk)):
        practice.begin(position)
        found.append(list(practice.questions))
    return found


def test_forward_it_asks_for_the_value_and_backward_for_local_contribution_and_sum() -> None:
    parts = [[question.part for question in step] for step in asked(square_of_sum())]
    edge, again = ["local", "contribution"], ["local", "contribution", "sum"]
    assert parts == [["value"], ["value"], ["seed"], edge, edge, again, edge]


def test_what_it_asks() -> None:
    texts = [question.text for step in asked(square_of_sum()) for question in step]
    assert texts == [
        "q = x + y: (−2.0000) + 5.0000 = ?",
        "f = q·x: 3.0000 × (−2.0000) = ?",
        "Backward starts at the output. How much does f change when f changes? f.grad = ?",
        "f = q·x. What is ∂f/∂q?",
        "f.grad = 1.0000 has arrived, and ∂f/∂q = −2.0000. What does this edge add to q.grad?",
        "f = q·x. What is ∂f/∂x?",
        "f.grad = 1.0000 has arrived, and ∂f/∂x = 3.0000. What does this edge add to x.grad?",
        "q = x + y. What is ∂q/∂x?",
        "q.grad = −2.0000 has arrived, and ∂q/∂x = 1.0000. What does this edge add to x.grad?",
        "x.grad is 3.0000 so far, and this edge adds −2.0000. What is x.grad now?",
        "q = x + y. What is ∂q/∂y?",
        "q.grad = −2.0000 has arrived, and ∂q/∂y = 1.0000. What does this edge add to y.grad?",
    ]


def test_the_numbers_are_those_of_the_backward_pass() -> None:
    y = neuron()
    y.backward()
    last: dict[str, float] = {}
    walk = walkthrough(y)
    for step, questions in zip(walk, asked(y), strict=True):
        if step.operand is not None:
            name = walk.nodes[step.target].name
            numbers = {question.part: question.numbers[0] for question in questions}
            assert numbers["contribution"] == step.upstream * numbers["local"]
            last[name] = numbers.get("sum", numbers["contribution"])
    for leaf in autograd.variables(y):
        assert last[str(leaf.label)] == pytest.approx(leaf.grad, rel=1e-15)


def at(y: Value, position: int) -> Practice:
    practice = Practice(walkthrough(y))
    practice.begin(position)
    return practice


def test_a_rule_is_chosen_by_letter_by_its_text_or_by_its_number() -> None:
    for answer in ("letter", "text", "-2", "1-3", "−2.000"):
        practice = at(square_of_sum(), 3)
        question = practice.questions[0]
        typed = {"letter": "abcd"[question.right], "text": f" {question.options[question.right]} "}.get(answer, answer)
        assert practice.answer(typed).verdict == "right"
        assert practice.questions[0].part == "contribution"
        assert (practice.right, practice.asked) == (1, 1)


def test_a_letter_that_is_also_a_rule_is_the_rule() -> None:
    practice = at(Value(2.0, label="A") * Value(3.0, label="B"), 2)
    assert practice.questions[0].options.index("B") != 1, "otherwise this shows nothing"
    assert practice.answer("B").verdict == "right"


def test_a_wrong_answer_gives_the_rule_and_another_try() -> None:
    practice = at(square_of_sum(), 3)
    reply = practice.choose((practice.questions[0].right + 1) % 4)
    assert reply.verdict == "wrong"
    assert reply.text == f"Not yet. For y = a·b, ∂y/∂a = b. {TEXTS['en'].intuition['mul']}"
    assert practice.answer("7").verdict == "wrong"
    assert practice.answer("x").verdict == "right"
    assert (practice.right, practice.asked) == (0, 1), "right, but not at the first try; and counted once"


def test_a_wrong_sign_is_told() -> None:
    assert at(square_of_sum(), 3).answer("2").text.startswith("Not yet: look at the sign. For y")
    assert at(constant(3.0, "c") * Value(0.0, "x"), 0).answer("0.5").text.startswith("Not yet. ")


def test_a_hint_and_being_told_cost_the_point() -> None:
    practice = at(square_of_sum(), 3)
    assert practice.hint() == practice.hint() == practice.questions[0].hint
    assert practice.answer("-2").verdict == "right"
    assert practice.tell() == "It is 1.0000 × (−2.0000) = −2.0000."
    assert practice.questions == []
    assert (practice.right, practice.asked) == (0, 2)


def test_what_is_no_answer_costs_nothing_and_says_why() -> None:
    practice = at(square_of_sum(), 3)
    for text, reason in [("", "empty"), ("half", "words"), ("0,5", "comma"), ("1/0", "zero"), ("2(3)", "grammar")]:
        reply = practice.answer(text)
        assert reply.verdict == "unread"
        assert reply.text == f"{TEXTS['en'].says[f'unread.{reason}']} Choose a rule, or type its number."
    assert practice.asked == 0
    assert at(square_of_sum(), 0).answer("C").text == TEXTS["en"].says["unread.words"], "there are no rules to choose"


def test_leaving_a_question_counts_nothing_more() -> None:
    practice = at(square_of_sum(), 3)
    practice.leave()
    assert practice.questions == []
    assert practice.summary() == ["No answers yet."]


def test_the_summary_lists_what_was_missed_most_first() -> None:
    practice = Practice(walkthrough(square_of_sum()))
    for position in range(7):
        practice.begin(position)
        while practice.questions:
            question = practice.questions[0]
            if question.part in ("sum", "seed") or (question.operation, question.part) == ("+ (add)", "local"):
                practice.answer("99")
            practice.answer(repr(question.numbers[0]))
    assert practice.summary() == [
        "8 of 12 right at the first try.",
        "To repeat:",
        "+ (add): local derivative, missed 2 of 2",
        "where gradients start, missed 1 of 1",
        "sum of contributions, missed 1 of 1",
    ]


def test_nothing_to_repeat() -> None:
    practice = at(square_of_sum(), 0)
    practice.answer("5-2")
    assert practice.summary() == ["1 of 1 right at the first try.", "Nothing to repeat."]


@pytest.mark.parametrize(
    ("guess", "number", "right"),
    [
        (0.0381, 0.03811, True),
        (0.038, 0.03811, True),
        (0.0384, 0.03811, True),
        (0.039, 0.03811, False),
        (-0.0381, 0.03811, False),
        (0.0, 0.00004, False),
        (4e-5, 3.999e-5, True),
        (0.0, 1e-12, False),
        (5e-5, 0.0, True),
        (6e-5, 0.0, False),
        (0.0001, 0.00014, True),
        (1010.0, 1000.0, True),
        (1011.0, 1000.0, False),
        (math.inf, math.inf, True),
        (-math.inf, math.inf, False),
        (1e300, math.inf, False),
        (math.nan, math.nan, True),
        (0.0, math.nan, False),
        (math.nan, 1.0, False),
    ],
)
def test_how_exact_a_guess_must_be(guess: float, number: float, right: bool) -> None:
    assert close(guess, number) is right


def test_who_reckons_with_the_digits_shown_is_right() -> None:
    """50 × 0.0013 is 0.0650; what was 0.00126 × 50 is 0.0630, three percent less."""
    x, s = Value(50.0, label="x"), Value(0.00126, label="s")
    y = x * s
    assert at(y, 0).questions[0].text == "v1 = x·s: 50.0000 × 0.0013 = ?"
    for answer, verdict in [("50*0.0013", "right"), ("0.063", "right"), ("0.0641", "wrong"), ("0.067", "wrong")]:
        assert at(y, 0).answer(answer).verdict == verdict
    z = y * x
    practice = at(z, len(walkthrough(z)) - 1)
    assert practice.questions[0].text == "v1 = x·s. What is ∂v1/∂s?"
    practice.tell()
    assert practice.questions[0].text.startswith("v1.grad = 50.0000 has arrived, and ∂v1/∂s = 50.0000.")
    assert practice.answer("50**2").verdict == "right"


def test_digits_shown_outside_of_the_domain_change_nothing() -> None:
    y = autograd.atanh(Value(0.99999, label="x"))  # shown as 1.0000
    assert at(y, 0).answer(repr(math.atanh(0.99999))).verdict == "right"
    assert at(y, 2).answer(repr(1 / (1 - 0.99999**2))).verdict == "right"


def test_small_numbers_are_wanted_in_percent() -> None:
    (value,) = asked(Value(1e-3, label="x") * Value(1e-3, label="y"))[0]
    assert value.precision == TEXTS["en"].says["precision.small"]
    (value,) = asked(Value(1.0, label="x") * Value(1.0, label="y"))[0]
    assert value.precision == TEXTS["en"].says["precision"]


def test_infinite_and_undefined_numbers_can_be_answered() -> None:
    root = autograd.sqrt(Value(0.0, label="x"))
    for answer in ("inf", "∞"):
        assert at(root, 2).answer(answer).verdict == "right"
    assert at(Value(math.nan, label="x") * 2.0, 0).answer("nan").verdict == "right"


def test_the_same_operand_twice_is_told_apart() -> None:
    x = Value(3.0, label="x")
    texts = [question.text for step in asked(x * x) for question in step if question.part == "local"]
    assert texts == [
        "v1 = x·x. What is ∂v1/∂x by operand 1 alone, the others fixed?",
        "v1 = x·x. What is ∂v1/∂x by operand 2 alone, the others fixed?",
    ]


def test_a_contribution_of_zero_is_something_to_add_to() -> None:
    x = Value(0.0, label="x")
    parts = [[question.part for question in step] for step in asked(x * x)]
    assert parts[-1] == ["local", "contribution", "sum"]


def test_operations_of_ones_own_have_hints_but_no_words() -> None:
    rule = primitive("cubed", lambda a: a * a * a, lambda a, y: (3.0 * a * a,), samples=[(2.0,)])
    try:
        y = rule(Value(2.0, label="x"))
        assert at(y, 0).questions[0].hint == "a·a·a. Put the numbers in." or "a²·a" in at(y, 0).questions[0].hint
        assert at(y, 2).questions[0].hint == "For y = cubed(a), ∂y/∂a = 3·a·a."
        assert intuition(rule, TEXTS["en"]) == ""
    finally:
        del PRIMITIVES["cubed"]


def test_both_languages_say_all_of_it_with_the_same_places() -> None:
    english, korean = TEXTS["en"], TEXTS["ko"]
    assert english.says.keys() == korean.says.keys()
    assert english.definitions.keys() == korean.definitions.keys()
    assert english.intuition.keys() == korean.intuition.keys()
    for name, text in english.says.items():
        assert sorted(set(re.findall(r"\{\w+\}", text))) == sorted(set(re.findall(r"\{\w+\}", korean.says[name]))), name
    hangul = re.compile("[가-힣]")
    silent = {name for name, text in {**korean.says, **korean.intuition}.items() if not hangul.search(text)}
    assert silent == {"value"}


def test_words_are_about_operations_that_exist() -> None:
    for texts in TEXTS.values():
        assert texts.intuition.keys() | texts.definitions.keys() <= PRIMITIVES.keys()
