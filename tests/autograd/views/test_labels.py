"""Labels of every kind in every view: they steer no terminal, they stay short, and no two nodes share a name."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from autograd import PRIMITIVES, Primitive, Value, draw, explain, topological_order, walkthrough
from autograd.formulas.notation import sizes
from autograd.formulas.symbol import Symbol, partial_formulas
from autograd.views import terminal, walk
from autograd.views.names import LONGEST_NAME, node_names, shown
from autograd.views.page import to_html
from autograd.views.page.graph import graph_svg
from autograd.views.walkthrough import Walkthrough

NASTY = [
    "\x1b[31mred",
    "\x1b]0;title\x07",
    "\x1b[2J\x1b[H",
    "\x9b31m",  # one character that says ESC [
    "\x90q\x9c",
    "a\x00b",
    "a\x7f\b\b\b",
    "a\r\nb\tc\x0b\x0cd",
    "a\x85b\u2028c\u2029d",
    "abc\u202ecba",
    "\u2066a\u2069\u200f\u061c",
    "a\ufeff\u200b",
    "\ud800",
    "\U000e0041\ufffe",
    "\x1b",
    " ",
    "x" * 20_000,
    "x." * 10_000 + "w[1]",
    "손" * 20_000,
    "\x1b[31m" * 4_000,
    "a b " * 5_000,
]


def graph(label: str) -> Value:
    """A variable, a constant, a result and an output of that label, and a module of that name."""
    x, c = Value(2.0, label), Value(3.0, label)
    inside = x * c
    inside.label = label
    y = (inside * Value(0.5, f"{label}.w[0]") + 1.0).tanh()
    y.label = label
    return y


def drawn(y: Value, limit: int = 300) -> str:
    drawing = draw(y, limit=limit)
    texts = re.sub(r"<[^>]*>|^\t", "", drawing.dot, flags=re.MULTILINE)  # without the source's own indentation
    return texts + repr(drawing) + " ".join(drawing.notes)


def played(y: Value) -> str:
    """Every line of every screen of the terminal's player, and every explanation."""
    steps = walkthrough(y)
    player = terminal._Player(steps, iter(()))
    lines = []
    for player.position in range(len(steps)):
        step = steps[player.position]
        lines += [player.title(step)[0], *(line for line, _ in player.table(step, 80, 30))]
        lines += [*(line for line, _ in player.below(step, 80)), *terminal.explanation(steps, step)]
    return "\n".join(lines)


def missing_module(y: Value) -> str:
    label = next(node.label for node in topological_order(y) if node.label)
    with pytest.raises(ValueError, match="there is no module") as error:
        draw(y, fold=[f"no such {label}"])
    return str(error.value)


def read_again(y: Value) -> str:
    """The walk of a file in which the names stand as somebody else has written them."""
    text = json.loads(walkthrough(y).to_json())
    for i, node in enumerate(text["nodes"]):
        node["name"] = f"{y.label}{i}"
    return str(Walkthrough.from_json(json.dumps(text)))


def unexplained(y: Value) -> str:
    return str(explain(y, Value(1.0, y.label)))


VIEWS: dict[str, Callable[[Value], str]] = {
    "walk": lambda y: str(walkthrough(y)),
    "steps": lambda y: "\n".join(f"{step}{step.question}{step.formula}" for step in walkthrough(y)),
    "repr": lambda y: repr(walkthrough(y)),
    "explain": lambda y: "\n".join(str(explain(y, x)) for x in topological_order(y)),
    "latex": lambda y: "\n".join(explain(y, x).markdown for x in topological_order(y)),
    "unexplained": unexplained,
    "draw": drawn,
    "folded": lambda y: drawn(y, limit=4),
    "play": played,
    "page": lambda y: to_html(walkthrough(y)).partition("<script>")[0],
    "error": missing_module,
    "json": read_again,
}


def steering(text: str) -> list[str]:
    """The characters that do more than print."""
    return [c for c in text if unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp") and c != "\n"]


@pytest.mark.parametrize("view", VIEWS)
def test_a_label_does_nothing_but_print_and_stays_short_in_every_view(view: str) -> None:
    plain = len(VIEWS[view](graph("x" * LONGEST_NAME)))
    for label in NASTY:
        text = VIEWS[view](graph(label))
        assert steering(text) == [], f"{view}: {label[:20]!r}"
        text.encode()  # half a surrogate pair could not be printed
        assert len(text) <= 3 * plain, f"{view}: {label[:20]!r}, {len(text)} characters"


def test_names_stay_apart_when_labels_are_alike_once_shown() -> None:
    labels = [*NASTY, *NASTY, "x" * 20_000 + "y", "x" * 19_999 + "yx", "a\x1bb", "a\x07b", "v1", "", " \n"]
    nodes = [Value(1.0, label) for label in labels]
    names = node_names(nodes)
    assert len(set(names)) == len(names)
    assert all(0 < len(name) <= LONGEST_NAME + 4 for name in names)


@pytest.mark.parametrize(
    "label", ["w", "layer1.neuron3.w[2]", "손실 함수", "ε", "e\u0301", "می\u200cخواهم", "x" * LONGEST_NAME]
)
def test_an_ordinary_label_is_shown_as_it_is(label: str) -> None:
    assert shown(label) == label
    assert node_names([Value(1.0, label)]) == [label]


def test_a_long_label_keeps_its_beginning_and_its_end() -> None:
    assert shown("encoder." + "layer." * 50 + "w[2]").startswith("encoder.layer.layer.")
    assert shown("encoder." + "layer." * 50 + "w[2]").endswith("layer.w[2]")


def test_clipping_looks_at_a_character_once(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = 0
    columns = terminal.columns

    def counted(text: str) -> int:
        nonlocal seen
        seen += len(text)
        return columns(text)

    monkeypatch.setattr(terminal, "columns", counted)
    for text in ("x" * 20_000, "손" * 20_000, "e\u0301" * 10_000):
        seen = 0
        assert columns(terminal.clip(text, 20)) in (19, 20)
        assert seen <= 2 * len(text)
    assert [terminal.clip("abc", width) for width in range(-1, 5)] == ["", "", "…", "a…", "abc", "abc"]
    assert terminal.clip("손실", 3) == "손…"


# -- operations on many operands --------------------------------------------------------------------------------------

MANY = 4_000


VARIADIC = [row for row in PRIMITIVES.values() if row.variadic]


@pytest.mark.filterwarnings("ignore:walkthrough")
@pytest.mark.parametrize("row", VARIADIC, ids=lambda row: row.name)
def test_of_4000_operands_every_view_writes_no_more_than_a_line_each(
    row: Primitive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = 0
    to_text = walk.to_text

    def counted(formula: Symbol) -> str:
        nonlocal written
        text = to_text(formula)
        written += len(text)
        return text

    monkeypatch.setattr(walk, "to_text", counted)
    xs = [Value(1.0 + 1e-4 * i, f"x{i}") for i in range(MANY)]
    y = row(*xs)
    y.label = "y"
    steps = walkthrough(y)
    lines = str(steps).splitlines()
    assert len(lines) == len(y.edges) + MANY + 5
    assert max(map(len, lines)) < 500
    assert written < 500 * MANY  # what is written in order to be thrown away counts too
    assert len(str(explain(y, xs[0]))) < 500
    assert len(explain(y * y, xs[-1]).latex) < 5_000
    assert len(draw(y).dot) < 5_000
    page = walkthrough(row(*xs[:1_000])).save_html(tmp_path / "page.html")
    assert page.stat().st_size < 1_500_000


@pytest.mark.parametrize("row", VARIADIC, ids=lambda row: row.name)
def test_few_operands_are_written_out(row: Primitive) -> None:
    xs = [Value(1.0 + i, f"x{i}") for i in range(6)]
    steps = walkthrough(row(*xs))
    symbols = [Symbol(f"x{i}") for i in range(6)]
    assert max(sizes(partial_formulas(row, symbols, Symbol("y")))) < walk.LONGEST_FORMULA
    assert not any(step.formula.startswith("∂") for step in steps)


def test_a_long_formula_of_an_own_operation_is_a_derivative() -> None:
    for times, long in ((2, False), (60, True)):  # 60 times doubled: more characters than there is room for anywhere
        row = Primitive("nested", lambda a: a, _nested(times))
        y = row(Value(1e-30, "x"))
        y.label = "y"
        step = walkthrough(y)[-1]
        assert (step.formula == "∂y/∂x") is long


def _nested(times: int) -> Callable[[Value, Value], tuple[Value]]:
    def partials(a: Value, y: Value) -> tuple[Value]:
        for _ in range(times):
            a = (a + a) * (a + 1.0)
        return (a,)

    return partials


def test_the_box_and_its_name_are_as_wide_as_a_short_label() -> None:
    svg, boxes = graph_svg(walkthrough(graph("x" * 20_000)), "The graph")
    assert max(width for _, _, width, _ in boxes) < 300
    assert len(svg) < 20_000
