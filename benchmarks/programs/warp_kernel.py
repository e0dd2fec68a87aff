"""Black-Scholes as a kernel of NVIDIA Warp, which compiles the source of a function, so that it is a module's own.

Imported only where Warp is installed.
"""

# No `from __future__ import annotations`: Warp reads the annotations, and a string is none to it.
# mypy: ignore-errors, because Warp is not installed where mypy runs, and its kernels are not Python's types.

import warp as wp

real = wp.float64


@wp.func
def normal(x: wp.float64):
    return real(0.5) * (real(1.0) + wp.erf(x * real(0.7071067811865476)))


@wp.kernel
def call_price(
    spot: wp.array(dtype=wp.float64),
    strike: wp.array(dtype=wp.float64),
    years: wp.array(dtype=wp.float64),
    rate: wp.array(dtype=wp.float64),
    volatility: wp.array(dtype=wp.float64),
    price: wp.array(dtype=wp.float64),
):
    """One call; what is read is read once."""
    i = wp.tid()
    s, k, t, r, v = spot[i], strike[i], years[i], rate[i], volatility[i]
    deviation = v * wp.sqrt(t)
    d1 = (wp.log(s / k) + (r + real(0.5) * v * v) * t) / deviation
    price[i] = s * normal(d1) - k * wp.exp(-r * t) * normal(d1 - deviation)
