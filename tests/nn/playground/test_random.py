"""The page's random numbers are Python's."""

from __future__ import annotations

import random

import pytest

from nn.playground import asset
from support.playgrounds import needs_node, node

pytestmark = needs_node


@pytest.mark.parametrize("seed", [0, 1, -5, 2**31, 2**32, 2**53 + 1, 10**40])
def test_a_seed_gives_the_same_numbers(seed: int) -> None:
    generator = random.Random(seed)
    order = list(range(1_000))
    generator.shuffle(order)
    wanted = [order, [generator.random() for _ in range(700)], [generator.gauss(2.0, 3.0) for _ in range(5)]]
    script = f"""(() => {{
      const random = new PythonRandom("{seed}");
      const order = Array.from({{ length: 1000 }}, (_, i) => i);
      random.shuffle(order);
      const numbers = Array.from({{ length: 700 }}, () => random.random());
      return [order, numbers, Array.from({{ length: 5 }}, () => random.gauss(2, 3))];
    }})()"""
    found = node(asset("random.js"), script)
    assert found[:2] == wanted[:2]
    assert found[2] == pytest.approx(wanted[2], rel=1e-14)


def test_a_state_is_taken_over_and_handed_back() -> None:
    generator = random.Random(7)
    generator.gauss(0.0, 1.0)
    [generator.random() for _ in range(1_000)]
    version, words, stored = generator.getstate()
    found = node(asset("random.js"), f"new PythonRandom([3, {list(words)}, {stored}]).getState()")
    assert found == [version, list(words), stored]
    again = random.Random()
    again.setstate((found[0], tuple(found[1]), found[2]))
    assert again.random() == generator.random()
