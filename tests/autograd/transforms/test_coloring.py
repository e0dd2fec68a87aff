"""The colourings, held to their definitions on small random patterns, and to known counts on large ones."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest

from autograd.transforms.coloring import color_columns, color_count, color_symmetric


def random_graph(seed: int) -> list[list[int]]:
    chance = random.Random(seed)
    n, density = chance.randint(1, 9), chance.uniform(0.1, 0.9)
    edges = [pair for pair in itertools.combinations(range(n), 2) if chance.random() < density]
    return neighbors_of(n, edges)


def neighbors_of(n: int, edges: list[tuple[int, int]]) -> list[list[int]]:
    around: list[list[int]] = [[] for _ in range(n)]
    for v, w in edges:
        around[v].append(w)
        around[w].append(v)
    return [sorted(row) for row in around]


@pytest.mark.parametrize("seed", range(200))
def test_a_star_colouring_has_no_path_of_four_in_two_colours(seed: int) -> None:
    neighbors = random_graph(seed)
    colors = color_symmetric(neighbors, [True] * len(neighbors))
    assert all(color >= 0 for color in colors)
    for v, row in enumerate(neighbors):
        for w in row:
            assert colors[v] != colors[w]
            for x in neighbors[w]:
                for y in neighbors[x]:
                    if len({v, w, x, y}) == 4:
                        assert len({colors[v], colors[w], colors[x], colors[y]}) > 2


@pytest.mark.parametrize("seed", range(50))
def test_every_entry_stands_alone_in_its_row_or_its_column(seed: int) -> None:
    neighbors = random_graph(seed)
    colors = color_symmetric(neighbors, [True] * len(neighbors))
    seen = [[colors[w] for w in row] for row in neighbors]
    for i, row in enumerate(neighbors):
        assert all(seen[i].count(colors[j]) == 1 or seen[j].count(colors[i]) == 1 for j in row)


@pytest.mark.parametrize("seed", range(50))
def test_columns_of_one_colour_share_no_row(seed: int) -> None:
    chance = random.Random(seed)
    n, m = chance.randint(1, 12), chance.randint(1, 12)
    columns = [[i for i in range(m) if chance.random() < 0.3] for _ in range(n)]
    colors = color_columns(columns, m)
    assert colors is not None
    count = color_count(colors)
    assert color_columns(columns, m, count) == colors
    assert count == 0 or color_columns(columns, m, count - 1) is None
    for j, k in itertools.combinations(range(n), 2):
        if set(columns[j]) & set(columns[k]):
            assert colors[j] != colors[k]
    assert [color >= 0 for color in colors] == [bool(column) for column in columns]
    fullest = max(sum(i in column for column in columns) for i in range(m))
    assert fullest <= color_count(colors)


@pytest.mark.parametrize("n", [1, 2, 100])
def test_counts_that_are_known(n: int) -> None:
    needed = [True] * n
    path = neighbors_of(n, [(i, i + 1) for i in range(n - 1)])
    assert color_count(color_symmetric(path, needed)) == min(n, 3)
    for hub in (0, n - 1):  # an arrow, its dense row first or last: one colour for the hub, one for all others
        star = neighbors_of(n, [(hub, i) for i in range(n) if i != hub])
        assert color_count(color_symmetric(star, needed)) == min(n, 2)
    complete = neighbors_of(n, list(itertools.combinations(range(n), 2)))
    assert color_count(color_symmetric(complete, needed)) == n
    assert color_count(color_symmetric([[] for _ in range(n)], needed)) == 1
    band = [[i for i in range(j - 2, j + 3) if 0 <= i < n] for j in range(n)]
    assert color_count(color_columns(band, n) or []) == min(n, 5)


def test_what_needs_no_colour_gets_none() -> None:
    assert color_symmetric([[], [2], [1]], [False, True, True]) == [-1, 0, 1]
    assert color_columns([[], [0]], 1) == [-1, 0]


# -- against the plain greedy search ------------------------------------------------------------------------------


def greedy(sizes: list[int], clash: Callable[[int, dict[int, int]], bool]) -> list[int]:
    """The better of two orders, as they come and the largest first: to each the first colour that clashes with none.

    Args:
        sizes: of each thing how many entries it has; those without need no colour.
        clash: whether a thing clashes with others, by the colours so far.
    """
    found = []
    for order in (range(len(sizes)), sorted(range(len(sizes)), key=lambda v: -sizes[v])):
        colors: dict[int, int] = {}
        for v in order:
            if sizes[v]:
                colors[v] = 0
                while clash(v, colors):
                    colors[v] += 1
        found.append([colors.get(v, -1) for v in range(len(sizes))])
    return min(found, key=max)


@pytest.mark.parametrize("seed", range(200))
def test_columns_get_the_first_colour_that_none_of_the_same_row_has(seed: int) -> None:
    chance = random.Random(seed)
    n, m = chance.randint(1, 12), chance.randint(1, 12)
    density = chance.uniform(0.1, 0.5)
    columns = [[i for i in range(m) if chance.random() < density] for _ in range(n)]

    def clash(j: int, colors: dict[int, int]) -> bool:
        return any(k != j and colors[k] == colors[j] and set(columns[k]) & set(columns[j]) for k in colors)

    assert color_columns(columns, m) == greedy(list(map(len, columns)), clash)


@pytest.mark.parametrize("seed", range(100))
def test_vertices_get_the_first_colour_that_keeps_it_a_star_colouring(seed: int) -> None:
    neighbors = random_graph(seed)
    paths = [
        path
        for path in itertools.permutations(range(len(neighbors)), 4)
        if all(w in neighbors[v] for v, w in itertools.pairwise(path))
    ]

    def clash(v: int, colors: dict[int, int]) -> bool:
        if any(colors.get(w) == colors[v] for w in neighbors[v]):
            return True
        met = [{colors[w] for w in path} for path in paths if v in path and colors.keys() >= set(path)]
        return any(len(some) < 3 for some in met)

    needed = [bool(row) for row in neighbors]
    assert color_symmetric(neighbors, needed) == greedy(list(map(len, neighbors)), clash)
