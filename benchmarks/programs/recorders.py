"""The peers that record a program of numbers, as ours does: CasADi and AADC."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

from benchmarks.programs.formulas import (
    OPERATIONS,
    POINTS,
    START,
    Columns,
    Run,
    chain_points,
    moons_parameters,
    option_columns,
    price_of,
    score,
)
from benchmarks.workloads import chain_of

# ----- CasADi ------------------------------------------------------------------------------------------------------


def casadi_chain(operations: int = OPERATIONS) -> Run:
    return _buffered(_casadi_chain(operations), [START])


def casadi_chain_batch(threads: int, points: int = POINTS) -> Run:
    return _mapped(_casadi_chain(OPERATIONS), threads, chain_points(points))


def casadi_network() -> Run:
    """The network with tanh: parameters and a point in, the output and its gradient by the parameters out."""
    casadi = import_module("casadi")
    parameters, point = casadi.SX.sym("parameters", len(moons_parameters())), casadi.SX.sym("point", 2)
    value = score(_elements(parameters), _elements(point), casadi.tanh)
    function = casadi.Function("network", [parameters, point], [value, casadi.gradient(value, parameters)])
    return _buffered(function, [moons_parameters(), [0.5, -0.25]])


def casadi_option() -> Run:
    """As it is called from Python: with floats, and matrices of its own come back."""
    casadi = import_module("casadi")
    arguments = [casadi.SX.sym(name) for name in ("spot", "strike", "years", "rate", "volatility")]
    value = price_of(casadi)(*arguments)
    function = casadi.Function("option", arguments, [value, casadi.gradient(value, casadi.vertcat(*arguments))])
    option = [column[0] for column in option_columns(1)]
    return Run(lambda: function(*option), lambda result: [float(result[0]), *result[1].full().ravel().tolist()])


def casadi_option_in_buffers() -> Run:
    return _buffered(_casadi_option(), [[column[0] for column in option_columns(1)]])


def casadi_option_batch(threads: int) -> Run:
    return _mapped(_casadi_option(), threads, option_columns(POINTS))


def _casadi_chain(operations: int) -> Any:
    return _function(chain_of(operations), 3)


def _casadi_option() -> Any:
    price = price_of(import_module("casadi"))
    return _function(lambda arguments: price(*arguments), 5)


def _function(f: Callable[[list[Any]], Any], count: int) -> Any:
    """A vector in, the value and the gradient out."""
    casadi = import_module("casadi")
    x = casadi.SX.sym("x", count)
    y = f(_elements(x))
    return casadi.Function("f", [x], [y, casadi.gradient(y, x)])


def _elements(vector: Any) -> list[Any]:
    return [vector[i] for i in range(vector.numel())]


def _buffered(function: Any, inputs: Sequence[list[float]]) -> Run:
    """The fastest way to call a function: it reads and writes memory that stays where it is."""
    numpy = import_module("numpy")
    given = [numpy.array(numbers) for numbers in inputs]
    results = [numpy.zeros(function.size1_out(i)) for i in range(function.n_out())]
    buffer, evaluate = function.buffer()
    for i, array in enumerate(given):
        buffer.set_arg(i, memoryview(array))
    for i, array in enumerate(results):
        buffer.set_res(i, memoryview(array))
    evaluate.alive = buffer, given, results  # it has only their addresses

    def numbers(_: Any) -> list[float]:
        return [number for array in results for number in array.tolist()]

    return Run(evaluate, numbers)


def _mapped(function: Any, threads: int, columns: Columns) -> Run:
    numpy = import_module("numpy")
    points = numpy.array(columns)
    size = points.shape[1]
    mapped = function.map(size, "serial") if threads == 1 else function.map(size, "thread", threads)
    return Run(lambda: mapped(points), lambda r: numpy.concatenate([r[0].full().ravel(), r[1].full().ravel()]).tolist())


# ----- AADC --------------------------------------------------------------------------------------------------------


def aadc_chain(backend: str | None, operations: int = OPERATIONS) -> Run:
    return _evaluated(chain_of(operations), backend, 1, [[x] for x in START])


def aadc_chain_batch(backend: str | None, threads: int, points: int = POINTS) -> Run:
    return _evaluated(chain_of(OPERATIONS), backend, threads, chain_points(points))


def aadc_option_batch(backend: str | None, threads: int) -> Run:
    price = price_of(import_module("aadc").math)
    return _evaluated(lambda arguments: price(*arguments), backend, threads, option_columns(POINTS))


def _evaluated(f: Callable[[list[Any]], Any], backend: str | None, threads: int, columns: Columns) -> Run:
    """Recorded, compiled if a backend is named, and evaluated by `aadc.evaluate`."""
    aadc, numpy = import_module("aadc"), import_module("numpy")
    functions = aadc.Functions()
    functions.start_recording()
    variables = [aadc.idouble(column[0]) for column in columns]
    arguments = [variable.mark_as_input() for variable in variables]
    result = f(variables).mark_as_output()
    functions.stop_recording()
    if backend is not None:
        functions.compile(backend)
    pool = aadc.ThreadPool(threads)
    request, inputs = {result: arguments}, dict(zip(arguments, map(numpy.array, columns), strict=True))

    def numbers(answer: Any) -> list[float]:
        values, derivatives = answer[:2]
        parts = [values[result], *(derivatives[result][argument] for argument in arguments)]
        return [float(number) for part in parts for number in part]

    return Run(lambda: aadc.evaluate(functions, request, inputs, pool), numbers)
