"""`fit(jit=True)` does what `fit` does: the same losses, parameters, draws, errors, and what others see of it."""

import collections
import math
import random
import sys

import pytest

import nn
from autograd import Value, constant, log, sin, softmax, sqrt
from autograd.program.variant import Variant
from nn import MLP, SGD, Adam, AdamW, Module, accuracy, fit, l2_penalty, schedules
from support.interrupts import interrupted

numpy = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

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
    assert data == pytest.approx(numbers, rel=1e-10, abs=1e-13)
    assert after.steps == before.steps
    assert after.state.keys() == before.state.keys()
    for name, state in before.state.items():
        assert after.state[name] == pytest.approx(state, rel=1e-9, abs=1e-13)
        assert set(map(type, after.state[name])) == {float}
    assert set(map(type, data)) == {float}


OPTIMIZERS = {
    "sgd": lambda p: SGD(p, 0.1),
    "decay": lambda p: SGD(p, 0.1, weight_decay=0.05),
    "momentum": lambda p: SGD(p, 0.1, momentum=0.9, weight_decay=0.01),
    "nesterov": lambda p: SGD(p, 0.1, momentum=0.9, nesterov=True),
    "adam": lambda p: Adam(p, 0.05),
    "adam, decay": lambda p: Adam(p, 0.05, betas=(0.8, 0.95), weight_decay=0.1),
    "adamw": lambda p: AdamW(p, 0.05, weight_decay=0.1),
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


# -- what others see --------------------------------------------------------------------------------------------------


def test_metrics_and_schedules_find_the_model_as_it_is():
    def looks(jit):
        model, notes = mlp(), []

        def look(*_):
            notes.append(([p.data for p in model.parameters()], optimizer.steps, optimizer.state))
            return 0.1

        optimizer = Adam(model.parameters(), look)
        trained(jit, model=model, optimizer=lambda _: optimizer, metrics={"look": look}, epochs=2)
        return notes

    seen = {jit: looks(jit) for jit in (False, True)}
    assert len(seen[True]) == len(seen[False]) == 2 * (3 + 1)
    for (found, steps, state), (expected, before, kept) in zip(seen[True], seen[False], strict=True):
        assert found == pytest.approx(expected, rel=1e-10)
        assert steps == before
        assert all(state[name] == pytest.approx(kept[name], rel=1e-9, abs=1e-15) for name in kept)


def test_what_a_metric_changes_is_trained_on():
    def make():
        model = mlp()

        def clip(predictions, targets):
            for p in model.parameters():
                p.data = max(-0.3, min(0.3, p.data))
            return 0.0

        return {"model": model, "metrics": {"clip": clip}}

    assert_alike(make, optimizer=OPTIMIZERS["adam"])


def test_a_step_of_ones_own_moves_the_values():
    class Signed(SGD):
        def step(self):
            for p in self.parameters:
                p.data -= 0.01 * math.copysign(1.0, p.grad)

    assert_alike(optimizer=lambda p: Signed(p, 0.1))


def test_a_metric_that_stops_the_training_leaves_what_the_last_step_made():
    class StopError(Exception):
        pass

    def stop(predictions, targets):
        raise StopError

    _, numbers, before = trained(False, epochs=1)
    model = mlp()
    optimizer = SGD(model.parameters(), 0.1, momentum=0.9)
    options = {"loss": nn.cross_entropy_with_logits, "epochs": 9, "batch_size": 4, "seed": 7, "progress": False}
    with pytest.raises(StopError):
        fit(model, EXAMPLES, LABELS, optimizer=optimizer, metrics={"stop": stop}, jit=True, **options)
    assert [p.data for p in model.parameters()] == pytest.approx(numbers, rel=1e-10)
    assert optimizer.steps == before.steps == 3


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Ctrl-C inside __del__ goes nowhere
def test_ctrl_c_leaves_a_whole_step(monkeypatch):
    """At every 101st place where Python looks for a signal, but for those in llvmlite."""
    compiled = Variant.batch

    def batch(*args):
        tracer = sys.gettrace()
        sys.settrace(None)
        try:
            return compiled(*args)
        finally:
            sys.settrace(tracer)

    monkeypatch.setattr(Variant, "batch", batch)

    class Line(Module):
        def __init__(self):
            self.slope, self.intercept = Value(0.5), Value(0.0)

        def __call__(self, x):
            return self.slope * x[0] + self.intercept

    def prepared():
        line = Line()
        optimizer = SGD(line.parameters(), 0.1, momentum=0.5)
        data, targets = [[0.0], [1.0], [2.0], [3.0]], [1.0, 3.0, 5.0, 4.0]
        options = {"loss": nn.mse, "epochs": 2, "batch_size": 2, "seed": 0, "progress": False, "jit": True}
        return line, optimizer, lambda: fit(line, data, targets, optimizer=optimizer, **options)

    states = []
    line, optimizer, work = prepared()
    optimizer.learning_rate = lambda step: states.append(_state(line, optimizer)) or 0.1
    work()
    states.append(_state(line, optimizer))
    assert len(states) == 5
    found = set()
    for moment in range(0, 1_000_000, 101):
        line, optimizer, work = prepared()
        if not interrupted(work, moment):
            break
        assert _state(line, optimizer) in states
        assert not any(p.grad for p in line.parameters())
        found.add(optimizer.steps)
    assert len(found) > 2


def _state(line, optimizer):
    return line.slope.data, line.intercept.data, optimizer.steps, dict(optimizer.state)


# -- errors -----------------------------------------------------------------------------------------------------------


def assert_fails_alike(error, make=dict, **changes):
    """Both kinds of training raise the same, with the same message, and leave the same parameters."""
    told = []
    for jit in (False, True):
        given = changes | make()
        model = given.pop("model", None) or mlp()
        with pytest.raises(error) as caught:
            trained(jit, model=model, **given)
        told.append((str(caught.value), [p.data for p in model.parameters()]))
        assert not any(p.grad for p in model.parameters())
    assert told[1][0] == told[0][0]
    assert told[1][1] == pytest.approx(told[0][1], rel=1e-9)
    return told[0]


BAD = {
    "class": (ValueError, {"y": [*LABELS[:10], 3]}),
    "no whole class": (TypeError, {"y": [*LABELS[:10], 0.5]}),
    "target in the first batch": (ValueError, {"y": [-1, *LABELS[1:]]}),
    "no number": (TypeError, {"y": [*LABELS[:10], "1"]}),
    "not finite": (ValueError, {"loss": nn.mse, "y": [[0, 0, 1]] * 10 + [[0, math.nan, 1]]}),
    "length": (ValueError, {"loss": nn.mse, "y": [[0, 0, 1]] * 10 + [[0, 0]]}),
    "hinge": (ValueError, {"loss": nn.hinge, "y": [[-1, 1, 1]] * 10 + [[0, 1, 1]]}),
    "share": (
        ValueError,
        {"loss": lambda p, t: nn.binary_cross_entropy(softmax(p), t), "y": [[0, 0, 1]] * 10 + [[0, 0, 2]]},
    ),
    "probability": (ValueError, {"loss": nn.cross_entropy}),
    "infinite loss": (ValueError, {"loss": lambda p, t: nn.cross_entropy([p[0].relu() * 0.0, 0.5 + p[0] * 0.0], 0)}),
    "no parameter": (TypeError, {"loss": lambda p, t: 1.0}),
    "no parameter in a branch": (TypeError, {"loss": lambda p, t: p[0] if t < 2 else 3.0}),
    "no model": (TypeError, {"optimizer": lambda p: SGD(p, 0.1), "penalty": lambda model: 3.0}),
    "the user's": (KeyError, {"loss": lambda p, t: p[{0: 0, 1: 1}[t]]}),
    "learning rate": (ValueError, {"optimizer": lambda p: SGD(p, lambda step: 0.1 if step < 4 else -1.0)}),
    "division by zero": (
        ZeroDivisionError,
        {"optimizer": lambda p: Adam(p, 0.1, epsilon=0.0), "loss": lambda p, t: p[0] * 1.0},
    ),
    "diverges": (
        FloatingPointError,
        {"optimizer": lambda p: SGD(p, 1e200), "loss": nn.mse, "y": [[1.0] * 3] * 11, "epochs": 50},
    ),
}


@pytest.mark.parametrize("kind", BAD)
def test_errors_are_those_of_an_eager_training(kind):
    error, changes = BAD[kind]
    assert_fails_alike(error, **changes)


def test_an_error_in_the_middle_names_its_example_and_keeps_the_last_step():
    """The root of a number that the training makes negative."""

    class Line(Module):
        def __init__(self):
            self.slope = Value(0.4)

        def __call__(self, x):
            return self.slope * 2.0

    def rooted(p, t):
        return sqrt(p) + 0.0 * t

    told, (number,) = assert_fails_alike(
        ValueError, lambda: {"model": Line()}, loss=rooted, optimizer=OPTIMIZERS["sgd"]
    )
    assert "y[" in told
    assert number < 0.0


UNRECORDABLE = {
    "random": (lambda p, t: p[0] * random.random(), ValueError, "called twice .* random"),
    "data": (lambda p, t: p[0] * p[1].data, TypeError, r"\.data of .* was read .*test_training_jit"),
    "index": (lambda p, t: -log(softmax(p)[t]), TypeError, "Targets and inputs are Values"),
    "key": (lambda p, t: p[{0: 0, 1: 1, 2: 2}[t]] ** 2, TypeError, "KeyError"),
    "math": (lambda p, t: p[0] * math.sin(t), TypeError, "would drop its gradient"),
    "branches": (
        lambda p, t: sum((p[0] for k in range(25) if sin(p[0] * 3.0**k) > 0.0), p[0]),
        RuntimeError,
        "there are 64 programs",
    ),
}


@pytest.mark.parametrize("kind", UNRECORDABLE)
def test_what_cannot_be_recorded_is_refused(kind):
    loss, error, message = UNRECORDABLE[kind]
    model = mlp()
    before = model.state_dict()
    many = [[i / 100.0, 1.0 - i / 77.0] for i in range(330)]
    options = {"loss": loss, "optimizer": SGD(model.parameters(), 0.1), "epochs": 2, "progress": False, "seed": 0}
    with pytest.raises(error, match=f"(?s)^fit: with jit=True .*{message}.*train with jit=False$"):
        fit(model, many, LABELS * 30, jit=True, **options)
    assert model.state_dict() == before
    assert not any(p.grad for p in model.parameters())


@pytest.mark.parametrize("targets", [["a"] * 11, [None] * 11, [[1.0]] * 10 + [[1.0, 2.0]], [Value(1.0)] * 11])
def test_targets_must_be_numbers_of_one_structure(targets):
    with pytest.raises((TypeError, ValueError), match=r"^fit: y\[\d+\].*; with jit=True all targets must be numbers"):
        trained(True, y=targets, loss=lambda p, t: p[0] ** 2)


def test_without_numpy_there_is_an_error(monkeypatch):
    monkeypatch.setattr("autograd.support.extras.find_spec", lambda name: None)
    model = mlp()
    before = model.state_dict()
    with pytest.raises(ImportError, match=r"fit\(jit=True\): it needs numpy"):
        trained(True, model=model)
    assert model.state_dict() == before


@pytest.mark.parametrize("jit", [2, "yes", None])
def test_jit_is_true_or_false(jit):
    with pytest.raises(TypeError, match="fit: jit must be True or False"):
        trained(jit)


def test_accuracy_is_the_same():
    assert_alike(metrics={"accuracy": accuracy}, epochs=20)
