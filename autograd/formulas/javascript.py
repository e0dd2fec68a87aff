"""The table in JavaScript: every row's value and partials, written out by the rows' own rules."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence

from autograd.engine.primitive import PRIMITIVES, Primitive
from autograd.formulas.code import LOGIC, Language, function_code, function_name
from autograd.formulas.notation import ARITHMETIC, Dialect, operands_first, spell_number, statements
from autograd.formulas.symbol import Symbol, partial_formulas, value_formula

# What the rules cannot say, because they call Python's math or choose with `if`. Math.pow differs from C's in 1^NaN
# and 1^∞ only. erf sums 2/√π·exp(−x²)·Σ 2ⁿx²ⁿ⁺¹/(2n+1)!!, erfc evaluates its continued fraction
# (https://dlmf.nist.gov/7.6.E2 and https://dlmf.nist.gov/7.9.E1); exp(−x²) is split so that rounding x² costs nothing.
_FUNCTIONS = """
const pow = (a, b) => a === 1 || (a === -1 && Math.abs(b) === Infinity) ? 1 : Math.pow(a, b);
const xlogy = (a, b) => a === 0 && !Number.isNaN(b) ? 0 : a * Math.log(b);
const erf = (x) => {
  if (Math.abs(x) > 2) return Math.sign(x) * (1 - erfc(Math.abs(x)));
  let term = x, total = x;
  for (let n = 1; n < 60; n++) total += (term *= 2 * x * x / (2 * n + 1));
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * total;
};
const erfc = (x) => {
  if (!(x > 1)) return 1 - erf(x);
  if (x > 30) return 0;
  let fraction = 1;
  for (let n = 200; n > 0; n--) fraction = 1 + n / (2 * x * x * fraction);
  const head = Math.fround(x);
  return Math.exp(-head * head) * Math.exp((head - x) * (head + x)) / (x * Math.sqrt(Math.PI) * fraction);
};
const round = (a) => {
  const up = Math.round(a); // halves go up
  return (Math.abs(a % 1) === 0.5 && up % 2 !== 0 ? up - 1 : up) + 0;
};
const round_digits = (a, digits) => {
  if (!Number.isFinite(a) || a === 0 || digits > 323) return a;
  const [figures, exponent] = Math.abs(a).toExponential(100).split("e"), places = round(digits);
  const kept = Number(exponent) + places + 2, all = "0" + figures.replace(".", "");
  if (kept > 18) return a; // so many digits are those of one number only
  if (kept < 1) return 0 * a;
  const head = BigInt(all.slice(0, kept)), rest = all.slice(kept);
  const up = rest[0] >= "5" && !(/^50*$/.test(rest) && head % 2n === 0n);
  return Math.sign(a) * Number(`${head + (up ? 1n : 0n)}e${-places}`);
};
"""
_TABLE = """
const F = {}, D = {};
const table = (names) => Object.fromEntries(Object.entries(names).map(([name, variadic]) => {
  const key = (x) => variadic ? name + "$" + x.length : name;
  return [name, { value: (x) => F[key(x)](...x), partials: (x, y) => D[key(x)](x, y) }];
}));
"""
_BY_NAME = {
    "abs": "Math.abs",
    "ceil": "(a) => Math.ceil(a) + 0",
    "floor": "(a) => Math.floor(a) + 0",
    "ieee_div": "(a, b) => a / b",
    "ieee_log": "Math.log",
    "ieee_pow": "pow",
    "norm": "Math.hypot",
    "pow": "pow",
    "round": "round",
    "round_digits": "round_digits",
    "trunc": "(a) => Math.trunc(a) + 0",
    "where": "(condition, a, b) => condition !== 0 ? a : b",
    "xlogy": "xlogy",
}
_OF_MATH = "exp expm1 log log1p log2 log10 sqrt cbrt sin cos tan asin acos atan atan2 sinh cosh tanh asinh acosh atanh"
_BY_VALUE: dict[object, str] = {
    **{getattr(math, name): f"Math.{name}" for name in _OF_MATH.split()},
    math.hypot: "Math.hypot",
    math.erf: "erf",
    math.erfc: "erfc",
    math.fmod: "(a, b) => a % b",
}


def javascript_table(uses: Iterable[tuple[Primitive, int]] | None = None) -> str:
    """A JavaScript expression: an object `{name: {value: (x) => y, partials: (x, y) => [dy/dx0, ...]}}`.

    `x` is the array of operands. A partial is `null` where nothing flows back. What Python's floats refuse (a
    division by zero, an overflow) becomes the infinity or NaN of IEEE 754.

    Args:
        uses: the rows wanted, each with a number of operands; by default the whole table, variadic rows with as many
            operands as their samples have.

    Raises:
        TypeError: for a primitive whose rules compute with floats only.

    >>> from autograd import PRIMITIVES
    >>> print(javascript_table([(PRIMITIVES["atan"], 1)]).splitlines()[-3])
    D["atan"] = ([x0], y) => [1.0 / (1.0 + x0 * x0)];
    """
    wanted = list(dict.fromkeys(_whole_table() if uses is None else uses))
    rows: dict[str, Primitive] = {}
    for row, _ in wanted:
        if rows.setdefault(row.name, row) is not row:
            raise TypeError(f"two primitives are called {row.name}, which JavaScript can't tell apart; rename one")
    called = wanted.copy()
    partials = []
    for row, count in wanted:
        xs = _operands(count)
        outputs = partial_formulas(row, xs, Symbol("y"), exact=True)
        partials.append(f"D[{_key(row, count)}] = ([{_names(count)}], y) => {_body(outputs, as_list=True)};")
        called += _calls(outputs)
    functions: dict[str, str] = {}
    while called:
        row, count = called.pop()
        key = _key(row, count)
        if key in functions:
            continue
        function = _given(row)
        if function is None:
            outputs = [value_formula(row, _operands(count))]
            function = f"({_names(count)}) => {_body(outputs)}"
            called += _calls(outputs)
        functions[key] = function
    names = {row.name: row.variadic for row, _ in wanted}
    lines = [f"F[{key}] = {function};" for key, function in functions.items()] + partials
    return "\n".join(
        ["(() => {", _FUNCTIONS.strip(), _TABLE.strip(), *lines, f"return table({json.dumps(names)});", "})()"]
    )


def javascript_functions(calls: Iterable[Primitive]) -> str:
    """Declarations of the functions that compiled code calls: of these rows, and of those that they call.

    Raises:
        TypeError: for a primitive whose value rule computes with floats only.
        ValueError: for two primitives of the same name.

    >>> from autograd import PRIMITIVES
    >>> print(javascript_functions([PRIMITIVES["relu"], PRIMITIVES["exp"]]).splitlines()[-2:])
    ['const row_exp = Math.exp;', 'const row_relu = (x0) => { return x0 <= 0.0 ? 0.0 : x0; };']
    """
    waiting = list(calls)
    rows: dict[str, Primitive] = {}
    lines = []
    while waiting:
        row = waiting.pop()
        if rows.setdefault(row.name, row) is not row:
            raise ValueError(f"{row.name}: two primitives have this name; rename one of them")
        function = _given(row)
        if function is None:
            names, steps, result, further = function_code(SCRIPT, row)
            function = f"({', '.join(names)}) => {{ {' '.join([*steps, f'return {result};'])} }}"
            waiting += [other for other in further if rows.get(other.name) is not other]
        lines.append(f"const {function_name(row)} = {function};")
    return "\n".join([_FUNCTIONS.strip(), *sorted(set(lines))])


def _given(row: Primitive) -> str | None:
    """The function of a row where it is not made by its rule."""
    return _BY_NAME.get(row.name) or _BY_VALUE.get(row.value)


def _whole_table() -> list[tuple[Primitive, int]]:
    return [
        (row, count)
        for row in PRIMITIVES.values()
        for count in sorted({len(point) for point in row.samples} if row.variadic else {len(row.operands)})
    ]


def _operands(count: int) -> list[Symbol]:
    return [Symbol(f"x{i}") for i in range(count)]


def _names(count: int) -> str:
    return ", ".join(f"x{i}" for i in range(count))


def _key(row: Primitive, count: int) -> str:
    return json.dumps(f"{row.name}${count}" if row.variadic else row.name)


def _calls(outputs: Sequence[Symbol]) -> list[tuple[Primitive, int]]:
    """The operations of formulas that JavaScript has no sign for."""
    return [
        (symbol.primitive, len(symbol.operands))
        for symbol in operands_first(outputs)
        if symbol.primitive is not None and symbol.head not in JAVASCRIPT.templates
    ]


def _body(outputs: Sequence[Symbol], as_list: bool = False) -> str:
    """The body of an arrow function that returns one formula, or a list of them."""
    steps, results = statements(outputs, JAVASCRIPT)
    result = f"[{', '.join(results)}]" if as_list else results[0]
    if not steps:
        return result
    return "{ " + " ".join(f"const {name} = {text};" for name, text in steps) + f" return {result}; }}"


def _call(symbol: Symbol, arguments: list[str]) -> str:
    assert symbol.primitive is not None  # comparisons are written with their signs
    return f"F[{_key(symbol.primitive, len(arguments))}]({', '.join(arguments)})"


JAVASCRIPT = Dialect(
    templates={
        **ARITHMETIC,
        "ieee_div": "{} / {}",
        "where": "{} ? {} : {}",
        "==": "{} === {}",
        "!=": "{} !== {}",
    },
    call=_call,
    number=spell_number("null", "Infinity", "NaN"),
    name=str,
    is_code=True,
)


def _direct_call(symbol: Symbol, arguments: list[str]) -> str:
    assert symbol.primitive is not None  # comparisons are written with their signs
    return f"{function_name(symbol.primitive)}({', '.join(arguments)})"


SCRIPT = Language(
    JAVASCRIPT._replace(
        templates={**JAVASCRIPT.templates, **LOGIC}, call=_direct_call, number=spell_number("0.0", "Infinity", "NaN")
    ),
    "const {} = {};",
)
"""Compiled code: rows' functions are called by their names."""
