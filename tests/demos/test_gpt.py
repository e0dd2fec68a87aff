"""The transformer of the demo against the benchmarks' own writing of it, its Adam against `nn`'s."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from autograd import Value, value_and_grad
from benchmarks import transformer
from demos import __main__ as command_line
from demos import gpt, gpt_network
from demos.handwriting import DataError
from demos.report import Verdict
from nn import Adam
from support.effort import long_on_the_sources

np = pytest.importorskip("numpy", reason="NumPy is not installed")
gpt_training = pytest.importorskip("demos.gpt_training")

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORD = [26, 18, 0, 13, 5, 17, 8, 2, 10, 26]


def test_loss_and_gradient_are_those_of_micrograd_s_way_to_write_it() -> None:
    _, parameters = gpt_training.initial(27)
    names = {"letters": "tokens"}
    weights = {
        name: [[Value(float(w)) for w in row] for row in parameters[names.get(name, name)]]
        for name in transformer.initial_weights(float)
    }
    expected = transformer.mean_loss(weights, WORD)
    expected.backward()
    loss, gradient = value_and_grad(gpt_training.jit(gpt_network.loss))(parameters, WORD)
    assert loss == pytest.approx(expected.data, rel=1e-12)
    for name, rows in weights.items():
        by_hand = [[w.grad for w in row] for row in rows]
        np.testing.assert_allclose(gradient[names.get(name, name)], by_hand, rtol=1e-9, atol=1e-14)


def test_the_size_is_microgpt_s_and_the_parts_share_the_memory_of_the_whole() -> None:
    weights, parameters = gpt_training.initial(27)
    assert weights.size == sum(part.size for part in parameters.values()) == 4_192
    weights[:] = 0.0
    assert not any(part.any() for part in parameters.values())


def test_adam_is_nn_s_with_a_learning_rate_that_falls_to_nothing() -> None:
    weights = np.array([1.0, -2.0, 0.5])
    variables = [Value(w) for w in weights.tolist()]
    ours = gpt_training.adam(weights, 4)
    theirs = Adam(variables, lambda step: 0.01 * (1.0 - step / 4), betas=(0.85, 0.99), epsilon=1e-8)
    for gradient in ([0.1, 0.2, -3.0], [0.0, 1.0, -3.0], [1.0, 1.0, 1.0], [-1.0, 0.5, 2.0]):
        ours(np.array(gradient))
        for variable, number in zip(variables, gradient, strict=True):
            variable.grad = number
        theirs.step()
    assert weights.tolist() == pytest.approx([variable.data for variable in variables], rel=1e-13)


def test_a_word_longer_than_the_context_is_cut() -> None:
    assert gpt_training.encoded("ab", LETTERS) == [26, 0, 1, 26]
    assert gpt_training.encoded("z" * 40, LETTERS) == [26] + [25] * 16


def test_words_are_the_lines_of_a_file_and_letters_what_occurs_in_them(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("\ufeff가나\n\n  나다 \r\n", encoding="utf-8")
    assert gpt_training.read_words(str(path)) == ("words.txt", ["가나", "나다"])


@long_on_the_sources
def test_three_updates_with_words_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("가나\n나다\n", encoding="utf-8")
    done = gpt_training.trained(str(path), 3)
    assert done.letters == "가나다"
    assert len(done.losses) == len(done.tenths) == 3
    assert len(done.samples) == gpt_training.SAMPLES
    assert all(set(word) <= set("가나다") and len(word) <= gpt_network.CONTEXT for word in done.samples)


def test_what_is_no_file_or_too_long_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    for make, says in (
        (os.mkfifo, "is a pipe"),
        (Path.mkdir, "is a folder"),
        (_long, "has 2,097,153 bytes, more than"),
    ):
        make(path)
        with pytest.raises(DataError, match=rf"words\.txt {says}"):
            gpt_training.read_words(str(path))
        path.rename(tmp_path / says)


def _long(path: Path) -> None:
    path.write_bytes(b"a" * (2**21 + 1))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"\n \n", "found only empty lines"),
        (b"ab\n\xff\xfe", "UTF-8, found a byte that is none at 3"),
        (b"ab\nc\x1b[31md", r"found the control character '\\x1b'"),
        ("ab\nc\u202ed".encode(), r"found the control character '\\u202e'"),
        ("".join(map(chr, range(0x4E00, 0x5E01))).encode(), "no more than 4,096 different letters, found 4,097"),
    ],
)
def test_a_file_without_words_is_named(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "words.txt"
    path.write_bytes(content)
    with pytest.raises(DataError, match=rf"words\.txt: .*{says}"):
        gpt_training.read_words(str(path))


def test_without_the_file_the_command_ends_with_one_line_and_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command_line.main(["gpt", "--data", "absent.txt", "--updates", "1"])
    assert ended.value.code == 2
    shown = capsys.readouterr().err
    assert "absent.txt" in shown
    assert shown.count("\n") == 1


@long_on_the_sources
def test_forty_updates_already_beat_guessing() -> None:
    training, words = gpt.report(None, 40)
    assert "4,192 parameters" in training.text[0]
    assert len(training.text) == 11
    assert training.rows == []
    tenths = gpt_training.trained(None, 40).tenths
    assert tenths[0] == pytest.approx(math.log(27), abs=0.2)
    assert tenths[-1] < 3.0
    assert words.text[0].count(",") == gpt_training.SAMPLES - 1


@long_on_the_sources
def test_the_whole_training_is_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpt, "UPDATES", 40)
    for saved, verdict in ((0.2, Verdict.AGREES), (3.0, Verdict.WRONG)):
        monkeypatch.setattr(gpt, "SAVED", saved)
        assert [row.verdict for row in gpt.report(None, 40)[0].rows] == [verdict]


@long_on_the_sources
def test_the_picture(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    (path,) = gpt.plots(tmp_path, None, 40)
    assert path.read_bytes().startswith(b"\x89PNG")
    gpt.plots(tmp_path, None, 3)  # fewer than the mean is taken of


def test_output_is_a_weighted_mean_of_the_values() -> None:
    weights = [math.exp(0.5), math.exp(-1.0)]
    assert gpt.output().data == pytest.approx((2 * weights[0] + 3 * weights[1]) / sum(weights), rel=1e-14)
