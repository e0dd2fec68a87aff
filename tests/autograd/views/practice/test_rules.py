"""The four rules to choose from: one is the derivative, by central differences, and three are not."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import pytest

import autograd
from autograd import PRIMITIVES, Primitive, Value, constant, primitive, walkthrough
from autograd.views.practice.rules import LONGEST_RULE, Choice, Rules, rule_of
from autograd.views.walk import Walk

NAMES = "pqrstu"
READABLE = {name: vars(autograd)[name] for name in autograd.__all__ if callable(vars(autograd)[name])} | {
    "cosine": PRIMITIVES["cosine"],
    "fmod": math.fmod,
    "floor": math.floor,
    "sqrt": math.sqrt,
}
PYTHON = [
    (r"⌊([^⌋]*)⌋", r"floor(\\1)"),
    ("√", "sqrt"),
    ("σ", "sigmoid"),
    ("²", "**2.0"),
    ("·", "*"),
    ("−", "-"),
    (r"\^", "**"),
    ("≠", "!="),
    ("NaN", "float('nan')"),
    (r"(?<![<>!=])=(?!=)", "=="),
]


def written(text: str, numbers: dict[str, float]) -> float:
    """What a formula as it is shown comes to, in Python's hands; NaN where it isn't defined."""
    for pattern, replacement in PYTHON:
        text = re.sub(pattern, replacement.replace("\\\\", "\\"), text)
    try:
        value = eval(text, {"__builtins__": {"float": float}}, {**READABLE, **numbers})
    except (ValueError, ArithmeticError):
        return math.nan
    return math.nan if isinstance(value, complex) else float(value)


def differences(row: Primitive, at: Sequence[float], position: int) -> float:
    """The derivative by one operand, by central differences."""
    h = 1e-6 * max(abs(at[position]), 1.0)
    up, down = ([x + sign * h if k == position else x for k, x in enumerate(at)] for sign in (1.0, -1.0))
    return (row(*up) - row(*down)) / (2.0 * h)


def walk_at(row: Primitive, at: Sequence[float]) -> Walk:
    y = row(*(Value(x, label=name) for x, name in zip(at, NAMES, strict=False)))
    y.label = "y"
    return walkthrough(y)


ROWS = [row for row in PRIMITIVES.values() if row.samples and not row.name.startswith("ieee")]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_one_rule_is_the_derivative_and_three_are_not(row: Primitive) -> None:
    longest = max(row.samples, key=len)
    samples = [sample for sample in row.samples if len(sample) == len(longest)]
    walk = walk_at(row, longest)
    last = len(walk.nodes) - 1
    for position in range(len(longest)):
        choice = Rules(walk).choice(last, position)
        if choice is None:
            continue
        assert len(set(choice.options)) == 4
        assert choice.options[choice.right] == walk.local(last, position)
        wrong = set(choice.options) - {choice.options[choice.right]}
        for sample in samples:
            numbers = dict(zip(NAMES, sample, strict=False)) | {"y": row(*sample)}
            slope = differences(row, sample, position)
            assert written(choice.options[choice.right], numbers) == pytest.approx(slope, rel=1e-4, abs=1e-6)
            wrong -= {
                text for text in wrong if not math.isclose(written(text, numbers), slope, rel_tol=1e-4, abs_tol=1e-6)
            }
        for sample in [(0.7, 1.3, -0.6, 0.35, 2.1, -1.7), (1.9, 0.4, 2.3, -1.2, 0.3, 0.8)]:  # where few samples agree
            numbers = dict(zip(NAMES, sample[: len(longest)], strict=False))
            try:
                numbers["y"] = row(*sample[: len(longest)])
                slope = differences(row, sample[: len(longest)], position)
            except (ValueError, ArithmeticError):
                continue
            wrong -= {
                text for text in wrong if not math.isclose(written(text, numbers), slope, rel_tol=1e-4, abs_tol=1e-6)
            }
        assert wrong == set(), "these are right, too"


def test_every_operation_with_short_rules_offers_them() -> None:
    silent = {
        row.name for row in ROWS if Rules(walk := walk_at(row, row.samples[-1])).choice(len(walk.nodes) - 1, 0) is None
    }
    assert silent == {"amax"}


def choices(y: Value) -> list[Choice | None]:
    walk = walkthrough(y)
    rules = Rules(walk)
    return [rules.choice(step.node, step.operand) for step in walk if step.operand is not None]


def test_plain_numbers_stand_in_the_rules() -> None:
    x = Value(2.0, label="x")
    (square,) = choices(x**2)
    (triple,) = choices(3.0 * x)
    assert square is not None
    assert triple is not None
    assert square.options[square.right] == "2·x"
    assert triple.options[triple.right] == "3"


def test_an_operand_used_twice_is_one_name() -> None:
    x = Value(2.0, label="x")
    for choice in choices(x * x):
        assert choice is not None
        assert choice.options[choice.right] == "x"
        assert len(set(choice.options)) == 4


def test_names_with_braces_and_the_same_order_each_time() -> None:
    y = Value(2.0, label="{0}") * Value(3.0, label="{y}") * constant(2.0)
    assert choices(y) == choices(y)
    first = choices(y)[-1]
    assert first is not None
    assert first.options[first.right] == "{0}"


def test_a_rule_that_cannot_be_written_or_is_long_leaves_the_number() -> None:
    floats_only = primitive("floats_only", lambda a: math.sin(a), lambda a, y: (math.cos(a),))
    long = primitive(
        "long", lambda a: a**9.0, lambda a, y: (a * a * a * a * a * a * a * a * 9.0 + 0.0 * a * a * a * a * a,)
    )
    try:
        assert choices(floats_only(Value(0.5, label="x"))) == [None]
        assert choices(long(Value(0.5, label="x" * 20))) == [None]
        assert rule_of(floats_only, 0) is None
    finally:
        del PRIMITIVES["floats_only"], PRIMITIVES["long"]
    assert all(
        len(option) <= LONGEST_RULE for choice in choices(Value(0.5, "x" * 30).tanh()) for option in choice.options
    )


def test_wide_operations_have_rules_up_to_a_width() -> None:
    wide = autograd.dot([Value(float(i), f"w{i}") for i in range(20)], [Value(1.5, f"x{i}") for i in range(20)])
    found = choices(wide)
    assert [choice and choice.options[choice.right] for choice in found][::20] == ["x0", "w0"]
    assert set(choices(autograd.sum([Value(1.0) for _ in range(51)]))) == {None}


@pytest.mark.parametrize(
    ("name", "position", "rule"),
    [
        ("mul", 1, ("a·b", "b", "a")),
        ("div", 1, ("a/b", "b", "−y/b")),
        ("tanh", 0, ("tanh(a)", "a", "1 − y²")),
        ("sum", 0, None),
    ],
)
def test_the_rule_of_a_hint(name: str, position: int, rule: Any) -> None:
    assert rule_of(PRIMITIVES[name], position) == rule
