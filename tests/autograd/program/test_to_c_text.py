"""What the C file of a program says, and how it is written; no compiler is asked."""

from __future__ import annotations

import re
from typing import Any

import pytest

from autograd import PRIMITIVES, Value, jit
from autograd.program.operations import Guard
from autograd.program.program import Program
from autograd.program.to_c import CHUNK

HEAD = """\
/*
 * priced: 2 inputs, 3 outputs, 3 operations.
 *
 *   int priced(const double *x, double *y);
 *   int priced_gradient(const double *x, const double *cotangents, double *y, double *g);
 *
 * x has a number"""
TAIL = """
 * if it is compiled with -std=c99 -ffp-contract=off -frounding-math and linked with the same -lm.
 *
 *   x[0]  spot
 *   x[1]  rate
 *   y[0]  product
 */
"""


def priced(spot: Any, rate: Any) -> list[Any]:
    product = spot * rate
    if isinstance(product, Value):
        product.label = "product"
    return [product, 2.5, product + 1.0] if product > spot else [rate]


def powers(count: int) -> Program:
    """So many operations."""

    def f(x: Any) -> Any:
        y = x
        for _ in range(count):
            y = y * x
        return y

    program = jit(f).program(1.5)
    assert len(program) == count
    return program


def test_the_file_begins_with_what_it_is_and_what_its_arrays_hold() -> None:
    source = jit(priced).program(1.0, 2.0).to_c()
    assert source.startswith(HEAD)
    comment, end, _ = source.partition(" */\n")
    assert (comment + end).endswith(TAIL)
    assert " *\n *   0  if all is well,\n" in comment
    assert " *   2  if there was not enough memory.\n *\n * Where Python" in comment


def test_names_that_would_end_or_begin_a_comment_are_taken_apart() -> None:
    def f(x: Any) -> Any:
        return x

    f.__name__ = "a*/b/*c??/d*/"
    comment = jit(f).program(Value(1.0, "*/x")).to_c().partition(" */\n")[0]
    assert " * a* /b/ *c?? /d* /: 1 input" in comment
    assert "*/" not in comment


@pytest.mark.parametrize("f", [priced, lambda x, w: x, lambda x, w: 2.0])
def test_no_line_ends_with_a_space_and_the_file_with_one_line_end(f: Any) -> None:
    source = jit(f).program(1.0, 2.0).to_c()
    assert source.endswith("}\n")
    assert not re.search(r"[ \t]$", source, re.MULTILINE)


@pytest.mark.parametrize(
    ("own", "name"),
    [
        ("Xmas", "Xmas"),
        ("maX", "maX"),
        ("__f__", "f"),
        ("adjoints_0", "adjoints_0_"),
        ("adjoints_of", "adjoints_of"),
        ("y0", "y0_"),
        ("expl", "expl_"),
        ("explain", "explain"),
        ("7", "f7"),
        ("à la carte", "la_carte"),
    ],
)
def test_a_function_is_called_like_the_program(own: str, name: str) -> None:
    program = Program(own, ["x"], [], [], [], [0])
    assert f"\nint {name}(const double *x, double *y) {{" in program.to_c()


@pytest.mark.parametrize("name", ["aλ", "x\u0660", "adjoints_1", "values_1", "row_", "free", "sinf", "A1"])
def test_names_that_c_cannot_have_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match="to_c: name must be an identifier"):
        powers(1).to_c(name)


@pytest.mark.parametrize(("count", "asked_for"), [(2_048, 0), (2_049, 2), (4_096, 2), (4_097, 3)])
def test_memory_is_asked_for_where_the_numbers_would_be_more_than_4096(count: int, asked_for: int) -> None:
    source = powers(count).to_c()
    assert len(re.findall(rf"= malloc\({count} \* sizeof", source)) == asked_for
    assert len(re.findall(rf"^  double \w\[{count}\];", source, re.MULTILINE)) == 3 - asked_for
    assert len(re.findall(r"^  free\(\w\);", source, re.MULTILINE)) == asked_for


@pytest.mark.parametrize("count", [1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_functions_compute_200_operations_each(count: int) -> None:
    source = powers(count).to_c()
    starts = range(0, count, CHUNK)
    names = re.findall(r"^static (?:int|void) ((?:values|adjoints)_\d+)\(", source, re.MULTILINE)
    assert names == [f"{name}_{k}" for name in ("values", "adjoints") for k in range(len(starts))]
    for k, start in enumerate(starts):
        body = source.partition(f"static int values_{k}(")[2].partition("}")[0]
        assert re.findall(r"v\[(\d+)\] = ", body) == [str(i) for i in range(start, min(start + CHUNK, count))]


def test_each_guard_is_checked_once_where_its_number_is_known() -> None:
    guards = [Guard(2, True, 0), Guard(0, True, 0), Guard(3, False, 0)]
    rows = [PRIMITIVES["mul"], PRIMITIVES["add"]]
    source = Program("f", ["x", "w"], [], rows, [(0, 1), (2, 0)], [3], guards).to_c()
    before = source.partition("static int all_values(")[2].partition("for (")[0]
    assert re.findall(r"if \((.*)\) return 1;", before) == ["x[0] == 0.0"]
    within = source.partition("static int values_0(")[2].partition("}")[0]
    assert re.findall(r"if \((.*)\) return 1;", within) == ["v[0] == 0.0", "v[1] != 0.0"]


def test_cotangents_of_outputs_to_which_nothing_flows_are_not_read() -> None:
    """A constant, and a number that is cut off."""

    def f(x: Any) -> list[Any]:
        y = x * 3.0
        return [2.5, y.detach() if isinstance(y, Value) else y, x, x * x]

    source = jit(f).program(2.0).to_c()
    assert re.findall(r"if \(cotangents\[(\d)\] != 0.0\) (\w\[\d\]) \+=", source) == [("2", "g[0]"), ("3", "a[2]")]
