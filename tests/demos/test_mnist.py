"""The demo of MNIST against the same training in NumPy's matrices, on tiny files; on the real ones where they are."""

from __future__ import annotations

import math
import os
from pathlib import Path

import pytest

from demos import __main__ as command_line
from demos import handwriting, mnist
from demos.report import Verdict
from support.idx import write_part

np = pytest.importorskip("numpy", reason="NumPy is not installed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_part(tmp_path, "train", [*range(10)] * 3, width=3)
    write_part(tmp_path, "t10k", [4, 1, 4], width=3)
    return tmp_path


def trained_by_matrices(inputs, targets, parameters, updates):
    """The same updates, as the matrix products they are; returns the loss of each, and the parameters."""
    w1, b1, w2, b2 = (parameters[name].copy() for name in ("W1", "b1", "W2", "b2"))
    losses = []
    for _, chosen in zip(range(updates), mnist.batches(len(inputs)), strict=False):
        x, t = inputs[chosen], targets[chosen]
        h = 1 / (1 + np.exp(-(x @ w1.T + b1)))
        powers = np.exp(h @ w2.T + b2)
        y = powers / powers.sum(axis=1, keepdims=True)
        losses.append(-(t * np.log(y)).sum() / len(x))
        delta2 = (y - t) / len(x)
        delta1 = delta2 @ w2 * h * (1 - h)
        w2, b2 = w2 - 0.1 * delta2.T @ h, b2 - 0.1 * delta2.sum(axis=0)
        w1, b1 = w1 - 0.1 * delta1.T @ x, b1 - 0.1 * delta1.sum(axis=0)
    return losses, {"W1": w1, "b1": b1, "W2": w2, "b2": b2}


def test_updates_are_those_of_matrices(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist, "BATCH", 7)  # four batches of thirty pictures, two left over
    done = mnist.trained(str(folder), 6)
    data = handwriting.mnist(folder, 60_000, 10_000)
    inputs, targets = np.array(data.train_images), np.eye(10)[data.train_labels]
    losses, parameters = trained_by_matrices(inputs, targets, mnist.initial((9, 50, 10)), 6)
    assert done.losses.tolist() == pytest.approx(losses, rel=1e-12)
    for name, numbers in parameters.items():
        np.testing.assert_allclose(done.parameters[name], numbers, rtol=1e-10, atol=1e-13)
    hidden = 1 / (1 + np.exp(-(np.array(data.test_images) @ parameters["W1"].T + parameters["b1"])))
    assert done.guesses == np.argmax(hidden @ parameters["W2"].T + parameters["b2"], axis=1).tolist()


def test_every_epoch_looks_at_every_picture_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mnist, "BATCH", 5)
    stream = mnist.batches(20)
    first, second = ([number for _ in range(4) for number in next(stream)] for _ in range(2))
    assert sorted(first) == sorted(second) == list(range(20))
    assert first != second
    assert len(next(mnist.batches(3))) == 3


def test_the_report(folder: Path) -> None:
    training, gradient, test, confusion = mnist.report(str(folder), 3)
    assert "9-50-10, 30 pictures, batches of 100" in training.text[0]
    assert [line[:17] for line in training.text[1:]] == [f"to update      {i}:" for i in (1, 2, 3)]
    assert "1,010 × 3 numerical derivatives would take" in " ".join(gradient.text)
    assert [row.verdict for row in gradient.rows] == [Verdict.AGREES] * 4
    assert test.rows == []
    assert test.text[0].startswith("accuracy on 3 other pictures: ")
    counts = [[int(n) if n != "·" else 0 for n in line.split()[1:]] for line in confusion.text[1:]]
    assert [sum(row) for row in counts] == [0, 1, 0, 0, 2, 0, 0, 0, 0, 0]


def test_a_row_of_the_confusion_matrix_is_a_digit_and_a_column_a_guess() -> None:
    done = mnist.Training("", 0, {}, np.zeros(1), 0.0, [3, 3, 5], [3, 8, 5], [], 0.0)
    assert {(i, j): n for i, row in enumerate(done.confusion) for j, n in enumerate(row) if n} == {
        (3, 3): 1,
        (3, 8): 1,
        (5, 5): 1,
    }
    assert done.accuracy == pytest.approx(2 / 3)


def test_a_bar_is_the_mean_of_its_updates() -> None:
    lines = mnist.curve(np.array([4.0, 2.0] * 20))
    assert len(lines) == 20
    assert lines[0] == f"to update      2: 3.0000 {'█' * 45}"


def test_the_weights_to_begin_with_keep_the_scale() -> None:
    parameters = mnist.initial((784, 50, 10))
    assert sum(numbers.size for numbers in parameters.values()) == 39_760
    assert parameters["W1"].std() == pytest.approx(math.sqrt(2 / 834), rel=0.02)
    assert not parameters["b1"].any()


def test_without_the_files_the_command_ends_with_one_line_and_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MNIST_DIR", raising=False)
    for arguments, says in ((["mnist"], "--data or in MNIST_DIR"), (["mnist", "--data", str(tmp_path)], str(tmp_path))):
        with pytest.raises(SystemExit) as ended:
            command_line.main(arguments)
        shown = capsys.readouterr()
        assert ended.value.code == 2
        assert shown.out == ""
        assert shown.err.count("\n") == 1
        assert says in shown.err


def test_the_pictures(folder: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    paths = mnist.plots(tmp_path, str(folder), 3)
    assert [path.name for path in paths] == ["mnist_loss.png", "mnist_confusion.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


@pytest.mark.skipif("MNIST_DIR" not in os.environ, reason="MNIST_DIR names no folder with the IDX files")
def test_two_hundred_updates_on_the_real_files() -> None:
    done = mnist.trained(None, 200)
    assert done.size == 39_760
    assert len(done.labels) in (2_000, 10_000)
    assert all(sum(row) for row in done.confusion)
    assert done.accuracy > 0.6
    assert done.losses[-20:].mean() < 0.7 * done.losses[:20].mean()


def test_output_is_the_cross_entropy_of_two_scores() -> None:
    hidden = 1 / (1 + math.exp(-(1.5 * 0.8 - 0.5)))
    scores = [-hidden + 0.25, 2 * hidden - 0.25]
    assert mnist.output().data == pytest.approx(math.log(sum(map(math.exp, scores))) - scores[1], rel=1e-14)
