"""Two options priced with their Greeks over a million random paths, each path's derivatives by the engine.

The payoff of one path is scalar code; it is recorded once, and replayed over batches of paths. For the European option
Black and Scholes' formulas say what must come out, within the chance of the draw.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from autograd import Value, constant, exp, jit, relu, value_and_grad, vmap
from autograd import sum as total
from demos.progress import progress
from demos.report import Report, Section, Verdict, show

SPOT, VOLATILITY, RATE = 100.0, 0.2, 0.05
STRIKE, YEARS, MONTHS = 105.0, 1.0, 12
PATHS, BATCH = 1_000_000, 10_000
TOLERANCE = 4.0
"""How many standard errors a mean may be off: one in 16,000 is by chance."""
QUANTITIES = ("price", "delta, ∂/∂spot", "vega, ∂/∂volatility", "rho, ∂/∂rate")


# -- one path, in scalars ----------------------------------------------------------------------------------------------


def path(spot: Any, volatility: Any, rate: Any, normals: Sequence[Any]) -> list[Any]:
    """The prices at the end of each month, of a geometric Brownian motion driven by standard normal numbers."""
    step = YEARS / len(normals)
    drift = (rate - 0.5 * volatility * volatility) * step
    prices = []
    for normal in normals:
        spot = spot * exp(drift + volatility * math.sqrt(step) * normal)
        prices.append(spot)
    return prices


def european_call(spot: Any, volatility: Any, rate: Any, normals: Sequence[Any]) -> Any:
    """What the last price exceeds the strike by, discounted to today."""
    return exp(-rate * YEARS) * relu(path(spot, volatility, rate, normals)[-1] - STRIKE)


def asian_call(spot: Any, volatility: Any, rate: Any, normals: Sequence[Any]) -> Any:
    """What the mean of the monthly prices exceeds the strike by, discounted to today."""
    prices = path(spot, volatility, rate, normals)
    return exp(-rate * YEARS) * relu(total(prices) / len(prices) - STRIKE)


def black_scholes() -> list[float]:
    """The European call's price, delta, vega and rho, by their formulas.

    Source: Black and Scholes, The pricing of options and corporate liabilities, 1973, eq. 13.
    """
    root = VOLATILITY * math.sqrt(YEARS)
    d1 = (math.log(SPOT / STRIKE) + (RATE + 0.5 * VOLATILITY**2) * YEARS) / root
    discounted = STRIKE * math.exp(-RATE * YEARS)
    density = math.exp(-0.5 * d1 * d1) / math.sqrt(2.0 * math.pi)
    delta, exercised = _normal(d1), _normal(d1 - root)
    price = SPOT * delta - discounted * exercised
    return [price, delta, SPOT * density * math.sqrt(YEARS), YEARS * discounted * exercised]


def _normal(x: float) -> float:
    """The standard normal distribution function."""
    return 0.5 * math.erfc(-x / math.sqrt(2.0))


# -- many, replayed ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Simulation:
    """Price and Greeks of an option: means over the paths.

    Attributes:
        means: price, delta, vega, rho.
        errors: their standard errors.
        seconds: how long price and Greeks took, without the drawing of random numbers.
    """

    means: list[float]
    errors: list[float]
    seconds: float


@cache
def simulated(payoff: Callable[..., Any], paths: int = PATHS) -> Simulation:
    """An option over so many paths, two or more; once per process.

    Raises:
        ModuleNotFoundError: without NumPy.
    """
    from demos.arrays import np

    greeks = vmap(value_and_grad(jit(payoff), argnums=(0, 1, 2)), in_axes=(None, None, None, 0))
    generator = np.random.default_rng(0)
    sums, squares, seconds = np.zeros(4), np.zeros(4), 0.0
    with progress(paths, "path") as advance:
        for first in range(0, paths, BATCH):
            normals = generator.standard_normal((min(BATCH, paths - first), MONTHS))
            start = time.perf_counter()
            prices, gradient = greeks(SPOT, VOLATILITY, RATE, normals)
            seconds += time.perf_counter() - start
            numbers = np.array([prices, *gradient])
            sums += numbers.sum(axis=1)
            squares += (numbers**2).sum(axis=1)
            advance(len(normals), f"price {sums[0] / (first + len(normals)):.4f}")
    means = sums / paths
    errors = np.sqrt(np.maximum(squares / paths - means**2, 0.0) / (paths - 1))
    return Simulation(means.tolist(), errors.tolist(), seconds)


# -- the report --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mean:
    """A mean over the paths beside what it must be.

    >>> Mean("price", 8.02, engine=8.03, error=0.01).verdict
    <Verdict.AGREES: '✓'>
    """

    what: str
    exact: float
    engine: float
    error: float
    remark: str = ""

    @property
    def verdict(self) -> Verdict:
        """✓ within four standard errors."""
        return Verdict.AGREES if abs(self.engine - self.exact) <= TOLERANCE * self.error else Verdict.WRONG

    @property
    def cells(self) -> tuple[str, str, str]:
        """The texts of its columns before the verdict."""
        return f"{self.what} (± {show(self.error, 2)})", show(self.exact), show(self.engine)


def report(paths: int = PATHS) -> Report:
    """Both options: price and Greeks with their standard errors, and the time for a path.

    Args:
        paths: how many to draw, two or more.

    Raises:
        ModuleNotFoundError: without NumPy.
    """
    european, asian = simulated(european_call, paths), simulated(asian_call, paths)
    settings = (
        f"Spot {SPOT:g}, strike {STRIKE:g}, volatility {VOLATILITY:g}, rate {RATE:g}, {YEARS:g} year of {MONTHS} "
        f"months, {paths:,} paths."
    )
    rows = [
        Mean(what, exact, mean, error)
        for what, exact, mean, error in zip(QUANTITIES, black_scholes(), european.means, european.errors, strict=True)
    ]
    lines = [
        f"{what:<21}{show(mean):>10} ± {show(error, 2)}"
        for what, mean, error in zip(QUANTITIES, asian.means, asian.errors, strict=True)
    ]
    return [
        Section(
            "European call: the last price, beside Black and Scholes",
            rows,
            [settings, _speed(european, paths)],
            ("mean (± standard error)", "formula", "engine"),
        ),
        Section("Asian call: the mean price, for which there is no formula", text=[_speed(asian, paths), *lines]),
    ]


def _speed(simulation: Simulation, paths: int) -> str:
    seconds = simulation.seconds
    return (
        f"Price and three Greeks: {seconds / paths * 1e9:,.0f} ns a path, {seconds:.2f} s in all, recording included."
    )


def output() -> Value:
    """The Asian call on a path of two months, with its labels."""
    normals = [constant(z, f"z{i}") for i, z in enumerate((0.5, 1.0))]
    payoff: Value = asian_call(Value(SPOT, "spot"), Value(VOLATILITY, "volatility"), Value(RATE, "rate"), normals)
    payoff.label = "payoff"
    return payoff
