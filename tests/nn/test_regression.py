"""mae, huber, gaussian_nll, the divergences and label smoothing: PyTorch's numbers, hand-worked ones, bad input."""

import math

import pytest

import nn
from autograd import Value, exp, grad, hessian, softmax
from support.pytorch import ask

NAN, INF = math.nan, math.inf
ROWS = [[0.2, -1.5, 3.0], [0.0, 0.7, -0.4]]
SHARES = [[0.2, 0.5, 0.3], [0.9, 0.05, 0.05]]
ZEROS = [[0.0, 0.5, 0.5], [1.0, 0.0, 0.0]]


def graded(loss, predictions, *others, **options):
    """The loss and its gradients by every prediction, in reading order."""
    leaves = []

    def recorded(thing):
        if isinstance(thing, list):
            return [recorded(part) for part in thing]
        leaves.append(Value(thing))
        return leaves[-1]

    y = loss(recorded(predictions), *others, **options)
    y.backward()
    return y.data, [x.grad for x in leaves]


def pytorch(name, loss, predictions, *others):
    """The same by PyTorch, whose loss is called by a name and its options."""

    def answer(torch):
        x = torch.tensor(predictions, dtype=torch.float64, requires_grad=True)
        y = loss(torch.nn.functional, x, *[torch.tensor(other, dtype=torch.float64) for other in others])
        y.backward()
        return y.item(), x.grad.flatten().tolist()

    return ask(f"{name} of {predictions} to {', '.join(map(str, others))}", answer)


def assert_equal(found, expected):
    assert found[0] == pytest.approx(expected[0], rel=1e-12, abs=1e-15)
    assert found[1] == pytest.approx(expected[1], rel=1e-11, abs=1e-15)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(("predictions", "targets"), [(0.3, 1.0), (ROWS[0], SHARES[0]), (ROWS, SHARES), (ROWS, ROWS)])
def test_losses_of_numbers_equal_pytorchs(reduction, predictions, targets):
    def expected(name, **options):
        return pytorch(f"{name} {options}", lambda f, x, t: getattr(f, name)(x, t, **options), predictions, targets)

    found = graded(nn.mae, predictions, targets, reduction=reduction)
    assert_equal(found, expected("l1_loss", reduction=reduction))
    for delta in (0.5, 1.0, 3.0):
        options = {"reduction": reduction, "delta": delta}
        assert_equal(graded(nn.huber, predictions, targets, **options), expected("huber_loss", **options))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(
    ("means", "targets", "variances"),
    [(0.3, 1.0, 0.5), (ROWS[0], SHARES[0], [0.5, 2.0, 1e-3]), (ROWS, SHARES, [[0.5, 2.0, 1e-3], [1.0, 40.0, 7.0]])],
)
def test_the_gaussian_likelihood_equals_pytorchs(reduction, full, means, targets, variances):
    options = {"reduction": reduction, "full": full}
    name = f"gaussian_nll_loss {options}"
    by_mean = pytorch(name, lambda f, x, t, v: f.gaussian_nll_loss(x, t, v, **options), means, targets, variances)
    assert_equal(graded(nn.gaussian_nll, means, targets, variances, **options), by_mean)
    name += " by the variance"
    by_variance = pytorch(name, lambda f, v, m, t: f.gaussian_nll_loss(m, t, v, **options), variances, means, targets)
    assert_equal(graded(lambda v: nn.gaussian_nll(means, targets, v, **options), variances), by_variance)


def test_one_variance_for_all():
    expected = nn.gaussian_nll(ROWS, SHARES, [[0.5] * 3] * 2)
    assert nn.gaussian_nll(ROWS, SHARES, 0.5) == expected
    v = Value(0.5)
    nn.gaussian_nll(ROWS, SHARES, v).backward()
    slopes = graded(lambda v: nn.gaussian_nll(ROWS, SHARES, v), [[0.5] * 3] * 2)[1]
    assert v.grad == pytest.approx(sum(slopes))


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize(("probabilities", "targets"), [(SHARES, SHARES[::-1]), (SHARES, ZEROS), (SHARES, SHARES)])
def test_divergences_equal_pytorchs(reduction, probabilities, targets):
    theirs = {"mean": "batchmean", "sum": "sum"}[reduction]
    found = graded(nn.kl_divergence, probabilities, targets, reduction=reduction)
    name = f"kl_div {theirs}"
    assert_equal(found, pytorch(name, lambda f, p, t: f.kl_div(p.log(), t, reduction=theirs), probabilities, targets))
    found = graded(nn.kl_divergence_with_logits, ROWS, targets, reduction=reduction)
    name += " of log_softmax"
    by_logits = pytorch(name, lambda f, z, t: f.kl_div(f.log_softmax(z, -1), t, reduction=theirs), ROWS, targets)
    assert_equal(found, by_logits)


def test_divergences_by_hand():
    assert nn.kl_divergence([0.25, 0.75], [0.25, 0.75]) == 0.0
    assert nn.kl_divergence([0.25, 0.75], 1) == nn.kl_divergence([0.25, 0.75], [0, 1]) == -math.log(0.75)
    assert nn.kl_divergence_with_logits([1000.0, 0.0], 1) == 1000.0
    assert nn.kl_divergence_with_logits([1e4, 1e4], [0.5, 0.5]) == pytest.approx(0.0, abs=1e-15)
    assert nn.kl_divergence([0.0, 1.0], [0.0, 1.0]) == 0.0
    entropy = -sum(t * math.log(t) for t in SHARES[0])
    assert nn.kl_divergence(SHARES[1], SHARES[0]) == pytest.approx(nn.cross_entropy(SHARES[1], SHARES[0]) - entropy)


def test_divergences_by_their_targets():
    """log(t/p) + 1, and the same at the second order against central differences."""
    p, t = SHARES[0], SHARES[1]
    assert grad(lambda t: nn.kl_divergence(p, t))(t) == pytest.approx(
        [math.log(b / a) + 1.0 for a, b in zip(p, t, strict=True)]
    )
    curvature = hessian(lambda t: nn.kl_divergence_with_logits(ROWS[0], t))(t)
    assert [curvature[i][i] for i in range(3)] == pytest.approx([1.0 / x for x in t])


@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("smoothing", [0.0, 0.1, 1.0])
@pytest.mark.parametrize("targets", [[2, 0], SHARES, ZEROS, [[0.25, 0.25, 0.25], [0.0, 0.0, 0.0]]])
def test_smoothed_labels_equal_pytorchs(reduction, smoothing, targets):
    options = {"reduction": reduction, "label_smoothing": smoothing}

    def cross_entropy(functional, x, t):
        return functional.cross_entropy(x, t.long() if isinstance(targets[0], int) else t, **options)

    expected = pytorch(f"cross_entropy {options}", cross_entropy, ROWS, targets)
    assert_equal(graded(nn.cross_entropy_with_logits, ROWS, targets, **options), expected)
    assert_equal(graded(lambda z: nn.cross_entropy([softmax(row) for row in z], targets, **options), ROWS), expected)


def test_smoothing_of_logits_of_any_size():
    assert nn.cross_entropy_with_logits([1000.0, 0.0], 0, label_smoothing=0.1) == pytest.approx(50.0)
    assert nn.cross_entropy_with_logits([1000.0, 0.0], 1, label_smoothing=0.1) == pytest.approx(950.0)


@pytest.mark.parametrize("x", [0.0, 0.5, 1.0, -1.0, 2.0, -3.0])
def test_hubers_slopes_to_the_second_order(x):
    slope = grad(lambda p: nn.huber(p, 0.0))(x)
    assert slope == min(max(x, -1.0), 1.0)
    if abs(x) != 1.0:
        assert grad(grad(lambda p: nn.huber(p, 0.0)))(x) == float(abs(x) < 1.0)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: nn.mae([1.0], [1.0, 2.0]),
            ValueError,
            "mae: 1 × 1 numbers of predictions, but 1 × 2 numbers of targets",
        ),
        (lambda: nn.mae([1.0], [NAN]), ValueError, r"mae: targets\[0\] is nan"),
        (lambda: nn.mae([1.0], [1.0], "max"), ValueError, "mae: reduction must be"),
        (lambda: nn.mae(["a"], [1.0]), TypeError, r"mae: predictions\[0\] must be a real number"),
        (lambda: nn.huber([1.0], [1.0], delta=0.0), ValueError, "huber: delta is 0.0, but must be positive"),
        (lambda: nn.huber([1.0], [1.0], delta=INF), ValueError, "huber: delta is inf"),
        (lambda: nn.huber([1.0], [1.0], delta="a"), TypeError, "huber: delta must be a real number"),
        (lambda: nn.huber([], []), ValueError, "huber: predictions is empty"),
        (lambda: nn.gaussian_nll([], [], 1.0), ValueError, "gaussian_nll: means is empty"),
        (lambda: nn.gaussian_nll([1.0], [1.0], []), ValueError, "gaussian_nll: variances is empty"),
        (lambda: nn.gaussian_nll([1.0], [1.0], [0.0]), ValueError, r"gaussian_nll: variances\[0\] is 0.0.*exp\(\)"),
        (lambda: nn.gaussian_nll([1.0], [1.0], -1.0), ValueError, "gaussian_nll: variances is -1.0, but must be pos"),
        (lambda: nn.gaussian_nll([1.0], [1.0], [NAN]), ValueError, r"variances\[0\] is nan"),
        (lambda: nn.gaussian_nll([[1.0]], [[1.0]], [[0.0]]), ValueError, r"variances\[0\]\[0\] is 0.0"),
        (lambda: nn.gaussian_nll([1.0], [1.0], [1.0, 2.0]), ValueError, "of variances, but 1 × 1 numbers of targets"),
        (lambda: nn.gaussian_nll([1.0], [1.0], None), TypeError, "gaussian_nll: variances must be a real number"),
        (lambda: nn.gaussian_nll([1.0], [1.0], 1.0, full=2), TypeError, "gaussian_nll: full must be True or False"),
        (
            lambda: nn.kl_divergence([0.0, 1.0], [0.5, 0.5]),
            ValueError,
            r"kl_divergence: probabilities\[0\] is 0.0.*inf",
        ),
        (lambda: nn.kl_divergence([0.0, 1.0], 0), ValueError, r"infinite loss; use kl_divergence_with_logits"),
        (lambda: nn.kl_divergence([1.5, 0.5], [0.5, 0.5]), ValueError, "outside"),
        (lambda: nn.kl_divergence([0.5, 0.5], [1.5, 0.5]), ValueError, "outside"),
        (lambda: nn.kl_divergence([0.5, 0.5], 2), ValueError, "is class 2, but"),
        (lambda: nn.kl_divergence(0.5, 0.5), TypeError, "kl_divergence: probabilities must be a row"),
        (lambda: nn.kl_divergence_with_logits([0.5, 0.5], [0.5]), ValueError, "has 1 numbers, but there are 2 classes"),
        (
            lambda: nn.cross_entropy([0.5, 0.5], 0, label_smoothing=1.5),
            ValueError,
            "label_smoothing is 1.5, but must lie",
        ),
        (
            lambda: nn.cross_entropy([0.0, 1.0], 1, label_smoothing=0.1),
            ValueError,
            r"probabilities\[0\] is 0.0 for target",
        ),
        (lambda: nn.cross_entropy_with_logits([1.0, 2.0], 0, "mean", "a"), TypeError, "label_smoothing must be a real"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_network_learns_the_spread_of_its_targets():
    """Ten targets at each of two places: their mean and their variance are the maximum of the likelihood."""
    x = [[0.0]] * 10 + [[1.0]] * 10
    y = [0.1 * (-1) ** i for i in range(10)] + [3.0 + 0.5 * (-1) ** i for i in range(10)]
    model = nn.Layer(1, 2, "linear", seed=1)
    optimizer = nn.Adam(model.parameters(), 0.05)
    nn.fit(
        model,
        x,
        y,
        loss=lambda p, t: nn.gaussian_nll(p[0], t, exp(p[1])),
        optimizer=optimizer,
        epochs=2_000,
        progress=False,
    )
    for place, mean, deviation in ((0.0, 0.0, 0.1), (1.0, 3.0, 0.5)):
        found, log_variance = model([place])
        assert found.data == pytest.approx(mean, abs=1e-2)
        assert math.exp(0.5 * log_variance.data) == pytest.approx(deviation, rel=1e-2)
