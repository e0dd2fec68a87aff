"""The steps of `fit(jit=True)`: the loss of one example is recorded and replayed, the parameters are in an array."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

import numpy as np

from autograd import Value, value_and_grad, vmap
from autograd.engine.value import number_of
from autograd.support.errors import shown
from autograd.transforms.tree import located, unflatten
from nn import descent_arrays
from nn.batches import varies
from nn.descent import move, zero_gradients
from nn.descent_arrays import Slope
from nn.lifted import Lifted, Structure
from nn.optim import Optimizer
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

    Raises:
        TypeError, ValueError: if the targets are not numbers in one structure.
    """

    def __init__(self, eager: Eager) -> None:
        self.targets = eager.targets
        self._eager = eager
        self._optimizer = eager.optimizer
        trained = set(map(id, eager.optimizer.parameters))
        self._frozen = [p for p in eager.parameters if id(p) not in trained]
        self._inputs = _Examples(eager.rows)
        self._target_numbers = _Examples(_numbers_of_targets(eager))
        self._is_begun = False
        self._at = self._seen = self._found()

        model, loss, penalty = eager.model, eager.loss, eager.penalty
        target, parameters = eager.targets[0], [*eager.optimizer.parameters, *self._frozen]
        structure = Structure()

        def loss_of_model(numbers: Any, frozen: Any, x: Any, t: Any) -> Value:
            return _variable(loss(model(x.tolist()), unflatten(target, t.tolist())))

        def prediction(numbers: Any, frozen: Any, x: Any) -> list[Value]:
            return structure.taken_apart(model(x.tolist()))

        def penalty_of_model(numbers: Any, frozen: Any, once: Any) -> Value:
            assert penalty is not None
            return _variable(penalty(model))

        def mapped(f: Callable[..., Any], *axes: int, reduce: Any = None) -> Any:
            lifted = Lifted(f, parameters, self.write_back)
            return vmap(lifted, in_axes=(None, None, *axes), reduce=reduce)

        self._loss = value_and_grad(mapped(loss_of_model, -1, -1, reduce="mean"))
        self._structure = structure
        self._prediction = mapped(prediction, -1)
        self._penalty = value_and_grad(mapped(penalty_of_model, 0, reduce="sum")) if penalty is not None else None

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
        self._try_targets(untried, len(batch))
        self._move(gradient)
        return total

    def _differentiated(self, total: float, batch: Sequence[int], predictions: list[Any] | None) -> tuple[float, Array]:
        """The sum with the losses of a batch, and the gradient of their mean, penalty included."""
        at = self._at
        inputs = self._inputs.columns(batch)
        mean, gradient = self._loss(at.numbers, at.frozen, inputs, self._target_numbers.columns(batch))
        if predictions is not None:
            predictions += self._structure.put_together(self._prediction(at.numbers, at.frozen, inputs))
        if self._penalty is not None:
            penalty, by_penalty = self._penalty(at.numbers, at.frozen, _ONCE)
            mean, gradient = mean + penalty, gradient + by_penalty
        if not math.isfinite(mean):
            raise FloatingPointError(
                f"fit: the mean loss of a batch is {mean}; parameters are as the last step left them"
            )
        return total + len(batch) * mean, gradient

    def _move(self, gradient: Array) -> None:
        """Let the optimizer move the parameters."""
        optimizer = self._optimizer
        if type(optimizer).step is not Optimizer.step or "step" in vars(optimizer):
            self._move_values(gradient)
            return
        if any(map(_is_of_others, optimizer.learning_rates())):
            self.write_back()
            rate = optimizer.rate_at(self._at.steps)
            self.read()
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
        self.read()

    # -- errors -------------------------------------------------------------------------------------------------------

    def _try_first(self, batch: Sequence[int], epoch: int) -> None:
        """What is wrong with every example is found by the first."""
        eager = self._eager
        try:
            zero_gradients(eager.parameters)
            eager.differentiate(0.0, batch[:1], epoch)
            if eager.penalty is not None:
                eager.differentiate_penalty(epoch)
        finally:
            zero_gradients(eager.parameters)
        self._is_begun = True

    def _try_targets(self, examples: Sequence[int], size: int) -> None:
        """Compute the loss of some examples, so that a bad target stops before the first step."""
        for start in range(0, len(examples), size):
            batch = examples[start : start + size]
            try:
                self._differentiated(0.0, batch, None)
                continue
            except Exception:
                self.write_back()  # and what it is is told by whoever finds it, eager steps or the one with this batch
            self._eager.try_targets(batch)

    def _explain(self, failure: Exception, batch: Sequence[int], epoch: int, untried: Sequence[int]) -> NoReturn:
        """Raise what an eager step raises; if that is nothing, it is the recording that fails."""
        self.write_back()
        eager = self._eager
        try:
            eager.differentiate(0.0, batch, epoch)
            eager.try_targets(untried)
            if eager.penalty is not None:
                eager.differentiate_penalty(epoch)
        finally:
            zero_gradients(eager.parameters)
        raise _refusal(failure) from failure

    # -- parameters ---------------------------------------------------------------------------------------------------

    def read(self) -> None:
        """Take parameters and the optimizer's state from where others see and change them."""
        self._at = self._seen = self._found()

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


class _Examples:
    """Numbers of examples, one row for each; a batch of them has columns, in the same memory each time."""

    def __init__(self, rows: list[list[float]]) -> None:
        self._rows = np.array(rows, dtype=float)
        self._room: dict[int, tuple[Array, Array]] = {}

    def columns(self, batch: Sequence[int]) -> Array:
        """The numbers of a batch."""
        room = self._room.get(len(batch))
        if room is None:
            width = self._rows.shape[1]
            room = self._room[len(batch)] = np.empty((len(batch), width)), np.empty((width, len(batch)))
        rows, columns = room
        self._rows.take(batch, axis=0, out=rows, mode="clip")  # the other modes need memory of their own
        np.copyto(columns, rows.T)
        return columns


def _numbers_of_targets(eager: Eager) -> list[list[float]]:
    """The numbers in each target.

    Raises:
        TypeError, ValueError: what the loss raises for a target that has not only numbers, or another structure than
            the first.
    """
    rows = []
    for i, target in enumerate(eager.targets):
        try:
            numbers = [x for _, x in located(eager.targets[0], target, "fit", f"y[{i}]")]
            if any(map(varies, numbers)):
                raise TypeError(f"fit: y[{i}] is {shown(target)}, a variable")
        except (TypeError, ValueError) as error:
            failure = error
        else:
            rows.append([number_of(x) for x in numbers])
            continue
        eager.try_targets([i])
        raise type(failure)(f"{failure}; with jit=True all targets must be numbers, or lists of them of one structure")
    return rows


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
