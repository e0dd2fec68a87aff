from collections.abc import Callable

from mypy_extensions import mypyc_attr as mypyc_attr

untrack: Callable[[object], None] | None
