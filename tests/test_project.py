"""The project as its users meet it: what the README promises, and what an import costs."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest

from support.examples import check, code_blocks

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"


@pytest.mark.parametrize("source", code_blocks(README))
def test_the_readme_s_examples_run_and_print_what_they_say(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    check(source, README, {"__name__": "readme"}, monkeypatch, tmp_path, capsys)


def test_the_page_on_solvers_runs_and_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    """One block after the other, as it is read."""
    pytest.importorskip("scipy", reason="SciPy is not installed")
    page = (ROOT / "docs" / "solvers.md").read_text(encoding="utf-8")
    source = "\n".join(re.findall(r"^```python\n(.*?)^```", page, re.M | re.S))
    exec(compile(source, "docs/solvers.md", "exec"), {"__name__": "solvers"})
    assert capsys.readouterr().out.splitlines() == re.findall(r"^print\(.*\)  # (.+)", source, re.M)


@pytest.mark.skipif(not (ROOT / "CITATION.cff").is_file(), reason="not in a source tree")
def test_the_version_is_the_same_wherever_it_stands() -> None:
    """pyproject.toml says it; the citation and the newest entry of the changelog agree, also about the day."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    citation = dict(re.findall(r"^([\w-]+): (\S+)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.M))
    released = re.findall(r"^## \[([\d.]+)\] - (\S+)$", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert released[0] == (version, citation["date-released"])
    assert citation["version"] == version
    assert date.fromisoformat(citation["date-released"])


def test_the_readme_s_speeds_are_those_of_the_last_report() -> None:
    """But for what a machine makes of them from one report to the next."""
    report = (ROOT / "benchmarks" / "RESULTS.md").read_text(encoding="utf-8")
    (head,) = re.findall(r"^\| \| plain floats.*", report, re.M)
    engines = [name.strip(" *") for name in head.split("|")]
    ratios = {
        row: dict(zip(engines, re.findall(rf"^\| {row} \|.*", report, re.M)[0].split("|"), strict=True))
        for row in ("chain", "transformer")
    }
    text = " ".join(README.read_text(encoding="utf-8").split())
    said = re.search(
        r"gradient (\d+) times as fast as XAD's C\+\+ and (\d+) times as fast as micrograd, in twice the time of plain "
        r"floats .* step (\d+) times as fast as with a textbook node",
        text,
    )
    assert said is not None
    xad, micrograd, textbook = map(float, said.groups())
    assert xad == pytest.approx(float(ratios["chain"]["XAD"]), rel=0.2)
    assert micrograd == pytest.approx(float(ratios["chain"]["micrograd"]), rel=0.2)
    assert float(ratios["chain"]["plain floats, by hand"]) == pytest.approx(0.5, rel=0.2)
    assert textbook == pytest.approx(float(ratios["transformer"]["textbook node"]), rel=0.2)


def test_ci_finds_the_test_line_in_the_readme() -> None:
    line = re.search(r"^<!-- test -->\n```\n(.*pytest.*)\n```", README.read_text(encoding="utf-8"), re.M)
    assert line is not None
    assert "venv" in line.group(1), "the line makes its own virtual environment"


def test_what_checks_the_project_has_exact_versions() -> None:
    """Or CI would fail at a release of somebody else's."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    needs = [need for extra in ("docs", "test") for need in extras[extra] if not need.startswith(project["name"])]
    assert [need for need in needs if not re.fullmatch(r"[\w-]+==[\d.]+", need)] == []


def test_importing_the_engine_and_the_networks_loads_no_third_party_module() -> None:
    program = (
        "import sys; before = set(sys.modules); import autograd, nn; "
        "top = {name.split('.')[0] for name in set(sys.modules) - before}; "
        "print(sorted(top - set(sys.stdlib_module_names) - {'autograd', 'autograd__mypyc', 'nn'}))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_reference_of_operations_is_up_to_date() -> None:
    program = f"import runpy; print(runpy.run_path({str(ROOT / 'docs' / 'operations.py')!r})['page'](), end='')"
    command = [sys.executable, "-c", program]  # a process of its own: other tests add operations to the table
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", check=True)
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    assert page == done.stdout, "run python docs/operations.py"
