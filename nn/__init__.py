"""Neural networks out of Values: modules, losses, optimisers, training.

>>> from nn import MLP, SGD, fit, accuracy, binary_cross_entropy_with_logits
>>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
>>> model = MLP(2, [8, 1], activation="tanh", seed=1)
>>> history = fit(model, X, y, loss=binary_cross_entropy_with_logits, optimizer=SGD(model.parameters(), 0.5),
...               epochs=500, seed=1)
>>> accuracy([model(x) for x in X], y, threshold=0.0)
1.0
"""

from nn import schedules
from nn.activations import ACTIVATIONS
from nn.callbacks import EarlyStopping, Epoch, ReduceLROnPlateau
from nn.history import History
from nn.init import INITIALIZERS
from nn.layers import MLP, Layer, Neuron
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    cross_entropy_with_logits,
    half_squared_error,
    hinge,
    l2_penalty,
    mse,
    one_hot,
)
from nn.metrics import accuracy, argmax
from nn.module import Module
from nn.optim import SGD, Adam, AdamW, Optimizer
from nn.prediction import predict
from nn.saving import Saved, load
from nn.training import fit

__all__ = [
    "ACTIVATIONS",
    "INITIALIZERS",
    "MLP",
    "SGD",
    "Adam",
    "AdamW",
    "EarlyStopping",
    "Epoch",
    "History",
    "Layer",
    "Module",
    "Neuron",
    "Optimizer",
    "ReduceLROnPlateau",
    "Saved",
    "accuracy",
    "argmax",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "cross_entropy_with_logits",
    "fit",
    "half_squared_error",
    "hinge",
    "l2_penalty",
    "load",
    "mse",
    "one_hot",
    "predict",
    "schedules",
]
