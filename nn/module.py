"""`Module`: anything with parameters, which it finds among its own attributes."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from autograd import Value
from nn.descent import zero_gradients
from nn.files import write_document
from nn.optim import Optimizer


class Module:
    """Base of everything that has parameters: assign them to attributes, say what is computed in `__call__`.

    A parameter is a variable (`Value(0.5)`) in an attribute, or in lists, tuples and dicts of attributes, however
    deep, there or in Modules below. Constants, plain numbers and everything else are no parameters.

    Names follow the attributes, and their numbers are Python's indices, from 0: `layer1.neuron3.w[2]` is
    `model.layers[1].neurons[3].w[2]`. A Module in a list takes the list's name without the plural s.

    >>> class Line(Module):
    ...     def __init__(self):
    ...         self.slope = Value(2.0)
    ...         self.intercept = Value(1.0)
    ...
    ...     def __call__(self, x):
    ...         return self.slope * x + self.intercept
    >>> line = Line()
    >>> line(3.0).data, [name for name, parameter in line.named_parameters()]
    (7.0, ['slope', 'intercept'])
    """

    def __call__(self, x: Any) -> Any:
        """The output for one input.

        Raises:
            TypeError: if the class doesn't say what it computes.
        """
        raise TypeError(f"{type(self).__name__} doesn't say what it computes; define its method __call__(self, x)")

    def parameters(self) -> list[Value]:
        """The parameters, in the order of the attributes; one that is shared comes once.

        Raises:
            ValueError: as `named_parameters` does.
        """
        return [parameter for _, _, parameter in self._places()]

    def named_parameters(self) -> list[tuple[str, Value]]:
        """The parameters with their names; one that is shared has the name it is met by first.

        Raises:
            ValueError: if two parameters have the same name, or an attribute holds the result of an operation, which
                no optimiser could train.
        """
        return [(_full(holder, i), parameter) for holder, i, parameter in self._places()]

    def _places(self) -> Iterator[tuple[str, int | None, Value]]:
        """Every parameter, with the name of the list of Values it is in and its index there, or its own name and None.

        Only `named_parameters` puts the two together: a large layer has thousands, which `zero_grad` needs no names of.
        """
        seen = {id(self)}
        names: set[str] = set()
        pending = _attributes("", self)[::-1]  # a stack, not recursion: the next one is the last
        while pending:
            name, thing = pending.pop()
            if not isinstance(thing, (Value, Module, list, tuple, dict)) or id(thing) in seen:
                continue
            held: Iterable[tuple[int | None, Value]]
            if isinstance(thing, Value):
                held = [(None, thing)]
            elif not isinstance(thing, (Module, dict)) and set(map(type, thing)) == {Value}:
                held = enumerate(thing)
            else:
                seen.add(id(thing))
                below = _attributes(name + ".", thing) if isinstance(thing, Module) else _elements(name, thing)
                pending += below[::-1]
                continue
            new = True
            for i, parameter in held:
                if id(parameter) in seen or parameter.is_constant:
                    continue
                seen.add(id(parameter))
                if parameter.primitive is not None:
                    raise ValueError(
                        f"{type(self).__name__}: {_full(name, i)} is the result of {parameter.primitive.name}, not a "
                        "parameter that can be trained; make parameters with Value(number), and keep results with "
                        ".detach()"
                    )
                if new and name in names:
                    raise ValueError(
                        f"{type(self).__name__}: two parameters are named {_full(name, i)!r}; rename an attribute"
                    )
                names.add(name)
                new = False
                yield name, i, parameter

    def label_parameters(self) -> None:
        """Give every parameter its name as label, which drawings, walks and error messages show."""
        for name, parameter in self.named_parameters():
            parameter.label = name

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero."""
        zero_gradients(self.parameters())

    def architecture(self) -> dict[str, Any]:
        """The arguments that make a module of the same shape; what `save` writes down and `load` calls the class with.

        Raises:
            TypeError: if the class doesn't say them.
        """
        raise TypeError(f"{type(self).__name__} doesn't say how to make one like it; define architecture(self) -> dict")

    def save(
        self,
        path: str | os.PathLike[str],
        optimizer: Optimizer | None = None,
        generator: random.Random | None = None,
    ) -> None:
        """Save it to a JSON file, with what is needed to go on training bit for bit; `nn.load` reads it.

        The file is written atomically: a crash leaves the old one or the new one, whole.

        Args:
            path: where to; an existing file is replaced.
            optimizer: of its parameters.
            generator: the one given to `fit(seed=generator)`.

        Raises:
            TypeError: if the class doesn't say its `architecture()`.
            ValueError: if a number is not finite, or the optimizer trains other parameters.
            OSError: if the file cannot be written.
        """
        named = self.named_parameters()
        numbers = {name: parameter.data for name, parameter in named}
        for name, number in numbers.items():
            if not math.isfinite(number):
                raise ValueError(f"save: parameter {name} is {number}; nothing was written")
        content: dict[str, Any] = {
            "model": {"class": type(self).__name__, "architecture": self.architecture(), "parameters": numbers}
        }
        if optimizer is not None:
            places = {id(parameter): i for i, (_, parameter) in enumerate(named)}
            if any(id(parameter) not in places for parameter in optimizer.parameters):
                raise ValueError("save: the optimizer trains parameters that are not the model's; nothing was written")
            trains = [places[id(parameter)] for parameter in optimizer.parameters]
            content["optimizer"] = {"class": type(optimizer).__name__, "trains": trains, **optimizer.state_dict()}
        if generator is not None:
            content["generator"] = generator.getstate()
        write_document(Path(path), content)


def _full(name: str, index: int | None) -> str:
    return name if index is None else f"{name}[{index}]"


def _attributes(prefix: str, module: Module) -> list[tuple[str, Any]]:
    return [(prefix + name, thing) for name, thing in vars(module).items()]


def _elements(name: str, container: list[Any] | tuple[Any, ...] | dict[Any, Any]) -> list[tuple[str, Any]]:
    if isinstance(container, dict):
        return [(f"{name}.{key}", thing) for key, thing in container.items()]
    singular = name.removesuffix("s")
    return [
        (f"{singular}{i}" if isinstance(thing, Module) and not name.endswith("]") else f"{name}[{i}]", thing)
        for i, thing in enumerate(container)
    ]
