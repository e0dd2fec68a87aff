"""What is saved comes back bit for bit, and nothing else is taken for it."""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import random
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from autograd import Value, constant
from nn import (
    MLP,
    SGD,
    Adam,
    AdamW,
    Dropout,
    Embedding,
    LayerNorm,
    Module,
    Optimizer,
    RMSprop,
    Sequential,
    fit,
    load,
    mse,
    schedules,
)
from nn.files import write_document

X = [[0.0, 1.0], [1.0, 0.5], [-1.0, 2.0], [0.25, -0.75]]
Y = [0.5, 1.0, -1.0, 0.0]

OPTIMIZERS = {
    "sgd": lambda p: SGD(p, 0.05, weight_decay=0.01),
    "nesterov": lambda p: SGD(p, 0.05, momentum=0.9, nesterov=True),
    "adam": lambda p: Adam(p, 0.02, betas=(0.8, 0.95), epsilon=1e-7),
    "adamw": lambda p: AdamW(p, 0.02, weight_decay=0.1),
    "rmsprop": lambda p: RMSprop(p, 0.02, alpha=0.9, momentum=0.5),
}


def train(model: MLP, optimizer: Optimizer, generator: random.Random, epochs: int) -> list[float]:
    return fit(
        model, X, Y, loss=mse, optimizer=optimizer, epochs=epochs, batch_size=3, seed=generator, progress=False
    ).loss


def numbers(model: Module) -> list[float]:
    return [parameter.data for parameter in model.parameters()]


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_training_goes_on_bit_for_bit(kind: str, tmp_path: Path) -> None:
    model, generator = MLP(2, [5, 3, 1], ["tanh", "gelu", "linear"], seed=3), random.Random(4)
    optimizer = OPTIMIZERS[kind](model.parameters())
    whole, same = MLP(2, [5, 3, 1], ["tanh", "gelu", "linear"], seed=3), random.Random(4)
    expected = train(whole, OPTIMIZERS[kind](whole.parameters()), same, 10)

    first = train(model, optimizer, generator, 5)
    model.save(tmp_path / "model.json", optimizer, generator)
    saved = load(tmp_path / "model.json")
    assert numbers(saved.model) == numbers(model)
    second = train(saved.model, saved.optimizer, saved.generator, 5)

    assert first + second == expected
    assert numbers(saved.model) == numbers(whole)


def test_a_network_comes_back_without_an_optimizer(tmp_path: Path) -> None:
    model = MLP(2, [3, 2], "sigmoid", bias=False, seed=0)
    model.save(tmp_path / "model.json")
    saved = load(tmp_path / "model.json")
    assert [y.data for y in saved.model([1.0, 2.0])] == [y.data for y in model([1.0, 2.0])]
    assert [name for name, _ in saved.model.named_parameters()] == [name for name, _ in model.named_parameters()]
    assert saved.optimizer is None
    assert saved.generator is None


def test_the_shared_generator_is_as_it_was_after_loading(tmp_path: Path) -> None:
    """Layers are made at random before their parameters are read; that is nobody's business."""
    Sequential(MLP(2, [3, 1]), LayerNorm(1), Dropout(0.5), Embedding(2, 1)).save(tmp_path / "model.json")
    before = random.getstate()
    model = load(tmp_path / "model.json").model
    assert random.getstate() == before
    dropout = next(module for module in model.modules() if isinstance(module, Dropout))
    dropout([1.0])
    assert random.getstate() != before  # what the model draws later is drawn from it


def test_awkward_floats_keep_every_bit(tmp_path: Path) -> None:
    model = MLP(2, [2], seed=0)
    awkward = [5e-324, -0.0, 0.1 + 0.2, 1.7976931348623157e308, 2.0**-1074 * 3, -1 / 3]
    for parameter, number in zip(model.parameters(), awkward, strict=True):
        parameter.data = number
    model.save(tmp_path / "model.json")
    assert [x.hex() for x in numbers(load(tmp_path / "model.json").model)] == [x.hex() for x in awkward]


class Pair(Module):
    """A module of the user's own."""

    def __init__(self, slope: float) -> None:
        self.slope = Value(slope)
        self.networks = [MLP(1, [1], seed=0)]

    def architecture(self) -> dict[str, Any]:
        return {"slope": 0.0}


def test_a_module_of_the_users_own_comes_back(tmp_path: Path) -> None:
    model = Pair(3.5)
    optimizer = Adam([model.slope], 0.1)
    model.slope.grad = 1.0
    optimizer.step()
    model.save(tmp_path / "model.json", optimizer)
    saved = load(tmp_path / "model.json")
    assert numbers(saved.model) == numbers(model)
    assert saved.optimizer.parameters == [saved.model.slope]
    assert saved.optimizer.state == optimizer.state


class NoArchitecture(Module):
    """A module that doesn't say how to make one like it."""


class Scaled(Module):
    """A module whose architecture is what it was given."""

    def __init__(self, **options: Any) -> None:
        self.options = options
        self.w = Value(1.0)

    def architecture(self) -> dict[str, Any]:
        return self.options


def test_numpys_numbers_are_saved(tmp_path: Path) -> None:
    numpy = pytest.importorskip("numpy")
    kinds = [numpy.float64, numpy.float32, numpy.float16, numpy.int64, numpy.int8, numpy.uint16, numpy.bool_]
    model = Scaled(**{kind.__name__: kind(1) for kind in kinds}, nested=[{"n": numpy.int32(3)}])
    optimizer = SGD([model.w], numpy.float32(0.1), numpy.float16(0.5), numpy.bool_(True), numpy.int64(1))
    model.w.data = numpy.float32(0.1)
    model.save(tmp_path / "model.json", optimizer)
    saved = load(tmp_path / "model.json")
    assert saved.model.options == model.options
    assert saved.model.options["nested"] == [{"n": 3}]
    assert {type(thing) for thing in saved.model.options.values()} == {float, int, bool, list}
    assert saved.optimizer.state_dict() == optimizer.state_dict()
    assert saved.model.w.data == float(numpy.float32(0.1))


@pytest.mark.parametrize("thing", [{1, 2}, abs, constant(1.0), b"x", 1j])
def test_what_a_file_cannot_hold_is_refused(thing: Any, tmp_path: Path) -> None:
    kept = Scaled(thing="x")
    kept.architecture = lambda: {"thing": thing}  # type: ignore[method-assign]
    with pytest.raises(TypeError, match=rf"save: {type(thing).__name__} .* can't be written to a file; use numbers"):
        kept.save(tmp_path / "model.json")
    assert list(tmp_path.iterdir()) == []


def test_a_schedule_is_given_again(tmp_path: Path) -> None:
    model = MLP(1, [1], seed=0)
    model.save(tmp_path / "model.json", SGD(model.parameters(), schedules.step_decay(0.1, 0.5, 2)))
    with pytest.raises(ValueError, match=r"schedule; pass it as load\(path, learning_rate="):
        load(tmp_path / "model.json")
    assert load(tmp_path / "model.json", learning_rate=0.1).optimizer.learning_rate == 0.1


# -- what is refused ------------------------------------------------------------------------------------------------


@pytest.fixture
def file(tmp_path: Path) -> Path:
    model = MLP(2, [2, 1], seed=1)
    optimizer = SGD(model.parameters(), 0.1, momentum=0.5)
    train(model, optimizer, random.Random(0), 1)
    model.save(tmp_path / "model.json", optimizer, random.Random(5))
    return tmp_path / "model.json"


def test_every_truncation_is_refused(file: Path) -> None:
    text = file.read_bytes()
    for length in [*range(0, len(text) - 2, 97), len(text) - 3, len(text) - 2]:
        file.write_bytes(text[:length])
        with pytest.raises(ValueError, match="truncated or not a JSON"):
            load(file)


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (lambda d: d["content"]["model"]["parameters"].update({"layer0.neuron0.w[0]": 0.5}), "edited or damaged"),
        (lambda d: d["content"]["optimizer"].update(steps=7), "edited or damaged"),
        (lambda d: d.update(checksum="0" * 64), "edited or damaged"),
        (lambda d: d.update(content=[]), "edited or damaged"),
        (lambda d: d.update(version=2), "newer one: upgrade"),
        (lambda d: d.update(version="1"), "edited or damaged"),
        (lambda d: d.pop("version"), "edited or damaged"),
        (lambda d: d.update(format="another"), "not a saved model"),
    ],
)
def test_an_edited_newer_or_foreign_file_is_refused(file: Path, edit: Any, message: str) -> None:
    document = json.loads(file.read_text())
    edit(document)
    file.write_text(json.dumps(document))
    with pytest.raises(ValueError, match=message) as caught:
        load(file)
    assert str(file) in str(caught.value)


def test_a_pickle_is_not_loaded(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[Any, ...]:
            return os.mkdir, (str(tmp_path / "exploded"),)

    (tmp_path / "model.json").write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(ValueError, match="not a JSON"):
        load(tmp_path / "model.json")
    assert not (tmp_path / "exploded").exists()


def test_a_class_unknown_here_is_refused(tmp_path: Path) -> None:
    content = {"model": {"class": "Elsewhere", "architecture": {}, "parameters": {}}}
    write_document(tmp_path / "model.json", content)
    with pytest.raises(ValueError, match="Elsewhere, which is not known here; import the module"):
        load(tmp_path / "model.json")


def test_nothing_is_written_when_saving_fails(file: Path, tmp_path: Path) -> None:
    before = file.read_bytes()
    diverged = MLP(1, [1], seed=0)
    diverged.parameters()[0].data = float("nan")
    with pytest.raises(ValueError, match=r"layer0.neuron0.w\[0\] is nan; nothing was written"):
        diverged.save(file)
    with pytest.raises(TypeError, match="has no name to save it by"):
        MLP(1, [1, 1], abs, seed=0).save(file)
    with pytest.raises(TypeError, match=r"define architecture\(self\)"):
        NoArchitecture().save(file)
    model = MLP(1, [1], seed=0)
    with pytest.raises(ValueError, match="parameters that are not the model's"):
        model.save(file, SGD(MLP(1, [1], seed=0).parameters(), 0.1))
    with pytest.raises(IsADirectoryError, match="name a file in it"):
        model.save(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"cannot write to .*nowhere.*its folder must exist"):
        model.save(tmp_path / "nowhere" / "model.json")
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["model.json"]


def test_a_crash_while_writing_leaves_the_old_file(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        MLP(2, [2, 1], seed=9).save(file)
    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == ["model.json"]


# -- killed at any moment -------------------------------------------------------------------------------------------


def go_on_training(path: str, progress: int) -> None:
    """Train and save without end; a byte is sent for each state that was saved."""
    saved = load(path)
    while True:
        train(saved.model, saved.optimizer, saved.generator, 1)
        saved.model.save(path, saved.optimizer, saved.generator)
        os.write(progress, b"\0")


def test_a_run_killed_100_times_leaves_only_states_that_were_saved(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    model, generator = MLP(2, [3, 1], "tanh", seed=1), random.Random(2)
    optimizer = Adam(model.parameters(), 0.01)
    model.save(path, optimizer, generator)
    fork, moments = multiprocessing.get_context("fork"), random.Random(3)
    seen = 0
    for _ in range(100):
        ours, theirs = os.pipe()
        run = fork.Process(target=go_on_training, args=(str(path), theirs))
        run.start()
        os.close(theirs)
        for _ in range(moments.randrange(3)):  # however slow the machine is: it comes as far as this
            seen += len(os.read(ours, 1))
        time.sleep(moments.uniform(0.0, 0.01))
        assert run.pid is not None
        os.kill(run.pid, signal.SIGKILL)
        run.join()
        os.close(ours)
        assert run.exitcode == -signal.SIGKILL
        saved = load(path)
        while saved.optimizer.steps > optimizer.steps:  # the same run, never killed
            train(model, optimizer, generator, 1)
        assert numbers(saved.model) == numbers(model)
        assert saved.generator.getstate() == generator.getstate()
        assert saved.optimizer.state == optimizer.state
    assert optimizer.steps >= seen > 50
    model.save(path)
    assert list(tmp_path.iterdir()) == [path]  # what the killed ones left is gone
