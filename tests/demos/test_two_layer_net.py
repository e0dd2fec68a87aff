"""TwoLayerNet: the document's table, and numbers worked out with plain loops."""

from __future__ import annotations

import inspect
import math

import pytest

from demos.two_layer_net import TwoLayerNet, numerical_derivative

X = [[0.5, -1.0, 2.0], [0.0, 0.25, -0.75]]
T = [[0.0, 1.0], [1.0, 0.0]]


@pytest.fixture
def net() -> TwoLayerNet:
    return TwoLayerNet(3, 4, 2)


def numbers(net: TwoLayerNet) -> dict:
    return {
        name: [[p.data for p in row] for row in values] if name.startswith("W") else [p.data for p in values]
        for name, values in net.params.items()
    }


def by_hand(net: TwoLayerNet, x: list[float]) -> list[float]:
    """affine, sigmoid, affine, softmax, as the document has them, in loops over the matrices."""
    p = numbers(net)
    hidden = [1.0 / (1.0 + math.exp(-(sum(x[i] * p["W1"][i][j] for i in range(3)) + p["b1"][j]))) for j in range(4)]
    powers = [math.exp(sum(hidden[j] * p["W2"][j][k] for j in range(4)) + p["b2"][k]) for k in range(2)]
    return [power / sum(powers) for power in powers]


def test_it_has_the_methods_and_arguments_of_the_documents_table() -> None:
    table = {
        "__init__": ["self", "input_size", "hidden_size", "output_size"],
        "predict": ["self", "x"],
        "loss": ["self", "x", "t"],
        "accuracy": ["self", "x", "t"],
        "numerical_gradient": ["self", "x", "t"],
        "gradient": ["self", "x", "t"],
    }
    methods = {name: list(inspect.signature(getattr(TwoLayerNet, name)).parameters) for name in table}
    assert methods == table
    assert {name for name in vars(TwoLayerNet) if not name.startswith("_")} == set(table) - {"__init__"}


def test_the_dictionaries_have_the_shapes_of_the_layers(net: TwoLayerNet) -> None:
    for found in (net.params, net.gradient(X, T)):
        assert list(found) == ["W1", "b1", "W2", "b2"]
        assert [len(row) for row in found["W1"]] == [4, 4, 4]
        assert len(found["b1"]) == 4
        assert [len(row) for row in found["W2"]] == [2, 2, 2, 2]
        assert len(found["b2"]) == 2


def test_predict_is_softmax_of_affine_of_sigmoid_of_affine(net: TwoLayerNet) -> None:
    net.params["W1"][2][1].data += 0.7  # so that a transposed matrix would be noticed
    net.params["b1"][3].data = -0.4
    for row, x in zip(net.predict(X), X, strict=True):
        assert [p.data for p in row] == pytest.approx(by_hand(net, x), rel=1e-13)


def test_loss_is_the_mean_of_minus_the_logarithm_of_the_true_class(net: TwoLayerNet) -> None:
    expected = -(math.log(by_hand(net, X[0])[1]) + math.log(by_hand(net, X[1])[0])) / 2.0
    assert net.loss(X, T).data == pytest.approx(expected, rel=1e-13)


def test_accuracy_counts_the_pictures_read_correctly(net: TwoLayerNet) -> None:
    read = [row.index(max(row)) for row in (by_hand(net, x) for x in X)]
    right = [[float(k == klass) for k in range(2)] for klass in read]
    wrong = [row[::-1] for row in right]
    assert net.accuracy(X, right) == 1.0
    assert net.accuracy(X, [right[0], wrong[1]]) == 0.5
    assert net.accuracy(X, wrong) == 0.0


def test_both_gradients_are_the_same_and_kept_in_grads(net: TwoLayerNet) -> None:
    before = numbers(net)
    numerical = net.numerical_gradient(X, T)
    assert net.grads is numerical
    engine = net.gradient(X, T)
    assert net.grads is engine
    for name in ("W1", "W2"):
        for a, b in zip(numerical[name], engine[name], strict=True):
            assert a == pytest.approx(b, abs=1e-9)
    for name in ("b1", "b2"):
        assert numerical[name] == pytest.approx(engine[name], abs=1e-9)
    assert numbers(net) == before


def test_the_gradient_by_the_output_biases_is_the_mean_of_p_minus_t(net: TwoLayerNet) -> None:
    p = [by_hand(net, x) for x in X]
    expected = [(p[0][k] - T[0][k] + p[1][k] - T[1][k]) / 2.0 for k in range(2)]
    assert net.gradient(X, T)["b2"] == pytest.approx(expected, rel=1e-12)
    assert net.gradient(X, T)["b2"] == pytest.approx(expected, rel=1e-12), "a second call starts from zero"


def test_a_parameter_has_its_number_again_when_its_loss_fails(net: TwoLayerNet) -> None:
    parameter = net.params["W1"][0][0]
    before = parameter.data
    with pytest.raises(ValueError, match="3 inputs"):
        numerical_derivative(lambda: net.loss([[1.0]], T[:1]), parameter)
    assert parameter.data == before
