"""`fit(jit=True)` computes what `fit` computes: losses, parameters, predictions, draws."""

import collections
import random

import pytest

import nn
from autograd import Value, constant, softmax
from nn import MLP, SGD, Adam, AdamW, Module, RMSprop, accuracy, fit, l2_penalty, schedules
from support.training import EXAMPLES, LABELS, assert_alike, mlp, trained

numpy = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

OPTIMIZERS = {
    "sgd": lambda p: SGD(p, 0.1),
    "decay": lambda p: SGD(p, 0.1, weight_decay=0.05),
    "momentum": lambda p: SGD(p, 0.1, momentum=0.9, weight_decay=0.01),
    "nesterov": lambda p: SGD(p, 0.1, momentum=0.9, nesterov=True),
    "adam": lambda p: Adam(p, 0.05),
    "adam, decay": lambda p: Adam(p, 0.05, betas=(0.8, 0.95), weight_decay=0.1),
    "adamw": lambda p: AdamW(p, 0.05, weight_decay=0.1),
    "rmsprop": lambda p: RMSprop(p, 0.01, weight_decay=0.1, momentum=0.5),
    "step decay": lambda p: SGD(p, schedules.step_decay(0.2, 0.5, 2)),
    "exponential": lambda p: Adam(p, schedules.exponential_decay(0.1, 0.9)),
    "cosine, warm up": lambda p: SGD(p, schedules.warm_up(schedules.cosine_decay(0.3, 6), 2), momentum=0.5),
    "schedule of one's own": lambda p: SGD(p, lambda step: 0.1 / (1 + step)),
    "schedule inside": lambda p: SGD(p, schedules.warm_up(lambda step: 0.1 / (1 + step), 2)),
}


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_every_optimizer_takes_the_same_steps(kind):
    assert_alike(optimizer=OPTIMIZERS[kind])


def ones(count):
    return [[float((label + k) % 2) for k in range(count)] for label in LABELS]


def shares(values):
    total = sum(values)
    return [v / total for v in values]


LOSSES = {
    "mse": (3, nn.mse, [[x, y, x * y] for x, y in EXAMPLES]),
    "mse of one": (1, nn.mse, [x - y for x, y in EXAMPLES]),
    "sum": (3, lambda p, t: nn.mse(p, t, reduction="sum"), [[x, y, 1] for x, y in EXAMPLES]),
    "half squared": (3, nn.half_squared_error, ones(3)),
    "binary, probabilities": (1, lambda p, t: nn.binary_cross_entropy(p.sigmoid(), t), [x[0] for x in ones(1)]),
    "binary, shares": (1, lambda p, t: nn.binary_cross_entropy(p.sigmoid(), t), [0.1, 0.0, 1.0, 0.7] * 2 + [0.5] * 3),
    "binary, logits": (1, nn.binary_cross_entropy_with_logits, [label % 2 for label in LABELS]),
    "binary, rows": (3, nn.binary_cross_entropy_with_logits, ones(3)),
    "classes": (3, nn.cross_entropy_with_logits, LABELS),
    "classes as floats": (3, nn.cross_entropy_with_logits, list(map(float, LABELS))),
    "classes in an array": (3, nn.cross_entropy_with_logits, numpy.array(LABELS)),
    "one-hot": (3, nn.cross_entropy_with_logits, nn.one_hot(LABELS, 3)),
    "one-hot in an array": (3, nn.cross_entropy_with_logits, numpy.array(nn.one_hot(LABELS, 3))),
    "shares": (3, nn.cross_entropy_with_logits, [shares([abs(x), abs(y), 1.0]) for x, y in EXAMPLES]),
    "probabilities": (3, lambda p, t: nn.cross_entropy(softmax(p), t), LABELS),
    "probabilities, one-hot": (3, lambda p, t: nn.cross_entropy(softmax(p), t), nn.one_hot(LABELS, 3)),
    "hinge": (1, nn.hinge, [2 * (label % 2) - 1 for label in LABELS]),
    "hinge, rows": (3, nn.hinge, [[2.0 * t - 1.0 for t in row] for row in ones(3)]),
    "constants": (3, nn.mse, [[constant(x), constant(y), 0.0] for x, y in EXAMPLES]),
    "a structure": (3, lambda p, t: nn.mse(p[:2], t["x"]) + p[2] * t["y"][0], [{"x": x, "y": (1,)} for x in EXAMPLES]),
    "a branch": (1, lambda p, t: (p - t) ** 2 if abs(p - t) < 0.3 else abs(p - t), [x * y for x, y in EXAMPLES]),
}


@pytest.mark.parametrize("kind", LOSSES)
def test_every_loss_is_trained_alike(kind):
    outputs, loss, targets = LOSSES[kind]
    assert_alike(lambda: {"model": mlp(outputs)}, y=targets, loss=loss)


@pytest.mark.parametrize("loss", [nn.binary_cross_entropy_with_logits, nn.cross_entropy_with_logits, nn.hinge])
def test_targets_are_no_branches(loss, monkeypatch):
    """Whatever the classes, one program is enough: a batch isn't split by them."""
    from nn.lifted import Lifted

    made = []
    monkeypatch.setattr(
        Lifted, "record", lambda self, *args, record=Lifted.record: made.append(1) or record(self, *args)
    )
    targets = [[2.0 * t - 1.0 for t in row] for row in ones(3)] if loss is nn.hinge else ones(3)
    if loss is nn.cross_entropy_with_logits:
        targets = LABELS
    trained(True, loss=loss, y=targets)
    assert len(made) == 1


@pytest.mark.parametrize("batch_size", [1, 2, 3, 8, 9, 10, 11, None, 50])
def test_batches_of_every_size(batch_size):
    assert_alike(batch_size=batch_size)


@pytest.mark.parametrize("activation", nn.ACTIVATIONS)
def test_every_activation(activation):
    assert_alike(lambda: {"model": MLP(2, [4, 3], activation=activation, seed=3)})


def test_a_generator_goes_on_from_where_it_is():
    generators = random.Random(3), random.Random(3)
    for jit, generator in zip((False, True), generators, strict=True):
        trained(jit, seed=generator)
    assert generators[0].getstate() == generators[1].getstate()


def test_training_goes_on_from_one_call_to_the_next():
    whole, numbers, _ = trained(False, epochs=6, seed=random.Random(7))
    model, generator = mlp(), random.Random(7)
    optimizer = SGD(model.parameters(), 0.1, momentum=0.9)
    options = {"loss": nn.cross_entropy_with_logits, "batch_size": 4, "seed": generator, "progress": False}
    losses = []
    for jit, epochs in ((True, 2), (False, 1), (True, 3)):
        losses += fit(model, EXAMPLES, LABELS, optimizer=optimizer, epochs=epochs, jit=jit, **options).loss
    assert losses == pytest.approx(whole.loss, rel=1e-12)
    assert [p.data for p in model.parameters()] == pytest.approx(numbers, rel=1e-10)


@pytest.mark.parametrize("strength", [0.0, 0.3])
def test_a_penalty_joins_every_step(strength):
    assert_alike(penalty=lambda model: l2_penalty(model, strength), optimizer=OPTIMIZERS["adam"])


# -- models -----------------------------------------------------------------------------------------------------------

Point = collections.namedtuple("Point", "x y")


class Odd(Module):
    """Parameters in containers, one in two places, one that nothing uses, a constant, a layer that appears twice."""

    def __init__(self):
        self.layer = nn.Layer(2, 2, activation="tanh", seed=2)
        self.parts = {"scale": (Value(0.7),), "rest": [Value(0.2), collections.deque([Value(0.1)])]}
        self.again = self.parts["scale"][0]
        self.matrix = numpy.array([[Value(0.3), Value(-0.4)]])
        self.unused, self.shift = Value(5.0), constant(0.25)

    def __call__(self, x):
        signal = self.layer(self.layer(x))
        rest = self.parts["rest"]
        a = self.again * signal[0] + self.matrix[0, 0] * signal[1] + self.shift
        b = self.parts["scale"][0] * signal[1] + self.matrix[0, 1] * rest[0] + rest[1][0]
        return a, b


def test_a_module_with_all_kinds_of_containers():
    assert_alike(lambda: {"model": Odd()}, loss=lambda p, t: nn.mse(list(p), t), y=EXAMPLES)


@pytest.mark.parametrize("kept", [slice(0, 5), slice(7, None), slice(3, 11, 2)])
def test_parameters_that_the_optimizer_has_not_stay(kept):
    def optimizer(parameters):
        return Adam(parameters[kept][::-1], 0.05)

    start = [p.data for p in mlp().parameters()]
    _, numbers, made = trained(True, optimizer=optimizer)
    assert_alike(optimizer=optimizer)
    trains = set(map(id, made.parameters))
    assert len(trains) < len(start)
    moved = [i for i, (a, b) in enumerate(zip(start, numbers, strict=True)) if a != b]
    assert moved == list(range(len(start)))[kept]


def test_a_model_need_not_be_a_module():
    class Line:
        def __init__(self):
            self.slope = Value(0.0)

        def __call__(self, x):
            return self.slope * x[0]

        def parameters(self):
            return [self.slope]

    assert_alike(lambda: {"model": Line()}, loss=nn.mse, y=[2.0 * x for x, _ in EXAMPLES])


def test_inputs_are_lists_of_numbers():
    class Longer(Module):
        def __init__(self):
            self.layer = nn.Layer(3, 3, seed=0)

        def __call__(self, x):
            return self.layer(x.copy() + [1.0])  # noqa: RUF005 - what an array would add to

    assert_alike(lambda: {"model": Longer()})


SHAPES = {
    "number": (1, lambda p: p),
    "row": (3, lambda p: p),
    "tuple": (3, lambda p: (p[0], [p[1], (p[2],)])),
    "named tuple": (3, lambda p: Point(p[0], Point(p[1], 2.0))),
    "dict": (3, lambda p: {"mean": p[0], "rest": p[1:], "name": "x", "n": 3, "c": constant(2.0)}),
    "array": (3, lambda p: numpy.array([p, p])),
}


@pytest.mark.parametrize("kind", SHAPES)
def test_metrics_see_predictions_in_their_structure(kind):
    outputs, shape = SHAPES[kind]
    seen = {}

    class Shaped(Module):
        def __init__(self):
            self.mlp = mlp(outputs)

        def __call__(self, x):
            return shape(self.mlp(x))

    def number(p):
        p = p["mean"] if isinstance(p, dict) else p
        while not isinstance(p, (float, Value)):
            p = p[0]
        return p

    for jit in (False, True):
        seen[jit] = []
        watch = {"seen": lambda p, t, seen=seen[jit]: seen.append((p, t)) or len(p)}
        trained(jit, model=Shaped(), loss=lambda p, t: (number(p) - t) ** 2, metrics=watch, epochs=2)
    for (found, targets), (expected, others) in zip(seen[True], seen[False], strict=True):
        assert targets == others
        assert [repr(_rounded(p)) for p in found] == [repr(_rounded(p)) for p in expected]


def _rounded(thing):
    if isinstance(thing, float):
        return round(thing, 9)
    if isinstance(thing, dict):
        return {key: _rounded(x) for key, x in thing.items()}
    if isinstance(thing, numpy.ndarray):
        return thing.round(9)
    return [type(thing).__name__, *map(_rounded, thing)] if isinstance(thing, (list, tuple)) else thing


def test_accuracy_is_the_same():
    assert_alike(metrics={"accuracy": accuracy}, epochs=20)
