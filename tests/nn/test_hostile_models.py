"""Files of models from strangers, with a right checksum: refused with file and field, or a model as good as any."""

from __future__ import annotations

import copy
import json
import math
import random
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from nn import MLP, SGD, Adam, Dropout, Embedding, LayerNorm, Module, RMSprop, Sequential, fit, load, mse
from nn.files import KIND
from support.edits import edited, edits, sealed

X, Y = [[0.0, 1.0], [1.0, 0.5]], [0.5, 1.0]


def saved(file: Path, kind: type = Adam) -> Path:
    """A model with dropout, an optimizer in its second step and a generator."""
    model = Sequential(MLP(2, [2, 1], "tanh", seed=1), Dropout(0.1, seed=2))
    optimizer = kind(model.parameters(), 0.01)
    generator = random.Random(3)
    fit(model, X, Y, loss=mse, optimizer=optimizer, epochs=2, seed=generator, progress=False)
    model.layers[0].layers[0].freeze()
    optimizer.step()
    model.save(file, optimizer, generator)
    return file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return saved(tmp_path / "model.json")


def content_of(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text())["content"]
    return content


def loaded(file: Path) -> bool:
    """Whether a file is loaded; if so, it holds what a training may go on from."""
    message = ""
    try:
        found = load(file)
    except ValueError as error:
        message = str(error)
    if message:
        assert message.startswith(f"load: {file}")
        assert message.isprintable()
        assert len(message) < 700 + len(str(file))
        return False
    assert isinstance(found.model, Module)
    assert all(math.isfinite(p.data) for p in found.model.parameters())
    for generator in [found.generator, *(m.generator for m in found.model.modules() if isinstance(m, Dropout))]:
        if generator is not None:
            assert math.isfinite(generator.gauss(0.0, 1.0))
            assert 0.0 <= generator.random() < 1.0
    if found.optimizer is not None:
        with suppress(ZeroDivisionError):  # as where epsilon is 0
            found.optimizer.step()
        found.optimizer.load_state_dict(found.optimizer.state_dict())
    return True


def test_each_part_is_left_out_and_replaced(file: Path) -> None:
    content, count, good = content_of(file), 0, 0
    del content["generators"][1:]
    content["generator"] = {"$generator": 0}
    for place, new in edits(content):
        if any(type(key) is int and 1 < key < 624 for key in place):
            continue  # like those before it in the list
        file.write_bytes(sealed(KIND, edited(content, place, new)))
        good += loaded(file)
        count += 1
    assert count > 1_000
    assert 0 < good < count / 3


def test_several_parts_are_changed_at_once(file: Path) -> None:
    content, generator = content_of(file), random.Random(1)
    content["generators"] = [[3, [*range(1, 625), 624], None]] * 2
    every = [(place, new) for place, new in edits(content) if place[0] != "generators" or len(place) < 4]
    for _ in range(500):
        changed = content
        for place, new in generator.choices(every, k=generator.choice([2, 3, 5])):
            try:
                changed = edited(changed, place, new)
            except (KeyError, IndexError, TypeError):
                continue  # it is gone
        file.write_bytes(sealed(KIND, changed))
        loaded(file)


def at(path: str, new: Any) -> Any:
    """A change of the document: what stands at a path of keys and indices."""

    def change(content: Any) -> None:
        *around, last = [int(key) if key.isdigit() else key for key in path.split("/")]
        for key in around:
            content = content[key]
        content[last] = new

    return change


ZEROS = [0] * 624
WEIGHT = "model/parameters/layer0.layer0.neuron0.w[0]"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (at(WEIGHT, math.nan), r"content\.model\.parameters\.layer0.*w\[0\] must be a finite number, got nan"),
        (at(WEIGHT, -math.inf), r"w\[0\] must be a finite number, got -inf"),
        (at(WEIGHT, 10**400), r"model: .*neuron0\.w\[0\] is too large for a float"),
        (at(WEIGHT, "0.5"), r"model: parameter layer0\.layer0\.neuron0\.w\[0\] must be a number, got '0\.5'"),
        (at(WEIGHT, True), r"model: parameter .*w\[0\] must be a number, got True"),
        (at("model/frozen/0", "nowhere\n\x1b[31m"), r"model: frozen must be names of parameters, got 'nowhere"),
        (at("optimizer/steps", -5), r"optimizer: Adam.*steps is -5, but must be at least 0"),
        (at("optimizer/steps", 10**400), r"optimizer: Adam.*steps is <int of 1329 bits>, but must be at most"),
        (at("optimizer/steps", 1.5), r"optimizer: TypeError: Adam.*steps must be a whole number"),
        (at("optimizer/state/mean_square/3", -1e-9), r"optimizer: Adam.*mean_square\[3\] is -1e-09, but"),
        (at("optimizer/state/mean_square/3", 10**400), r"OverflowError: Adam.*mean_square\[3\] is too large"),
        (at("optimizer/state/mean/0", math.nan), r"content\.optimizer\.state\.mean\[0\] must be a finite number"),
        (at("optimizer/state/skipped/0", 2.5), r"optimizer: Adam.*skipped\[0\] is 2\.5, but must be a whole number"),
        (at("optimizer/state/skipped/0", 10**6), r"optimizer: Adam.*skipped\[0\] is 1000000\.0"),
        (at("optimizer/trains/0", -1), r"optimizer: trains\[0\] must be a whole number from 0 up to 8, got -1"),
        (at("optimizer/trains/0", 1), r"optimizer: Adam: a parameter is given twice"),
        (at("optimizer/learning_rate", -1.0), r"optimizer: Adam: learning_rate is -1\.0"),
        (at("optimizer/options/betas", [2.0, 3.0]), r"optimizer: Adam: betas must be"),
        (at("optimizer/class", "\x1b[31m\u202e"), r"optimizer: holds a \\x1b\[31m\\u202e of the module nn, which"),
        (at("model/class", "\x1b]0;x\x07" * 1000), r"model: holds a \\x1b\]0;x\\x07"),
        (at("model/class", {}), r"model: class and module must be texts"),
        (at("model/class", "Optimizer"), r"model: holds a Optimizer of the module nn, which is not known here"),
        (at("generators/0/1", [*ZEROS, 0]), r"generators: generators\[0\]\[1\] is all zeros"),
        (at("generators/0/1", [2**31 - 1, *ZEROS[1:], 5]), r"generators: generators\[0\]\[1\] is all zeros"),
        (at("generators/0/1/7", 2**32), r"generators: generators\[0\]\[1\]\[7\] must be a whole number"),
        (at("generators/0/1/7", 0.5), r"generators: generators\[0\]\[1\]\[7\] must be a whole number"),
        (at("generators/0/1/624", 625), r"generators\[0\]\[1\]\[624\] must be a whole number from 0 up to 624"),
        (at("generators/0/1", [1]), r"generators: generators\[0\]\[1\] must have 625 numbers, got 1"),
        (at("generators/0", None), r"generators\[0\] must be what getstate\(\) .* returned, got None"),
        (at("generators/0", {}), r"generators\[0\] must be what getstate\(\)"),
        (at("generators/0", [3]), r"generators\[0\] must be what getstate\(\)"),
        (at("generators/0/0", 2), r"generators\[0\] must be what getstate\(\)"),
        (at("generators/0/2", "later"), r"generators: generators\[0\]\[2\] must be a number with a point, or null"),
        (at("generator", {"$generator": -1}), r"generator: \$generator must be a whole number from 0 up to 1, got -1"),
        (at("generator", {"$generator": True}), r"generator: \$generator must be a whole number"),
    ],
)  # fmt: skip
def test_the_message_names_file_and_field(file: Path, change: Any, told: str) -> None:
    content = content_of(file)
    change(content)
    file.write_bytes(sealed(KIND, content))
    with pytest.raises(ValueError, match=told) as caught:
        load(file)
    assert str(caught.value).startswith(f"load: {file}")
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("kind", [SGD, Adam, RMSprop])
def test_what_was_saved_is_loaded(kind: type, tmp_path: Path) -> None:
    assert loaded(saved(tmp_path / "model.json", kind))


MANY = 10**9
LARGE = {
    "Neuron": {"inputs": MANY},
    "Layer": {"inputs": MANY, "units": 1},
    "MLP": {"inputs": 1, "units": [1, MANY]},
    "Embedding": {"rows": 1000, "units": 10**6},
    "LayerNorm": {"inputs": MANY},
}


@pytest.mark.parametrize("name", LARGE)
def test_a_small_file_makes_no_large_model(name: str, tmp_path: Path, file: Path) -> None:
    """Without the check these would take all memory there is."""
    inner = {"class": name, "module": "nn", "architecture": LARGE[name]}
    outer = {"class": "Sequential", "module": "nn", "architecture": [{"$module": inner}]}
    for model in (inner, outer):
        file.write_bytes(sealed(KIND, {"model": {**model, "parameters": {"w[0]": 1.0}}, "generators": []}))
        with pytest.raises(ValueError, match="has more parameters than the file has numbers for"):
            load(file)


def test_many_small_layers_make_no_large_model(file: Path) -> None:
    for architecture in ({"inputs": 1, "units": MANY}, {"inputs": 10**4, "units": 10**4}):
        model = {"class": "Layer", "module": "nn", "architecture": architecture, "parameters": {}}
        file.write_bytes(sealed(KIND, {"model": model, "generators": []}))
        with pytest.raises(ValueError, match="Layer: the architecture has more parameters than"):
            load(file)
    layer = {"$module": {"class": "Layer", "module": "nn", "architecture": [50, 50]}}
    model = {"class": "Sequential", "module": "nn", "architecture": [layer] * 1_000, "parameters": {}}
    file.write_bytes(sealed(KIND, {"model": model, "generators": []}))
    with pytest.raises(ValueError, match="Layer: the architecture has more parameters than"):
        load(file)


def test_a_refused_file_leaves_room_for_models() -> None:
    assert len(MLP(200, [100]).parameters()) == 20_100
    assert len(Embedding(300, 100).parameters()) == 30_000
    assert len(LayerNorm(20_000).parameters()) == 40_000


def test_a_class_that_shares_parameters_is_loaded(tmp_path: Path) -> None:
    class Tied(Module):
        def __init__(self, size: int) -> None:
            self.layers = [MLP(size, [size]) for _ in range(4)]
            for layer in self.layers[1:]:
                layer.layers = self.layers[0].layers

        def architecture(self) -> dict[str, Any]:
            return {"size": len(self.layers[0].layers[0].neurons)}

    model = Tied(120)
    model.save(tmp_path / "model.json")
    assert load(tmp_path / "model.json").model.state_dict() == model.state_dict()


def test_whatever_a_class_raises_names_the_file(file: Path) -> None:
    class Strange(Module):
        def __init__(self, size: int) -> None:
            if size:
                raise StopIteration("\x1b[31m no\nsize " * 1000)

        def architecture(self) -> dict[str, Any]:
            return {"size": 0}

    Strange(0).save(file)
    content = content_of(file)
    content["model"]["architecture"]["size"] = 1
    file.write_bytes(sealed(KIND, content))
    assert not loaded(file)
    with pytest.raises(ValueError, match=r"model: StopIteration: \\x1b\[31m no size "):
        load(file)


@pytest.mark.parametrize("depth", [10, 100, 101, 250])
def test_modules_are_nested_a_hundred_deep_at_most(file: Path, depth: int) -> None:
    """Making one names all parameters below it: 200 in each other took more than a second, 250 the stack."""
    model: dict[str, Any] = {"class": "Dropout", "module": "nn", "architecture": [0.5]}
    for _ in range(depth - 1):
        model = {"class": "Sequential", "module": "nn", "architecture": [{"$module": model}]}
    file.write_bytes(sealed(KIND, {"model": {**model, "parameters": {}}, "generators": []}))
    if depth <= 100:
        assert load(file).model.parameters() == []
    else:
        with pytest.raises(ValueError, match=r"model: .*Modules are nested more than 100 deep"):
            load(file)


def test_what_could_not_be_loaded_is_not_saved(tmp_path: Path) -> None:
    model: Any = Sequential(Dropout(0.5))
    for _ in range(98):
        model = Sequential(model)
    model.save(tmp_path / "model.json")
    assert load(tmp_path / "model.json").model.parameters() == []
    with pytest.raises(ValueError, match="more than 100 deep; put them side by side"):
        Sequential(model).save(tmp_path / "deeper.json")
    assert [path.name for path in tmp_path.iterdir()] == ["model.json"]


def test_the_path_is_escaped(tmp_path: Path) -> None:
    path = tmp_path / "model\x1b[31m\n.json"
    path.write_bytes(b"{}")
    with pytest.raises(ValueError, match=r"load: .*model\\x1b\[31m\\n\.json is not a saved model") as caught:
        load(path)
    assert str(caught.value).isprintable()


def test_states_of_optimizers_are_checked_without_files_too() -> None:
    optimizer = Adam(MLP(1, [1], seed=0).parameters(), 0.1)
    optimizer.step()
    good = optimizer.state_dict()
    for entry, new in (("steps", -5), ("steps", 2**60), ("state", [1.0]), ("state", {"mean": [0.0], "mean_square": 3})):
        with pytest.raises(ValueError, match=r"Adam.load_state_dict: "):
            optimizer.load_state_dict({**good, entry: new})
    bad = copy.deepcopy(good)
    bad["state"]["mean_square"][1] = -1.0
    with pytest.raises(ValueError, match=r"mean_square\[1\] is -1.0, but a mean of squares is not negative"):
        optimizer.load_state_dict(bad)
    assert optimizer.state_dict() == good
