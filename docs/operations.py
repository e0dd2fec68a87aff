"""Writes `operations.md`, the reference of operations, and its pictures from the table: `python docs/operations.py`."""

from __future__ import annotations

import runpy
from pathlib import Path

import autograd.special  # noqa: F401 - for its rows
from autograd import PRIMITIVES, Primitive
from autograd.engine.primitive import SPECIAL
from autograd.formulas.notation import to_text
from autograd.formulas.symbol import Symbol, operand_symbols, partial_formulas

PAGE = Path(__file__).parent / "operations.md"
PICTURES = Path(__file__).parent / "pictures" / "operations"
PLOTS = runpy.run_path(str(Path(__file__).parent / "plots.py"))

HEAD = """# Operations

Written by `python docs/operations.py` from the table in `autograd/engine/primitives.py`; a test keeps it up to date.

`y` is the result. A variadic operation is shown for operands x0, x1, ...; its derivatives are those by each of them.
Unary operations are methods as well (`x.exp()`), the arithmetic ones operators. NumPy's long names (`arcsin`) work too.

Pictures are those of operations on one number, from −4 to 4 on the horizontal axis and from −3 to 3 on the vertical
one: the value, and in dashes its derivative.

"""

SPECIAL_HEAD = """
## Special functions

Rows of `autograd.special` (extra `fast`) by the names they have there; `lgamma` and `gamma` are those of `autograd` and
need nothing. Helpers that only their derivatives use (`ieee_jv`, `iv`, `polygamma_difference`, `log_ndtr_derivative`)
are rows, too. `expit` is `sigmoid`.

"""

COLUMNS = """\
| operation | picture | symbol | derivatives | defined for | where the derivative is not unique |
|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    return HEAD + _table(PRIMITIVES) + SPECIAL_HEAD + _table(SPECIAL)


def _table(rows: dict[str, Primitive]) -> str:
    return COLUMNS + "".join(map(_row, rows.values()))


def _row(row: Primitive) -> str:
    names = "x0, x1, ..." if row.variadic else ", ".join(row.operands)
    picture = f"![{row.name} and its derivative](pictures/operations/{row.name}.svg)" if PLOTS["has_plot"](row) else ""
    symbol = row.symbol.replace("_", "_<wbr>")  # a long name may be broken, or the table is wider than the page
    facts = [symbol, _derivatives(row), row.domain or "all numbers", row.convention]
    cells = [f"`{row.name}({names})`", picture, *facts]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def pictures() -> dict[str, str]:
    """The pictures by the names of their files."""
    rows = [*PRIMITIVES.values(), *SPECIAL.values()]
    return {f"{row.name}.svg": PLOTS["plot"](row) for row in rows if PLOTS["has_plot"](row)}


def _derivatives(row: Primitive) -> str:
    operands = operand_symbols(row, 4 if row.name == "dot" else 2)
    formulas = partial_formulas(row, operands, Symbol("y"))
    return "<br>".join(
        f"∂/∂{to_text(x)} = {to_text(formula)}"
        for x, formula in zip(operands, formulas, strict=True)
        if to_text(formula) != "None"
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    PICTURES.mkdir(exist_ok=True)
    for name, picture in pictures().items():
        (PICTURES / name).write_text(picture, encoding="utf-8")
