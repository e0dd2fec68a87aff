"""Examples by their structure: those of one structure are recorded together, and their numbers lie in one array."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.engine.value import number_of
from autograd.support.errors import is_real, shown
from autograd.transforms.tree import is_array, refill, unflatten
from nn.batches import varies
from nn.examples import Examples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

_MOST = 256
"""How many structures may be recorded: thousands of texts would take an hour to compile."""
_NUMBER = "number"


class Form:
    """The examples of one structure.

    Attributes:
        x, t: input and target of the first of them.
        inputs: how many numbers an input has.
        rows: the numbers of each: those of the input, those of the target, the weight; until `columns` is called.
    """

    def __init__(self, x: Any, t: Any, inputs: int) -> None:
        self.x = x
        self.t = t
        self.inputs = inputs
        self.rows: list[list[float]] = []
        self._array: Array | None = None
        self._room: dict[int, tuple[Array, Array]] = {}

    def columns(self, rows: Sequence[int]) -> Array:
        """The numbers of some of the examples, a column for each, in the same memory each time; needs NumPy."""
        import numpy as np

        if self._array is None:
            self._array = np.array(self.rows)
            self.rows = []
        room = self._room.get(len(rows))
        if room is None:
            width = self._array.shape[1]
            room = self._room[len(rows)] = np.empty((len(rows), width)), np.empty((width, len(rows)))
        taken, columns = room
        self._array.take(rows, axis=0, out=taken, mode="clip")  # the other modes need memory of their own
        np.copyto(columns, taken.T)
        return columns

    def parts(self, numbers: Sequence[Any]) -> tuple[Any, Any, Any]:
        """Input, target and weight, made of the numbers of a column: those of the input first, the weight last."""
        rest = iter(numbers)
        return _filled(self.x, rest), _filled(self.t, rest), next(rest)


class Forms:
    """All examples, each with its form.

    Args:
        examples: all of them.
        owner, where: what messages say, whose examples they are and where they are recorded.

    Raises:
        TypeError: for a variable in a target.
        ValueError: if there are too many structures.
    """

    def __init__(self, examples: Examples, owner: str = "fit", where: str = "with jit=True") -> None:
        told = owner, where
        forms: dict[Hashable, Form] = {}
        self._places: list[tuple[Form, int]] = []
        for i, (x, t) in enumerate(zip(examples.inputs, examples.targets, strict=True)):
            numbers: list[float] = []
            of_input = _signature(x, numbers, "", told)
            inputs = len(numbers)
            key = of_input, _signature(t, numbers, examples.target_name(i), told)
            form = forms.get(key)
            if form is None:
                form = forms[key] = Form(x, t, inputs)
            if len(forms) > _MOST:
                raise ValueError(
                    f"{owner}: {where} each structure of examples is recorded by itself, and up to "
                    f"{examples.input_name(i)} there are {len(forms)}; bring them to fewer lengths, with numbers in "
                    "place of texts, or train with jit=False"
                )
            self._places.append((form, len(form.rows)))
            form.rows.append([*numbers, 1.0 if examples.weights is None else examples.weights[i]])
        self._are_alike = len(forms) == 1

    def groups(self, indices: Sequence[int]) -> list[tuple[Form, Sequence[int], Sequence[int]]]:
        """Some examples by form: the form, which of its rows, and where among them these examples stand."""
        if self._are_alike:
            return [(self._places[0][0], indices, range(len(indices)))]
        found: dict[Form, tuple[list[int], list[int]]] = {}
        for at, i in enumerate(indices):
            form, row = self._places[i]
            rows, places = found.setdefault(form, ([], []))
            rows.append(row)
            places.append(at)
        return [(form, *both) for form, both in found.items()]


def _signature(thing: Any, numbers: list[float], name: str, told: tuple[str, str]) -> Hashable:
    """What two examples of one form have in common, all but their numbers, which are appended to the list."""
    if isinstance(thing, (list, tuple)):
        if set(map(type, thing)) <= {float, int}:
            numbers.extend(map(float, thing))
            return type(thing), len(thing)
        parts = [_signature(part, numbers, name, told) for part in thing]
        return (type(thing), len(parts)) if set(parts) == {_NUMBER} else (type(thing), tuple(parts))
    if isinstance(thing, Mapping):
        return dict, tuple((key, _signature(part, numbers, name, told)) for key, part in thing.items())
    if isinstance(thing, Value) or is_real(thing):
        if varies(thing):
            raise TypeError(
                f"{told[0]}: {name} is {shown(thing)}, a variable; {told[1]} targets must be numbers: take its .data"
            )
        numbers.append(float(number_of(thing)))
        return _NUMBER
    if is_array(thing):
        for number in thing.ravel().tolist():
            if _signature(number, numbers, name, told) != _NUMBER:
                raise TypeError(
                    f"{told[0]}: {name} is an array with {shown(number)} in it; {told[1]} arrays must hold numbers"
                )
        return "array", thing.shape
    return (type(thing), thing) if isinstance(thing, (str, bytes)) else (type(thing), id(thing))


def _filled(thing: Any, rest: Iterator[Any]) -> Any:
    """The same structure, with other numbers."""

    def fill(leaf: Any) -> Any:
        if is_array(leaf):
            return unflatten(leaf, rest)
        return next(rest) if isinstance(leaf, Value) or is_real(leaf) else leaf

    return refill(thing, fill)
