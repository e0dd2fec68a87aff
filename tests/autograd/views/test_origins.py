"""Numbers that come from constants alone, or from what nothing flows back through: every view shows where from."""

from __future__ import annotations

import re

import autograd
from autograd import Value, constant, draw, explain, topological_order, walkthrough
from autograd.views.walkthrough import Walkthrough


def cross_entropy_of_a_constant() -> Value:
    """J = −(y·log(p) + u·log(1 − p)), where u = 1 − y is made of the constant y alone."""
    z, y = Value(0.1, "z"), constant(1.0, "y")
    p = z.sigmoid()
    u = 1.0 - y
    p.label, u.label = "p", "u"
    j = -(y * p.log() + u * (1.0 - p).log())
    j.label = "J"
    return j


def test_every_view_shows_where_a_result_of_constants_comes_from() -> None:
    j = cross_entropy_of_a_constant()
    z = next(node for node in topological_order(j) if node.label == "z")
    assert "u = 1 − y: 1 − 1.0000 = 0.0000" in str(walkthrough(j))
    assert "u = 1 − y = 0" in str(explain(j, z)).splitlines()
    (u,) = re.findall(r"(n\d+) \[label=<<TABLE[^\n]*>u<", draw(j).dot)
    assert re.search(rf"n\d+ -> {u}\b", draw(j).dot), "an operation leads to it"


def test_a_depth_limit_takes_results_of_constants_as_given() -> None:
    c, x = constant(2.0, "c"), Value(1.0, "x")
    walk = walkthrough(x * (2.0 * c + 1.0), depth=1)
    assert [(node.kind, node.data) for node in walk.nodes] == [("variable", 1.0), ("constant", 5.0), ("operation", 5.0)]
    assert len(walk) == 3


def test_what_more_was_computed_from_than_the_walk_holds_is_fixed() -> None:
    x, w = Value(1.0, "x"), Value(3.0, "w")
    f = autograd.sin(w)
    f.label = "f"
    walk = walkthrough(f * x + w, depth=2)
    assert {node.name: node.fixed for node in walk.nodes if node.primitive is None} == {
        "x": False,
        "w": True,
        "f": False,
    }
    assert not any(node.fixed for node in walkthrough(f * x + w).nodes)
    named, unnamed = constant(2.0, "c"), constant(2.0)  # of unnamed ones alone nothing is kept
    kinds = [(node.data, node.fixed) for node in walkthrough(x * named + x * unnamed).nodes if node.kind == "constant"]
    assert kinds == [(2.0, False), (2.0, True)]
    assert Walkthrough.from_json(walk.to_json()).nodes == walk.nodes


def test_a_softmax_follows_its_largest_operand() -> None:
    """Its shift is a step; nothing flows back through it, so that the gradients are those they were."""
    xs = [Value(x, f"x{i}") for i, x in enumerate((0.5, 2.0, -1.0))]
    share = autograd.softmax(xs)[0]
    share.label = "share"
    walk = walkthrough(share)
    assert "max(x0, x1, x2): max(0.5000, 2.0000, −1.0000) = 2.0000" in str(walk)
    share.backward()
    gradients = dict(zip([node.name for node in walk.nodes], walk.gradients, strict=True))
    assert [gradients[f"x{i}"] for i in range(3)] == [x.grad for x in xs]
    with autograd.no_grad():
        assert all(y.is_leaf and y.is_constant for y in autograd.softmax(xs)), "nothing is kept"
    assert autograd.softmax([constant(1.0), 2])[0].is_leaf
