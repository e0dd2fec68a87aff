"""A program as JavaScript: straight-line functions over arrays of numbers, for values and for adjoints."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from autograd.formulas.javascript import SCRIPT, javascript_functions
from autograd.program.operations import Operations
from autograd.program.source import Source
from autograd.support.errors import one_line

CHUNK: Final = 400  # operands a function: engines compile short functions well, and very long ones not at all

_OWN: Final = """
const has_come = (adjoint) => adjoint !== 0 || !Object.is(adjoint, -0);
const place_of = (index, count) => (index >= 0 && index < count && Number.isInteger(index) ? index : -1);
""".strip()


def to_javascript(program: Operations, parameters: int, first: int = 0) -> str:
    """An expression: an object with the functions that compute a program, and its gradient by the first inputs.

    `{ guards, values, first, adjoints }`: `guards(p, x)` looks at the inputs that were asked while recording, each of
    `values`, called in order with `(p, x, v)`, computes some of the operations into the array v, and checks their
    guards; both return the number of the first guard that doesn't hold, and -1 if there is none. The first `first` of
    `values` compute the first operations. Each of `adjoints`, called in order with `(p, x, v, a, g)`, adds to the
    adjoints of operations in a, and of parameters in g. Both must be -0 where nothing has been added yet: what is added
    never is.

    Where Python raises an error the results are IEEE's infinities and NaN.

    Args:
        program: what to write.
        parameters: how many inputs, the first, are in p, and are differentiated by; the others are in x.
        first: how many operations the first functions compute.

    Raises:
        TypeError: for a primitive of the user's that computes with floats only.
        ValueError: for two of one name.

    >>> from autograd import jit
    >>> print(to_javascript(jit(lambda w, x: w * x).program(2.0, 3.0), 1).splitlines()[-8])
    const adjoints_0 = (p, x, v, a, g) => {
    """
    source = _Source(program, parameters)
    try:
        return source.text(first)
    except (TypeError, ValueError) as error:  # of an operation
        raise type(error)(f"{one_line(program.name)}: {one_line(str(error), 400)}") from None


class _Source(Source):
    """Writes one program."""

    def __init__(self, program: Operations, parameters: int) -> None:
        super().__init__(program, SCRIPT, [i < parameters for i in range(len(program.inputs))])
        self._parameters = parameters
        self._guards = {guard.slot: i for i, guard in enumerate(program.guards)}

    def text(self, first: int) -> str:
        heads = list(self._chunks(0, first))
        chunks = heads + list(self._chunks(first, len(self.program)))
        checks = [self.check(x.slot, x.answer) for x in self.program.guards if x.slot < self.inputs]
        functions = [_function("guards", "p, x", [*checks, "return -1;"])]
        functions += [
            _function(f"values_{k}", "p, x, v", [*self.values(chunk), "return -1;"]) for k, chunk in enumerate(chunks)
        ]
        functions += [
            _function(f"adjoints_{k}", "p, x, v, a, g", self.adjoints(chunk)) for k, chunk in enumerate(chunks)
        ]
        values = ", ".join(f"values_{k}" for k in range(len(chunks)))
        adjoints = ", ".join(f"adjoints_{k}" for k in reversed(range(len(chunks))))
        result = f"return {{ guards, values: [{values}], first: {len(heads)}, adjoints: [{adjoints}] }};"
        return "\n".join(["(() => {", javascript_functions(self.calls), _OWN, *functions, result, "})()"])

    def _chunks(self, start: int, stop: int) -> Iterator[range]:
        """Operations that one function computes."""
        size = 0
        for i in range(start, stop):
            size += len(self.program.operands[i])
            if size > CHUNK and i > start:
                yield range(start, i)
                start, size = i, len(self.program.operands[i])
        if start < stop:
            yield range(start, stop)

    def number(self, slot: int) -> str:
        if slot < 0:
            return self.constant(slot)
        if slot < self._parameters:
            return f"p[{slot}]"
        return f"x[{slot - self._parameters}]" if slot < self.inputs else f"v[{slot - self.inputs}]"

    def adjoint(self, slot: int) -> str:
        return f"g[{slot}]" if slot < self.inputs else f"a[{slot - self.inputs}]"

    def check(self, slot: int, answer: bool) -> str:
        return f"if ({self.number(slot)} {'===' if answer else '!=='} 0.0) return {self._guards[slot]};"

    def opening(self, slot: int) -> list[str]:
        place = self.adjoint(slot)
        return [f"if (has_come({place})) {{", f"  const u = {place};"]


def _function(name: str, arguments: str, lines: Sequence[str]) -> str:
    return "\n".join([f"const {name} = ({arguments}) => {{", *[f"  {line}" for line in lines], "};"])
