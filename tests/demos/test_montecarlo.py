"""The priced options against the same paths in NumPy's arrays, and the formulas against their own derivatives."""

from __future__ import annotations

import math

import pytest

from autograd import erf, exp, log, sqrt, value_and_grad
from demos import montecarlo as demo
from demos.montecarlo import Mean
from demos.report import Verdict

np = pytest.importorskip("numpy", reason="NumPy is not installed")

PATHS = 500


def by_arrays(payoff, paths):
    """Price, delta, vega and rho of each path, with the derivatives worked out by hand."""
    z = np.random.default_rng(0).standard_normal((paths, demo.MONTHS))
    step = 1 / 12
    times = step * np.arange(1, 13)
    brownian = math.sqrt(step) * z.cumsum(axis=1)
    prices = 100 * np.exp((0.05 - 0.02) * times + 0.2 * brownian)
    by_volatility, by_rate = prices * (brownian - 0.2 * times), prices * times
    take = (lambda a: a[:, -1]) if payoff is demo.european_call else (lambda a: a.mean(axis=1))
    discount, above = math.exp(-0.05), take(prices) > 105
    price = discount * np.where(above, take(prices) - 105, 0)
    return np.array(
        [
            price,
            discount * above * take(prices) / 100,
            discount * above * take(by_volatility),
            discount * above * take(by_rate) - price,
        ]
    )


@pytest.mark.parametrize("payoff", [demo.european_call, demo.asian_call])
def test_means_and_errors_are_those_of_arrays(payoff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "BATCH", 200)  # the last one holds a hundred
    demo.simulated.cache_clear()
    found = demo.simulated(payoff, PATHS)
    expected = by_arrays(payoff, PATHS)
    assert found.means == pytest.approx(expected.mean(axis=1).tolist(), rel=1e-11)
    errors = expected.std(axis=1, ddof=1) / math.sqrt(PATHS)
    assert found.errors == pytest.approx(errors.tolist(), rel=1e-9)


def test_the_formulas_greeks_are_the_derivatives_of_the_formula_s_price() -> None:
    def price(spot, volatility, rate):
        d1 = (log(spot / 105.0) + rate + 0.5 * volatility**2) / volatility
        normal = [0.5 * (1.0 + erf(d / sqrt(2.0))) for d in (d1, d1 - volatility)]
        return spot * normal[0] - 105.0 * exp(-rate) * normal[1]

    value, greeks = value_and_grad(price, argnums=(0, 1, 2))(100.0, 0.2, 0.05)
    assert demo.black_scholes() == pytest.approx([value, *greeks], rel=1e-12)


def test_the_report() -> None:
    demo.simulated.cache_clear()
    european, asian = demo.report(PATHS)
    assert [row.verdict for row in european.rows] == [Verdict.AGREES] * 4
    assert "500 paths" in european.text[0]
    assert "ns a path" in european.text[1]
    assert [line.split(",")[0].split()[0] for line in asian.text[1:]] == ["price", "delta", "vega", "rho"]


def test_a_mean_is_judged_by_its_standard_error() -> None:
    assert Mean("price", 8.0, engine=8.39, error=0.1).verdict is Verdict.AGREES
    assert Mean("price", 8.0, engine=8.41, error=0.1).verdict is Verdict.WRONG
    assert Mean("price", 8.0, engine=math.nan, error=0.1).verdict is Verdict.WRONG
    assert Mean("price", 8.0, engine=8.39, error=0.1).cells == ("price (± 0.1)", "8", "8.39")


def test_output_is_the_payoff_of_two_months() -> None:
    drift = (0.05 - 0.02) / 2
    first = 100 * math.exp(drift + 0.2 * math.sqrt(0.5) * 0.5)
    last = first * math.exp(drift + 0.2 * math.sqrt(0.5))
    assert demo.output().data == pytest.approx(math.exp(-0.05) * ((first + last) / 2 - 105), rel=1e-13)
