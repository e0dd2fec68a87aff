"""Bundle adjustment: where cameras see points, against where features were found in their pictures."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.adbench import Functions, lines_of, numbers


class Observation(NamedTuple):
    """What a file holds: one camera, point, weight and feature, for all of its observations.

    Attributes:
        camera: a rotation as axis times angle, the centre, the focal length, the principal point, two coefficients of
            radial distortion: 11 numbers.
        point: in space.
        weight: of the observation.
        feature: in the picture.
    """

    camera: list[float]
    point: list[float]
    weight: float
    feature: list[float]

    def variables(self) -> list[float]:
        """All that is differentiated by, in the order of the references."""
        return [*self.camera, *self.point, self.weight]


def read(path: Path) -> Observation:
    with lines_of(path) as lines:
        _, camera, point, (weight,), feature = map(numbers, lines[:5])
        if (len(camera), len(point), len(feature)) != (11, 3, 2):
            raise ValueError("a camera has 11 numbers, a point 3, a feature 2")
    return Observation(camera, point, weight, feature)


def examples(count: int) -> list[Observation]:
    """Observations drawn at random."""
    generator = random.Random(1)

    def some(size: int) -> list[float]:
        return [generator.gauss(0.0, 1.0) for _ in range(size)]

    return [Observation(some(11), some(3), generator.random(), some(2)) for _ in range(count)]


def reprojection_error(functions: Functions, feature: Sequence[float]) -> Callable[[Sequence[Any]], tuple[Any, Any]]:
    """The weighted error in the picture, of the variables of an observation in their order."""
    rotate = rotation(functions)

    def error(variables: Sequence[Any]) -> tuple[Any, Any]:
        camera, point, weight = variables[:11], variables[11:14], variables[14]
        x, y, z = rotate(camera[:3], [p - c for p, c in zip(point, camera[3:6], strict=True)])
        x, y = x / z, y / z
        square = x * x + y * y
        scale = camera[6] * (1.0 + camera[9] * square + camera[10] * square * square)
        return weight * (scale * x + camera[7] - feature[0]), weight * (scale * y + camera[8] - feature[1])

    return error


def weight_error(weight: Any) -> Any:
    """What keeps weights near 1 or -1."""
    return 1.0 - weight * weight


def rotation(functions: Functions) -> Callable[[Sequence[Any], Sequence[Any]], list[Any]]:
    """Rodrigues' formula: a vector turned by an axis times an angle."""
    sqrt, sin, cos = functions["sqrt"], functions["sin"], functions["cos"]

    def rotate(axis: Sequence[Any], x: Sequence[Any]) -> list[Any]:
        square = dot(axis, axis)
        if square == 0.0:
            return [a + b for a, b in zip(x, _cross(axis, x), strict=True)]
        angle = sqrt(square)
        unit = [a / angle for a in axis]
        sine, cosine = sin(angle), cos(angle)
        along = dot(unit, x) * (1.0 - cosine)
        across = _cross(unit, x)
        return [cosine * a + sine * b + along * c for a, b, c in zip(x, across, unit, strict=True)]

    return rotate


def dot(a: Sequence[Any], b: Sequence[Any]) -> Any:
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def _cross(a: Sequence[Any], b: Sequence[Any]) -> list[Any]:
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
