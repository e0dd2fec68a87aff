"""The notebook, run from top to bottom by a kernel of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import demos

nbclient = pytest.importorskip("nbclient", reason="nbclient runs the notebook")
nbformat = pytest.importorskip("nbformat", reason="nbformat reads the notebook")
pytest.importorskip("ipykernel", reason="ipykernel is the notebook's Python")

FOLDER = Path(demos.__file__).parent


def stored() -> Any:
    return nbformat.read(FOLDER / "tour.ipynb", as_version=4)


def test_it_is_stored_without_outputs() -> None:
    cells = [cell for cell in stored().cells if cell.cell_type == "code"]
    assert len(cells) > 10
    assert [cell.outputs for cell in cells] == [[]] * len(cells)
    assert {cell.execution_count for cell in cells} == {None}


@pytest.fixture(scope="module")
def outputs() -> list[dict[str, str]]:
    """What its cells print and show, each output by its kinds."""
    notebook = stored()
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(FOLDER.parent)}}).execute()
    found = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return [{"text/plain": output.text} if output.output_type == "stream" else dict(output.data) for output in found]


def test_it_goes_from_a_product_to_a_trained_network(outputs: list[dict[str, str]]) -> None:
    printed = [output.get("text/plain", "") for output in outputs]
    assert "∂z/∂w = 0.518\n∂z/∂x = 0.4\n" in printed
    assert "∂y/∂x = 6.0\n" in printed
    backward, numeric = (float(line.split()[-1]) for line in next(t for t in printed if "central" in t).splitlines())
    assert backward == pytest.approx(numeric, rel=1e-8)
    before, after = (float(line.split()[-1]) for line in next(t for t in printed if "before:" in t).splitlines())
    assert after < before
    assert "1.0" in printed, "the network has learned XNOR"


def test_drawings_walks_and_derivations_are_shown(outputs: list[dict[str, str]]) -> None:
    assert sum("image/svg+xml" in output for output in outputs) == 2
    assert sum("<iframe" in output.get("text/html", "") for output in outputs) == 2
    assert sum("text/markdown" in output for output in outputs) == 1
    assert all("text/plain" in output for output in outputs)
