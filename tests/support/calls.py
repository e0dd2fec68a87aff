"""What a function is called with while a test goes on."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

import pytest


class Call(NamedTuple):
    """One call: its arguments, of a method the object first, and what it returned."""

    args: tuple[Any, ...]
    named: dict[str, Any]
    result: Any


def calls(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str) -> list[Call]:
    """The calls of a function of a module, or of a method of a class, that return from now on."""
    found: list[Call] = []
    function = getattr(owner, name)

    @functools.wraps(function)
    def noted(*args: Any, **named: Any) -> Any:
        result = function(*args, **named)
        found.append(Call(args, named, result))
        return result

    monkeypatch.setattr(owner, name, noted)
    return found
