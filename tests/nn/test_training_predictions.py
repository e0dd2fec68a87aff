"""What `fit` hands from the model to loss and metrics: any structure, nothing but predictions, before any step."""

import collections
import random

import pytest

import nn
from autograd import Value, constant, softmax
from nn import MLP, SGD, Adam, Module, fit

# -- what a model may return -----------------------------------------------------------------------------------------

Point = collections.namedtuple("Point", "x y")


class Shaped(Module):
    """Three lines, their outputs in a structure."""

    def __init__(self, shape):
        self.slopes = [Value(0.5), Value(-0.25), Value(0.125)]
        self.shape = shape

    def __call__(self, x):
        return self.shape([slope * x[0] for slope in self.slopes])


def array(things):
    numpy = pytest.importorskip("numpy")
    made = numpy.empty(len(things), dtype=object)
    made[:] = things
    return made


SHAPES = {
    "number": (lambda a: a[0] + a[1] + a[2], lambda p: [p]),
    "row": (lambda a: a, list),
    "rows": (lambda a: [a[:2], [a[2]]], lambda p: [*p[0], *p[1]]),
    "rows of rows": (lambda a: [[a[:1], a[1:2]], [a[2:]]], lambda p: [p[0][0][0], p[0][1][0], p[1][0][0]]),
    "tuple": (lambda a: (a[0], (a[1], a[2])), lambda p: [p[0], *p[1]]),
    "named tuple": (lambda a: Point(a[0], Point(a[1], a[2])), lambda p: [p.x, p.y.x, p.y.y]),
    "dict": (lambda a: {"mean": a[0], "rest": a[1:], "name": "x"}, lambda p: [p["mean"], *p["rest"]]),
    "dicts in a list": (lambda a: [{"a": a[0]}, {"b": a[1], "c": a[2]}], lambda p: [p[0]["a"], p[1]["b"], p[1]["c"]]),
    "array": (array, lambda p: p.tolist()),
    "matrix": (lambda a: array(a).reshape(3, 1), lambda p: p[:, 0].tolist()),
    "arrays in a dict": (lambda a: {"a": array(a[:1]), "b": (array(a[1:]), 7.0)}, lambda p: [*p["a"], *p["b"][0]]),
    "constants among them": (lambda a: [a[0], 1.5, constant(2.0), a[1], a[2]], lambda p: [p[0], p[3], p[4]]),
}


@pytest.mark.parametrize("batch_size", [None, 1, 2])
@pytest.mark.parametrize("kind", SHAPES)
def test_a_model_may_return_whatever_its_loss_takes(kind, batch_size):
    shape, flat = SHAPES[kind]
    seen = []

    def metric(predictions, targets):
        seen.append([flat(p) for p in predictions])
        assert all(isinstance(number, float) for p in seen[-1] for number in p)
        assert [type(p) for p in predictions] in ([type(shape([1.0, 1.0, 1.0]))] * 3, [float] * 3)
        return len(predictions)

    models = [Shaped(shape), Shaped(lambda a: [a[0] + a[1] + a[2]] if kind == "number" else a)]
    losses = [lambda p, t: nn.mse(flat(p), t), nn.mse]
    width = 1 if kind == "number" else 3
    targets = [[x * (k + 1.0) for k in range(width)] for x in (1.0, 2.0, -1.0)]
    histories = [
        fit(
            model,
            [[1.0], [2.0], [-1.0]],
            targets,
            loss=loss,
            optimizer=SGD(model.parameters(), 0.1),
            epochs=2,
            batch_size=batch_size,
            seed=5,
            metrics={"number": metric} if model is models[0] else None,
            progress=False,
        )
        for model, loss in zip(models, losses, strict=True)
    ]
    assert histories[0].loss == histories[1].loss
    assert models[0].state_dict() == models[1].state_dict()
    assert len(seen) == 2
    order = [0, 1, 2]
    random.Random(5).shuffle(order)
    first = flat(shape([slope * [1.0, 2.0, -1.0][order[0]] for slope in (0.5, -0.25, 0.125)]))
    assert seen[0][0] == [number.data if isinstance(number, Value) else number for number in first]


# -- targets are tried before training -------------------------------------------------------------------------------


@pytest.mark.parametrize("batch_size", [None, 1, 2, 4, 5, 50])
def test_a_loss_meets_nothing_but_predictions_of_the_model(batch_size):
    """With a batch of all examples it is called for the steps alone; else once for those that the first has not."""
    model, data = MLP(2, [3, 1], seed=0), [[float(i), 1.0] for i in range(5)]
    made, met = [], []

    class Watched(Module):
        def __init__(self):
            self.model = model

        def __call__(self, x):
            made.append(model(x))
            return made[-1]

    def loss(prediction, target):
        assert any(prediction is p for p in made)
        assert isinstance(prediction, Value)
        met.append((target, prediction.is_constant, [p.data for p in model.parameters()]))
        return nn.mse(prediction, target)

    watched = Watched()
    optimizer = SGD(watched.parameters(), 0.01)
    before = [p.data for p in model.parameters()]
    arguments = {"loss": loss, "optimizer": optimizer, "epochs": 3, "batch_size": batch_size, "progress": False}
    fit(watched, data, [0.0, 1.0, 2.0, 3.0, 4.0], **arguments)
    tried = max(0, 5 - (batch_size or 5))
    assert len(met) == len(made) == 3 * 5 + tried
    first = met[: 5 if tried else min(batch_size or 5, 5)]
    assert sorted(target for target, _, _ in first) == [0.0, 1.0, 2.0, 3.0, 4.0]
    assert all(numbers == before for _, _, numbers in first)
    assert sum(is_constant for _, is_constant, _ in met) == tried  # these have no graph


def test_a_loss_may_keep_a_state():
    """A running mean of the errors, by which they are scaled."""

    class Scaled:
        def __init__(self):
            self.size, self.calls = 1.0, 0

        def __call__(self, prediction, target):
            error = prediction - target
            self.size = 0.9 * self.size + 0.1 * abs(error.data)
            self.calls += 1
            return (error / self.size) ** 2

    losses = Scaled(), Scaled()
    model, other = MLP(1, [1], seed=0), MLP(1, [1], seed=0)
    data, targets = [[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0]
    optimizer = SGD(model.parameters(), 0.1)
    history = fit(model, data, targets, loss=losses[0], optimizer=optimizer, epochs=4, seed=1, progress=False)
    generator, optimizer, expected = random.Random(1), SGD(other.parameters(), 0.1), []
    for _ in range(4):
        order = [0, 1, 2]
        generator.shuffle(order)
        other.zero_grad()
        costs = [losses[1](other(data[i]), targets[i]) for i in order]
        for cost in costs:
            cost.backward(1.0 / 3.0)
        optimizer.step()
        expected.append(sum(cost.data for cost in costs) / 3.0)
    assert history.loss == pytest.approx(expected, rel=1e-14)
    assert model.state_dict() == other.state_dict()
    assert losses[0].calls == 12


class UnfitError(ValueError):
    def __init__(self, code, place):
        super().__init__(f"unfit {code} in {place}")


def refusing(prediction, target):
    if target == 7:
        raise UnfitError(target, "y")
    return nn.cross_entropy_with_logits(prediction, target)


@pytest.mark.parametrize("batch_size", [None, 1, 2, 4])
@pytest.mark.parametrize(
    ("loss", "bad", "error"),
    [
        (nn.cross_entropy_with_logits, 3, ValueError),
        (nn.cross_entropy_with_logits, "1", TypeError),
        (lambda p, t: -softmax(p)[t].log(), 3, IndexError),
        (lambda p, t: nn.mse(p[0], {0: 1.0, 1: 2.0}[t]), 2, KeyError),
        (lambda p, t: nn.mse(p[0], t.real), None, AttributeError),
        (refusing, 7, UnfitError),
    ],
)
def test_a_bad_target_is_found_before_any_parameter_moves(batch_size, loss, bad, error):
    model = MLP(2, [3], seed=0)
    before = model.state_dict()
    data, targets = [[float(i), 1.0] for i in range(6)], [0, 1, 0, 1, 0, bad]
    optimizer = Adam(model.parameters())
    arguments = {"loss": loss, "optimizer": optimizer, "epochs": 2, "batch_size": batch_size, "progress": False}
    with pytest.raises(error) as caught:
        fit(model, data, targets, **arguments)
    told = str(caught.value) + "".join(getattr(caught.value, "__notes__", []))
    assert "y[5]" in told
    assert model.state_dict() == before
    assert (optimizer.steps, optimizer.state) == (0, {})
    assert not any(p.grad for p in model.parameters())
