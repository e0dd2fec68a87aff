"""Expressions to be walked over."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import autograd
from autograd import (
    Value,
    constant,
)


def chain_rule() -> Value:
    """The lecture's two factors and a bit: upstream 0.0736, local 0.518."""
    w, x = Value(0.4, label="w"), Value(0.518, label="x")
    z = w * x
    z.label = "z"
    out = 0.0736 * z
    out.label = "out"
    return out


def random_expression(seed: int) -> Value:
    """Ten leaves, forty operations on whatever there is already; the last one's history is the graph."""
    draw = random.Random(seed)
    made: list[Value] = [Value(draw.uniform(0.5, 2.0)) for _ in range(8)] + [constant(1.5), constant(0.25, "c")]
    operations: list[Callable[[Value, Value], Any]] = [
        lambda a, b: a + b,
        lambda a, b: a * b,
        lambda a, b: (a - 0.5) / 2.0,
        lambda a, b: autograd.tanh(a),
        lambda a, b: autograd.maximum(a, b),
        lambda a, b: autograd.dot([a, b, 0.5], [b, a, b]),
        lambda a, b: autograd.where(a.data > b.data, a, b),
    ]
    for _ in range(40):
        made.append(draw.choice(operations)(draw.choice(made[-12:]), draw.choice(made[-12:])))
    return autograd.sum(made[-6:]) + made[0]
