"""Code in micrograd's style runs with only the import changed."""

import random

import pytest

from autograd import Value
from nn import MLP, Layer, Module, Neuron


def test_the_training_loop_of_micrograds_lecture():
    n = MLP(3, [4, 4, 1], seed=0)
    xs = [[2.0, 3.0, -1.0], [3.0, -1.0, 0.5], [0.5, 1.0, 1.0], [1.0, 1.0, -1.0]]
    ys = [1.0, -1.0, -1.0, 1.0]
    losses = []
    for _ in range(20):
        ypred = [n(x) for x in xs]
        loss = sum((yout - ygt) ** 2 for ygt, yout in zip(ys, ypred, strict=True))
        n.zero_grad()
        loss.backward()
        for p in n.parameters():
            p.data += -0.001 * p.grad
        losses.append(loss.data)
    assert losses == sorted(losses, reverse=True)


def test_the_loss_of_micrograds_moons_demo():
    random.seed(1337)
    model = MLP(2, [16, 16, 1])
    inputs = [list(map(Value, xrow)) for xrow in [[1.1, -0.3], [-0.8, 0.4]]]
    scores = list(map(model, inputs))
    losses = [(1 + -yi * scorei).relu() for yi, scorei in zip([1, -1], scores, strict=True)]
    data_loss = sum(losses) * (1.0 / len(losses))
    total_loss = data_loss + 1e-4 * sum(p * p for p in model.parameters())
    model.zero_grad()
    total_loss.backward()
    assert len(model.parameters()) == 337
    assert any(p.grad for p in model.parameters())


def test_the_default_weights_are_micrograds_numbers():
    """Drawn from Python's shared generator, neuron after neuron, uniformly from [-1, 1]; biases zero."""
    random.seed(1337)
    expected = []
    for fan_in, units in [(3, 4), (4, 1)]:
        for _ in range(units):
            expected += [random.uniform(-1, 1) for _ in range(fan_in)] + [0.0]
    random.seed(1337)
    assert [p.data for p in MLP(3, [4, 1]).parameters()] == expected


def test_a_model_of_ones_own_out_of_micrograds_layers():
    class Net(Module):
        def __init__(self):
            self.hidden = Layer(2, 3, nonlin=True)
            self.out = Neuron(3, nonlin=False)

        def __call__(self, x):
            return self.out(self.hidden(x))

        def parameters(self):
            return self.hidden.parameters() + self.out.parameters()

    net = Net()
    assert len(net.parameters()) == 13
    for p in net.parameters():
        p.data = -1.0
    assert [y.data for y in net.hidden([1.0, 2.0])] == [0.0, 0.0, 0.0]
    assert net([1.0, 2.0]).data == -1.0  # no relu on the output
    net([1.0, 2.0]).backward()
    assert net.out.b.grad == 1.0
    net.zero_grad()
    assert net.out.b.grad == 0.0


def test_one_output_is_a_value_and_several_are_a_list():
    assert isinstance(MLP(2, [3, 1])([1.0, 2.0]), Value)
    assert len(MLP(2, [3, 2])([1.0, 2.0])) == 2


def test_a_forward_pass_is_the_sum_of_products_with_the_bias():
    model = MLP(2, [2, 1], seed=3)
    for i, p in enumerate(model.parameters()):
        p.data += 0.1 * i
    x = [0.7, -1.2]
    hidden = []
    for neuron in model.layers[0].neurons:
        act = sum((wi * xi for wi, xi in zip(neuron.w, x, strict=True)), neuron.b)
        hidden.append(act.relu())
    last = model.layers[1].neurons[0]
    expected = sum((wi * hi for wi, hi in zip(last.w, hidden, strict=True)), last.b)
    output = model(x)
    assert output.data == pytest.approx(expected.data, rel=1e-14)
    output.backward()
    found = [p.grad for p in model.parameters()]
    model.zero_grad()
    expected.backward()
    assert found == pytest.approx([p.grad for p in model.parameters()], rel=1e-13)
