"""Document 000: its rows, and the network around the one weight it learns."""

import math

import pytest

from demos import chain_rule
from demos.report import by_label


def test_the_expression_is_the_documents_network():
    given = chain_rule.GIVEN
    nodes = by_label(chain_rule.output())
    assert nodes["z20"].data == pytest.approx(given["w10"] * given["a10"] + given["w20"] * given["a11"], rel=1e-15)
    assert nodes["a20"].data == pytest.approx(0.609, rel=1e-15)
    a21 = 1 / (1 + math.exp(-(given["w11"] * given["a10"] + given["w21"] * given["a11"])))
    error = 0.5 * ((given["target_y1"] - 0.609) ** 2 + (given["target_y2"] - a21) ** 2)
    assert nodes["E"].data == pytest.approx(error, rel=1e-14)


def test_targets_are_constants():
    nodes = by_label(chain_rule.output())
    assert nodes["target_y1"].is_constant
    assert nodes["target_y2"].is_constant


def test_the_derivation_is_the_slides():
    section = next(section for section in chain_rule.report() if "derivation" in section.title)
    assert [line.strip() for line in section.text] == [
        "∂E/∂w10 = ∂E/∂a20 · ∂a20/∂z20 · ∂z20/∂w10",
        "= −(target_y1 − a20) · a20·(1 − a20) · a10",
        "= −(0.3 − 0.609) · 0.609·(1 − 0.609) · 0.518",
        "= 0.309 · 0.2381 · 0.518",
        "= 0.0381",
    ]
