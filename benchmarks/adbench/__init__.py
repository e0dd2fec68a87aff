"""The objectives of ADBench (https://github.com/microsoft/ADBench), written from their formulas, one file each.

Šrajer, Kukelova, Fitzgibbon: A benchmark of selected algorithmic differentiation tools on some problems in computer
vision and machine learning, 2018. An objective is plain Python: it is made from elementary functions by name (those of
`math`, of `autograd` or of another engine), and takes numbers of any kind they compute with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Functions = Mapping[str, Callable[..., Any]]


def numbers(line: str) -> list[float]:
    """The numbers of a line of a file."""
    return list(map(float, line.split()))
