"""The optimisers' rules over arrays give the numbers of those over Values, bit for bit."""

import random

import pytest

from autograd import Value
from nn import descent

numpy = pytest.importorskip("numpy")


def draws(seed):
    generator = random.Random(seed)
    return [generator.gauss(0.0, 1.0) * 10.0 ** generator.randint(-8, 8) for _ in range(50)]


def both():
    from nn import descent_arrays

    numbers, gradient = draws(1), draws(2)
    values = [Value(x) for x in numbers]
    for value, slope in zip(values, gradient, strict=True):
        value.grad = slope
    slope = descent_arrays.Slope(numpy.array(numbers), numpy.array(gradient))
    return (descent, values, list), (descent_arrays, slope, numpy.array)


def assert_same_bits(step):
    expected, found = (step(*each) for each in both())
    if not isinstance(expected, tuple):
        expected, found = (expected,), (found,)
    for numbers, array in zip(expected, found, strict=True):
        assert [x.hex() for x in array.tolist()] == [x.hex() for x in numbers]


@pytest.mark.parametrize("decay", [0.0, 0.1])
def test_gradient_steps(decay):
    assert_same_bits(lambda rules, p, _: rules.gradient_step(p, 0.3, decay))


@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("nesterov", [False, True])
def test_momentum_steps(decay, nesterov):
    assert_same_bits(lambda rules, p, row: rules.momentum_step(p, row(draws(3)), 0.3, decay, 0.9, nesterov))


@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("kept", [1.0, 0.9])
def test_adam_steps(decay, kept):
    squares = [x * x for x in draws(4)]
    assert_same_bits(
        lambda rules, p, row: rules.adam_step(p, row(draws(3)), row(squares), (0.9, 0.999), 0.3, 0.5, 1e-8, decay, kept)
    )


@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_rmsprop_steps(decay, momentum):
    squares = [x * x for x in draws(4)]
    assert_same_bits(
        lambda rules, p, row: rules.rmsprop_step(p, row(squares), row(draws(3)), 0.99, 0.3, 1e-8, decay, momentum)
    )


def test_some_of_the_parameters():
    places = [3, 0, 41]

    def moved(rules, p, row):
        numbers = rules.numbers_of(p)
        rules.put(numbers, places, rules.gradient_step(rules.part(p, places), 0.3, 0.1))
        return row(numbers), row(rules.picked(numbers, places))

    (rules, values, row), (others, slope, array) = both()
    for found, expected in zip(moved(others, slope, array), moved(rules, values, row), strict=True):
        assert [x.hex() for x in found.tolist()] == [x.hex() for x in expected]
    assert slope.numbers.tolist() == [v.data for v in values] == draws(1)


def test_zeros():
    assert_same_bits(lambda rules, p, _: rules.zeros(p))


STEPS = {
    "adam": lambda rules, p, zeros: rules.adam_step(p, zeros, zeros, (0.9, 0.999), 0.3, 0.5, 0.0, 0.0, 1.0),
    "rmsprop": lambda rules, p, zeros: rules.rmsprop_step(p, zeros, zeros, 0.99, 0.3, 0.0, 0.0, 0.9),
}


@pytest.mark.parametrize("kind", STEPS)
def test_a_scale_of_zero_names_its_parameter(kind):
    def step(rules, p, row):
        if isinstance(p, list):
            p[7].grad = 0.0
        else:
            p.gradient[7] = 0.0
        zeros = rules.zeros(p)
        with pytest.raises(ZeroDivisionError) as caught:
            STEPS[kind](rules, p, zeros)
        assert caught.value.args == (7,)
        return zeros

    assert_same_bits(step)
