"""No sequence of public calls ends the interpreter: exceptions are fine, crashes are not.

Matters most for the compiled engine, where what Python checks must be checked by hand. Everything runs in processes of
its own, with whichever `autograd` these tests have.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import autograd

DRIVER = Path(__file__).parent.parent / "support" / "random_calls.py"
CALLS = 100_000
PROCESSES = 10  # so that one crash doesn't hide the next


def run(arguments: list[str], directory: Path) -> subprocess.CompletedProcess[str]:
    """Python with these arguments, in a directory where it may leave what it likes."""
    home = str(Path(str(autograd.__file__)).parent.parent)
    path = os.pathsep.join([home, os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": path, "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-P", *arguments]
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, timeout=600)


def ending(done: subprocess.CompletedProcess[str]) -> str:
    """How a process ended, in words."""
    if done.returncode < 0:
        return f"killed by {signal.Signals(-done.returncode).name}"
    return f"exit code {done.returncode}: {done.stderr.strip().splitlines()[-1:]}"


def test_a_hundred_thousand_random_calls(tmp_path: Path) -> None:
    """A tenth of them on the plain sources, which have nothing to crash by."""
    calls = CALLS if autograd.compiled else CALLS // 10
    crashes: list[str] = []
    made = 0
    for seed in range(PROCESSES):
        log = tmp_path / f"call{seed}"
        done = run([str(DRIVER), str(seed), str(calls // PROCESSES), str(log)], tmp_path)
        if done.returncode:
            last = log.read_text(encoding="ascii").strip() if log.exists() else "the start"
            crashes.append(f"seed {seed}, in {last}: {ending(done)}")
        else:
            made += int(done.stdout)
    assert not crashes, "\n".join(crashes)
    assert made >= calls


START = """
import copy, gc, pickle
import autograd
from autograd import Primitive, Value, no_grad
from autograd.engine.operators import Recorded
v = Value(1.0, label="v")
y = v * 2.0 + v.exp()
row = autograd.exp
"""

# The rest of a program, of which any line may raise.
PROGRAMS = {
    "deleting the data of a leaf": """
        del v.data
        v.data
        v + 1.0
        repr(v)
        v.backward()
    """,
    "deleting the gradient of a leaf": """
        del v.grad
        v.grad
        repr(v)
        y.backward()
    """,
    "deleting the label of a leaf": """
        del v.label
        v.label
        repr(v)
        v + 1.0
        pickle.dumps(v)
        copy.copy(v)
    """,
    "deleting what a result is made of": """
        del y.data
        del y.grad
        del y.label
        del y.operands
        del y.edges
        del y.primitive
        y.backward()
        repr(y)
        autograd.walkthrough(y)
        autograd.adjoints(y, [v])
    """,
    "deleting by descriptor": """
        type(v).data.__delete__(v)
        type(v).grad.__delete__(v)
        v.__delattr__("data")
        v.__delattr__("grad")
        v + v
    """,
    "deleting the parts of a row": """
        del row.value
        del row.partials
        del row.operands
        del row.variadic
        del row.name
        row(1.0)
        row(v)
        repr(row)
    """,
    "a Value without __init__": """
        w = Value.__new__(Value)
        w.data
        w.grad
        w.label
        repr(w)
        w.backward()
        w + 1.0
        v * w
        w.exp()
        autograd.sum([w, v])
        autograd.draw(w)
        w == w
        hash(w)
        pickle.dumps(w)
    """,
    "a Value by object.__new__": """
        w = object.__new__(Value)
        w + 1.0
        repr(w)
    """,
    "a Primitive without __init__": """
        p = Primitive.__new__(Primitive)
        p(1.0)
        p(v)
        repr(p)
        p.value
        p.name
        v.apply_primitive(p, (v,))
    """,
    "no_grad without __init__, and unbalanced": """
        b = no_grad.__new__(no_grad)
        b.__exit__(None, None, None)
        b.__enter__()
        v * v
        b.__exit__(None, None, None)
        b.__exit__()
        (v * v).backward()
    """,
    "a bare Recorded": """
        r = Recorded()
        r + 1.0
        1.0 - r
        -r
        abs(r)
        r.exp()
        row(r)
        v * r
        r * v
        autograd.atan2(1.0, r)
        autograd.norm([r, 1.0])
        r.leaky_relu()
        r.apply_primitive(row, (r,))
    """,
    "a Recorded of one's own that doesn't record": """
        class N(Recorded): pass
        n = N()
        n + 1.0
        2.0 ** n
        n.tanh()
        n.elu()
        row(n)
        v + n
        autograd.dot([n], [1.0])
        autograd.softmax([n, v])
    """,
    "a Recorded of one's own that records nonsense": """
        class N(Recorded): apply_primitive = None
        N() + 1.0
        -N()
        class M(Recorded): apply_primitive = lambda self, row, operands: 3
        M() + 1.0
        M().exp()
        v * M()
    """,
    "a Recorded of one's own with a constructor of its own": """
        class N(Recorded): __init__ = lambda self: setattr(self, "x", 1)
        N() + 1.0
        N() < 1.0
        hash(N())
        N().x
    """,
    "a Value of one's own": """
        class V(Value): pass
        V(1.0) + 1.0
        type("W", (Value,), {})(1.0)
    """,
    "__init__ again": """
        v.__init__(3.0)
        v.__init__()
        v.__init__("x")
        y.__init__(1.0)
        y.backward()
        repr(y)
        row.__init__("exp", None, None)
        row.__init__()
    """,
    "another class": """
        v.__class__ = Primitive
        v.__class__ = int
        y.__class__ = Recorded
        y + 1.0
    """,
    "hand-made nodes": """
        Value(1.0, None, row, v, None, 1.0, 1.0)
        Value(1.0, (v,), (1.0,))
        Value(1.0, "x", 3, 4, 5)
        Value(1.0, None, None, v, v).backward()
        Value(1.0, None, row).backward()
        Value(1.0, None, row).operands
    """,
    "an operand that goes while it is used": """
        w = Value(2.0)
        z = w * v
        del w
        gc.collect()
        z.backward()
        operands = (v * z).operands
        del z
        gc.collect()
        operands[1].backward()
    """,
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS.keys())
def test_the_interpreter_outlives(program: str, tmp_path: Path) -> None:
    lines = [line.strip() for line in program.strip().splitlines()]
    guarded = [f"try:\n    exec({line!r}, globals())\nexcept Exception: pass\n" for line in [*lines, "gc.collect()"]]
    done = run(["-c", START + "".join(guarded) + "print('alive')"], tmp_path)
    assert done.returncode == 0, f"{'; '.join(lines)}: {ending(done)}"
    assert done.stdout == "alive\n"
