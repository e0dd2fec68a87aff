"""What is measured: programs written once, in plain operators and functions of an engine."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.adbench import runs
from benchmarks.engines import Engine
from benchmarks.networks import digits, digits_with_nn, moons, moons_with_nn
from benchmarks.transformer import transformer

Run = Callable[[], list[float]]
"""One repetition, which returns numbers to compare between the engines."""


def chain(engine: Engine, size: int) -> Run:
    """y ← y·a + b again and again; the gradient by a, b and the first y."""
    variables = engine.variables([0.999999, 1e-7, 1.0])
    return lambda: engine.sweep(engine.record(chain_of(size), variables), variables)


def chain_of(size: int) -> Callable[[list[Any]], Any]:
    def value(variables: list[Any]) -> Any:
        a, b, y = variables
        for _ in range(size // 2):
            y = y * a + b
        return y

    return value


def chain_by_hand(size: int) -> Run:
    """The same chain and its gradient in plain floats: the floor under every engine in Python."""

    def run() -> list[float]:
        a, b, y = 0.999999, 1e-7, 1.0
        before = []
        for _ in range(size // 2):
            before.append(y)
            y = y * a + b
        a_grad = b_grad = 0.0
        y_grad = 1.0
        for y in reversed(before):
            b_grad += y_grad
            a_grad += y_grad * y
            y_grad *= a
        return [a_grad, b_grad, y_grad]

    return run


def wide(engine: Engine, size: int) -> Run:
    """Products of many variables, added up two by two: as many leaves as operations, and a depth of log₂."""
    generator = random.Random(1)
    variables = engine.variables([generator.gauss(0.0, 1.0) for _ in range(size)])

    def value(variables: list[Any]) -> Any:
        level = [a * b for a, b in zip(variables[::2], variables[1::2], strict=True)]
        while len(level) > 1:
            odd = level[len(level) & ~1 :]
            level = [a + b for a, b in zip(level[::2], level[1::2], strict=False)] + odd
        return level[0]

    return lambda: engine.sweep(engine.record(value, variables), variables)


def black_scholes(engine: Engine, size: int) -> Run:
    """Prices of European calls, each with its five Greeks: https://en.wikipedia.org/wiki/Black-Scholes_model."""
    price = call_price(engine.functions)
    prices = [engine.variables(option) for option in options(size)]

    def run() -> list[float]:
        total = [0.0] * 5
        for option in prices:
            greeks = engine.sweep(engine.record(price, option), option)
            total = [a + b for a, b in zip(total, greeks, strict=True)]
        return total

    return run


def call_price(functions: Mapping[str, Callable[[Any], Any]]) -> Callable[[Sequence[Any]], Any]:
    """The price of a call, of the engine's functions."""
    exp, log, sqrt, erf = (functions[name] for name in ("exp", "log", "sqrt", "erf"))

    def price(option: Sequence[Any]) -> Any:
        spot, strike, years, rate, volatility = option
        deviation = volatility * sqrt(years)
        d1 = (log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / deviation
        return spot * normal(d1) - strike * exp(-rate * years) * normal(d1 - deviation)

    def normal(x: Any) -> Any:
        return 0.5 * (1.0 + erf(x / math.sqrt(2.0)))

    return price


def black_scholes_by_hand(size: int) -> Run:
    """The Greeks by their own formulas, in plain floats."""

    def run() -> list[float]:
        total = [0.0] * 5
        for option in options(size):
            total = [a + b for a, b in zip(total, call_by_hand(*option)[1:], strict=True)]
        return total

    return run


def call_by_hand(spot: float, strike: float, years: float, rate: float, volatility: float) -> list[float]:
    """The price of a call and its five Greeks."""
    deviation = volatility * math.sqrt(years)
    d1 = (math.log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / deviation
    n1, n2 = (0.5 * (1.0 + math.erf(x / math.sqrt(2.0))) for x in (d1, d1 - deviation))
    vega = spot * math.exp(-0.5 * d1 * d1) / math.sqrt(2.0 * math.pi) * math.sqrt(years)
    discounted = strike * math.exp(-rate * years)
    theta = vega * volatility / (2.0 * years) + rate * discounted * n2
    return [spot * n1 - discounted * n2, n1, -discounted / strike * n2, theta, years * discounted * n2, vega]


def options(count: int) -> list[list[float]]:
    """Calls to price: spot, strike, years, rate, volatility."""
    generator = random.Random(1)
    bounds = [(80.0, 120.0), (80.0, 120.0), (0.25, 2.0), (0.0, 0.05), (0.1, 0.4)]
    return [[generator.uniform(low, high) for low, high in bounds] for _ in range(count)]


@dataclass(frozen=True)
class Workload:
    """One row of the table of workloads.

    Attributes:
        title: what it is, for the report.
        unit: what the time is given for.
        units: how many of these one repetition does.
        make: `(engine, units) -> run`.
        engines: who can do it.
        by_hand: `units -> run`, the same in plain floats without an engine.
        with_nn: `(engine, units) -> run`, the same with this project's own networks.
    """

    title: str
    unit: str
    units: int
    make: Callable[[Engine, int], Run]
    engines: tuple[str, ...]
    by_hand: Callable[[int], Run] | None = None
    with_nn: Callable[[Engine, int], Run] | None = None


_OURS = ("compiled", "pure")
WORKLOADS: dict[str, Workload] = {
    "chain": Workload(
        "A chain of 100,000 multiplications and additions, and its gradient",
        "operation",
        100_000,
        chain,
        (*_OURS, "xad", "micrograd", "textbook", "torch", "hips", "casadi"),
        by_hand=chain_by_hand,
    ),
    "wide": Workload(
        "A wide graph: 20,000 variables multiplied in pairs and added up, and their gradient",
        "variable",
        20_000,
        wide,
        (*_OURS, "xad", "micrograd", "textbook", "torch", "casadi"),
    ),
    "black_scholes": Workload(
        "Black-Scholes prices of 500 calls, each with five Greeks",
        "option",
        500,
        black_scholes,
        (*_OURS, "xad", "torch", "hips", "casadi"),
        by_hand=black_scholes_by_hand,
    ),
    "moons": Workload(
        "A training step on two moons: 100 points, MLP 2-16-16-1, hinge loss, SGD",
        "step",
        1,
        moons,
        (*_OURS, "micrograd", "textbook", "torch"),
        with_nn=moons_with_nn,
    ),
    "transformer": Workload(
        "A training step of a transformer of microgpt's size: 4,192 parameters, 9 tokens, Adam",
        "step",
        1,
        transformer,
        (*_OURS, "textbook"),
    ),
    "digits": Workload(
        "A training step on one picture: MLP 784-50-10, SGD",
        "step",
        1,
        digits,
        (*_OURS, "micrograd", "textbook", "torch"),
        with_nn=digits_with_nn,
    ),
    "adbench_gmm": Workload(
        "ADBench: the log-likelihood of a Gaussian mixture, 20 points, 3 components in 4 dimensions, and its gradient",
        "point",
        20,
        runs.mixture,
        (*_OURS, "torch", "hips"),
    ),
    "adbench_ba": Workload(
        "ADBench: bundle adjustment, 20 observations, the Jacobians of their errors",
        "observation",
        20,
        runs.bundle,
        (*_OURS, "torch", "hips"),
    ),
    "adbench_hand": Workload(
        "ADBench: hand tracking, 10 points, the gradient of the squared errors by the pose",
        "point",
        10,
        runs.pose,
        (*_OURS, "torch", "hips"),
    ),
    "adbench_lstm": Workload(
        "ADBench: an LSTM of 2 layers of 14 numbers foretells 10 characters, the gradient of its loss",
        "character",
        10,
        runs.characters,
        (*_OURS, "torch", "hips"),
    ),
}
