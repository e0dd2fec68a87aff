"""`fit(sample_weight=, class_weight=, clip_norm=)`: what each means, eager and replayed, and what is refused."""

import math
from fractions import Fraction

import pytest

import nn
from autograd import Value, constant
from nn import SGD, Adam, Module, accuracy, fit, one_hot
from support.pytorch import ask
from support.training import EXAMPLES, LABELS, assert_alike, mlp, trained

numpy = pytest.importorskip("numpy")
pytest.importorskip("llvmlite")

BOTH = pytest.mark.parametrize("jit", [False, True])
WEIGHTS = [1, 2, 0, 3, 1, 1, 2, 0, 0, 1, 4]
CLASS_WEIGHT = {0: 3.0, 1: 0.5, 2: 1.0}

# -- weights ----------------------------------------------------------------------------------------------------------


@BOTH
def test_a_weight_of_two_is_an_example_twice(jit):
    often = [i for i, weight in enumerate(WEIGHTS) for _ in range(weight)]
    options = {"loss": nn.cross_entropy_with_logits, "epochs": 5, "progress": False, "jit": jit}
    weighted, repeated = mlp(), mlp()
    found = fit(weighted, EXAMPLES, LABELS, optimizer=SGD(weighted.parameters(), 0.5), sample_weight=WEIGHTS, **options)
    X, y = [EXAMPLES[i] for i in often], [LABELS[i] for i in often]  # noqa: N806
    expected = fit(repeated, X, y, optimizer=SGD(repeated.parameters(), 0.5), **options)
    assert found.loss == pytest.approx(expected.loss, rel=1e-12)
    for a, b in zip(weighted.parameters(), repeated.parameters(), strict=True):
        assert a.data == pytest.approx(b.data, rel=1e-10)


@BOTH
def test_only_the_ratios_of_weights_matter(jit):
    history, numbers, _ = trained(jit, sample_weight=WEIGHTS)
    for weights in ([Fraction(w, 7) for w in WEIGHTS], numpy.array(WEIGHTS) * 1e307, [w * 1e-300 for w in WEIGHTS]):
        other, others, _ = trained(jit, sample_weight=weights)
        assert other.loss == pytest.approx(history.loss, rel=1e-12)
        assert others == pytest.approx(numbers, rel=1e-10)


@BOTH
def test_weights_of_one_change_nothing(jit):
    history, numbers, _ = trained(jit)
    other, others, _ = trained(jit, sample_weight=[5.0] * 11)
    assert other.loss == pytest.approx(history.loss, rel=1e-14)
    assert others == pytest.approx(numbers, rel=1e-12)


@BOTH
def test_class_weights_are_those_of_pytorch(jit):
    """CrossEntropyLoss(weight=) divides by the weights of the batch, which are all here."""
    model = mlp()

    def theirs(torch):
        logits = torch.tensor([[y.data for y in model(x)] for x in EXAMPLES], dtype=torch.float64)
        weight = torch.tensor([CLASS_WEIGHT[k] for k in range(3)], dtype=torch.float64)
        return torch.nn.CrossEntropyLoss(weight=weight)(logits, torch.tensor(LABELS)).item()

    expected = ask(f"CrossEntropyLoss of mlp() at {EXAMPLES}, {LABELS}, weights {CLASS_WEIGHT}", theirs)
    rows = one_hot(LABELS, 3)
    values = [[constant(t) for t in row] for row in rows]
    for y in (LABELS, list(map(float, LABELS)), numpy.array(LABELS), rows, numpy.eye(3)[LABELS], values):
        history, *_ = trained(jit, y=y, class_weight=CLASS_WEIGHT, batch_size=None, epochs=1)
        assert history.loss == pytest.approx([expected], rel=1e-12)


def test_balanced_is_that_of_scikit_learn():
    utils = pytest.importorskip("sklearn.utils")
    weights = utils.compute_class_weight("balanced", classes=numpy.array([0, 1, 2]), y=numpy.array(LABELS))
    history, numbers, _ = trained(False, class_weight=dict(enumerate(weights)))
    assert trained(False, class_weight="balanced")[:2] == (history, numbers)


def test_classes_may_be_texts_or_signs():
    def loss(p, t):
        return nn.hinge(p, {"up": 1.0, "down": -1.0}.get(t, t))

    signs = [1 if label else -1 for label in LABELS]
    texts = ["up" if label else "down" for label in LABELS]
    values = list(map(constant, signs))
    found = [
        trained(False, mlp(1), y=y, loss=loss, class_weight=weights)[0].loss
        for y, weights in ((signs, {1: 2.0, -1: 0.5}), (texts, {"up": 2.0, "down": 0.5}), (values, {1: 2.0, -1: 0.5}))
    ]
    assert found[0] == found[1] == found[2] != trained(False, mlp(1), y=signs, loss=loss)[0].loss


@pytest.mark.parametrize(
    "changes",
    [
        {"sample_weight": WEIGHTS},
        {"class_weight": CLASS_WEIGHT},
        {"sample_weight": WEIGHTS, "class_weight": "balanced", "validation": 0.4},
        {"sample_weight": WEIGHTS, "penalty": lambda model: nn.l2_penalty(model, 0.1), "clip_norm": 0.3},
        {"class_weight": CLASS_WEIGHT, "validation": (EXAMPLES[:4], LABELS[3:7]), "metrics": {"accuracy": accuracy}},
        {"clip_norm": 0.1, "optimizer": lambda p: Adam(p, 0.05)},
    ],
)
def test_both_kinds_of_training_agree(changes):
    assert_alike(**changes)


@BOTH
def test_the_validation_loss_is_weighted_too(jit):
    seen, model = {}, mlp()

    def loss(p, t):
        return nn.cross_entropy_with_logits(p, t)

    history, *_ = trained(
        jit,
        model,
        loss=loss,
        sample_weight=WEIGHTS,
        class_weight=CLASS_WEIGHT,
        validation=([EXAMPLES[0], EXAMPLES[1]], [0, 1]),
        callbacks=[lambda epoch: seen.update({epoch.number: [loss(model(EXAMPLES[i]), i).data for i in (0, 1)]})],
    )
    expected = [(3.0 * a + 0.5 * b) / 3.5 for a, b in seen.values()]
    assert history.validation_loss == pytest.approx(expected, rel=1e-12)


BAD = [
    (
        {"sample_weight": [0.0] * 11},
        ValueError,
        "the weights of all 11 examples to train on are 0, so that none counts",
    ),
    ({"sample_weight": [-1.0] + [1.0] * 10}, ValueError, r"sample_weight\[0\] is -1.0, but must be finite and not neg"),
    ({"sample_weight": [1.0] * 10 + [math.nan]}, ValueError, r"sample_weight\[10\] is nan"),
    ({"sample_weight": [1.0] * 10 + [math.inf]}, ValueError, r"sample_weight\[10\] is inf"),
    ({"sample_weight": [1.0] * 10 + ["1"]}, TypeError, r"sample_weight\[10\] must be a real number"),
    ({"sample_weight": [1.0] * 10 + [Value(1.0)]}, TypeError, r"sample_weight\[10\] must be a real number"),
    ({"sample_weight": [1.0] * 10}, ValueError, "10 numbers in sample_weight, but 11 examples"),
    ({"sample_weight": 1.0}, TypeError, "sample_weight must be a list"),
    ({"sample_weight": {0: 1.0}}, TypeError, "sample_weight must be a list"),
    ({"class_weight": {0: 0.0, 1: 0.0, 2: 0.0}}, ValueError, "the weights of all 11 examples to train on are 0"),
    ({"class_weight": {0: 1.0, 2: 1.0}}, ValueError, r"y\[\d+\] is of class 1, for which class_weight has no weight"),
    ({"class_weight": {0: 1.0, 1: -1.0}}, ValueError, r"class_weight\[1\] is -1.0"),
    ({"class_weight": {0: 1.0, 1: math.nan}}, ValueError, r"class_weight\[1\] is nan"),
    ({"class_weight": [1.0, 2.0]}, TypeError, 'class_weight must be a dict by class, or "balanced", got list'),
    ({"class_weight": "even"}, TypeError, "class_weight must be a dict by class"),
    (
        {"class_weight": {}, "y": [[0.5, 0.5, 0.0]] * 11},
        TypeError,
        r"y\[0\] is \[0.5, 0.5, 0.0\], but with class_weight",
    ),
    ({"class_weight": "balanced", "y": [{"a": 1}] * 11}, TypeError, r"y\[0\] is \{'a': 1\}, but with class_weight"),
    (
        {"class_weight": "balanced", "y": [0] * 11, "validation": (EXAMPLES[:1], [1])},
        ValueError,
        r"validation\[1\]\[0\] is of class 1, for which class_weight has no weight",
    ),
    (
        {"class_weight": {0: 1.0, 1: 0.0}, "y": [0] * 11, "validation": (EXAMPLES[:1], [1])},
        ValueError,
        "the weights of all 1 examples to validate on are 0",
    ),
    (
        {"sample_weight": [1.0] + [0.0] * 10, "validation": 0.5},
        ValueError,
        "the weights of all [56] examples to (train|validate) on are 0",
    ),
    ({"clip_norm": 0.0}, ValueError, "clip_norm is 0.0, but must be positive and finite; None doesn't clip"),
    ({"clip_norm": -1}, ValueError, "clip_norm is -1.0"),
    ({"clip_norm": math.inf}, ValueError, "clip_norm is inf"),
    ({"clip_norm": math.nan}, ValueError, "clip_norm is nan"),
    ({"clip_norm": "1"}, TypeError, "clip_norm must be a real number"),
]


@BOTH
@pytest.mark.parametrize(("changes", "error", "message"), BAD)
def test_bad_arguments_are_named_before_any_step(changes, error, message, jit):
    model = mlp()
    before = model.state_dict()
    with pytest.raises(error, match=f"^fit: {message}"):
        trained(jit, model, **changes)
    assert model.state_dict() == before


# -- clipping ---------------------------------------------------------------------------------------------------------


class Line(Module):
    def __init__(self):
        self.slope, self.intercept, self.unused = Value(0.0), Value(0.0), Value(7.0)

    def __call__(self, x):
        return self.slope * x[0] + self.intercept


@BOTH
@pytest.mark.parametrize("scale", [1.0, 1e-160, 1e160, 1e300])
def test_a_long_gradient_is_shortened_to_the_bound(jit, scale):
    """The gradient of scale · (3 · slope + 4 · intercept), for an input of ¾."""
    for bound, factor in ((2.5, 0.5), (5.0, 1.0), (6.0, 1.0), (1e-3, 2e-4)):
        line = Line()
        optimizer = SGD([line.slope, line.intercept], 0.1 / scale)
        options = {"loss": lambda p, t: p * 4.0 * scale, "epochs": 1, "progress": False, "jit": jit}
        fit(line, [[0.75]], [0.0], optimizer=optimizer, clip_norm=bound * scale, **options)
        moved = line.slope.data, line.intercept.data, line.unused.data
        assert moved == pytest.approx((-0.3 * factor, -0.4 * factor, 7.0), rel=1e-14)


def test_it_is_pytorch_s_norm():
    """Of all parameters together; PyTorch adds 1e-6 to it before it divides."""
    other = mlp()
    moved = trained(False, optimizer=lambda p: SGD(p, 1.0), epochs=1, batch_size=None, clip_norm=0.01)[1]
    loss = nn.cross_entropy_with_logits([other(x) for x in EXAMPLES], LABELS)
    loss.backward()
    parameters = other.parameters()

    def clipped(torch):
        theirs = [torch.tensor(p.data, dtype=torch.float64, requires_grad=True) for p in parameters]
        for their, p in zip(theirs, parameters, strict=True):
            their.grad = torch.tensor(p.grad, dtype=torch.float64)
        torch.nn.utils.clip_grad_norm_(theirs, 0.01)
        return [their.grad.item() for their in theirs]

    gradient = ask(f"clip_grad_norm_ to 0.01, cross entropy of mlp() at {EXAMPLES}, {LABELS}", clipped)
    for number, start, slope in zip(moved, parameters, gradient, strict=True):
        assert number - start.data == pytest.approx(-slope, rel=1e-4, abs=1e-15)


@BOTH
def test_a_gradient_of_zero_stays(jit):
    line = Line()
    options = {"loss": lambda p, t: p * 0.0, "epochs": 1, "progress": False, "jit": jit}
    fit(line, [[1.0]], [0.0], optimizer=SGD(line.parameters(), 0.1), clip_norm=1.0, **options)
    assert (line.slope.data, line.intercept.data) == (0.0, 0.0)


@BOTH
def test_a_gradient_that_is_not_finite_is_told(jit):
    line = Line()
    options = {"loss": lambda p, t: (p * p).sqrt(), "epochs": 1, "progress": False, "jit": jit}
    with pytest.raises(FloatingPointError, match="gradient of"):
        fit(line, [[1.0]], [0.0], optimizer=SGD(line.parameters(), 0.1), clip_norm=1.0, **options)
    assert (line.slope.data, line.intercept.data) == (0.0, 0.0)
