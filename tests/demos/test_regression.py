"""NIST's certified answers are the oracle: for the three problems of the project, and others typed in here."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("scipy", reason="the fits use SciPy: pip install scipy")

from demos import nist, regression
from demos.fitting import fit
from demos.report import Verdict

TEMPLATE = """NIST/ITL StRD
Dataset Name:  {name}            ({name}.dat)

File Format:   ASCII
               Starting Values   (lines {first} to {last})
               Certified Values  (lines {first} to {last_certified})
               Data              (lines {data} to {end})

Model:         A Class
               {count} Parameters

               {model}  +  e

        Start 1     Start 2           Parameter     Standard Deviation
{rows}

Residual Sum of Squares:                    {rss}
Data:   y     x
{observations}
"""

# name: model, one line a parameter (two starts, certified value and deviation), residual sum of squares, (y, x)
OTHERS = {
    "BoxBOD": (
        "y = b1*(1-exp[-b2*x])",
        ["1 100 2.1380940889E+02 1.2354515176E+01", "1 0.75 5.4723748542E-01 1.0455993237E-01"],
        "1.1680088766E+03",
        [(109, 1), (149, 2), (149, 3), (191, 5), (213, 7), (224, 10)],
    ),
    "DanWood": (
        "y  = b1*x**b2",
        ["1 0.7 7.6886226176E-01 1.8281973860E-02", "5 4 3.8604055871E+00 5.1726610913E-02"],
        "4.3173084083E-03",
        [(2.138, 1.309), (3.421, 1.471), (3.597, 1.49), (4.34, 1.565), (4.882, 1.611), (5.66, 1.68)],
    ),
    "MGH09": (
        "y = b1*(x**2+x*b2) / (x**2+x*b3+b4)",
        [
            "25 0.25 1.9280693458E-01 1.1435312227E-02",
            "39 0.39 1.9128232873E-01 1.9633220911E-01",
            "41.5 0.415 1.2305650693E-01 8.0842031232E-02",
            "39 0.39 1.3606233068E-01 9.0025542308E-02",
        ],
        "3.0750560385E-04",
        [
            *((0.1957, 4), (0.1947, 2), (0.1735, 1), (0.16, 0.5), (0.0844, 0.25), (0.0627, 0.167)),
            *((0.0456, 0.125), (0.0342, 0.1), (0.0323, 0.0833), (0.0235, 0.0714), (0.0246, 0.0625)),
        ],
    ),
    "Rat42": (
        "y = b1 / (1+exp[b2-b3*x])",
        [
            "100 75 7.2462237576E+01 1.7340283401E+00",
            "1 2.5 2.6180768402E+00 8.8295217536E-02",
            "0.1 0.07 6.7359200066E-02 3.4465663377E-03",
        ],
        "8.0565229338E+00",
        [
            *((8.93, 9), (10.8, 14), (18.59, 21), (22.33, 28), (39.35, 42)),
            *((56.11, 57), (61.73, 63), (64.62, 70), (67.08, 79)),
        ],
    ),
}


def written(folder: Path, name: str) -> Path:
    model, rows, rss, observations = OTHERS[name]
    first = TEMPLATE[: TEMPLATE.index("{rows}")].count("\n") + 1
    certified = first + len(rows) + 1
    text = TEMPLATE.format(
        name=name,
        model=model,
        count=len(rows),
        rows="\n".join(f"  b{i + 1} = {row}" for i, row in enumerate(rows)),
        rss=rss,
        observations="\n".join(f"{y} {x}" for y, x in observations),
        first=first,
        last=certified - 2,
        last_certified=certified,
        data=certified + 2,
        end=certified + 1 + len(observations),
    )
    path = folder / f"{name}.dat"
    path.write_text(text)
    return path


@pytest.mark.parametrize("start", [0, 1])
@pytest.mark.parametrize("name", [*regression.PROBLEMS, *OTHERS])
def test_the_certified_parameters_are_reached_to_8_digits(name: str, start: int, tmp_path: Path) -> None:
    problem = nist.read(written(tmp_path, name) if name in OTHERS else nist.DATA / f"{name}.dat")
    found = fit(problem.residuals, problem.starts[start])
    assert found.parameters == pytest.approx(problem.certified, rel=1e-8)
    assert found.deviations == pytest.approx(problem.deviations, rel=1e-6)
    assert found.residual_sum_of_squares == pytest.approx(problem.residual_sum_of_squares, rel=1e-8)


def test_a_wrong_digit_is_seen() -> None:
    assert regression.Estimate("b1", 238.94212918, 238.94212917).verdict is Verdict.AGREES
    assert regression.Estimate("b1", 238.94212918, 238.94215).verdict is Verdict.WRONG


def test_any_file_of_nists_can_be_fitted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert regression.main([str(written(tmp_path, "DanWood"))]) == 0
    shown = capsys.readouterr().out
    assert "DanWood, start 2" in shown
    assert "✗" not in shown


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
    ],
)
def test_a_bad_file_is_refused(edit: object, message: str, tmp_path: Path) -> None:
    assert callable(edit)
    path = tmp_path / "bad.dat"
    path.write_text(edit((nist.DATA / "Misra1a.dat").read_text()))
    with pytest.raises(ValueError, match=message) as caught:
        nist.read(path)
    assert "bad.dat" in str(caught.value)


def test_fit_says_that_it_found_no_minimum() -> None:
    with pytest.raises(RuntimeError, match="no minimum after"):
        fit(lambda b: [b[0] * b[0] + 1.0, b[0]], [5.0], max_evaluations=1)
