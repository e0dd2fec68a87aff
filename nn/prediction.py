"""`predict`: the outputs of a model for many inputs, in plain numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from autograd import no_grad
from autograd.support.errors import typed
from nn.arguments import Row, check_made
from nn.batches import plain_structure
from nn.examples import checked_inputs
from nn.modes import in_mode
from nn.steps import output_of


def predict(model: Callable[[Any], Any], inputs: Row[Any]) -> list[Any]:
    """The outputs of a model, in evaluation mode and without a graph.

    Args:
        model: a Module, or anything that is called like one.
        inputs: one for each output, each whatever the model takes, as for `fit`; of finite numbers.

    Returns:
        A list with one output per input: of the model's structure, with floats in place of Values.

    Raises:
        TypeError, ValueError: for bad inputs, or what the model raises, with the input that it raises it for.

    >>> from nn import MLP
    >>> predict(MLP(2, [1], initializer=lambda generator, fan_in, fan_out: 1.0), [[1.0, 2.0], [3.0, 4.0]])
    [3.0, 7.0]
    """
    check_made("predict", "model", model)
    if not callable(model):
        raise TypeError(f"predict: model must be a Module, such as an MLP, got {typed(model)}")
    xs = checked_inputs("predict", "inputs", inputs)
    with no_grad(), in_mode(model, training=False):
        return [plain_structure(output_of("predict", model, x, f"inputs[{i}]")) for i, x in enumerate(xs)]
