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

from support.effort import LONG, long
from support.wheels import CACHES, ROOT, build, building, checkout, contents

SUFFIX = str(sysconfig.get_config_var("EXT_SUFFIX"))

pytestmark = pytest.mark.skipif(not (ROOT / "setup.py").exists(), reason="not in a source tree")

TOP = {"autograd", "benchmarks", "demos", "docs", "nn", "tests", "pyproject.toml", "setup.py", "MANIFEST.in", "LICENSE"}
TOP |= {"README.md", "CHANGELOG.md", "CITATION.cff", "CONTRIBUTING.md", "SECURITY.md"}

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
    return checkout(tmp_path_factory.mktemp("fresh"))


def compiled_files(tree: Path) -> list[Path]:
    return [path for pattern in ("*.so", "*.pyd", "*.o") for path in tree.rglob(pattern)]


def report_of(wheel: Path, directory: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(directory)
    environment = os.environ | {"PYTHONPATH": str(directory)}
    command = [sys.executable, "-P", "-c", REPORT]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()


def test_a_compiled_wheel_gives_the_bits_and_the_messages_of_a_pure_one(
    tree: Path, pure_wheel: Path, tmp_path: Path
) -> None:
    if shutil.which(str(sysconfig.get_config_var("CC")).split()[0]) is None:
        pytest.skip("no C compiler")
    built = os.environ.get("WHEEL")  # of these sources, as .ci/run has it; to compile takes minutes
    wheel = Path(built) if built else build(tree, tmp_path)
    assert f"autograd/engine/value{SUFFIX}" in contents(wheel)
    assert [path for name in ("autograd", "nn") for path in compiled_files((ROOT if built else tree) / name)] == []
    compiled, pure = report_of(wheel, tmp_path / "compiled"), report_of(pure_wheel, tmp_path / "pure")
    assert (compiled.pop(0), pure.pop(0)) == ("True False", "False True")
    assert len(pure) > 100
    assert compiled == pure


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        pytest.param({"SCALAR_AUTOGRAD_PURE": "1"}, "SCALAR_AUTOGRAD_PURE asks for that", id="told so"),
        pytest.param({"CC": "no-such-compiler"}, "there is no no-such-compiler", id="no compiler"),
        pytest.param({"CC": "false"}, "'false'", id="a compiler that fails", marks=long),
    ],
)
def test_without_a_compiler_or_when_told_so_the_wheel_is_pure_and_one_line_says_so(
    tree: Path, tmp_path: Path, environment: dict[str, str], reason: str
) -> None:
    done = building(tree, tmp_path, **environment)
    (said,) = [line for line in done.stderr.splitlines() if "pure Python" in line]
    assert said.startswith("scalar-autograd is not compiled and stays pure Python: ")
    assert reason in said
    assert "Warning" not in done.stderr, done.stderr  # pip shows them where it builds
    (wheel,) = tmp_path.glob("*.whl")
    assert wheel.name.endswith("-py3-none-any.whl")
    assert "autograd/engine/value.py" in contents(wheel)
    assert not [name for name in contents(wheel) if name.endswith(SUFFIX)]


def test_a_wheel_brings_three_packages_and_nothing_else(tree: Path, tmp_path: Path) -> None:
    for name in ("tests", "benchmarks", "docs"):
        (tree / name).mkdir(exist_ok=True)
        (tree / name / "__init__.py").touch()
    names = {name.split("/")[0] for name in contents(build(tree, tmp_path, SCALAR_AUTOGRAD_PURE="1"))}
    assert {name for name in names if not name.endswith(".dist-info")} == {"autograd", "nn", "demos"}


def test_an_editable_install_runs_the_sources_and_leaves_no_compiled_file_beside_them(
    tree: Path, tmp_path: Path
) -> None:
    wheel = build(tree, tmp_path, "editable")
    subprocess.run([sys.executable, "setup.py", "-q", "build_ext", "--inplace"], cwd=tree, check=True)
    assert not [name for name in contents(wheel) if name.endswith(SUFFIX)]
    assert compiled_files(tree) == []


def test_a_source_distribution_has_all_that_is_in_the_tree_and_its_tests_run_elsewhere(tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    shutil.copytree(ROOT, whole, ignore=CACHES)
    files = {path.relative_to(whole) for path in whole.rglob("*") if path.suffix not in (".pyc", ".so")}
    wanted = {path for path in files if path.parts[0] in TOP}  # what lies beside may be the reader's own
    assert {path.parts[0] for path in wanted} == TOP
    archive = build(whole, tmp_path, "sdist")
    shutil.rmtree(whole)
    shutil.unpack_archive(archive, tmp_path)
    unpacked = tmp_path / archive.name.removesuffix(".tar.gz")
    assert wanted - {path.relative_to(unpacked) for path in unpacked.rglob("*")} == set()
    some = ["tests/autograd/test_house.py", "tests/autograd/engine/test_graph.py"]
    for arguments in [some, ["--collect-only"]] if LONG else [some]:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0", *arguments]
        done = subprocess.run(command, cwd=unpacked, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout
