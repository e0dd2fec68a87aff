"""Where the engines are installed: a virtual environment each, in a folder that git ignores, made on demand."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).parent.parent
CACHE = ROOT / ".benchmarks"

PACKAGES = {
    "compiled": ["scalar-autograd", "scipy"],
    "pure": ["scalar-autograd"],
    "xad": ["xad"],
    "micrograd": ["micrograd"],
    "textbook": [],
    "torch": ["torch==2.13.0", "numpy"],
    "hips": ["autograd", "scipy"],
    "casadi": ["casadi"],
    "programs": ["scalar-autograd", "llvmlite", "numpy"],
    "aadc": ["aadc"],
    "drjit": ["drjit", "numpy"],
    "warp": ["warp-lang", "numpy"],
    "jax": ["jax"],
    "numpy": ["numpy", "scipy"],
}
"""What each engine takes; the first is the one whose version the report names."""

NODES = ("compiled", "pure", "xad", "micrograd", "textbook", "torch", "hips", "casadi")
"""The engines of the workloads."""

RECORDERS = ("programs", "casadi", "aadc", "drjit", "warp", "jax", "numpy", "torch", "micrograd", "textbook")
"""The engines of the recorded programs."""


@dataclass(frozen=True)
class Environment:
    """A Python that has an engine.

    Attributes:
        python: the interpreter.
        version: of the engine.
    """

    python: Path
    version: str


class NotInstalledError(Exception):
    """An engine that can't be had here, and why."""


def prepare(engine: str, quick: bool) -> Environment:
    """The environment of an engine, made and filled if need be; this project's own are always built anew.

    Raises:
        NotInstalledError: if it can't be installed.
    """
    packages = PACKAGES[engine]
    if not packages:
        return Environment(Path(sys.executable), "")
    if engine == "torch" and find_spec("torch") is not None:
        return Environment(Path(sys.executable), _version(Path(sys.executable), "torch"))
    folder = CACHE / engine
    python = folder / "bin" / "python"
    if packages[0] == "scalar-autograd":
        shutil.rmtree(folder, ignore_errors=True)
    elif (folder / "complete").exists():
        return Environment(python, _version(python, packages[0]))
    elif engine == "torch" and quick:
        raise NotInstalledError("large, so that --quick doesn't download it; run once without --quick")
    _run([sys.executable, "-m", "venv", "--without-pip", "--clear", str(folder)])
    with tempfile.TemporaryDirectory() as directory:
        if packages[0] == "scalar-autograd":
            environment = {"SCALAR_AUTOGRAD_PURE": "1" if engine == "pure" else "0"}
            _run([*_pip(), "wheel", "-q", "--no-deps", "--wheel-dir", directory, str(ROOT)], environment)
            _run(
                [
                    *_pip(),
                    "--python",
                    str(python),
                    "install",
                    "-q",
                    "--no-deps",
                    *map(str, Path(directory).glob("*.whl")),
                ]
            )
            packages = packages[1:]
        if packages:
            _run([*_pip(), "--python", str(python), "install", "-q", *packages])
    (folder / "complete").touch()
    if engine in ("compiled", "programs") and _output(python, "import autograd; print(autograd.compiled)") != "True":
        raise NotInstalledError("no C compiler, or one that doesn't compile the engine")
    return Environment(python, _version(python, PACKAGES[engine][0]))


def code_directory() -> Path:
    """A folder that holds this package alone, for PYTHONPATH: `autograd` must come from an environment."""
    folder = CACHE / "code"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(Path(__file__).parent, folder / "benchmarks", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def _pip() -> list[str]:
    return [sys.executable, "-m", "pip", "--disable-pip-version-check"]


def _run(command: list[str], environment: dict[str, str] | None = None) -> None:
    done = subprocess.run(command, capture_output=True, text=True, env=os.environ | (environment or {}))
    if done.returncode:
        errors = [line for line in done.stderr.splitlines() if line.startswith("ERROR")] or done.stderr.splitlines()
        raise NotInstalledError(errors[-1] if errors else f"{' '.join(command)} failed")


def _output(python: Path, program: str) -> str:
    return subprocess.run([python, "-P", "-c", program], capture_output=True, text=True).stdout.strip()


def _version(python: Path, package: str) -> str:
    return _output(python, f"from importlib.metadata import version; print(version({package.split('==')[0]!r}))")
