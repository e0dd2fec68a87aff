"""What a kernel returns."""

from __future__ import annotations

from typing import Final, NamedTuple

DONE: Final = 0
OTHER_BRANCH: Final = 1
LEFT_THE_REALS: Final = 2
NOT_DONE: Final = 3  # another point of the same vector went another way


class Result(NamedTuple):
    """What one point came to, and what was computed if that is DONE.

    Attributes:
        status: DONE, or OTHER_BRANCH, or LEFT_THE_REALS.
        outputs: one number for every output.
        adjoints: one number for every input; nothing where none was wanted.
    """

    status: int
    outputs: list[float]
    adjoints: list[float]
