"""Recording: a function is called once on numbers that tell a recorder what is done with them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from types import CodeType
from typing import Any, NamedTuple, NoReturn

from autograd.engine import primitives as p
from autograd.engine.graph import topological_order
from autograd.engine.primitive import Primitive
from autograd.engine.recording import ieee_enabled, ieee_within, recorded, resumed
from autograd.engine.value import MARKS, SWEEP, Value, nodes_below
from autograd.program.comparison import COMPARISONS, Comparison
from autograd.program.operations import Guard, Place
from autograd.program.program import Program
from autograd.support.errors import as_float, describe, describe_all
from autograd.support.source import users_frame
from autograd.transforms.block import JOINT, Output

_NEVER_FAIL = {p.add, p.sub, p.mul, p.neg, p.abs, p.sign, p.where, p.maximum, p.minimum, p.stop_gradient}
_NEVER_FAIL |= set(COMPARISONS.values())
_FIRST = 2**40  # the key of the first operation; inputs come before, however many there will be


class Recording(NamedTuple):
    """What was recorded.

    Attributes:
        program: the operations.
        captured: the Values from outside that are its last inputs.
        outputs: the numbers that the recording call returned.
        ieee: whether it is for calls inside `ieee` or for those outside; None: for both.
    """

    program: Program
    captured: list[Value]
    outputs: list[Any]
    ieee: bool | None


class Tape:
    """What a recorder hears, as it comes. A number's key: an input's is its place, an operation's comes after them
    all, a constant's is negative.

    Args:
        name: of the function.
        arguments: the Values it is called with.
        keeps_lines: whether to note which line of the source each operation comes from.

    Attributes:
        captured: Values from outside that the function uses: further inputs.
        failed: the first operation that raised an error, and where.
        depends: whether an operation on plain numbers failed, so that its result depends on `ieee`.
        ieee: which operations f itself does inside `ieee`.
    """

    def __init__(self, name: str, arguments: Sequence[Value], keeps_lines: bool = True) -> None:
        self.name = name
        self.keeps_lines = keeps_lines
        self.arguments = list(arguments)
        self.captured: list[Value] = []
        self.primitives: list[Primitive] = []
        self.operands: list[tuple[int, ...]] = []
        self.results: list[Value] = []
        self.constants: list[float] = []
        self.guards: dict[int, tuple[bool, int]] = {}
        self.places: list[Place] = []
        self.lines: list[int] = []
        self.failed: tuple[str, Place] | None = None
        self.depends = False
        self.ieee: set[int] = set()
        self._keys: dict[int, int] = {id(x): i for i, x in enumerate(arguments)}
        self._constant_keys: dict[str, int] = {}
        self._made: dict[int, Value] = {}
        self._asked: set[int] = set()
        self._line_numbers: dict[tuple[CodeType, int], int] = {}
        self._alive: list[Value] = []

    # -- events -------------------------------------------------------------------------------------------------------

    def operation_done(self, primitive: Primitive, operands: Sequence[Any], result: Value) -> None:
        """An operation of the function."""
        if primitive is JOINT:  # what lies below the outputs of a block, each of which is an operation
            return
        if isinstance(primitive, Output):
            primitive = primitive.block.row_at(primitive.position)
        keys = self._keys
        found: list[int] = []
        constant = True
        for x in operands:
            if isinstance(x, Value):
                key = keys.get(id(x))
                if key is None:
                    key = self._key_of(x)
                if key >= 0:
                    constant = False
            else:
                key = self._constant(x)
            found.append(key)
        self._alive.append(result)
        if constant:
            keys[id(result)] = self._constant(result._data)
            return
        keys[id(result)] = _FIRST + len(self.primitives)
        if ieee_within():
            self.ieee.add(len(self.primitives))
        self.primitives.append(primitive)
        self.operands.append(tuple(found))
        self.results.append(result)
        if self.keeps_lines:
            self.lines.append(self._line())

    def sweep_starts(self, order: Sequence[Any], seeds: Sequence[tuple[Any, float]]) -> None:
        """A backward pass leaves numbers behind that no recorder could follow."""
        raise RuntimeError(
            f"{self.name}: backward() inside a recorded function; use grad or value_and_grad, which are recorded, or "
            "call backward() on what the function returns"
        )

    def compared(self, sign: str, a: Value, b: Any) -> Any:
        """A comparison becomes an operation; whoever asks for its truth makes a guard."""
        row = COMPARISONS[sign]
        if isinstance(b, Comparison):
            b = float(b)
        holds = float(row.value(a._data, b._data if isinstance(b, Value) else as_float(b, row.name, "operand b")))
        result = Value(holds)
        result = result.detach()
        self.operation_done(row, (a, b if isinstance(b, Value) else float(b)), result)
        return Comparison(result, self._ask)

    def asked(self, value: Value) -> None:
        """`if x:` asks whether x is other than 0."""
        self._ask(self.compared("!=", value, 0.0).number)

    def data_read(self, value: Value) -> None:
        """A number taken out would stay what it is now."""
        if self._varies(value):
            self._refuse(f".data of {describe(value)} was read", "compute with the Value itself")

    def data_set(self, value: Value) -> None:
        """An assignment happens once, while recording."""
        if id(value) not in self._made:
            self._refuse(f".data of {describe(value)} was set", "return the new number, and assign it outside")

    def leaf_made(self, value: Value) -> None:
        """A leaf made inside is a constant of the program."""
        self._made[id(value)] = value

    def copied(self, value: Value, leaf: Value) -> None:
        """A leaf that a derivative inside is taken by is what it is a copy of."""
        self._keys[id(leaf)] = self.output(value)

    def operation_failed(self, primitive: Primitive, operands: Sequence[Any]) -> None:
        """An operation has no result but in `ieee`; elsewhere, unless f catches its error, there will be no program."""
        if ieee_within():
            return
        if not any(isinstance(x, Value) and self._varies(x) for x in operands):
            self.depends = True
        elif self.failed is None and not ieee_enabled():
            self.failed = f"{primitive.name}({describe_all(operands)})", self.places[self._line()]

    def differentiated(self, outputs: Sequence[Value]) -> None:
        """Where an operation has no edge at these numbers it may have one at others: its rule is asked, and guarded."""
        for node in topological_order(*outputs):
            if self._keys.get(id(node), -1) < _FIRST or id(node) in self._asked or node._constant:
                continue
            self._asked.add(id(node))
            row, rest = node._primitive, node._rest
            if row is None or rest is None or rest.pullback is not None:
                continue
            operands = node.operands
            if any(isinstance(x, Value) and not x._constant and i not in rest.places for i, x in enumerate(operands)):
                row.partials_at(operands, node)

    # -- keys ---------------------------------------------------------------------------------------------------------

    def _varies(self, x: Value) -> bool:
        """Whether its number may be another one at the next call."""
        return self._keys[id(x)] >= 0 if id(x) in self._keys else id(x) not in self._made

    def _key_of(self, x: Value) -> int:
        """The key of a Value that no operation heard of has made."""
        if id(x) in self._made:
            key = self._constant(x._data)
        else:
            key = len(self.arguments) + len(self.captured)
            self.captured.append(x)
        self._keys[id(x)] = key
        self._alive.append(x)
        return key

    def _constant(self, x: Any) -> int:
        number = x if type(x) is float else float(x)
        name = number.hex()
        key = self._constant_keys.get(name)
        if key is None:
            self.constants.append(number)
            key = self._constant_keys[name] = -len(self.constants)
        return key

    def _ask(self, number: Value) -> bool:
        answer = number._data != 0.0
        key = self.output(number)
        if key >= 0:
            self.guards.setdefault(key, (answer, self._line()))
        return answer

    def _line(self) -> int:
        """Which line of the user's source is running, as a number of `places`."""
        frame = users_frame(sys._getframe())
        key = frame.f_code, frame.f_lasti
        place = self._line_numbers.get(key)
        if place is None:
            place = self._line_numbers[key] = len(self.places)
            self.places.append(Place(frame.f_code.co_filename, frame.f_lineno))
        return place

    def _refuse(self, what: str, remedy: str) -> NoReturn:
        place = self.places[self._line()]
        raise TypeError(f"{self.name}: {what} while it was recorded ({place}), and would be frozen; {remedy}")

    # -- the program --------------------------------------------------------------------------------------------------

    def program(self, outputs: Sequence[Any], names: Sequence[str]) -> Program:
        """The program of outputs, in the order in which eager evaluation lists their graph.

        What no output needs is left out, unless it could raise an error.
        """
        output_keys = [self.output(y) for y in outputs]
        inputs = len(self.arguments) + len(self.captured)
        with SWEEP.lock:
            listed = nodes_below(_each_once(y for y in outputs if isinstance(y, Value)), next(MARKS), False)
        roots = [key for key in map(self._keys.get, map(id, listed)) if key is not None and key >= _FIRST]
        roots += [key for key in output_keys if key >= _FIRST]
        roots += [key for key in self.guards if key >= _FIRST]
        roots += [_FIRST + i for i, row in enumerate(self.primitives) if row not in _NEVER_FAIL]
        slots = _Slots(inputs, self.operands)
        for key in roots:
            slots.place(key)
        order = slots.order
        return Program(
            name=self.name,
            inputs=[*names, *(x._label or f"captured {i}" for i, x in enumerate(self.captured))],
            constants=self.constants,
            primitives=[self.primitives[i] for i in order],
            operands=[tuple([slots.of(x) for x in self.operands[i]]) for i in order],
            outputs=[slots.of(key) for key in output_keys],
            guards=[Guard(slots.of(key), answer, place) for key, (answer, place) in self.guards.items()],
            stopped=frozenset(slots.of(_FIRST + i) for i in order if self.results[i]._constant),
            ieee=frozenset(slots.of(_FIRST + i) for i in order if i in self.ieee),
            labels={slots.of(_FIRST + i): label for i in order if (label := self.results[i]._label)},
            places=self.places,
            lines=[self.lines[i] for i in order],
        )

    def spelled(self, i: int) -> str:
        """The i-th operation, for messages."""
        numbers = [self.constants[-1 - x] if x < 0 else self._spelled(x) for x in self.operands[i]]
        return f"{self.primitives[i].name}({describe_all(numbers)})"

    def _spelled(self, key: int) -> Any:
        return self.results[key - _FIRST] if key >= _FIRST else [*self.arguments, *self.captured][key]

    def same_constants(self, other: Tape) -> bool:
        """Whether both have met the same plain numbers, in the same order."""
        return self._constant_keys == other._constant_keys

    def output(self, y: Any) -> int:
        """The key of a number that the function returns."""
        if not isinstance(y, Value):
            return self._constant(y)
        return self._keys[id(y)] if id(y) in self._keys else self._key_of(y)


class _Slots:
    """Gives the operations their places in a program, each after its operands."""

    def __init__(self, inputs: int, operands: Sequence[tuple[int, ...]]) -> None:
        self.inputs = inputs
        self.operands = operands
        self.order: list[int] = []
        self._slots: dict[int, int] = {}

    def of(self, key: int) -> int:
        return key if key < _FIRST else self._slots[key]

    def place(self, key: int) -> None:
        waiting = [key]
        slots = self._slots
        while waiting:
            key = waiting[-1]
            if key in slots:
                waiting.pop()
                continue
            missing = [x for x in self.operands[key - _FIRST] if x >= _FIRST and x not in slots]
            if missing:
                waiting.extend(reversed(missing))
            else:
                waiting.pop()
                slots[key] = self.inputs + len(self.order)
                self.order.append(key - _FIRST)


def _each_once(values: Iterable[Value]) -> list[Value]:
    return list({id(x): x for x in values}.values())


def record(name: str, call: Callable[[], Sequence[Any]], arguments: Sequence[Value], names: Sequence[str]) -> Recording:
    """Call a function and record what it does.

    Args:
        name: of the function, for messages.
        call: calls it, and returns the numbers of its result.
        arguments: the Values that it is called with.
        names: what these are called.

    Raises:
        ValueError: if a second call does something else: then it is no function of its arguments.
        TypeError: if a number is taken out of a Value on the way.
    """
    tape = Tape(name, arguments)
    with resumed(), recorded(tape):
        outputs = list(call())
    if tape.failed is not None:
        what, place = tape.failed
        raise TypeError(
            f"{name}: an error of {what} was caught while it was recorded ({place}), and what came of it would be "
            "frozen; ask before (if x > 0.0: ...), for comparisons are recorded"
        )
    again = Tape(name, arguments, keeps_lines=False)
    with resumed(), recorded(again):
        outputs_again = list(call())
    _check_same(tape, again)
    _check_same_outputs(tape, [tape.output(y) for y in outputs], again, [again.output(y) for y in outputs_again])
    ieee = ieee_enabled() if tape.depends or again.depends else None
    return Recording(tape.program(outputs, names), tape.captured, outputs, ieee)


def _check_same(tape: Tape, again: Tape) -> None:
    """Raise a ValueError that shows the first operation in which two recordings differ."""
    if tape.primitives == again.primitives and tape.operands == again.operands and tape.same_constants(again):
        return
    for i, line in enumerate(tape.lines):
        first = tape.spelled(i)
        second = again.spelled(i) if i < len(again.primitives) else "nothing more"
        if first != second:
            raise ValueError(
                f"{tape.name}: called twice with the same arguments it did {first} first and {second} then "
                f"({tape.places[line]}); random numbers, counters and what is read from outside must be arguments"
            )
    raise ValueError(
        f"{tape.name}: called a second time with the same arguments it did {again.spelled(len(tape.primitives))} more; "
        "random numbers, counters and what is read from outside must be arguments"
    )


def _check_same_outputs(tape: Tape, outputs: Sequence[int], again: Tape, others: Sequence[int]) -> None:
    """Raise a ValueError if two recordings that did the same returned something else."""
    if len(outputs) != len(others):
        told = f"returned {len(outputs)} numbers first and {len(others)} then"
    elif outputs != others or not tape.same_constants(again):
        told = "returned other numbers"
    else:
        return
    raise ValueError(
        f"{tape.name}: called twice with the same arguments it {told}; random numbers, counters and what is read from "
        "outside must be arguments"
    )
