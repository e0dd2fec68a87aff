"""Packages that are not always installed."""

from __future__ import annotations

from importlib.util import find_spec


def has(package: str) -> bool:
    """Whether a package is installed; it is not loaded."""
    return find_spec(package) is not None


def needed(operation: str, package: str, extra: str = "fast") -> None:
    """Raise an ImportError that says with which extra one gets a package, if it is not installed."""
    if not has(package):
        raise ImportError(
            f"{operation}: it needs {package}, which is not installed; pip install scalar-autograd[{extra}]"
        )
