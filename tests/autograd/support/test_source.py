"""Whose frame is running, and the text of a function: against `inspect`, which finds it in another way."""

from __future__ import annotations

import inspect
import sys
import textwrap
from typing import Any

import pytest

import autograd
from autograd import Value
from autograd.engine.recording import watched
from autograd.support.source import is_own, package_of, source_of, users_frame


def decorated(f: Any) -> Any:
    return f


@decorated
def plain(x: Any) -> Any:
    """Has a string.

    with lines in it
    """
    return [x for _ in range(3)]


class Model:
    def method(self, x: Any) -> Any:
        def inner(y: Any) -> Any:
            return y * 2.0

        return inner(x)


@pytest.mark.parametrize("f", [plain, Model.method, inspect.getsource, textwrap.dedent], ids=lambda f: f.__name__)
def test_the_text_of_a_function_is_that_of_inspect(f: Any) -> None:
    lines, first = inspect.getsourcelines(f)
    text = source_of(f.__code__, f.__globals__)
    assert text is not None
    assert (text.first, text.lines) == (first, [line.rstrip("\n") for line in lines])


def test_a_lambda_has_its_statement_and_a_comprehension_the_one_it_stands_in() -> None:
    f = lambda x: [  # noqa: E731 - a statement of several lines
        x * 2.0 for _ in range(2)
    ]
    text = source_of(f.__code__, globals())
    assert text is not None
    assert text.lines[0].lstrip().startswith("f = lambda x: [")
    assert text.lines[-1].strip() == "]"


def test_what_was_never_in_a_file_has_none() -> None:
    module: dict[str, Any] = {}
    exec("def f(x): return x", module)
    assert source_of(module["f"].__code__, module) is None


def test_the_users_frame_is_the_one_below_all_of_ours() -> None:
    found = []

    class Watcher:
        def operation_done(self, primitive: Any, operands: Any, result: Any) -> None:
            found.append(users_frame(sys._getframe()))

        def sweep_starts(self, order: Any, seeds: Any) -> None: ...

    with watched(Watcher()):
        autograd.softmax([Value(1.0), Value(2.0)])
    assert found
    for frame in found:
        assert not is_own(frame)
        assert package_of(frame) not in ("autograd", "nn")
