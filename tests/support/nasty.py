"""What messages must stay short and printable for: operands whose repr is long, steers the terminal, or fails."""

from __future__ import annotations

import dataclasses
import decimal
import types
import unicodedata
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from autograd import PRIMITIVES, Value, constant


class Rude:
    def __repr__(self) -> str:
        return "\x1b[31mrude\n\r\x00" * 10_000


class Broken:
    def __repr__(self) -> str:
        raise RuntimeError("no repr")


class Trap:
    """Every attribute that is looked for raises."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)


@dataclasses.dataclass
class Record:
    numbers: list[float]


def nested(depth: int) -> Any:
    inner: Any = "x"
    for _ in range(depth):
        inner = [inner]
    return inner


LONG = "\x1b[31mlabel\x07\u202e\n" * 10_000
NASTY: dict[str, Any] = {
    "long text": "x" * 200_000,
    "escapes": LONG,
    "surrogates": "\ud800" * 5000,
    "long bytes": b"\x00" * 200_000,
    "huge int": 10**5000,
    "huge negative int": -(10**5000),
    "huge Fraction": Fraction(10**5000, 3),
    "huge Decimal": decimal.Decimal("1" * 5000),
    "list": ["x" * 1000] * 10_000,
    "list of huge ints": [[10**5000] * 100],
    "deep": nested(50),
    "dict": {LONG + str(i): "x" for i in range(30)},
    "dict of huge ints": {10**5000: {10**5001: "x"}},
    "set": {f"x{i}" for i in range(10_000)},
    "array": np.full((200, 200), "x" * 100, dtype=object),
    "array of strings": np.array(["x" * 1000] * 1000),
    "structured": np.zeros(3, dtype=[("a" * 1000, "f8")]),
    "rude": Rude(),
    "broken": Broken(),
    "trap": Trap(),
    "record": Record([1.0] * 10_000),
    "long class": type("C" * 10_000, (), {})(),
    "function": types.FunctionType(compile("0", "", "eval"), {}, "f" * 10_000),
    "Value": Value(1.0, label=LONG),
    "list of Values": [Value(1.0, label=LONG), "x"] * 50,
    "constant": constant(1.0, label=LONG),
    "result": Value(1.0, label=LONG) * Value(2.0, label=LONG),
    "nan": float("nan"),
}


def assert_short(text: str) -> None:
    assert len(text) < 1000, f"{len(text)} characters: {text[:300]}"
    assert not [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs")], repr(text[:300])


def refusals(f: Callable[[Any], Any]) -> Iterator[tuple[str, BaseException]]:
    for name, x in NASTY.items():
        try:
            f(x)
        except (TypeError, ValueError, ArithmeticError, RuntimeError, AttributeError) as error:
            yield name, error


def check_refusals(f: Callable[[Any], Any]) -> None:
    """Let f meet each of them: what it raises must be short and printable. What it enters in the table is taken out."""
    before = set(PRIMITIVES)
    told = list(refusals(f))
    for made in PRIMITIVES.keys() - before:
        del PRIMITIVES[made]
    for operand, error in told:
        try:
            assert_short(str(error))
        except AssertionError as long:
            pytest.fail(f"{operand}: {type(error).__name__}: {long}")
