"""What networks are built of besides layers of neurons: Sequential, Embedding, LayerNorm, Dropout."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Set
from typing import Any

import autograd
from autograd import Value
from autograd.engine.recording import OPEN, recorder
from autograd.engine.value import number_of
from autograd.support.errors import as_float, one_line, shown, typed
from nn.arguments import Number, check_made, count_of, generator_of, is_row, not_negative, share_of
from nn.batches import is_recorded
from nn.layers import inputs_of
from nn.module import Module, with_count
from nn.room import take_room


class Sequential(Module):
    """Modules and functions one after the other: each takes what the one before returns.

    Args:
        layers: Modules, or functions of what comes before them.

    Attributes:
        layers: them, in a list.

    Raises:
        TypeError: for something that can't be called.
        ValueError: if there is none.

    >>> from nn import Layer
    >>> model = Sequential(Layer(2, 16, "tanh", seed=1), Layer(16, 1, "linear", seed=2))
    >>> model
    Sequential(Layer(2, 16, tanh), Layer(16, 1, linear); 65 parameters)
    >>> isinstance(model([0.5, -1.0]), Value), model.named_parameters()[0][0]
    (True, 'layer0.neuron0.w[0]')
    """

    def __init__(self, *layers: Callable[[Any], Any]) -> None:
        if not layers:
            raise ValueError("Sequential: no layers; pass at least one, for instance Sequential(Layer(2, 1))")
        for i, layer in enumerate(layers):
            check_made("Sequential", f"layer {i}", layer)
            if not callable(layer):
                remedy = "; pass them one by one, Sequential(*layers)" if is_row(layer) else ""
                raise TypeError(f"Sequential: layer {i} must be a Module or a function, got {typed(layer)}{remedy}")
        self.layers = list(layers)
        self.label_parameters()

    def __call__(self, x: Any) -> Any:
        """What the last layer returns.

        Raises:
            TypeError, ValueError: as the layers do.
        """
        for layer in self.layers:
            x = layer(x)
        return x

    def architecture(self) -> list[Any]:
        """The layers, which are saved with what each says itself.

        Raises:
            TypeError: if one is a function: there is nothing in it to save.
        """
        for i, layer in enumerate(self.layers):
            if not isinstance(layer, Module):
                raise TypeError(
                    f"Sequential: layer {i} is {shown(layer)}, a function, which can't be saved; "
                    "make it a Module with a method __call__ and architecture() -> {}"
                )
        return list(self.layers)

    def __repr__(self) -> str:
        return with_count(self, [repr(x) if isinstance(x, Module) else _name(x) for x in self.layers])


class Embedding(Module):
    """A table with a row of parameters for each of some things: tokens, categories. An index looks one up.

    Args:
        rows: how many things there are.
        units: how many numbers stand for each.
        seed: an int, or a `random.Random` to draw from; None draws from Python's shared generator (`random.seed`).

    Attributes:
        w: the table, a list of rows; drawn from N(0, 1), as PyTorch does it.

    Raises:
        TypeError, ValueError: for an argument out of its range.

    >>> table = Embedding(27, 2, seed=0)
    >>> len(table(3)), len(table([3, 0, 26])), table.named_parameters()[7][0]
    (2, 3, 'w[3][1]')
    """

    def __init__(self, rows: int, units: int, *, seed: int | random.Random | None = None) -> None:
        rows, units = count_of("Embedding", "rows", rows), count_of("Embedding", "units", units)
        take_room("Embedding", rows * units)
        generator = generator_of(seed)
        self.w = [[Value(generator.gauss(0.0, 1.0)) for _ in range(units)] for _ in range(rows)]
        self.label_parameters()

    def __call__(self, x: Number | Iterable[Number]) -> list[Any]:
        """The row of an index from 0, as a list of parameters; for a list of indices a row for each.

        In a function that `jit` or `vmap` records the index may be an argument: one program looks up any row.

        Raises:
            TypeError: if an index is not a whole number.
            IndexError: if there is no such row.
        """
        if isinstance(x, Value) or not isinstance(x, Iterable):
            return self._row(x, "x")
        return [self._row(index, f"x[{i}]") for i, index in enumerate(x)]

    def _row(self, index: Any, argument: str) -> list[Any]:
        if is_recorded(index):
            row: list[Any] = autograd.take(self.w, index)
            return row
        number = as_float(number_of(index), "Embedding", argument)
        if not number.is_integer():
            raise TypeError(f"Embedding: {argument} must be a whole number, the index of a row, got {typed(index)}")
        if not 0.0 <= number < len(self.w):
            raise IndexError(
                f"Embedding: {argument} is {shown(int(number))}, but the {len(self.w)} rows are 0 to {len(self.w) - 1}"
            )
        return list(self.w[int(number)])

    def architecture(self) -> dict[str, Any]:
        """The arguments of an Embedding of the same shape."""
        return {"rows": len(self.w), "units": len(self.w[0])}

    def __repr__(self) -> str:
        return f"Embedding({len(self.w)}, {len(self.w[0])})"


class LayerNorm(Module):
    """(x − mean) / √(variance + epsilon) · w + b over a row, so that signals keep their size; by the biased variance.

    Args:
        inputs: how long the row is.
        epsilon: what keeps the division from 0.

    Attributes:
        w: the scales, one for each input; 1 at first.
        b: the shifts, 0 at first.

    Raises:
        TypeError, ValueError: for an argument out of its range.

    Source: Ba, Kiros and Hinton, Layer normalization, 2016, eq. 4.

    >>> [round(y.data, 4) for y in LayerNorm(3)([1.0, 2.0, 3.0])]
    [-1.2247, 0.0, 1.2247]
    """

    def __init__(self, inputs: int, epsilon: float = 1e-5) -> None:
        inputs = count_of("LayerNorm", "inputs", inputs)
        self.epsilon = not_negative("LayerNorm", "epsilon", epsilon)
        take_room("LayerNorm", 2 * inputs)
        self.w = [Value(1.0) for _ in range(inputs)]
        self.b = [Value(0.0) for _ in range(inputs)]
        self.label_parameters()

    def __call__(self, x: Iterable[Number] | Value) -> list[Any]:
        """The list of outputs for one row of Values or plain numbers.

        Raises:
            ValueError: if x has not as many elements as the layer has inputs.
            TypeError: for an element that is not a real number.
            ZeroDivisionError: if all are equal and epsilon is 0.
        """
        row = inputs_of(x, len(self.w), self)
        middle = autograd.mean(row)
        differences = [v - middle for v in row]
        variance = autograd.dot(differences, differences) / len(row)
        size = autograd.sqrt(variance + self.epsilon)
        return [d / size * w + b for d, w, b in zip(differences, self.w, self.b, strict=True)]

    def architecture(self) -> dict[str, Any]:
        """The arguments of a LayerNorm of the same shape."""
        return {"inputs": len(self.w), "epsilon": self.epsilon}

    def __repr__(self) -> str:
        return f"LayerNorm({len(self.w)})"


class Dropout(Module):
    """While it is trained, each number is left out with probability p and the others are divided by 1 − p.

    After `model.eval()` everything is let through as it is; `model.train()` begins to leave out again.

    Args:
        p: the probability, in [0, 1].
        seed: an int, or a `random.Random` to draw from; None draws from Python's shared generator (`random.seed`).

    Raises:
        TypeError, ValueError: for an argument out of its range.

    Source: Srivastava and others, Dropout: a simple way to prevent neural networks from overfitting, 2014.

    >>> dropout = Dropout(0.5, seed=1)
    >>> dropout([1.0, 2.0, 3.0, 4.0])
    [0.0, 4.0, 6.0, 0.0]
    >>> dropout.eval()([1.0, 2.0, 3.0, 4.0])
    [1.0, 2.0, 3.0, 4.0]
    """

    def __init__(self, p: float = 0.5, *, seed: int | random.Random | None = None) -> None:
        self.p = share_of("Dropout", "p", p)
        self.generator = None if seed is None else generator_of(seed)

    def __call__(self, x: Any) -> Any:
        """A list of what is left of a row, or of rows; a lone number for a lone number.

        Raises:
            TypeError: for an element that is not a real number.
            RuntimeError: in training, in a function that `jit` or `vmap` records: every call would leave out the same.
        """
        dropping = self.training and self.p > 0.0
        if dropping and OPEN and recorder() is not None:
            raise RuntimeError(
                "Dropout: what it leaves out would be recorded once and be the same in every call; "
                "call model.eval() first, or train without jit and vmap"
            )
        return self._left(x, generator_of(self.generator), "x", dropping)

    def _left(self, x: Any, generator: random.Random, argument: str, dropping: bool) -> Any:
        if hasattr(x, "__iter__") and not isinstance(x, (str, bytes, Value, Mapping, Set)):
            return [self._left(part, generator, f"{argument}[{i}]", dropping) for i, part in enumerate(x)]
        number = x if isinstance(x, Value) else as_float(x, "Dropout", argument)
        if not dropping:
            return number
        if generator.random() < self.p:
            return autograd.where(0.0, number, 0.0)  # still a Value of a Value, but nothing flows back
        return number / (1.0 - self.p)

    def architecture(self) -> dict[str, Any]:
        """The arguments of a Dropout like it, its generator in the state it is in."""
        return {"p": self.p, "seed": self.generator}

    def __repr__(self) -> str:
        return f"Dropout({self.p})"


def _name(function: Any) -> str:
    return one_line(getattr(function, "__name__", None) or shown(function))
