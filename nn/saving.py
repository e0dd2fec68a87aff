"""Loading what `Module.save` wrote: a model, its optimiser and the random generator of its training."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograd.support.errors import one_line
from nn.files import read_document
from nn.module import Module
from nn.optim import LearningRate, Optimizer
from nn.references import Read


@dataclass(frozen=True)
class Saved:
    """What a file held.

    Attributes:
        model: of the class it was saved from, with the same parameters.
        optimizer: of the model's parameters, in the state it was in; None if none was saved.
        generator: a random generator in the state it was in; None if none was saved.
    """

    model: Any
    optimizer: Any = None
    generator: random.Random | None = None


def load(path: str | os.PathLike[str], learning_rate: LearningRate | None = None) -> Saved:
    """Read what `model.save(path)` wrote, and refuse anything else. Nothing is unpickled, no code in it is run.

    Args:
        path: the file.
        learning_rate: for an optimiser whose learning rate was a schedule; a function is not saved.

    Raises:
        ValueError: for a file that is foreign, truncated, edited, newer, or of a class unknown here.
        OSError: if it cannot be read.

    >>> import random, tempfile
    >>> from nn import MLP, SGD, fit, mse
    >>> model, generator = MLP(1, [4, 1], seed=0), random.Random(0)
    >>> optimizer = SGD(model.parameters(), 0.01, momentum=0.9)
    >>> X, y = [[0.0], [1.0], [2.0]], [0.0, 1.0, 4.0]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model.save(folder + "/model.json", optimizer, generator)
    ...     saved = load(folder + "/model.json")
    >>> first = fit(model, X, y, loss=mse, optimizer=optimizer, epochs=5, seed=generator)
    >>> again = fit(saved.model, X, y, loss=mse, optimizer=saved.optimizer, epochs=5, seed=saved.generator)
    >>> first.loss == again.loss
    True
    """
    place = Path(path)
    content = read_document(place)
    try:
        read = Read(Module, content.get("generators", []), place)
        model = _model(content["model"], read, place)
        optimizer = None
        if "optimizer" in content:
            optimizer = _optimizer(content["optimizer"], read, model, learning_rate, place)
        generator = read.generator(content["generator"]) if "generator" in content else None
    except (KeyError, IndexError, AttributeError, TypeError) as error:
        raise ValueError(
            f"load: {place} is not complete: {type(error).__name__}: {one_line(str(error), 300)}"
        ) from None
    return Saved(model, optimizer, generator)


def _model(content: dict[str, Any], read: Read, path: Path) -> Module:
    made: Module = read.module(content)
    if list(made.state_dict()) != list(content["parameters"]):
        raise ValueError(f"load: {path} has other parameters than a {one_line(content['class'])} of its architecture")
    made.load_state_dict(content["parameters"])
    named = dict(made.named_parameters())
    made.freeze([named[name] for name in content.get("frozen", [])])
    return made


def _optimizer(content: dict[str, Any], read: Read, model: Module, rate: LearningRate | None, path: Path) -> Optimizer:
    if content["learning_rate"] is None and rate is None:
        raise ValueError(f"load: the learning rate in {path} was a schedule; pass it as load(path, learning_rate=...)")
    parameters = model.parameters()
    trained = [parameters[i] for i in content["trains"]]
    rate = content["learning_rate"] if rate is None else rate
    made: Optimizer = read.class_of(content, Optimizer)(trained, rate, **content["options"])
    state = {entry: content[entry] for entry in [*made.state_dict(), *(["groups"] if "groups" in content else [])]}
    made.load_state_dict(state | {"learning_rate": None})  # which is there already
    return made
