"""A program that calls whatever is public in `autograd` at random, with sense and nonsense, and outlives it.

    python -P random_calls.py SEED CALLS LOG

Any exception is fine. It prints how many calls it made, and ends with 0. Before every call it writes to the file LOG
what comes, so that after a crash the file says what it was. It imports nothing from the tests: run as a script, it
finds whichever `autograd` is installed.
"""

from __future__ import annotations

import contextlib
import contextvars
import copy
import faulthandler
import gc
import math
import operator
import os
import pickle
import random
import sys
import threading
import types
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import autograd
from autograd import PRIMITIVES, Value, constant

FRESH = 400
"""After so many calls all objects are new, so that graphs stay small."""

MOST_MEMORY = 4 * 2**30
"""Bytes: Python's own lists take any size that they are told, and so the whole machine with them."""

SLOW_OR_LASTING = {"play", "save_html", "render", "view", "save", "pipe", "_repr_mimebundle_", "_repr_svg_", "svg"}
"""What asks for keys, runs another program, or writes a file."""

INSIDES = {"__globals__", "__builtins__", "__dict__", "__class__", "__code__", "__closure__", "__annotations__"}
INSIDES |= {"__subclasses__", "__defaults__", "__kwdefaults__", "__base__", "__bases__", "__mro__", "mro"}
"""Python's own insides: whoever empties a module's dictionary is not calling the package any more."""

INSIDE = (types.MappingProxyType, types.ModuleType, types.FrameType, types.CodeType, types.TracebackType)
"""The same by type: whatever is compared with the dictionary of a class, say, gets hold of it."""

EVERYBODYS = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType)
"""What is set there outlasts the object."""

FUNCTIONS = {name: getattr(autograd, name) for name in (*autograd.__all__, "abs", "pow", "sum")}

ROWS = dict(PRIMITIVES)
FACTS = {
    name: {
        fact: getattr(row, fact) for fact in dir(row) if fact[0] != "_" and not callable(getattr(type(row), fact, None))
    }
    for name, row in ROWS.items()
}
"""What the rows say, to be put back, for rows are everybody's."""

BINARY = [
    *(operator.add, operator.sub, operator.mul, operator.truediv, operator.pow, operator.mod, operator.floordiv),
    *(operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne, divmod, operator.matmul),
    *(operator.iadd, operator.imul, operator.and_, operator.contains, operator.getitem, operator.is_, operator.concat),
]
UNARY = [
    *(operator.neg, operator.pos, abs, bool, float, int, hash, repr, str, len, iter, list, dir, complex, round),
    *(math.floor, math.ceil, math.trunc, math.exp, operator.index, operator.invert, format, next, vars, sys.getsizeof),
    *(copy.copy, copy.deepcopy, pickle.dumps, lambda x: pickle.loads(pickle.dumps(x)), gc.is_tracked),
    *(lambda x: format(x, ".3f"), lambda x: f"{x!r:>30}", lambda x: setattr(x, "__class__", Value)),
    *(operator.methodcaller("__reduce__"), operator.methodcaller("__init__")),
    *(operator.methodcaller("__reduce_ex__", protocol) for protocol in (2, 4)),
]
"""`methodcaller`, since CPython 3.11 and 3.13 read past the stack where one line `x.f()` meets objects and then their
class: after a hundred strings, `lambda x: x.split()` crashes on `str`."""


def classes() -> list[type]:
    """The public classes of the package, with the classes they are made of."""
    found = {
        thing
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] == "autograd"
        for thing in vars(module).values()
        if isinstance(thing, type) and thing.__module__.partition(".")[0] == "autograd" and thing.__name__[0] != "_"
    }
    found |= {base for kind in set(found) for base in kind.__mro__ if base.__module__.startswith("autograd")}
    return sorted(found, key=lambda kind: (kind.__module__, kind.__name__))


class Player:
    """The objects there are, and the calls made on them."""

    def __init__(self, seed: int, log: int) -> None:
        self.random = random.Random(seed)
        self.log = log  # a file descriptor
        self.kinds = classes()
        self.calls = 0
        self.things: list[Any] = []

    def play(self, calls: int) -> None:
        """So many calls, with new objects."""
        self.start_afresh()
        until = self.calls + calls
        while self.calls < until:
            self.step()

    def start_afresh(self) -> None:
        """The table as it was, and new objects of every kind."""
        PRIMITIVES.clear()
        PRIMITIVES.update(ROWS)
        for name, facts in FACTS.items():
            own = getattr(ROWS[name], "__dict__", {})
            for fact in set(own) - set(facts) - {"__name__"}:
                del own[fact]  # a method hidden by something set
            for fact, value in facts.items():
                with contextlib.suppress(AttributeError):  # what can't be set is what it was
                    setattr(ROWS[name], fact, value)
        self.one, self.zero = Value(1.0), Value(0.0)  # made here: where nonsense records, none can be made
        x, z = Value(2.0, label="x"), Value(-0.5)
        y = (x * z + 3.0).tanh()
        many = autograd.dot([x, z, y], [1.0, y, x])
        self.things = [x, z, y, many, constant(1.5), autograd.where(x > 0.0, x, z), autograd.logsumexp([x, y, 1.0])]
        self.things += [*self.random.sample(list(ROWS.values()), 4), *self.random.sample(self.kinds, 3)]
        makers: list[Callable[[], Any]] = [
            lambda: autograd.walkthrough(y),
            lambda: autograd.draw(y),
            lambda: autograd.explain(y, x),
            lambda: autograd.kinks(autograd.relu(z - z))[0],
            lambda: autograd.no_grad(),
            lambda: autograd.detect_anomaly(),
            lambda: autograd.checkpoint(lambda a: a * a, x),
            lambda: autograd.grad(lambda v: v * v),
            lambda: autograd.jacobian(lambda v: [v, v * 2.0]),
            lambda: autograd.vjp(lambda v: v * x, 2.0)[1],
            lambda: autograd.enable_grad(),  # type: ignore[attr-defined]
            lambda: autograd.custom_vjp(lambda a: a, lambda a: (a, a), lambda r, g: (g,)),  # type: ignore[attr-defined]
        ]
        for make in makers:
            self.attempt("start", make, keep=True)
        for kind in self.kinds:
            if self.random.random() < 0.3:
                self.attempt(f"{kind.__name__}.__new__", lambda kind=kind: kind.__new__(kind), keep=True)
            if self.random.random() < 0.3:
                self.attempt(f"subclass of {kind.__name__}", lambda kind=kind: self.subclass(kind), keep=True)

    def subclass(self, kind: type) -> Any:
        """An object of a new class that derives from this one, with or without the method that records."""
        body: dict[str, Any] = {}
        if self.random.random() < 0.5:
            body["apply_primitive"] = lambda self, primitive, operands: self.nonsense_of(operands)
            body["nonsense_of"] = lambda self, operands: operands[0] if operands else None
        if self.random.random() < 0.5:
            body["__init__"] = lambda self, *args: None
        if self.random.random() < 0.3:
            body["__slots__"] = ()
        made = type(f"My{kind.__name__}", (kind,), body)
        return made(*self.arguments()) if self.random.random() < 0.3 else made()

    def attempt(self, what: str, call: Callable[[], Any], keep: bool = False) -> Any:
        """Call, whatever it raises."""
        self.calls += 1
        os.pwrite(self.log, what.encode("ascii", "replace")[:400].ljust(400), 0)
        try:
            result = call()
        except Exception:
            return None
        if isinstance(result, INSIDE) or (isinstance(result, type) and not result.__module__.startswith("autograd")):
            return None  # what is done to Python's own insides is not this package's business
        if keep or self.random.random() < 0.2:
            self.things.append(result)
            if len(self.things) > 80:
                del self.things[self.random.randrange(len(self.things))]
        return result

    def nonsense(self) -> Any:
        """A number, most of the time, or something that isn't one."""
        choice = self.random.choice
        return choice(
            [
                *(0.0, 1.0, -1.0, 2.5, -0.0, 1e300, 5e-324, math.inf, -math.inf, math.nan, 0, 1, 2, 3, -1, True),
                *(
                    Fraction(1, 3),
                    1j,
                    None,
                    "x",
                    "",
                    "data",
                    "grad",
                    b"x",
                    (),
                    [],
                    {},
                    [1.0, 2.0],
                    (1.0, None),
                    {"a": 1.0},
                    ...,
                ),
                *(
                    object(),
                    Value,
                    int,
                    len,
                    lambda *xs: xs[0] if xs else 1.0,
                    lambda x: x * x,
                    lambda x: [x, x],
                    NotImplemented,
                ),
                *([self.one, 2.0], self.zero, slice(None), range(3), iter([1.0]), types.SimpleNamespace(data=1.0)),
            ]
        )

    def thing(self) -> Any:
        return self.random.choice(self.things)

    def argument(self) -> Any:
        chance = self.random.random()
        if chance < 0.5:
            return self.thing()
        return [self.thing(), self.thing()] if chance < 0.6 else self.nonsense()

    def arguments(self) -> list[Any]:
        return [self.argument() for _ in range(self.random.choice([0, 1, 1, 1, 2, 2, 3, 4]))]

    def attribute(self, thing: Any) -> str:
        """A public name of a thing, or one that it hasn't got."""
        try:
            found = dir(thing)
        except Exception:  # somebody's __dir__
            found = []
        names = [
            n
            for n in found
            if isinstance(n, str) and (n[:1] != "_" or n.endswith("__")) and n not in SLOW_OR_LASTING | INSIDES
        ]
        return self.random.choice([*names, "nothing", "data", "label", "grad"])

    def step(self) -> None:
        """One random call."""
        r, thing = self.random, self.thing()
        kind = type(thing).__name__
        action = r.randrange(14)
        if action == 0:
            f, other = r.choice(BINARY), self.argument()
            a, b = (thing, other) if r.random() < 0.5 else (other, thing)
            if isinstance(a, int) and isinstance(b, int):
                return  # Python's own: 10**10**10 takes forever
            self.attempt(f"{f.__name__}({type(a).__name__}, {type(b).__name__})", lambda: f(a, b))
        elif action == 1:
            g = r.choice(UNARY)
            self.attempt(f"{getattr(g, '__name__', g)} of {kind}", lambda: g(thing))
        elif action in (2, 3):
            name, args = r.choice(list(FUNCTIONS)), self.arguments()
            if name == "derivative":
                args = args[:1]  # of an order that takes forever nothing is learned
            self.attempt(f"{name}({self.kinds_of(args)})", lambda: FUNCTIONS[name](*args))
        elif action in (4, 5):
            name, args = r.choice(list(ROWS)), self.arguments()
            self.attempt(f"row {name}({self.kinds_of(args)})", lambda: ROWS[name](*args))
        elif action in (6, 7, 8):
            name, args = self.attribute(thing), self.arguments()
            what = f"{kind}.{name}({self.kinds_of(args)})"
            self.attempt(what, lambda: getattr(thing, name)(*args))
        elif action == 9:
            name = self.attribute(thing)
            self.attempt(f"{kind}.{name}", lambda: getattr(thing, name))
        elif action == 10:
            name, value = self.attribute(thing), self.argument()
            if not isinstance(thing, EVERYBODYS):
                self.attempt(f"{kind}.{name} = {type(value).__name__}", lambda: setattr(thing, name, value))
        elif action == 11:
            name = self.attribute(thing)
            if not isinstance(thing, EVERYBODYS):
                self.attempt(f"del {kind}.{name}", lambda: delattr(thing, name))
        elif action == 12:
            made, args = r.choice(self.kinds), self.arguments()
            if r.random() < 0.5:
                self.attempt(f"{made.__name__}({self.kinds_of(args)})", lambda: made(*args), keep=r.random() < 0.3)
            else:
                self.attempt(f"{made.__name__}.__new__", lambda: made.__new__(made), keep=r.random() < 0.3)
        else:
            self.rare_step(thing, kind)

    def rare_step(self, thing: Any, kind: str) -> None:
        """What takes longer: threads, the collector, blocks, a class's attribute on another object."""
        r = self.random
        chance = r.random()
        if chance < 0.3:
            made = r.choice(self.kinds)
            self.attempt(f"subclass of {made.__name__}", lambda: self.subclass(made), keep=True)
        elif chance < 0.6:
            made, name = r.choice(self.kinds), self.attribute(r.choice(self.kinds))
            args = self.arguments()
            what = f"{made.__name__}.{name} of {kind}, then ({self.kinds_of(args)})"
            self.attempt(what, lambda: getattr(made, name)(thing, *args))
        elif chance < 0.7:
            made, name = r.choice(self.kinds), self.attribute(r.choice(self.kinds))
            self.attempt(
                f"{made.__name__}.{name}.__get__({kind})", lambda: vars(made)[name].__get__(thing, type(thing))
            )
            self.attempt(f"{made.__name__}.{name}.__set__({kind})", lambda: vars(made)[name].__set__(thing, 1.0))
            self.attempt(f"{made.__name__}.{name}.__delete__({kind})", lambda: vars(made)[name].__delete__(thing))
        elif chance < 0.9:
            block, other = r.choice([autograd.no_grad, autograd.detect_anomaly]), self.argument()
            self.attempt(f"with {block.__name__}(): {kind}", lambda: self.inside(block(), thing, other))
        elif chance < 0.92:
            self.attempt("gc.collect", gc.collect)
        else:
            y, x = thing, self.thing()
            threads = [threading.Thread(target=self.in_a_thread, args=(y, x)) for _ in range(2)]
            self.attempt(f"in threads, {type(y).__name__} by {type(x).__name__}", lambda: self.run(threads))

    def inside(self, block: Any, a: Any, b: Any) -> Any:
        with block:
            return a * b

    def run(self, threads: list[threading.Thread]) -> None:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def in_a_thread(self, y: Any, x: Any) -> None:
        """What threads do at once; without random numbers, so that a seed always makes the same calls."""
        for call in (
            lambda: (y * x).backward(),
            lambda: operator.methodcaller("backward")(y),
            lambda: autograd.grad(lambda v: v * y)(x),
        ):
            with contextlib.suppress(Exception):
                call()

    def kinds_of(self, args: list[Any]) -> str:
        return ", ".join(type(x).__name__ for x in args)


def main(seed: int, calls: int, log: str) -> None:
    faulthandler.dump_traceback_later(550, exit=True)
    with contextlib.suppress(ImportError):  # as on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    warnings.simplefilter("ignore")
    with open(log, "wb", buffering=0) as written:
        player = Player(seed, written.fileno())
        while player.calls < calls:
            contextvars.Context().run(player.play, FRESH)  # blocks left open are left behind
        del player.things[:]
        gc.collect()
        print(player.calls)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
