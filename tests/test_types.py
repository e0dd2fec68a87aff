"""What type checkers see: in the sources, in an installed wheel, and through an editable install.

`tests/typing/` says it: in assertions, and in misuses that must be errors. mypy and pyright read it; nothing runs it.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd.engine.operators import Recorded
from support.effort import long
from support.wheels import checkout

ROOT = Path(__file__).parent.parent
TYPING = ROOT / "tests" / "typing"
MODULES = sorted(path.stem for path in TYPING.glob("*.py") if path.stem != "conftest")

# The wheel is installed without its dependencies, and some libraries are optional.
_LIBRARY_MISSING = re.compile(r'reportMissing(Imports|ModuleSource) Import "(?!autograd\b|nn\b)')

# A checker asks the interpreter for its path, on which nothing else should be.
ENVIRONMENT = {name: setting for name, setting in os.environ.items() if name != "PYTHONPATH"}

pytestmark = pytest.mark.skipif(not (ROOT / "setup.py").exists(), reason="not in a source tree")


@dataclass(frozen=True)
class Place:
    """Where the packages and the files of tests/typing are found.

    Attributes:
        python: the interpreter whose packages a checker sees.
        packages: the folder that holds autograd and nn.
        typing: the folder of the files.
    """

    python: Path
    packages: Path
    typing: Path


def found_by_pyright(place: Place, folders: list[Path]) -> tuple[str, ...]:
    """Everything pyright has to say of some folders, a line each; tests that need it are skipped where it can't run."""
    if importlib.util.find_spec("pyright") is None:
        pytest.skip("pyright is not installed")
    command = [sys.executable, "-m", "pyright"]
    environment = ENVIRONMENT | {"PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    ready = subprocess.run([*command, "--version"], env=environment, capture_output=True, text=True)
    if ready.returncode != 0:  # it is a program for node, which it fetches where there is none
        pytest.skip(f"pyright can't run here: {ready.stderr.strip()[-200:]}")
    done = subprocess.run(
        [*command, "--outputjson", "--pythonpath", str(place.python), *map(str, folders)],
        cwd=place.typing.parent,
        env=environment,
        capture_output=True,
        text=True,
    )
    report: dict[str, Any] = json.loads(done.stdout)
    assert report["summary"]["filesAnalyzed"] >= len(MODULES) + 40 * (len(folders) - 1), report["summary"]
    return tuple(
        f"{thing['file']}:{thing['range']['start']['line'] + 1}: {thing['message']} ({thing.get('rule')})"
        for thing in report["generalDiagnostics"]
        if thing["severity"] != "information" and not _LIBRARY_MISSING.match(f"{thing.get('rule')} {thing['message']}")
    )


def environment(directory: Path) -> tuple[Path, Path]:
    """The interpreter of a virtual environment with nothing but NumPy, and the folder of its packages."""
    home = directory / "venv"
    venv.create(home, symlinks=os.name != "nt")
    paths = sysconfig.get_paths("venv", {"base": str(home), "platbase": str(home)})
    numpy = importlib.util.find_spec("numpy")
    if numpy is not None and numpy.origin is not None:  # whose arrays some modules speak of
        (Path(paths["purelib"]) / "numpy").symlink_to(Path(numpy.origin).parent, target_is_directory=True)
    return Path(paths["scripts"]) / ("python.exe" if os.name == "nt" else "python"), Path(paths["purelib"])


def written_by_a_user(directory: Path) -> Path:
    """The files of tests/typing, far from the sources."""
    typing = directory / "user" / "typing"
    shutil.copytree(TYPING, typing, ignore=shutil.ignore_patterns("__pycache__"))
    return typing


@pytest.fixture(scope="module")
def sources() -> Place:
    """The source tree."""
    return Place(Path(sys.executable), ROOT, TYPING)


@pytest.fixture(scope="module")
def installed(pure_wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The wheel alone in a virtual environment."""
    directory = tmp_path_factory.mktemp("installed")
    python, packages = environment(directory)
    with zipfile.ZipFile(pure_wheel) as archive:  # a pure wheel is installed by unpacking it
        archive.extractall(packages)
    return Place(python, packages, written_by_a_user(directory))


@pytest.fixture(scope="module")
def editable(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A virtual environment with what `pip install -e .` writes, in a folder that is not the source tree's."""
    if importlib.util.find_spec("pip") is None:
        pytest.skip("pip is not installed")
    directory = tmp_path_factory.mktemp("editable")
    tree = checkout(directory)
    python, packages = environment(directory)
    offline = ["--no-index", "--no-deps", "--no-build-isolation", "--target", str(packages)]
    done = subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", *offline, "-e", "."], cwd=tree, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return Place(python, tree, written_by_a_user(directory))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What mypy knows of files by what stands in them, the libraries above all; from whoever has run it here."""
    known, folder = ROOT / ".mypy_cache", tmp_path_factory.mktemp("mypy") / "cache"
    if known.is_dir():
        shutil.copytree(known, folder)
    return folder


def run_mypy(place: Place, cache: Path, *targets: str) -> str:
    """What mypy prints of these targets, with the settings of the project."""
    command = [sys.executable, "-m", "mypy", "--no-error-summary", "--config-file", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [*command, "--cache-dir", str(cache), "--python-executable", str(place.python), *targets],
        cwd=place.typing.parent,
        env=ENVIRONMENT | {"MYPYPATH": str(place.typing)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode == 0) == (done.stdout + done.stderr == ""), done
    return done.stdout + done.stderr


def test_mypy_is_clean_over_the_sources(sources: Place, cache: Path) -> None:
    folders = [sources.packages / "autograd", sources.packages / "nn", sources.typing]
    assert run_mypy(sources, cache, *map(str, folders)) == ""


@pytest.mark.parametrize("place", ["installed", "editable"])
def test_mypy_is_clean_over_what_is_installed(place: str, request: pytest.FixtureRequest, cache: Path) -> None:
    """By the names of the modules, so that they are looked up as a user's imports are: py.typed must be there."""
    where: Place = request.getfixturevalue(place)
    targets = ["-p", "autograd", "-p", "nn", *[word for name in MODULES for word in ("-m", name)]]
    assert run_mypy(where, cache, *targets) == ""


@pytest.mark.parametrize("place", [pytest.param("sources", marks=long), "installed", "editable"])
def test_pyright_is_clean(place: str, request: pytest.FixtureRequest) -> None:
    """The packages where they are written; where they are installed, what their user sees of them."""
    where: Place = request.getfixturevalue(place)
    folders = [where.packages / "autograd", where.packages / "nn"] if place == "sources" else []
    assert found_by_pyright(where, [*folders, where.typing]) == ()


def test_an_editable_install_runs_the_sources(editable: Place) -> None:
    """A path leads to them, which type checkers follow; they can't follow an import hook."""
    program = "import autograd, demos, nn; print(autograd.__file__, demos.__file__, nn.__file__, autograd.compiled)"
    done = subprocess.run(
        [editable.python, "-I", "-c", program], cwd=editable.typing, capture_output=True, text=True, check=True
    )
    files = [editable.packages / package / "__init__.py" for package in ("autograd", "demos", "nn")]
    assert done.stdout.split() == [*map(str, files), "False"]


def test_the_wheel_says_that_it_is_typed(installed: Place) -> None:
    assert all((installed.packages / package / "py.typed").exists() for package in ("autograd", "nn"))


def test_the_stub_of_the_losses_is_theirs(tmp_path: Path) -> None:
    """Names and defaults; what is imported isn't read, so that overloads which differ by it look the same here."""
    settings = tmp_path / "mypy.ini"
    settings.write_text(
        "[mypy]\nfollow_imports = skip\ndisable_error_code = overload-cannot-match, overload-overlap\n",
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "mypy.stubtest", "nn.losses", "nn.regression", "--mypy-config-file", str(settings)]
    own_cache = ENVIRONMENT | {"MYPY_CACHE_DIR": str(tmp_path / "cache")}
    done = subprocess.run(command, cwd=ROOT, env=own_cache, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def asserted(module: str, pattern: str) -> set[str]:
    return set(re.findall(rf"^assert_type\({pattern}\(", (TYPING / f"{module}.py").read_text(encoding="utf-8"), re.M))


def test_every_function_of_the_table_and_every_method_is_asserted() -> None:
    names = {name for name, thing in vars(autograd).items() if isinstance(thing, autograd.Primitive)}
    assert names <= asserted("functions", r"ag\.(\w+)")
    methods = {name for name in vars(Recorded) if not name.startswith("_")} - {"apply_primitive"}
    assert methods <= asserted("operators", r"x\.(\w+)") | {"real", "imag"}  # which are properties
    rows = {name for name, row in autograd.PRIMITIVES.items() if row.variadic}
    assert rows & set(vars(autograd)) <= asserted("reductions", r"ag\.(\w+)")


def test_every_misuse_is_marked_as_an_error() -> None:
    """A call that should be an error and is not would go unnoticed without the mark."""
    lines = (TYPING / "misuse.py").read_text(encoding="utf-8").partition("# A table's function")[2].splitlines()
    calls = [line for line in lines[1:] if re.match(r"\s*(ag\.|nn\.|x\.|_|Value\(|z \+=)", line)]
    assert len(calls) > 140
    assert [line for line in calls if "# type: ignore[" not in line] == []
