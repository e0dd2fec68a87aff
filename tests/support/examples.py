"""Code in pages: every block runs, and prints what the comments behind its `print`s say."""

import re
from pathlib import Path

import pytest

from autograd import PRIMITIVES


def code_blocks(page: Path) -> list[str]:
    """The blocks of Python code in a page, each moved down to its line there, so that errors name that."""
    text = page.read_text(encoding="utf-8")
    found = re.finditer(r"^```python\n(.*?)^```", text, re.M | re.S)
    return ["\n" * text.count("\n", 0, block.start(1)) + block[1] for block in found]


def check(
    source: str,
    page: Path,
    namespace: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
    folder: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Run a block in an empty folder, and compare what it prints."""
    monkeypatch.chdir(folder)
    known = set(PRIMITIVES)
    try:
        exec(compile(source, page.name, "exec"), namespace)
    finally:
        for name in set(PRIMITIVES) - known:
            del PRIMITIVES[name]
    assert capsys.readouterr().out.splitlines() == re.findall(r"print\(.*\)  # (.+)", source)
