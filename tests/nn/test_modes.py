"""Training and evaluation mode: who sets it, what `fit` and `predict` do with it, and randomness in training."""

import random
import threading

import pytest

import nn
from autograd import Value
from nn import SGD, Dropout, Embedding, Layer, Module, Sequential, fit, predict
from support.training import EXAMPLES, LABELS, assert_alike, mlp, trained

numpy = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

BOTH = pytest.mark.parametrize("jit", [False, True])


class Nested(Module):
    """Modules in lists, dicts, tuples, arrays and attributes, one of them twice, one that leads back."""

    def __init__(self):
        self.first = mlp()
        self.parts = {"a": [Layer(1, 1), (Layer(1, 1),)], "again": self.first}
        self.array = numpy.array([Layer(1, 1)], dtype=object)
        self.plain = [Value(1.0), 3.0, "x"]
        self.itself = [self]


def test_the_mode_is_set_below_and_returned():
    model = Nested()
    modules = list(model.modules())
    assert len(modules) == len(set(map(id, modules))) == 1 + (1 + 2 + 7) + 3 * 2
    assert modules[0] is model
    assert all(module.training for module in modules)
    assert model.eval() is model
    assert not any(module.training for module in modules)
    model.parts["a"][0].train()
    assert sum(module.training for module in modules) == 2
    assert model.train() is model
    assert all(module.training for module in modules)
    assert model.train(False) is model
    assert not any(module.training for module in modules)
    assert [name for name, _ in model.named_parameters()] == [name for name, _ in Nested().named_parameters()]
    with pytest.raises(TypeError, match=r"Nested.train: mode must be True or False, got str 'on'"):
        model.train("on")


class Watched(Module):
    def __init__(self):
        self.model = mlp()
        self.met = []

    def __call__(self, x):
        self.met.append((self.training, self.model.training))
        return self.model(x)


@BOTH
@pytest.mark.parametrize("before", [True, False])
def test_fit_trains_and_validates_in_the_right_mode_and_puts_it_back(jit, before):
    model, seen = Watched().train(before), []
    trained(
        jit,
        model,
        validation=(EXAMPLES[:2], LABELS[:2]),
        callbacks=[lambda epoch: seen.append(model.training)],
    )
    assert set(model.met) == {(True, True), (False, False)}
    assert seen == [True] * 3
    assert model.training == model.model.training == before


@BOTH
def test_a_part_in_evaluation_mode_stays_in_it(jit):
    model = Watched()
    model.model.eval()
    trained(jit, model, validation=0.2)
    assert set(model.met) == {(True, False), (False, False)}
    assert (model.training, model.model.training) == (True, False)


@BOTH
def test_an_error_puts_the_mode_back(jit):
    model = Watched().eval()
    with pytest.raises(ValueError, match="y"):
        trained(jit, model, y=[7] * 11)
    assert not model.training
    with pytest.raises(ValueError, match="inputs"):
        predict(model.train(), [[1.0]])
    assert model.training


def test_a_method_of_ones_own_that_is_called_train_is_left_alone():
    class Own(Module):
        def __init__(self):
            self.model = mlp()

        def __call__(self, x):
            return self.model(x)

        def train(self, data, epochs):
            raise AssertionError

    trained(False, Own(), validation=0.2)


# -- randomness -------------------------------------------------------------------------------------------------------


def dropping(p=0.3):
    return Sequential(Layer(2, 4, "tanh", seed=0), Dropout(p, seed=3), Layer(4, 3, "linear", seed=1))


def test_dropout_drops_in_training_alone():
    model, losses = dropping(), []

    def watch(epoch):
        predictions = predict(model, EXAMPLES)
        assert predictions == predict(model, EXAMPLES)
        losses.append(nn.cross_entropy_with_logits(predictions, LABELS))

    history, *_ = trained(False, model, validation=(EXAMPLES, LABELS), callbacks=[watch])
    assert history.validation_loss == pytest.approx(losses, rel=1e-12)
    assert history.loss != trained(False, dropping(0.0))[0].loss
    assert len({model(EXAMPLES[0])[0].data for _ in range(20)}) > 1


@pytest.mark.parametrize("p", [0.5, 1e-9])
def test_replayed_it_is_refused_however_rarely_it_drops(p):
    """By chance, two recordings of it may be the same."""
    model = dropping(p)
    before = model.state_dict()
    with pytest.raises(ValueError, match=r"^fit: with jit=True .*they draw random numbers.*train with jit=False$"):
        trained(True, model)
    assert model.state_dict() == before
    assert not any(parameter.grad for parameter in model.parameters())


DRAWS = [
    *(random.random, random.Random(3).random),
    *(numpy.random.random, numpy.random.standard_normal, numpy.random.default_rng(3).random),
]


@pytest.mark.parametrize("draw", DRAWS)
def test_so_is_noise_of_ones_own(draw):
    class Noisy(Module):
        def __init__(self):
            self.model = mlp()
            self.generator = draw.__self__

        def __call__(self, x):
            draw()
            return self.model(x)

    with pytest.raises(ValueError, match="draw random numbers"):
        trained(True, Noisy())


def test_what_another_thread_draws_meanwhile_is_not_the_models():
    """The shared generators are everybody's."""
    others = [threading.Thread(target=draw) for draw in (random.random, numpy.random.rand, random.random)]

    def loss(p, t):
        if others:
            other = others.pop()
            other.start()
            other.join()
        return nn.cross_entropy_with_logits(p, t)

    found, expected = trained(True, loss=loss), trained(False)
    assert not others
    assert found[1] == pytest.approx(expected[1], rel=1e-12)


def test_what_doesn_t_draw_is_replayed():
    assert_alike(lambda: {"model": dropping(0.0)}, validation=0.3)

    def frozen():
        model = dropping(0.5)
        next(module for module in model.modules() if isinstance(module, Dropout)).eval()
        return {"model": model}

    assert_alike(frozen, validation=0.3)


# -- layers and optimisers through all of it --------------------------------------------------------------------------


class Sentence(Module):
    """The mean of the vectors of its tokens, and a line through it."""

    def __init__(self):
        self.embedding, self.out = Embedding(5, 3, seed=0), Layer(3, 2, "linear", seed=1)

    def __call__(self, tokens):
        rows = [self.embedding(token) for token in tokens]
        return self.out([sum(column) / float(len(rows)) for column in zip(*rows, strict=True)])


@pytest.mark.parametrize("tokens", [[[1, 2], [3], [0, 4, 2], [1], [2, 2]] * 3, [[1.0, 2.0], [3.0]] * 5])
def test_lists_of_tokens_are_embedded_eager_and_replayed(tokens):
    found = []
    for jit in (False, True):
        model = Sentence()
        options = {"optimizer": nn.Adam(model.parameters(), 0.05), "epochs": 4, "batch_size": 4, "seed": 0, "jit": jit}
        history = fit(
            model, tokens, [len(t) % 2 for t in tokens], loss=nn.cross_entropy_with_logits, validation=0.2, **options
        )
        found.append(history.loss + history.validation_loss)
    assert found[1] == pytest.approx(found[0], rel=1e-9)


@pytest.mark.parametrize("penalty", [None, lambda model: nn.l2_penalty(model, 0.01)])
def test_what_a_callback_freezes_stays_from_then_on(penalty):
    def make():
        model = mlp()
        model.layers[0].freeze()
        seen = []

        def callback(epoch):
            seen.append([p.data for p in model.parameters()])
            if epoch.number == 2:
                model.layers[0].unfreeze()
            if epoch.number == 4:
                model.layers[1].freeze()
                assert len(seen) == 4
                assert seen[0][:12] == seen[1][:12] != seen[2][:12]

        return {"model": model, "callbacks": [callback], "optimizer": lambda p: SGD(p, 0.1, momentum=0.9)}

    assert_alike(make, epochs=6, clip_norm=0.3, penalty=penalty)


def test_groups_with_rates_of_their_own_fall_on_a_plateau():
    optimizers = []

    def make():
        def optimizer(parameters):
            groups = [{"params": parameters[:5]}, {"params": parameters[5:], "learning_rate": 0.4}]
            optimizers.append(SGD(groups, 0.1))
            return optimizers[-1]

        return {"optimizer": optimizer, "callbacks": [nn.ReduceLROnPlateau(0.5, 1)]}

    assert_alike(make, validation=(EXAMPLES[:3], LABELS[3:6]), epochs=25)
    for optimizer in optimizers:
        assert optimizer.learning_rate < 0.1
        assert optimizer.groups[1]["learning_rate"] == pytest.approx(4.0 * optimizer.learning_rate)
