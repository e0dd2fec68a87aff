"""`fit` against PyTorch's training of the same network, and refusals that change nothing."""

import math
import random

import pytest

import nn
from autograd import Value, no_grad, softmax
from nn import MLP, SGD, Adam, Module, accuracy, fit, l2_penalty
from support.pytorch import ask

X = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0], [2.0, -1.0]]
LABELS = [0, 1, 1, 0, 2]


def mlp():
    return MLP(2, [4, 3], activation="tanh", seed=1)


def trained(model=None, X=X, y=LABELS, optimizer=None, **changes):  # noqa: N803 - as fit calls it
    """A model, a new one if there is none, and the history of its training."""
    model = mlp() if model is None else model
    optimizer = SGD(model.parameters(), 0.1, momentum=0.9) if optimizer is None else optimizer
    options = {"loss": nn.cross_entropy_with_logits, "epochs": 3, "batch_size": 2, "seed": 7, "progress": False}
    return model, fit(model, X, y, optimizer=optimizer, **(options | changes))


def theirs(torch, ours):
    """The losses of PyTorch's training of the same network, and its weights afterwards."""
    network = torch.nn.Sequential(torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 3)).double()
    with torch.no_grad():
        for layer, linear in zip(ours.layers, (network[0], network[2]), strict=True):
            for i, neuron in enumerate(layer.neurons):
                linear.bias[i] = neuron.b.data
                for j, w in enumerate(neuron.w):
                    linear.weight[i, j] = w.data
    optimizer = torch.optim.Adam(network.parameters(), lr=0.05)
    inputs, targets, generator = torch.tensor(X, dtype=torch.float64), torch.tensor(LABELS), random.Random(3)
    losses = []
    for _ in range(10):
        order = list(range(5))
        generator.shuffle(order)
        total = 0.0
        for batch in (order[:2], order[2:4], order[4:]):
            optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(network(inputs[batch]), targets[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
        losses.append(total / 5)
    return losses, [network[0].weight.tolist(), network[2].weight.tolist()]


def test_a_small_mlp_trains_as_in_pytorch():
    """The same weights, batches in the same order, the same optimiser: the same losses and parameters."""
    ours = mlp()
    losses, weights = ask("Adam(lr=0.05), ten epochs of MLP(2, [4, 3], seed=1)", lambda torch: theirs(torch, ours))
    _, history = trained(ours, optimizer=Adam(ours.parameters(), 0.05), epochs=10, seed=3)
    assert history.loss == pytest.approx(losses, rel=1e-12)
    for layer, expected in zip(ours.layers, weights, strict=True):
        for neuron, row in zip(layer.neurons, expected, strict=True):
            assert [w.data for w in neuron.w] == pytest.approx(row, rel=1e-11)


def test_the_same_seed_trains_the_same_numbers():
    first, second = trained(), trained()
    assert first[1] == second[1]
    assert [p.data for p in first[0].parameters()] == [p.data for p in second[0].parameters()]
    assert trained(seed=8)[1] != first[1]


def test_training_in_two_parts_equals_training_at_once():
    whole, _ = trained(epochs=6, seed=random.Random(7))
    model, generator = mlp(), random.Random(7)
    optimizer = SGD(model.parameters(), 0.1, momentum=0.9)
    for _ in range(2):
        trained(model, optimizer=optimizer, seed=generator)
    assert [p.data for p in model.parameters()] == [p.data for p in whole.parameters()]


def test_history_has_an_entry_per_epoch_for_the_loss_and_each_metric():
    _, history = trained(epochs=40, metrics={"accuracy": accuracy, "number": lambda p, t: len(p)})
    assert len(history.loss) == 40
    assert history.loss[-1] < history.loss[0] / 3
    assert history.metrics["accuracy"][-1] == 1.0
    assert history.metrics["number"] == [5] * 40


def test_the_first_loss_is_that_of_the_untrained_model():
    model = mlp()
    before = nn.cross_entropy_with_logits([[y.data for y in model(x)] for x in X], LABELS)
    _, history = trained(epochs=1, batch_size=None)
    assert history.loss == pytest.approx([before], rel=1e-14)


def test_a_penalty_joins_every_step():
    """One step on all examples is −rate · (∇ loss + ∇ penalty)."""
    plain, plain_history = trained(epochs=1, batch_size=None)
    penalized, history = trained(epochs=1, batch_size=None, penalty=lambda model: l2_penalty(model, 0.5))
    start = mlp()
    assert history.loss[0] - plain_history.loss[0] == pytest.approx(l2_penalty(start, 0.5).data)
    for (name, old), new, without in zip(
        start.named_parameters(), penalized.parameters(), plain.parameters(), strict=True
    ):
        assert new.data - without.data == pytest.approx(0.0 if name.endswith("b") else -0.1 * 0.5 * old.data)


def test_gradients_are_zero_afterwards():
    model, _ = trained()
    assert not any(p.grad for p in model.parameters())


def test_a_model_of_ones_own():
    class Line(Module):
        def __init__(self):
            self.slope, self.intercept = Value(0.0), Value(0.0)

        def __call__(self, x):
            return self.slope * x[0] + self.intercept

    line = Line()
    fit(
        line,
        [[0.0], [1.0], [2.0]],
        [1.0, 3.0, 5.0],
        loss=nn.mse,
        optimizer=SGD(line.parameters(), 0.2),
        epochs=300,
        progress=False,
    )
    assert (line.slope.data, line.intercept.data) == pytest.approx((2.0, 1.0), abs=1e-8)


def test_a_model_need_not_be_a_module():
    class Line:
        def __init__(self):
            self.slope = Value(0.0)

        def __call__(self, x):
            return self.slope * x[0]

        def parameters(self):
            return [self.slope]

    line = Line()
    optimizer = SGD(line.parameters(), 0.1)
    fit(line, [[1.0], [2.0]], [2.0, 4.0], loss=nn.mse, optimizer=optimizer, epochs=50, progress=False)
    assert line.slope.data == pytest.approx(2.0)


def test_numpy_data_are_taken():
    numpy = pytest.importorskip("numpy")
    assert trained(X=numpy.array(X), y=numpy.array(LABELS))[1] == trained()[1]


NAN = math.nan
BAD = [
    ({"X": []}, ValueError, "fit: X is empty"),
    ({"X": 5}, TypeError, "fit: X must be a list with one for each example, got int 5"),
    ({"X": dict(enumerate(X))}, TypeError, "fit: X must be a list"),
    ({"y": iter(LABELS)}, TypeError, "fit: y must be a list"),
    ({"model": MLP}, TypeError, r"fit: model is the class MLP; make one: MLP\("),
    ({"model": "mlp"}, TypeError, "fit: model must be a Module, such as an MLP, got str 'mlp'"),
    ({"metrics": {"accuracy": 3}}, TypeError, "fit: metrics must be a dict by name"),
    ({"metrics": {1: accuracy}}, TypeError, "fit: metrics must be a dict by name"),
    ({"progress": "yes"}, TypeError, "fit: progress must be True or False, got str 'yes'"),
    ({"penalty": 0.1}, TypeError, "fit: penalty must be a function of the model, or None, got float 0.1"),
    ({"y": [0, 1]}, ValueError, "X has 5 examples, but y has 2 targets"),
    ({"X": [1.0, 2.0, 3.0, 4.0, 5.0]}, TypeError, r"fit: X\[\d\]: Layer: x must be a list of 2 numbers, got float"),
    ({"X": [[0.0, 0.0], [1.0], *X[2:]]}, ValueError, r"fit: X\[1\]: Layer: x has 1 elements"),
    ({"X": [*X[:3], [0.0, NAN], X[4]]}, ValueError, r"X\[3\]\[1\] is nan; leave out or repair"),
    ({"X": [*X[:3], [math.inf, 0.0], X[4]]}, ValueError, r"X\[3\]\[0\] is inf"),
    ({"X": [*X[:4], [0.0, "1"]]}, TypeError, r"fit: X\[4\]: Layer: x\[1\] must be a real number"),
    ({"X": [[*x, 0.0] for x in X]}, ValueError, "x has 3 elements, but there are 2 inputs"),
    ({"y": [0, 1, 1, 0, 3]}, ValueError, r"fit: y\[4\]: .*class 3, but the 3 classes are 0 to 2"),
    ({"y": [0, 1, 1, 0, -1]}, ValueError, r"fit: y\[4\]: .*class -1"),
    ({"y": [0, 1, 1, 0, 0.5]}, TypeError, r"fit: y\[4\]: .*must be a class index"),
    ({"y": [0, 1, 1, 0, NAN]}, TypeError, r"fit: y\[4\]: .*got float nan"),
    (
        {"loss": lambda p, t: nn.binary_cross_entropy(softmax(p), t), "y": [[0, 0, 1]] * 4 + [[0, 0, 2]]},
        ValueError,
        r"y\[4\]: .*is 2.0, outside",
    ),
    ({"loss": nn.mse, "y": [[0, 0, 1]] * 4 + [[0, NAN, 1]]}, ValueError, r"y\[4\]: mse: targets\[1\] is nan"),
    ({"loss": "mse"}, TypeError, "fit: loss must be a function of a prediction and its target"),
    ({"optimizer": SGD}, TypeError, "fit: optimizer must be one, such as SGD"),
    ({"optimizer": SGD([Value(1.0)], 0.1)}, ValueError, "trains parameters that are not the model's"),
    ({"metrics": [accuracy]}, TypeError, "fit: metrics must be a dict by name"),
    ({"epochs": 0}, ValueError, "fit: epochs is 0, but must be at least 1"),
    ({"epochs": 2.5}, TypeError, "fit: epochs must be a whole number, got float 2.5"),
    ({"batch_size": 0}, ValueError, "fit: batch_size is 0"),
    ({"batch_size": -4}, ValueError, "fit: batch_size is -4"),
    ({"seed": "x"}, TypeError, "seed must be an int"),
    ({"loss": lambda p, t: 1.0}, TypeError, "is 1.0, which depends on no parameter"),
]


@pytest.mark.parametrize(("changes", "error", "message"), BAD)
def test_bad_input_is_named_and_changes_nothing(changes, error, message):
    model = mlp()
    before = [p.data for p in model.parameters()]
    optimizer = SGD(model.parameters(), 0.1, momentum=0.9)
    with pytest.raises(error, match=message):
        trained(**({"model": model, "optimizer": optimizer} | changes))
    assert [p.data for p in model.parameters()] == before
    assert not any(p.grad for p in model.parameters())
    assert (optimizer.steps, optimizer.state) == (0, {})


@pytest.mark.parametrize("returned", ["good", None, [1.0], Value(1.0)])
def test_a_metric_that_returns_no_number_is_named(returned):
    model = mlp()
    optimizer = SGD(model.parameters(), 0.1)
    with pytest.raises(TypeError, match=r"fit: what the metric 'score' returns must be a real number"):
        trained(model, optimizer=optimizer, batch_size=None, metrics={"score": lambda predictions, targets: returned})
    assert optimizer.steps == 1


def test_under_no_grad_there_is_nothing_to_train():
    model = MLP(1, [1])
    with no_grad(), pytest.raises(TypeError, match="don't train under no_grad"):
        fit(model, [[1.0]], [1.0], loss=nn.mse, optimizer=SGD(model.parameters(), 0.1), epochs=1, progress=False)


@pytest.mark.parametrize("bad", [math.inf, math.nan])
def test_a_loss_that_is_not_finite_stops_at_once(bad):
    model = MLP(1, [1], seed=0)
    calls = []

    def loss(prediction, target):
        calls.append(target)
        return nn.mse(prediction, target) * (bad if len(calls) == 3 + 4 + 2 else 1.0)

    data = [[float(i)] for i in range(4)]
    optimizer = SGD(model.parameters(), 0.01)
    after = []
    step = optimizer.step

    def watched():
        step()
        after.append([p.data for p in model.parameters()])

    optimizer.step = watched
    with pytest.raises(FloatingPointError, match=rf"the loss of example \d in epoch 2 is {bad}; parameters are as"):
        fit(model, data, [1.0] * 4, loss=loss, optimizer=optimizer, epochs=9, batch_size=1, progress=False)
    assert [p.data for p in model.parameters()] == after[-1]
    assert not any(p.grad for p in model.parameters())


def test_a_diverging_training_stops_with_an_error():
    model = MLP(1, [1], seed=0)
    optimizer = SGD(model.parameters(), 1e6)
    with pytest.raises(FloatingPointError, match="Lower the learning rate"):
        fit(model, [[1.0], [2.0]], [1.0, 2.0], loss=nn.mse, optimizer=optimizer, epochs=1000, progress=False)


def test_real_digits_are_learned():
    """450 of the 1,797 digits of scikit-learn, a small network, a few seconds; the demo trains on all."""
    datasets = pytest.importorskip("sklearn.datasets")
    images, labels = datasets.load_digits(return_X_y=True)
    images = images / 16.0
    model = MLP(64, [16, 10], initializer="he", seed=0)
    optimizer = Adam(model.parameters(), 0.01)
    trained(model, images[:450], labels[:450], optimizer, epochs=4, batch_size=16, seed=0)
    with no_grad():
        assert accuracy([model(image) for image in images[450:750]], labels[450:750]) > 0.8
