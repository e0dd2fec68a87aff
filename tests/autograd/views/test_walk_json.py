"""A walk as JSON: every bit of it, and what is no walk is refused with its place."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

import autograd
from autograd import (
    Value,
    walkthrough,
)
from autograd.views.walkthrough import Walkthrough
from support.walked import chain_rule, random_expression


@pytest.mark.parametrize(
    "y",
    [chain_rule(), random_expression(5), autograd.sqrt(Value(0.0)), Value(math.nan, 'n "</script>') * -math.inf],
    ids=["chain rule", "random", "infinite", "not a number"],
)
def test_json_keeps_every_bit(y: Value) -> None:
    walk = walkthrough(y)
    text = walk.to_json()
    back = Walkthrough.from_json(text)
    assert back.to_json() == text
    assert repr(back.nodes) == repr(walk.nodes)  # repr: NaN equals NaN
    assert repr(list(back)) == repr(list(walk))
    json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))


def changed(path: list[Any], thing: Any) -> str:
    """The JSON of a walk with one entry changed; the nodes are w, x, z, 0.0736 and out."""
    whole = json.loads(walkthrough(chain_rule()).to_json())
    place = whole
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = thing
    return json.dumps(whole)


WALK = walkthrough(chain_rule()).to_json()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (WALK[:-20], "no complete JSON"),
        ("", "no complete JSON"),
        ("[" * 100_000, "no complete JSON"),
        ("[]", "not a walk"),
        ('{"format": "other"}', "not a walk"),
        (changed(["version"], 3), "version 3, this program reads 1 and 2"),
        (changed(["version"], "1"), "version '1'"),
        (changed(["nodes"], []), "at least one node"),
        (changed(["nodes"], {"0": 1}), "at least one node"),
        (changed(["nodes", 1], 7), "node 1 must be an object with a name, got 7"),
        (changed(["nodes", 1, "name"], ""), "node 1 must be an object with a name"),
        (changed(["nodes", 0, "data"], "0.4"), r"node 0 \(w\): data must be a number, got '0.4'"),
        (changed(["nodes", 0, "data"], True), r"node 0 \(w\): data must be a number, got True"),
        (changed(["nodes", 0, "data"], None), r"node 0 \(w\): data must be a number, got None"),
        (changed(["nodes", 0, "data"], 10**400), r"node 0 \(w\): data must be a number"),
        (changed(["nodes", 0, "kind"], "leaf"), r"node 0 \(w\): kind must be operation or one of variable"),
        (changed(["nodes", 0, "kind"], ["variable"]), r"node 0 \(w\): kind must be operation"),
        (changed(["nodes", 2, "operation"], "mull"), r"node 2 \(z\): operation 'mull' is not in the table"),
        (changed(["nodes", 2, "operands"], [0, 4]), r"node 2 \(z\): operand 1 must be .* a cycle\), got 4"),
        (changed(["nodes", 2, "operands"], [2, 1]), r"node 2 \(z\): operand 0 .* a cycle"),
        (changed(["nodes", 2, "operands"], [-1, 1]), r"node 2 \(z\): operand 0"),
        (changed(["nodes", 2, "operands"], [0.0, 1]), r"node 2 \(z\): operand 0"),
        (
            changed(["nodes", 2, "operands"], [0]),
            r"node 2 \(z\): mul takes 2 operands with a partial each, got 1 and 2",
        ),
        (changed(["nodes", 2, "operands"], "01"), r"node 2 \(z\): operands and partials must be lists"),
        (changed(["nodes", 2, "partials"], [0.518]), r"node 2 \(z\): mul takes 2 operands .* got 2 and 1"),
        (changed(["nodes", 2, "partials"], [0.518, "x"]), r"node 2 \(z\): partial 1 must be a number, got 'x'"),
        (
            changed(["nodes", 2, "partials"], [0.5, 0.4]),
            r"node 2 \(z\): .* is recorded with 0.5, its rules return 0.518",
        ),
        (changed(["nodes", 2, "data"], 7.0), r"node 2 \(z\): .* is recorded with 7.0"),
        (changed(["nodes", 4], {"name": "w", "kind": "variable", "data": 1.0}), "must be the output, an operation"),
    ],
)
def test_json_that_is_not_a_walk_is_refused_with_the_place(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Walkthrough.from_json(text)
