"""The objectives of ADBench (https://github.com/microsoft/ADBench), written from their formulas, one file each.

Šrajer, Kukelova, Fitzgibbon: A benchmark of selected algorithmic differentiation tools on some problems in computer
vision and machine learning, 2018. An objective is plain Python: it is made from elementary functions by name (those of
`math`, of `autograd` or of another engine), and takes numbers of any kind they compute with.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Functions = Mapping[str, Callable[..., Any]]
MOST_BYTES = 2**26


@contextmanager
def lines_of(path: Path) -> Iterator[list[str]]:
    """The lines of a file of the benchmark's, but empty ones.

    Raises:
        ValueError: if it is no such file, or what is done with them here finds them to be of another format.
        OSError: if it can't be read.
    """
    from autograd.support.files import path_shown, read_whole  # only here: another engine may have the name

    place = path_shown(path)
    content = read_whole(path, place, MOST_BYTES)
    try:
        yield [line for line in content.decode("utf-8").splitlines() if line.strip()]
    except (ValueError, IndexError, OverflowError) as error:
        raise ValueError(f"{place}: not in the benchmark's format: {str(error)[:120]!r}") from None


def numbers(line: str) -> list[float]:
    """The numbers of a line of a file.

    Raises:
        ValueError: if one is none, or not finite.
    """
    found = list(map(float, line.split()))
    if not all(map(math.isfinite, found)):
        raise ValueError("a number is not finite")
    return found
