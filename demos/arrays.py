"""NumPy for the demos that train or simulate with arrays; where it is missing, what to install."""

from __future__ import annotations

try:
    import numpy as np
    from numpy.typing import NDArray
except ModuleNotFoundError as error:
    raise ModuleNotFoundError("it computes with numpy: pip install numpy", name=error.name) from None

__all__ = ["Array", "np"]

Array = NDArray[np.float64]
