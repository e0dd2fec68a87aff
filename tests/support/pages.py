"""The page in a real browser, for the tests: how it is opened, read and filled in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import autograd
from autograd import Value, constant

Open = Callable[..., Any]
"""The fixture `show_page`: opens a walk's page, or that of a Value."""


def neuron() -> Value:
    """Document 002's ε at (1, 0) in short: one sigmoid unit, and its weight used twice."""
    w, x, b = Value(2.0, "w"), constant(0.5, "x"), Value(-0.25, "b")
    f = autograd.sigmoid(w * x + b * w)
    f.label = "f"
    error = (0.25 - f) ** 2
    error.label = "ε"
    return error


def rows(page: Any) -> dict[str, tuple[str, str]]:
    """The table: data and gradient, as shown, by name."""
    cells: list[list[str]] = page.eval_on_selector_all(
        "#rows tr",
        """lines => lines.map(({ cells: [name, , data, grad] }) =>
          [name.innerText, data.querySelector("input")?.value ?? data.innerText, grad.innerText])""",
    )
    return {name: (data, grad) for name, data, grad in cells}


def fill(page: Any, name: str, text: str) -> None:
    page.get_by_label(f"data of {name}", exact=True).fill(text)


MISSED = """() => [...document.querySelectorAll("g.node rect")].filter((rect) => {
  const { x, y, width, height } = rect.getBoundingClientRect();
  const hit = document.elementFromPoint(x + width / 2, y + height / 2)?.closest("g.node");
  return hit !== rect.parentNode || !document.querySelector("#graph > svg").viewBox.baseVal.width;
}).length"""
"""How many boxes are not drawn (an empty viewBox draws nothing), or can't be hit within the graph's frame."""


def missed(frame: Any) -> int:
    """What `MISSED` says once the page has had two frames to draw."""
    frame.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    count: int = frame.evaluate(MISSED)
    return count
