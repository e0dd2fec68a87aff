"""Document 003's pictures: difference errors, level curves, gradient descent, the loss of a network that learns."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from demos.learning_descent import (
    BOWL_START,
    RATES,
    VALLEY_ENDS,
    VALLEY_RATE,
    VALLEY_STEPS,
    bowl,
    descend,
    gradient,
    valleys,
)
from demos.learning_differences import difference_errors
from demos.learning_directions import surface
from demos.learning_network import trained


def plots(folder: Path) -> list[Path]:
    """Draw and save all of them."""
    from matplotlib.figure import Figure

    pictures: dict[str, tuple[tuple[float, float], Callable[[Figure], None]]] = {
        "difference_errors": ((7, 5), _difference_errors),
        "level_curves": ((7, 7), _level_curves),
        "learning_rate": ((15, 5.4), _learning_rate),
        "starting_point": ((9, 5), _starting_point),
        "two_layer_net_loss": ((7, 5), _training),
    }
    paths = []
    for name, (size, draw) in pictures.items():
        figure = Figure(figsize=size, layout="constrained")
        draw(figure)
        paths.append(folder / f"{name}.png")
        figure.savefig(paths[-1])
    return paths


def _difference_errors(figure: Any) -> None:
    errors = [difference_errors(10.0 ** (-k / 8)) for k in range(8, 105)]
    axes = figure.subplots()
    hs = [error.h for error in errors]
    axes.loglog(hs, [abs(error.forward) for error in errors], "C0o-", markersize=3, label="forward, order h")
    axes.loglog(hs, [abs(error.central) for error in errors], "C1s-", markersize=3, label="central, order h²")
    axes.loglog(hs, [1e-16 / h for h in hs], "k:", label="rounding, 10⁻¹⁶/h")
    axes.set(title="error of the difference quotients of x³ at 1", xlabel="h", ylabel="|error|")
    axes.grid(alpha=0.3)
    axes.legend()


def _level_curves(figure: Any) -> None:
    axes = figure.subplots()
    xs = [0.8 + 0.02 * i for i in range(121)]
    ys = [0.02 * i for i in range(121)]
    curves = axes.contour(
        xs, ys, [[surface(x, y) for x in xs] for y in ys], levels=[0.5, 1, 2, 3, 5, 8], cmap="viridis"
    )
    axes.clabel(curves)
    for level in (1.0, 3.0, 8.0):
        for x0 in (1.2, 1.6, 2.0, 2.4, 2.8):
            x1 = level / x0**2
            if x1 < 2.2:
                g0, g1 = gradient(surface, (x0, x1))
                length = math.hypot(g0, g1)
                arrow = {"arrowstyle": "->", "color": "C3", "linewidth": 1.5}
                axes.annotate("", (x0 + 0.3 * g0 / length, x1 + 0.3 * g1 / length), (x0, x1), arrowprops=arrow)
    axes.set(
        title="level curves of x0²·x1, and ∇f/‖∇f‖ at right angles to them", xlabel="x0", ylabel="x1", aspect="equal"
    )


def _learning_rate(figure: Any) -> None:
    for axes, (rate, quality) in zip(figure.subplots(ncols=len(RATES)), RATES.items(), strict=True):
        path = descend(bowl, BOWL_START, rate, 8 if quality == "too large" else 60)
        reach = 1.1 * max(abs(x) for point in path for x in point)
        ticks = [reach * (i / 50 - 1) for i in range(101)]
        levels = [(reach * k / 8) ** 2 for k in range(1, 12)]
        axes.contour(ticks, ticks, [[bowl(x, y) for x in ticks] for y in ticks], levels=levels, colors="lightgray")
        axes.plot(*zip(*path, strict=True), "C0.-")
        axes.plot(*path[0], "ko", label="start")
        axes.plot(*path[-1], "C3o", label=f"after {len(path) - 1} steps")
        axes.plot(0, 0, "k+", markersize=12)
        axes.set(title=f"η = {rate}: {quality}", xlabel="x0", ylabel="x1", aspect="equal")
        axes.legend(loc="lower left")


def _starting_point(figure: Any) -> None:
    axes = figure.subplots()
    xs, ys = [-3.0 + 0.05 * i for i in range(111)], [-0.9 + 0.05 * i for i in range(43)]
    heights = [[valleys(x, y) for x in xs] for y in ys]
    axes.contour(xs, ys, heights, levels=[-2.6 + 0.3 * k for k in range(20)], colors="lightgray")
    for i, (start, (where, _)) in enumerate(VALLEY_ENDS.items()):
        path = descend(valleys, start, VALLEY_RATE, VALLEY_STEPS)
        axes.plot(*zip(*path, strict=True), f"C{i}.-", linewidth=1, label=f"from {start}: {where}")
        axes.plot(*start, f"C{i}o")
    for point, name in (((-2.0, 0.0), "global minimum"), ((1.0, 0.0), "local minimum"), ((0.0, 0.0), "saddle point")):
        axes.plot(*point, "kx", markersize=9)
        axes.annotate(name, point, (0, -16), textcoords="offset points", ha="center")
    axes.set(title=f"gradient descent, η = {VALLEY_RATE}: the starting point decides", xlabel="x0", ylabel="x1")
    axes.legend(loc="upper left", fontsize="small")


def _training(figure: Any) -> None:
    training = trained()
    axes = figure.subplots()
    losses = [training.loss_before, *training.history.loss]
    axes.plot(range(len(losses)), losses, "C0o-")
    axes.set(title=f"TwoLayerNet on {training.data.source}", xlabel="epoch", ylabel="cross entropy")
    axes.set_xticks(range(len(losses)))
    axes.grid(alpha=0.3)
