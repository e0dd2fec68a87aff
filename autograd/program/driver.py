"""The loops around a program's functions, in LLVM IR: one point, and the points of a batch, some at a time.

A driver takes one array of 64-bit numbers, the fields of `Parameters`. It clears the processor's flags, runs the
functions, and looks at what they left: a guard that doesn't hold, or a flag that says that a number left the reals.
"""

from __future__ import annotations

import platform
from enum import IntEnum
from typing import Final

from autograd.formulas.llvm_text import Width
from autograd.program.result import DONE, LEFT_THE_REALS, NOT_DONE, OTHER_BRANCH


class Parameters(IntEnum):
    """Where a driver's parameters stand; addresses of arrays, and counts."""

    FORWARD = 0
    FORWARD_COUNT = 1
    REVERSE = 2
    REVERSE_COUNT = 3
    VALUES = 4
    ADJOINTS = 5
    SEEDS = 6  # where the values of the cotangents lie; in the last vector, only those of points count
    SEED_COUNT = 7
    INPUT_PLACES = 8  # where in the values the number of each row of the input goes
    OUTPUT_PLACES = 9
    # Those so far are of a thread's memory; the next five of a call's arrays.
    INPUT = 10  # the addresses of rows, one for each input that differs from point to point
    INPUT_COUNT = 11
    OUTPUT = 12  # the addresses of rows for results
    OUTPUT_COUNT = 13
    STATUS = 14  # a byte for each point; points that have one are left out
    # And these of a piece.
    START = 15
    STOP = 16


_IS_X86: Final = platform.machine() in ("x86_64", "AMD64")
SAVE_FLAGS: Final = "  call void @llvm.x86.sse.stmxcsr(ptr %flags)" if _IS_X86 else ""
RESTORE_FLAGS: Final = "  call void @llvm.x86.sse.ldmxcsr(ptr %flags)" if _IS_X86 else ""
FLAG_FUNCTIONS: Final = (
    "declare void @llvm.x86.sse.stmxcsr(ptr)\ndeclare void @llvm.x86.sse.ldmxcsr(ptr)\n" if _IS_X86 else ""
)
_X86_FLAGS = """
define internal void @clear_flags(ptr %scratch) {
  call void @llvm.x86.sse.stmxcsr(ptr %scratch)
  %old = load i32, ptr %scratch
  %clear = and i32 %old, -64
  store i32 %clear, ptr %scratch
  call void @llvm.x86.sse.ldmxcsr(ptr %scratch)
  ret void
}
define internal i32 @flags(ptr %scratch) {
  call void @llvm.x86.sse.stmxcsr(ptr %scratch)
  %now = load i32, ptr %scratch
  %set = and i32 %now, 13
  ret i32 %set
}
"""
# ISO C's functions; which bits mean invalid, divide by zero and overflow is the processor's matter.
_C_FLAGS = """
declare i32 @feclearexcept(i32)
declare i32 @fetestexcept(i32)
define internal void @clear_flags(ptr %scratch) {{
  %done = call i32 @feclearexcept(i32 {mask})
  ret void
}}
define internal i32 @flags(ptr %scratch) {{
  %set = call i32 @fetestexcept(i32 {mask})
  ret i32 %set
}}
"""
_RUN = """
define internal void @run(ptr %table, i64 %count, ptr %v, ptr %a, ptr %s) {
entry:
  %none = icmp eq i64 %count, 0
  br i1 %none, label %end, label %loop
loop:
  %k = phi i64 [0, %entry], [%next, %loop]
  %place = getelementptr ptr, ptr %table, i64 %k
  %function = load ptr, ptr %place
  call void %function(ptr %v, ptr %a, ptr %s)
  %next = add i64 %k, 1
  %more = icmp ult i64 %next, %count
  br i1 %more, label %loop, label %end
end:
  ret void
}
"""
_SINGLE = """
define i32 @single(ptr %p) {{
  %s = alloca i16
  %scratch = alloca i32
{parameters}
  store i16 -1, ptr %s
  call void @clear_flags(ptr %scratch)
  call void @run(ptr %forward, i64 %forward_count, ptr %values, ptr %adjoints, ptr %s)
  %held = load i16, ptr %s
  %good = icmp ne i16 %held, 0
  br i1 %good, label %back, label %other
other:
  ret i32 {other}
back:
  call void @run(ptr %reverse, i64 %reverse_count, ptr %values, ptr %adjoints, ptr %s)
  %set = call i32 @flags(ptr %scratch)
  %fine = icmp eq i32 %set, 0
  %outcome = select i1 %fine, i32 {done}, i32 {left}
  ret i32 %outcome
}}
"""
_BATCH = """
declare {number} @llvm.masked.load.{suffix}.p0(ptr, i32, {truth}, {number})
declare void @llvm.masked.store.{suffix}.p0({number}, ptr, i32, {truth})
declare {bytes} @llvm.masked.load.{byte_suffix}.p0(ptr, i32, {truth}, {bytes})
declare void @llvm.masked.store.{byte_suffix}.p0({bytes}, ptr, i32, {truth})
define i32 @batch(ptr %p) {{
entry:
  %s = alloca i16
  %scratch = alloca i32
{parameters}
  %one_way = icmp eq i64 %reverse_count, 0
  %one_way_late = zext i1 %one_way to i32
  call void @clear_flags(ptr %scratch)
  br label %test
test:
  %i = phi i64 [%start, %entry], [%next_i, %advance]
  %dirty = phi i32 [0, %entry], [%next_dirty, %advance]
  %more = icmp ult i64 %i, %stop
  br i1 %more, label %block, label %finish
finish:
  ret i32 %dirty
block:
  %left_over = sub i64 %stop, %i
  %left_first = insertelement <{lanes} x i64> poison, i64 %left_over, i32 0
  %left_each = shufflevector <{lanes} x i64> %left_first, <{lanes} x i64> poison, <{lanes} x i32> zeroinitializer
  %mask = icmp ult <{lanes} x i64> {iota}, %left_each
  %states = getelementptr i8, ptr %status, i64 %i
  %is_whole = icmp uge i64 %left_over, {lanes}
  br i1 %is_whole, label %state_whole, label %state_part
state_whole:
  %whole_state = load i{bits}, ptr %states, align 1
  br label %look
state_part:
  %state = call {bytes} @llvm.masked.load.{byte_suffix}.p0(ptr %states, i32 1, {truth} %mask, {bytes} zeroinitializer)
  %part_state = bitcast {bytes} %state to i{bits}
  br label %look
look:
  %state_bits = phi i{bits} [%whole_state, %state_whole], [%part_state, %state_part]
  %todo = icmp eq i{bits} %state_bits, 0
  br i1 %todo, label %fill, label %advance
fill:
  %no_inputs = icmp eq i64 %input_count, 0
  br i1 %no_inputs, label %seed, label %copy_in
copy_in:
  %j = phi i64 [0, %fill], [%next_j, %put_in]
  %row_place = getelementptr ptr, ptr %input, i64 %j
  %row = load ptr, ptr %row_place
  %from = getelementptr double, ptr %row, i64 %i
  br i1 %is_whole, label %in_whole, label %in_part
in_whole:
  %whole_points = load {number}, ptr %from, align 8
  br label %put_in
in_part:
  %point = load double, ptr %from, align 8
  %point_first = insertelement {number} poison, double %point, i32 0
  %filler = shufflevector {number} %point_first, {number} poison, <{lanes} x i32> zeroinitializer
  %part_points = call {number} @llvm.masked.load.{suffix}.p0(ptr %from, i32 8, {truth} %mask, {number} %filler)
  br label %put_in
put_in:
  %points = phi {number} [%whole_points, %in_whole], [%part_points, %in_part]
  %to_place = getelementptr ptr, ptr %input_places, i64 %j
  %to = load ptr, ptr %to_place
  store {number} %points, ptr %to, align 8
  %next_j = add i64 %j, 1
  %more_in = icmp ult i64 %next_j, %input_count
  br i1 %more_in, label %copy_in, label %seed
seed:
  %no_seeds = icmp eq i64 %seed_count, 0
  %skip_seeds = or i1 %is_whole, %no_seeds
  br i1 %skip_seeds, label %compute, label %cut
cut:
  %m = phi i64 [0, %seed], [%next_m, %cut]
  %seed_at = getelementptr {number}, ptr %seeds, i64 %m
  %cotangent = load {number}, ptr %seed_at, align 8
  %cotangent_cut = select {truth} %mask, {number} %cotangent, {number} zeroinitializer
  store {number} %cotangent_cut, ptr %seed_at, align 8
  %next_m = add i64 %m, 1
  %more_seeds = icmp ult i64 %next_m, %seed_count
  br i1 %more_seeds, label %cut, label %compute
compute:
  store i16 -1, ptr %s
  call void @run(ptr %forward, i64 %forward_count, ptr %values, ptr %adjoints, ptr %s)
{held}
  %lanes = bitcast {lane_bits} %held to {truth}
  %unused = xor {truth} %mask, splat (i1 true)
  %fine_lanes = or {truth} %lanes, %unused
  %fine_bits = bitcast {truth} %fine_lanes to {lane_bits}
  %all = icmp eq {lane_bits} %fine_bits, -1
  br i1 %all, label %forward_flags, label %some
some:
  call void @clear_flags(ptr %scratch)
  %told = select {truth} %lanes, {bytes} splat (i8 {not_done}), {bytes} splat (i8 {other})
  call void @llvm.masked.store.{byte_suffix}.p0({bytes} %told, ptr %states, i32 1, {truth} %mask)
  br label %advance
forward_flags:
  %set = call i32 @flags(ptr %scratch)
  %fine = icmp eq i32 %set, 0
  br i1 %fine, label %there, label %left
there:
  br i1 %one_way, label %store, label %back
left:
  %came_late = phi i32 [%one_way_late, %forward_flags], [1, %back]
  call void @clear_flags(ptr %scratch)
  call void @llvm.masked.store.{byte_suffix}.p0({bytes} splat (i8 {left}), ptr %states, i32 1, {truth} %mask)
  br label %advance
back:
  call void @run(ptr %reverse, i64 %reverse_count, ptr %values, ptr %adjoints, ptr %s)
  %set_back = call i32 @flags(ptr %scratch)
  %fine_back = icmp eq i32 %set_back, 0
  br i1 %fine_back, label %store, label %left
store:
  %no_outputs = icmp eq i64 %output_count, 0
  br i1 %no_outputs, label %advance, label %copy_out
copy_out:
  %k = phi i64 [0, %store], [%next_k, %put_out]
  %out_place = getelementptr ptr, ptr %output, i64 %k
  %out_row = load ptr, ptr %out_place
  %out = getelementptr double, ptr %out_row, i64 %i
  %source_place = getelementptr ptr, ptr %output_places, i64 %k
  %source = load ptr, ptr %source_place
  %result = load {number}, ptr %source, align 8
  br i1 %is_whole, label %out_whole, label %out_part
out_whole:
  store {number} %result, ptr %out, align 8
  br label %put_out
out_part:
  call void @llvm.masked.store.{suffix}.p0({number} %result, ptr %out, i32 8, {truth} %mask)
  br label %put_out
put_out:
  %next_k = add i64 %k, 1
  %more_out = icmp ult i64 %next_k, %output_count
  br i1 %more_out, label %copy_out, label %advance
advance:
  %late = phi i32 [0, %look], [0, %some], [%came_late, %left], [0, %store], [0, %put_out]
  %next_dirty = or i32 %dirty, %late
  %next_i = add i64 %i, {lanes}
  br label %test
}}
"""
_COUNTS = ("COUNT", "START", "STOP")


def driver(width: Width) -> str:
    """The IR of the driver for one point, or for the points of a batch."""
    facts = {"done": DONE, "other": OTHER_BRANCH, "left": LEFT_THE_REALS, "not_done": NOT_DONE}
    text = _SINGLE if width.lanes == 1 else _BATCH
    lanes = width.lanes
    loop = text.format(
        parameters="\n".join(_parameter(field) for field in Parameters),
        number=width.number,
        truth=width.truth,
        bytes=f"<{lanes} x i8>",
        bits=8 * lanes,
        lane_bits=f"i{lanes}",
        lanes=lanes,
        iota=f"<{', '.join(f'i64 {lane}' for lane in range(lanes))}>",
        suffix=f"v{lanes}f64",
        byte_suffix=f"v{lanes}i8",
        held="  %held = load i16, ptr %s"
        if lanes == 16
        else f"  %word = load i16, ptr %s\n  %held = trunc i16 %word to i{lanes}",
        **facts,
    )
    if _IS_X86:
        return FLAG_FUNCTIONS + _X86_FLAGS + _RUN + loop
    return _C_FLAGS.format(mask=_FLAGS.get(platform.machine(), 0)) + _RUN + loop


_FLAGS = {"aarch64": 7, "arm64": 7}  # FE_INVALID | FE_DIVBYZERO | FE_OVERFLOW; elsewhere nothing is compiled


def has_flags() -> bool:
    """Whether this processor's flags are known."""
    return _IS_X86 or platform.machine() in _FLAGS


def _parameter(field: Parameters) -> str:
    name, number = field.name.lower(), int(field)
    kind = "i64" if field.name.endswith(_COUNTS) else "ptr"
    return f"  %{name}.at = getelementptr i64, ptr %p, i64 {number}\n  %{name} = load {kind}, ptr %{name}.at"
