"""The pages of docs/: the code of each runs from top to bottom and prints what it says."""

from __future__ import annotations

import html
import json
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

import autograd
import nn
from autograd import gradcheck
from autograd.engine import define
from support.examples import check, code_blocks, examples, skip_without

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"
SCRIPT = runpy.run_path(str(DOCS / "korean.py"))
KOREAN: dict[Path, Path] = SCRIPT["PAGES"]
"""The pages in Korean, and what they are in English: their code is the same, and runs there."""

WRITTEN = {DOCS / "first_hour.md"}
"""Pages whose code was run when they were written; their tests do so again."""

PAGES = sorted(set(DOCS.rglob("*.md")) - set(KOREAN) - WRITTEN)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_examples_of_a_page_run_and_print_what_they_say(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = examples(page)
    skip_without(source for source, _ in found)
    namespace: dict[str, object] = {"__name__": page.stem}
    for source, printed in found:
        check(source, page, namespace, monkeypatch, tmp_path, capsys, printed)


def test_there_are_pages_with_examples() -> None:
    assert sum(map(bool, map(code_blocks, PAGES))) >= 12


def test_no_code_hides_from_the_tests() -> None:
    """Blocks of any other mark are commands, text, or what Sphinx reads."""
    marks = {
        mark for page in [*PAGES, *KOREAN, *WRITTEN] for mark in re.findall(r"^```(\S+)", page.read_text("utf-8"), re.M)
    }
    assert marks <= {"python", "text", "{toctree}", "{eval-rst}", "{include}"}


def test_the_first_hour_is_the_notebook_s() -> None:
    program = f"import runpy; print(runpy.run_path({str(DOCS / 'first_hour.py')!r})['page'](), end='')"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    page = (DOCS / "first_hour.md").read_text(encoding="utf-8")
    assert page == done.stdout, "run PYTHONPATH=. python docs/first_hour.py"


def test_the_pictures_of_operations_are_up_to_date() -> None:
    program = (
        f"import json, runpy; print(json.dumps(runpy.run_path({str(DOCS / 'operations.py')!r})['pictures']()), end='')"
    )
    command = [sys.executable, "-c", program]  # a process of its own: other tests add operations to the table
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    stored = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "pictures" / "operations").iterdir()}
    assert stored == json.loads(done.stdout), "run PYTHONPATH=. python docs/operations.py"


@pytest.mark.parametrize("dot", sorted((DOCS / "pictures").glob("*.dot")), ids=lambda dot: dot.stem)
def test_a_picture_of_the_design_is_that_of_its_source(dot: Path) -> None:
    """As far as can be told without one version of Graphviz: boxes and their words, arrows."""
    source, picture = dot.read_text(encoding="utf-8"), dot.with_suffix(".svg").read_text(encoding="utf-8")
    words = [line for label in re.findall(r'label="([^"]*)"', source) for line in label.split(r"\n")]
    assert sorted(map(html.unescape, re.findall(r"<text[^>]*>([^<]*)</text>", picture))) == sorted(words)
    arrows = re.findall(r"^  (\w+) -> (\w+)\b", source, re.M)
    drawn = [html.unescape(title).split("->") for title in re.findall(r"<title>([^<]*&gt;[^<]*)</title>", picture)]
    assert sorted(map(tuple, drawn)) == sorted(arrows)


@pytest.mark.parametrize("page", KOREAN, ids=lambda page: page.stem)
def test_korean_pages_have_the_code_and_the_sections_of_the_english_ones(page: Path) -> None:
    korean, english = (path.read_text(encoding="utf-8") for path in (page, KOREAN[page]))
    assert korean == SCRIPT["with_code_of"](korean, english), "run python docs/korean.py"
    assert re.findall(r"^(#+) ", prose(page), re.M) == re.findall(r"^(#+) ", prose(KOREAN[page]), re.M)


@pytest.mark.parametrize("page", KOREAN, ids=lambda page: page.stem)
def test_korean_pages_have_as_many_paragraphs_in_each_section(page: Path) -> None:
    """What is said in English, a merge that goes wrong may take away in Korean."""
    assert paragraphs(page) == paragraphs(KOREAN[page])


def paragraphs(page: Path) -> list[int]:
    """How many there are in each section, code counting as one."""
    text = re.sub(r"^```.*?^```$", "code", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    _, *sections = re.split(r"^#+ .*$", text, flags=re.M)
    return [len(re.findall(r"\S\n\n", f"{section.strip()}\n\n")) for section in sections]


def prose(page: Path) -> str:
    """A page without its code, its frames and the names of months."""
    return re.sub(r"^```.*?^```|<[^>]*>|\d+월", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)


def test_a_korean_page_without_a_block_is_told() -> None:
    with pytest.raises(ValueError, match="1 blocks, the English one 2"):
        SCRIPT["with_code_of"]("하나\n\n```\n```\n", "```\na\n```\n\n```\nb\n```\n")


@pytest.mark.parametrize("page", KOREAN, ids=lambda page: page.stem)
def test_korean_pages_say_the_same_numbers(page: Path) -> None:
    numbers = r"(?<![\w.])\d[\d,.]*\d"  # of two digits or more: smaller ones may be words
    assert sorted(re.findall(numbers, prose(page))) == sorted(re.findall(numbers, prose(KOREAN[page])))


def test_the_reference_has_every_public_name() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in (DOCS / "reference").glob("*.md"))
    told = set(re.findall(r"^\.\. (?:auto\w+|py:data):: ([\w.]+)", pages, re.M))
    modules = {"autograd": autograd.__all__, "nn": nn.__all__, "autograd.linalg": autograd.linalg.__all__}
    modules["autograd.special"] = pytest.importorskip("autograd.special", reason="SciPy is not installed").__all__
    public = {f"{module}.{name}" for module, names in modules.items() for name in names}
    public -= {"autograd.linalg", "nn.schedules"}  # modules
    assert public - told == set()
    for name in told:
        module, _, member = name.rpartition(".")
        assert hasattr(sys.modules[module], member), name


@pytest.mark.skipif(not CONTRIBUTING.is_file(), reason="not in a source tree")
def test_the_row_that_contributing_shows_is_one() -> None:
    [source] = code_blocks(CONTRIBUTING)
    namespace = dict(vars(define))
    exec(source, namespace)
    smoothstep = namespace["smoothstep"]
    assert smoothstep(0.25) == 0.15625
    assert gradcheck(smoothstep, 0.25, order=2)
