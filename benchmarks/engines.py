"""The engines: how each makes variables, records a computation, hands out the gradient and takes new numbers."""

from __future__ import annotations

import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

Function = Callable[[list[Any]], Any]


class Engine:
    """What a workload needs of an engine; here for every one whose values are like micrograd's.

    Attributes:
        value: the class of its values.
        functions: the elementary functions it has, by name.
    """

    def __init__(self, value: Any, functions: dict[str, Callable[..., Any]]) -> None:
        self.value = value
        self.functions = functions

    def variables(self, numbers: list[float]) -> list[Any]:
        return [self.value(number) for number in numbers]

    def assign(self, variables: list[Any], numbers: list[float]) -> None:
        for variable, number in zip(variables, numbers, strict=True):
            variable.data = number

    def record(self, function: Function, variables: list[Any]) -> Any:
        """Compute; what it returns keeps what a sweep needs."""
        return function(variables)

    def sweep(self, recorded: Any, variables: list[Any]) -> list[float]:
        """The gradient of what was recorded, and the gradients at zero again."""
        recorded.backward()
        gradient = [variable.grad for variable in variables]
        for variable in variables:
            variable.grad = 0.0
        return gradient


class Torch(Engine):
    """PyTorch, a tensor of no dimension for every number."""

    def __init__(self) -> None:
        self.torch = import_module("torch")
        self.torch.set_num_threads(1)
        names = ("exp", "log", "sqrt", "erf", "relu", "sin", "cos", "tanh")
        functions = {name: getattr(self.torch, name) for name in names}
        super().__init__(None, functions | {"logsumexp": lambda xs: self.torch.logsumexp(self.torch.stack(xs), 0)})

    def variables(self, numbers: list[float]) -> list[Any]:
        return [self.torch.tensor(number, dtype=self.torch.float64, requires_grad=True) for number in numbers]

    def assign(self, variables: list[Any], numbers: list[float]) -> None:
        with self.torch.no_grad():
            for variable, number in zip(variables, numbers, strict=True):
                variable.fill_(number)

    def sweep(self, recorded: Any, variables: list[Any]) -> list[float]:
        recorded.backward()
        gradient = [0.0 if variable.grad is None else variable.grad.item() for variable in variables]
        for variable in variables:
            variable.grad = None
        return gradient


class Xad(Engine):
    """XAD: a tape in C++ that Python's operators write to."""

    def __init__(self) -> None:
        self.adjoint = import_module("xad.adj_1st")
        functions = import_module("xad.math")
        names = ("exp", "log", "sqrt", "erf")
        super().__init__(self.adjoint.Real, {name: getattr(functions, name) for name in names})

    def record(self, function: Function, variables: list[Any]) -> Any:
        tape = self.adjoint.Tape()
        tape.activate()
        inputs = [self.value(variable.getValue()) for variable in variables]  # one belongs to one tape for ever
        for variable in inputs:
            tape.registerInput(variable)
        tape.newRecording()
        result = function(inputs)
        tape.registerOutput(result)
        return tape, inputs, result

    def sweep(self, recorded: Any, variables: list[Any]) -> list[float]:
        tape, inputs, result = recorded
        result.derivative = 1.0
        tape.computeAdjoints()
        gradient = [variable.derivative for variable in inputs]
        tape.deactivate()
        return gradient


class Hips(Engine):
    """HIPS autograd, which differentiates functions of floats and arrays."""

    def __init__(self) -> None:
        self.autograd = import_module("autograd")
        array = import_module("autograd.numpy")
        special = import_module("autograd.scipy.special")
        functions = {name: getattr(array, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tanh")}
        logsumexp = lambda xs: special.logsumexp(array.array(xs))  # noqa: E731
        super().__init__(float, functions | {"erf": special.erf, "logsumexp": logsumexp})

    def record(self, function: Function, variables: list[Any]) -> Any:
        def of_arguments(*arguments: Any) -> Any:
            return function(list(arguments))

        vjp, _ = self.autograd.make_vjp(of_arguments, tuple(range(len(variables))))(*variables)
        return vjp

    def sweep(self, recorded: Any, variables: list[Any]) -> list[float]:
        return [float(partial) for partial in recorded(1.0)]


class Casadi(Engine):
    """CasADi's SX: the expression is built, differentiated as a formula, made a function, and evaluated once."""

    def __init__(self) -> None:
        self.casadi = import_module("casadi")
        names = ("exp", "log", "sqrt", "erf")
        super().__init__(None, {name: getattr(self.casadi, name) for name in names})
        self.numbers: dict[str, float] = {}

    def variables(self, numbers: list[float]) -> list[Any]:
        names = [f"x{len(self.numbers) + i}" for i in range(len(numbers))]
        self.numbers.update(zip(names, numbers, strict=True))
        return [self.casadi.SX.sym(name) for name in names]

    def sweep(self, recorded: Any, variables: list[Any]) -> list[float]:
        inputs = self.casadi.vertcat(*variables)
        gradient = self.casadi.Function("gradient", [inputs], [self.casadi.gradient(recorded, inputs)])
        numbers = [self.numbers[variable.name()] for variable in variables]
        return [float(partial) for partial in gradient(numbers).full().ravel()]


def _ours() -> Engine:
    autograd = import_module("autograd")
    names = ("exp", "log", "sqrt", "erf", "relu", "sin", "cos", "tanh", "logsumexp")
    return Engine(autograd.Value, {name: getattr(autograd, name) for name in names})


def _micrograd() -> Engine:
    sys.setrecursionlimit(10**9)  # its sort is recursive
    value = import_module("micrograd.engine").Value
    return Engine(value, {"relu": value.relu})


def _textbook() -> Engine:
    sys.setrecursionlimit(10**9)  # its sort is recursive
    value = import_module("benchmarks.textbook").Value
    return Engine(value, {"exp": value.exp, "log": value.log, "relu": value.relu})


ENGINES: dict[str, Callable[[], Engine]] = {
    "compiled": _ours,
    "pure": _ours,
    "xad": Xad,
    "micrograd": _micrograd,
    "textbook": _textbook,
    "torch": Torch,
    "hips": Hips,
    "casadi": Casadi,
}
"""How to make each engine, where it is installed; its name is the one `environments` knows."""
