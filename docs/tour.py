"""Runs `demos/tour.ipynb` from top to bottom and stores it with its outputs: `PYTHONPATH=. python docs/tour.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbclient
import nbformat

import demos

NOTEBOOK = Path(demos.__file__).parent / "tour.ipynb"


def executed(notebook: Any) -> Any:
    """The notebook with the outputs of a kernel of its own; nothing in it tells of the machine or the time."""
    folder = {"metadata": {"path": str(NOTEBOOK.parents[1])}}
    client = nbclient.NotebookClient(
        notebook, timeout=300, resources=folder, record_timing=False, coalesce_streams=True
    )
    client.execute()
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook


if __name__ == "__main__":
    nbformat.write(executed(nbformat.read(NOTEBOOK, as_version=4)), NOTEBOOK)
