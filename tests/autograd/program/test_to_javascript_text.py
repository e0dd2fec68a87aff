"""What the JavaScript of a program looks like: loops, functions that are short, nothing where nothing is computed."""

from __future__ import annotations

import re
from typing import Any

import pytest

from autograd import dot, jit, tanh
from autograd.program.to_javascript import CHUNK, to_javascript


def functions(code: str, name: str) -> list[list[str]]:
    """The lines of the functions of a name that ends with a number, in the order of these."""
    found = re.findall(rf"^const {name}_(\d+) = .*\n((?:  .*\n)*)}};$", code, re.MULTILINE)
    assert [int(number) for number, _ in found] == list(range(len(found)))
    return [[line.strip() for line in lines.splitlines()] for _, lines in found]


def test_sums_of_products_are_loops_as_long_as_may_be_and_what_is_left_is_none() -> None:
    program = jit(lambda *xs: dot([*xs[:6]], [*xs[6:10], 2.0, xs[0]])).program(*[1.0] * 10)
    [values], [adjoints] = (functions(to_javascript(program, 10), name) for name in ("values", "adjoints"))
    assert values == [
        "{",
        "let t = 0.0;",
        "for (let k = 0; k < 4; k++) t += p[0 + k] * p[6 + k];",
        "t += p[4] * 2.0;",
        "t += p[5] * p[0];",
        "v[0] = t;",
        "}",
        "return -1;",
    ]
    assert adjoints == [
        "if (has_come(a[0])) {",
        "const u = a[0];",
        "for (let k = 0; k < 4; k++) { g[0 + k] += u * p[6 + k] + 0.0; g[6 + k] += u * p[0 + k] + 0.0; }",
        "g[4] += u * 2.0 + 0.0;",
        "{ g[5] += u * p[0] + 0.0; g[0] += u * p[5] + 0.0; }",
        "}",
    ]


def test_of_data_and_constants_no_adjoint_is_written() -> None:
    program = jit(lambda *xs: dot([*xs[:4], *xs[4:8]], [*xs[8:12], 2.0, 2.0, 2.0, 2.0])).program(*[1.0] * 12)
    [adjoints] = functions(to_javascript(program, 4), "adjoints")
    assert adjoints == [
        "if (has_come(a[0])) {",
        "const u = a[0];",
        "for (let k = 0; k < 4; k++) g[0 + k] += u * x[4 + k] + 0.0;",
        "}",
    ]


@pytest.mark.parametrize(("parameters", "values"), [(0, []), (1, [])])
def test_without_operations_there_is_no_function(parameters: int, values: list[str]) -> None:
    code = to_javascript(jit(lambda x: x).program(1.0), parameters)
    assert "return { guards, values: [], first: 0, adjoints: [] };" in code
    assert functions(code, "values") == values


def chain(x: Any, w: Any) -> Any:
    for _ in range(300):
        x = tanh(x * w) + x
    return x


def layer(*xs: Any) -> Any:
    """A hundred sums of twenty products each; a loop counts as four operands."""
    total = xs[0]
    for k in range(100):
        total = total + dot(xs[:20], [*xs[k : k + 20]]) * 0.5
    return total


@pytest.mark.parametrize(("f", "count", "first", "cost"), [
    (chain, 2, 0, {"tanh": 1}), (chain, 2, 7, {"tanh": 1}), (layer, 130, 0, {"dot": 4}), (layer, 130, 299, {"dot": 4}),
])  # fmt: skip
def test_functions_are_filled_one_after_the_other(f: Any, count: int, first: int, cost: dict[str, int]) -> None:
    """Up to 400 operands each; those of the first operations are apart."""
    program = jit(f).program(*[0.01 * k for k in range(count)])
    sizes = [cost.get(row.name, 2) for row in program.primitives]
    expected: list[list[int]] = []
    for part in (range(first), range(first, len(program))):
        size = CHUNK + 1
        for i in part:
            if size + sizes[i] > CHUNK:
                expected.append([])
                size = 0
            expected[-1].append(i)
            size += sizes[i]
    code = to_javascript(program, count, first)
    for name in ("values", "adjoints"):
        found = functions(code, name)
        assigned = r"^v\[(\d+)\] = " if name == "values" else r"^if \(has_come\(a\[(\d+)\]\)\) {"
        slots = [[int(m[1]) for line in lines if (m := re.match(assigned, line))] for lines in found]
        assert [sorted(part) for part in slots] == expected
    heads = 0 if first == 0 else sum(part[0] < first for part in expected)
    assert f"first: {heads}, adjoints: [{', '.join(f'adjoints_{k}' for k in reversed(range(len(expected))))}]" in code
