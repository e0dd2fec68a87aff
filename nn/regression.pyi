# What type checkers see of the losses of numbers: of Values a Value, of plain numbers a float.

from typing import Any, TypeAlias, overload

from autograd import Value
from autograd.engine.define import Array
from nn.arguments import Number, Plain, Row

# A number, a row of them, or rows: one example or a batch.
_Recorded: TypeAlias = Value | Row[Value] | Row[Row[Value]]
_Floats: TypeAlias = Plain | Row[Plain] | Row[Row[Plain]]
_Numbers: TypeAlias = Number | Row[Number] | Row[Row[Number]]

# fmt: off
# (one signature a line, to be compared)

@overload
def mse(predictions: Array, targets: _Numbers, reduction: str = "mean") -> Any: ...
@overload
def mse(predictions: _Recorded, targets: _Numbers, reduction: str = "mean") -> Value: ...
@overload
def mse(predictions: _Floats, targets: _Floats, reduction: str = "mean") -> float: ...
@overload
def mse(predictions: _Numbers, targets: _Numbers, reduction: str = "mean") -> Value | float: ...

@overload
def half_squared_error(predictions: Array, targets: _Numbers, reduction: str = "mean") -> Any: ...
@overload
def half_squared_error(predictions: _Recorded, targets: _Numbers, reduction: str = "mean") -> Value: ...
@overload
def half_squared_error(predictions: _Floats, targets: _Floats, reduction: str = "mean") -> float: ...
@overload
def half_squared_error(predictions: _Numbers, targets: _Numbers, reduction: str = "mean") -> Value | float: ...

@overload
def mae(predictions: Array, targets: _Numbers, reduction: str = "mean") -> Any: ...
@overload
def mae(predictions: _Recorded, targets: _Numbers, reduction: str = "mean") -> Value: ...
@overload
def mae(predictions: _Floats, targets: _Floats, reduction: str = "mean") -> float: ...
@overload
def mae(predictions: _Numbers, targets: _Numbers, reduction: str = "mean") -> Value | float: ...

@overload
def huber(predictions: Array, targets: _Numbers, reduction: str = "mean", delta: Plain = 1.0) -> Any: ...
@overload
def huber(predictions: _Recorded, targets: _Numbers, reduction: str = "mean", delta: Plain = 1.0) -> Value: ...
@overload
def huber(predictions: _Floats, targets: _Floats, reduction: str = "mean", delta: Plain = 1.0) -> float: ...
@overload
def huber(predictions: _Numbers, targets: _Numbers, reduction: str = "mean", delta: Plain = 1.0) -> Value | float: ...

@overload
def gaussian_nll(
    means: Array, targets: _Numbers, variances: _Numbers, reduction: str = "mean", full: bool = False
) -> Any: ...
@overload
def gaussian_nll(
    means: _Recorded, targets: _Numbers, variances: _Numbers, reduction: str = "mean", full: bool = False
) -> Value: ...
@overload
def gaussian_nll(
    means: _Floats, targets: _Floats, variances: _Floats, reduction: str = "mean", full: bool = False
) -> float: ...
@overload
def gaussian_nll(
    means: _Numbers, targets: _Numbers, variances: _Numbers, reduction: str = "mean", full: bool = False
) -> Value | float: ...

# fmt: on
