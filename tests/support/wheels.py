"""Distributions made of the sources, and of packages made up; and virtual environments to install them in."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from support.indexes import pip

ROOT = Path(__file__).parents[2]
CACHES = shutil.ignore_patterns("__pycache__", "*.egg-info", ".*", "build", "dist", "out", "_build")


def checkout(directory: Path) -> Path:
    """A copy of what an install is made from, as a fresh checkout has it: a build leaves files of its own there."""
    tree = directory / "checkout"
    tree.mkdir()
    for name in ["setup.py", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE"]:
        shutil.copy(ROOT / name, tree)
    for name in ["autograd", "nn", "demos"]:
        shutil.copytree(ROOT / name, tree / name, ignore=CACHES)
    return tree


def building(tree: Path, directory: Path, kind: str = "wheel", **environment: str) -> subprocess.CompletedProcess[str]:
    """Build a wheel, an editable wheel or an sdist; the last line printed is its name."""
    program = f"from setuptools import build_meta; print(build_meta.build_{kind}({str(directory)!r}))"
    return subprocess.run(
        [sys.executable, "-c", program], cwd=tree, env=os.environ | environment, capture_output=True, text=True
    )


def build(tree: Path, directory: Path, kind: str = "wheel", **environment: str) -> Path:
    """What was built."""
    done = building(tree, directory, kind, **environment)
    assert done.returncode == 0, done.stderr
    return directory / done.stdout.splitlines()[-1]


def contents(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def made_up(directory: Path, name: str, files: Mapping[str, str]) -> Path:
    """The wheel of a distribution that one has never heard of, with these files."""
    info = f"{name}-7.0.dist-info"
    about = f"Metadata-Version: 2.1\nName: {name}\nVersion: 7.0\n"
    described = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    every = {**files, f"{info}/METADATA": about, f"{info}/WHEEL": described}
    every[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in [*every, f"{info}/RECORD"])
    wheel = directory / f"{name}-7.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for path, text in every.items():
            archive.writestr(path, text)
    return wheel


@dataclass(frozen=True)
class Environment:
    """A virtual environment without pip; ours installs into it.

    Attributes:
        python: its interpreter.
        packages: the folder of its packages.
    """

    python: Path
    packages: Path

    def pip(self, *arguments: str | Path) -> str:
        """Run pip on the environment; what it prints."""
        done = pip("--python", str(self.python), *map(str, arguments))
        assert done.returncode == 0, done.stderr
        return done.stdout

    def install(self, *distributions: Path | str) -> None:
        """Install wheels, by unpacking them as pip does with pure ones, and what pip gets from an index."""
        for distribution in distributions:
            if isinstance(distribution, Path):
                with zipfile.ZipFile(distribution) as archive:
                    archive.extractall(self.packages)
            else:
                self.pip("install", "-q", "--no-deps", "--no-compile", distribution)

    def uninstall(self, *names: str) -> None:
        self.pip("uninstall", "-q", "-y", *names)

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program in the folder of the interpreter, where nothing else is."""
        command = [str(self.python), "-P", "-c", program, *arguments]
        bytecode = {"PYTHONPYCACHEPREFIX": str(self.python.parents[1] / "bytecode")}  # not among the packages
        clean = {name: text for name, text in os.environ.items() if name != "PYTHONPATH"} | bytecode
        return subprocess.run(command, cwd=self.python.parent, env=clean, capture_output=True, text=True)

    def trouble(self, program: str) -> str:
        """The last line of what a program is ended by; empty if it goes through."""
        done = self.run(program)
        assert (done.returncode == 0) == (done.stderr == ""), done.stderr
        return done.stderr.splitlines()[-1] if done.stderr else ""

    def heed(self, message: str, wheel: Path) -> None:
        """Do what a message about the installation says; a wheel stands for the clone."""
        for names in re.findall(r"python -m pip uninstall -y ([\w. -]+\w)", message):
            self.uninstall(*names.split())
        if "python -m pip install . in its clone" in message:
            self.pip("install", "-q", "--no-deps", "--no-compile", "--no-index", wheel)


def new_environment(directory: Path) -> Environment:
    """An environment with the NumPy of the one that runs the tests, and nothing else."""
    home = directory / "venv"
    venv.create(home, symlinks=os.name != "nt")
    paths = sysconfig.get_paths("venv", {"base": str(home), "platbase": str(home)})
    packages = Path(paths["purelib"])
    ours = Path(sysconfig.get_path("platlib"))
    for name in ("numpy", "numpy.libs"):
        if (ours / name).exists():
            (packages / name).symlink_to(ours / name, target_is_directory=True)
    return Environment(Path(paths["scripts"]) / ("python.exe" if os.name == "nt" else "python"), packages)
