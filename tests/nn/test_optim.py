"""Optimisers against PyTorch, step by step; refusals leave every parameter where it was."""

import math

import pytest

from autograd import Value
from nn import MLP, SGD, Adam, AdamW, RMSprop, schedules
from support.pytorch import ask

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


def pytorchs(optimizer, options, scheduler=None, schedule_options=None, steps=20):
    """The same by PyTorch's optimiser and schedule of these names, with these options."""

    def answer(torch):
        tensors = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in START]
        trained = getattr(torch.optim, optimizer)(tensors, **options)
        schedule = getattr(torch.optim.lr_scheduler, scheduler)(trained, **schedule_options) if scheduler else None
        path = []
        for _ in range(steps):
            trained.zero_grad()
            rosenbrock(*tensors).backward()
            trained.step()
            if schedule:
                schedule.step()
            path += [t.item() for t in tensors]
        return path

    by = f"{optimizer} {options}" + (f", {scheduler} {schedule_options}" if scheduler else "")
    return ask(f"{steps} steps from {START} by {by}", answer)


@pytest.mark.parametrize(
    ("optimizer", "reference"),
    [
        (lambda p: SGD(p, 0.003), ("SGD", {"lr": 0.003})),
        (lambda p: SGD(p, 0.003, weight_decay=0.1), ("SGD", {"lr": 0.003, "weight_decay": 0.1})),
        (lambda p: SGD(p, 0.002, momentum=0.8), ("SGD", {"lr": 0.002, "momentum": 0.8})),
        (
            lambda p: SGD(p, 0.002, momentum=0.8, nesterov=True, weight_decay=0.1),
            ("SGD", {"lr": 0.002, "momentum": 0.8, "nesterov": True, "weight_decay": 0.1}),
        ),
        (lambda p: Adam(p), ("Adam", {})),
        (
            lambda p: Adam(p, 0.1, betas=(0.8, 0.95), epsilon=1e-4, weight_decay=0.1),
            ("Adam", {"lr": 0.1, "betas": (0.8, 0.95), "eps": 1e-4, "weight_decay": 0.1}),
        ),
        (lambda p: RMSprop(p), ("RMSprop", {})),
        (
            lambda p: RMSprop(p, 0.1, alpha=0.8, epsilon=1e-4, weight_decay=0.1, momentum=0.5),
            ("RMSprop", {"lr": 0.1, "alpha": 0.8, "eps": 1e-4, "weight_decay": 0.1, "momentum": 0.5}),
        ),
        (lambda p: AdamW(p), ("AdamW", {})),
        (lambda p: AdamW(p, 0.1, weight_decay=0.3), ("AdamW", {"lr": 0.1, "weight_decay": 0.3})),
    ],
)
def test_twenty_steps_equal_pytorchs(optimizer, reference):
    assert ours(optimizer) == pytest.approx(pytorchs(*reference), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize(
    ("schedule", "scheduler"),
    [
        (schedules.constant(0.003), ("ConstantLR", {"factor": 1.0})),
        (schedules.step_decay(0.003, factor=0.5, every=4), ("StepLR", {"step_size": 4, "gamma": 0.5})),
        (schedules.exponential_decay(0.003, factor=0.9), ("ExponentialLR", {"gamma": 0.9})),
        (
            schedules.cosine_decay(0.003, steps=20, final=0.001),
            ("CosineAnnealingLR", {"T_max": 20, "eta_min": 0.001}),
        ),
        (
            schedules.warm_up(schedules.constant(0.003), steps=5),
            ("LinearLR", {"start_factor": 0.2, "total_iters": 4}),
        ),
    ],
)
def test_schedules_equal_pytorchs(schedule, scheduler):
    found = ours(lambda p: SGD(p, schedule))
    assert found == pytest.approx(pytorchs("SGD", {"lr": 0.003}, *scheduler), rel=1e-12, abs=1e-14)


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


@pytest.mark.parametrize("make", [lambda p: SGD(p, 0.1, momentum=0.9), lambda p: Adam(p), lambda p: AdamW(p), RMSprop])
@pytest.mark.parametrize("bad", [NAN, INF, -INF])
def test_a_gradient_that_is_not_finite_moves_nothing(make, bad):
    x, y = Value(1.0), Value(2.0, label="layer0.neuron1.b")
    optimizer = make([x, y])
    x.grad, y.grad = 1.0, bad
    with pytest.raises(FloatingPointError, match=rf"step: the gradient of layer0.neuron1.b is {bad}; no parameter was"):
        optimizer.step()
    assert (x.data, y.data, optimizer.steps, optimizer.state) == (1.0, 2.0, 0, {})


def test_huge_finite_gradients_are_not_errors():
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
        (lambda: RMSprop([Value(1.0)], alpha=1.0), ValueError, r"RMSprop: alpha is 1.0, but must lie in \[0, 1\)"),
        (lambda: RMSprop([Value(1.0)], epsilon=-1.0), ValueError, "RMSprop: epsilon is -1.0"),
        (lambda: RMSprop([Value(1.0)], momentum="a"), TypeError, "RMSprop: momentum must be a real number"),
        (lambda: Adam([Value(1.0)], betas=0.9), TypeError, "Adam: betas must be two numbers, .* got float 0.9"),
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
        (lambda: schedules.warm_up(0.1, steps=5), TypeError, r"warm_up: schedule must be a function.* got float 0.1"),
        (lambda: schedules.warm_up(schedules.constant(0.1), steps=0), ValueError, "warm_up: steps is 0"),
    ],
)
def test_bad_arguments_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
