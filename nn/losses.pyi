# What type checkers see of the losses: of Values a Value, of plain numbers a float.

from typing import Any, SupportsIndex, TypeAlias, overload

from autograd import Value
from autograd.engine.define import Array
from nn.arguments import Number, Plain, Row
from nn.module import Module

# A number, a row of them, or rows: one example or a batch.
_Recorded: TypeAlias = Value | Row[Value] | Row[Row[Value]]
_Floats: TypeAlias = Plain | Row[Plain] | Row[Row[Plain]]
_Numbers: TypeAlias = Number | Row[Number] | Row[Row[Number]]

# fmt: off
# (one signature a line, to be compared)

@overload
def binary_cross_entropy(probabilities: Array, targets: _Numbers, reduction: str = "mean") -> Any: ...
@overload
def binary_cross_entropy(probabilities: _Recorded, targets: _Numbers, reduction: str = "mean") -> Value: ...
@overload
def binary_cross_entropy(probabilities: _Floats, targets: _Floats, reduction: str = "mean") -> float: ...
@overload
def binary_cross_entropy(probabilities: _Numbers, targets: _Numbers, reduction: str = "mean") -> Value | float: ...

@overload
def binary_cross_entropy_with_logits(logits: Array, targets: _Numbers, reduction: str = "mean") -> Any: ...
@overload
def binary_cross_entropy_with_logits(logits: _Recorded, targets: _Numbers, reduction: str = "mean") -> Value: ...
@overload
def binary_cross_entropy_with_logits(logits: _Floats, targets: _Floats, reduction: str = "mean") -> float: ...
@overload
def binary_cross_entropy_with_logits(logits: _Numbers, targets: _Numbers, reduction: str = "mean") -> Value | float: ...

@overload
def cross_entropy(
    probabilities: Array, targets: _Numbers, reduction: str = "mean", label_smoothing: Plain = 0.0
) -> Any: ...
@overload
def cross_entropy(
    probabilities: _Recorded, targets: _Numbers, reduction: str = "mean", label_smoothing: Plain = 0.0
) -> Value: ...
@overload
def cross_entropy(
    probabilities: _Floats, targets: _Floats, reduction: str = "mean", label_smoothing: Plain = 0.0
) -> float: ...
@overload
def cross_entropy(
    probabilities: _Numbers, targets: _Numbers, reduction: str = "mean", label_smoothing: Plain = 0.0
) -> Value | float: ...

@overload
def cross_entropy_with_logits(
    logits: Array, targets: _Numbers, reduction: str = "mean", label_smoothing: Plain = 0.0
) -> Any: ...
@overload
def cross_entropy_with_logits(
    logits: _Recorded, targets: _Numbers, reduction: str = "mean", label_smoothing: Plain = 0.0
) -> Value: ...
@overload
def cross_entropy_with_logits(
    logits: _Floats, targets: _Floats, reduction: str = "mean", label_smoothing: Plain = 0.0
) -> float: ...
@overload
def cross_entropy_with_logits(
    logits: _Numbers, targets: _Numbers, reduction: str = "mean", label_smoothing: Plain = 0.0
) -> Value | float: ...

@overload
def kl_divergence(probabilities: Array, targets: _Numbers, reduction: str = "mean") -> Any: ...
@overload
def kl_divergence(probabilities: _Recorded, targets: _Numbers, reduction: str = "mean") -> Value: ...
@overload
def kl_divergence(probabilities: _Floats, targets: _Floats, reduction: str = "mean") -> float: ...
@overload
def kl_divergence(probabilities: _Numbers, targets: _Numbers, reduction: str = "mean") -> Value | float: ...

@overload
def kl_divergence_with_logits(logits: Array, targets: _Numbers, reduction: str = "mean") -> Any: ...
@overload
def kl_divergence_with_logits(logits: _Recorded, targets: _Numbers, reduction: str = "mean") -> Value: ...
@overload
def kl_divergence_with_logits(logits: _Floats, targets: _Floats, reduction: str = "mean") -> float: ...
@overload
def kl_divergence_with_logits(logits: _Numbers, targets: _Numbers, reduction: str = "mean") -> Value | float: ...

@overload
def hinge(scores: Array, targets: _Numbers, reduction: str = "mean") -> Any: ...
@overload
def hinge(scores: _Recorded, targets: _Numbers, reduction: str = "mean") -> Value: ...
@overload
def hinge(scores: _Floats, targets: _Floats, reduction: str = "mean") -> float: ...
@overload
def hinge(scores: _Numbers, targets: _Numbers, reduction: str = "mean") -> Value | float: ...

@overload
def one_hot(index: Row[Plain | SupportsIndex], classes: int) -> list[list[float]]: ...
@overload
def one_hot(index: Plain | SupportsIndex, classes: int) -> list[float]: ...

# fmt: on

def l2_penalty(model: Module, strength: Plain) -> Value: ...
