"""Calling a function for a walk: on fresh Values that are labelled as its parameters are."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Sequence
from typing import Any

from autograd.engine.recording import resumed, watched
from autograd.engine.value import Value, constant
from autograd.support.errors import as_float, is_real, one_line, shown, typed
from autograd.transforms.tree import is_array, object_array
from autograd.views.code import Trace, called


def traced(f: Callable[..., Any], args: Sequence[Any]) -> tuple[Value, Trace]:
    """What a function returns for fresh Values in place of the numbers in its arguments, and where it was computed.

    What it assigns to variables is labelled by them.

    Raises:
        TypeError: if it doesn't take as many arguments, or returns anything other than one Value.
    """
    name = one_line(called(f))
    fresh = [_fresh(arg, label) for arg, label in zip(args, _labels(f, name, args), strict=True)]
    trace = Trace(f, sys._getframe())
    with resumed(), watched(trace):
        y = f(*fresh)
    if not isinstance(y, Value):
        if inspect.iscoroutine(y):
            y.close()  # else Python complains that nobody has waited for it
        raise TypeError(f"walkthrough: {name} must return one Value, a loss, say; got {typed(y)}{_remedy(y)}")
    if y.primitive is None:
        raise TypeError(
            f"walkthrough: {name} returned {typed(y)}, which no operation has made; there is no step to walk"
        )
    trace.name(y)
    return y, trace


def _remedy(y: Any) -> str:
    if is_real(y):
        return "; float(x), x.data and numbers alone leave no steps: compute with the arguments, which are Values"
    if isinstance(y, (list, tuple, dict)) or is_array(y):
        return "; walk one of them, lambda *args: f(*args)[0], or their sum"
    return "; is a return missing?" if y is None else ""


def _labels(f: Callable[..., Any], name: str, args: Sequence[Any]) -> list[str]:
    """What to call each argument."""
    try:
        signature = inspect.signature(f)
    except (TypeError, ValueError):  # some of Python's own functions can't tell their parameters
        return [f"x{i}" for i in range(len(args))]
    try:
        signature.bind(*args)
    except TypeError as error:
        raise TypeError(
            f"walkthrough: {name}{one_line(str(signature), 120)} can't be called with these {len(args)}: {error}; what "
            f"it takes follows it, walkthrough({name}, 2.0, ...)"
        ) from None
    labels: list[str] = []
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_POSITIONAL:
            labels += [f"{parameter.name}[{i}]" for i in range(len(args) - len(labels))]
        elif parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
            labels.append(parameter.name)
    return labels[: len(args)]


def _fresh(thing: Any, label: str) -> Any:
    """The same with fresh Values for its numbers; what is no number, and no container of any, is handed on as it is."""
    if isinstance(thing, Value):
        label = thing.label or label
        return constant(thing.data, label) if thing.is_constant else Value(thing.data, label)
    if isinstance(thing, dict):
        return {key: _fresh(x, f"{label}[{shown(key)}]") for key, x in thing.items()}
    if isinstance(thing, (list, tuple)):
        children = [_fresh(x, f"{label}[{i}]") for i, x in enumerate(thing)]
        if isinstance(thing, list):
            return children
        return type(thing)(*children) if hasattr(thing, "_fields") else tuple(children)  # a named tuple
    if is_array(thing) and thing.dtype.kind in "iufO":
        places = list(sys.modules["numpy"].ndindex(thing.shape))
        numbers = [
            _fresh(x, label + "".join(f"[{i}]" for i in at))
            for at, x in zip(places, thing.ravel().tolist(), strict=True)
        ]
        return object_array(thing.shape, numbers)
    if not is_real(thing) or isinstance(thing, bool):
        return thing
    return Value(as_float(thing, "walkthrough", label), label)
