"""`fit(jit=True)`: what others see of a training while it runs, when it is interrupted, and when something is wrong."""

import functools
import math
import random
import sys

import pytest

import nn
from autograd import Value, log, sin, softmax, sqrt
from autograd.program.variant import Variant
from nn import SGD, Adam, Module, fit
from support.effort import EVERYTHING
from support.interrupts import interrupted
from support.training import EXAMPLES, LABELS, assert_alike, mlp, trained

numpy = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")


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

    assert_alike(make, optimizer=lambda p: Adam(p, 0.05))


def test_a_step_of_ones_own_moves_the_values():
    class Signed(SGD):
        def step(self):
            for p in self.parameters:
                p.data -= 0.01 * math.copysign(1.0, p.grad)

    def replaced(parameters):
        optimizer = SGD(parameters, 0.1)
        optimizer.step = functools.partial(Signed.step, optimizer)
        return optimizer

    assert_alike(optimizer=lambda p: Signed(p, 0.1))
    assert_alike(optimizer=replaced)


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
    """At every 101st or 303rd place where Python looks for a signal, but for those in llvmlite."""
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
    for moment in range(0, 1_000_000, 101 if EVERYTHING else 303):
        line, optimizer, work = prepared()
        if not interrupted(work, moment):
            break
        assert _state(line, optimizer) in states
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
        ValueError, lambda: {"model": Line()}, loss=rooted, optimizer=lambda p: SGD(p, 0.1)
    )
    assert "y[" in told
    assert number < 0.0


UNRECORDABLE = {
    "random": (lambda p, t: p[0] * random.random(), ValueError, "draw random numbers"),
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


class Looking(Module):
    """One that looks at its numbers when it is evaluated."""

    def __init__(self):
        self.model = mlp()

    def __call__(self, x):
        row = self.model(x)
        return row if self.training else [row[0] * row[1].data, *row[1:]]


class Held:
    def __init__(self, row):
        self.row = row


class Holding(Module):
    """One whose predictions only its loss can open."""

    def __init__(self):
        self.model = mlp()

    def __call__(self, x):
        return Held(self.model(x))


UNRECORDABLE_PARTS = {
    "validation": (lambda: {"model": Looking(), "validation": (EXAMPLES, LABELS)}, r"\.data of .* was read"),
    "penalty": (
        lambda: {"penalty": lambda model: model.parameters()[0] * model.parameters()[1].data},
        r"\.data of .* was read",
    ),
    "predictions for metrics": (
        lambda: {"model": Holding(), "loss": lambda p, t: p.row[0] ** 2, "metrics": {"one": lambda p, t: 1.0}},
        "the prediction is .*, in which metrics find no numbers; return a list",
    ),
}


@pytest.mark.parametrize("part", UNRECORDABLE_PARTS)
def test_whatever_part_cannot_be_recorded_is_told(part):
    make, message = UNRECORDABLE_PARTS[part]
    history, _, _ = trained(False, **make())
    assert len(history.loss) == 3
    with pytest.raises(TypeError, match=f"(?s)^fit: with jit=True .*{message}.*train with jit=False$"):
        trained(True, **make())


@pytest.mark.parametrize("error", [ZeroDivisionError, OverflowError, FloatingPointError, MemoryError, ImportError])
def test_what_is_no_fault_of_recording_stays_as_it_is(error):
    """Where eager steps find nothing wrong: recorded, targets are Values."""

    def loss(p, t):
        if isinstance(t, Value):
            raise error("in the recorded loss")
        return p[0] ** 2

    with pytest.raises(error, match=r"^in the recorded loss(; in row 0 of the batch)?$"):
        trained(True, loss=loss)


AROUND = {
    "nothing": lambda x: x,
    "list": lambda x: [1.0, x],
    "tuple": lambda x: (x, 1.0),
    "dict": lambda x: {"a": 1.0, "b": x},
    "list in a dict": lambda x: {"a": [x]},
    "dict in lists": lambda x: [[{"a": x}]],
    "array": lambda x: numpy.array([1.0, x], dtype=object),
    "array in a dict": lambda x: {"a": numpy.array([[x]], dtype=object)},
}


@pytest.mark.parametrize("kind", AROUND)
def test_variables_as_targets_are_refused(kind):
    y = [AROUND[kind](1.0) for _ in LABELS]
    trained(True, y=y, loss=lambda p, t: p[0] ** 2)
    y[4] = AROUND[kind](Value(1.0))
    with pytest.raises(TypeError, match=r"^fit: y\[4\] is .*, a variable; with jit=True targets must be numbers"):
        trained(True, y=y, loss=lambda p, t: p[0] ** 2)


def test_arrays_of_other_things_as_targets_are_refused():
    with pytest.raises(TypeError, match=r"^fit: y\[0\] is an array with 'a' in it"):
        trained(True, y=[numpy.array(["a"], dtype=object)] * 11, loss=lambda p, t: p[0] ** 2)


def test_too_many_structures_are_refused():
    model = mlp()
    with pytest.raises(ValueError, match=r"^fit: with jit=True each structure .* up to X\[256\] there are 257"):
        fit(
            model,
            [{"x": [0.0, 1.0], "text": str(i)} for i in range(300)],
            [0] * 300,
            loss=nn.cross_entropy_with_logits,
            optimizer=SGD(model.parameters(), 0.1),
            epochs=1,
            jit=True,
        )


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
