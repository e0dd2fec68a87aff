"""Activations by name: the primitives of the table that a layer applies to each of its units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import autograd
from autograd.support.errors import shown, typed

T = TypeVar("T")

Activation = Callable[[Any], Any]
"""A function of one number, recorded or plain."""


def linear(x: T) -> T:
    """The identity: a unit without activation."""
    return x


ACTIVATIONS: dict[str, Activation] = {
    "linear": linear,
    "relu": autograd.relu,
    "leaky_relu": autograd.leaky_relu,
    "elu": autograd.elu,
    "silu": autograd.silu,
    "gelu": autograd.gelu,
    "softplus": autograd.softplus,
    "sigmoid": autograd.sigmoid,
    "tanh": autograd.tanh,
}


def activation_of(activation: str | Activation) -> Activation:
    """The activation of that name; a function is returned as it is.

    Raises:
        ValueError: for an unknown name.
        TypeError: for what is neither a name nor a function.

    >>> activation_of("relu")
    <primitive relu>
    """
    if isinstance(activation, str):
        if activation == "softmax":
            raise ValueError(
                "activation 'softmax' acts on a whole layer, not on each unit; leave the outputs linear and apply "
                "autograd.softmax to them, or train with cross_entropy_with_logits"
            )
        if activation not in ACTIVATIONS:
            raise ValueError(
                f"unknown activation {shown(activation)}; known are {', '.join(ACTIVATIONS)}, or pass a function"
            )
        return ACTIVATIONS[activation]
    if not callable(activation):
        raise TypeError(
            f"activation must be a name ({', '.join(ACTIVATIONS)}) or a function of one number, got {typed(activation)}"
        )
    return activation


def name_of(activation: Activation) -> str:
    """The name of an activation, which `activation_of` turns back into it.

    Raises:
        TypeError: if it is a function of the user's own.

    >>> name_of(autograd.relu)
    'relu'
    """
    for name, known in ACTIVATIONS.items():
        if activation is known:
            return name
    raise TypeError(f"activation {shown(activation)} has no name to save it by; use one of {', '.join(ACTIVATIONS)}")
