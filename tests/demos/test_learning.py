"""Document 003: its tables can fail, its helpers against numbers worked by hand. The rows run in test_documents."""

from __future__ import annotations

import gzip
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from autograd import exp, sigmoid
from demos import learning, learning_descent, learning_directions, learning_network, learning_plots
from demos.handwriting import handwriting, mnist
from demos.learning import OneHot
from demos.learning_differences import DifferenceErrors
from demos.report import Verdict
from support.effort import long_on_the_sources

ROOT = Path(__file__).parents[2]


def verdicts(sections) -> set[Verdict]:
    return {row.verdict for section in sections for row in section.rows}


def test_a_wrong_row_of_the_table_of_primitives_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    assert verdicts(learning.regression_sections()) == {Verdict.AGREES}
    monkeypatch.setattr(exp, "partials", lambda a, y: (1.001 * y,))
    assert Verdict.WRONG in verdicts(learning.regression_sections())


def test_one_hot_rows_are_compared() -> None:
    assert OneHot(3, "0001000000").verdict is Verdict.AGREES
    assert OneHot(3, "0000100000").verdict is Verdict.WRONG


@pytest.mark.parametrize(("h", "forward", "central"), [(0.1, 0.31, 0.01), (0.5, 1.75, 0.25), (1e-9, 2e-7, -5e-7)])
def test_difference_errors_allow_rounding_and_nothing_more(h: float, forward: float, central: float) -> None:
    assert DifferenceErrors(h, forward, central).verdict is Verdict.AGREES
    assert DifferenceErrors(h, forward + 2e-15 / h, central).verdict is Verdict.WRONG
    assert DifferenceErrors(h, forward, central - 2e-15 / h).verdict is Verdict.WRONG


def test_the_directional_derivative_is_the_slope_of_the_surface_along_the_line() -> None:
    # f(2 + 0.6t, 0.75 + 0.8t) = (2 + 0.6t)²(0.75 + 0.8t), whose slope at 0 is 2·2·0.6·0.75 + 4·0.8
    assert learning_directions.directional_derivative(math.degrees(math.atan2(0.8, 0.6))) == pytest.approx(
        5.0, rel=1e-14
    )
    assert learning_directions.directional_derivative(0.0) == 3.0
    assert learning_directions.directional_derivative(90.0) == pytest.approx(4.0, rel=1e-14)


def test_descent_follows_minus_the_gradient() -> None:
    path = learning_descent.descend(lambda x0, x1: 3.0 * x0 - x1, (1.0, 1.0), rate=0.5, steps=2)
    assert path == [(1.0, 1.0), (-0.5, 1.5), (-2.0, 2.0)]


def test_the_valleys_have_the_stationary_points_the_docstring_names() -> None:
    for point in ((-2.0, 0.0), (0.0, 0.0), (1.0, 0.0)):
        assert learning_descent.gradient(learning_descent.valleys, point) == (0.0, 0.0)
    assert learning_descent.gradient(learning_descent.valleys, (2.0, 3.0)) == (8.0, 6.0)


def test_an_enlarged_picture_repeats_pixels() -> None:
    large = learning_network._enlarged([0.0, 0.25, 0.5, 0.75])
    rows = [large[28 * i : 28 * i + 28] for i in range(28)]
    assert rows[0] == rows[13] == [0.0] * 14 + [0.25] * 14
    assert rows[14] == rows[27] == [0.5] * 14 + [0.75] * 14


def test_the_costs_hold_the_two_gradients_against_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning_network, "SAMPLE", 2)
    image = [(i * 37 % 101) / 100.0 for i in range(64)]
    whole, part = learning_network.cost_sections(image, 7)
    assert verdicts([whole, part]) == {Verdict.AGREES}
    assert "760 parameters" in whole.text[0]
    assert "39,760 parameters" in part.text[0]
    assert "extrapolated, not measured" in part.text[0]
    rule = sigmoid.partials
    monkeypatch.setattr(sigmoid, "partials", lambda a, y: (1.001 * rule(a, y)[0],))
    assert verdicts(learning_network.cost_sections(image, 7)) == {Verdict.WRONG}


def digits_as_idx(folder: Path) -> None:
    """Forty pictures of 8×8 pixels in IDX files: digit k is k + 1 columns of ink."""
    labels = bytes(i % 10 for i in range(40))
    pixels = b"".join(bytes(255 if column <= label else 0 for column in range(8)) * 8 for label in labels)
    (folder / "t10k-images-idx3-ubyte").write_bytes(
        b"\0\0\x08\x03" + bytes([0, 0, 0, 40, 0, 0, 0, 8, 0, 0, 0, 8]) + pixels
    )
    (folder / "t10k-labels-idx1-ubyte.gz").write_bytes(gzip.compress(b"\0\0\x08\x01\0\0\0\x28" + labels))


def test_training_says_what_it_trains_on_and_learns(tmp_path: Path) -> None:
    digits_as_idx(tmp_path)
    training = learning_network.train(mnist(tmp_path, 30, 10))
    section = learning_network.training_section(training)
    assert "MNIST's test files, 8×8 pixels: 64-50-10" in section.text[0]
    assert "30 pictures, 2 per step, epochs: 4" in section.text[0]
    assert training.history.loss[-1] < training.loss_before


@long_on_the_sources
@pytest.mark.skipif("MNIST_DIR" not in os.environ, reason="MNIST_DIR names no folder with the IDX files")
def test_training_on_real_mnist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(learning_network.EFFORTS, 28, learning_network.Effort(150, 1, 1, 0.3))
    training = learning_network.train(handwriting(150, 60))
    section = learning_network.training_section(training)
    assert "28×28 pixels: 784-50-10" in section.text[0]
    assert verdicts([section]) == {Verdict.AGREES}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\0\0\x08\x03\0\0\0\2", "expected a header of 16 bytes, found 8; the file is truncated"),
        (b"not an IDX file", "expected an IDX file"),
        (None, "expected t10k-images-idx3-ubyte"),
    ],
)
def test_a_bad_file_ends_the_command_with_one_line_and_2(tmp_path: Path, content: bytes | None, says: str) -> None:
    digits_as_idx(tmp_path)
    file = tmp_path / "t10k-images-idx3-ubyte"
    file.unlink() if content is None else file.write_bytes(content)
    if content is None:
        (tmp_path / "t10k-images.zip").touch()
    ended = subprocess.run(
        [sys.executable, "-m", "demos", "learning"],
        cwd=ROOT,
        env={**os.environ, "MNIST_DIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1
    assert says in ended.stderr


def test_the_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    digits_as_idx(tmp_path)
    training = learning_network.train(mnist(tmp_path, 30, 10))
    monkeypatch.setattr(learning_plots, "trained", lambda: training)
    paths = learning.plots(tmp_path)
    assert len(paths) == 5
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
