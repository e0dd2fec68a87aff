"""What the page is told of a playground: a description that JavaScript reads as it stands."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any

from autograd.engine import primitives as p
from autograd.engine.primitive import Primitive
from autograd.formulas.notation import sizes, to_text
from autograd.formulas.symbol import Symbol, partial_formulas
from autograd.program.program import Program
from autograd.support.errors import one_line
from autograd.views.walk import LONGEST_FORMULA
from nn.activations import ACTIVATIONS
from nn.optim import Optimizer
from nn.optimizers import SGD, Adam, AdamW, RMSprop
from nn.playground.recording import Recorded

OPTIMIZERS: tuple[type[Optimizer], ...] = (SGD, Adam, AdamW, RMSprop)
"""Those that JavaScript has, too."""

_LONGEST_SUM = 4  # terms of a sum that are all written


def program_of(recorded: Recorded, parameters: int) -> dict[str, Any]:
    """The program as data: what its functions compute, and how it is explained."""
    program = recorded.program
    rows: dict[tuple[Primitive, int], int] = {}
    operations = [
        [rows.setdefault((row, len(operands)), len(rows)), *operands] for _, row, operands in program.operations()
    ]
    return {
        "parameters": parameters,
        "inputs": len(program.inputs) - parameters,
        "operations": operations,
        "counted": recorded.counted,
        "rows": [_row(row, count) for row, count in rows],
        "constants": list(program.constants),
        "names": recorded.names,
        "loss": program.outputs[-1],
        "outputs": list(program.outputs[:-1]),
        "stopped": sorted(program.stopped),
        "guards": [{"place": _place(program, x.place), "answer": x.answer} for x in program.guards],
    }


def _place(program: Program, place: int) -> str:
    """A line of the user's source, by which others may know it."""
    line = program.places[place]
    return f"{Path(line.file).name}, line {line.line}"


def _row(row: Primitive, count: int) -> dict[str, Any]:
    """How an operation is written: patterns with {0}, {1}, ... for its operands and {y} for its result."""
    symbols = [Symbol(f"{{{i}}}") for i in range(count)]
    partials = [f"∂{{y}}/∂{{{i}}}" for i in range(count)]
    with suppress(TypeError):  # of a rule that no formula says
        formulas = partial_formulas(row, symbols, Symbol("{y}"))
        for i, (formula, size) in enumerate(zip(formulas, sizes(formulas), strict=True)):
            text = to_text(formula) if size <= LONGEST_FORMULA else ""  # writing it takes as long
            if text and len(text) <= LONGEST_FORMULA:
                partials[i] = text
    return {"name": row.name, "symbol": row.symbol, "formula": _formula(row, symbols), "partials": partials}


def _formula(row: Primitive, symbols: Sequence[Symbol]) -> str:
    if row in (p.sum, p.dot):  # of many terms the first and the last
        half = len(symbols) // 2
        pairs = zip(symbols[:half], symbols[half:], strict=True) if row is p.dot else zip(symbols, strict=True)
        terms = ["·".join(map(to_text, pair)) for pair in pairs]
        shown = terms if len(terms) <= _LONGEST_SUM else [*terms[: _LONGEST_SUM - 2], "…", terms[-1]]
        return " + ".join(shown) or "0"
    if len(symbols) > 6:
        texts = [to_text(x) for x in symbols]
        return f"{row.name}({', '.join(texts[:3])}, …, {texts[-1]})"
    return to_text(Symbol(row.name, tuple(symbols), row))


def layers_of(recorded: Recorded) -> list[dict[str, Any]]:
    """The hidden numbers on the way to the prediction, by layer; with them outputs that have labels.

    They are the labelled ones: `layer0.neuron3` is in layer0, `h[2]` in h. Where nothing has a label they are what
    activations return, by how many follow each other.
    """
    program = recorded.program
    names, count = recorded.names, len(program.inputs)
    outputs = set(program.outputs[:-1])
    slots = range(count, count + recorded.first)
    labelled = {slot: _layer(names[slot]) for slot in slots if slot in program.labels}
    layers: dict[str, list[dict[str, Any]]] = {}
    for slot, layer in (labelled or _activated(program, recorded.first)).items():
        layers.setdefault(layer, []).append({"name": names[slot], "slot": slot, "output": slot in outputs})
    return [{"name": name, "units": units} for name, units in layers.items()]


def _layer(name: str) -> str:
    label, _, again = name.partition("#")  # a label that is met again, as in a recurrent network, is numbered so
    layer = label.rpartition(".")[0] or re.sub(r"[\d₀-₉\[\]_, ]+$", "", label) or label
    return f"{layer}#{again}" if again else layer


def _activated(program: Program, first: int) -> dict[int, str]:
    """The slots of activations, with what their layers are called."""
    rows = {activation for activation in ACTIVATIONS.values() if isinstance(activation, Primitive)}
    depth = [0] * len(program.inputs)
    found = {}
    for slot, row, operands in islice(program.operations(), first):
        below = max((depth[x] for x in operands if x >= 0), default=0)
        depth.append(below + (row in rows))
        if row in rows:
            found[slot] = f"hidden {depth[slot]}"
    return dict(sorted(found.items(), key=lambda item: depth[item[0]]))


def connections_of(recorded: Recorded, parameters: int, layers: Sequence[dict[str, Any]]) -> list[list[int]]:
    """What the parameters connect, wherever they are used: `[parameter, from, to]`, slots of inputs and units.

    What is added rather than multiplied, a bias, comes from -1. Where it can't be told there is no entry.
    """
    program = recorded.program
    inputs, count = len(program.inputs), len(program.inputs) + recorded.first
    nodes = {unit["slot"] for layer in layers for unit in layer["units"]}
    nodes |= {slot for slot in program.outputs[:-1] if slot >= inputs}
    sources = nodes | set(range(parameters, inputs))
    leads_to: dict[int, set[int]] = {}  # the next nodes on the way to the prediction
    connections = []
    for slot in reversed(range(inputs, count)):
        row, operands = program.primitives[slot - inputs], program.operands[slot - inputs]
        ahead = {slot} if slot in nodes else leads_to.get(slot, set())
        for x in operands:
            if x >= inputs:
                leads_to.setdefault(x, set()).update(ahead)
        if len(ahead) == 1:
            (node,) = ahead
            for parameter, source in _used(row, operands, parameters):
                if source < 0 or source in sources:
                    connections.append([parameter, source, node])
    return connections[::-1]


def _used(row: Primitive, operands: Sequence[int], parameters: int) -> Iterator[tuple[int, int]]:
    """The parameters of an operation, each with what it is multiplied by, or -1."""
    half = len(operands) // 2
    for i, x in enumerate(operands):
        if 0 <= x < parameters:
            if row in (p.dot, p.mul):
                other = operands[(i + half) % len(operands)]
                if other >= 0:  # no plain number
                    yield x, other
            elif row in (p.add, p.sub, p.sum):
                yield x, -1


def shapes_of(names: Sequence[str]) -> list[dict[str, Any]]:
    """What the parameters are in: lists of them, by name, with the first one's place and how many they are."""
    shapes: list[dict[str, Any]] = []
    for i, name in enumerate(names):
        whole = re.sub(r"(\[\d+\])+$", "", name)
        if shapes and shapes[-1]["name"] == whole and whole != name:
            shapes[-1]["count"] += 1
        else:
            shapes.append({"name": whole, "start": i, "count": 1})
    return shapes


def optimizer_of(optimizer: Optimizer) -> dict[str, Any]:
    """The optimizer in the state it is in.

    Raises:
        ValueError: if JavaScript has none like it.
    """
    kind, rate = type(optimizer), optimizer.learning_rate
    if kind not in OPTIMIZERS:
        names = ", ".join(x.__name__ for x in OPTIMIZERS)
        raise ValueError(
            f"playground: JavaScript doesn't know the steps of {one_line(kind.__name__)}; it has those of {names}"
        )
    if callable(rate):
        raise ValueError(
            "playground: the learning rate is a schedule, and the page's is a number that the learner moves; pass one: "
            f"{kind.__name__}(model.parameters(), 0.1)"
        )
    if optimizer.groups:
        raise ValueError(
            "playground: the optimizer has groups with options of their own, and the page's has the same for all; pass "
            f"{kind.__name__}(model.parameters(), {rate})"
        )
    content = optimizer.state_dict()
    options = {"learning_rate": content["learning_rate"], **content["options"]}
    return {"name": kind.__name__, "options": options, "steps": content["steps"], "state": content["state"]}


def defaults() -> dict[str, dict[str, Any]]:
    """The options of every optimizer that JavaScript has."""
    found = {}
    for kind in OPTIMIZERS:
        options = list(inspect.signature(kind).parameters.values())[1:]
        found[kind.__name__] = {x.name: 0.1 if x.default is x.empty else x.default for x in options}
    return found
