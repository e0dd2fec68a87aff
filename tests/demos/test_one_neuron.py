"""Document 004: rates, the neuron that learns, the pictures."""

import math

import pytest

from demos import one_neuron


def test_rates_and_slopes_of_another_function():
    def cube(x):
        return x * x * x

    assert one_neuron.average_rate(cube, 1.0, 3.0) == 13.0
    assert one_neuron.slope_at(cube, -2.0) == 12.0


@pytest.mark.parametrize(("y", "factor"), [(0.0, 1.0), (1.0, -1.0)])
def test_the_neurons_loss(y, factor):
    given = {**one_neuron.GIVEN, "y": y}
    z = given["w1"] * given["x1"] + given["w2"] * given["x2"] + given["b"]
    assert one_neuron.neuron(given).data == pytest.approx(math.log1p(math.exp(factor * z)), rel=1e-14)


@pytest.mark.parametrize("gate", one_neuron.GATES)
def test_training_stops_at_the_first_step_that_separates(gate):
    targets = one_neuron.GATES[gate]
    neuron, steps = one_neuron.train(targets)
    w1, w2, b = (parameter.data for parameter in neuron.parameters())
    assert [float(w1 * x1 + w2 * x2 + b > 0.0) for x1, x2 in one_neuron.CORNERS] == list(targets)
    assert w1 == w2
    assert steps > 1


def test_the_curves_are_drawn_over_the_documents_range():
    assert len(one_neuron.PREDICTIONS) == 90
    assert (one_neuron.PREDICTIONS[0], round(one_neuron.PREDICTIONS[-1], 12)) == (0.1, 0.99)


def test_plots_are_png_pictures(tmp_path):
    pytest.importorskip("matplotlib")
    paths = one_neuron.plots(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted(paths)
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in paths)
