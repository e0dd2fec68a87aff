"""`python -m demos` as a process: what it prints and how it ends."""

import importlib
import os
import pty
import re
import struct
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import autograd
from autograd.views.terminal import columns
from demos import __main__ as command_line
from demos.catalogue import DEMOS, Demo
from demos.opening import opening_lines
from demos.report import Row, Section, Verdict
from demos.terminal import WIDTH

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "demos"]


def run(*arguments, **environment):
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )


def run_without(missing, *arguments):
    """The command where a library is not installed."""
    script = "import sys\nfrom demos import __main__\nsys.modules |= dict.fromkeys(sys.argv[1].split(), None)\n"
    script += "sys.argv = ['demos', *sys.argv[2:]]\nsys.exit(__main__.run())"
    modules = {"sklearn": "sklearn sklearn.datasets", "scipy": "scipy scipy.optimize"}.get(missing, missing)
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    environment.pop("MNIST_DIR", None)
    return subprocess.run(
        [sys.executable, "-c", script, modules, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )


def run_on_a_terminal(*arguments, **environment):
    """What the command writes to a pseudo-terminal."""
    reader, terminal = pty.openpty()
    path = os.environ.get("PATH", os.defpath)
    environment = {"PATH": path, "TERM": "xterm", "PYTHONIOENCODING": "utf-8", **environment}
    process = subprocess.Popen([*COMMAND, *arguments], cwd=ROOT, env=environment, stdout=terminal)
    os.close(terminal)
    written = b""
    while chunk := _read(reader):
        written += chunk
    os.close(reader)
    assert process.wait(timeout=600) == 0
    return written.decode()


def _read(reader):
    try:
        return os.read(reader, 65536)
    except OSError:  # Linux's way to say that the other end has closed
        return b""


MANY = [
    Section("first", [Row("x", "2", "2.0", 2.0), Row("y", "2", "3.5", 3.5, "cut off")]),
    Section("words", text=["t"]),
]
BAD = [Section("second", [Row("z", "2", "2.0", 3.0)])]


def pretend(monkeypatch):
    """Three demos in place of all, two of them of lectures."""
    demos = [
        Demo("a", "000", "one", lambda: MANY, lambda: None, lecture="손실 함수: slides"),
        Demo("b", "", "ours", list, lambda: None),
        Demo("c", "001", "two", lambda: BAD, lambda: None, lecture="notes"),
    ]
    monkeypatch.setattr(command_line, "DEMOS", demos)
    monkeypatch.setattr(command_line, "find", {demo.name: demo for demo in demos}.__getitem__)


def test_without_a_name_come_the_verdicts_on_the_lectures_and_nothing_else(monkeypatch, capsys):
    pretend(monkeypatch)
    assert command_line.main([]) == 0
    _, _, reports = capsys.readouterr().out.partition("a · document 000")
    assert [" ".join(line.split()) for line in reports.splitlines() if line] == [
        "· one",
        "first 1 ✓, 1 erratum",
        "c · document 001 · two",
        "second 1 ✗",
        "✗ z",
        "1 ✓, 1 erratum, 1 ✗",
        "Every row: --verbose, or a name: autograd-demos chain_rule. More demos: --list.",
    ]


def test_verbose_or_a_name_shows_every_row(monkeypatch, capsys):
    pretend(monkeypatch)
    command_line.main(["--verbose"])
    every = capsys.readouterr().out
    assert all(text in every for text in ("what  ", "    cut off", "must be 2.0", "  t\n", "c · document 001 · two"))
    command_line.main(["a"])
    named = capsys.readouterr().out
    assert named.partition("a · document")[2] in every
    assert "c · document 001" not in named


def test_check_is_as_short_without_a_name_and_verbose_when_asked(monkeypatch, capsys):
    pretend(monkeypatch)
    assert command_line.main(["--check"]) == command_line.main(["--check", "-v"]) == 1
    short, verbose = capsys.readouterr().out.split("1 wrong\n")[:2]
    assert "cut off" not in short
    assert "cut off" in verbose
    ends = [text[text.rindex("a · document 000:") :] for text in (short, verbose)]
    assert ends[0] == ends[1] == "a · document 000: 1 ✓, 1 erratum\nc · document 001: 1 ✗\n  ✗ z\n"


def test_it_opens_with_the_lectures_by_name_and_a_legend_of_the_words_and_marks(capsys):
    for demo in DEMOS:
        assert bool(demo.lecture) is bool(demo.document), demo.name
    lines = list(opening_lines(DEMOS))
    opening = "\n".join(lines)
    assert opening.startswith("5 Korean lectures, ")
    assert all(
        re.search(rf"^  {demo.document}  {demo.name} +{re.escape(demo.lecture)}$", opening, re.M)
        for demo in DEMOS
        if demo.lecture
    )
    assert [columns(line) for line in lines if columns(line) > WIDTH] == []
    marks = re.findall(r"^  (\S+)  ", opening, re.M)
    assert marks[-7:] == ["printed", "formula", "process", "engine", *Verdict]
    command_line.main(["chain_rule"])
    assert capsys.readouterr().out.startswith("A Korean lecture")
    assert list(opening_lines([demo for demo in DEMOS if not demo.lecture])) == []


def test_one_demo_by_name_and_by_document_is_the_same():
    by_name, by_document = run("chain_rule"), run("000")
    assert by_name.returncode == by_document.returncode == 0
    assert by_name.stdout == by_document.stdout
    assert by_name.stdout.count("document 0") == 1


def test_name_document_and_title_fit_on_a_line():
    assert all(columns(f"{demo.heading} · {demo.title}") <= WIDTH for demo in DEMOS)


def test_list_shows_name_document_and_title_and_the_engine():
    lines = " ".join(run("--list").stdout.split())
    assert all(f"{demo.name} {demo.document or '-'} {demo.title}" in lines for demo in DEMOS)
    assert lines.endswith("The engine is compiled." if autograd.compiled else "The engine is plain Python.")


def test_the_readme_runs_what_it_installs_and_not_the_sources_one_stands_in():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    module, function = project["scripts"]["autograd-demos"].split(":")
    assert getattr(importlib.import_module(module), function) is command_line.run
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.search(r"<!-- demos -->\n```\n.*/pip install .* && \.venv/bin/autograd-demos\n```", readme)
    assert "-m demos" not in readme


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["chain_rul"], "no demo is called 'chain_rul'; did you mean chain_rule?"),
        (["zzz"], "no demo is called 'zzz'; there are chain_rule"),
        (["chain_rule", "00"], "no demo is called '00'"),
        (["--nonsense"], "unrecognized arguments: --nonsense"),
        (["--list", "--check"], "not allowed with"),
        (["--plots", str(Path(__file__))], "cannot write to"),
        (["--plots", "out", "chain_rule"], "no plots here; there are some in"),
        (["--draw", "x.jpeg", "000"], "must end in .svg, .png"),
        (["--pictures", str(Path(__file__))], "File exists"),
        (["--step"], "take one demo; name it, for instance xnor_step"),
        (["--page", "x.html", "000", "002"], "take one demo; name it"),
        (["--page", str(Path(__file__).parent), "000"], "is a folder; name a file in it"),
        (["--site", str(Path(__file__))], "File exists"),
        (["--playground", "x.html", "xnor_step"], "takes one demo that trains a small network: moons"),
        (["--playground", "x.html"], "takes one demo that trains a small network: moons"),
        (["--playground", str(Path(__file__).parent), "moons"], "is a folder; name a file in it"),
        (["--updates", "5"], "--updates: not for chain_rule, only for mnist and gpt"),
        (["gpt", "montecarlo", "--paths", "5"], "--paths: not for gpt, only for montecarlo"),
        (["gpt", "--updates", "0"], "argument --updates: expected a whole number, 1 or more, got '0'"),
        (["montecarlo", "--paths", "1e6"], "argument --paths: expected a whole number, 2 or more, got '1e6'"),
    ],
)
def test_a_wrong_command_line_is_told_in_one_line_and_ends_with_2(arguments, says):
    ended = run(*arguments)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert says in ended.stderr


def test_practice_is_an_exercise_and_tells_its_seed():
    shown = run("--practice", "7").stdout
    assert "Backward" in shown
    assert shown.splitlines()[-1] == repr(autograd.practice(7))
    drawn = run("--practice").stdout.splitlines()[-1]
    seed = int(re.search(r"seed=(\d+)", drawn)[1])
    assert drawn == repr(autograd.practice(seed))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--practice", "seven"], "expected a whole number, 0 or more, got 'seven'"),
        (["--practice", "-1"], "expected a whole number, 0 or more, got '-1'"),
        (["xnor_step", "--practice"], "--practice takes no demo, got 'xnor_step'"),
    ],
)
def test_practice_refuses(arguments, message):
    done = run(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_step_without_a_terminal_prints_the_whole_walk():
    shown = run("002", "--step").stdout
    assert "  g3.grad: 0.0000 + 1.3106 × 0.2259 = 0.2960   [∂f/∂g3 = f·(1 − f)]" in shown


def test_page_and_site_write_pages_that_open_from_disk(tmp_path):
    path = tmp_path / "walk.html"
    assert run("xnor_step", "--page", str(path)).stdout == f"{path}\n"
    title = "<title>A 2-2-1 network that is to learn XNOR</title>"
    assert title in path.read_text(encoding="utf-8")
    folder = tmp_path / "new" / "site"
    written = run("--site", str(folder)).stdout.splitlines()
    assert written == [str(folder / "index.html"), *(str(folder / f"{demo.name}.html") for demo in DEMOS)]
    index = (folder / "index.html").read_text(encoding="utf-8")
    assert re.findall(r'href="(.*?)"', index) == [f"{demo.name}.html" for demo in DEMOS]
    page = (folder / "xnor_step.html").read_text(encoding="utf-8")
    assert page.replace('<p><a href="index.html">All pages</a></p>', "") == path.read_text(encoding="utf-8")


def test_every_page_of_the_site_has_a_title_of_its_own_says_what_is_computed_and_links_back(tmp_path):
    for lang, home in (("en", "All pages"), ("ko", "모든 페이지")):
        folder = tmp_path / lang
        run("--site", str(folder), "--lang", lang)
        titles = set()
        for demo in DEMOS:
            page = (folder / f"{demo.name}.html").read_text(encoding="utf-8")
            title, intro = re.search(
                r"<title>(.+?)</title>.*<p><a href=\"index.html\">(.+?)</p>\n?</div>", page, re.S
            ).groups()
            assert f'<html lang="{lang}">' in page
            assert intro.startswith(f"{home}</a></p><p>")
            assert len(intro) > 60
            titles.add(title)
        assert len(titles) == len(DEMOS)
        index = (folder / "index.html").read_text(encoding="utf-8")
        assert all(f"<strong>{title}</strong>" in index for title in titles)


def test_a_good_run_writes_nothing_to_stderr(tmp_path):
    """Graphviz and its font library have warnings of their own: of labels, of folders of fonts."""
    for arguments in (
        ["000", "--draw", str(tmp_path / "x.svg")],
        ["000", "--draw", str(tmp_path / "x.png")],
        ["000", "--page", str(tmp_path / "x.html")],
        ["--site", str(tmp_path / "site")],
        ["--pictures", str(tmp_path / "pictures")],
    ):
        ended = run(*arguments)
        if "install Chromium" not in ended.stderr:
            assert (ended.returncode, ended.stderr) == (0, ""), arguments


def test_draw_shows_the_gradients(tmp_path):
    path = tmp_path / "graph.dot"
    assert run("000", "--draw", str(path)).stdout == f"{path}\n"
    assert "0.0381" in path.read_text(encoding="utf-8")


def test_the_readme_s_pictures(tmp_path):
    ended = run("--pictures", str(tmp_path))
    if "install Chromium" in ended.stderr:
        pytest.skip("no Chromium here to take the picture with")
    assert ended.stdout.splitlines() == [str(tmp_path / f) for f in ("drawing.svg", "page.png", "playground.png")]
    assert "0.0381" in (tmp_path / "drawing.svg").read_text(encoding="utf-8")
    for name, height in (("page", 800), ("playground", 1010)):
        width_and_height = (tmp_path / f"{name}.png").read_bytes()[16:24]
        assert struct.unpack(">II", width_and_height) == (1280, height)


def test_a_playground_is_written_for_a_demo_that_trains_a_small_network(tmp_path):
    path = tmp_path / "moons.html"
    assert run("moons", "--playground", str(path)).stdout == f"{path}\n"
    page = path.read_text(encoding="utf-8")
    assert "<title>Two moons</title>" in page
    assert len(page.encode()) <= 300_000


def test_colour_on_a_terminal_unless_no_color_is_set():
    assert "\033[32m✓\033[0m" in run_on_a_terminal("chain_rule")
    assert "\033" not in run_on_a_terminal("chain_rule", NO_COLOR="1")


def test_a_wrong_row_makes_check_fail_and_nothing_else(monkeypatch, capsys):
    wrong = Demo("wrong", "999", "a wrong row", lambda: [Section("s", [Row("x", "2", "2.0", 3.0)])], lambda: None)
    monkeypatch.setattr(command_line, "find", lambda name: wrong)
    assert command_line.main(["wrong", "--check"]) == 1
    assert capsys.readouterr().out.endswith("wrong · document 999: 1 ✗\n  ✗ x\n1 wrong\n")
    assert command_line.main(["wrong"]) == 0


def test_a_reader_that_stops_reading_gets_no_traceback():
    process = subprocess.Popen(
        COMMAND, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"}
    )
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait(timeout=600)


def test_a_terminal_without_the_characters_still_gets_the_report():
    ended = run("chain_rule", PYTHONIOENCODING="ascii")
    assert ended.returncode == 0
    assert "0.0381138" in ended.stdout


@pytest.mark.parametrize(
    ("name", "missing", "package"),
    [
        ("one_neuron", "matplotlib", "matplotlib"),
        ("digits", "sklearn", "scikit-learn"),
        ("regression", "scipy", "scipy"),
        ("mars", "scipy", "scipy"),
        ("cluster", "distributed", "distributed"),
    ],
)
def test_plots_without_a_library_say_what_to_install(name, missing, package, tmp_path):
    ended = run_without(missing, name, "--plots", str(tmp_path))
    assert ended.returncode == 2
    assert ended.stderr.endswith(f": --plots needs {missing}: pip install {package}\n")


@pytest.mark.parametrize(
    ("name", "missing", "package"),
    [
        ("digits", "sklearn", "scikit-learn"),
        ("regression", "scipy", "scipy"),
        ("mars", "scipy", "scipy"),
        *((name, "scipy", "scipy") for name in ("gaussian_process", "implicit_function", "ode")),
        ("cluster", "distributed", "distributed"),
        ("gpt", "numpy", "numpy"),
        ("montecarlo", "numpy", "numpy"),
    ],
)
def test_reports_without_a_library_say_what_to_install(name, missing, package):
    ended = run_without(missing, name)
    assert ended.returncode == 2
    assert ended.stderr.endswith(f": pip install {package}\n")
    assert ended.stderr.count("\n") == 1
