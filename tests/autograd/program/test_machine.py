"""Machine code: what it needs of memory, how it survives forks and threads, and that building is linear."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from autograd import PRIMITIVES, Program, exp, jit, value_and_grad, vmap
from autograd.formulas.llvm_text import Width
from autograd.program import machine
from autograd.program.batch import Batch
from autograd.program.body import Body
from autograd.program.emit import Emitter
from autograd.program.machine import Functions, Machine, this_machine


def chain(operations: int) -> Program:
    """y = y * a + b, so many times."""
    n = operations // 2
    primitives = [PRIMITIVES["mul"], PRIMITIVES["add"]] * n
    operands: list[tuple[int, int]] = []
    y = 0
    for i in range(n):
        operands += [(y, 1), (3 + 2 * i, 2)]
        y = 3 + 2 * i + 1
    return Program("chain", ["y", "a", "b"], [], primitives, operands, [y])


def lines(program: Program, lanes: int) -> list[int]:
    """How long each function is."""
    functions = Functions(this_machine(), Width(lanes))
    emitter = Emitter(program, Width(lanes), [True] * 3, [False] * 3, functions)
    bodies: list[Body] = [*emitter.forward(), *emitter.reverse()]
    return [len(body.lines) for body in bodies]


@pytest.mark.parametrize("lanes", [1, 8])
def test_code_is_linear_in_the_program_and_its_functions_are_bounded(lanes: int) -> None:
    """Level-0 code generation is linear in functions of bounded size, so this makes building linear."""
    small, large = lines(chain(10_000), lanes), lines(chain(40_000), lanes)
    assert sum(large) == pytest.approx(4 * sum(small), rel=0.01)
    assert max(large) <= max(small) <= 1_500
    assert sum(large) <= 9 * 40_000


def test_memory_is_taken_by_what_functions_hand_to_each_other_alone() -> None:
    """Of the chain every y is needed on the way back, and of the products none."""
    functions = Functions(this_machine(), Width(1))
    layout = Emitter(chain(40_000), Width(1), [True] * 3, [False] * 3, functions).layout
    assert layout.value_count <= 20_100
    assert layout.adjoint_count <= 1_000
    alone = Emitter(chain(40_000), Width(1), None, [False] * 3, functions).layout
    assert alone.value_count <= 20  # without derivatives a value's place is free once it is used


def test_a_program_that_memory_cannot_hold_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    f = jit(lambda x: exp(x) * x)
    monkeypatch.setattr(machine, "_free_memory", lambda: 100)
    with pytest.raises(MemoryError, match=r"compiling its 2 operations takes some .* record a part of it"):
        f(1.0)
    monkeypatch.undo()
    assert f(1.0) == exp(1.0)


def test_threads_change_no_number() -> None:
    def f(w: Any, x: Any) -> Any:
        for _ in range(200):
            x = x * w + exp(-x * x)
        return x

    x = np.random.default_rng(0).normal(size=20_000)
    results = []
    for threads in (1, 2, 3):
        value, by_w = value_and_grad(vmap(f, in_axes=(None, 0), reduce="mean", threads=threads))(0.5, x)
        each = vmap(f, in_axes=(None, 0), threads=threads)(0.5, x)
        results.append((value, by_w, each.tolist()))
    assert results[0] == results[1] == results[2]


def test_many_threads_call_one_function() -> None:
    f = value_and_grad(jit(lambda x: exp(x) * x if x > 0.5 else x * x))
    g = vmap(f)
    points = np.linspace(-1.0, 2.0, 500)
    expected = [f(x) for x in points.tolist()]

    def work(_: int) -> bool:
        values, slopes = g(points)
        one = [f(x) for x in points.tolist()]
        return one == expected and list(zip(values.tolist(), slopes.tolist(), strict=True)) == expected

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(32)))


@pytest.mark.parametrize("lanes", [1, 8])
def test_a_loop_that_another_thread_has_compiled_meanwhile_stays(monkeypatch: pytest.MonkeyPatch, lanes: int) -> None:
    """Its address is in programs already."""
    one = Machine()
    given: list[int] = []
    compile_ = Machine.compile

    def overtaken(self: Machine, *args: Any) -> Any:
        if not given:
            given.append(0)
            given.append(self.driver(lanes))
        return compile_(self, *args)

    monkeypatch.setattr(Machine, "compile", overtaken)
    assert one.driver(lanes) == given[1] == one.driver(lanes)


@pytest.mark.skipif(not hasattr(os, "fork") or sys.platform == "darwin", reason="no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_of_a_fork_computes_with_threads_of_its_own() -> None:
    f = vmap(value_and_grad(lambda x: exp(x) * x), threads=2)
    points = np.linspace(-1.0, 2.0, 200_000)
    expected = f(points)[1]
    child = os.fork()
    if child == 0:
        os._exit(0 if (f(points)[1] == expected).all() else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_what_is_not_chosen_raises_its_errors_all_the_same() -> None:
    """In a vector, too, of which LLVM would compute the chosen lanes alone."""
    points = np.array([1.0, 0.0] * 4 + [1.0])
    choose = jit(lambda a, c: PRIMITIVES["where"](0.0 * c, a / a, c))
    with pytest.raises(ZeroDivisionError, match="in row 1 of the batch"):
        vmap(choose, in_axes=(0, None))(points, 1.0)
    with pytest.raises(ZeroDivisionError, match="in row 1 of the batch"):
        value_and_grad(vmap(choose, in_axes=(0, None), reduce="mean"))(points, 1.0)


def test_what_cannot_be_compiled_is_an_error_here_and_not_in_the_thread_that_compiles() -> None:
    for text in ("nonsense", "define void @f() {\n  %x = fadd double %y, 1.0\n  ret void\n}"):
        with pytest.raises(RuntimeError, match="LLVM IR"):
            this_machine().compile(text, ["f"])
    assert this_machine().compile("define void @f() {\n  ret void\n}", ["f"]).addresses[0]


@pytest.mark.parametrize(
    ("features", "lanes", "has_fma"),
    [
        ({}, 2, False),
        ({"sse2": True, "avx": False, "avx512f": False, "fma": False}, 2, False),
        ({"avx": True, "avx512f": False, "fma": False}, 4, False),
        ({"avx": True, "avx2": True, "fma": True}, 4, True),
        ({"avx": True, "avx512f": True, "fma": True}, 8, True),
    ],
)
@pytest.mark.parametrize("processor", ["x86_64", "AMD64", "aarch64", "arm64"])
def test_a_machine_is_as_wide_as_its_processor(
    monkeypatch: pytest.MonkeyPatch, features: dict[str, bool], lanes: int, has_fma: bool, processor: str
) -> None:
    known = machine.llvm.FeatureMap(features)
    monkeypatch.setattr(machine.llvm, "get_host_cpu_features", lambda: known)
    monkeypatch.setattr("platform.machine", lambda: processor)
    monkeypatch.setattr(machine, "has_flags", lambda: True)
    found = Machine()
    assert found.lanes == lanes
    assert found.has_fma is (has_fma or processor in ("aarch64", "arm64"))
    assert found.features == known.flatten()
    assert found.vectors is None or processor == "x86_64"


def test_where_flags_are_not_known_there_is_no_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "has_flags", lambda: False)
    with pytest.raises(RuntimeError, match="no machine code is made for this processor"):
        Machine()


@pytest.mark.parametrize("has_fma", [True, False])
@pytest.mark.parametrize("vector_math", [True, False])
@pytest.mark.parametrize("operations", [20, 50, 52, 2_000])
def test_only_small_programs_are_compiled_for_speed(
    monkeypatch: pytest.MonkeyPatch, operations: int, vector_math: bool, has_fma: bool
) -> None:
    """With vector math, of up to 100 operands: it takes ten times as long."""
    levels = set()
    load = Machine.load

    def noted(self: Machine, bodies: Any, functions: Functions, level: int = 0) -> Any:
        levels.add(level)
        return load(self, bodies, functions, level)

    told: list[int] = []
    create = machine.llvm.Target.create_target_machine

    def created(self: Any, *args: Any, opt: int, **options: Any) -> Any:
        told.append(opt)
        return create(self, *args, opt=opt, **options)

    monkeypatch.setattr(machine.llvm.Target, "create_target_machine", created)
    monkeypatch.setattr(Machine, "load", noted)
    monkeypatch.setattr(this_machine(), "has_fma", has_fma)
    batch = Batch(chain(operations), [True] * 3, [False] * 3, vector_math)
    for_speed = operations <= 50 and vector_math and has_fma
    assert levels == {1 if for_speed else 0}
    assert levels <= set(told) <= levels | {2}  # 2: the loop around a batch, if it was not there yet
    values = np.array([[0.25, 0.5]] * 3)
    computed = batch([values], [], 1.0, 2, 1)
    expected = [chain(operations)(x, x, x)[0] for x in values[0].tolist()]
    assert computed.outputs[0] == pytest.approx(expected, rel=1e-12)
