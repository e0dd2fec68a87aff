"""What the ways to compute a batch share: places as slices, arrays joined, cores counted."""

from __future__ import annotations

import itertools
import os

import numpy as np
import pytest

from autograd.program.computed import cores, indices, joined

PLACES = [list(places) for n in range(4) for places in itertools.product(range(4), repeat=n)]


@pytest.mark.parametrize("places", PLACES, ids=str)
def test_indices_pick_the_places_in_their_order(places: list[int]) -> None:
    numbers = np.array([8.0, 9.0, 10.0, 11.0])
    assert numbers[indices(places)].tolist() == [8.0 + place for place in places]


@pytest.mark.parametrize("places", PLACES, ids=str)
def test_places_that_follow_each_other_are_a_slice_so_that_nothing_is_copied(places: list[int]) -> None:
    assert isinstance(indices(places), slice) is all(b == a + 1 for a, b in itertools.pairwise(places))


def test_joined_copies_only_where_there_are_several() -> None:
    one, other = np.array([1.0, 2.0]), np.array([3.0])
    assert joined([one]) is one
    assert joined([one, other]).tolist() == [1.0, 2.0, 3.0]
    assert joined([]).tolist() == []


def test_cores_are_those_that_this_process_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {3, 5, 7}, raising=False)
    assert cores() == 3
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 6)
    assert cores() == 6
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores() == 1
