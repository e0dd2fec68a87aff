"""Files of programs that are cut off, changed, foreign or hostile: refused, with the place."""

from __future__ import annotations

import json
import os
import pickle
import random
import re
from pathlib import Path
from typing import Any

import pytest

from autograd import (
    Program,
)
from autograd.program.storage import KIND
from autograd.support import documents
from autograd.support.documents import write_document
from support.edits import edited, edits
from support.saved_programs import content_of, recorded


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
            if (key == "name" and isinstance(new, str)) or (key == "ieee" and new is ...):
                continue  # any text will do, and most programs have no ieee
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
        (lambda c: c["constants"].__setitem__(0, 0.5), "constant 0 must be a number as float.hex writes it, got 0.5"),
        (lambda c: c["guards"].append(c["guards"][0]), "guards must ask no slot twice"),
        (lambda c: c["guards"][0].__setitem__(1, 1), "guard 0 must have true or false"),
        (lambda c: c["guards"][0].__setitem__(2, len(c["places"])), "guard 0 must be whole numbers from 0"),
        (lambda c: c["labels"].append(c["labels"][0]), "labels must be in order, each once"),
        (lambda c: c["stopped"].append(0), "stopped must be whole numbers"),
        (lambda c: c["stopped"].append(c["stopped"][0]), "stopped must be in order, each once"),
        (lambda c: c["ieee"].append(0), "ieee must be whole numbers"),
        (lambda c: c["ieee"].reverse(), "ieee must be in order, each once"),
        (lambda c: c["lines"].pop(), "lines must be"),
        (lambda c: c["places"][0].__setitem__(1, 2**40), "place 0 must be"),
        (lambda c: c.update(places=[], lines=[-1] * len(c["lines"])), "guard 0 must be empty"),
        (lambda c: c.__setitem__("own", []), r"own must be an object, got \[\]"),
        (
            lambda c: c.pop("lines"),
            r"the program must have constants, .*, stopped, and nothing else, got \['constants',",
        ),
        (lambda c: c["operations"].__setitem__(0, ["dot"]), "operation 0 must have an even number of operands"),
        (lambda c: c["operations"].__setitem__(0, ["[]", 0]), "operation 0 must have 2 or more operands"),
        (lambda c: c["operations"].__setitem__(0, ["mul", 0]), r"operation 0 must be applied as mul\(a, b\) is"),
        (lambda c: c["lines"].__setitem__(0, -2), "lines must be whole numbers from -1 up to"),
        (lambda c: c["guards"][0].append(0), "guard 0 must be a list of 3"),
        (lambda c: c["labels"][0].append("y"), "label 0 must be a list of 2"),
        (lambda c: c["places"][0].append(1), "place 0 must be a list of 2"),
        (lambda c: c.__setitem__("own", {"a:b": [[["0x1.0p+0"], "0x1.0p+0", 1]]}), "own a:b must be a list of 2"),
    ],
)
def test_the_message_says_what_is_wrong(file: Path, edit: Any, message: str) -> None:
    content = content_of(file)
    edit(content)
    write_document(file, KIND, content)
    with pytest.raises(ValueError, match=message) as caught:
        Program.load(file)
    assert str(caught.value).startswith(f"load: {file}")
    if " must " in message:
        assert str(caught.value).endswith("; it was edited or damaged: save the program again")


def test_a_special_function_that_there_is_not_is_refused(file: Path) -> None:
    pytest.importorskip("scipy")
    content = content_of(file)
    content["operations"][0][0] = "special.system"
    write_document(file, KIND, content)
    with pytest.raises(ValueError, match=r"holds the operation special\.system, which is not known here"):
        Program.load(file)


def part_of(place: tuple[Any, ...]) -> str:
    """What a message calls a part of a program's file."""
    key, *rest = place
    if key == "name":
        return "the name"
    if key == "own":
        return " ".join(["own", *rest[:1]])
    are_looked_at_together = key in ("outputs", "stopped", "ieee", "lines") or (key == "labels" and rest[1:] == [0])
    return key if not rest or are_looked_at_together else f"{key[:-1]} {rest[0]}"


@pytest.mark.parametrize("new", [None, 1.5])
def test_the_message_names_the_part_that_is_wrong(file: Path, new: Any) -> None:
    content = {**content_of(file), "own": {"here:cube": [[[(2.0).hex()], (8.0).hex()]]}}
    for place in dict.fromkeys(place for place, _ in edits(content)):
        write_document(file, KIND, edited(content, place, new))
        with pytest.raises(ValueError, match=f"^load: {re.escape(str(file))}: {part_of(place)} must "):
            Program.load(file)


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
    (tmp_path / "long.json").write_bytes(bytes(1_001))
    with pytest.raises(ValueError, match=r"long\.json has 1,001 bytes, more than the 1,000 that are read"):
        Program.load(tmp_path / "long.json")
    (tmp_path / "long.json").unlink()
    with pytest.raises(ValueError, match=r"no more than 1,000 are read; nothing was written"):
        recorded().save(tmp_path / "program.json")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"nowhere\.json"):
        Program.load(tmp_path / "nowhere.json")
    with pytest.raises(FileNotFoundError, match="its folder must exist"):
        recorded().save(tmp_path / "nowhere" / "program.json")
