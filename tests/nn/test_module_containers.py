"""Modules find their parameters in every container that has an order or names, and refuse them in any other."""

import collections
import copy
import dataclasses
import functools
import itertools
import pickle
import tracemalloc
import types

import pytest

from autograd import Value, constant
from nn import SGD, Module, fit, load, mse


class Holder(Module):
    """A module with the attributes it is given."""

    def __init__(self, **attributes):
        vars(self).update(attributes)


def names(module):
    return [name for name, _ in module.named_parameters()]


@dataclasses.dataclass
class Pair:
    first: object
    second: object = None


class Slotted:
    __slots__ = ("w",)

    def __init__(self, w):
        self.w = w


class SlottedModule(Module):
    __slots__ = ("_hidden", "w")

    def __init__(self, w):
        self.w = w
        self.after = Value(9.0)


class Row(collections.abc.Sequence):
    """A sequence of the user's own."""

    def __init__(self, *things):
        self.things = things

    def __getitem__(self, i):
        return self.things[i]

    def __len__(self):
        return len(self.things)


def array(*things, shape=None):
    numpy = pytest.importorskip("numpy")
    made = numpy.empty(len(things), dtype=object)
    made[:] = things
    return made if shape is None else made.reshape(shape)


NAMED = {
    "deque": (collections.deque, ["w[0]", "w[1]", "w[2][0]"]),
    "UserList": (collections.UserList, ["w[0]", "w[1]", "w[2][0]"]),
    "own sequence": (lambda things: Row(*things), ["w[0]", "w[1]", "w[2][0]"]),
    "named tuple": (lambda things: collections.namedtuple("Three", "a b c")(*things), ["w[0]", "w[1]", "w[2][0]"]),
    "UserDict": (lambda things: collections.UserDict(zip("abc", things, strict=True)), ["w.a", "w.b", "w.c[0]"]),
    "OrderedDict": (lambda things: collections.OrderedDict(zip("abc", things, strict=True)), ["w.a", "w.b", "w.c[0]"]),
    "defaultdict": (
        lambda things: collections.defaultdict(list, zip("abc", things, strict=True)),
        ["w.a", "w.b", "w.c[0]"],
    ),
    "chain map": (
        lambda things: collections.ChainMap({"a": things[0]}, {"b": things[1:]}),
        ["w.b[0]", "w.b[1][0]", "w.a"],
    ),
    "mapping proxy": (lambda things: types.MappingProxyType({1: things}), ["w.1[0]", "w.1[1]", "w.1[2][0]"]),
    "array": (lambda things: array(*things), ["w[0]", "w[1]", "w[2][0]"]),
    "matrix": (lambda things: array(*things, 1.0, shape=(2, 2)), ["w[0][0]", "w[0][1]", "w[1][0][0]"]),
    "array in a list": (lambda things: [array(*things)], ["w[0][0]", "w[0][1]", "w[0][2][0]"]),
    "array in a deque": (
        lambda things: collections.deque([array(*things, shape=(3, 1))]),
        ["w[0][0][0]", "w[0][1][0]"],
    ),
}


@pytest.mark.parametrize("kind", NAMED)
def test_parameters_are_found_in_every_sequence_mapping_and_array(kind):
    make, expected = NAMED[kind]
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    module = Holder(w=make([a, b, [c]]))
    assert names(module)[:2] == expected[:2]
    assert len(names(module)) == 3
    assert expected[2:] in ([], names(module)[2:])
    assert {id(p) for p in module.parameters()} == {id(a), id(b), id(c)}
    module.label_parameters()
    assert dict(module.named_parameters())[expected[0]].label == expected[0]


@pytest.mark.parametrize("kind", [kind for kind in NAMED if kind != "mapping proxy"])
def test_copies_and_pickles_have_parameters_of_their_own_frozen_or_not(kind):
    for copied in (copy.deepcopy, lambda model: pickle.loads(pickle.dumps(model))):
        model = Polynomial(kind)
        model.freeze(model.parameters()[:1])
        if kind == "named tuple" and copied is not copy.deepcopy:
            continue  # of a class that only this test knows
        twin = copied(model)
        assert names(twin) == names(model)
        assert twin.state_dict() == model.state_dict()
        assert [p.is_constant for p in twin.parameters()] == [True, False, False]
        assert not {id(p) for p in twin.parameters()} & {id(p) for p in model.parameters()}
        model.unfreeze()
        assert [p.is_constant for p in twin.parameters()] == [True, False, False]


def test_parameters_are_found_in_arrays_without_an_axis_and_in_modules_in_arrays():
    numpy = pytest.importorskip("numpy")
    alone = numpy.array(None, dtype=object)
    alone[()] = Value(1.0)
    layers = array(Holder(w=Value(2.0)), Holder(w=Value(3.0)))
    module = Holder(alone=alone, layers=layers, grid=array(Holder(w=Value(4.0)), shape=(1, 1)))
    assert names(module) == ["alone[()]", "layer0.w", "layer1.w", "grid[0][0].w"]


def test_parameters_are_found_in_slots():
    module = SlottedModule(Value(1.0))
    assert names(module) == ["w", "after"]


class Polynomial(Module):
    """Σ wᵢ xⁱ, with its weights in a container of one kind."""

    def __init__(self, kind):
        self.kind = kind
        self.w = NAMED[kind][0]([Value(0.5), Value(-0.25), [Value(0.125)]])

    def __call__(self, x):
        a, b, c = self.parameters()
        return a + b * x[0] + c * x[0] * x[0]

    def architecture(self):
        return {"kind": self.kind}


@pytest.mark.parametrize("kind", NAMED)
def test_parameters_in_every_container_are_trained_saved_and_loaded(kind, tmp_path):
    model = Polynomial(kind)
    optimizer = SGD(model.parameters(), 0.1, momentum=0.5)
    inputs, targets = [[-1.0], [0.0], [1.0]], [2.0, 1.0, 4.0]
    fit(model, inputs, targets, loss=mse, optimizer=optimizer, epochs=100, progress=False)
    assert [p.data for p in model.parameters()] == pytest.approx([1.0, 1.0, 2.0], abs=1e-2)
    model.save(tmp_path / "model.json", optimizer)
    saved = load(tmp_path / "model.json")
    assert saved.model.state_dict() == model.state_dict()
    assert saved.optimizer.state_dict() == optimizer.state_dict()
    other = Polynomial(kind)
    other.load_state_dict(model.state_dict())
    assert other.state_dict() == model.state_dict()


def keeping(v):
    def scaled(x):
        return x * v

    return scaled


class Scaler:
    def __init__(self, v):
        self.v = v

    def scale(self, x):
        return x * self.v


REFUSED = {
    "closure": keeping,
    "default": lambda v: lambda x, v=v: x * v,
    "keyword default": lambda v: eval("lambda x, *, v=v: x * v", {"v": v}),
    "bound method": lambda v: Scaler(v).scale,
    "bound built-in method": lambda v: [v].append,
    "wrapped function": lambda v: functools.wraps(keeping(v))(lambda x: x),
    "closure in a list": lambda v: [abs, keeping([v])],
    "object with a deque": lambda v: types.SimpleNamespace(v=collections.deque([v])),
    "set": lambda v: {v},
    "frozenset": lambda v: frozenset([1.0, v]),
    "tuple in a set": lambda v: {(1, (v,))},
    "dataclass": lambda v: Pair(v),
    "dataclass in a list": lambda v: [1.0, Pair(2.0, Pair([v]))],
    "namespace": lambda v: types.SimpleNamespace(w={"a": v}),
    "slots": lambda v: Slotted(v),
    "keys": lambda v: {v: 1.0},
    "values": lambda v: {"a": v}.values(),
    "iterator": lambda v: iter([v]),
    "generator": lambda v: (x for x in [v]),
    "map": lambda v: map(abs, [v]),
    "chain": lambda v: itertools.chain([1.0], [v]),
    "partial": lambda v: functools.partial(pow, v),
    "set of Modules": lambda v: {Holder(w=v)},
    "object with a Module": lambda v: Pair(Holder(w=[v])),
    "optimizer of others": lambda v: SGD([v], 0.1),
    "array of dataclasses": lambda v: array(Pair(v)),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_parameters_anywhere_else_are_refused(kind):
    thing = REFUSED[kind](Value(1.0))
    for module, name in ((Holder(first=Value(2.0), x=thing), "x"), (Holder(a=Holder(x=thing)), "a.x")):
        for find in (module.parameters, module.named_parameters, module.zero_grad, module.state_dict):
            with pytest.raises(
                TypeError, match=rf"Holder: {name}.*, a [\w.]+, holds parameters where none are looked for; keep"
            ):
                find()


@pytest.mark.parametrize("kind", REFUSED)
def test_known_parameters_constants_and_results_may_be_anywhere(kind):
    v = Value(1.0)
    assert Holder(v=v, x=REFUSED[kind](v)).parameters() == [v]
    assert Holder(x=REFUSED[kind](v), v=v).parameters() == [v]
    if kind != "optimizer of others":
        assert Holder(x=REFUSED[kind](constant(1.0))).parameters() == []
        assert Holder(x=REFUSED[kind](v * 2.0)).parameters() == []


def test_parameters_of_the_class_are_refused():
    class Line(Module):
        slope = Value(1.0)
        slopes = (1.0, Value(2.0))

    with pytest.raises(TypeError, match="Line: slope, a Value, holds parameters where none are looked for"):
        Line().parameters()
    with pytest.raises(TypeError, match=r"Holder: line\.slope, a Value"):
        Holder(line=Line()).parameters()


def test_containers_of_the_class_are_refused():
    for shared in (Holder(w=Value(1.0)), collections.deque([Value(1.0)]), array(Value(1.0)), {Value(1.0)}):
        kind = type("Line", (Module,), {"shared": shared, "count": 3, "named": "x"})
        with pytest.raises(TypeError, match=r"Line: shared, a .*, holds parameters where none are looked for"):
            kind().parameters()


class Many(Module, list):
    """A Module that is a list."""


class ByName(Module, dict):
    """A Module that is a dict."""


class Unordered(Module, set):
    """A Module that is a set."""

    __hash__ = Module.__hash__


def test_modules_that_are_containers_hold_what_they_contain():
    a, b, c = Value(1.0), Value(2.0), Value(3.0)
    many = Many([a, [b], Holder(w=c)])
    assert names(many) == ["[0]", "[1][0]", "2.w"]
    assert names(Holder(rows=many, v=Value(4.0))) == ["rows[0]", "rows[1][0]", "row2.w", "v"]
    assert names(ByName(a=a, b=Many([b]))) == ["a", "b[0]"]
    assert [type(m) for m in many.modules()] == [Many, Holder]
    assert not many.eval()[2].training
    other = copy.deepcopy(many)
    other.load_state_dict(dict.fromkeys(many.state_dict(), 7.0))
    assert (a.data, other[0].data) == (1.0, 7.0)
    for module, name in ((Unordered([a]), "itself"), (Holder(x=Unordered([a])), "x")):
        with pytest.raises(TypeError, match=f": {name}, a Unordered, holds parameters where none are looked for"):
            module.parameters()


class Titled(list):
    """A list with more to it."""


def test_what_a_container_holds_besides_its_elements_is_refused():
    more = Titled([Value(1.0)])
    assert names(Holder(w=more)) == ["w[0]"]
    more.scale = Value(2.0)
    by_default = collections.defaultdict(keeping(Value(1.0)), a=Value(2.0))
    for thing in (more, by_default):
        with pytest.raises(TypeError, match=r"Holder: w, a .*, holds parameters where none are looked for"):
            Holder(w=thing).parameters()


def test_arrays_of_numbers_and_structured_arrays():
    numpy = pytest.importorskip("numpy")
    pairs = numpy.zeros(2, dtype=[("name", object), ("number", float)])
    assert Holder(x=numpy.ones((3, 3)), n=numpy.float64(1.0), pairs=pairs).parameters() == []
    pairs[1] = (Value(1.0), 2.0)
    with pytest.raises(TypeError, match="pairs, a ndarray, holds parameters"):
        Holder(pairs=pairs).parameters()


DATA = {
    "text": lambda: "x" * 10**6,
    "bytes": lambda: bytes(10**6),
    "bytearray": lambda: bytearray(10**6),
    "memoryview": lambda: memoryview(bytes(10**6)),
    "range": lambda: range(10**6),
    "floats": lambda: pytest.importorskip("numpy").zeros(10**6),
    "matrix": lambda: pytest.importorskip("numpy").zeros((1000, 1000), dtype="int32"),
    "a broadcast number": lambda: pytest.importorskip("numpy").broadcast_to(1.0, 10**6),
}


@pytest.mark.parametrize("kind", DATA)
def test_a_million_numbers_of_data_are_not_gone_through(kind):
    """Making Python's numbers of them for every look at the parameters would take megabytes."""
    data, w = DATA[kind](), Value(1.0)
    module = Holder(data=data, many=[data, {"x": data}], part=Holder(data=(data,)), w=w)
    tracemalloc.start()
    try:
        assert module.parameters() == [w]
        assert tracemalloc.get_traced_memory()[1] < 10**6
    finally:
        tracemalloc.stop()


def test_elements_that_are_made_when_they_are_asked_for():
    """Nothing holds them but the walk: none may be taken for another that had its place in memory."""

    class Fresh(Row):
        def __getitem__(self, i):
            return [self.things[i]]

    v = [Value(float(i)) for i in range(50)]
    assert Holder(w=Fresh(*v)).parameters() == v
