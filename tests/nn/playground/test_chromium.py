"""The page in a real browser: it opens alone, trains as Python does, and is small."""

from __future__ import annotations

from typing import Any

import pytest

from demos.moons import two_moons
from nn import MLP, SGD, fit, hinge, playground
from support.playground_cases import CASES, epochs_of, page_of
from support.playgrounds import trained

TRAINER = "const trainer = new Trainer(SPEC);"


@pytest.mark.parametrize("name", CASES)
def test_training_is_that_of_fit(open_page: Any, name: str) -> None:
    case = CASES[name]
    epochs = epochs_of(case)
    page = open_page(page_of(case))
    script = f"""() => {{
      {TRAINER}
      return [Array.from({{ length: {epochs} }}, () => trainer.epoch()), [...trainer.parameters]];
    }}"""
    their_losses, their_parameters = page.evaluate(script)
    parameters, losses = trained(case, epochs)
    assert their_parameters == pytest.approx(parameters, rel=1e-9, abs=1e-9)
    assert their_losses == pytest.approx(losses, rel=1e-9, abs=1e-9)


def test_the_moons_of_the_demo(open_page: Any) -> None:
    """2-16-16-1, 100 points, full batch; the file is at most 300 KB, and asks for nothing."""
    points, sides = two_moons(100, 0.1, seed=0)
    model = MLP(2, [16, 16, 1], seed=0)
    made = playground(model, points, sides, loss=hinge, optimizer=SGD(model.parameters(), 0.5), seed=0)
    assert len(made.to_html().encode()) <= 300_000
    page = open_page(made)
    script = f"""() => {{
      {TRAINER}
      for (let k = 0; k < 100; k++) trainer.step();
      return [[...trainer.parameters], trainer.accuracyOf(trainer.trainIndices)];
    }}"""
    parameters, accuracy = page.evaluate(script)
    fit(model, points, sides, loss=hinge, optimizer=SGD(model.parameters(), 0.5), epochs=100, seed=0, progress=False)
    assert parameters == pytest.approx([p.data for p in model.parameters()], rel=1e-9, abs=1e-9)
    assert accuracy > 0.95


def test_a_page_by_itself_in_a_notebook() -> None:
    case = CASES["xnor"]
    bundle = page_of(case)._repr_mimebundle_()
    assert bundle["text/plain"] == "<playground Xnor: 9 parameters, 4 examples>"
    assert bundle["text/html"].startswith("<iframe srcdoc=")
    assert "allow-same-origin" not in bundle["text/html"]
