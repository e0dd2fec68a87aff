"""Losses against PyTorch, hand-worked numbers, central differences; bad input by name."""

import inspect
import math
import random

import pytest

import nn
from autograd import Value, constant, mean, softmax, tanh
from nn import MLP, l2_penalty, one_hot
from support.pytorch import ask

NAN = float("nan")
ROWS = [[0.2, -1.5, 3.0], [0.0, 0.7, -0.4]]
SHARES = [[0.2, 0.5, 0.3], [0.9, 0.05, 0.05]]


def graded(loss, predictions, targets, reduction):
    """The loss and its gradients by every prediction, in reading order."""
    if isinstance(predictions, float):
        leaves = recorded = Value(predictions)
        leaves = [recorded]
    elif isinstance(predictions[0], float):
        leaves = recorded = [Value(x) for x in predictions]
    else:
        recorded = [[Value(x) for x in row] for row in predictions]
        leaves = [x for row in recorded for x in row]
    y = loss(recorded, targets, reduction=reduction)
    y.backward()
    return y.data, [x.grad for x in leaves]


def pytorch(loss, predictions, targets, reduction):
    """The same by PyTorch."""

    def answer(torch):
        functional = torch.nn.functional
        x = torch.tensor(predictions, dtype=torch.float64, requires_grad=True)
        t = torch.tensor(targets, dtype=torch.float64)
        if loss.startswith("cross_entropy") and t.dim() < x.dim():
            t = t.long()  # class indices
        if loss == "cross_entropy":
            if t.dtype == torch.int64:
                y = functional.nll_loss(x.log(), t, reduction=reduction)
            else:
                y = -(t * x.log()).sum(-1)
                y = y.sum() if reduction == "sum" else y.mean()
        elif loss == "half_squared_error":
            y = 0.5 * ((x - t) ** 2).sum(-1)
            y = y.sum() if reduction == "sum" else y.mean()
        elif loss == "hinge":
            y = (1 - t * x).clamp(min=0)
            y = y.sum() if reduction == "sum" else y.mean()
        else:
            function = {
                "mse": functional.mse_loss,
                "binary_cross_entropy": functional.binary_cross_entropy,
                "binary_cross_entropy_with_logits": functional.binary_cross_entropy_with_logits,
                "cross_entropy_with_logits": functional.cross_entropy,
            }[loss]
            y = function(x, t, reduction=reduction)
        y.backward()
        return y.item(), x.grad.flatten().tolist()

    return ask(f"{loss}, {reduction}, of {predictions} to {targets}", answer)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(
    ("loss", "predictions", "targets"),
    [
        ("mse", 0.3, 1.0),
        ("mse", [0.3, -2.0], [1.0, 0.5]),
        ("mse", ROWS, SHARES),
        ("half_squared_error", [0.3, -2.0], [1.0, 0.5]),
        ("half_squared_error", ROWS, SHARES),
        ("binary_cross_entropy", 0.3, 0.0),
        ("binary_cross_entropy", [0.3, 0.8, 0.6], [0.0, 1.0, 0.25]),
        ("binary_cross_entropy", [[0.3, 0.8], [1e-6, 1 - 1e-6]], [[0.0, 1.0], [0.5, 1.0]]),
        ("binary_cross_entropy_with_logits", [0.3, -2.0, 40.0, -40.0], [0.0, 1.0, 1.0, 0.125]),
        ("binary_cross_entropy_with_logits", ROWS, SHARES),
        ("cross_entropy", SHARES[0], 1),
        ("cross_entropy", SHARES, [2, 0]),
        ("cross_entropy", SHARES, [[0.25, 0.25, 0.5], [0.0, 1.0, 0.0]]),
        ("cross_entropy_with_logits", ROWS[0], 1),
        ("cross_entropy_with_logits", ROWS[0], [0.5, 0.25, 0.125]),
        ("cross_entropy_with_logits", ROWS, [2, 0]),
        ("cross_entropy_with_logits", ROWS, [[0.25, 0.25, 0.5], [0.0, 1.0, 0.0]]),
        ("cross_entropy_with_logits", [1000.0, -1000.0, 999.0], 2),
        ("hinge", [0.3, -2.0, 5.0], [1, -1, -1]),
    ],
)
def test_values_and_gradients_equal_pytorchs(loss, predictions, targets, reduction):
    value, gradients = graded(getattr(nn, loss), predictions, targets, reduction)
    expected, slopes = pytorch(loss, predictions, targets, reduction)
    assert value == pytest.approx(expected, rel=1e-13, abs=1e-15)
    assert gradients == pytest.approx(slopes, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (nn.mse([0.7, 0.2, 0.1], [1, 0, 0]), 0.14 / 3),
        (nn.half_squared_error([0.609, 0.0], [0.3, 0.0]), 0.5 * 0.309**2),
        (nn.half_squared_error([[1.0, 0.0], [0.0, 3.0]], [[0, 0], [0, 0]]), 0.5 * (1 + 9) / 2),
        (nn.half_squared_error([[1.0, 0.0], [0.0, 3.0]], [[0, 0], [0, 0]], reduction="sum"), 0.5 * (1 + 9)),
        (nn.binary_cross_entropy(0.3, 0), 0.35667494393873245),
        (nn.cross_entropy([0.1, 0.6, 0.3], 1), 0.5108256237659907),
        (nn.cross_entropy_with_logits([0.0] * 10, 3), math.log(10)),
        (nn.hinge([0.5, 2.0, -1.0], [1, 1, 1], reduction="sum"), 2.5),
    ],
)
def test_by_hand_on_plain_numbers(found, expected):
    assert type(found) is float
    assert found == pytest.approx(expected, rel=1e-15)


def test_zero_times_log_zero_is_zero():
    assert nn.binary_cross_entropy([0.0, 1.0], [0, 1]) == 0.0
    assert nn.cross_entropy([0.0, 1.0, 0.0], [0, 1, 0]) == 0.0
    assert nn.cross_entropy([0.0, 0.5, 0.5], [0.0, 0.5, 0.5]) == pytest.approx(math.log(2))


def test_the_gradient_at_a_certain_and_right_prediction_is_finite():
    assert graded(nn.binary_cross_entropy, [0.0, 1.0], [0, 1], "sum")[1] == [1.0, -1.0]
    assert graded(nn.cross_entropy, [0.0, 1.0], [0, 1], "sum")[1] == [0.0, -1.0]


@pytest.mark.parametrize("size", [1.0, 50.0, 1000.0, 1e8])
def test_losses_from_logits_equal_mpmaths_at_any_size(size):
    mpmath = pytest.importorskip("mpmath")
    logits = [0.3 * size, -0.7 * size, 0.2 * size]
    with mpmath.workprec(4 * 53 + int(3 * size) if size < 1e4 else 400):
        for k, z in enumerate(logits):
            exact = mpmath.log(sum(mpmath.exp(mpmath.mpf(other) - z) for other in logits))
            assert nn.cross_entropy_with_logits(logits, k) == pytest.approx(float(exact), rel=1e-15, abs=1e-15 * size)
            exact = mpmath.log1p(mpmath.exp(-mpmath.mpf(z)))
            assert nn.binary_cross_entropy_with_logits(z, 1) == pytest.approx(float(exact), rel=1e-15)
            assert nn.binary_cross_entropy_with_logits(-z, 0) == pytest.approx(float(exact), rel=1e-15)


def test_from_logits_equals_from_probabilities():
    for row, target in zip(ROWS, [1, 2], strict=True):
        found = nn.cross_entropy_with_logits(row, target)
        assert found == pytest.approx(nn.cross_entropy(softmax(row), target), rel=1e-14)


@pytest.mark.parametrize(
    ("loss", "predictions", "targets"),
    [
        (nn.mse, [0.3, -2.0], [1.0, 0.5]),
        (nn.half_squared_error, [[0.3, -2.0]], [[1.0, 0.5]]),
        (nn.binary_cross_entropy, [0.3, 0.6], [0.4, 0.5]),
        (nn.binary_cross_entropy_with_logits, [0.3, -2.0], [0.4, 0.5]),
        (nn.cross_entropy, [0.3, 0.7], [0.4, 0.6]),
        (nn.cross_entropy_with_logits, [0.3, -2.0], [0.4, 0.6]),
    ],
)
def test_targets_may_be_values_and_get_gradients(loss, predictions, targets):
    flat = [t for row in targets for t in row] if isinstance(targets[0], list) else targets
    variables = [Value(t) for t in flat]

    def at(numbers):
        return loss(predictions, [numbers] if isinstance(targets[0], list) else numbers)

    at(variables).backward()
    h = 1e-6
    for i, variable in enumerate(variables):
        above = at([t + h * (i == j) for j, t in enumerate(flat)])
        below = at([t - h * (i == j) for j, t in enumerate(flat)])
        assert variable.grad == pytest.approx((above - below) / (2 * h), rel=1e-7, abs=1e-9)


def test_targets_may_be_constants_that_a_drawing_shows():
    p = Value(0.609)
    y = nn.half_squared_error(p, constant(0.3, label="target"))
    y.backward()
    assert p.grad == pytest.approx(0.309, rel=1e-14)
    p = Value(0.0)
    nn.binary_cross_entropy(p, constant(0.0)).backward()
    assert p.grad == 1.0


def test_few_nodes_for_many_numbers():
    from autograd import topological_order

    rows = [[Value(float(i + j)) for j in range(10)] for i in range(4)]
    operations = [
        node for node in topological_order(nn.cross_entropy_with_logits(rows, [0, 1, 2, 3])) if not node.is_leaf
    ]
    assert len(operations) == 4 * (9 + 1) + 1  # differences to the true class, one logsumexp; the mean


def test_numpy_arrays_are_taken():
    numpy = pytest.importorskip("numpy")
    expected = nn.cross_entropy_with_logits(ROWS, [2, 0])
    assert nn.cross_entropy_with_logits(numpy.array(ROWS), numpy.array([2, 0])) == expected
    assert nn.cross_entropy_with_logits(numpy.array(ROWS), numpy.eye(3)[[2, 0]]) == expected
    assert nn.mse(numpy.array(ROWS), numpy.array(SHARES)) == nn.mse(ROWS, SHARES)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: nn.mse([1.0], [1.0], reduction="none"),
            ValueError,
            'mse: reduction must be "mean" or "sum", got \'none\'',
        ),
        (lambda: nn.mse([], []), ValueError, "mse: predictions is empty"),
        (lambda: nn.mse([[1.0], []], [[1.0], []]), ValueError, r"predictions\[1\] is empty"),
        (lambda: nn.mse([1.0, 2.0], [1.0]), ValueError, "1 × 2 numbers of predictions, but 1 × 1 numbers of targets"),
        (lambda: nn.mse([[1.0], 2.0], [[1.0], [2.0]]), TypeError, r"mixes rows and numbers: predictions\[1\] is 2.0"),
        (lambda: nn.mse([1.0, 2.0], [1.0, NAN]), ValueError, r"mse: targets\[1\] is nan"),
        (lambda: nn.mse([[1.0, 2.0]], [[1.0, "3"]]), TypeError, r"mse: targets\[0\]\[1\] must be a real number"),
        (
            lambda: nn.binary_cross_entropy([0.5, 1.5], [0, 1]),
            ValueError,
            r"probabilities\[1\] is 1.5, outside \[0, 1\]",
        ),
        (lambda: nn.binary_cross_entropy([0.5, NAN], [0, 1]), ValueError, r"probabilities\[1\] is nan, outside"),
        (lambda: nn.binary_cross_entropy(0.5, -1), ValueError, r"targets is -1.0, outside \[0, 1\]"),
        (
            lambda: nn.binary_cross_entropy([0.5, 0.0], [0, 1]),
            ValueError,
            r"probabilities\[1\] is 0.0 for target 1.0.*logits",
        ),
        (
            lambda: nn.binary_cross_entropy(1.0, 0.5),
            ValueError,
            "an infinite loss; use binary_cross_entropy_with_logits",
        ),
        (lambda: nn.binary_cross_entropy_with_logits([3.0], [2]), ValueError, r"targets\[0\] is 2.0, outside"),
        (lambda: nn.cross_entropy([0.5, 0.5], 2), ValueError, "targets is class 2, but the 2 classes are 0 to 1"),
        (lambda: nn.cross_entropy([0.5, 0.5], [0, 2]), ValueError, r"targets\[1\] is 2.0, outside \[0, 1\]"),
        (lambda: nn.cross_entropy([0.0, 1.0], 0), ValueError, r"probabilities\[0\] is 0.0 for target 1.0.*infinite"),
        (lambda: nn.cross_entropy([[0.5, 1.1]], [0]), ValueError, r"probabilities\[0\]\[1\] is 1.1, outside"),
        (lambda: nn.cross_entropy_with_logits([[1.0, 2.0]], [-1]), ValueError, r"targets\[0\] is class -1"),
        (lambda: nn.cross_entropy_with_logits([[1.0, 2.0]], [0, 1]), ValueError, "1 rows of logits, but targets are 2"),
        (lambda: nn.cross_entropy_with_logits([[1.0, 2.0]], 0), ValueError, "give one for each row"),
        (lambda: nn.cross_entropy_with_logits([1.0, 2.0], 0.5), TypeError, "must be a class index"),
        (lambda: nn.cross_entropy_with_logits([1.0, 2.0], [1, 0, 0]), ValueError, "targets has 3 numbers.*2 classes"),
        (lambda: nn.cross_entropy_with_logits(1.0, 0), TypeError, "logits must be a row"),
        (
            lambda: nn.hinge([1.0, 2.0], [1, 0]),
            ValueError,
            r"hinge: targets\[1\] is 0.0, but must be −1 or 1.*2 \* t - 1",
        ),
        (lambda: one_hot(10, 10), ValueError, "one_hot: index is class 10, but the 10 classes are 0 to 9"),
        (lambda: one_hot(1.5, 3), TypeError, "one_hot: index must be a class index"),
        (lambda: one_hot("1", 3), TypeError, "one_hot: index must be a class index"),
        (lambda: one_hot(0, 2.5), TypeError, "one_hot: classes must be a whole number, got float 2.5"),
        (lambda: one_hot(0, -1), ValueError, "one_hot: classes is -1, but must be at least 1"),
        (lambda: nn.mse({0: 1.0}, [1.0]), TypeError, "mse: predictions must be a real number .* got dict"),
        (lambda: nn.mse(1.0, "a"), TypeError, "mse: targets must be a real number"),
        (lambda: l2_penalty(3, 0.1), TypeError, "l2_penalty: model must be a Module, such as an MLP, got int 3"),
        (lambda: l2_penalty(MLP(1, [1]), -0.1), ValueError, "strength is -0.1"),
        (lambda: l2_penalty(MLP(1, [1]), NAN), ValueError, "strength is nan"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


LOSSES = [
    *(nn.binary_cross_entropy, nn.binary_cross_entropy_with_logits, nn.cross_entropy, nn.cross_entropy_with_logits),
    *(nn.kl_divergence, nn.kl_divergence_with_logits, nn.hinge, nn.mse, nn.half_squared_error, nn.mae, nn.huber),
]


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)
def test_each_loss_says_its_own_name_and_argument(loss):
    argument = next(iter(inspect.signature(loss).parameters))
    told = f"^{loss.__name__}: {argument}"
    with pytest.raises(ValueError, match=f"{told} is empty"):
        loss([], [])
    with pytest.raises(TypeError, match=rf"{told} mixes rows and numbers: {argument}\[1\] is 0\.5"):
        loss([[0.5, 0.5], 0.5], [1, 1])
    with pytest.raises((TypeError, ValueError), match=rf"{told}\[0\]\[1\] must be a real number"):
        loss([[0.5, "a"]], [[1.0, 1.0]])
    with pytest.raises(ValueError, match=f'^{loss.__name__}: reduction must be "mean" or "sum", got None'):
        loss([[0.5, 0.5]], [[1.0, 1.0]], reduction=None)


def test_l2_penalty_leaves_biases_out():
    model = MLP(2, [2, 1], seed=0)
    for parameter in model.parameters():
        parameter.data = 2.0
    penalty = l2_penalty(model, strength=0.5)
    penalty.backward()
    assert penalty.data == 0.25 * 6 * 4.0
    for name, parameter in model.named_parameters():
        assert parameter.grad == (0.0 if name.endswith("b") else 1.0)


def test_l2_penalty_knows_numbered_biases():
    class Net(nn.Module):
        def __init__(self):
            self.params = {"W1": [[Value(1.0)]], "b1": [Value(5.0)], "biases": [Value(7.0)], "base": Value(1.0)}

    assert l2_penalty(Net(), strength=2.0).data == 2.0


def test_l2_penalty_of_no_weights_is_refused():
    class Shift(nn.Module):
        def __init__(self):
            self.b = Value(1.0)

    for model in (Shift(), nn.Sequential(tanh)):
        with pytest.raises(ValueError, match=f"^l2_penalty: {type(model).__name__} has no weights$"):
            l2_penalty(model, strength=0.5)


def test_one_hot():
    assert one_hot(0, 3) == [1.0, 0.0, 0.0]
    assert one_hot([2, 1], 3) == [[0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]


def test_the_mean_over_a_batch_is_the_mean_of_single_losses():
    generator = random.Random(0)
    rows = [[generator.gauss(0, 1) for _ in range(4)] for _ in range(5)]
    labels = [generator.randrange(4) for _ in rows]
    single = [nn.cross_entropy_with_logits(row, label) for row, label in zip(rows, labels, strict=True)]
    assert nn.cross_entropy_with_logits(rows, labels) == mean(single)
