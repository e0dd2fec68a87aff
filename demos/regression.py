"""NIST's certified nonlinear regressions, to their last certified digits.

`autograd-demos regression` fits the three problems in `demos/data`; `python -m demos.regression FILE.dat` fits any
other of NIST's.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograd import Value, constant
from autograd.support.files import path_shown
from autograd.views.terminal import wants_colour
from demos import nist
from demos.report import Report, Section, Verdict, show
from demos.terminal import report_lines

CERTIFIED_DIGITS = 11
WANTED_DIGITS = 8
_SHOWN_DIGITS = 9  # what the columns hold
PROBLEMS = ("Misra1a", "Thurber", "MGH10")


@dataclass(frozen=True)
class Estimate:
    """A fitted number beside the certified one.

    Attributes:
        what: its name.
        certified, engine: the two.
        wanted: to how many digits they must agree.

    >>> Estimate("b1", 238.94212918, 238.94212917).verdict
    <Verdict.AGREES: '✓'>
    """

    what: str
    certified: float
    engine: float
    wanted: float = WANTED_DIGITS

    @property
    def digits(self) -> float:
        """To how many digits they agree: NIST's log relative error, −log₁₀ |engine − certified| / |certified|."""
        error = abs(self.engine - self.certified) / abs(self.certified)
        return min(CERTIFIED_DIGITS, -math.log10(error)) if error else CERTIFIED_DIGITS

    @property
    def verdict(self) -> Verdict:
        """✓ where they agree to as many digits as wanted, or more."""
        return Verdict.AGREES if self.digits >= self.wanted else Verdict.WRONG

    @property
    def cells(self) -> tuple[str, str, str]:
        """The texts of its columns before the verdict."""
        return (
            f"{self.what}, to {self.digits:.1f} digits",
            show(self.certified, _SHOWN_DIGITS),
            show(self.engine, _SHOWN_DIGITS),
        )

    @property
    def remark(self) -> str:
        """The line below the row, if any."""
        return "" if self.verdict is Verdict.AGREES else f"must agree to {self.wanted:.1f} digits"


def report() -> Report:
    """Every problem from both certified starts.

    Raises:
        ImportError: without SciPy.
    """
    return [section for name in PROBLEMS for section in sections(nist.read(nist.DATA / f"{name}.dat"))]


def sections(problem: nist.Problem) -> list[Section]:
    """The fits of one problem, from each of its starts."""
    return [_section(problem, number) for number in range(len(problem.starts))]


def _section(problem: nist.Problem, number: int) -> Section:
    from demos.fitting import fit  # only here: SciPy takes its time to load

    found = fit(problem.residuals, problem.starts[number])
    rows = [
        Estimate(f"b{i + 1}", certified, float(b))
        for i, (certified, b) in enumerate(zip(problem.certified, found.parameters, strict=True))
    ]
    wanted = min(WANTED_DIGITS, digits_of_residuals(problem))
    rows += [
        Estimate(f"σ of b{i + 1}", certified, float(deviation), wanted)
        for i, (certified, deviation) in enumerate(zip(problem.deviations, found.deviations, strict=True))
    ]
    squares = problem.residual_sum_of_squares, found.residual_sum_of_squares
    rows.append(Estimate("residual sum of squares", *squares, wanted))
    start = ", ".join(map(show, problem.starts[number]))
    text = [problem.formula, f"{found.evaluations} evaluations, {found.jacobians} exact Jacobians, from ({start})."]
    if wanted < WANTED_DIGITS:
        known = f"{wanted:.1f} of their digits are known"
        text.append(f"The residuals are hardly larger than the rounding of the observations: {known}.")
    return Section(f"{problem.name}, start {number + 1}", rows, text, ("parameter", "certified", "engine"))


def digits_of_residuals(problem: nist.Problem) -> float:
    """How many digits of the certified sum of squares, and of all deviations, floats can tell.

    A residual is the difference of two numbers as large as the observation, and so is as uncertain as their rounding.
    Of Lanczos1, whose observations are the model itself to 14 digits, that leaves two or three.
    """
    rounding = sys.float_info.epsilon * math.hypot(*problem.response)
    return -math.log10(2.0 * rounding / math.sqrt(problem.residual_sum_of_squares))


def output() -> Value:
    """The squared residual of Misra1a's last observation at the certified parameters."""
    problem = nist.read(nist.DATA / "Misra1a.dat")
    b = [Value(number, label=f"b{i + 1}") for i, number in enumerate(problem.certified)]
    predicted = problem.model(b, [constant(problem.predictors[-1][0], label="x")])
    residual = predicted - constant(problem.response[-1], label="y")
    residual.label = "residual"
    squared: Value = residual * residual
    squared.label = "squared"
    return squared


def plots(folder: Path) -> list[Path]:
    """Data, fit and residuals of every problem."""
    from matplotlib.figure import Figure

    from demos.fitting import fit

    figure = Figure(figsize=(15, 7), layout="constrained")
    rows = figure.subplots(2, len(PROBLEMS), height_ratios=(3, 1), sharex="col")
    for above, below, name in zip(rows[0], rows[1], PROBLEMS, strict=True):
        problem = nist.read(nist.DATA / f"{name}.dat")
        found = fit(problem.residuals, problem.starts[0])
        x = [row[0] for row in problem.predictors]
        grid = [min(x) + (max(x) - min(x)) * i / 200 for i in range(201)]
        above.plot(grid, [problem.model(list(found.parameters), [at]) for at in grid], label="fit")
        above.plot(x, problem.response, "ko", markersize=4, label="NIST's data")
        above.set(title=name, ylabel="y")
        above.legend()
        below.axhline(0.0, linewidth=0.8)
        below.stem(x, found.residuals, linefmt="C1-", markerfmt="C1o", basefmt=" ")
        below.set(xlabel="x", ylabel="residual")
    path = folder / "regression.png"
    figure.savefig(path)
    return [path]


def main(paths: Sequence[str]) -> int:
    """Fit the problems of these files; returns the exit code."""
    code = 0
    for path in paths:
        try:
            problem = nist.read(Path(path))
        except (OSError, ValueError) as error:
            print(f"python -m demos.regression: {error}", file=sys.stderr)
            return 2
        try:
            fits = sections(problem)
        except (ArithmeticError, ValueError, RuntimeError) as error:
            print(f"python -m demos.regression: {path_shown(path)}: it can't be fitted: {error}", file=sys.stderr)
            return 2
        print(*report_lines(problem.name, fits, wants_colour(sys.stdout)), sep="\n")
        code |= any(row.verdict is Verdict.WRONG for section in fits for row in section.rows)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
