"""What PyTorch says: where it is installed it is asked and the file is checked, elsewhere the file answers."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from support import pytorch
from support.pytorch import FILE, ask, kept

LONG = "a question about many numbers: " + ", ".join(map(str, range(1000)))


@pytest.fixture
def answers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A file written while a PyTorch was there; returns what says which PyTorch is installed afterwards."""

    def install(torch: Any) -> None:
        monkeypatch.setattr(pytorch, "installed", lambda: torch)

    install(SimpleNamespace(__version__="1.0", tangent=math.tan))
    monkeypatch.setattr(pytorch, "recording", None)
    monkeypatch.setattr(pytorch, "FILE", tmp_path / "answers.jsonl")
    pytorch.write({"short": tangents(math.tan), LONG: [-0.0, math.inf, math.nan, 1.0, 0.1, [2.0, 10.0]]})
    return install


def tangents(tangent: Any) -> list[Any]:
    return [tangent(0.5), [tangent(1.0), tangent(1e300)]]


def test_where_it_is_not_installed_the_file_answers(answers: Any) -> None:
    answers(None)
    assert ask("short", lambda torch: None) == tangents(math.tan)
    assert repr(ask(LONG, lambda torch: None)) == "[-0.0, inf, nan, 1.0, 0.1, [2.0, 10.0]]"
    with pytest.raises(pytest.skip.Exception, match=r"does not say another.*python tests/support/pytorch\.py"):
        ask("another", lambda torch: None)


def test_where_it_is_installed_it_is_asked_and_the_file_is_checked(answers: Any) -> None:
    assert ask("short", lambda torch: tangents(torch.tangent)) == tangents(math.tan)
    answers(SimpleNamespace(__version__="2.0", tangent=lambda x: math.tan(x) * (1.0 + 1e-12)))
    assert ask("short", lambda torch: tangents(torch.tangent)) != tangents(math.tan)  # another processor
    answers(SimpleNamespace(__version__="2.0", tangent=lambda x: math.tan(x) + 1e-6))
    with pytest.raises(pytest.fail.Exception, match=r"short: PyTorch 2\.0 says .* by PyTorch 1\.0 .* write it anew"):
        ask("short", lambda torch: tangents(torch.tangent))
    with pytest.raises(pytest.fail.Exception, match=r"PyTorch 2\.0 says \[1\.0\], "):
        ask("short", lambda torch: [1.0])
    with pytest.raises(pytest.fail.Exception, match="does not say another"):
        ask("another", lambda torch: [1.0])


def test_some_questions_are_added_to_what_the_file_says(answers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def main(arguments: list[str]) -> int:
        assert arguments[-2:] == ["-k", "sinus or cosine"]
        assert ask("more", lambda torch: [2.0]) == [2.0]
        return 0

    monkeypatch.setattr(pytest, "main", main)
    pytorch.record("sinus or cosine")
    kept.cache_clear()
    assert set(kept(pytorch.FILE)[1]) == {"short", "more", pytorch._key(LONG)}
    answers(SimpleNamespace(__version__="2.0"))
    with pytest.raises(SystemExit, match=r"by PyTorch 1\.0: have that one say something more"):
        pytorch.record("sinus or cosine")
    monkeypatch.setattr(pytorch, "recording", None)


def test_two_questions_of_one_text_are_told(answers: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pytorch, "recording", {})
    assert ask("q", lambda torch: [1.0]) == [1.0]
    assert ask("q", lambda torch: [1.0]) == [1.0]
    with pytest.raises(pytest.fail.Exception, match="two questions with different answers have one text: q"):
        ask("q", lambda torch: [2.0])


def test_the_file_is_small_and_says_whose_numbers_these_are() -> None:
    version, answers = kept(FILE)
    assert version[0].isdigit()
    assert len(answers) > 800
    assert FILE.stat().st_size < 1_000_000
