"""NIST's certified nonlinear regressions: reading a problem file, its model included.

Source: NIST/ITL Statistical Reference Datasets, https://www.itl.nist.gov/div898/strd/ (public domain). Three of the
27 files lie in `demos/data/`; the reader takes any of them.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import autograd as ag

DATA = Path(__file__).parent / "data"

_FUNCTIONS = {"exp": ag.exp, "log": ag.log, "sin": ag.sin, "cos": ag.cos, "arctan": ag.atan, "sqrt": ag.sqrt}
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub, ast.UAdd)
_SYNTAX = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.Call, ast.Name, ast.Load, ast.Constant, *_OPERATORS)


@dataclass(frozen=True)
class Problem:
    """One regression: observations, a model, where to start, and the certified answer.

    Attributes:
        name: as in the file.
        formula: the model as the file writes it, `y = b1*(1-exp[-b2*x])`.
        response: the observations as the model's left side has them (log(y) in one problem).
        predictors: one tuple of numbers an observation.
        model: (parameters, predictors) -> the predicted response; takes Values and floats.
        starts: the certified starting points.
        certified: the certified parameters.
        deviations: their certified standard deviations.
        residual_sum_of_squares: certified.
    """

    name: str
    formula: str
    response: list[float]
    predictors: list[tuple[float, ...]]
    model: Callable[[Sequence[Any], Sequence[Any]], Any]
    starts: list[list[float]]
    certified: list[float]
    deviations: list[float]
    residual_sum_of_squares: float

    def residuals(self, parameters: Sequence[Any]) -> list[Any]:
        """Prediction less observation, one number an observation."""
        return [
            self.model(parameters, x) - y for x, y in zip(self.predictors, self.response, strict=True)
        ]  # fmt: skip


def read(path: Path) -> Problem:
    """Read a problem file of the collection.

    Raises:
        ValueError: if it is none, is truncated, or its model isn't an arithmetic expression.
        OSError: if it can't be read.
    """
    text = path.read_text(encoding="ascii", errors="replace")
    lines = text.splitlines()
    if not text.startswith("NIST/ITL StRD"):
        raise ValueError(f"{path}: not a file of NIST's nonlinear regressions (its first line is 'NIST/ITL StRD')")
    try:
        name = _search(r"Dataset Name:\s*(\S+)", text)
        values = [_row(line) for line in _lines(lines, text, r"Certified Values")]
        rows = [row for row in values if len(row) >= 4]
        data = [_row(line) for line in _lines(lines, text, r"Data")]
        columns = _search(r"^Data:\s+(y\s+x.*)$", text).split()
        left, right = _model(text)
        rss = float(_search(r"Residual Sum of Squares:\s*(\S+)", text))
    except (LookupError, ValueError) as error:
        raise ValueError(f"{path}: truncated or not in NIST's format: {error}") from None
    if not data or any(len(row) != len(columns) for row in data):
        raise ValueError(
            f"{path}: the data is not {len(columns)} numbers a line ({', '.join(columns)}); is it truncated?"
        )
    parameters = [f"b{i + 1}" for i in range(len(rows))]
    response = _compile(left, ["y"], path)
    predicted = _compile(right, parameters + columns[1:], path)
    return Problem(
        name=name,
        formula=f"{left} = {right}",
        response=[float(response([row[0]])) for row in data],
        predictors=[tuple(row[1:]) for row in data],
        model=lambda b, x: predicted([*b, *x]),
        starts=[[row[i] for row in rows] for i in range(len(rows[0]) - 2)],
        certified=[row[-2] for row in rows],
        deviations=[row[-1] for row in rows],
        residual_sum_of_squares=rss,
    )


def _search(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.M)
    if found is None:
        raise LookupError(f"no line like {pattern!r}")
    return found.group(1).strip()


def _lines(lines: list[str], text: str, section: str) -> list[str]:
    """The lines of a section, which the head of the file tells: `Data (lines 61 to 74)`."""
    found = re.search(rf"{section}\s+\(lines\s+(\d+)\s+to\s+(\d+)\)", text)
    if found is None:
        raise LookupError(f"the head of the file doesn't say on which lines {section!r} stands")
    first, last = int(found.group(1)), int(found.group(2))
    if len(lines) < last:
        raise LookupError(f"{section} should end on line {last}, the file on line {len(lines)}")
    return lines[first - 1 : last]


def _row(line: str) -> list[float]:
    """The numbers of a line; what stands before `=` is a name."""
    fields = line.split("=")[-1].split()
    try:
        return [float(field) for field in fields]
    except ValueError:
        return []  # a line of words, such as the residual sum of squares


def _model(text: str) -> tuple[str, str]:
    """Both sides of the model, without its error term `+ e`."""
    found = re.search(r"^\s*(y|log\[y\])\s*=(.*?)\+\s*e\s*$", text, re.M | re.S)
    if found is None:
        raise LookupError("no model 'y = ... + e'")
    return found.group(1), " ".join(found.group(2).split())


def _compile(formula: str, names: Sequence[str], path: Path) -> Callable[[Sequence[Any]], Any]:
    """A function of the named numbers from an arithmetic expression, and from nothing else."""
    tree = ast.parse(formula.replace("[", "(").replace("]", ")"), mode="eval")
    known = {*names, *_FUNCTIONS, "pi"}
    for node in ast.walk(tree):
        if not isinstance(node, _SYNTAX) or (isinstance(node, ast.Name) and node.id not in known):
            raise ValueError(f"{path}: the model {formula!r} is not an arithmetic expression of {', '.join(names)}")
    code = compile(tree, str(path), "eval")
    space = {"__builtins__": {}, "pi": math.pi, **_FUNCTIONS}
    return lambda numbers: eval(code, {**space, **dict(zip(names, numbers, strict=True))})
