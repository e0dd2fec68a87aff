"""Hand tracking: a skinned mesh moved by a skeleton's pose, against points that were measured."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.adbench import Functions, lines_of, numbers
from benchmarks.adbench.ba import rotation

Matrix = Sequence[Sequence[Any]]
_FINGERS, _BONES_OF_A_FINGER = 5, 4


class Bone(NamedTuple):
    """A bone: its parent's index (-1: none), where it lies relative to that at rest, and the inverse of where it lies
    in space at rest: 4 × 4 matrices."""

    parent: int
    relative: list[list[float]]
    inverse: list[list[float]]


class Vertex(NamedTuple):
    """A vertex of the mesh: where it is at rest, and the weights of the bones that move it."""

    position: list[float]
    weights: list[tuple[int, float]]


class Model(NamedTuple):
    """A hand: its bones, each after its parent, the mesh, and the vertices of its triangles."""

    bones: list[Bone]
    vertices: list[Vertex]
    triangles: list[tuple[int, ...]]


class Problem(NamedTuple):
    """What a file holds.

    Attributes:
        points: that were measured.
        found: to which vertex, or triangle, of the model each of them belongs.
        places: where in its triangle, two barycentric coordinates for each; empty where vertices are meant.
        pose: a global rotation, a translation, and four angles for each finger: 26 numbers.
    """

    points: list[list[float]]
    found: list[int]
    places: list[list[float]]
    pose: list[float]


def read_model(folder: Path) -> Model:
    bones: list[Bone] = []
    vertices = []
    with lines_of(folder / "bones.txt") as lines:
        for _, parent, *entries in (line.split(":") for line in lines):
            matrix = numbers(" ".join(entries))
            if len(matrix) < 32 or not -1 <= int(parent) < len(bones):
                raise ValueError("a bone has two matrices of 16 numbers, and an earlier bone for its parent")
            rows = [matrix[i : i + 4] for i in range(0, 32, 4)]
            bones.append(Bone(int(parent), rows[:4], rows[4:]))
    with lines_of(folder / "vertices.txt") as lines:
        for line in (line.split(":") for line in lines):
            weights = [(int(bone), numbers(weight)[0]) for bone, weight in zip(line[9::2], line[10::2], strict=True)]
            vertices.append(Vertex(numbers(" ".join(line[:3])), weights))
    with lines_of(folder / "triangles.txt") as lines:
        triangles = [tuple(map(int, line.split(":"))) for line in lines]
    return Model(bones, vertices, triangles)


def read(path: Path) -> Problem:
    with lines_of(path) as lines:
        first, *rows = map(numbers, lines)
        count = int(first[0])
        if count < 1:
            raise ValueError("there are no points")
        points, rest = rows[:count], rows[count:]
        places = rest[:count] if len(rest[0]) == 2 else []
        pose = [angle for (angle,) in rest[len(places) :]]
        return Problem([point[1:] for point in points], [int(point[0]) for point in points], places, pose)


def example(points: int) -> tuple[Model, Problem]:
    """A skeleton of 22 bones as the files have it, vertices and measured points drawn at random."""
    generator = random.Random(1)

    def some(size: int) -> list[float]:
        return [generator.gauss(0.0, 0.3) for _ in range(size)]

    def matrix() -> list[list[float]]:
        return [[float(i == j) + x for j, x in enumerate(some(4))] for i in range(3)]

    parents = [-1, *(0 if i % 4 == 0 else i for i in range(20)), 0]
    bones = [Bone(parent, matrix(), matrix()) for parent in parents]
    vertices = [Vertex(some(3), [(generator.randrange(22), 0.5) for _ in range(2)]) for _ in range(points)]
    return Model(bones, vertices, []), Problem([some(3) for _ in range(points)], list(range(points)), [], some(26))


def objective(functions: Functions, model: Model, problem: Problem) -> Callable[..., list[Any]]:
    """The errors, three for each point, of a pose and the places in the triangles (none where vertices are meant)."""
    rotate = rotation(functions)

    def errors(pose: Sequence[Any], places: Sequence[Sequence[Any]] = ()) -> list[Any]:
        transforms = skeleton(functions, model.bones, pose[6:])
        moved: dict[int, list[Any]] = {}

        def at(vertex: int) -> list[Any]:
            if vertex not in moved:
                skinned = _skinned(transforms, model.vertices[vertex])
                moved[vertex] = [a + b for a, b in zip(rotate(pose[:3], skinned), pose[3:6], strict=True)]
            return moved[vertex]

        found: list[Any] = []
        for i, (point, index) in enumerate(zip(problem.points, problem.found, strict=True)):
            if places:
                u, v = places[i]
                corners = zip(*map(at, model.triangles[index]), strict=True)
                place = [u * a + v * b + (1.0 - u - v) * c for a, b, c in corners]
            else:
                place = at(index)
            found += [measured - x for measured, x in zip(point, place, strict=True)]
        return found

    return errors


def skeleton(functions: Functions, bones: Sequence[Bone], angles: Sequence[Any]) -> list[Matrix]:
    """What moves the mesh along with each bone, for the angles of the fingers: one bends sideways, too, at its root."""
    sin, cos = functions["sin"], functions["cos"]
    bends: list[tuple[Any, ...]] = [() for _ in bones]  # of the wrist and the tips: none
    for finger in range(_FINGERS):
        first, sideways, second, third = angles[4 * finger : 4 * finger + 4]
        root = 2 + finger * _BONES_OF_A_FINGER
        bends[root : root + 3] = (first, sideways), (second,), (third,)
    places: list[Matrix] = []
    for bone, bend in zip(bones, bends, strict=True):
        place: Matrix = bone.relative
        if bend:
            place = _product(place, _bend(sin, cos, *bend))
        places.append(place if bone.parent < 0 else _product(places[bone.parent], place))
    return [_product(place, bone.inverse) for place, bone in zip(places, bones, strict=True)]


def _bend(sin: Callable[[Any], Any], cos: Callable[[Any], Any], x: Any, z: Any = 0.0) -> Matrix:
    """A turn about the first axis, then about the third."""
    sine, cosine = sin(x), cos(x)
    if type(z) is float and z == 0.0:
        return [[1.0, 0.0, 0.0], [0.0, cosine, -sine], [0.0, sine, cosine]]
    s, c = sin(z), cos(z)
    return [[c, -s * cosine, s * sine], [s, c * cosine, -c * sine], [0.0, sine, cosine]]


def _product(a: Matrix, b: Matrix) -> Matrix:
    """The product of two affine maps: 3 × 4, or of a map with a turn, 3 × 3."""
    found = [[_row(row, column) for column in zip(*b[:3], strict=True)] for row in a[:3]]
    if len(b[0]) == 4:
        return [[*row[:3], row[3] + own[3]] for row, own in zip(found, a, strict=False)]
    return [[*row, own[3]] for row, own in zip(found, a, strict=False)]


def _row(row: Sequence[Any], column: Sequence[Any]) -> Any:
    return row[0] * column[0] + row[1] * column[1] + row[2] * column[2]


def _skinned(transforms: Sequence[Matrix], vertex: Vertex) -> list[Any]:
    place: list[Any] = [0.0, 0.0, 0.0]
    for bone, weight in vertex.weights:
        for i, row in enumerate(transforms[bone]):
            place[i] = place[i] + weight * (_row(row, vertex.position) + row[3])
    return place
