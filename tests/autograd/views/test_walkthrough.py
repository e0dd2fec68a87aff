"""The walk: its steps against the engine's own sweep and numbers worked by hand."""

from __future__ import annotations

import math
import random
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import (
    PRIMITIVES,
    Primitive,
    Program,
    Value,
    constant,
    jit,
    no_grad,
    primitive,
    topological_order,
    walkthrough,
    where,
)
from autograd.engine.graph import operand_values
from autograd.program.program import BranchError
from autograd.views.walk import Step, show
from autograd.views.walkthrough import depths
from support.walked import chain_rule, random_expression


def texts(y: Value, **options: Any) -> list[str]:
    return [step.text for step in walkthrough(y, **options)]


def same(a: float | None, b: float | None) -> bool:
    """The same bits, any NaN being the same."""
    return a == b or (a is not None and b is not None and math.isnan(a) and math.isnan(b))


def test_the_steps_are_those_one_would_write_by_hand() -> None:
    assert texts(chain_rule()) == [
        "z = w·x: 0.4000 × 0.5180 = 0.2072",
        "out = 0.0736·z: 0.0736 × 0.2072 = 0.0152",
        "out.grad = 1.0000, where every gradient starts",
        "z.grad: 0.0000 + 1.0000 × 0.0736 = 0.0736",
        "w.grad: 0.0000 + 0.0736 × 0.5180 = 0.0381",
        "x.grad: 0.0000 + 0.0736 × 0.4000 = 0.0294",
    ]


def test_a_backward_step_as_data() -> None:
    step = walkthrough(chain_rule())[4]
    assert (step.phase, step.operand, step.formula) == ("backward", 0, "x")
    assert (step.upstream, step.local, step.old) == (0.0736, 0.518, 0.0)
    assert step.contribution == step.new == pytest.approx(0.0381248, rel=1e-12)  # 0.0736 × 0.518, all digits kept


def test_a_square_has_two_edges_and_their_gradients_add_up() -> None:
    x = Value(3.0, label="x")
    assert texts(x * x)[2:] == [
        "x.grad: 0.0000 + 1.0000 × 3.0000 = 3.0000",
        "x.grad: 3.0000 + 1.0000 × 3.0000 = 6.0000",
    ]


@pytest.mark.parametrize("row", [row for row in PRIMITIVES.values() if row.samples], ids=lambda row: row.name)
def test_every_row_ends_with_the_engines_gradients(row: Primitive) -> None:
    for point in (*row.samples, *row.kinks):
        leaves = [Value(number) for number in point]
        y = row(*leaves)
        walk = walkthrough(y)
        y.backward()
        gradients = dict(zip([node.name for node in walk.nodes], walk.gradients, strict=True))
        for i, leaf in enumerate(leaves):
            if (gradient := gradients[f"v{i + 1}"]) is None:
                assert leaf.grad == 0.0
            else:
                assert same(gradient, leaf.grad)
        assert all(step.formula for step in walk)


@pytest.mark.parametrize("seed", range(20))
def test_random_graphs_end_with_the_engines_gradients(seed: int) -> None:
    y = random_expression(seed)
    walk = walkthrough(y)
    values = topological_order(y)
    assert [value.grad for value in values] == [0.0] * len(values), "the walk touched a gradient"
    y.backward()
    recorded = [pair for pair in zip(walk.nodes, walk.gradients, strict=True) if pair[0].kind != "number"]
    for value, (node, gradient) in zip(values, recorded, strict=True):
        assert node.data == value.data
        reached = value.swept or (value.is_leaf and not value.is_constant)
        assert gradient is None or reached
        assert (gradient or 0.0) == pytest.approx(value.grad, rel=1e-14)


@pytest.mark.parametrize("seed", range(3))
def test_every_position_can_be_reached_from_everywhere(seed: int) -> None:
    walk = walkthrough(random_expression(seed))
    data, gradients = walk.state(-1)
    assert gradients == [None] * len(walk.nodes)
    for i, step in enumerate(walk):
        assert step == walk[i] == walk[i - len(walk)]
        if step.phase == "forward":
            assert data[step.target] is None
            data[step.target] = step.new
        else:
            assert step.old is None or step.old == (gradients[step.target] or 0.0)
            gradients[step.target] = step.new
        assert walk.state(i) == (data, gradients)
    assert tuple(gradients) == walk.gradients
    assert next(reversed(walk)) == walk[-1]
    assert walk[2:4] == [walk[2], walk[3]]
    with pytest.raises(IndexError):
        walk[len(walk)]


def test_a_gradient_before_the_walk_stays_and_does_not_enter() -> None:
    x = Value(3.0, label="x")
    y = x * 2.0
    y.backward()
    y.backward()
    assert walkthrough(y).gradients[0] == 2.0
    assert (x.grad, y.grad) == (4.0, 1.0)


def test_names_are_labels_or_short_and_all_different() -> None:
    a, b = Value(1.0, label="w"), Value(2.0, label="w")
    c = Value(3.0, label="v1")
    nodes = walkthrough(autograd.sum([a, b, c]) * 2.0).nodes
    assert [node.name for node in nodes] == ["w", "w#2", "v1", "v2", "2", "v3"]


def test_kinds_of_leaves() -> None:
    y = (constant(2.0, "target") - Value(1.0)) * 3
    assert [node.kind for node in walkthrough(y).nodes] == [
        "constant",
        "variable",
        "operation",
        "number",
        "operation",
    ]


def test_a_branch_not_taken_and_a_constant_have_no_step_and_no_gradient() -> None:
    a, b, c = Value(1.0, "a"), Value(2.0, "b"), constant(3.0, "c")
    walk = walkthrough(autograd.where(a.data > 0.0, a * c, b))
    told = dict(zip([node.name for node in walk.nodes], map(show, walk.gradients), strict=True))
    assert (told["a"], told["b"], told["c"]) == ("3.0000", "—", "—")
    assert not [step for step in walk if walk.nodes[step.target].name == "b"]


def test_negative_numbers_stand_in_one_pair_of_parentheses() -> None:
    x, y = Value(-2.0, "x"), Value(-0.5, "y")
    operations = [x * y, x**2, autograd.tanh(x), abs(x), autograd.maximum(x, y), -x, autograd.dot([x, y], [y, 3.0])]
    assert [texts(operation)[0].partition(": ")[2].rpartition(" = ")[0] for operation in operations] == [
        "(−2.0000) × (−0.5000)",
        "(−2.0000)²",
        "tanh(−2.0000)",
        "|−2.0000|",
        "max(−2.0000, −0.5000)",
        "−(−2.0000)",
        "(−2.0000) × (−0.5000) + (−0.5000) × 3",
    ]


def test_infinities_and_nan_are_walked_over() -> None:
    x = Value(0.0, label="x")
    assert texts(autograd.sqrt(x))[-1] == "x.grad: 0.0000 + 1.0000 × ∞ = ∞"
    assert texts(Value(math.nan, label="n") * 2.0)[0] == "v1 = n·2: NaN × 2 = NaN"
    assert texts(Value(-math.inf, label="m") + 1.0)[0] == "v1 = m + 1: (−∞) + 1 = −∞"


def test_an_operation_on_many_operands_is_shortened() -> None:
    y = autograd.sum([Value(float(i), label=f"x{i}") for i in range(100)])
    assert texts(y)[0] == (
        "v1 = sum(x0, x1, x2, … 96 more …, x99): sum(0.0000, 1.0000, 2.0000, … 96 more …, 99.0000) = 4950.0000"
    )
    assert len(walkthrough(y)) == 102


def test_a_row_whose_rule_cannot_write_formulas_is_walked_with_its_numbers() -> None:
    twice = primitive("twice", lambda a: 2.0 * a, lambda a, y: (math.fmod(2.0, 3.0),), symbol="2·")
    math_only = primitive("math_only", lambda a: math.sin(a), lambda a, y: (math.cos(a),))
    try:
        step = walkthrough(math_only(Value(0.0, label="x")))[-1]
        assert (step.local, step.formula) == (1.0, "∂v1/∂x")
        assert walkthrough(twice(Value(1.0)))[-1].formula == "2"
    finally:
        del PRIMITIVES["twice"], PRIMITIVES["math_only"]


def test_many_steps_warn_and_too_many_are_refused() -> None:
    y = Value(1.0)
    for _ in range(1_000):
        y = y + 1.0
    with pytest.warns(UserWarning, match=r"2,001 steps are a long way .* depth="):
        assert len(walkthrough(y)) == 2_001
    for _ in range(49_500):
        y = y + 1.0
    with pytest.raises(ValueError, match=r"101,001 steps are too many .* depth="):
        walkthrough(y)
    assert len(walkthrough(y, depth=10)) == 21


def test_within_a_depth_gradients_are_complete() -> None:
    x = Value(0.5, label="x")
    deep = autograd.exp(autograd.exp(x))
    deep.label = "deep"
    y = autograd.sin(deep * x)
    walk = walkthrough(y, depth=2)
    y.backward()
    assert [(node.name, node.kind) for node in walk.nodes] == [
        ("x", "given"),  # its way through exp is not walked, so its gradient is that of the way that is
        ("deep", "given"),
        ("v1", "operation"),
        ("v2", "operation"),
    ]
    assert walk.gradients[1] == deep.grad
    assert walk.gradients[0] == pytest.approx(math.cos(y.operands[0].data) * deep.data, rel=1e-15)
    assert walkthrough(y, depth=99).gradients[0] == x.grad


def lecture(w: Any, x: Any) -> Any:
    """`chain_rule` as a function."""
    z = w * x
    if isinstance(z, Value):
        z.label = "z"
    out = 0.0736 * z
    if isinstance(out, Value):
        out.label = "out"
    return out


def test_a_program_is_walked_over_as_what_it_was_recorded_from(tmp_path: Path) -> None:
    program = jit(lecture).program(1.0, 1.0)
    walk = walkthrough(program, 0.4, 0.518)
    assert walk.to_json() == walkthrough(chain_rule()).to_json()
    again = walkthrough(chain_rule())
    with no_grad():
        assert str(walkthrough(program, 0.4, 0.518)) == str(walk) == str(again)
    program.save(tmp_path / "program.json")
    assert str(walkthrough(Program.load(tmp_path / "program.json"), 0.4, 0.518)) == str(walk)
    assert [node.kind for node in walkthrough(program, 0.4, 0.518, depth=1).nodes] == ["given", "number", "operation"]


def test_a_program_holds_where_it_was_recorded() -> None:
    program = jit(lambda x: x * x if x > 1.0 else -x).program(2.0)
    assert walkthrough(program, 3.0).gradients[0] == 6.0
    with pytest.raises(BranchError, match="was True; here it is not"):
        walkthrough(program, 0.5)
    with pytest.raises(ValueError, match="log"):
        walkthrough(jit(autograd.log).program(2.0), -1.0)


def test_programs_without_a_walk() -> None:
    program = jit(lecture).program(1.0, 1.0)
    with pytest.raises(TypeError, match=r"lecture: 2 inputs, 2 operations> takes a number for each input, got 1"):
        walkthrough(program, 0.4)
    with pytest.raises(TypeError, match="float"):
        walkthrough(program, 0.4, "x")
    with pytest.raises(ValueError, match="has 2 outputs; record a function with one"):
        walkthrough(jit(lambda x: [x * x, x]).program(1.0), 1.0)
    for f in (lambda x: x, lambda x: 2.0):
        with pytest.raises(ValueError, match="has no history"):
            walkthrough(jit(f).program(1.0), 1.0)


@pytest.mark.parametrize("y", [Value(1.0), constant(1.0), constant(1.0) * 2.0])
def test_no_history(y: Value) -> None:
    with pytest.raises(ValueError, match="has no history; pass the result of an expression"):
        walkthrough(y)


def test_wrong_arguments() -> None:
    with pytest.raises(TypeError, match="y must be a Value, a function or a recorded program, got float"):
        walkthrough(3.0)
    with pytest.raises(TypeError, match=r"arguments are for functions and programs; a depth is given as depth="):
        walkthrough(chain_rule(), 2)
    with pytest.raises(TypeError, match=r"depth must be an int, got float 2\.5"):
        walkthrough(chain_rule(), depth=2.5)
    with pytest.raises(ValueError, match="depth must be at least 1, got 0"):
        walkthrough(chain_rule(), depth=0)


def test_numbers_changed_afterwards_are_told() -> None:
    y = chain_rule()
    autograd.variables(y)[0].data = 0.38
    with pytest.raises(
        ValueError, match=r"z = mul\(w = 0.38, x = 0.518\) is recorded with .* compute the output again"
    ):
        walkthrough(y)


# -- JSON -----------------------------------------------------------------------------------------------------------


def test_a_step_is_printed_as_its_arithmetic() -> None:
    step: Step = walkthrough(chain_rule())[0]
    assert str(step) == "z = w·x: 0.4000 × 0.5180 = 0.2072"


@pytest.mark.parametrize("seed", range(20))
def test_depths_are_longest_ways(seed: int) -> None:
    draw = random.Random(seed)
    nodes = [Value(1.0), constant(2.0)]
    for _ in range(10):
        a, b = draw.choice(nodes), draw.choice(nodes)
        nodes.append(draw.choice([a + b, a * 0.5, where(a > 0.0, a, b)]))
    y = nodes[-1]
    longest = {y: 0}
    ways = [(y, 0)]
    for node, length in ways:  # every single way down
        longest[node] = max(longest.get(node, 0), length)
        ways += [(operand, length + 1) for operand in operand_values(node)]
    assert depths(topological_order(y)) == longest
