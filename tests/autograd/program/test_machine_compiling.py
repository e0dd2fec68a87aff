"""What LLVM is asked for, how often, and by what names its functions are called."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("llvmlite")

import llvmlite.binding as llvm

from autograd import PRIMITIVES, Program
from autograd.formulas.llvm_text import Width
from autograd.program import machine
from autograd.program.body import Body
from autograd.program.machine import Functions, Machine, check_memory, this_machine
from support.calls import calls

NOTHING = "define void @f() {\n  ret void\n}"


def test_code_is_made_for_this_very_processor(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = calls(monkeypatch, llvm.Target, "create_target_machine")
    this_machine().compile(NOTHING, ["f"])
    this_machine().compile(NOTHING, ["f"], 2)
    this_machine().load([Body(Width(1))], Functions(this_machine(), Width(1)))
    processor = {"cpu": llvm.get_host_cpu_name(), "features": llvm.get_host_cpu_features().flatten()}
    rest = {"reloc": "static", "codemodel": "jitdefault", "jit": True}
    assert [call.named for call in asked] == [{**processor, **rest, "opt": level} for level in (0, 2, 0)]


def test_a_thread_of_its_own_compiles(monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []
    monkeypatch.setattr(Machine, "_compiled", lambda *args: names.append(threading.current_thread().name))
    this_machine().compile(NOTHING, ["f"])
    assert names == ["autograd compiles"]


@pytest.mark.parametrize("count", [0, 1, 63, 64, 65, 128, 130])
def test_64_functions_are_compiled_at_once(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """While their text is needed, that of others isn't there yet."""
    compiled: list[int] = []
    written = 0
    compile_ = Machine.compile

    def noted(self: Machine, text: str, names: Any, level: int = 0) -> Any:
        compiled.append(len(names))
        assert text.count("define void") == len(names)
        assert written == sum(compiled)
        return compile_(self, text, names, level)

    def bodies() -> Any:
        nonlocal written
        for _ in range(count):
            written += 1
            yield Body(Width(1))

    monkeypatch.setattr(Machine, "compile", noted)
    loaded = this_machine().load(bodies(), Functions(this_machine(), Width(1)))
    assert compiled == [64] * (count // 64) + [count % 64] * (count % 64 > 0)
    assert len(set(loaded.addresses)) == len(loaded.addresses) == count
    assert len(loaded.engines) == len(compiled)


def test_the_loops_are_compiled_once_for_each_width_and_the_batchs_for_speed(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = calls(monkeypatch, Machine, "compile")
    one = Machine()
    found = [one.driver(lanes) for lanes in (1, 4, 1, 4, 2, 2)]
    assert [call.args[2:] for call in compiled] == [(["single"], 0), (["batch"], 2), (["batch"], 2)]
    assert found[:2] == found[2:4]
    assert len(set(found)) == 3


@pytest.mark.parametrize("is_there", [True, False])
@pytest.mark.parametrize("processor", ["x86_64", "aarch64"])
def test_the_libraries_of_mathematics_are_asked_for_by_name(
    monkeypatch: pytest.MonkeyPatch, processor: str, is_there: bool
) -> None:
    """Where glibc's isn't there, that of the system is searched for, which takes long."""
    monkeypatch.setattr("platform.machine", lambda: processor)
    monkeypatch.setattr(machine, "_library", lambda name: f"loaded {name}" if is_there else None)
    searched: list[str] = []

    def find(name: str) -> str:
        searched.append(name)
        return f"lib{name}.so"

    monkeypatch.setattr("ctypes.util.find_library", find)
    monkeypatch.setattr("ctypes.CDLL", lambda name: f"opened {name}")
    found = Machine()
    assert found.math == ("loaded libm.so.6" if is_there else "opened libm.so")
    assert searched == ([] if is_there else ["m"])
    assert found.vectors == ("loaded libmvec.so.1" if is_there and processor == "x86_64" else None)


def test_a_library_that_is_not_there_is_none() -> None:
    assert machine._library("libnothing-of-the-kind.so.77") is None


@pytest.mark.parametrize(("lanes", "prefix"), [(2, "_ZGVbN2"), (4, "_ZGVdN4"), (8, "_ZGVeN8")])
@pytest.mark.parametrize("vectors", [1, 2])
def test_functions_of_libmvec_have_the_names_of_the_vector_abi(
    monkeypatch: pytest.MonkeyPatch, lanes: int, prefix: str, vectors: int
) -> None:
    one = this_machine()
    if one.vectors is None or not hasattr(one.vectors, f"{prefix}v_exp"):
        pytest.skip("no libmvec here")
    monkeypatch.setattr(one, "lanes", lanes)
    for function, name in (("exp", f"{prefix}v_exp"), ("pow", f"{prefix}vv_pow")):
        taken = Functions(one, Width(lanes * vectors), vector_math=True)
        assert taken.name(function) == f"{function}.{lanes * vectors}"
        assert taken.text().count(f"@{name}(") == vectors + 1  # calls, and where it is declared
        for other in (
            Functions(one, Width(1), vector_math=True),
            Functions(one, Width(lanes * vectors)),
            Functions(one, Width(lanes * vectors), vector_math=False),
        ):
            other.name(function)
            assert "_ZGV" not in other.text()
    monkeypatch.setattr(one, "vectors", None)
    without = Functions(one, Width(lanes), vector_math=True)
    without.name("exp")
    assert "_ZGV" not in without.text()


def test_a_function_that_libmvec_has_not_is_called_lane_by_lane(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(this_machine(), "vectors", object())
    functions = Functions(this_machine(), Width(this_machine().lanes), vector_math=True)
    functions.name("exp")
    assert functions.text().count("call double @exp(") == this_machine().lanes


def test_a_function_is_written_once_and_steps_only_where_they_are_asked_for() -> None:
    functions = Functions(this_machine(), Width(1))
    assert functions.inline is False
    assert functions.vector_math is False
    assert {functions.name("exp"), functions.name("exp"), functions.name("length3")} == {"exp", "length3"}
    assert functions.text().count("declare double @exp(double)") == 1
    assert functions.text().count("define internal double @length3(") == 1
    this_machine().compile(functions.text() + NOTHING, ["f"])


@pytest.mark.parametrize("lanes", [1, 4])
@pytest.mark.parametrize("count", [1, 2])
def test_what_is_called_back_is_given_room_for_its_operands_and_results(count: int, lanes: int) -> None:
    """The value and whether it is one; for partials the result too, and pairs."""
    row = {1: PRIMITIVES["neg"], 2: PRIMITIVES["mul"]}[count]
    functions = Functions(this_machine(), Width(lanes))
    assert [functions.callback(row, count, None), functions.callback(row, count, [0])] == ["callback.0", "callback.1"]
    text = functions.text()
    assert re.findall(r"%(\w+) = alloca \[(\d+) x double\]", text) == [
        ("in", str(count)),
        ("out", "2"),
        ("in", str(count + 1)),
        ("out", str(2 * count + 1)),
    ]
    this_machine().compile(text + NOTHING, ["f"])


@pytest.mark.parametrize(("lanes", "needed"), [(1, 500 * 5 + 64 * 3), (8, 500 * 5 + 64 * 8 * 3)])
def test_memory_that_just_suffices_suffices(monkeypatch: pytest.MonkeyPatch, lanes: int, needed: int) -> None:
    program = Program("f", ["x"], [], [PRIMITIVES[name] for name in ("mul", "neg", "add")], [(0, 0), (1,), (1, 2)], [3])
    for free in (needed, needed + 1, None):
        monkeypatch.setattr(machine, "_free_memory", lambda free=free: free)
        check_memory(program, lanes)
    monkeypatch.setattr(machine, "_free_memory", lambda: needed - 1)
    with pytest.raises(MemoryError, match="compiling its 3 operations"):
        check_memory(program, lanes)


@pytest.mark.parametrize(
    ("facts", "free"),
    [
        ("MemTotal:  16000 kB\nMemFree:  5 kB\nMemAvailable:    1234 kB\nBuffers: 7 kB\n", 1234 * 1024),
        ("MemAvailable: 1 kB\n", 1024),
        ("MemTotal: 16000 kB\n", None),
        ("MemAvailable: much\n", None),
        ("", None),
    ],
)
def test_free_memory_is_what_the_system_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, facts: str, free: int | None
) -> None:
    (tmp_path / "meminfo").write_text(facts)
    asked: list[str] = []

    def opened(path: str, mode: str) -> Any:
        asked.append(path)
        return (tmp_path / "meminfo").open(mode)

    monkeypatch.setattr(machine, "open", opened, raising=False)
    assert machine._free_memory() == free
    assert asked == ["/proc/meminfo"]
    (tmp_path / "meminfo").unlink()
    assert machine._free_memory() is None
