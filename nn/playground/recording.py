"""What a playground records: the loss of one example, the prediction on the way to it, and the hidden units in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, NoReturn, cast

from autograd import Value, constant, no_grad
from autograd.engine.recording import recorder
from autograd.engine.value import number_of
from autograd.program.operations import Guard
from autograd.program.program import BranchError, Program
from autograd.program.recorder import Recording, Tape, record
from autograd.support.errors import is_real, one_line, shown, typed
from autograd.views.names import unique_names
from nn.batches import plain_structure
from nn.blocks import Dropout
from nn.descent import is_frozen, set_frozen
from nn.examples import Examples
from nn.forms import Form, Forms
from nn.layers import Neuron
from nn.modes import in_mode
from nn.module import Module
from nn.randomness import watched_for_draws
from nn.steps import Loss

MOST_PARAMETERS = 20_000
MOST_OPERANDS = 100_000
MOST_NUMBERS = 200_000
"""What a page can hold: it has some twenty to fifty characters for each."""


@dataclass(frozen=True)
class Recorded:
    """The loss of one example as a program.

    Attributes:
        program: its inputs are the parameters, and the numbers of an example: of its input, then of its target. Its
            outputs are those of the prediction, and the loss.
        first: how many operations, the first ones, the prediction needs, with what the model asked on the way.
        counted: how many the loss needs, too; what comes after them is only asked.
        inputs: how many numbers an input has.
        names: one for every slot, no two the same.
        rows: the numbers of all examples.
    """

    program: Program
    first: int
    counted: int
    inputs: int
    names: list[str]
    rows: list[list[float]]


def recorded(
    model: Callable[[Any], Any], loss: Loss, parameters: Sequence[Value], names: Sequence[str], examples: Examples
) -> Recorded:
    """Record the loss of the first example, and see that the others go the same way.

    Args:
        model: a Module, or a function.
        loss: as of `fit`.
        parameters: of the model.
        names: theirs.
        examples: all of them.

    Raises:
        TypeError: if the loss depends on no parameter, or a number is taken out of a Value.
        ValueError: if the model is too large, draws random numbers, or takes another branch for another example; if
            examples have different structures; or what model and loss raise for an example.
    """
    if len(parameters) > MOST_PARAMETERS:
        raise ValueError(
            f"playground: the model has {len(parameters):,} parameters, and a page holds {MOST_PARAMETERS:,}; show a "
            "smaller one, and train this with fit(jit=True)"
        )
    for name, parameter in zip(names, parameters, strict=True):
        if not math.isfinite(parameter.data):
            raise ValueError(
                f"playground: the parameter {one_line(name, 120)} is {parameter.data}; start from finite ones"
            )
    form = _one_form(examples)
    if (size := len(form.rows) * (len(form.rows[0]) - 1)) > MOST_NUMBERS:
        raise ValueError(
            f"playground: the examples have {size:,} numbers, and a page holds {MOST_NUMBERS:,}; pass some of them, "
            "X[:100] say"
        )
    rows = [row[:-1] for row in form.rows]  # without the weight
    frozen = [p for p in parameters if is_frozen(p)]
    arguments = [*parameters, *map(constant, rows[0])]
    columns = [_column("x", j, form.inputs) for j in range(form.inputs)]
    columns += [_column("y", j, len(rows[0]) - form.inputs) for j in range(len(rows[0]) - form.inputs)]
    asked = 0

    def call() -> list[Any]:
        nonlocal asked
        x, t, _ = form.parts([*arguments[len(parameters) :], 1.0])
        prediction = model(x)
        asked = len(cast(Tape, recorder()).guards)
        outputs = _values_in(prediction, examples.input_name(0))
        cost = loss(prediction, t)
        if not isinstance(cost, Value) or cost.is_constant:
            is_number = isinstance(cost, Value) or is_real(cost)
            why = "which depends on no parameter" if is_number else "but must be one number"
            raise TypeError(
                f"the loss of {examples.input_name(0)} is {shown(cost)}, {why}; return a Value made of the prediction"
            )
        return [*outputs, cost]

    def in_either_mode(training: bool) -> Recording:
        with in_mode(model, training), _named_units(model):
            _check_dropout(model)
            return record("the loss", call, arguments, [*names, *columns])

    def in_both_modes() -> Recording:
        recording = in_either_mode(True)
        if not _are_same(recording.program, in_either_mode(False).program):
            raise ValueError(
                "the model computes something else in evaluation mode than in training mode, and a page has one "
                "program; let it do the same"
            )
        return recording

    set_frozen(frozen, False)  # the page can unfreeze them
    try:
        recording, draws = watched_for_draws(model, in_both_modes)
        if draws:  # a second recording may draw the same by chance
            raise ValueError("the model draws random numbers, which every replay would repeat; leave them out")
    except Exception as error:
        _tell(error, "", f"the loss of {examples.input_name(0)}, as it is recorded for a page")
    finally:
        set_frozen(frozen, True)
    outside = [x._data for x in recording.captured]
    program, first, counted = _arranged(recording.program, outside, asked)
    if (size := sum(map(len, program.operands))) > MOST_OPERANDS:
        raise ValueError(
            f"playground: the loss of one example needs operations on {size:,} operands, and a page holds "
            f"{MOST_OPERANDS:,}; show a smaller model, or shorter examples"
        )
    _check_examples(program, [number_of(p) for p in parameters], rows, examples)
    labels = map(program.labels.get, range(len(program.inputs), len(program.inputs) + len(program)))
    return Recorded(program, first, counted, form.inputs, unique_names([*program.inputs, *labels]), rows)


def _are_same(program: Program, other: Program) -> bool:
    """Whether two programs compute the same."""
    return (
        program.primitives == other.primitives
        and program.operands == other.operands
        and program.constants == other.constants
        and program.outputs == other.outputs
    )


def _tell(error: Exception, where: str, what: str) -> NoReturn:
    """Raise an error of the model's or the loss's again, which says where it comes from."""
    if type(error) in (TypeError, ValueError, IndexError, ZeroDivisionError, OverflowError, RuntimeError):
        raise type(error)(f"playground: {where}{one_line(str(error), 600)}") from error
    error.add_note(f"playground: this is {what}")
    raise error


def _check_dropout(model: Any) -> None:
    """Refuse a layer that leaves out others at every call.

    Raises:
        ValueError: it says how the model can do without.
    """
    for module in model.modules() if isinstance(model, Module) else []:
        if isinstance(module, Dropout) and module.training and module.p:
            raise ValueError(
                "the model draws random numbers, in Dropout, which every replay would repeat; put it into evaluation "
                "mode by itself (dropout.eval(), while model.training is True), or leave it out"
            )


def _values_in(prediction: Any, name: str) -> list[Value]:
    """The numbers of a prediction, in order."""
    found: list[Value] = []

    def kept(value: Value) -> Any:
        found.append(value)
        return value

    plain_structure(prediction, kept)
    if not found:
        raise TypeError(f"the model's output for {name} is {shown(prediction)}, with no Value in it; return one")
    return found


def _one_form(examples: Examples) -> Form:
    """The structure that all examples have.

    Raises:
        ValueError: if one has another.
    """
    groups = Forms(examples, "playground", "in a page").groups(range(len(examples)))
    if len(groups) > 1:
        i = groups[1][2][0]
        raise ValueError(
            f"playground: {examples.input_name(i)} or its target has another structure than {examples.input_name(0)}, "
            "another length say, and a page has one program for all examples; pad them to one length"
        )
    return groups[0][0]


def _column(name: str, j: int, count: int) -> str:
    return name if count == 1 else f"{name}[{j}]"


@contextmanager
def _named_units(model: Any) -> Iterator[None]:
    """Let the outputs of a model's neurons be called by what the neurons are in all of it: `layer0.neuron3`."""
    neurons = [x for x in model.modules() if isinstance(x, Neuron)] if isinstance(model, Module) else []
    names = {id(p): name for name, p in model.named_parameters()} if neurons else {}
    before = [neuron.label for neuron in neurons]
    try:
        for neuron in neurons:
            neuron.label = names[id(neuron.w[0])].rpartition(".")[0] or "neuron"
        yield
    finally:
        for neuron, label in zip(neurons, before, strict=True):
            neuron.label = label


def _arranged(program: Program, outside: Sequence[float], asked: int) -> tuple[Program, int, int]:
    """The same with numbers from outside, its last inputs, as constants, and what the prediction needs at its start.

    Args:
        program, outside: what is rearranged, and the numbers.
        asked: how many of its guards, the first ones, are the model's.

    Returns:
        It, how many operations the prediction needs, and how many it and the loss.
    """
    old_inputs, count = len(program.inputs), len(program.inputs) - len(outside)
    of_prediction = _below(program, [*program.outputs[:-1], *(guard.slot for guard in program.guards[:asked])])
    of_loss = _below(program, program.outputs[-1:])
    ranks = [0 if a else 1 if b else 2 for a, b in zip(of_prediction, of_loss, strict=True)]
    order = sorted(range(len(program)), key=ranks.__getitem__)  # stable: operands before results
    slots = {i: i if i < count else -1 - len(program.constants) - (i - count) for i in range(old_inputs)}
    slots |= {old_inputs + i: count + k for k, i in enumerate(order)}

    def new(slot: int) -> int:
        return slot if slot < 0 else slots[slot]

    arranged = replace(
        program,
        inputs=program.inputs[:count],
        constants=[*program.constants, *outside],
        primitives=[program.primitives[i] for i in order],
        operands=[tuple(map(new, program.operands[i])) for i in order],
        outputs=list(map(new, program.outputs)),
        guards=[Guard(new(x.slot), x.answer, x.place) for x in program.guards if new(x.slot) >= 0],
        stopped=frozenset(map(new, program.stopped)),
        ieee=frozenset(map(new, program.ieee)),
        labels={new(slot): label for slot, label in program.labels.items() if new(slot) >= 0},
        lines=[program.lines[i] for i in order],
    )
    return arranged, ranks.count(0), ranks.count(0) + ranks.count(1)


def _below(program: Program, roots: Sequence[int]) -> list[bool]:
    """Which operations some slots depend on."""
    inputs = len(program.inputs)
    found = [False] * len(program)
    waiting = [x - inputs for x in roots if x >= inputs]
    while waiting:
        i = waiting.pop()
        if not found[i]:
            found[i] = True
            waiting += [x - inputs for x in program.operands[i] if x >= inputs]
    return found


def _check_examples(
    program: Program, parameters: Sequence[float], rows: Sequence[Sequence[float]], examples: Examples
) -> None:
    """See that the program is that of every example."""
    others: list[int] = []
    failure: BranchError | None = None
    with no_grad():
        for i, row in enumerate(rows):
            try:
                program.replay([*parameters, *row])
            except BranchError as error:
                others.append(i)
                failure = failure or error
            except Exception as error:
                name = examples.input_name(i)
                _tell(error, f"{name}: ", f"the loss of {name}")
    if failure is not None:
        place = program.places[failure.guard.place]
        raise ValueError(
            f"playground: for {examples.input_name(others[0])} and {len(others) - 1} others Python goes another way "
            f"than for {examples.input_name(0)}, where {place} was {failure.guard.answer}; a page has one branch. "
            f"Choose with where(condition, a, b), which is no branch, or pass the {len(rows) - len(others)} examples "
            "alone that take the first one's"
        )


def parameters_of(model: Any, trained: Sequence[Value]) -> list[tuple[str, Value]]:
    """The parameters with their names: a Module's own; of anything else those that its optimizer trains."""
    if isinstance(model, Module):
        return model.named_parameters()
    if not callable(model):
        raise TypeError(f"playground: model must be a Module, such as an MLP, or a function, got {typed(model)}")
    parameters = getattr(model, "parameters", None)
    own = list(trained) if parameters is None else list(parameters())
    return [(p.label or f"p{i}", p) for i, p in enumerate(own)]
