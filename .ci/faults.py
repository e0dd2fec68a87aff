"""The faults of `.ci/mutants.py`: which there are in a package, and a sample of them.

They are mutmut's: another operator, number, text or keyword, None in place of an argument or of what is assigned, an
argument left out. They are put into functions and lambdas, but not into annotations, decorators, `raise` and `assert`
statements (what a message says is tested where it matters, by itself), zip's `strict`, which asserts as well, texts of
three words or more, `cast`, `len` and `isinstance`, what does something in compiled code only (`track`), and lines that
coverage leaves out.
"""

from __future__ import annotations

import difflib
import random
from dataclasses import dataclass
from pathlib import Path

import coverage
import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Mutant:
    """One fault: a node of a module's syntax tree, and what stands there instead."""

    path: str
    function: str
    lines: range
    statement: range
    module: cst.Module
    node: cst.CSTNode
    changed: cst.CSTNode

    def source(self) -> str:
        return cst.ensure_type(self.module.deep_replace(self.node, self.changed), cst.Module).code

    def difference(self) -> list[str]:
        """The lines that differ, `- ` before those of the original and `+ ` before those of the mutant."""
        lines = difflib.ndiff(self.module.code.splitlines(), self.source().splitlines())
        return [f"{line[0]} {line[2:].strip()}" for line in lines if line[0] in "+-"]

    def told(self) -> str:
        return "\n".join([f"{self.path}:{self.lines.start} {self.function}", *self.difference()])


class Finder(cst.CSTVisitor):
    """Collects the mutants of one module."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, path: str, module: cst.Module) -> None:
        super().__init__()
        self.path = path
        self.module = module
        self.found: list[Mutant] = []
        self.names: list[str] = []
        self.inside = 0
        self.statement = range(0)

    def on_visit(self, node: cst.CSTNode) -> bool:
        if _is_left_out(node):
            return False
        if isinstance(node, cst.SimpleStatementLine):
            self.statement = self._lines(node)
        elif isinstance(node, cst.FunctionDef):
            self.statement = self._lines(node.body)  # of defaults, which no test reaches: importing makes them
        if self.inside and not _is_called(node, "len", "isinstance"):
            for kind, mutated in mutation_operators:
                if isinstance(node, kind):
                    for changed in mutated(node):
                        if not (_is_called(node, "zip") and _zipped(node) == _zipped(changed)):
                            self.add(node, changed)
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            self.names.append(node.name.value)
        if isinstance(node, cst.FunctionDef | cst.Lambda):
            self.inside += 1
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        if isinstance(original_node, cst.FunctionDef | cst.ClassDef):
            self.names.pop()
        if isinstance(original_node, cst.FunctionDef | cst.Lambda):
            self.inside -= 1

    def add(self, node: cst.CSTNode, changed: cst.CSTNode) -> None:
        name = ".".join(self.names) or "<module>"
        self.found.append(Mutant(self.path, name, self._lines(node), self.statement, self.module, node, changed))

    def _lines(self, node: cst.CSTNode) -> range:
        place = self.get_metadata(PositionProvider, node)
        return range(place.start.line, place.end.line + 1)


def _is_called(node: cst.CSTNode, *names: str) -> bool:
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value in names


def _is_strict(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Arg) and node.keyword is not None and node.keyword.value == "strict"


def _zipped(node: cst.CSTNode) -> list[str]:
    """What a call to zip goes through."""
    return [cst.Module([]).code_for_node(arg) for arg in cst.ensure_type(node, cst.Call).args if not _is_strict(arg)]


def _is_left_out(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.If):
        return "TYPE_CHECKING" in cst.Module([]).code_for_node(node.test)
    if isinstance(node, cst.SimpleString | cst.ConcatenatedString | cst.FormattedString):
        return len(cst.Module([]).code_for_node(node).split()) >= 3
    return isinstance(node, cst.Annotation | cst.Decorator | cst.Raise | cst.Assert) or (
        _is_called(node, "cast", "track", "_UNTRACK") or _is_strict(node)
    )


def mutants_of(package: str) -> list[Mutant]:
    rules = coverage.Coverage(data_file=None, config_file=str(ROOT / "pyproject.toml"))
    found = []
    for path in sorted((ROOT / package).glob("*.py")):
        wrapper = MetadataWrapper(cst.parse_module(path.read_text(encoding="utf-8")))
        finder = Finder(path.relative_to(ROOT).as_posix(), wrapper.module)
        wrapper.visit(finder)
        _, _, left_out, _, _ = rules.analysis2(str(path))
        found += [mutant for mutant in finder.found if mutant.lines.start not in left_out]
    return found


def drawn(mutants: list[Mutant], size: int | None, seed: int) -> list[Mutant]:
    """Every n-th, from a start by chance: each is as likely as any other."""
    if size is None or size >= len(mutants):
        return mutants
    step = len(mutants) / size
    start = random.Random(seed).random() * step
    return [mutants[int(start + i * step)] for i in range(size)]
