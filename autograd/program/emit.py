"""A program as LLVM IR: functions of some hundred operations each, values first, then adjoints in reverse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from autograd.engine.primitive import Primitive
from autograd.formulas.llvm import OpaqueError, partials_template, value_template
from autograd.formulas.llvm_text import Width
from autograd.program.body import Body, CallBack, Called, Filled, filled
from autograd.program.layout import FUSED, Layout, step_of
from autograd.program.program import Program
from autograd.program.take import TAKE


class Emitter:
    """Writes the functions of one program.

    Args:
        program: what to compile.
        width: for how many points at once.
        wanted: by which inputs to differentiate; None for the values alone.
        shared: which inputs are the same for all points of a batch; their adjoints are summed.
        functions: those that the code calls.
        apart: whether values and adjoints are never computed by one function.
    """

    def __init__(
        self,
        program: Program,
        width: Width,
        wanted: Sequence[bool] | None,
        shared: Sequence[bool],
        functions: Called,
        apart: bool = False,
    ) -> None:
        self.program = program
        self.width = width
        self.inputs = len(program.inputs)
        size = self.inputs + len(program)
        self.active = program.active(wanted) if wanted is not None else bytearray(size)
        self.shared = shared
        self.functions = functions
        self.constants = [width.constant(x) for x in program.constants]
        self._zero, self._one, self._minus_one = map(width.constant, (0.0, 1.0, -1.0))
        self.values: dict[int, str] = {}
        self.adjoints: dict[int, str] = {}
        self.taken = set(self._taken())  # by an index
        self.accumulated = {i for i, same in enumerate(shared) if same} | self.taken  # adjoints added to in memory
        self.zeroed = [x for x in sorted(self.taken) if not shared[x]]
        self.started = set(self.accumulated)  # adjoints that memory holds
        self.body = Body(width)
        self._filled: dict[object, Filled | CallBack] = {}
        # What is summed over points can't be taken back where one of them goes another way.
        fused = not apart and sum(map(len, program.operands)) <= FUSED and not (any(shared) and program.guards)
        self.layout = Layout(program, self.active, self._reads, fused)

    def forward(self) -> Iterator[Body]:
        """The functions that compute values and guards, each as soon as it is written; adjoints too, if all is one."""
        program = self.program
        chunks, same, places = self.layout.chunks, self.layout.same, self.layout.values
        guards = {guard.slot: guard.answer for guard in program.guards}
        for slot in range(self.inputs):
            if slot in guards:
                self._guard(slot, guards[slot])
        for k, (slot, row, operands) in enumerate(program.operations()):
            if k and chunks[k] != chunks[k - 1]:
                yield self._finished()
            if slot not in same:
                name = self.values[slot] = self._value(row, operands)
                if places[slot] >= 0:
                    self.body.store("v", places[slot], name)
            self._keep_partials(slot, row, operands)
            if slot in guards:
                self._guard(slot, guards[slot])
        if self.layout.is_fused and any(self.active):
            yield from self._adjoints()
        else:
            yield self._finished()

    def reverse(self) -> Iterator[Body]:
        """The functions that compute adjoints, unless `forward` does."""
        if any(self.active) and not self.layout.is_fused:
            yield from self._adjoints()

    def _adjoints(self) -> Iterator[Body]:
        chunks = self.layout.chunks
        self._seed()
        for k in range(len(self.program) - 1, -1, -1):
            self._reverse(self.inputs + k)
            if k and chunks[k] != chunks[k - 1]:
                self._flush()
                yield self._finished()
        self._flush()
        yield self._finished()

    # -- values -------------------------------------------------------------------------------------------------------

    def _reads(self, slot: int, may_keep: bool) -> tuple[Iterable[int], Iterable[int]]:
        """For which operands the partials are kept, and what the others need: see `Layout`."""
        k = slot - self.inputs
        row, operands = self.program.primitives[k], self.program.operands[k]
        if row is TAKE and step_of(operands, self.inputs):
            return (), (0,)
        template = self._partials(row, operands)
        if not (may_keep and isinstance(template, Filled) and template.takes_long):
            return (), template.uses
        slots = len(operands) + 1
        wanted = [
            (i, result[0])
            for i, result in enumerate(template.results)
            if result is not None and isinstance(result[0], int) and operands[i] >= 0 and self.active[operands[i]]
        ]
        return [i for i, part in wanted if part >= slots], [part for _, part in wanted if part < slots]

    def _keep_partials(self, slot: int, row: Primitive, operands: tuple[int, ...]) -> None:
        """Store those partials that take long: here they share steps with the value."""
        kept = [i for i in range(len(operands)) if (slot, i) in self.layout.partials]
        if kept:
            template = self._partials(row, operands)
            assert isinstance(template, Filled)
            slots = (*operands, slot)
            steps = self._computed(template, slots)
            for i in kept:
                result = template.results[i]
                assert result is not None
                self.body.store("v", self.layout.partials[slot, i], self._part(result[0], slots, steps))

    def _finished(self) -> Body:
        """The function written so far; the next one begins with nothing in its registers."""
        body, self.body = self.body, Body(self.width)
        self.values = {}
        self.adjoints = {}
        return body

    def _operand(self, slot: int) -> str:
        if slot < 0:
            return self.constants[-1 - slot]
        slot = self.layout.same.get(slot, slot)
        name = self.values.get(slot)
        if name is None:
            name = self.values[slot] = self.body.load("v", self.layout.values[slot])
        return name

    def _value(self, row: Primitive, operands: tuple[int, ...]) -> str:
        count = len(operands)
        if row is TAKE:
            gathered = self._gather(operands)
            if gathered is not None:
                return gathered
        key = row, count
        known = self._filled.get(key)
        if known is None:
            known = self._filled[key] = self._fill_value(row, count)
        if isinstance(known, CallBack):
            return self._called_back(known, operands)[0]
        steps = self._computed(known, operands)
        result = known.results[0]
        assert result is not None
        return self._part(result[0], operands, steps)

    def _computed(self, template: Filled, slots: tuple[int, ...]) -> list[str]:
        """The registers of a template's steps, applied to slots; each is read where it is first used."""
        steps: list[str] = []
        make, operand, count = self.body.make, self._operand, len(slots)
        for text, places in template.calls:
            steps.append(make(text % tuple([operand(slots[i]) if i < count else steps[i - count] for i in places])))
        return steps

    def _part(self, part: int | str, slots: tuple[int, ...], steps: list[str]) -> str:
        if isinstance(part, str):
            return part
        return self._operand(slots[part]) if part < len(slots) else steps[part - len(slots)]

    def _guard(self, slot: int, answer: bool) -> None:
        make, width = self.body.make, self.width
        kind = "une" if answer else "oeq"
        holds = make(f"fcmp {kind} {width.number} {self._operand(slot)}, {width.constant(0.0)}")
        bits = holds if width.lanes == 1 else make(f"bitcast {width.truth} {holds} to i{width.lanes}")
        word = bits if width.lanes == 16 else make(f"zext i{width.lanes} {bits} to i16")
        passed = self.body.fresh(f"and i16 {self.body.fresh('load i16, ptr %s')}, {word}")
        self.body.lines.append(f"store i16 {passed}, ptr %s")

    # -- adjoints -----------------------------------------------------------------------------------------------------

    def _seed(self) -> None:
        """The outputs' cotangents lie behind the values."""
        for slot in self.zeroed:
            self.body.store("a", self.layout.adjoints[slot], self._zero)
        for k, slot in enumerate(self.program.outputs):
            if slot >= 0 and self.active[slot]:
                self._add(slot, self.body.load("v", self.layout.value_count + k))

    def _adjoint(self, slot: int) -> str | None:
        name = self.adjoints.pop(slot, None)
        if slot in self.started:
            stored = self.body.load("a", self.layout.adjoints[slot])
            return stored if name is None else self._sum(stored, name)
        return name

    def _add(self, slot: int, term: str) -> None:
        """Add to an adjoint; the first term is not added to a zero."""
        if slot in self.taken:  # at once, for what comes through an index is added in memory, and order matters
            total = self._sum(self.body.load("a", self.layout.adjoints[slot]), term)
            self.body.store("a", self.layout.adjoints[slot], total)
            return
        old = self.adjoints.get(slot)
        if old is None and slot in self.started and slot not in self.accumulated:
            self.started.discard(slot)
            old = self.body.load("a", self.layout.adjoints[slot])
        self.adjoints[slot] = term if old is None else self._sum(old, term)

    def _flush(self) -> None:
        for slot, name in self.adjoints.items():
            total = (
                self._sum(self.body.load("a", self.layout.adjoints[slot]), name) if (slot in self.accumulated) else name
            )
            self.body.store("a", self.layout.adjoints[slot], total)
            self.started.add(slot)

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
        if row is TAKE and step_of(operands, self.inputs):
            self._scatter(operands, upstream)
            return
        template = self._partials(row, operands)
        slots = (*operands, slot)
        make, number = self.body.make, self.width.number
        results: Sequence[tuple[int | str, int | str | None] | None]
        if isinstance(template, CallBack):
            steps: list[str] = []
            found = self._called_back(template, slots)
            truths = [make(f"fcmp une {number} {flows}, {self._zero}") for flows in found[1::2]]
            results = [(found[2 * i], truth) for i, truth in enumerate(truths)]
        else:
            results = template.results
            is_kept = any((slot, i) in self.layout.partials for i in range(len(operands)))
            steps = [] if is_kept else self._computed(template, slots)
        for i, x in enumerate(operands):
            result = results[i]
            if result is None or x < 0 or not self.active[x]:
                continue
            part, mask = result
            place = self.layout.partials.get((slot, i))
            if place is not None:
                term = make(f"fmul {number} {upstream}, {self.body.load('v', place)}")
            elif part == self._one:
                term = upstream
            elif part == self._minus_one:
                term = make(f"fneg {number} {upstream}")
            else:
                term = make(f"fmul {number} {upstream}, {self._part(part, slots, steps)}")
            if mask is not None:
                condition = self._part(mask, slots, steps)
                term = make(f"select {self.width.truth} {condition}, {number} {term}, {number} {self._zero}")
            self._add(x, term)

    # -- choices by an index ------------------------------------------------------------------------------------------

    def _taken(self) -> list[int]:
        """What may get a gradient through an index."""
        found: dict[int, None] = {}
        for _, row, operands in self.program.operations():
            if row is TAKE and step_of(operands, self.inputs):
                found.update(dict.fromkeys(operands[1:]))
        return [x for x in found if self.active[x]]

    def _gather(self, operands: tuple[int, ...]) -> str | None:
        """The value that an index names, read from memory, where the values lie at equal distances."""
        step = step_of(operands, self.inputs)
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
        for lane, (address, _) in enumerate(self._places("a", operands, step_of(operands, self.inputs))):
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

    def _called_back(self, called: CallBack, slots: Sequence[int]) -> list[str]:
        """The results of a rule that is called back; where it raised an error they are divided by 0."""
        body, number = self.body, self.width.number
        operands = [self._operand(slot) for slot in slots]
        count = 1 if called.is_value else 2 * called.operands
        given = body.fresh(f"alloca [{len(operands)} x {number}], align 64")
        found = body.fresh(f"alloca [{count + 1} x {number}], align 64")
        for i, operand in enumerate(operands):
            address = body.make(f"getelementptr {number}, ptr {given}, i64 {i}")
            body.lines.append(f"store {number} {operand}, ptr {address}")
        body.lines.append(f"call void @{called.function}(ptr {given}, ptr {found})")
        addresses = [body.make(f"getelementptr {number}, ptr {found}, i64 {i}") for i in range(count + 1)]
        *results, status = [body.fresh(f"load {number}, ptr {address}") for address in addresses]
        return [body.make(f"fdiv {number} {x}, {status}") for x in results]

    def _partials(self, row: Primitive, operands: tuple[int, ...]) -> Filled | CallBack:
        constants = self.program.constants
        plain = tuple([(i, constants[-1 - x].hex()) for i, x in enumerate(operands) if x < 0])
        key = row, len(operands), plain
        known = self._filled.get(key)
        if known is None:
            known = self._filled[key] = self._fill_partials(row, len(operands), plain)
        return known

    def _fill_value(self, row: Primitive, count: int) -> Filled | CallBack:
        try:
            return filled(value_template(row, count, self.functions.inline), count - 1, self.width, self.functions.name)
        except OpaqueError:
            return CallBack(self.functions.callback(row, count, None), count, True)

    def _fill_partials(self, row: Primitive, count: int, plain: tuple[tuple[int, str], ...]) -> Filled | CallBack:
        try:
            return filled(
                partials_template(row, count, plain, self.functions.inline), count, self.width, self.functions.name
            )
        except OpaqueError:
            return CallBack(self.functions.callback(row, count, [i for i, _ in plain]), count, False)
