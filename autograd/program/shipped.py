"""The form in which programs travel to other processes, with those of their operations that are the user's own."""

from __future__ import annotations

import dataclasses
import io
from typing import Any, Final, NamedTuple

import cloudpickle

from autograd.engine.define import Own
from autograd.engine.primitive import Primitive, Rule
from autograd.program.comparison import COMPARISONS
from autograd.program.program import Program
from autograd.program.take import TAKE


class Shipped(NamedTuple):
    """A program, and how it is to be computed for many points.

    Attributes:
        program, wanted, shared, vector_math, exact: as of `Variant.batch`.
    """

    program: Program
    wanted: tuple[bool, ...] | None
    shared: tuple[bool, ...]
    vector_math: bool
    exact: bool

    def dumped(self) -> bytes:
        """As bytes."""
        parts = {field.name: getattr(self.program, field.name) for field in dataclasses.fields(self.program)}
        file = io.BytesIO()
        _Pickler(file).dump((parts, *self[1:]))
        return file.getvalue()


def loaded(data: bytes) -> Shipped:
    """What was `dumped`, in any process that has this package."""
    parts, *rest = cloudpickle.loads(data)
    return Shipped(Program(**parts), *rest)


_BESIDE: Final = {**COMPARISONS, TAKE.symbol: TAKE}  # the rows that are not in the table, by their symbols
_FACTS: Final = (
    "symbol",
    "variadic",
    "defaults",
    "domain",
    "convention",
    "samples",
    "kinks",
    "at_kink",
    "textbook",
    "ieee",
)


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle has no types
    """Sends the rows of this package by name, and the user's own, which other processes don't know, as they are."""

    def reducer_override(self, thing: Any) -> Any:  # pyright: ignore  # cloudpickle calls it `obj`
        if not isinstance(thing, Primitive):
            return super().reducer_override(thing)
        if _BESIDE.get(thing.symbol) is thing:
            return _beside, (thing.symbol,)
        if str(getattr(thing.partials, "__module__", None)).startswith("autograd."):
            return thing.__reduce__()
        return _own, (thing.name, thing.value, thing.partials, {name: getattr(thing, name) for name in _FACTS})


def _beside(symbol: str) -> Primitive:
    return _BESIDE[symbol]


def _own(name: str, value: Rule, partials: Rule, facts: dict[str, Any]) -> Primitive:
    return Own(name, value, partials, **facts)
