"""What a page can't show is refused in Python, in one line that says what to do."""

from __future__ import annotations

import math
import random
from typing import Any

import pytest

import autograd
from autograd import Primitive, Value
from nn import MLP, SGD, Adam, Dropout, Embedding, Layer, Module, Optimizer, Sequential, hinge, mse, playground
from nn.playground import recording

X = [[0.0, 1.0], [1.0, 0.5], [-1.0, 2.0]]
Y = [1.0, -1.0, 1.0]


def model() -> MLP:
    return MLP(2, [3, 1], seed=0)


def refused(kind: type[Exception], made: Any = None, **other: Any) -> str:
    """The message with which a playground is refused."""
    made = model() if made is None else made
    given: dict[str, Any] = {"X": X, "y": Y, "loss": mse, "optimizer": None} | other
    optimizer = given.pop("optimizer") or SGD(made.parameters(), 0.1)
    with pytest.raises(kind) as caught:
        playground(made, given.pop("X"), given.pop("y"), optimizer=optimizer, **given)
    message = str(caught.value)
    assert message.startswith("playground: ")
    assert "\n" not in message
    return message


class Branching(Module):
    def __init__(self) -> None:
        self.w = Value(1.0)

    def __call__(self, x: Any) -> Any:
        return self.w * x[0] if x[0] > 0.5 else -self.w


def test_a_branch_per_example_is_told_with_those_that_take_the_first_one() -> None:
    message = refused(ValueError, Branching())
    assert "for X[1] and 0 others Python goes another way than for X[0]" in message
    assert "where(condition, a, b)" in message
    assert "pass the 2 examples alone" in message
    made = Branching()
    assert repr(playground(made, [X[0], X[2]], Y[:2], loss=mse, optimizer=of(made)))


def of(made: Any) -> Optimizer:
    return SGD(made.parameters(), 0.1)


def test_what_is_too_large_is_refused_with_its_size(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "has 20,401 parameters, and a page holds 20,000" in refused(ValueError, MLP(2, [5_100, 1], seed=0))
    monkeypatch.setattr(recording, "MOST_OPERANDS", 10)
    assert "operands, and a page holds 10" in refused(ValueError)
    monkeypatch.setattr(recording, "MOST_NUMBERS", 8)
    assert "the examples have 9 numbers, and a page holds 8" in refused(ValueError)


def test_inputs_of_different_lengths_are_refused() -> None:
    class Sum(Module):
        def __init__(self) -> None:
            self.w = Value(1.0)

        def __call__(self, x: Any) -> Any:
            return self.w * sum(x)

    message = refused(ValueError, Sum(), X=[[1.0], [1.0, 2.0]], y=[1.0, 2.0])
    assert "X[1] or its target has another structure than X[0]" in message


def test_random_numbers_are_refused() -> None:
    made = Sequential(Layer(2, 40, seed=0), Dropout(0.5, seed=1), Layer(40, 1, seed=2))
    assert "draws random numbers, in Dropout" in refused(ValueError, made)
    dropout = next(part for part in made.modules() if isinstance(part, Dropout))
    dropout.eval()
    assert repr(playground(made, X, Y, loss=mse, optimizer=of(made)))

    class Noisy(Module):
        def __init__(self) -> None:
            self.w = Value(1.0)

        def __call__(self, x: Any) -> Any:
            random.random()  # and does nothing with it
            return self.w * x[0]

    assert "draws random numbers" in refused(ValueError, Noisy())


def test_a_model_with_two_modes_is_refused() -> None:
    class Shrinking(Module):
        def __init__(self) -> None:
            self.w = Value(1.0)

        def __call__(self, x: Any) -> Any:
            return self.w * x[0] * (0.5 if self.training else 1.0)

    made = Shrinking()
    assert "something else in evaluation mode than in training mode" in refused(ValueError, made)
    assert made.training


def test_operations_that_javascript_does_not_have_are_refused() -> None:
    bump = Primitive("bump", lambda a: math.exp(-float(a) * float(a)), lambda a, y: (-2.0 * float(a) * y,))

    class Own(Module):
        def __init__(self) -> None:
            self.w = Value(1.0)

        def __call__(self, x: Any) -> Any:
            return bump(self.w * x[0])

    assert "bump: its partials rule can't be written as a formula" in refused(TypeError, Own())


def test_an_own_operation_that_formulas_can_say_is_taken() -> None:
    cube = Primitive("cube of </script>", lambda a: a * a * a, lambda a, y: (3.0 * a * a,))

    class Own(Module):
        def __init__(self) -> None:
            self.w = Value(1.0)

        def __call__(self, x: Any) -> Any:
            return cube(self.w * x[0])

    made = Own()
    page = playground(made, X, Y, loss=mse, optimizer=of(made), title="</script> & <b>").to_html()
    assert page.count("</script>") == 1
    assert "<title>&lt;/script&gt; &amp; &lt;b&gt;</title>" in page


class Lion(Optimizer):
    def moved(self, rules: Any, parameters: Any, state: Any, steps: int, rate: float) -> Any:
        return rules.gradient_step(parameters, rate, 0.0), state


def test_optimizers_that_the_page_does_not_have_are_refused() -> None:
    made = model()
    assert "doesn't know the steps of Lion; it has those of SGD" in refused(
        ValueError, made, optimizer=Lion(made.parameters(), 0.1, 0.0)
    )
    assert "is a schedule" in refused(ValueError, made, optimizer=SGD(made.parameters(), lambda step: 0.1))
    groups = [{"params": made.layers[0].parameters()}, {"params": made.layers[1].parameters(), "learning_rate": 0.2}]
    assert "has groups" in refused(ValueError, made, optimizer=Adam(groups, 0.1))
    assert "not the model's" in refused(ValueError, made, optimizer=SGD(model().parameters(), 0.1))
    assert "optimizer must be one" in refused(TypeError, made, optimizer=0.1)


@pytest.mark.parametrize(
    ("kind", "other", "told"),
    [
        (ValueError, {"X": []}, "X is empty"),
        (ValueError, {"y": [1.0]}, "X has 3 examples, but y has 1 targets"),
        (ValueError, {"X": [[0.0, math.nan]] * 3}, r"X[0][1] is nan"),
        (TypeError, {"y": [Value(1.0)] * 3}, "a variable; in a page targets must be numbers"),
        (ValueError, {"y": [1.0, 0.5, 1.0], "loss": hinge}, "Python goes another way"),
        (TypeError, {"loss": "mse"}, "loss must be a function"),
        (TypeError, {"loss": lambda p, t: 1.0}, "depends on no parameter"),
        (TypeError, {"loss": lambda p, t: [p - t]}, "but must be one number"),
        (TypeError, {"loss": lambda p, t: autograd.exp(p.data)}, ".data of"),
        (ValueError, {"batch_size": 0}, "batch_size is 0"),
        (TypeError, {"batch_size": 2.5}, "batch_size must be a whole number"),
        (ValueError, {"validation": 1.5}, "validation is 1.5"),
        (TypeError, {"title": 3}, "title must be a str"),
        (TypeError, {"made": 3, "optimizer": SGD([Value(1.0)], 0.1)}, "model must be a Module"),
        (TypeError, {"made": MLP, "optimizer": SGD([Value(1.0)], 0.1)}, "model is the class MLP"),
    ],
)
def test_bad_arguments_are_named(kind: type[Exception], other: dict[str, Any], told: str) -> None:
    assert told in refused(kind, **other)


def test_parameters_that_are_not_finite_are_named() -> None:
    made = model()
    made.layers[1].neurons[0].b.data = math.inf  # type: ignore[union-attr]  # it has one
    assert "the parameter layer1.neuron0.b is inf" in refused(ValueError, made)


class Inverse(Module):
    def __init__(self) -> None:
        self.w = Value(1.0)

    def __call__(self, x: Any) -> Any:
        return self.w / x[0]


def test_errors_of_the_model_say_whose_they_are() -> None:
    assert "div(1.0, 0.0): float division by zero" in refused(ZeroDivisionError, Inverse())
    assert refused(ZeroDivisionError, Inverse(), X=[[1.0], [0.0]], y=[1.0, 1.0]).startswith("playground: X[1]: div")
    message = refused(ZeroDivisionError, Inverse(), X=[[1.0]], y=[1.0], validation=([[2.0], [0.0]], [1.0, 1.0]))
    assert message.startswith("playground: validation[0][1]: div")

    class OwnError(Exception):
        pass

    def failing(p: Any, t: Any) -> Any:
        raise OwnError("no")

    made = model()
    with pytest.raises(OwnError, match="no") as caught:
        playground(made, X, Y, loss=failing, optimizer=of(made))
    assert caught.value.__notes__ == ["playground: this is the loss of X[0], as it is recorded for a page"]


def test_an_index_outside_an_embedding_is_named() -> None:
    made = Sequential(Embedding(3, 2, seed=0), Layer(2, 1, seed=1))
    assert "X[1]" in refused(IndexError, made, X=[0, 7, 1])
