"""Optimisers against PyTorch, step by step; refusals leave every parameter where it was."""

import json
import math
import sys

import pytest

from autograd import Value
from nn import MLP, SGD, Adam, AdamW, schedules

INF, NAN = math.inf, math.nan
START = [1.5, -0.3, 2.0, 0.0]


def rosenbrock(a, b, c, d):
    """A valley, twice; works on our Values and on PyTorch's tensors."""
    return (1.0 - a) ** 2 + 10.0 * (b - a * a) ** 2 + (1.0 - c) ** 2 + 10.0 * (d - c * c) ** 2


def ours(optimizer, steps=20):
    values = [Value(x) for x in START]
    trained = optimizer(values)
    path = []
    for _ in range(steps):
        trained.zero_grad()
        rosenbrock(*values).backward()
        trained.step()
        path += [v.data for v in values]
    return path


def pytorchs(optimizer, scheduler=None, steps=20):
    torch = pytest.importorskip("torch")
    tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in START]
    trained = optimizer(torch.optim, tensors)
    schedule = scheduler(torch.optim.lr_scheduler, trained) if scheduler else None
    path = []
    for _ in range(steps):
        trained.zero_grad()
        rosenbrock(*tensors).backward()
        trained.step()
        if schedule:
            schedule.step()
        path += [t.item() for t in tensors]
    return path


@pytest.mark.parametrize(
    ("optimizer", "reference"),
    [
        (lambda p: SGD(p, 0.003), lambda o, p: o.SGD(p, lr=0.003)),
        (lambda p: SGD(p, 0.003, weight_decay=0.1), lambda o, p: o.SGD(p, lr=0.003, weight_decay=0.1)),
        (lambda p: SGD(p, 0.002, momentum=0.8), lambda o, p: o.SGD(p, lr=0.002, momentum=0.8)),
        (
            lambda p: SGD(p, 0.002, momentum=0.8, nesterov=True, weight_decay=0.1),
            lambda o, p: o.SGD(p, lr=0.002, momentum=0.8, nesterov=True, weight_decay=0.1),
        ),
        (lambda p: Adam(p), lambda o, p: o.Adam(p)),
        (
            lambda p: Adam(p, 0.1, betas=(0.8, 0.95), epsilon=1e-4, weight_decay=0.1),
            lambda o, p: o.Adam(p, lr=0.1, betas=(0.8, 0.95), eps=1e-4, weight_decay=0.1),
        ),
        (lambda p: AdamW(p), lambda o, p: o.AdamW(p)),
        (lambda p: AdamW(p, 0.1, weight_decay=0.3), lambda o, p: o.AdamW(p, lr=0.1, weight_decay=0.3)),
    ],
)
def test_twenty_steps_equal_pytorchs(optimizer, reference):
    assert ours(optimizer) == pytest.approx(pytorchs(reference), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize(
    ("schedule", "scheduler"),
    [
        (schedules.constant(0.003), lambda s, o: s.ConstantLR(o, factor=1.0)),
        (schedules.step_decay(0.003, factor=0.5, every=4), lambda s, o: s.StepLR(o, step_size=4, gamma=0.5)),
        (schedules.exponential_decay(0.003, factor=0.9), lambda s, o: s.ExponentialLR(o, gamma=0.9)),
        (
            schedules.cosine_decay(0.003, steps=20, final=0.001),
            lambda s, o: s.CosineAnnealingLR(o, T_max=20, eta_min=0.001),
        ),
        (
            schedules.warm_up(schedules.constant(0.003), steps=5),
            lambda s, o: s.LinearLR(o, start_factor=0.2, total_iters=4),
        ),
    ],
)
def test_schedules_equal_pytorchs(schedule, scheduler):
    found = ours(lambda p: SGD(p, schedule))
    assert found == pytest.approx(pytorchs(lambda o, p: o.SGD(p, lr=0.003), scheduler), rel=1e-12, abs=1e-14)


def test_warm_up_ends_where_the_schedule_begins():
    rate = schedules.warm_up(schedules.exponential_decay(1.0, factor=0.5), steps=2)
    assert [rate(step) for step in range(5)] == [0.5, 1.0, 1.0, 0.5, 0.25]


def test_cosine_decay_stays_at_its_end():
    rate = schedules.cosine_decay(1.0, steps=10, final=0.125)
    assert [rate(0), rate(10), rate(1000)] == [1.0, 0.125, 0.125]


def test_steps_are_counted_and_state_is_plain():
    x = Value(3.0)
    optimizer = Adam([x], 0.1)
    assert (optimizer.steps, optimizer.state) == (0, {})
    x.grad = 2.0
    optimizer.step()
    assert optimizer.steps == 1
    assert optimizer.state["mean"] == pytest.approx([0.2])
    assert optimizer.state["mean_square"] == pytest.approx([0.004])


def test_momentum_by_hand():
    x = Value(0.0)
    optimizer = SGD([x], 1.0, momentum=0.5)
    path = []
    for _ in range(3):
        x.grad = 1.0
        optimizer.step()
        path.append(x.data)
    assert path == [-1.0, -2.5, -4.25]


def test_gradients_are_zeroed():
    x = Value(1.0)
    x.grad = 4.0
    SGD([x], 0.1).zero_grad()
    assert x.grad == 0.0


@pytest.mark.parametrize("make", [lambda p: SGD(p, 0.1, momentum=0.9), lambda p: Adam(p), lambda p: AdamW(p)])
@pytest.mark.parametrize("bad", [NAN, INF, -INF])
def test_a_gradient_that_is_not_finite_moves_nothing(make, bad):
    x, y = Value(1.0), Value(2.0, label="layer0.neuron1.b")
    optimizer = make([x, y])
    x.grad, y.grad = 1.0, bad
    with pytest.raises(FloatingPointError, match=rf"step: the gradient of layer0.neuron1.b is {bad}; no parameter was"):
        optimizer.step()
    assert (x.data, y.data, optimizer.steps, optimizer.state) == (1.0, 2.0, 0, {})


def test_huge_finite_gradients_are_no_error():
    x, y = Value(0.0), Value(0.0)
    x.grad = y.grad = 1.5e308
    SGD([x, y], 1e-308).step()
    assert (x.data, y.data) == pytest.approx((-1.5, -1.5))


def test_a_bad_rate_from_a_schedule_moves_nothing():
    x = Value(1.0)
    x.grad = 1.0
    optimizer = SGD([x], lambda step: -1.0)
    with pytest.raises(ValueError, match=r"the learning rate of step 0 is -1\.0"):
        optimizer.step()
    assert x.data == 1.0


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
def test_a_gradient_of_zero_is_no_error_elsewhere(make):
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
}


def interrupted(function, moment):
    """Call it, with a KeyboardInterrupt at the given instruction of all that it runs; whether there is such a one."""
    count = 0

    def trace(frame, event, argument):
        nonlocal count
        frame.f_trace_opcodes = True
        if event in ("line", "opcode", "call", "return"):
            count += 1
            if count == moment:
                raise KeyboardInterrupt
        return trace

    outer = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(outer)
    return False


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
    found = []
    for moment in range(1, 100_000):
        optimizer = prepared()
        if not interrupted(optimizer.step, moment):
            break
        found.append(describe(optimizer))
        if found[-1] == before:  # the step may be done again
            optimizer.step()
            assert describe(optimizer) == after
        else:
            assert found[-1] == after
    assert len(found) > 20
    assert found[0] == before
    assert found[-1] == after


def test_an_interrupt_while_a_state_is_loaded_leaves_the_old_one_or_the_new():
    x = Value(1.0)
    source = Adam([x], 0.5, betas=(0.5, 0.6))
    x.grad = 1.0
    source.step()
    wanted, old = source.state_dict(), Adam([x]).state_dict()
    for moment in range(1, 100_000):
        optimizer = Adam([x])
        if not interrupted(lambda: optimizer.load_state_dict(wanted), moment):  # noqa: B023 - called at once
            break
        assert optimizer.state_dict() in (old, wanted)
    assert moment > 20


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
            "SGD.load_state_dict: state_dict must be what state_dict.. returned, got 'state'",
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


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: SGD([], 0.1), ValueError, "SGD: no parameters to train; pass model.parameters()"),
        (lambda: SGD([1.0], 0.1), TypeError, r"SGD: parameters\[0\] is 1.0, not a variable"),
        (lambda: SGD([Value(1.0) * 2.0], 0.1), TypeError, r"parameters\[0\] is .*, not a variable"),
        (lambda: SGD([Value(1.0).detach()], 0.1), TypeError, r"parameters\[0\] is constant\(1.0\), not a variable"),
        (lambda: Adam([Value(1.0)] * 2), ValueError, "Adam: a parameter is given twice"),
        (lambda: SGD([Value(1.0)], -0.1), ValueError, "SGD: learning_rate is -0.1"),
        (lambda: SGD([Value(1.0)], NAN), ValueError, "SGD: learning_rate is nan"),
        (lambda: SGD([Value(1.0)], "fast"), TypeError, "SGD: learning_rate must be a real number"),
        (lambda: SGD([Value(1.0)], 0.1, nesterov=True), ValueError, "nesterov needs a momentum"),
        (lambda: SGD([Value(1.0)], 0.1, 0.9, nesterov=2), TypeError, "nesterov must be True or False, got int 2"),
        (lambda: SGD([Value(1.0)], 0.1, 0.9, nesterov="no"), TypeError, "nesterov must be True or False, got str 'no'"),
        (lambda: AdamW([Value(1.0)], weight_decay=-1.0), ValueError, "AdamW: weight_decay is -1.0"),
        (lambda: Adam([Value(1.0)], betas=(0.9, 1.0)), ValueError, r"Adam: betas must be two numbers in \[0, 1\)"),
        (lambda: Adam([Value(1.0)], betas=(0.9,)), TypeError, "Adam: betas must be two numbers, such as"),
        (lambda: Adam([Value(1.0)], betas=0.9), TypeError, "Adam: betas must be two numbers, .* got 0.9"),
        (
            lambda: SGD(MLP(1, [1]), 0.1),
            TypeError,
            r"SGD: parameters must be a list of Values, got MLP.*parameters\(\)",
        ),
        (lambda: schedules.step_decay(0.1, 0.5, every=0), ValueError, "step_decay: every is 0"),
        (lambda: schedules.step_decay("a", 0.5, every=2), TypeError, "step_decay: rate must be a real number"),
        (lambda: schedules.step_decay(0.1, -0.5, every=2), ValueError, "step_decay: factor is -0.5"),
        (lambda: schedules.exponential_decay(NAN, 0.5), ValueError, "exponential_decay: rate is nan"),
        (lambda: schedules.exponential_decay(0.1, "x"), TypeError, "exponential_decay: factor must be a real number"),
        (lambda: schedules.cosine_decay(0.1, 10, final=-1.0), ValueError, "cosine_decay: final is -1.0"),
        (lambda: schedules.constant(-0.1), ValueError, "constant: rate is -0.1"),
        (lambda: schedules.warm_up(0.1, steps=5), TypeError, r"warm_up: schedule must be a function.* got 0.1"),
        (lambda: schedules.warm_up(schedules.constant(0.1), steps=0), ValueError, "warm_up: steps is 0"),
    ],
)
def test_bad_arguments_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
