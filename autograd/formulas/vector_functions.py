"""exp, log and erf as steps, for many points at once: right within 2 units in the last place, faster than calls.

They have no branches: what each range needs is computed everywhere, and chosen. Numbers that leave the reals set the
processor's flags, as those of C's library do. The polynomials are minimax approximations (Remez, in 40 digits); the
tests hold the functions against mpmath.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

Part: TypeAlias = int | float
Write: TypeAlias = Callable[..., Part]
"""Writes a step, its kind and its parts, and says where its result is."""

_LN2: Final = 0.6931471803691238, 1.9082149292705877e-10  # in two parts; times a whole number the first is exact
_EXP: Final = (  # (eʳ - 1 - r)/r² for |r| ≤ ln 2/2, within 4e-18
    *(0.5000000000000011, 0.1666666666666641, 0.041666666666530405, 0.008333333333496305, 0.001388888894358248),
    *(0.00019841269502936931, 2.4801493134870834e-05, 2.755758931933352e-06, 2.763023905169393e-07),
    2.499921678724922e-08,
)
_LOG: Final = (  # (2 atanh s - 2s)/s³ of z = s², |s| ≤ 0.1716, within 3e-18 of z
    *(0.6666666666666734, 0.3999999999941566, 0.28571428742197974, 0.22222198589227302, 0.18183563678632256),
    *(0.15314062470903336, 0.1479587405691801),
)
_ERF: Final = (  # erf(x)/x of z = x² ≤ 1, within 8e-18
    *(1.1283791670955126, -0.3761263890318352, 0.112837916709442, -0.026866170643113415, 0.005223977606130842),
    *(-0.0008548325929766244, 0.0001205529358693695, -1.4924712439534814e-05, 1.6447132699786621e-06),
    *(-1.6206318752969208e-07, 1.3710988704190523e-08, -7.779462971761597e-10),
)
_ERFCX: Final = (  # exp(x²) erfc(x) of u = 1/(x + 2), 1 ≤ x ≤ 6, within 3e-17 exp(x²)
    *(2.856635999195362e-05, 0.5629440877893261, 1.1528744933343618, 1.688981588957979, 5.000361074260636),
    *(-8.583359922515402, 38.81696706232132, -92.16529595019048, 73.17101912637067, 40.40073530574631),
    *(-103.17333283636019, 50.006577246221994),
)
_ROUNDING: Final = 1.5 * 2.0**52  # added to a number, it leaves the number, rounded, in the lowest bits
_ONE: Final = 0x3FF0000000000000  # the bits of 1.0
_ROOT: Final = 0x3FE6A09E667F3BCD  # and of the square root of 1/2
_FRACTION: Final = 0x000FFFFFFFFFFFFF


def exp(write: Write, x: Part) -> Part:
    """2ⁿ eʳ with r = x - n ln 2; of too large numbers the scaling overflows."""
    x = write("select", write("fcmp ogt", x, 1000.0), 1000.0, x)
    x = write("select", write("fcmp olt", x, -1000.0), -1000.0, x)
    n = write("rint", write("fmul", x, 1.0 / 0.6931471805599453))
    minus = write("fneg", n)
    r = write("fma", minus, _LN2[1], write("fma", minus, _LN2[0], x))
    y = write("fadd", write("fma", write("fmul", r, r), _polynomial(write, _EXP, r), r), 1.0)
    half = write("rint", write("fmul", n, 0.5))  # in two steps, so that results below the normal numbers are rounded
    return write("fmul", write("fmul", y, _power_of_two(write, half)), _power_of_two(write, write("fsub", n, half)))


def log(write: Write, x: Part) -> Part:
    """k ln 2 + log(1 + f) for x = 2ᵏ(1 + f) with 1 + f between the roots of 1/2 and 2.

    Of 0, negative, infinite and denormal numbers it subtracts infinities: the flag is set, and C's library is asked.
    """
    shifted = write(f"bits add {_ONE - _ROOT}", write("bits of", x))
    exponent = write(f"bits or {0x4330000000000000}", write("bits lshr 52", shifted))  # of 2⁵²: a whole number's bits
    k = write("fsub", write("bits to", exponent), 2.0**52 + 1023.0)
    scaled = write(f"bits add {_ROOT}", write(f"bits and {_FRACTION}", shifted))
    f = write("fsub", write("bits to", scaled), 1.0)
    s = write("fdiv", f, write("fadd", f, 2.0))
    z = write("fmul", s, s)
    half = write("fmul", write("fmul", f, 0.5), f)
    rest = write("fma", z, _polynomial(write, _LOG, z), half)
    low = write("fma", s, rest, write("fmul", k, _LN2[1]))
    y = write("fma", k, _LN2[0], write("fsub", f, write("fsub", half, low)))
    usual = write("and", write("fcmp oge", x, 2.0**-1022), write("fcmp olt", x, float("inf")))
    strange = write("not", write("or", usual, write("fcmp uno", x, x)))
    known = write("select", write("fcmp uno", x, x), x, y)
    infinite = float("inf")
    return write("fsub", write("select", strange, infinite, known), write("select", strange, infinite, 0.0))


def erf(write: Write, x: Part) -> Part:
    """x P(x²) up to 1, and 1 - exp(-x²) Q(1/(|x| + 2)) from there on; exp(-x²) is its derivative's, too."""
    z = write("fmul", x, x)
    size = write("fabs", x)
    bounded = write("select", write("fcmp olt", size, 6.0), size, 6.0)
    small = write("fmul", x, _polynomial(write, _ERF, z))
    u = write("fdiv", 1.0, write("fadd", bounded, 2.0))
    tail = write("fmul", exp(write, write("fneg", z)), _polynomial(write, _ERFCX, u))
    large = write("copysign", write("fsub", 1.0, tail), x)
    return write("select", write("fcmp olt", size, 1.0), small, large)


VECTOR_FUNCTIONS: Final[dict[str, Callable[[Write, Part], Part]]] = {"exp": exp, "log": log, "erf": erf}


def _power_of_two(write: Write, n: Part) -> Part:
    """2ⁿ of a whole number."""
    return write("bits to", write("bits shl 52", write("bits of", write("fadd", n, _ROUNDING + 1023.0))))


def _polynomial(write: Write, coefficients: Sequence[float], x: Part) -> Part:
    """A polynomial as one of x² and x times another, which are computed side by side."""
    square = write("fmul", x, x)
    even, odd = (_horner(write, coefficients[k::2], square) for k in (0, 1))
    return write("fma", x, odd, even)


def _horner(write: Write, coefficients: Sequence[float], x: Part) -> Part:
    y: Part = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        y = write("fma", y, x, c)
    return y
