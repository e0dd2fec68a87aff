"""What PyTorch says, for tests that hold us against it: asked where it is installed, read from a file elsewhere.

Where PyTorch is installed, a test fails if the file says something else, or nothing. With PyTorch installed

    PYTHONPATH=. python tests/support/pytorch.py

runs the tests that ask, and writes the file anew: a line for the version of PyTorch, then one for every question. With
words behind it, as of pytest's `-k`, it runs those tests alone, and adds what they ask to what the file says.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
import json
import math
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).resolve().parents[1]
FILE = TESTS / "data" / "pytorch.jsonl"
ANEW = "with PyTorch installed, write it anew: PYTHONPATH=. python tests/support/pytorch.py"

recording: dict[str, Any] | None = None
"""What PyTorch has said, while the file is being written."""


@functools.cache
def installed() -> Any:
    """PyTorch, or None."""
    try:
        return importlib.import_module("torch")
    except ImportError:
        return None


@functools.cache
def kept(file: Path) -> tuple[str, dict[str, Any]]:
    """What a file holds: PyTorch's version, and its answers by question."""
    version, *lines = file.read_text(encoding="utf-8").splitlines()
    return json.loads(version)["torch"], dict(map(_read, lines))


def ask(question: str, answer: Callable[[Any], Any]) -> Any:
    """PyTorch's answer to a question.

    Args:
        question: what is asked, with every number it depends on.
        answer: is handed PyTorch and asks it; returns numbers in nested lists.
    """
    torch, key = installed(), _key(question)
    if torch is not None and recording is not None:
        said = _read(_written(answer(torch)))
        if difference(recording.setdefault(key, said), said):
            pytest.fail(f"two questions with different answers have one text: {key}")
        return said
    version, answers = kept(FILE)
    if torch is None:
        if key not in answers:
            pytest.skip(f"PyTorch is not installed, and {FILE.name} does not say {key}; {ANEW}")
        return answers[key]
    said = _read(_written(answer(torch)))
    if key not in answers:
        pytest.fail(f"{FILE.name} does not say {key}; {ANEW}")
    found = difference(answers[key], said)
    if found:
        pytest.fail(
            f"{key}: PyTorch {torch.__version__} says {found[1]}, {FILE.name} by PyTorch {version} {found[0]}; {ANEW}"
        )
    return said


def difference(then: Any, now: Any) -> tuple[Any, Any] | None:
    """Where two answers first differ by more than processors do: what the one and the other has there."""
    if isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        return next(filter(None, map(difference, then, now)), None)
    if isinstance(then, float) and isinstance(now, float):
        alike = then == now or (math.isnan(then) and math.isnan(now))
        if alike or math.isclose(then, now, rel_tol=1e-9, abs_tol=1e-12):
            return None
    return then, now


def _key(question: str) -> str:
    """A long question is known by its beginning and a hash."""
    if len(question) <= 150:
        return question
    return f"{question[:60]}… {hashlib.sha256(question.encode()).hexdigest()[:16]}"


def _written(thing: Any) -> str:
    """Numbers as JSON, without the ".0" of whole ones."""
    return re.sub(r"(?<=\d)\.0(?=[,\]])", "", json.dumps(thing, separators=(",", ":")))


def _read(text: str) -> Any:
    return json.loads(text, parse_int=float)


def write(answers: dict[str, Any]) -> None:
    """Write the file: what PyTorch, which is installed, has answered, by question."""
    lines = [
        f"[{json.dumps(_key(question), ensure_ascii=False)},{_written(said)}]" for question, said in answers.items()
    ]
    FILE.write_text("\n".join([json.dumps({"torch": installed().__version__}), *lines, ""]), encoding="utf-8")


def record(some: str = "") -> None:
    """Run the tests that ask, or some of them, and write the file."""
    global recording
    if installed() is None:
        sys.exit("PyTorch is not installed: pip install torch")
    version, known = kept(FILE) if some else (installed().__version__, {})
    if version != installed().__version__:
        sys.exit(f"{FILE.name} is by PyTorch {version}: have that one say something more, or this one say everything.")
    asking = [
        path
        for path in sorted(TESTS.rglob("test_*.py"))
        if re.search(r"import ask$|\b(check_torch|torch_at)\b", path.read_text(), re.M)
    ]
    recording = {}
    if pytest.main([*map(str, asking), "-p", "no:cacheprovider", "-k", some]) != 0:
        sys.exit("Nothing is written: tests failed.")
    write(known | recording)


if __name__ == "__main__":
    sys.path[0] = str(TESTS)
    from support import pytorch  # the module that the tests import, which isn't this one

    pytorch.record(" ".join(sys.argv[1:]))
