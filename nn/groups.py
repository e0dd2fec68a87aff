"""Groups of parameters with options of their own: what an optimizer is given, and what of it is data."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias

from autograd import Value
from autograd.support.errors import one_line, shown, typed
from nn.arguments import as_python, count_of, is_row

Parameters: TypeAlias = Iterable[Value | Mapping[str, Any]]
"""The parameters in one list, or in groups: dicts with "params" and options."""


def as_groups(optimizer: type, given: Sequence[Any]) -> list[dict[str, Any]]:
    """The groups that an optimizer of a class is given, as dicts of its own; none, where it is given Values.

    Raises:
        TypeError: if a group is not a dict, or its "params" no list.
        ValueError: if one has no parameters, or an option that the class doesn't take.
    """
    name = optimizer.__name__
    if not any(isinstance(group, Mapping) for group in given):
        return []
    groups = []
    for i, group in enumerate(given):
        if not isinstance(group, Mapping):
            raise TypeError(
                f"{name}: parameters mixes groups and Values: parameters[{i}] is {shown(group)}; "
                'make it a group, {"params": [...]}'
            )
        check_options(optimizer, i, group)
        parameters = group["params"]
        if isinstance(parameters, Value) or not hasattr(parameters, "__iter__"):
            raise TypeError(
                f"{name}: params of group {i} must be a list of Values, got {typed(parameters)}; "
                "pass layer.parameters()"
            )
        groups.append({**group, "params": list(parameters)})
        if not groups[-1]["params"]:
            raise ValueError(f"{name}: group {i} has no parameters to train; leave it out")
    return groups


def check_options(optimizer: type, i: int, group: Mapping[str, Any]) -> None:
    """Refuse a group that has options its class doesn't take, or lacks parameters.

    Raises:
        ValueError: it names the options there are.
    """
    name, options = optimizer.__name__, _options(optimizer)
    unknown = [key for key in group if key not in ("params", *options)]
    if unknown or "params" not in group:
        complaint = f"has {shown(unknown[0])}" if unknown else "lacks params"
        raise ValueError(
            f'{name}: group {i} {complaint}; a group has "params", and options of {name}: {", ".join(options)}'
        )


@cache
def _options(optimizer: type) -> list[str]:
    """What a class of optimizers takes beside the parameters."""
    return [option for option in inspect.signature(optimizer).parameters if option != "parameters"]


def groups_of(groups: Sequence[Mapping[str, Any]], count: int) -> list[int]:
    """The group of each of so many parameters; all are of one where there are no groups."""
    return [i for i, group in enumerate(groups) for _ in group["params"]] if groups else [0] * count


def group_state(group: Mapping[str, Any]) -> dict[str, Any]:
    """A group as plain data: how many parameters it has, and its options; None for a schedule."""
    options = {name: None if callable(x) else as_python(x) for name, x in group.items() if name != "params"}
    return {"params": len(group["params"]), **options}


def groups_again(
    name: str, states: Any, parameters: Sequence[Value], rates: Sequence[Any], rate: Any
) -> list[dict[str, Any]]:
    """Groups of such states.

    Args:
        name: what messages call it.
        states: what `group_state` returned, for each.
        parameters: of all groups.
        rates: the learning rates of the groups there are, for groups whose rate was a schedule; None for none of its
            own.
        rate: the common one, where there is no such group.

    Raises:
        TypeError, ValueError: if they are no groups, or are of another number of parameters.
    """
    if not is_row(states) or not all(isinstance(state, Mapping) and "params" in state for state in states):
        raise TypeError(f"{name}: groups must be what state_dict() returned, got {typed(states)}")
    counts = [count_of(name, f"params of group {i}", state["params"]) for i, state in enumerate(states)]
    if sum(counts) != len(parameters):
        raise ValueError(
            f"{name}: groups of {one_line(', '.join(map(str, counts)))} parameters, but there are {len(parameters)}"
        )
    made, start = [], 0
    for i, (state, count) in enumerate(zip(states, counts, strict=True)):
        group = {**state, "params": list(parameters[start : start + count])}
        if "learning_rate" in group and group["learning_rate"] is None:
            own = rates[i] if i < len(rates) else None
            group["learning_rate"] = rate if own is None else own
        made.append(group)
        start += count
    return made
