"""`playground`: a model that trains in a page: one HTML file, which asks the network for nothing."""

from __future__ import annotations

import html
import os
import random
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograd import Value
from autograd.formulas.javascript import javascript_table
from autograd.program.to_javascript import to_javascript
from autograd.support.errors import is_real, one_line, typed
from autograd.support.files import write_whole
from autograd.support.offline import filled, framed, read_asset, script_json
from nn.arguments import Row, check_made, count_of, generator_of
from nn.examples import Examples, Validation, checked_examples, split
from nn.losses import is_weight
from nn.optim import Optimizer
from nn.playground.description import connections_of, defaults, layers_of, optimizer_of, program_of, shapes_of
from nn.playground.recording import Recorded, parameters_of, recorded
from nn.playground.taking_home import saving_of
from nn.playground.tasks import task_of
from nn.steps import Loss

ENGINE = ("random.js", "optimizers.js", "program.js", "trainer.js", "files.js")
"""What trains, and needs no page."""

_LOOKS = (
    "dom.js",
    "data.js",
    "plots.js",
    "pictures.js",
    "curves.js",
    "maps.js",
    "network.js",
    "health.js",
    "sampled.js",
)
_PAGE = (*_LOOKS, "why.js", "learning.js", "examples.js", "downloads.js", "links.js", "page.js")


class Playground:
    """A model as a page that trains it; made by `playground`.

    Attributes:
        title: of the page.
    """

    def __init__(self, title: str, spec: dict[str, Any], code: str, table: str) -> None:
        self.title = title
        self._spec = spec
        self._code = code
        self._table = table

    def to_html(self) -> str:
        """The page as text."""
        script = "\n".join([self.definitions(), *map(asset, (*ENGINE, *_PAGE))])
        return filled(asset("page.html"), {"title": html.escape(self.title)}, script, asset("page.css"))

    def definitions(self) -> str:
        """What the scripts are about, in JavaScript: SPEC says what the model is, CODE and TABLE compute it."""
        table = self._table.replace("</", "<\\/")  # in the name of a primitive
        parts = [f"const TABLE = {table};", f"const CODE = {self._code};", f"const SPEC = {script_json(self._spec)};"]
        return "\n".join(['"use strict";', *parts])

    def save_html(self, path: str | os.PathLike[str]) -> Path:
        """Write the page as one file, which opens from disk and needs no network; returns its path.

        Raises:
            OSError: if the file cannot be written.
        """
        write_whole(path, self.to_html().encode())
        return Path(path)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        instead = f"{self!r}; run the cell, or trust the notebook, to train it"
        page = framed(self.to_html(), "allow-scripts allow-forms allow-downloads", instead)
        return {"text/plain": repr(self), "text/html": page}

    def __repr__(self) -> str:
        count, examples = len(self._spec["start"]), len(self._spec["X"])
        return f"<playground {one_line(self.title)}: {count} parameters, {examples} examples>"


def playground(
    model: Callable[[Any], Any],
    X: Row[Any],  # noqa: N803 - the field's name for the examples
    y: Row[Any],
    *,
    loss: Loss,
    optimizer: Optimizer,
    batch_size: int | None = None,
    seed: int | random.Random | None = None,
    validation: Validation | None = None,
    title: str | None = None,
) -> Playground:
    """A page in which a model trains: live, step by step, with every number explained. Nothing is trained here.

    The loss of one example is recorded once, and written out in JavaScript. In the page it is trained as `fit` trains
    it, from where its parameters are now: the same batches in the same order, the same steps.

    Args:
        model: a Module, or a function made with Values, which the optimizer trains.
        X, y: the examples and their targets, as for `fit`; all of one structure.
        loss: `(prediction, target) -> Value` for one example.
        optimizer: an SGD, Adam, AdamW or RMSprop, in whatever state; its learning rate is a number.
        batch_size, seed, validation: as for `fit`; without a seed one is drawn, which the page shows.
        title: of the page; by default the name of the model's class, or of the function.

    Raises:
        TypeError, ValueError: for bad data or arguments; for a model that is too large, draws random numbers or takes
            another branch for another example, or for an operation of your own whose rules compute with floats only.

    >>> from nn import MLP, SGD, mse
    >>> model = MLP(1, [4, 1], activation="tanh", seed=0)
    >>> playground(model, [[0.0], [0.5], [1.0]], [0.0, 0.2, 1.0], loss=mse, optimizer=SGD(model.parameters(), 0.1))
    <playground MLP: 13 parameters, 3 examples>
    """
    check_made("playground", "model", model)
    if not callable(loss):
        raise TypeError(
            f"playground: loss must be a function of a prediction and its target, such as nn.mse, got {typed(loss)}"
        )
    if not isinstance(optimizer, Optimizer):
        raise TypeError(
            f"playground: optimizer must be one, such as SGD(model.parameters(), 0.1), got {typed(optimizer)}"
        )
    if title is not None and not isinstance(title, str):
        raise TypeError(f"playground: title must be a str, got {typed(title)}")
    of_optimizer = optimizer_of(optimizer)
    size = None if batch_size is None else count_of("playground", "batch_size", batch_size)
    named = parameters_of(model, optimizer.parameters)
    parameters = [p for _, p in named]
    trained = set(map(id, optimizer.parameters))
    if not trained <= set(map(id, parameters)):
        raise ValueError(
            "playground: the optimizer trains parameters that are not the model's; make it with model.parameters()"
        )
    seed = random.randrange(2**31) if seed is None else seed
    generator = copy(generator_of(seed))  # whoever trains with it later shall find it as it was
    learnt, validated = split(checked_examples(X, y, owner="playground"), validation, generator, "playground")
    examples = _together(learnt, validated)
    whole = recorded(model, loss, parameters, [name for name, _ in named], examples)
    layers = layers_of(whole)
    spec = {
        **_data(whole, len(learnt)),
        "title": title or _name_of(model),
        **_randomness(seed, generator, validation),
        "batchSize": size,
        "start": [p.data for p in parameters],
        "frozen": [i for i, p in enumerate(parameters) if p.is_constant or id(p) not in trained],
        "weights": [i for i, (name, _) in enumerate(named) if is_weight(name)],
        "shapes": shapes_of([name for name, _ in named]),
        "layers": layers,
        "task": task_of(loss, whole),
        "optimizer": _padded(of_optimizer, optimizer, parameters),
        "optimizers": defaults(),
        "program": program_of(whole, len(parameters)),
        "connections": connections_of(whole, len(parameters), layers),
        "saving": saving_of(model, loss, examples.inputs[0], [name for name, _ in named]),
    }
    try:
        code = to_javascript(whole.program, len(parameters), whole.first)
        uses = dict.fromkeys((row, len(operands)) for _, row, operands in whole.program.operations())
        table = javascript_table(uses)
    except (TypeError, ValueError) as error:
        raise type(error)(f"playground: {error}") from None
    return Playground(spec["title"], spec, code, table)


def _name_of(model: Any) -> str:
    name = getattr(model, "__name__", type(model).__name__)
    return name if name.isidentifier() else "A function"  # a lambda


@dataclass(frozen=True)
class _Together(Examples):
    """Those to train on, then those to validate on, each called what it was called before."""

    parts: tuple[Examples, Examples]

    def input_name(self, i: int) -> str:
        part, place = self._at(i)
        return part.input_name(place)

    def target_name(self, i: int) -> str:
        part, place = self._at(i)
        return part.target_name(place)

    def _at(self, i: int) -> tuple[Examples, int]:
        learnt, validated = self.parts
        return (learnt, i) if i < len(learnt) else (validated, i - len(learnt))


def _together(learnt: Examples, validated: Examples) -> Examples:
    inputs, targets = [*learnt.inputs, *validated.inputs], [*learnt.targets, *validated.targets]
    return _Together(inputs, targets, None, learnt.names, range(len(inputs)), (learnt, validated))


def _data(whole: Recorded, learnt: int) -> dict[str, Any]:
    inputs = whole.inputs
    targets = [row[inputs:] for row in whole.rows]
    return {
        "inputs": inputs,
        "targets": len(targets[0]),
        "X": [row[:inputs] for row in whole.rows],
        "y": [t[0] if len(t) == 1 else t for t in targets],
        "train": list(range(learnt)),
        "test": list(range(learnt, len(whole.rows))),
    }


def _randomness(seed: int | random.Random, generator: random.Random, validation: Validation | None) -> dict[str, Any]:
    """The seed, and where its generator is, if that is not at its start."""
    is_fresh = not isinstance(seed, random.Random) and not is_real(validation)
    return {
        "seed": None if isinstance(seed, random.Random) else str(int(seed)),
        "random": None if is_fresh else generator.getstate(),
    }


def _padded(content: dict[str, Any], optimizer: Optimizer, parameters: list[Value]) -> dict[str, Any]:
    """The optimizer's state, with a number for every parameter of the model, also for those it doesn't train."""
    places = {id(p): i for i, p in enumerate(optimizer.parameters)}
    state = {
        name: [numbers[places[id(p)]] if id(p) in places else 0.0 for p in parameters]
        for name, numbers in content["state"].items()
    }
    return {**content, "state": state}


def asset(name: str) -> str:
    """A file beside this one."""
    return read_asset("nn.playground", name)
