"""What is refused: with the remedy that is right for it, which works, on a few lines, whatever the operand is."""

from __future__ import annotations

import ast
import copy
import decimal
import json
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd
import nn
from autograd import Value, constant
from autograd.support.errors import as_float, describe, one_line, shown, unsupported
from autograd.views.walkthrough import Walkthrough
from support.nasty import LONG, NASTY, Trap, assert_short, check_refusals

# -- the remedy ----------------------------------------------------------------------------------------------------

V = Value(0.5)
OBJECTS = np.array([[Value(0.25), Value(0.5)]], dtype=object)

# what is refused: the remedy where one number must stand, in a table function, in a reduction, in a transform;
# None where it is taken as it is
NUMBER, NESTED = "pass one number here", None
REMEDIES: dict[str, tuple[Any, str | None, str | None, str | None, str | None]] = {
    "0-d array": (np.array(0.5), "pass x.item()", "pass x.item()", "pass x.item()", None),
    "one element": (np.array([0.5]), "pass x.item()", "pass x.item()", "pass x.item()", None),
    "array": (np.array([[0.25, 0.5]]), NUMBER, "[erf(v) for v in x.flat]", "[*x.flat]", None),
    "objects": (
        OBJECTS,
        NUMBER,
        "[erf(v) for v in x.flat]; or np.vectorize(erf, otypes=[object])(x)",
        "[*x.flat]",
        None,
    ),
    "complex array": (np.array([1j, 2.0]), "use x.real", "use x.real", "use x.real", "use x.real"),
    "bytes": (b"0.5", "float(x)", "float(x)", "float(x)", "float(x)"),
    "raw bytes": (b"\x00\x01", "unpack it", "unpack it", "unpack it", "unpack it"),
    "None": (None, "without `return`", "without `return`", "without `return`", "without `return`"),
    "Decimal": (decimal.Decimal("0.5"), "float(x)", "float(x)", "float(x)", "float(x)"),
    "str": ("0.5", "float(x)", "float(x)", "float(x)", "float(x)"),
    "word": ("half", "doesn't read as", "doesn't read as", "doesn't read as", "doesn't read as"),
    "complex": (1j, "the engine is real", "the engine is real", "the engine is real", "the engine is real"),
    "complex64": (np.complex64(1j), "use x.real", "use x.real", "use x.real", "use x.real"),
    "list": ([0.25, 0.5], NUMBER, "[erf(v) for v in x]", "[*x]", None),
    "dict": ({"a": 0.5}, NUMBER, "[erf(v) for v in x.values()]", "[*x.values()]", None),
    "set": ({0.5}, NUMBER, "[erf(v) for v in x]", "[*x]", "pass list(x)"),
    "function": (autograd.exp, "call it: exp(...)", "call it: exp(...)", "call it: exp(...)", "call it: exp(...)"),
    "Value": (V, "x.data", None, None, None),
    "object": (object(), "as a float", "as a float", "as a float", "as a float"),
}
try:
    import torch
except ImportError:
    pass
else:
    REMEDIES |= {
        "0-d tensor": (torch.tensor(0.5), "pass x.item()", "pass x.item()", "pass x.item()", "pass x.item()"),
        "tensor": (
            torch.tensor([[0.25, 0.5]], requires_grad=True),
            NUMBER,
            "[erf(v) for v in x.flatten().tolist()]",
            "[*x.flatten().tolist()]",
            "pass x.tolist()",
        ),
        "complex tensor": (torch.tensor([1j, 2j]), "use x.real", "use x.real", "use x.real", "use x.real"),
    }
try:
    import pandas
except ImportError:
    pass
else:
    flat = "x.to_numpy().flat"
    numbers = [0.25, 0.5]
    REMEDIES |= {
        "column": (pandas.Series(numbers), NUMBER, f"[erf(v) for v in {flat}]", f"[*{flat}]", "pass x.to_numpy()"),
        "table": (
            pandas.DataFrame({"a": numbers}),
            NUMBER,
            f"[erf(v) for v in {flat}]",
            f"[*{flat}]",
            "pass x.to_numpy()",
        ),
        "cell": (
            pandas.DataFrame({"a": [0.5]}),
            "pass x.to_numpy().item()",
            "item()",
            "item()",
            "pass x.to_numpy().item()",
        ),
        "short column": (pandas.Series([0.5]), "pass x.item()", "pass x.item()", "pass x.item()", "pass x.item()"),
    }
NOT_HERE = {
    ("array", "jvp"),
    ("list", "jvp"),
    ("dict", "jvp"),
    ("objects", "jvp"),
    ("complex array", "jvp"),
    ("function", "rate"),
}  # another structure, a schedule
TAKERS: dict[str, tuple[int, Callable[[Any], Any]]] = {
    "gradient": (1, lambda x: Value(1.0).backward(gradient=x)),
    "data": (1, lambda x: setattr(Value(1.0), "grad", x)),
    "rate": (1, lambda x: nn.SGD([Value(1.0)], x)),
    "erf": (2, autograd.erf),
    "sum": (3, lambda x: autograd.sum([1.0, x])),
    "prod of Values": (3, lambda x: autograd.prod([Value(1.0), x])),
    "dot": (3, lambda x: autograd.dot([1.0, 2.0], [3.0, x])),
    "grad": (4, lambda x: autograd.grad(lambda p: 0.0 * V)(x)),
    "result": (4, lambda x: autograd.jacobian(lambda p: x)(1.0)),
    "jvp": (4, lambda x: autograd.jvp(lambda p: p[0], [1.0], [x])),
    "checkpoint": (4, lambda x: autograd.checkpoint(lambda p, q: q, x, Value(1.0))),
}


@pytest.mark.parametrize("taker", TAKERS)
@pytest.mark.parametrize("name", REMEDIES)
def test_remedy(name: str, taker: str) -> None:
    x, column, f = REMEDIES[name][0], *TAKERS[taker]
    remedy = REMEDIES[name][column]
    if remedy is None or (name, taker) in NOT_HERE:
        pytest.skip("taken, or told as another structure")
    with pytest.raises(TypeError, match=r"must be a real number") as caught:
        f(x)
    text = str(caught.value)
    assert remedy in text
    assert f"got {type(x).__name__} " in text or name == "complex array"  # whose elements are told
    assert_short(text)


@pytest.mark.parametrize("name", REMEDIES)
def test_remedy_works(name: str) -> None:
    """The code in the remedies of Value, erf and grad is run on what they refused."""
    x = REMEDIES[name][0]
    for f in (Value, autograd.erf, autograd.grad(lambda p: V * 1.0)):
        try:
            f(x)
        except TypeError as error:
            remedy = str(error).rpartition("; ")[2].rpartition(":")[2]
            for code in re.findall(r"\[.*\]|(?:float|list|np\.vectorize)\(.*\)|x(?:\.\w+(?:\(\))?)+", remedy):
                ast.parse(code)
                names = {"x": x, "np": np, "Value": Value, "erf": autograd.erf}
                result = eval(code, names)
                if code.startswith(("x.", "float(", "list(")) and "complex" not in name and x is not V:
                    f(result)
                assert result is not None


@pytest.mark.parametrize("holder", [Value, constant])
def test_many_numbers_become_many_values(holder: Callable[[Any], Value]) -> None:
    for x, code in (([1.0, 2.0], "x"), (np.ones((2, 2)), "x.flat"), ({"a": 1.0}, "x.values()")):
        with pytest.raises(TypeError, match=re.escape(f"make one Value per element: [Value(n) for n in {code}]")):
            holder(x)


def test_operands_of_a_function_of_several() -> None:
    with pytest.raises(TypeError, match=re.escape("clip: operand low must")) as caught:
        autograd.clip(0.5, [0.0, 1.0], 1.0)
    assert str(caught.value).endswith("call clip once for each v in x")


def test_what_an_operator_returns() -> None:
    assert unsupported("1", "mul") is NotImplemented
    assert unsupported(None, "mul") is NotImplemented
    for number in (1j, np.complex64(1j)):
        with pytest.raises(TypeError, match=r"mul: an operand must be a real number.*the engine is real"):
            unsupported(number, "mul")


# -- the length ----------------------------------------------------------------------------------------------------


BIG = Value(1e308, label=LONG)


def pulled(pullback: Callable[[Any, Any], Any]) -> None:
    autograd.custom_vjp(lambda a: a, lambda a: (a, ()), pullback)(Value(1.0)).backward()


PLACES = ("version", "nodes", "name", "kind", "data", "operation", "operands", "partials")


def walk_of(x: Any, place: str) -> str:
    """A walk as JSON with x in a place."""
    whole = json.loads(autograd.walkthrough(V * 2.0).to_json())
    (whole if place in whole else whole["nodes"][-1])[place] = x
    return json.dumps(whole, default=repr)


def overflown(x: Any) -> None:
    with autograd.detect_anomaly():
        BIG * (x if isinstance(x, Value) else 1.0) * Value(1e308, label=LONG) * 1e308


TRANSFORMS: dict[str, Callable[[Any], Any]] = {
    "Value": Value,
    "grad": lambda x: autograd.grad(lambda p: p)(x),
    "grad of": lambda x: autograd.grad(x)(1.0),
    "grad's result": lambda x: autograd.grad(lambda p: x)(1.0),
    "argnums": lambda x: autograd.grad(lambda p: p, argnums=x)(1.0),
    "derivative": lambda x: autograd.derivative(lambda p: p)(x),
    "jacobian": lambda x: autograd.jacobian(lambda p: [x])(1.0),
    "hessian": lambda x: autograd.hessian(lambda p: p)(x),
    "hvp": lambda x: autograd.hvp(lambda p: p * p, 1.0, x),
    "hvp of": lambda x: autograd.hvp(lambda p: 1.0 * V, x, 1.0),
    "jvp": lambda x: autograd.jvp(lambda p: p, {"a": 1.0}, x),
    "vjp": lambda x: autograd.vjp(lambda p: p, 1.0)[1](x),
    "vjp of": lambda x: autograd.vjp(lambda p: p, x),
    "gradcheck": lambda x: autograd.gradcheck(lambda p: p, x),
    "gradcheck's order": lambda x: autograd.gradcheck(lambda p: p, 1.0, order=x),
    "checkpoint": lambda x: autograd.checkpoint(lambda p: p, x),
    "checkpoint's result": lambda x: autograd.checkpoint(lambda p: x, V),
    "draw": autograd.draw,
    "draw's direction": lambda x: autograd.draw(V * 1.0, direction=x),
    "draw's depth": lambda x: autograd.draw(V * 1.0, depth=x),
    "explain": lambda x: autograd.explain(x, V),
    "explain by": lambda x: autograd.explain(V * 1.0, x),
    "walkthrough": autograd.walkthrough,
    "walkthrough's depth": lambda x: autograd.walkthrough(V * 1.0, depth=x),
    "adjoints": lambda x: autograd.adjoints(V * 1.0, [x]),
    "adjoints of": lambda x: autograd.adjoints(x, [V]),
    "topological_order": autograd.topological_order,
    "kinks": autograd.kinks,
    "backward": lambda x: Value(1.0, label=LONG).backward(gradient=x),
    "backward of": lambda x: x.backward(),
    "float": lambda x: float(x) if isinstance(x, Value) else None,
    "erf": autograd.erf,
    "overflow": lambda x: BIG**x,
    "log": lambda x: autograd.log(BIG * -1.0 * x) if isinstance(x, Value) else autograd.maximum(x, BIG),
    "clip": lambda x: autograd.clip(V, x, 1.0),
    "where": lambda x: autograd.where(V, x, 1.0),
    "sum": autograd.sum,
    "sum of": lambda x: autograd.sum([1.0, x]),
    "dot": lambda x: autograd.dot([V, V], x),
    "softmax": lambda x: autograd.softmax([V, x]),
    "logsumexp": lambda x: autograd.logsumexp([x, V]),
    "add": lambda x: V + x,
    "radd": lambda x: x + V,
    "pow": lambda x: x**V,
    "primitive": lambda x: autograd.primitive(x, lambda a: a, lambda a, y: (1.0,)),
    "primitive's partials": lambda x: autograd.Primitive("p", lambda a: a, lambda a, y: x)(V),
    "primitive's partial": lambda x: autograd.Primitive("p", lambda a: a, lambda a, y: (x,))(V),
    "primitive's value": lambda x: autograd.Primitive("p", lambda a: x, lambda a, y: (1.0,))(V),
    "primitive's rule": lambda x: autograd.primitive("p", x, lambda a, y: (1.0,)),
    "primitive's rule for partials": lambda x: autograd.primitive("p", lambda a: a, x),
    "primitive's sample": lambda x: autograd.primitive("p", lambda a: a, lambda a, y: (1.0,), samples=[(x,)]),
    "primitive's samples": lambda x: autograd.primitive("p", lambda a: a, lambda a, y: (1.0,), samples=[(x, x)]),
    "primitive's default": lambda x: autograd.primitive("p", lambda a, b=x: a, lambda a, y: (1.0,), samples=[(1.0,)]),
    "custom_vjp": lambda x: autograd.custom_vjp(x, lambda a: (a, ()), lambda r, u: (u,)),
    "custom_vjp's forward": lambda x: autograd.custom_vjp(lambda a: a, lambda a: x, lambda r, u: (u,))(V),
    "custom_vjp's result": lambda x: autograd.custom_vjp(lambda a: a, lambda a: (x, ()), lambda r, u: (u,))(V),
    "custom_vjp's pullback": lambda x: pulled(lambda r, u: x),
    "custom_vjp's cotangent": lambda x: pulled(lambda r, u: (x,)),
    "label": lambda x: Value(1.0, label=x),
    "keyword": lambda x: autograd.leaky_relu(V, **{x: 1.0}) if isinstance(x, str) else None,
    "copy": lambda x: copy.copy(x * 2.0 if isinstance(x, Value) else V * 2.0),
    "file name": lambda x: autograd.draw(V * 1.0).save(x) if isinstance(x, str) else None,
    "from_json": lambda x: Walkthrough.from_json(x if isinstance(x, str) else repr(x)),
    **{f"from_json's {place}": lambda x, place=place: Walkthrough.from_json(walk_of(x, place)) for place in PLACES},
    "anomaly": overflown,
}


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.filterwarnings("ignore")
def test_no_message_is_long_or_holds_control_characters(name: str) -> None:
    check_refusals(TRANSFORMS[name])


@pytest.mark.parametrize("x", NASTY.values(), ids=NASTY)
def test_what_messages_are_made_of(x: Any) -> None:
    for text in (
        shown(x),
        "" if isinstance(x, Trap) else describe(x),
        one_line(str(x) if isinstance(x, str) else "x", 40),
    ):
        assert len(text) <= 90
        assert_short(text)
    for nested_ in (False, True):
        for argument in (LONG, "operand a", "operand 3", "argument 0"):
            try:
                as_float(x, LONG, argument, nested_)
            except (TypeError, OverflowError) as error:
                assert_short(str(error))
