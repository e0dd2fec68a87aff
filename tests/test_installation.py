"""Other packages called `autograd`, `nn` or `demos`, installed before or after ours; and broken installations."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from support.indexes import has_index
from support.wheels import ROOT, Environment, made_up, new_environment

pytestmark = pytest.mark.skipif(not (ROOT / "setup.py").exists(), reason="not in a source tree")

HIPS = "autograd==1.8.0"
NAMES = ("autograd", "nn", "demos")


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    return new_environment(tmp_path)


@pytest.fixture
def stranger(tmp_path: Path) -> Path | str:
    """Another distribution with a package `autograd`: HIPS's, or where pip reaches no index one that is made up."""
    files = {"autograd/__init__.py": "grad = None\n", "autograd/core.py": "", "autograd/numpy/__init__.py": ""}
    return HIPS if has_index() else made_up(tmp_path, "autograd", files)


def whole(environment: Environment) -> bool:
    """Whether all of it is there and works."""
    program = "import autograd, nn, demos.chain_rule; print((autograd.Value(3.0) * 2.0).data)"
    done = environment.run(program)
    return (done.stdout, done.stderr) == ("6.0\n", "")


def test_alone_it_says_nothing_of_what_lies_about(environment: Environment, pure_wheel: Path) -> None:
    environment.install(pure_wheel)
    for name in NAMES:
        folder = environment.packages / name
        (folder / "numpy" / "__pycache__").mkdir(parents=True)
        (folder / "numpy" / "__pycache__" / "core.cpython-311.pyc").write_bytes(b"")
        (folder / "__pycache__").mkdir(exist_ok=True)
        (folder / "notes.txt").write_text("read me")
        (folder / ".ipynb_checkpoints").mkdir()
    assert whole(environment)


def test_what_was_there_before_is_told_by_the_import(
    environment: Environment, pure_wheel: Path, stranger: Path | str
) -> None:
    environment.install(stranger, pure_wheel)
    for package in NAMES:
        message = environment.trouble(f"import {package}")
        assert re.match(
            r"ImportError: autograd: another distribution, autograd [\d.]+, has unpacked .*core\.py", message
        )
    environment.heed(message, pure_wheel)
    assert whole(environment)


def test_what_came_later_is_told_by_the_networks_and_the_demos(
    environment: Environment, pure_wheel: Path, stranger: Path | str
) -> None:
    environment.install(pure_wheel, stranger)
    for package in ("nn", "demos"):
        message = environment.trouble(f"import {package}")
        assert re.match(
            rf"ImportError: {package}: another distribution, autograd [\d.]+, has unpacked __init__\.py into ", message
        )
    environment.heed(message, pure_wheel)
    assert whole(environment)


@pytest.fixture(params=["ours last", "theirs last"])
def met(
    request: pytest.FixtureRequest, environment: Environment, pure_wheel: Path, stranger: Path | str
) -> Environment:
    """An environment in which both were installed."""
    both = [stranger, pure_wheel]
    environment.install(*(both if request.param == "ours last" else reversed(both)))
    return environment


def test_where_the_other_was_uninstalled_ours_is_installed_again(met: Environment, pure_wheel: Path) -> None:
    met.uninstall("autograd")
    for package in ("nn", "demos"):
        message = met.trouble(f"import {package}")
        assert message.startswith(f"ImportError: {package}: {met.packages}/autograd/__init__.py is gone")
    met.heed(message, pure_wheel)
    assert whole(met)


def test_where_ours_was_uninstalled_the_other_is_installed_again(met: Environment, stranger: Path | str) -> None:
    """As the README says. Nothing of ours is left in its way."""
    met.uninstall("scalar-autograd")
    assert met.trouble("import nn") == "ModuleNotFoundError: No module named 'nn'"
    assert met.trouble("from autograd import grad") != ""
    met.uninstall("autograd")
    met.install(stranger)
    assert met.trouble("from autograd import grad") == ""


@pytest.mark.parametrize("name", ["nn", "demos"])
def test_the_other_names_are_watched_too(name: str, environment: Environment, pure_wheel: Path, tmp_path: Path) -> None:
    other = made_up(
        tmp_path, f"{name}-of-somebody".replace("-", "_"), {f"{name}/__init__.py": "", f"{name}/tools.py": ""}
    )
    environment.install(other, pure_wheel)
    message = environment.trouble(f"import {name}")
    assert re.match(
        rf"ImportError: {name}: another distribution, {name}.of.somebody 7\.0, has unpacked tools\.py", message
    )
    assert environment.trouble("import autograd") == ""
    environment.heed(message, pure_wheel)
    assert whole(environment)
    environment.install(other)
    if name == "nn":
        message = environment.trouble("import demos")
        assert message.startswith("ImportError: demos: another distribution, nn")
        environment.heed(message, pure_wheel)
        assert whole(environment)


def test_another_package_that_is_found_first_is_named(
    environment: Environment, pure_wheel: Path, stranger: Path | str, tmp_path: Path
) -> None:
    """Ours by a path, as an editable install has it, theirs in the environment."""
    ours = Environment(environment.python, tmp_path / "ours")
    ours.install(pure_wheel)
    environment.install(stranger)
    (environment.packages / "ours.pth").write_text(f"{ours.packages}\n", encoding="utf-8")
    for package in ("nn", "demos"):
        message = environment.trouble(f"import {package}")
        found = f"{environment.packages}/autograd/__init__.py"
        assert message.startswith(
            f"ImportError: nn: `import autograd` finds {found}, not the autograd that nn is built on"
        )
    environment.heed(message, pure_wheel)
    assert whole(environment)


def test_files_of_nobody_are_to_be_moved(environment: Environment, pure_wheel: Path) -> None:
    environment.install(pure_wheel)
    mine = environment.packages / "autograd" / "mine.py"
    mine.write_text("")
    message = environment.trouble("import autograd")
    assert message == (
        f"ImportError: autograd: {mine.parent} holds mine.py, which nothing installed there; move it elsewhere"
    )
    mine.rename(environment.packages / "mine.py")
    assert whole(environment)


# Takes each file away that was installed, one at a time, in one process.
EACH_IS_MISSED = """
import os
import sys
import autograd, nn, demos
from autograd.support import installation

packages = sys.argv[1]
record = installation._record(packages)
for folder, names in record.items():
    package = folder.split("/")[0]
    for name in names if package in ("autograd", "nn", "demos") else ():
        path = os.path.join(packages, folder, name)
        if os.path.isfile(path) and not name.endswith((".pyi", "py.typed")):
            os.rename(path, path + ".away")
            try:
                installation.check(package, [os.path.join(packages, package)])
                print("not missed:", path)
            except ImportError as error:
                print(f"{package}: {packages} has lost {folder}/{name}; " in str(error) or error)
            os.rename(path + ".away", path)
"""


def test_each_file_that_runs_is_missed(environment: Environment, pure_wheel: Path) -> None:
    environment.install(pure_wheel)
    done = environment.run(EACH_IS_MISSED, str(environment.packages))
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert len(lines) > 200
    assert set(lines) == {"True"}


def test_a_half_removed_installation_says_what_is_gone_and_how_to_mend_it(
    environment: Environment, pure_wheel: Path
) -> None:
    environment.install(pure_wheel)
    shutil.rmtree(environment.packages / "autograd" / "engine")
    for package in NAMES:
        message = environment.trouble(f"import {package}")
        assert f"ImportError: autograd: {environment.packages} has lost autograd/engine; " in message
    environment.heed(message, pure_wheel)
    assert whole(environment)
    shutil.rmtree(environment.packages / "autograd")
    message = environment.trouble("import nn")
    assert message.startswith("ImportError: nn: the autograd that it is built on is gone")
    environment.heed(message, pure_wheel)
    assert whole(environment)


def test_it_runs_without_the_sources_that_were_compiled_and_from_an_archive(
    environment: Environment, pure_wheel: Path
) -> None:
    environment.install(pure_wheel)
    environment.run("import compileall, sys; compileall.compile_dir(sys.argv[1], legacy=True, quiet=1)",
                    str(environment.packages))  # fmt: skip
    for name in NAMES:
        for path in (environment.packages / name).rglob("*.py"):
            path.unlink()
    assert whole(environment)
    program = (
        f"import sys; sys.path.insert(0, {str(pure_wheel)!r}); import autograd, nn, demos; print(autograd.__file__)"
    )
    assert str(pure_wheel) in environment.run(program).stdout
