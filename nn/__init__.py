"""Neural networks out of Values: modules, losses, optimisers, training.

>>> from nn import MLP, SGD, fit, accuracy, binary_cross_entropy_with_logits
>>> X, y = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
>>> model = MLP(2, [8, 1], activation="tanh", seed=1)
>>> history = fit(model, X, y, loss=binary_cross_entropy_with_logits, optimizer=SGD(model.parameters(), 0.5),
...               epochs=500, seed=1)
>>> accuracy([model(x) for x in X], y, threshold=0.0)
1.0
"""

from nn.foundation import installation as _installation

_installation.check(__name__, __path__)

from nn import schedules
from nn.activations import ACTIVATIONS
from nn.blocks import Dropout, Embedding, LayerNorm, Sequential
from nn.callbacks import EarlyStopping, Epoch, ReduceLROnPlateau
from nn.history import History
from nn.init import INITIALIZERS
from nn.layers import MLP, Layer, Neuron
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy,
    cross_entropy_with_logits,
    hinge,
    kl_divergence,
    kl_divergence_with_logits,
    l2_penalty,
    one_hot,
)
from nn.metrics import accuracy, argmax, confusion_matrix, f1, r2
from nn.module import Module
from nn.optim import Optimizer
from nn.optimizers import SGD, Adam, AdamW, RMSprop
from nn.playground import Playground, playground
from nn.prediction import predict
from nn.regression import gaussian_nll, half_squared_error, huber, mae, mse
from nn.saving import Saved, load
from nn.training import fit

__all__ = [
    "ACTIVATIONS",
    "INITIALIZERS",
    "MLP",
    "SGD",
    "Adam",
    "AdamW",
    "Dropout",
    "EarlyStopping",
    "Embedding",
    "Epoch",
    "History",
    "Layer",
    "LayerNorm",
    "Module",
    "Neuron",
    "Optimizer",
    "Playground",
    "RMSprop",
    "ReduceLROnPlateau",
    "Saved",
    "Sequential",
    "accuracy",
    "argmax",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "confusion_matrix",
    "cross_entropy",
    "cross_entropy_with_logits",
    "f1",
    "fit",
    "gaussian_nll",
    "half_squared_error",
    "hinge",
    "huber",
    "kl_divergence",
    "kl_divergence_with_logits",
    "l2_penalty",
    "load",
    "mae",
    "mse",
    "one_hot",
    "playground",
    "predict",
    "r2",
    "schedules",
]
