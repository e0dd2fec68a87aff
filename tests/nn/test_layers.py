"""Neurons, layers, MLPs: hand-worked numbers, central differences, and refusals."""

import random

import pytest

import autograd
from autograd import Value, constant, no_grad
from nn import ACTIVATIONS, MLP, Layer, Neuron
from nn.activations import activation_of
from nn.init import he, xavier
from support.pytorch import ask


def set_parameters(module, numbers):
    for parameter, number in zip(module.parameters(), numbers, strict=True):
        parameter.data = number


def test_a_neuron_by_hand():
    neuron = Neuron(2)
    set_parameters(neuron, [3.0, -2.0, 0.5])
    assert neuron([1.0, 1.0]).data == 1.5
    assert neuron([0.0, 1.0]).data == 0.0  # relu of -1.5
    assert Neuron(2, bias=False).b is None


def test_the_affine_part_is_one_dot_and_one_addition():
    neuron = Neuron(784, activation="linear", seed=0)
    y = neuron([1.0] * 784)
    assert y.primitive.name == "add"
    assert [operand.primitive and operand.primitive.name for operand in y.operands] == ["dot", None]
    assert len(y.operands[0].operands) == 1568


def test_document_002s_network_by_hand():
    """2-2-1 sigmoid units; hidden weights (2, −2, 0) and (1, 3, −1), output (3, −2, −1)."""
    model = MLP(2, [2, 1], activation=["sigmoid", "sigmoid"])
    set_parameters(model, [2, -2, 0, 1, 3, -1, 3, -2, -1])
    outputs = [model(x).data for x in ([0, 0], [0, 1], [1, 0], [1, 1])]
    assert outputs == pytest.approx([0.4905, 0.0829, 0.6553, 0.1970], abs=5e-5)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_gradients_equal_central_differences(name):
    model = MLP(3, [4, 2], activation=name, output_activation="tanh", initializer="xavier", seed=1)
    x = [0.3, -0.7, 1.1]

    def output():
        a, b = model(x)
        return a + 2.0 * b

    output().backward()
    h = 1e-6
    for parameter in model.parameters():
        start = parameter.data
        parameter.data = start + h
        above = output().data
        parameter.data = start - h
        below = output().data
        parameter.data = start
        assert parameter.grad == pytest.approx((above - below) / (2 * h), rel=1e-6, abs=1e-8)


def test_gradients_reach_the_inputs():
    x = [Value(0.5), Value(-1.5)]
    neuron = Neuron(2, activation="linear", seed=0)
    neuron(x).backward()
    assert [v.grad for v in x] == [w.data for w in neuron.w]


@pytest.mark.parametrize("kind", [list, tuple, iter])
def test_any_iterable_of_any_real_numbers_is_an_input(kind):
    model = MLP(2, [3, 1], seed=0)
    expected = model([1.0, 2.0]).data
    assert model(kind([1, 2])).data == expected
    assert model(kind([Value(1.0), 2])).data == expected
    assert model(kind([constant(1.0), True + True])).data == expected


def test_a_numpy_row_is_an_input():
    numpy = pytest.importorskip("numpy")
    model = MLP(2, [3, 1], seed=0)
    assert model(numpy.array([1.0, 2.0], dtype=numpy.float32)).data == model([1.0, 2.0]).data


def test_under_no_grad_the_numbers_are_the_same_without_history():
    model = MLP(2, [3, 2], activation="gelu", seed=0)
    expected = [y.data for y in model([1.0, 2.0])]
    with no_grad():
        outputs = model([1.0, 2.0])
    assert [y.data for y in outputs] == expected
    assert all(y.is_constant and y.is_leaf for y in outputs)


def test_hidden_layers_are_activated_and_the_last_is_linear():
    model = MLP(1, [1, 1, 1])
    set_parameters(model, [-1.0, 0.0, 1.0, 0.0, -5.0, 0.25])
    assert model([2.0]).data == 0.25  # the hidden unit is cut off by relu; the output is not
    set_parameters(model, [1.0, 0.0, 1.0, 0.0, -5.0, 0.25])
    assert model([2.0]).data == -9.75


def test_activations_per_layer_and_of_the_output():
    model = MLP(1, [1, 1], activation="relu", output_activation="sigmoid")
    set_parameters(model, [1.0, 0.0, 0.0, 0.0])
    assert model([1.0]).data == 0.5
    doubled = MLP(1, [1, 1], activation=["linear", lambda z: z * 2.0])
    set_parameters(doubled, [1.0, 0.0, 1.0, 0.0])
    assert doubled([-3.0]).data == -6.0


def test_without_bias():
    model = MLP(2, [3, 1], bias=False, seed=0)
    assert len(model.parameters()) == 9
    assert model([0.0, 0.0]).data == 0.0


def test_a_seed_fixes_the_weights():
    def weights(seed):
        return [p.data for p in MLP(2, [3, 1], seed=seed).parameters()]

    assert weights(1) == weights(1) == weights(random.Random(1)) != weights(2)


def test_each_initializer_has_its_range_and_variance():
    def weights(initializer):
        model = Layer(200, 100, initializer=initializer, seed=0)
        assert {neuron.b.data for neuron in model.neurons} == {0.0}
        return [w.data for neuron in model.neurons for w in neuron.w]

    def variance(numbers):
        return sum(x * x for x in numbers) / len(numbers)

    assert max(map(abs, weights("uniform"))) <= 1.0
    assert variance(weights("uniform")) == pytest.approx(1 / 3, rel=0.03)
    assert max(map(abs, weights("xavier"))) <= (6 / 300) ** 0.5
    assert variance(weights("xavier")) == pytest.approx(2 / 300, rel=0.03)
    assert variance(weights("he")) == pytest.approx(2 / 200, rel=0.03)
    assert set(weights(lambda generator, fan_in, fan_out: fan_in + fan_out / 1000)) == {200.1}


def test_initializers_equal_pytorchs_bounds():
    def theirs(torch):
        tensor = torch.empty(100, 200, dtype=torch.float64)
        torch.manual_seed(0)
        largest = torch.nn.init.xavier_uniform_(tensor).abs().max().item()
        return largest, torch.nn.init.kaiming_normal_(tensor, nonlinearity="relu").std().item()

    largest, deviation = ask("the largest of xavier_uniform_, the deviation of kaiming_normal_, of 100 × 200", theirs)
    ours = [xavier(random.Random(i), 200, 100) for i in range(2000)]
    assert max(map(abs, ours)) == pytest.approx(largest, rel=1e-2)
    generator = random.Random(0)
    ours = [he(generator, 200, 100) for _ in range(20000)]
    assert (sum(x * x for x in ours) / 20000) ** 0.5 == pytest.approx(deviation, rel=0.03)


def test_a_seed_of_numpys_is_an_int():
    numpy = pytest.importorskip("numpy")
    assert [p.data for p in Neuron(3, seed=numpy.int64(5)).w] == [p.data for p in Neuron(3, seed=5).w]


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "linear"])
def test_activations_are_rows_of_the_table(name):
    assert activation_of(name) is autograd.PRIMITIVES[name]


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: MLP(0, [1]), ValueError, "MLP: inputs is 0, but must be at least 1"),
        (lambda: MLP(2, []), ValueError, "units is empty"),
        (lambda: MLP(2, 3), TypeError, r"MLP: units must be a list, for instance MLP\(2, \[16, 1\]\), got int 3"),
        (lambda: MLP(2, [3], activation=3), TypeError, "MLP: activation must be a name, a function, or a list"),
        (lambda: Neuron(2, seed=True), TypeError, "seed must be an int, a random.Random or None, got bool True"),
        (lambda: MLP(2, [3, 0]), ValueError, r"units\[1\] is 0, but must be at least 1"),
        (lambda: MLP(2, [3.5]), TypeError, r"units\[0\] must be a whole number, got float 3.5"),
        (lambda: MLP(2, [3, 1], activation=["relu"]), ValueError, "1 activations for 2 layers"),
        (lambda: MLP(2, [3], ["relu"], "tanh"), ValueError, "put it last in the list"),
        (lambda: MLP(2, [3, 1], activation="rleu"), ValueError, "unknown activation 'rleu'; known are linear, relu"),
        (lambda: MLP(2, [3], output_activation="softmax"), ValueError, "acts on a whole layer"),
        (lambda: Neuron(2, activation=3), TypeError, "activation must be a name"),
        (lambda: Neuron(2, initializer="kaiming"), ValueError, "unknown initializer 'kaiming'; known are uniform"),
        (lambda: Neuron(2, initializer=0.5), TypeError, "initializer must be a name"),
        (lambda: Neuron(2, seed="1"), TypeError, "seed must be an int, a random.Random or None, got str '1'"),
        (lambda: Neuron(-1), ValueError, "Neuron: inputs is -1, but must be at least 1"),
        (lambda: Layer(2, True), TypeError, "Layer: units must be a whole number, got bool True"),
        (lambda: MLP(3, [1])([1.0, 2.0]), ValueError, "x has 2 elements, but there are 3 inputs"),
        (lambda: MLP(1, [1])(2.0), TypeError, "x must be a list of 1 numbers, got float 2.0; put it into a list"),
        (lambda: MLP(1, [1])(["2"]), TypeError, r"x\[0\] must be a real number"),
        (lambda: Neuron(2)([1.0, None]), TypeError, r"Neuron: x\[1\] must be a real number"),
    ],
)
def test_bad_arguments_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_results_are_called_by_their_neurons_names():
    model = MLP(2, [3, 1], "tanh", seed=1)
    y = model([0.5, -1.0])
    labels = [node.label for node in autograd.topological_order(y) if node.primitive and node.label]
    assert labels == ["layer0.neuron0", "layer0.neuron1", "layer0.neuron2", "layer1.neuron0"]
    assert Neuron(2, seed=1)([0.5, -1.0]).label is None  # a neuron alone has no name
    assert [unit.label for unit in Layer(2, 2, seed=1)([0.5, -1.0])] == ["neuron0", "neuron1"]
    floor = constant(2.0, "floor")
    model = MLP(1, [1, 1], lambda z: max(z, floor), seed=1)  # Python's own, which returns one of the two
    assert model([Value(0.5)]).label == "layer1.neuron0"
    assert floor.label == "floor"
    assert Layer(1, 1, lambda z: 1.0, seed=1)([0.5]) == 1.0
