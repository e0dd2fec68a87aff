"""Groups of parameters and frozen ones, for every optimiser: PyTorch's steps, files, copies, replayed training."""

import copy
import pickle

import pytest

import nn
from autograd import Value
from nn import SGD, Adam, AdamW, Module, RMSprop, fit, load, schedules
from support.interrupts import interrupted
from support.pytorch import ask

START = [1.5, -0.3, 2.0, 0.1]

# ours, PyTorch's, options of the second group by our names, and by theirs
KINDS = {
    "SGD": (
        lambda p: SGD(p, 0.003),
        lambda o, p: o.SGD(p, lr=0.003),
        {"learning_rate": 0.001, "weight_decay": 0.1},
        {"lr": 0.001, "weight_decay": 0.1},
    ),
    "momentum": (
        lambda p: SGD(p, 0.002, momentum=0.5),
        lambda o, p: o.SGD(p, lr=0.002, momentum=0.5),
        {"momentum": 0.9, "nesterov": True},
        {"momentum": 0.9, "nesterov": True},
    ),
    "one with momentum": (
        lambda p: SGD(p, 0.002),
        lambda o, p: o.SGD(p, lr=0.002),
        {"momentum": 0.9},
        {"momentum": 0.9},
    ),
    "Adam": (
        lambda p: Adam(p, 0.05),
        lambda o, p: o.Adam(p, lr=0.05),
        {"betas": (0.8, 0.9), "epsilon": 1e-4},
        {"betas": (0.8, 0.9), "eps": 1e-4},
    ),
    "AdamW": (
        lambda p: AdamW(p, 0.05),
        lambda o, p: o.AdamW(p, lr=0.05),
        {"learning_rate": 0.01, "weight_decay": 0.3},
        {"lr": 0.01, "weight_decay": 0.3},
    ),
    "RMSprop": (
        lambda p: RMSprop(p, 0.01),
        lambda o, p: o.RMSprop(p, lr=0.01),
        {"alpha": 0.9, "momentum": 0.5, "weight_decay": 0.1},
        {"alpha": 0.9, "momentum": 0.5, "weight_decay": 0.1},
    ),
}


def rosenbrock(a, b, c, d):
    """A valley, twice, whose halves are coupled; works on our Values and on PyTorch's tensors."""
    return (1.0 - a) ** 2 + 10.0 * (b - a * a) ** 2 + (1.0 - c) ** 2 + 10.0 * (d - c * c) ** 2 + a * d


class Valley(Module):
    def __init__(self):
        self.v = [Value(x) for x in START]

    def __call__(self, x):
        return rosenbrock(*self.v) * x[0]

    def architecture(self):
        return {}


def descend(model, optimizer, steps):
    path = []
    for _ in range(steps):
        optimizer.zero_grad()
        model([1.0]).backward()
        optimizer.step()
        path += [v.data for v in model.v]
    return path


def in_groups(kind, model, **options):
    make, _, ours, _ = KINDS[kind]
    return make([{"params": model.v[:2]}, {"params": model.v[2:], **ours, **options}])


def pytorch(kind, freezing=(), grouped=True):
    """The path, with places that are frozen and thawed before steps."""
    _, make, _, theirs = KINDS[kind]

    def answer(torch):
        v = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in START]
        optimizer = make(torch.optim, [{"params": v[:2]}, {"params": v[2:], **theirs}] if grouped else v)
        path = []
        for step in range(12):
            for at, place, frozen in freezing:
                if at == step:
                    v[place].requires_grad_(not frozen)
            optimizer.zero_grad()
            rosenbrock(*v).backward()
            optimizer.step()
            path += [t.item() for t in v]
        return path

    groups = f"a group of {theirs}" if grouped else "no groups"
    return ask(f"twelve steps of {kind} from {START}, {groups}, frozen: {list(freezing)}", answer)


FREEZING = [(0, 1, True), (4, 3, True), (5, 1, False), (8, 3, False), (8, 0, True)]


@pytest.mark.parametrize("kind", KINDS)
def test_groups_take_pytorchs_steps(kind):
    model = Valley()
    assert descend(model, in_groups(kind, model), 12) == pytest.approx(pytorch(kind), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("grouped", [False, True])
def test_frozen_parameters_are_passed_over_as_pytorch_does_it(kind, grouped):
    model, path = Valley(), []
    optimizer = in_groups(kind, model) if grouped else KINDS[kind][0](model.parameters())
    for step in range(12):
        for at, place, frozen in FREEZING:
            if at == step:
                (model.freeze if frozen else model.unfreeze)([model.v[place]])
        path += descend(model, optimizer, 1)
    assert path == pytest.approx(pytorch(kind, FREEZING, grouped), rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("frozen", [(), (0, 3), (2, 3)])
def test_training_that_is_replayed_takes_the_same_steps(kind, frozen):
    pytest.importorskip("numpy")
    ends = []
    for jitted in (False, True):
        model = Valley()
        model.freeze([model.v[i] for i in frozen])
        optimizer = in_groups(kind, model)
        options = {"loss": lambda p, t: p - t, "optimizer": optimizer, "progress": False}
        first = fit(model, [[1.0]], [0.0], epochs=3, jit=jitted, **options).loss
        model.unfreeze()
        model.freeze(model.v[1:2])
        second = fit(model, [[1.0]], [0.0], epochs=3, jit=jitted, **options).loss
        ends.append((first + second, [v.data for v in model.v], optimizer.state, optimizer.steps))
    (eager, numbers, state, steps), (loss, found, kept, count) = ends
    assert loss == pytest.approx(eager, rel=1e-12)
    assert found == pytest.approx(numbers, rel=1e-12)
    assert kept.keys() == state.keys()
    for name, expected in state.items():
        assert kept[name] == pytest.approx(expected, rel=1e-11)
        assert set(map(type, kept[name])) == {float}
    assert steps == count == 6
    assert [v.data == x for v, x in zip(Valley().v, numbers, strict=True)][1] is (1 in frozen)


@pytest.mark.parametrize("kind", KINDS)
def test_state_dicts_copies_and_files_carry_groups_and_frozen_parameters_on(kind, tmp_path):
    def prepared():
        model = Valley()
        optimizer = in_groups(kind, model)
        model.freeze(model.v[1:2])
        descend(model, optimizer, 3)
        model.unfreeze().freeze(model.v[2:3])
        descend(model, optimizer, 2)
        return model, optimizer

    model, optimizer = prepared()
    model.save(tmp_path / "model.json", optimizer)
    saved = load(tmp_path / "model.json")
    copied, pickled = (f((model, optimizer)) for f in (copy.deepcopy, lambda both: pickle.loads(pickle.dumps(both))))
    again = Valley()
    again.load_state_dict(model.state_dict())
    again.freeze(again.v[2:3])
    other = in_groups(kind, again)
    other.load_state_dict(optimizer.state_dict())
    plain = Valley()
    plain.load_state_dict(model.state_dict())
    plain.freeze(plain.v[2:3])
    ungrouped = KINDS[kind][0](plain.parameters())
    ungrouped.load_state_dict(optimizer.state_dict())
    expected = descend(model, optimizer, 3)
    for twin, its in ((saved.model, saved.optimizer), copied, pickled, (again, other), (plain, ungrouped)):
        assert its.parameters == twin.v
        assert descend(twin, its, 3) == expected
        assert its.state_dict() == optimizer.state_dict()
        twin.unfreeze()
        assert len(set(descend(twin, its, 2)[2::4])) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_an_interrupt_leaves_no_half_step(kind):
    def prepared():
        model = Valley()
        optimizer = in_groups(kind, model)
        model.freeze(model.v[:1])
        model([1.0]).backward()
        return optimizer

    def described(optimizer):
        return [p.data for p in optimizer.parameters], copy.deepcopy(optimizer.state), optimizer.steps

    before, done = described(prepared()), prepared()
    done.step()
    after = described(done)
    interrupted(prepared().step, 100_000)  # what is done once only is done
    found = []
    for moment in range(0, 100_000, 7):
        optimizer = prepared()
        if not interrupted(optimizer.step, moment):
            break
        found.append(described(optimizer))
        assert found[-1] in (before, after)
    assert len(found) > 5


@pytest.mark.parametrize("jitted", [False, True])
def test_gradients_are_clipped_without_those_of_frozen_parameters(jitted):
    if jitted:
        pytest.importorskip("numpy")
    model = Valley()
    model.freeze(model.v[:3])
    optimizer = SGD([{"params": model.v[:1]}, {"params": model.v[1:]}], 0.125)
    options = {"loss": lambda p, t: p - t, "epochs": 1, "progress": False, "clip_norm": 1.0, "jit": jitted}
    fit(model, [[1.0]], [0.0], optimizer=optimizer, **options)
    assert [v.data for v in model.v[:3]] == START[:3]
    assert abs(model.v[3].data - START[3]) == pytest.approx(0.125)


def test_a_groups_learning_rate_may_be_a_schedule_and_be_changed(tmp_path):
    model = Valley()
    halved = schedules.step_decay(0.1, 0.5, every=1)
    optimizer = SGD([{"params": model.v[:2]}, {"params": model.v[2:], "learning_rate": halved}], 1.0)

    def moved():
        start = [v.data for v in model.v]
        for v in model.v:
            v.grad = 1.0
        optimizer.step()
        return [a - v.data for a, v in zip(start, model.v, strict=True)]

    assert moved() == pytest.approx([1.0, 1.0, 0.1, 0.1])
    assert moved() == pytest.approx([1.0, 1.0, 0.05, 0.05])
    optimizer.learning_rate = 2.0
    optimizer.groups[1]["learning_rate"] = 0.25
    assert moved() == pytest.approx([2.0, 2.0, 0.25, 0.25])
    optimizer.groups[1]["learning_rate"] = halved
    state = optimizer.state_dict()
    assert state["groups"] == [{"params": 2}, {"params": 2, "learning_rate": None}]
    other = SGD([{"params": model.v[:2]}, {"params": model.v[2:], "learning_rate": halved}], 1.0)
    other.load_state_dict(state)
    assert other.groups[1]["learning_rate"] is halved
    model.save(tmp_path / "model.json", optimizer)
    saved = load(tmp_path / "model.json", learning_rate=0.5).optimizer
    assert saved.learning_rates() == [0.5, 0.5]
    optimizer.groups[1]["learning_rate"] = -1.0
    with pytest.raises(ValueError, match=r"SGD: group 1: learning_rate is -1.0"):
        moved()


def test_a_schedule_of_a_group_that_looks_at_the_model_sees_it_as_it_is():
    pytest.importorskip("numpy")

    def trained(jitted):
        model, seen = Valley(), []

        def rate(step):
            seen.append(model.v[0].data)
            return 0.001

        optimizer = SGD([{"params": model.v, "learning_rate": rate}], 1.0)
        fit(model, [[1.0]], [0.0], loss=lambda p, t: p - t, optimizer=optimizer, epochs=3, jit=jitted, progress=False)
        return seen

    assert trained(True)[-3:] == pytest.approx(trained(False)[-3:], rel=1e-12)
    assert len(set(trained(True))) == 3


@pytest.mark.parametrize("kind", KINDS)
def test_group_options_are_checked_when_the_optimizer_is_made(kind):
    make, v = KINDS[kind][0], [Value(1.0), Value(2.0)]
    name = type(make(v)).__name__
    for group, error, message in [
        (
            {"params": v, "lr": 0.1},
            ValueError,
            rf'{name}: group 1 has .lr.; a group has "params", and options of {name}',
        ),
        ({"learning_rate": 0.1}, ValueError, f"{name}: group 1 lacks params"),
        ({"params": []}, ValueError, f"{name}: group 1 has no parameters"),
        ({"params": Value(1.0)}, TypeError, f"{name}: params of group 1 must be a list of Values, got Value"),
        ({"params": 3}, TypeError, f"{name}: params of group 1 must be a list of Values, got int"),
        ({"params": v[1:], "learning_rate": -1.0}, ValueError, f"{name}: group 1: learning_rate is -1.0"),
        ({"params": v[1:], "weight_decay": "a"}, TypeError, f"{name}: group 1: weight_decay must be a real number"),
        ({"params": v}, ValueError, f"{name}: a parameter is given twice"),
        ({"params": [1.0]}, TypeError, rf"{name}: parameters\[1\] is 1.0, not a variable"),
        (v[1], TypeError, rf"{name}: parameters mixes groups and Values: parameters\[1\]"),
    ]:
        with pytest.raises(error, match=message):
            make([{"params": v[:1]}, group])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("option", "error", "message"),
    [
        ({"lr": 0.1}, ValueError, 'group 1 has .lr.; a group has "params"'),
        ({"learning_rate": "a"}, TypeError, "group 1: learning_rate must be a real number"),
        ({"weight_decay": -1.0}, ValueError, "group 1: weight_decay is -1.0"),
    ],
)
def test_group_options_are_checked_when_they_were_changed(kind, option, error, message):
    v = [Value(1.0), Value(2.0)]
    optimizer = KINDS[kind][0]([{"params": v[:1]}, {"params": v[1:]}])
    (v[0] * v[1]).backward()
    optimizer.groups[1].update(option)
    with pytest.raises(error, match=f"{type(optimizer).__name__}: {message}"):
        optimizer.step()
    assert ([x.data for x in v], optimizer.steps) == ([1.0, 2.0], 0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"momentum": -1.0}, "SGD: group 0: momentum is -1.0"),
        ({"momentum": 0.0, "nesterov": True}, "SGD: group 0: nesterov needs a momentum"),
    ],
)
def test_options_of_a_class_are_checked_in_groups(options, message):
    with pytest.raises(ValueError, match=message):
        SGD([{"params": [Value(1.0)], **options}], 0.1)
    with pytest.raises(ValueError, match="Adam: group 0: betas must be"):
        Adam([{"params": [Value(1.0)], "betas": (0.5, 1.0)}])
    with pytest.raises(ValueError, match="RMSprop: group 0: alpha is"):
        RMSprop([{"params": [Value(1.0)], "alpha": 1.0}])


def test_a_lone_group_is_put_into_a_list():
    with pytest.raises(
        TypeError, match="SGD: parameters must be a list of Values or of groups, got a dict; put it into"
    ):
        SGD({"params": [Value(1.0)]}, 0.1)


def test_groups_of_another_size_are_not_loaded():
    v = [Value(1.0), Value(2.0)]
    state = SGD([{"params": v[:1]}, {"params": v[1:]}], 0.1).state_dict()
    with pytest.raises(ValueError, match=r"SGD.load_state_dict: groups of 1, 1 parameters, but there are 1"):
        SGD(v[:1], 0.1).load_state_dict(state)
    with pytest.raises(TypeError, match=r"SGD.load_state_dict: groups must be"):
        SGD(v, 0.1).load_state_dict({**state, "groups": 3})


def test_rmsprop_divides_nothing_by_nothing():
    x = Value(1.0, label="w")
    optimizer = RMSprop([x], 0.1, epsilon=0.0)
    with pytest.raises(ZeroDivisionError, match=r"RMSprop.step: division by 0 for w: .*no parameter was moved.*1e-8"):
        optimizer.step()
    assert (x.data, optimizer.steps, optimizer.state) == (1.0, 0, {})
    grouped = RMSprop([{"params": [Value(2.0, "v")]}, {"params": [x], "epsilon": 0.0}], 0.1)
    grouped.parameters[0].grad = 1.0
    with pytest.raises(ZeroDivisionError, match="division by 0 for w"):
        grouped.step()
    assert grouped.parameters[0].data == 2.0


def test_optimizers_show_what_they_are():
    v = [Value(1.0), Value(2.0)]
    assert repr(SGD(v, 0.1, momentum=0.5)) == (
        "SGD(2 parameters, learning_rate=0.1, momentum=0.5, nesterov=False, weight_decay=0.0)"
    )
    grouped = nn.RMSprop([{"params": v[:1]}, {"params": v[1:]}], schedules.constant(0.1))
    assert repr(grouped).startswith("RMSprop(2 parameters in 2 groups, learning_rate=")
