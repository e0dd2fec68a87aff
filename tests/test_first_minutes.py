"""From the README to a page of one's own network, as someone who has never seen the project goes: by its very lines."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import autograd
from support.browser import chromium, opener
from support.examples import examples

ROOT = Path(__file__).parent.parent
STRANGER = ROOT / ".ci" / "stranger"
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(mark: str) -> str:
    """The README's block below a mark."""
    found = re.search(rf"^<!-- {re.escape(mark)} -->\n```(?:python)?\n(.*?)^```", README, re.M | re.S)
    assert found, mark
    return found[1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder, and then what the README has one do there; installed is what is tested here."""
    folder = tmp_path_factory.mktemp("empty")
    python, *options, script = shlex.split(block("run"))
    (folder / script).write_text(block(script), encoding="utf-8")
    for package in ("autograd", "nn"):  # as in a clone, where the sources lie beside the script
        (folder / package).mkdir()
        (folder / package / "__init__.py").write_text("raise SystemExit('not what was installed')", encoding="utf-8")
    assert f"{Path(python).parent}/pip install" in block("install"), "what runs is not what was installed"
    assert " -e " not in block("install"), "an editable install is not compiled"
    environment = {**os.environ, "PYTHONPATH": str(Path(autograd.__file__).parents[1])}
    command = [sys.executable, *options, script]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, encoding="utf-8", timeout=600)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["mine.html", "walk.html"]
    assert sorted(path.name for path in folder.iterdir()) == ["autograd", "mine.html", script, "nn", "walk.html"]
    return folder


@pytest.fixture
def opened(folder: Path, tmp_path: Path) -> Iterator[Any]:
    """Open a file of the folder, alone in another place, as one who was sent it does."""
    with chromium() as browser, opener(browser, height=900) as open_address:
        yield lambda name: open_address(shutil.copy(folder / name, tmp_path / "sent.html").as_uri())


def test_the_network_trains_in_its_page(opened: Any) -> None:
    page = opened("mine.html")
    assert page.title() == "Mine"
    page.get_by_role("button", name=re.compile("^Play")).click()
    page.locator("#train-accuracy", has_text="100 %").wait_for()


def test_the_first_example_is_walked_through(opened: Any) -> None:
    page = opened("walk.html")
    assert page.title() == "One example, step by step"
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**#step=1")
    assert page.locator("g.node").count() > 10


def test_a_page_is_small_enough_to_be_sent(folder: Path) -> None:
    assert all((folder / name).stat().st_size < 300_000 for name in ("mine.html", "walk.html"))


@pytest.mark.skipif(not STRANGER.is_file(), reason="not in a source tree")
@pytest.mark.parametrize("page", ["README.md", "docs/first_hour.md"])
def test_the_stranger_of_ci_reads_every_block(page: str) -> None:
    blocks = runpy.run_path(str(STRANGER))["blocks"](page)
    code = [(block.source, (block.printed or "").splitlines()) for block in blocks if block.is_code]
    assert code == [(source.lstrip("\n"), printed) for source, printed in examples(ROOT / page)]
    commands = [block for block in blocks if not block.is_code and block.source.endswith("\n")]
    marks = re.findall(r"^```(.*)$", (ROOT / page).read_text(encoding="utf-8"), re.M)[::2]
    assert (len(code), len(commands)) == (marks.count("python"), marks.count(""))
