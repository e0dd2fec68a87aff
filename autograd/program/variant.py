"""A recorded program with what belongs to it: the Values from outside, the form of its result, its compiled kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from autograd.engine.recording import ieee_enabled
from autograd.engine.value import Value
from autograd.program.passes import sums_of_products
from autograd.program.plain import Plain
from autograd.program.program import Program
from autograd.program.result import Result
from autograd.program.staging import Stages, staged
from autograd.support.extras import has
from autograd.transforms.own_rows import OwnRow
from autograd.transforms.tree import is_one_number

if TYPE_CHECKING:
    from autograd.program.batch import Batch
    from autograd.program.computed import Compute
    from autograd.program.point import Point
    from autograd.program.staged import Staged

_Key = tuple[tuple[bool, ...] | None, tuple[bool, ...], bool]
Kernel = Callable[[Sequence[float], Sequence[float]], Result]


class Variant:
    """One way through a function, recorded.

    Attributes:
        program: the operations.
        captured: Values from outside, whose numbers are the program's last inputs.
        result: what the recording call returned: its structure is that of every result.
        ieee: whether it is for calls inside `ieee` or for those outside; None: for both.
    """

    def __init__(self, program: Program, captured: Sequence[Value], result: Any, ieee: bool | None = None) -> None:
        self.program = program
        self.captured = list(captured)
        self.result = result
        self.ieee = ieee
        self._own = [x for x in set(program.primitives) if isinstance(x, OwnRow) and x.is_current]
        # whether results depend on variables from outside, those that are frozen for the time being too
        variables = [False] * (len(program.inputs) - len(captured))
        variables += [not x.is_constant or x._swept for x in captured]
        active = program.active(variables) if any(variables) else []
        self.has_variables = any(active[x] for x in program.outputs if x >= 0) if active else False
        self._kernels: dict[tuple[bool, ...] | None, Kernel] = {}
        self._batches: dict[_Key, Batch] = {}
        self._staged: dict[_Key, Staged] = {}
        self._stages: dict[tuple[bool, ...], Stages | None] = {}

    @property
    def serves(self) -> bool:
        """Whether it is for calls from here, now."""
        return not self.is_outdated and (self.ieee is None or self.ieee is ieee_enabled())

    @property
    def is_outdated(self) -> bool:
        """Whether an operation of the user's has been defined anew since it was recorded."""
        return any(not row.is_current for row in self._own)

    @property
    def is_bound(self) -> bool:
        """Whether there are calls that it may not be for."""
        return bool(self._own) or self.ieee is not None

    def run(
        self, numbers: Sequence[float], cotangents: Sequence[float] = (), wanted: tuple[bool, ...] | None = None
    ) -> Result:
        """The outputs, and the adjoints of the wanted inputs.

        Args:
            numbers: of the arguments, and of what is captured.
            cotangents: one for every output; none where only values are wanted.
            wanted: which inputs to differentiate by.
        """
        kernel = self._kernels.get(wanted)
        if kernel is None:
            kernel = self._kernels[wanted] = point_kernel(self.program, wanted)
        return kernel(numbers, cotangents)

    def point(self, wanted: tuple[bool, ...] | None) -> Point | None:
        """The machine code for one point, if it has one output, and needs nothing but the arguments."""
        kernel = self._kernels.get(wanted)
        if isinstance(kernel, Plain) or kernel is None or not self.is_simple:
            return None
        point = cast("Point", kernel)
        return point if point.output >= 0 else None

    @property
    def is_simple(self) -> bool:
        """Whether it makes one number of the arguments alone, wherever and whenever it is called."""
        return not self.captured and not self.is_bound and is_one_number(self.result)

    def plan(self, wanted: tuple[bool, ...] | None, picked: Sequence[int] | None) -> Callable[..., Any] | None:
        """The fastest way to the one output, and the adjoints of picked inputs, if there is one."""
        kernel = self._kernels.get(wanted)
        make = getattr(kernel, "plan", None)
        return make(picked) if make is not None and self.is_simple else None

    def batch(
        self, wanted: tuple[bool, ...] | None, shared: tuple[bool, ...], vector_math: bool, exact: bool, count: int
    ) -> Compute:
        """What computes the program for many points.

        Args:
            wanted, shared, vector_math: as of `Batch`.
            exact: whether sums of products must be added in their order.
            count: how many points there are.
        """
        if not has_llvm():
            from autograd.program.plain_batch import PlainBatch

            return PlainBatch(self.program, wanted, shared)
        from autograd.program.batch import Batch
        from autograd.program.staged import Staged

        def plain() -> Batch:
            key = wanted, shared, vector_math
            if key not in self._batches:
                self._batches[key] = Batch(self.program, wanted, shared, vector_math)
            return self._batches[key]

        stages = None if exact else self.stages_for(shared)
        if stages is None or not stages.pays(count):
            return plain()
        key = wanted, shared, vector_math
        if key not in self._staged:
            self._staged[key] = Staged(stages, wanted, shared, vector_math, plain)
        return self._staged[key]

    def stages_for(self, shared: tuple[bool, ...]) -> Stages | None:
        """The program with its matrix products, if there are some; `shared` as of `Batch`."""
        if shared not in self._stages:
            self._stages[shared] = staged(sums_of_products(self.program), shared)
        return self._stages[shared]

    def numbers(self, arguments: Sequence[float]) -> Sequence[float]:
        """The numbers of all inputs: the arguments' and those of the Values from outside, as they are now."""
        return [*arguments, *[x._data for x in self.captured]] if self.captured else arguments


def point_kernel(program: Program, wanted: tuple[bool, ...] | None) -> Kernel:
    """What computes a program at one point: machine code where llvmlite is there."""
    if has_llvm():
        from autograd.program.point import Point

        return Point(program, wanted)
    return Plain(program, wanted)


def has_llvm() -> bool:
    """Whether machine code can be made here."""
    from autograd.program.driver import has_flags

    return has("llvmlite") and has_flags()
