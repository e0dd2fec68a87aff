"""A progress bar for the demos that run for a while: tqdm's, where it is installed and there is a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def progress(total: int, unit: str) -> Iterator[Callable[[int, str], None]]:
    """A bar of so many units. It gives the function to call with how many more are done, and a word on how it goes.

    >>> with progress(3, "update") as advance:
    ...     advance(3, "loss 0.1")
    """
    try:
        from tqdm import tqdm
    except ImportError:
        yield lambda done, how: None
        return
    with tqdm(total=total, unit=unit, disable=None, leave=False, smoothing=0.0) as bar:  # None: only on a terminal

        def advance(done: int, how: str) -> None:
            bar.set_postfix_str(how, refresh=False)
            bar.update(done)

        yield advance
