"""Operations of your own: `primitive`, said like a row of the table, and `custom_vjp`, any function with a pullback."""

from __future__ import annotations

import functools
import inspect
import keyword
from collections.abc import Callable, Hashable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, Unpack, overload

from autograd.engine.primitive import Primitive, Rule
from autograd.engine.recording import grad_enabled, resumed, unheard
from autograd.engine.value import Value, number_of
from autograd.support.errors import one_line, shown, typed
from autograd.transforms.block import Block, computed
from autograd.transforms.own_rows import OwnRow, as_numbers, as_points, check_facts, check_rules, entered_again
from autograd.transforms.tree import flatten, is_array, located, unflatten

if TYPE_CHECKING:
    from autograd.engine.define import Facts, Own

P = ParamSpec("P")
Y = TypeVar("Y")


@overload
def primitive(name: str, value: Rule, partials: Rule, **facts: Unpack[Facts]) -> Own: ...
@overload
def primitive(name: str | None = None, *, partials: Rule, **facts: Unpack[Facts]) -> Callable[[Rule], Own]: ...
def primitive(
    name: str | None = None,
    value: Rule | None = None,
    partials: Rule | None = None,
    *,
    symbol: str = "",
    variadic: bool = False,
    defaults: tuple[float, ...] = (),
    domain: str = "",
    convention: str = "",
    samples: Sequence[tuple[float, ...]] = (),
    kinks: Sequence[tuple[float, ...]] = (),
    at_kink: Rule | None = None,
    textbook: Rule | None = None,
    ieee: Rule | None = None,
) -> Own | Callable[[Rule], Own]:
    """Add an operation of your own to the table; as a decorator, with the function it stands above as the value.

    The rules are checked at the samples: both return real numbers, and the partials are the derivatives of the value
    as far as differences can tell. Run again, in a notebook's cell or a function, it changes nothing where it says the
    same; otherwise the new row takes the old one's place: graphs keep what they were made with, and jitted functions
    are recorded afresh. Each module has names of its own, so two libraries may use the same.

    Args:
        name: a Python identifier that no operation of the table itself has; the decorated function's name if left out.
        value: the rule for the value.
        partials: the polymorphic rule for the partial derivatives; its last parameter is the output.
        symbol, variadic, defaults, domain, convention, samples, kinks, at_kink, textbook, ieee: as of `Primitive`.

    Raises:
        TypeError: if a rule takes or returns the wrong number of things, or anything other than real numbers;
            if the name is not a string; if samples or kinks are no points, or another argument is of a wrong type.
        ValueError: if the name is that of an operation of the table itself, or is not an identifier; for a partial that
            is not the derivative at a sample, with both numbers; for a sample outside the domain.

    >>> cube = primitive("cube", lambda a: a * a * a, lambda a, y: (3.0 * a * a,), samples=[(2.0,)])
    >>> cube(2.0)
    8.0
    >>> @primitive(partials=lambda a, y: (2.0 * a,), samples=[(3.0,)])
    ... def square(a):
    ...     return a * a
    >>> square(3.0)
    9.0
    >>> from autograd import PRIMITIVES
    >>> del PRIMITIVES["cube"], PRIMITIVES["square"]
    """
    if partials is None:
        raise TypeError("primitive: give the rule for the partials, partials=lambda a, y: (...,)")

    def made_of(rule: Rule) -> Own:
        called: object = getattr(rule, "__name__", None) if name is None else name
        if not isinstance(called, str):
            raise TypeError(f"primitive: the name must be a Python identifier, got {typed(called)}")
        if not called.isidentifier() or keyword.iskeyword(called):
            raise ValueError(f"primitive: the name must be a Python identifier, got {shown(called)}")
        texts = {"symbol": symbol, "domain": domain, "convention": convention}
        rules = {"value": rule, "partials": partials, "at_kink": at_kink, "textbook": textbook, "ieee": ieee}
        check_facts(called, texts, rules)
        made = OwnRow(
            called,
            rule,
            partials,
            symbol=symbol,
            variadic=variadic,
            defaults=as_numbers(called, "defaults", defaults),
            domain=domain,
            convention=convention,
            samples=as_points(called, "samples", samples),
            kinks=as_points(called, "kinks", kinks),
            at_kink=at_kink,
            textbook=textbook,
            ieee=ieee,
        )
        check_rules(made)
        return entered_again(made)

    return made_of if value is None else made_of(value)


def custom_vjp(
    f: Callable[P, Y], forward: Callable[..., tuple[Any, Any]], pullback: Callable[[Any, Any], Sequence[Any]]
) -> Callable[P, Y]:
    """f, differentiated by a pullback of its own, as JAX's `custom_vjp`.

    f may compute with anything, SciPy too: called with Values, it gets their numbers. For derivatives of derivatives
    the pullback is recorded, and so must be the residuals: let `forward` call the function that this returns, and keep
    its arguments and results.

    Args:
        f: a function of numbers, or of nested lists, tuples, dicts and arrays of them, that returns such.
        forward: of the same arguments; returns f's result and *residuals*, whatever the pullback needs.
        pullback: `(residuals, u) -> (...)`: for a cotangent u in the structure of f's result a tuple of one cotangent
            for every argument, in its structure; None where nothing flows. Written with operators and functions of
            autograd, it is differentiable itself.

    Raises:
        TypeError: if one of the three is not a function; when called, for an argument that holds anything other than
            numbers, and from a sweep, if the pullback returns the wrong number of things, or of another structure.

    >>> def solve(a, b):
    ...     return b / a  # by any method
    >>> def forward(a, b):
    ...     x = solve(a, b)
    ...     return x, (a, x)
    >>> def pullback(residuals, u):
    ...     a, x = residuals
    ...     return -u * x / a, u / a
    >>> solve = custom_vjp(solve, forward, pullback)
    >>> a, b = Value(4.0), Value(2.0)
    >>> solve(a, b).backward()
    >>> a.grad, b.grad
    (-0.125, 0.25)
    """
    for argument, part in (("f", f), ("forward", forward), ("pullback", pullback)):
        if not callable(part):
            raise TypeError(f"custom_vjp: {argument} must be a function, got {typed(part)}")
    name = getattr(f, "__name__", type(f).__name__)
    rule: Callable[..., Any] = f
    rows: dict[Hashable, dict[int, Primitive]] = {}  # the outputs as operations, by the form of the arguments

    @functools.wraps(f)
    def called(*args: P.args, **kwargs: P.kwargs) -> Any:
        given: tuple[Any, ...] = args
        if kwargs:
            bound = inspect.signature(f).bind(*args, **kwargs)
            if bound.kwargs:
                raise TypeError(
                    f"{name}: {one_line(', '.join(bound.kwargs), 120)} can't be given by name only in a custom_vjp"
                )
            given = bound.args
        numbers = flatten(given, name, "the arguments")
        plain = unflatten(given, [number_of(x) for x in numbers])
        recorded = [x for x in numbers if isinstance(x, Value)]
        with unheard():
            if not recorded:
                return rule(*plain)
            if grad_enabled() and not all(x.is_constant for x in recorded):
                result, residuals = _pair(name, forward(*plain))
            else:
                result, residuals = rule(*plain), None
        data = _floats(name, result)
        block = _Custom(name, rule, forward, pullback, given, numbers, result, residuals, len(data))
        block.rows = rows.setdefault(_form(given), {})
        return unflatten(result, block.record(data))

    return called


class _Custom(Block):
    """One call of a `custom_vjp`.

    Attributes:
        rows: its outputs as operations of their own, as far as they are known.
    """

    rows: dict[int, Primitive]

    def __init__(
        self,
        name: str,
        f: Callable[..., Any],
        forward: Callable[..., Any],
        pullback: Callable[..., Any],
        args: tuple[Any, ...],
        numbers: list[Value | float],
        result: Any,
        residuals: Any,
        count: int,
    ) -> None:
        super().__init__(name, numbers, count)
        self._f, self._forward, self._pullback = f, forward, pullback
        self._args, self._result, self._residuals = unflatten(args, numbers), result, residuals

    def values_at(self, numbers: Sequence[float]) -> list[float]:
        with unheard():
            return _floats(self.name, self._f(*unflatten(self._args, numbers)))

    def row_at(self, position: int) -> Primitive:
        if position not in self.rows:
            self.rows[position] = Primitive(
                self.name if self.count == 1 else f"{self.name}[{position}]",
                lambda xs: self.values_at(computed(self.name, xs))[position],
                lambda xs, y: self._again(computed(self.name, xs)).row(position, any(isinstance(x, Value) for x in xs)),
                variadic=True,
            )
        return self.rows[position]

    def _again(self, numbers: Sequence[Value | float]) -> _Custom:
        """The same call at other numbers."""
        operands: list[Value | float] = [x if isinstance(x, Value) else Value(x) for x in numbers]
        with unheard():
            result, residuals = _pair(self.name, self._forward(*unflatten(self._args, [number_of(x) for x in numbers])))
        given = unflatten(self._args, operands)
        return _Custom(
            self.name, self._f, self._forward, self._pullback, given, operands, result, residuals, self.count
        )

    def pull(self, cotangents: Sequence[Any], start: Sequence[Any], on_graph: bool) -> list[Any]:
        u = unflatten(self._result, [0.0 if cotangent is None else cotangent for cotangent in cotangents])
        with resumed(), nullcontext() if on_graph else unheard():
            residuals = self._recorded_residuals() if on_graph else self._residuals
            pulled = self._pullback(residuals, u)
        if not isinstance(pulled, (tuple, list)) or len(pulled) != len(self._args):
            count = f" of {len(pulled)}" if isinstance(pulled, (tuple, list)) else ""
            got = f"{one_line(type(pulled).__name__)}{count}: {shown(pulled)}"
            raise TypeError(
                f"{self.name}: the pullback must return a tuple of {len(self._args)}, one cotangent for each argument "
                f"(None where nothing flows), got {got}"
            )
        began = dict(zip(map(id, self.inputs), start, strict=True))
        totals: dict[int, Any] = {}
        for i, (argument, cotangent) in enumerate(zip(self._args, pulled, strict=True)):
            if cotangent is None:
                continue
            xs = flatten(argument, self.name, f"argument {i}")
            for x, (place, term) in zip(
                xs, located(argument, cotangent, self.name, f"the pullback's cotangent {i}"), strict=True
            ):
                if isinstance(term, Value) and not on_graph:
                    raise TypeError(
                        f"{self.name}: {place} is {typed(term)}, computed with a Value that the function was not "
                        "given; pass it as an argument"
                    )
                if id(x) in began and not (type(term) is float and term == 0.0):
                    before = totals.get(id(x), began[id(x)])
                    totals[id(x)] = term if before is None else before + term
        return [totals.get(id(x)) for x in self.inputs]

    def _recorded_residuals(self) -> Any:
        try:
            return _pair(self.name, self._forward(*self._args))[1]
        except TypeError as error:
            raise TypeError(
                f"{self.name}: forward can't be recorded, as derivatives of derivatives need it ({error}); let it call "
                f"the function that custom_vjp returned, and keep its arguments and results as residuals"
            ) from error


def _form(tree: Any) -> Hashable:
    """The structure of arguments, without the numbers."""
    if isinstance(tree, dict):
        return dict, tuple([(key, _form(x)) for key, x in tree.items()])
    if isinstance(tree, (list, tuple)):
        return type(tree), tuple(map(_form, tree))
    return tree.shape if is_array(tree) else None


def _pair(name: str, returned: Any) -> tuple[Any, Any]:
    if not isinstance(returned, tuple) or len(returned) != 2:
        raise TypeError(f"{name}: forward must return a pair, the result and the residuals, got {typed(returned)}")
    return returned


def _floats(name: str, result: Any) -> list[float]:
    """The numbers of a result, which must be plain."""
    found: list[float] = []
    for place, y in located(result, result, name, "the result"):
        if isinstance(y, Value):
            raise TypeError(
                f"{name}: {place} is {typed(y)}, computed with a Value that the function was not given; "
                "pass it as an argument"
            )
        found.append(y)
    return found
