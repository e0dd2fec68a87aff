"""A recorded program with what belongs to it: the Values from outside, the form of its result, its compiled kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, cast

from autograd.engine.recording import resumed
from autograd.engine.value import SWEEP, Value, number_of
from autograd.program.passes import sums_of_products
from autograd.program.program import BranchError, Program
from autograd.program.result import DONE, LEFT_THE_REALS, OTHER_BRANCH, Result
from autograd.program.staging import Stages, staged
from autograd.support.extras import has
from autograd.transforms.sweeps import Subgraph, reverse_sweep, reverse_sweep_on_graph
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
    """

    def __init__(self, program: Program, captured: Sequence[Value], result: Any) -> None:
        self.program = program
        self.captured = list(captured)
        self.result = result
        self.has_variables = any(not x.is_constant for x in captured)
        self._kernels: dict[tuple[bool, ...] | None, Kernel] = {}
        self._batches: dict[_Key, Batch] = {}
        self._staged: dict[_Key, Staged] = {}
        self._stages: dict[tuple[bool, ...], Stages | None] = {}

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
        if isinstance(kernel, Plain) or kernel is None or self.captured or not is_one_number(self.result):
            return None
        point = cast("Point", kernel)
        return point if point.output >= 0 else None

    def plan(self, wanted: tuple[bool, ...] | None, picked: Sequence[int] | None) -> Callable[..., Any] | None:
        """The fastest way to the one output, and the adjoints of picked inputs, if there is one."""
        kernel = self._kernels.get(wanted)
        make = getattr(kernel, "plan", None)
        return None if make is None or self.captured or not is_one_number(self.result) else make(picked)

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


class Plain:
    """A program in plain Python, for where llvmlite is not installed."""

    def __init__(self, program: Program, wanted: tuple[bool, ...] | None) -> None:
        self.program = program
        self.wanted = wanted

    def __call__(self, numbers: Sequence[float], cotangents: Sequence[float]) -> Result:
        try:
            if self.wanted is None:
                return Result(DONE, self.program(*numbers), [])
            return by_engine(self.program, numbers, cotangents, self.wanted)
        except BranchError:
            return Result(OTHER_BRANCH, [], [])
        except (ValueError, OverflowError, ZeroDivisionError):
            return Result(LEFT_THE_REALS, [], [])


def eagerly(
    variant: Variant, numbers: Sequence[float], cotangents: Sequence[float], wanted: tuple[bool, ...] | None
) -> Result:
    """Where machine code has left the real numbers the engine raises what it raises, or finds that it may be.

    Raises:
        ValueError, OverflowError, ZeroDivisionError: as the operation does.
    """
    if wanted is None:
        return Result(DONE, variant.program(*numbers), [])
    return by_engine(variant.program, numbers, cotangents, wanted)


def by_engine(
    program: Program, numbers: Sequence[float], cotangents: Sequence[float], wanted: Sequence[bool]
) -> Result:
    """A program's outputs and adjoints as the engine computes them."""
    inputs = [Value(x, name) for x, name in zip(numbers, program.inputs, strict=True)]
    sources = [x for x, want in zip(inputs, wanted, strict=True) if want]
    seeds = [None if u == 0.0 else u for u in cotangents] or [None] * len(program.outputs)
    outputs, found = pulled_back(program, inputs, seeds, sources, False)
    adjoints = dict(zip(map(id, sources), found, strict=True))
    return Result(DONE, list(map(number_of, outputs)), [adjoints.get(id(x)) or 0.0 for x in inputs])


def pulled_back(
    program: Program, inputs: Sequence[Any], cotangents: Sequence[Any], sources: Sequence[Value], on_graph: bool
) -> tuple[list[Any], list[Any]]:
    """A program's outputs, and what comes back to sources, computed by the engine: None where nothing flows."""
    with resumed():
        outputs = program.results(program.replay(inputs))
        pairs = [
            (y, u)
            for y, u in zip(outputs, cotangents, strict=True)
            if isinstance(y, Value) and not y.is_constant and u is not None
        ]
        with SWEEP.lock:
            graph = Subgraph([y for y, _ in pairs], sources, False)
            sweep = reverse_sweep_on_graph if on_graph else reverse_sweep
            return outputs, sweep(graph, pairs, sources)
