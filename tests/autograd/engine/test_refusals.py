"""What the operators, the conversions and the reductions refuse, and what the message says then."""

from __future__ import annotations

import array
import cmath
import math
import operator
import statistics
import struct
from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import autograd
from autograd import Value

LABEL = "\x1b[31m" + "x" * 5000


def assert_short(error: BaseException) -> None:
    text = str(error)
    assert len(text) < 400, text[:300]
    assert text.isprintable(), repr(text[:300])


# -- complex operands ----------------------------------------------------------------------------------------------

OPERATORS: list[Callable[[Any, Any], Any]] = [operator.add, operator.sub, operator.mul, operator.truediv, operator.pow]
OPERATORS += [operator.mod, operator.floordiv]
COMPARISONS = [operator.lt, operator.le, operator.gt, operator.ge]
COMPLEX: dict[str, Any] = {
    "complex": 1j,
    "real part alone": complex(2.0),
    "complex128": np.complex128(1j),
    "complex64": np.complex64(1j),
    "array": np.array([1j, 2.0]),
    "0-d array": np.array(1j),
}


class Complex(complex):
    """A class of the user's."""


COMPLEX["subclass"] = Complex(1j)


def operands() -> list[Value]:
    x = Value(0.5, label="x")
    return [x, x * 2.0, autograd.constant(2.0), Value(0.0)]


@pytest.mark.parametrize("number", COMPLEX.values(), ids=COMPLEX)
@pytest.mark.parametrize("op", OPERATORS)
def test_operators_say_that_the_engine_is_real(op: Callable[[Any, Any], Any], number: Any) -> None:
    for x in operands():
        for lhs, rhs in ((x, number), (number, x)):
            with pytest.raises(TypeError, match=r"an operand must be a real number.*the engine is real") as caught:
                op(lhs, rhs)
            assert_short(caught.value)
            assert x.grad == 0.0


@pytest.mark.parametrize("number", COMPLEX.values(), ids=COMPLEX)
def test_in_place_operators(number: Any) -> None:
    in_place = (operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ipow)
    for op in (*in_place, operator.imod, operator.ifloordiv):
        with pytest.raises(TypeError, match="the engine is real"):
            op(Value(0.5), number)


def test_the_operation_is_named() -> None:
    names = ("add", "sub", "mul", "div", "pow", "mod", "floordiv", "divmod")
    for op, name in zip([*OPERATORS, divmod], names, strict=True):
        for lhs, rhs in ((Value(0.5), 1j), (1j, Value(0.5))):
            with pytest.raises(TypeError, match=f"^{name}: "):
                op(lhs, rhs)


def test_complex_numbers_are_compared_as_floats_are() -> None:
    for x in operands():
        for number in (1j, complex(x.data), np.complex64(1j)):
            assert x != number
            assert number != x
            assert (x == number) is (number == x) is False
    for op in COMPARISONS:
        for lhs, rhs in ((Value(0.5), 1j), (1j, Value(0.5))):
            with pytest.raises(TypeError, match="not supported between instances"):
                op(lhs, rhs)


class Other:
    """It takes any operand."""

    def answer(self, other: Any) -> str:
        return "its own"

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = answer
    __pow__ = __rpow__ = __mod__ = __rmod__ = __floordiv__ = __rfloordiv__ = __divmod__ = __rdivmod__ = answer


def test_another_class_may_still_answer() -> None:
    for op in OPERATORS:
        for x in operands():
            assert op(x, Other()) == op(Other(), x) == "its own"
            for stranger in ("1", None, [1.0], {}):
                with pytest.raises(TypeError, match=r"unsupported|can't multiply|can only concatenate|as an integer"):
                    op(x, stranger)
        assert op(Value(0.5), np.array([1.0, 2.0])).shape == op(np.array([1.0, 2.0]), Value(0.5)).shape == (2,)


# -- conversions ---------------------------------------------------------------------------------------------------


def put(numbers: Any, thing: Any) -> None:
    numbers[0] = thing


def filled(thing: Any) -> None:
    np.zeros(2).fill(thing)


# each would lose the gradient, and asks the Value for its float
FLOATS: dict[str, Callable[[Any], Any]] = {
    "float": float,
    "complex": complex,
    "imaginary": lambda v: complex(1.0, v),
    "%f": lambda v: "%f" % v,  # noqa: UP031
    "fsum": lambda v: math.fsum([v, v]),
    "isclose": lambda v: math.isclose(v, 2.0),
    "cmath": cmath.exp,
    "fmean": lambda v: statistics.fmean([v, v]),
    "array.array": lambda v: array.array("d", [v]),
    "float array": lambda v: put(np.zeros(4), v),
    "float32 array": lambda v: put(np.zeros(4, np.float32), v),
    "complex array": lambda v: put(np.zeros(4, complex), v),
    "slice": lambda v: np.zeros(1).__setitem__(slice(None), [v]),
    "fill": filled,
    "full": lambda v: np.full(3, v, dtype=float),
    "array": lambda v: np.array([v], dtype=float),
    "rows": lambda v: np.array([[v, 1.0], [0.0, v]], dtype=np.float64),
    "astype": lambda v: np.array([v]).astype(float),
    "float64": np.float64,
    "interp": lambda v: np.interp(v, [0.0, 1.0], [0.0, 1.0]),
}
ONE = (math.exp, math.log, math.sqrt, math.sin, math.tanh, math.erf, math.gamma, math.log1p, math.isnan, math.fabs)
FLOATS |= {f.__name__: f for f in ONE}
TWO = (math.pow, math.hypot, math.atan2, math.fmod, math.copysign)
FLOATS |= {f.__name__: lambda v, f=f: f(v, v) for f in TWO}

# what the other library says is right and short already: it doesn't ask
OTHERS: dict[str, tuple[Callable[[Any], Any], str]] = {
    "index": (operator.index, "'Value' object cannot be interpreted as an integer"),
    "range": (range, "'Value' object cannot be interpreted as an integer"),
    "hex": (hex, "'Value' object cannot be interpreted as an integer"),
    "place": (lambda v: [1.0][v], "must be integers or slices, not Value"),
    "%d": (lambda v: "%d" % v, "a real number is required, not Value"),  # noqa: UP031
    "mean": (lambda v: statistics.mean([v, v]), "can't convert type 'Value'"),
    "struct": (lambda v: struct.pack("d", v), "required argument is not a float"),
    "Fraction": (Fraction, "argument should be a string or a Rational"),
}
try:
    import torch
except ImportError:
    pass
else:
    OTHERS |= {
        "tensor": (lambda v: torch.tensor([v]), "Could not infer dtype of Value"),
        "into a tensor": (lambda v: put(torch.zeros(3), v), "can't assign a Value to a torch.FloatTensor"),
    }


def values() -> Iterator[Value]:
    x = Value(0.5, label=LABEL)
    yield from (x, x * 2.0, autograd.constant(0.5, label=LABEL), Value(0.5))


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.filterwarnings("ignore")
def test_no_conversion_drops_the_gradient(name: str) -> None:
    for v in values():
        with pytest.raises(TypeError, match=r"^float\(\) of Value .* would drop its gradient silently") as caught:
            FLOATS[name](v)
        text = str(caught.value)
        assert ".data" in text  # for the number
        assert "autograd.exp, not math.exp" in text  # for a function
        assert "dtype=object, or be a list" in text  # for an array
        assert_short(caught.value)


@pytest.mark.parametrize("convert", [int, lambda v: put(np.zeros(4, int), v), np.int64])
def test_neither_does_an_int(convert: Callable[[Any], Any]) -> None:
    for v in values():
        with pytest.raises(TypeError, match=r"^(int|float)\(\) of Value .* would drop its gradient") as caught:
            convert(v)
        assert_short(caught.value)


@pytest.mark.parametrize("name", OTHERS)
def test_what_other_libraries_say(name: str) -> None:
    f, text = OTHERS[name]
    for v in values():
        with pytest.raises(Exception, match=text) as caught:
            f(v)
        assert_short(caught.value)


def test_the_remedies_keep_the_gradient() -> None:
    v = Value(0.5)
    kept = np.zeros(2, dtype=object)
    kept[0] = v
    y = kept[0] * 2.0 + autograd.exp(v) + [v][0]
    y.backward()
    assert v.grad == 3.0 + math.exp(0.5)
    assert float(v.data) == 0.5


# -- rows of numbers -----------------------------------------------------------------------------------------------

REDUCTIONS: dict[str, Callable[[Any], Any]] = {
    "sum": autograd.sum,
    "mean": autograd.mean,
    "prod": autograd.prod,
    "norm": autograd.norm,
    "logsumexp": autograd.logsumexp,
    "softmax": autograd.softmax,
    "log_softmax": autograd.log_softmax,
    "dot": lambda xs: autograd.dot(xs, [1.0, 2.0]),
    "dot's b": lambda xs: autograd.dot([Value(1.0), 2.0], xs),
}
ORDERED = {"dot", "dot's b", "softmax", "log_softmax"}
# what was given, the remedy, and what it becomes by it; None where that is not said as code
ROWS: dict[str, tuple[Any, str, Any]] = {
    "number": (0.5, "put it into a list", None),
    "int": (3, "put it into a list", None),
    "Value": (Value(0.5, label=LABEL), "put it into a list", None),
    "complex": (1j, "the engine is real", None),
    "None": (None, "without `return`", None),
    "function": (autograd.exp, "call it: exp(...)", None),
    "object": (object(), "put it into a list", None),
    "text": ("0.5 0.25" * 1000, "read the numbers out of it first", None),
    "bytes": (b"12" * 1000, "read the numbers out of it first", None),
    "bytearray": (bytearray(b"12"), "read the numbers out of it first", None),
    "dict": ({1.0: 0.5, 2.0: 0.25}, "pass x.values()", lambda x: x.values()),
    "0-d array": (np.array(0.5), "pass [x.item()]", None),
    "0-d objects": (np.array(Value(0.5), dtype=object), "pass [x.item()]", None),
    "NumPy's number": (np.float64(0.5), "pass [x.item()]", None),
    "matrix": (np.array([[0.5, 0.25]]), "pass x.flat", lambda x: x.flat),
    "column vector": (np.array([[0.5], [0.25]]), "pass x.flat", lambda x: x.flat),
    "complex array": (np.array([1j, 2.0]), "the engine is real", None),
}
try:
    import torch
except ImportError:
    pass
else:
    ROWS |= {
        "0-d tensor": (torch.tensor(0.5), "pass [x.item()]", None),
        "tensor": (torch.tensor([0.5, 0.25], requires_grad=True), "pass x.tolist()", lambda x: x.tolist()),
        "matrix tensor": (torch.tensor([[0.5, 0.25]]), "x.flatten().tolist()", lambda x: x.flatten().tolist()),
        "complex tensor": (torch.tensor([1j, 2j]), "the engine is real", None),
    }
try:
    import pandas
except ImportError:
    pass
else:
    table = pandas.DataFrame([[0.5, 0.25]])  # a loop over it meets the names of the columns, 0 and 1
    ROWS["table"] = (table, "pass x.to_numpy().flat", lambda x: x.to_numpy().flat)


@pytest.mark.parametrize("name", REDUCTIONS)
@pytest.mark.parametrize("row", ROWS)
def test_what_is_not_a_row(row: str, name: str) -> None:
    x, remedy, mended = ROWS[row]
    with pytest.raises(TypeError, match=r"must be a list of Values and numbers, got ") as caught:
        REDUCTIONS[name](x)
    text = str(caught.value)
    assert f"got {type(x).__name__} " in text
    assert remedy in text
    assert_short(caught.value)
    assert text.startswith(name.removesuffix("'s b") + ": ")
    if mended is not None:
        REDUCTIONS[name](mended(x))


@pytest.mark.parametrize("name", REDUCTIONS)
def test_any_iterable_of_numbers_is_a_row(name: str) -> None:
    x = Value(0.25)
    expected = REDUCTIONS[name]([0.5, 0.25])

    def data(result: Any) -> Any:
        return [autograd.engine.value.number_of(y) for y in (result if isinstance(result, list) else [result])]

    for row in (
        (0.5, x),
        iter([0.5, x]),
        (v for v in (0.5, x)),
        {"a": 0.5, "b": x}.values(),
        np.array([0.5, 0.25]),
        np.array([0.5, x], dtype=object),
        array.array("d", [0.5, 0.25]),
        memoryview(array.array("d", [0.5, 0.25])),
        map(float, ["0.5", "0.25"]),
        {0.5: "", x: ""}.keys() if name not in ORDERED else [0.5, x],
    ):
        assert data(REDUCTIONS[name](row)) == data(expected)


@pytest.mark.parametrize("name", REDUCTIONS)
def test_a_set_only_where_the_order_does_not_count(name: str) -> None:
    for row in ({0.5, 0.25}, frozenset([0.5, 0.25])):
        if name in ORDERED:
            with pytest.raises(TypeError, match="a set has no order: pass a list"):
                REDUCTIONS[name](row)
        else:
            assert REDUCTIONS[name](row) == pytest.approx(REDUCTIONS[name]([0.5, 0.25]), rel=1e-15)


@pytest.mark.parametrize("name", REDUCTIONS)
def test_nonsense_from_a_generator(name: str) -> None:
    for nonsense in ("x" * 10_000, [0.5] * 10_000, None, b"\x00" * 10_000, object(), {LABEL: 1.0}, np.zeros((50, 50))):
        with pytest.raises(TypeError, match=r"operand [13] must be a real number") as caught:
            REDUCTIONS[name](x for x in (Value(0.5), nonsense))
        assert str(caught.value).isprintable()
        assert len(str(caught.value)) < 600

    def broken() -> Iterator[float]:
        yield 0.5
        raise LookupError("its own")

    with pytest.raises(LookupError, match="its own"):
        REDUCTIONS[name](broken())


def test_lengths_of_a_dot() -> None:
    for a, b in (([0.5], [1.0, 2.0]), ([], [Value(1.0)]), ([Value(1.0)] * 1000, [1.0])):
        with pytest.raises(ValueError, match=f"a has {len(a)} elements and b has {len(b)}; they must be of") as caught:
            autograd.dot(a, b)
        assert_short(caught.value)


# -- labels --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("thing", [5, b"x", ["x"], object(), Value(1.0), True, 0.5])
def test_a_label_is_a_string(thing: Any) -> None:
    x = Value(1.0, label="x")
    for name in (
        lambda: Value(1.0, label=thing),
        lambda: setattr(x, "label", thing),
    ):
        with pytest.raises(TypeError, match=r"a label, a string, not .* for a label") as caught:
            name()
        assert f"not {type(thing).__name__} " in str(caught.value)
        assert x.label == "x"
