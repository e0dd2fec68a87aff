"""The steps of a program with matrix products: products by BLAS, and stages by machine code; and what they write to."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd.program.batch import Batch
from autograd.program.computed import indices
from autograd.program.entry import Prepared
from autograd.program.stage import OWN, Given, Run, Stage, runs
from autograd.program.staging import Product

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class Memory:
    """What the steps read and write, for so many points; used by one call at a time, and then by the next.

    Args:
        widths: of the tables.
        commons: how many shared inputs there are.
        count: how many points there are.
        threads: how many cores may be taken.

    Attributes:
        steps: with arrays of their own, which are the same in every call: their addresses are looked up once.
        tables: a row for each slot, a column for each point.
        adjoints: of the tables; None where there are none yet. That of a last stage may be one number.
        common: the shared inputs.
        sums: their adjoints.
        factors: of the products, by the tables of their results.
        size: in bytes.
    """

    def __init__(self, widths: Sequence[int], commons: int, count: int, threads: int) -> None:
        self.count = count
        self.threads = threads
        self.steps: list[StageStep | ProductStep] = []
        self.tables: list[Any] = [None] * len(widths)
        self.adjoints: list[Any] = [None] * len(widths)
        self.factors: dict[int, tuple[Array, Array]] = {}
        self.size = 0
        self._widths = widths
        self._commons = commons
        self._zeros: dict[int, Array] = {}

    def begin(self, own: Given, common: Given) -> None:
        """Before a call."""
        self.tables[OWN] = own
        self.adjoints = [None] * len(self.tables)
        self.common = common
        self.sums: Array = np.zeros(self._commons)

    def end(self) -> None:
        """After a call: what belongs to the caller is not kept."""
        self.tables[OWN] = None
        self.factors.clear()
        del self.common, self.sums

    def array(self, rows: int) -> Array:
        """A new array of so many rows."""
        self.size += 8 * rows * self.count
        return np.empty((rows, self.count))

    def adjoint(self, table: int) -> Any:
        """The adjoints of a table, to be added to."""
        if self.adjoints[table] is None:
            if table not in self._zeros:
                self._zeros[table] = self.array(self._widths[table])
            self._zeros[table].fill(0.0)
            self.adjoints[table] = self._zeros[table]
        return self.adjoints[table]

    def give(self, places: Sequence[Run], found: Array) -> None:
        """Add adjoints to those of the tables that they belong to."""
        first = 0
        for run in places:
            part = found[first : first + run.stop - run.start]
            if self.adjoints[run.table] is None and len(part) == self._widths[run.table]:
                self.adjoints[run.table] = part
            else:
                self.adjoint(run.table)[run.start : run.stop] += part
            first += len(part)


class ProductStep:
    """A matrix product: forward one, and back two.

    Args:
        table: of the results.
        product: which.
        rows: the places of its rows' numbers among the shared ones.
        columns: those of its columns' numbers.
        to_rows, to_columns: whether the adjoints of these are wanted.
        is_alone: whether its rows' numbers are used by nothing else.
    """

    def __init__(
        self,
        table: int,
        product: Product,
        rows: list[int],
        columns: list[Run],
        to_rows: bool,
        to_columns: bool,
        is_alone: bool,
        memory: Memory,
    ) -> None:
        self.table = table
        self._shape = len(product.rows), len(product.rows[0])
        self._count = len(product.columns)
        self._rows = indices(rows)
        self._columns = columns
        self._to_rows = to_rows
        self._to_columns = to_columns
        self._is_alone = is_alone
        memory.tables[table] = memory.array(self._count * self._shape[0])
        self._results = self._by_column(memory.tables[table])
        self._back = memory.array(self._count * self._shape[1] if to_columns else 0)
        self._back_by_column = self._by_column(self._back)
        is_fixed = len(columns) == 1 and columns[0].table != OWN  # the same memory in every call
        self._fixed = self._by_column(_stacked(memory, columns)) if is_fixed else None

    def _by_column(self, table: Any) -> Any:
        """Rows of a table, as a matrix for each column."""
        return table if self._count == 1 else table.reshape(self._count, -1, table.shape[1])

    def forward(self, memory: Memory) -> bool:
        rows = memory.common[self._rows].reshape(self._shape)
        columns = self._by_column(_stacked(memory, self._columns)) if self._fixed is None else self._fixed
        memory.factors[self.table] = rows, columns
        np.matmul(rows, columns, out=self._results)
        return True

    def backward(self, memory: Memory, given: Array) -> bool:
        rows, columns = memory.factors[self.table]
        given = self._by_column(given)
        if self._to_rows:
            self._to_sums(given, columns, memory.sums)
        if self._to_columns:
            np.matmul(rows.T, given, out=self._back_by_column)
            memory.give(self._columns, self._back)
        return True

    def _to_sums(self, given: Array, columns: Array, sums: Array) -> None:
        """Add the adjoints of the rows; those of numbers that stand nowhere else are not there yet."""
        rows = self._rows
        if self._count == 1 and isinstance(rows, slice) and self._is_alone:
            np.matmul(given, columns.T, out=sums[rows].reshape(self._shape))
            return
        if self._count == 1:
            by_rows = given @ columns.T
        else:
            by_rows = given[0] @ columns[0].T
            for k in range(1, self._count):
                by_rows += given[k] @ columns[k].T
        if isinstance(rows, slice):
            sums[rows] += by_rows.ravel()
        else:
            np.add.at(sums, rows, by_rows.ravel())  # a number may stand in several rows


class StageCode:
    """The machine code of a stage.

    Args:
        stage: which.
        common_places: of the shared inputs, among all of these.
        wanted: by which inputs to differentiate; None for the values alone.
        vector_math: as of `Batch`.
        is_last: whether adjoints follow values at once, so that both are computed together.
    """

    def __init__(
        self,
        stage: Stage,
        common_places: dict[int, int],
        wanted: Sequence[bool] | None,
        vector_math: bool,
        is_last: bool,
    ) -> None:
        n = len(stage.common)
        self.stage = stage
        places = [common_places[x] for x in stage.common]
        self.common = indices(places)
        wants = wanted or []
        self.summed = indices(list(compress(places, wants)))
        every = [(run.table, row) for run in stage.inputs for row in range(run.start, run.stop)]
        self.back = runs(list(compress(every, wants[n:])))
        self.differentiates = any(wants) and bool(stage.outputs)  # without, it is there for guards and errors alone
        self.is_fused = self.differentiates and is_last
        shared = [True] * n + [False] * len(stage.others)
        self.batch = Batch(
            stage.program,
            wanted if self.differentiates else None,
            shared,
            vector_math,
            apart=self.differentiates and not is_last,
        )


class StageStep:
    """The operations of a stage: forward for their values, and back for adjoints.

    Attributes:
        is_fused: whether both are done on the way back, as by the last stage that is differentiated.
    """

    def __init__(self, table: int, code: StageCode, memory: Memory) -> None:
        self.table = table
        self.is_fused = code.is_fused
        self._code = code
        self._filled: list[tuple[Array, slice]] = []  # of what is each point's own: side by side, and in one place
        inputs = [self._input(run, memory) for run in code.stage.inputs]
        batch = code.batch
        entry = batch.whole if code.is_fused or not code.differentiates else batch.values
        results = memory.array(len(entry.values) + len(entry.adjoints))
        outputs = len(code.stage.outputs)
        memory.tables[table] = results[:outputs]
        if code.is_fused:
            self._entry, self._given, self._results, self._found = entry, inputs, results, results[outputs:]
            return
        self._values = Prepared(entry, inputs, results, None, memory.threads)
        if code.differentiates:
            rows = [(k, row) for k, part in enumerate(inputs) for row in range(len(part))]
            sources = [*inputs, results]
            read = runs([(len(inputs), k) if is_result else rows[k] for is_result, k in batch.read])
            self._entry = batch.adjoints
            self._given = [sources[run.table][run.start : run.stop] for run in read]
            self._results = self._found = memory.array(len(batch.adjoints.adjoints))

    def _input(self, run: Run, memory: Memory) -> Array:
        if run.table != OWN:
            part: Array = memory.tables[run.table][run.start : run.stop]
            return part
        copy = memory.array(run.stop - run.start)
        self._filled.append((copy, slice(run.start, run.stop)))
        return copy

    def _fill(self, memory: Memory) -> None:
        for array, rows in self._filled:
            array[:] = memory.tables[OWN][rows]

    def forward(self, memory: Memory) -> bool:
        self._fill(memory)
        self._values(memory.common[self._code.common])
        return not np.count_nonzero(self._values.status)

    _adjoints: Prepared | None = None

    def backward(self, memory: Memory, given: Any) -> bool:
        code = self._code
        if not code.differentiates:
            return True
        if code.is_fused:
            self._fill(memory)
        if self._adjoints is None:  # where the cotangents lie is known now, and stays
            self._adjoints = Prepared(self._entry, self._given, self._results, given, memory.threads)
        memory.sums[code.summed] += self._adjoints(memory.common[code.common])
        memory.give(code.back, self._found)
        return not np.count_nonzero(self._adjoints.status)


def _stacked(memory: Memory, places: Sequence[Run]) -> Array:
    """The rows of the tables at some places, one after the other."""
    parts = [memory.tables[run.table][run.start : run.stop] for run in places]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)
