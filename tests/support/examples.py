"""Code in pages: every block runs, and prints what the comments behind its `print`s say."""

import ast
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from autograd import PRIMITIVES


def code_blocks(page: Path) -> list[str]:
    """The blocks of Python code in a page, each moved down to its line there, so that errors name that."""
    return [source for source, _ in examples(page)]


def examples(page: Path) -> list[tuple[str, list[str]]]:
    """The blocks, each with the lines it prints: the block of text right below it, or the comments behind `print`s."""
    text = page.read_text(encoding="utf-8")
    found = re.finditer(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```)?", text, re.M | re.S)
    return [
        (
            "\n" * text.count("\n", 0, block.start(1)) + block[1],
            comments(block[1]) if block[2] is None else block[2].splitlines(),
        )
        for block in found
    ]


def comments(source: str) -> list[str]:
    """What the comments behind `print`s say that they print."""
    return re.findall(r"print\(.*\)  # (.+)", source)


def packages(source: str) -> list[str]:
    """The packages that a block imports besides Python's own."""
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, (ast.Import, ast.ImportFrom))]
    names = [
        name
        for node in imports
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    ]
    return sorted({name.split(".")[0] for name in names} - set(sys.stdlib_module_names))


def skip_without(sources: Iterable[str]) -> None:
    """Skip the test if a package that its code imports is not installed."""
    for name in sorted({name for source in sources for name in packages(source)}):
        pytest.importorskip(name, reason=f"the code imports {name}, which is not installed")


def check(
    source: str,
    page: Path,
    namespace: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    printed: list[str] | None = None,
) -> None:
    """Run a block in an empty folder, and compare what it prints: with what its comments say, if nothing else does."""
    monkeypatch.chdir(folder)
    known = set(PRIMITIVES)
    try:
        exec(compile(source, page.name, "exec"), namespace)
    finally:
        for name in set(PRIMITIVES) - known:
            del PRIMITIVES[name]
    assert capsys.readouterr().out.splitlines() == (comments(source) if printed is None else printed)
