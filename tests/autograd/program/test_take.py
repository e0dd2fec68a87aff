"""A choice by an index that is an argument."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from autograd import Program, Value, grad, hessian, jit, take, value_and_grad, vmap
from autograd.program.take import TAKE

by_machine_code_alone = pytest.mark.usefixtures("nothing_is_computed_again")

TABLE = [[0.5 * i + j for j in range(3)] for i in range(9)]


def looked_up(table: Any, i: Any, j: Any) -> Any:
    """Rows that may be one and the same, and numbers that are used without an index, too."""
    a, b = take(table, i), take(table, j)
    return sum(x * y for x, y in zip(a, b, strict=True)) * table[1][1] + table[0][0] * table[3][2]


def test_a_plain_index_is_that_of_a_list() -> None:
    assert take(TABLE, 2) is TABLE[2]
    assert take([1.0, 2.0], 1.0) == 2.0


@by_machine_code_alone
@pytest.mark.parametrize("count", [1, 2, 4, 5, 9, 27])
def test_one_program_serves_every_index(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few values are chosen among by conditions, many by their address, none by Python: the numbers are eager's."""
    pytest.importorskip("llvmlite")
    monkeypatch.setattr("autograd.program.machine.Functions.callback", None)
    values = [1.0 + 0.25 * i for i in range(count)]

    def f(values: Any, i: Any, x: Any) -> Any:
        return take(values, i) * x + values[0]

    replayed = jit(f)
    for i in range(count):
        assert value_and_grad(replayed)(values, i, 3.0) == value_and_grad(f)(values, i, 3.0)
    assert [len(ways) for ways in replayed.variants.values()] == [1]


@by_machine_code_alone
def test_rows_of_a_table_at_one_point_and_at_many() -> None:
    replayed = value_and_grad(jit(looked_up))
    for i in range(9):
        for j in range(9):
            assert replayed(TABLE, i, j) == value_and_grad(looked_up)(TABLE, i, j)
    i, j = np.arange(20) % 9, np.arange(20) * 5 % 9
    values, gradients = vmap(value_and_grad(looked_up), in_axes=(None, 0, 0))(np.array(TABLE), i, j)
    for k in range(20):
        value, gradient = value_and_grad(looked_up)(TABLE, int(i[k]), int(j[k]))
        assert values[k] == value
        assert gradients[k].tolist() == gradient


@by_machine_code_alone
def test_the_gradient_of_a_mean_is_gathered_by_index() -> None:
    i, j = np.arange(50) % 9, np.arange(50) * 4 % 9
    step = value_and_grad(vmap(looked_up, in_axes=(None, 0, 0), reduce="mean"))
    value, gradient = step(np.array(TABLE), i, j)
    each = [value_and_grad(looked_up)(TABLE, int(a), int(b)) for a, b in zip(i, j, strict=True)]
    assert value == pytest.approx(np.mean([v for v, _ in each]), rel=1e-14)
    assert gradient == pytest.approx(np.mean([g for _, g in each], axis=0), rel=1e-13)


def test_values_that_are_results() -> None:
    """They don't lie side by side in memory."""

    def f(x: Any, i: Any) -> Any:
        return take([x * k + 1.0 / (k + x) for k in range(1, 8)], i)

    replayed = jit(f)
    for i in range(7):
        assert value_and_grad(replayed)(2.0, i) == value_and_grad(f)(2.0, i)
        assert hessian(lambda x, i=i: replayed(x, i))(2.0) == pytest.approx(hessian(lambda x, i=i: f(x, i))(2.0))


@pytest.mark.parametrize("count", [3, 9])
@pytest.mark.parametrize("index", [-1, 0.5, 100, float("nan"), float("inf")])
def test_an_index_of_nothing_is_refused_wherever_it_comes_up(count: int, index: float) -> None:
    values = [1.0 + i for i in range(count)]
    replayed = jit(lambda values, i: take(values, i))
    assert replayed(values, 1) == 2.0
    with pytest.raises((IndexError, TypeError), match="take: the index must be a whole number"):
        take(values, index)
    with pytest.raises(IndexError, match=f"take: the index must be a whole number from 0 to {count - 1}"):
        replayed(values, index)
    with pytest.raises(IndexError, match="in row 2 of the batch"):
        vmap(replayed, in_axes=(None, 0))(np.array(values), np.array([0.0, 1.0, index, 0.0]))
    assert replayed(values, 2) == 3.0


@pytest.mark.parametrize("index", [0, 2, 2.0, True, np.int64(1), np.float64(1.0), Value(2.0).data])
def test_whole_numbers_of_any_type_name_a_value(index: Any) -> None:
    assert take([5.0, 6.0, 7.0], index) == [5.0, 6.0, 7.0][int(index)]


@pytest.mark.parametrize(
    ("index", "kind"),
    [(3, IndexError), (-1, IndexError), (10**400, IndexError), (3.0, IndexError)]
    + [(bad, TypeError) for bad in ("1", None, [1], 0.5, float("nan"), float("inf"))],
)
def test_any_other_index_is_refused(index: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind, match=r"^take: the index must be a whole number"):
        take([5.0, 6.0, 7.0], index)


def test_what_is_no_number_in_a_row_is_named() -> None:
    with pytest.raises(TypeError, match=r"take: values\[1\]\[0\] must be "):
        take([[1.0], ["a"]], Value(1.0))


def test_the_structure_is_that_of_the_first_value() -> None:
    found = take([{"a": (1.0, [2.0])}, {"a": [3.0, (4.0,)]}], Value(1.0))
    assert (type(found["a"]), type(found["a"][1])) == (tuple, list)
    assert [found["a"][0].data, found["a"][1][0].data] == [3.0, 4.0]


def test_rows_must_be_of_one_structure() -> None:
    with pytest.raises(ValueError, match="take: values must be one or more, of one structure"):
        take([[1.0], [2.0, 3.0]], Value(1.0))
    assert grad(lambda x: take([x, 2.0 * x], Value(1.0)))(3.0) == 2.0


@by_machine_code_alone
@pytest.mark.parametrize("links", [1, 400])
@pytest.mark.parametrize("count", [3, 9])
@pytest.mark.parametrize("argnums", [0, 1, 2, (0, 2), (1, 2)])
def test_whatever_the_gradient_is_by_and_however_long_the_program(argnums: Any, count: int, links: int) -> None:
    """Nothing flows back to an index, nor to values that nobody asks for."""

    def f(values: Any, i: Any, x: Any) -> Any:
        y = take(values, i)
        for _ in range(links):
            y = y * x + 0.25 * take(values, i)
        return y

    values = [1.0 + 0.25 * i for i in range(count)]
    replayed, eager = value_and_grad(jit(f), argnums), value_and_grad(f, argnums)
    for i in (0.0, count - 1.0, 1.0):
        assert replayed(values, i, 0.5) == eager(values, i, 0.5)
    x = np.array([0.5, -0.25, 0.125])
    found = vmap(replayed, in_axes=(None, None, 0))(values, 1.0, x)
    assert found[0].tolist() == [f(values, 1.0, a) for a in x.tolist()]


@pytest.mark.parametrize("lanes", [1, 8])
def test_machine_code_is_as_long_for_many_values_as_for_some(lanes: int) -> None:
    """They are read by their address."""
    pytest.importorskip("llvmlite")
    from autograd.formulas.llvm_text import Width
    from autograd.program.emit import Emitter
    from autograd.program.machine import Functions, this_machine

    def length(count: int) -> int:
        names = ["i", *[f"x{k}" for k in range(count)]]
        program = Program("f", names, [], [TAKE], [tuple(range(count + 1))], [count + 1])
        emitter = Emitter(program, Width(lanes), None, [False] * len(names), Functions(this_machine(), Width(lanes)))
        return sum(len(body.lines) for body in emitter.forward())

    assert length(9) == length(10) == length(200)
    assert length(200) < 20 * lanes + 10
