"""The chain rule written out: document 000 word for word, and gradients against a backward pass."""

from __future__ import annotations

import math
import random

import pytest
from matplotlib.mathtext import MathTextParser

from autograd import Value, constant, dot, explain, primitive, topological_order, where
from autograd.engine.primitive import PRIMITIVES
from autograd.formulas.notation import to_text
from autograd.views.explain import Explanation


def two_outputs() -> tuple[Value, dict[str, Value]]:
    """The network of document 000, and its nodes by label; a20 is 0.609 because w20·a11 is made so."""
    at = {"w10": 0.4, "a10": 0.518, "w20": (math.log(0.609 / 0.391) - 0.4 * 0.518) / 0.6, "a11": 0.6}
    w10, a10, w20, a11 = (Value(number, label=label) for label, number in at.items())
    w11, w21 = Value(0.25, label="w11"), Value(0.45, label="w21")
    z20, z21 = w10 * a10 + w20 * a11, w11 * a10 + w21 * a11
    a20, a21 = z20.sigmoid(), z21.sigmoid()
    t1, t2 = constant(0.3, label="t1"), constant(0.7, label="t2")
    e = 0.5 * ((t1 - a20) ** 2 + (t2 - a21) ** 2)
    for label, node in {"z20": z20, "z21": z21, "a20": a20, "a21": a21, "E": e}.items():
        node.label = label
    return e, {node.label: node for node in topological_order(e) if node.label}


def test_document_000_word_for_word() -> None:
    e, nodes = two_outputs()
    assert str(explain(e, nodes["w10"])).splitlines() == [
        "One path leads from E to w10.",
        "",
        "∂E/∂w10 = ∂E/∂a20 · ∂a20/∂z20 · ∂z20/∂w10",
        "        = −(t1 − a20) · a20·(1 − a20) · a10",
        "        = −(0.3 − 0.609) · 0.609·(1 − 0.609) · 0.518",
        "        = 0.309 · 0.2381 · 0.518",
        "        = 0.0381",
        "",
        "∂E/∂a20 = ∂E/∂v9 · ∂v9/∂v4 · ∂v4/∂v3 · ∂v3/∂a20",
        "        = 0.5 · 1 · 2·v3 · (−1)",
        "        = 0.5 · 1 · 2·(−0.309) · (−1)",
        "        = 0.5 · 1 · (−0.618) · (−1)",
        "        = 0.309",
        "",
        "∂z20/∂w10 = ∂z20/∂v1 · ∂v1/∂w10",
        "          = 1 · a10",
        "          = 1 · 0.518",
        "          = 0.518",
        "",
        "v1 = w10·a10 = 0.2072",
        "v3 = t1 − a20 = −0.309",
        "v4 = v3² = 0.0955",
        "v9 = v4 + (t2 − a21)² = 0.1058",
    ]


def test_document_000_in_latex() -> None:
    e, nodes = two_outputs()
    explanation = explain(e, nodes["w10"])
    lines = explanation.latex.splitlines()
    chain = [r"\frac{\partial E}{\partial a_{20}}", r"\frac{\partial a_{20}}{\partial z_{20}}"]
    chain.append(r"\frac{\partial z_{20}}{\partial w_{10}}")
    assert lines[1:4] == [
        r"\frac{\partial E}{\partial w_{10}} &= " + r" \cdot ".join(chain) + r" \\",
        r" &= -(t_{1} - a_{20}) \cdot a_{20} \cdot (1 - a_{20}) \cdot a_{10} \\",
        r" &= -(0.3 - 0.609) \cdot 0.609 \cdot (1 - 0.609) \cdot 0.518 \\",
    ]
    for line in lines[1:-1]:
        formula = line.removesuffix(r" \\").replace("&", "")
        MathTextParser("path").parse(f"${formula}$")
    assert explanation._repr_markdown_() == f"One path leads from E to w10.\n\n$$\n{explanation.latex}\n$$"


def test_the_sum_over_paths() -> None:
    e, nodes = two_outputs()
    text = str(explain(e, nodes["a10"]))
    assert "path 1 = ∂E/∂a20 · ∂a20/∂z20 · ∂z20/∂a10\n       = −(t1 − a20) · a20·(1 − a20) · w10\n" in text
    assert "path 2 = ∂E/∂a21 · ∂a21/∂z21 · ∂z21/∂a10\n       = −(t2 − a21) · a21·(1 − a21) · w11\n" in text
    assert "∂E/∂a10 = path 1 + path 2\n        = 0.0294 + (−0.0061)\n        = 0.0233\n" in text


def test_without_folding_every_operation_is_a_factor() -> None:
    e, nodes = two_outputs()
    text = str(explain(e, nodes["w10"], fold=False))
    assert "∂E/∂v9 · ∂v9/∂v4 · ∂v4/∂v3 · ∂v3/∂a20 · ∂a20/∂z20 · ∂z20/∂v1 · ∂v1/∂w10" in text


@pytest.mark.parametrize("fold", [True, False])
@pytest.mark.parametrize("paths", [1, 3, 1000])
def test_the_result_is_the_gradient(fold: bool, paths: int) -> None:
    draw = random.Random(5)
    x = Value(0.3, label="x")
    layer = [x]
    for depth in range(4):
        layer = [sum((draw.uniform(-1, 1) * a for a in layer), Value(0.1)).tanh() for _ in range(3)]
        for i, node in enumerate(layer):
            node.label = f"h{depth}{i}" if depth % 2 else None
    y = layer[0] * layer[1] + layer[2]
    explanation = explain(y, x, paths=paths, fold=fold)
    y.backward()
    assert explanation.gradient == pytest.approx(x.grad, rel=1e-12)
    last = explanation.equations[0] if len(explanation.equations) == 1 else explanation.equations[-1]
    assert isinstance(last.right[-1].head, float)
    assert explanation.paths == 3**4


def test_groups_add_up_to_the_gradient() -> None:
    x = Value(1.5, label="x")
    y = x
    for _ in range(50):
        y = y * 0.9 + x.sin()
    y.label = "y"
    explanation = explain(y, x)
    assert explanation.paths == 51
    assert explanation.summary == "51 paths lead from y to x, grouped by the edge with which they reach it."
    groups = [equation for equation in explanation.equations if str(equation.left.head).startswith("group")]
    assert len(groups) == 19
    total = explanation.equations[-1]
    assert [to_text(symbol) for symbol in total.right][-1] == f"{round(explanation.gradient, 4):.6g}".replace("-", "−")
    assert "32 smaller groups" in to_text(total.right[0])
    y.backward()
    assert explanation.gradient == pytest.approx(x.grad, rel=1e-12)


def test_a_long_path_is_shortened_in_the_middle() -> None:
    x = Value(0.9, label="x")
    y = x
    for _ in range(5_000):
        y = y.sin()
    explanation = explain(y, x)
    text = str(explanation)
    assert "∂v5000/∂v4999" in text.splitlines()[2]
    assert "∂v4994/∂v6 · ∂v6/∂v5" in text.splitlines()[2]
    assert len(text) < 3_000
    y.backward()
    assert explanation.gradient == pytest.approx(x.grad, rel=1e-12)


@pytest.mark.parametrize(
    ("make", "gradient", "summary"),
    [
        (lambda x: (x, x), 1.0, "x is the node itself: its derivative by itself is 1."),
        (lambda x: (Value(1.0, "y") * 2.0, x), 0.0, "v1 was not computed from x: the derivative is 0"),
        (lambda x: (constant(1.0, "c"), x), 0.0, "c is a constant and depends on nothing: its derivative is 0."),
        (lambda x: (x * constant(3.0, "c"), "c"), 0.0, "c is a constant: no gradient flows to it."),
        (lambda x: (where(Value(1.0), Value(2.0), x), x), 0.0, "uses x only where nothing flows back"),
    ],
)
def test_where_there_is_nothing_to_write_out(make, gradient: float, summary: str) -> None:  # type: ignore[no-untyped-def]
    y, below = make(Value(2.0, label="x"))
    below = below if isinstance(below, Value) else y.operands[1]
    explanation = explain(y, below)
    assert explanation.gradient == gradient
    assert summary in explanation.summary
    assert str(explanation) == explanation.summary
    assert explanation.latex == ""


def test_bad_arguments() -> None:
    x = Value(1.0)
    with pytest.raises(TypeError, match=r"explain: y must be a Value, got float 2\.0"):
        explain(2.0, x)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="explain: x must be a Value, got str 'x'"):
        explain(x * x, "x")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="explain: paths must be at least 1, got 0"):
        explain(x * x, x, paths=0)


def test_a_rule_that_can_not_be_written_is_shown_as_a_derivative() -> None:
    cube = primitive("cube", lambda a: a**3, lambda a, y: (3.0 * math.pow(a, 2.0),))
    try:
        x = Value(2.0, label="x")
        y = cube(x)
        y.label = "y"
        assert str(explain(y, x)).splitlines()[2:] == ["∂y/∂x = ∂y/∂x", "      = 12"]
    finally:
        del PRIMITIVES["cube"]


def test_many_operands_are_not_written_out() -> None:
    w = [Value(0.01 * i, label=f"w{i}") for i in range(400)]
    x = [Value(1.0, label=f"x{i}") for i in range(400)]
    y = dot(w, x).tanh()
    y.label = "y"
    assert str(explain(y, w[7])).splitlines()[-1].startswith("v1 = dot of 800 operands = ")


def test_labels_are_text() -> None:
    x = Value(2.0, label="<img src=x onerror=alert(1)>")
    y = x * 3.0
    y.label = "a\nb$"
    explanation = explain(y, x)
    assert "<img" not in explanation.markdown.replace("\\<img", "")
    assert "a b$" in explanation.summary
    assert r"a b\$" in explanation.markdown


def test_infinite_and_undefined_derivatives() -> None:
    x = Value(0.0, label="x")
    y = x.sqrt()
    y.label = "y"
    explanation = explain(y, x)
    assert explanation.gradient == math.inf
    assert str(explanation).endswith("= ∞")
    assert isinstance(explanation, Explanation)


def test_labels_that_are_names_of_operations() -> None:
    a, b = Value(2.0, label="mul"), Value(3.0, label="neg")
    s = (a * b) * 2.0 + b
    s.label = "where"
    y = s * a
    y.label = "<"
    text = str(explain(y, b))
    assert "∂</∂neg = ∂</∂where · ∂where/∂neg\n        = mul · (1 + 2·mul)\n" in text
    assert "path 2 of ∂where/∂neg = ∂where/∂v2 · ∂v2/∂v1 · ∂v1/∂neg\n" in text
    assert "∂where/∂neg = path 1 of ∂where/∂neg + path 2 of ∂where/∂neg\n            = 1 + 4\n" in text
