"""A differential equation fitted to data: hares and lynxes, by a Runge-Kutta method written in Values.

The pelts that the Hudson's Bay Company bought, in thousands, 1900 to 1920: C. Elton and M. Nicholson, The ten-year
cycle in numbers of the lynx in Canada, Journal of Animal Ecology 11 (1942). The equations are A. J. Lotka's (1925) and
V. Volterra's (1926); the parameters are beside those of B. Carpenter, Predator-prey population dynamics: the
Lotka-Volterra model in Stan (2018).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import autograd as ag
from autograd import Value, constant
from demos.report import AtLeast, Gradient, Report, Section, central_difference, show

# fmt: off
HARES = (30.0, 47.2, 70.2, 77.4, 36.3, 20.6, 18.1, 21.4, 22.0, 25.4, 27.1, 40.3, 57.0, 76.6, 52.3, 19.5, 11.2, 7.6,
         14.6, 16.2, 24.7)
LYNXES = (4.0, 6.1, 9.8, 35.2, 59.4, 41.7, 19.0, 13.0, 8.3, 9.1, 7.4, 8.0, 12.3, 19.5, 45.7, 51.1, 29.7, 15.8, 9.7,
          10.1, 8.6)
# fmt: on
NAMES = ("hares' births", "hares eaten", "lynxes' deaths", "lynxes fed", "hares in 1900", "lynxes in 1900")
PUBLISHED = ((0.55, 0.06), (0.028, 0.004), (0.80, 0.09), (0.024, 0.004), (34.0, 3.0), (5.9, 0.5))
"""Posterior means and standard deviations."""
START = tuple(math.log(x) for x in (0.5, 0.02, 1.0, 0.02, 30.0, 4.0))
STEPS = 8  # a year

State = list[Any]


def runge_kutta(f: Callable[[State], State], state: State, h: float) -> State:
    """One step of the classical method of order 4 (W. Kutta, 1901), for numbers and Values alike."""
    k1 = f(state)
    k2 = f([s + 0.5 * h * k for s, k in zip(state, k1, strict=True)])
    k3 = f([s + 0.5 * h * k for s, k in zip(state, k2, strict=True)])
    k4 = f([s + h * k for s, k in zip(state, k3, strict=True)])
    slopes = zip(state, k1, k2, k3, k4, strict=True)
    return [s + h / 6.0 * (a + 2.0 * (b + c) + d) for s, a, b, c, d in slopes]


def years(logs: Sequence[Any], count: int = len(HARES), steps: int = STEPS) -> list[State]:
    """Hares and lynxes in every year.

    Args:
        logs: the logarithms of what NAMES names; numbers or Values.
        count: of years.
        steps: of the method, in a year.
    """
    births, eaten, deaths, fed, hares, lynxes = map(ag.exp, logs)

    def change(state: State) -> State:
        u, v = state
        return [u * (births - eaten * v), v * (fed * u - deaths)]

    states: list[State] = [[hares, lynxes]]
    for _ in range(count - 1):
        state = states[-1]
        for _ in range(steps):
            state = runge_kutta(change, state, 1.0 / steps)
        states.append(state)
    return states


def residuals(logs: Sequence[Any]) -> list[Any]:
    """Logarithms of computed less observed numbers: pelts are off by a factor rather than a number."""
    found = []
    for (hares, lynxes), *seen in zip(years(logs), HARES, LYNXES, strict=True):
        found += [ag.log(hares) - math.log(seen[0]), ag.log(lynxes) - math.log(seen[1])]
    return found


def report() -> Report:
    """The fit beside the published one, and the sensitivities beside central differences.

    Raises:
        ImportError: without SciPy.
    """
    from demos.fitting import fit

    found = fit(residuals, START)
    logs = found.parameters.tolist()
    lines = []
    near = 0
    for name, log, deviation, (mean, spread) in zip(NAMES, logs, found.deviations, PUBLISHED, strict=True):
        lines.append(f"{name:14} {show(math.exp(log), 3)} ± {show(math.exp(log) * deviation, 2)}  (Carpenter: {mean})")
        near += abs(math.exp(log) - mean) <= 2.0 * spread
    text = [*lines, f"{found.evaluations} evaluations, {found.jacobians} exact Jacobians."]
    rows = []
    last = ag.jacobian(lambda v: years(v)[-1])(logs)
    for i, name in enumerate(NAMES):
        for k, animal in enumerate(("hares", "lynxes")):

            def in_1920(x: float, i: int = i, k: int = k) -> float:
                return float(years([*logs[:i], x, *logs[i + 1 :]])[-1][k])

            rows.append(Gradient(f"∂ {animal} in 1920/∂ log {name}", central_difference(in_1920, logs[i]), last[k][i]))
    fitted = [AtLeast("parameters within two published deviations", 6.0, float(near))]
    return [
        Section("Hares and lynxes", fitted, text, ("what", "bound", "engine")),
        Section("Sensitivities of the last year", rows, head=("derivative", "difference", "engine")),
    ]


def output() -> Value:
    """One step of Euler's method for the hares, and how far it is from what was seen."""
    births, eaten = Value(0.55, label="births"), Value(0.028, label="eaten")
    hares, lynxes = constant(30.0, label="hares"), constant(4.0, label="lynxes")
    after = hares + hares * (births - eaten * lynxes)
    after.label = "a year later"
    miss: Value = ag.log(after) - ag.log(constant(47.2, label="seen"))
    miss.label = "residual"
    return miss


def plots(folder: Path) -> list[Path]:
    """The pelts, and the fitted equations."""
    from matplotlib.figure import Figure

    from demos.fitting import fit

    logs = fit(residuals, START).parameters.tolist()
    figure = Figure(figsize=(9, 5), layout="constrained")
    axes = figure.subplots()
    calendar = range(1900, 1900 + len(HARES))
    for k, (name, seen) in enumerate((("hares", HARES), ("lynxes", LYNXES))):
        axes.plot(calendar, [state[k] for state in years(logs)], f"C{k}-", label=f"{name}, fitted")
        axes.plot(calendar, seen, f"C{k}o", label=f"{name}, pelts")
    axes.set(title="Hudson's Bay Company", xlabel="year", ylabel="thousands", xticks=calendar[::4])
    axes.legend()
    path = folder / "ode.png"
    figure.savefig(path)
    return [path]
