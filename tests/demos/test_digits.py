"""The digits demo, with less training than it does by itself."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest

from demos import __main__ as command_line
from demos import digits
from demos.report import Verdict
from support.effort import long_on_the_sources


@pytest.fixture(scope="module")
def short() -> None:
    pytest.importorskip("sklearn", reason="scikit-learn is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digits, "EPOCHS", 3)
        patch.setattr(digits, "HIDDEN", 16)
        digits.trained.cache_clear()
        yield
    digits.trained.cache_clear()


@long_on_the_sources
@pytest.mark.usefixtures("short")
def test_three_epochs_already_read_nine_of_ten() -> None:
    training, test = digits.report()
    assert len(training.text) == 4
    (row,) = test.rows
    assert row.engine > 0.9
    assert row.verdict is (Verdict.AGREES if row.engine >= 0.94 else Verdict.WRONG)


@long_on_the_sources
@pytest.mark.usefixtures("short")
def test_what_is_misread_is_what_accuracy_leaves() -> None:
    reading = digits.trained()
    _, test = digits.report()
    assert len(reading.misread) == round((1.0 - test.rows[0].engine) * digits.TEST) > 0
    for i in reading.misread:
        probabilities = reading.probabilities[i]
        assert probabilities[reading.data.test_labels[i]] < max(probabilities)
        assert sum(probabilities) == pytest.approx(1.0)


@long_on_the_sources
@pytest.mark.usefixtures("short")
def test_a_tenth_is_validated_on() -> None:
    reading = digits.trained()
    history = reading.history
    assert len(history.validation_loss) == len(history.loss) == 3
    assert history.validation_loss[reading.best_epoch - 1] == min(history.validation_loss)
    for share in history.validation_metrics["accuracy"]:
        assert share * 144 == pytest.approx(round(share * 144))


@long_on_the_sources
@pytest.mark.usefixtures("short")
def test_no_picture_is_learnt_from_and_tested_on() -> None:
    data = digits.trained().data
    assert len(data.train_images) + len(data.test_images) == 1797
    assert not set(map(tuple, data.train_images)) & set(map(tuple, data.test_images))


@long_on_the_sources
@pytest.mark.usefixtures("short")
def test_the_pictures(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    paths = digits.plots(tmp_path)
    assert [path.name for path in paths] == ["digits_loss.png", "digits_misread.png"]
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)


def test_without_scikit_learn_the_command_ends_with_one_line_and_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    digits.trained.cache_clear()
    with pytest.raises(SystemExit) as ended:
        command_line.main(["digits"])
    shown = capsys.readouterr()
    assert ended.value.code == 2
    assert shown.out == ""
    assert shown.err.count("\n") == 1
    assert "scikit-learn" in shown.err
    assert "pip install" in shown.err


def test_output_is_the_cross_entropy_of_its_scores() -> None:
    scores = [0.75, 1.5, -0.375]
    expected = math.log(sum(map(math.exp, scores))) - 1.5
    assert digits.output().data == pytest.approx(expected, rel=1e-14)
