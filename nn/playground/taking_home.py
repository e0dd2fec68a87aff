"""What a page needs to be taken home, as a file that `nn.load` reads or as Python that goes on from its numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import nn.losses
import nn.regression
from autograd import Value
from autograd.support.errors import is_real, one_line
from autograd.views.names import unique_names
from nn.files import KIND
from nn.module import Module
from nn.references import Written


def saving_of(model: Any, loss: Any, x: Any, names: Sequence[str]) -> dict[str, Any]:
    """How a model, its loss and its inputs are written down.

    Args:
        model, loss: as they were given.
        x: an input.
        names: of the parameters.

    Returns:
        What files.js reads. Where the model can't be written, `refusal` says why.
    """
    content: dict[str, Any] = {
        "kind": {"format": KIND.format, "version": KIND.version},
        "class": type(model).__qualname__,
        "isModule": isinstance(model, Module),
        "architecture": None,
        "module": None,
        "generators": [],
        "refusal": None,
        "model": None,
        "imports": [],
        "loss": None,
        "X": _kind_of(x),
        "names": None,  # those that the page shows
    }
    content |= _written(model)
    if isinstance(model, Module) and unique_names(names) != list(names):
        content["names"] = list(names)
    name = getattr(loss, "__name__", "")
    if any(getattr(home, name, None) is loss for home in (nn.losses, nn.regression)):
        content["imports"] = [*content["imports"], name]
        content["loss"] = name
    return content


def _written(model: Any) -> dict[str, Any]:
    """The architecture as a file has it, and as Python makes one."""
    kind = type(model).__name__
    if not isinstance(model, Module):
        told = f"nn.load reads Modules, and this model is a {one_line(kind)}; take its numbers home as Python"
        return {"refusal": told}
    written = Written(Module)
    try:
        whole = written.module(model)
        architecture = _canonical(whole["architecture"])
        generators = list(map(_canonical, written.states))
    except (TypeError, ValueError) as error:
        return {"refusal": f"{one_line(str(error), 300)}; or take its numbers home as Python"}
    found = {**whole, "architecture": architecture, "generators": generators}
    if whole["module"] == "nn" and "$" not in architecture:  # neither Modules nor generators are among its arguments
        stars = "*" if isinstance(whole["architecture"], list) else "**"
        found |= {"model": f"{kind}({stars}{whole['architecture']!r})", "imports": [kind]}
    return found


def _canonical(thing: Any) -> str:
    """JSON as the checksum of a file reads it."""
    return json.dumps(thing, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _kind_of(x: Any) -> str | None:
    if isinstance(x, Value) or is_real(x):
        return "number"
    return "row" if isinstance(x, (list, tuple)) and all(isinstance(v, Value) or is_real(v) for v in x) else None
