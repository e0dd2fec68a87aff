"""What is measured of recorded programs: the tasks, who does them, and the ratios that are good enough."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from benchmarks.programs import arrays, ours, recorders, training
from benchmarks.programs.formulas import (
    OPERATIONS,
    POINTS,
    START,
    Run,
    chain_by_hand,
    chain_points,
    hinge_by_hand,
    moons_parameters,
    option_by_hand,
    option_columns,
    score_by_hand,
)

Expected = Callable[[], list[Sequence[float]]]
"""What the first steps must return, computed another way."""


@dataclass(frozen=True)
class Contender:
    """One way to do a task.

    Attributes:
        title: for the report.
        engine: whose environment it takes.
        make: prepares it, in that environment.
    """

    title: str
    engine: str
    make: Callable[[], Run]


@dataclass(frozen=True)
class Bar:
    """A promise: ours takes at most so many times as long as the fastest of the peers.

    Attributes:
        ours: a contender.
        peers: contenders too.
        bar: the largest ratio that is good enough.
        aim: the ratio to hope for, where it is another.
    """

    ours: str
    peers: tuple[str, ...]
    bar: float
    aim: float | None = None


@dataclass(frozen=True)
class Task:
    """One row of the table of tasks.

    Attributes:
        title: what it is, for the report.
        unit: what the time is given for.
        units: how many of these one step does.
        expected: the right numbers of the first steps.
        contenders: by name.
        bars: the ratios.
        ceilings: seconds per unit that are good enough, by contender.
    """

    title: str
    unit: str
    units: int
    expected: Expected
    contenders: dict[str, Contender]
    bars: tuple[Bar, ...]
    ceilings: tuple[tuple[str, float], ...] = ()


def _digits_by_hand() -> list[Sequence[float]]:
    by_hand = training.numpy_digits(1)
    return [by_hand.numbers(by_hand.step()) for _ in range(3)]


def _transformer_by_textbook() -> list[Sequence[float]]:
    textbook = training.textbook_transformer()
    return [textbook.numbers(textbook.step()) for _ in range(3)]


_ONE_POINT = {
    "ours": Contender("**ours**", "programs", ours.chain),
    "casadi": Contender("CasADi, `Function` with buffers", "casadi", recorders.casadi_chain),
    "aadc": Contender("AADC, `evaluate` as recorded", "aadc", partial(recorders.aadc_chain, None)),
    "aadc compiled": Contender('AADC, `compile("scalar")`', "aadc", partial(recorders.aadc_chain, "scalar")),
}

_NETWORK = {
    "ours": Contender("**ours**", "programs", ours.network),
    "casadi": Contender("CasADi, `Function` with buffers", "casadi", recorders.casadi_network),
}

_OPTION = {
    "ours": Contender("**ours**", "programs", ours.option),
    "casadi": Contender("CasADi, called with floats", "casadi", recorders.casadi_option),
    "casadi buffers": Contender("CasADi, with buffers", "casadi", recorders.casadi_option_in_buffers),
    "jax": Contender("JAX, `jit`", "jax", arrays.jax_option),
}

_CHAIN_BATCH = {
    f"{name} {threads}": Contender(f"{title}, {threads} thread{'s' * (threads > 1)}", engine, partial(make, threads))
    for name, title, engine, make in (
        ("ours", "**ours**", "programs", ours.chain_batch),
        ("drjit", "Dr.Jit, LLVM, frozen", "drjit", arrays.drjit_chain_batch),
        ("aadc", "AADC, `evaluate` as recorded", "aadc", partial(recorders.aadc_chain_batch, None)),
        ("aadc compiled", 'AADC, `compile("auto")`', "aadc", partial(recorders.aadc_chain_batch, "auto")),
        ("casadi", "CasADi, `map`", "casadi", recorders.casadi_chain_batch),
    )
    for threads in (1, 2)
}

_OPTION_BATCH = {
    f"{name} {threads}": Contender(f"{title}, {threads} thread{'s' * (threads > 1)}", engine, partial(make, threads))
    for name, title, engine, make in (
        ("ours", "**ours**", "programs", partial(ours.option_batch, vector_math=False)),
        ("ours, vector math", "**ours, vector math**", "programs", partial(ours.option_batch, vector_math=True)),
        ("drjit", "Dr.Jit, LLVM, frozen", "drjit", arrays.drjit_option_batch),
        ("aadc", "AADC, `evaluate` as recorded", "aadc", partial(recorders.aadc_option_batch, None)),
        ("aadc compiled", 'AADC, `compile("auto")`', "aadc", partial(recorders.aadc_option_batch, "auto")),
        ("casadi", "CasADi, `map`", "casadi", recorders.casadi_option_batch),
    )
    for threads in (1, 2)
} | {
    "warp 1": Contender("NVIDIA Warp, on the processor", "warp", arrays.warp_option_batch),
    "numpy 1": Contender("NumPy and SciPy, by hand", "numpy", arrays.numpy_option_batch),
}

TASKS: dict[str, Task] = {
    "chain": Task(
        "One point of a chain of 20,000 multiplications and additions, and its gradient",
        "operation",
        OPERATIONS,
        lambda: [chain_by_hand(OPERATIONS, [[x] for x in START])],
        _ONE_POINT,
        (Bar("ours", ("casadi",), 0.4, 0.31), Bar("ours", ("aadc",), 0.1)),
    ),
    "network": Task(
        "One point of an MLP 2-16-16-1 with tanh, and the gradient by its 337 parameters",
        "call",
        1,
        lambda: [score_by_hand(moons_parameters(), [0.5, -0.25])],
        _NETWORK,
        (Bar("ours", ("casadi",), 1.0),),
    ),
    "option": Task(
        "One call from Python of a Black-Scholes price with its five Greeks",
        "call",
        1,
        lambda: [option_by_hand(option_columns(1))],
        _OPTION,
        (Bar("ours", ("casadi",), 1 / 3), Bar("ours", ("jax",), 1 / 3)),
        (("ours", 2e-6),),
    ),
    "chain batch": Task(
        "100,000 points of the chain of 20,000 operations, each with its gradient",
        "operation and point",
        OPERATIONS * POINTS,
        lambda: [chain_by_hand(OPERATIONS, chain_points(POINTS))],
        _CHAIN_BATCH,
        (
            *(
                Bar(f"ours {n}", (f"{peer} {n}",), bar)
                for n in (1, 2)
                for peer, bar in (("aadc", 1 / 15), ("casadi", 1 / 7), ("drjit", 1.0))
            ),
            Bar("ours 2", ("ours 1",), 1 / 1.8),
        ),
        (("ours 1", 0.9e-9),),
    ),
    "option batch": Task(
        "100,000 Black-Scholes prices, each with its five Greeks",
        "point",
        POINTS,
        lambda: [option_by_hand(option_columns(POINTS))],
        _OPTION_BATCH,
        (
            Bar("ours 1", ("warp 1",), 1.0),
            Bar("ours, vector math 1", ("drjit 1",), 1.3, 1.0),
            Bar("ours, vector math 2", ("drjit 2",), 1.3, 1.0),
            Bar("ours, vector math 1", ("numpy 1",), 1.0),
        ),
    ),
    "moons": Task(
        "Two moons: the mean hinge loss of 100 points, MLP 2-16-16-1 with ReLU, and its gradient",
        "step",
        1,
        lambda: [hinge_by_hand(moons_parameters())],
        {
            "ours": Contender("**ours**", "programs", ours.moons),
            "torch 1": Contender("PyTorch, tensors, 1 thread", "torch", partial(training.torch_moons, 1)),
            "torch 2": Contender("PyTorch, tensors, 2 threads", "torch", partial(training.torch_moons, 2)),
            "micrograd": Contender("micrograd", "micrograd", training.micrograd_moons),
        },
        (Bar("ours", ("torch 1", "torch 2"), 1 / 3, 1 / 4), Bar("ours", ("micrograd",), 1 / 8000)),
    ),
    "digits": Task(
        "A training step of 784-50-10 on a batch of 100: sigmoids, squared error, gradient descent",
        "step",
        1,
        _digits_by_hand,
        {
            "ours": Contender("**ours**", "programs", ours.digits),
            "numpy 1": Contender("NumPy, by hand, 1 thread", "numpy", partial(training.numpy_digits, 1)),
            "numpy 2": Contender("NumPy, by hand, 2 threads", "numpy", partial(training.numpy_digits, 2)),
            "torch 1": Contender("PyTorch, tensors, 1 thread", "torch", partial(training.torch_digits, 1)),
            "torch 2": Contender("PyTorch, tensors, 2 threads", "torch", partial(training.torch_digits, 2)),
        },
        (Bar("ours", ("numpy 1", "numpy 2"), 1.5, 1.0),),
    ),
    "transformer": Task(
        "A training step of a transformer of microgpt's size: 4,192 parameters, 9 tokens, Adam",
        "step",
        1,
        _transformer_by_textbook,
        {
            "ours": Contender("**ours**", "programs", ours.transformer),
            "textbook": Contender("textbook node", "textbook", training.textbook_transformer),
        },
        (Bar("ours", ("textbook",), 1 / 300, 1 / 600),),
    ),
}

BUILDERS: dict[str, tuple[str, str, Callable[[int], Run]]] = {
    "ours": ("**ours**", "programs", ours.chain),
    "casadi": ("CasADi", "casadi", recorders.casadi_chain),
    "aadc": ('AADC, `compile("scalar")`', "aadc", lambda operations: recorders.aadc_chain("scalar", operations)),
    "drjit": ("Dr.Jit, LLVM", "drjit", arrays.drjit_chain),
}
"""Who records and compiles chains of growing size: the title, the environment, and how."""
