"""A playground's engine run by node, as the page runs it, and a model trained by both Python and it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest

from nn import Playground, fit
from nn.playground import ENGINE, asset

needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="no `node` to run JavaScript with")


def run(playground: Playground, script: str) -> Any:
    """What an expression of JavaScript is, in which `trainer` is the page's; a function of them is called."""
    parts = [playground.definitions(), *map(asset, ENGINE), "const trainer = new Trainer(SPEC);"]
    return node("\n".join(parts), script)


def node(definitions: str, expression: str) -> Any:
    """What an expression is after some definitions."""
    told = f'{definitions}\nconsole.log(JSON.stringify({expression}, (_, x) => (Number.isNaN(x) ? "NaN" : x)));'
    done = subprocess.run(["node", "-"], input=told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Case(NamedTuple):
    """Something to train: twice the same model, its data, and what `fit` is told of them.

    Attributes:
        make: the model, the same each time.
        X, y: the examples.
        loss: as of `fit`.
        optimizer: of the model.
        options: of both `fit` and `playground`.
    """

    make: Callable[[], Any]
    X: Sequence[Any]
    y: Sequence[Any]
    loss: Any
    optimizer: Callable[[Any], Any]
    options: dict[str, Any]


def trained(case: Case, epochs: int, **more: Any) -> tuple[list[float], list[float]]:
    """The parameters after Python's fit, and its losses."""
    model = case.make()
    history = fit(
        model,
        case.X,
        case.y,
        loss=case.loss,
        optimizer=case.optimizer(model),
        epochs=epochs,
        progress=False,
        **case.options,
        **more,
    )
    return [p.data for p in model.parameters()], history.loss
