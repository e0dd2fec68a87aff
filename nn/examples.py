"""The examples that `fit` and `predict` are given: checked, named for messages, split for validation."""

from __future__ import annotations

import math
import numbers
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from autograd import Value
from autograd.support.errors import as_float, is_real, shown, typed
from autograd.transforms.tree import is_array
from nn.arguments import Row, as_python, is_row


@dataclass(frozen=True)
class Examples:
    """Inputs, their targets, and what each counts.

    Attributes:
        inputs: one per example; arrays are lists in them.
        targets: one per example, as they were given.
        weights: one per example, their mean 1; None if all count the same.
        names: what messages call inputs and targets.
        places: where each example stands in what was given.
    """

    inputs: list[Any]
    targets: list[Any]
    weights: list[float] | None
    names: tuple[str, str]
    places: Sequence[int]

    def __len__(self) -> int:
        return len(self.inputs)

    def input_name(self, i: int) -> str:
        """What a message calls an input: `X[3]`."""
        return f"{self.names[0]}[{self.places[i]}]"

    def target_name(self, i: int) -> str:
        """What a message calls a target: `y[3]`."""
        return f"{self.names[1]}[{self.places[i]}]"

    def part(self, indices: Sequence[int]) -> Examples:
        """Some of them."""
        inputs, targets = [self.inputs[i] for i in indices], [self.targets[i] for i in indices]
        weights = None if self.weights is None else [self.weights[i] for i in indices]
        return Examples(inputs, targets, weights, self.names, [self.places[i] for i in indices])


def checked_examples(
    X: Row[Any],  # noqa: N803 - the field's name for the examples
    y: Row[Any],
    names: tuple[str, str] = ("X", "y"),
    owner: str = "fit",
) -> Examples:
    """Inputs with their targets; the owner is whom messages speak of.

    Raises:
        TypeError: if one of them is not a list, or an input has a variable in it.
        ValueError: if there are none, not as many of the one as of the other, or a number is not finite.
    """
    if not is_array(y):  # whose rows a loss may want as they are
        y = _listed(y)
    if not is_row(y) or getattr(y, "shape", None) == ():
        raise TypeError(f"{owner}: {names[1]} must be a list with one for each example, got {typed(y)}")
    inputs = checked_inputs(owner, names[0], X)
    if len(inputs) != len(y):
        raise ValueError(
            f"{owner}: {names[0]} has {len(inputs)} examples, but {names[1]} has {len(y)} targets; give each example "
            "its target"
        )
    return Examples(inputs, list(y), None, names, range(len(inputs)))


def checked_inputs(owner: str, argument: str, X: Row[Any]) -> list[Any]:  # noqa: N803
    """The inputs of examples, each as a model shall meet it: arrays as lists, NumPy's numbers as Python's.

    An input is whatever the model takes: a number, a row, a text, or lists, tuples and dicts of them, however deep.

    Raises:
        TypeError: if they are not in a list, or a number is not real, or a Value.
        ValueError: if there are none, or a number is not finite.

    >>> checked_inputs("fit", "X", [[1.0, 2.0], {"ids": (3, 4), "kind": "x"}])
    [[1.0, 2.0], {'ids': (3, 4), 'kind': 'x'}]
    """
    things = _listed(X)
    if not is_row(things):
        raise TypeError(f"{owner}: {argument} must be a list with one for each example, got {typed(X)}")
    if len(things) == 0:
        raise ValueError(f"{owner}: {argument} is empty; pass at least one example")
    return [_input(owner, f"{argument}[{i}]", thing) for i, thing in enumerate(things)]


def _input(owner: str, place: str, thing: Any) -> Any:
    if type(thing) is list and _is_plain(thing):
        return thing.copy()
    thing = _listed(thing)
    if isinstance(thing, Mapping):
        return {key: _input(owner, f"{place}[{shown(key)}]", part) for key, part in thing.items()}
    if isinstance(thing, (list, tuple)):
        parts = [_input(owner, f"{place}[{j}]", part) for j, part in enumerate(thing)]
        if isinstance(thing, list):
            return parts
        return type(thing)(*parts) if hasattr(thing, "_fields") else tuple(parts)
    if not isinstance(thing, (Value, numbers.Number)) and not is_real(thing):
        return thing
    number = as_float(thing, owner, place)
    if not math.isfinite(number):
        raise ValueError(f"{owner}: {place} is {number}; leave out or repair examples that are not finite")
    return as_python(thing)


def _is_plain(row: list[Any]) -> bool:
    """Whether there is nothing to check in a list: a quick answer for the most frequent kind."""
    try:
        return set(map(type, row)) <= {float, int} and all(map(math.isfinite, row))
    except OverflowError:  # an int that no float can hold
        return False


def _listed(things: Any) -> Any:
    """An array, a tensor, a table or a column as a list; anything else as it is."""
    if isinstance(things, (list, tuple)) or not isinstance(getattr(things, "shape", None), tuple):
        return things
    if hasattr(things, "to_numpy"):
        things = things.to_numpy()
    return things.tolist() if hasattr(things, "tolist") else things


Validation: TypeAlias = float | tuple[Row[Any], Row[Any]]
"""What `fit` may validate on: `(X, y)`, or a share of the examples between 0 and 1."""


def split(
    examples: Examples, validation: Validation | None, generator: random.Random, owner: str = "fit"
) -> tuple[Examples, Examples]:
    """The examples to train on, and those to validate on, of which there may be none; for an owner as above.

    Raises:
        TypeError: if `validation` is neither data nor a share.
        ValueError: for a share that is not between 0 and 1, or leaves nothing on one side; for data as
            `checked_examples` does.
    """
    if validation is None:
        return examples, examples.part([])
    if is_real(validation) and not isinstance(validation, bool):
        return _split(examples, as_float(validation, owner, "validation"), generator, owner)
    if not isinstance(validation, (tuple, list)) or len(validation) != 2:
        raise TypeError(
            f"{owner}: validation must be data (X, y), or a share of the examples such as 0.2, got "
            + (f"{len(validation)} things" if isinstance(validation, (tuple, list)) else typed(validation))
        )
    return examples, checked_examples(validation[0], validation[1], ("validation[0]", "validation[1]"), owner)


def _split(examples: Examples, share: float, generator: random.Random, owner: str) -> tuple[Examples, Examples]:
    if not 0.0 < share < 1.0:
        raise ValueError(f"{owner}: validation is {share}, but a share must be between 0 and 1; 0.2 is a fifth")
    count, apart = len(examples), round(share * len(examples))
    if not 0 < apart < count:
        none = "to validate on" if apart == 0 else "to train on"
        raise ValueError(
            f"{owner}: a share of {share} leaves no example {none}, of {count}; choose another, or pass data (X, y)"
        )
    order = list(range(count))
    generator.shuffle(order)
    return examples.part(sorted(order[apart:])), examples.part(sorted(order[:apart]))
