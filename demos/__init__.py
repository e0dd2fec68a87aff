"""The worked examples of the five documents, and a few of our own: `autograd-demos`."""

try:
    from autograd.support import installation as _installation
except ImportError:
    import nn  # noqa: F401  # says whose autograd that is

    raise

_installation.check(__name__, __path__)
