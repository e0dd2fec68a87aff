"""The graph of a recorded program: which operation follows which, before there are any numbers."""

from __future__ import annotations

import math
from pathlib import PurePath

from autograd.engine.primitive import Primitive
from autograd.engine.value import Operands, Value, constant, record_many
from autograd.formulas.masks import flowing
from autograd.formulas.notation import to_text
from autograd.formulas.symbol import Symbol, partial_formulas
from autograd.program.program import Program
from autograd.views.names import shown

_GUARDS = 3  # more are counted


def structure(program: Program) -> list[Value]:
    """The outputs of a program as nodes of a graph whose numbers are NaN: none is computed."""
    slots: list[Value] = [Value(math.nan, name or None) for name in program.inputs]
    active = program.active()
    reached: dict[tuple[Primitive, int], list[bool]] = {}
    for slot, row, operands in program.operations():
        key = row, len(operands)
        if key not in reached:
            reached[key] = _flows(row, len(operands))
        found = [slots[x] if x >= 0 else program.constants[-1 - x] for x in operands]
        ways = [
            active[slot] and there and x >= 0 and active[x] for x, there in zip(operands, reached[key], strict=True)
        ]
        places = [i for i, way in enumerate(ways) if way]
        below = [slots[operands[i]] for i in places]
        node = record_many(row, math.nan, Operands(found, places, below, [math.nan] * len(below)))
        node.label = program.labels.get(slot)
        slots.append(node)
    constants = {x: _number(program.constants[-1 - x]) for x in program.outputs if x < 0}
    return list({x: slots[x] if x >= 0 else constants[x] for x in program.outputs}.values())


def conditions(program: Program) -> list[str]:
    """On which of Python's branches a program holds, for people."""
    told = []
    for guard in program.guards[:_GUARDS]:
        place = program.places[guard.place]
        told.append(f"recorded where {shown(PurePath(place.file).name)}, line {place.line} was {guard.answer}")
    more = len(program.guards) - _GUARDS
    return [*told, f"and {more:,} more such conditions"] if more > 0 else told


def _number(x: float) -> Value:
    made = constant(x)
    made.label = to_text(Symbol(x))
    return made


def _flows(row: Primitive, count: int) -> list[bool]:
    """To which operands of a row a gradient can flow back."""
    try:
        formulas = partial_formulas(row, [Symbol(f"x{i}") for i in range(count)], Symbol("y"), exact=True)
    except (TypeError, AttributeError):  # rules that compute with floats only
        return [True] * count
    return [flowing(formula).condition is not None for formula in formulas]
