"""What optimisers keep: steps that are whole or not taken, state that is carried on, NumPy's numbers."""

import json
import math

import pytest

from autograd import Value
from nn import SGD, Adam, AdamW, RMSprop, schedules
from support.interrupts import interrupted

INF, NAN = math.inf, math.nan
START = [1.5, -0.3, 2.0, 0.0]


def rosenbrock(a, b, c, d):
    """A valley, twice; works on our Values and on PyTorch's tensors."""
    return (1.0 - a) ** 2 + 10.0 * (b - a * a) ** 2 + (1.0 - c) ** 2 + 10.0 * (d - c * c) ** 2


def describe(optimizer):
    """All that a step changes."""
    state = {name: list(numbers) for name, numbers in optimizer.state.items()}
    return [p.data for p in optimizer.parameters], state, optimizer.steps


@pytest.mark.parametrize("kind", [Adam, AdamW])
@pytest.mark.parametrize("gradient", [0.0, -0.0, 1e-170])
@pytest.mark.parametrize("steps", [0, 3])
def test_adam_divides_nothing_by_nothing(kind, gradient, steps):
    """With an epsilon of 0, and a gradient that is 0 or whose square is: nothing is moved."""
    values = [Value(1.0), Value(2.0), Value(3.0, label="w")]
    optimizer = kind(values, 0.1, epsilon=0.0)
    for _ in range(steps):
        values[0].grad = values[1].grad = values[2].grad = 0.5
        optimizer.step()
        optimizer.state["mean_square"][2] = 0.0
    before = describe(optimizer)
    values[0].grad, values[1].grad, values[2].grad = 1.0, 2.0, gradient
    with pytest.raises(
        ZeroDivisionError, match=rf"{kind.__name__}.step: division by 0 for w: .*no parameter was moved.*1e-8"
    ):
        optimizer.step()
    assert describe(optimizer) == before


@pytest.mark.parametrize("make", [lambda p: SGD(p, 0.1), lambda p: SGD(p, 0.1, momentum=0.9), lambda p: Adam(p, 0.1)])
def test_a_gradient_of_zero_is_not_an_error_elsewhere(make):
    x = Value(1.0)
    make([x]).step()
    assert x.data == 1.0


EVERY_KIND = {
    "SGD": lambda p: SGD(p, 0.1, weight_decay=0.1),
    "momentum": lambda p: SGD(p, 0.1, momentum=0.9),
    "nesterov": lambda p: SGD(p, 0.1, momentum=0.9, nesterov=True),
    "schedule": lambda p: SGD(p, schedules.step_decay(0.1, 0.5, 2), momentum=0.9),
    "Adam": lambda p: Adam(p, 0.1, weight_decay=0.1),
    "AdamW": lambda p: AdamW(p, 0.1),
    "RMSprop": lambda p: RMSprop(p, 0.1, momentum=0.5),
}


@pytest.mark.parametrize("kind", EVERY_KIND)
@pytest.mark.parametrize("steps", [0, 2])
def test_an_interrupt_at_any_instruction_leaves_no_half_step(kind, steps):
    def prepared():
        optimizer = EVERY_KIND[kind]([Value(1.0), Value(-2.0), Value(0.5)])
        for n in range(steps + 1):
            for i, parameter in enumerate(optimizer.parameters):
                parameter.grad = 0.5 + i - n
            if n < steps:
                optimizer.step()
        return optimizer

    before = describe(prepared())
    optimizer = prepared()
    optimizer.step()
    after = describe(optimizer)
    interrupted(prepared().step, 100_000)  # what is done once only is done
    found = []
    for moment in range(100_000):
        optimizer = prepared()
        if not interrupted(optimizer.step, moment):
            break
        found.append(describe(optimizer))
        if found[-1] == before:  # the step may be done again
            optimizer.step()
            assert describe(optimizer) == after
        else:
            assert found[-1] == after
    assert found[0] == before
    assert found[-1] == after


def test_an_interrupt_while_a_state_is_loaded_leaves_the_old_one_or_the_new():
    x = Value(1.0)
    source = Adam([x], 0.5, betas=(0.5, 0.6))
    x.grad = 1.0
    source.step()
    wanted, old = source.state_dict(), Adam([x]).state_dict()
    for moment in range(100_000):
        optimizer = Adam([x])
        if not interrupted(lambda: optimizer.load_state_dict(wanted), moment):  # noqa: B023 - called at once
            break
        assert optimizer.state_dict() in (old, wanted)
    assert moment > 5


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_a_state_dict_carries_a_training_on(kind):
    def descend(optimizer, steps):
        for _ in range(steps):
            optimizer.zero_grad()
            rosenbrock(*optimizer.parameters).backward()
            optimizer.step()

    whole = EVERY_KIND[kind]([Value(x / 4.0) for x in START])
    descend(whole, 3)
    state, numbers = whole.state_dict(), [p.data for p in whole.parameters]
    descend(whole, 4)  # doesn't change the state that was taken
    second = EVERY_KIND[kind]([Value(x) for x in numbers])
    if kind != "schedule":
        second.learning_rate = 7.0
    second.load_state_dict(state)
    descend(second, 4)
    assert describe(second) == describe(whole)
    assert second.state_dict() == whole.state_dict()


def test_a_learning_rate_of_none_leaves_the_schedule():
    schedule = schedules.constant(0.25)
    optimizer = SGD([Value(1.0)], schedule)
    optimizer.load_state_dict(SGD([Value(1.0)], lambda step: 0.5, momentum=0.5).state_dict())
    assert (optimizer.learning_rate, optimizer.momentum) == (schedule, 0.5)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (
            lambda d: "state",
            TypeError,
            "SGD.load_state_dict: state_dict must be what state_dict.. returned, got str 'state'",
        ),
        (
            lambda d: d.pop("steps"),
            ValueError,
            "the entries must be learning_rate, options, steps, state, got learning",
        ),
        (
            lambda d: d.update(Adam([Value(1.0)]).state_dict()),
            ValueError,
            "the options must be .*is it of another class",
        ),
        (lambda d: d["state"].update(mean=[1.0, 2.0]), ValueError, "the state must be velocity, got velocity, mean"),
        (lambda d: d["state"].update(velocity=[1.0]), ValueError, "velocity is 1 numbers, but there are 2 parameters"),
        (lambda d: d["state"].update(velocity=3.0), ValueError, "velocity is 3.0, but there are 2 parameters"),
        (lambda d: d["state"].update(velocity=[1.0, "2"]), TypeError, r"velocity\[1\] must be a real number"),
        (lambda d: d["options"].update(momentum=-1.0), ValueError, "SGD: momentum is -1.0"),
        (
            lambda d: d["options"].update(nesterov="yes"),
            TypeError,
            "SGD: nesterov must be True or False, got str 'yes'",
        ),
        (lambda d: d.update(options=[0.9]), ValueError, r"the options must be .*, got \[0.9\]"),
        (lambda d: d.update(learning_rate=NAN), ValueError, "SGD: learning_rate is nan"),
        (lambda d: d.update(steps=-1), ValueError, "SGD.load_state_dict: steps is -1, but must be at least 0"),
        (lambda d: d.update(steps=1.5), TypeError, "steps must be a whole number, got float 1.5"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, error, message):
    def made():
        optimizer = SGD([Value(1.0), Value(2.0)], 0.1, momentum=0.9)
        optimizer.parameters[0].grad = 3.0
        optimizer.step()
        return optimizer

    optimizer = made()
    state = SGD([Value(1.0), Value(2.0)], 0.2, momentum=0.8).state_dict() | {"state": {"velocity": [5.0, 6.0]}}
    changed = change(state)
    with pytest.raises(error, match=message):
        optimizer.load_state_dict(changed if isinstance(changed, str) else state)
    assert optimizer.state_dict() == made().state_dict()


@pytest.mark.parametrize("kind", ["float64", "float32", "float16", "int64", "int8", "uint8", "bool_", "longdouble"])
def test_numpys_numbers_are_hyperparameters(kind):
    numpy = pytest.importorskip("numpy")
    of = getattr(numpy, kind)
    path = []
    for number in (of, lambda x: float(of(x))):
        x = Value(1.0)
        optimizers = [
            SGD([x], number(1), momentum=number(1), weight_decay=number(1), nesterov=numpy.bool_(number(1))),
            Adam([x], number(1), betas=numpy.array([0.5, 0.25]), epsilon=number(1), weight_decay=number(1)),
            AdamW([x], number(1), betas=(numpy.float32(0.5), 0.25), epsilon=number(1), weight_decay=number(0)),
        ]
        changed = SGD([x], 0.1, momentum=0.5)
        changed.learning_rate = changed.momentum = changed.weight_decay = number(1)  # after it was made
        changed.nesterov = numpy.bool_(True)
        for optimizer in [*optimizers, changed]:
            x.grad = 0.5
            optimizer.step()
            path.append(x.data)
            assert json.loads(json.dumps(optimizer.state_dict()))["steps"] == 1
    assert path[:4] == path[4:]


def test_a_learning_rate_that_was_made_bad_moves_nothing():
    x = Value(1.0)
    optimizer = SGD([x], 0.1)
    for bad in (-1.0, NAN, INF):
        optimizer.learning_rate = bad
        with pytest.raises(ValueError, match=f"SGD: learning_rate is {bad}"):
            optimizer.step()
    assert (x.data, optimizer.steps) == (1.0, 0)
