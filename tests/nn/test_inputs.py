"""Inputs of any structure and length: `fit` and `predict` take what the model takes, eager and replayed."""

import collections
import math

import pytest

import nn
from autograd import Value, dot, tanh
from nn import SGD, Adam, Module, fit, predict
from support.training import mlp

numpy = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

Pair = collections.namedtuple("Pair", "left right")


class Recurrent(Module):
    """A cell of two units that reads rows one after the other; a line reads its last state."""

    def __init__(self, outputs=1):
        self.cell = nn.MLP(4, [2], output_activation="tanh", seed=0)
        self.out = nn.MLP(2, [outputs], seed=1)

    def states(self, rows):
        state = [0.0, 0.0]
        for row in rows:
            state = self.cell([*row, *state])
            yield state

    def __call__(self, rows):
        *_, last = self.states(rows)
        return self.out(last)


class Tagger(Recurrent):
    """An output for each row."""

    def __call__(self, rows):
        return [self.out(state) for state in self.states(rows)]


class Table(Module):
    """A number for each token, by name or index; a sentence is their sum."""

    def __init__(self):
        self.numbers = {name: Value(0.1 * i) for i, name in enumerate(["a", "b", "c"])}
        self.rows = list(map(Value, (0.3, -0.2, 0.1)))

    def __call__(self, tokens):
        if isinstance(tokens, (str, list)):
            return sum(self.numbers[token] for token in tokens)
        return self.rows[tokens] * 2.0


class Record(Module):
    """Of a dict, a pair and what else there may be."""

    def __init__(self):
        self.w = list(map(Value, (0.5, -0.4, 0.3)))

    def __call__(self, x):
        sign = {"plus": 1.0, "minus": -1.0, None: 0.5}[x["kind"]]
        inner = [*x["row"], x["pair"].left]
        rest = x["pair"].right[0][1]
        return tanh(dot(self.w, inner)) * sign + self.w[0] * rest


SEQUENCES = [[[0.1 * i - 0.3, 0.2 * (j + 1)] for j in range(1 + i % 4)] for i in range(9)]
RECORDS = [
    {"kind": ("plus", "minus", None)[i % 3], "row": [0.1 * i, 0.4], "pair": Pair(i, ([1, i / 7.0], "rest"))}
    for i in range(9)
]
CASES = {
    "sequences": (Recurrent, SEQUENCES, [len(s) / 4.0 for s in SEQUENCES], nn.mse),
    "sequences as arrays": (Recurrent, list(map(numpy.array, SEQUENCES)), [len(s) for s in SEQUENCES], nn.mse),
    "sequences of targets": (Tagger, SEQUENCES, [[sum(row) for row in s] for s in SEQUENCES], nn.mse),
    "sequences of classes": (
        lambda: Tagger(3),
        SEQUENCES,
        [[j % 3 for j in range(len(s))] for s in SEQUENCES],
        nn.cross_entropy_with_logits,
    ),
    "tuples of tuples": (Recurrent, tuple(tuple(map(tuple, s)) for s in SEQUENCES), list(range(9)), nn.mse),
    "a cube": (Recurrent, numpy.arange(48).reshape(8, 3, 2) / 48.0, list(range(8)), nn.mse),
    "texts": (Table, ["a", "ab", "cab", "bb", "ca"], [1.0, 2.0, 3.0, 2.0, 1.5], nn.mse),
    "lists of tokens": (Table, [["a"], ["a", "b"], ["c"], ["b", "b"]], [1.0, 2.0, 3.0, 2.0], nn.mse),
    "dicts": (Record, RECORDS, [0.2 * i for i in range(9)], nn.mse),
    "targets that are texts": (
        lambda: mlp(2),
        [[0.1 * i, 1.0] for i in range(6)],
        ["x", "yy"] * 3,
        lambda p, t: nn.cross_entropy_with_logits(p, len(t) - 1),
    ),
    "no targets": (lambda: mlp(1), [[0.1 * i, 1.0] for i in range(6)], [None] * 6, lambda p, t: (p - 1.0) ** 2),
    "targets of dicts": (
        lambda: mlp(3),
        [[0.1 * i, 1.0] for i in range(6)],
        [{"x": numpy.array([i, 1.0]), "kind": "a" if i % 2 else "b"} for i in range(6)],
        lambda p, t: nn.mse(p[:2], t["x"]) + (p[2] if t["kind"] == "a" else p[2] ** 2),
    ),
}


def alike(make, X, y, loss, **changes):  # noqa: N803
    found = []
    for jit in (False, True):
        model = make()
        optimizer = Adam(model.parameters(), 0.05)
        options = {"epochs": 4, "batch_size": 4, "seed": 3, "progress": False} | changes
        history = fit(model, X, y, loss=loss, optimizer=optimizer, jit=jit, **options)
        found.append((history, [p.data for p in model.parameters()]))
        assert history.loss[-1] < history.loss[0]
    (eager, numbers), (replayed, others) = found
    assert replayed.loss == pytest.approx(eager.loss, rel=1e-9)
    assert replayed.validation_loss == pytest.approx(eager.validation_loss, rel=1e-9)
    assert others == pytest.approx(numbers, rel=1e-9, abs=1e-12)
    return eager


@pytest.mark.parametrize("kind", CASES)
def test_any_structure_is_trained_eager_and_replayed(kind):
    make, X, y, loss = CASES[kind]  # noqa: N806
    alike(make, X, y, loss)
    alike(make, X, y, loss, batch_size=1, sample_weight=[1.0 + i % 3 for i in range(len(y))])
    alike(make, X, y, loss, batch_size=None, validation=(X, y), clip_norm=0.5)


@pytest.mark.parametrize("kind", ["sequences", "sequences of targets", "dicts"])
def test_metrics_see_predictions_in_the_order_of_their_targets(kind):
    make, X, y, loss = CASES[kind]  # noqa: N806
    seen = {}
    for jit in (False, True):
        model, seen[jit] = make(), []

        def look(predictions, targets, into=seen[jit]):
            into.append((predictions, targets))
            return 0.0

        optimizer, options = SGD(model.parameters(), 0.01), {"epochs": 2, "batch_size": 4, "seed": 3}
        fit(
            model,
            X,
            y,
            loss=loss,
            optimizer=optimizer,
            metrics={"look": look},
            validation=(X, y),
            progress=False,
            jit=jit,
            **options,
        )
    assert len(seen[True]) == len(seen[False]) == 4
    for (found, targets), (expected, others) in zip(seen[True], seen[False], strict=True):
        assert targets == others
        for a, b in zip(found, expected, strict=True):
            assert a == pytest.approx(b, rel=1e-12)


def test_an_int_is_an_input():
    """Eager: a recorded index is a Value, and looks up by `take`."""
    table = Table()
    history = fit(
        table, [0, 1, 2, 1], [1.0, 2.0, 3.0, 2.0], loss=nn.mse, optimizer=SGD(table.parameters(), 0.1), epochs=90
    )
    assert predict(table, [0, 1, 2]) == pytest.approx([1.0, 2.0, 3.0], abs=1e-3)
    assert history.loss[-1] < 1e-6
    assert predict(table, numpy.array([0, 1, 2])) == predict(table, [0, 1, 2])


def test_an_index_that_is_recorded_tells_what_to_do():
    table = Table()
    before = [p.data for p in table.parameters()]
    with pytest.raises(TypeError, match=r"^fit: with jit=True .*inputs are Values"):
        fit(
            table,
            [0, 1, 2],
            [1.0, 2.0, 3.0],
            loss=nn.mse,
            optimizer=SGD(table.parameters(), 0.1),
            epochs=1,
            jit=True,
            progress=False,
        )
    assert [p.data for p in table.parameters()] == before


def test_predictions_have_the_model_s_structure():
    class Both(Module):
        def __init__(self):
            self.w = Value(2.0)

        def __call__(self, x):
            return {"mean": self.w * x, "rest": (self.w, [x, "text"]), "array": numpy.array([self.w * x, 1.0])}

    (found,) = predict(Both(), [3.0])
    assert found.pop("array").tolist() == [6.0, 1.0]
    assert found == {"mean": 6.0, "rest": (2.0, [3.0, "text"])}


def test_arrays_of_numbers_are_predicted_as_they_are():
    model = nn.MLP(1, [1], seed=0)
    for made in (numpy.array([1.0, 2.0]), numpy.array([[1, 2], [3, 4]])):
        (found,) = predict(lambda x, made=made: {"y": model(x), "of numbers": made}, [[1.0]])
        assert type(found["y"]) is float
        assert (found["of numbers"].dtype, found["of numbers"].tolist()) == (made.dtype, made.tolist())


def test_predict_has_no_graph_and_is_in_evaluation_mode():
    met = []

    class Watched(Module):
        def __init__(self):
            self.w = Value(2.0)

        def __call__(self, x):
            y = self.w * x[0]
            met.append((self.training, y.is_constant))
            return y

    model = Watched()
    assert predict(model, [[1.0], [2.0]]) == [2.0, 4.0]
    assert met == [(False, True)] * 2
    assert model.training
    assert predict(lambda x: x[0], numpy.array([[1.0], [2.0]])) == [1.0, 2.0]


@pytest.mark.parametrize(
    ("model", "inputs", "error", "message"),
    [
        (mlp(), [], ValueError, "inputs is empty"),
        (mlp(), 3, TypeError, "inputs must be a list"),
        (mlp(), "ab", TypeError, "inputs must be a list"),
        (mlp(), [[0.0, math.nan]], ValueError, r"inputs\[0\]\[1\] is nan"),
        (mlp(), [[0.0, 1.0], [0.0]], ValueError, r"inputs\[1\]: Layer: x has 1 elements"),
        (mlp(), [[0.0, 10**400]], OverflowError, r"inputs\[0\]\[1\] is too large"),
        (mlp(), [[0.0, 1j]], TypeError, r"inputs\[0\]\[1\] must be a real number"),
        (mlp(), [[0.0, Value(1.0)]], TypeError, r"inputs\[0\]\[1\] must be a real number"),
        (nn.Layer, [[0.0, 1.0]], TypeError, "model is the class Layer; make one"),
        ("mlp", [[0.0, 1.0]], TypeError, "model must be a Module"),
    ],
)
def test_predict_names_what_is_wrong(model, inputs, error, message):
    with pytest.raises(error, match=f"^predict: {message}"):
        predict(model, inputs)


def test_an_error_of_the_model_s_own_says_for_which_input():
    def model(x):
        return {0.0: 1.0}[x]

    with pytest.raises(KeyError) as caught:
        predict(model, [0.0, 1.0])
    assert caught.value.__notes__ == ["predict: this is the model's output for inputs[1]"]


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        ([[[0.0, 1.0]], [[0.0, math.inf]]], ValueError, r"X\[1\]\[0\]\[1\] is inf"),
        ([[[0.0, 1.0]], [[0.0]]], ValueError, r"X\[1\]: .*x has 3 elements, but there are 4 inputs"),
        ([[[0.0, 1.0]], []], ValueError, r"X\[1\]: not enough values to unpack"),
        ([[[0.0, 1.0]], {"a": math.nan}], ValueError, r"X\[1\]\['a'\] is nan"),
    ],
)
def test_a_bad_sequence_is_named_before_any_step(X, error, message, jit):  # noqa: N803
    model = Recurrent()
    before = [p.data for p in model.parameters()]
    options = {"optimizer": SGD(model.parameters(), 0.1), "epochs": 1, "batch_size": 1, "progress": False}
    with pytest.raises(error, match=f"^fit: {message}"):
        fit(model, X, [0.0, 0.0], loss=nn.mse, jit=jit, **options)
    assert [p.data for p in model.parameters()] == before


def test_data_are_not_changed_and_not_shared():
    X = [[0.0, 1.0], [1.0, 0.0]]  # noqa: N806

    class Greedy(Module):
        def __init__(self):
            self.w = Value(1.0)

        def __call__(self, x):
            return self.w * x.pop() + x.pop()

    model = Greedy()
    fit(model, X, [0.0, 1.0], loss=nn.mse, optimizer=SGD(model.parameters(), 0.1), epochs=1, progress=False)
    assert X == [[0.0, 1.0], [1.0, 0.0]]


@pytest.mark.parametrize("jit", [False, True])
def test_targets_in_arrays_stay_arrays(jit):
    model = mlp()
    targets = numpy.array([[0.0, 1.0, 0.5], [1.0, 0.0, 0.5]])
    options = {"optimizer": SGD(model.parameters(), 0.1), "epochs": 1, "progress": False, "jit": jit}
    fit(model, [[0.0, 1.0], [1.0, 0.0]], targets, loss=lambda p, t: ((numpy.array(p) - t) ** 2).sum(), **options)
    with pytest.raises(TypeError, match=r"^fit: y must be a list"):
        fit(model, [[0.0, 1.0]], numpy.array(3.0), loss=nn.mse, **options)


def test_tables_and_tensors_are_rows():
    class Table:
        """What `fit` sees of a table of pandas."""

        shape = (3, 2)

        def to_numpy(self):
            return numpy.array([[0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])

    assert predict(mlp(), Table()) == predict(mlp(), Table().to_numpy().tolist())
    torch = pytest.importorskip("torch")
    tensor = torch.tensor([[0.0, 1.0], [1.0, 0.0]], dtype=torch.float64)
    assert predict(mlp(), tensor) == predict(mlp(), tensor.tolist())


def test_a_structure_that_depends_on_the_numbers():
    """Eager it trains; replayed its metrics find two structures for one kind of input, and say so."""

    def shape(p, x):
        return p if x[0] > 0.0 else {"row": p}

    class Odd(Module):
        def __init__(self):
            self.model = mlp(2)

        def __call__(self, x):
            return shape(self.model(x), x)

    def loss(p, t):
        return nn.cross_entropy_with_logits(p["row"] if isinstance(p, dict) else p, t)

    X, y = [[0.1 * i - 0.3, 1.0] for i in range(6)], [0, 1] * 3  # noqa: N806
    alike(Odd, X, y, loss)
    model = Odd()
    options = {"optimizer": SGD(model.parameters(), 0.1), "epochs": 1, "metrics": {"n": lambda p, t: len(p)}}
    before = [p.data for p in model.parameters()]
    with pytest.raises(
        ValueError, match=r"one structure for some examples and another for others.*train with jit=False"
    ):
        fit(model, X, y, loss=loss, jit=True, progress=False, **options)
    assert [p.data for p in model.parameters()] == before
