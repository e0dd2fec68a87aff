"""`jit`: a function that is recorded at its first call, and from then on replayed."""

from __future__ import annotations

import functools
import inspect
from collections import Counter
from collections.abc import Callable, Hashable, Sequence
from contextlib import suppress
from itertools import compress
from types import MethodType
from typing import TYPE_CHECKING, Any, Generic, ParamSpec, Protocol, TypeVar, cast

from autograd.engine.recording import OPEN, grad_enabled, recorder
from autograd.engine.value import Value, number_of
from autograd.program.comparison import Comparison
from autograd.program.derivative import Derivative
from autograd.program.plain import eagerly, pulled_back
from autograd.program.program import BranchError, Program
from autograd.program.recorder import record
from autograd.program.result import DONE, LEFT_THE_REALS, Result
from autograd.program.signature import NUMBER, Arguments, arguments, check_picked, named, refilled, static_arguments
from autograd.program.variant import Variant
from autograd.support.errors import one_line, shown, typed
from autograd.transforms import functional
from autograd.transforms.block import Block
from autograd.transforms.linearize import positions
from autograd.transforms.tree import flatten, refill, unflatten

if TYPE_CHECKING:
    from autograd.program.computed import Compute

P = ParamSpec("P")
Y = TypeVar("Y")
R = TypeVar("R", covariant=True)


def jit(
    f: Callable[P, Y],
    *,
    static_argnums: int | Sequence[int] = (),
    static_argnames: str | Sequence[str] = (),
    vector_math: bool = False,
    exact: bool = False,
    max_programs: int = 64,
) -> Replayed[P, Y]:
    """The same function, recorded at its first call and replayed at machine speed from then on.

    Comparisons that steer Python (`if`, `max`, `sorted`) are checked at every call; where one says something else, the
    function is recorded afresh, and that program is kept, too. Values that f uses from outside, a model's parameters,
    are read at every call, and get their gradients from `backward`: assign to their `.data`, for a new Value in place
    of an old one is not seen, nor is a plain number that f finds outside. Arguments that are no numbers, and the static
    ones, belong to the program: others make another. Without llvmlite programs are replayed in plain Python.

    Args:
        f: a function of numbers, Values, and nested lists, tuples, dicts and arrays of them, which computes the same
            whenever it is called.
        static_argnums, static_argnames: arguments that are not recorded, though they are numbers: sizes, say.
        vector_math: in batches, compute exp, log, sin, ... by functions for vectors, which are right within 4 units in
            the last place, where Python's are mostly within 1. Small programs then take longer to compile, too.
        exact: compute sums of products in the order in which they are written, rather than as products of matrices.
        max_programs: how many programs to keep at most.

    Raises:
        TypeError: if f is not a function. When called: if an argument is neither made of numbers nor hashable, or a
            number is taken out of a Value while f is recorded.
        ValueError: if f computes something else when it is called again with the same arguments.
        RuntimeError: if there are more programs than `max_programs`.

    >>> @jit
    ... def f(x, y):
    ...     return x * y if x > 0.0 else y
    >>> f(2.0, 3.0), f(-2.0, 3.0)
    (6.0, 3.0)
    """
    if not callable(f):
        raise TypeError(f"jit: f must be a function, got {typed(f)}; pass f, not f(x)")
    if hasattr(f, "own_transform"):  # it is recorded already
        return cast("Replayed[P, Y]", f)
    transform = functional.transform_of(f)
    if transform is not None and transform[0] in ("grad", "value_and_grad"):
        # The gradient of a recorded function is better than a recorded gradient: what its rules choose is no branch.
        name, inner, argnums = transform
        derived: Replayed[P, Y] = getattr(functional, name)(
            jit(
                inner,
                static_argnums=static_argnums,
                static_argnames=static_argnames,
                vector_math=vector_math,
                exact=exact,
                max_programs=max_programs,
            ),
            argnums,
        )
        return derived
    if isinstance(max_programs, bool) or not isinstance(max_programs, int) or max_programs < 1:
        raise ValueError(f"jit: max_programs must be an int of 1 or more, got {shown(max_programs)}")
    numbers, names = static_arguments(f, static_argnums, static_argnames)
    return Jitted(f, numbers, names, vector_math, exact, max_programs)


Ask = Callable[[Variant], tuple[Sequence[float], tuple[bool, ...] | None]]
"""What is wanted of a program: a cotangent for every output, and by which inputs to differentiate."""


ERRORS = (ValueError, OverflowError, ZeroDivisionError, IndexError, BranchError)
"""What replaying a program raises."""

_FLOATS = {float}


def _values_alone(variant: Variant) -> tuple[Sequence[float], None]:
    return (), None


class Replayed(Protocol[P, R]):
    """What `jit` returns: the function, and the programs that it has become."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """The same as the function."""
        ...

    def program(self, *args: P.args, **kwargs: P.kwargs) -> Program:
        """The program for such arguments, recorded if need be."""
        ...


class TooManyProgramsError(RuntimeError):
    """A function goes more ways than programs are kept."""


class Jitted(Generic[P, Y]):
    """A function that is replayed; made by `jit`."""

    def __init__(
        self,
        f: Callable[P, Y],
        static_argnums: tuple[int, ...],
        static_argnames: tuple[str, ...],
        vector_math: bool,
        exact: bool,
        max_programs: int,
    ) -> None:
        functools.update_wrapper(self, f, updated=())
        self.f = f
        self.name = one_line(getattr(f, "__name__", type(f).__name__))
        self.vector_math = vector_math
        self.exact = exact
        self.static_argnums = static_argnums
        self._static_argnames = static_argnames
        self._max_programs = max_programs
        self._plans: dict[int, Callable[[tuple[float, ...]], Any]] = {}
        self._pullbacks: dict[tuple[Variant, tuple[bool, ...], tuple[bool, ...]], Jitted[..., list[Any]]] = {}
        self.variants: dict[Hashable, list[Variant]] = {}

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Y:
        plan = self._plans.get(len(args))
        if plan is not None and not OPEN and not kwargs and {*map(type, args)} == _FLOATS:
            found: Any = plan(args)  # type: ignore[arg-type]  # they are floats, as was asked
            if found is not None:
                return cast(Y, found)
        if recorder() is not None:  # within a larger program it is part of that
            return self.f(*args, **kwargs)
        given = self.arguments(args, kwargs)
        if grad_enabled() and any(isinstance(x, Value) and not x.is_constant for x in given.numbers):
            return cast(Y, self._block(given, args, kwargs))
        numbers = [x if type(x) is float else number_of(x) for x in given.numbers]
        variant, result = self.evaluated(given, numbers, args, kwargs)
        if variant.has_variables and grad_enabled():
            return cast(Y, self._block(given, args, kwargs))
        if given.key == (NUMBER,) * len(args):
            plan = variant.plan(None, None)
            if plan is not None:
                self._plans[len(args)] = plan
        return cast(Y, unflatten(variant.result, result.outputs))

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        """Above a method: the object is its first argument, and static."""
        return self if instance is None else MethodType(self, instance)

    def program(self, *args: P.args, **kwargs: P.kwargs) -> Program:
        """The program for such arguments, recorded if need be."""
        given = self.arguments(args, kwargs)
        numbers = [number_of(x) for x in given.numbers]
        return self.evaluated(given, numbers, args, kwargs)[0].program

    def own_transform(
        self, name: str, argnums: int | Sequence[int], has_aux: bool = False
    ) -> Callable[..., Any] | None:
        """A faster way to a derivative than that of any function."""
        return None if has_aux or name not in ("grad", "value_and_grad") else Derivative(self, name, argnums)

    def as_written(self) -> Callable[P, Y]:
        """The function that is recorded."""
        return self.f

    # -- running ------------------------------------------------------------------------------------------------------

    def positions(self, transform: str, argnums: int | Sequence[int], count: int) -> list[int]:
        """Which of so many arguments to differentiate by.

        Raises:
            TypeError: for what is no position.
            ValueError: for a position that is not there, or is static.
        """
        found = positions(transform, argnums, count)
        check_picked(transform, self.name, found, self.static_argnums)
        return found

    def arguments(self, args: Sequence[Any], kwargs: dict[str, Any]) -> Arguments:
        """The arguments of a call, taken apart."""
        return arguments(self.name, args, kwargs, self.static_argnums, self._static_argnames)

    def evaluated(
        self,
        given: Arguments,
        numbers: Sequence[float],
        args: Sequence[Any],
        kwargs: dict[str, Any],
        ask: Ask = _values_alone,
    ) -> tuple[Variant, Result]:
        """What the program for these arguments computes; it is recorded if need be.

        Args:
            given, numbers, args, kwargs: the arguments.
            ask: for what is wanted of a program beyond its values.

        Raises:
            ValueError, OverflowError, ZeroDivisionError: as the function does.
        """
        variants = self.variants.get(given.key, [])
        for i, variant in enumerate(variants):
            if not variant.serves:
                continue
            inputs = variant.numbers(numbers)
            result = variant.run(inputs, *ask(variant))
            if result.status == DONE:
                if i:
                    variants.insert(0, variants.pop(i))
                return variant, result
            if result.status == LEFT_THE_REALS:
                with suppress(*ERRORS):  # f itself shall raise it, or go another way
                    return variant, eagerly(variant.program, inputs, *ask(variant))
        variant = self.record(given, numbers, args, kwargs)
        inputs = variant.numbers(numbers)
        result = variant.run(inputs, *ask(variant))
        if result.status != DONE:
            result = eagerly(variant.program, inputs, *ask(variant))
        return variant, result

    def record(
        self, given: Arguments, numbers: Sequence[float], args: Sequence[Any], kwargs: dict[str, Any]
    ) -> Variant:
        """Record f for these arguments, and keep the program."""
        static = self.static_argnums
        names = named(args, kwargs, self._parameters(), static, self._static_argnames)
        values = self.stand_ins(numbers, names)
        result: Any = None

        def call() -> list[Any]:
            nonlocal result
            rest = iter(values)
            filled = [refilled(x, rest, i in static) for i, x in enumerate(args)]
            keywords = {key: refilled(kwargs[key], rest, key in self._static_argnames) for key in sorted(kwargs)}
            result = cast(Any, self.f)(*filled, **{key: keywords[key] for key in kwargs})
            result = refill(result, lambda leaf: leaf.number if isinstance(leaf, Comparison) else leaf)
            return flatten(result, self.name, "the result")

        recording = record(self.name, call, values, names)
        self.variants[given.key] = [x for x in self.variants.get(given.key, []) if not x.is_outdated]
        self._check_room(given.key)
        returned = unflatten(result, map(number_of, recording.outputs))
        variant = Variant(recording.program, recording.captured, returned, recording.ieee)
        self.variants[given.key].insert(0, variant)
        return variant

    def stand_ins(self, numbers: Sequence[float], names: Sequence[str]) -> list[Value]:
        """What f is called with while it is recorded: a Value for every number of the arguments."""
        return list(map(Value, numbers, names))

    def batch(self, variant: Variant, wanted: tuple[bool, ...] | None, shared: tuple[bool, ...], count: int) -> Compute:
        """What computes a program of it for so many points."""
        return variant.batch(wanted, shared, self.vector_math, self.exact, count)

    def _parameters(self) -> list[str]:
        try:
            parameters = inspect.signature(self.f).parameters.values()
        except (TypeError, ValueError):
            return []
        return [x.name for x in parameters if x.kind in (x.POSITIONAL_ONLY, x.POSITIONAL_OR_KEYWORD)]

    def _check_room(self, key: Hashable) -> None:
        """Raise a RuntimeError, which says what makes so many programs, if there is no room for one more."""
        count = sum(map(len, self.variants.values()))
        if count < self._max_programs:
            return
        same = self.variants.get(key, [])
        if 2 * len(same) > count:
            places = Counter(place for variant in same for place in variant.program.questions())
            place, times = places.most_common(1)[0]
            reason = (
                f"the comparison in {place} goes another way in many of them (it is asked {times} times); choose with "
                "where(condition, a, b), which is no branch"
            )
        else:
            reason = "they differ in their static arguments, or in the sizes of the others"
        raise TooManyProgramsError(
            f"{self.name}: there are {count} programs already, and this call needs one more: {reason}, or raise "
            "max_programs"
        )

    def pullback(
        self, variant: Variant, wanted: tuple[bool, ...], cotangents: Sequence[Any]
    ) -> Callable[[Sequence[Any], Sequence[Any]], list[Any]]:
        """The pullback of a program as a function of its inputs and cotangents, itself recorded, for higher orders.

        Args:
            variant: the program.
            wanted: by which inputs to differentiate.
            cotangents: of which only matters which are None: nothing comes back there.
        """
        given = tuple([u is not None for u in cotangents])
        key = variant, wanted, given
        if key not in self._pullbacks:

            def pulled(inputs: Sequence[Any], us: Sequence[Any]) -> list[Any]:
                seeds = [u if is_given else None for u, is_given in zip(us, given, strict=True)]
                sources = list(compress(inputs, wanted))
                found = iter(pulled_back(variant.program, inputs, seeds, sources, True)[1])
                return [(0.0 if (x := next(found)) is None else x) if want else 0.0 for want in wanted]

            pulled.__name__ = f"pullback of {self.name}"
            self._pullbacks[key] = Jitted(pulled, (), (), self.vector_math, self.exact, self._max_programs)
        recorded = self._pullbacks[key]

        def called(inputs: Sequence[Any], us: Sequence[Any]) -> list[Any]:
            try:
                return recorded(list(inputs), [0.0 if u is None else u for u in us])
            except TooManyProgramsError:  # the rules choose by the inputs too often: the engine does it
                return recorded.f(inputs, us)

        return called

    # -- in a graph ---------------------------------------------------------------------------------------------------

    def _block(self, given: Arguments, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        """The call as one node for each output."""
        numbers = [number_of(x) for x in given.numbers]
        variant, result = self.evaluated(given, numbers, args, kwargs)
        operands = [*given.numbers, *variant.captured]
        block = _Called(self, variant, given, args, kwargs, operands)
        return unflatten(variant.result, block.record(result.outputs))


class _Called(Block):
    """One call of a jitted function in a graph."""

    def __init__(
        self,
        jitted: Jitted[..., Any],
        variant: Variant,
        given: Arguments,
        args: Sequence[Any],
        kwargs: dict[str, Any],
        operands: Sequence[Value | float],
    ) -> None:
        super().__init__(jitted.name, operands, len(variant.program.outputs))
        self._jitted = jitted
        self._variant = variant
        self._call = given, args, kwargs
        at = {id(x): x for x in self.inputs}
        self._wanted = tuple([id(x) in at for x in self.operands])

    def values_at(self, numbers: Sequence[float]) -> list[float]:
        given, args, kwargs = self._call
        return self._jitted.evaluated(given, numbers[: len(given.numbers)], args, kwargs)[1].outputs

    def pull(self, cotangents: Sequence[Any], start: Sequence[Any], on_graph: bool) -> list[Any]:
        if on_graph:
            pullback = self._jitted.pullback(self._variant, self._wanted, cotangents)
            found: Sequence[Any] = pullback(self.operands, cotangents)
        else:
            found = self._pulled(cotangents)
        totals: dict[int, Any] = {}
        for x, adjoint in zip(self.operands, found, strict=True):
            totals[id(x)] = totals[id(x)] + adjoint if id(x) in totals else adjoint
        return [totals[id(x)] if s is None else s + totals[id(x)] for x, s in zip(self.inputs, start, strict=True)]

    def _pulled(self, cotangents: Sequence[float | None]) -> Sequence[float]:
        """What comes back to the operands."""
        before = dict(zip(map(id, self.inputs), self.numbers, strict=True))
        numbers: list[float] = [before[id(x)] if id(x) in before else number_of(x) for x in self.operands]
        seeds = [0.0 if u is None else u for u in cotangents]
        result = self._variant.run(numbers, seeds, self._wanted)
        # To machine code a cotangent that is not there is 0, and 0 times NaN is NaN: from there nothing flows.
        is_astray = 0.0 in seeds and any(x != x for x in result.adjoints)
        if result.status != DONE or is_astray:
            result = eagerly(self._variant.program, numbers, seeds, self._wanted)
        return result.adjoints
