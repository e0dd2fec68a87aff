"""Where strangers run it: without HOME, without UTF-8, in folders not to be written to, beside a foreign `autograd`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from support.wheels import ROOT

pytestmark = pytest.mark.skipif(not (ROOT / "setup.py").exists(), reason="not in a source tree")

README = (ROOT / "README.md").read_text(encoding="utf-8")

GRAPH = """
from autograd import Value, draw, walkthrough
w, x = Value(0.4, label="가중치"), Value(0.5, label="x")
y = (w * x).tanh()
y.backward()
"""

MODEL = """
from nn import MLP, SGD, fit, load, mse
model = MLP(2, [2, 1], seed=1)
sgd = SGD(model.parameters(), 0.1)
"""

# What one does, each a program; what it writes to stdout, or into files, is the same everywhere.
COMMANDS = {
    "import": "import autograd, nn, demos",
    "example": re.search(r"^```python\n(.*?)^```", README, re.M | re.S)[1],  # type: ignore[index]
    "drawing": GRAPH + 'draw(y).save("y.dot"); svg = draw(y).save("y.svg")',
    "page": GRAPH + 'walkthrough(y).save_html("y.html", title="∂y/∂w", lang="ko")',
    "walk": GRAPH + "walkthrough(y).play()",
    "report": "import sys; from demos.__main__ import run; sys.argv = ['autograd-demos', 'xnor_step']; run()",
    "site": "import sys; from demos.__main__ import run; sys.argv = ['autograd-demos', '000', '--site', '.']; run()",
    "practice": "import sys; from demos.__main__ import run; sys.argv = ['autograd-demos', '--practice', '7']; run()",
    "train": MODEL
    + 'fit(model, [[0, 1]], [1], loss=mse, optimizer=sgd, epochs=2, seed=1); model.save("m.json"); load("m.json")',
    "playground": MODEL + "from nn import playground\n"
    'playground(model, [[0, 1]], [1], loss=mse, optimizer=sgd, seed=1).save_html("p.html")',
}

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
ENVIRONMENTS: dict[str, dict[str, str]] = {
    "nothing set": {},
    "a home that isn't there": {"HOME": "/nonexistent"},
    "a C locale": {"LC_ALL": "C"},
    "a locale of ASCII": ASCII,
    "a terminal of Latin letters": {"PYTHONIOENCODING": "latin-1"},
    "a Korean Windows terminal": {"PYTHONIOENCODING": "cp949"},
    "a folder named autograd": {},
    "packages that can't be written": {},
}


@pytest.fixture(scope="module")
def packages(pure_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ours as pip unpacks it."""
    folder = tmp_path_factory.mktemp("packages")
    with zipfile.ZipFile(pure_wheel) as archive:
        archive.extractall(folder)
    return folder


def run(program: str, folder: Path, packages: Path, environment: dict[str, str]) -> subprocess.CompletedProcess[bytes]:
    """Run a script in a folder, with nothing else set in the environment, and nothing to read."""
    script = folder / "script.py"
    script.write_text(program, encoding="utf-8")
    libraries = [str(packages), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    every = {"PYTHONPATH": os.pathsep.join(libraries), **environment}
    return subprocess.run([sys.executable, script.name], cwd=folder, env=every, input=b"", capture_output=True)


@pytest.fixture(scope="module")
def expected(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, dict[str, bytes]]]:
    """What each command writes where everything is in UTF-8: text, and files by name."""
    found = {}
    for name, program in COMMANDS.items():
        folder = tmp_path_factory.mktemp("expected")
        done = run(program, folder, packages, {"PYTHONUTF8": "1", "HOME": str(folder)})
        assert (done.returncode, done.stderr) == (0, b""), name
        found[name] = (done.stdout.decode(), written(folder))
    return found


def written(folder: Path) -> dict[str, bytes]:
    files = (path for path in folder.iterdir() if path.is_file() and path.name != "script.py")
    return {path.name: path.read_bytes() for path in files}


def encoding(environment: dict[str, str]) -> str:
    return environment.get("PYTHONIOENCODING", "ascii" if "PYTHONUTF8" in environment else "utf-8")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("name", ENVIRONMENTS)
def test_it_just_works(
    name: str,
    command: str,
    packages: Path,
    expected: dict[str, tuple[str, dict[str, bytes]]],
    tmp_path: Path,
) -> None:
    environment = ENVIRONMENTS[name]
    folder = tmp_path / "work"
    folder.mkdir()
    if name == "a folder named autograd":  # a clone's, or notes on it; without __init__.py it is no package
        (folder / "autograd").mkdir()
        (folder / "autograd" / "notes.md").touch()
    before = {path for path in packages.rglob("*") if "__pycache__" not in path.parts}
    folders = [packages, *(path for path in before if path.is_dir())]
    closed = folders if name == "packages that can't be written" else []
    for path in closed:
        path.chmod(0o555)
    try:
        done = run(COMMANDS[command], folder, packages, environment)
    finally:
        for path in closed:
            path.chmod(0o755)
    text, files = expected[command]
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout == text.encode(encoding(environment), errors="replace")
    assert written(folder) == files
    assert {path for path in packages.rglob("*") if "__pycache__" not in path.parts} == before


def test_a_package_of_the_user_s_that_is_found_first_is_named_in_one_line(packages: Path, tmp_path: Path) -> None:
    for path, found in (("autograd/__init__.py", "autograd"), ("autograd.py", "autograd")):
        folder = tmp_path / path.replace("/", "-")
        (folder / path).parent.mkdir(parents=True)
        (folder / path).write_text("class Value: pass\n")
        for program in ("import nn", "import demos"):
            done = run(program, folder, packages, {})
            last = done.stderr.decode().splitlines()[-1]
            assert last.startswith(f"ImportError: nn: `import {found}` finds {folder / path}, not the autograd"), last
            assert last.endswith("if it is a file or folder of yours: rename it")
        (folder / path).rename(folder / "mine.txt")
        if (folder / "autograd").exists():
            (folder / "autograd").rename(folder / "mine")
        assert run("import nn, demos", folder, packages, {}).returncode == 0
    folder = tmp_path / "nn"
    folder.mkdir()
    (folder / "nn.py").touch()
    last = run("import demos", folder, packages, {}).stderr.decode().splitlines()[-1]
    assert last == (
        f"ImportError: demos: `import nn` finds {folder / 'nn.py'}, not the one in {packages}; "
        "rename that, or run it from elsewhere"
    )


def test_a_walk_without_any_input_is_printed(packages: Path, tmp_path: Path) -> None:
    """As in a process whose standard input was closed."""
    program = f"import sys; sys.stdin = None\n{COMMANDS['walk']}"
    done = run(program, tmp_path, packages, {})
    assert (done.stderr, done.stdout) == (b"", run(COMMANDS["walk"], tmp_path, packages, {}).stdout)
