"""What the page's engine says about a model, against Python: predictions, units, forward passes, the chain rule."""

from __future__ import annotations

import json
import math
import re
from typing import Any

import pytest

from autograd import Value, log, relu, sigmoid, take, tanh, where
from demos.moons import two_moons
from nn import (
    MLP,
    SGD,
    Embedding,
    Layer,
    Module,
    Sequential,
    accuracy,
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    cross_entropy_with_logits,
    hinge,
    mse,
    playground,
    predict,
)
from support.playgrounds import needs_node, run

pytestmark = needs_node

POINTS, SIDES = two_moons(20, 0.1, seed=3)
THIRDS = [i % 3 for i in range(20)]


def page(model: Any, inputs: Any = POINTS, targets: Any = SIDES, loss: Any = hinge, **options: Any) -> Any:
    optimizer = SGD(model.parameters(), 0.1)
    return playground(model, inputs, targets, loss=loss, optimizer=optimizer, seed=0, **options)


def test_predictions_are_those_of_the_model() -> None:
    one, many = MLP(2, [5, 1], "tanh", seed=0), MLP(2, [4, 3], "sigmoid", seed=0)
    places = [(0.3, -0.7), (2.0, 0.1)]
    script = f"{json.dumps(places)}.map((x) => trainer.predict(x))"
    assert run(page(one), script) == [pytest.approx([y]) for y in predict(one, places)]
    found = run(page(many, targets=THIRDS, loss=cross_entropy_with_logits), script)
    assert found == [pytest.approx(row) for row in predict(many, places)]


@pytest.mark.parametrize(
    ("loss", "targets", "classes", "threshold"),
    [
        (hinge, SIDES, 1, 0.0),
        (binary_cross_entropy_with_logits, [(s + 1) // 2 for s in SIDES], 1, 0.0),
        (mse, [(s + 1) // 2 for s in SIDES], 1, 0.5),
        (lambda p, t: binary_cross_entropy(sigmoid(p), t), [(s + 1) // 2 for s in SIDES], 1, 0.0),
        (cross_entropy_with_logits, THIRDS, 3, None),
        (cross_entropy_with_logits, [[float(k == c) for k in range(3)] for c in THIRDS], 3, None),
        (mse, [[float(k == c) for k in range(3)] for c in THIRDS], 3, None),
    ],
)
def test_accuracy_is_the_metric(loss: Any, targets: Any, classes: int, threshold: float | None) -> None:
    model = MLP(2, [5, classes], "tanh", seed=4)
    wanted = accuracy(predict(model, POINTS[:15]), targets[:15], threshold)
    script = "[trainer.accuracyOf(trainer.trainIndices.slice(0, 15)), trainer.accuracyOf([])]"
    assert run(page(model, targets=targets, loss=loss), script) == [pytest.approx(wanted), None]
    assert 0.0 < wanted < 1.0


def test_numbers_have_no_accuracy() -> None:
    model = MLP(2, [5, 1], seed=4)
    targets = [0.5 * a for a, _ in POINTS]
    assert run(page(model, targets=targets, loss=mse), "trainer.accuracyOf(trainer.trainIndices)") is None


def test_the_loss_is_the_mean_over_the_examples() -> None:
    model = MLP(2, [5, 1], seed=4)
    made = page(model, validation=(POINTS[:4], SIDES[:4]))
    found = run(made, "[trainer.lossOf(trainer.trainIndices), trainer.lossOf(trainer.testIndices), trainer.lossOf([])]")
    losses = [hinge(model(x), t).data for x, t in zip(POINTS, SIDES, strict=True)]
    assert found == [pytest.approx(sum(losses) / 20), pytest.approx(sum(losses[:4]) / 4), None]


def test_the_units_are_the_outputs_of_the_layers() -> None:
    model = MLP(2, [4, 3, 1], "tanh", seed=1)
    neuron = model.layers[0].neurons[0]
    activation = neuron.activation
    layers, found = run(page(model), "[trainer.layers, trainer.units([0.5, -0.25])]")
    assert [[unit["name"] for unit in layer["units"]] for layer in layers] == [
        [f"layer{k}.neuron{i}" for i in range(n)] for k, n in enumerate([4, 3, 1])
    ]
    assert [unit["output"] for layer in layers for unit in layer["units"]] == [False] * 7 + [True]
    signal: Any = [0.5, -0.25]
    for layer, numbers in zip(model.layers, found, strict=True):
        signal = layer(signal)
        outputs = signal if isinstance(signal, list) else [signal]
        assert numbers == pytest.approx([y.data for y in outputs])
    assert neuron.activation is activation  # the model is as it was


class Own(Module):
    """Without labels: what its activations return are its hidden units."""

    def __init__(self) -> None:
        self.w = [Value(0.1 * i - 0.4) for i in range(9)]

    def __call__(self, x: Any) -> Any:
        w = self.w
        a, b = (tanh(w[i] * x[0] + w[i + 1] * x[1] + w[i + 2]) for i in (0, 3))
        return w[6] * relu(w[7] * a + w[8] * b)


def test_units_without_labels_are_what_activations_return() -> None:
    layers, units = run(page(Own()), "[trainer.layers, trainer.units([0.5, -0.25])]")
    assert [(layer["name"], len(layer["units"])) for layer in layers] == [("hidden 1", 2), ("hidden 2", 1)]
    model = Own()
    assert units[0][0] == pytest.approx(math.tanh(-0.4 * 0.5 + 0.3 * 0.25 - 0.2))
    assert units[1] == [pytest.approx(max(model([0.5, -0.25]).data / model.w[6].data, 0.0))]


class Looked(Module):
    """Looks its second input up in a table."""

    def __init__(self) -> None:
        self.table = [Value(0.5), Value(-1.5), Value(2.0)]

    def __call__(self, x: Any) -> Any:
        return take(self.table, where(x[1] > 0.0, 2.0, 1.0)) * tanh(self.table[0] * x[0])


class Steps(Module):
    """A recurrent network: the same neuron at every step."""

    def __init__(self) -> None:
        self.cell, self.out = Layer(2, 1, "tanh", seed=0), Value(0.5)

    def __call__(self, xs: Any) -> Any:
        h: Any = 0.0
        for x in xs:
            h = self.cell([x, h])
        return self.out * h


def test_a_neuron_that_is_used_again_is_a_unit_each_time() -> None:
    made = page(Steps(), [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], [0.0, 1.0], mse)
    layers = run(made, "trainer.layers.map(({ name, units }) => [name, units.map((unit) => unit.name)])")
    assert layers == [[f"cell{n}", [f"cell.neuron0{n}"]] for n in ("", "#2", "#3")]


def test_what_the_parameters_connect() -> None:
    model = MLP(2, [2, 1], seed=0)
    script = """trainer.spec.connections.map(([parameter, from, to]) =>
        [trainer.names[parameter], from < 0 ? "bias" : trainer.program.name(from), trainer.program.name(to)])"""
    found = sorted(map(tuple, run(page(model), script)))
    wanted = [(f"layer0.neuron{i}.w[{j}]", f"x[{j}]", f"layer0.neuron{i}") for i in (0, 1) for j in (0, 1)]
    wanted += [(f"layer1.neuron0.w[{i}]", f"layer0.neuron{i}", "layer1.neuron0") for i in (0, 1)]
    wanted += [(f"{unit}.b", "bias", unit) for unit in ("layer0.neuron0", "layer0.neuron1", "layer1.neuron0")]
    assert found == sorted(wanted)


def test_a_parameter_that_scales_a_plain_number_connects_nothing() -> None:
    w, v, b = Value(0.5, "w"), Value(1.5, "v"), Value(0.25, "b")
    made = playground(
        lambda x: w * 2.0 + v * x[1] + b, POINTS, SIDES, loss=hinge, optimizer=SGD([w, v, b], 0.1), seed=0
    )
    found = run(made, "[trainer.spec.connections, trainer.program.outputs, trainer.program.parameters]")
    connections, [output], parameters = found
    assert sorted(connections) == [[1, parameters + 1, output], [2, -1, output]]


def test_a_forward_pass_has_every_operation_in_names_and_numbers() -> None:
    model = MLP(2, [2, 1], "tanh", seed=0)
    found = run(page(model, loss=mse, targets=[0.5 * s for s in SIDES]), "trainer.forward(3)")
    hidden = model.layers[0](POINTS[3])
    by_name = {step["name"]: step for step in found}
    assert by_name["layer0.neuron1"]["value"] == pytest.approx(hidden[1].data)
    assert by_name["layer0.neuron1"]["formula"] == "tanh(v4)"
    assert by_name["v1"]["formula"] == "layer0.neuron0.w[0]·x[0] + layer0.neuron0.w[1]·x[1]"
    w, x = model.layers[0].neurons[0].w, POINTS[3]
    numbers = " + ".join(
        "·".join(f"({text})" if text.startswith("−") else text for text in (told(a.data), told(b)))
        for a, b in zip(w, x, strict=True)
    )
    assert by_name["v1"]["numbers"] == numbers
    assert found[-1]["value"] == pytest.approx((model(POINTS[3]).data - 0.5 * SIDES[3]) ** 2)


def told(number: float) -> str:
    return f"{number:.6g}".replace("-", "−")


@pytest.mark.parametrize("make", [lambda: MLP(2, [3, 3, 1], "tanh", seed=0), Own, Looked])
def test_the_chain_rule_of_a_parameter_adds_up_to_its_gradient(make: Any) -> None:
    model = make()
    example = 4
    made = page(model, loss=mse, targets=[0.5 * s for s in SIDES])
    all_edges = run(made, f"trainer.names.map((_, i) => trainer.explain(i, {example}))")
    mse(model(POINTS[example]), 0.5 * SIDES[example]).backward()
    for (name, parameter), edges in zip(model.named_parameters(), all_edges, strict=True):
        arriving = [edge for edge in edges if edge["to"] == name]
        assert sum(edge["contribution"] for edge in arriving) == pytest.approx(parameter.grad, abs=1e-15)
        for edge in edges:
            assert edge["contribution"] == (0 if edge["local"] is None else edge["upstream"] * edge["local"])
        upstream: dict[str, float] = {}
        for edge in edges:  # what goes on from a number is what has arrived there, over edges on the way or others
            upstream[edge["to"]] = upstream.get(edge["to"], 0.0) + edge["contribution"]
        for edge in edges[1:]:
            if edge["from"] in upstream and edge["local"] is not None:
                assert edge["upstream"] == pytest.approx(upstream[edge["from"]])


def test_where_nothing_flows_the_way_ends_and_says_so() -> None:
    model = MLP(2, [1, 1], seed=0, initializer=lambda generator, fan_in, fan_out: -1.0)
    edges = run(page(model, inputs=[[1.0, 2.0]], targets=[1.0], loss=mse), "trainer.explain(0, 0)")
    assert edges[-1]["from"] == "layer0.neuron0"
    assert edges[-1]["local"] is None
    assert edges[-1]["contribution"] == 0


def test_an_embedding_is_looked_up() -> None:
    model = Sequential(Embedding(4, 2, seed=0), Layer(2, 1, seed=1))
    made = page(model, inputs=[0, 3, 1], targets=[0.5, 1.0, 2.0], loss=mse)
    assert run(made, "[0, 1, 2, 3].map((i) => trainer.predict([i])[0])") == pytest.approx(
        [y[0] if isinstance(y, list) else y for y in predict(model, [0, 1, 2, 3])]
    )


# -- what goes wrong in the page ---------------------------------------------------------------------------------------


def test_a_loss_that_leaves_the_numbers_stops_training_and_says_where_it_began() -> None:
    class Steep(Module):
        def __init__(self) -> None:
            self.w = Value(1.0)

        def __call__(self, x: Any) -> Any:
            y = log(self.w * x)
            y.label = "l"
            return y

    made = page(Steep(), inputs=[1.0, 2.0], targets=[-30.0, -30.0], loss=mse)
    script = """(() => {
      trainer.optimizer.learningRate = 1;
      while (trainer.step() !== null);
      const before = [...trainer.parameters];
      trainer.step();
      return [trainer.steps, trainer.trouble, before, [...trainer.parameters]];
    })()"""
    steps, trouble, before, after = run(made, script)
    assert re.match(
        rf"At step {steps + 1} the loss is NaN for example [01]; it began with l = log\(v1\) = log", trouble
    )
    assert "lower the learning rate" in trouble
    assert before == after


def test_a_gradient_that_is_not_finite_stops_training() -> None:
    made = page(MLP(2, [3, 1], seed=0), loss=mse, targets=[0.5 * s for s in SIDES])
    script = """(() => {
      trainer.optimizer.learningRate = 1e30;
      while (trainer.step() !== null);
      return [trainer.trouble, trainer.parameters.every(Number.isFinite)];
    })()"""
    trouble, finite = run(made, script)
    assert trouble.startswith("At step ")
    assert finite


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("trainer.optimizer.learningRate = 1e308", "it began with w, which the step before has made −∞"),
        ("trainer.setOptimizer('Adam', { epsilon: 0 })", "it began with unused, which the step before has made NaN"),
    ],
)
def test_a_step_that_goes_astray_is_where_it_began(options: str, told: str) -> None:
    class Line(Module):
        def __init__(self) -> None:
            self.w, self.unused = Value(1.0), Value(1.0)

        def __call__(self, x: Any) -> Any:
            return self.w * x + self.unused * 0.0

    made = page(Line(), inputs=[3.0], targets=[-50.0], loss=mse)
    script = f"({options}, [trainer.step() !== null, trainer.step(), trainer.trouble])"
    first, second, trouble = run(made, script)
    assert (first, second) == (True, None)
    assert trouble.startswith("At step 2 the loss is ")
    assert told in trouble


class Gate(Module):
    """Goes another way where its parameter is small, or its input."""

    def __init__(self) -> None:
        self.w = Value(1.0)

    def __call__(self, x: Any) -> Any:
        if x[0] < -10.0:
            return self.w
        return self.w * x[0] if self.w > 0.9 else -self.w


def test_a_branch_that_changes_is_told_and_nothing_is_frozen_in_silence() -> None:
    made = page(Gate(), inputs=[[1.0], [2.0]], targets=[0.0, 0.0], loss=mse)
    script = """(() => {
      const first = trainer.step();
      const second = trainer.step();
      const told = trainer.branchChanged;
      const stayed = trainer.steps;
      trainer.parameters[0] = 1;
      const again = trainer.step() !== null;
      const nothing = trainer.branchChanged;
      trainer.parameters[0] = 1;
      return [first !== null, second, told, stayed, again, nothing, trainer.predict([-11]), trainer.branchChanged];
    })()"""
    first, second, told, steps, again, nothing, astray, of_input = run(made, script)
    assert (first, second, steps, again, nothing, astray) == (True, None, 1, True, None, None)
    assert "Python would go another way than where it was recorded: test_looking.py, line" in told
    assert "for the input −11 Python would go another way" in of_input


@pytest.mark.parametrize(
    ("call", "told"),
    [
        ("trainer.setData([[1, 2]], [1, 1], [0])", "1 examples, but 2 targets"),
        ("trainer.setData([[1, 2]], [1], [])", "no examples to train on"),
        ("trainer.setData([[1, 2, 3]], [1], [0])", "example 0 has 4 numbers"),
        ("trainer.setData([[1, NaN]], [1], [0])", "example 0 is 1, NaN, 1: not finite"),
        ("trainer.setData([[1, 2]], [1], [1])", "there is no example 1"),
        ("trainer.setOptimizer('Lion')", "no optimiser is called Lion"),
        ("trainer.load({ parameters: [1] })", "the state has 1 parameters, but the model has 13"),
    ],
)
def test_bad_input_is_told_and_changes_nothing(call: str, told: str) -> None:
    script = f"""(() => {{
      try {{ {call}; return null; }}
      catch (error) {{ return [error.message, trainer.X.length, trainer.parameters.length, trainer.step() !== null]; }}
    }})()"""
    message, examples, parameters, steps = run(page(MLP(2, [3, 1], seed=0)), script)
    assert told in message
    assert (examples, parameters, steps) == (20, 13, True)


def test_a_class_that_there_is_not_is_told() -> None:
    made = page(MLP(2, [3, 3], seed=0), targets=THIRDS, loss=cross_entropy_with_logits)
    script = "(() => { try { trainer.setData([[1, 2]], [3], [0]); } catch (error) { return error.message; } })()"
    assert run(made, script) == "example 0 is of class 3, but the classes are 0 to 2"


def test_other_data_is_trained_on() -> None:
    script = """(() => {
      trainer.setData([[1, 2], [3, 4], [-1, 0]], [1, -1, 1], [0, 2], [1]);
      const losses = [trainer.lossOf([0]), trainer.lossOf([2])];
      return [losses, trainer.epoch(), trainer.steps];
    })()"""
    losses, loss, steps = run(page(MLP(2, [3, 1], seed=0)), script)
    assert loss == pytest.approx(sum(losses) / 2)
    assert steps == 1
