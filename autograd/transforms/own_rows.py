"""Rows of the user's: told apart by who made them and by what they compute, checked at their samples."""

from __future__ import annotations

import dis
import inspect
import math
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from types import CellType, CodeType
from typing import Any, Final

from autograd.engine.define import Own, entered
from autograd.engine.primitive import PRIMITIVES, Primitive, Rule
from autograd.engine.recording import ieee_as
from autograd.engine.value import Value
from autograd.support.errors import as_float, one_line, shown, typed
from autograd.transforms.check import refuted

Trial = tuple[tuple[float, ...], float]
"""Operands of a row, and its value there."""

_MOST_TRIALS: Final = 4
_FACTS: Final = ("symbol", "variadic", "defaults", "domain", "convention", "samples", "kinks")
_RULES: Final = ("value", "partials", "at_kink", "textbook", "ieee")


class OwnRow(Own):
    """A row that `primitive` made.

    Attributes:
        namesakes: the rows of this name by the module whose they are, the latest of each; shared among them.
        rules: what its rules said when it was made.
    """

    namesakes: dict[str, OwnRow]
    rules: list[Any]

    @property
    def library(self) -> str:
        """The module whose row it is."""
        return str(getattr(self.partials, "__module__", None) or getattr(self.value, "__module__", None) or "?")

    @property
    def is_current(self) -> bool:
        """Whether it is in the table, and no other of its module's has taken its place."""
        latest = PRIMITIVES.get(self.name)
        return isinstance(latest, OwnRow) and latest.namesakes.get(self.library) is self

    def trials(self) -> list[Trial]:
        """What it computes at some points, by which it is known again elsewhere."""
        places = range(1, 3 if self.variadic else len(self.operands) + 1)
        found: list[Trial] = []
        for point in (self.samples or [tuple([i - 0.5 for i in places]), tuple([1.5 / i for i in places])])[
            :_MOST_TRIALS
        ]:
            with suppress(Exception), ieee_as(False):  # whatever a rule of the user's raises
                found.append((tuple(map(float, point)), self.value_at(list(map(float, point)), point)))
        return found

    def __reduce__(self) -> tuple[Any, ...]:
        return own_row, (self.name, self.library, self.trials())


def own_row(name: str, library: str, trials: Sequence[Trial], place: str = "the pickle") -> OwnRow:
    """The row of this name that a module made.

    Args:
        name, library: of the row.
        trials: what it computed where it was saved.
        place: where it stands, for messages.

    Raises:
        ValueError: if it isn't known here, or computes something else.
    """
    latest = PRIMITIVES.get(name)
    known = latest.namesakes if isinstance(latest, OwnRow) else {}
    what = f"{place} holds the operation {one_line(name)} of {one_line(library, 80)}"
    row = known.get(library)
    if row is None:
        others = f" (that of {one_line(', '.join(known), 120)} is another one)" if known else ""
        raise ValueError(f"{what}, which is not known here{others}; import that module, or make that primitive first")
    for point, before in trials:
        now: object = None
        with suppress(Exception), ieee_as(False):
            now = row.value_at(point, point)
        if not isinstance(now, float) or not (math.isclose(before, now) or (before != before and now != now)):
            raise ValueError(
                f"{what}, which was {before!r} at {shown(point)} when it was saved, and is {now!r} here: it has been "
                "changed since; save again with the new one, or give it another name"
            )
    return row


def entered_again(made: OwnRow) -> OwnRow:
    """Enter a row that may have been there before: said again without a change, it is the same row.

    Raises:
        ValueError: if an operation of the table has its name.
    """
    before = PRIMITIVES.get(made.name)
    if before is not None and not isinstance(before, OwnRow):
        raise ValueError(
            f"primitive: {shown(made.name)} is already in the table, among its own operations; choose another name"
        )
    seen: set[int] = set()
    made.rules = [_said(getattr(made, name), made.name, seen) for name in _RULES]
    made.namesakes = {} if before is None else before.namesakes
    same = made.namesakes.get(made.library)
    if same is not None and _are_same(same, made):
        PRIMITIVES[made.name] = same
        return same
    made.namesakes[made.library] = made
    entered(made)
    return made


def _are_same(a: OwnRow, b: OwnRow) -> bool:
    if any(getattr(a, name) != getattr(b, name) for name in _FACTS):
        return False
    try:
        return bool(a.rules == b.rules)
    except Exception:  # contents that can't be compared: arrays, say
        return False


def _said(rule: Any, row: str, seen: set[int]) -> Any:
    """What a rule says: of a function its code, and what that finds around it now, other functions of its module too.

    Args:
        rule: a rule, or a function that one calls.
        row: the name of the row, which its rules may call.
        seen: the functions that have been gone through, by id.
    """
    if not inspect.isfunction(rule):
        return rule
    if id(rule) in seen:
        return rule.__code__
    seen.add(id(rule))
    around = rule.__globals__
    found = {name: around[name] for name in _globals_of(rule.__code__) if name in around}
    parts = [*(rule.__defaults__ or ()), *(rule.__kwdefaults__ or {}).values(), *map(_held, rule.__closure__ or ())]
    for name, part in found.items():
        if not (isinstance(part, OwnRow) and part.name == row):
            parts += [name, part]
    return (
        rule.__code__,
        id(around),
        [_said(part, row, seen) if getattr(part, "__globals__", None) is around else part for part in parts],
    )


@lru_cache(maxsize=256)
def _globals_of(code: CodeType) -> list[str]:
    """The global names that some code reads, functions in it too."""
    read = {step.argval for step in dis.get_instructions(code) if step.opname in ("LOAD_GLOBAL", "LOAD_NAME")}
    inner = [_globals_of(constant) for constant in code.co_consts if isinstance(constant, CodeType)]
    return sorted(read.union(*inner))


def _held(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # it is empty, as of a variable that the row is about to be given to
        return None


# ---------------------------------------------------------------------------------------------------------------------
# What is refused


def check_facts(name: str, texts: Mapping[str, object], rules: Mapping[str, object]) -> None:
    """Refuse what is no text or no rule; None is no rule.

    Raises:
        TypeError: it names the fact.
    """
    for which, text in texts.items():
        if not isinstance(text, str):
            raise TypeError(f"{name}: {which} must be a string, got {typed(text)}")
    for which, rule in rules.items():
        if rule is not None and not callable(rule):
            raise TypeError(f"{name}: {which} must be a function, got {typed(rule)}")


def as_points(name: str, which: str, points: Any) -> list[tuple[float, ...]]:
    """The samples or the kinks of a row, in floats.

    Raises:
        TypeError: unless they are points, with a real number for each operand.
    """
    given = list(points) if _is_many(points) else None
    if given is None or not all(map(_is_many, given)):
        raise TypeError(
            f"{name}: {which} must be a list of points, each with one number for each operand, such as "
            f"{which}=[(2.0,)], got {typed(points)}"
        )
    return [as_numbers(name, f"{which}[{i}]", point) for i, point in enumerate(given)]


def as_numbers(name: str, which: str, numbers: Any) -> tuple[float, ...]:
    """Such a point, or the defaults of a row, in floats.

    Raises:
        TypeError: unless they are a tuple, or the like, of real numbers.
    """
    if not _is_many(numbers):
        raise TypeError(f"{name}: {which} must be a tuple of numbers, got {typed(numbers)}")
    return tuple(as_float(x, name, f"{which}[{i}]") for i, x in enumerate(numbers))


def _is_many(thing: object) -> bool:
    return isinstance(thing, Iterable) and not isinstance(thing, str | bytes | Mapping | Value)


def check_rules(made: Primitive) -> None:
    """Hold the rules against each other.

    Raises:
        TypeError: unless both take the same operands and return real numbers at the samples.
        ValueError: for a sample outside the domain, and for a partial that is surely not the derivative there.
    """
    name, count = made.name, len(made.operands)
    if made.variadic and len(inspect.signature(made.partials).parameters) != 2:
        raise TypeError(f"{name}: a variadic rule for the partials takes (xs, y), got {_signature(made.partials)}")
    if len(made.defaults) > count:
        raise TypeError(f"{name}: {len(made.defaults)} defaults for {count} operands ({', '.join(made.operands)})")
    try:
        inspect.signature(made.value).bind(*made.operands)
    except ValueError:
        pass  # some of Python's own functions can't tell their parameters
    except TypeError:
        raise TypeError(
            f"{name}: the partials are for {count} operands ({', '.join(made.operands)}), "
            f"but the value takes {_signature(made.value)}; the last parameter of the partials is the output"
        ) from None
    with ieee_as(False):
        for sample in made.samples:
            _check_derivatives(made, sample, _partials(made, sample))
        for sample in made.kinks:
            _partials(made, sample)


def _partials(made: Primitive, sample: tuple[float, ...]) -> list[float]:
    """The partials at a sample; 0 where nothing flows."""
    name = made.name
    if not made.variadic and len(sample) != len(made.operands):
        raise TypeError(
            f"{name}: the sample {shown(sample)} has {len(sample)} numbers for {len(made.operands)} operands"
        )
    try:
        value = made.value(sample) if made.variadic else made.value(*sample)
        y = as_float(value, name, f"the value at {shown(sample)}")
        found = made.partials_at(sample, y)
    except (ValueError, ArithmeticError) as error:
        raise type(error)(
            f"{name}: at the sample {shown(sample)}: {one_line(str(error), 200)}; give samples and kinks inside the "
            "domain"
        ) from None
    return [
        0.0 if partial is None else as_float(partial, name, f"partial {i} at {shown(sample)}")
        for i, partial in enumerate(found)
    ]


def _check_derivatives(made: Primitive, sample: tuple[float, ...], partials: Sequence[float]) -> None:
    """Raise a ValueError if differences say surely that a partial is not the derivative of the value."""
    if made.at_kink is not None and (made.at_kink(sample) if made.variadic else made.at_kink(*sample)):
        return
    numbers = list(map(float, sample))
    for i, partial in enumerate(partials):
        if _is_near(made, numbers, i, partial):
            continue
        estimate = refuted(made, numbers, i, partial)
        if estimate is not None:
            operand = f"operand {i}" if made.variadic else made.operands[i]
            raise ValueError(
                f"{made.name}: at the sample {shown(sample)} the partial by {operand} is {partial!r}, but the value "
                f"changes by {estimate}; correct the rule, or give the point under kinks if a convention decides there"
            )


def _is_near(made: Primitive, numbers: list[float], i: int, partial: float) -> bool:
    """Whether one central difference confirms the partial, which spares a hundred."""
    x = numbers[i]
    step = 6e-6 * (abs(x) or 1.0)
    high, low = x + step, x - step
    try:
        above, below = (made.value_at(xs, xs) for xs in ([*numbers[:i], at, *numbers[i + 1 :]] for at in (high, low)))
    except (ValueError, ArithmeticError):
        return False
    return high > low and math.isclose((above - below) / (high - low), partial, rel_tol=1e-7)


def _signature(rule: Rule) -> str:
    return one_line(str(inspect.signature(rule)), 120)  # it shows the defaults
