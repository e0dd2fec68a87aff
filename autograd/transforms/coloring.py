"""Colours for the columns of a sparse matrix, so that those of one colour can be computed in one sweep. Compiled.

Source: Gebremedhin, Manne, Pothen, What color is your Jacobian? Graph coloring for computing derivatives (SIAM Review
47, 2005). Both colourings are greedy, over sets of colours that are the bits of an int.
"""

from __future__ import annotations

from collections.abc import Sequence

NO_COLOR = -1
"""Of what needs none, since it has no entries."""


def color_columns(columns: Sequence[Sequence[int]], row_count: int, most: int | None = None) -> list[int] | None:
    """Colours such that no two columns with an entry in the same row have the same; as few as two orders find.

    Args:
        columns: of every column the rows in which it has entries.
        row_count: how many rows there are.
        most: how many colours there may be: where more are needed, the search soon ends, and there is no answer.

    >>> color_columns([[0], [0, 1], [1]], row_count=2)
    [0, 1, 0]
    """
    largest_first = sorted(range(len(columns)), key=lambda j: -len(columns[j]))
    best: list[int] | None = None
    limit = len(columns) if most is None else most
    for order in (list(range(len(columns))), largest_first):
        found = _colored(columns, row_count, order, limit)
        if found is not None:
            best = found
            limit = color_count(found) - 1
    return best


def _colored(columns: Sequence[Sequence[int]], row_count: int, order: list[int], limit: int) -> list[int] | None:
    colors = [NO_COLOR] * len(columns)
    taken = [0] * row_count  # the colours in each row
    for j in order:
        if columns[j]:
            forbidden = 0
            for i in columns[j]:
                forbidden |= taken[i]
            color = lowest_missing(forbidden)
            if color >= limit:
                return None
            colors[j] = color
            for i in columns[j]:
                taken[i] |= 1 << color
    return colors


def color_symmetric(neighbors: Sequence[Sequence[int]], needed: Sequence[bool]) -> list[int]:
    """A star colouring: neighbours differ, and every path of four vertices has three colours or more.

    Then the edges between two colours make up stars, and each entry of a symmetric matrix stands alone, in its row or
    in its column, among the columns of one colour.

    Args:
        neighbors: of every vertex, which is a column, those others in whose rows it has entries.
        needed: which vertices need a colour.

    >>> color_symmetric([[1], [0, 2], [1, 3], [2, 4], [3]], [True] * 5)
    [0, 1, 0, 2, 0]
    """
    largest_first = sorted(range(len(neighbors)), key=lambda v: -len(neighbors[v]))
    found = [_star_colored(neighbors, needed, order) for order in (range(len(neighbors)), largest_first)]
    return min(found, key=color_count)


def _star_colored(neighbors: Sequence[Sequence[int]], needed: Sequence[bool], order: Sequence[int]) -> list[int]:
    count = len(neighbors)
    colors = [NO_COLOR] * count
    seen = [0] * count  # the colours of each vertex's neighbours
    twice = [0] * count  # those that two or more of them have
    first: dict[int, int] = {}  # each vertex's first neighbour of each colour
    hubs = [0] * count  # the colours of the neighbours around which others have the vertex's own colour, too
    for v in order:
        if not needed[v]:
            continue
        forbidden = seen[v]
        for w in neighbors[v]:
            if colors[w] >= 0:
                forbidden |= hubs[w]
                if twice[v] >> colors[w] & 1:  # v becomes a hub: around no other of these leaves may v's colour be
                    forbidden |= seen[w]
        color = lowest_missing(forbidden)
        colors[v] = color
        bit = 1 << color
        for w in neighbors[v]:
            if not seen[w] & bit:
                seen[w] |= bit
                first[color * count + w] = v
            else:
                twice[w] |= bit
                if colors[w] >= 0:
                    hubs[v] |= 1 << colors[w]
                    hubs[first[color * count + w]] |= 1 << colors[w]
            if colors[w] >= 0 and twice[v] >> colors[w] & 1:
                hubs[w] |= bit
    return colors


def color_count(colors: Sequence[int]) -> int:
    """How many colours there are.

    >>> color_count([0, 1, 0, NO_COLOR])
    2
    """
    return max(colors, default=NO_COLOR) + 1


def lowest_missing(colors: int) -> int:
    """The first colour that is not in a set.

    >>> lowest_missing(0b1011)
    2
    """
    return (~colors & (colors + 1)).bit_length() - 1
