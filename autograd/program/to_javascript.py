"""A program as JavaScript: functions over arrays of numbers, for values and for adjoints.

They are straight-line code but for long sums of products, the neurons of wide layers: where their factors lie at equal
distances these are loops, for engines take their time with long functions, and a page has to be loaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from autograd.engine import primitives as p
from autograd.formulas.javascript import SCRIPT, javascript_functions
from autograd.program.operations import Operations
from autograd.program.source import Source
from autograd.support.errors import one_line

CHUNK: Final = 400  # operands a function: engines compile short functions well, and very long ones not at all
_LOOP: Final = 4  # products that a loop is written for; what it costs, in operands

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


class _Run:
    """Products of a sum whose factors lie in arrays at equal distances.

    Args:
        places: where the first two factors are among the operands.
        kinds: of both.

    Attributes:
        pairs: the slots of the factors.
    """

    def __init__(self, places: tuple[int, int], kinds: tuple[str, str]) -> None:
        self.places = places
        self.pairs: list[tuple[int, int]] = []
        self._kinds = kinds

    def __len__(self) -> int:
        return len(self.pairs)

    def takes(self, pair: tuple[int, int], kinds: tuple[str, str]) -> bool:
        """Whether a pair comes next."""
        if kinds != self._kinds:
            return False
        if len(self.pairs) == 1:
            return True
        (a, b), (c, d) = self.pairs[-2:]
        return pair == (2 * c - a, 2 * d - b)

    def number(self, source: Source, side: int) -> str:
        """The k-th factor of one side."""
        return self._at(source.number(self.pairs[0][side]), side)

    def adjoint(self, source: Source, side: int) -> str:
        """Where its adjoint is."""
        return self._at(source.adjoint(self.pairs[0][side]), side)

    def _at(self, first: str, side: int) -> str:
        distance = self.pairs[1][side] - self.pairs[0][side] if len(self.pairs) > 1 else 0
        if distance == 0:
            return first
        sign, size = "-" if distance < 0 else "+", abs(distance)
        return f"{first[:-1]} {sign} {'k' if size == 1 else f'{size} * k'}]"


class _Source(Source):
    """Writes one program."""

    def __init__(self, program: Operations, parameters: int) -> None:
        super().__init__(program, SCRIPT, [i < parameters for i in range(len(program.inputs))])
        self._parameters = parameters
        self._known_runs: dict[int, list[_Run]] = {}
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
            runs = self._runs(i)
            own = sum(min(2 * len(run), _LOOP) for run in runs) if runs else len(self.program.operands[i])
            size += own
            if size > CHUNK and i > start:
                yield range(start, i)
                start, size = i, own
        if start < stop:
            yield range(start, stop)

    # -- long sums of products -----------------------------------------------------------------------------------------

    def value_of(self, i: int) -> list[str]:
        runs = self._runs(i)
        if not runs:
            return super().value_of(i)
        lines = []
        for run in runs:
            add = f"t += {run.number(self, 0)} * {run.number(self, 1)};"
            lines.append(f"for (let k = 0; k < {len(run)}; k++) {add}" if len(run) > 1 else add)
        return ["{", "  let t = 0.0;", *[f"  {line}" for line in lines], f"  {self.number(self.inputs + i)} = t;", "}"]

    def contributions_of(self, i: int, targets: set[int]) -> list[str]:
        runs = self._runs(i)
        if not runs:
            return super().contributions_of(i, targets)
        lines = []
        for run in runs:
            adds = [
                f"{run.adjoint(self, side)} += u * {run.number(self, 1 - side)} + 0.0;"
                for side in (0, 1)
                if run.places[side] in targets
            ]
            body = f"{{ {' '.join(adds)} }}" if len(adds) > 1 else " ".join(adds)
            if adds:
                lines.append(f"for (let k = 0; k < {len(run)}; k++) {body}" if len(run) > 1 else body)
        return lines

    def _runs(self, i: int) -> list[_Run]:
        """The products of a sum of products, those together that a loop goes through; none if loops don't pay."""
        if self.program.primitives[i] is not p.dot:
            return []
        if i not in self._known_runs:
            operands = self.program.operands[i]
            half = len(operands) // 2
            runs: list[_Run] = []
            for k in range(half):
                pair = operands[k], operands[k + half]
                kinds = self._kind(pair[0]), self._kind(pair[1])
                if not runs or not runs[-1].takes(pair, kinds):
                    runs.append(_Run((k, k + half), kinds))
                runs[-1].pairs.append(pair)
            self._known_runs[i] = runs if any(len(run) >= _LOOP for run in runs) else []
        return self._known_runs[i]

    def _kind(self, slot: int) -> str:
        """What the numbers of a loop have in common: the array they are in, and whether adjoints flow to them."""
        if slot < 0:
            return f"constant {slot}"
        return f"{self.number(slot)[0]}{self.active[slot]}"

    # -- names ---------------------------------------------------------------------------------------------------------

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
