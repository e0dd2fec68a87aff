"""The text of a program's functions: how much is written, what is written once, and guards and indices in vectors."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from autograd import PRIMITIVES, Primitive, Program, cos, exp, primitive, sin
from autograd.formulas.llvm_text import Width
from autograd.program import emit
from autograd.program.batch import Batch
from autograd.program.emit import Emitter
from autograd.program.machine import Functions, this_machine
from autograd.program.operations import Guard
from autograd.program.result import DONE, LEFT_THE_REALS, OTHER_BRANCH
from autograd.program.take import TAKE
from support.calls import calls

MUL, ADD, SUB, NEG = [PRIMITIVES[name] for name in ("mul", "add", "sub", "neg")]


def emitter(program: Program, wanted: Sequence[bool] | None, shared: Sequence[bool] = (), **options: bool) -> Emitter:
    n = len(program.inputs)
    return Emitter(program, Width(1), wanted, shared or [False] * n, Functions(this_machine(), Width(1)), **options)


def words(made: Emitter) -> list[Counter[str]]:
    """How often each function, of values and then of adjoints, does what."""
    bodies = [*made.forward(), *made.reverse()]
    kinds = "fadd|fsub|fmul|fdiv|fneg|load|store|call|select|fcmp"
    return [Counter(re.findall(rf"(?:^| = )({kinds})\b", "\n".join(body.lines), re.MULTILINE)) for body in bodies]


def squares(operands: int, guards: Sequence[Guard] = ()) -> Program:
    """A chain of so many operands."""
    count = operands // 2
    return Program("f", ["x"], [], [MUL] * count, [(k, k) for k in range(count)], [count], guards)


@pytest.mark.parametrize(
    ("operands", "guarded", "shared", "apart", "is_fused"),
    [
        (2, False, False, False, True),
        (400, False, False, False, True),
        (402, False, False, False, False),
        (2, False, False, True, False),
        (2, True, False, False, True),
        (2, False, True, False, True),
        (2, True, True, False, False),
    ],
)
def test_small_programs_are_one_function(
    operands: int, guarded: bool, shared: bool, apart: bool, is_fused: bool
) -> None:
    """But for sums: what is summed over points can't be taken back where one of them goes another way."""
    program = squares(operands, [Guard(1, True, -1)] if guarded else [])
    made = emitter(program, [True], [shared], apart=apart) if apart else emitter(program, [True], [shared])
    assert made.layout.is_fused is is_fused
    functions = -(-operands // 200)
    assert [len(list(made.forward())), len(list(made.reverse()))] == ([1, 0] if is_fused else [functions] * 2)


def test_values_alone_are_written_alone() -> None:
    for operands in (2, 600):
        made = emitter(squares(operands), None)
        assert not any(made.active)
        assert [len(list(made.forward())), len(list(made.reverse()))] == [
            -(-operands // 200) if operands > 400 else 1,
            0,
        ]


def test_a_partial_of_1_multiplies_nothing_and_of_minus_1_changes_the_sign() -> None:
    """Nor is a first term added to 0."""
    program = Program("f", ["x", "y", "z"], [], [ADD, SUB, NEG], [(0, 1), (3, 2), (4,)], [5])
    assert words(emitter(program, [True] * 3)) == [
        {"load": 4, "fadd": 1, "fsub": 1, "fneg": 3, "store": 4}  # of the result twice, and of z
    ]
    # By z alone: the sum is still computed, and one adjoint stored.
    assert words(emitter(program, [False, False, True])) == [{"load": 4, "fadd": 1, "fsub": 1, "fneg": 3, "store": 2}]


@pytest.mark.parametrize("apart", [False, True])
def test_a_function_reads_each_number_once(apart: bool) -> None:
    """x y, (x y) x, and (x y) x + y: x, y and the cotangent are read, and by adjoints apart two products besides."""
    program = Program("f", ["x", "y"], [], [MUL, MUL, ADD], [(0, 1), (2, 0), (3, 1)], [4])
    found = words(emitter(program, [True, True], apart=apart))
    back = {"fmul": 4, "fadd": 2}
    if apart:
        assert found[0] == {"load": 2, "fmul": 2, "fadd": 1, "store": 2}
        assert found[1] == {"load": 4, "store": 2, **back}
    else:
        assert found == [{"load": 3, "fmul": 2 + back["fmul"], "fadd": 1 + back["fadd"], "store": 3}]


def test_what_is_computed_already_is_not_computed_again() -> None:
    program = Program("f", ["x", "y"], [], [MUL, MUL, ADD], [(0, 1), (0, 1), (2, 3)], [4])
    assert words(emitter(program, None)) == [{"load": 2, "fmul": 1, "fadd": 1, "store": 1}]


@pytest.fixture
def mixed() -> Iterator[Primitive]:
    """A row whose first partial is its value, and whose second calls functions."""
    yield primitive("mixed", lambda a, b: exp(a) * sin(b), lambda a, b, y: (y, exp(a) * cos(b)))
    del PRIMITIVES["mixed"]


@pytest.mark.parametrize(("wanted", "kept", "read"), [("xy", {(2, 1)}, {2}), ("x", set(), {2}), ("y", {(2, 1)}, set())])
def test_partials_that_take_long_are_kept_for_what_is_wanted(
    mixed: Primitive, wanted: str, kept: set[tuple[int, int]], read: set[int]
) -> None:
    """The value serves as the other one."""
    one = emitter(Program("f", ["x", "y"], [], [mixed], [(0, 1)], [2]), [x in wanted for x in "xy"], apart=True)
    assert set(one.layout.partials) == kept
    assert set(one.layout.read) == read


def test_partials_are_kept_once_and_not_by_a_constant(mixed: Primitive) -> None:
    operands = [(0, 1), (0, 1), (0, -1), (2, 3), (5, 4)]
    program = Program("f", ["x", "y"], [0.5], [mixed, mixed, mixed, MUL, ADD], operands, [6])
    one = emitter(program, [True, True], apart=True)
    assert set(one.layout.partials) == {(2, 1)}
    assert set(one.layout.read) == {0, 1, 2, 4}  # x and y by what is computed already


@pytest.fixture
def opaque() -> Iterator[Primitive]:
    """A row that no formula can be made of."""
    yield primitive("opaque", lambda a: float(a) * float(a), lambda a, y: 2.0 * float(a))
    del PRIMITIVES["opaque"]


@pytest.mark.parametrize("apart", [False, True])
def test_a_row_is_made_out_once(monkeypatch: pytest.MonkeyPatch, opaque: Primitive, apart: bool) -> None:
    """One value and one list of partials for each row, however often it comes up: by formulas, or called back."""
    made = calls(monkeypatch, emit, "filled")
    rows = [MUL, opaque, MUL, opaque, MUL]
    operands = [(0, 1), (2,), (3, 1), (4,), (5, 0)]
    one = emitter(Program("f", ["x", "y"], [], rows, operands, [6]), [True, True], apart=apart)
    functions = one.functions
    assert isinstance(functions, Functions)
    list(one.forward()), list(one.reverse())
    assert len(made) == 2
    assert functions.text().count("define internal void @callback.") == 2


@pytest.mark.parametrize("tuned", [False, True])
@pytest.mark.parametrize("lanes", [2, 4, 8])
@pytest.mark.parametrize("answer", [True, False])
@pytest.mark.parametrize("of_input", [True, False])
def test_a_guard_is_asked_at_every_point(
    monkeypatch: pytest.MonkeyPatch, lanes: int, tuned: bool, answer: bool, of_input: bool
) -> None:
    """A number is true unless it is 0."""
    monkeypatch.setattr(this_machine(), "lanes", lanes)
    monkeypatch.setattr(this_machine(), "has_fma", tuned)
    guard = Guard(1 if of_input else 2, answer, -1)
    batch = Batch(Program("f", ["x", "y"], [], [NEG], [(1,)], [2], [guard]), [True, True], [False] * 2, tuned)
    width = 2 * lanes if tuned else lanes
    for odd in (0, 1, width - 1, width, 2 * width):
        y = np.full(2 * width + 1, 3.0 if answer else 0.0)
        y[odd] = 0.0 if answer else -2.0
        computed = batch([np.array([y, y])], [], 1.0, len(y), 1)
        same_vector = [k for k in range(len(y)) if k // width == odd // width]
        assert computed.status[odd] == OTHER_BRANCH
        assert np.flatnonzero(computed.status).tolist() == same_vector
        fine = computed.status == DONE
        assert (computed.outputs[0, fine] == -y[fine]).all()
        assert (computed.adjoints[:, fine] == [[0.0], [-1.0]]).all()


@pytest.mark.parametrize("lanes", [2, 4])
@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("step", [1, 2])
@pytest.mark.parametrize("links", [1, 4])
def test_a_choice_by_an_index_in_vectors(
    monkeypatch: pytest.MonkeyPatch, lanes: int, shared: bool, step: int, links: int
) -> None:
    """The values are chosen once a link, and what flows back is added up, for each point or over all of them."""
    monkeypatch.setattr(this_machine(), "lanes", lanes)
    monkeypatch.setattr("autograd.program.layout.CHUNK", 6)
    monkeypatch.setattr(emit, "FUSED", 8)
    count = 6
    places = [2 + step * k for k in range(count)]
    size = places[-1] + 2  # an index, x, and the values, perhaps others among them, and one more
    rows: list[Primitive] = [ADD]
    operands: list[tuple[int, ...]] = [(0, -1)]  # the index is a result
    y = 1
    for k in range(links):  # y = y + values[i] * x
        slot = size + 1 + 3 * k
        rows += [TAKE, MUL, ADD]
        operands += [(size, *places), (slot, 1), (y, slot + 1)]
        y = slot + 2
    program = Program("f", [f"x{k}" for k in range(size)], [1.0], rows, operands, [y, places[1]])
    points = 2 * lanes + 1
    index = np.arange(points) * 5.0 % count
    x = np.arange(points) % 3 - 1.0
    values = np.arange(1.0, size - 1.0)[:, None] + (0.0 if shared else np.arange(points) % 4)
    values = np.broadcast_to(values, (size - 2, points))
    is_shared = [False, False, *[shared] * (size - 2)]
    batch = Batch(program, [False, True, *[True] * (size - 2)], is_shared, False)
    own = [np.array([index - 1.0, x])] if shared else [np.vstack([index - 1.0, x, values])]
    common = [values[:, 0].copy()] if shared else []
    chosen = values[[places[int(i)] - 2 for i in index], range(points)]
    slopes = np.zeros((size - 2, points))
    slopes[[places[int(i)] - 2 for i in index], range(points)] += links * x
    slopes[places[1] - 2] += 1.0
    for _ in range(2):  # nothing is left over from the call before
        computed = batch(own, common, 1.0, points, 1)
        assert not computed.status.any()
        assert computed.outputs.tolist() == [(x + links * chosen * x).tolist(), values[places[1] - 2].tolist()]
        assert computed.adjoints[0].tolist() == (1.0 + links * chosen).tolist()
        assert computed.adjoints[1:].tolist() == ([] if shared else slopes.tolist())
        assert computed.sums.tolist() == (slopes.sum(axis=1).tolist() if shared else [])
    for wrong in (-1.0, 0.5, float(count)):
        index[points - 1] = wrong
        own[0][0] = index - 1.0
        status = batch(own, common, None, points, 1).status
        assert np.flatnonzero(status).tolist() == [points - 1]
        assert status[-1] == LEFT_THE_REALS
