"""Gradients of jitted functions, as numbers: one call of machine code."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Generic, Protocol, TypeVar

from autograd.engine.recording import OPEN, grad_enabled, recorder
from autograd.engine.value import Value, number_of
from autograd.program.signature import NUMBER
from autograd.support.extras import has
from autograd.transforms import functional
from autograd.transforms.tree import is_one_number, unflatten

if TYPE_CHECKING:
    from autograd.program.array_plan import ArrayPlans
    from autograd.program.program import Program
    from autograd.program.result import Result
    from autograd.program.signature import Arguments
    from autograd.program.variant import Variant

J = TypeVar("J", bound="Recorded")


class Recorded(Protocol):
    """A jitted function, as far as its derivatives know it."""

    f: Callable[..., Any]

    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
    def arguments(self, args: Sequence[Any], kwargs: dict[str, Any]) -> Arguments: ...
    def positions(self, transform: str, argnums: int | Sequence[int], count: int) -> list[int]: ...
    def program(self, *args: Any, **kwargs: Any) -> Program: ...
    def evaluated(
        self,
        given: Arguments,
        numbers: Sequence[float],
        args: Sequence[Any],
        kwargs: dict[str, Any],
        ask: Callable[[Variant], tuple[Sequence[float], tuple[bool, ...] | None]],
    ) -> tuple[Variant, Result]: ...


class Derivative(Generic[J]):
    """`grad` or `value_and_grad` of a jitted function."""

    def __init__(self, jitted: J, name: str, argnums: int | Sequence[int]) -> None:
        functools.update_wrapper(self, jitted.f, updated=())
        self.jitted = jitted
        self.name = name
        self.argnums = argnums
        self._is_one = not isinstance(argnums, Sequence)
        self._plans: dict[int, Callable[[tuple[float, ...]], Any]] = {}
        self._array_plans: ArrayPlans | None = None
        self._wanted: dict[Variant, tuple[bool, ...]] = {}

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        plan = self._plans.get(len(args))
        if plan is not None and not OPEN and not kwargs and {*map(type, args)} == _FLOATS:
            found = plan(args)
            if found is not None:
                return found
        if self._array_plans is not None and not OPEN and not kwargs:
            found = self._array_plans(args)
            if found is not None:
                return self._result(*found)
        jitted = self.jitted
        picked = jitted.positions(self.name, self.argnums, len(args))
        if recorder() is not None or not grad_enabled():
            return self._in_general(args, kwargs)
        given = jitted.arguments(args, kwargs)
        numbers: Any = given.numbers
        if any(type(x) is not float for x in numbers):
            if any(isinstance(x, Value) and not x.is_constant for x in numbers):
                return self._in_general(args, kwargs)
            numbers = [number_of(x) for x in numbers]
        variant, result = jitted.evaluated(
            given, numbers, args, kwargs, lambda variant: self._ask(given, picked, variant)
        )
        if variant.has_variables or len(result.outputs) != 1 or not is_one_number(variant.result):
            return self._in_general(args, kwargs)
        if given.key == (NUMBER,) * len(args):
            self._plan(variant, len(args), picked)
        elif not kwargs:
            self._plan_arrays(variant, args, picked)
        parts = [self._part(given, result.adjoints, args, i) for i in picked]
        return self._result(result.outputs[0], parts)

    def _result(self, value: float, parts: Sequence[Any]) -> Any:
        """What a call returns."""
        gradient = parts[0] if self._is_one else tuple(parts)
        return gradient if self.name == "grad" else (value, gradient)

    def _plan_arrays(self, variant: Variant, args: Sequence[Any], picked: Sequence[int]) -> None:
        """From now on, calls with arguments of these forms copy them."""
        point = variant.point(self._wanted[variant]) if has("numpy") else None
        if point is None:
            return
        if self._array_plans is None:
            from autograd.program.array_plan import ArrayPlans

            self._array_plans = ArrayPlans()
        self._array_plans.add(point, args, picked)

    def _plan(self, variant: Variant, count: int, picked: Sequence[int]) -> None:
        """From now on, calls with as many floats take the fastest way, through the program that served last."""
        plan = variant.plan(self._wanted[variant], picked)
        if plan is None:
            self._plans.pop(count, None)
            return
        is_pair, is_one = self.name == "value_and_grad", self._is_one

        def at(numbers: tuple[float, ...]) -> Any:
            found = plan(numbers)
            if found is None:
                return None
            gradient = found[1][0] if is_one else found[1]
            return (found[0], gradient) if is_pair else gradient

        self._plans[count] = plan if is_pair and not is_one else at

    def _ask(
        self, given: Arguments, picked: Sequence[int], variant: Variant
    ) -> tuple[Sequence[float], tuple[bool, ...] | None]:
        """One cotangent, and which inputs are wanted."""
        if len(variant.program.outputs) != 1:
            return (), None
        wanted = self._wanted.get(variant)
        if wanted is None:
            mask = [False] * len(variant.program.inputs)
            for i in picked:
                mask[given.starts[i] : given.starts[i + 1]] = [True] * (given.starts[i + 1] - given.starts[i])
            wanted = self._wanted[variant] = tuple(mask)
        return _ONE, wanted

    def _part(self, given: Arguments, adjoints: Sequence[float], args: Sequence[Any], i: int) -> Any:
        """The gradient by one argument, in its structure."""
        start = given.starts[i]
        return adjoints[start] if type(args[i]) is float else unflatten(args[i], adjoints[start : given.starts[i + 1]])

    def program(self, *args: Any, **kwargs: Any) -> Program:
        """The program of the function itself, for such arguments; its adjoints are made of it when it is compiled."""
        return self.jitted.program(*args, **kwargs)

    def own_transform(
        self, name: str, argnums: int | Sequence[int], has_aux: bool = False
    ) -> Callable[..., Any] | None:
        """None: derivatives of derivatives are those of any function."""
        return None

    def as_written(self) -> Callable[..., Any]:
        """The same derivative of the function that is recorded."""
        transform: Callable[..., Any] = getattr(functional, self.name)(self.jitted.f, self.argnums)
        return transform

    def _in_general(self, args: Sequence[Any], kwargs: dict[str, Any]) -> Any:
        """As for any function: the call becomes a node of a graph."""
        transform = getattr(functional, self.name)
        return transform(self.jitted.__call__, self.argnums)(*args, **kwargs)


_ONE = (1.0,)
_FLOATS = {float}
