"""NIST's certified answers are the oracle: for the three problems of the demo, and for all the others."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("scipy", reason="the fits use SciPy: pip install scipy")

from demos import nist, regression
from demos.fitting import fit
from demos.report import Verdict
from support.effort import long_on_the_sources

OTHERS = Path(__file__).parent.parent / "data" / "nist"
"""The problems that the demo doesn't show, as NIST publishes them: https://www.itl.nist.gov/div898/strd/"""

FILES = {path.stem: path for folder in (nist.DATA, OTHERS) for path in sorted(folder.glob("*.dat"))}
# Its observations are the model itself to 14 digits: of their rounding, and nothing else, the residuals consist.
NO_RESIDUALS = "Lanczos1"


def test_all_of_nists_problems_are_here() -> None:
    assert len(FILES) == 27


@pytest.mark.parametrize("start", [pytest.param(0, marks=long_on_the_sources, id="far"), pytest.param(1, id="near")])
@pytest.mark.parametrize("name", FILES)
@pytest.mark.filterwarnings("ignore:overflow encountered:RuntimeWarning")  # SciPy's, of a step that leads far away
def test_the_certified_numbers_are_reached_to_8_digits(name: str, start: int) -> None:
    problem = nist.read(FILES[name])
    found = fit(problem.residuals, problem.starts[start])
    rest = 2e-3 if name == NO_RESIDUALS else 1e-8
    assert found.parameters == pytest.approx(problem.certified, rel=1e-8, abs=0.0)
    assert found.deviations == pytest.approx(problem.deviations, rel=rest, abs=0.0)
    assert found.residual_sum_of_squares == pytest.approx(problem.residual_sum_of_squares, rel=rest, abs=0.0)


def test_only_what_floats_can_tell_is_asked_for() -> None:
    known = {name: regression.digits_of_residuals(nist.read(path)) for name, path in FILES.items()}
    assert [name for name in known if known[name] < regression.WANTED_DIGITS] == [NO_RESIDUALS]
    assert 2.0 < known[NO_RESIDUALS] < 3.0


def test_deviations_of_parameters_that_the_observations_do_not_determine_are_infinite() -> None:
    observed = (1.0, 2.0, 3.0)
    for residuals in (lambda b: [b[0] + b[1] - x for x in observed], lambda b: [b[0] - x for x in observed]):
        found = fit(residuals, [0.0, 0.0])
        assert found.deviations.tolist() == [float("inf")] * 2
        assert sum(residuals(found.parameters)) == pytest.approx(0.0, abs=1e-12)


def test_a_wrong_digit_is_seen() -> None:
    assert regression.Estimate("b1", 238.94212918, 238.94212917).verdict is Verdict.AGREES
    assert regression.Estimate("b1", 238.94212918, 238.94215).verdict is Verdict.WRONG


@pytest.mark.parametrize("name", ["DanWood", NO_RESIDUALS])
def test_any_file_of_nists_can_be_fitted(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert regression.main([str(FILES[name])]) == 0
    shown = capsys.readouterr().out
    assert f"{name}, start 2" in shown
    assert "✗" not in shown
    assert ("rounding of the observations" in shown) == (name == NO_RESIDUALS)


def test_a_bad_file_is_one_line_and_exit_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert regression.main([str(tmp_path / "nowhere.dat")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda text: text.replace("NIST/ITL", "Somebody's"), "not a file of NIST's"),
        (lambda text: text[: len(text) * 2 // 3], "truncated"),
        (lambda text: "\n".join(text.splitlines()[:-1]), "truncated"),
        (lambda text: text.replace("exp[-b2*x]", "__import__('os').getpid()"), "not an arithmetic expression"),
        (lambda text: text.replace("exp[-b2*x]", "unknown"), "not an arithmetic expression"),
        (lambda text: text.replace("+  e", ""), "no model"),
        (lambda text: text.replace("77.6E0", "seventy"), "numbers a line"),
        (lambda text: text.replace("77.6E0", "nan"), r"the data must be finite numbers, got '10\.07E0 nan'"),
        (lambda text: text.replace("2.3894212918E+02", "inf"), "the certified values must be finite numbers"),
        (lambda text: text.replace("  2.7070075241E+00", ""), "the certified values are not two starts, a parameter"),
        (lambda text: text.replace("1.2455138894E-01", "-1.0"), "residual sum of squares is not a positive number"),
        (lambda text: text.replace("lines 61 to 74", "lines 74 to 61"), "Data can't stand on lines 74 to 61"),
        (lambda text: text.replace("lines 61 to 74", f"lines 61 to {'9' * 5000}"), "on which lines 'Data' stands"),
        (lambda text: text.replace("y               x", "y               y"), "no line like"),
        (lambda text: text.replace("y               x", "y               x x"), "columns of the data must be y and x"),
        (lambda text: text.replace("Misra1a  ", "Misra1a\u00e9"), "found a byte that is none at"),
        (lambda text: text + "\n" * 2**16, "bytes, more than the 65,536 that are read"),
    ],
)
def test_a_bad_file_is_refused(edit: object, message: str, tmp_path: Path) -> None:
    assert callable(edit)
    path = tmp_path / "bad.dat"
    path.write_text(edit((nist.DATA / "Misra1a.dat").read_text()), encoding="utf-8")
    with pytest.raises(ValueError, match=message) as caught:
        nist.read(path)
    assert "bad.dat" in str(caught.value)


def with_model(folder: Path, model: str) -> Path:
    """A problem with another model, in a file."""
    path = folder / "strange.dat"
    path.write_text((nist.DATA / "Misra1a.dat").read_text().replace("b1*(1-exp[-b2*x])", model))
    return path


@pytest.mark.parametrize(
    "model",
    [
        *(
            "'a'*10**9",
            "((",
            "b1*x)",
            "(" * 230 + "x" + ")" * 230,
            "x # \x1b[31m",
            "b1; x",
            "lambda: x",
            "[x for x in x]",
        ),
        *(
            "exp",
            "exp + 1",
            "exp(b1, b2)",
            "exp(x=1)",
            "exp(*x)",
            "exp()",
            "exp(x)(x)",
            "b1(x)",
            "pi(x)",
            "x[0]",
            "x.real",
        ),
        *(
            "True",
            "1j",
            "1e999",
            "1" + "0" * 400,
            "...",
            "b3",
            "e",
            "y",
            "x if x else x",
            "x and x",
            "-" * 490 + "x * zz",
        ),
    ],
)
def test_a_model_that_is_not_arithmetic_is_refused(model: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"strange\.dat: .*(is not an arithmetic expression of b1, b2, x|no model)"):
        nist.read(with_model(tmp_path, model))


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("9**9**9**9", "OverflowError"),
        ("x*9.0**9**9", "OverflowError"),
        ("1/(b1-b1)", "ZeroDivisionError"),
        ("log(-x)", r"ValueError: log\(-77\.6\)"),
        ("(-x)**.5", r"\(5\.39"),  # a complex number
        ("1e308*x*x", r"\(inf\)"),
    ],
)
def test_a_model_that_cant_be_computed_is_refused(model: str, told: str, tmp_path: Path) -> None:
    path = with_model(tmp_path, model)
    with pytest.raises(ValueError, match=rf"strange\.dat: the model can't be computed from start 1 at row 1 .*{told}"):
        nist.read(path)
    assert regression.main([str(path)]) == 2


@pytest.mark.parametrize("error", [RuntimeError("no minimum"), OverflowError("too large"), ValueError("no number")])
def test_a_model_that_cant_be_fitted_is_one_line_and_exit_2(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_: nist.Problem) -> None:
        raise error

    monkeypatch.setattr(regression, "sections", fail)
    assert regression.main([str(nist.DATA / "Misra1a.dat")]) == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line.endswith(f"Misra1a.dat: it can't be fitted: {error}")


def test_fit_says_that_it_found_no_minimum() -> None:
    with pytest.raises(RuntimeError, match="no minimum after"):
        fit(lambda b: [b[0] * b[0] + 1.0, b[0]], [5.0], max_evaluations=1)
