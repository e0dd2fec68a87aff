"""NIST's certified nonlinear regressions: reading a problem file, its model included.

Source: NIST/ITL Statistical Reference Datasets, https://www.itl.nist.gov/div898/strd/ (public domain). Three of the
27 files lie in `demos/data/`; the reader takes any of them.
"""

from __future__ import annotations

import ast
import math
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import autograd as ag
from autograd.support.errors import one_line, shown
from autograd.support.files import path_shown, read_whole

DATA = Path(__file__).parent / "data"

_MOST_BYTES = 2**16  # the longest of NIST's has 9,276
_LONGEST_MODEL = 500

_FUNCTIONS = {"exp": ag.exp, "log": ag.log, "sin": ag.sin, "cos": ag.cos, "arctan": ag.atan, "sqrt": ag.sqrt}
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Pow, ast.USub, ast.UAdd)
_SYNTAX = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.Call, ast.Name, ast.Load, *_OPERATORS)


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
        ValueError: if it is none, is truncated, or its model isn't an arithmetic expression that can be computed.
        OSError: if it can't be read.
    """
    place = path_shown(path)
    content = read_whole(path, place, _MOST_BYTES)
    if not content.startswith(b"NIST/ITL StRD"):
        raise ValueError(f"{place}: not a file of NIST's nonlinear regressions (its first line is 'NIST/ITL StRD')")
    try:
        problem = _problem(content.decode("ascii"))
        _check_model(problem)
    except UnicodeDecodeError as error:
        raise ValueError(f"{place}: expected ASCII text, found a byte that is none at {error.start}") from None
    except LookupError as error:
        raise ValueError(f"{place}: truncated or not in NIST's format: {one_line(str(error), 300)}") from None
    except (ValueError, ArithmeticError) as error:
        raise ValueError(f"{place}: {one_line(str(error), 300)}") from None
    return problem


def _problem(text: str) -> Problem:
    lines = text.splitlines()
    rows = [row for line in _lines(lines, text, "Certified Values") if (row := _row(line, "certified values"))]
    if not rows or any(len(row) != 4 for row in rows):
        raise ValueError("the certified values are not two starts, a parameter and its deviation a line")
    columns = _search(r"^Data:\s+(y\s+x.*)$", text).split()
    if len(set(columns)) < len(columns) or not all(re.fullmatch(r"y|x\d?", column) for column in columns):
        raise ValueError(f"the columns of the data must be y and x, or x1, x2, ..., got {shown(columns)}")
    data = [_row(line, "data") for line in _lines(lines, text, "Data")]
    if any(len(row) != len(columns) for row in data):
        raise ValueError(f"the data is not {len(columns)} numbers a line ({', '.join(columns)}); is it truncated?")
    [squares] = _row(_search(r"Residual Sum of Squares:\s*(\S+)", text), "residual sum of squares") or [0.0]
    if squares <= 0.0:
        raise ValueError("the residual sum of squares is not a positive number")
    left, right = _model(lines)
    response = _compile(left, ["y"])
    predicted = _compile(right, [f"b{i + 1}" for i in range(len(rows))] + columns[1:])
    return Problem(
        name=_search(r"Dataset Name:\s*(\w{1,40})\b", text),
        formula=f"{left} = {right}",
        response=[float(response([row[0]])) for row in data],
        predictors=[tuple(row[1:]) for row in data],
        model=lambda b, x: predicted([*b, *x]),
        starts=[[row[i] for row in rows] for i in range(2)],
        certified=[row[2] for row in rows],
        deviations=[row[3] for row in rows],
        residual_sum_of_squares=squares,
    )


def _check_model(problem: Problem) -> None:
    """Compute the model where fits start.

    Raises:
        ValueError: if it is not a number there.
    """
    for start, parameters in enumerate(problem.starts, 1):
        for row, x in enumerate(problem.predictors, 1):
            try:
                y = problem.model(parameters, x)
            except (ValueError, ArithmeticError) as error:
                y = f"{type(error).__name__}: {error}"
            if type(y) is not float or not math.isfinite(y):
                told = one_line(str(y), 120)
                raise ValueError(f"the model can't be computed from start {start} at row {row} of the data ({told})")


def _search(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.M)
    if found is None:
        raise LookupError(f"no line like {pattern!r}")
    return found.group(1).strip()


def _lines(lines: list[str], text: str, section: str) -> list[str]:
    """The lines of a section, which the head of the file tells: `Data (lines 61 to 74)`."""
    found = re.search(rf"{section}\s+\(lines\s+(\d{{1,9}})\s+to\s+(\d{{1,9}})\)", text)
    if found is None:
        raise LookupError(f"the head of the file doesn't say on which lines {section!r} stands")
    first, last = int(found.group(1)), int(found.group(2))
    if not 1 <= first <= last:
        raise LookupError(f"{section} can't stand on lines {first} to {last}")
    if len(lines) < last:
        raise LookupError(f"{section} should end on line {last}, the file on line {len(lines)}")
    return lines[first - 1 : last]


def _row(line: str, section: str) -> list[float]:
    """The numbers of a line; what stands before `=` is a name."""
    fields = line.split("=")[-1].split()
    try:
        row = [float(field) for field in fields]
    except ValueError:
        return []  # a line of words, such as the residual sum of squares
    if not all(map(math.isfinite, row)):
        raise ValueError(f"the {section} must be finite numbers, got {shown(line.strip())}")
    return row


def _model(lines: list[str]) -> tuple[str, str]:
    """Both sides of the model, without its error term `+ e`."""
    start = next((i for i, line in enumerate(lines) if re.match(r"\s*(y|log\[y\])\s*=", line)), len(lines))
    text = "\n".join(lines[start : start + 10])[:_LONGEST_MODEL]
    found = re.match(r"\s*(y|log\[y\])\s*=(.*?)\+\s*e\s*$", text, re.M | re.S)
    if found is None:
        raise LookupError("no model 'y = ... + e'")
    return found.group(1), " ".join(found.group(2).split())


def _compile(formula: str, names: Sequence[str]) -> Callable[[Sequence[Any]], Any]:
    """A function of the named numbers from an arithmetic expression, and from nothing else; its constants are floats.

    Raises:
        ValueError: for anything else.
    """
    refusal = f"the model {shown(formula, 120)} is not an arithmetic expression of {one_line(', '.join(names))}"
    if not re.fullmatch(r"[\w .+*/()\[\]-]+", formula):
        raise ValueError(refusal)
    try:
        tree = ast.parse(formula.replace("[", "(").replace("]", ")"), mode="eval")
    except (SyntaxError, RecursionError, MemoryError):  # of too many brackets, whichever the parser raises
        raise ValueError(refusal) from None
    nodes = list(ast.walk(tree))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    called = [call.func for call in calls]
    for node in nodes:
        if isinstance(node, ast.Constant):
            number = node.value
            if isinstance(number, bool) or not isinstance(number, int | float) or number > sys.float_info.max:
                raise ValueError(refusal)
            node.value = float(number)  # of ints a few signs make a number without end
        else:
            known = _FUNCTIONS if node in called else {*names, "pi"}
            if not isinstance(node, _SYNTAX) or (isinstance(node, ast.Name) and node.id not in known):
                raise ValueError(refusal)
    if not all(isinstance(call.func, ast.Name) and len(call.args) == 1 for call in calls):
        raise ValueError(refusal)
    code = compile(tree, "<model>", "eval")
    space = {"__builtins__": {}, "pi": math.pi, **_FUNCTIONS}
    return lambda numbers: eval(code, {**space, **dict(zip(names, numbers, strict=True))})
