"""`walkthrough(y)`: the walk over the graph of an expression, recorded once, with every way to look at it."""

from __future__ import annotations

import os
import warnings
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any

from autograd.engine.graph import operand_values, topological_order
from autograd.engine.primitives import add, stop_gradient
from autograd.engine.recording import enable_grad
from autograd.engine.value import Value, constant, remembered
from autograd.formulas.notation import to_text
from autograd.formulas.symbol import Symbol
from autograd.program.jit import Jitted
from autograd.program.program import Program
from autograd.support.errors import as_float, one_line, shown, typed
from autograd.support.files import check_name, path_shown, write_whole
from autograd.transforms.chain_rule import check_unchanged
from autograd.views import page, terminal, walk_json
from autograd.views.animation import ENDINGS, MANY_FRAMES, animation
from autograd.views.calls import traced
from autograd.views.code import Trace
from autograd.views.frames import Frames, svg
from autograd.views.names import node_names
from autograd.views.page.settings import settings
from autograd.views.walk import MANY_STEPS, Node, Walk

MOST_STEPS = 100_000  # and no walk


class Walkthrough(Walk):
    """A walk with the ways to show and to keep it; made by `walkthrough(y)`, or by `Walkthrough.from_json`."""

    def play(self) -> None:
        """Walk in the terminal, a key a step; where the output is not a terminal, print the whole walk.

        q, Esc and Ctrl-C leave the walk; the script goes on.
        """
        terminal.play(self, practising=self.practising)

    def save_html(
        self,
        path: str | os.PathLike[str],
        *,
        title: str | None = None,
        intro: str | None = None,
        start: int = 0,
        learn: Collection[str] | None = None,
        theme: str = "auto",
        lang: str = "en",
    ) -> Path:
        """Write the walk as one live HTML file, which opens from disk and needs no network; returns its path.

        Args:
            path: where to; an existing file is replaced.
            title: of the page; by default the output's name, step by step.
            intro: what stands above the graph, in Markdown. HTML in it stays text, and pictures become links.
            start: how many steps are taken when the page opens; an address that ends in `#step=12` goes before.
            learn: the labels of the variables that are ticked to learn; by default the parameters of Modules, or all
                variables, if there are none. Constants never learn.
            theme: `light`, `dark`, or `auto`, as the reader's system has it.
            lang: the language of the page's texts, `en` or `ko`.

        Raises:
            TypeError, ValueError: for an argument out of its range: a theme or language that is not one of these, a
                start outside of the walk, a label of no variable. Also if there are more than 2,000 steps.
            ImportError: if there is an intro, but markdown-it-py (extra `page`) is not installed.
            RuntimeError: if nothing here can lay out the graph.
            OSError: if the file cannot be written.
        """
        chosen = settings(self, title=title, intro=intro, start=start, learn=learn, theme=theme, lang=lang)
        write_whole(path, page.to_html(self, chosen).encode())
        return Path(path)

    def save_frames(self, folder: str | os.PathLike[str]) -> list[Path]:
        """Write the walk as pictures for slides: an SVG for every step; returns their paths.

        `000.svg` shows the graph before the first step, `001.svg` after it, and so on, all of one size; files of these
        names are replaced.

        Args:
            folder: where to; it is made if it isn't there.

        Raises:
            ValueError: if there are more than 200 nodes or 2,000 steps, or no folder can have that name here.
            RuntimeError: if nothing here can lay out the graph.
            OSError: if a file cannot be written.
        """
        check_name(folder, path_shown(folder))
        pictures = list(map(svg, Frames(self, "save_frames")))
        Path(folder).mkdir(parents=True, exist_ok=True)
        paths = [Path(folder) / f"{i:03}.svg" for i in range(len(pictures))]
        for path, picture in zip(paths, pictures, strict=True):
            write_whole(path, picture.encode())
        return paths

    def save_animation(self, path: str | os.PathLike[str], *, seconds: float = 1.2) -> Path:
        """Write the walk as one moving picture, .gif or .webp, for slides; returns its path.

        Args:
            path: where to; the ending says what it will be. An existing file is replaced.
            seconds: how long a step is shown; the last one three times as long.

        Raises:
            TypeError: if seconds is not a number.
            ValueError: for another ending, seconds out of 0.02 to 60, or more than 200 nodes or 300 steps.
            ImportError: if matplotlib (extra `demos`), which draws it, is not installed.
            RuntimeError: if nothing here can lay out the graph.
            OSError: if the file cannot be written.
        """
        ending = Path(path).suffix.lower()
        if ending not in ENDINGS:
            raise ValueError(f"save_animation: {one_line(str(path), 120)!r} must end in {' or '.join(ENDINGS)}")
        seconds = as_float(seconds, "save_animation", "seconds")
        if not 0.02 <= seconds <= 60.0:
            raise ValueError(f"save_animation: seconds must be from 0.02 to 60, got {seconds}")
        write_whole(path, animation(Frames(self, "save_animation", MANY_FRAMES), ending, seconds))
        return Path(path)

    def _repr_mimebundle_(self, **_: object) -> dict[str, str]:
        return page.notebook(self)

    def to_json(self) -> str:
        """The walk as JSON, its numbers exact."""
        return walk_json.write(self)

    @staticmethod
    def from_json(text: str) -> Walkthrough:
        """The walk that `to_json` wrote.

        Raises:
            ValueError: if it is incomplete, of a newer version or contradicts itself; the message names the place.
        """
        return Walkthrough(*walk_json.read(text))


def walkthrough(y: Value | Program | Callable[..., Any], *args: Any, depth: int | None = None) -> Walkthrough:
    """Record every step of the forward and the backward pass of `y`. No gradient of yours is touched.

    Args:
        y: the result of an expression; or a function, which is called here, so that every step knows the line of
            source it comes from; or a recorded program with one output, `jit(f).program(...)`.
        args: what to call the function with: every number in them, also in lists, tuples, dicts and arrays, becomes a
            fresh Value, labelled by its parameter (`x`, `w[0][1]`), unless it is one that has a label. Of a program,
            a number for every input.
        depth: how many operations, one on top of the other, are walked over, counted from `y`. What lies deeper is
            taken as given: its gradient counts the paths that are walked, no others.

    Raises:
        TypeError: if y is neither a Value nor a function nor a program, if the arguments aren't those that it takes,
            if the function returns anything other than one Value, or if depth is not an int.
        ValueError: if y has no history, if depth is less than 1, if a number was changed after y was computed, or if
            there are more than 100,000 steps. From 2,000 on it warns. Also if the program has several outputs, or an
            operation is not defined at the numbers.
        BranchError: if the program was recorded on another branch than the numbers take.
        Exception: whatever the function raises.

    >>> w, x = Value(0.4, label="w"), Value(0.518, label="x")
    >>> z = w * x
    >>> z.label = "z"
    >>> print(walkthrough(z))
    Forward
      z = w·x: 0.4000 × 0.5180 = 0.2072
    Backward
      z.grad = 1.0000, where every gradient starts
      w.grad: 0.0000 + 1.0000 × 0.5180 = 0.5180   [∂z/∂w = x]
      x.grad: 0.0000 + 1.0000 × 0.4000 = 0.4000   [∂z/∂x = w]
    Gradients
      w = 0.4000, grad 0.5180
      x = 0.5180, grad 0.4000
    """
    trace: Trace | None = None
    if isinstance(y, Program):
        y = _replayed(y, args)
    elif callable(y):
        y, trace = traced(y.f if isinstance(y, Jitted) else y, args)
    elif not isinstance(y, Value):
        raise TypeError(f"walkthrough: y must be a Value, a function or a recorded program, got {typed(y)}")
    elif args:
        raise TypeError("walkthrough: arguments are for functions and programs; a depth is given as depth=...")
    if y.primitive is None:
        raise ValueError(
            f"walkthrough: {typed(y)} has no history; pass the result of an expression with a variable in it"
        )
    if depth is not None and not isinstance(depth, int):
        raise TypeError(f"walkthrough: depth must be an int, got {typed(depth)}")
    if depth is not None and depth < 1:
        raise ValueError(f"walkthrough: depth must be at least 1, got {shown(depth)}")
    order, walked, fixed = _near(y, depth)
    passed_on = _sums_of_nothing(order, walked)
    order = [node for node in order if node not in passed_on]
    walked = dict.fromkeys(node for node in walked if node not in passed_on)
    steps = 1 + sum(1 + len(node.edges) for node in walked)
    if steps > MOST_STEPS:
        raise ValueError(f"walkthrough: {steps:,} steps are too many to walk; walkthrough(y, depth=10) stays near y")
    if steps > MANY_STEPS:
        message = f"walkthrough: {steps:,} steps are a long way to walk; walkthrough(y, depth=10) stays near y"
        warnings.warn(message, stacklevel=2)
    check_unchanged(walked)
    functions, places = trace.places(walked) if trace else ((), {})
    nodes: list[Node] = []
    index: dict[Value, int] = {}
    for value, name in zip(order, node_names(order), strict=True):
        if value not in walked:
            given = value.primitive is not None or value in fixed
            kind = "constant" if value.is_constant else "given" if given else "variable"
            # a constant without a name is like a plain number: what is made of such alone keeps no history
            unnamed = value.is_constant and value.primitive is None and value.label is None
            node = Node(name, kind, value.data, fixed=value in fixed or unnamed)
        else:
            operands = []
            for operand in value.operands:
                if not isinstance(operand, Value):
                    nodes.append(Node(to_text(Symbol(operand)), "number", operand))
                operand = passed_on.get(operand, operand) if isinstance(operand, Value) else operand
                operands.append(index[operand] if isinstance(operand, Value) else len(nodes) - 1)
            where = places.get(id(value), ())
            node = Node(name, "operation", value.data, value.primitive, tuple(operands), value.partials, where)
        index[value] = len(nodes)
        nodes.append(node)
    return Walkthrough(nodes, functions)


def _replayed(program: Program, numbers: Sequence[Any]) -> Value:
    """The output of a program as a graph with its labels."""
    if len(numbers) != len(program.inputs):
        raise TypeError(f"walkthrough: {program!r} takes a number for each input, got {len(numbers)}")
    if len(program.outputs) != 1:
        raise ValueError(f"walkthrough: {program!r} has {len(program.outputs)} outputs; record a function with one")
    with enable_grad():
        slots = program.replay([Value(x, name or None) for x, name in zip(numbers, program.inputs, strict=True)])
    for slot, row, operands in program.operations():  # replaying keeps no history of what nothing flows back through
        x = slots[operands[0]] if operands and operands[0] >= 0 else None
        if row is stop_gradient and isinstance(x, Value) and isinstance(slots[slot], Value):
            remembered(slots[slot], row, [x])
    for slot, label in program.labels.items():
        if isinstance(slots[slot], Value):  # what is made of plain numbers alone is a float
            slots[slot].label = label
    (y,) = program.results(slots)
    return y if isinstance(y, Value) else constant(y)


def _near(y: Value, depth: int | None) -> tuple[list[Value], dict[Value, None], set[Value]]:
    """The nodes down to a depth, operands first; those of them that are walked over; and those that more depends on.

    The depth of a node is its longest way from y: then whatever uses a node that is walked over is walked over too.
    What else uses a node that lies deeper is left out.
    """
    order = topological_order(y)
    if depth is None:
        return order, dict.fromkeys(node for node in order if node.primitive), set()
    deep = depths(order)
    walked = dict.fromkeys(node for node in order if node.primitive and deep[node] < depth)
    near = walked.keys() | {operand for node in walked for operand in operand_values(node)}
    kept = [node for node in order if node in near]
    return kept, walked, {node for node in kept if deep[node] > depth}


def _sums_of_nothing(order: Sequence[Value], walked: Collection[Value]) -> dict[Value, Value]:
    """The `0 + v` with which Python's own `sum` begins, each with its v: nobody has written them."""
    uses = Counter(operand for node in order for operand in operand_values(node))
    found: dict[Value, Value] = {}
    for node in order:
        if node.primitive is add and not node.label and uses[node] == 1 and node in walked:
            zero, v = node.operands
            if type(zero) is float and zero == 0.0 and isinstance(v, Value):
                found[node] = found.get(v, v)
    return found


def depths(order: Sequence[Value]) -> dict[Value, int]:
    """Of every node of a topological order how many operations lie above it, on the longest way to the last node."""
    found = dict.fromkeys(order, 0)
    for node in reversed(order):
        for operand in operand_values(node):
            found[operand] = max(found[operand], found[node] + 1)
    return found
