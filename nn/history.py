"""What a training reports: the losses and metrics of each epoch, as numbers and as a picture."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class History:
    """What training reports, one entry per epoch.

    Attributes:
        loss: the mean loss of the examples, each as it was when its batch was trained on, penalty included; weighted,
            where they have weights.
        metrics: the same for every metric, by name.
        validation_loss: the mean loss of the validation examples after each epoch, without penalty; empty without
            validation.
        validation_metrics: the metrics of their predictions, by name.
    """

    loss: list[float] = field(default_factory=list)
    metrics: dict[str, list[float]] = field(default_factory=dict)
    validation_loss: list[float] = field(default_factory=list)
    validation_metrics: dict[str, list[float]] = field(default_factory=dict)

    def plot(self) -> Any:
        """Draw the curves over the epochs with matplotlib, metrics against an axis on the right.

        Returns:
            The matplotlib Axes of the loss; `history.plot().figure.savefig("loss.png")` saves the picture.

        Raises:
            ImportError: without matplotlib.
            ValueError: if there is nothing to draw.
        """
        if not self.loss:
            raise ValueError("History.plot: there are no epochs to draw")
        try:
            from matplotlib import pyplot
        except ImportError:
            raise ImportError("History.plot needs matplotlib; pip install matplotlib") from None
        _, axes = pyplot.subplots(layout="constrained")
        lines = axes.plot(_epochs(self.loss), self.loss, color="C0", marker=".", label="loss")
        if self.validation_loss:
            label, found = "validation loss", self.validation_loss
            lines += axes.plot(_epochs(found), found, color="C0", marker=".", alpha=0.5, label=label)
        axes.set_xlabel("epoch")
        axes.set_ylabel("loss")
        if self.metrics:
            right = axes.twinx()
            right.set_ylabel(", ".join(self.metrics))
            for i, (name, numbers) in enumerate(self.metrics.items(), start=1):
                style: dict[str, Any] = {"color": f"C{i}", "linestyle": "--", "marker": "."}
                lines += right.plot(_epochs(numbers), numbers, label=name, **style)
                if validated := self.validation_metrics.get(name):
                    lines += right.plot(_epochs(validated), validated, label=f"validation {name}", alpha=0.5, **style)
        if len(lines) > 1:
            axes.legend(handles=lines, loc="center right")
        return axes


def _epochs(numbers: list[float]) -> range:
    return range(1, len(numbers) + 1)
