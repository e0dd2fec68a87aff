"""`fit(validation=)`: its losses and metrics, eager and replayed, shares, and what is refused."""

import math
import random

import pytest

import nn
from autograd import no_grad
from nn import SGD, Module, accuracy, predict
from support.training import EXAMPLES, LABELS, assert_alike, mlp, trained

pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

OTHERS = ([[0.3, -0.2], [-0.5, 0.9], [0.1, 0.1]], [1, 1, 2])


def loss_of(model, X, y):  # noqa: N803
    with no_grad():
        return sum(nn.cross_entropy_with_logits(model(x), t).data for x, t in zip(X, y, strict=True)) / len(X)


@pytest.mark.parametrize("jit", [False, True])
def test_the_validation_loss_is_that_of_the_model_after_each_epoch(jit):
    model, losses, shares = mlp(), [], []

    def watch(epoch):
        losses.append(loss_of(model, *OTHERS))
        shares.append(accuracy(predict(model, OTHERS[0]), OTHERS[1]))

    history, *_ = trained(jit, model, validation=OTHERS, metrics={"accuracy": accuracy}, callbacks=[watch])
    assert history.validation_loss == pytest.approx(losses, rel=1e-12)
    assert history.validation_metrics == {"accuracy": shares}
    assert len(losses) == 3


@pytest.mark.parametrize("jit", [False, True])
def test_validation_data_change_nothing_of_the_training(jit):
    alone, numbers, _ = trained(jit)
    history, others, _ = trained(jit, validation=OTHERS)
    assert history.loss == alone.loss
    assert others == numbers
    assert alone.validation_loss == []
    assert alone.validation_metrics == {}


@pytest.mark.parametrize("validation", [OTHERS, list(OTHERS), 0.3, 0.5])
def test_both_kinds_agree(validation):
    assert_alike(validation=validation, metrics={"accuracy": accuracy})


def test_a_penalty_is_no_part_of_it():
    free, *_ = trained(False, validation=OTHERS, optimizer=lambda p: SGD(p, 0.0))
    bound, *_ = trained(
        False, validation=OTHERS, optimizer=lambda p: SGD(p, 0.0), penalty=lambda m: nn.l2_penalty(m, 1.0)
    )
    assert bound.validation_loss == free.validation_loss
    assert bound.loss[0] > free.loss[0]


@pytest.mark.parametrize(("share", "apart"), [(0.2, 2), (0.3, 3), (0.5, 6), (0.9, 10), (0.05, 1)])
def test_a_share_is_set_apart_and_never_trained_on(share, apart):
    met, seen = [], []

    class Watched(Module):
        def __init__(self):
            self.model = mlp()

        def __call__(self, x):
            met.append((self.training, tuple(x)))
            return self.model(x)

    def number(predictions, targets):
        seen.append(len(predictions))
        return float(len(predictions))

    trained(False, Watched(), validation=share, metrics={"number": number}, batch_size=None)
    learnt = {x for training, x in met if training}
    validated = {x for training, x in met if not training}
    assert len(validated) == apart
    assert not learnt & validated
    assert learnt | validated == set(map(tuple, EXAMPLES))
    assert seen == [11 - apart, apart] * 3


def test_the_seed_chooses_the_share():
    first, again, other = (trained(False, validation=0.3, seed=seed)[0] for seed in (1, 1, 2))
    assert first == again != other
    generators = random.Random(1), random.Random(1)
    by_generator = [trained(False, validation=0.3, seed=generator)[0] for generator in generators]
    assert by_generator == [first, first]


BAD = [
    (0, ValueError, "fit: validation is 0.0, but a share must be between 0 and 1"),
    (1, ValueError, "validation is 1.0"),
    (-0.5, ValueError, "validation is -0.5"),
    (1.5, ValueError, "validation is 1.5"),
    (math.nan, ValueError, "validation is nan"),
    (0.01, ValueError, "a share of 0.01 leaves no example to validate on, of 11"),
    (0.99, ValueError, "a share of 0.99 leaves no example to train on, of 11"),
    (True, TypeError, r"validation must be data \(X, y\), or a share .*got bool True"),
    ("0.2", TypeError, "validation must be data .*got str"),
    (OTHERS[0], TypeError, "validation must be data .*got 3 things"),
    (([], []), ValueError, r"validation\[0\] is empty"),
    ((OTHERS[0], [1]), ValueError, r"validation\[0\] has 3 examples, but validation\[1\] has 1 targets"),
    ((OTHERS[0], 5), TypeError, r"validation\[1\] must be a list"),
    ((5, OTHERS[1]), TypeError, r"validation\[0\] must be a list"),
    (([[0.0, math.inf]], [1]), ValueError, r"validation\[0\]\[0\]\[1\] is inf"),
    (([[0.0, 1.0], [0.0]], [1, 1]), ValueError, r"validation\[0\]\[1\]: .*x has 1 elements, but there are 2 inputs"),
    (([[0.0, 1.0], [0.0, 1.0]], [1, 7]), ValueError, r"validation\[1\]\[1\]: .*class 7, but the 3 classes"),
    (([[0.0, 1.0]], [None]), TypeError, r"validation\[1\]\[0\]: .*must be a class index"),
]


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize(("validation", "error", "message"), BAD)
def test_bad_validation_is_named_before_any_step(validation, error, message, jit):
    model = mlp()
    before = model.state_dict()
    with pytest.raises(error, match=f"^fit: .*{message.removeprefix('fit: ')}"):
        trained(jit, model, validation=validation)
    assert model.state_dict() == before
    assert not any(p.grad for p in model.parameters())
    assert model.training


LOSSES = [
    (lambda p, t: None, TypeError, r"the validation loss of validation\[1\]\[0\] is None, but must be a number"),
    (lambda p, t: "1", TypeError, "is '1', but must be a number"),
    (lambda p, t: [p[0]], TypeError, "but must be a number"),
    (lambda p, t: math.nan, FloatingPointError, "is nan; parameters are as the last step left them"),
    (lambda p, t: p[0] * math.inf, FloatingPointError, "is -?inf"),
]


@pytest.mark.parametrize("jit", [False, True])
@pytest.mark.parametrize(("broken", "error", "message"), LOSSES)
def test_a_loss_that_is_no_finite_number_is_named(broken, error, message, jit):
    def loss(p, t):
        return broken(p, t) if model.training is False else nn.cross_entropy_with_logits(p, t)

    model = mlp()
    before = model.state_dict()
    with pytest.raises(error, match=message):
        trained(jit, model, loss=loss, validation=OTHERS, batch_size=None)
    assert model.state_dict() == before


@pytest.mark.parametrize("jit", [False, True])
def test_a_validation_that_breaks_later_keeps_the_last_step(jit):
    """At the second epoch the root of a number that the training has made negative."""

    model, start = mlp(), mlp().state_dict()
    bound = min(y[0] for y in predict(model, OTHERS[0])) - 0.5

    def falling(p, t):
        return (p[0] + 100.0) ** 2 if model.training else (p[0] - bound).sqrt()

    with pytest.raises(ValueError, match=r"^fit: validation\[1\]\[\d\]: sqrt"):
        trained(
            jit, model, loss=falling, validation=OTHERS, epochs=50, batch_size=None, optimizer=lambda p: SGD(p, 1e-3)
        )
    assert model.state_dict() != start
    assert min(y[0] for y in predict(model, OTHERS[0])) < bound
    assert model.training


def test_a_plain_number_will_do_as_a_validation_loss():
    """The share of errors, say: nothing is differentiated there."""

    def loss(p, t):
        return nn.cross_entropy_with_logits(p, t) if model.training else float(nn.argmax(p) != t)

    model = mlp()
    history, *_ = trained(False, model, loss=loss, validation=(EXAMPLES, LABELS))
    assert history.validation_loss[-1] == pytest.approx(1.0 - accuracy(predict(model, EXAMPLES), LABELS))


def test_history_draws_the_validation(tmp_path):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    history, *_ = trained(False, validation=OTHERS, metrics={"accuracy": accuracy})
    axes = history.plot()
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [
        "loss",
        "validation loss",
        "accuracy",
        "validation accuracy",
    ]
    assert list(axes.lines[1].get_ydata()) == history.validation_loss
    matplotlib.pyplot.close(axes.figure)
