"""Compile the engine's hot modules with mypyc while a wheel is built; where that fails, the wheel stays pure Python.

Nothing else is ever compiled, and nothing is ever written beside the sources: an editable install and a source tree
run the sources as they stand. `SCALAR_AUTOGRAD_PURE=1` makes a pure wheel; `autograd.compiled` tells which it was.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import sys
import sysconfig
import tempfile
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.build_ext import build_ext
from setuptools.errors import BaseError, CCompilerError

ENGINE = ["operators", "primitive", "recording", "reductions", "value"]
HOT_MODULES = [
    "autograd/support/errors.py",
    *[f"autograd/engine/{name}.py" for name in ENGINE],
    *[f"autograd/transforms/{name}.py" for name in ["block", "coloring", "on_graph", "sparsity", "sweeps"]],
    "nn/descent.py",
]


def compiled_modules(directory: str) -> list[Extension]:
    """The hot modules as C, generated in a directory; none if mypyc is unwanted, missing or fails."""
    if os.environ.get("SCALAR_AUTOGRAD_PURE", "0") not in ("", "0"):
        return stays_pure("SCALAR_AUTOGRAD_PURE asks for that")
    if platform.python_implementation() != "CPython":
        return stays_pure("only CPython runs what mypyc makes")
    compiler = shlex.split(
        os.environ.get("CC") or sysconfig.get_config_var("CC") or ""
    )  # on Windows setuptools finds it
    if compiler and shutil.which(compiler[0]) is None:  # before mypyc writes C for half a minute
        return stays_pure(f"there is no {compiler[0]}")
    try:
        from mypyc.build import mypycify

        extensions: list[Extension] = mypycify(
            # What others import (NumPy, say) need not be there; where it is, reading it takes minutes for nothing.
            ["--platform=mypyc", "--follow-imports=silent", "--no-site-packages", *HOT_MODULES],
            target_dir=directory,
            group_name="autograd",
            debug_level="0",
        )
    except (ImportError, SystemExit) as error:  # mypyc ends with SystemExit where it can't compile
        return stays_pure(error)
    extensions.append(Extension("autograd.support._native", ["autograd/support/_native.c"]))
    if os.name != "nt":
        # No fused multiply-add: results are those of Python's floats, bit for bit. Calls within a file may be inlined.
        # Nothing for debuggers, which would hold the path of the build: the same sources give the same bytes.
        for extension in extensions:
            flags = ["-ffp-contract=off", "-fno-semantic-interposition", "-g0"]
            extension.extra_compile_args = [*extension.extra_compile_args, *flags]
    return extensions


def stays_pure(reason: object) -> list[Extension]:
    print(f"scalar-autograd is not compiled and stays pure Python: {reason}", file=sys.stderr)
    return []


class Wheel(bdist_wheel):
    """The one command that compiles; in a directory of its own, so that nothing stale gets into the wheel."""

    def run(self) -> None:
        with tempfile.TemporaryDirectory(prefix="scalar-autograd-") as directory:
            self.reinitialize_command("build", reinit_subcommands=True).build_base = directory
            self.bdist_dir = os.path.join(directory, "wheel")
            self.distribution.ext_modules = compiled_modules(directory)
            self.root_is_pure = not self.distribution.ext_modules
            super().run()


class BuildExtensions(build_ext):
    """Compiles all of the hot modules, or none."""

    def run(self) -> None:
        try:
            super().run()
        except (BaseError, CCompilerError) as error:
            for output in self.get_outputs():
                Path(output).unlink(missing_ok=True)
            self.distribution.ext_modules = stays_pure(error)
            self.get_finalized_command("bdist_wheel").root_is_pure = True


setup(cmdclass={"bdist_wheel": Wheel, "build_ext": BuildExtensions})
