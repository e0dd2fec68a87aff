"""What pages of the site embed: made, when it is built, by the code that stands on these pages."""

from __future__ import annotations

import ast
import io
import re
from contextlib import chdir, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

from autograd.support.files import write_whole
from autograd.views.draw import Drawing
from autograd.views.walkthrough import Walkthrough
from nn import Playground

HERE = Path(__file__).parent
FOLDER = "live"
"""Where the files lie, below the site's first page."""

WRITE_FILES = ("seeing.md",)
"""Pages whose code writes the files that they embed."""


class Ran(NamedTuple):
    """What some code did.

    Attributes:
        printed: its output.
        shown: the value of the expression in its last line, which a notebook shows; None if there is none.
    """

    printed: str
    shown: Any


def ran(source: str, namespace: dict[str, Any]) -> Ran:
    """Run code as a notebook does."""
    tree = ast.parse(source)
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    output = io.StringIO()
    with redirect_stdout(output):
        exec(compile(tree, "page", "exec"), namespace)
        shown = eval(compile(ast.Expression(last.value), "page", "eval"), namespace) if last else None
    return Ran(output.getvalue(), shown)


def code_of(page: Path) -> list[str]:
    """The blocks of Python code in a page."""
    return re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)


def file_of(shown: Any, number: int) -> str | None:
    """The file in which a page shows what its block of that number, counted from 1, shows; None if it is text."""
    if isinstance(shown, Drawing):
        return f"first_hour_{number}.svg"
    return f"first_hour_{number}.html" if isinstance(shown, (Walkthrough, Playground)) else None


def write(site: Path) -> None:
    """Write all files: those of the first hour, in English and Korean, and those of pages whose code writes them."""
    folder = site / FOLDER
    (folder / "ko").mkdir(parents=True, exist_ok=True)
    namespace: dict[str, Any] = {"__name__": "first_hour"}
    for number, source in enumerate(code_of(HERE / "first_hour.md"), 1):
        shown = ran(source, namespace).shown
        name = file_of(shown, number)
        if name is None:
            continue
        if isinstance(shown, Walkthrough):
            shown.save_html(folder / name)
            shown.save_html(folder / "ko" / name, lang="ko")
        elif isinstance(shown, Playground):
            shown.save_html(folder / name)
        else:
            shown.save(folder / name)
    with chdir(folder):
        for page in WRITE_FILES:
            # As a file: the walk over a function shows the lines of its source.
            name, source = page.replace(".md", ".py"), "\n".join(code_of(HERE / page))
            write_whole(name, source.encode())
            with redirect_stdout(io.StringIO()):
                exec(compile(source, name, "exec"), {"__name__": page})
