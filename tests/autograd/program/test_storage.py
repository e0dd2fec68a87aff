"""A program comes back from a file or a pickle bit for bit."""

from __future__ import annotations

import copy
import json
import math
import multiprocessing
import pickle
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from autograd import (
    PRIMITIVES,
    Primitive,
    Program,
    Value,
    custom_vjp,
    jit,
    log,
    primitive,
    take,
    value_and_grad,
)
from autograd import sum as total
from autograd.program.comparison import COMPARISONS
from autograd.program.storage import row_named
from autograd.program.take import TAKE
from support.saved_programs import branching, recorded


def attributes(program: Program) -> dict[str, Any]:
    """All there is in a program, in a form that can be compared bit for bit."""
    found = {field.name: getattr(program, field.name) for field in fields(program)}
    found["constants"] = [x.hex() for x in program.constants]
    return {name: list(x) if isinstance(x, tuple) else x for name, x in found.items()}


# -- what comes back --------------------------------------------------------------------------------------------------


def test_all_of_a_program_comes_back(file: Path) -> None:
    program, loaded = recorded(), Program.load(file)
    assert program.guards
    assert program.stopped
    assert program.ieee
    assert program.labels
    assert {"less", "where", "div"} <= program.counts().keys()
    assert attributes(loaded) == attributes(program)
    assert loaded.listing() == program.listing()
    assert loaded(2.0, -0.5) == program(2.0, -0.5) == jit(branching)(2.0, -0.5)


def test_what_is_said_of_the_first_slot_comes_back(tmp_path: Path) -> None:
    """Slots begin with the first argument, at 0."""
    program = jit(lambda x, w: [x, w * 2.0 if x > w else w]).program(3.0, -0.5)
    guards = [guard._replace(slot=0) for guard in program.guards]
    program = replace(program, guards=guards, labels={0: "first"})
    assert guards
    assert program.outputs[0] == 0
    program.save(tmp_path / "program.json")
    assert attributes(Program.load(tmp_path / "program.json")) == attributes(program)


@pytest.mark.parametrize("name", PRIMITIVES)
def test_every_row_comes_back(name: str, tmp_path: Path) -> None:
    row = PRIMITIVES[name]
    point = (row.samples or row.kinks)[-1]
    program = jit(row).program(*point)
    program.save(tmp_path / "program.json")
    loaded = Program.load(tmp_path / "program.json")
    assert attributes(loaded) == attributes(program)
    assert [x.hex() for x in loaded(*point)] == [row(*point).hex()]


@pytest.mark.parametrize("sign", COMPARISONS)
def test_a_comparison_is_not_taken_for_a_primitive_of_its_name(sign: str, tmp_path: Path) -> None:
    row = COMPARISONS[sign]
    own = primitive(row.name, lambda a, b: a + b, lambda a, b, y: (1.0, 1.0))
    slots = {"inputs": ["a", "b"], "constants": [], "operands": [(0, 1), (0, 2)], "outputs": [2, 3]}
    program = Program(name="f", primitives=[row, own], **slots)
    program.save(tmp_path / "program.json")
    for same in (Program.load(tmp_path / "program.json"), pickle.loads(pickle.dumps(program))):
        assert same.primitives[0] is row
        assert same.primitives[1] is own


def test_a_choice_by_an_index_comes_back(tmp_path: Path) -> None:
    own = primitive("take", lambda xs: total(xs), lambda xs, y: (1.0,) * len(xs), variadic=True)
    program = jit(lambda i, x: take([x, own(x, i)], i)).program(1, 2.0)
    program.save(tmp_path / "program.json")
    for same in (Program.load(tmp_path / "program.json"), pickle.loads(pickle.dumps(program))):
        assert same.primitives == program.primitives
        assert same(1.0, 2.0) == [3.0]


def test_rows_of_as_few_operands_as_may_be_come_back(tmp_path: Path) -> None:
    rows = [TAKE, PRIMITIVES["sum"], PRIMITIVES["dot"]]
    program = Program("f", ["i", "x"], [], rows, [(0, 1), (1,), (1, 1)], [2, 3, 4])
    program.save(tmp_path / "program.json")
    loaded = Program.load(tmp_path / "program.json")
    assert attributes(loaded) == attributes(program)
    assert loaded(0.0, 3.0) == [3.0, 3.0, 9.0]


def test_special_functions_come_back_and_are_not_taken_for_others_of_their_name(tmp_path: Path) -> None:
    pytest.importorskip("scipy")
    from autograd.special import digamma

    own = primitive("digamma", lambda a: a + 1.0, lambda a, y: (1.0,))
    program = Program("f", ["x"], [], [digamma, own], [(0,), (0,)], [1, 2])
    program.save(tmp_path / "program.json")
    names = [name for name, _ in json.loads((tmp_path / "program.json").read_text())["content"]["operations"]]
    assert names == ["special.digamma", f"{__name__}:digamma"]
    for same in (Program.load(tmp_path / "program.json"), pickle.loads(pickle.dumps(program))):
        assert same.primitives[0] is digamma
        assert same.primitives[1] is own
    assert row_named("special.digamma") is digamma
    assert row_named("digamma") is None
    assert row_named(f"{__name__}:digamma") is own
    assert row_named("elsewhere:digamma") is None
    assert row_named("elsewhere:exp") is None
    assert row_named("exp") is PRIMITIVES["exp"]


def test_what_an_own_primitive_computes_is_compared_once_however_often_it_stands_there(tmp_path: Path) -> None:
    calls = []

    def cube(a: Any) -> Any:
        calls.append(a)
        return a * a * a

    own = primitive("cube", cube, lambda a, y: (3.0 * a * a,), samples=[(0.5,), (2.0,)])
    program = jit(lambda x: own(own(own(x)))).program(1.5)
    program.save(tmp_path / "program.json")
    calls.clear()
    Program.load(tmp_path / "program.json")
    assert calls == [0.5, 2.0]


def test_every_bit_of_a_number_comes_back(tmp_path: Path) -> None:
    awkward = [0.0, -0.0, 5e-324, 0.1 + 0.2, -1 / 3, 1.7976931348623157e308, math.inf, -math.inf, math.nan]
    slots = {"operands": [], "primitives": [], "outputs": [-1 - i for i in range(len(awkward))]}
    program = Program(name="f", inputs=[], constants=awkward, **slots)
    program.save(tmp_path / "program.json")
    assert [x.hex() for x in Program.load(tmp_path / "program.json")()] == [x.hex() for x in awkward]


def test_words_in_any_script_come_back(tmp_path: Path) -> None:
    x = Value(2.0, label='λ\n\u202e\x1b[31m\ud800 "quoted"')
    program = jit(lambda y: x * y).program(3.0)
    program.save(tmp_path / "program.json")
    assert attributes(Program.load(tmp_path / "program.json")) == attributes(program)


def test_a_loaded_program_is_compiled_by_jit(file: Path) -> None:
    loaded = Program.load(file)
    first = jit(lambda x, w: loaded(x, w)[0])
    second = jit(lambda x, w: loaded(x, w)[1])
    for i, f in enumerate((first, second)):
        expected = value_and_grad(lambda x, w, i=i: branching(x, w)[i], (0, 1))(1.5, 2.5)
        assert value_and_grad(f, (0, 1))(1.5, 2.5) == expected


def test_a_hundred_thousand_operations_come_back(tmp_path: Path) -> None:
    def chain(x: Any) -> Any:
        for _ in range(50_000):
            x = x * 0.999 + 0.001
        return x

    program = jit(chain).program(2.0)
    program.save(tmp_path / "program.json")
    assert (tmp_path / "program.json").stat().st_size < 40 * len(program)
    assert attributes(Program.load(tmp_path / "program.json")) == attributes(program)


COPIES: dict[str, Callable[[Program], Program]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{f"pickle {n}": lambda program, n=n: pickle.loads(pickle.dumps(program, n)) for n in range(2, 6)},
}


@pytest.mark.parametrize("way", COPIES)
def test_a_copy_has_all_of_it(way: str) -> None:
    program = recorded()
    same = COPIES[way](program)
    assert attributes(same) == attributes(program)
    assert all(a is b for a, b in zip(same.primitives, program.primitives, strict=True))
    assert same(2.0, -0.5) == program(2.0, -0.5)


def _called(program: Program, numbers: tuple[float, ...]) -> list[float]:
    return program(*numbers)


def test_a_program_is_sent_to_another_process() -> None:
    program = recorded()
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(_called, (program, (2.0, -0.5))) == program(2.0, -0.5)


# -- operations that have no name elsewhere ---------------------------------------------------------------------------


def test_an_own_primitive_must_be_made_before(tmp_path: Path) -> None:
    make: Callable[[], Primitive] = lambda: primitive("cube", lambda a: a * a * a, lambda a, y: (3.0 * a * a,))  # noqa: E731
    program = jit(make()).program(2.0)
    program.save(tmp_path / "program.json")
    pickled = pickle.dumps(program)
    del PRIMITIVES["cube"]
    with pytest.raises(
        ValueError,
        match=r"load: .*program.json holds the operation cube of .*test_storage, .* make that primitive first",
    ):
        Program.load(tmp_path / "program.json")
    with pytest.raises(ValueError, match="the pickled program cube holds the operation cube"):
        pickle.loads(pickled)
    make()
    assert Program.load(tmp_path / "program.json")(3.0) == pickle.loads(pickled)(3.0) == [27.0]
    with pytest.raises(ValueError, match="cube is not in the table of primitives"):
        program.save(tmp_path / "program.json")  # another one has its name now


def test_a_function_with_a_pullback_has_no_name(tmp_path: Path) -> None:
    f = custom_vjp(lambda x: x * x, lambda x: (x * x, x), lambda x, u: (2.0 * x * u,))
    row = f(Value(3.0)).primitive
    assert row is not None
    program = Program(name="f", inputs=["x"], constants=[], primitives=[row], operands=[(0,)], outputs=[1])
    for lose in (lambda: program.save(tmp_path / "program.json"), lambda: pickle.dumps(program)):
        with pytest.raises(ValueError, match=r"is not in the table of primitives, so the program can be neither saved"):
            lose()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"operands": [(0, 1)]},
            r"save: f: operation 0 must be whole numbers from -1 up to 0, got 1; nothing was written",
        ),
        ({"outputs": [-2]}, "outputs must be"),
        ({"stopped": frozenset([0])}, "stopped must be"),
        ({"ieee": frozenset([0])}, "ieee must be"),
        ({"labels": {7: "y"}}, "labels must be"),
        ({"lines": [0]}, "lines must be"),
    ],
)
def test_what_could_not_be_read_is_not_written(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    parts = {"name": "f", "inputs": ["x"], "constants": [2.0], "primitives": [PRIMITIVES["mul"]]}
    program = Program(**{**parts, "operands": [(0, -1)], "outputs": [1], **change})
    with pytest.raises(ValueError, match=message):
        program.save(tmp_path / "program.json")
    assert list(tmp_path.iterdir()) == []


def test_the_file_is_plain_json_that_people_can_read(file: Path) -> None:
    program = jit(lambda x, y: log(x * 2.0) + y).program(1.0, 2.0)
    program.save(file)
    document = json.loads(file.read_text())
    assert (document["format"], document["version"]) == ("scalar-autograd program", 1)
    assert document["content"]["operations"] == [["mul", 0, -1], ["log", 2], ["add", 3, 1]]
    assert document["content"]["constants"] == ["0x1.0000000000000p+1"]
