"""The pictures beside the report: time and memory against size, on logarithmic axes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.measure import Size
from benchmarks.report import TITLES


def draw(directory: Path, sizes: Mapping[str, list[Size]]) -> list[str]:
    """Draw the pictures; the names of their files.

    Raises:
        ImportError: without Matplotlib.
    """
    titled = {TITLES[engine]: of_engine for engine, of_engine in sizes.items()}
    draw_sizes(directory / "time.svg", titled, "seconds, gradient included", lambda size: size.seconds, 1000)
    draw_sizes(directory / "memory.svg", titled, "bytes held by the graph", lambda size: size.held, 10**5)
    return ["time.svg", "memory.svg"]


def slope(points: list[tuple[float, float]]) -> float:
    """By which power of x does y grow: the slope of the regression line through the logarithms."""
    x, y = ([math.log(point[i]) for point in points] for i in (0, 1))
    x_mean, y_mean = sum(x) / len(x), sum(y) / len(y)
    return sum((a - x_mean) * (b - y_mean) for a, b in zip(x, y, strict=True)) / sum((a - x_mean) ** 2 for a in x)


def draw_sizes(
    path: Path, sizes: Mapping[str, list[Size]], axis: str, quantity: Callable[[Size], float], smallest: int
) -> None:
    """Draw one line for each title: a quantity of its sizes from the smallest on.

    Raises:
        ImportError: without Matplotlib.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.0, 4.5), layout="constrained")
    axes = figure.subplots()
    for title, of_engine in sizes.items():
        title = title.replace("*", "").replace("`", "")
        points = [(float(size.operations), quantity(size)) for size in of_engine if size.operations >= smallest]
        points = [(x, y) for x, y in points if y > 0.0]
        if points:
            label = f"{title}: slope {slope(points):.2f}" if len(points) > 1 else title
            axes.loglog([x for x, _ in points], [y for _, y in points], marker="o", label=label)
    axes.set_xlabel("operations in one chain")
    axes.set_ylabel(axis)
    axes.grid(alpha=0.3)
    axes.legend()
    figure.savefig(path, metadata={"Date": None})
