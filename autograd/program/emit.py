"""A program as LLVM IR: functions of some hundred operations each, values first, then adjoints in reverse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from autograd.engine.primitive import Primitive
from autograd.formulas.llvm import (
    OpaqueError,
    Part,
    Template,
    Width,
    instruction,
    partials_template,
    value_template,
)
from autograd.program.program import Program
from autograd.program.take import TAKE

CHUNK = 200  # operands a function: level-0 code generation is linear in functions, and no register lives longer
_FEW = 5  # operands of a choice by an index that is written out as choices by conditions
FUSED = 200  # up to here values and adjoints share one function, and stay in registers


class Call(NamedTuple):
    """One step of a template, ready to be filled in: its text with %s, and what of, by index."""

    text: str
    places: tuple[int, ...]


class CallBack(NamedTuple):
    """A rule that computes with Python's floats: it is called back.

    Attributes:
        function: its name in the code. It takes an array of operands, with the result behind them if partials are
            wanted, and fills an array: the value, or a pair for every operand, the partial and whether it flows; and
            last 1.0, or 0.0 if it raised an error.
        operands: how many there are.
        is_value: whether the value is wanted, or the partials.
    """

    function: str
    operands: int
    is_value: bool

    @property
    def uses(self) -> Sequence[int]:
        return range(self.operands + 1)


class Filled(NamedTuple):
    """A template for one width: operands, the result and the steps are numbered one after the other."""

    calls: list[Call]
    results: list[tuple[int | str, int | str | None] | None]
    uses: frozenset[int]


class Body:
    """One function's text, in which each register is made once."""

    def __init__(self, width: Width) -> None:
        self.width = width
        self.lines: list[str] = []
        self.count = 0
        self.known: dict[str, str] = {}

    def make(self, text: str) -> str:
        """A register for an instruction; the same instruction gives the same one."""
        name = self.known.get(text)
        if name is None:
            name = self.known[text] = f"%{self.count}"
            self.count += 1
            self.lines.append(f"{name} = {text}")
        return name

    def address(self, array: str, index: int) -> str:
        return self.make(f"getelementptr {self.width.number}, ptr %{array}, i64 {index}")

    def fresh(self, text: str) -> str:
        """A register for an instruction that may give another result each time."""
        name = f"%{self.count}"
        self.count += 1
        self.lines.append(f"{name} = {text}")
        return name

    def load(self, array: str, index: int) -> str:
        """A number of memory, read anew."""
        return self.fresh(f"load {self.width.number}, ptr {self.address(array, index)}")

    def store(self, array: str, index: int, name: str) -> None:
        self.lines.append(f"store {self.width.number} {name}, ptr {self.address(array, index)}")


class Called(Protocol):
    """The functions that a program's code calls."""

    def name(self, function: str) -> str:
        """What a function of C's is called in the code."""

    def callback(self, row: Primitive, count: int, plain: Sequence[int] | None) -> str:
        """What a row that is called back is called: its value, or its partials, where some operands are plain."""


class Code(NamedTuple):
    """The functions of a program.

    Attributes:
        forward: the bodies that compute values and guards.
        reverse: those that compute adjoints; empty where they are in `forward` already.
    """

    forward: list[Body]
    reverse: list[Body]


class Emitter:
    """Writes the functions of one program.

    Args:
        program: what to compile.
        width: for how many points at once.
        wanted: by which inputs to differentiate; None for the values alone.
        shared: which inputs are the same for all points of a batch; their adjoints are summed.
        functions: those that the code calls.
    """

    def __init__(
        self,
        program: Program,
        width: Width,
        wanted: Sequence[bool] | None,
        shared: Sequence[bool],
        functions: Called,
    ) -> None:
        self.program = program
        self.width = width
        self.inputs = len(program.inputs)
        self.size = self.inputs + len(program)
        self.active = program.active(wanted) if wanted is not None else bytearray(self.size)
        self.shared = shared
        self.functions = functions
        self.constants = [width.constant(x) for x in program.constants]
        self._zero, self._one, self._minus_one = map(width.constant, (0.0, 1.0, -1.0))
        self.values: dict[int, str] = {}
        self.adjoints: dict[int, str] = {}
        taken = self._taken() if wanted is not None else []
        self.accumulated = {i for i, same in enumerate(shared) if same} | set(taken)  # adjoints added to in memory
        self.zeroed = [x for x in taken if not (x < self.inputs and shared[x])]
        self.started = set(self.accumulated)  # adjoints that memory holds
        self.body = Body(width)
        self._chunks = _chunks(program)
        self._filled: dict[object, Filled | CallBack] = {}

    def code(self) -> Code:
        """The functions."""
        program = self.program
        differentiates = any(self.active)
        fused = len(program) <= FUSED and not any(self.shared)
        guards = {guard.slot: guard.answer for guard in program.guards}
        kept = self._kept(differentiates, fused)
        forward = [self.body]
        for i in range(-1, self.inputs - 1):
            if i + 1 in guards:
                self._guard(i + 1, guards[i + 1])
        for k, (slot, row, operands) in enumerate(program.operations()):
            if k and self._chunks[k] != self._chunks[k - 1] and not fused:
                self._next(forward)
            name = self.values[slot] = self._value(row, operands)
            if slot in guards:
                self._guard(slot, guards[slot])
            if kept[slot]:
                self.body.store("v", slot, name)
        reverse: list[Body] = []
        if differentiates:
            if not fused:
                self._next(reverse)
            self._seed()
            first = self.inputs
            for k in range(len(program) - 1, -1, -1):
                self._reverse(first + k)
                if k and self._chunks[k] != self._chunks[k - 1] and not fused:
                    self._flush()
                    self._next(reverse)
            self._flush()
        return Code(forward, reverse)

    # -- values -------------------------------------------------------------------------------------------------------

    def _kept(self, differentiates: bool, fused: bool) -> bytearray:
        """Which values must be in memory: those that another function reads, and the outputs."""
        kept = bytearray(self.size)
        first = self.inputs
        for slot in self.program.outputs:
            if slot >= first:
                kept[slot] = 1
        for slot, row, operands in self.program.operations():
            if fused and not (row is TAKE and _step(operands)):
                continue
            chunk = self._chunks[slot - first]
            for x in operands:
                if x >= first and self._chunks[x - first] != chunk:
                    kept[x] = 1
            if row is TAKE and _step(operands):
                for x in operands[1:]:
                    kept[x] = 1
            elif differentiates and self.active[slot]:
                uses = self._partials(row, operands).uses
                for i, x in enumerate(operands):
                    if i in uses and x >= first:
                        kept[x] = 1
                if len(operands) in uses:
                    kept[slot] = 1
        return kept

    def _next(self, bodies: list[Body]) -> None:
        self.body = Body(self.width)
        bodies.append(self.body)
        self.values = {}
        self.adjoints = {}

    def _operand(self, slot: int) -> str:
        if slot < 0:
            return self.constants[-1 - slot]
        name = self.values.get(slot)
        if name is None:
            name = self.values[slot] = self.body.load("v", slot)
        return name

    def _value(self, row: Primitive, operands: tuple[int, ...]) -> str:
        count = len(operands)
        if row is TAKE:
            gathered = self._gather(operands)
            if gathered is not None:
                return gathered
        key = row, count
        filled = self._filled.get(key)
        if filled is None:
            filled = self._filled[key] = self._fill_value(row, count)
        env = [self._operand(x) for x in operands]
        if isinstance(filled, CallBack):
            return self._called_back(filled, env)[0]
        env.append("")
        make = self.body.make
        for text, places in filled.calls:
            env.append(make(text % tuple([env[i] for i in places])))
        place = filled.results[0]
        assert place is not None
        return env[place[0]] if isinstance(place[0], int) else place[0]

    def _guard(self, slot: int, answer: bool) -> None:
        make, width = self.body.make, self.width
        kind = "une" if answer else "oeq"
        holds = make(f"fcmp {kind} {width.number} {self._operand(slot)}, {width.constant(0.0)}")
        bits = holds if width.lanes == 1 else make(f"bitcast {width.truth} {holds} to i{width.lanes}")
        byte = bits if width.lanes == 8 else make(f"zext i{width.lanes} {bits} to i8")
        old = f"%{self.body.count}"
        new = f"%{self.body.count + 1}"
        self.body.count += 2
        self.body.lines += [f"{old} = load i8, ptr %s", f"{new} = and i8 {old}, {byte}", f"store i8 {new}, ptr %s"]

    # -- adjoints -----------------------------------------------------------------------------------------------------

    def _seed(self) -> None:
        """The outputs' cotangents lie behind the values."""
        for slot in self.zeroed:
            self.body.store("a", slot, self._zero)
        for k, slot in enumerate(self.program.outputs):
            if slot >= 0 and self.active[slot]:
                self._add(slot, self.body.load("v", self.size + k))

    def _adjoint(self, slot: int) -> str | None:
        name = self.adjoints.pop(slot, None)
        if slot in self.started:
            self.started.discard(slot)
            stored = self.body.load("a", slot)
            return stored if name is None else self._sum(stored, name)
        return name

    def _add(self, slot: int, term: str) -> None:
        """Add to an adjoint; the first term is not added to a zero."""
        old = self.adjoints.get(slot)
        if old is None and slot in self.started and slot not in self.accumulated:
            self.started.discard(slot)
            old = self.body.load("a", slot)
        self.adjoints[slot] = term if old is None else self._sum(old, term)

    def _flush(self) -> None:
        for slot, name in self.adjoints.items():
            total = self._sum(self.body.load("a", slot), name) if (slot in self.accumulated) else name
            self.body.store("a", slot, total)
            self.started.add(slot)
        self.adjoints = {}

    def _sum(self, a: str, b: str) -> str:
        return self.body.make(f"fadd {self.width.number} {a}, {b}")

    def _reverse(self, slot: int) -> None:
        if not self.active[slot]:
            return
        upstream = self._adjoint(slot)
        if upstream is None:
            return
        k = slot - self.inputs
        row, operands = self.program.primitives[k], self.program.operands[k]
        if row is TAKE and _step(operands):
            self._scatter(operands, upstream)
            return
        filled = self._partials(row, operands)
        uses = filled.uses
        env = [self._operand(x) if i in uses else "" for i, x in enumerate(operands)]
        env.append(self._operand(slot) if len(operands) in uses else "")
        make, number = self.body.make, self.width.number
        results: Sequence[tuple[int | str, int | str | None] | None]
        if isinstance(filled, CallBack):
            found = self._called_back(filled, env)
            truths = [make(f"fcmp une {number} {flows}, {self._zero}") for flows in found[1::2]]
            results = list(zip(found[::2], truths, strict=True))
        else:
            results = filled.results
            for text, places in filled.calls:
                env.append(make(text % tuple([env[i] for i in places])))
        for x, result in zip(operands, results, strict=True):
            if result is None or x < 0 or not self.active[x]:
                continue
            part, mask = result
            if part == self._one:
                term = upstream
            elif part == self._minus_one:
                term = make(f"fneg {number} {upstream}")
            else:
                term = make(f"fmul {number} {upstream}, {env[part] if isinstance(part, int) else part}")
            if mask is not None:
                condition = env[mask] if isinstance(mask, int) else mask
                term = make(f"select {self.width.truth} {condition}, {number} {term}, {number} {self._zero}")
            self._add(x, term)

    # -- choices by an index ------------------------------------------------------------------------------------------

    def _taken(self) -> list[int]:
        """What may get a gradient through an index."""
        found: dict[int, None] = {}
        for _, row, operands in self.program.operations():
            if row is TAKE and _step(operands):
                found.update(dict.fromkeys(operands[1:]))
        return [x for x in found if self.active[x]]

    def _gather(self, operands: tuple[int, ...]) -> str | None:
        """The value that an index names, read from memory, where the values lie at equal distances."""
        step = _step(operands)
        if not step:
            return None
        body, number, lanes = self.body, self.width.number, self.width.lanes
        result = "poison"
        for lane, (address, is_there) in enumerate(self._places("v", operands, step)):
            one = body.fresh(f"load double, ptr {address}")
            denominator = body.make(f"select i1 {is_there}, double 1.0, double 0.0")
            one = body.make(f"fdiv double {one}, {denominator}")
            if lanes == 1:
                return one
            result = body.make(f"insertelement {number} {result}, double {one}, i32 {lane}")
        return result

    def _scatter(self, operands: tuple[int, ...], upstream: str) -> None:
        """Add to the adjoint of the value that an index names."""
        body, number, lanes = self.body, self.width.number, self.width.lanes
        if not self.active[operands[1]]:
            return
        for lane, (address, _) in enumerate(self._places("a", operands, _step(operands))):
            one = upstream if lanes == 1 else body.make(f"extractelement {number} {upstream}, i32 {lane}")
            old = body.fresh(f"load double, ptr {address}")
            body.lines.append(f"store double {body.make(f'fadd double {old}, {one}')}, ptr {address}")

    def _places(self, array: str, operands: tuple[int, ...], step: int) -> list[tuple[str, str]]:
        """For every lane the address of the value its index names, and whether there is one; else that of the first."""
        body, number, lanes = self.body, self.width.number, self.width.lanes
        index = self._operand(operands[0])
        found = []
        for lane in range(lanes):
            one = index if lanes == 1 else body.make(f"extractelement {number} {index}, i32 {lane}")
            low = body.make(f"fcmp oge double {one}, 0.0")
            high = body.make(f"fcmp olt double {one}, {Width(1).constant(len(operands) - 1)}")
            inside = body.make(f"and i1 {low}, {high}")
            safe = body.make(f"select i1 {inside}, double {one}, double 0.0")
            whole = body.make(f"fptosi double {safe} to i64")
            back = body.make(f"sitofp i64 {whole} to double")
            same = body.make(f"fcmp oeq double {back}, {one}")
            is_there = body.make(f"and i1 {inside}, {same}")
            rows = body.make(f"mul i64 {whole}, {step * lanes}")
            place = body.make(f"add i64 {rows}, {operands[1] * lanes + lane}")
            found.append((body.make(f"getelementptr double, ptr %{array}, i64 {place}"), is_there))
        return found

    # -- templates ----------------------------------------------------------------------------------------------------

    def _called_back(self, called: CallBack, operands: Sequence[str]) -> list[str]:
        """The results of a rule that is called back; where it raised an error they are divided by 0."""
        body, number = self.body, self.width.number
        count = 1 if called.is_value else 2 * called.operands
        given, found = f"%{body.count}", f"%{body.count + 1}"
        body.count += 2
        body.lines.append(f"{given} = alloca [{len(operands)} x {number}], align 64")
        body.lines.append(f"{found} = alloca [{count + 1} x {number}], align 64")
        for i, operand in enumerate(operands):
            address = body.make(f"getelementptr {number}, ptr {given}, i64 {i}")
            body.lines.append(f"store {number} {operand}, ptr {address}")
        body.lines.append(f"call void @{called.function}(ptr {given}, ptr {found})")
        results = []
        for i in range(count + 1):
            address = body.make(f"getelementptr {number}, ptr {found}, i64 {i}")
            results.append(f"%{body.count}")
            body.count += 1
            body.lines.append(f"{results[-1]} = load {number}, ptr {address}")
        status = results.pop()
        return [body.make(f"fdiv {number} {x}, {status}") for x in results]

    def _partials(self, row: Primitive, operands: tuple[int, ...]) -> Filled | CallBack:
        constants = self.program.constants
        plain = tuple([(i, constants[-1 - x].hex()) for i, x in enumerate(operands) if x < 0])
        key = row, len(operands), plain
        filled = self._filled.get(key)
        if filled is None:
            filled = self._filled[key] = self._fill_partials(row, len(operands), plain)
        return filled

    def _fill_value(self, row: Primitive, count: int) -> Filled | CallBack:
        try:
            return _fill(value_template(row, count), count, self.width, self.functions.name)
        except OpaqueError:
            return CallBack(self.functions.callback(row, count, None), count, True)

    def _fill_partials(self, row: Primitive, count: int, plain: tuple[tuple[int, str], ...]) -> Filled | CallBack:
        try:
            return _fill(partials_template(row, count, plain), count, self.width, self.functions.name)
        except OpaqueError:
            return CallBack(self.functions.callback(row, count, [i for i, _ in plain]), count, False)


def _chunks(program: Program) -> list[int]:
    """Which function each operation goes to."""
    chunks: list[int] = []
    size = chunk = 0
    for operands in program.operands:
        if size >= CHUNK:
            size, chunk = 0, chunk + 1
        size += len(operands)
        chunks.append(chunk)
    return chunks


def _step(operands: tuple[int, ...]) -> int:
    """How far apart the values of a choice by an index lie; 0 if that varies, or they are few."""
    first, second = operands[1], operands[2] if len(operands) > 2 else operands[1]
    step = second - first
    if len(operands) <= _FEW or first < 0 or step <= 0:
        return 0
    return step if all(x == first + i * step for i, x in enumerate(operands[1:])) else 0


def _fill(template: Template, count: int, width: Width, function: Callable[[str], str]) -> Filled:
    uses: set[int] = set()

    def place(part: Part) -> int | str:
        if isinstance(part, float):
            return width.constant(part)
        index = part if part >= 0 else count if part == -1 else count - 1 - part
        if index <= count:
            uses.add(index)
        return index

    calls = []
    for kind, parts in template.steps:
        places = [place(x) for x in parts]
        text = instruction(kind, width, function)
        text = text.replace("%", "%%").format(*["%s" if isinstance(x, int) else x for x in places])
        calls.append(Call(text, tuple(x for x in places if isinstance(x, int))))
    results: list[tuple[int | str, int | str | None] | None] = []
    for result in template.results:
        if result is None:
            results.append(None)
        elif isinstance(result, tuple):
            results.append((place(result[0]), None if result[1] is None else place(result[1])))
        else:
            results.append((place(result), None))
    return Filled(calls, results, frozenset(uses))
