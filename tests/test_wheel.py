"""The wheel: compiled where that can be done, pure Python with the same results where not, and never stale."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SUFFIX = str(sysconfig.get_config_var("EXT_SUFFIX"))

pytestmark = pytest.mark.skipif(not (ROOT / "setup.py").exists(), reason="not in a source tree")

# Data, gradients and errors over every row of the table and over random graphs, all bits of them.
REPORT = """
import gc
import random
import autograd
from autograd import PRIMITIVES, Value

def report(*numbers):
    print(*[number.hex() for number in numbers])

graph = autograd.dot([Value(1.0), Value(2.0) + 1.0, 0.5], [Value(1.0), autograd.constant(2.0), Value(0.5)])
print(autograd.compiled, any(type(thing).__name__ in ("Value", "Operands") for thing in gc.get_objects()))
for name, primitive in PRIMITIVES.items():
    for point in primitive.samples + primitive.kinks:
        operands = [Value(number) for number in point]
        y = primitive(*operands)
        if not y.is_constant:  # stop_gradient
            y.backward(0.7)
        report(y.data, *[operand.grad for operand in operands])
    try:
        print(name, primitive(*[Value(-1e300, label="x")] * max(len(primitive.operands), 2)).data.hex())
    except Exception as error:
        print(type(error), error)

random.seed(1)
for size in [3, 30, 300]:
    leaves = [Value(random.gauss(0.0, 1.0)) for _ in range(5)]
    nodes = leaves + [autograd.constant(0.5), 1.5, 2]
    for _ in range(size):
        a, b = random.choices(nodes, k=2)
        a = a if isinstance(a, Value) else leaves[0]
        operation = random.choice(["+", "-", "*", "r-", "/", "tanh", "dot", "where", "max", "**"])
        nodes.append({
            "+": lambda: a + b, "-": lambda: a - b, "*": lambda: (a * b).tanh(), "r-": lambda: 2.0 - a,
            "/": lambda: a / (1.5 + abs(a)), "tanh": lambda: a.tanh(), "dot": lambda: autograd.dot([a, b], [b, 0.3]),
            "where": lambda: autograd.where(a > b, a, b), "max": lambda: autograd.maximum(a, b), "**": lambda: a**2,
        }[operation]())
    total = autograd.sum(nodes)
    total.backward()
    report(total.data, *[leaf.grad for leaf in leaves])
"""


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources, as a fresh checkout has them."""
    tree = tmp_path_factory.mktemp("checkout")
    for name in ["setup.py", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE"]:
        shutil.copy(ROOT / name, tree)
    for name in ["autograd", "nn", "demos"]:
        shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tree


def build(tree: Path, directory: Path, kind: str = "wheel", **environment: str) -> Path:
    program = f"from setuptools import build_meta; print(build_meta.build_{kind}({str(directory)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tree, env=os.environ | environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return directory / done.stdout.splitlines()[-1]


def contents(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def compiled_files(tree: Path) -> list[Path]:
    return [path for pattern in ("*.so", "*.pyd", "*.o") for path in tree.rglob(pattern)]


def report_of(wheel: Path, directory: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(directory)
    environment = os.environ | {"PYTHONPATH": str(directory)}
    command = [sys.executable, "-P", "-c", REPORT]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()


def test_a_compiled_wheel_gives_the_bits_and_the_messages_of_a_pure_one(tree: Path, tmp_path: Path) -> None:
    if shutil.which(str(sysconfig.get_config_var("CC")).split()[0]) is None:
        pytest.skip("no C compiler")
    wheel = build(tree, tmp_path)
    assert f"autograd/engine/value{SUFFIX}" in contents(wheel)
    assert compiled_files(tree) == []
    pure_wheel = build(tree, tmp_path, SCALAR_AUTOGRAD_PURE="1")
    compiled, pure = report_of(wheel, tmp_path / "compiled"), report_of(pure_wheel, tmp_path / "pure")
    assert (compiled.pop(0), pure.pop(0)) == ("True False", "False True")
    assert len(pure) > 100
    assert compiled == pure


@pytest.mark.parametrize(
    "environment", [{"SCALAR_AUTOGRAD_PURE": "1"}, {"CC": "false"}], ids=["told so", "no compiler"]
)
def test_without_a_compiler_or_when_told_so_the_wheel_is_pure(
    tree: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    wheel = build(tree, tmp_path, **environment)
    assert wheel.name.endswith("-py3-none-any.whl")
    assert "autograd/engine/value.py" in contents(wheel)
    assert not [name for name in contents(wheel) if name.endswith(SUFFIX)]


def test_an_editable_install_runs_the_sources_and_leaves_no_compiled_file_beside_them(
    tree: Path, tmp_path: Path
) -> None:
    wheel = build(tree, tmp_path, "editable")
    subprocess.run([sys.executable, "setup.py", "-q", "build_ext", "--inplace"], cwd=tree, check=True)
    assert not [name for name in contents(wheel) if name.endswith(SUFFIX)]
    assert compiled_files(tree) == []


def test_a_source_distribution_has_all_it_takes_to_build_the_wheel(tree: Path, tmp_path: Path) -> None:
    archive = build(tree, tmp_path, "sdist")
    shutil.unpack_archive(archive, tmp_path)
    unpacked = tmp_path / archive.name.removesuffix(".tar.gz")
    patterns = ("*.py", "*.pyi", "*.c", "py.typed")
    sources = {path.relative_to(tree) for pattern in patterns for path in tree.rglob(pattern)}
    assert {path.relative_to(unpacked) for path in unpacked.rglob("*")} >= sources
