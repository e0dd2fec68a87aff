"""Rows that compute with Python's floats (`math`, SciPy, any code of the user's): machine code calls them back."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

from autograd.engine.primitive import Primitive
from autograd.formulas.llvm_text import Width
from autograd.program.driver import RESTORE_FLAGS, SAVE_FLAGS
from autograd.support.floats import PLAIN_ZERO

_Doubles = ctypes.POINTER(ctypes.c_double)
_CALLED: Final = ctypes.CFUNCTYPE(None, _Doubles, _Doubles)


def value_of(row: Primitive, count: int) -> Any:
    """A C function that computes a row's value: (operands, [value, 1.0, or 0.0 for an error])."""

    def value(given: Any, found: Any) -> None:
        found[0], found[1] = 1.0, 0.0
        xs = given[:count]
        found[0] = row.value_at(xs, xs)
        found[1] = 1.0

    return _CALLED(_quiet(value))


def partials_of(row: Primitive, count: int, plain: Sequence[int]) -> Any:
    """A C function that computes a row's partials: ([operands, y], [partial, whether it flows, ..., 1.0 or 0.0])."""

    def partials(given: Any, found: Any) -> None:
        found[2 * count] = 0.0
        xs: list[Any] = given[:count]
        y = given[count]
        for i in plain:
            if xs[i] == 0.0:
                xs[i] = PLAIN_ZERO
        for i, partial in enumerate(row.partials_at(xs, y)):
            found[2 * i] = 0.0 if partial is None else float(partial)
            found[2 * i + 1] = float(partial is not None)
        found[2 * count] = 1.0

    return _CALLED(_quiet(partials))


def _quiet(rule: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
    """The rule, without its errors: the engine computes the point again, and raises them where they can be caught."""

    def called(given: Any, found: Any) -> None:
        with suppress(Exception):
            rule(given, found)

    return called


def callback_text(name: str, symbol: str, width: Width, operands: int, results: int) -> str:
    """The IR of a function that calls another one back, lane by lane; what that does to the flags is undone."""
    lanes = width.lanes
    lines = [
        f"declare void @{symbol}(ptr, ptr)",
        f"define internal void @{name}(ptr %given, ptr %found) noinline {{",
        f"  %in = alloca [{operands} x double]",
        f"  %out = alloca [{results} x double]",
        "  %flags = alloca i32",
        SAVE_FLAGS,
    ]
    for lane in range(lanes):
        for i in range(operands):
            at = f"{lane}.{i}"
            lines += [
                f"  %a{at} = getelementptr double, ptr %given, i64 {i * lanes + lane}",
                f"  %x{at} = load double, ptr %a{at}",
                f"  %b{at} = getelementptr double, ptr %in, i64 {i}",
                f"  store double %x{at}, ptr %b{at}",
            ]
        lines.append(f"  call void @{symbol}(ptr %in, ptr %out)")
        for i in range(results):
            at = f"{lane}.{i}"
            lines += [
                f"  %c{at} = getelementptr double, ptr %out, i64 {i}",
                f"  %y{at} = load double, ptr %c{at}",
                f"  %d{at} = getelementptr double, ptr %found, i64 {i * lanes + lane}",
                f"  store double %y{at}, ptr %d{at}",
            ]
    return "\n".join([*lines, RESTORE_FLAGS, "  ret void", "}"])
