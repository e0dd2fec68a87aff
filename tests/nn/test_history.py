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


def test_without_matplotlib_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"History.plot needs matplotlib; pip install matplotlib$"):
        History(loss=[1.0]).plot()


def test_plotting_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no epochs to draw"):
        History().plot()
