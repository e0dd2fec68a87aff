"""The house, read from its imports: which way they run, that there is no circle, how much there is to read."""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PACKAGES = ("autograd", "nn", "demos")

FLOORS = {"autograd.support": 0, "autograd.engine": 1, "autograd.transforms": 2, "autograd.formulas": 2} | {
    "autograd.special": 2,
    "autograd.program": 3,
    "autograd.linalg": 3,
    "autograd.views": 4,
    "autograd": 5,  # what is public: the names of all floors
    "nn": 6,
    "demos": 7,
}
"""Which floor each room is on; a module belongs to the longest name it starts with. Imports run to lower floors."""

pytestmark = pytest.mark.skipif(not (ROOT / "autograd" / "engine").is_dir(), reason="not in a source tree")


@functools.cache
def sources() -> dict[str, Path]:
    """Every module by its dotted name."""
    return {name_of(path): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The room of a module.

    Raises:
        KeyError: if it has none: a new room must be given its floor.
    """
    parts = module.split(".")
    for n in range(len(parts), 0, -1):
        room = ".".join(parts[:n])
        if room in FLOORS and (n == len(parts) or room != "autograd"):
            return room
    raise KeyError(f"{module} is in no room that FLOORS knows; say which floor it is on")


@functools.cache
def imports_of(module: str) -> frozenset[str]:
    """The modules of the project that a module imports, wherever in its text: at the top, for types, in a function."""
    path = sources()[module]
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            origin = ".".join([*above, *([node.module] if node.module else [])])
            named = {f"{origin}.{alias.name}" for alias in node.names}
            modules = {name for name in named if name in sources()}
            found |= modules if len(modules) == len(named) else modules | {origin}
    return frozenset(name for name in found if name in sources() and name != module)


def test_the_imports_are_found() -> None:
    """The reader of imports sees all kinds of them."""
    assert "autograd.engine.value" in imports_of("autograd")
    assert "autograd.engine.primitives" in imports_of("autograd.engine.value")  # from package import module
    assert imports_of("nn.layers")
    assert sum(len(imports_of(module)) for module in sources()) > 100


def test_every_module_is_on_a_floor() -> None:
    for module in sources():
        room_of(module)


def test_imports_run_to_lower_floors_only() -> None:
    upwards = [
        f"{module} imports {imported}"
        for module in sources()
        for imported in sorted(imports_of(module))
        if room_of(imported) != room_of(module) and FLOORS[room_of(imported)] >= FLOORS[room_of(module)]
    ]
    assert upwards == []


def test_the_picture_of_the_packages_shows_the_imports() -> None:
    """Each of its arrows is an import, and each import follows from its arrows; those to `support` are left out."""
    dot = (ROOT / "docs" / "pictures" / "layers.dot").read_text(encoding="utf-8")
    rooms = {room.removeprefix("autograd."): room for room in FLOORS}
    drawn = {(rooms[above], rooms[below]) for above, below in re.findall(r"^  (\w+) -> (\w+)$", dot, re.M)}
    imports = {(room_of(module), room_of(other)) for module in sources() for other in imports_of(module)}
    assert drawn <= imports
    follows = set(drawn)
    for _ in rooms:
        follows |= {(a, d) for a, b in follows for c, d in drawn if b == c}
    missing = {(a, b) for a, b in imports - follows if a != b and b != "autograd.support"}
    assert missing == set()


def circles() -> Iterator[str]:
    """Every set of modules that import each other in a circle, as the way around."""
    done: set[str] = set()

    def visit(module: str, way: list[str]) -> Iterator[str]:
        if module in way:
            yield " -> ".join([*way[way.index(module) :], module])
        elif module not in done:
            for imported in sorted(imports_of(module)):
                yield from visit(imported, [*way, module])
            done.add(module)

    for module in sources():
        yield from visit(module, [])


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert list(circles()) == []


def test_autograd_shows_at_most_nine_rooms() -> None:
    folder = ROOT / "autograd"
    rooms = {path.name for path in folder.iterdir()} - {"py.typed", "__pycache__"}
    assert len(rooms) <= 9, sorted(rooms)


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_the_engine_is_read_in_an_evening() -> None:
    """All of its Python, with docstrings and blank lines."""
    engine = {path.name: lines(path) for path in (ROOT / "autograd" / "engine").rglob("*.py")}
    assert sum(engine.values()) <= 2_230, engine


def test_a_file_of_more_than_400_lines_says_at_its_top_why_it_is_one_file() -> None:
    """In its docstring, in a sentence with the words "one file"."""
    silent = [
        f"{module}: {lines(path)} lines"
        for module, path in sources().items()
        if module.split(".")[0] in ("autograd", "nn") and lines(path) > 400
        if "one file" not in (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "")
    ]
    assert silent == []
