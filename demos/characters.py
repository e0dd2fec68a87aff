"""An LSTM learns to write Roman numerals, character by character, and writes some that it was not trained on.

Numerals ask for memory: whether a fourth X may follow, or a C, depends on all characters before. The cell is written
in Values, the sequences are of different lengths, and nothing is padded.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from autograd import Value, constant, data, sigmoid, tanh
from autograd.support.extras import has
from demos.characters_network import Speller, counted, encoded, examples, numeral, surprise
from demos.report import AtLeast, Gradient, Report, Section, central_difference, derivatives
from nn import Adam, EarlyStopping, History, ReduceLROnPlateau, fit, predict

NUMERALS = [numeral(number) for number in range(1, 400)]
APART = 80
"""How many of them are validated on, and not trained on."""
WIDTH, UNITS, RATE, BATCH, EPOCHS, PATIENCE, CLIP = 3, 6, 0.03, 16, 150, 15, 5.0
SAMPLES = 24
TABLES = ("each character by itself", "one character before", "two characters before", "three characters before")
WORD = "CCCXLIV"
CHECKED = (
    "tokens.w[2][0]",
    "cell.input.neuron0.w[1]",
    "cell.forget.neuron1.w[4]",
    "cell.forget.neuron2.b",
    "cell.candidate.neuron3.w[5]",
    "cell.output.neuron4.w[8]",
    "following.neuron0.w[2]",
)


@dataclass(frozen=True)
class Spelling:
    """A trained network, and how it came about.

    Attributes:
        seen, apart: the numerals trained on, and the others.
        model: the network, with the parameters of its best epoch.
        history: of its training.
        best_epoch: the one that foretold the others best.
        samples: words that it wrote.
    """

    seen: list[str]
    apart: list[str]
    model: Speller
    history: History
    best_epoch: int
    samples: list[str]

    def surprises(self, words: Sequence[str]) -> list[float]:
        """−log of the probability that the network gives to each word."""
        inputs, targets = examples(words)
        return [surprise(row, target) for row, target in zip(predict(self.model, inputs), targets, strict=True)]


@cache
def trained() -> Spelling:
    """The network after training; once per process. Where NumPy or llvmlite is missing it takes minutes."""
    generator = random.Random(0)
    apart = generator.sample(NUMERALS, APART)
    seen = [word for word in NUMERALS if word not in apart]
    model, stopping = Speller(WIDTH, UNITS, seed=0), EarlyStopping(PATIENCE)
    history = fit(
        model,
        *examples(seen),
        loss=surprise,
        optimizer=Adam(model.parameters(), RATE),
        epochs=EPOCHS,
        batch_size=BATCH,
        seed=0,
        validation=examples(apart),
        callbacks=[ReduceLROnPlateau(0.5, patience=6), stopping],
        clip_norm=CLIP,
        jit=has("numpy") and has("llvmlite"),
    )
    samples = [model.spell(generator) for _ in range(SAMPLES)]
    return Spelling(seen, apart, model, history, stopping.best_epoch, samples)


def report() -> Report:
    """The derivatives of the loss, the training beside tables of counts, and what the network writes."""
    done = trained()
    history, epochs = done.history, len(done.history.loss)
    settings = (
        f"{len(NUMERALS)} numerals of {sum(map(len, NUMERALS)):,} characters, {APART} of them set apart; "
        f"{len(done.model.parameters())} parameters. Adam, batches of {BATCH}, gradients no longer than {CLIP:g}; "
        f"stopped after {PATIENCE} epochs without improvement, with the parameters of epoch {done.best_epoch}."
    )
    progress = [
        f"epoch {i + 1:>3}: {history.loss[i]:.4f}; on those set apart {history.validation_loss[i]:.4f}"
        for i in [0, *range(9, epochs - 1, 10), epochs - 1]
    ]
    surprises = dict(zip(NUMERALS, done.surprises(NUMERALS), strict=True))
    apart = math.fsum(surprises[word] for word in done.apart) / APART
    tables = [counted(done.seen, done.apart, before) for before in range(len(TABLES))]
    least, bound = min(tables), math.log(len(NUMERALS))
    found = [f"{name}: {cost:.4f}" for name, cost in zip(TABLES, tables, strict=True)]
    remark = (
        f"On the numerals set apart. On all {len(NUMERALS)} together nothing can have less than ln {len(NUMERALS)} = "
        f"{bound:.3f}: their probabilities sum to no more than 1."
    )
    saved = [
        AtLeast(f"less than the best table's {least:.3f}", 0.1, least - apart),
        AtLeast("above the bound, on all numerals", 0.0, math.fsum(surprises.values()) / len(NUMERALS) - bound),
    ]
    likely = [
        AtLeast("a numeral", 0.85, math.fsum(math.exp(-s) for s in surprises.values())),
        AtLeast(
            f"one set apart (fair is {APART / len(NUMERALS):.3f})",
            0.13,
            math.fsum(math.exp(-surprises[word]) for word in done.apart),
        ),
    ]
    return [
        _derivatives(),
        Section("Training: −log of a numeral's probability, on average", text=[settings, *progress]),
        Section(
            "Beside tables that count what follows",
            saved,
            [*found, f"the network: {apart:.4f}", remark],
            ("nats", "wanted", "engine"),
        ),
        Section(
            "What it writes",
            likely,
            [
                ", ".join(_marked(word, done) for word in done.samples),
                "* is one that it was not trained on; ? is no numeral.",
            ],
            ("probability", "wanted", "engine"),
        ),
    ]


def _marked(word: str, done: Spelling) -> str:
    return word + ("*" if word in done.apart else "" if word in done.seen else "?")


def _derivatives() -> Section:
    """The loss of a word, of a network that has learnt nothing yet, by one parameter of each kind."""
    model = Speller(WIDTH, UNITS, seed=0)
    parameters = dict(model.named_parameters())
    (tokens,), (following,) = examples([WORD])
    slopes = derivatives(surprise(model(tokens), following), *map(parameters.__getitem__, CHECKED))
    rows = []
    for name, slope in zip(CHECKED, slopes, strict=True):
        parameter = parameters[name]
        at = parameter.data

        def moved(number: float, parameter: Value = parameter) -> float:
            parameter.data = number
            return float(surprise(model(tokens), following).data)

        rows.append(Gradient(f"∂/∂ {name}", central_difference(moved, at), slope))
        parameter.data = at
    return Section(
        f"Through all steps of {WORD}: its loss beside central differences",
        rows,
        head=("derivative", "difference", "engine"),
    )


def output() -> Value:
    """What a cell of one number says after it has read one: the gates by their own weights, without biases."""
    x, said, remembered = constant(1.0, "x"), constant(0.25, "h"), constant(-0.5, "c")
    gates = {}
    for name, by_x, by_h, squashed in (
        ("i", 0.5, 1.0, sigmoid),
        ("f", 1.0, -0.5, sigmoid),
        ("g", -1.5, 0.5, tanh),
        ("o", 0.25, 1.0, sigmoid),
    ):
        gates[name] = squashed(Value(by_x, f"w{name}x") * x + Value(by_h, f"w{name}h") * said)
        gates[name].label = name
    memory = gates["f"] * remembered + gates["i"] * gates["g"]
    memory.label = "c′"
    output: Value = gates["o"] * tanh(memory)
    output.label = "h′"
    return output


def plots(folder: Path) -> list[Path]:
    """The losses beside those of the tables, and what the cell remembers while it reads a numeral."""
    from matplotlib.figure import Figure

    done = trained()
    figure = Figure(figsize=(11, 4.5), layout="constrained")
    losses, memory = figure.subplots(1, 2)
    epochs = range(1, len(done.history.loss) + 1)
    losses.plot(epochs, done.history.loss, label="trained on")
    losses.plot(epochs, done.history.validation_loss, label="set apart")
    table = min(counted(done.seen, done.apart, before) for before in range(len(TABLES)))
    losses.axhline(table, linestyle="--", color="black", linewidth=0.8, label="the best table, set apart")
    losses.axhline(math.log(len(NUMERALS)), linestyle=":", color="black", linewidth=0.8, label="the least possible")
    losses.set(title="−log of a numeral's probability", xlabel="epoch", ylabel="nats")
    losses.legend()
    tokens = encoded(WORD)[:-1]
    remembered = data([remembered for _, remembered in done.model.states(tokens)])
    memory.plot(range(len(tokens)), remembered, marker=".")
    memory.set_xticks(range(len(tokens)), ["start", *WORD])
    memory.set(title=f"the {UNITS} numbers that the cell remembers", xlabel="after reading")
    path = folder / "characters.png"
    figure.savefig(path)
    return [path]
