"""A program with matrix products, computed over a batch: BLAS for the products, machine code for what lies between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.program.batch import Batch
from autograd.program.computed import Computed
from autograd.program.stage import OWN, Own, Run, Stage, runs
from autograd.program.staging import Product, Stages

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class Staged:
    """The kernel; called as a `Batch` is.

    Args:
        stages: the program.
        wanted, shared, vector_math: as of `Batch`.
        plain: makes the kernel without products, for batches in which a point goes another way or leaves the reals.
    """

    def __init__(
        self,
        stages: Stages,
        wanted: Sequence[bool] | None,
        shared: Sequence[bool],
        vector_math: bool,
        plain: Callable[[], Batch],
    ) -> None:
        program = self._program = stages.program
        n = len(program.inputs)
        wants = [False] * n if wanted is None else list(wanted)
        self._plain = plain
        self.lanes = 0
        self._own = [i for i in range(n) if not shared[i]]
        self._places: dict[int, tuple[int, int]] = {x: (OWN, k) for k, x in enumerate(self._own)}
        commons = [i for i in range(n) if shared[i]]
        self._common_places = {x: k for k, x in enumerate(commons)}
        self._summed = [self._common_places[x] for x in commons if wants[x]]
        self._all_summed = len(self._summed) == len(commons)
        self._by_point = [k for k, x in enumerate(self._own) if wants[x]]
        active = program.active(wants) if wanted is not None else bytearray(len(stages.levels))
        self._differentiates = wanted is not None
        self._tables = 1
        self._widths = [len(self._own)]
        uses = [0] * len(stages.levels)
        for operands in program.operands:
            for x in operands:
                if x >= 0:
                    uses[x] += 1
        self._steps: list[_StageStep | _ProductStep] = []
        for level in range(stages.count):
            for product in stages.products:
                if product.level == level:
                    self._add_product(product, active, uses)
            self._add_stage(stages, level, wants, active, vector_math)
        self._outputs = [self._places.get(x) for x in program.outputs if x >= 0]

    # -- building -----------------------------------------------------------------------------------------------------

    def _table(self, slots: Sequence[int]) -> int:
        """A new table, of these slots."""
        table = self._tables
        self._tables += 1
        self._widths.append(len(slots))
        self._places.update({x: (table, row) for row, x in enumerate(slots)})
        return table

    def _add_product(self, product: Product, active: Sequence[int], uses: Sequence[int]) -> None:
        rows = [self._common_places[x] for row in product.rows for x in row]
        columns = [self._places[x] for column in product.columns for x in column]
        step = _ProductStep(
            product,
            rows,
            runs(columns),
            any(active[x] for row in product.rows for x in row),
            any(active[x] for column in product.columns for x in column),
        )
        step.is_alone = all(uses[x] == len(product.columns) for row in product.rows for x in row)
        step.table = self._table([slot for slots in product.slots for slot in slots])
        self._steps.append(step)

    def _add_stage(
        self, stages: Stages, level: int, wants: Sequence[bool], active: Sequence[int], vector_math: bool
    ) -> None:
        outputs = self._outputs_of(stages, level)
        stage = Stage(stages, level, outputs, self._places)
        if not stage.program.primitives:
            return
        step = _StageStep(stage, self._common_places, [bool(active[x]) for x in (*stage.common, *stage.others)])
        step.compile(vector_math, level == stages.count - 1, self._differentiates)
        step.table = self._table(outputs)
        self._steps.append(step)

    def _outputs_of(self, stages: Stages, level: int) -> list[int]:
        """What of a stage others need; first the columns of products, one after the other."""
        program = stages.program
        first = len(program.inputs)

        def is_member(x: int) -> bool:
            return x >= first and stages.levels[x] == level and x not in stages.grouped

        found: dict[int, None] = {}
        for product in stages.products:
            for column in product.columns:
                found.update(dict.fromkeys(x for x in column if is_member(x)))
        for slot, _, operands in program.operations():
            if stages.levels[slot] > level and slot not in stages.grouped:
                found.update(dict.fromkeys(x for x in operands if is_member(x)))
        found.update(dict.fromkeys(x for x in program.outputs if is_member(x)))
        return list(found)

    # -- computing ----------------------------------------------------------------------------------------------------

    takes_views = True

    def __call__(
        self, rows: Sequence[Array], common: Array, seeds: float | Array | None, count: int, threads: int
    ) -> Computed:
        """Values and adjoints at the points of a batch."""
        tables: list[Any] = [None] * self._tables
        tables[OWN] = Own(rows, count)
        last = self._steps[-1]
        fused = seeds is not None and isinstance(last, _StageStep)
        for step in self._steps[:-1] if fused else self._steps:
            if not step.forward(tables, common, count, threads):
                return self._plain()(rows, common, seeds, count, threads)
        sums = np.zeros(len(common))
        adjoints: list[Any] = [None] * self._tables
        if seeds is not None:
            for step in reversed(self._steps):
                if step is last and fused:
                    given = self._seeds_of(step.table, seeds, count)
                else:
                    given = self._seeded(step.table, adjoints[step.table], seeds, count)
                if given is not None and not step.backward(tables, adjoints, sums, common, given, count, threads):
                    return self._plain()(rows, common, seeds, count, threads)
        outputs = np.empty((len(self._outputs), count))
        for k, place in enumerate(self._outputs):
            assert place is not None  # a shared input as an output is left to the plain kernel
            outputs[k] = tables[place[0]][place[1] : place[1] + 1]
        if not self._by_point or adjoints[OWN] is None:
            back = np.zeros((len(self._by_point), count))
        else:
            back = adjoints[OWN][self._by_point]
        return Computed(
            np.zeros(count, np.uint8),
            outputs,
            back,
            sums if self._all_summed else sums[self._summed],
        )

    def _seeds_of(self, table: int, seeds: float | Array, count: int) -> Any:
        """The cotangents of the last stage, all of whose outputs are the program's."""
        if isinstance(seeds, float) and all(place is not None and place[0] == table for place in self._outputs):
            return seeds
        return self._seeded(table, None, seeds, count)

    def _seeded(self, table: int, adjoint: Any, seeds: float | Array, count: int) -> Any:
        """The adjoints of a table, with the cotangents of the program's outputs in it; None if there are none."""
        for k, place in enumerate(self._outputs):
            if place is not None and place[0] == table:
                if adjoint is None:
                    adjoint = np.zeros((self._widths[table], count))
                adjoint[place[1]] += seeds[k] if isinstance(seeds, np.ndarray) else seeds
        return adjoint


class _ProductStep:
    """A matrix product: forward one, and back two."""

    table: int
    is_alone: bool  # whether its rows are used by nothing else

    def __init__(self, product: Product, rows: list[int], columns: list[Run], to_rows: bool, to_columns: bool) -> None:
        self._shape = len(product.rows), len(product.rows[0])
        self._count = len(product.columns)
        self._rows: Any = slice(rows[0], rows[-1] + 1) if rows == list(range(rows[0], rows[-1] + 1)) else np.array(rows)
        self._columns = columns
        self._to_rows = to_rows
        self._to_columns = to_columns

    def _matrices(self, tables: list[Any], common: Array, count: int) -> tuple[Array, Array]:
        """The rows; and the columns, for every point."""
        rows = common[self._rows].reshape(self._shape)
        parts = [tables[run.table][run.start : run.stop] for run in self._columns]
        columns = parts[0] if len(parts) == 1 else np.concatenate(parts)
        return rows, columns if self._count == 1 else columns.reshape(self._count, self._shape[1], count)

    def forward(self, tables: list[Any], common: Array, count: int, threads: int) -> bool:
        rows, columns = self._matrices(tables, common, count)
        tables[self.table] = np.matmul(rows, columns).reshape(-1, count)
        return True

    def backward(
        self,
        tables: list[Any],
        adjoints: list[Any],
        sums: Array,
        common: Array,
        given: Array,
        count: int,
        threads: int,
    ) -> bool:
        rows, columns = self._matrices(tables, common, count)
        if self._count > 1:
            given = given.reshape(self._count, self._shape[0], count)
        if self._to_rows:
            self._to_sums(given, columns, sums)
        if self._to_columns:
            by_columns = np.matmul(rows.T, given).reshape(-1, count)
            _give(adjoints, tables, self._columns, by_columns)
        return True

    def _to_sums(self, given: Array, columns: Array, sums: Array) -> None:
        """Add the adjoints of the rows; those of numbers that stand nowhere else are not there yet."""
        is_run = isinstance(self._rows, slice)
        if self._count == 1 and is_run and self.is_alone:
            np.matmul(given, columns.T, out=sums[self._rows].reshape(self._shape))
            return
        if self._count == 1:
            by_rows = given @ columns.T
        else:
            by_rows = given[0] @ columns[0].T
            for k in range(1, self._count):
                by_rows += given[k] @ columns[k].T
        if is_run:
            sums[self._rows] += by_rows.ravel()
        else:
            np.add.at(sums, self._rows, by_rows.ravel())  # a number may stand in several rows


class _StageStep:
    """The operations of a stage: forward for their values; and back, with the values computed once more."""

    table: int

    def __init__(self, stage: Stage, common_places: dict[int, int], wanted: Sequence[bool]) -> None:
        self.stage = stage
        places = [common_places[x] for x in stage.common]
        self._common: Any = np.array(places, dtype=np.intp)
        if places and places == list(range(places[0], places[-1] + 1)):
            self._common = slice(places[0], places[-1] + 1)
        self._wanted = list(wanted)
        n = len(stage.common)
        self._shared = [True] * n + [False] * len(stage.others)
        self._summed: Any = np.array(
            [place for place, want in zip(places, wanted, strict=False) if want], dtype=np.intp
        )
        picked = [k for k, want in enumerate(wanted[n:]) if want]
        every = [
            run_row for run in stage.inputs for run_row in [(run.table, row) for row in range(run.start, run.stop)]
        ]
        self._back = runs([every[k] for k in picked])
        self._values: Batch | None = None
        self._gradient: Batch | None = None

    def compile(self, vector_math: bool, is_last: bool, differentiates: bool) -> None:
        if not (is_last and differentiates):
            self._values = Batch(self.stage.program, None, self._shared, vector_math)
        if differentiates and any(self._wanted):
            self._gradient = Batch(self.stage.program, self._wanted, self._shared, vector_math)

    def _given(self, tables: list[Any]) -> list[Array]:
        parts = [tables[run.table][run.start : run.stop] for run in self.stage.inputs]
        return [part if part.strides[1] == 8 else np.ascontiguousarray(part) for part in parts]

    def forward(self, tables: list[Any], common: Array, count: int, threads: int) -> bool:
        assert self._values is not None
        computed = self._values(self._given(tables), common[self._common], None, count, threads)
        tables[self.table] = computed.outputs
        return not computed.status.any()

    def backward(
        self,
        tables: list[Any],
        adjoints: list[Any],
        sums: Array,
        common: Array,
        given: Any,
        count: int,
        threads: int,
    ) -> bool:
        kernel = self._gradient
        if kernel is None:
            return True
        computed = kernel(self._given(tables), common[self._common], given, count, threads)
        tables[self.table] = computed.outputs
        sums[self._summed] += computed.sums
        _give(adjoints, tables, self._back, computed.adjoints)
        return not computed.status.any()


def _give(adjoints: list[Any], tables: list[Any], places: Sequence[Run], found: Array) -> None:
    """Add adjoints to those of the tables that they belong to."""
    first = 0
    for run in places:
        part = found[first : first + run.stop - run.start]
        if adjoints[run.table] is None and len(part) == len(tables[run.table]):
            adjoints[run.table] = part
            first += len(part)
            continue
        if adjoints[run.table] is None:
            adjoints[run.table] = np.zeros(tables[run.table].shape)
        adjoints[run.table][run.start : run.stop] += part
        first += run.stop - run.start
