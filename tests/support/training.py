"""A training of either kind, eager or replayed, and what both must agree on."""

import random

import pytest

import nn
from nn import MLP, SGD, fit

EXAMPLES = [[random.Random(i).uniform(-1.0, 1.0), random.Random(-i - 1).uniform(-1.0, 1.0)] for i in range(11)]
LABELS = [int(a > 0.0) + int(b > 0.0) for a, b in EXAMPLES]


def mlp(outputs=3):
    return MLP(2, [4, outputs], activation="tanh", seed=1)


def trained(jit, model=None, y=LABELS, optimizer=lambda p: SGD(p, 0.1, momentum=0.9), **changes):
    """History, numbers of the parameters, and the optimizer of a training."""
    model = mlp() if model is None else model
    made = optimizer(model.parameters())
    options = {"loss": nn.cross_entropy_with_logits, "epochs": 3, "batch_size": 4, "seed": 7, "progress": False}
    history = fit(model, EXAMPLES, y, optimizer=made, jit=jit, **(options | changes))
    assert not any(p.grad for p in model.parameters())
    return history, [p.data for p in model.parameters()], made


def assert_alike(make=dict, **changes):
    """A training of either kind; `make` returns what each needs afresh."""
    (eager, numbers, before), (found, data, after) = (trained(jit, **(changes | make())) for jit in (False, True))
    assert found.loss == pytest.approx(eager.loss, rel=1e-12, abs=1e-14)
    assert found.metrics == eager.metrics
    assert found.validation_loss == pytest.approx(eager.validation_loss, rel=1e-12, abs=1e-14)
    assert found.validation_metrics == eager.validation_metrics
    assert data == pytest.approx(numbers, rel=1e-10, abs=1e-13)
    assert after.steps == before.steps
    assert after.state.keys() == before.state.keys()
    for name, state in before.state.items():
        assert after.state[name] == pytest.approx(state, rel=1e-9, abs=1e-13)
        assert set(map(type, after.state[name])) == {float}
    assert set(map(type, data)) == {float}
