"""Writes `first_hour.md` from `demos/tour.ipynb`, whose cells it runs: `PYTHONPATH=. python docs/first_hour.py`."""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import demos
from autograd.views.explain import Explanation

HERE = Path(__file__).parent
LIVE = runpy.run_path(str(HERE / "live.py"))
NOTEBOOK = Path(demos.__file__).parent / "tour.ipynb"
PAGE = HERE / "first_hour.md"
HEAD = "<!-- Written by `PYTHONPATH=. python docs/first_hour.py`; a test keeps it up to date. -->\n\n"


def page() -> str:
    """The whole page."""
    return HEAD + "\n".join(_parts())


def _parts() -> Iterator[str]:
    """Its paragraphs, blocks of code, and what these print and show."""
    namespace: dict[str, Any] = {"__name__": "first_hour"}
    number = 0
    for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            yield re.sub(r"\$([^$]+)\$", lambda formula: formula[1].replace(r"\cdot", "·"), source) + "\n"
            if number == 0 and source.startswith("# "):
                yield "The cells are those of the notebook `demos/tour.ipynb`; here they stand with what they show.\n"
            continue
        number += 1
        yield f"```python\n{source}\n```\n"
        printed, shown = LIVE["ran"](source, namespace)
        if printed:
            yield f"```text\n{printed}```\n"
        if shown is not None:
            yield _shown(shown, number)


def _shown(shown: Any, number: int) -> str:
    name = LIVE["file_of"](shown, number)
    if name is None:
        return f"```text\n{shown if isinstance(shown, Explanation) else repr(shown)}\n```\n"
    address = f"{LIVE['FOLDER']}/{name}"
    if name.endswith(".svg"):
        return f'<img class="drawing" src="{address}" alt="The graph, with numbers and gradients">\n'
    title = re.sub(r"[<>]", "", repr(shown)).replace('"', "&quot;")
    return f'<iframe class="live" src="{address}" title="{title}" loading="lazy"></iframe>\n'


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
