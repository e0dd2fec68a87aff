"""What the networks, losses and metrics of nn return, as type checkers see them."""

import random
from collections.abc import Sequence
from typing import Any, assert_type

import autograd as ag
import nn
from autograd import Value

x = Value(0.5)
values = [x, 2.0 * x]
floats = [0.25, 0.75]
mixture: list[Value | float] = [x, 1.0]

neuron = nn.Neuron(2, "tanh", seed=random.Random(1))
assert_type(neuron, nn.Neuron)
assert_type(neuron([1, 2.0]), Value)
assert_type(neuron(values), Value)
assert_type(neuron.w, list[Value])
assert_type(neuron.b, Value | None)
layer = nn.Layer(2, 3, ag.relu)
layer([x, 1.0])
model = nn.MLP(2, [8, 1], activation=lambda z: z * z, output_activation="linear")
model((1.0, 2.0))
assert_type(model.parameters(), list[Value])
assert_type(model.named_parameters(), list[tuple[str, Value]])
assert_type(model.state_dict(), dict[str, float])

assert_type(nn.mse(x, 1.0), Value)
assert_type(nn.mse(values, floats), Value)
assert_type(nn.mse([values, values], [floats, floats]), Value)
assert_type(nn.mse(values, [1, 0], reduction="sum"), Value)
assert_type(nn.mse(predictions=values, targets=values), Value)
assert_type(nn.mse(floats, floats), float)
assert_type(nn.mse(0.5, 1), float)
assert_type(nn.mse([floats], [(0, 1)]), float)
assert_type(nn.mse(mixture, floats), Value | float)
assert_type(nn.mse(floats, values), Value | float)
assert_type(nn.half_squared_error(values, floats), Value)
assert_type(nn.half_squared_error(floats, floats), float)
assert_type(nn.binary_cross_entropy(values, [0, 1]), Value)
assert_type(nn.binary_cross_entropy(floats, [0, 1]), float)
assert_type(nn.binary_cross_entropy(probabilities=x, targets=1), Value)
assert_type(nn.binary_cross_entropy_with_logits(logits=values, targets=[0, 1]), Value)
assert_type(nn.binary_cross_entropy_with_logits(floats, [0, 1]), float)
assert_type(nn.cross_entropy(values, 1), Value)
assert_type(nn.cross_entropy(floats, [0.0, 1.0]), float)
assert_type(nn.cross_entropy_with_logits([values], [1]), Value)
assert_type(nn.cross_entropy_with_logits(floats, 1), float)
assert_type(nn.hinge(scores=values, targets=[-1, 1]), Value)
assert_type(nn.hinge(floats, [-1, 1]), float)
assert_type(nn.mae(values, floats), Value)
assert_type(nn.mae(floats, floats), float)
assert_type(nn.huber(values, floats, delta=2), Value)
assert_type(nn.huber(floats, floats, "sum", 0.5), float)
assert_type(nn.gaussian_nll(values, floats, 1.0), Value)
assert_type(nn.gaussian_nll(floats, floats, floats, full=True), float)
assert_type(nn.gaussian_nll(floats, floats, x), Value | float)
assert_type(nn.kl_divergence(values, floats), Value)
assert_type(nn.kl_divergence(floats, 1), float)
assert_type(nn.kl_divergence_with_logits(values, floats), Value)
assert_type(nn.cross_entropy_with_logits(values, 1, label_smoothing=0.1), Value)
assert_type(nn.l2_penalty(model, 1e-4), Value)
assert_type(nn.one_hot(1, 3), list[float])
assert_type(nn.one_hot([0, 1], 3), list[list[float]])

assert_type(nn.accuracy(floats, [0, 1]), float)
assert_type(nn.accuracy([floats, floats], [0, 1]), float)
assert_type(nn.accuracy([values, values], [[0, 1], [1, 0]], threshold=0), float)
assert_type(nn.confusion_matrix(values, [0, 1], threshold=0.0), list[list[int]])
assert_type(nn.f1([values, values], [0, 1], average="macro"), float)
assert_type(nn.r2(values, floats), float)
assert_type(nn.argmax(values), int)
assert_type(nn.argmax((1, 2)), int)


def of_any_rows(rows: Sequence[Sequence[Value]], targets: Sequence[int]) -> None:
    assert_type(nn.cross_entropy_with_logits(rows, targets), Value)
    assert_type(nn.accuracy(rows, targets), float)


optimizer = nn.SGD(model.parameters(), nn.schedules.step_decay(0.1, 0.5, 100), momentum=0.9)
nn.AdamW(values, learning_rate=0.1)
nn.RMSprop([{"params": values, "learning_rate": 0.1}, {"params": model.parameters()}], alpha=0.9)
sequence = nn.Sequential(nn.Embedding(3, 2), len, nn.Dropout(0.5, seed=1))
assert_type(sequence.freeze().unfreeze(values), nn.Sequential)
assert_type(nn.LayerNorm(2)(values), list[Any])
assert_type(nn.Neuron(1)(x), Value)
history = nn.fit(
    model,
    [[0, 0], (0.0, 1.0)],
    [0, 1],
    loss=nn.mse,
    optimizer=optimizer,
    epochs=1,
    metrics={"accuracy": nn.accuracy},
    penalty=lambda m: nn.l2_penalty(m, 1e-4),
)
assert_type(history, nn.History)
assert_type(history.validation_loss, list[float])


def stop(epoch: nn.Epoch) -> bool:
    assert_type(epoch.validation_loss, float | None)
    return epoch.loss < 0.1


nn.fit(
    model,
    [[0, 0], (0.0, 1.0)],
    [0, 1],
    loss=nn.mse,
    optimizer=optimizer,
    epochs=1,
    validation=([[0.0, 0.0]], [1]),
    callbacks=[nn.EarlyStopping(3), nn.ReduceLROnPlateau(), stop, lambda epoch: print(epoch.number)],
    clip_norm=1,
    sample_weight=[1, 0.5],
    class_weight={0: 1.0, 1: 2.0},
)
nn.fit(model, [1, 2], ["a", "b"], loss=nn.mse, optimizer=optimizer, epochs=1, validation=0.2, class_weight="balanced")
assert_type(nn.predict(model, [[0.0, 1.0]]), list[Any])
assert_type(model.train(), nn.MLP)
assert_type(model.eval().training, bool)
assert_type(history.loss, list[float])
assert_type(history.metrics, dict[str, list[float]])
assert_type(nn.load("model.json"), nn.Saved)
assert_type(nn.load("model.json").generator, random.Random | None)
