"""The loops around machine code, by the flags of x86, and by functions of ISO C as on other processors."""

from __future__ import annotations

import ctypes
import re

import numpy as np
import pytest

pytest.importorskip("llvmlite")

from autograd import PRIMITIVES, Program
from autograd.formulas.llvm_text import Width
from autograd.program import driver as drivers
from autograd.program.batch import Batch
from autograd.program.driver import Parameters, driver, has_flags
from autograd.program.machine import Machine, this_machine
from autograd.program.result import DONE, LEFT_THE_REALS

WIDTHS = [1, 2, 4, 8, 16]


@pytest.mark.parametrize("lanes", WIDTHS)
def test_every_parameter_is_read_from_its_place(lanes: int) -> None:
    """Counts as whole numbers, the others as addresses."""
    text = driver(Width(lanes))
    found = re.findall(
        r"%(\w+)\.at = getelementptr i64, ptr %p, i64 (\d+)\n  %(\w+) = load (\w+), ptr %(\w+)\.at\n", text
    )
    counts = {"forward_count", "reverse_count", "seed_count", "input_count", "output_count", "start", "stop"}
    names = [parameter.name.lower() for parameter in Parameters]
    assert found == [
        (name, str(place), name, "i64" if name in counts else "ptr", name) for place, name in enumerate(names)
    ]


@pytest.mark.parametrize("lanes", WIDTHS)
@pytest.mark.parametrize(("processor", "mask"), [("aarch64", 7), ("arm64", 7), ("riscv64", 0)])
def test_other_processors_flags_are_asked_by_functions_of_c(
    monkeypatch: pytest.MonkeyPatch, processor: str, mask: int, lanes: int
) -> None:
    """Invalid, divided by zero and overflow are the lowest bits of ARM's."""
    monkeypatch.setattr(drivers, "_IS_X86", False)
    monkeypatch.setattr("platform.machine", lambda: processor)
    text = driver(Width(lanes))
    assert re.findall(r"call i32 @(fe\w+)\(i32 (\d+)\)", text) == [
        ("feclearexcept", str(mask)),
        ("fetestexcept", str(mask)),
    ]
    assert "x86" not in text
    assert has_flags() is (mask != 0)


@pytest.mark.parametrize("processor", ["x86_64", "riscv64"])
def test_x86_has_flags_of_its_own(monkeypatch: pytest.MonkeyPatch, processor: str) -> None:
    monkeypatch.setattr(drivers, "_IS_X86", True)
    monkeypatch.setattr("platform.machine", lambda: processor)
    assert has_flags()
    assert "@llvm.x86.sse.stmxcsr" in driver(Width(1))
    assert "except" not in driver(Width(1))


@pytest.mark.skipif(not drivers._IS_X86, reason="the bits are x86's")
@pytest.mark.parametrize("by_c", [False, True])
@pytest.mark.parametrize("lanes", WIDTHS[1:])
def test_points_that_leave_the_reals_are_told_and_the_others_computed(
    monkeypatch: pytest.MonkeyPatch, lanes: int, by_c: bool
) -> None:
    """On the way there and on the way back; those of the same vector are left to others."""
    machine = Machine()
    if by_c:
        monkeypatch.setattr(drivers, "_IS_X86", False)
        monkeypatch.setattr(drivers, "_FLAGS", {"x86_64": 13, "AMD64": 13})
    monkeypatch.setattr(this_machine(), "driver", machine.driver)
    monkeypatch.setattr(this_machine(), "lanes", lanes)
    program = Program("f", ["x"], [1.0], [PRIMITIVES["sqrt"], PRIMITIVES["div"]], [(0,), (-1, 1)], [1, 2])
    batch = Batch(program, [True], [False], False)
    for count in (1, lanes - 1, lanes, lanes + 1, 3 * lanes + 1):
        for bad in (None, 0, count - 1):
            x = np.arange(1.0, count + 1.0)
            if bad is not None:
                x[bad] = -1.0
            left = [k for k in range(count) if bad is not None and k // lanes == bad // lanes]
            status, results, _ = batch.whole([x[None]], np.empty(0), 1.0, count, 1)
            assert np.flatnonzero(status).tolist() == left
            assert set(status[left].tolist()) <= {LEFT_THE_REALS}
            fine = np.setdiff1d(np.arange(count), left)
            root = np.sqrt(x[fine])
            assert results[0, fine].tolist() == root.tolist()
            assert results[2, fine] == pytest.approx(0.5 / root - 0.5 / root**3, rel=1e-14)
    single = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(machine.driver(1))
    parameters = (ctypes.c_uint64 * len(Parameters))()
    assert single(ctypes.addressof(parameters)) == DONE  # no function, no flag
