"""Batches computed by the workers of a cluster: `vmap`'s numbers, whatever happens to the workers."""

from __future__ import annotations

import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import autograd as ag
from autograd import PRIMITIVES, Value, distribute, jit, value_and_grad, vmap
from nn import MLP, SGD

np = pytest.importorskip("numpy", reason="NumPy is not installed")
distributed = pytest.importorskip("distributed", reason="dask.distributed is not installed")

from autograd.program import cluster  # noqa: E402 - it needs distributed
from autograd.program.cluster import Remote  # noqa: E402
from autograd.program.comparison import COMPARISONS  # noqa: E402
from autograd.program.program import Program  # noqa: E402
from autograd.program.shipped import Shipped, loaded  # noqa: E402
from autograd.program.take import TAKE  # noqa: E402

ROOT = Path(__file__).parents[3]
POINTS = 40_000  # several pieces


def client_of(workers: int) -> Any:
    return distributed.Client(n_workers=workers, processes=True, threads_per_worker=1, dashboard_address=":0")


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with client_of(2) as client:
        yield client


@pytest.fixture(autouse=True)
def pieces_are_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that there are several in batches that take no time."""
    monkeypatch.setattr(cluster, "_WORK", 1_000_000)


@pytest.fixture
def points() -> Any:
    return np.random.default_rng(0).normal(size=(POINTS, 2))


@pytest.fixture
def targets(points: Any) -> Any:
    return np.sin(points[:, 0]) * points[:, 1]


def loss(network: dict[str, Any], x: Any, y: Any) -> Any:
    """The squared error of a network of one hidden layer."""
    hidden = [ag.tanh(ag.dot(w, x) + b) for w, b in zip(network["w"], network["b"], strict=True)]
    return (ag.dot(network["v"], hidden) - y) ** 2


def network(width: int = 12) -> dict[str, Any]:
    generator = np.random.default_rng(1)
    return {
        "w": generator.normal(size=(width, 2)),
        "b": generator.normal(size=width),
        "v": generator.normal(size=width) / width,
    }


def trained(step: Callable[..., Any], points: Any, targets: Any, mishap: Callable[[int], None]) -> Any:
    """The losses and the parameters of some epochs of two batches; something happens before each batch."""
    parameters = network()
    losses = []
    half = len(points) // 2
    for update in range(6):
        batch = slice(0, half) if update % 2 == 0 else slice(half, None)
        mishap(update)
        value, gradient = step(parameters, points[batch], targets[batch])
        losses.append(value)
        parameters = {key: parameters[key] - 0.3 * gradient[key] for key in parameters}
    return np.concatenate([losses, *[x.ravel() for x in parameters.values()]])


def mean_step(client: Any) -> Callable[..., Any]:
    return distribute(value_and_grad(vmap(loss, in_axes=(None, 0, 0), reduce="mean")), client)


def kill_a_worker(client: Any) -> None:
    os.kill(next(iter(client.run(os.getpid).values())), signal.SIGKILL)


def test_the_mean_and_its_gradient_are_those_of_numpy_and_of_vmap(client: Any, points: Any, targets: Any) -> None:
    here = value_and_grad(vmap(loss, in_axes=(None, 0, 0), reduce="mean"))
    parameters = network()
    value, gradient = distribute(here, client)(parameters, points, targets)
    expected_value, expected = here(parameters, points, targets)
    assert value == pytest.approx(expected_value, rel=1e-12)
    hidden = np.tanh(points @ parameters["w"].T + parameters["b"])
    error = hidden @ parameters["v"] - targets
    assert value == pytest.approx(float(np.mean(error**2)), rel=1e-12)
    assert gradient["v"] == pytest.approx(2.0 * hidden.T @ error / POINTS, rel=1e-10, abs=1e-12)
    assert set(gradient) == set(expected)
    for key in expected:
        assert gradient[key].shape == parameters[key].shape
        assert gradient[key] == pytest.approx(expected[key], rel=1e-12, abs=1e-14)


def test_a_batch_of_one_piece_is_vmap_s_to_the_bit(client: Any, points: Any, targets: Any) -> None:
    here = value_and_grad(vmap(loss, in_axes=(None, 0, 0), reduce="sum"))
    arguments = network(), points[:1001], targets[:1001]
    value, gradient = distribute(here, client)(*arguments)
    expected_value, expected = here(*arguments)
    assert value == expected_value
    assert all(np.array_equal(gradient[key], expected[key]) for key in expected)


def test_values_and_gradients_of_points_are_vmap_s_to_the_bit_in_every_branch(client: Any) -> None:
    def f(x: Any, a: Any) -> Any:
        if x > 1.0:
            return ag.exp(-x) * a
        return x * a if x > 0.0 else ag.sin(x * a) - a

    x = np.random.default_rng(2).normal(size=70_000)
    here = vmap(value_and_grad(f, argnums=(0, 1)), in_axes=(0, None))
    there = distribute(here, client)
    for a in (0.7, 0.9):
        value, (by_x, by_a) = there(x, a)
        expected_value, (expected_by_x, expected_by_a) = here(x, a)
        assert np.array_equal(value, expected_value)
        assert np.array_equal(by_x, expected_by_x)
        assert np.array_equal(by_a, expected_by_a)
    for i in range(0, 70_000, 7_001):
        expected = value_and_grad(f, argnums=(0, 1))(float(x[i]), 0.9)
        assert (float(value[i]), (float(by_x[i]), float(by_a[i]))) == expected


def test_products_of_matrices_are_those_of_numpy(client: Any) -> None:
    generator = np.random.default_rng(4)
    w, x = generator.normal(size=(30, 40)), generator.normal(size=(3_000, 40))
    layer = vmap(jit(lambda w, x: [ag.dot(row, x) for row in w]), in_axes=(None, 0))
    assert np.array(distribute(layer, client)(w, x)) == pytest.approx(w @ x.T, rel=1e-11, abs=1e-12)
    exact = vmap(jit(lambda w, x: [ag.dot(row, x) for row in w], exact=True), in_axes=(None, 0))
    assert np.array_equal(distribute(exact, client)(w, x), exact(w, x))


def test_an_index_is_an_argument(client: Any) -> None:
    f = vmap(value_and_grad(lambda table, i: ag.take(table, i) * 2.0), in_axes=(None, 0))
    value, gradient = distribute(f, client)([1.0, 4.0], np.array([1.0, 0.0, 1.0]))
    assert value.tolist() == [8.0, 2.0, 8.0]
    assert np.array(gradient).tolist() == [[0.0, 2.0, 0.0], [2.0, 0.0, 2.0]]


def test_branches_in_one_vector_are_summed_once(client: Any) -> None:
    f = vmap(lambda w, x: w * x if x > 0.0 else w * w * x, in_axes=(None, 0), reduce="sum")
    x = np.where(np.arange(40_000) % 3 == 0, 1.0, -2.0)
    ups, downs = 13_334, 26_666
    value, slope = distribute(value_and_grad(f), client)(0.5, x)
    assert value == 0.5 * ups - 0.5 * downs
    assert slope == ups - 2.0 * downs


def test_results_have_the_function_s_structure_and_can_be_written_to(client: Any) -> None:
    f = distribute(vmap(lambda x: {"twice": 2.0 * x, "seven": 7.0}), client)
    for _ in range(3):
        found = f(np.array([1.0, 2.0]))
        assert {key: list(x) for key, x in found.items()} == {"twice": [2.0, 4.0], "seven": [7.0, 7.0]}
        found["twice"][0] = 5.0


def test_derivatives_can_be_taken_before_and_after(client: Any, points: Any, targets: Any) -> None:
    mean = vmap(loss, in_axes=(None, 0, 0), reduce="mean")
    before = distribute(ag.grad(mean), client)(network(), points, targets)
    after = ag.grad(distribute(mean, client))(network(), points, targets)
    assert all(np.array_equal(before[key], after[key]) for key in before)


def test_the_number_of_workers_changes_no_number(client: Any, points: Any, targets: Any) -> None:
    two = trained(mean_step(client), points, targets, lambda update: None)
    with client_of(1) as alone:
        one = trained(mean_step(alone), points, targets, lambda update: None)
    assert np.array_equal(one, two)


def test_a_worker_killed_in_mid_epoch_changes_no_number(client: Any, points: Any, targets: Any) -> None:
    undisturbed = trained(mean_step(client), points, targets, lambda update: None)
    disturbed = trained(
        mean_step(client), points, targets, lambda update: kill_a_worker(client) if update in (1, 3) else None
    )
    assert np.array_equal(undisturbed, disturbed)


def test_a_worker_that_dies_while_it_computes_changes_no_number(client: Any, tmp_path: Path) -> None:
    flag, here = tmp_path / "die", os.getpid()

    def deadly(x: float) -> float:
        if os.getpid() != here and flag.exists():
            flag.unlink(missing_ok=True)
            os._exit(1)
        return math.cos(x)

    own = ag.primitive("deadly", deadly, lambda x, y: (-ag.sin(x),))
    f = value_and_grad(vmap(lambda w, x: own(x) * w, in_axes=(None, 0), reduce="sum"))
    x = np.linspace(0.0, 1.0, 20_000)
    expected = f(0.5, x)
    flag.touch()
    assert distribute(f, client)(0.5, x) == expected
    assert not flag.exists(), "no worker died"


def test_after_a_restart_of_the_cluster_everything_is_sent_again(client: Any, points: Any, targets: Any) -> None:
    step = mean_step(client)
    before = step(network(), points, targets)
    client.restart(timeout=3600)  # on a machine that is busy, workers are slow to start
    after = step(network(), points, targets)
    assert before[0] == after[0]
    assert all(np.array_equal(before[1][key], after[1][key]) for key in before[1])


def test_points_are_sent_once_and_never_stale(
    client: Any, points: Any, targets: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []
    submit = client.submit
    monkeypatch.setattr(client, "submit", lambda *args, **keywords: sent.append(args) or submit(*args, **keywords))
    step = mean_step(client)
    first = step(network(), points, targets)
    count = len(sent)
    assert count > 2
    assert step(network(), points, targets)[0] == first[0]
    assert len(sent) == count
    points[-1, 0] += 1.0
    changed = step(network(), points, targets)
    assert len(sent) == count + 1, "only the piece that has changed"
    assert changed[0] == value_and_grad(vmap(loss, in_axes=(None, 0, 0), reduce="mean"))(network(), points, targets)[0]
    assert changed[0] != first[0]
    points[0, 0] = -0.0
    minus = distribute(vmap(lambda x: 1.0 * x[0]), client)
    zeros = np.zeros((POINTS, 2))
    assert math.copysign(1.0, minus(zeros)[5]) == 1.0
    zeros[5] = -0.0
    assert math.copysign(1.0, minus(zeros)[5]) == -1.0


def test_an_error_names_the_row_of_the_whole_batch_and_the_next_call_works(client: Any) -> None:
    f = distribute(vmap(lambda x: ag.log(x) + ag.sin(x) * ag.cos(x)), client)
    x = np.linspace(1.0, 2.0, 100_001)
    x[98_765] = -1.0
    with pytest.raises(ValueError, match=r"log.*row 98765 of the batch"):
        f(x)
    x[98_765] = 1.0
    assert f(x)[98_765] == math.sin(1.0) * math.cos(1.0)


def test_values_that_the_function_captures_are_live_and_get_their_gradients(client: Any) -> None:
    generator = np.random.default_rng(3)
    x = generator.normal(size=(20_000, 2))
    y = x[:, 0] * x[:, 1]

    def losses(spread: bool) -> list[float]:
        model = MLP(2, [8, 1], seed=0)
        mean = vmap(lambda x, y: (model(x) - y) ** 2, reduce="mean")
        step = distribute(mean, client) if spread else mean
        optimizer = SGD(model.parameters(), 0.1)
        found = []
        for _ in range(4):
            value = step(x, y)
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            found.append(value.data)
        return found

    there = losses(True)
    assert there == pytest.approx(losses(False), rel=1e-12)
    assert there[-1] < there[0]


def test_what_is_defined_in_a_script_is_computed_by_workers_that_do_not_know_it(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        """
import math
import numpy as np
import autograd as ag
from autograd import distribute, value_and_grad, vmap
from distributed import Client

def outer(x):
    return x * 3.0

cube = ag.primitive("cube", lambda a: outer(a) * a * a / 3.0, lambda a, y: (3.0 * a * a,))
called = ag.primitive("called", lambda a: math.cos(a), lambda a, y: (-ag.sin(a) * cube(a) / cube(a),))

def f(x, w):
    return called(x) + cube(x) * w

if __name__ == "__main__":
    with Client(n_workers=2, processes=True, threads_per_worker=1, dashboard_address=":0") as client:
        here = vmap(value_and_grad(f), in_axes=(0, None))
        x = np.linspace(0.5, 1.0, 30_000)
        pairs = zip(here(x, 2.0), distribute(here, client)(x, 2.0), strict=True)
        print(all(np.array_equal(a, b) for a, b in pairs))
"""
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, cwd=tmp_path)
    assert done.stdout == "True\n", done.stderr


def test_an_operation_defined_anew_under_its_name_is_the_new_one(client: Any) -> None:
    def scaled(factor: float) -> Any:
        return ag.primitive("anew", lambda a: a * factor, lambda a, y: (factor,))

    found = []
    for factor in (2.0, 3.0):
        own = scaled(factor)
        found.append(distribute(vmap(own), client)(np.array([1.0]))[0])
        del PRIMITIVES["anew"]
    assert found == [2.0, 3.0]


def test_a_program_travels_with_the_rows_of_this_package_by_name() -> None:
    rows = [*PRIMITIVES.values(), *COMPARISONS.values(), TAKE]
    program = Program("f", ["x"], [0.5], rows, [(0, -1)] * len(rows), [1])
    shipped = Shipped(program, (True,), (False,), False, True)
    data = shipped.dumped()
    assert len(data) < 5_000
    again = loaded(data)
    assert all(a is b for a, b in zip(again.program.primitives, rows, strict=True))
    assert again[1:] == shipped[1:]
    assert again.program.listing() == program.listing()


def test_a_batch_is_cut_by_its_size_alone(client: Any) -> None:
    program = jit(lambda x: x * x + x).program(1.0)  # type: ignore[attr-defined]  # jit keeps the type of f
    kernel = Remote(client, Shipped(program, None, (False,), False, False))
    for count in (1, 2, 999_999, 5_000_000, 10**9):
        pieces = kernel._pieces([], count)
        assert pieces[0][0] == 0
        assert pieces[-1][1] == count
        assert all(a[1] == b[0] for a, b in pairwise(pieces))
        assert all(a < b for a, b in pieces)


def test_what_vmap_did_not_make_is_refused(client: Any) -> None:
    with pytest.raises(TypeError, match=r"distribute: it takes what vmap returns.*write distribute\(vmap\(f\), client"):
        distribute(jit(lambda x: x), client)
    with pytest.raises(TypeError, match=r"client must be a dask\.distributed\.Client, got str"):
        distribute(vmap(lambda x: x), "tcp://localhost:8786")  # type: ignore[arg-type]  # that is the test


def test_a_closed_client_and_an_asynchronous_one_are_refused() -> None:
    with distributed.Client(n_workers=1, processes=False, dashboard_address=":0") as client:
        double = distribute(vmap(lambda x: 2.0 * x), client)
        assert list(double(np.array([1.0]))) == [2.0]
    with pytest.raises(RuntimeError, match="the client of its cluster has been closed"):
        double(np.array([1.0]))

    async def connect() -> None:
        async with distributed.Client(
            n_workers=1, processes=False, dashboard_address=":0", asynchronous=True
        ) as client:
            distribute(vmap(lambda x: x), client)

    import asyncio

    with pytest.raises(TypeError, match="asynchronous"):
        asyncio.run(connect())


@pytest.mark.parametrize("package", ["distributed", "numpy"])
def test_without_dask_or_numpy_the_library_is_named(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    mapped: Any = vmap(lambda x: x)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ImportError, match=rf"distribute: it needs {package}, .*pip install {package}$"):
        distribute(mapped, None)  # type: ignore[arg-type]  # it isn't looked at


def test_values_given_as_shared_arguments_get_their_gradients(client: Any) -> None:
    w = Value(2.0)
    total = distribute(vmap(lambda w, x: w * w * x, in_axes=(None, 0), reduce="sum"), client)(w, np.arange(4.0))
    total.backward()
    assert total.data == 24.0
    assert w.grad == 24.0
