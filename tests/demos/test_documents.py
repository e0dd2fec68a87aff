"""Every row of every document agrees, or is a known erratum."""

import pytest

from autograd import Value
from demos.catalogue import DEMOS
from demos.report import Gradient, Row, Verdict

DOCUMENTS = [demo for demo in DEMOS if demo.document]


@pytest.fixture(scope="module", params=DOCUMENTS, ids=lambda demo: demo.name)
def demo(request):
    return request.param


@pytest.fixture(scope="module")
def rows(demo):
    return [row for section in demo.report() for row in section.rows]


def test_every_row_agrees_or_is_a_known_erratum(rows):
    assert [row.what for row in rows if row.verdict is Verdict.WRONG] == []


def test_the_printed_numbers_and_the_gradients_are_there(rows):
    assert any(isinstance(row, Row) for row in rows)
    assert any(isinstance(row, Gradient) for row in rows)


def test_output_is_a_labelled_expression_with_a_gradient(demo):
    output = demo.output()
    assert isinstance(output, Value)
    assert output.label
    output.backward()
