"""The panel of code in the page: which line it lights, and that it stays in its box."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from autograd import Value, walkthrough
from autograd.views.code import clean
from autograd.views.walkthrough import Walkthrough
from support.pages import Open
from support.walked_code import ARGUMENTS, line_of, loss, squash


def test_source_that_would_steer_a_terminal_or_a_page_does_neither(show_page: Open) -> None:
    document = json.loads(walkthrough(squash, 0.5).to_json())
    evil = "</script><img src=x onerror=alert(1)> \x1b[31m\u202e"
    document["functions"][0].update(name=evil, file=evil, lines=[evil] * 4)
    document["nodes"][-1]["places"] = [[0, document["functions"][0]["first"] + 1]]
    walk = Walkthrough.from_json(json.dumps(document))
    assert not re.search("[\x1b\u202e]", str(walk) + str(walk.functions))
    page = show_page(walk, at="#step=1")  # whatever it asked for, or said, would fail the test
    assert page.locator("#listing li").nth(0).inner_text().startswith("</script><img")
    assert clean("a\tb\x00") == "a       b\ufffd"


def test_the_page_lights_the_line_forward_and_backward(show_page: Open) -> None:
    walk = walkthrough(loss, *ARGUMENTS)
    page = show_page(walk)
    assert page.locator("#listing li[class]:not([class=''])").count() == 0
    for position, step in enumerate(walk, start=1):
        page.keyboard.press("ArrowRight")
        *callers, place = walk.nodes[step.node].places
        lit = page.locator("#listing [aria-current=step]")
        assert lit.get_attribute("id") == f"c{place.function}-{place.line}", position
        assert lit.get_attribute("class") == step.phase
        assert lit.locator("code").inner_text() == walk.functions[place.function].line(place.line)
        text = walk.functions[place.function].line(place.line)
        assert lit.locator("mark").inner_text() == text[slice(*place.columns or ())]
        assert page.locator("#listing .calls").count() == len({caller[:2] for caller in callers} - {place[:2]})
    page.keyboard.press("Home")
    assert page.locator("#listing mark").count() == 0
    page.locator("#slider").fill("5")
    assert page.locator("#code-where").inner_text() == " › ".join(
        [f"loss:{line_of('both')}", f"neuron:{line_of('call')}", f"squash:{line_of('lower')}"]
    )


def test_the_line_is_in_sight_in_a_long_function_and_nothing_leaves_the_page(show_page: Open, tmp_path: Path) -> None:
    path = tmp_path / "long.py"
    body = "\n".join(f"    x = x * 1.0 + {'0.0 + ' * 40}{i}" for i in range(80))
    path.write_text(f"def f(x):\n{body}\n    return x\n")
    module: dict[str, Any] = {}
    exec(compile(path.read_text(), str(path), "exec"), module)
    walk = walkthrough(module["f"], 1.0, depth=3)
    for width in (1280, 390):
        page = show_page(walk, at="#step=3", viewport={"width": width, "height": 800})
        line, box = page.locator("#listing [aria-current]").bounding_box(), page.locator("#listing").bounding_box()
        assert box["y"] <= line["y"]
        assert line["y"] + line["height"] <= box["y"] + box["height"]
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_walk_over_an_expression_has_no_panel(show_page: Open) -> None:
    x = Value(2.0, "x")
    page = show_page(x * x, at="#step=1")
    assert page.locator("#code").count() == 0
