"""The peers that compute with arrays: Dr.Jit, NVIDIA Warp, JAX, and NumPy by hand."""

from __future__ import annotations

import atexit
import os
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp
from types import SimpleNamespace
from typing import Any

from benchmarks.programs.formulas import (
    OPERATIONS,
    POINTS,
    START,
    Columns,
    Run,
    chain_points,
    option_columns,
    price_of,
)
from benchmarks.workloads import chain_of

# ----- Dr.Jit ------------------------------------------------------------------------------------------------------


def drjit_chain(operations: int = OPERATIONS) -> Run:
    """An array of one point: to see what it takes to trace and compile; kernels of earlier runs are not used."""
    cache = os.environ["DRJIT_CACHE_DIR"] = mkdtemp(prefix="drjit-")
    atexit.register(shutil.rmtree, cache, ignore_errors=True)
    return _traced(chain_of(operations), 1, [[x] for x in START])


def drjit_chain_batch(threads: int, points: int = POINTS) -> Run:
    return _traced(chain_of(OPERATIONS), threads, chain_points(points))


def drjit_option_batch(threads: int) -> Run:
    price = price_of(_drjit())
    return _traced(lambda arguments: price(*arguments), threads, option_columns(POINTS))


def _drjit() -> Any:
    """Dr.Jit, with the LLVM that it is made for where Debian installs it."""
    libraries = sorted(Path("/usr/lib").glob("*/libLLVM-15.so*"))
    if libraries:
        os.environ.setdefault("DRJIT_LIBLLVM_PATH", str(libraries[0]))
    return import_module("drjit")


def _traced(f: Callable[[list[Any]], Any], threads: int, columns: Columns) -> Run:
    """Traced and compiled once, and then replayed without tracing: `drjit.freeze`."""
    drjit = _drjit()
    number = import_module("drjit.llvm.ad").Float64
    drjit.set_thread_count(threads)
    points = [number(column) for column in columns]
    drjit.make_opaque(points)  # a single number would be a constant, and the whole chain be folded

    @drjit.freeze  # type: ignore[untyped-decorator]  # it is imported only when it is measured
    def value_and_gradient(points: list[Any]) -> list[Any]:
        arguments = [number(x) for x in points]
        drjit.enable_grad(arguments)
        value = f(arguments)
        drjit.backward(value)
        return [drjit.detach(value), *(drjit.grad(x) for x in arguments)]

    def step() -> Any:
        results = value_and_gradient(points)
        drjit.eval(results)
        drjit.sync_thread()
        return results

    return Run(step, lambda results: [x for result in results for x in result.numpy().tolist()])


# ----- NVIDIA Warp -------------------------------------------------------------------------------------------------


def warp_option_batch() -> Run:
    """A kernel and its adjoint on the processor, where Warp works with one thread."""
    warp, numpy = import_module("warp"), import_module("numpy")
    warp.config.quiet = True
    warp.init()
    kernel = import_module("benchmarks.programs.warp_kernel").call_price
    arguments = [warp.array(column, dtype=warp.float64, requires_grad=True) for column in option_columns(POINTS)]
    values = warp.zeros(POINTS, dtype=warp.float64, requires_grad=True)

    def step() -> None:
        for x in arguments:
            x.grad.zero_()
        values.grad.fill_(1.0)
        warp.launch(kernel, dim=POINTS, inputs=arguments, outputs=[values])
        warp.launch(
            kernel,
            dim=POINTS,
            inputs=arguments,
            outputs=[values],
            adj_inputs=[x.grad for x in arguments],
            adj_outputs=[values.grad],
            adjoint=True,
        )

    return Run(step, lambda _: numpy.concatenate([values.numpy(), *(x.grad.numpy() for x in arguments)]).tolist())


# ----- JAX ---------------------------------------------------------------------------------------------------------


def jax_option() -> Run:
    """One call of the compiled function from Python, until its result is there."""
    jax = import_module("jax")
    jax.config.update("jax_enable_x64", True)
    array = jax.numpy
    functions = SimpleNamespace(exp=array.exp, log=array.log, sqrt=array.sqrt, erf=jax.scipy.special.erf)
    compiled = jax.jit(jax.value_and_grad(price_of(functions), argnums=tuple(range(5))))
    option = [column[0] for column in option_columns(1)]

    def step() -> Any:
        return jax.block_until_ready(compiled(*option))

    return Run(step, lambda result: [float(result[0]), *map(float, result[1])])


# ----- NumPy -------------------------------------------------------------------------------------------------------


def numpy_option_batch() -> Run:
    """The Greeks by their own formulas, what they share computed once."""
    numpy, ndtr = import_module("numpy"), import_module("scipy.special").ndtr
    spot, strike, years, rate, volatility = map(numpy.array, option_columns(POINTS))

    def step() -> list[Any]:
        root = numpy.sqrt(years)
        deviation = volatility * root
        d1 = (numpy.log(spot / strike) + (rate + 0.5 * volatility * volatility) * years) / deviation
        n1, n2 = ndtr(d1), ndtr(d1 - deviation)
        discount = numpy.exp(-rate * years)
        discounted = strike * discount
        paid = discounted * n2
        vega = spot * numpy.exp(-0.5 * d1 * d1) * (0.3989422804014327 * root)
        theta = vega * volatility / (2.0 * years) + rate * paid
        return [spot * n1 - paid, n1, -discount * n2, theta, years * paid, vega]

    return Run(step, lambda results: numpy.concatenate(results).tolist())
