"""Files name classes so that none is taken for another, and hold Modules and generators among arguments."""

import gc
import json
import random
import types

import pytest

import nn
from autograd import Value
from nn import MLP, SGD, Dropout, Module, Sequential, load
from nn.files import read_document, write_document

SAVED = ["Layer", "MLP", "Neuron", "Sequential", "Embedding", "LayerNorm", "Dropout", "SGD", "Adam", "RMSprop"]


def module_named(name, text):
    """A module of the user's, of that text."""
    made = types.ModuleType(name)
    exec(compile(text, f"{name}.py", "exec"), vars(made))
    return made


@pytest.fixture(autouse=True)
def nothing_left():
    """The classes of one test are not known in the next."""
    yield
    gc.collect()


LIKE = """
from autograd import Value
from nn import Module, Optimizer

class {name}(Module):
    def __init__(self, size=2):
        self.w = [Value(float(i)) for i in range(size)]

    def __call__(self, x):
        return self.w[0] * 100.0

    def architecture(self):
        return {{"size": len(self.w)}}
"""

OPTIMIZER = """
from nn import Optimizer

class {name}(Optimizer):
    def __init__(self, parameters, learning_rate, weight_decay=0.0):
        super().__init__(parameters, learning_rate, weight_decay)

    def moved(self, rules, parameters, state, steps, rate):
        return rules.gradient_step(parameters, rate, 0.0), state
"""


@pytest.mark.parametrize("name", SAVED)
def test_a_class_of_the_users_with_a_librarys_name_breaks_nothing(name, tmp_path):
    is_optimizer = name in ("SGD", "Adam", "RMSprop")
    model = MLP(2, [2, 1], seed=1)
    library = {
        "Sequential": lambda: Sequential(nn.Layer(2, 1), Dropout(0.1)),
        "MLP": lambda: MLP(2, [1]),
        "Dropout": lambda: Dropout(0.5),
        "LayerNorm": lambda: nn.LayerNorm(3),
    }
    make = getattr(nn, name)
    ours = model if is_optimizer else library.get(name, lambda: make(2, *([3] * (name != "Neuron"))))()
    optimizer = make(model.parameters(), 0.1) if is_optimizer else None
    ours.save(tmp_path / "ours.json", optimizer)
    theirs = module_named("theirs", (OPTIMIZER if is_optimizer else LIKE).format(name=name))
    kind = getattr(theirs, name)
    saved = load(tmp_path / "ours.json")
    assert type(saved.model) is type(ours)
    assert saved.model.state_dict() == ours.state_dict()
    assert type(saved.optimizer) is type(optimizer)
    own, its = (model, kind(model.parameters(), 0.1)) if is_optimizer else (kind(), None)
    for around in (own, Sequential(own)):
        around.save(tmp_path / "theirs.json", its)
        again = load(tmp_path / "theirs.json")
        assert type(again.optimizer) is type(its)
        inner = again.model if around is own else again.model.layers[0]
        assert type(inner) is type(own)
        assert again.model.state_dict() == around.state_dict()


def test_a_class_that_is_not_there_is_not_the_librarys(tmp_path):
    kind = module_named("gone", LIKE.format(name="MLP")).MLP
    kind().save(tmp_path / "model.json")
    del kind
    gc.collect()
    with pytest.raises(ValueError, match=r"holds a MLP of the module gone, which is not known here; import the module"):
        load(tmp_path / "model.json")


def test_a_class_that_has_moved_is_found_if_only_one_has_its_name(tmp_path):
    before = module_named("__main__", LIKE.format(name="Straight")).Straight
    before(3).save(tmp_path / "model.json")
    del before
    gc.collect()
    after = module_named("models", LIKE.format(name="Straight")).Straight
    assert type(load(tmp_path / "model.json").model) is after
    other = module_named("others", LIKE.format(name="Straight")).Straight
    with pytest.raises(
        ValueError, match=r"a Straight, which may be any of models.Straight, others.Straight; rename all but one"
    ):
        load(tmp_path / "model.json")
    del other


def test_a_cell_that_was_run_again_is_the_last_one(tmp_path):
    cells = [module_named("notebook", LIKE.format(name="Straight")).Straight for _ in range(3)]
    cells[0](3).save(tmp_path / "model.json")
    assert type(load(tmp_path / "model.json").model) is cells[-1]


def test_classes_of_one_name_in_one_module_are_told_apart(tmp_path):
    def made(start):
        class Local(Module):
            def __init__(self):
                self.w = Value(start)

            def architecture(self):
                return {}

        return Local

    class Local(Module):
        def __init__(self):
            self.w = Value(3.0)
            self.b = Value(3.0)

        def architecture(self):
            return {}

    first = made(1.0)
    for kind in (first, Local):
        kind().save(tmp_path / "model.json")
        assert type(load(tmp_path / "model.json").model) is kind


def test_files_from_before_modules_were_named_are_read(tmp_path):
    model = MLP(2, [2, 1], seed=1)
    generator = random.Random(3)
    model.save(tmp_path / "model.json", SGD(model.parameters(), 0.1), generator)
    content = read_document(tmp_path / "model.json")
    old = {
        "model": {key: content["model"][key] for key in ("class", "architecture", "parameters")},
        "optimizer": {key: thing for key, thing in content["optimizer"].items() if key != "module"},
        "generator": generator.getstate(),
    }
    write_document(tmp_path / "old.json", old)
    saved = load(tmp_path / "old.json")
    assert saved.model.state_dict() == model.state_dict()
    assert type(saved.optimizer) is SGD
    assert saved.generator.random() == generator.random()


class Bag(Module):
    """A Module with Modules and generators among its arguments."""

    def __init__(self, parts, by_name, options):
        self.parts = parts
        self.by_name = by_name
        self.options = options

    def architecture(self):
        return {"parts": self.parts, "by_name": self.by_name, "options": self.options}


def test_modules_and_generators_among_arguments_come_back(tmp_path):
    generator = random.Random(1)
    options = {"seed": generator, "n": [1, 2.5, None, True], "again": [generator], "other": random.Random(2)}
    model = Bag(
        [MLP(1, [1]), [nn.Layer(1, 2)]], {"head": Sequential(nn.Neuron(2), Dropout(0.5, seed=generator))}, options
    )
    model.by_name["head"].layers[0].freeze()
    model.save(tmp_path / "model.json", generator=generator)
    saved = load(tmp_path / "model.json")
    assert saved.model.state_dict() == model.state_dict()
    assert repr(saved.model) == repr(model)
    assert [p.is_constant for p in saved.model.parameters()] == [p.is_constant for p in model.parameters()]
    seed = saved.model.options["seed"]
    assert seed is saved.model.options["again"][0] is saved.generator is saved.model.by_name["head"].layers[1].generator
    assert saved.model.options["other"] is not seed
    assert (seed.random(), saved.model.options["other"].random()) == (generator.random(), options["other"].random())
    assert saved.model.options["n"] == options["n"]


@pytest.mark.parametrize("key", ["$module", "$generator"])
def test_keys_that_files_use_themselves_are_refused(key, tmp_path):
    with pytest.raises(ValueError, match=r"save: architecture\(\) has a key .*which files use themselves; rename it"):
        Bag([], {}, {key: 1}).save(tmp_path / "model.json")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "edit",
    [
        lambda c: c["model"]["architecture"].update(seed={"$generator": 5}),
        lambda c: c["model"]["architecture"].update(seed={"$module": {}}),
        lambda c: c["model"]["architecture"].update(seed={"$module": 3}),
        lambda c: c["model"].update(frozen=["nowhere"]),
        lambda c: c["model"].update(frozen=3),
        lambda c: c.update(generators=[1]),
        lambda c: c.update(generators=3),
        lambda c: c.update(generators=[[3, [1, 2], None]]),
        lambda c: c.update(generator={"$generator": -7}),
        lambda c: c["model"].update({"class": 3}),
    ],
)
def test_a_document_of_another_make_is_refused(edit, tmp_path):
    Dropout(0.5, seed=1).save(tmp_path / "model.json", generator=random.Random(1))
    content = json.loads(json.dumps(read_document(tmp_path / "model.json")))
    edit(content)
    write_document(tmp_path / "model.json", content)
    with pytest.raises(ValueError, match="load: "):
        load(tmp_path / "model.json")
