"""How a file names classes, and holds the Modules and random generators among a Module's arguments."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from typing import Any

from autograd.support.errors import one_line, shown
from nn.files import dict_of, index_of, list_of

_MODULE, _GENERATOR = "$module", "$generator"
_LIBRARY = "nn"
_OF_PYTHON_3 = 3  # the version of the states of random.Random
_DEEPEST = 100  # Modules in Modules; each names all that are below it, so that their number counts twice
_WORDS = 624  # of its Mersenne twister; after them stands which is next


class Written:
    """What stands in a file for arguments; generators that are shared are written once.

    Args:
        module: the class of Modules.

    Attributes:
        states: of the generators, in the order they were met.
    """

    def __init__(self, module: type) -> None:
        self.states: list[Any] = []
        self._module = module
        self._places: dict[int, tuple[int, random.Random]] = {}  # by id, and kept, so that no other gets its id

    def class_of(self, thing: Any) -> dict[str, str]:
        """The name of its class, and where that is defined."""
        kind = type(thing)
        return {"class": kind.__qualname__, "module": _home(kind)}

    def module(self, thing: Any, depth: int = 1) -> dict[str, Any]:
        """A Module without its parameters.

        Raises:
            ValueError: for Modules nested too deep, or a key among arguments that a file means something else by.
        """
        if depth > _DEEPEST:
            raise ValueError(f"save: Modules are nested more than {_DEEPEST} deep; put them side by side in one list")
        return {**self.class_of(thing), "architecture": self._argument(thing.architecture(), depth)}

    def generator(self, thing: random.Random) -> dict[str, int]:
        """A generator, by its place among the states."""
        if id(thing) not in self._places:
            self._places[id(thing)] = len(self.states), thing
            self.states.append(thing.getstate())
        return {_GENERATOR: self._places[id(thing)][0]}

    def _argument(self, thing: Any, depth: int) -> Any:
        """An argument of a Module, in lists and dicts too; what is neither Module nor generator as it is."""
        if isinstance(thing, self._module):
            return {_MODULE: self.module(thing, depth + 1)}
        if isinstance(thing, random.Random):
            return self.generator(thing)
        if isinstance(thing, (list, tuple)):
            return [self._argument(part, depth) for part in thing]
        if isinstance(thing, dict):
            for key in (_MODULE, _GENERATOR):
                if key in thing:
                    raise ValueError(f"save: architecture() has a key {key!r}, which files use themselves; rename it")
            return {key: self._argument(part, depth) for key, part in thing.items()}
        return thing


class Read:
    """The same backwards.

    Args:
        module: the class of Modules.
        states: of the generators.

    Raises:
        ValueError: if one of them is none.
    """

    def __init__(self, module: type, states: Any) -> None:
        self._module = module
        self._generators = [
            _generator(state, f"generators[{i}]") for i, state in enumerate(list_of("generators", states))
        ]

    def module(self, content: Any, depth: int = 1) -> Any:
        """A new Module.

        Raises:
            ValueError: for one of no class that is known here, or nested too deep.
        """
        described = dict_of(_MODULE, content)
        if depth > _DEEPEST:
            raise ValueError(f"Modules are nested more than {_DEEPEST} deep")
        arguments = self._argument(described["architecture"], depth)
        kind = self.class_of(described, self._module)
        return kind(*arguments) if isinstance(arguments, list) else kind(**arguments)

    def generator(self, content: Any) -> random.Random:
        """A generator: one that a Module has, too, or of its own."""
        if not isinstance(content, dict):
            return _generator(content, "generator")
        return self._generators[index_of(_GENERATOR, content[_GENERATOR], len(self._generators))]

    def _argument(self, thing: Any, depth: int) -> Any:
        if isinstance(thing, list):
            return [self._argument(part, depth) for part in thing]
        if not isinstance(thing, dict):
            return thing
        if _MODULE in thing:
            return self.module(thing[_MODULE], depth + 1)
        if _GENERATOR in thing:
            return self.generator(thing)
        return {key: self._argument(part, depth) for key, part in thing.items()}

    def class_of(self, content: Mapping[str, Any], base: type) -> Any:
        """The class of that name: the library's own only for a thing of the library's, and never another's for it.

        A class that now is in another module than when it was saved is found by its name, if only one has it.

        Raises:
            ValueError: if there is none, or more than one.
        """
        name, home = content["class"], content.get("module")
        if not isinstance(name, str) or not isinstance(home, str | None):
            raise ValueError(f"class and module must be texts, got {shown(name)} and {shown(home)}")
        named = [kind for kind in _below(base) if name in (kind.__qualname__, kind.__name__)]
        exact = [kind for kind in named if _home(kind) == home and kind.__qualname__ == name]
        if exact:
            return exact[-1]  # the last: a cell of a notebook may have been run again
        if home is not None:
            named = [kind for kind in named if home != _LIBRARY != _home(kind)]
        homes = list(dict.fromkeys(f"{_home(kind)}.{kind.__qualname__}" for kind in named))
        if len(homes) == 1:
            return named[-1]
        told = f"holds a {one_line(name)}"
        if homes:
            raise ValueError(f"{told}, which may be any of {', '.join(map(one_line, homes[:3]))}; rename all but one")
        where = f" of the module {one_line(home)}" if home is not None else ""
        raise ValueError(f"{told}{where}, which is not known here; import the module that defines it first")


def _home(kind: type) -> str:
    """The module that defines a class; for all of the library's the library, which may move them."""
    return _LIBRARY if kind.__module__.split(".")[0] == _LIBRARY else kind.__module__


def _below(base: type) -> Iterator[type]:
    """The subclasses of a class, each after its base, in the order they were defined."""
    found: dict[type, None] = {base: None}  # in order
    pending = [base]
    for kind in pending:
        subclasses: list[type] = kind.__subclasses__()
        pending += [subclass for subclass in subclasses if subclass not in found]
        found.update(dict.fromkeys(subclasses))
    return iter(found)


def _generator(state: Any, name: str) -> random.Random:
    """A generator in a state that `getstate` returned."""
    if not (isinstance(state, list) and len(state) == 3 and state[0] == _OF_PYTHON_3):
        raise ValueError(f"{name} must be what getstate() of a random.Random returned, got {shown(state)}")
    words, gauss = list_of(f"{name}[1]", state[1]), state[2]
    if len(words) != _WORDS + 1:
        raise ValueError(f"{name}[1] must have {_WORDS + 1} numbers, got {len(words)}")
    for i, word in enumerate(words[:-1]):
        index_of(f"{name}[1][{i}]", word, 2**32)
    index_of(f"{name}[1][{_WORDS}]", words[-1], _WORDS + 1)
    if words[0] < 2**31 and not any(words[1:-1]):  # of the first word only the highest bit counts
        raise ValueError(f"{name}[1] is all zeros: a generator in that state draws nothing but zeros")
    if gauss is not None and type(gauss) is not float:
        raise ValueError(f"{name}[2] must be a number with a point, or null, got {shown(gauss)}")
    made = random.Random()
    made.setstate((_OF_PYTHON_3, tuple(words), gauss))
    return made
