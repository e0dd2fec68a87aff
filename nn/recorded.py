"""The steps of `fit(jit=True)`: the loss of one example is recorded and replayed, the parameters are in an array."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, NoReturn

import numpy as np

from autograd import Value, value_and_grad, vmap
from autograd.support.errors import shown
from nn import descent_arrays
from nn.descent import move, zero_gradients
from nn.descent_arrays import Slope
from nn.forms import Form, Forms
from nn.lifted import Lifted, Structure
from nn.module import Module
from nn.optim import Optimizer
from nn.randomness import watched_for_draws
from nn.steps import Eager

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class Point(NamedTuple):
    """Where training has come to; a step makes a new one, so that there is no half step.

    Attributes:
        numbers: of the parameters that the optimizer trains.
        frozen: of the model's other ones.
        state: what the optimizer remembers.
        steps: how many it has done.
    """

    numbers: Array
    frozen: Array
    state: dict[str, Array]
    steps: int


class Recorded:
    """Steps that are replayed. Whatever goes wrong is done again eagerly, which raises what eager steps raise.

    Args:
        eager: the same steps, not recorded.

    Attributes:
        task: what is trained.

    Raises:
        TypeError, ValueError: if the examples can't be recorded.
    """

    def __init__(self, eager: Eager) -> None:
        self.task = eager.task
        self._eager = eager
        self._optimizer = eager.task.optimizer
        trained = set(map(id, self._optimizer.parameters))
        self._frozen = [p for p in eager.parameters if id(p) not in trained]
        self._parameters = [*self._optimizer.parameters, *self._frozen]
        self._examples, self._validation = Forms(self.task.examples), Forms(self.task.validation)
        self._functions: dict[Form, _Functions] = {}  # those of training and of validation have forms of their own
        self._is_begun = False
        self._at = self._seen = self._found()
        self._penalty = self._penalty_recorded()
        self._modes = self._found_modes()
        self._are_frozen = self._found_frozen()

    def _penalty_recorded(self) -> Callable[[Array, Array, Array], tuple[float, Array]] | None:
        model, penalty = self.task.model, self.task.penalty
        if penalty is None:
            return None

        def penalty_of_model(numbers: Any, frozen: Any, once: Any) -> Value:
            return _variable(penalty(model))

        slope: Callable[[Array, Array, Array], tuple[float, Array]]
        slope = value_and_grad(self._mapped(penalty_of_model, "sum"))
        return slope

    def _mapped(self, f: Callable[..., Any], reduce: Literal["mean", "sum"] | None) -> Any:
        """A function of the parameters, the frozen ones, and an array with a column for each example."""
        lifted = Lifted(f, self._parameters, self.write_back)
        return vmap(lifted, in_axes=(None, None, -1), reduce=reduce)

    def _of(self, form: Form) -> _Functions:
        """What is recorded for a form."""
        if form not in self._functions:
            model, loss, structure = self.task.model, self.task.loss, Structure()
            are_weighted = self.task.examples.weights is not None

            def loss_of_model(numbers: Any, frozen: Any, column: Any) -> Any:
                x, t, weight = form.parts(column.tolist())
                cost = loss(model(x), t)
                return cost * weight if are_weighted else cost

            def prediction(numbers: Any, frozen: Any, column: Any) -> list[Value]:
                return structure.taken_apart(model(form.parts(column.tolist())[0]))

            self._functions[form] = _Functions(
                value_and_grad(self._mapped(lambda *args: _variable(loss_of_model(*args)), "mean")),
                self._mapped(loss_of_model, "mean"),
                self._mapped(prediction, None),
                structure,
            )
        return self._functions[form]

    # -- a step -------------------------------------------------------------------------------------------------------

    def step(
        self, total: float, batch: Sequence[int], epoch: int, untried: Sequence[int], predictions: list[Any] | None
    ) -> float:
        """One step, as `Eager.step` does it."""
        if not self._is_begun:
            self._try_first(batch, epoch)
        failure: Exception | None = None
        gradient: Any = None
        try:
            total, gradient = self._differentiated(total, batch, predictions)
        except Exception as error:
            failure = error
        if failure is not None:
            self._explain(failure, batch, epoch, untried)
        self._try_examples(untried, len(batch))
        self._move(gradient)
        return total

    def _differentiated(self, total: float, batch: Sequence[int], predictions: list[Any] | None) -> tuple[float, Array]:
        """The sum with the losses of a batch, and the gradient of their mean, penalty included."""
        at, mean, gradient = self._at, 0.0, np.zeros(1)
        for form, rows, _ in self._examples.groups(batch):
            with np.errstate(all="ignore"):  # as floats are: what is not finite is found below, or by the optimizer
                of_form, by_form = self._of(form).slope(at.numbers, at.frozen, form.columns(rows))
            if len(rows) == len(batch):
                mean, gradient = of_form, by_form
            else:
                share = len(rows) / len(batch)
                mean, gradient = mean + share * of_form, gradient + share * by_form
        if predictions is not None:
            predictions += self._predicted(self._examples, batch)
        if self._penalty is not None:
            penalty, by_penalty = self._penalty(at.numbers, at.frozen, _ONCE)
            mean, gradient = mean + penalty, gradient + by_penalty
        if not math.isfinite(mean):
            raise FloatingPointError(
                f"fit: the mean loss of a batch is {mean}; parameters are as the last step left them"
            )
        return total + len(batch) * mean, gradient

    def _predicted(self, examples: Forms, indices: Sequence[int]) -> list[Any]:
        """The predictions for some examples, in plain numbers."""
        found: list[Any] = [None] * len(indices)
        for form, rows, places in examples.groups(indices):
            functions = self._of(form)
            columns = functions.prediction(self._at.numbers, self._at.frozen, form.columns(rows))
            for place, prediction in zip(places, functions.structure.put_together(columns), strict=True):
                found[place] = prediction
        return found

    def _move(self, gradient: Array) -> None:
        """Let the optimizer move the parameters."""
        optimizer = self._optimizer
        if self._are_frozen.any():
            gradient = np.where(self._are_frozen, 0.0, gradient)  # a program knows nothing of it
        if self.task.clip_norm is not None:
            gradient = descent_arrays.clipped(gradient, self.task.clip_norm)
        if type(optimizer).step is not Optimizer.step or "step" in vars(optimizer):
            self._move_values(gradient)
            return
        if any(map(_is_of_others, optimizer.learning_rates())):
            self.write_back()
            rate = optimizer.rate_at(self._at.steps)
            self._at = self._seen = self._found()
        else:
            rate = optimizer.rate_at(self._at.steps)
        at = self._at
        with np.errstate(all="ignore"):  # as floats are: what is not finite is found by the next step
            if not math.isfinite(gradient.sum()):
                optimizer.check_gradients(gradient.tolist())
            numbers, state = optimizer.stepped(descent_arrays, Slope(at.numbers, gradient), at.state, at.steps, rate)
        self._at = Point(numbers, at.frozen, state, at.steps + 1)

    def _move_values(self, gradient: Array) -> None:
        """A step that somebody else has written moves Values."""
        self.write_back()
        try:
            for parameter, slope in zip(self._optimizer.parameters, gradient.tolist(), strict=True):
                parameter.grad = slope
            self._optimizer.step()
        finally:
            zero_gradients(self._optimizer.parameters)
        self._at = self._seen = self._found()

    def validate(self, predictions: list[Any] | None) -> float:
        """The mean loss of the validation examples, as `Eager.validate` computes it."""
        at, total, count = self._at, 0.0, len(self.task.validation)
        failure: Exception | None = None
        try:
            for form, rows, _ in self._validation.groups(range(count)):
                with np.errstate(all="ignore"):  # as floats are
                    total += len(rows) * self._of(form).loss(at.numbers, at.frozen, form.columns(rows))
            if predictions is not None:
                predictions += self._predicted(self._validation, range(count))
            if not math.isfinite(total):
                raise FloatingPointError(f"fit: the validation loss is {total / count}")
        except Exception as error:
            failure = error
        if failure is not None:
            self.write_back()
            self._eager.validate(None)
            raise _refusal(failure) from failure
        return total / count

    # -- errors -------------------------------------------------------------------------------------------------------

    def _try_first(self, batch: Sequence[int], epoch: int) -> None:
        """What is wrong with every example is found by the first."""
        eager = self._eager

        def differentiate() -> None:
            try:
                zero_gradients(eager.parameters)
                eager.differentiate(0.0, batch[:1], epoch)
                if self.task.penalty is not None:
                    eager.differentiate_penalty(epoch)
            finally:
                zero_gradients(eager.parameters)

        if watched_for_draws(self.task.model, differentiate)[1]:  # a second recording may draw the same by chance
            raise _refusal(
                ValueError("they draw random numbers, as Dropout does in training, which every replay would repeat")
            )
        self._is_begun = True

    def _try_examples(self, examples: Sequence[int], size: int) -> None:
        """Compute the loss of some examples, so that a bad target stops before the first step."""
        for start in range(0, len(examples), size):
            batch = examples[start : start + size]
            try:
                self._differentiated(0.0, batch, None)
                continue
            except Exception:
                self.write_back()  # and what it is is told by whoever finds it, eager steps or the one with this batch
            self._eager.try_examples(batch)

    def _explain(self, failure: Exception, batch: Sequence[int], epoch: int, untried: Sequence[int]) -> NoReturn:
        """Raise what an eager step raises; if that is nothing, it is the recording that fails."""
        self.write_back()
        eager = self._eager
        try:
            eager.differentiate(0.0, batch, epoch)
            eager.try_examples(untried)
            if self.task.penalty is not None:
                eager.differentiate_penalty(epoch)
        finally:
            zero_gradients(eager.parameters)
        raise _refusal(failure) from failure

    # -- parameters ---------------------------------------------------------------------------------------------------

    def read(self) -> None:
        """Take parameters, the optimizer's state and modes from where others see and change them."""
        self._at = self._seen = self._found()
        modes = self._found_modes()
        if modes != self._modes:  # what was recorded is of the old ones
            self._modes = modes
            self._are_frozen = self._found_frozen()
            self._functions.clear()
            self._penalty = self._penalty_recorded()

    def _found_modes(self) -> list[bool]:
        """What a recording takes as it is: which parameters are frozen, which Modules are trained."""
        model = self.task.model
        modules = model.modules() if isinstance(model, Module) else []
        return [p.is_constant for p in self._parameters] + [module.training for module in modules]

    def _found_frozen(self) -> NDArray[np.bool_]:
        return np.array([p.is_constant for p in self._optimizer.parameters])

    def _found(self) -> Point:
        optimizer = self._optimizer
        return Point(
            np.array([p._data for p in optimizer.parameters]),
            np.array([p._data for p in self._frozen]),
            {name: np.array(numbers) for name, numbers in optimizer.state.items()},
            optimizer.steps,
        )

    def write_back(self) -> None:
        """Let others see where training has come to."""
        at = self._at
        if at is not self._seen:
            state = {name: numbers.tolist() for name, numbers in at.state.items()}
            move(self._optimizer.parameters, at.numbers.tolist(), self._optimizer, {"state": state, "steps": at.steps})
            self._seen = at


class _Functions(NamedTuple):
    """What is recorded for the examples of one form.

    Attributes:
        slope: their mean loss and its gradient.
        loss: the mean loss alone.
        prediction: the numbers of the predictions.
        structure: in which they are.
    """

    slope: Callable[[Array, Array, Array], tuple[float, Array]]
    loss: Callable[[Array, Array, Array], float]
    prediction: Callable[[Array, Array, Array], list[Array]]
    structure: Structure


_ONCE = np.zeros(1)


def _variable(cost: Any) -> Value:
    if not isinstance(cost, Value) or cost.is_constant:
        raise TypeError(
            f"a loss is {shown(cost)}, which depends on no parameter; return a Value made of the prediction"
        )
    return cost


def _is_of_others(rate: Any) -> bool:
    """Whether a learning rate is a function that may look at the model: none of `nn.schedules`, or with one inside."""
    if not callable(rate):
        return False
    inside = [cell.cell_contents for cell in getattr(rate, "__closure__", None) or ()]
    return getattr(rate, "__module__", None) != "nn.schedules" or any(map(_is_of_others, inside))


def _refusal(failure: Exception) -> Exception:
    """What to raise where eager steps find nothing wrong."""
    if isinstance(failure, (ArithmeticError, ImportError, MemoryError)):
        return failure
    kind = next((each for each in (TypeError, ValueError, RuntimeError) if isinstance(failure, each)), None)
    told = str(failure) if kind else f"{type(failure).__name__}: {failure}"
    return (kind or TypeError)(
        f"fit: with jit=True the model, its loss and the penalty are recorded, and here can't be: {told}. Targets and "
        "inputs are Values then, and nothing may change from call to call, as in dropout; change that, or train with "
        "jit=False"
    )
