"""A program as C99 source: values and gradients in a file that needs nothing but C's own library."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Final

from autograd.formulas.c import C_FLAGS, C, c_functions
from autograd.program.operations import Operations
from autograd.program.source import Source
from autograd.support.errors import one_line, shown, typed

CHUNK: Final = 200  # operations a function: what compilers do to long functions takes them too long
_ON_STACK: Final = 4_096  # numbers; of more, memory is asked for


def to_c(program: Operations, name: str | None) -> str:
    """The source; see `Program.to_c`.

    Raises:
        TypeError, ValueError: for a name that C can't have, or an operation that C can't be written for.
    """
    source = _Source(program, _function_name(program.name, name))
    try:
        return source.text()
    except (TypeError, ValueError) as error:  # of an operation
        raise type(error)(f"to_c: {one_line(program.name)}: {one_line(str(error), 400)}") from None


def _function_name(own: str, given: str | None) -> str:
    """A name for the function: the given one, or the program's own as far as C can have it."""
    if given is None:
        plain = re.sub(r"\W", "_", own, flags=re.ASCII).strip("_") or "f"
        plain = f"f{plain}" if plain[0].isdigit() else plain
        return f"{plain}_" if _is_taken(plain) else plain
    if not isinstance(given, str):
        raise TypeError(f"to_c: name must be a str, got {typed(given)}")
    if not re.fullmatch(r"[A-Za-z_]\w*", given, re.ASCII) or _is_taken(given):
        raise ValueError(f"to_c: name must be an identifier that C has no use for itself, got {shown(given)}")
    return given


_WORDS: Final = """
    auto break case char const continue default do double else enum extern float for goto if inline int long main
    register restrict return short signed sizeof static struct switch typedef union unsigned void volatile while

    abs calloc div exit free labs ldiv malloc rand realloc system
    drem fabs fdim fma fmax fmin fmod frexp gamma hypot ilogb j0 j1 jn ldexp lgamma logb lround modf nan nearbyint
    nextafter remquo rint round scalb scalbn signgam significand tgamma trunc y0 y1 yn

    adjoints all_values has_come place_of values
"""
_TAKEN: Final = frozenset([*_WORDS.split(), *dir(math)])


def _is_taken(name: str) -> bool:
    """Whether C's language, its library or the code beside the function has the name."""
    return (
        name in _TAKEN
        or name[:-1] in _TAKEN  # expf, expl
        or re.match(r"_|row_|values_\d|adjoints_\d", name) is not None
        or name.isupper()  # a macro
    )


class _Source(Source):
    """Writes one program.

    Args:
        program, name: what to write, and what to call it.
    """

    def __init__(self, program: Operations, name: str) -> None:
        super().__init__(program, C)
        self.name = name

    def text(self) -> str:
        """All of it."""
        chunks = [range(i, min(i + CHUNK, len(self.program))) for i in range(0, len(self.program), CHUNK)]
        functions = [self._values(k, chunk) for k, chunk in enumerate(chunks)]
        functions += [self._adjoints(k, chunk) for k, chunk in enumerate(chunks)]
        functions += [self._table("int", "values", len(chunks)), self._table("void", "adjoints", len(chunks))]
        functions += [self._all_values(), self._public_values(), self._public_gradient()]
        return "\n\n".join([self._comment(), c_functions(self.calls), _OWN, *filter(None, functions)]) + "\n"

    # -- values and adjoints ------------------------------------------------------------------------------------------

    def _values(self, k: int, chunk: range) -> str:
        head = f"static int values_{k}(const double *x, double *v) {{"
        return "\n".join([head, *[f"  {line}" for line in self.values(chunk)], "  return 0;", "}"])

    def _adjoints(self, k: int, chunk: range) -> str:
        head = f"static void adjoints_{k}(const double *x, const double *v, double *a, double *g) {{"
        return "\n".join([head, *[f"  {line}" for line in self.adjoints(chunk)], "}"])

    def number(self, slot: int) -> str:
        if slot < 0:
            return self.constant(slot)
        return f"x[{slot}]" if slot < self.inputs else f"v[{slot - self.inputs}]"

    def adjoint(self, slot: int) -> str:
        return f"g[{slot}]" if slot < self.inputs else f"a[{slot - self.inputs}]"

    def check(self, slot: int, answer: bool) -> str:
        return f"if ({self.number(slot)} {'==' if answer else '!='} 0.0) return 1;"

    def opening(self, slot: int) -> list[str]:
        return [f"if (has_come({self.adjoint(slot)})) {{", f"  const double u = {self.adjoint(slot)};"]

    # -- the rest -----------------------------------------------------------------------------------------------------

    def _table(self, kind: str, name: str, count: int) -> str:
        """The functions of all chunks, to be called one after the other."""
        types = "const double *, double *" if kind == "int" else "const double *, const double *, double *, double *"
        names = ", ".join(f"{name}_{k}" for k in range(count))
        return f"static {kind} (*const {name}[])({types}) = {{{names}}};" if count else ""

    def _all_values(self) -> str:
        checks = [f"  {self.check(x.slot, x.answer)}" for x in self.program.guards if x.slot < self.inputs]
        lines = ["static int all_values(const double *x, double *v, double *y) {", *checks]
        if len(self.program):
            lines += [
                "  for (size_t k = 0; k < sizeof values / sizeof *values; k++)",
                "    if (values[k](x, v)) return 1;",
            ]
        lines += [f"  y[{i}] = {self.number(slot)};" for i, slot in enumerate(self.program.outputs)]
        return "\n".join([*lines, "  return 0;", "}"])

    def _public_values(self) -> str:
        head = f"int {self.name}(const double *x, double *y) {{"
        room, status, end = self._room(["v"])
        return "\n".join([head, *room, status, *end, "  return status;", "}"])

    def _public_gradient(self) -> str:
        head = f"int {self.name}_gradient(const double *x, const double *cotangents, double *y, double *g) {{"
        room, status, end = self._room(["v", "a"])
        n, m = self.inputs, len(self.program)
        sweep = [f"    for (size_t i = 0; i < {n}; i++) g[i] = NOTHING;"] if n else []
        sweep += [f"    for (size_t i = 0; i < {m}; i++) a[i] = NOTHING;"] if m else []
        sweep += [
            f"    if (cotangents[{i}] != 0.0) {self.adjoint(slot)} += cotangents[{i}];"
            for i, slot in enumerate(self.program.outputs)
            if slot >= 0 and self.active[slot]
        ]
        if m:
            sweep.append("    for (size_t k = sizeof adjoints / sizeof *adjoints; k-- > 0;) adjoints[k](x, v, a, g);")
        sweep += [f"    for (size_t i = 0; i < {n}; i++) g[i] += 0.0;"] if n else []
        return "\n".join([head, *room, status, "  if (!status) {", *sweep, "  }", *end, "  return status;", "}"])

    def _room(self, arrays: Sequence[str]) -> tuple[list[str], str, list[str]]:
        """Memory for a number of each operation in each array; the values, computed in the first; its end."""
        n = len(self.program)
        if n == 0:
            return [], "  const int status = all_values(x, NULL, y);", []
        if n * len(arrays) <= _ON_STACK:
            return [f"  double {name}[{n}];" for name in arrays], "  const int status = all_values(x, v, y);", []
        status = f"  const int status = {' && '.join(arrays)} ? all_values(x, v, y) : 2;"
        room = [f"  double *{name} = malloc({n} * sizeof *{name});" for name in arrays]
        return room, status, [f"  free({name});" for name in arrays]

    def _comment(self) -> str:
        program, name = self.program, self.name
        counts = f"{self.inputs} inputs, {len(program.outputs)} outputs, {len(program)} operations"
        labels = [(f"x[{i}]", label) for i, label in enumerate(program.inputs)]
        labels += [
            (f"y[{i}]", program.labels[slot]) for i, slot in enumerate(program.outputs) if slot in program.labels
        ]
        lines = [
            f"{_commented(program.name)}: {counts}.",
            "",
            f"  int {name}(const double *x, double *y);",
            f"  int {name}_gradient(const double *x, const double *cotangents, double *y, double *g);",
            "",
            "x has a number for every input, y gets one for every output. g gets one for every input: the sum of the",
            "outputs' derivatives by it, each times its cotangent; from a cotangent of 0 nothing flows. No two of the",
            "arrays may overlap. Returned is",
            "",
            "  0  if all is well,",
            "  1  if Python would have gone another way at x than where it was recorded: y and g say nothing,",
            "  2  if there was not enough memory.",
            "",
            "Where Python raises an error the results are IEEE's infinities and NaN, and what follows from them; the",
            "flags that <fenv.h> reads (divide by zero, overflow, invalid) tell. Every bit is that of Python's floats",
            f"if it is compiled with {' '.join(C_FLAGS)} and linked with the same -lm.",
            "",
            *[f"  {place}  {_commented(label)}" for place, label in labels],
        ]
        return "\n".join(["/*", *[f" * {line}".rstrip() for line in lines], " */"])


_OWN: Final = """
#include <stddef.h>
#include <stdlib.h>

/* An adjoint to which nothing has been added. What is added is never -0.0, so that a sum of 0 is told from it: a 0 that
   has come flows on, and may meet an infinite derivative. */
#define NOTHING (-0.0)
static inline int has_come(double adjoint) {
  return adjoint != 0.0 || !signbit(adjoint);
}

/* The place that an index names, -1 if it names none. */
static inline int place_of(double index, int count) {
  return index >= 0.0 && index < count && index == floor(index) ? (int)index : -1;
}
""".strip()


def _commented(text: str) -> str:
    """A word of the user's as a comment may hold it."""
    return one_line(text).replace("*/", "* /").replace("/*", "/ *").replace("??/", "?? /")
