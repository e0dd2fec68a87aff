"""How a primitive is entered in the table. What type checkers see of its calls stands in the stub beside this file."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module
from typing import Any

from autograd.engine.primitive import PRIMITIVES, SPECIAL, Primitive, Rule

Given = Name = Any  # for the code that runs


class Row(Primitive):
    """A primitive of the table: each has a docstring and a signature of its own."""


Unary = Binary = Sloped = Scaled = Bounded = Choice = Reduction = Own = Row  # they differ in their types alone


def of_many(reduction: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, as type checkers see it: of Values a Value, of floats a float."""
    return reduction


each_of_many = of_many  # of Values a list of Values


def row(kind: type[Primitive], name: str, value: Rule, partials: Rule, **facts: Any) -> Primitive:
    """Make a primitive and enter it in the table, unchecked: the table's own rows, which the tests check."""
    return entered(kind(name, value, partials, **facts))


def special_row(kind: type[Primitive], module: str, name: str, value: Rule, partials: Rule, **facts: Any) -> Primitive:
    """Make a special function, in the module of that name, and enter it beside the table."""
    made = _Special(name, value, partials, **facts)
    made.module = module
    return entered(made, SPECIAL)


class _Special(Row):
    """A special function, which pickle finds in its module."""

    module: str

    def __reduce__(self) -> tuple[Any, ...]:
        return _in_module, (self.module, self.name)


def _in_module(module: str, name: str) -> Any:
    return getattr(import_module(module), name)


def entered(made: Primitive, table: dict[str, Primitive] = PRIMITIVES) -> Primitive:
    """Enter a primitive in the table, with the signature and the words that help() shows."""
    signature = _signature(made)
    words = [f"{made.name}{signature}", "", f"The operation {made.symbol} of the table of primitives."]
    if made.domain:
        words.append(f"Defined for {made.domain}.")
    if made.convention:
        words.append(f"Its derivative: {made.convention}.")
    made.__doc__ = "\n".join(words)
    made.__signature__ = signature  # type: ignore[attr-defined]  # where inspect looks
    table[made.name] = made
    return made


def _signature(made: Primitive) -> inspect.Signature:
    kinds = inspect.Parameter
    if made.variadic:
        return inspect.Signature([kinds("xs", kinds.VAR_POSITIONAL)])
    required = len(made.operands) - len(made.defaults)
    defaults = (*[kinds.empty] * required, *made.defaults)
    pairs = zip(made.operands, defaults, strict=True)
    return inspect.Signature([kinds(name, kinds.POSITIONAL_OR_KEYWORD, default=default) for name, default in pairs])
