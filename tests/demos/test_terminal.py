"""Reports as text: 80 columns whatever the characters, colour only where it is wanted."""

import re

import pytest

from autograd.views.terminal import columns
from demos.report import Row, Section
from demos.terminal import WIDTH, report_lines, wrap

ESCAPE = re.compile(r"\033\[[0-9;]*m")
REPORT = [
    Section(
        "손실 함수 " * 20,
        [Row("교차 엔트로피 " * 9, "formula", "1.0", 1.0)],
        text=["오차를 점점 거슬러 올라가면서 " * 9],
    ),
    Section("wrong", [Row("x", "(1.5, 2.5, 3.5)", "(1.5, 2.5, 3.5)", [1.5, 2.5, 4.5])]),
    Section("slip", [Row("x", "2", "3", 3.0, "the document says 2, three is right: " + "because " * 30)]),
]


@pytest.mark.parametrize("text", ["", "one", "오차 역전파 " * 9, "w" * 30, "a (2.87, −2.074, −1.148) b"])
def test_wrapped_lines_fit_and_keep_every_character(text):
    lines = wrap(text, 11)
    assert all(columns(line) <= 11 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@pytest.mark.parametrize("colour", [False, True])
def test_no_line_is_wider_than_the_terminal(colour):
    lines = list(report_lines("제목 " * 40, REPORT, colour))
    assert all(columns(ESCAPE.sub("", line)) <= WIDTH for line in lines)
    assert any(ESCAPE.search(line) for line in lines) is colour


def test_verdicts_and_remarks_are_shown():
    text = "\n".join(report_lines("title", REPORT))
    assert "must be (1.5, 2.5, 3.5)" in text
    assert "the document says 2, three is right" in text
    assert text.endswith("1 ✓, 1 erratum, 1 ✗")


def test_a_line_that_fits_keeps_its_columns():
    table = Section("table", text=["digit    0    1", "    0   12    3"])
    assert "\n  digit    0    1\n      0   12    3\n" in "\n".join(report_lines("title", [table]))
