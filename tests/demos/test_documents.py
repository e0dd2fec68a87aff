"""Every row of every document agrees, or is a known erratum."""

from collections import Counter

import pytest

from autograd import Value, sigmoid
from autograd.views.terminal import columns
from demos import __main__ as command_line
from demos.catalogue import DEMOS, find
from demos.report import Gradient, Row, Verdict
from demos.terminal import WIDTH
from support.effort import long_on_the_sources

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


@pytest.mark.parametrize(
    "demo",
    [pytest.param(demo, marks=[long_on_the_sources] * (demo.name == "learning")) for demo in DOCUMENTS],
    ids=lambda demo: demo.name,
)
def test_a_document_s_rows(demo, capsys):
    """In one test, so that the network that takes long to train is trained once."""
    rows = [row for section in demo.report() for row in section.rows]
    assert [row.what for row in rows if row.verdict is Verdict.WRONG] == []
    printed = Counter(row.printed for row in rows if isinstance(row, Row))
    assert not Counter(PRINTED.get(demo.document, [])) - printed
    if demo.document in ERRATA:
        assert [row.verdict for row in rows].count(Verdict.ERRATUM) == ERRATA[demo.document]
    assert any(isinstance(row, Row) for row in rows)
    assert any(isinstance(row, Gradient) for row in rows)
    capsys.readouterr()
    assert command_line.main([demo.name, "--check", "--verbose"]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert f"{demo.heading}: " in shown.out
    assert "✓" in shown.out
    assert "\033" not in shown.out
    assert [line for line in shown.out.splitlines() if columns(line) > WIDTH] == []


@pytest.mark.parametrize("demo", DOCUMENTS, ids=lambda demo: demo.name)
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
