"""LLVM IR as text: the instruction of each step of a template, and the functions that instructions call."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final, NamedTuple

_OF_ONE = ("fabs", "sqrt", "floor", "ceil", "trunc", "rint")
INTRINSICS: Final = {**dict.fromkeys(_OF_ONE, 1), "copysign": 2, "fma": 3}
"""The functions that are instructions, and how many numbers each takes."""


class Width(NamedTuple):
    """How many points are computed at once, and the types for it."""

    lanes: int

    @property
    def number(self) -> str:
        return "double" if self.lanes == 1 else f"<{self.lanes} x double>"

    @property
    def truth(self) -> str:
        return "i1" if self.lanes == 1 else f"<{self.lanes} x i1>"

    @property
    def bits(self) -> str:
        return "i64" if self.lanes == 1 else f"<{self.lanes} x i64>"

    def constant(self, x: float) -> str:
        """A number written out."""
        text = f"0x{struct.pack('>d', x).hex().upper()}"
        return text if self.lanes == 1 else f"splat (double {text})"


def instruction(kind: str, width: Width, function: Callable[[str], str]) -> str:
    """The IR of a step, with `{}` for each of its parts.

    Args:
        kind, width: which, and of which type.
        function: the name of a function of C's for this width.
    """
    number, truth = width.number, width.truth
    if kind in ("fadd", "fsub", "fmul", "fdiv"):
        return f"{kind} {number} {{}}, {{}}"
    if kind == "fneg":
        return f"fneg {number} {{}}"
    if kind.startswith("fcmp"):
        return f"{kind} {number} {{}}, {{}}"
    if kind in ("and", "or"):
        return f"{kind} {truth} {{}}, {{}}"
    if kind == "not":
        return f"xor {truth} {{}}, {'true' if width.lanes == 1 else 'splat (i1 true)'}"
    if kind == "select":
        return f"select {truth} {{}}, {number} {{}}, {number} {{}}"
    if kind.startswith("bits "):
        return _of_bits(kind.split(), width)
    if kind in INTRINSICS:
        parameters = ", ".join([f"{number} {{}}"] * INTRINSICS[kind])
        return f"call {number} @llvm.{kind}.{_suffix(width)}({parameters})"
    parameters = ", ".join([f"{number} {{}}"] * operands_of(kind))
    return f"call {number} @{function(kind)}({parameters})"


def _of_bits(words: list[str], width: Width) -> str:
    """The IR of `bits of` a number, `bits to` a number, or an operation on them with a whole number."""
    if words[1] == "of":
        return f"bitcast {width.number} {{}} to {width.bits}"
    if words[1] == "to":
        return f"bitcast {width.bits} {{}} to {width.number}"
    constant = words[2] if width.lanes == 1 else f"splat (i64 {words[2]})"
    return f"{words[1]} {width.bits} {{}}, {constant}"


def intrinsics_text(width: Width) -> str:
    """The IR that makes the processor's own functions known, for this width and for one number."""
    return "\n".join(
        f"declare {w.number} @llvm.{name}.{_suffix(w)}({', '.join([w.number] * count)})"
        for w in sorted({Width(1), width})
        for name, count in INTRINSICS.items()
    )


def _suffix(width: Width) -> str:
    return "f64" if width.lanes == 1 else f"v{width.lanes}f64"


def operands_of(function: str) -> int:
    """How many numbers a function takes."""
    if function.startswith("length"):
        return int(function.removeprefix("length"))
    return 2 if function in ("pow", "atan2", "fmod") else 1


def function_text(function: str, width: Width, vector: tuple[str, int] | None) -> str:
    """The IR that makes a function of C's known: declared for one number; defined for vectors, lane by lane.

    Args:
        function, width: which, and for how many numbers.
        vector: the name of a library's own function for vectors, to be called instead, and how many numbers it takes.
    """
    count = operands_of(function)
    doubles = ", ".join(["double"] * count)
    declared = f"declare double @{function}({doubles})"
    if function.startswith("length"):
        declared = length_text(function, count)
    if width.lanes == 1:
        return declared
    parameters = ", ".join(f"{width.number} %x{i}" for i in range(count))
    head = f"define internal {width.number} @{function}.{width.lanes}({parameters}) noinline {{\n"
    if vector is not None:
        return head + _in_parts(count, width, *vector)
    lines = [declared, head.rstrip()]
    result = "poison"
    for lane in range(width.lanes):
        for i in range(count):
            lines.append(f"  %x{i}.{lane} = extractelement {width.number} %x{i}, i32 {lane}")
        lines.append(
            f"  %y.{lane} = call double @{function}({', '.join(f'double %x{i}.{lane}' for i in range(count))})"
        )
        lines.append(f"  %r.{lane} = insertelement {width.number} {result}, double %y.{lane}, i32 {lane}")
        result = f"%r.{lane}"
    return "\n".join([*lines, f"  ret {width.number} {result}", "}"])


def _in_parts(count: int, width: Width, vector: str, lanes: int) -> str:
    """The body of a function that calls another one for parts of its vectors."""
    part = Width(lanes).number
    lines = []
    for k in range(0, width.lanes, lanes):
        picked = ", ".join(f"i32 {lane}" for lane in range(k, k + lanes))
        for i in range(count):
            lines.append(
                f"  %x{i}.{k} = shufflevector {width.number} %x{i}, {width.number} poison, <{lanes} x i32> <{picked}>"
            )
        lines.append(f"  %y.{k} = call {part} @{vector}({', '.join(f'{part} %x{i}.{k}' for i in range(count))})")
    result = "%y.0"
    if width.lanes > lanes:
        every = ", ".join(f"i32 {lane}" for lane in range(width.lanes))
        lines.append(f"  %y = shufflevector {part} %y.0, {part} %y.{lanes}, <{width.lanes} x i32> <{every}>")
        result = "%y"
    declared = f"declare {part} @{vector}({', '.join([part] * count)})"
    return "\n".join([*lines, f"  ret {width.number} {result}", "}", declared])


def length_text(name: str, count: int) -> str:
    """The IR of the length of a vector, with the bits of `math.hypot`: see `c_runtime` for the method.

    Of huge, tiny and strange numbers it divides by zero, so that the flag is set and they are computed elsewhere.
    """
    lines = [
        f"define internal double @{name}({', '.join(f'double %x{i}' for i in range(count))}) noinline {{",
        "entry:",
        *[f"  %a.{i} = call double @llvm.fabs.f64(double %x{i})" for i in range(count)],
    ]
    big = "%a.0"
    for i in range(1, count):
        lines += [
            f"  %is.{i} = fcmp ugt double %a.{i}, {big}",
            f"  %big.{i} = select i1 %is.{i}, double %a.{i}, double {big}",
        ]
        big = f"%big.{i}"
    number = Width(1).constant
    lines += [f"  %is_zero = fcmp oeq double {big}, {number(0.0)}"]
    numbers = "%is_zero"
    for i in range(count):
        lines += [f"  %ord.{i} = fcmp ord double %a.{i}, {number(0.0)}"]
    usual = "true"
    for i in range(count):
        lines += [f"  %all.{i} = and i1 {usual}, %ord.{i}"]
        usual = f"%all.{i}"
    lines += [
        f"  %low = fcmp oge double {big}, {number(2.0**-1000)}",
        f"  %high = fcmp olt double {big}, {number(2.0**1000)}",
        "  %range = and i1 %low, %high",
        f"  %fine = and i1 %range, {usual}",
        f"  %zero = and i1 {numbers}, {usual}",
        "  br i1 %zero, label %origin, label %other",
        "origin:",
        f"  ret double {number(0.0)}",
        "other:",
        "  br i1 %fine, label %compute, label %strange",
        "strange:",
        "  %nothing = fsub double %x0, %x0",
        "  %no = select i1 %fine, double %nothing, double 0.0",
        "  %flagged = fdiv double 1.0, %no",
        "  ret double %flagged",
        "compute:",
        f"  %bits = bitcast double {big} to i64",
        "  %shifted = lshr i64 %bits, 52",  # the exponent e of frexp is this less 1022; 2^-e has 2045 less it
        "  %exponent = sub i64 2045, %shifted",
        "  %moved = shl i64 %exponent, 52",
        "  %scale = bitcast i64 %moved to double",
    ]
    total, lost, low = "1.0", "0.0", "0.0"
    for i in range(count):
        lines += [
            f"  %s.{i} = fmul double %a.{i}, %scale",
            f"  %h.{i} = fmul double %s.{i}, %s.{i}",
            f"  %m.{i} = fneg double %h.{i}",
            f"  %f.{i} = call double @llvm.fma.f64(double %s.{i}, double %s.{i}, double %m.{i})",
            f"  %low.{i} = fadd double {low}, %f.{i}",
            f"  %t.{i} = fadd double {total}, %h.{i}",
            f"  %d.{i} = fsub double {total}, %t.{i}",
            f"  %e.{i} = fadd double %d.{i}, %h.{i}",
            f"  %lost.{i} = fadd double {lost}, %e.{i}",
        ]
        total, lost, low = f"%t.{i}", f"%lost.{i}", f"%low.{i}"
    lines += [
        f"  %u = fsub double {total}, 1.0",
        f"  %w = fadd double {low}, {lost}",
        "  %v = fadd double %u, %w",
        "  %h = call double @llvm.sqrt.f64(double %v)",
        "  %g = fneg double %h",
        "  %high2 = fmul double %g, %h",
        "  %n = fneg double %high2",
        "  %f = call double @llvm.fma.f64(double %g, double %h, double %n)",
        f"  %low2 = fadd double {low}, %f",
        f"  %t = fadd double {total}, %high2",
        f"  %d = fsub double {total}, %t",
        "  %e = fadd double %d, %high2",
        f"  %lost2 = fadd double {lost}, %e",
        "  %p = fsub double %t, 1.0",
        "  %q = fadd double %low2, %lost2",
        "  %rest = fadd double %p, %q",
        "  %twice = fmul double 2.0, %h",
        "  %part = fdiv double %rest, %twice",
        "  %sum = fadd double %h, %part",
        "  %result = fdiv double %sum, %scale",
        "  ret double %result",
        "}",
    ]
    return "\n".join(lines)
