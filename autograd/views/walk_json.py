"""The walk as JSON. It keeps the nodes with their exact numbers; the steps follow from them."""

from __future__ import annotations

import json
import math
import sys
from typing import Any

from autograd.engine.primitive import PRIMITIVES
from autograd.program.storage import fitting, name_of, row_named
from autograd.support.errors import shown as short
from autograd.transforms.chain_rule import check_recorded
from autograd.views.code import Function
from autograd.views.code_json import read_functions, read_places
from autograd.views.names import shown
from autograd.views.walk import LEAF_KINDS, Node, Walk

FORMAT, VERSION = "autograd-walkthrough", 2  # version 1 had no functions and places; it is read, too
_NOT_FINITE = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}  # JSON has no numbers for them


def document(walk: Walk) -> dict[str, Any]:
    """A walk as what JSON can say.

    `{"format", "version", "nodes": [...], "functions": [...]}`, a node with its name, kind and data, and an operation
    also with the name of its primitive, the indices of its operands, its partials, and the places in the source that
    it comes from: `[function, line]` or `[function, line, from, to]`. A leaf that is fixed says so. Numbers that are
    not finite are strings.
    """
    nodes = []
    for node in walk.nodes:
        entry: dict[str, Any] = {"name": node.name, "kind": node.kind, "data": _encoded(node.data)}
        if node.primitive:
            entry["operation"] = name_of(node.primitive)
            entry["operands"] = list(node.operands)
            entry["partials"] = [_encoded(partial) for partial in node.partials]
            if node.places:
                entry["places"] = [[place.function, place.line, *(place.columns or ())] for place in node.places]
        elif node.fixed:
            entry["fixed"] = True
        nodes.append(entry)
    functions = [{"name": f.name, "file": f.file, "first": f.first, "lines": list(f.lines)} for f in walk.functions]
    return {"format": FORMAT, "version": VERSION, "nodes": nodes, "functions": functions}


def write(walk: Walk) -> str:
    """A walk as JSON text."""
    return json.dumps(document(walk), ensure_ascii=False, allow_nan=False)


def read(text: str) -> tuple[list[Node], list[Function]]:
    """The nodes and the functions of a walk from JSON text.

    Raises:
        ValueError: if it is incomplete, of a newer version or contradicts itself; the message names the place.
    """
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"from_json: no complete JSON ({error}); was the file cut off?") from None
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise ValueError(f'from_json: not a walk; it would begin with "format": "{FORMAT}"')
    version = whole.get("version")
    if isinstance(version, bool) or version not in (1, VERSION):
        raise ValueError(
            f"from_json: the walk is of version {short(version)}, this program reads 1 and {VERSION}; "
            "read it with the program that wrote it, or a newer one"
        )
    entries = whole.get("nodes")
    if not isinstance(entries, list) or not entries:
        raise ValueError("from_json: nodes must be a list of at least one node")
    functions = read_functions(whole.get("functions", []))
    nodes: list[Node] = []
    for i, entry in enumerate(entries):
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not entry["name"]:
            raise ValueError(f"from_json: node {i} must be an object with a name, got {short(entry)}")
        name, kind = shown(entry["name"]) or f"node {i}", entry.get("kind")
        place = f"from_json: node {i} ({name})"
        data = _number(entry.get("data"), f"{place}: data")
        if kind == "operation":
            nodes.append(_operation(entry, name, data, nodes, functions, place))
        elif kind in LEAF_KINDS:
            fixed = entry.get("fixed", False)
            if not isinstance(fixed, bool):
                raise ValueError(f"{place}: fixed must be true or false, got {short(fixed)}")
            nodes.append(Node(name, kind, data, fixed=fixed))
        else:
            raise ValueError(f"{place}: kind must be operation or one of {', '.join(LEAF_KINDS)}, got {short(kind)}")
    if nodes[-1].primitive is None:
        raise ValueError(f"from_json: the last node, {nodes[-1].name}, must be the output, an operation")
    return nodes, functions


def _operation(
    entry: dict[str, Any], name: str, data: float, before: list[Node], functions: list[Function], place: str
) -> Node:
    called = str(entry.get("operation"))
    row = row_named(called) or PRIMITIVES.get(called)  # files of earlier versions don't say whose a row is
    if row is None:
        raise ValueError(
            f"{place}: operation {shown(called)!r} is not in the table; if it is yours, make it "
            "with autograd.primitive(...) before reading the walk"
        )
    operands, partials = entry.get("operands"), entry.get("partials")
    if not isinstance(operands, list) or not isinstance(partials, list):
        raise ValueError(f"{place}: operands and partials must be lists, got {short(operands)} and {short(partials)}")
    count = len(operands)
    wanted = fitting(row, count)
    if wanted or len(partials) != count:
        wanted = wanted or f"{count} operands"
        raise ValueError(f"{place}: {row.name} takes {wanted} with a partial each, got {count} and {len(partials)}")
    for i, operand in enumerate(operands):
        if not isinstance(operand, int) or isinstance(operand, bool) or not 0 <= operand < len(before):
            raise ValueError(
                f"{place}: operand {i} must be the index of a node before this one (there are {len(before)}; "
                f"anything later would be a cycle), got {short(operand)}"
            )
    numbers = [
        None if partial is None else _number(partial, f"{place}: partial {i}") for i, partial in enumerate(partials)
    ]
    recorded = [before[i].data for i in operands]
    check_recorded(f"{place}: {name}", row, recorded, (data, *numbers), "write the walk again", tolerance=1e-9)
    places = read_places(entry.get("places", []), functions, place)
    return Node(name, "operation", data, row, tuple(operands), tuple(numbers), places)


def _encoded(number: float | None) -> float | str | None:
    return number if number is None or math.isfinite(number) else str(number)


def _number(thing: Any, place: str) -> float:
    if isinstance(thing, str) and thing in _NOT_FINITE:
        return _NOT_FINITE[thing]
    if isinstance(thing, bool) or not isinstance(thing, (int, float)) or not abs(thing) <= sys.float_info.max:
        raise ValueError(f"{place} must be a number, got {short(thing)}")
    return float(thing)
