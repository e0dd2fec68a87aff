"""Messages that name what to install: it is what the code wants, and pip knows it by that name."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from autograd.support.extras import installing
from support.indexes import BRIEF, need_an_index, pip

ROOT = Path(__file__).parent.parent
NAME = re.compile(r"pip install ([A-Za-z][\w.-]*\w)")

pytestmark = pytest.mark.skipif(not (ROOT / "setup.py").exists(), reason="not in a source tree")


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for package in ("autograd", "nn", "demos"):
        for path in sorted((ROOT / package).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def required() -> set[str]:
    """What a user's extras and the project itself require, by name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [needs for extra, needs in project["optional-dependencies"].items() if extra != "test"]
    names = [re.split(r"[\[<>=~; ]", need)[0] for needs in [project["dependencies"], *extras] for need in needs]
    return {name for name in names if name != project["name"]}


def texts(tree: ast.Module) -> list[str]:
    return [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]


def imported(tree: ast.Module) -> set[str]:
    """The packages that a module imports, itself or in a program that it writes."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).split(".")[0])
    return found | {name for text in texts(tree) for name in re.findall(r"^import (\w+)$", text, re.M)}


def brings(name: str) -> set[str]:
    """The modules that come with a distribution; skips where it isn't installed."""
    found = {module for module, owners in packages_distributions().items() if name in owners}
    return found or pytest.skip(f"{name} is not installed")


def named_in_texts() -> list[tuple[str, str]]:
    """(module, distribution) for every `pip install ...` that stands in the code."""
    found = [(str(path.relative_to(ROOT)), name) for path, tree in trees() for text in texts(tree)
             for name in NAME.findall(text)]  # fmt: skip
    return sorted({pair for pair in found if not pair[0].endswith(("extras.py", "installation.py", "foundation.py"))})


def asked_for() -> list[str]:
    """The packages that `needed` is called with."""
    calls = (node for _, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Call))
    asked = (call.args[1] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "needed")
    return sorted({argument.value for argument in asked if isinstance(argument, ast.Constant)})


def test_there_is_something_to_look_at() -> None:
    assert len(named_in_texts()) > 4
    assert {"scipy", "numpy", "matplotlib", "markdown_it", "distributed"} <= set(asked_for())


@pytest.mark.parametrize(("module", "name"), named_in_texts())
def test_what_a_text_names_is_what_its_module_imports(module: str, name: str) -> None:
    assert name in required()
    assert brings(name) & imported(ast.parse((ROOT / module).read_text(encoding="utf-8")))


@pytest.mark.parametrize("package", asked_for())
def test_what_is_asked_for_has_a_name_that_pip_knows_and_an_extra_that_brings_it(package: str) -> None:
    (name,) = NAME.findall(installing(package))
    assert name in required()
    assert package in brings(name)


def test_no_message_names_the_project_itself_as_if_an_index_had_it() -> None:
    told = [f"{path}: {text}" for path, tree in trees() for text in texts(tree) if "scalar-autograd[" in text]
    assert told == []


def test_pip_finds_them_all() -> None:
    need_an_index()
    names = {name for _, name in named_in_texts()}
    names |= {name for package in asked_for() for name in NAME.findall(installing(package))}
    done = pip("install", "-q", "--dry-run", "--no-deps", "--ignore-installed", *BRIEF, *sorted(names))
    assert done.returncode == 0, done.stderr


# What asks for a package, by the module that is missing, with what is written before.
ASKING = {
    "autograd.special": ("scipy", "import autograd.special"),
    "linalg": ("scipy", "autograd.linalg.det([[2.0, 1.0], [1.0, 2.0]])"),
    "jacobian": ("scipy", "autograd.jacobian(lambda v: [2 * n for n in v], sparsity='detect')([1.0, 2.0])"),
    "vmap": ("numpy", "autograd.vmap(lambda x: 2 * x)"),
    "fit": (
        "numpy",
        "nn.fit(model, [[1]], [1], loss=nn.mse, optimizer=nn.SGD(model.parameters(), 0.1), epochs=1, jit=True)",
    ),
    "intro": ("markdown_it", "autograd.walkthrough(y).save_html('walk.html', intro='*Why?*')"),
    "animation": ("matplotlib", "autograd.walkthrough(y).save_animation('walk.gif')"),
    "plot": ("matplotlib", "nn.History([1.0]).plot()"),
    "picture": ("pygraphviz", "autograd.draw(y).save('y.svg')"),
    "source": ("graphviz", "autograd.draw(y).save('y.dot')"),
}

PROGRAM = """
import os, sys
import autograd, nn
missing = sys.argv[1]
os.environ["PATH"] = ""  # no dot
os.environ["MPLBACKEND"] = "agg"
y = autograd.Value(2.0, label="x") * 3.0
model = nn.MLP(1, [1])
sys.modules[missing] = None
try:
    exec(sys.argv[2])
except (ImportError, RuntimeError) as error:
    print(str(error).encode("unicode_escape").decode())
del sys.modules[missing]
for name in [name for name in sys.modules if name.startswith("autograd.special")]:
    del sys.modules[name]
exec(sys.argv[2])
print("done")
"""


@pytest.mark.parametrize("operation", ASKING)
def test_it_is_asked_for_where_it_is_missing_and_with_it_the_call_goes_through(operation: str, tmp_path: Path) -> None:
    missing, call = ASKING[operation]
    pytest.importorskip(missing, reason=f"{missing} is what is asked for")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", PROGRAM, missing, call]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    message, end = done.stdout.splitlines()
    (name,) = NAME.findall(message)
    assert missing in brings(name)
    assert end == "done"
