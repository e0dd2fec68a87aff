"""Loading what `Module.save` wrote: a model, its optimiser and the random generator of its training."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from autograd.support.errors import one_line, shown
from autograd.support.files import path_shown
from nn.arguments import drawing_from
from nn.files import dict_of, index_of, list_of, read_document
from nn.module import Module
from nn.optim import LearningRate, Optimizer
from nn.references import Read
from nn.room import room_for

_KINDS: Final = {ValueError: "", KeyError: "there is no "}
_TIMES: Final = 4
_SPARE: Final = 10_000
"""So many parameters may be made for each that a file has, and so many more: a class may share or drop some later."""


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

    The library's layers make no more parameters than the file has numbers for, and draw nothing from Python's shared
    generator meanwhile. A class of yours is called with what stands in the file for its `architecture()`: if it makes
    parameters itself, it should check how many.

    Args:
        path: the file.
        learning_rate: for an optimiser whose learning rate was a schedule; a function is not saved.

    Raises:
        ValueError: for a file that is foreign, truncated, edited, newer, of a class unknown here, or whose model its
            class refuses.
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
    file = Path(path)
    content, place = read_document(file), f"load: {path_shown(file)}"
    with _told(place, "generators"):
        read = Read(Module, content.get("generators", []))
    with _told(place, "model"):
        model = _model(dict_of("model", content["model"]), read)
    optimizer = generator = None
    if "optimizer" in content:
        with _told(place, "optimizer"):
            optimizer = _optimizer(dict_of("optimizer", content["optimizer"]), read, model, learning_rate)
    if "generator" in content:
        with _told(place, "generator"):
            generator = read.generator(content["generator"])
    return Saved(model, optimizer, generator)


@contextmanager
def _told(place: str, part: str) -> Iterator[None]:
    """Whatever goes wrong with a part of a file, told as an error of the file; other people's classes raise anything.

    Raises:
        ValueError: that names the file and the part.
    """
    try:
        yield
    except Exception as error:
        kind = _KINDS.get(type(error), f"{type(error).__name__}: ")
        raise ValueError(f"{place}: {part}: {kind}{one_line(str(error), 300)}") from None  # whose text is a stranger's


def _model(content: dict[str, Any], read: Read) -> Module:
    parameters = dict_of("parameters", content["parameters"])
    for name, number in parameters.items():
        if type(number) not in (int, float):
            raise ValueError(f"parameter {one_line(name, 120)} must be a number, got {shown(number)}")
    with room_for(_SPARE + _TIMES * len(parameters)), drawing_from(random.Random(0)):  # what is drawn is replaced
        made: Module = read.module(content)
    if list(made.state_dict()) != list(parameters):
        raise ValueError(f"it has other parameters than a {one_line(content['class'])} of its architecture")
    made.load_state_dict(parameters)
    named = dict(made.named_parameters())
    frozen = list_of("frozen", content.get("frozen", []))
    for name in frozen:
        if not isinstance(name, str) or name not in named:
            raise ValueError(f"frozen must be names of parameters, got {shown(name)}")
    made.freeze([named[name] for name in frozen])
    return made


def _optimizer(content: dict[str, Any], read: Read, model: Module, rate: LearningRate | None) -> Optimizer:
    if content["learning_rate"] is None and rate is None:
        raise ValueError("its learning rate was a schedule; pass it as load(path, learning_rate=...)")
    parameters = model.parameters()
    trains = list_of("trains", content["trains"])
    trained = [parameters[index_of(f"trains[{i}]", place, len(parameters))] for i, place in enumerate(trains)]
    rate = content["learning_rate"] if rate is None else rate
    made: Optimizer = read.class_of(content, Optimizer)(trained, rate, **dict_of("options", content["options"]))
    state = {entry: content[entry] for entry in [*made.state_dict(), *(["groups"] if "groups" in content else [])]}
    made.load_state_dict(state | {"learning_rate": None})  # which is there already
    return made
