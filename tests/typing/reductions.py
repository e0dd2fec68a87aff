"""What the reductions return, as type checkers see them."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Any, Protocol, assert_type

import autograd as ag
import nn
from autograd import Value

x = Value(0.5)
values = [x, 2.0 * x]
floats = [1.0, 2.0]
integers = [1, 2]
mixture: list[Value | float] = [x, 1.0]
nothing: list[float] = []

assert_type(ag.sum(values), Value)
assert_type(ag.sum(floats), float)
assert_type(ag.sum(integers), float)
assert_type(ag.sum([Fraction(1, 2)]), float)
assert_type(ag.sum(nothing), float)
assert_type(ag.sum(mixture), Value | float)
assert_type(ag.sum((x, x)), Value)
assert_type(ag.sum({x}), Value)
assert_type(ag.sum(v * v for v in values), Value)
assert_type(ag.sum(xs=values), Value)

assert_type(ag.mean(values), Value)
assert_type(ag.mean(floats), float)
assert_type(ag.mean(integers), float)
assert_type(ag.mean(mixture), Value | float)

assert_type(ag.prod(values), Value)
assert_type(ag.prod(floats), float)
assert_type(ag.prod(integers), float)
assert_type(ag.prod(mixture), Value | float)

assert_type(ag.amax(values), Value)
assert_type(ag.amax(floats), float)
assert_type(ag.amax(integers), float)
assert_type(ag.amax(mixture), Value | float)

assert_type(ag.logsumexp(values), Value)
assert_type(ag.logsumexp(floats), float)
assert_type(ag.logsumexp(integers), float)
assert_type(ag.logsumexp(mixture), Value | float)

assert_type(ag.norm(values), Value)
assert_type(ag.norm(floats), float)
assert_type(ag.norm(integers), float)
assert_type(ag.norm(mixture), Value | float)

assert_type(ag.dot(values, values), Value)
assert_type(ag.dot(values, floats), Value)
assert_type(ag.dot(floats, values), Value)
assert_type(ag.dot(values, mixture), Value)
assert_type(ag.dot(integers, values), Value)
assert_type(ag.dot(floats, floats), float)
assert_type(ag.dot(floats, integers), float)
assert_type(ag.dot(mixture, floats), Value | float)
assert_type(ag.dot(mixture, mixture), Value | float)
assert_type(ag.dot((v for v in values), iter(floats)), Value)

assert_type(ag.softmax(values), list[Value])
assert_type(ag.softmax(floats), list[float])
assert_type(ag.softmax(integers), list[float])
assert_type(ag.softmax([Fraction(1, 2)]), list[float])
assert_type(ag.softmax(mixture), list[Value] | list[float])
assert_type(ag.softmax(v * v for v in values), list[Value])
assert_type(ag.softmax(xs=values), list[Value])

assert_type(ag.log_softmax(values), list[Value])
assert_type(ag.log_softmax(floats), list[float])
assert_type(ag.log_softmax(integers), list[float])
assert_type(ag.log_softmax(mixture), list[Value] | list[float])


def of_any_iterable(some: Iterable[Value], others: Iterable[float]) -> None:
    assert_type(ag.sum(some), Value)
    assert_type(ag.mean(others), float)
    assert_type(ag.dot(some, others), Value)
    assert_type(ag.softmax(some), list[Value])


class Array(Protocol):
    """As NumPy's is typed: it may hold Values or numbers."""

    def ravel(self) -> Any: ...
    def __len__(self) -> int: ...
    def __getitem__(self, index: int, /) -> Any: ...
    def __iter__(self) -> Iterator[Any]: ...


def of_an_array(array: Array) -> None:
    assert_type(ag.sum(array), Any)
    assert_type(ag.softmax(array), list[Any])
    assert_type(ag.dot(array, values), Any)
    assert_type(ag.dot(floats, array), Any)
    assert_type(ag.dot(values, array), Value)
    assert_type(nn.mse(array, floats), Any)
    assert_type(nn.mse(values, array), Value)
    assert_type(nn.accuracy(array, array), float)
