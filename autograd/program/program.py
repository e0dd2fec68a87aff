"""A recorded computation as a flat list of operations: the one model that is replayed, compiled, drawn and saved."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from autograd.engine.recording import ieee
from autograd.engine.value import Value
from autograd.program import storage
from autograd.program.operations import Guard, Operations, Place
from autograd.program.to_c import to_c
from autograd.support.errors import one_line


@dataclass(frozen=True, slots=True, eq=False)
class Program(Operations):
    """A computation of outputs from inputs, to be called with a number for each.

    Its attributes are those of `Operations`.
    """

    def replay(self, numbers: Sequence[Any]) -> list[Any]:
        """Every slot's number, computed operation by operation: of Values the graph is recorded.

        Args:
            numbers: one for every input, Values or floats.

        Raises:
            ValueError, OverflowError, ZeroDivisionError: as the operation does.
            BranchError: where a guard's answer is another one.
        """
        slots = list(numbers)
        constants = self.constants
        asked = {guard.slot: guard for guard in self.guards}
        for slot, row, operands in self.operations():
            given = [slots[x] if x >= 0 else constants[-1 - x] for x in operands]
            y = ieee()(row)(*given) if slot in self.ieee else row(*given)
            if slot in asked and bool(y) != asked[slot].answer:
                raise BranchError(asked[slot], self)
            slots.append(y.detach() if slot in self.stopped and isinstance(y, Value) else y)
        for slot, x in enumerate(numbers):
            if slot in asked and bool(x) != asked[slot].answer:
                raise BranchError(asked[slot], self)
        return slots

    def __call__(self, *numbers: float) -> list[Any]:
        """The outputs at numbers, one for every input, in plain Python.

        Raises:
            TypeError: for another count of numbers.
            ValueError, OverflowError, ZeroDivisionError: as the operations do.
            BranchError: where a guard's answer is another one.
        """
        if len(numbers) != len(self.inputs):
            raise TypeError(f"{self.name}: the program has {len(self.inputs)} inputs, got {len(numbers)} numbers")
        return self.results(self.replay(numbers))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save it to a JSON file, with every bit of its numbers; `Program.load` reads it.

        The file is written atomically: a crash leaves the old one or the new one, whole.

        Args:
            path: where to; an existing file is replaced.

        Raises:
            ValueError: if an operation is not in the table of primitives: a `custom_vjp`, say.
            OSError: if the file cannot be written.
        """
        storage.write(path, self)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Program:
        """Read what `program.save(path)` wrote, and refuse anything else. Nothing is unpickled, no code in it is run.

        The program is called with numbers. It computes in plain Python; `jit(program)` compiles it.

        Args:
            path: the file.

        Raises:
            ValueError: for a file that is foreign, truncated, edited, newer, or holds an operation unknown here.
            OSError: if it cannot be read.

        >>> import tempfile
        >>> from autograd import jit
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     jit(lambda x, y: x * y + x).program(2.0, 3.0).save(folder + "/program.json")
        ...     program = Program.load(folder + "/program.json")
        >>> program(5.0, 7.0)
        [40.0]
        """
        return cls(**storage.read(path))

    def to_c(self, name: str | None = None) -> str:
        """The program as a C99 file that needs nothing but C's own library: values, and the gradient by every input.

        The file says at its top how it is called and compiled. Its bits are those of Python's floats.

        Args:
            name: what the function is called in C, and `name_gradient` its gradient; by default like the program.

        Raises:
            TypeError: for a primitive of the user's that computes with floats only.
            ValueError: if C can't have the name.

        >>> from autograd import jit
        >>> program = jit(lambda x, y: x * y).program(2.0, 3.0)
        >>> [line for line in program.to_c("area").splitlines() if line.startswith("int")]
        ... # doctest: +NORMALIZE_WHITESPACE
        ['int area(const double *x, double *y) {',
         'int area_gradient(const double *x, const double *cotangents, double *y, double *g) {']
        """
        return to_c(self, name)

    def questions(self) -> list[Place]:
        """Where Python was steered."""
        return [self.places[guard.place] for guard in self.guards]

    def results(self, slots: Sequence[Any]) -> list[Any]:
        """The numbers of the outputs."""
        return [slots[x] if x >= 0 else self.constants[-1 - x] for x in self.outputs]

    def spelled(self, slot: int) -> str:
        """A slot or a constant as a listing shows it."""
        if slot < 0:
            return repr(self.constants[-1 - slot])
        label = self.labels.get(slot) or (self.inputs[slot] if slot < len(self.inputs) else "")
        return one_line(label) if label else f"%{slot}"

    def listing(self) -> str:
        """The program for people: a line for each operation, with where it stands in the source.

        >>> from autograd import jit
        >>> print(jit(lambda x, y: x * y + x).program(2.0, 3.0).listing())
        <lambda>(x, y)
          %2 = mul(x, y)
          %3 = add(%2, x)
        returns %3
        """
        lines = [f"{self.name}({', '.join(self.spelled(i) for i in range(len(self.inputs)))})"]
        questions = {guard.slot: guard for guard in self.guards}
        for slot, row, operands in self.operations():
            name = f"{self.spelled(slot)} = " if slot in self.labels else ""
            stop = " (nothing flows back)" if slot in self.stopped else ""
            call = f"  %{slot} = {name}{row.name}({', '.join(map(self.spelled, operands))}){stop}"
            if slot in questions:
                guard = questions[slot]
                call += f"  holds where this is {guard.answer}: {self.places[guard.place]}"
            lines.append(call)
        lines.append(f"returns {', '.join(map(self.spelled, self.outputs))}")
        return "\n".join(lines)

    def __reduce__(self) -> tuple[Any, ...]:
        rest = {x.name: getattr(self, x.name) for x in fields(self) if x.name != "primitives"}
        own = {name: row.trials() for name, row in storage.own_rows(self).items()}
        return _unpickled, (storage.names_of(self), own, rest)

    def __repr__(self) -> str:
        return f"<program {one_line(self.name)}: {len(self.inputs)} inputs, {len(self)} operations>"


def _unpickled(names: Sequence[str], own: dict[str, Any], rest: dict[str, Any]) -> Program:
    place = f"the pickled program {one_line(rest['name'])}"
    return Program(primitives=storage.rows_of(names, own, place), **rest)


class BranchError(Exception):
    """A program was replayed at numbers at which Python would have gone another way."""

    def __init__(self, guard: Guard, program: Program) -> None:
        place = program.places[guard.place] if guard.place >= 0 else "an unknown line"
        super().__init__(f"{program.name}: recorded where {place} was {guard.answer}; here it is not: record again")
        self.guard = guard
