"""Neurons, layers of them, one after the other, and the multi-layer perceptron."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import Any

from autograd import Value, dot
from autograd.support.errors import as_float, typed
from nn.activations import Activation, activation_of, name_of
from nn.arguments import Number, count_of, generator_of, is_row
from nn.init import Initializer, initializer_of
from nn.module import Module, with_count
from nn.room import check_room, take_room


class Neuron(Module):
    """activation(w·x + b). Its affine part is one `dot` node, and one addition for the bias.

    Args:
        inputs: how many inputs it has, at least 1.
        activation: a name of `nn.ACTIVATIONS`, or a function of one number.
        bias: whether there is a b; it starts at 0.
        initializer: a name of `nn.INITIALIZERS`, or a function `(generator, fan_in, fan_out) -> float`.
        seed: an int, or a `random.Random` to draw from; None draws from Python's shared generator (`random.seed`).
        fan_out: how many neurons its layer has, which some initialisers ask.
        nonlin: False for activation="linear", as code written for micrograd says it.

    Attributes:
        w: the weights, one Value per input.
        b: the bias, or None.
        label: of its outputs, `layer1.neuron3` in a network; None for a neuron alone.

    Raises:
        TypeError, ValueError: for an argument out of its range.

    >>> neuron = Neuron(2, activation="tanh", seed=1)
    >>> [name for name, _ in neuron.named_parameters()]
    ['w[0]', 'w[1]', 'b']
    """

    def __init__(
        self,
        inputs: int,
        activation: str | Activation = "relu",
        *,
        bias: bool = True,
        initializer: str | Initializer = "uniform",
        seed: int | random.Random | None = None,
        fan_out: int = 1,
        nonlin: bool = True,
    ) -> None:
        inputs = count_of("Neuron", "inputs", inputs)
        draw, generator = initializer_of(initializer), generator_of(seed)
        self.activation = activation_of(activation if nonlin else "linear")
        take_room("Neuron", inputs)
        self.w = [Value(draw(generator, inputs, fan_out)) for _ in range(inputs)]
        self.b = Value(0.0) if bias else None
        self.label: str | None = None
        self.label_parameters()

    def __call__(self, x: Iterable[Number] | Value) -> Value:
        """The output for one input vector of Values or plain numbers; a neuron of one input takes a lone Value, too.

        Raises:
            ValueError: if x has not as many elements as there are weights.
            TypeError: for an element that is not a real number.
        """
        return self.activate(inputs_of(x, len(self.w), self))

    def activate(self, row: list[Any]) -> Value:
        """The output for a list of Values or floats of the right length, unchecked."""
        z = dot(self.w, row)
        y: Value = self.activation(z if self.b is None else z + self.b)
        # An activation of the user's may return anything, a labelled leaf too. By its slots, as this is done so often.
        if type(y) is Value and y._label is None and y._primitive is not None:
            y._label = self.label
        return y

    def parameters_labelled(self) -> None:
        """Its own name is what stands before that of a weight; a neuron outside of a layer has none."""
        self.label = (self.w[0].label or "").rpartition(".")[0] or None

    def architecture(self) -> dict[str, Any]:
        """The arguments of a Neuron of the same shape.

        Raises:
            TypeError: if its activation is a function without a name in `nn.ACTIVATIONS`.
        """
        return {"inputs": len(self.w), "activation": name_of(self.activation), "bias": self.b is not None}

    def __repr__(self) -> str:
        return f"Neuron({len(self.w)}, {_name(self.activation)})"


class Layer(Module):
    """Neurons side by side, each seeing all inputs.

    Args:
        inputs: how many inputs it has.
        units: how many neurons.
        activation, bias, initializer, seed, nonlin: as for `Neuron`.

    Raises:
        TypeError, ValueError: for an argument out of its range.

    >>> layer = Layer(2, 3, activation="linear", bias=False, initializer=lambda generator, fan_in, fan_out: 1.0)
    >>> [y.data for y in layer([1.0, 2.0])]
    [3.0, 3.0, 3.0]
    """

    def __init__(
        self,
        inputs: int,
        units: int,
        activation: str | Activation = "relu",
        *,
        bias: bool = True,
        initializer: str | Initializer = "uniform",
        seed: int | random.Random | None = None,
        nonlin: bool = True,
    ) -> None:
        units = count_of("Layer", "units", units)
        self.inputs = count_of("Layer", "inputs", inputs)
        check_room("Layer", self.inputs * units)
        generator = generator_of(seed)
        self.neurons = [
            Neuron(
                inputs,
                activation,
                bias=bias,
                initializer=initializer,
                seed=generator,
                fan_out=units,
                nonlin=nonlin,
            )
            for _ in range(units)
        ]
        self.label_parameters()

    def __call__(self, x: Iterable[Number] | Value) -> Any:
        """The list of outputs for one input vector; for a layer of one unit its output alone, as in micrograd.

        A layer of one input takes that lone Value as it is, so that layers follow each other whatever their sizes.

        Raises:
            ValueError: if x has not as many elements as the layer has inputs.
            TypeError: for an element that is not a real number.
        """
        row = inputs_of(x, self.inputs, self)
        outputs = [neuron.activate(row) for neuron in self.neurons]
        return outputs[0] if len(outputs) == 1 else outputs

    def architecture(self) -> dict[str, Any]:
        """The arguments of a Layer of the same shape.

        Raises:
            TypeError: if its activation is a function without a name in `nn.ACTIVATIONS`.
        """
        return self.neurons[0].architecture() | {"inputs": self.inputs, "units": len(self.neurons)}

    def __repr__(self) -> str:
        return f"Layer({self.inputs}, {len(self.neurons)}, {_name(self.neurons[0].activation)})"


class MLP(Module):
    """A multi-layer perceptron: layer after layer, the hidden ones activated, the last one linear.

    Args:
        inputs: how many inputs it has.
        units: how many neurons each layer has, the output layer last.
        activation: of the hidden layers; or a list of one per layer, the output layer's last.
        output_activation: of the last layer, where `activation` is not a list.
        bias: whether the neurons have one.
        initializer: a name of `nn.INITIALIZERS` or a function `(generator, fan_in, fan_out) -> float`. The default is
            micrograd's; "he" (with relu) or "xavier" (with tanh, sigmoid) train larger networks better.
        seed: an int, or a `random.Random` to draw from; None draws from Python's shared generator (`random.seed`).

    Attributes:
        layers: the layers.

    Raises:
        TypeError, ValueError: for an argument out of its range.

    >>> model = MLP(2, [16, 16, 1], seed=1)
    >>> len(model.parameters()), model.named_parameters()[70][0]
    (337, 'layer1.neuron1.w[5]')
    >>> isinstance(model([0.5, -1.0]), Value)
    True
    """

    def __init__(
        self,
        inputs: int,
        units: Sequence[int],
        activation: str | Activation | Sequence[str | Activation] = "relu",
        output_activation: str | Activation = "linear",
        *,
        bias: bool = True,
        initializer: str | Initializer = "uniform",
        seed: int | random.Random | None = None,
    ) -> None:
        if not is_row(units):
            raise TypeError(f"MLP: units must be a list, for instance MLP(2, [16, 1]), got {typed(units)}")
        sizes = [count_of("MLP", "inputs", inputs), *(count_of("MLP", f"units[{i}]", n) for i, n in enumerate(units))]
        if len(sizes) == 1:
            raise ValueError("MLP: units is empty; name at least the output layer, for instance MLP(2, [16, 1])")
        activations: list[str | Activation]
        if isinstance(activation, str) or callable(activation):
            activations = [activation] * (len(sizes) - 2) + [output_activation]
        elif not is_row(activation):
            raise TypeError(
                f"MLP: activation must be a name, a function, or a list of one per layer, got {typed(activation)}"
            )
        else:
            activations = list(activation)
            if len(activations) != len(sizes) - 1:
                raise ValueError(f"MLP: {len(activations)} activations for {len(sizes) - 1} layers; give one per layer")
            if output_activation != "linear":
                raise ValueError("MLP: output_activation besides a list of activations; put it last in the list")
        generator = generator_of(seed)
        self.layers = [
            Layer(sizes[i], sizes[i + 1], activations[i], bias=bias, initializer=initializer, seed=generator)
            for i in range(len(sizes) - 1)
        ]
        self.label_parameters()

    def __call__(self, x: Iterable[Number] | Value) -> Any:
        """The list of outputs for one input vector; for a network of one output unit that output alone.

        Raises:
            ValueError: if x has not as many elements as the network has inputs.
            TypeError: for an element that is not a real number.
        """
        signal: Any = x
        for layer in self.layers:
            signal = layer(signal)
        return signal

    def architecture(self) -> dict[str, Any]:
        """The arguments of an MLP of the same shape.

        Raises:
            TypeError: if an activation is a function without a name in `nn.ACTIVATIONS`.
        """
        neurons = [layer.neurons[0] for layer in self.layers]
        return {
            "inputs": self.layers[0].inputs,
            "units": [len(layer.neurons) for layer in self.layers],
            "activation": [name_of(neuron.activation) for neuron in neurons],
            "bias": neurons[0].b is not None,
        }

    def __repr__(self) -> str:
        return with_count(self, map(repr, self.layers))


def inputs_of(x: Any, count: int, owner: Module) -> list[Any]:
    """An input vector as a list of Values and floats; a lone Value is one of length 1.

    Raises:
        TypeError, ValueError: as calling a layer does.
    """
    if isinstance(x, Value) and count == 1:
        return [x]
    if isinstance(x, Value) or not hasattr(x, "__iter__"):
        raise TypeError(
            f"{type(owner).__name__}: x must be a list of {count} numbers, got {typed(x)}; put it into a list"
        )
    row = list(x)
    if len(row) != count:
        raise ValueError(
            f"{type(owner).__name__}: x has {len(row)} elements, but there are {count} inputs; give each one"
        )
    if set(map(type, row)) <= {float, Value}:
        return row
    return [v if isinstance(v, Value) else as_float(v, type(owner).__name__, f"x[{i}]") for i, v in enumerate(row)]


def _name(activation: Activation) -> str:
    return getattr(activation, "__name__", repr(activation))
