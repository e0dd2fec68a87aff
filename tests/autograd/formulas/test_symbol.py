"""Formulas: what is written down means what the row computes."""

from __future__ import annotations

import itertools
import math
import operator
import random
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from matplotlib.mathtext import MathTextParser

from autograd import PRIMITIVES, Primitive, where
from autograd.formulas.notation import ARITHMETIC, Dialect, spell_number, statements, to_latex, to_text
from autograd.formulas.symbol import Symbol, operand_symbols, partial_formulas, value_formula

PYTHON = Dialect(
    templates={**ARITHMETIC, "where": "{1} if {0} else {2}"},
    call=lambda symbol, arguments: f"{symbol.head}({', '.join(arguments)})",
    number=spell_number("None", "inf", "nan"),
    name=str,
    is_code=True,
)
ROWS = list(PRIMITIVES.values())
POINTS = [(row, point) for row in ROWS for point in (*row.samples, *row.kinks)]


def by_name(case: Any) -> str:
    return case.name if isinstance(case, Primitive) else str(case)


def evaluate(text: str, names: dict[str, float]) -> float:
    """What a formula in text means, read by Python after its signs are spelled out."""
    for sign, spelled in [("·", "*"), ("−", "-"), ("^", "**"), ("²", "**2"), ("≥", ">="), ("≤", "<="), ("≠", "!=")]:
        text = text.replace(sign, spelled)
    text = (
        text.replace("⌊", "math.floor(")
        .replace("⌋", ")")
        .replace(" = ", " == ")
        .replace("∞", "math.inf")
        .replace("√", "math.sqrt")
    )
    functions = {name: getattr(math, name) for name in ("exp", "expm1", "log", "sin", "cos", "sinh", "cosh", "hypot")}
    functions |= {"erfc": math.erfc, "min": min, "math": math, "NaN": math.nan, "σ": lambda a: 1 / (1 + math.exp(-a))}
    return float(eval(text, functions, names))


@pytest.mark.parametrize(("row", "point"), POINTS, ids=by_name)
def test_text_of_every_partial_means_the_partial(row: Primitive, point: tuple[float, ...]) -> None:
    operands = operand_symbols(row, len(point))
    y = row(*point)
    names = {str(symbol.head): number for symbol, number in zip(operands, point, strict=True)} | {"y": y}
    expected = row.partials_at(point, y)
    for formula, number in zip(partial_formulas(row, operands, Symbol("y")), expected, strict=True):
        try:
            result = evaluate(to_text(formula), names)
        except (ZeroDivisionError, ValueError):  # 1/0, log(−2): a reader stops where the row has inf or NaN
            assert number is None or not math.isfinite(number)
            continue
        assert result == pytest.approx(number or 0.0, rel=1e-5, nan_ok=True)


def called(row: Primitive) -> Any:
    """The value rule, to be called with operands one by one."""
    return (lambda *xs: row.value(xs)) if row.variadic else row.value


@pytest.mark.parametrize(("row", "point"), POINTS, ids=by_name)
def test_python_source_of_every_partial_is_the_partial_bit_for_bit(row: Primitive, point: tuple[float, ...]) -> None:
    y = row(*point)
    symbols = [Symbol(f"x{i}") for i in range(len(point))]
    names: dict[str, Any] = {name: called(primitive) for name, primitive in PRIMITIVES.items()}
    names |= {"inf": math.inf, "nan": math.nan, "y": y} | {f"x{i}": number for i, number in enumerate(point)}
    steps, results = statements(partial_formulas(row, symbols, Symbol("y"), exact=True), PYTHON)
    for name, text in steps:
        names[name] = eval(text, names)
    found = [eval(text, names) for text in results]
    assert [repr(number or 0.0) for number in found] == [repr(number or 0.0) for number in row.partials_at(point, y)]


@pytest.mark.parametrize("row", ROWS, ids=by_name)
def test_latex_of_every_row_can_be_typeset(row: Primitive) -> None:
    operands = operand_symbols(row, 4)
    for formula in [row(*operands), *partial_formulas(row, operands, Symbol("y"))]:
        latex = to_latex(formula)
        assert latex.count("{") == latex.count("}")
        assert latex.count(r"\left") == latex.count(r"\right")
        assert latex.count(r"\begin{cases}") == latex.count(r"\end{cases}")
        if "cases" not in latex:  # which this small typesetter doesn't know
            MathTextParser("path").parse(f"${latex}$")


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("a", "a"),
        ("a20", "a_{20}"),
        ("a₂₀", "a_{20}"),
        ("w_1", "w_{1}"),
        ("target", r"\mathrm{target}"),
        ("w_h", "w_{h}"),
        ("w[0][1]", "w_{0,1}"),
        ("w[-1]", "w_{-1}"),
        ("rate_h[2]", r"\mathrm{rate}_{h,2}"),
        ("batch_loss", r"\mathrm{batch\_loss}"),
        ("options['rate']", r"\mathrm{options}_{\mathrm{rate}}"),
        ("z#2", r"z_{\#2}"),
        ("λ", r"\lambda"),
        ("sigma_hat", r"\sigma_{\mathrm{hat}}"),
        ("δ₂", r"\delta_{2}"),
        ("layer1.neuron3.w[2]", r"w_{\mathrm{layer1.neuron3},2}"),
        ("100% {of} $x_y$\n\\^~#", r"\mathrm{100\%\ \{of\}\ \$x\_y\$\ \backslash \wedge \sim \#}"),
    ],
)
def test_labels_in_latex(name: str, latex: str) -> None:
    assert to_latex(Symbol(name)) == latex
    MathTextParser("path").parse(f"${latex}$")


def test_a_zero_has_no_minus_for_readers_and_keeps_it_for_computers() -> None:
    zero, x = Symbol(-0.0), Symbol("x")
    assert [to_text(zero), to_latex(zero)] == ["0", "0"]
    assert [to_text(x * zero), to_text(x - zero), to_latex(-Symbol(0.0))] == ["x·0", "x − 0", "0"]
    assert spell_number("0", "inf", "nan")(-0.0) == "-0.0"


a, b, c = Symbol("a"), Symbol("b"), Symbol("c")
difference = a - b


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        (a - (b - c), "a − (b − c)"),
        (a - b - c, "a − b − c"),
        (a / (b * c), "a/(b·c)"),
        ((a + b) * c, "(a + b)·c"),
        (-a * b, "−a·b"),
        (a * -b, "a·(−b)"),
        (c - -a * b, "c − (−a·b)"),
        (-a / b * c, "−a/b·c"),
        ((a + b) * c - difference * difference, "(a + b)·c − (a − b)²"),
        (a + -2.5, "a + (−2.5)"),
        (-(a + b), "−(a + b)"),
        ((-a) ** 2.0, "(−a)²"),
        ((a**b) ** c, "(a^b)^c"),
        (a**-1.0, "a^(−1)"),
        (abs(a - b), "|a − b|"),
        (3.0 * a ** (b - 1.0), "3·a^(b − 1)"),
        (1e-30 * a, "1e−30·a"),
        (where(a >= b, a, where(b < c, 1.0, -math.inf)), "a if a ≥ b else 1 if b < c else −∞"),
        (where(a, b, c), "b if a ≠ 0 else c"),
        (Symbol("two\nlines") + 1.0, "two lines + 1"),
    ],
)
def test_no_more_parentheses_than_needed(formula: Symbol, text: str) -> None:
    assert to_text(formula) == text


@pytest.mark.parametrize("name", ["add", "sub", "mul", "div", "pow", "mod", "floordiv"])
def test_an_operator_writes_its_operation(name: str) -> None:
    operate = getattr(operator, "truediv" if name == "div" else name)
    x, y = Symbol("x"), Symbol("y")
    assert repr(operate(x, y)) == f"{name}(x, y)"
    assert repr(operate(x, 2.0)) == f"{name}(x, 2.0)"
    assert repr(operate(2.0, x)) == f"{name}(2.0, x)"


def test_a_formula_can_not_be_chosen_by() -> None:
    with pytest.raises(TypeError, match=r"whether >\(a, 0\.0\) holds .* choose with where\(\.\.\.\)"):
        bool(a > 0.0)


def test_a_formula_of_any_depth_is_written() -> None:
    total = a
    for _ in range(20_000):
        total = total + b
    assert to_text(total).count("b") == 20_000
    steps, [result] = statements([total], PYTHON)
    names = {"a": 1.0, "b": 2.0}
    for name, text in steps:
        names[name] = eval(text, names)
    assert eval(result, names) == 40_001.0


def test_what_is_used_twice_is_computed_once_in_code() -> None:
    power = a
    for _ in range(100):
        power = power * power  # 2^100 factors, if every one were written
    steps, _ = statements([power], PYTHON)
    assert len(steps) == 99


def test_the_value_rule_written_out() -> None:
    steps, [result] = statements([value_formula(PRIMITIVES["sigmoid"], [a])], PYTHON)
    assert steps == [("t0", "exp(-abs(a))")]
    assert result == "(1.0 if a >= 0.0 else t0) / (1.0 + t0)"


def quotients() -> Iterator[tuple[float, float]]:
    """Of either sign, some of them zeros or whole; and so large that floats round them down, up, or to a half."""
    yield from itertools.product([0.0, -0.0, 6.0, -6.0, 7.5, -7.5, 5e-324, -1e300], [2.0, -2.0, 0.75, -1e300, math.inf])
    draw = random.Random(1)
    for _ in range(500):
        a = draw.choice((-1.0, 1.0)) * 10.0 ** draw.uniform(0.0, 16.0)
        yield a, draw.choice((-1.0, 1.0)) * 10.0 ** draw.uniform(-1.0, 1.0)
    yield from [(342601856514790.3, 0.09099358958832021), (4999439024315331.0, -1.2502094154452947)]


@pytest.mark.parametrize(("name", "operate"), [("mod", operator.mod), ("floordiv", operator.floordiv)])
def test_remainders_written_out_are_pythons_bit_for_bit(name: str, operate: Callable[[float, float], float]) -> None:
    steps, [result] = statements([value_formula(PRIMITIVES[name], [a, b])], PYTHON)
    rows: dict[str, Any] = {row.name: called(row) for row in ROWS} | {"inf": math.inf, "nan": math.nan}
    for x, y in quotients():
        names = rows | {"a": x, "b": y}
        for step, text in steps:
            names[step] = eval(text, names)
        assert repr(eval(result, names)) == repr(operate(x, y)), (x, y)
