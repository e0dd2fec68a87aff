"""How a formula is written down: as text, LaTeX or code, with no more parentheses than it needs."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import reduce
from typing import NamedTuple

from autograd.formulas.symbol import Symbol


class Dialect(NamedTuple):
    """How formulas are written for one kind of reader.

    Attributes:
        templates: an operation's notation; it overrules `call`.
        call: (symbol, arguments) -> any other operation.
        number, name: how leaves are written.
        is_code: keep every operation as it is, and name what is used twice, so that it is computed once.
    """

    templates: dict[str, str]
    call: Callable[[Symbol, list[str]], str]
    number: Callable[[float | None], str]
    name: Callable[[str], str]
    is_code: bool


_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_ATOM = 9
_TIGHTNESS: dict[str, tuple[int, tuple[int, ...]]] = {
    # how tightly an operation binds, and how tightly each operand must to go without parentheses
    "where": (0, (1, 1, 0)),
    "add": (2, (2, 4)),
    "sub": (2, (2, 4)),
    "neg": (3, (4,)),
    "mul": (4, (3, 5)),
    "div": (4, (3, 5)),
    "ieee_div": (4, (3, 5)),
    "mod": (4, (5, 5)),
    "floordiv": (_ATOM, (3, 5)),
    "pow": (6, (_ATOM, _ATOM)),
    "square": (6, (_ATOM,)),
    "frac": (5, (0, 0)),
    "times": (4, (3, 4)),
    **dict.fromkeys(_COMPARISONS, (1, (2, 2))),
}
_CHAINS = {"sum": "add", "prod": "mul", "dot": "add"}
_LONGEST = 200  # characters of an expression in code; what is longer is computed in steps


def to_text(formula: Symbol) -> str:
    """A formula for a reader, numbers to six digits.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> to_text(x * (y - 1.0).tanh() / 2.0)
    'x·tanh(y − 1)/2'
    """
    return statements([formula], TEXT)[1][0]


def to_latex(formula: Symbol) -> str:
    """A formula in LaTeX's math mode, numbers to six digits.

    >>> x, y = Symbol("x"), Symbol("y")
    >>> to_latex(x * (y - 1.0).tanh() / 2.0)
    '\\\\frac{x \\\\cdot \\\\tanh\\\\left(y - 1\\\\right)}{2}'
    """
    return statements([formula], LATEX)[1][0]


def statements(outputs: Sequence[Symbol], dialect: Dialect) -> tuple[list[tuple[str, str]], list[str]]:
    """Assignments to names t0, t1, ... (none unless it is code), and the outputs, expressions in those names."""
    order = list(operands_first(outputs))
    uses = Counter(id(operand) for symbol in order for operand in symbol.operands)
    uses.update(id(output) for output in outputs)
    assignments: list[tuple[str, str]] = []
    written: dict[int, tuple[str, int]] = {}
    for symbol in order:
        text, tightness = _write(symbol, [written[id(operand)] for operand in symbol.operands], dialect)
        if dialect.is_code and symbol.operands and (uses[id(symbol)] > 1 or len(text) > _LONGEST):
            assignments.append((f"t{len(assignments)}", text))
            text, tightness = assignments[-1][0], _ATOM
        written[id(symbol)] = text, tightness
    return assignments, [written[id(output)][0] for output in outputs]


def operands_first(outputs: Sequence[Symbol]) -> Iterator[Symbol]:
    """Every symbol of the outputs' formulas once, operands before what is made of them."""
    seen: set[int] = set()
    for output in outputs:
        waiting = [(output, False)]
        while waiting:
            symbol, operands_done = waiting.pop()
            if operands_done:
                yield symbol
            elif id(symbol) not in seen:
                seen.add(id(symbol))
                waiting.append((symbol, True))
                waiting.extend((operand, False) for operand in reversed(symbol.operands))


def sizes(formulas: Sequence[Symbol]) -> list[int]:
    """How many names, numbers and operations each formula has when it is written out.

    The work is that of the formulas' distinct parts, however long they are in writing.

    >>> x = Symbol("x")
    >>> sizes([x, x * x + 1.0])
    [1, 5]
    """
    size: dict[int, int] = {}
    for symbol in operands_first(formulas):
        size[id(symbol)] = 1 + sum(size[id(operand)] for operand in symbol.operands)
    return [size[id(formula)] for formula in formulas]


def _write(symbol: Symbol, operands: list[tuple[str, int]], dialect: Dialect) -> tuple[str, int]:
    """One symbol, and how tightly what was written binds."""
    head = symbol.head
    if not symbol.operands:
        if isinstance(head, str):
            return dialect.name(head), _ATOM
        number = dialect.number(head)
        if head is not None and (math.copysign(1.0, head) if dialect.is_code else head) < 0.0:
            return number, _TIGHTNESS["neg"][0]
        has_exponent = not dialect.is_code and ("e" in number or "10^" in number)
        return number, _TIGHTNESS["mul"][0] if has_exponent else _ATOM
    operation = str(head)
    if operation == "where" and not symbol.operands[0].is_comparison:  # any number but zero is true
        operands = [_fill("!=", [operands[0], (dialect.number(0.0), _ATOM)], dialect), *operands[1:]]
    if not dialect.is_code:
        operation = operation.removeprefix("ieee_")  # how it treats infinities does not concern a reader
        numbers = [operand.head if not operand.operands else "" for operand in symbol.operands]
        if (operation == "add" and numbers[0] == 0.0) or (operation == "mul" and numbers[0] == 1.0):
            return operands[1]
        if operation == "neg" and numbers[0] == 0.0:
            return operands[0]
        if operation in ("mul", "pow") and numbers[1] == 1.0:
            return operands[0]
        if (operation == "pow" and numbers[1] == 2.0) or (
            operation == "mul" and symbol.operands[0] is symbol.operands[1]
        ):
            return _fill("square", operands[:1], dialect)
        if operation == "dot":
            half = len(operands) // 2
            operands = [_fill("mul", pair, dialect) for pair in zip(operands[:half], operands[half:], strict=True)]
        if operation in _CHAINS:
            return reduce(lambda left, right: _fill(_CHAINS[operation], (left, right), dialect), operands)
        if operation == "div" and "frac" in dialect.templates:
            operation = "frac"
    if operation in dialect.templates:
        return _fill(operation, operands, dialect)
    return dialect.call(symbol, [text for text, _ in operands]), _ATOM


def _fill(operation: str, operands: Sequence[tuple[str, int]], dialect: Dialect) -> tuple[str, int]:
    own, least = _TIGHTNESS.get(operation, (_ATOM, (0,) * len(operands)))
    if operands[0][1] == least[0] == _TIGHTNESS["neg"][0]:
        own = least[0]  # −a·b begins with a minus, too
    texts = [
        text if tightness >= needed else f"({text})" for (text, tightness), needed in zip(operands, least, strict=True)
    ]
    return dialect.templates[operation].format(*texts), own


def spell_number(
    nothing: str, infinity: str, nan: str, digits: str = "", minus: str = "-"
) -> Callable[[float | None], str]:
    """How numbers are written: every bit kept; or with `digits` (as of `format`), and then no minus before a zero."""

    def number(x: float | None) -> str:
        if x is None or math.isnan(x):
            return nothing if x is None else nan
        if math.isinf(x):
            return infinity if x > 0.0 else minus + infinity
        return (format(x + 0.0, digits) if digits else repr(x)).replace("-", minus)

    return number


def _text_call(symbol: Symbol, arguments: list[str]) -> str:
    sign = symbol.primitive.symbol.removeprefix("ieee_") if symbol.primitive else ""
    joined = ", ".join(arguments)
    return sign.replace("·", joined) if "·" in sign else f"{sign}({joined})"


def _latex_call(symbol: Symbol, arguments: list[str]) -> str:
    name = str(symbol.head).removeprefix("ieee_")
    command = _LATEX_COMMANDS.get(name) or rf"\operatorname{{{_escaped(name)}}}"
    return rf"{command}\left({', '.join(arguments)}\right)"


def _latex_name(name: str) -> str:
    """A label in math mode: a20, a_20, a₂₀ and a[20] are all an a with a subscript; what is no such name is text.

    Whatever stands after the letters goes into one subscript, and so does the module that a parameter is in.
    """
    plain = unicodedata.normalize("NFKC", name)
    match = _NAME.fullmatch(plain)
    if not match:
        return _latex_word(plain)
    module, base, digits, rest, again = match.groups()
    first, _, more = base.partition("_")
    if first in _GREEK.values():
        base, rest = first, f"{more}{rest}"
    below = [rf"\mathrm{{{_escaped(module[:-1])}}}"] if module else []
    below += [digits] if digits else []
    below += [_latex_word(part.strip("'\"")) for part in re.findall(r"[^_\[\]]+", rest)]
    below += [rf"\#{again}"] if again else []
    return _latex_word(base) + (f"_{{{','.join(below)}}}" if below else "")


def _latex_word(word: str) -> str:
    """One letter or number as it is, a Greek letter as its command, a word upright."""
    spelled = _GREEK.get(word, word)
    if spelled in _GREEK.values():
        return rf"\{spelled}"
    is_plain = re.fullmatch(r"[A-Za-z]|-?\d+", word)
    return word if is_plain else rf"\mathrm{{{_escaped(word)}}}"


def _escaped(text: str) -> str:
    return "".join(_LATEX_ESCAPES.get(character, character) for character in " ".join(text.split()))


def _latex_number(x: float | None) -> str:
    mantissa, _, exponent = spell_number("0", r"\infty", r"\mathrm{NaN}", ".6g")(x).partition("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}" if exponent else mantissa


_NAME = re.compile(
    r"((?:[^\W\d]\w*\.)*)"  # the module
    r"([A-Za-z]{2,}(?:_[A-Za-z]{2,})*|[A-Za-z\u0370-\u03ff])"  # a word, or a letter
    r"(\d*)((?:_[A-Za-z\d]+|\[[^\[\]]+\])*)(?:#(\d+))?"  # its number, its subscripts and indices, the how manieth it is
)
_GREEK = {
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "ε": "epsilon",
    "ζ": "zeta",
    "η": "eta",
    "θ": "theta",
    "ι": "iota",
    "κ": "kappa",
    "λ": "lambda",
    "μ": "mu",
    "ν": "nu",
    "ξ": "xi",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "τ": "tau",
    "υ": "upsilon",
    "φ": "phi",
    "χ": "chi",
    "ψ": "psi",
    "ω": "omega",
    "Γ": "Gamma",
    "Δ": "Delta",
    "Θ": "Theta",
    "Λ": "Lambda",
    "Ξ": "Xi",
    "Π": "Pi",
    "Σ": "Sigma",
    "Υ": "Upsilon",
    "Φ": "Phi",
    "Ψ": "Psi",
    "Ω": "Omega",
}
_LATEX_ESCAPES = {c: "\\" + c for c in "{}$&#%_ "} | {"\\": r"\backslash ", "^": r"\wedge ", "~": r"\sim ", "<": "<{}"}
_LATEX_COMMANDS = {name: "\\" + name for name in ("exp", "log", "sin", "cos", "tan", "sinh", "cosh", "tanh")} | {
    "sigmoid": r"\sigma",
    "maximum": r"\max",
    "minimum": r"\min",
    "asin": r"\arcsin",
    "acos": r"\arccos",
    "atan": r"\arctan",
}

TEXT = Dialect(
    templates={
        "add": "{} + {}",
        "sub": "{} − {}",
        "mul": "{}·{}",
        "div": "{}/{}",
        "neg": "−{}",
        "pow": "{}^{}",
        "mod": "{} mod {}",
        "floordiv": "⌊{}/{}⌋",
        "square": "{}²",
        "times": "{} · {}",
        "derivative": "∂{}/∂{}",
        "derivative_by_operand": "∂{}/∂{}|{}",
        "where": "{1} if {0} else {2}",
        "<": "{} < {}",
        "<=": "{} ≤ {}",
        ">": "{} > {}",
        ">=": "{} ≥ {}",
        "==": "{} = {}",
        "!=": "{} ≠ {}",
    },
    call=_text_call,
    number=spell_number("0", "∞", "NaN", ".6g", "−"),
    name=lambda name: " ".join(name.split()),
    is_code=False,
)
LATEX = Dialect(
    templates={
        "add": "{} + {}",
        "sub": "{} - {}",
        "mul": r"{} \cdot {}",
        "frac": r"\frac{{{}}}{{{}}}",
        "neg": "-{}",
        "pow": "{}^{{{}}}",
        "square": "{}^2",
        "times": r"{} \cdot {}",
        "derivative": r"\frac{{\partial {}}}{{\partial {}}}",
        "derivative_by_operand": r"\left.\frac{{\partial {}}}{{\partial {}}}\right|_{{{}}}",
        "sqrt": r"\sqrt{{{}}}",
        "cbrt": r"\sqrt[3]{{{}}}",
        "abs": r"\left|{}\right|",
        "floor": r"\left\lfloor {} \right\rfloor",
        "ceil": r"\left\lceil {} \right\rceil",
        "mod": r"{} \ \mathrm{{mod}}\ {}",
        "floordiv": r"\left\lfloor \frac{{{}}}{{{}}} \right\rfloor",
        "where": r"\begin{{cases}}{1} & \text{{if }} {0} \\ {2} & \text{{otherwise}}\end{{cases}}",
        "<": "{} < {}",
        "<=": r"{} \leq {}",
        ">": "{} > {}",
        ">=": r"{} \geq {}",
        "==": "{} = {}",
        "!=": r"{} \neq {}",
    },
    call=_latex_call,
    number=_latex_number,
    name=_latex_name,
    is_code=False,
)
ARITHMETIC = {"add": "{} + {}", "sub": "{} - {}", "mul": "{} * {}", "div": "{} / {}", "neg": "-{}"} | {
    sign: f"{{}} {sign} {{}}" for sign in _COMPARISONS
}
