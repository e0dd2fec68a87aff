"""The pages of docs/: the code of each runs from top to bottom and prints what it says."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.examples import check, code_blocks

PAGES = sorted((Path(__file__).parent.parent / "docs").glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_run_and_print_what_they_say(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    namespace: dict[str, object] = {"__name__": page.stem}
    for source in code_blocks(page):
        check(source, page, namespace, monkeypatch, tmp_path, capsys)


def test_there_are_pages_with_examples() -> None:
    assert any(map(code_blocks, PAGES))
