"""Numerical differentiation: how far forward and central differences are from the derivative, and why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from autograd import Value
from demos.report import Row, Section, Verdict, derivatives, show


@dataclass(frozen=True)
class DifferenceErrors:
    """How far the two differences of x³ at 1 are from its derivative, for one h.

    In exact arithmetic the forward difference is off by 3h + h² and the central one by h². Each of the two values of x³
    is rounded, x + h is, too, and the division by h magnifies that: to no more than about 10⁻¹⁵/h in sum.
    """

    h: float
    forward: float
    central: float

    @property
    def verdict(self) -> Verdict:
        """✓ where both errors are what exact arithmetic gives, up to rounding."""
        rounding = 1e-15 / self.h
        forward, central = abs(self.forward - (3.0 * self.h + self.h**2)), abs(self.central - self.h**2)
        return Verdict.AGREES if max(forward, central) <= rounding else Verdict.WRONG

    @property
    def cells(self) -> tuple[str, str, str]:
        """The texts of its columns before the verdict."""
        return show(self.h), show(self.forward, 4), show(self.central, 4)

    @property
    def remark(self) -> str:
        """The line below the row, if any."""
        return "" if self.verdict is Verdict.AGREES else "must be 3h + h² and h², up to rounding"


def cube(x: Any) -> Any:
    """x³, of Values or floats."""
    return x * x * x


def difference_errors(h: float) -> DifferenceErrors:
    """Both differences of x³ at 1, less the engine's derivative."""
    x = Value(1.0)
    (derivative,) = derivatives(cube(x), x)
    forward = (cube(1.0 + h) - cube(1.0)) / h
    central = (cube(1.0 + h) - cube(1.0 - h)) / (2.0 * h)
    return DifferenceErrors(h, forward - derivative, central - derivative)


def difference_sections() -> list[Section]:
    """The errors of the differences as h shrinks, and the order in which they do."""
    errors = [difference_errors(10.0**-k) for k in range(1, 13)]
    text = (
        "f(x) = x³ at 1: the differences less the engine's derivative, which is 3. With h ten times smaller, the "
        "forward error is ten times smaller (order 1), the central one a hundred times (order 2), until rounding takes "
        "over: it grows with 1/h."
    )
    first, second = errors[1], errors[2]
    orders = [
        Row("order of the forward difference", "limit", "1.0", math.log10(first.forward / second.forward)),
        Row("order of the central difference", "limit", "2.0", math.log10(first.central / second.central)),
        Row(
            "forward less central, h = 0.1",
            "equal",
            "0.3000",
            errors[0].forward - errors[0].central,
            "the two are set equal along with their limits; only the limits are, these differ for every h",
        ),
    ]
    return [
        Section("Numerical differentiation", errors, [text], head=("h", "forward error", "central error")),
        Section("How fast the errors shrink", orders),
    ]
