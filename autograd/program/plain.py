"""Programs computed by the engine: for where there is no machine code, or where that has left the real numbers."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import Any, Final

from autograd.engine.recording import recorder, resumed
from autograd.engine.value import SWEEP, Value, number_of
from autograd.program.program import BranchError, Program
from autograd.program.result import DONE, LEFT_THE_REALS, OTHER_BRANCH, Result
from autograd.transforms.sweeps import Subgraph, reverse_sweep, reverse_sweep_on_graph


class Plain:
    """A program in plain Python, for where llvmlite is not installed."""

    def __init__(self, program: Program, wanted: tuple[bool, ...] | None) -> None:
        self.program = program
        self.wanted = wanted

    def __call__(self, numbers: Sequence[float], cotangents: Sequence[float]) -> Result:
        try:
            return eagerly(self.program, numbers, cotangents, self.wanted)
        except BranchError:
            return _BRANCHED
        except (ValueError, OverflowError, ZeroDivisionError, IndexError):
            return _LEFT


def eagerly(
    program: Program, numbers: Sequence[float], cotangents: Sequence[float], wanted: tuple[bool, ...] | None
) -> Result:
    """A program's outputs, and its adjoints if some are wanted, as the engine computes them.

    Where machine code has left the real numbers the engine raises what it raises, or finds that it may be.

    Raises:
        ValueError, OverflowError, ZeroDivisionError: as the operation does.
    """
    if wanted is None:
        return Result(DONE, program(*numbers), [])
    inputs = list(map(Value, numbers, program.inputs))
    seeds = [None if u == 0.0 else u for u in cotangents]
    outputs, found = pulled_back(program, inputs, seeds, list(compress(inputs, wanted)), False)
    adjoints = iter(found)
    return Result(DONE, list(map(number_of, outputs)), [(want and next(adjoints)) or 0.0 for want in wanted])


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
        if (hearer := recorder()) is not None:
            hearer.differentiated([y for y, _ in pairs])
        with SWEEP.lock:
            graph = Subgraph([y for y, _ in pairs], sources)
            sweep = reverse_sweep_on_graph if on_graph else reverse_sweep
            return outputs, sweep(graph, pairs, sources)


_BRANCHED: Final = Result(OTHER_BRANCH, [], [])
_LEFT: Final = Result(LEFT_THE_REALS, [], [])
