"""Whether the installation is whole and nobody else's: there are other packages called `autograd`, `nn` and `demos`.

pip unpacks a distribution over what is there, and later takes away whatever it unpacked: of two that share a folder,
as HIPS autograd and this project do, neither stays whole. What was installed stands in the RECORD that pip keeps.
Sources in a clone have none; of them only the neighbours are looked at.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from importlib.util import find_spec

_OURS = "scalar-autograd"
_RECORD = ("scalar_autograd-", ".dist-info")
_NEEDS: dict[str, Sequence[str]] = {"autograd": (), "nn": ("autograd",), "demos": ("autograd", "nn")}
_MARK = b"installation.check("  # stands in the __init__.py of each of the three
_NOT_RUN = (".pyi", "py.typed", ".pyc")

Record = dict[str, set[str]]
"""The names in every folder, by the folder's path, as pip has written them down."""


def check(package: str, path: Sequence[str]) -> None:
    """Raise unless a package is whole, alone in its folder, and the packages it needs are those installed with it.

    Args:
        package: `autograd`, `nn` or `demos`, which calls this before it imports anything else.
        path: its `__path__`.

    Raises:
        ImportError: if another distribution of the same name is in its way, or files of its own are gone; with what to
            do about it.
    """
    home = os.path.dirname(os.path.abspath(path[0]))
    record = _record(home)
    for needed in _NEEDS[package]:
        _check_neighbour(package, needed, home, record)
    strangers = _strangers(package, home, record)
    if strangers:
        raise ImportError(f"{package}: {_mixed(package, home, strangers)}")
    gone = _gone(package, home, record)
    if gone:
        raise ImportError(f"{package}: {home} has lost {_few(gone)}; {_again([])}")


@cache
def _record(home: str) -> Record:
    """What was installed into a folder of packages; empty if that isn't known."""
    record: Record = {}
    try:
        found = [name for name in os.listdir(home) if name.startswith(_RECORD[0]) and name.endswith(_RECORD[1])]
        if len(found) != 1:  # a clone; or an update that broke off: which of two holds?
            return {}
        with open(os.path.join(home, found[0], "RECORD"), encoding="utf-8") as file:
            paths = [line.partition(",")[0] for line in file]
    except (OSError, ValueError):  # packages in an archive, a distribution without RECORD, one that isn't text
        return {}
    for path in paths:
        folder, _, name = path.rpartition("/")
        if folder.partition("/")[0] not in (*_NEEDS, ""):
            continue
        record.setdefault(folder, set()).add(name)
        while folder:  # each folder is in the one above
            folder, _, name = folder.rpartition("/")
            record.setdefault(folder, set()).add(name)
    return record


def _check_neighbour(package: str, needed: str, home: str, record: Record) -> None:
    """Raise unless `import needed` finds what lies beside the package, and that is ours."""
    try:
        spec = find_spec(needed)
    except ValueError:  # made by hand
        spec = None
    ours = os.path.join(home, needed, "__init__.py")
    found = spec.origin if spec else None
    if found is None or not os.path.exists(found):
        if os.path.isdir(home) and not os.path.exists(ours):
            known = _again([]) if record else "restore it"
            raise ImportError(f"{package}: {ours} is gone, as after uninstalling another of that name; {known}")
    elif os.path.realpath(os.path.dirname(found)) != os.path.realpath(os.path.dirname(ours)):
        raise ImportError(f"{package}: {_elsewhere(needed, found, home)}")
    elif found.endswith(".py"):
        with open(found, "rb") as file:
            if _MARK not in file.read():
                raise ImportError(f"{package}: {_mixed(needed, home, ['__init__.py'])}")


def _strangers(package: str, home: str, record: Record) -> list[str]:
    """The modules in the folder of a package that were not installed with it."""
    folder = os.path.join(home, package)
    if package not in record:
        return []
    return sorted(name for name in set(os.listdir(folder)) - record[package] if _is_module(os.path.join(folder, name)))


def _is_module(path: str) -> bool:
    """Whether it is a module or a package; a folder of leftovers, of `__pycache__` say, is neither."""
    if os.path.isdir(path):
        return any(name.endswith(".py") for name in os.listdir(path))
    return path.endswith((".py", *EXTENSION_SUFFIXES))


def _gone(package: str, home: str, record: Record) -> list[str]:
    """What was installed of a package, is read when it runs, and isn't there any more."""
    gone: list[str] = []
    for folder, names in record.items():
        if folder.split("/")[0] == package and "__pycache__" not in folder:
            try:
                there = set(os.listdir(os.path.join(home, folder)))
            except OSError:
                continue  # the folder is gone, of which the one above tells
            lost = (name for name in names - there if not name.endswith(_NOT_RUN) and name != "__pycache__")
            gone += [f"{folder}/{name}" for name in lost if f"{name}c" not in there]  # compiled, the source left out
    if package == "autograd":  # the compiled modules share one file, which lies beside the package
        shared = (name for name in record.get("", ()) if name.startswith("autograd__mypyc"))
        gone += [name for name in shared if not os.path.exists(os.path.join(home, name))]
    return sorted(gone)


def _mixed(package: str, home: str, names: Sequence[str]) -> str:
    """What is to be said of files in a package's folder that aren't its own."""
    folder = os.path.join(home, package)
    owners = _owners(home, [f"{package}/{name}" for name in names])
    if owners:
        whose = " and ".join(f"{name} {version}" for name, version in owners.items())
        return (
            f"another distribution, {whose}, has unpacked {_few(names)} into {folder}; {_again(list(owners))}; "
            "each needs an environment of its own"
        )
    if names == ["__init__.py"]:
        return f"{os.path.join(folder, names[0])} is not the one that was installed; {_again([])}"
    return f"{folder} holds {_few(names)}, which nothing installed there; move it elsewhere"


def _elsewhere(package: str, found: str, home: str) -> str:
    """What is to be said where Python finds another package of that name first."""
    above = os.path.dirname(found)
    if os.path.basename(found).startswith("__init__."):
        above = os.path.dirname(above)
    owners = _owners(above, [os.path.relpath(found, above).replace(os.sep, "/")])
    remedy = f"python -m pip uninstall -y {' '.join(owners)}" if owners else "rename that, or run it from elsewhere"
    return f"`import {package}` finds {found}, not the one in {home}; {remedy}"


def _owners(home: str, paths: Iterable[str]) -> dict[str, str]:
    """The other distributions that have installed some of these files, with their versions."""
    from importlib.metadata import distributions  # slow to load, and here something is wrong anyway

    wanted = set(paths)
    wanted |= {f"{path}/" for path in paths}
    owners: dict[str, str] = {}
    for distribution in distributions(path=[home]):
        name = distribution.name
        if name != _OURS and any(
            file.as_posix() in wanted or any(f"{above.as_posix()}/" in wanted for above in file.parents)
            for file in distribution.files or ()
        ):
            owners[name] = distribution.version
    return owners


def _again(others: Sequence[str]) -> str:
    """How the installation is made anew."""
    names = " ".join([*others, _OURS])
    return f"python -m pip uninstall -y {names}, then install it again: python -m pip install . in its clone"


def _few(names: Sequence[str]) -> str:
    """Some of many names."""
    more = f" and {len(names) - 3} more" if len(names) > 4 else ""
    return ", ".join(names[:3] if more else names) + more
