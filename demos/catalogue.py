"""The demos by name: what `autograd-demos` knows."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograd import Value
from autograd.support.errors import shown
from demos import (
    chain_rule,
    characters,
    cluster,
    digits,
    gaussian_process,
    gpt,
    implicit_function,
    learning,
    mars,
    mnist,
    montecarlo,
    moons,
    network_cost,
    ode,
    one_neuron,
    regression,
    xnor_step,
)
from demos.report import Report
from nn import Playground


@dataclass(frozen=True)
class Demo:
    """One demo.

    Attributes:
        name: the word on the command line; also the module's.
        document: the number of the source document; empty for a demo of our own.
        title: what it shows; short, so that it stands on one line.
        report: computes its tables; takes the options by keyword.
        output: the labelled expression of which drawings, walks and pages are made.
        plots: writes its pictures to a folder and returns their paths; takes the options, too. None if it has none.
        options: the options of the command line that it takes.
        playground: makes the page that trains its network. None if it has none.
        lecture: what the source document is, by its own name; empty for a demo of our own.
    """

    name: str
    document: str
    title: str
    report: Callable[..., Report]
    output: Callable[[], Value]
    plots: Callable[..., list[Path]] | None = None
    options: tuple[str, ...] = ()
    playground: Callable[[], Playground] | None = None
    lecture: str = ""

    @property
    def heading(self) -> str:
        """The name, and the document if there is one."""
        return f"{self.name} · document {self.document}" if self.document else self.name


DEMOS = (
    Demo(
        "chain_rule",
        "000",
        "losses, the chain rule, one weight of a network",
        chain_rule.report,
        chain_rule.output,
        lecture="손실 함수 (loss functions) and the chain rule: slides",
    ),
    Demo(
        "network_cost",
        "001",
        "a network's cost, and its gradient as loops",
        network_cost.report,
        network_cost.output,
        lecture="cost and gradient in words: notes on a course, week 5",
    ),
    Demo(
        "xnor_step",
        "002",
        "a 2-2-1 network, one step of backpropagation",
        xnor_step.report,
        xnor_step.output,
        lecture="7. 역전파 (backpropagation), one step by hand: a blog",
    ),
    Demo(
        "learning",
        "003",
        "losses, differences, descent, a network that reads",
        learning.report,
        learning.output,
        learning.plots,
        lecture="4. 신경망 학습 (how networks learn): slides",
    ),
    Demo(
        "one_neuron",
        "004",
        "cross entropy, derivatives, training one neuron",
        one_neuron.report,
        one_neuron.output,
        one_neuron.plots,
        lecture="손실함수 (loss functions) and one neuron: class notes",
    ),
    Demo(
        "moons",
        "",
        "a small network separates two half circles",
        moons.report,
        moons.output,
        moons.plots,
        playground=moons.training_page,
    ),
    Demo(
        "digits",
        "",
        "real handwriting, read by a small network",
        digits.report,
        digits.output,
        digits.plots,
    ),
    Demo(
        "cluster",
        "",
        "trained by several processes; one is killed",
        cluster.report,
        cluster.output,
        cluster.plots,
    ),
    Demo(
        "mnist",
        "",
        "MNIST, 10,000 updates of the network of document 003",
        mnist.report,
        mnist.output,
        mnist.plots,
        ("data", "updates"),
    ),
    Demo(
        "gpt",
        "",
        "a transformer of microgpt's size makes up names",
        gpt.report,
        gpt.output,
        gpt.plots,
        ("data", "updates"),
    ),
    Demo(
        "characters",
        "",
        "an LSTM learns to write Roman numerals",
        characters.report,
        characters.output,
        characters.plots,
    ),
    Demo(
        "montecarlo",
        "",
        "options and their Greeks, over a million paths",
        montecarlo.report,
        montecarlo.output,
        options=("paths",),
    ),
    Demo(
        "regression",
        "",
        "NIST's certified regressions, to their last digits",
        regression.report,
        regression.output,
        regression.plots,
    ),
    Demo(
        "mars",
        "",
        "Kepler's orbit of Mars, out of Tycho's observations",
        mars.report,
        mars.output,
        mars.plots,
    ),
    Demo(
        "gaussian_process",
        "",
        "a likelihood by Cholesky's factor, with its Hessian",
        gaussian_process.report,
        gaussian_process.output,
    ),
    Demo(
        "implicit_function",
        "",
        "Kepler's equation, differentiated by the theorem",
        implicit_function.report,
        implicit_function.output,
    ),
    Demo(
        "ode",
        "",
        "hares and lynxes, by Runge and Kutta in Values",
        ode.report,
        ode.output,
        ode.plots,
    ),
)


def find(name: str) -> Demo:
    """The demo of that name, or of that document.

    Raises:
        LookupError: if there is none; the message suggests the nearest names.
    """
    known = {demo.name: demo for demo in DEMOS} | {demo.document: demo for demo in DEMOS if demo.document}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known)
    hint = f"did you mean {' or '.join(near)}?" if near else f"there are {', '.join(d.name for d in DEMOS)}"
    raise LookupError(f"no demo is called {shown(name)}; {hint}")
