"""Which of the running functions are the user's, and the text of their source."""

from __future__ import annotations

import ast
import linecache
from types import CodeType, FrameType
from typing import Any, NamedTuple

_OWN_PACKAGES = ("autograd", "nn")  # their frames are not the user's
_PACKAGE_OF: dict[str, str] = {}


def package_of(frame: FrameType) -> str:
    """The package that a running function belongs to."""
    file = frame.f_code.co_filename
    if file not in _PACKAGE_OF:
        _PACKAGE_OF[file] = str(frame.f_globals.get("__name__", "")).partition(".")[0]
    return _PACKAGE_OF[file]


def is_own(frame: FrameType) -> bool:
    """Whether a frame is of this project rather than of the user's."""
    return package_of(frame) in _OWN_PACKAGES


def users_frame(frame: FrameType) -> FrameType:
    """The first frame that is the user's, from this one outwards; the outermost if none is."""
    while frame.f_back is not None and is_own(frame):
        frame = frame.f_back
    return frame


class Text(NamedTuple):
    """Some lines of a file.

    Attributes:
        first: the number of the first of them.
        lines: as they stand there.
    """

    first: int
    lines: list[str]


def source_of(code: CodeType, module: dict[str, Any]) -> Text | None:
    """The source of a function; of a lambda or a comprehension the statement it stands in. None where there is none.

    Args:
        code: the function's.
        module: the globals it was defined with.

    >>> source_of(compile("lambda: 1", "<string>", "eval"), {}) is None
    True
    """
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename, module)
    try:
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found: Text | None = None
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            first = min([node.lineno, *(x.lineno for x in getattr(node, "decorator_list", []))])
            last = node.end_lineno or first
            if _is_of(code, node, first, last) and (found is None or last - first < len(found.lines)):
                found = Text(first, [line.rstrip("\n") for line in lines[first - 1 : last]])
    return found


def _is_of(code: CodeType, node: ast.stmt, first: int, last: int) -> bool:
    """Whether a statement is where code was written, as far as one can tell: the file may have changed since."""
    if not code.co_name.startswith("<"):
        is_function = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        return is_function and getattr(node, "name", "") == code.co_name and first == code.co_firstlineno
    kinds = (ast.Lambda, ast.GeneratorExp, ast.ListComp, ast.SetComp, ast.DictComp)
    return first <= code.co_firstlineno <= last and any(
        isinstance(x, kinds) and x.lineno == code.co_firstlineno for x in ast.walk(node)
    )
