"""The code beside the graph as JSON: kept whole, and refused where it is not."""

from __future__ import annotations

import json
from typing import Any

import pytest

from autograd import walkthrough
from autograd.views.walkthrough import Walkthrough
from support.edits import edited, edits
from support.walked_code import ARGUMENTS, loss, squash


def test_json_keeps_the_code_and_version_1_is_read() -> None:
    walk = walkthrough(loss, *ARGUMENTS)
    again = Walkthrough.from_json(walk.to_json())
    assert (again.nodes, again.functions) == (walk.nodes, walk.functions)
    assert str(again) == str(walk)
    document = json.loads(walk.to_json())
    del document["functions"]
    for node in document["nodes"]:
        node.pop("places", None)
    document["version"] = 1
    old = Walkthrough.from_json(json.dumps(document))
    assert old.functions == ()
    assert [step.text for step in old] == [step.text for step in walk]


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("version",), 3, r"of version 3, this program reads 1 and 2"),
        (("version",), True, r"of version True, this program reads 1 and 2"),
        (("functions",), {}, r"functions must be a list, got \{\}"),
        (("functions", 0), "f", r"function 0 must be an object with name, file, first and lines, got 'f'"),
        (("functions", 0, "name"), None, r"function 0: name must be a string, got None"),
        (("functions", 0, "file"), 1, r"function 0: file must be a string, got 1"),
        (("functions", 0, "first"), 0, r"function 0: first must be the number of a line, got 0"),
        (("functions", 0, "first"), True, r"first must be the number of a line, got True"),
        (("functions", 0, "lines"), ["a", 1], r"function 0: lines must be a list of strings"),
        (("nodes", -1, "places"), 1, r"places must be a list, got 1"),
        (
            ("nodes", -1, "places"),
            [[0]],
            r"a place must be \[function, line\] or \[function, line, from, to\], got \[0\]",
        ),
        (("nodes", -1, "places"), [[0, -1]], r"a place must be"),
        (("nodes", -1, "places"), [[0, True]], r"a place must be"),
        (("nodes", -1, "places"), [[9, 1]], r"there is no function 9; there are 1"),
        (("nodes", -1, "places"), [[0, 10**6]], r"line 1000000 is not in"),
        (("nodes", -1, "places"), [[0, None, 3, 3]], r"columns 3 to 3 are not in line"),
        (("nodes", -1, "places"), [[0, None, 3, 9999]], r"columns 3 to 9999 are not in line"),
    ],
)
def test_hostile_json_is_refused_with_its_place(path: tuple[Any, ...], value: Any, message: str) -> None:
    document = json.loads(walkthrough(squash, 0.5).to_json())
    first = document["functions"][0]["first"]
    value = (
        [[first if x is None else x for x in place] for place in value]
        if path[-1] == "places" and value != 1
        else value
    )
    inside = document
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    with pytest.raises(ValueError, match=message):
        Walkthrough.from_json(json.dumps(document))


def refusal_of(text: str) -> str:
    """Why it is no walk; empty if it is one, and can be shown."""
    try:
        walk = Walkthrough.from_json(text)
    except ValueError as error:
        return str(error)
    assert str(walk)
    assert Walkthrough.from_json(walk.to_json()).nodes
    return ""


def test_each_part_of_a_walk_is_left_out_and_replaced() -> None:
    document, count, good = json.loads(walkthrough(squash, 0.5).to_json()), 0, 0
    for place, new in edits(document):
        message = refusal_of(json.dumps(edited(document, place, new)))
        assert not message or message.startswith("from_json: ")
        assert message.isprintable()
        assert len(message) < 900
        good += not message
        count += 1
    assert count > 500
    assert 0 < good < count / 2
