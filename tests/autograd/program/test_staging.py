"""Which sums of products become matrix products, in which order, and when that pays."""

from __future__ import annotations

from typing import Any

import pytest

from autograd import PRIMITIVES, Primitive
from autograd.program.program import Program
from autograd.program.staging import Product, Stages, staged

DOT, EXP, ADD = (PRIMITIVES[name] for name in ("dot", "exp", "add"))


def products_of(rows: int, count: int, own_first: bool = False, **parts: Any) -> tuple[Program, list[bool]]:
    """Some rows of shared inputs, each times the same numbers of a point."""
    n = rows * count
    x = list(range(count)) if own_first else list(range(n, n + count))
    w = list(range(count, count + n)) if own_first else list(range(n))
    operands = [(*w[i * count : (i + 1) * count], *x) for i in range(rows)]
    shared = [slot in set(w) for slot in range(n + count)]
    names = [f"i{slot}" for slot in range(n + count)]
    outputs = list(range(n + count, n + count + rows))
    return Program("f", names, [], [DOT] * rows, operands, outputs, **parts), shared


@pytest.mark.parametrize("own_first", [True, False])
@pytest.mark.parametrize(("rows", "count", "pays"), [(16, 16, True), (15, 17, False), (1, 256, True), (1, 255, False)])
def test_a_product_has_at_least_256_multiplications(rows: int, count: int, pays: bool, own_first: bool) -> None:
    program, shared = products_of(rows, count, own_first)
    stages = staged(program, shared)
    assert (stages is not None) is pays
    if stages is not None:
        [product] = stages.products
        assert product.work == rows * count
        assert product.rows == [tuple(operands[:count]) for operands in program.operands]
        assert product.columns == [tuple(operands[count:]) for operands in program.operands[:1]]
        assert product.slots == [list(program.outputs)]
        assert (stages.count, stages.grouped) == (2, set(program.outputs))


@pytest.mark.parametrize("swapped", ["none", "all", "some"])
def test_factors_in_either_order(swapped: str) -> None:
    program, shared = products_of(16, 16)
    is_swapped = {"none": [False] * 16, "all": [True] * 16, "some": [k % 3 == 0 for k in range(16)]}[swapped]

    def turned(operands: tuple[int, ...]) -> tuple[int, ...]:
        pairs = [
            (b, a) if swap else (a, b) for a, b, swap in zip(operands[:16], operands[16:], is_swapped, strict=True)
        ]
        return tuple([a for a, _ in pairs] + [b for _, b in pairs])

    other = Program("f", program.inputs, [], [DOT] * 16, [turned(x) for x in program.operands], program.outputs)
    expected, found = staged(program, shared), staged(other, shared)
    assert expected is not None
    assert found is not None
    assert found.products == expected.products


@pytest.mark.parametrize("change", ["stopped", "a constant", "both shared", "both own", "another row"])
def test_what_is_no_product_of_shared_and_own_numbers(change: str) -> None:
    program, shared = products_of(1, 256)
    [operands] = program.operands
    parts: dict[str, Any] = {"primitives": [DOT], "operands": [operands], "constants": []}
    if change == "stopped":
        parts["stopped"] = frozenset(program.outputs)
    elif change == "a constant":
        parts |= {"operands": [(*operands[:-1], -1)], "constants": [2.0]}
    elif change == "both shared":
        parts["operands"] = [(*operands[:-1], 0)]
    elif change == "both own":
        parts["operands"] = [(operands[-1], *operands[1:])]
    else:
        parts["primitives"] = [PRIMITIVES["sum"]]
    assert staged(program, shared) is not None
    assert staged(Program("f", program.inputs, outputs=program.outputs, **parts), shared) is None


def test_levels_products_in_their_order_and_the_same_sum_twice() -> None:
    """A second layer stands before another product of the first, and its row is there twice."""
    n = 256
    inputs = [f"w{k}" for k in range(n)] + [f"x{k}" for k in range(n)]
    w, x = list(range(n)), list(range(n, 2 * n))
    rows: list[Primitive] = [DOT]
    operands: list[tuple[int, ...]] = [(*w, *x)]  # 512, of level 1
    rows += [EXP] * n
    operands += [(512,)] * n  # 513 to 768, of level 1
    hidden = list(range(513, 769))
    rows += [DOT, DOT, DOT, EXP]
    operands += [(*w, *hidden), (*w, *hidden), (*w[::-1], *x[::-1]), (-1,)]  # of levels 2, 2, 1 and 0
    program = Program("f", inputs, [0.5], rows, operands, [769, 770, 771, 772])
    stages = staged(program, [True] * n + [False] * n)
    assert stages is not None
    assert [(product.level, product.slots) for product in stages.products] == [
        (1, [[512]]),
        (1, [[771]]),
        (2, [[769]]),
        (2, [[770]]),
    ]
    assert stages.levels[512:] == [1] * 257 + [2, 2, 1, 0]
    assert stages.count == 3
    assert stages.grouped == {512, 769, 770, 771}


def test_products_of_one_level_stay_in_the_order_in_which_they_are_written() -> None:
    n = 256
    inputs = [f"i{k}" for k in range(3 * n)]
    shared = [True] * (2 * n) + [False] * n
    x = range(2 * n, 3 * n)
    last, first = range(n, 2 * n), range(n)
    columns = x, reversed(x)
    operands = [(*w, *column) for w, column in zip((last, first), columns, strict=True)]
    stages = staged(Program("f", inputs, [], [DOT, DOT], operands, [3 * n, 3 * n + 1]), shared)
    assert stages is not None
    assert [product.slots for product in stages.products] == [[[3 * n]], [[3 * n + 1]]]


@pytest.mark.parametrize(("work", "points", "count", "pays"), [
    (500, 100, 1, False), (500, 101, 1, True), (500, 200, 2, False), (1_000, 101, 2, True), (1_000, 50, 1, False),
])  # fmt: skip
def test_it_pays_from_50_000_multiplications_a_stage(work: int, points: int, count: int, pays: bool) -> None:
    products = [Product(1, [(0,)] * 5, [(1,)] * (work // 10), [])] * 2
    program = Program("f", ["w", "x"], [0.5], [], [], [2])
    assert Stages(program, products, [], count).pays(points) is pays


@pytest.mark.parametrize(("outputs", "pays"), [([2], True), ([3, 2], True), ([1, 2], False), ([2, 0], False),
                                               ([2, -1], False), ([], True)])  # fmt: skip
def test_results_that_are_inputs_or_constants_are_left_to_machine_code(outputs: list[int], pays: bool) -> None:
    program = Program("f", ["w", "x"], [0.5], [EXP, EXP], [(0,), (1,)], outputs)
    assert Stages(program, [Product(1, [(0,)], [(1,)], [[2]])], [], 1).pays(10**9) is pays


@pytest.mark.parametrize(
    ("rows", "columns", "told"),
    [
        (1, 1, "matrix product: 1 row w, ... by 1 column x, ... of 2 numbers"),
        (2, 1, "matrix product: 2 rows w, ... by 1 column x, ... of 2 numbers"),
        (1, 2, "matrix product: 1 row w, ... by 2 columns x, ... of 2 numbers"),
    ],
)
def test_how_a_product_is_told(rows: int, columns: int, told: str) -> None:
    product = Product(1, [(0, 1)] * rows, [(2, 3)] * columns, [])
    assert product.told(Program("f", ["w", "v", "x", "y"], [], [], [], [0])) == told
