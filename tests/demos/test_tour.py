"""The notebook, run from top to bottom by a kernel of its own, and what is stored of it."""

from __future__ import annotations

import re
import runpy
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("nbclient", reason="nbclient runs the notebook")
nbformat = pytest.importorskip("nbformat", reason="nbformat reads the notebook")
pytest.importorskip("ipykernel", reason="ipykernel is the notebook's Python")

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "docs" / "tour.py"))
TEXTS = ("text/markdown", "text/plain")  # a derivation is shown as Markdown


@pytest.fixture(scope="module")
def stored() -> Any:
    return nbformat.read(SCRIPT["NOTEBOOK"], as_version=4)


@pytest.fixture(scope="module")
def fresh(stored: Any) -> Any:
    """The same cells, run now."""
    notebook = deepcopy(stored)
    for cell in code(notebook):
        cell.outputs, cell.execution_count = [], None
    return SCRIPT["executed"](notebook)


def code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook: Any) -> list[dict[str, str]]:
    """What its cells print and show, each output by its kinds."""
    found = [output for cell in code(notebook) for output in cell.outputs]
    return [{output.name: output.text} if output.output_type == "stream" else dict(output.data) for output in found]


def shown(output: dict[str, str]) -> str:
    """The text of an output."""
    return next(output[kind] for kind in ("stdout", "stderr", *TEXTS) if kind in output)


def test_its_outputs_are_those_that_it_has_when_it_is_run(stored: Any, fresh: Any) -> None:
    pairs = list(zip(map(shown, outputs(stored)), map(shown, outputs(fresh)), strict=True))
    assert [old for old, new in pairs if old != new] == [], "run PYTHONPATH=. python docs/tour.py"
    assert [set(output) for output in outputs(stored)] == [set(output) for output in outputs(fresh)]


def test_every_cell_has_an_output_and_none_tells_of_a_machine_or_a_warning(stored: Any) -> None:
    cells = code(stored)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert [cell.source for cell in cells if not cell.outputs] == []
    for output in outputs(stored):
        assert "stderr" not in output
        for text in output.values():
            assert not re.search(r"Warning|Traceback|/home/|/usr/|/tmp/|/root/| at 0x[0-9a-f]{8}", text)


def test_it_starts_from_one_product_and_ends_with_the_playground(stored: Any) -> None:
    source = "\n".join(cell.source for cell in stored.cells)
    headings = re.findall(r"^## (.*)", source, re.M)
    assert headings == [
        "One product",
        "A sum",
        "A neuron",
        "The chain rule, by hand and by `backward()`",
        "The walk",
        "Practice",
        "A network that learns",
        "The playground",
    ]
    assert "document" not in source.lower()
    first = source[: source.index("## A sum")]
    places = [first.index(text) for text in ("z = w * x", "z.backward()", "draw(z)", "walkthrough(z)")]
    assert places == sorted(places)


def test_what_it_says_is_right(fresh: Any) -> None:
    printed = [shown(output) for output in outputs(fresh)]
    assert "∂z/∂w = 0.5\n∂z/∂x = 0.4\n" in printed
    assert "∂y/∂x = 7.0\n" in printed
    by_hand, backward, numeric = (
        float(line.split()[-1]) for line in next(text for text in printed if "by hand" in text).splitlines()
    )
    assert backward == by_hand == pytest.approx(numeric, rel=1e-6)
    before, after = (float(line.split()[-1]) for line in next(t for t in printed if "before:" in t).splitlines())
    assert after < before
    assert printed[-2].endswith("accuracy: 1.0\n"), "the network has learned XNOR"


def test_drawings_pages_and_a_derivation_are_shown(stored: Any) -> None:
    assert sum("image/svg+xml" in output for output in outputs(stored)) == 2
    pages = [output["text/plain"].split()[0] for output in outputs(stored) if "<iframe" in output.get("text/html", "")]
    assert pages == ["<walk", "<walk", "<exercise", "<playground"]
    assert sum("text/markdown" in output for output in outputs(stored)) == 1
