"""The autograd that nn is built on; where `import autograd` finds another, or none, this says so."""

from __future__ import annotations

import sys
from importlib.util import find_spec

__all__ = ["installation"]

try:
    from autograd.support import installation
except ImportError as error:
    if "autograd.support.installation" in sys.modules:  # it is ours, and has said what is wrong
        raise
    found = find_spec("autograd")
    if found is None:
        raise ImportError(
            "nn: the autograd that it is built on is gone; python -m pip uninstall -y scalar-autograd, then install it "
            "again: python -m pip install . in its clone"
        ) from None
    where = found.origin or " and ".join(found.submodule_search_locations or ())
    raise ImportError(
        f"nn: `import autograd` finds {where}, not the autograd that nn is built on ({error}); if it is HIPS autograd: "
        "python -m pip uninstall -y autograd; if it is a file or folder of yours: rename it"
    ) from None
