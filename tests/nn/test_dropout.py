"""Dropout: what it leaves out, when, and by which generator."""

import random

import pytest

import autograd
from autograd import Value, checkpoint, jit
from nn import SGD, Dropout, Layer, Sequential, fit, load, mse


def test_dropout_keeps_the_mean_and_leaves_out_its_share():
    row = Dropout(0.3, seed=1)([1.0] * 20_000)
    assert set(row) == {0.0, 1.0 / 0.7}
    assert row.count(0.0) / 20_000 == pytest.approx(0.3, abs=0.01)
    assert sum(row) / 20_000 == pytest.approx(1.0, abs=0.02)


def test_nothing_flows_back_to_what_was_left_out():
    x = [Value(float(i)) for i in range(1, 9)]
    out = Dropout(0.5, seed=3)(x)
    autograd.sum(out).backward()
    assert {(y.data, v.grad) for y, v in zip(out, x, strict=True)} <= {(0.0, 0.0), *((2.0 * v.data, 2.0) for v in x)}
    assert 0 < sum(v.grad == 0.0 for v in x) < 8


@pytest.mark.parametrize(("p", "training"), [(0.0, True), (0.0, False), (0.5, False), (1.0, False)])
def test_dropout_lets_everything_through(p, training):
    dropout, x = Dropout(p).train(training), [Value(1.0), 2.0, [3, Value(4.0)]]
    first, second, (third, fourth) = dropout(x)
    assert (first, second, third, fourth) == (x[0], 2.0, 3.0, x[2][1])
    assert dropout(x[0]) is x[0]


def test_dropout_of_all():
    x = Value(2.0)
    y = Dropout(1.0)(x)
    assert y.data == 0.0
    y.backward()
    assert x.grad == 0.0
    assert Dropout(1.0)([float("inf"), 1.0]) == [0.0, 0.0]


def test_a_seed_fixes_what_is_left_out():
    def left(seed):
        return Dropout(0.5, seed=seed)([1.0] * 50)

    assert left(1) == left(1) == left(random.Random(1)) != left(2)
    random.seed(7)
    first = left(None)
    random.seed(7)
    assert left(None) == first


def test_train_and_eval_reach_dropout_inside_others():
    model = Sequential(Layer(2, 50, "linear", seed=1), Dropout(0.5, seed=1))
    assert any(y.data == 0.0 for y in model([1.0, 2.0]))
    assert not any(y.data == 0.0 for y in model.eval()([1.0, 2.0]))
    assert any(y.data == 0.0 for y in model.train()([1.0, 2.0]))


def test_dropout_is_not_recorded():
    model = Sequential(Layer(2, 3, seed=1), Dropout(0.5), Layer(3, 1, seed=1))
    recorded = jit(lambda x: model(x))
    with pytest.raises(RuntimeError, match=r"Dropout: .*recorded once.*model\.eval\(\).*without jit"):
        recorded([1.0, 2.0])
    model.eval()
    assert recorded([1.0, 2.0]).data == model([1.0, 2.0]).data
    model.train()
    options = {"loss": mse, "optimizer": SGD(model.parameters(), 0.1), "epochs": 1, "progress": False}
    before = model.state_dict()
    with pytest.raises((RuntimeError, TypeError, ValueError), match=r"with jit=True.*random numbers|Dropout"):
        fit(model, [[1.0, 2.0]], [1.0], **options, jit=True)
    assert model.state_dict() == before
    fit(model, [[1.0, 2.0]], [1.0], **options)


def test_a_checkpoint_that_draws_anew_is_refused():
    x, dropout = [Value(1.0) for _ in range(100)], Dropout(0.5, seed=1)
    y = checkpoint(lambda x: autograd.sum(dropout(x)), x)
    with pytest.raises(RuntimeError, match="checkpoint"):
        y.backward()


def test_training_goes_on_bit_for_bit_with_its_generators(tmp_path):
    def made():
        generator = random.Random(5)
        layers = [Layer(2, 4, seed=1), Dropout(0.5, seed=generator), Layer(4, 4, seed=2), Dropout(0.2, seed=generator)]
        return Sequential(*layers, Layer(4, 1, "linear", seed=3)), generator

    def trained(model, optimizer, generator, epochs):
        options = {"loss": mse, "seed": generator, "progress": False, "epochs": epochs}
        return fit(model, [[1.0, 2.0], [0.5, -1.0]], [1.0, 0.0], optimizer=optimizer, **options).loss

    model, generator = made()
    whole = trained(model, SGD(model.parameters(), 0.05), generator, 6)
    model, generator = made()
    optimizer = SGD(model.parameters(), 0.05)
    first = trained(model, optimizer, generator, 3)
    model.save(tmp_path / "model.json", optimizer, generator)
    saved = load(tmp_path / "model.json")
    assert saved.model.layers[1].generator is saved.model.layers[3].generator is saved.generator
    assert first + trained(saved.model, saved.optimizer, saved.generator, 3) == whole
