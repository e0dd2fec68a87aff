"""A program compiled for one point."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import Any, Final

from autograd.formulas.llvm_text import Width
from autograd.program.driver import Parameters
from autograd.program.emit import Emitter
from autograd.program.machine import Functions, check_memory, this_machine
from autograd.program.program import Program
from autograd.program.result import DONE, Result

_LONG: Final = 20_000  # operations from which on other threads may run meanwhile


class Point:
    """A program compiled for one point.

    Args:
        program: what to compute.
        wanted: by which inputs to differentiate; None for the values alone.

    Attributes:
        inputs: how many numbers it is computed of.
        size: how many values lie in memory; the cotangents lie behind them.
        output: where the value lies of the one output; -1 if it is a constant, or there are several.
        run: the driver, of the address of a space's parameters.
    """

    def __init__(self, program: Program, wanted: Sequence[bool] | None) -> None:
        machine = this_machine()
        width = Width(1)
        functions = Functions(machine, width)
        emitter = Emitter(program, width, wanted, [False] * len(program.inputs), functions)
        layout = emitter.layout
        check_memory(program, width.lanes)
        self._forward = machine.load(emitter.forward(), functions)
        self._reverse = machine.load(emitter.reverse(), functions)
        self._functions = functions
        kind = ctypes.CFUNCTYPE if len(program) > _LONG else ctypes.PYFUNCTYPE
        self.run = kind(ctypes.c_int, ctypes.c_void_p)(machine.driver(1))
        self.inputs = len(program.inputs)
        self.size = layout.value_count
        self._adjoints = layout.adjoint_count
        places = iter(layout.outputs)
        self._places = [layout.values[next(places)] if x >= 0 else x for x in program.outputs]
        self._constants = program.constants
        self.output = self._places[0] if len(self._places) == 1 else -1
        self._spaces: list[_Space] = []  # one for each call that is under way

    def __call__(self, numbers: Sequence[float], cotangents: Sequence[float]) -> Result:
        """Values and adjoints at numbers.

        Args:
            numbers: one for every input.
            cotangents: one for every output; nothing where only values are computed.
        """
        try:
            space = self._spaces.pop()
        except IndexError:
            space = self.space()
        values = space.values
        values[: self.inputs] = numbers
        if cotangents:
            values[self.size :] = cotangents
        status = self.run(space.parameters)
        if self.output >= 0:
            outputs = [values[self.output]]
        else:
            constants = self._constants
            outputs = [values[x] if x >= 0 else constants[-1 - x] for x in self._places]
        result = Result(status, outputs, space.adjoints[: self.inputs] if cotangents else [])
        self._spaces.append(space)
        return result

    def plan(self, picked: Sequence[int] | None) -> Plan | None:
        """The fastest way to the one output, and the adjoints of some inputs, at a tuple of floats.

        Args:
            picked: which inputs' adjoints to return; None for the output alone.

        Returns:
            A function that returns the output, or the output and the adjoints; or None where there is no machine code
            for these numbers. None in its place if there is more than one output.
        """
        if self.output < 0:
            return None
        n, single, run, spaces = self.inputs, self.output, self.run, self._spaces
        size = self.size
        indices = list(picked or ())
        every = indices == list(range(n))

        def at(numbers: tuple[float, ...]) -> Any:
            space = spaces.pop() if spaces else self.space()
            values = space.values
            values[:n] = numbers
            values[size] = 1.0
            status = run(space.parameters)
            result: Any = values[single]
            if picked is not None:
                adjoints = space.adjoints
                result = result, tuple(adjoints[:n] if every else [adjoints[i] for i in indices])
            spaces.append(space)
            return result if status == DONE else None

        return at

    def space(self) -> _Space:
        """Memory for a call."""
        return _Space(self.size + len(self._places), self._adjoints, self._forward.addresses, self._reverse.addresses)


Plan = Callable[[tuple[float, ...]], Any]


class _Space:
    """The memory of one call."""

    def __init__(self, values: int, adjoints: int, forward: Sequence[int], reverse: Sequence[int]) -> None:
        self.values: Any = (ctypes.c_double * values)()
        self.adjoints: Any = (ctypes.c_double * adjoints)()
        self._tables = [(ctypes.c_uint64 * len(table))(*table) for table in (forward, reverse)]
        self._parameters = (ctypes.c_uint64 * len(Parameters))()
        self._parameters[: Parameters.ADJOINTS + 1] = [
            ctypes.addressof(self._tables[0]),
            len(forward),
            ctypes.addressof(self._tables[1]),
            len(reverse),
            ctypes.addressof(self.values),
            ctypes.addressof(self.adjoints),
        ]
        self.parameters = ctypes.addressof(self._parameters)
