"""A program comes back from a file or a pickle bit for bit, and no other file is taken for one."""

from __future__ import annotations

import copy
import json
import math
import multiprocessing
import os
import pickle
import random
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from autograd import (
    PRIMITIVES,
    Primitive,
    Program,
    Value,
    custom_vjp,
    exp,
    jit,
    log,
    primitive,
    take,
    value_and_grad,
    where,
)
from autograd import sum as total
from autograd.program.comparison import COMPARISONS
from autograd.program.storage import KIND
from autograd.support import documents
from autograd.support.documents import write_document


def branching(x: Any, w: Any) -> list[Any]:
    """Comparisons as numbers and as branches, constants, a label, a stopped slot, an output that is a constant."""
    y = where(x < w, x * 0.1, exp(w)) if x > -1.0 else x
    if isinstance(y, Value):
        y.label = "y"
    return [total([y, x, 3.0]) / 7.0, y * (w * w).detach(), 2.5]


def recorded() -> Program:
    return jit(branching).program(2.0, -0.5)


def attributes(program: Program) -> dict[str, Any]:
    """All there is in a program, in a form that can be compared bit for bit."""
    found = {field.name: getattr(program, field.name) for field in fields(program)}
    found["constants"] = [x.hex() for x in program.constants]
    return {name: list(x) if isinstance(x, tuple) else x for name, x in found.items()}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    recorded().save(tmp_path / "program.json")
    return tmp_path / "program.json"


def content_of(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text())["content"]
    return content


# -- what comes back --------------------------------------------------------------------------------------------------


def test_all_of_a_program_comes_back(file: Path) -> None:
    program, loaded = recorded(), Program.load(file)
    assert program.guards
    assert program.stopped
    assert program.labels
    assert {"less", "where", "div"} <= program.counts().keys()
    assert attributes(loaded) == attributes(program)
    assert loaded.listing() == program.listing()
    assert loaded(2.0, -0.5) == program(2.0, -0.5) == jit(branching)(2.0, -0.5)


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


# -- files that are refused -------------------------------------------------------------------------------------------


def checked(file: Path) -> bool:
    """Whether a file is loaded; if so, all that can be done with a program can be done with this one."""
    message = ""
    try:
        program = Program.load(file)
    except ValueError as error:
        message = str(error)
    if message:
        assert message.startswith(f"load: {file}")
        assert len(message) < 800 + len(str(file))
        return False
    n = len(program.inputs)
    program.save(file.with_name("again.json"))
    program.listing()
    program.active()
    program.questions()
    for slot, _, operands in program.operations():
        assert all(-len(program.constants) <= x < slot for x in operands)
    try:
        program(*[0.5] * n)
    except IndexError:
        raise
    except Exception:  # a program that was changed may leave the reals, or ask what its answers don't fit
        pass
    return True


def test_every_truncation_is_refused(file: Path) -> None:
    text = file.read_bytes()
    for length in [*range(0, len(text) - 1, 50), len(text) - 3, len(text) - 2]:
        file.write_bytes(text[:length])
        with pytest.raises(ValueError, match="is truncated or not a JSON file"):
            Program.load(file)


def test_random_bytes_changed_are_noticed(file: Path) -> None:
    text, generator = file.read_bytes(), random.Random(1)
    for _ in range(2_000):
        changed = bytearray(text)
        for _ in range(generator.choice([1, 1, 2, 5])):
            changed[generator.randrange(len(text))] = generator.randrange(256)
        file.write_bytes(changed)
        if checked(file):
            assert json.loads(changed) == json.loads(text)  # only what doesn't count was changed


PLACES = [0, 1, 2, -1, -2, 3, 10**9, -(10**9), 2**63, 10**400, 0.5, True, False, None, "x", "", [], {}, [[]]]


def edits(thing: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Everything in a document by its path, and each value that might stand there instead; `...` for nothing at all."""
    items = thing.items() if isinstance(thing, dict) else enumerate(thing) if isinstance(thing, list) else ()
    for key, x in items:
        for new in (..., *PLACES):
            yield (*place, key), new
        yield from edits(x, (*place, key))


def edited(document: Any, place: tuple[Any, ...], new: Any) -> Any:
    document = copy.deepcopy(document)
    around = document
    for key in place[:-1]:
        around = around[key]
    if new is ...:
        del around[place[-1]]
    else:
        around[place[-1]] = new
    return document


def test_a_hostile_file_with_a_right_checksum_is_refused_or_a_program(file: Path) -> None:
    """Each part is left out, and replaced by things of every type and range."""
    content, loaded, count = content_of(file), 0, 0
    for place, new in edits(content):
        write_document(file, KIND, edited(content, place, new))
        loaded += checked(file)
        count += 1
    assert count > 1_000
    assert loaded < count / 3


def test_parts_of_another_type_are_refused(file: Path) -> None:
    content = content_of(file)
    for key in content:
        for new in (..., None, True, 1, 1.5, {}, "\0", [None], [True], [1.5], [{}], [[[]]], [10**400], [-(10**9)]):
            if key == "name" and isinstance(new, str):
                continue
            write_document(file, KIND, edited(content, (key,), new))
            assert not checked(file), (key, new)
    write_document(file, KIND, {**content, "more": []})
    assert not checked(file)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda c: c["operations"][0].append(0), r"operation 0 must be applied as exp\(a\) is"),
        (lambda c: c["operations"][0].__setitem__(1, 5), r"operation 0 must be whole numbers from -\d up to 1, got 5"),
        (lambda c: c["operations"][0].__setitem__(1, 2), "operation 0 must be"),  # itself
        (lambda c: c["operations"][0].__setitem__(1, True), "got True"),
        (lambda c: c["operations"][0].__setitem__(0, "system"), "holds the operation system, which is not known here"),
        (lambda c: c["operations"].__setitem__(0, []), "operation 0 must begin with a name"),
        (lambda c: c["operations"].__setitem__(0, ["sum"]), "operation 0 must have 1 or more operands"),
        (
            lambda c: c["operations"].__setitem__(0, ["dot", 0, 1, 1]),
            "operation 0 must have an even number of operands",
        ),
        (lambda c: c["constants"].__setitem__(0, "0.5"), "constant 0 must be a number as float.hex writes it"),
        (lambda c: c["constants"].__setitem__(0, "0x1p+99999"), "constant 0 must be a number"),
        (lambda c: c["guards"].append(c["guards"][0]), "guards must ask no slot twice"),
        (lambda c: c["guards"][0].__setitem__(1, 1), "guard 0 must have true or false"),
        (lambda c: c["guards"][0].__setitem__(2, len(c["places"])), "guard 0 must be whole numbers from 0"),
        (lambda c: c["labels"].append(c["labels"][0]), "labels must be in order, each once"),
        (lambda c: c["stopped"].append(0), "stopped must be whole numbers"),
        (lambda c: c["lines"].pop(), "lines must be"),
        (lambda c: c["places"][0].__setitem__(1, 2**40), "place 0 must be"),
    ],
)
def test_the_message_says_what_is_wrong(file: Path, edit: Any, message: str) -> None:
    content = content_of(file)
    edit(content)
    write_document(file, KIND, content)
    with pytest.raises(ValueError, match=message) as caught:
        Program.load(file)
    assert str(caught.value).startswith(f"load: {file}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "truncated or not a JSON"),
        (b"\xff\xfe", "truncated or not a JSON"),
        (pickle.dumps(os.getcwd), "truncated or not a JSON"),
        (b"[" * 100_000, "truncated or not a JSON"),
        (b"[" * 100_000 + b"]" * 100_000, "truncated or not a JSON"),
        (b'{"content": ' * 900 + b"1" + b"}" * 900, "not a saved program"),
        (b"9" * 10_000, "truncated or not a JSON"),
        (b"[]", "not a saved program"),
        (b'{"format": "scalar-autograd model", "version": 1, "content": {}}', "not a saved program"),
        (b'{"format": "scalar-autograd program", "version": 2}', "newer one: upgrade scalar-autograd"),
        (b'{"format": "scalar-autograd program", "version": true}', "edited or damaged"),
        (b'{"format": "scalar-autograd program", "version": 1, "content": {}}', "checksum doesn't agree"),
    ],
)
def test_foreign_newer_and_nested_files_are_refused(text: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "program.json"
    path.write_bytes(text)
    with pytest.raises(ValueError, match=message) as caught:
        Program.load(path)
    assert str(path) in str(caught.value)


def test_a_file_without_end_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(documents, "LARGEST", 1_000)
    with pytest.raises(ValueError, match="/dev/zero is not a saved program: it has more than 1,000 bytes"):
        Program.load("/dev/zero")
    with pytest.raises(ValueError, match=r"no more than 1,000 are read; nothing was written"):
        recorded().save(tmp_path / "program.json")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.json"):
        Program.load(tmp_path / "nowhere.json")
    with pytest.raises(FileNotFoundError, match="its folder must exist"):
        recorded().save(tmp_path / "nowhere" / "program.json")


def test_the_file_is_plain_json_that_people_can_read(file: Path) -> None:
    program = jit(lambda x, y: log(x * 2.0) + y).program(1.0, 2.0)
    program.save(file)
    document = json.loads(file.read_text())
    assert (document["format"], document["version"]) == ("scalar-autograd program", 1)
    assert document["content"]["operations"] == [["mul", 0, -1], ["log", 2], ["add", 3, 1]]
    assert document["content"]["constants"] == ["0x1.0000000000000p+1"]
