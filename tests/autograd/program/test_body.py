"""The text of one function: registers that are made once, and templates filled in."""

from __future__ import annotations

from typing import Any

import pytest

from autograd.formulas.llvm import Partial, Step, Template
from autograd.formulas.llvm_text import Width
from autograd.program.body import Body, Call, CallBack, Filled, filled

ONE = Width(1).constant(1.0)


@pytest.mark.parametrize("lanes", [1, 4])
def test_each_instruction_is_written_once_and_memory_read_anew(lanes: int) -> None:
    body, number = Body(Width(lanes)), Width(lanes).number
    assert body.make("a") == body.make("a") == "%0"
    assert body.make("b") == "%1"
    assert [body.fresh("a"), body.fresh("a")] == ["%2", "%3"]
    assert body.load("v", 5) == "%5"
    body.store("v", 5, "%1")
    assert body.load("v", 5) == "%6"
    assert body.load("a", 5) == "%8"
    assert body.count == 9
    assert body.lines == [
        "%0 = a",
        "%1 = b",
        "%2 = a",
        "%3 = a",
        f"%4 = getelementptr {number}, ptr %v, i64 5",
        f"%5 = load {number}, ptr %4",
        f"store {number} %1, ptr %4",
        f"%6 = load {number}, ptr %4",
        f"%7 = getelementptr {number}, ptr %a, i64 5",
        f"%8 = load {number}, ptr %7",
    ]


def of(template: Template, last: int) -> Filled:
    return filled(template, last, Width(1), lambda name: f"my.{name}")


def test_operands_the_result_and_steps_are_counted_one_after_the_other() -> None:
    """With two operands the result is 2, and the first step 3; without it, as for values, the first step is 2."""
    steps = [Step("fmul", (1, -1)), Step("exp", (-2,)), Step("fadd", (1.0, -3)), Step("select", (-4, -2, 1.0))]
    found = of(Template(steps, [Partial(-5, -4), None, Partial(1.0, None)]), 2)
    assert found.calls == [
        Call("fmul double %s, %s", (1, 2)),
        Call("call double @my.exp(double %s)", (3,)),
        Call(f"fadd double {ONE}, %s", (4,)),
        Call(f"select i1 %s, double %s, double {ONE}", (5, 3)),
    ]
    assert found.results == [(6, 5), None, (ONE, None)]
    assert found.uses == {1, 2}
    value = of(Template([Step("fsub", (0, 1)), Step("fneg", (-2,))], [-3]), 1)
    assert value.calls == [Call("fsub double %s, %s", (0, 1)), Call("fneg double %s", (2,))]
    assert value.results == [(3, None)]
    assert value.uses == {0, 1}


@pytest.mark.parametrize(
    ("results", "uses"),
    [
        ([Partial(-1, None)], {1}),
        ([Partial(0, None)], {0}),
        ([Partial(1.0, 0)], {0}),
        ([Partial(1.0, -1)], {1}),
        ([Partial(0, -1)], {0, 1}),
        ([0], {0}),
        ([2.0], set()),
        ([None], set()),
    ],
)
def test_results_use_operands_too(results: list[Any], uses: set[int]) -> None:
    assert of(Template([], results), 1).uses == uses


def test_a_percent_sign_of_an_instruction_stays_one() -> None:
    found = filled(Template([Step("exp", (0,))], [-2]), 0, Width(1), lambda name: "%f")
    assert found.calls[0].text % ("%0",) == "call double @%f(double %0)"


def test_what_is_called_back_uses_all_operands_and_the_result() -> None:
    assert list(CallBack("f", 2, False).uses) == [0, 1, 2]


CALL, INTRINSIC, SUM = "call double @exp(double %s)", "call double @llvm.sqrt.f64(double %s)", "fadd double %s, %s"


@pytest.mark.parametrize(
    ("texts", "results", "takes_long"),
    [
        ([CALL], [(1, None)], True),
        ([SUM, CALL], [(1, None), None], True),
        ([CALL, INTRINSIC], [("1.0", None)], True),
        ([INTRINSIC], [(1, None)], False),
        ([SUM], [(1, None)], False),
        ([], [None], False),
        ([CALL], [(1, 0)], False),
        ([CALL], [(1, None), (1, 0)], False),
        ([CALL], [(1, 0), None], False),
    ],
)
def test_partials_take_long_where_functions_are_called_and_they_flow_everywhere(
    texts: list[str], results: Any, takes_long: bool
) -> None:
    assert Filled([Call(text, (0,)) for text in texts], results, frozenset()).takes_long is takes_long
