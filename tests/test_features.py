"""The README's comparison: every ✓ in our column is shown here, and every row of the table has its check."""

from __future__ import annotations

import math
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

import autograd as ag
import nn
from autograd import PRIMITIVES, Value

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| ([^|]+?) \| (✓|–) \|", README, re.M)


def branches() -> None:
    def collatz_like(x: Value) -> Value:
        for _ in range(5):
            x = x / 2.0 if x > 3.0 else 3.0 * x + 1.0
        return x

    x = Value(10.0)
    collatz_like(x).backward()  # 10, 5, 2.5, 8.5, 4.25, 2.125: slope 3/16
    assert x.grad == 3.0 / 16.0


def any_depth() -> None:
    assert ag.grad(lambda x: x * ag.grad(lambda y: x * y)(2.0))(3.0) == 6.0
    assert ag.derivative(lambda x: x**7, 6)(2.0) == pytest.approx(math.factorial(7) * 2.0, rel=1e-14)


def forward_and_hvp() -> None:
    assert ag.jvp(lambda x: x * x, 3.0, 1.0) == (9.0, 6.0)
    assert ag.hvp(lambda v: v[0] ** 2 * v[1], [3.0, 5.0], [1.0, 0.0]) == [10.0, 6.0]


def python_errors() -> None:
    with pytest.raises(ZeroDivisionError):
        1.0 / Value(0.0)
    with pytest.raises(ValueError, match="log"):
        ag.log(Value(-1.0))


def math_is_refused() -> None:
    with pytest.raises(TypeError, match=r"autograd\.exp"):
        math.exp(Value(1.0))


def where_is_clean() -> None:
    assert ag.grad(lambda x: ag.where(x > 0.0, ag.sqrt(x), 0.0))(0.0) == 0.0


def a_long_chain() -> None:
    x = Value(1.0)
    y = x
    for _ in range(1_000_000):
        y = y + x
    y.backward()
    assert x.grad == 1_000_001.0


def first_nan() -> None:
    with pytest.raises(FloatingPointError, match=r"mul\(x = 1e\+308"), ag.detect_anomaly():
        Value(1e308, label="x") * 10.0


def gradient_checker() -> None:
    ag.gradcheck(lambda x: ag.sin(x) * x, 0.7)


def checkpointing() -> None:
    def steps(x: Value) -> Value:
        for _ in range(140):
            x = ag.sin(x)
        return x

    def peak(f: Callable[[Value], Value]) -> tuple[int, float]:
        x = Value(0.5)
        nodes = [Value(0.0) for _ in range(150_000)]  # more than the compiled engine keeps for reuse
        tracemalloc.start()
        f(x).backward()
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        del nodes
        return most, x.grad

    def in_pieces(x: Value) -> Value:
        for _ in range(140):
            x = ag.checkpoint(steps, x)
        return x

    def at_once(x: Value) -> Value:
        for _ in range(140):
            x = steps(x)
        return x

    (small, gradient), (large, expected) = peak(in_pieces), peak(at_once)
    assert gradient == expected
    assert small < large / 3


def own_operation() -> None:
    cube = ag.primitive("cube", lambda a: a * a * a, lambda a, y: (3.0 * a * a,), samples=[(2.0,)])
    try:
        assert ag.derivative(cube, 3)(2.0) == 6.0
        assert "cube" in str(ag.walkthrough(cube(Value(2.0))))
    finally:
        del PRIMITIVES["cube"]


def networks() -> None:
    model = nn.MLP(1, [1], seed=0)
    nn.fit(model, [[1.0]], [2.0], loss=nn.mse, optimizer=nn.Adam(model.parameters(), 0.1), epochs=1, progress=False)


def views() -> None:
    x = Value(2.0, label="x")
    y = x * x
    assert "∂v1/∂x" in str(ag.explain(y, x))
    walk = ag.walkthrough(y)
    assert len(walk) > 2
    assert callable(walk.play)
    assert callable(walk.save_html)


def nothing_but_python() -> None:
    program = "import sys; sys.path[:0] = sys.argv[1:]; import autograd, nn"
    command = [sys.executable, "-S", "-c", program, str(Path(ag.__file__).parent.parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def replay() -> None:
    times = {"f": 0}

    def f(x: Value) -> Value:
        times["f"] += 1
        return ag.exp(x) * x

    replayed = ag.jit(f)
    assert [replayed(float(x)) for x in range(20)] == [math.exp(x) * x for x in range(20)]
    assert times["f"] == 2  # recorded, and checked to be a function of its arguments


def branches_in_replay() -> None:
    def halvings(x: Value) -> Value:
        n = 0
        while x > 1.0:
            x, n = x / 2.0, n + 1
        return x * n

    replayed = ag.jit(halvings)
    for x in (0.5, 3.0, 100.0, 2.0, 0.1, 70.0):
        assert replayed(x) == halvings(x)


def arrays() -> None:
    np = pytest.importorskip("numpy")
    xs = np.linspace(-2.0, 2.0, 11)
    ys, slopes = ag.vmap(ag.value_and_grad(lambda x: x * x if x > 0.0 else -x))(xs)
    assert ys.tolist() == [x * x if x > 0.0 else -x for x in xs.tolist()]
    assert slopes.tolist() == [2.0 * x if x > 0.0 else -1.0 for x in xs.tolist()]


CHECKS = {
    "plain Python code, with branches on numbers": branches,
    "derivatives of derivatives, to any depth": any_depth,
    "forward mode; Hessian times vector": forward_and_hvp,
    "division by zero and log(−1) are errors, as in Python": python_errors,
    "`math.exp(x)` is refused, not silently wrong": math_is_refused,
    "`where` leaks no NaN from the branch not taken": where_is_clean,
    "a chain of 1,000,000 operations": a_long_chain,
    "names the operation that made the first NaN": first_nan,
    "a gradient checker": gradient_checker,
    "checkpointing: recompute instead of store": checkpointing,
    "an operation of your own, in one definition, for all orders": own_operation,
    "layers, losses, optimisers": networks,
    "the chain rule written out; a walk; a live page": views,
    "the engine needs nothing but Python": nothing_but_python,
    "a recorded program compiled and replayed": replay,
    "... that follows `if` wherever the numbers lead": branches_in_replay,
    "scalar code over arrays of points": arrays,
}


@pytest.mark.parametrize("feature", CHECKS)
def test_what_the_table_says_of_us_is_true(feature: str) -> None:
    CHECKS[feature]()


def test_every_tick_of_ours_has_its_check() -> None:
    assert {feature for feature, ours in ROWS if ours == "✓"} == set(CHECKS)
    assert {feature for feature, ours in ROWS if ours == "–"} == {"GPUs"}
