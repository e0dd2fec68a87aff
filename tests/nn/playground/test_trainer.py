"""Training in the page's JavaScript, run by node, against Python's fit."""

from __future__ import annotations

import random
from typing import Any

import pytest

from nn import MLP, Adam, fit, hinge, l2_penalty, playground
from support.playground_cases import CASES, POINTS, SIDES, STEPS, epochs_of, page_of
from support.playgrounds import needs_node, run, trained

pytestmark = needs_node


@pytest.mark.parametrize("name", CASES)
def test_training_is_that_of_fit(name: str) -> None:
    case = CASES[name]
    epochs = epochs_of(case)
    parameters, losses = trained(case, epochs)
    script = f"[Array.from({{ length: {epochs} }}, () => trainer.epoch()), [...trainer.parameters], trainer.steps]"
    their_losses, their_parameters, steps = run(page_of(case), script)
    assert steps >= STEPS
    assert their_parameters == pytest.approx(parameters, rel=1e-9, abs=1e-9)
    assert their_losses == pytest.approx(losses, rel=1e-9, abs=1e-9)
    assert their_parameters != pytest.approx([p.data for p in case.make().parameters()], rel=1e-3)


def test_the_penalty_is_that_of_the_weights() -> None:
    case = CASES["two moons, batches"]
    parameters, losses = trained(case, 20, penalty=lambda model: l2_penalty(model, 0.1))
    script = "(trainer.penalty = 0.1, [Array.from({ length: 20 }, () => trainer.epoch()), [...trainer.parameters]])"
    their_losses, their_parameters = run(page_of(case), script)
    assert their_parameters == pytest.approx(parameters, rel=1e-9)
    assert their_losses == pytest.approx(losses, rel=1e-9)


@pytest.mark.parametrize("name", ["two moons, batches", "adam", "nesterov", "rmsprop, momentum"])
def test_what_is_frozen_for_a_while_goes_on_as_in_python(name: str) -> None:
    case = CASES[name]
    model = case.make()
    optimizer = case.optimizer(model)
    generator = random.Random(11)
    options = {**case.options, "seed": generator, "loss": case.loss, "optimizer": optimizer, "progress": False}
    fit(model, case.X, case.y, epochs=3, **options)
    model.freeze(model.parameters()[:5])
    fit(model, case.X, case.y, epochs=3, **options)
    model.unfreeze()
    optimizer.learning_rate = 0.004
    fit(model, case.X, case.y, epochs=3, **options)
    script = """(() => {
      const epochs = () => { for (let k = 0; k < 3; k++) trainer.epoch(); };
      epochs();
      trainer.frozen.fill(1, 0, 5);
      epochs();
      trainer.frozen.fill(0);
      trainer.optimizer.learningRate = 0.004;
      epochs();
      return [[...trainer.parameters], trainer.optimizer.state()];
    })()"""
    parameters, state = run(page_of(case), script)
    assert parameters == pytest.approx([p.data for p in model.parameters()], rel=1e-9)
    assert set(state) == set(optimizer.state)
    for entry, numbers in state.items():
        assert numbers == pytest.approx(optimizer.state[entry], rel=1e-9, abs=1e-12)


def test_it_goes_on_from_where_the_optimizer_is() -> None:
    model = MLP(2, [4, 1], seed=0)
    optimizer, generator = Adam(model.parameters(), 0.01), random.Random(4)
    options: dict[str, Any] = {"loss": hinge, "optimizer": optimizer, "batch_size": 7, "seed": generator}
    fit(model, POINTS, SIDES, epochs=4, progress=False, **options)
    model.freeze(model.layers[0].parameters()[:3])
    page = playground(model, POINTS, SIDES, **options)
    fit(model, POINTS, SIDES, epochs=4, progress=False, **options)
    found = run(page, "(trainer.epoch(), trainer.epoch(), trainer.epoch(), trainer.epoch(), [...trainer.parameters])")
    assert found == pytest.approx([p.data for p in model.parameters()], rel=1e-9)


def test_reset_and_states_lead_back() -> None:
    script = """(() => {
      const steps = (n) => { for (let k = 0; k < n; k++) trainer.step(); return [...trainer.parameters]; };
      steps(7);
      const state = JSON.parse(JSON.stringify(trainer.state()));
      const first = steps(13);
      trainer.load(state);
      const again = steps(13);
      trainer.reset();
      const begun = [...trainer.parameters];
      steps(7);
      return [first, again, steps(13), begun];
    })()"""
    case = CASES["adam"]
    first, again, afresh, begun = run(page_of(case), script)
    assert first == again == afresh
    assert begun == [p.data for p in case.make().parameters()]
