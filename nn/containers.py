"""Where the parameters of a Module can be: containers that are looked into, and how to tell that others hold some."""

from __future__ import annotations

import gc
import itertools
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from types import BuiltinFunctionType, FrameType, FunctionType, ModuleType, NoneType, TracebackType
from typing import Any

from autograd import Value
from autograd.transforms.tree import is_array
from nn.descent import is_frozen

_HOLD_NOTHING = (float, int, bool, complex, str, bytes, bytearray, range, memoryview, NoneType)
_ELSEWHERE = (type, ModuleType, FrameType, TracebackType)


def holds_nothing(thing: Any) -> bool:
    """Whether it is of a kind that holds no Values, or leads out of the module: numbers, text, functions, classes.

    >>> holds_nothing(1.5), holds_nothing(abs), holds_nothing([])
    (True, True, False)
    """
    kind = type(thing)
    if kind is FunctionType:
        return not _held_by(thing)
    if kind is BuiltinFunctionType:
        return thing.__self__ is None or isinstance(thing.__self__, ModuleType)
    return kind in _HOLD_NOTHING or isinstance(thing, _ELSEWHERE) or _is_numeric(thing)


def elements(name: str, container: Any, module: type) -> list[tuple[str, Any]] | None:
    """What is in a sequence, a mapping or an array of objects, each with its name; None for anything else.

    A Module in a sequence takes the sequence's name without the plural s.

    Args:
        name: of the container.
        container: what may be one.
        module: the class of Modules.

    >>> elements("layers", [3.0, [4.0]], module=type(None))
    [('layers[0]', 3.0), ('layers[1]', [4.0])]
    >>> elements("params", {"w": 3.0}, module=type(None))
    [('params.w', 3.0)]
    """
    if isinstance(container, Mapping):
        return [(f"{name}.{key}", thing) for key, thing in container.items()]
    if is_array(container) and container.dtype == object:
        if container.ndim != 1:
            places = itertools.product(*map(range, container.shape))
            names = [name + ("".join(f"[{i}]" for i in place) or "[()]") for place in places]
            return list(zip(names, container.ravel().tolist(), strict=True))
        container = container.tolist()
    elif not isinstance(container, Sequence):
        return None
    singular = name.removesuffix("s")
    return [
        (f"{singular}{i}" if isinstance(thing, module) and not name.endswith("]") else f"{name}[{i}]", thing)
        for i, thing in enumerate(container)
    ]


def attributes(thing: Any) -> list[tuple[str, Any]]:
    """The attributes of an object, those in slots too."""
    slots = [slot for kind in type(thing).__mro__ for slot in _listed(vars(kind).get("__slots__", ()))]
    found = {slot: getattr(thing, slot) for slot in slots if slot != "__dict__" and hasattr(thing, slot)}
    return list((found | vars(thing)).items())


def inside(name: str, thing: Any, module: type) -> list[tuple[str, Any]]:
    """The attributes of a Module, each with its name, and the elements of one that is a container too.

    Args:
        name: of the Module; empty for the one that names start from.
        thing: the Module.
        module: the class of Modules.
    """
    found = [(f"{name}.{attribute}", part) for attribute, part in attributes(thing)]
    found += elements(name, thing, module) or []
    return found if name else [(each.removeprefix("."), part) for each, part in found]


def of_class(module: Any, base: type) -> Iterator[tuple[str, Any]]:
    """What the classes of a module hold that may have Values in it, which all instances would share."""
    for kind in itertools.takewhile(lambda kind: kind is not base, type(module).__mro__):
        for name, thing in vars(kind).items():
            held = isinstance(thing, (Value, base, Sequence, Mapping, Set)) or is_array(thing)
            if held and not name.startswith("__"):
                yield name, thing


def holds_others(thing: Any, known: Collection[int]) -> bool:
    """Whether variables can be reached from it that are not known, by id: through whatever Python itself sees.

    >>> x = Value(1.0)
    >>> holds_others({x}, known=[]), holds_others({x}, known=[id(x)]), holds_others({x.detach()}, known=[])
    (True, False, False)
    """
    pending, seen = [thing], {id(thing): thing}
    while pending:
        thing = pending.pop()
        if isinstance(thing, Value):
            if thing.is_leaf and (not thing.is_constant or is_frozen(thing)) and id(thing) not in known:
                return True
            continue
        below: Iterable[Any]
        if type(thing) is FunctionType:
            below = _held_by(thing)  # not the globals of its module
        else:
            below = thing.ravel().tolist() if is_array(thing) else gc.get_referents(thing)
        for part in below:
            if id(part) not in seen and not holds_nothing(part):
                seen[id(part)] = part  # kept, so that no other gets its id
                pending.append(part)
    return False


def _held_by(function: FunctionType) -> list[Any]:
    """What a function keeps from where it was made: variables around it, defaults, what it was wrapped around."""
    kept = [function.__closure__, function.__defaults__, function.__kwdefaults__, function.__dict__]
    return [thing for thing in kept if thing]


def _is_numeric(thing: Any) -> bool:
    """Whether it is an array or a scalar of numbers."""
    return is_array(thing) and not thing.dtype.hasobject


def _listed(slots: Any) -> list[str]:
    return [slots] if isinstance(slots, str) else list(slots)
