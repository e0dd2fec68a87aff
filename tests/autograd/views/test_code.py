"""The code beside the graph: which line of the source each operation of a walk comes from."""

from __future__ import annotations

import inspect
import linecache
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import autograd
import nn
from autograd import Value, constant, jit, no_grad, walkthrough
from autograd.views.code import Function, Place
from autograd.views.walkthrough import Walkthrough
from support.pages import Open
from support.walked_code import ARGUMENTS, line_of, loss, neuron, squash


def made_at(walk: Walkthrough) -> dict[str, list[int]]:
    """The lines that were running when each operation was made, by its name."""
    return {node.name: [place.line for place in node.places] for node in walk.nodes if node.primitive}


def test_every_operation_knows_its_line_and_the_lines_that_called_it() -> None:
    found = made_at(walkthrough(loss, *ARGUMENTS))
    both, loop, call = line_of("both"), line_of("loop"), line_of("call")
    assert found == {
        "v1": [both, both, loop],
        "z": [both, both, loop],
        "v2": [both, both, loop],
        "z#2": [both, both, loop],
        "v3": [both, both, call, line_of("lower")],  # −1.4
        "v4": [both, both, loop],
        "z#3": [both, both, loop],
        "v5": [both, both, loop],
        "z#4": [both, both, loop],
        "v6": [both, both, call, line_of("upper")],  # 1.85
        "y": [both],
        "error": [line_of("error")],
        "loss": [line_of("square")],
    }


def test_the_functions_are_those_called_with_their_source() -> None:
    walk = walkthrough(loss, *ARGUMENTS)
    assert [function.name for function in walk.functions] == ["loss", "neuron", "squash"]
    for function, f in zip(walk.functions, (loss, neuron, squash), strict=True):
        lines, first = inspect.getsourcelines(f)
        assert function.first == first
        assert function.lines == tuple(line.rstrip("\n") for line in lines)
        assert function.file == "walked_code.py"  # whoever gets the page need not know the folders


def test_columns_hold_the_expression_itself() -> None:
    walk = walkthrough(loss, *ARGUMENTS)
    texts = {}
    for node in walk.nodes:
        for place in node.places[-1:]:
            assert place.columns is not None
            texts[node.name] = walk.functions[place.function].line(place.line)[slice(*place.columns)]
    assert texts["v1"] == texts["v5"] == "wi * xi"
    assert texts["z#4"] == "z + wi * xi"
    assert texts["v6"] == "autograd.tanh(z)"
    assert texts["loss"] == "error**2"


def test_columns_after_wide_characters_and_in_an_indented_function() -> None:
    class Model:
        def 손실(self, 값: Any) -> Any:  # noqa: N802, N803 - Python allows it, so the columns must be right
            return ("한국어", 값 * 3.0)[1]

    walk = walkthrough(Model().손실, 2.0)
    (place,) = walk.nodes[-1].places
    assert walk.functions[0].lines[0].startswith("def 손실")
    assert walk.functions[0].line(place.line)[slice(*place.columns or ())] == "값 * 3.0"
    assert [node.name for node in walk.nodes if node.kind != "number"] == ["값", "손실"]


def test_the_walk_is_that_of_the_same_function_called_by_hand() -> None:
    w = [[Value(0.5), Value(-1.0)], [Value(0.25), Value(0.75)]]
    x, b, target = [Value(1.0), Value(2.0)], Value(0.1), Value(1.0)
    y = loss(w, x, b, target)
    y.backward()
    walk = walkthrough(loss, *ARGUMENTS)
    assert walk.nodes[-1].data == y.data
    gradients = dict(zip([node.name for node in walk.nodes], walk.gradients, strict=True))
    leaves = {"w[0][0]": w[0][0], "w[1][1]": w[1][1], "x[0]": x[0], "x[1]": x[1], "b": b, "target": target}
    assert {name: gradients[name] for name in leaves} == {name: leaf.grad for name, leaf in leaves.items()}


def test_labels_follow_the_parameters_through_every_container() -> None:
    class Pair(NamedTuple):
        a: Any
        b: Any

    def f(w: Any, pair: Pair, options: dict[str, Any], times: bool, *rest: Any) -> Any:
        assert isinstance(pair, Pair)
        assert times is True
        return sum(w[0]) * pair.b + options["rate"] * rest[1]

    walk = walkthrough(f, [(1.0, 2)], Pair(3.0, 4.0), {"rate": 0.5}, True, 6.0, 7.0)
    assert {node.name for node in walk.nodes if node.kind == "variable"} == {
        "w[0][0]",
        "w[0][1]",
        "pair[1]",
        "options['rate']",
        "rest[1]",
    }
    numpy = pytest.importorskip("numpy")
    walk = walkthrough(lambda m: (m @ m).sum(), numpy.array([[1.0, 2.0], [3.0, 4.0]]))
    assert {node.name for node in walk.nodes if node.kind == "variable"} == {
        f"m[{i}][{j}]" for i in (0, 1) for j in (0, 1)
    }


def test_values_keep_their_labels_and_are_left_alone() -> None:
    weight, rate, plain = Value(2.0, "weight"), constant(0.5, "rate"), Value(3.0)
    walk = walkthrough(lambda a, b, c: a * b * c, weight, rate, plain)
    assert [(node.name, node.kind) for node in walk.nodes if not node.primitive] == [
        ("weight", "variable"),
        ("rate", "constant"),
        ("c", "variable"),
    ]
    assert plain.label is None
    assert not any(x.swept or x.grad for x in (weight, rate, plain))


def test_pythons_sum_begins_without_a_step() -> None:
    a, b = Value(1.0, "a"), Value(2.0, "b")
    assert [step.text for step in walkthrough(sum([a, b, a]) * 2.0)] == [
        "v1 = a + b: 1.0000 + 2.0000 = 3.0000",
        "v2 = v1 + a: 3.0000 + 1.0000 = 4.0000",
        "v3 = v2·2: 4.0000 × 2 = 8.0000",
        "v3.grad = 1.0000, where every gradient starts",
        "v2.grad: 0.0000 + 1.0000 × 2.0000 = 2.0000",
        "v1.grad: 0.0000 + 2.0000 × 1.0000 = 2.0000",
        "a.grad: 0.0000 + 2.0000 × 1.0000 = 2.0000",
        "a.grad: 2.0000 + 2.0000 × 1.0000 = 4.0000",
        "b.grad: 0.0000 + 2.0000 × 1.0000 = 2.0000",
    ]
    labelled = 0 + a
    labelled.label = "mine"
    assert walkthrough(labelled * 2.0).forward_steps == 2  # whoever gives it a name wants to see it
    assert walkthrough(0 + a).forward_steps == 1  # a walk needs a step


@pytest.mark.parametrize("call", [walkthrough, lambda f, *args: walkthrough(jit(f), *args)])
def test_lambdas_show_their_statement(call: Callable[..., Walkthrough]) -> None:
    walk = call(lambda x: x * x + 3.0, 2.0)
    (function,) = walk.functions
    assert function.lines == ("walk = call(lambda x: x * x + 3.0, 2.0)",)
    assert walk.nodes[-1].places[0].line == function.first


def test_functions_without_source_are_walked_and_that_is_said(show_page: Open) -> None:
    module: dict[str, Any] = {}
    exec("def f(x):\n    return x * x", module)
    walk = walkthrough(module["f"], 3.0)
    assert walk.functions == (Function("f", "", 1),)
    assert walk.nodes[-1].places == (Place(0, 2),)
    assert str(walk).startswith("There is no source of f")
    page = show_page(walk, at="#step=1")
    assert (
        page.locator("#listing")
        .inner_text()
        .endswith("There is no source of f: it was made by exec, or is not written in Python.")
    )
    assert page.locator("#code-where").inner_text() == "f:2"
    for built_in in (operator.mul, autograd.maximum):
        walk = walkthrough(built_in, 3.0, 2.0)
        assert walk.functions[0].lines == ()
        assert len(walk) == len(walkthrough(built_in(Value(3.0), Value(2.0))))


def test_a_file_that_has_changed_since_is_not_quoted(tmp_path: Path) -> None:
    path = tmp_path / "changing.py"
    path.write_text("def f(x):\n    return x * 2.0\n")
    module: dict[str, Any] = {}
    exec(compile(path.read_text(), str(path), "exec"), module)
    assert walkthrough(module["f"], 1.0).functions[0].lines == ("def f(x):", "    return x * 2.0")
    path.write_text("def f(x): pass\n")  # no line 2
    walk = walkthrough(module["f"], 1.0)
    assert walk.functions[0].lines == ()
    assert Walkthrough.from_json(walk.to_json()).nodes == walk.nodes
    path.write_text("import math\n\ndef g(x):\n    return x * 2.0\n")
    assert walkthrough(module["f"], 1.0).functions[0].lines == ()
    path.write_text("def f(x:\n")
    assert walkthrough(module["f"], 1.0).functions[0].lines == ()


def test_a_notebooks_cell_has_source_and_no_file() -> None:
    text = "def f(x):\n\treturn x * 2.0\n"
    linecache.cache["<cell 1>"] = (len(text), None, text.splitlines(keepends=True), "<cell 1>")
    module: dict[str, Any] = {}
    exec(compile(text, "<cell 1>", "exec"), module)
    assert walkthrough(module["f"], 1.0).functions == (Function("f", "", 1, ("def f(x):", "        return x * 2.0")),)


def test_a_helper_inside_is_shown_within_the_function_around_it() -> None:
    def outer(x: Any) -> Any:
        def inner(y: Any) -> Any:
            return y * 2.0

        return inner(x) + 1.0

    walk = walkthrough(outer, 1.0)
    (function,) = walk.functions
    assert function.name.endswith("outer")
    assert [place.function for node in walk.nodes for place in node.places] == [0] * 3


def test_a_model_called_directly_shows_the_networks_own_lines_and_a_users_function_its_own() -> None:
    model = nn.MLP(2, [2, 1], seed=1)
    assert [f.name for f in walkthrough(model, [0.5, 1.0]).functions] == [
        "MLP.__call__",
        "Layer.__call__",
        "Neuron.activate",
    ]

    def f(x: Any) -> Any:
        return model(x) ** 2

    assert [function.name.rpartition(".")[2] for function in walkthrough(f, [0.5, 1.0]).functions] == ["f"]


def test_what_was_computed_before_has_no_place() -> None:
    w = Value(2.0, "w")
    before = w * w
    walk = walkthrough(lambda x: x * before, 3.0)
    assert [bool(node.places) for node in walk.nodes if node.primitive] == [False, True]
    assert before.label is None


def test_inside_no_grad_and_with_a_derivative_inside() -> None:
    with no_grad():
        assert walkthrough(lambda x: x * x, 3.0).gradients[0] == 6.0
    walk = walkthrough(lambda x: autograd.grad(lambda t: t**3)(x) * 2.0, 3.0)
    assert walk.gradients[0] == pytest.approx(2.0 * 6.0 * 3.0)


async def waits(x: Any) -> Any:
    return x * 2.0


def yields(x: Any) -> Any:
    yield x * 2.0


@pytest.mark.parametrize(
    ("f", "args", "message"),
    [
        (squash, (), r"squash\(z: 'Any'\) -> 'Any' can't be called with these 0: missing a required argument: 'z'"),
        (squash, (1.0, 2.0), r"can't be called with these 2: too many positional arguments"),
        (lambda x: [x * 2.0, x], (1.0,), r"<lambda> must return one Value, .* got list .*\[0\], or their sum"),
        (lambda x: None, (1.0,), r"got NoneType None; is a return missing\?"),
        (lambda x: 3.0, (1.0,), r"got float 3.0; float\(x\), x.data and numbers alone leave no steps"),
        (lambda x: x, (1.0,), r"returned Value x = 1.0, which no operation has made"),
        (yields, (1.0,), r"yields must return one Value, .* got generator"),
        (waits, (1.0,), r"waits must return one Value, .* got coroutine"),
        ([1.0], (), r"y must be a Value, a function or a recorded program, got list"),
        (Value(1.0) * 2.0, (3.0,), r"arguments are for functions and programs; a depth is given as depth="),
    ],
)
def test_what_makes_no_walk(f: Any, args: tuple[Any, ...], message: str) -> None:
    with pytest.raises(TypeError, match=message) as caught:
        walkthrough(f, *args)
    assert len(str(caught.value).splitlines()) == 1


def test_what_the_function_raises_comes_through_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError, match=r"div\(1, 0.0\)"):
        walkthrough(lambda x: 1 / (x - 1.0), 1.0)
    mine = RuntimeError("mine")

    def fails(x: Any) -> Any:
        raise mine

    with pytest.raises(RuntimeError) as caught:
        walkthrough(fails, 1.0)
    assert caught.value is mine


# -- kept as JSON -----------------------------------------------------------------------------------------------------


# -- in the page ------------------------------------------------------------------------------------------------------
