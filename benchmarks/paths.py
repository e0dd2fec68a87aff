"""Ways to write the same thing, and the cost of one relative to another: none may be a trap.

A path is a statement beside another that is its measure. Both run in the process of the compiled wheel, one directly
after the other, round by round; the bar is on the quotient of their times.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.objectives import (
    chain_end,
    chain_end_twice,
    examples,
    logistic_regression,
    rosenbrock,
    solved_twice_by_numpy,
    solved_with_gradient,
    system,
)

COUNT = 200
MANY = 10_000


@dataclass(frozen=True)
class Path:
    """A statement and its measure, both Python over the names of `names()`.

    Attributes:
        statement: what is measured.
        peer: what its time is divided by.
        bar: the largest quotient that is good enough; None where the quotient is only shown.
        aim: the quotient to hope for, where it is another.
    """

    statement: str
    peer: str
    bar: float | None = None
    aim: float | None = None


@dataclass(frozen=True)
class Group:
    """Paths that are measured in one process.

    Attributes:
        title: for the report.
        loops: how often each statement runs in one round.
        paths: the rows.
        keep: whether what a statement returns is kept until the clock has stopped, and not freed at once.
    """

    title: str
    loops: int
    paths: tuple[Path, ...]
    keep: bool = False


OPERATORS = (
    *("1.0 * y", "y * 2", "2 * y", "1.0 - y", "1 - y", "y - 1.0", "y + 1", "1.0 + y"),
    *("y / 2", "1.0 / y", "-y", "x**2", "x**2.0", "x**3"),
)

AS_FAST = 1.0
NO_TRAP = 1.4


def _of_reductions() -> tuple[Path, ...]:
    """Of floats not slower than of Values; one element of the other kind, and dot's usual operands, no trap.

    Those of Values are shown beside the sum, or the quotients of a slow one would hide it.
    """
    paths = []
    for name in ("dot", "logsumexp", "norm", "sum", "mean", "prod"):
        also = (", more_values", ", more_floats") if name == "dot" else ("", "")
        peer = f"{name}(values{also[0]})"
        paths += [
            Path(f"{name}(floats{also[1]})", peer, AS_FAST),
            Path(f"{name}(values_and_a_float{also[0]})", peer, NO_TRAP),
            Path(f"{name}(floats_and_a_value{also[1]})", peer, NO_TRAP),
        ]
    paths += [Path(f"dot(values, {numbers})", "dot(values, more_values)", NO_TRAP) for numbers in ("floats", "ints")]
    paths += [Path(f"{name}(values)", "sum(values)") for name in ("logsumexp", "norm", "mean", "prod")]
    return tuple(paths)


def _of_transforms() -> tuple[Path, ...]:
    """Against f recorded on Values, and forward mode against reverse."""
    paths = []
    for f in ("rosenbrock", "logistic"):
        recorded = f"{f}(values)"
        paths += [
            Path(recorded, f"{f}(floats)"),
            Path(f"jvp({f}, floats, more_floats)", recorded, 4.0),
            Path(f"hvp({f}, floats, more_floats)", recorded, 10.0, aim=8.0),
        ]
    paths.append(Path("jacobian(chain_end_twice)(1.0)", "jacobian(chain_end)(1.0)", AS_FAST))
    return tuple(paths)


GROUPS: dict[str, Group] = {
    "operators": Group(
        "Operators with a plain number, recorded",
        10_000,
        tuple(Path(statement, "y * 1.0", NO_TRAP) for statement in OPERATORS),
        keep=True,
    ),
    "reductions": Group(f"Reductions of {COUNT} numbers (dot: {COUNT} and {COUNT})", 200, _of_reductions()),
    "transforms": Group(
        f"Products with Jacobians and Hessians: Rosenbrock of {COUNT}, logistic regression of 300 × {COUNT}",
        3,
        _of_transforms(),
    ),
    "linalg": Group(
        "A 60 × 60 system of Values with its gradient, beside NumPy's two solves and the conversion there and back",
        5,
        (Path("solved_with_gradient(*equations)", "solved_twice_by_numpy(*equations)", 3.0),),
    ),
    "sparse": Group(
        f"The sparse Hessian of Rosenbrock of {MANY} variables",
        1,
        (
            Path('hessian(rosenbrock, sparsity="detect")(many)', "grad(rosenbrock)(many)", 5.0),
            Path("hvp(rosenbrock, many, many)", "grad(rosenbrock)(many)"),
        ),
    ),
}


def names() -> dict[str, Any]:
    """What the statements are made of: numbers, Values, and functions of the engine and of `objectives`."""
    import autograd

    generator = random.Random(1)
    floats = [generator.uniform(0.9, 1.1) for _ in range(COUNT)]
    more_floats = [generator.uniform(-1.0, 1.0) for _ in range(COUNT)]
    values = [autograd.Value(number) for number in floats]
    matrix, load = system(60)
    middle = COUNT // 2
    functions = ("dot", "logsumexp", "norm", "sum", "mean", "prod", "jvp", "hvp", "jacobian", "hessian", "grad")
    return {name: getattr(autograd, name) for name in functions} | {
        "x": autograd.Value(1.25),
        "y": autograd.Value(1.5),
        "floats": floats,
        "more_floats": more_floats,
        "many": [generator.uniform(0.9, 1.1) for _ in range(MANY)],
        "ints": [i % 2 for i in range(COUNT)],
        "values": values,
        "more_values": [autograd.Value(number) for number in more_floats],
        "values_and_a_float": [*values[:middle], floats[middle], *values[middle + 1 :]],
        "floats_and_a_value": [*floats[:middle], values[middle], *floats[middle + 1 :]],
        "rosenbrock": rosenbrock,
        "logistic": logistic_regression(*examples(300, COUNT)),
        "chain_end": chain_end,
        "chain_end_twice": chain_end_twice,
        "equations": ([list(map(autograd.Value, row)) for row in matrix], list(map(autograd.Value, load))),
        "solved_with_gradient": solved_with_gradient,
        "solved_twice_by_numpy": solved_twice_by_numpy,
    }


def repeated(statement: str, group: Group, namespace: dict[str, Any]) -> Callable[[], Any]:
    """A function that runs a statement as often as its group says, and returns all results if the group keeps them."""
    loop = f"for _ in range({group.loops})"
    body = f"return [{statement} {loop}]" if group.keep else f"{loop}: {statement}"
    local: dict[str, Callable[[], Any]] = {}
    exec(f"def run():\n    {body}", namespace, local)
    return local["run"]


def rounds(group: Group) -> Callable[[], list[tuple[float, float]]]:
    """A function that measures all paths of a group once: the seconds of the statement and of its peer, per loop."""
    namespace = names()
    pairs = [
        (repeated(path.statement, group, namespace), repeated(path.peer, group, namespace)) for path in group.paths
    ]
    peer_first = False

    def measure_once() -> list[tuple[float, float]]:
        nonlocal peer_first
        peer_first = not peer_first  # whoever comes first has no advantage in the median
        measured = []
        for ours, peer in pairs:
            if peer_first:
                theirs = _seconds(peer)
                seconds = _seconds(ours)
            else:
                seconds = _seconds(ours)
                theirs = _seconds(peer)
            measured.append((seconds / group.loops, theirs / group.loops))
        return measured

    return measure_once


def _seconds(run: Callable[[], Any]) -> float:
    gc.collect()  # what the one before has left is not on this one's account
    start = time.perf_counter()
    kept = run()
    seconds = time.perf_counter() - start
    del kept  # only now, so that the time to free what is kept isn't measured
    return seconds
