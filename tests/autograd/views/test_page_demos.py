"""All demos' pages: every number that can be edited recomputes all that depends on it, as Python does."""

from __future__ import annotations

import math
import sys
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import Value, topological_order, walkthrough
from demos.catalogue import DEMOS, Demo
from demos.site import write_page
from support.pages import Open

EDIT = """([name, text]) => {
  const input = [...document.querySelectorAll("input.data")].find((one) => one.ariaLabel === `data of ${name}`);
  input.value = text;
  input.dispatchEvent(new Event("input"));
  const told = (x) => x === null ? null : String(x);
  return walk.nodes.map((node, i) => [node.name, told(node.data), told(walk.gradients[i])]);
}"""


def computed_again(demo: Demo, label: str, number: float, monkeypatch: pytest.MonkeyPatch) -> Value:
    """The demo's output, computed by its own code, but with another number in the leaf of a label."""
    replaced = []

    def stand_in(make: Any) -> Any:
        def made(data: Any, label_: str | None = None, **named: str) -> Any:
            own = named.get("label", label_)
            if own == label:
                replaced.append(own)
            return make(number if own == label else data, own)

        return made

    with monkeypatch.context() as patch:
        for name, module in list(sys.modules.items()):
            if name.startswith("demos."):
                for kind in ("Value", "constant"):
                    if vars(module).get(kind) is getattr(autograd, kind):
                        patch.setattr(module, kind, stand_in(getattr(autograd, kind)))
        y = demo.output()
    assert replaced == [label]
    return y


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: str(demo.name))
def test_every_edit_is_computed_as_python_computes_it(
    demo: Demo, show_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    y = demo.output()
    page = show_page(y)
    leaves = {node.label: node.data for node in topological_order(y) if node.is_leaf}
    names = page.evaluate("[...document.querySelectorAll('input.data')].map((one) => one.ariaLabel.slice(8))")
    assert sorted(names) == sorted(map(str, leaves))
    for name in names:
        before, compared = leaves[name], 0
        for number in (before * 1.25 + 0.125, 0.0, 1.0, -0.75, before):
            page_nodes = page.evaluate(EDIT, [name, repr(number)])
            try:
                fresh = computed_again(demo, name, number, monkeypatch)
                walk = walkthrough(fresh)
                fresh.backward()
            except (ValueError, ArithmeticError):  # not defined there, and the page says so
                assert not all(math.isfinite(float(data)) for _, data, _ in page_nodes), (name, number)
                continue
            compared += 1
            assert [node.name for node in walk.nodes] == [called for called, _, _ in page_nodes]
            for node, gradient, (called, data, shown) in zip(walk.nodes, walk.gradients, page_nodes, strict=True):
                place = name, number, called
                assert float(data) == pytest.approx(node.data, rel=1e-12, abs=1e-12), place
                assert (shown is None) == (gradient is None), place
                if gradient is not None:
                    assert float(shown) == pytest.approx(gradient, rel=1e-12, abs=1e-12), place
            engine = {node.label: node.grad for node in topological_order(fresh) if node.is_leaf}
            for called, _, shown in page_nodes:
                if called in engine:
                    assert float(shown or 0.0) == pytest.approx(engine[called], rel=1e-12, abs=1e-12), called
        assert compared >= 2, name  # the number as it was, and at least one other


STICKING_OUT = """() => [...document.querySelectorAll("g.node")].flatMap((node) => {
  const frame = node.querySelector("rect").getBBox();
  const texts = [...node.querySelectorAll("text")].map((text) => [text.textContent, text.getBBox()]);
  const outside = (a) => a.x < 0 || a.y < 0 || a.x + a.width > frame.width || a.y + a.height > frame.height;
  const meet = (a, b) => a.x < b.x + b.width && b.x < a.x + a.width && Math.abs(a.y - b.y) < 4;
  const wrong = ([, a], i) => outside(a) || texts.some(([, b], j) => i !== j && meet(a, b));
  return texts.filter(wrong).map(([text]) => text);
})"""
CUT_OFF = """() => [...document.querySelectorAll("td, th, button, p, h1, h2, dt, dd, li, label")]
  .filter((e) => e.clientWidth && e.scrollWidth > e.clientWidth).map((e) => e.textContent)"""


@pytest.mark.parametrize("demo", DEMOS, ids=lambda demo: str(demo.name))
@pytest.mark.parametrize(("width", "lang"), [(1280, "en"), (390, "ko")])
def test_no_texts_meet_or_leave_their_boxes(width: int, lang: str, demo: Demo, browser: Any, tmp_path: Path) -> None:
    path = write_page(demo, tmp_path / "page.html", lang, "index.html")
    with browser.new_context(offline=True, viewport={"width": width, "height": 844}) as context:
        page = context.new_page()
        page.goto(f"{path.as_uri()}#step={len(walkthrough(demo.output()))}")
        assert page.evaluate(STICKING_OUT) == []
        assert page.evaluate(CUT_OFF) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width
