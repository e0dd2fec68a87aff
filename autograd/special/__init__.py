"""Special functions, to every order: rows over `scipy.special`, on floats with its values. Extra `fast`.

Where SciPy returns NaN or an infinity of finite numbers they raise what Python's `math` would: ValueError outside the
domain, OverflowError. Orders (the n of `polygamma`, the v of `jv`) are plain numbers: by them the derivative is NaN.

>>> from autograd import grad
>>> from autograd.special import gammaln, jv
>>> round(grad(gammaln)(3.0), 6)  # ψ(3)
0.922784
>>> round(grad(lambda x: jv(0, x))(1.0), 6)  # -J₁(1)
-0.440051
"""

from __future__ import annotations

from autograd.support.extras import needed

needed("autograd.special", "scipy")

# fmt: off
from autograd.engine.gammas import digamma, gamma, polygamma  # noqa: E402 - what needs SciPy comes after the error
from autograd.engine.primitives import sigmoid  # noqa: E402
from autograd.engine.reductions import logsumexp  # noqa: E402
from autograd.special.bessel import expi, i0, i1, jv  # noqa: E402
from autograd.special.beta import beta, betaln, gammaln  # noqa: E402
from autograd.special.normal import erfinv, log_ndtr, logit, ndtr, ndtri  # noqa: E402

# fmt: on

expit = sigmoid

__all__ = [
    "beta",
    "betaln",
    "digamma",
    "erfinv",
    "expi",
    "expit",
    "gamma",
    "gammaln",
    "i0",
    "i1",
    "jv",
    "log_ndtr",
    "logit",
    "logsumexp",
    "ndtr",
    "ndtri",
    "polygamma",
]
