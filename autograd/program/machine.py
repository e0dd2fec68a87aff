"""Machine code: LLVM IR compiled by llvmlite, without optimisation, so that building is linear in the program."""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import platform
import threading
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Final, NamedTuple

import llvmlite.binding as llvm

from autograd.engine.primitive import Primitive
from autograd.formulas.llvm_text import Width, function_text, intrinsics_text, operands_of
from autograd.program.body import Body
from autograd.program.callbacks import callback_text, partials_of, value_of
from autograd.program.driver import FLAG_FUNCTIONS, driver, has_flags
from autograd.program.program import Program

_VECTOR_PREFIXES: Final = {8: "_ZGVeN8", 4: "_ZGVdN4", 2: "_ZGVbN2"}  # the x86-64 vector function ABI's names
_BYTES: Final = 500  # an operand: what writing and compiling it was measured to take at most
_FUNCTIONS: Final = 64  # a module: what compiling needs of memory is bounded by it


class Loaded(NamedTuple):
    """Machine code in memory.

    Attributes:
        addresses: of its functions.
        engines: what keeps it there.
    """

    addresses: list[int]
    engines: list[Any]


class Machine:
    """This computer: how many points it computes at once, and what compiles for it.

    Raises:
        RuntimeError: where its processor's flags aren't known.
    """

    def __init__(self) -> None:
        if not has_flags():
            raise RuntimeError("no machine code is made for this processor")
        llvm.initialize_native_target()
        llvm.initialize_native_asmprinter()
        features = llvm.get_host_cpu_features()
        self.lanes = 8 if features.get("avx512f") else 4 if features.get("avx") else 2
        self.features = features.flatten()
        self.has_fma = bool(features.get("fma")) or platform.machine() in ("aarch64", "arm64")
        self.math = _library("libm.so.6") or ctypes.CDLL(ctypes.util.find_library("m"))
        self.vectors = _library("libmvec.so.1") if platform.machine() == "x86_64" else None
        self._drivers: dict[int, Loaded] = {}

    def compile(self, text: str, names: Sequence[str], level: int = 0) -> Loaded:
        """Compile the text of a module, and load it.

        In a thread of its own, which no Ctrl-C can stop halfway: LLVM's objects would be left with two owners or none.
        """
        done: list[Loaded] = []
        failed: list[Exception] = []

        def work() -> None:
            try:
                done.append(self._compiled(text, names, level))
            except Exception as error:
                failed.append(error)

        worker = threading.Thread(target=work, name="autograd compiles")
        worker.start()
        worker.join()
        if failed:
            raise failed[0]
        return done[0]

    def _compiled(self, text: str, names: Sequence[str], level: int) -> Loaded:
        module = llvm.parse_assembly(text)
        target = llvm.Target.from_default_triple().create_target_machine(
            cpu=llvm.get_host_cpu_name(),
            features=self.features,
            opt=level,
            reloc="static",
            codemodel="jitdefault",
            jit=True,
        )
        engine = llvm.create_mcjit_compiler(module, target)
        engine.finalize_object()
        return Loaded([engine.get_function_address(name) for name in names], [engine])

    def load(self, bodies: Iterable[Body], functions: Functions, level: int = 0) -> Loaded:
        """Compile functions, some at a time: their text is needed once."""
        loaded = Loaded([], [])
        waiting = iter(bodies)
        while some := list(islice(waiting, _FUNCTIONS)):
            names = [f"f{i}" for i in range(len(some))]
            texts = [
                f"define void @f{i}(ptr %v, ptr %a, ptr %s) {{\nentry:\n" + "\n".join(body.lines) + "\nret void\n}\n"
                for i, body in enumerate(some)
            ]
            part = self.compile(functions.text() + "".join(texts), names, level)
            loaded.addresses.extend(part.addresses)
            loaded.engines.extend(part.engines)
        return loaded

    def driver(self, lanes: int) -> int:
        """The address of the loop around a program's functions."""
        loaded = self._drivers.get(lanes)
        if loaded is None:
            name = "single" if lanes == 1 else "batch"
            level = 0 if lanes == 1 else 2  # the batch's has loops of its own
            made = self.compile(driver(Width(lanes)), [name], level)
            loaded = self._drivers.setdefault(lanes, made)  # another thread's may have been given away meanwhile
        return loaded.addresses[0]


class Functions:
    """The functions of C's that a program calls, for one width.

    Args:
        machine: where.
        width: for how many points.
        vector_math: whether libmvec's may be taken, which are right within 4 units in the last place.
        inline: whether exp, log and erf are written as steps.
    """

    def __init__(self, machine: Machine, width: Width, vector_math: bool = False, inline: bool = False) -> None:
        self.width = width
        self.vector_math = vector_math
        self.inline = inline
        self._machine = machine
        self._used: dict[str, str] = {}
        self._callbacks: list[Any] = []

    def name(self, function: str) -> str:
        """What a function of C's is called here; its text is written then."""
        if function not in self._used:
            if not function.startswith("length"):
                llvm.add_symbol(function, ctypes.cast(getattr(self._machine.math, function), ctypes.c_void_p).value)
            self._used[function] = function_text(function, self.width, self._vector_name(function))
        return function if self.width.lanes == 1 else f"{function}.{self.width.lanes}"

    def callback(self, row: Primitive, count: int, plain: Sequence[int] | None) -> str:
        """A row whose rules compute with Python's floats."""
        name = f"callback.{len(self._callbacks)}"
        function = value_of(row, count) if plain is None else partials_of(row, count, plain)
        self._callbacks.append(function)
        llvm.add_symbol(f"{name}.{id(function)}", ctypes.cast(function, ctypes.c_void_p).value)
        results = 2 if plain is None else 2 * count + 1
        self._used[name] = callback_text(
            name, f"{name}.{id(function)}", self.width, count + (plain is not None), results
        )
        return name

    def _vector_name(self, function: str) -> tuple[str, int] | None:
        """The function of libmvec's for this machine's vectors, if it is wanted and there, and their width."""
        lanes = self._machine.lanes
        prefix = _VECTOR_PREFIXES.get(lanes)
        if self.width.lanes == 1 or not self.vector_math or prefix is None or self._machine.vectors is None:
            return None
        name = f"{prefix}{'v' * operands_of(function)}_{function}"
        pointer = getattr(self._machine.vectors, name, None)
        if pointer is None:
            return None
        llvm.add_symbol(name, ctypes.cast(pointer, ctypes.c_void_p).value)
        return name, lanes

    def text(self) -> str:
        """Declarations and definitions."""
        return "\n".join([FLAG_FUNCTIONS, intrinsics_text(self.width), *self._used.values(), ""])


def _library(name: str) -> Any:
    try:
        return ctypes.CDLL(name)
    except OSError:
        return None


def check_memory(program: Program, lanes: int) -> None:
    """Raise a MemoryError if compiling a program would take more memory than is free.

    LLVM ends the process where it gets none.
    """
    needed = _BYTES * sum(map(len, program.operands)) + 64 * lanes * len(program)
    free = _free_memory()
    if free is not None and needed > free:
        raise MemoryError(
            f"{program.name}: compiling its {len(program):,} operations takes some {needed / 2**30:.1f} GB, and "
            f"{free / 2**30:.1f} GB are free; record a part of it (the step of a loop, one example), and call that"
        )


def _free_memory() -> int | None:
    """In bytes, where the system tells."""
    try:
        with open("/proc/meminfo", "rb") as facts:
            return next(1024 * int(line.split()[1]) for line in facts if line.startswith(b"MemAvailable"))
    except (OSError, StopIteration, ValueError):
        return None


@functools.cache
def this_machine() -> Machine:
    """This computer, once."""
    return Machine()
