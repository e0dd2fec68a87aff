"""Random graphs by seed, over the whole table, with the corners in: kinks, ties, zeros, infinite derivatives.

The same seed makes the same graph everywhere. Half of them keep to moderate numbers, where an oracle can follow; the
other half start from zeros, ones and huge numbers, and like the rows that select an operand.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Sequence
from typing import Any

import mpmath

from autograd import PRIMITIVES, Value, adjoints
from support.expressions import OPERATORS, Expression, Step, apply_engine, apply_floats, apply_many_digits

CORNERS = (0.0, 0.0, -0.0, 1.0, 1.0, -1.0, 2.0, -2.0, 0.5, 3.0, 1e-8, 40.0, -40.0, 300.0)

SELECTING = ("where", "maximum", "minimum", "clip", "relu", "leaky_relu", "elu", "abs", "xlogy", "pow")

STEEP = (("sqrt", 0.0), ("cbrt", 0.0), ("asin", 1.0), ("asin", -1.0), ("acos", 1.0), ("acosh", 1.0), ("ieee_log", 0.0))
"""Rows whose derivative is infinite, and where."""


def random_graph(seed: int) -> Expression:
    """The graph of a seed: one to three leaves, one to eight steps."""
    generator = random.Random(seed)
    wild = seed % 2 == 1

    def number() -> float:
        if wild or generator.random() < 0.2:
            return generator.choice(CORNERS)
        return generator.uniform(-3.0, 3.0)

    leaves = tuple(number() for _ in range(generator.randint(1, 3)))
    results = list(leaves)
    steps: list[Step] = []
    wanted, tries = generator.randint(1, 8), 0
    while len(steps) < wanted or not steps:
        tries += 1
        if tries > 200 and steps:
            break
        if wild and generator.random() < 0.1 and _add_steep_step(generator, results, steps):
            continue
        name = _row_name(generator, wild)
        operands: list[int | float] = []
        for i in range(_operand_count(generator, name)):
            if i == 0 and generator.random() < 0.7:
                operands.append(len(results) - 1)  # so that graphs are deep
            elif generator.random() < 0.6:
                operands.append(_recent(generator, len(results)))
            elif generator.random() < 0.2:
                operands.append(results[_recent(generator, len(results))])  # a constant that makes a tie
            else:
                operands.append(number())
        if not any(type(x) is int for x in operands):
            operands[generator.randrange(len(operands))] = len(results) - 1
        generator.shuffle(operands)
        try:
            result = apply_floats(name, [results[x] if type(x) is int else x for x in operands])
        except (ArithmeticError, ValueError):
            continue
        if math.isnan(result) or (abs(result) > 1e6 and generator.random() < 0.8):
            continue
        results.append(result)
        steps.append(Step(name, tuple(operands)))
    return Expression(leaves, tuple(steps))


def _row_name(generator: random.Random, wild: bool) -> str:
    chance = generator.random()
    if wild and chance < 0.3:
        return generator.choice(SELECTING)
    if wild and chance < 0.4:
        return generator.choice(STEEP)[0]
    if chance < 0.65:
        return generator.choice(list(OPERATORS))
    return generator.choice([name for name in PRIMITIVES if name != "stop_gradient"])  # not what differences find


def _add_steep_step(generator: random.Random, results: list[float], steps: list[Step]) -> bool:
    """Shift the last result to where the derivative of a row is infinite, and apply that; False where it can't be."""
    name, place = generator.choice(STEEP)
    last = results[-1]
    shift = last - place
    if not math.isfinite(shift) or last - shift != place:
        return False
    steps.append(Step("sub", (len(results) - 1, shift)))
    results.append(last - shift)
    steps.append(Step(name, (len(results) - 1,)))
    results.append(apply_floats(name, [results[-1]]))
    return True


def _operand_count(generator: random.Random, name: str) -> int:
    if not PRIMITIVES[name].variadic:
        return len(PRIMITIVES[name].operands)
    count = generator.randint(1, 4)
    return 2 * count if name == "dot" else count


def _recent(generator: random.Random, count: int) -> int:
    """An earlier result, the later ones more often."""
    return max(generator.randrange(count), generator.randrange(count))


def as_function(expression: Expression) -> Callable[[Any], Any]:
    """The expression as a user's function of a list of numbers; whole constants are written as ints in every other."""
    whole = len(expression.steps) % 2 == 0

    def apply(name: str, operands: list[Any]) -> Any:
        if whole:
            operands = [int(x) if type(x) is float and _is_whole(x) else x for x in operands]
        return apply_engine(name, operands)

    return lambda v: expression.run(v, apply)[-1]


def together(graphs: Sequence[Expression]) -> tuple[Callable[..., list[Any]], list[float], list[int]]:
    """Graphs as one function of all their leaves, these numbers, and where those of each graph begin and end."""
    starts = [sum(len(graph.leaves) for graph in graphs[:i]) for i in range(len(graphs) + 1)]

    def every(*xs: Any) -> list[Any]:
        pieces = zip(graphs, starts, starts[1:], strict=False)
        return [graph.run(xs[a:b], apply_engine)[-1] for graph, a, b in pieces]

    return every, [x for graph in graphs for x in graph.leaves], starts


def _is_whole(x: float) -> bool:
    return x.is_integer() and abs(x) < 2.0**53 and (x != 0.0 or math.copysign(1.0, x) > 0.0)


def source(expression: Expression) -> str:
    """The expression as Python, to be tried by hand."""
    n = len(expression.leaves)
    names = [f"v[{i}]" for i in range(n)] + [f"t{i}" for i in range(len(expression.steps))]
    lines = [
        f"t{i} = {step.name}({', '.join(names[x] if type(x) is int else repr(x) for x in step.operands)})"
        for i, step in enumerate(expression.steps)
    ]
    return f"at v = {list(expression.leaves)}: {'; '.join(lines)}"


def pruned(expression: Expression) -> Expression:
    """The expression without the steps that its result doesn't use."""
    n = len(expression.leaves)
    used = {n + len(expression.steps) - 1}
    for i in range(len(expression.steps) - 1, -1, -1):
        if n + i in used:
            used |= {x for x in expression.steps[i].operands if type(x) is int}
    kept = [i for i in range(n + len(expression.steps)) if i < n or i in used]
    place = {old: new for new, old in enumerate(kept)}
    steps = [expression.steps[i - n] for i in kept if i >= n]
    return Expression(
        expression.leaves,
        tuple(Step(s.name, tuple(place[x] if type(x) is int else x for x in s.operands)) for s in steps),
    )


def sizes(expression: Expression) -> tuple[list[float], list[list[float]]]:
    """The gradient and the Hessian if no two paths cancelled: sums of absolute products. Rounding is relative to them.

    Carried forward, from what the engine says of each row alone.
    """
    n = len(expression.leaves)
    numbers = list(expression.leaves)
    first = [[float(i == j) for j in range(n)] for i in range(n)]
    second = [[[0.0] * n for _ in range(n)] for _ in range(n)]
    for step in expression.steps:
        variables = [Value(numbers[x] if type(x) is int else x) for x in step.operands]
        y = apply_engine(step.name, variables)
        slopes = adjoints(y, variables)
        curvatures = [[c.data for c in adjoints(slope, variables)] for slope in slopes]
        if step.name == "logsumexp":  # a difference: with p for a slope, it is p − p²
            for i, slope in enumerate(slopes):
                curvatures[i][i] = slope.data
        inner = [(i, x) for i, x in enumerate(step.operands) if type(x) is int]
        g = [math.fsum(abs(slopes[i].data) * first[x][a] for i, x in inner if first[x][a]) for a in range(n)]
        h = [[_curvature(slopes, curvatures, inner, first, second, a, b) for b in range(n)] for a in range(n)]
        numbers.append(y.data)
        first.append(g)
        second.append(h)
    return first[-1], second[-1]


def _curvature(
    slopes: Sequence[Value],
    curvatures: Sequence[Sequence[float]],
    inner: Sequence[tuple[int, int]],
    first: Sequence[Sequence[float]],
    second: Sequence[Sequence[Sequence[float]]],
    a: int,
    b: int,
) -> float:
    bent = [abs(slopes[i].data) * second[x][a][b] for i, x in inner if second[x][a][b]]
    for (i, x), (j, z) in itertools.product(inner, repeat=2):
        if first[x][a] and first[z][b]:
            bent.append(abs(curvatures[i][j]) * first[x][a] * first[z][b])
    return math.fsum(bent) if all(map(math.isfinite, bent)) else math.nan


def exact_derivatives(expression: Expression) -> tuple[list[float], list[list[float]]] | None:
    """Gradient and Hessian by central differences in 120 digits, good to some 1e-50.

    None where the expression leaves the real numbers beside the point.
    """
    n = len(expression.leaves)
    with mpmath.workdps(120):
        h = mpmath.mpf(10) ** -30
        point = list(map(mpmath.mpf, expression.leaves))

        def at(*shifts: tuple[int, int]) -> Any:
            moved = list(point)
            for i, sign in shifts:
                moved[i] += sign * h
            return expression.run(moved, apply_many_digits)[-1]

        try:
            centre = at()
            ends = [(at((i, 1)), at((i, -1))) for i in range(n)]
            gradient = [float((up - down) / (2 * h)) for up, down in ends]
            curvature = [[0.0] * n for _ in range(n)]
            for i in range(n):
                up, down = ends[i]
                curvature[i][i] = float((up - 2 * centre + down) / h**2)
                for j in range(i):
                    corners = [(s, t, at((i, s), (j, t))) for s in (1, -1) for t in (1, -1)]
                    mixed = sum(s * t * y for s, t, y in corners) / (4 * h**2)
                    curvature[i][j] = curvature[j][i] = float(mixed)
        except (ArithmeticError, ValueError):
            return None
    return gradient, curvature
