"""`Module`: anything with parameters, which it finds among its own attributes."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Iterable, Iterator, Mapping, Set
from pathlib import Path
from reprlib import recursive_repr
from typing import Any, Self

from autograd import Value
from autograd.support.errors import as_float, one_line, shown, typed
from nn.arguments import truth_of
from nn.containers import attributes, elements, holds_nothing, holds_others, inside, of_class
from nn.descent import is_frozen, move, set_frozen, zero_gradients
from nn.files import write_document
from nn.optim import Optimizer
from nn.references import Written


class Module:
    """Base of everything that has parameters: assign them to attributes, say what is computed in `__call__`.

    A parameter is a variable (`Value(0.5)`) in an attribute, or there in a sequence (list, tuple, deque), a dict or a
    NumPy array of objects, however deep, or in Modules below. Constants and plain numbers are not. Variables in
    anything else (a set has no order to name them by) are refused, never left out.

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

    Attributes:
        training: whether it is being trained, which layers like Dropout ask; `train()` and `eval()` set it.
    """

    training: bool = True

    def __call__(self, x: Any) -> Any:
        """The output for one input.

        Raises:
            TypeError: if the class doesn't say what it computes.
        """
        raise TypeError(f"{type(self).__name__} doesn't say what it computes; define its method __call__(self, x)")

    def parameters(self) -> list[Value]:
        """The parameters, in the order of the attributes; one that is shared comes once.

        Raises:
            TypeError, ValueError: as `named_parameters` does.
        """
        return [parameter for _, _, parameter in self._places()]

    def named_parameters(self) -> list[tuple[str, Value]]:
        """The parameters with their names; one that is shared has the name it is met by first.

        Raises:
            ValueError: if two parameters have the same name, or an attribute holds the result of an operation, which
                no optimiser could train.
            TypeError: if variables are where they are not looked for: in a set, an object that is not a Module, or
                the class itself.
        """
        return [(_full(holder, i), parameter) for holder, i, parameter in self._places()]

    def _places(self) -> Iterator[tuple[str, int | None, Value]]:
        """Every parameter, with the name of the list of Values it is in and its index there, or its own name and None.

        Only `named_parameters` puts the two together: a large layer has thousands, which `zero_grad` needs no names of.
        """
        seen: dict[int, Any] = {id(self): self}  # by id, and kept, so that no other gets its id
        names: set[str] = set()
        pending = inside("", self, Module)[::-1]  # a stack, not recursion: the next is last
        others = [*of_class(self, Module), *([("itself", self)] if isinstance(self, Set) else [])]
        while pending:
            name, thing = pending.pop()
            if id(thing) in seen or holds_nothing(thing):
                continue
            held: Iterable[tuple[int | None, Value]]
            if isinstance(thing, Value):
                held = [(None, thing)]
            elif type(thing) in (list, tuple) and set(map(type, thing)) == {Value}:
                held = enumerate(thing)
            else:
                seen[id(thing)] = thing
                if isinstance(thing, Module):
                    pending += inside(name, thing, Module)[::-1]
                    others += [(f"{name}.{below}", part) for below, part in of_class(thing, Module)]
                else:
                    pending += (elements(name, thing, Module) or [])[::-1]
                if type(thing) is dict:
                    others.append((f"{name}.keys()", list(thing)))
                elif type(thing) not in (list, tuple) and (isinstance(thing, Set) or not isinstance(thing, Module)):
                    others.append((name, thing))  # a class of the user's may hold more than its elements
                continue
            new = True
            for i, parameter in held:
                if id(parameter) in seen or (parameter.is_constant and not is_frozen(parameter)):
                    continue
                seen[id(parameter)] = parameter
                if parameter.primitive is not None:
                    raise ValueError(
                        f"{type(self).__name__}: {one_line(_full(name, i), 120)} is the result of "
                        f"{parameter.primitive.name}, not a parameter that can be trained; make parameters with "
                        "Value(number), and keep results with .detach()"
                    )
                if new and name in names:
                    raise ValueError(
                        f"{type(self).__name__}: two parameters are named {shown(_full(name, i))}; rename an attribute"
                    )
                names.add(name)
                new = False
                yield name, i, parameter
        for name, thing in others:
            if holds_others(thing, seen):
                raise TypeError(
                    f"{type(self).__name__}: {one_line(name, 120)}, a {one_line(type(thing).__name__)}, holds "
                    "parameters where none are looked for; keep them in attributes of a Module's instance, or there "
                    "in a list, tuple, dict, deque or NumPy array"
                )

    def modules(self) -> Iterator[Module]:
        """This module and all Modules below, each once; the outer ones come first.

        >>> from nn import MLP
        >>> [type(module).__name__ for module in MLP(2, [1]).modules()]
        ['MLP', 'Layer', 'Neuron']
        """
        seen: dict[int, Any] = {id(self): self}  # by id, and kept, so that no other gets its id
        pending: list[Any] = [self]
        while pending:
            thing = pending.pop()
            if isinstance(thing, Module):
                yield thing
                below = inside("", thing, Module)
            elif type(thing) in (list, tuple) and set(map(type, thing)) == {Value}:
                continue
            else:
                below = elements("", thing, Module) or []
            for _, part in below[::-1]:
                if id(part) not in seen and not holds_nothing(part):
                    seen[id(part)] = part
                    pending.append(part)

    def train(self, mode: bool = True) -> Self:
        """Put it and all Modules below into training mode, or with False into evaluation mode; returns it.

        Raises:
            TypeError: if mode is not True or False.

        >>> from nn import MLP
        >>> model = MLP(2, [1])
        >>> model.training, model.eval().training, model.layers[0].training
        (True, False, False)
        """
        mode = truth_of(f"{type(self).__name__}.train", "mode", mode)
        for module in self.modules():
            module.training = mode
        return self

    def eval(self) -> Self:
        """Put it and all Modules below into evaluation mode: dropout lets everything through; returns it."""
        Module.train(self, False)
        return self

    @recursive_repr()
    def __repr__(self) -> str:
        """The Modules in its attributes, and how many parameters it has."""
        parts = [
            f"{name}={part!r}"
            for attribute, thing in attributes(self)
            for name, part in ([(attribute, thing)] if isinstance(thing, Module) else _elements(attribute, thing))
            if isinstance(part, Module)
        ]
        return with_count(self, parts)

    def label_parameters(self) -> None:
        """Give every parameter its name as label, which drawings, walks and error messages show.

        What a neuron of a layer computes is called by the neuron's name, `layer1.neuron3`, from then on.
        """
        for name, parameter in self.named_parameters():
            parameter.label = name
        for module in self.modules():
            module.parameters_labelled()

    def parameters_labelled(self) -> None:
        """Called when the parameters have got labels, for a module that labels its results, too."""

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to zero."""
        zero_gradients(self.parameters())

    def freeze(self, parameters: Iterable[Value] | None = None) -> Self:
        """Keep parameters as they are: no gradient flows to them, no optimizer moves them, until `unfreeze()`.

        They stay parameters: they are named, saved and copied as before, and saved and copied as frozen ones. An
        optimizer that has them already passes them over.

        Args:
            parameters: which; None for all of this module and below.

        Returns:
            The module.

        Raises:
            TypeError: if parameters are no list of Values.
            ValueError: if one is not the module's.

        >>> from nn import MLP, SGD
        >>> model = MLP(2, [3, 1], seed=1)
        >>> model.layers[0].freeze()
        Layer(2, 3, relu)
        >>> model([1.0, 2.0]).backward()
        >>> sum(p.grad != 0.0 for p in model.layers[0].parameters()), len(model.parameters())
        (0, 13)
        """
        set_frozen(self._own("freeze", parameters), True)
        return self

    def unfreeze(self, parameters: Iterable[Value] | None = None) -> Self:
        """Let parameters be trained again that `freeze()` has kept.

        Args, Returns, Raises: as `freeze`.
        """
        set_frozen(self._own("unfreeze", parameters), False)
        return self

    def _own(self, method: str, parameters: Any) -> list[Value]:
        """Which parameters are meant; all, where none are named."""
        name, own = f"{type(self).__name__}.{method}", self.parameters()
        if parameters is None:
            return own
        if not hasattr(parameters, "__iter__"):
            raise TypeError(f"{name}: parameters must be a list of Values, got {typed(parameters)}; put it into a list")
        chosen, known = list(parameters), set(map(id, own))
        for i, parameter in enumerate(chosen):
            if not isinstance(parameter, Value):
                raise TypeError(f"{name}: parameters[{i}] must be a Value, got {typed(parameter)}")
            if id(parameter) not in known:
                raise ValueError(f"{name}: parameters[{i}] is {shown(parameter)}, no parameter of this module")
        return chosen

    def state_dict(self) -> dict[str, float]:
        """The numbers of the parameters, by name; `load_state_dict` takes them.

        Raises:
            TypeError, ValueError: as `named_parameters` does.
        """
        return {name: parameter.data for name, parameter in self.named_parameters()}

    def load_state_dict(self, state_dict: Mapping[str, float]) -> None:
        """Give the parameters the numbers of a module of the same shape.

        Args:
            state_dict: what `state_dict()` returned: one number for the name of each parameter.

        Raises:
            TypeError, ValueError: if a name is missing or unknown, or a number isn't one; nothing is changed then.

        >>> from nn import MLP
        >>> first, second = MLP(2, [3, 1], seed=0), MLP(2, [3, 1], seed=1)
        >>> second.load_state_dict(first.state_dict())
        >>> second([1.0, 2.0]) == first([1.0, 2.0])
        True
        """
        name = f"{type(self).__name__}.load_state_dict"
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"{name}: state_dict must be a dict of numbers by name, got {typed(state_dict)}")
        parameters = dict(self.named_parameters())
        missing = [key for key in parameters if key not in state_dict]
        unknown = [key for key in state_dict if key not in parameters]
        if missing or unknown:
            complaints = [f"it lacks {_listed(missing)}"] * bool(missing)
            complaints += [f"it has {_listed(unknown)} that is not here"] * bool(unknown)
            raise ValueError(f"{name}: {' and '.join(complaints)}; make the modules of one shape")
        numbers = [as_float(state_dict[key], name, key) for key in parameters]
        move(list(parameters.values()), numbers)

    def architecture(self) -> dict[str, Any] | list[Any]:
        """The arguments that make a module of the same shape; what `save` writes down and `load` calls the class with.

        A dict of keywords, or a list of positions, of plain data; Modules and `random.Random` may be among them.

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
            ValueError: if a number is not finite, the optimizer trains other parameters, or Modules are nested more
                than 100 deep.
            OSError: if the file cannot be written.
        """
        numbers = self.state_dict()
        for name, number in numbers.items():
            if not math.isfinite(number):
                raise ValueError(f"save: parameter {one_line(name, 120)} is {number}; nothing was written")
        written = Written(Module)
        frozen = [name for name, parameter in self.named_parameters() if is_frozen(parameter)]
        content: dict[str, Any] = {"model": {**written.module(self), "parameters": numbers, "frozen": frozen}}
        if optimizer is not None:
            places = {id(parameter): i for i, parameter in enumerate(self.parameters())}
            if any(id(parameter) not in places for parameter in optimizer.parameters):
                raise ValueError("save: the optimizer trains parameters that are not the model's; nothing was written")
            trains = [places[id(parameter)] for parameter in optimizer.parameters]
            content["optimizer"] = {**written.class_of(optimizer), "trains": trains, **optimizer.state_dict()}
        if generator is not None:
            content["generator"] = written.generator(generator)
        content["generators"] = written.states
        write_document(Path(path), content)


def with_count(module: Module, parts: Iterable[str]) -> str:
    """A Module as one reads it: what it is made of, of a long row the first and the last, and how many parameters."""
    told = list(parts)
    if len(told) > 12:
        told = [*told[:8], f"... {len(told) - 9} more", told[-1]]
    try:
        parameters = module.parameters()
    except Exception:  # whatever is wrong with it: a message that shows it must not fail
        count = "parameters unknown"
    else:
        count = f"{len(parameters)} parameter{'s' * (len(parameters) != 1)}"
        if any(map(is_frozen, parameters)):
            count += f", {sum(map(is_frozen, parameters))} frozen"
    return f"{type(module).__name__}({'; '.join(filter(None, [', '.join(told), count]))})"


def _elements(name: str, thing: Any) -> list[tuple[str, Any]]:
    return [] if holds_nothing(thing) else elements(name, thing, Module) or []


def _full(name: str, index: int | None) -> str:
    return name if index is None else f"{name}[{index}]"


def _listed(names: list[Any]) -> str:
    listed = ", ".join(map(shown, names[:3]))
    return f"{listed} and {len(names) - 3} more" if len(names) > 3 else listed
