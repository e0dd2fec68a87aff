"""Where a program holds matrix products: sums of products of shared numbers and numbers of each point, in groups.

The operations between them form stages: stage k is what needs the products of level k, and none of a higher one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from autograd.engine import primitives as p
from autograd.program.program import Program

_CALLS: Final = 50_000  # multiplications, with what belongs to them on the way back, in the time of a stage's calls
_SMALLEST: Final = 256  # multiplications that make a matrix product worth its call


class Product(NamedTuple):
    """One matrix product: every row times every column.

    Attributes:
        level: how many products lie below it, with itself.
        rows: vectors of shared inputs.
        columns: vectors of other slots.
        slots: of the results, a list for each column with one for each row.
    """

    level: int
    rows: list[tuple[int, ...]]
    columns: list[tuple[int, ...]]
    slots: list[list[int]]

    def told(self, program: Program) -> str:
        """A line of a listing."""
        rows, columns, count = len(self.rows), len(self.columns), len(self.rows[0])
        first = f"{rows} row{'s' if rows > 1 else ''} {program.spelled(self.rows[0][0])}, ..."
        second = f"{columns} column{'s' if columns > 1 else ''} {program.spelled(self.columns[0][0])}, ..."
        return f"matrix product: {first} by {second} of {count} numbers"

    @property
    def work(self) -> int:
        """How many multiplications it takes for a point."""
        return len(self.rows) * len(self.columns) * len(self.rows[0])


@dataclass(frozen=True, slots=True)
class Stages:
    """A program in stages.

    Attributes:
        program: the whole, its sums of products written as `dot`.
        products: in the order of their levels.
        levels: of every slot.
        count: how many stages there are.
    """

    program: Program
    products: list[Product]
    levels: list[int]
    count: int
    grouped: frozenset[int] = field(default_factory=frozenset)

    def pays(self, points: int) -> bool:
        """Whether matrix products are faster than machine code for so many points: each stage costs some calls."""
        work = sum(product.work for product in self.products)
        n = len(self.program.inputs)
        return work * points > _CALLS * self.count and all(x >= n for x in self.program.outputs)


def staged(program: Program, shared: Sequence[bool]) -> Stages | None:
    """The stages of a program whose sums of products are written as `dot`; None if it holds no matrix product.

    Args:
        program: the program.
        shared: which inputs are the same for all points.
    """
    candidates = _candidates(program, shared)
    while candidates:
        levels = _levels(program, candidates)
        products = _grouped(candidates, levels)
        small = [product for product in products if product.work < _SMALLEST]
        if not small:
            grouped = frozenset(candidates)
            products.sort(key=lambda product: product.level)
            return Stages(program, products, levels, max(levels) + 1, grouped)
        for product in small:
            for slots in product.slots:
                for slot in slots:
                    del candidates[slot]
    return None


Vectors = tuple[tuple[int, ...], tuple[int, ...]]


def _candidates(program: Program, shared: Sequence[bool]) -> dict[int, Vectors]:
    """The `dot`s of a vector of shared inputs and one of other slots, by their slots."""
    n = len(program.inputs)
    found: dict[int, Vectors] = {}

    def is_shared(x: int) -> bool:
        return 0 <= x < n and shared[x]

    for slot, row, operands in program.operations():
        if row is p.dot and slot not in program.stopped:
            half = len(operands) // 2
            pairs = [(x, operands[k + half]) for k, x in enumerate(operands[:half])]
            pairs = [(x, y) if is_shared(x) else (y, x) for x, y in pairs]
            if all(is_shared(x) and y >= 0 and not is_shared(y) for x, y in pairs):
                found[slot] = tuple([x for x, _ in pairs]), tuple([y for _, y in pairs])
    return found


def _levels(program: Program, candidates: dict[int, Vectors]) -> list[int]:
    levels = [0] * len(program.inputs)
    for slot, _, operands in program.operations():
        level = max([levels[x] for x in operands if x >= 0], default=0)
        levels.append(level + (slot in candidates))
    return levels


def _grouped(candidates: dict[int, Vectors], levels: list[int]) -> list[Product]:
    """Columns that meet the same rows, on one level, make one product."""
    by_column: dict[tuple[int, tuple[int, ...]], dict[tuple[int, ...], int]] = {}
    twice: list[Product] = []
    for slot, (row, column) in candidates.items():
        slots = by_column.setdefault((levels[slot], column), {})
        if row in slots:  # the same sum, written twice
            twice.append(Product(levels[slot], [row], [column], [[slot]]))
        else:
            slots[row] = slot
    by_rows: dict[tuple[int, tuple[tuple[int, ...], ...]], Product] = {}
    for (level, column), slots in by_column.items():
        rows = sorted(slots)
        key = level, tuple(rows)
        product = by_rows.setdefault(key, Product(level, rows, [], []))
        product.columns.append(column)
        product.slots.append([slots[row] for row in rows])
    return [*by_rows.values(), *twice]
