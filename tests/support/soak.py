"""Everything again and again in one process, which must not grow: trainings, drawings, pages, replays, files, errors,
and sixteen threads.

    PYTHONPATH=. python tests/support/soak.py 1000

prints, as JSON, a list for each thing that could leak, with its size after every round.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import random
import sys
import tempfile
import threading
from array import array
from collections.abc import Callable
from pathlib import Path

import numpy as np

import autograd
import nn
from autograd import Value, checkpoint, detect_anomaly, exp, grad, hessian, jit, linalg, no_grad, sin, value_and_grad
from nn import MLP, Adam, fit, load

THREADS = 16
POINTS = [[0.1 * i - 0.8, 0.3 * (i % 5) - 0.6] for i in range(16)]
LABELS = [int(a * b > 0.0) for a, b in POINTS]


def train(seed: int, replayed: bool) -> MLP:
    model = MLP(2, [6, 1], activation="tanh", seed=seed)
    optimizer = Adam(model.parameters(), 0.05)
    loss = nn.binary_cross_entropy_with_logits
    fit(model, POINTS, LABELS, loss=loss, optimizer=optimizer, epochs=2, batch_size=8, jit=replayed, progress=False)
    return model


def network(seed: int) -> Value:
    return nn.binary_cross_entropy_with_logits(MLP(2, [3, 1], seed=seed)(POINTS[seed % 16]), LABELS[seed % 16])


def draw(seed: int, folder: Path) -> None:
    y = network(seed)
    y.backward()
    autograd.draw(y).save(folder / "drawing.dot")
    with contextlib.suppress(ImportError, RuntimeError):  # neither pygraphviz nor dot
        autograd.draw(y).save(folder / "drawing.svg")
    str(autograd.explain(y, autograd.variables(y)[0]))


def pages(seed: int, folder: Path) -> None:
    walk = autograd.walkthrough(network(seed))
    walk.save_html(folder / "walk.html")
    autograd.walkthrough(lambda a, b: sin(a * b) + a / b, 1.0 + seed % 7, 2.0).to_json()
    model = MLP(2, [3, 1], activation="tanh", seed=seed)
    optimizer = Adam(model.parameters(), 0.05)
    loss = nn.binary_cross_entropy_with_logits
    nn.playground(model, POINTS, LABELS, loss=loss, optimizer=optimizer, seed=1).save_html(folder / "playground.html")


def replay(seed: int, folder: Path) -> None:
    k = 1.0 + seed % 5  # the programs differ from round to round

    def f(x: Value, y: Value) -> Value:
        z = exp(-x * x * k) + y
        for i in range(seed % 3):
            z = z * sin(y + i)
        return z if x > 0.0 else -z

    replayed = jit(f)
    for x in (0.5, -0.5):
        value_and_grad(replayed)(x, 2.0)
    xs = np.linspace(-1.0, 1.0, 64)
    autograd.vmap(value_and_grad(replayed))(xs, xs + 1.0)
    value_and_grad(autograd.vmap(replayed, reduce="mean"))(xs, xs)
    program = replayed.program(0.5, 2.0)
    program.save(folder / "program.json")
    autograd.Program.load(folder / "program.json")


def derivatives(seed: int) -> None:
    generator = random.Random(seed)
    point = [generator.uniform(0.5, 2.0) for _ in range(4)]
    hessian(lambda v: exp(v[0] * v[1]) * v[2] / v[3])(point)
    grad(lambda v: checkpoint(lambda a, b: sin(a) * b, v[0], v[1]))(point)
    grad(lambda v: linalg.solve([[v[0] + 3.0, v[1]], [v[2], v[3] + 3.0]], [1.0, 2.0])[0])(point)
    with no_grad():
        Value(point[0]).exp()


def errors(seed: int, folder: Path) -> None:
    """What goes wrong leaves nothing behind."""
    x = Value(0.0, label="x")
    for fails in (
        lambda: x.log(),
        lambda: float(x),
        lambda: jit(lambda a: a.data * 2.0)(1.0),
        lambda: load(folder / "no such file.json"),
        lambda: autograd.vmap(jit(lambda a: 1.0 / a))(np.array([1.0, 0.0])),
    ):
        with contextlib.suppress(ArithmeticError, ValueError, TypeError, OSError):
            fails()
    with contextlib.suppress(FloatingPointError), detect_anomaly():
        (x * x).sqrt().backward()


def files(seed: int, folder: Path) -> None:
    train(seed, replayed=True).save(folder / "model.json")
    load(folder / "model.json")


def in_threads(seed: int) -> None:
    """Sixteen at once: trainings of their own, sweeps through one graph, calls of one replayed function."""
    x = Value(1.0 + 0.01 * (seed % 10))
    trunk = x
    for _ in range(200):
        trunk = (trunk * 1.01).sin()
    shared = jit(lambda a, b: sin(a) * exp(b) + a / (1.0 + b * b))
    failed: list[BaseException] = []

    def work(i: int) -> None:
        try:
            (trunk * float(i)).backward()
            for k in range(20):
                value_and_grad(shared)(0.1 * k, 0.1 * i)
            train(i, replayed=i % 2 == 0)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]


def measures() -> dict[str, Callable[[], float]]:
    """What could leak."""
    found: dict[str, Callable[[], float]] = {
        "objects": lambda: len(gc.get_objects()),
        "blocks": sys.getallocatedblocks,
        "threads": threading.active_count,
        "operations": lambda: len(autograd.PRIMITIVES),
    }
    if Path("/proc/self").exists():
        found["files"] = lambda: len(os.listdir("/proc/self/fd"))
        found["tasks"] = lambda: len(os.listdir("/proc/self/task"))
        found["resident KB"] = lambda: (
            int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGESIZE") / 1024
        )
    return found


def main(rounds: int) -> None:
    sizes = {name: array("d") for name in measures()}  # which are no objects to be counted
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        for seed in range(rounds):
            for part in (draw, pages, replay, errors, files):
                part(seed, folder)
            for part in (derivatives, in_threads):
                part(seed)
            train(seed, replayed=False)
            gc.collect()
            for name, measure in measures().items():
                sizes[name].append(measure())
    print(json.dumps({name: list(found) for name, found in sizes.items()}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
