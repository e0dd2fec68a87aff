"""What a training reports, as a picture."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nn import History


def test_it_plots_itself(tmp_path: Path) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    axes = History(loss=[3.0, 2.0, 1.5], metrics={"accuracy": [0.2, 0.6, 0.9]}).plot()
    assert list(axes.lines[0].get_ydata()) == [3.0, 2.0, 1.5]
    assert list(axes.lines[0].get_xdata()) == [1, 2, 3]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["loss", "accuracy"]
    right = next(other for other in axes.figure.axes if other is not axes)
    assert list(right.lines[0].get_ydata()) == [0.2, 0.6, 0.9]
    axes.figure.savefig(tmp_path / "loss.png")
    matplotlib.pyplot.close(axes.figure)


@pytest.mark.parametrize("metrics", [{}, {"accuracy": [0.2, 0.6], "f1": [0.1, 0.5]}])
@pytest.mark.parametrize("validated", [False, True])
def test_it_draws_what_it_has_each_curve_with_its_name(metrics: dict[str, list[float]], validated: bool) -> None:
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    expected = {"loss": [3.0, 2.0], **metrics}
    history = History(loss=[3.0, 2.0], metrics=metrics)
    if validated:
        history.validation_loss = [4.0, 3.5]
        history.validation_metrics = {name: [0.0, 0.25] for name in metrics}
        expected |= {"validation loss": [4.0, 3.5], **{f"validation {name}": [0.0, 0.25] for name in metrics}}
    axes = history.plot()
    lines = [line for each in axes.figure.axes for line in each.lines]
    assert {line.get_label(): list(line.get_ydata()) for line in lines} == expected
    assert all(list(line.get_xdata()) == [1, 2] for line in lines)
    legend = [] if axes.get_legend() is None else [text.get_text() for text in axes.get_legend().get_texts()]
    assert sorted(legend) == (sorted(expected) if len(expected) > 1 else [])
    matplotlib.pyplot.close(axes.figure)


def test_without_matplotlib_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"History.plot needs matplotlib; pip install matplotlib$"):
        History(loss=[1.0]).plot()


def test_plotting_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no epochs to draw"):
        History().plot()
