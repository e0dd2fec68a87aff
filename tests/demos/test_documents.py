"""Every row of every document agrees, or is a known erratum."""

import os
from collections import Counter

import pytest

import autograd
from autograd import Value, sigmoid
from autograd.views.terminal import columns
from demos import __main__ as command_line
from demos.catalogue import DEMOS, find
from demos.report import Gradient, Row, Verdict
from demos.terminal import WIDTH

# every number the documents print, as often as it stands there, errata included (see `Row.printed` for the ~)
PRINTED = {
    "000": ["0.51", "19", "0.609", "0.518", "0.0381", "0.380"],
    "001": [],
    "002": [
        *["0", "0.5", "−1", "0.269", "−0.038", "0.491"],
        *["−2", "0.119", "2", "0.881", "−2.405~", "0.083"],
        *["2", "0.881", "0", "0.5", "0.643~", "0.655"],
        *["0", "0.5", "3", "0.953", "−1.406~", "0.197"],
        *["−0.148", "−0.047", "0.074"],
        *["(2.87, −2.074, −1.148)", "(1.953, −2, −0.047)", "(1.074, 3, −0.926)"],
    ],
    "003": ["39,760"],
    "004": ["0.3567", "5", "4", "−2", "0"],
}
ERRATA = {"000": 3, "001": 0, "002": 2, "003": 1, "004": 0}
DOCUMENTS = [demo for demo in DEMOS if demo.document]

long_on_the_sources = pytest.mark.skipif(
    not autograd.compiled and "LONG" not in os.environ,
    reason="trains a network for a minute on the plain sources; .ci/run has the compiled engine do it, LONG=1 these",
)


@pytest.fixture(
    scope="module",
    params=[pytest.param(demo, marks=[long_on_the_sources] * (demo.name == "learning")) for demo in DOCUMENTS],
    ids=lambda demo: demo.name,
)
def demo(request):
    return request.param


@pytest.fixture(scope="module")
def rows(demo):
    return [row for section in demo.report() for row in section.rows]


def test_every_row_agrees_or_is_a_known_erratum(rows):
    assert [row.what for row in rows if row.verdict is Verdict.WRONG] == []


def test_every_number_the_document_prints_has_its_row(demo, rows):
    shown = Counter(row.printed for row in rows if isinstance(row, Row))
    assert not Counter(PRINTED.get(demo.document, [])) - shown


def test_the_errata_are_the_known_ones(demo, rows):
    if demo.document in ERRATA:
        assert [row.verdict for row in rows].count(Verdict.ERRATUM) == ERRATA[demo.document]


def test_the_printed_numbers_and_the_gradients_are_there(rows):
    assert any(isinstance(row, Row) for row in rows)
    assert any(isinstance(row, Gradient) for row in rows)


def test_output_is_a_labelled_expression_with_a_gradient(demo):
    output = demo.output()
    assert isinstance(output, Value)
    assert output.label
    output.backward()


@pytest.mark.parametrize("document", ["000", "001", "002", "004"])
def test_an_engine_with_a_wrong_rule_is_caught(document, monkeypatch):
    rule = sigmoid.partials
    monkeypatch.setattr(sigmoid, "partials", lambda a, y: (1.001 * rule(a, y)[0],))
    rows = [row for section in find(document).report() for row in section.rows]
    assert any(row.verdict is Verdict.WRONG for row in rows if isinstance(row, Row))
    assert any(row.verdict is Verdict.WRONG for row in rows if isinstance(row, Gradient))


@long_on_the_sources
def test_check_passes_and_shows_every_row_within_80_columns_without_colour(capsys):
    """Here, where the network that takes long to train has been trained."""
    assert command_line.main(["--check", "--verbose"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert all(f"{demo.heading}: " in shown.out for demo in DOCUMENTS)
    assert "✓" in shown.out
    assert "\033" not in shown.out
    assert [line for line in shown.out.splitlines() if columns(line) > WIDTH] == []
