"""The rule that judges a row, and the gradients that stand beside central differences."""

import math
from dataclasses import replace

import pytest

from autograd import Value
from demos.report import (
    Gradient,
    Row,
    Verdict,
    central_difference,
    derivatives,
    duration,
    gradient_section,
    rounds_to,
)


@pytest.mark.parametrize(
    ("engine", "printed", "agrees"),
    [
        (0.510826, "0.51", True),
        (0.5150001, "0.51", False),
        (0.5049999, "0.51", False),
        (19.0, "19", True),
        (18.4, "19", False),
        (39760.0, "39,760", True),
        (-0.148020, "−0.148", True),
        (0.148020, "−0.148", False),
        (-2.4040, "−2.405", False),  # one unit off
        (-2.4040, "−2.405 ~", True),
        (-2.4034, "−2.405 ~", False),  # two units off
        (math.nan, "0.51", False),
        (math.inf, "0.51", False),
    ],
)
def test_one_number_rounds_to_the_printed_one_at_the_printed_digits(engine, printed, agrees):
    assert rounds_to([engine], printed) is agrees


def test_tuples_agree_number_by_number_and_in_length():
    printed = "(2.87, −2.074, −1.148)"
    assert rounds_to([2.869624, -2.074010, -1.148020], printed)
    assert not rounds_to([2.869624, -2.074010, -1.149020], printed)
    assert not rounds_to([2.869624, -2.074010], printed)


def test_words_are_refused_where_numbers_are_needed():
    with pytest.raises(ValueError, match="'w20·a20' is neither a number nor a tuple"):
        rounds_to([1.0], "w20·a20")


AGREEING = Row("what", printed="0.0381", exact="0.038114", engine=0.0381138)


def test_a_wrong_engine_number_makes_the_row_wrong():
    assert AGREEING.verdict is Verdict.AGREES
    assert replace(AGREEING, engine=0.0391138).verdict is Verdict.WRONG
    assert replace(AGREEING, engine=0.0381300).verdict is Verdict.WRONG, (
        "rounds to the printed digits, but is not exact"
    )
    assert replace(AGREEING, printed="0.0391").verdict is Verdict.WRONG, "a slip nobody knows of"
    assert replace(AGREEING, printed="formula", engine=0.0391).verdict is Verdict.WRONG
    assert "must be 0.038114" in replace(AGREEING, engine=0.0391138).remark


def test_an_erratum_excuses_the_document_never_the_engine():
    slip = Row("what", printed="0.380", exact="0.38095", engine=0.38095, erratum="cut off")
    assert slip.verdict is Verdict.ERRATUM
    assert slip.remark == "cut off"
    assert replace(slip, engine=0.380).verdict is Verdict.WRONG
    assert replace(slip, printed="0.381").verdict is Verdict.WRONG, "no slip at all"
    assert replace(slip, printed="w20·a20").verdict is Verdict.ERRATUM


def test_a_gradient_far_from_the_central_difference_is_wrong():
    assert Gradient("dy/dx", numeric=0.25 + 1e-10, engine=0.25).verdict is Verdict.AGREES
    assert Gradient("dy/dx", numeric=0.25001, engine=0.25).verdict is Verdict.WRONG
    assert Gradient("dy/dx", numeric=math.nan, engine=0.25).verdict is Verdict.WRONG


def test_central_difference():
    assert central_difference(math.sin, 1.0) == pytest.approx(math.cos(1.0), rel=1e-9)


def test_derivatives_by_leaves_and_by_nodes_inside_start_from_nothing():
    x = Value(3.0)
    inner = x * x
    y = inner * 2.0
    for _ in range(2):
        assert derivatives(y, inner, x) == [2.0, 12.0]


def test_gradient_section_has_a_row_for_each_variable_among_the_numbers():
    def build(at):
        return Value(at["a"], "a") ** 2 * at["b"]

    section = gradient_section(build, {"a": 3.0, "b": 5.0}, of="E")
    assert [row.what for row in section.rows] == ["∂E/∂a"]
    assert section.rows[0].engine == 30.0
    assert section.rows[0].numeric == pytest.approx(30.0, rel=1e-9)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0012, "1.2 ms"),
        (0.25, "250 ms"),
        (12.34, "12.3 s"),
        (420.0, "7.0 min"),
        (9000.0, "2.5 h"),
        (4 * 86400.0, "4.0 days"),
        (3.15576e9, "100.0 years"),
    ],
)
def test_durations_in_the_unit_one_would_say_them_in(seconds: float, text: str) -> None:
    assert duration(seconds) == text
