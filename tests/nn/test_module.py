"""Modules find their parameters, name them, and refuse what would go wrong silently."""

import copy

import pytest

from autograd import Value, constant
from nn import MLP, Layer, Module


class Holder(Module):
    """A module with the attributes it is given."""

    def __init__(self, **attributes):
        vars(self).update(attributes)


def names(module):
    return [name for name, _ in module.named_parameters()]


def test_names_are_the_path_and_pythons_indices():
    model = MLP(2, [3, 4], seed=0)
    named = dict(model.named_parameters())
    assert len(named) == 3 * 3 + 4 * 4
    assert named["layer1.neuron3.w[2]"] is model.layers[1].neurons[3].w[2]
    assert named["layer0.neuron0.b"] is model.layers[0].neurons[0].b
    assert model.parameters() == list(named.values())


def test_parameters_carry_their_name_as_label():
    model = MLP(1, [2, 1])
    assert [p.label for p in model.parameters()] == names(model)
    outer = Holder(encoder=model)
    outer.label_parameters()
    assert model.layers[1].neurons[0].w[1].label == "encoder.layer1.neuron0.w[1]"


def test_lists_tuples_and_dicts_are_walked_however_deep():
    v = [Value(float(i)) for i in range(6)]
    module = Holder(
        matrix=[[v[0], v[1]], [v[2]]], pair=(v[3], 7.0), params={"W1": v[4]}, towers=[[Holder(w=v[5])]], text="no", n=3
    )
    assert names(module) == ["matrix[0][0]", "matrix[0][1]", "matrix[1][0]", "pair[0]", "params.W1", "towers[0][0].w"]
    assert module.parameters() == v


def test_a_shared_parameter_comes_once_under_its_first_name():
    w = Value(1.0)
    inner = Holder(w=w)
    assert names(Holder(first=inner, second=inner, again=w)) == ["first.w"]


def test_a_cycle_of_modules_ends():
    child = Holder(w=Value(1.0))
    parent = Holder(child=child)
    child.parent = parent
    assert names(parent) == ["child.w"]


def test_modules_nested_deeper_than_the_recursion_limit():
    module = Holder(w=Value(1.0))
    for _ in range(3000):
        module = Holder(m=module)
    assert len(module.parameters()) == 1


def test_constants_and_plain_numbers_are_not_parameters():
    assert Holder(c=constant(2.0), x=1.0, nothing=None, f=abs).parameters() == []


def test_the_result_of_an_operation_is_refused():
    module = Holder(scale=Value(0.1) * 3.0)
    with pytest.raises(ValueError, match=r"Holder: scale is the result of mul.*detach"):
        module.parameters()


def test_two_parameters_of_one_name_are_refused():
    module = Holder(blocks=[Holder(w=Value(1.0))], block0=Holder(w=Value(2.0)))
    with pytest.raises(ValueError, match=r"two parameters are named 'block0\.w'"):
        module.parameters()


def test_elements_of_a_list_keep_their_indices():
    """Whatever else is in it: a constant, a parameter met before, a Module, another list."""
    a, b = Value(1.0), Value(2.0)
    assert names(Holder(first=a, w=[a, constant(0.0), b, b])) == ["first", "w[2]"]
    assert names(Holder(w=[a, [b], Holder(c=Value(3.0))])) == ["w[0]", "w[1][0]", "w2.c"]


def test_zero_grad_clears_every_parameter():
    model = MLP(2, [3, 1], activation="tanh", seed=0)
    model([1.0, -2.0]).backward()
    assert all(p.grad for p in model.layers[1].neurons[0].w)
    model.zero_grad()
    assert [p.grad for p in model.parameters()] == [0.0] * 13


def test_a_module_that_computes_nothing_says_so():
    with pytest.raises(TypeError, match=r"Holder doesn't say what it computes.*__call__"):
        Holder()(1.0)


def test_copies_are_independent_and_keep_what_is_shared():
    layer = Layer(2, 2, seed=0)
    model = Holder(a=layer, b=layer)
    twin = copy.deepcopy(model)
    assert twin.a is twin.b
    twin.a.neurons[0].w[0].data = 99.0
    assert layer.neurons[0].w[0].data != 99.0
    assert names(twin) == names(model)


# -- state ----------------------------------------------------------------------------------------------------------


def test_a_state_dict_is_the_numbers_by_name():
    model, other = MLP(2, [3, 1], seed=0), MLP(2, [3, 1], seed=1)
    state = model.state_dict()
    assert state == {name: parameter.data for name, parameter in model.named_parameters()}
    before = other.parameters()
    other.load_state_dict(state)
    assert list(map(id, other.parameters())) == list(map(id, before))  # what optimisers hold stays the same
    assert other.state_dict() == state
    other.load_state_dict(dict(reversed(state.items())))
    assert other.state_dict() == state


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda d: [1.0], TypeError, "MLP.load_state_dict: state_dict must be a dict of numbers by name, got list"),
        (lambda d: d.pop("layer0.neuron0.b"), ValueError, "it lacks 'layer0.neuron0.b'; make"),
        (lambda d: d.update(w=1.0), ValueError, "it has 'w' that is not here"),
        (lambda d: d.clear(), ValueError, "it lacks 'layer0.* and 10 more; make the modules of one shape"),
        (lambda d: d.update({"layer1.neuron0.b": "x"}), TypeError, "layer1.neuron0.b must be a real number"),
        (lambda d: d.update({"layer1.neuron0.b": Value(1.0)}), TypeError, "its number with x.data"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(change, error, message):
    model = MLP(2, [3, 1], seed=0)
    before, state = model.state_dict(), MLP(2, [3, 1], seed=1).state_dict()
    changed = change(state)
    with pytest.raises(error, match=message):
        model.load_state_dict(changed if isinstance(changed, list) else state)
    assert model.state_dict() == before
