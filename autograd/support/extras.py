"""Packages that are not always installed."""

from __future__ import annotations

from importlib.util import find_spec

_DISTRIBUTIONS = {"markdown_it": "markdown-it-py", "sklearn": "scikit-learn"}
"""What pip calls those whose module has another name."""


def has(package: str) -> bool:
    """Whether a package is installed; it is not loaded."""
    return find_spec(package) is not None


def installing(package: str) -> str:
    """What one types to get a package. (The extras aren't named: they are known in a clone of the project alone.)

    >>> installing("markdown_it")
    'pip install markdown-it-py'
    """
    return f"pip install {_DISTRIBUTIONS.get(package, package)}"


def needed(operation: str, package: str) -> None:
    """Raise an ImportError that says how one gets a package, if it is not installed."""
    if not has(package):
        raise ImportError(f"{operation}: it needs {package}, which is not installed; {installing(package)}")
