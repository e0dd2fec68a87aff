"""The paths between two nodes, against a plain recursive count and the gradients of a backward pass."""

from __future__ import annotations

import random

import pytest

from autograd import Value, topological_order, where
from autograd.transforms.chain_rule import nodes_between
from autograd.views.paths import MOST_COUNTED, Paths, product


def random_graph(seed: int) -> tuple[Value, Value]:
    """An output and one of its variables, with a dozen operations between; some have labels."""
    draw = random.Random(seed)
    nodes = [Value(draw.uniform(0.5, 2.0), label=f"x{i}") for i in range(3)]
    for i in range(12):
        a, b = draw.choice(nodes[-5:]), draw.choice(nodes)
        made = draw.choice([lambda a, b: a * b, lambda a, b: a - b, lambda a, b: (a + 2.0 * b).tanh()])(a, b)
        made.label = draw.choice([None, None, f"n{i}"])
        nodes.append(made)
    return nodes[-1], draw.choice(nodes[:3])


def count_one_by_one(y: Value, x: Value) -> int:
    if y is x:
        return 1
    return sum(
        count_one_by_one(operand, x)
        for operand, partial in zip(y.operands, y.partials, strict=True)
        if isinstance(operand, Value) and partial is not None
    )


@pytest.mark.parametrize("seed", range(40))
def test_paths_of_random_graphs(seed: int) -> None:
    y, x = random_graph(seed)
    y.backward()
    nodes = nodes_between(topological_order(y), y, x)
    if not nodes:
        assert count_one_by_one(y, x) == 0
        assert x.grad == 0.0
        return
    assert (nodes[0], nodes[-1]) == (x, y)
    every_operation = Paths(nodes, fold=False)
    assert every_operation.count == count_one_by_one(y, x)
    for paths in (every_operation, Paths(nodes, fold=True)):
        listed = list(paths.each())
        assert len(listed) == paths.count
        assert all(path[0].above is y and path[-1].below is x for path in listed)
        assert sum(product(path) for path in listed) == pytest.approx(x.grad, rel=1e-12, abs=1e-12)
        assert sum(product(path) for path in paths.groups()) == pytest.approx(x.grad, rel=1e-12, abs=1e-12)
        assert paths.adjoints[x] == pytest.approx(x.grad, rel=1e-12, abs=1e-12)


def test_a_path_follows_every_use_of_a_node() -> None:
    x = Value(3.0)
    y = x * x
    paths = Paths(nodes_between(topological_order(y), y, x), fold=False)
    assert [[(edge.position, edge.label, edge.partial) for edge in path] for path in paths.each()] == [
        [(0, "1", 3.0)],
        [(1, "2", 3.0)],
    ]


def test_folding_keeps_what_two_labelled_nodes_share() -> None:
    x = Value(2.0, label="x")
    shared = x * 3.0
    a, b = shared + 1.0, shared.tanh()
    a.label, b.label = "a", "b"
    y = (a * b).exp()
    paths = Paths(nodes_between(topological_order(y), y, x), fold=True)
    assert next(iter(paths.regions)) is y
    assert set(paths.regions) == {y, a, b, shared, x}
    assert len(paths.regions[y]) == 2  # y and a * b


def test_no_path_leads_through_a_branch_not_taken() -> None:
    x, z = Value(2.0), Value(5.0)
    y = where(z, z, x * 3.0)
    assert nodes_between(topological_order(y), y, x) == []
    assert len(nodes_between(topological_order(y), y, z)) == 2


def test_more_paths_than_anyone_could_list() -> None:
    x = Value(1.0)
    y = x
    for _ in range(20_000):
        y = (y + y) * 0.5
    paths = Paths(nodes_between(topological_order(y), y, x), fold=False)
    assert paths.count == MOST_COUNTED
    assert paths.adjoints[x] == 1.0
    assert len(paths.groups()) == 2
