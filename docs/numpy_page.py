"""Writes `numpy.md`, what NumPy does with arrays of Values, from the tables below: `python docs/numpy_page.py`.

The tests run every row, on Values and on floats: `tests/autograd/engine/test_numpy_idioms.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

PAGE = Path(__file__).parent / "numpy.md"


class Idiom(NamedTuple):
    """One thing people do with arrays.

    Attributes:
        code: with the names that the page explains.
        instead: what to write where NumPy refuses arrays of Values; empty where it doesn't.
        note: what is to be known.
    """

    code: str
    instead: str = ""
    note: str = ""


class Difference(NamedTuple):
    """Where an array of Values is treated otherwise than one of floats.

    Attributes:
        code: with `tie` (two equal numbers), `one_nan` (NaN and 1), `zeros` (two of them).
        gradient: whether the gradient differs rather than the value.
        gives: its value, or gradient, or the error it raises.
        instead, right: other code, and what that gives.
        note: why.
    """

    code: str
    gradient: bool
    gives: str
    instead: str
    right: str
    note: str


NO_FLOW = "plain numbers: nothing flows back"

IDIOMS = {
    "Arithmetic": [
        Idiom("x + y"),
        Idiom("3 * x - 2.0"),
        Idiom("x / y"),
        Idiom("x**2"),
        Idiom("2.0**x"),
        Idiom("x % y"),
        Idiom("x // y", note="derivative 0"),
        Idiom("abs(-x)"),
        Idiom("x[:, None] * y"),
        Idiom("A + z"),
        Idiom("x > y", note=NO_FLOW),
        Idiom("np.divmod(x, y)", "x // y, x % y"),
        Idiom("np.float_power(x, y)", "x**y"),
        Idiom("math.sqrt(c)", "sqrt(c)", "the functions of `math` take floats only; those of `autograd` take either"),
    ],
    "Functions of each element": [
        *map(Idiom, ["np.exp(x)", "np.expm1(x)", "np.exp2(x)", "np.log(x)", "np.log1p(x)", "np.log2(x)"]),
        *map(Idiom, ["np.log10(x)", "np.sqrt(x)", "np.cbrt(x)", "np.square(x)", "np.reciprocal(x)"]),
        *map(Idiom, ["np.sin(x)", "np.cos(x)", "np.tan(x)", "np.arcsin(x)", "np.arccos(x)", "np.arctan(x)"]),
        *map(Idiom, ["np.sinh(x)", "np.cosh(x)", "np.tanh(x)", "np.arcsinh(x)", "np.arccosh(1.0 + x)"]),
        *map(Idiom, ["np.arctanh(x)", "np.arctan2(x, y)", "np.hypot(x, y)", "np.power(x, y)", "np.deg2rad(x)"]),
        *map(Idiom, ["np.degrees(x)", "np.fabs(x)", "np.sinc(x)", "np.conj(x)", "np.real(x)"]),
        Idiom("np.sign(x - 0.5)", note=NO_FLOW),
        Idiom("np.floor(5.0 * x)", note="derivative 0, as of `ceil`, `trunc`, `rint`, `round`"),
        Idiom("np.rint(5.0 * x)"),
        Idiom(
            "np.round(x, 1)", note="multiplies by 10, rounds, divides; `round(v, 1)` of a Value rounds as Python does"
        ),
        Idiom("np.mod(x, y)", note="derivatives 1 and −⌊x/y⌋"),
        Idiom("np.fmod(x, y)"),
        Idiom("np.maximum(x, y)", note="see the differences below, of plain numbers too"),
        Idiom("np.fmin(x, y)", note="see the differences below"),
        Idiom("np.clip(x, 0.4, 0.8)"),
        Idiom("np.logaddexp(x, y)", "np.vectorize(lambda a, b: logsumexp([a, b]), otypes=[object])(x, y)"),
        Idiom("np.heaviside(x - 0.5, 0.5)", "(1.0 + np.sign(x - 0.5)) / 2.0"),
        Idiom("np.copysign(x, -y)", "np.where(-y < 0.0, -abs(x), abs(x))"),
        Idiom("np.modf(5.0 * x)[0]", "np.fmod(5.0 * x, 1.0)"),
        Idiom("np.i0(x)", "np.vectorize(special.i0, otypes=[object])(x)"),
    ],
    "Questions": [
        Idiom("np.isnan(x)", "x != x", "or `isnan(v)` of one Value"),
        Idiom("np.isfinite(x)", "abs(x) < np.inf", "or `isfinite(v)` of one Value"),
        Idiom("np.isclose(x, y)", "np.isclose(data(x), data(y))"),
        Idiom("np.allclose(x, y)", "np.allclose(data(x), data(y))"),
        Idiom("np.array_equal(x, y)", note=NO_FLOW),
        Idiom("np.count_nonzero(x > 0.5)", note=NO_FLOW),
        Idiom("np.searchsorted(np.sort(x), 0.5)", note=NO_FLOW),
        Idiom("np.digitize(x, [0.4, 0.6])", note=NO_FLOW),
        Idiom("np.histogram(x, bins=[0.0, 0.5, 1.0])[0]", note=NO_FLOW),
        Idiom("x[np.argmax(x)]"),
    ],
    "Sums, extremes, statistics": [
        *map(Idiom, ["np.sum(x)", "A.sum(axis=0)", "A.sum(axis=1, keepdims=True)", "np.mean(x)", "A.mean(axis=0)"]),
        *map(Idiom, ["np.average(x, weights=y)", "np.prod(x)", "np.prod(A, axis=1)", "np.cumsum(x)", "np.cumprod(x)"]),
        Idiom("np.max(x)", note="see the differences below"),
        *map(Idiom, ["A.max(axis=0)", "np.min(x)", "np.ptp(x)", "np.maximum.accumulate(x)"]),
        *map(Idiom, ["np.var(x)", "np.var(A, axis=0, ddof=1)", "np.std(x)", "A.std(axis=1)", "np.median(x)"]),
        *map(Idiom, ["np.percentile(x, 30)", "np.quantile(x, 0.25)", "np.nansum(x)", "np.nanmean(x)"]),
        Idiom("np.log(np.sum(np.exp(x)))", note="`logsumexp(x)` doesn't overflow"),
        Idiom("np.sum(x, where=[True, False, True, True])", "np.sum(x, where=[True, False, True, True], initial=0.0)"),
        Idiom("np.cov(x, y)[0, 1]", "np.sum((x - x.mean()) * (y - y.mean())) / (len(x) - 1)"),
        Idiom("np.corrcoef(x, y)[0, 1]", "np.mean((x - x.mean()) * (y - y.mean())) / (x.std() * y.std())"),
    ],
    "Products and linear algebra": [
        *map(Idiom, ["np.dot(x, y)", "A @ z", "A @ B", "np.inner(x, y)", "np.outer(x, y)", "np.vdot(x, y)"]),
        *map(Idiom, ["np.tensordot(A, B, axes=1)", "np.einsum('i,i->', x, y)", "np.einsum('ij,jk->ik', A, B)"]),
        *map(Idiom, ["np.kron(x, y)", "np.cross(z, A[0])", "np.trace(A)", "np.linalg.multi_dot([A, B, A])"]),
        *map(Idiom, ["np.linalg.matrix_power(A, 3)", "np.linalg.norm(A)", "np.linalg.norm(A, axis=1)"]),
        *map(Idiom, ["np.linalg.norm(x, 1)", "np.linalg.norm(x, np.inf)"]),
        Idiom("np.linalg.norm(x)", note="`norm(x)` is exact at huge and tiny numbers, and has a gradient at 0"),
        Idiom("np.linalg.norm(x, 3)", "np.sum(abs(x) ** 3) ** (1 / 3)"),
        Idiom("np.linalg.solve(A, z)", "linalg.solve(A, z)"),
        Idiom("np.linalg.inv(A)", "linalg.inv(A)"),
        Idiom("np.linalg.det(A)", "linalg.det(A)"),
        Idiom("np.linalg.slogdet(A)[1]", "linalg.slogdet(A)[1]"),
        Idiom("np.linalg.cholesky(A @ A.T)", "linalg.cholesky(A @ A.T)"),
        Idiom("np.linalg.eigh(A + A.T)[0]", "linalg.eigh(A + A.T)[0]"),
        Idiom("np.linalg.lstsq(A, z)[0]", "linalg.lstsq(A, z)[0]"),
        Idiom("np.linalg.svd(A)[1]", "np.sqrt(linalg.eigh(A.T @ A)[0])[::-1]"),
        Idiom("np.linalg.pinv(A)", "linalg.inv(A.T @ A) @ A.T"),
    ],
    "Shapes": [
        *map(Idiom, ["x.reshape(2, 2)", "A.ravel()", "A.T", "np.transpose(A)", "np.stack([x, y])"]),
        *map(Idiom, ["np.concatenate([x, y])", "np.vstack([x, y])", "np.column_stack([x, y])", "np.append(x, 1.0)"]),
        *map(Idiom, ["np.delete(x, 1)", "np.tile(x, 2)", "np.repeat(x, 2)", "np.roll(x, 1)", "np.flip(x)"]),
        *map(Idiom, ["np.pad(x, 1)", "np.pad(x, 2, mode='edge')", "np.diag(x)", "np.diagonal(A)", "np.tril(A)"]),
        *map(Idiom, ["np.triu(A)", "np.broadcast_to(z, (2, 3))", "np.meshgrid(x, y)[0]", "np.split(x, 2)[1]"]),
        Idiom("np.array([c, c**2])", note="an array of Values has `dtype=object`, which NumPy finds out by itself"),
        Idiom("np.zeros(3) + c", note="`np.zeros(3)[0] = c` is refused: make the array with `dtype=object`"),
        Idiom("x.astype(float)", "x", "no gradient is dropped in silence; `data(x)` are the numbers"),
    ],
    "Choosing and sorting": [
        *map(
            Idiom, ["x[1:] - x[:-1]", "x[[0, 2]]", "x[x > 0.5]", "A[:, 0]", "A[np.triu_indices(3)]", "np.take(x, [0])"]
        ),
        Idiom("np.where(x > y, x, y)", note="both sides are computed, and raise what they raise"),
        Idiom("np.select([x > 0.5], [x**2], 0.0)"),
        Idiom("np.piecewise(x, [x > 0.5], [np.exp, np.square])"),
        *map(Idiom, ["np.sort(x)", "x[np.argsort(x)]", "max(x)"]),
        Idiom("np.nan_to_num(x)", note="see the differences below"),
    ],
    "Numerics": [
        *map(Idiom, ["np.diff(x)", "np.trapezoid(x)", "np.convolve(x, y)", "np.correlate(x, y)", "np.polyval(x, c)"]),
        *map(Idiom, ["np.vander(x, 3)", "np.linspace(c, 2.0, 3)", "np.apply_along_axis(np.sum, 0, A)"]),
        Idiom("np.vectorize(lambda a: a * a)(x)"),
        Idiom("np.frompyfunc(lambda a, b: a * b, 2, 1)(x, y)"),
        Idiom("np.gradient(x)", "np.concatenate([x[1:2] - x[:1], (x[2:] - x[:-2]) / 2.0, x[-1:] - x[-2:-1]])"),
        Idiom(
            "np.interp(c, xs, z)",
            "(lambda i: z[i - 1] + (c - xs[i - 1]) * (z[i] - z[i - 1]) / (xs[i] - xs[i - 1]))(np.searchsorted(xs, c))",
        ),
        Idiom("np.polyfit(xs, z, 1)", "np.linalg.pinv(np.vander(xs, 2)) @ z"),
        Idiom(
            "abs(np.fft.fft(x)) ** 2",
            "(lambda t: (np.cos(t) @ x) ** 2 + (np.sin(t) @ x) ** 2)(np.pi / 2.0 * np.outer(range(4), range(4)))",
            "the engine is real: compute with cosines and sines",
        ),
    ],
}

DIFFERENCES = [
    Difference("np.max(tie)", True, "[1.0, 0.0]", "amax(tie)", "[0.5, 0.5]", "the first of the largest is picked"),
    Difference("np.maximum(*tie)", True, "[1.0, 0.0]", "maximum(*tie)", "[0.5, 0.5]", "the first is picked"),
    Difference("np.minimum(*tie)", True, "[1.0, 0.0]", "minimum(*tie)", "[0.5, 0.5]", "the first is picked"),
    Difference("np.linalg.norm(zeros)", True, "[nan, nan]", "norm(zeros)", "[0.0, 0.0]", "a root of 0 has slope ∞"),
    Difference("np.std(tie)", True, "[nan, nan]", "np.sqrt(np.var(tie) + 1e-12)", "[0.0, 0.0]", "the same"),
    Difference("np.max(one_nan)", False, "1.0", "amax(one_nan)", "nan", "compared, and no number is less than NaN"),
    Difference("np.maximum(*one_nan)", False, "1.0", "maximum(*one_nan)", "nan", "NaN in the first place is not seen"),
    Difference(
        "np.sort(one_nan)", False, "[nan, 1.0]", "np.sort(one_nan[one_nan == one_nan])", "[1.0]", "NaN has no place"
    ),
    Difference(
        "np.nan_to_num(one_nan)",
        False,
        "[nan, 1.0]",
        "np.where(one_nan == one_nan, one_nan, 0.0)",
        "[0.0, 1.0]",
        "arrays of objects are returned as they are",
    ),
    Difference(
        "np.sign(one_nan)", False, "TypeError", "np.array([sign(v) for v in one_nan])", "[nan, 1.0]", "NaN has no sign"
    ),
    Difference(
        "np.floor(one_nan)",
        False,
        "ValueError",
        "np.floor(one_nan[one_nan == one_nan])",
        "[1.0]",
        "as `math.floor`; infinities are an OverflowError",
    ),
    Difference(
        "1.0 / zeros", False, "ZeroDivisionError", "1.0 / (zeros + 0.5)", "[2.0, 2.0]", "as for Python's floats"
    ),
    Difference(
        "np.where(zeros > 0.0, np.log(zeros), 0.0)",
        False,
        "ValueError",
        "np.where(zeros > 0.0, np.log(np.where(zeros > 0.0, zeros, constant(1.0))), 0.0)",
        "[0.0, 0.0]",
        "both sides are computed: give the logarithm a number that it takes",
    ),
    Difference(
        "np.exp(zeros + 1000.0)",
        False,
        "OverflowError",
        "np.exp(np.minimum(zeros + 1000.0, constant(0.0)))",
        "[1.0, 1.0]",
        "as for Python's floats",
    ),
    Difference(
        "np.log(np.maximum(zeros, 1.0))",
        False,
        "TypeError",
        "np.log(np.maximum(zeros, 1.0) + constant(0.0))",
        "[0.0, 0.0]",
        "what was picked is a plain 1.0, which arithmetic takes, but no function of NumPy's on arrays of objects",
    ),
    Difference(
        "np.zeros(2).__setitem__(0, tie[0])",
        False,
        "TypeError",
        "np.array([tie[0], 0.0])",
        "[2.0, 0.0]",
        "an array of floats can't hold a Value, which would lose its gradient",
    ),
]

HEAD = """# NumPy

Written by `python docs/numpy_page.py` from its tables; a test runs every row and keeps this page up to date.

A Value is a number in NumPy, too: an array of Values (`dtype=object`) keeps the graph through NumPy's own functions.

```python
import numpy as np
from autograd import data, values

x = values(np.array([1.0, 2.0, 4.0]))  # an array of Values
np.var(x).backward()
print([round(v.grad, 3) for v in x])  # [-0.889, -0.222, 1.111]
print(data(x))  # [1. 2. 4.]
```

`grad`, `jacobian`, `jit` and the other transforms take and return arrays of floats; the function that they are given
computes with arrays of Values. NumPy calls Python for every element of such an array: where that is too slow, `jit` and
`vmap` record it once and replay it as machine code.

Below, `x` and `y` are vectors, `A` and `B` square matrices, `z` is a vector that fits, `c` a number: all of Values.
`xs` are plain numbers; other names are those of `autograd`. Of {total} idioms {works} work as they stand, in a recorded
function, too: values are those of NumPy's floats, gradients those of their central differences, and of JAX. The others
are refused with an error, NumPy's or ours, and the code beside them does it instead.
"""

DIFFERS = """
## What differs

An array of Values is computed element by element, by Python's comparisons and with Python's errors. `tie` is [2, 2],
`one_nan` is [NaN, 1], `zeros` is [0, 0]. An array may hold plain numbers beside Values (of `np.where`, `np.clip`,
`np.sign`, `np.zeros_like`): `array + constant(0.0)` makes Values of them.

| NumPy | of Values | of floats | instead | gives | why |
|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    every = [idiom for idioms in IDIOMS.values() for idiom in idioms]
    works = sum(not idiom.instead for idiom in every)
    parts = [HEAD.replace("{total}", str(len(every))).replace("{works}", str(works))]
    for title, idioms in IDIOMS.items():
        plain = ", ".join(f"`{idiom.code}`" for idiom in idioms if not idiom.instead and not idiom.note)
        told = [_row(f"`{idiom.code}`", "works", idiom.note) for idiom in idioms if idiom.note and not idiom.instead]
        refused = [_row(f"`{idiom.code}`", f"`{idiom.instead}`", idiom.note) for idiom in idioms if idiom.instead]
        table = "| NumPy | instead | remark |\n|---|---|---|\n" + "".join(told + refused)
        parts.append(f"\n## {title}\n\nThese work: {plain}.\n" + (f"\n{table}" if told or refused else ""))
    return "".join([*parts, DIFFERS, *map(_difference, DIFFERENCES)])


def _difference(row: Difference) -> str:
    kind = "gradient " if row.gradient else ""
    floats = "" if row.gradient else f"`{of_floats(row.code)}`"
    return _row(f"`{row.code}`", f"{kind}`{row.gives}`", floats, f"`{row.instead}`", f"`{row.right}`", row.note)


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"


def special_arrays() -> dict[str, Any]:
    """The arrays that the differences show at."""
    return {"tie": np.array([2.0, 2.0]), "one_nan": np.array([np.nan, 1.0]), "zeros": np.zeros(2)}


def of_floats(code: str) -> str:
    """What NumPy's floats make of some code."""
    with np.errstate(all="ignore"):
        return str(np.asarray(eval(code, {"np": np}, special_arrays())).tolist())


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
