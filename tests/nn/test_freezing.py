"""Frozen parameters: they stay, are saved, and are passed over."""

import pytest

from autograd import Value, constant, jit, value_and_grad
from nn import MLP, SGD, Adam, Layer, Module, Sequential, fit, mse


def test_a_frozen_parameter_is_a_parameter_without_gradient():
    model = Sequential(Layer(2, 3, "tanh", seed=1), Layer(3, 1, "linear", seed=2))
    names, numbers = [name for name, _ in model.named_parameters()], model.state_dict()
    assert model.layers[0].freeze() is model.layers[0]
    assert [name for name, _ in model.named_parameters()] == names
    assert model.state_dict() == numbers
    model([0.5, -1.0]).backward()
    assert {p.grad for p in model.layers[0].parameters()} == {0.0}
    assert all(p.grad for p in model.layers[1].parameters())
    fit(model, [[0.5, -1.0]], [3.0], loss=mse, optimizer=Adam(model.parameters()), epochs=3, progress=False)
    moved = {name for name, number in model.state_dict().items() if number != numbers[name]}
    assert moved == {name for name in names if name.startswith("layer1")}
    model.zero_grad()
    model.unfreeze()([0.5, -1.0]).backward()
    assert all(p.grad for p in model.parameters())


def test_a_frozen_parameter_may_be_loaded_and_set():
    model = MLP(1, [1], seed=1).freeze()
    model.load_state_dict(dict.fromkeys(model.state_dict(), 2.0))
    assert model([1.0]).data == 4.0


def test_constants_are_no_parameters_frozen_or_not():
    class Scaled(Module):
        def __init__(self):
            self.scale = constant(2.0)
            self.w = Value(1.0)

    model = Scaled().freeze()
    assert model.parameters() == [model.w]
    model.unfreeze()
    assert model.scale.is_constant
    assert not model.w.is_constant
    with pytest.raises(ValueError, match=r"Scaled.freeze: parameters\[0\] is constant\(2.0\), no parameter of this"):
        model.freeze([model.scale])


def test_shared_and_frozen_in_one_place_is_frozen_in_all():
    a, b = Layer(2, 2, seed=1), Layer(2, 2, seed=2)
    b.neurons[0].w = a.neurons[0].w
    a.freeze()
    model = Sequential(b, a)
    assert len(model.parameters()) == 10
    b.unfreeze()
    assert sum(p.is_constant for p in model.parameters()) == 4


def test_frozen_parameters_in_sets_are_refused_as_others_are():
    class Odd(Module):
        def __init__(self, v):
            self.hidden = {v}

    class Both(Module):
        def __init__(self):
            self.odd = Odd(Value(1.0))

    Layer(1, 1).freeze()
    model = Both()
    (v,) = model.odd.hidden

    class Owner(Module):
        def __init__(self):
            self.v = v

    Owner().freeze()
    with pytest.raises(TypeError, match="holds parameters where none are looked for"):
        model.parameters()


@pytest.mark.parametrize("first", [True, False])
def test_what_was_recorded_before_and_after_freezing_is_right(first):
    model = Sequential(Layer(2, 2, "tanh", seed=1), Layer(2, 1, "linear", seed=2))
    if first:
        model.layers[0].freeze()
    recorded = jit(lambda x: model(x))
    for freeze in (first, not first, first):
        (model.layers[0].freeze if freeze else model.layers[0].unfreeze)()
        model.zero_grad()
        recorded([0.5, -1.0]).backward()
        found = [p.grad for p in model.parameters()]
        model.zero_grad()
        model([0.5, -1.0]).backward()
        expected = [p.grad for p in model.parameters()]
        assert found == pytest.approx(expected, rel=1e-12)
        assert (0.0 in found) is freeze
        slopes = value_and_grad(lambda x: model(x))([0.5, -1.0])[1]
        assert [s.data for s in value_and_grad(recorded)([0.5, -1.0])[1]] == pytest.approx([s.data for s in slopes])


def test_all_frozen_there_is_nothing_to_train():
    model = MLP(1, [1], seed=1).freeze()
    optimizer = SGD(model.parameters(), 0.1)
    with pytest.raises(TypeError, match=r"depends on no parameter.*unfreeze\(\)"):
        fit(model, [[1.0]], [1.0], loss=mse, optimizer=optimizer, epochs=1, progress=False)


@pytest.mark.parametrize("method", ["freeze", "unfreeze"])
@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        (3.0, TypeError, "parameters must be a list of Values, got float 3.0"),
        ([1.0], TypeError, r"parameters\[0\] must be a Value, got float 1.0"),
        ([Value(1.0)], ValueError, r"parameters\[0\] is Value.*, no parameter of this module"),
    ],
)
def test_what_is_not_the_models_is_not_frozen(method, parameters, error, message):
    model = MLP(1, [1])
    with pytest.raises(error, match=rf"MLP.{method}: {message}"):
        getattr(model, method)(parameters)
    assert not any(p.is_constant for p in model.parameters())
