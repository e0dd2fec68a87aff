"""What `fit(jit=True)` records: functions of arrays of parameters, which the model itself takes from its Values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from autograd import Value, constant
from autograd.program.jit import Jitted
from autograd.support.errors import shown
from nn.batches import plain_structure

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class Lifted(Jitted[..., Any]):
    """A function recorded with a model's parameters as its first arguments, and the data as constants.

    Args:
        f: the function; it uses the parameters themselves, not its first arguments, which stand for them.
        parameters: whose numbers the first arguments are.
        before: what is called before it is recorded, so that the parameters have these numbers.
    """

    def __init__(self, f: Callable[..., Any], parameters: list[Value], before: Callable[[], None]) -> None:
        super().__init__(f, (), (), vector_math=False, exact=False, max_programs=64)
        self._lifted = parameters
        self._before = before

    def stand_ins(self, numbers: Sequence[float], names: Sequence[str]) -> list[Value]:
        """The parameters, and a constant for every other number."""
        self._before()
        return [*self._lifted, *map(constant, numbers[len(self._lifted) :])]


class Structure:
    """That of a model's predictions: a recorded function returns their Values in a list."""

    def __init__(self) -> None:
        self._template: Any = None

    def taken_apart(self, prediction: Any) -> list[Value]:
        """The Values of a prediction.

        Raises:
            TypeError: if there is none.
            ValueError: if the structure is another one than before.
        """
        values: list[Value] = []

        def kept(value: Value) -> Any:
            values.append(value)
            return value

        template = plain_structure(prediction, kept)
        if not values:
            raise TypeError(f"the prediction is {shown(prediction)}, in which metrics find no numbers; return a list")
        if self._template is not None and _form(template) != _form(self._template):
            raise ValueError("the prediction has one structure for some examples and another for others")
        self._template = template
        return values

    def put_together(self, columns: list[Array]) -> list[Any]:
        """The predictions of many examples, in plain numbers, from an array for each Value."""
        if isinstance(self._template, Value):
            numbers: list[Any] = columns[0].tolist()
            return numbers
        rows: list[list[float]] = np.array(columns).T.tolist()
        if type(self._template) is list and set(map(type, self._template)) == {Value}:
            return rows
        return [self._filled(iter(row)) for row in rows]

    def _filled(self, numbers: Iterator[float]) -> Any:
        return plain_structure(self._template, lambda _: next(numbers))


def _form(template: Any) -> str:
    return repr(plain_structure(template, lambda _: 0.0))
