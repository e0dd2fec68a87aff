"""Sequential, Embedding, LayerNorm, Dropout: PyTorch's numbers, central differences, copies, files, recordings."""

import copy
import pickle
import threading

import pytest

import autograd
from autograd import Value, checkpoint, constant, grad, hessian, jit, no_grad, value_and_grad, vmap
from nn import MLP, SGD, Dropout, Embedding, Layer, LayerNorm, Module, Neuron, Sequential, fit, load, mse
from support.pytorch import ask


class Flat(Module):
    """Rows, one after the other."""

    def __call__(self, rows):
        return [x for row in rows for x in row]

    def architecture(self):
        return {}


def every_kind():
    return {
        "neuron": (Neuron(2, "tanh", seed=1), [0.3, -0.7]),
        "layer": (Layer(2, 3, "tanh", seed=1), [0.3, -0.7]),
        "mlp": (MLP(2, [3, 1], seed=1), [0.3, -0.7]),
        "sequential": (
            Sequential(Layer(2, 3, "tanh", seed=1), LayerNorm(3), Layer(3, 1, "linear", seed=2)),
            [0.3, -0.7],
        ),
        "embedding": (Sequential(Embedding(5, 2, seed=1), Flat(), Layer(4, 1, "linear", seed=1)), [3.0, 1.0]),
        "norm": (LayerNorm(2), [0.3, -0.7]),
        "dropout": (Sequential(Layer(2, 3, seed=1), Dropout(0.5, seed=1).eval(), Layer(3, 1, seed=1)), [0.3, -0.7]),
        "nested": (
            Sequential(Sequential(Layer(2, 1, "tanh", seed=1)), MLP(1, [2, 3], "tanh", seed=1), LayerNorm(3)),
            [0.3, -0.7],
        ),
    }


KINDS = list(every_kind())


def numbers(outputs):
    return [y.data for y in outputs] if isinstance(outputs, list) else [outputs.data]


def total(outputs):
    return autograd.sum([(i + 1.0) * y for i, y in enumerate(outputs)]) if isinstance(outputs, list) else outputs


# -- every layer, in every place ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_gradients_equal_central_differences(kind):
    model, x = every_kind()[kind]
    total(model(x)).backward()
    h = 1e-6
    for parameter in model.parameters():
        start = parameter.data
        above, below = (total(model(x)).data for parameter.data in (start + h, start - h))
        parameter.data = start
        assert parameter.grad == pytest.approx((above - below) / (2 * h), rel=1e-6, abs=1e-7)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("copied", [copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))])
def test_copies_compute_the_same_with_parameters_of_their_own(kind, copied):
    model, x = every_kind()[kind]
    twin = copied(model)
    assert numbers(twin(x)) == numbers(model(x))
    assert [name for name, _ in twin.named_parameters()] == [name for name, _ in model.named_parameters()]
    assert not {id(p) for p in twin.parameters()} & {id(p) for p in model.parameters()}
    assert repr(twin) == repr(model)


@pytest.mark.parametrize("kind", KINDS)
def test_files_give_back_the_same_model(kind, tmp_path):
    model, x = every_kind()[kind]
    model.save(tmp_path / "model.json", SGD(model.parameters(), 0.1))
    saved = load(tmp_path / "model.json").model.eval()
    assert type(saved) is type(model)
    assert saved.state_dict() == model.state_dict()
    assert numbers(saved(x)) == numbers(model(x))


@pytest.mark.parametrize("kind", KINDS)
def test_recorded_and_mapped_they_are_the_eager_ones(kind):
    numpy = pytest.importorskip("numpy")
    model, x = every_kind()[kind]
    points = [x, x[::-1], [1.0, 1.0]]
    recorded = jit(lambda x: total(model(x)), max_programs=1)
    for point in points:
        expected = total(model(point)).data
        assert recorded(point).data == pytest.approx(expected, rel=1e-12, abs=1e-15)
    mapped = vmap(lambda x: total(model(list(x))))(numpy.array(points))
    assert [v.data for v in mapped] == pytest.approx([total(model(p)).data for p in points], rel=1e-12, abs=1e-15)
    for p in model.parameters():  # what the recording captured is live
        p.data *= 1.5
    assert recorded(x).data == pytest.approx(total(model(x)).data, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "embedding"])
def test_gradients_by_the_inputs_to_the_second_order(kind):
    model, x = every_kind()[kind]

    def f(x):
        return total(model(x))

    def slopes_at(x):
        return [slope.data for slope in grad(f)(x)]

    slopes, curvature, h = slopes_at(x), [[v.data for v in row] for row in hessian(f)(x)], 1e-5
    for i in range(2):
        ends = [[*x[:i], x[i] + d, *x[i + 1 :]] for d in (h, -h)]
        above, below = (f(end).data for end in ends)
        assert slopes[i] == pytest.approx((above - below) / (2 * h), rel=1e-5, abs=1e-6)
        rise = [(a - b) / (2 * h) for a, b in zip(*map(slopes_at, ends), strict=True)]
        assert curvature[i] == pytest.approx(rise, rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_under_no_grad_in_checkpoints_and_threads(kind):
    model, x = every_kind()[kind]
    expected = numbers(model(x))
    with no_grad():
        assert numbers(model(x)) == expected
    total(model(x)).backward()
    slopes = [p.grad for p in model.parameters()]
    model.zero_grad()
    checkpoint(lambda: total(model(x))).backward()
    assert [p.grad for p in model.parameters()] == pytest.approx(slopes, rel=1e-12)
    found = []
    threads = [threading.Thread(target=lambda: found.append(numbers(model(x)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "dropout"])
@pytest.mark.parametrize("jitted", [False, True])
def test_they_are_trained(kind, jitted):
    if jitted:
        pytest.importorskip("numpy")
    model, x = every_kind()[kind]

    def loss(prediction, target):
        return mse(total(prediction), target)

    options = {"loss": loss, "epochs": 3, "jit": jitted, "progress": False, "seed": 1}
    history = fit(model, [x, x[::-1]], [0.5, -0.5], optimizer=SGD(model.parameters(), 1e-3), **options)
    assert history.loss[-1] < history.loss[0]


# -- Sequential --------------------------------------------------------------------------------------------------------


def test_layers_of_one_unit_are_followed_by_any_layer():
    x, last = [0.5, -1.0], Layer(2, 1, "tanh", seed=1)
    inner = last(x)
    assert isinstance(inner, Value)
    for after in (Layer(1, 3, seed=2), Neuron(1, seed=2), MLP(1, [2, 1], seed=2), LayerNorm(1), Dropout(0.5).eval()):
        assert Sequential(last, after)(x) == after(last(x))
        assert isinstance(after, Dropout) or after(inner) == after([inner])
    with pytest.raises(TypeError, match="Layer: x must be a list of 2 numbers, got Value"):
        Layer(2, 1)(inner)


def test_a_sequence_takes_functions_and_is_what_its_parts_are():
    layer = Layer(2, 3, seed=1)
    model = Sequential(layer, autograd.softmax, lambda row: row[0])
    assert model([1.0, 2.0]) == autograd.softmax(layer([1.0, 2.0]))[0]
    assert model.parameters() == layer.parameters()
    assert model.parameters()[0].label == "layer0.neuron0.w[0]"


def test_a_sequence_of_functions_is_not_saved(tmp_path):
    with pytest.raises(TypeError, match=r"Sequential: layer 1 is .*softmax.*, a function, which can't be saved"):
        Sequential(Layer(2, 3), autograd.softmax).save(tmp_path / "model.json")
    assert not list(tmp_path.iterdir())


# -- Embedding ---------------------------------------------------------------------------------------------------------


def test_an_embedding_hands_gradients_to_the_rows_that_were_looked_up():
    table = Embedding(4, 2, seed=0)
    first, second, again = table([2, 0, 2])
    assert first == table.w[2] == again
    assert second == table.w[0]
    total([*first, *again]).backward()
    assert [[w.grad for w in row] for row in table.w] == [[0.0, 0.0], [0.0, 0.0], [4.0, 6.0], [0.0, 0.0]]


def test_an_embedding_has_pytorchs_gradients():
    table, indices = Embedding(5, 3, seed=0), [4, 0, 4]

    def theirs(torch):
        weights = torch.tensor([[w.data for w in row] for row in table.w], requires_grad=True, dtype=torch.float64)
        (torch.nn.functional.embedding(torch.tensor(indices), weights) ** 3).sum().backward()
        return weights.grad.tolist()

    expected = ask(f"embedding of {indices} in Embedding(5, 3, seed=0), cubed", theirs)
    autograd.sum([x**3 for row in table(indices) for x in row]).backward()
    assert [[w.grad for w in row] for row in table.w] == [pytest.approx(row) for row in expected]


def test_a_recorded_index_makes_one_program_for_all_rows():
    table = Embedding(6, 2, seed=0)
    lookup = jit(lambda i: table(i)[0] * table(i)[1], max_programs=1)
    for i in range(6):
        y = lookup(float(i))
        table.zero_grad()
        y.backward()
        assert y.data == table.w[i][0].data * table.w[i][1].data
        assert table.w[i][0].grad == table.w[i][1].data
        assert sum(w.grad != 0.0 for w in table.parameters()) == 2
    with pytest.raises((IndexError, ZeroDivisionError, ValueError)):
        lookup(6.0)


@pytest.mark.parametrize(
    ("index", "error", "message"),
    [
        (5, IndexError, "Embedding: x is 5, but the 5 rows are 0 to 4"),
        (-1, IndexError, "Embedding: x is -1, but"),
        ([0, 7.0], IndexError, r"Embedding: x\[1\] is 7, but"),
        (0.5, TypeError, "Embedding: x must be a whole number, the index of a row, got float 0.5"),
        (float("nan"), TypeError, "Embedding: x must be a whole number"),
        ("a", TypeError, r"Embedding: x\[0\] must be a real number"),
        (None, TypeError, "Embedding: x must be a real number"),
        (constant(9.0), IndexError, "Embedding: x is 9, but"),
    ],
)
def test_an_index_that_is_none_is_named(index, error, message):
    with pytest.raises(error, match=message):
        Embedding(5, 2)(index)


# -- LayerNorm ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("x", [[1.0, 2.0, 4.0], [0.0, 0.0, 0.0], [1e-3, -1e-3, 0.0], [1e6, 1e6 + 1.0, 1e6 - 3.0]])
def test_layer_norm_has_pytorchs_numbers(x):
    norm = LayerNorm(3)
    for i, (w, b) in enumerate(zip(norm.w, norm.b, strict=True)):
        w.data, b.data = 1.0 + 0.5 * i, 0.1 * i

    def theirs(torch):
        layer = torch.nn.LayerNorm(3, dtype=torch.float64)
        with torch.no_grad():
            layer.weight[:] = torch.tensor([w.data for w in norm.w], dtype=torch.float64)
            layer.bias[:] = torch.tensor([b.data for b in norm.b], dtype=torch.float64)
        tensor = torch.tensor(x, dtype=torch.float64, requires_grad=True)
        y = layer(tensor)
        (y * torch.tensor([1.0, -2.0, 3.0])).sum().backward()
        return [y.tolist(), tensor.grad.tolist(), layer.weight.grad.tolist(), layer.bias.grad.tolist()]

    expected, by_x, by_w, by_b = ask(f"LayerNorm of {x} and its gradients", theirs)
    row = [Value(v) for v in x]
    found = norm(row)
    assert [y.data for y in found] == pytest.approx(expected, rel=1e-9, abs=1e-12)
    autograd.dot(found, [1.0, -2.0, 3.0]).backward()
    assert [v.grad for v in row] == pytest.approx(by_x, rel=1e-6, abs=1e-9)
    assert [w.grad for w in norm.w] == pytest.approx(by_w, rel=1e-9, abs=1e-12)
    assert [b.grad for b in norm.b] == by_b


# -- what is refused, and what is shown --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Sequential(), ValueError, "Sequential: no layers"),
        (
            lambda: Sequential([Layer(2, 1)]),
            TypeError,
            r"layer 0 must be a Module or a function.*Sequential\(\*layers\)",
        ),
        (lambda: Sequential(Layer(2, 1), 3.0), TypeError, "layer 1 must be a Module or a function, got float 3.0"),
        (lambda: Sequential(Layer(2, 1), Dropout), TypeError, r"layer 1 is the class Dropout; make one: Dropout\("),
        (lambda: Sequential(Layer(2, 3), Layer(2, 1))([1.0, 2.0]), ValueError, "x has 3 elements, but there are 2"),
        (lambda: Embedding(0, 2), ValueError, "Embedding: rows is 0"),
        (lambda: Embedding(2, 2.5), TypeError, "Embedding: units must be a whole number"),
        (lambda: LayerNorm(0), ValueError, "LayerNorm: inputs is 0"),
        (lambda: LayerNorm(2, -1.0), ValueError, "LayerNorm: epsilon is -1.0"),
        (lambda: LayerNorm(2)([1.0]), ValueError, "LayerNorm: x has 1 elements, but there are 2 inputs"),
        (lambda: LayerNorm(2)(1.0), TypeError, "LayerNorm: x must be a list of 2 numbers"),
        (lambda: LayerNorm(2, 0.0)([1.0, 1.0]), ZeroDivisionError, "div"),
        (lambda: Dropout(1.5), ValueError, r"Dropout: p is 1.5, but must lie in \[0, 1\]"),
        (lambda: Dropout("a"), TypeError, "Dropout: p must be a real number"),
        (lambda: Dropout(0.5, seed="a"), TypeError, "seed must be an int"),
        (lambda: Dropout(0.5)("12"), TypeError, "Dropout: x must be a real number"),
        (lambda: Dropout(0.5)({1.0: 2.0}), TypeError, "Dropout: x must be a real number"),
        (lambda: Dropout(0.5)([1.0, None]), TypeError, r"Dropout: x\[1\] must be a real number"),
    ],
)
def test_bad_arguments_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


class Net(Module):
    def __init__(self):
        self.hidden = Layer(2, 3, "tanh")
        self.heads = [Neuron(3, "linear"), Neuron(3)]
        self.scale = Value(1.0)


class Alone(Module):
    def __init__(self):
        self.owner = self
        self.w = [1.0, Value(2.0)]


class Broken(Module):
    def __init__(self):
        self.w = {Value(1.0)}


@pytest.mark.parametrize(
    ("module", "shown"),
    [
        (Neuron(2, "tanh"), "Neuron(2, tanh)"),
        (Layer(2, 3), "Layer(2, 3, relu)"),
        (MLP(2, [16, 1], "tanh"), "MLP(Layer(2, 16, tanh), Layer(16, 1, linear); 65 parameters)"),
        (
            Sequential(Embedding(27, 8), Dropout(0.1), abs),
            "Sequential(Embedding(27, 8), Dropout(0.1), abs; 216 parameters)",
        ),
        (LayerNorm(4), "LayerNorm(4)"),
        (
            Net(),
            "Net(hidden=Layer(2, 3, tanh), head0=Neuron(3, linear), head1=Neuron(3, relu); 18 parameters)",
        ),
        (Alone(), "Alone(owner=...; 1 parameter)"),
        (Broken(), "Broken(parameters unknown)"),
        (Layer(2, 1).freeze(), "Layer(2, 1, relu)"),
        (MLP(2, [1]).freeze(), "MLP(Layer(2, 1, linear); 3 parameters, 3 frozen)"),
    ],
)
def test_a_repr_says_what_a_module_is_made_of(module, shown):
    assert repr(module) == shown


def test_the_repr_of_a_long_sequence_is_short():
    shown = repr(Sequential(*[Layer(1, 1) for _ in range(100)]))
    assert shown.count("Layer") == 9
    assert "... 91 more" in shown


def test_value_and_grad_of_a_model_with_all_of_them():
    model, x = every_kind()["sequential"]
    value, slopes = value_and_grad(lambda x: total(model(x)))(x)
    assert value == total(model(x)).data
    assert len(slopes) == 2
