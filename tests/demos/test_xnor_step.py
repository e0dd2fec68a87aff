"""Document 002: its expression is the network it describes."""

import pytest

from demos import xnor_step
from demos.report import by_label


def test_the_step_is_made_at_the_row_whose_numbers_it_uses():
    nodes = by_label(xnor_step.output())
    assert [nodes[label].data for label in ("x1", "x2", "y")] == [1.0, 0.0, 0.0]
    assert all(nodes[label].is_constant for label in ("x1", "x2", "y"))
    assert {label: nodes[label].data for label in xnor_step.WEIGHTS} == xnor_step.WEIGHTS


def test_the_error_of_the_other_target():
    nodes = by_label(xnor_step.network({**xnor_step.GIVEN, "y": 1.0}))
    assert nodes["ε"].data == pytest.approx((1.0 - nodes["f"].data) ** 2, rel=1e-15)
