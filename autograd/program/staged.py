"""A program with matrix products, computed over a batch: BLAS for the products, machine code for what lies between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from autograd.program.batch import Batch
from autograd.program.computed import Computed
from autograd.program.stage import OWN, Given, Stage, runs
from autograd.program.staging import Product, Stages
from autograd.program.steps import Memory, ProductStep, StageCode, StageStep

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_KEPT: Final = 2**24  # bytes of memory that are kept for the next call
_MEMORIES: Final = 2  # calls of other sizes whose memory is kept


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
        self._own = [i for i in range(n) if not shared[i]]
        self._places: dict[int, tuple[int, int]] = {x: (OWN, k) for k, x in enumerate(self._own)}
        commons = [i for i in range(n) if shared[i]]
        self._common_places = {x: k for k, x in enumerate(commons)}
        self._summed = [self._common_places[x] for x in commons if wants[x]]
        self._all_summed = len(self._summed) == len(commons)
        self._by_point = [k for k, x in enumerate(self._own) if wants[x]]
        active = program.active(wants) if wanted is not None else bytearray(len(stages.levels))
        self._differentiates = wanted is not None
        self._widths = [len(self._own)]
        uses = [0] * len(stages.levels)
        for operands in program.operands:
            for x in operands:
                if x >= 0:
                    uses[x] += 1
        self._steps: list[Callable[[Memory], StageStep | ProductStep]] = []
        self._memories: dict[object, Memory] = {}  # of calls that are over, for others like them
        for level in range(stages.count):
            for product in stages.products:
                if product.level == level:
                    self._add_product(product, active, uses)
            self._add_stage(stages, level, active, vector_math)
        self._outputs = [self._places.get(x) for x in program.outputs if x >= 0]

    # -- building -----------------------------------------------------------------------------------------------------

    def _table(self, slots: Sequence[int]) -> int:
        """A new table, of these slots."""
        table = len(self._widths)
        self._widths.append(len(slots))
        self._places.update({x: (table, row) for row, x in enumerate(slots)})
        return table

    def _add_product(self, product: Product, active: Sequence[int], uses: Sequence[int]) -> None:
        rows = [self._common_places[x] for row in product.rows for x in row]
        columns = [self._places[x] for column in product.columns for x in column]
        self._steps.append(
            partial(
                ProductStep,
                self._table([slot for slots in product.slots for slot in slots]),
                product,
                rows,
                runs(columns),
                any(active[x] for row in product.rows for x in row),
                any(active[x] for column in product.columns for x in column),
                all(uses[x] == len(product.columns) for row in product.rows for x in row),
            )
        )

    def _add_stage(self, stages: Stages, level: int, active: Sequence[int], vector_math: bool) -> None:
        outputs = self._outputs_of(stages, level)
        stage = Stage(stages, level, outputs, self._places)
        if not stage.program.primitives:
            return
        wanted = [bool(active[x]) for x in (*stage.common, *stage.others)] if self._differentiates else None
        code = StageCode(stage, self._common_places, wanted, vector_math, level == stages.count - 1)
        self._steps.append(partial(StageStep, self._table(outputs), code))

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
        self, rows: Sequence[Array], common: Sequence[Array], seeds: float | Array | None, count: int, threads: int
    ) -> Computed:
        """Values and adjoints at the points of a batch."""
        key = count, threads, seeds if isinstance(seeds, float) else type(seeds)
        memory = self._memories.pop(key, None) or self._memory(count, threads)
        memory.begin(Given(rows), Given(common))
        if not self._compute(memory, seeds):
            return self._plain()(rows, common, seeds, count, threads)
        outputs = np.empty((len(self._outputs), count))
        for k, place in enumerate(self._outputs):
            assert place is not None  # a shared input as an output is left to the plain kernel
            outputs[k] = memory.tables[place[0]][place[1] : place[1] + 1]
        own, sums = memory.adjoints[OWN], memory.sums
        back = np.zeros((len(self._by_point), count)) if not self._by_point or own is None else own[self._by_point]
        memory.end()
        if memory.size <= _KEPT:
            if len(self._memories) >= _MEMORIES:
                self._memories.clear()
            self._memories[key] = memory
        return Computed(np.zeros(count, np.uint8), outputs, back, sums if self._all_summed else sums[self._summed])

    def _memory(self, count: int, threads: int) -> Memory:
        memory = Memory(self._widths, len(self._common_places), count, threads)
        for step in self._steps:
            memory.steps.append(step(memory))
        return memory

    def _compute(self, memory: Memory, seeds: float | Array | None) -> bool:
        """Fill the tables and the sums; False where a point goes another way or leaves the reals."""
        last = memory.steps[-1]
        fused = isinstance(last, StageStep) and last.is_fused
        for step in memory.steps[:-1] if fused else memory.steps:
            if not step.forward(memory):
                return False
        if seeds is None:
            return True
        for step in reversed(memory.steps):
            if step is last and fused and isinstance(seeds, float):
                memory.adjoints[step.table] = seeds  # all outputs of the last stage are the program's
            else:
                self._seed(memory, step.table, seeds)
            given = memory.adjoints[step.table]
            if given is not None and not step.backward(memory, given):
                return False
        return True

    def _seed(self, memory: Memory, table: int, seeds: float | Array) -> None:
        """Add the cotangents of the program's outputs to the adjoints of a table."""
        for k, place in enumerate(self._outputs):
            if place is not None and place[0] == table:
                memory.adjoint(table)[place[1]] += seeds[k] if isinstance(seeds, np.ndarray) else seeds
