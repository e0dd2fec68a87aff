"""What optimisers share: parameters, in groups and frozen ones; steps that are whole or not taken; their state."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from copy import copy
from typing import Any, Protocol, Self, TypeVar

from autograd import Value
from autograd.support.errors import as_float, one_line, shown, typed
from nn import descent
from nn.arguments import as_python, count_of, is_row, not_negative
from nn.descent import frozen_places, is_frozen, move, sum_of_gradients, zero_gradients
from nn.groups import Parameters, as_groups, check_options, group_state, groups_again, groups_of

LearningRate = float | Callable[[int], float]
"""A number, or a schedule: a function of the step, which counts from 0 (see `nn.schedules`)."""

P = TypeVar("P")
P_contra = TypeVar("P_contra", contravariant=True)
N = TypeVar("N")


class Rules(Protocol[P_contra, N]):
    """The formulas of the steps: `nn.descent` over Values and lists, `nn.descent_arrays` over arrays."""

    def zeros(self, parameters: P_contra) -> N: ...
    def numbers_of(self, parameters: P_contra) -> N: ...
    def part(self, parameters: P_contra, places: list[int]) -> Any: ...  # of the type of the parameters
    def picked(self, numbers: N, places: list[int]) -> N: ...
    def put(self, numbers: N, places: list[int], new: N) -> None: ...
    def gradient_step(self, parameters: P_contra, rate: float, decay: float) -> N: ...
    def momentum_step(
        self, parameters: P_contra, velocity: N, rate: float, decay: float, momentum: float, nesterov: bool
    ) -> tuple[N, N]: ...
    def adam_step(
        self,
        parameters: P_contra,
        mean: N,
        mean_square: N,
        betas: tuple[float, float],
        rate: float,
        root: float,
        epsilon: float,
        decay: float,
        kept: float,
    ) -> tuple[N, N, N]: ...
    def rmsprop_step(
        self,
        parameters: P_contra,
        mean_square: N,
        velocity: N,
        alpha: float,
        rate: float,
        epsilon: float,
        decay: float,
        momentum: float,
    ) -> tuple[N, N, N]: ...


_OF_EVERY_OPTIMIZER = ("parameters", "groups", "learning_rate", "steps", "state")
_STATE_DICT = ("learning_rate", "options", "steps", "state")
_MOST_STEPS = 2**53  # a float counts no further
_SKIPPED = "skipped"
"""The entry of the state that counts, for each parameter, the steps in which it was frozen; there once one was."""


class Optimizer(ABC):
    """What all optimisers share: the parameters, the learning rate and the count of steps.

    Parameters may come in groups, a dict each, with options of their own in place of the common ones:
    `SGD([{"params": body}, {"params": head, "learning_rate": 0.1}], learning_rate=0.01)`. What is frozen
    (`Module.freeze`) is passed over.

    Attributes:
        parameters: what it trains.
        groups: a dict each, with its "params" and its own options, which may be changed between steps; empty where
            the parameters are in one list.
        steps: how many steps it has done.
        state: what it remembers: by name, a list of one float per parameter. Empty before the first step.
        remembers: the names of the class's state.
        squares: those of them whose numbers can't be negative.
    """

    remembers: tuple[str, ...] = ()
    squares: tuple[str, ...] = ()

    def __init__(self, parameters: Parameters, learning_rate: LearningRate, weight_decay: float) -> None:
        name = type(self).__name__
        if not hasattr(parameters, "__iter__"):
            raise TypeError(
                f"{name}: parameters must be a list of Values, got {typed(parameters)}; pass model.parameters()"
            )
        if isinstance(parameters, Mapping):
            raise TypeError(f"{name}: parameters must be a list of Values or of groups, got a dict; put it into a list")
        given: list[Any] = list(parameters)
        self.groups: list[dict[str, Any]] = as_groups(type(self), given)
        self.parameters: list[Value] = [p for group in self.groups for p in group["params"]] if self.groups else given
        for i, parameter in enumerate(self.parameters):
            if (
                not isinstance(parameter, Value)
                or not parameter.is_leaf
                or (parameter.is_constant and not is_frozen(parameter))
            ):
                raise TypeError(
                    f"{name}: parameters[{i}] is {shown(parameter)}, not a variable; pass model.parameters()"
                )
        if not self.parameters:
            raise ValueError(f"{name}: no parameters to train; pass model.parameters()")
        if len(set(map(id, self.parameters))) != len(self.parameters):
            raise ValueError(f"{name}: a parameter is given twice and would be moved twice; give each once")
        self.learning_rate: LearningRate = learning_rate
        self.weight_decay = weight_decay
        self.steps = 0
        self.state: dict[str, list[float]] = {}
        self.check(name)

    def check(self, name: str) -> None:
        """Refuse options out of their range, and make them floats; a class with more options checks these, too.

        Args:
            name: what messages call the optimizer, or its group.

        Raises:
            TypeError, ValueError: if one is out of its range.
        """
        if not callable(self.learning_rate):
            self.learning_rate = not_negative(name, "learning_rate", self.learning_rate)
        self.weight_decay = not_negative(name, "weight_decay", self.weight_decay)

    def check_groups(self) -> None:
        """Refuse options of groups that are out of their range: what a class does at the end of its `__init__`."""
        for i, group in enumerate(self.groups):
            one = self._with_options(i)
            group.update({option: vars(one)[option] for option in group if option != "params"})

    def step(self) -> None:
        """Move every parameter by its gradient: all of them, or after an error or Ctrl-C none.

        Raises:
            FloatingPointError: if a gradient is not finite; nothing is moved then.
            ZeroDivisionError: if Adam's epsilon is 0 and the gradients of a parameter were, too; nothing is moved then.
            ValueError: if the learning rate is negative or not finite, or a group has an option that there is not;
                nothing is moved then.
        """
        rate = self.rate_at(self.steps)
        if not math.isfinite(sum_of_gradients(self.parameters)):  # a finite sum of finite numbers may overflow, too
            self.check_gradients([parameter.grad for parameter in self.parameters])
        numbers, state = self.stepped(descent, self.parameters, self.state, self.steps, rate)
        move(self.parameters, numbers, self, {"state": state, "steps": self.steps + 1})

    def stepped(
        self, rules: Rules[P, N], parameters: P, state: dict[str, N], steps: int, rate: float
    ) -> tuple[N, dict[str, N]]:
        """Where a step brings the parameters of all groups, and what is remembered: `moved` for each that is moved.

        Args: as of `moved`; what is frozen stays, with what is remembered of it.
        """
        frozen = set(frozen_places(self.parameters))
        if not (self.groups or frozen or _SKIPPED in state):
            return self.moved(rules, parameters, state, steps, rate)
        skipped: Any = state.get(_SKIPPED, rules.zeros(parameters))
        together: dict[tuple[int, int], list[int]] = {}  # those of one group that have been moved equally often
        for i, group in enumerate(groups_of(self.groups, len(self.parameters))):
            if i not in frozen:
                together.setdefault((group, int(skipped[i])), []).append(i)
        numbers, everything = rules.numbers_of(parameters), list(range(len(self.parameters)))
        remembered = {name: rules.picked(kept, everything) for name, kept in state.items()}
        for (group, missed), places in together.items():
            one = self._with_options(group) if self.groups else copy(self)
            one.parameters = descent.part(self.parameters, places)
            own_rate = one.rate_at(steps) if self.groups and "learning_rate" in self.groups[group] else rate
            before = {name: rules.picked(kept, places) for name, kept in state.items() if name != _SKIPPED}
            moved, after = one.moved(rules, rules.part(parameters, places), before, steps - missed, own_rate)
            rules.put(numbers, places, moved)
            for name, kept in after.items():
                rules.put(remembered.setdefault(name, rules.zeros(parameters)), places, kept)
        if frozen:
            kept = remembered.setdefault(_SKIPPED, rules.zeros(parameters))
            for i in frozen:
                kept[i] += 1.0  # type: ignore[index]  # a list or an array
        return numbers, remembered

    def _with_options(self, i: int) -> Self:
        """The same with the options of a group, which may have been changed since.

        Raises:
            TypeError, ValueError: if one is unknown, or out of its range.
        """
        one, group = copy(self), self.groups[i]
        check_options(type(self), i, group)
        vars(one).update({name: option for name, option in group.items() if name != "params"})
        one.check(f"{type(self).__name__}: group {i}")
        return one

    def learning_rates(self) -> list[LearningRate]:
        """The common learning rate, and those of groups that have their own."""
        return [self.learning_rate, *[group["learning_rate"] for group in self.groups if "learning_rate" in group]]

    def rate_at(self, step: int) -> float:
        """The learning rate of a step, which counts from 0.

        Raises:
            TypeError, ValueError: if it is not a number, negative or not finite.
        """
        name, rate = type(self).__name__, self.learning_rate
        if callable(rate):
            return not_negative(name, f"the learning rate of step {step}", rate(step))
        return not_negative(name, "learning_rate", rate)

    def check_gradients(self, gradients: Iterable[float]) -> None:
        """Raise a FloatingPointError that names the first parameter whose gradient is not finite, if there is one."""
        for parameter, gradient in zip(self.parameters, gradients, strict=True):
            if not math.isfinite(gradient):
                raise FloatingPointError(
                    f"{type(self).__name__}.step: the gradient of {called(parameter)} is {gradient}; no parameter was "
                    "moved. Lower the learning rate, or look for an infinite derivative (sqrt or log at 0)"
                )

    def zero_grad(self) -> None:
        """Set the gradients of the parameters to zero."""
        zero_gradients(self.parameters)

    def state_dict(self) -> dict[str, Any]:
        """All that a step depends on, but the parameters: plain data, which `load_state_dict` takes.

        A learning rate that is a schedule is left out (None): a function is not data. Groups, if there are some, are
        told by how many parameters they have.

        >>> from nn import SGD
        >>> sorted(SGD([Value(1.0)], learning_rate=0.1, momentum=0.9).state_dict())
        ['learning_rate', 'options', 'state', 'steps']
        """
        rate = self.learning_rate
        content = {
            "learning_rate": None if callable(rate) else not_negative(type(self).__name__, "learning_rate", rate),
            "options": self._options(),
            "steps": self.steps,
            "state": {name: list(numbers) for name, numbers in self.state.items()},
        }
        return content | ({"groups": list(map(group_state, self.groups))} if self.groups else {})

    def load_state_dict(self, state_dict: Mapping[str, Any]) -> None:
        """Go on from the state of another optimizer of the same class, with its hyperparameters.

        Args:
            state_dict: what `state_dict()` returned. A learning rate of None, a schedule's, leaves the one here; so
                does a group's, or takes the common one where there was no such group.

        Raises:
            TypeError, ValueError: if it is of another class or of another number of parameters, or holds something that
                the class doesn't take; nothing is changed then.

        >>> from nn import Adam
        >>> first, second = Adam([Value(1.0)], learning_rate=0.5), Adam([Value(2.0)])
        >>> first.step()
        >>> second.load_state_dict(first.state_dict())
        >>> second.steps, second.learning_rate
        (1, 0.5)
        """
        name = f"{type(self).__name__}.load_state_dict"
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"{name}: state_dict must be what state_dict() returned, got {typed(state_dict)}")
        _check_names(name, "entries", _without(state_dict, "groups"), _STATE_DICT)
        rate, options, steps, state = (state_dict[entry] for entry in _STATE_DICT)
        _check_names(name, "options", options, self._options())
        rate = self.learning_rate if rate is None else rate
        parameters: Any = self.parameters
        if "groups" in state_dict:
            rates = [group.get("learning_rate") for group in self.groups]
            parameters = groups_again(name, state_dict["groups"], self.parameters, rates, rate)
        made = type(self)(parameters, rate, **options)
        made.steps = count_of(name, "steps", steps, least=0)
        if made.steps > _MOST_STEPS:
            raise ValueError(f"{name}: steps is {shown(steps)}, but must be at most {_MOST_STEPS}")
        if not isinstance(state, Mapping) or set(state) - {_SKIPPED}:
            _check_names(name, "state", _without(state, _SKIPPED), self.remembers)
        for entry, numbers in state.items():
            if not is_row(numbers) or len(numbers) != len(self.parameters):
                got = f"{len(numbers)} numbers" if is_row(numbers) else shown(numbers)
                raise ValueError(f"{name}: {entry} is {got}, but there are {len(self.parameters)} parameters")
            made.state[entry] = [made._remembered(name, entry, i, number) for i, number in enumerate(numbers)]
        vars(self).update(vars(made))

    def _remembered(self, name: str, entry: str, i: int, number: Any) -> float:
        """A number of the state.

        Raises:
            TypeError, ValueError: if it can't be that of a parameter.
        """
        place = f"{entry}[{i}]"
        kept = as_float(number, name, place)
        if entry in self.squares and kept < 0.0:
            raise ValueError(f"{name}: {place} is {kept}, but a mean of squares is not negative")
        if entry == _SKIPPED and not (0.0 <= kept <= self.steps and kept.is_integer()):
            raise ValueError(f"{name}: {place} is {kept}, but must be a whole number of the {self.steps} steps")
        return kept

    def __repr__(self) -> str:
        rate = self.learning_rate
        options = {"learning_rate": getattr(rate, "__name__", rate) if callable(rate) else rate, **self._options()}
        count = f"{len(self.parameters)} parameters{f' in {len(self.groups)} groups' if self.groups else ''}"
        return f"{type(self).__name__}({', '.join([count, *(f'{name}={x}' for name, x in options.items())])})"

    def _options(self) -> dict[str, Any]:
        """The hyperparameters besides the learning rate, as the constructor takes them."""
        return {name: as_python(thing) for name, thing in vars(self).items() if name not in _OF_EVERY_OPTIMIZER}

    @abstractmethod
    def moved(
        self, rules: Rules[P, N], parameters: P, state: dict[str, N], steps: int, rate: float
    ) -> tuple[N, dict[str, N]]:
        """Where a step brings parameters, and what is remembered of it; nothing changes yet.

        Args:
            rules: the formulas.
            parameters: with their gradients, as the rules take them.
            state: what is remembered of the steps before; empty before the first.
            steps: how many these are.
            rate: the learning rate.
        """


def called(parameter: Value) -> str:
    return one_line(parameter.label or "") or "a parameter without label"


def _without(content: Any, name: str) -> Any:
    return {entry: content[entry] for entry in content if entry != name} if isinstance(content, Mapping) else content


def _check_names(name: str, argument: str, found: Any, expected: Iterable[str]) -> None:
    """Refuse a dict of other names."""
    if not isinstance(found, Mapping) or set(found) != set(expected):
        got = ", ".join(map(str, found)) if isinstance(found, Mapping) else shown(found)
        raise ValueError(
            f"{name}: the {argument} must be {', '.join(expected)}, got {one_line(got, 200) or 'none'}; "
            "is it of another class?"
        )
