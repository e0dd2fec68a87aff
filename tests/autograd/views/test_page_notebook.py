"""A notebook that was run from top to bottom, exported and opened in a browser: the walk is there, and alive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.pages import missed

SOURCE = """from autograd import Value, walkthrough
w, x = Value(0.4, label="w"), Value(0.518, label="x")
y = (w * x).sigmoid()
y.label = "y"
walkthrough(y)"""
ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def executed() -> Any:
    """The notebook, run as `jupyter execute` runs it."""
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SOURCE)])
    nbclient.NotebookClient(
        book, timeout=600, startup_timeout=600, kernel_name="python3", resources={"metadata": {"path": ROOT}}
    ).execute()
    return book


@pytest.mark.parametrize("template", ["lab", "classic"])
def test_exported_as_html(template: str, executed: Any, browser: Any, tmp_path: Path) -> None:
    nbconvert = pytest.importorskip("nbconvert", reason="nbconvert exports notebooks")
    exported, _ = nbconvert.HTMLExporter(template_name=template).from_notebook_node(executed)
    path = tmp_path / "notebook.html"
    path.write_text(exported, encoding="utf-8")
    with browser.new_context(offline=True, reduced_motion="reduce", viewport={"width": 1000, "height": 900}) as context:
        page = context.new_page()
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(path.as_uri(), wait_until="domcontentloaded")
        frame = page.wait_for_selector("iframe[srcdoc]", state="attached").content_frame()
        frame.wait_for_function("window.view")
        assert missed(frame) == 0
        frame.locator("#last").click()
        assert frame.locator("#where").inner_text() == "step 6 of 6"
        assert [text for text in troubles if "equire" not in text] == []  # the notebook's own scripts want the network


def test_without_trust_the_walk_is_told_in_words(executed: Any) -> None:
    """JupyterLab and GitHub take frames out of what they don't trust, and leave the text inside them."""
    (output,) = executed.cells[0].outputs
    inside = output["data"]["text/html"].partition(">")[2].rpartition("</iframe>")[0]
    assert "walk of 6 steps over 4 nodes to y = 0.5516" in inside
    assert "trust the notebook" in inside
    assert "<" not in inside
