"""What a model is trained for: numbers, one of two classes, or one of many; it decides what accuracy means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autograd.engine import primitives as p
from nn import losses, regression
from nn.playground.recording import Recorded

_OF_SCORES = (losses.hinge, losses.binary_cross_entropy_with_logits)
_OF_NUMBERS = (regression.mae, regression.huber, regression.gaussian_nll)


def task_of(loss: Any, recorded: Recorded) -> dict[str, Any]:
    """The kind of task, told by the loss, the prediction and the targets.

    `{"kind": "regression" | "binary" | "classes", "threshold", "classes"}`.
    """
    targets = [row[recorded.inputs :] for row in recorded.rows]
    outputs = len(recorded.program.outputs) - 1
    kind, threshold, classes = "regression", None, None
    if loss not in _OF_NUMBERS:
        if outputs > 1 and _are_classes(targets, outputs):
            kind, classes = "classes", outputs
        elif outputs == 1 and all(len(t) == 1 for t in targets):
            met = {t[0] for t in targets}
            if met <= {-1.0, 1.0} and -1.0 in met:
                kind, threshold, classes = "binary", 0.0, 2
            elif met <= {0.0, 1.0}:
                kind, threshold, classes = "binary", 0.0 if _gives_scores(loss, recorded) else 0.5, 2
    return {"kind": kind, "threshold": threshold, "classes": classes}


def _are_classes(targets: Sequence[Sequence[float]], outputs: int) -> bool:
    """Whether targets are class indices, or one-hot rows."""
    if all(len(t) == 1 for t in targets):
        return all(t[0].is_integer() and 0 <= t[0] < outputs for t in targets)
    return all(len(t) == outputs and t.count(1.0) == 1 and t.count(0.0) == outputs - 1 for t in targets)


def _gives_scores(loss: Any, recorded: Recorded) -> bool:
    """Whether a prediction is a score, of class 1 above 0, rather than a number that shall be near 1 or 0."""
    if loss in _OF_SCORES:
        return True
    program = recorded.program
    used = set(program.primitives[recorded.first : recorded.counted])
    return bool(used & {p.softplus, p.sigmoid, p.log_sigmoid})  # the loss makes a probability of it
