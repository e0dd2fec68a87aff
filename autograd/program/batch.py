"""A program compiled for the points of a batch, a vector of them at a time."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import TYPE_CHECKING

from autograd.formulas.llvm_text import Width
from autograd.program.computed import Computed, indices, joined
from autograd.program.emit import Emitter
from autograd.program.entry import Code, Entry
from autograd.program.layout import TUNED
from autograd.program.machine import Functions, check_memory, this_machine
from autograd.program.program import Program

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class Batch:
    """A program compiled for many points.

    Args:
        program: what to compute.
        wanted: by which inputs to differentiate; None for the values alone.
        shared: which inputs are the same for all points: their adjoints are summed over the points.
        vector_math: whether functions may be right within 4 units in the last place: written as steps where the program
            is small, elsewhere those of libmvec.
        apart: whether values and adjoints are computed each by themselves.

    Attributes:
        whole: computes outputs, and adjoints by the inputs that differ from point to point.
        values: computes values alone; with `apart`, those too that adjoints are made of, behind the outputs.
        adjoints: with `apart`, computes adjoints from what `read` names.
        read: whether each row that `adjoints` is given is a result of `values`, and which; or which row of the inputs.
    """

    def __init__(
        self,
        program: Program,
        wanted: Sequence[bool] | None,
        shared: Sequence[bool],
        vector_math: bool,
        apart: bool = False,
    ) -> None:
        n = len(program.inputs)
        wants = [False] * n if wanted is None else list(wanted)
        machine = this_machine()
        tuned = vector_math and machine.has_fma and sum(map(len, program.operands)) <= TUNED
        # Of two vectors at once the one's operations fill the time that the other's take.
        width = Width(2 * machine.lanes if tuned else machine.lanes)
        functions = Functions(machine, width, vector_math, inline=tuned)
        level = 1 if tuned else 0
        own = [i for i in range(n) if not shared[i]]
        summed = [shared[i] and wants[i] for i in range(n)]
        emitter = Emitter(program, width, wanted, summed, functions, apart)
        layout = emitter.layout
        outputs = [layout.values[x] for x in layout.outputs]
        by_point = [i for i in own if wants[i]]
        check_memory(program, width.lanes)
        forward = machine.load(emitter.forward(), functions, level)
        reverse = machine.load(emitter.reverse(), functions, level)
        code = Code(
            program,
            run=ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(machine.driver(width.lanes)),
            forward=forward.addresses,
            reverse=reverse.addresses,
            lanes=width.lanes,
            value_count=layout.value_count,
            adjoint_count=layout.adjoint_count,
            common=indices([i for i in range(n) if shared[i]]),
            summed=indices([i for i in range(n) if summed[i]]),
            sums=sum(summed),
            held=(forward, reverse, functions),
        )
        self._outputs = len(outputs)
        self.whole = Entry(code, True, True, own, outputs, by_point)
        if not apart:
            return
        handed_on = set(layout.outputs)
        inner = [x for x in layout.read if x >= n and x not in handed_on]
        kept = [*[layout.values[x] for x in inner], *layout.partials.values()]
        if len(kept) > len(outputs):  # they would fill the memory: they are computed once more
            self.values = Entry(code, True, False, own, outputs, [])
            self.adjoints = Entry(code, True, True, own, [], by_point)
            self.read = [(False, k) for k in range(len(own))]
        else:
            rows = {x: (False, k) for k, x in enumerate(own)}
            rows.update({x: (True, k) for k, x in enumerate([*layout.outputs, *inner])})
            read = [x for x in layout.read if x in rows]
            partials = [(True, len(outputs) + len(inner) + k) for k in range(len(layout.partials))]
            self.read = [rows[x] for x in read] + partials
            self.values = Entry(code, True, False, own, outputs + kept, [])
            given = [layout.values[x] for x in read] + list(layout.partials.values())
            self.adjoints = Entry(code, False, True, given, [], by_point)

    takes_views = False  # whether the columns of a row may lie apart

    def __call__(
        self, rows: Sequence[Array], common: Sequence[Array], seeds: float | Array | None, count: int, threads: int
    ) -> Computed:
        """Values and adjoints at the points of a batch."""
        status, results, sums = self.whole(rows, joined(common), seeds, count, threads)
        return Computed(status, results[: self._outputs], results[self._outputs :], sums)
