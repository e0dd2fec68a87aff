"""What is taken home from a page: files that nn.load reads, and Python that goes on as the page would."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from autograd import Value, tanh
from demos.moons import two_moons
from nn import (
    MLP,
    SGD,
    Adam,
    AdamW,
    Layer,
    Module,
    RMSprop,
    fit,
    hinge,
    load,
    playground,
)
from nn.playground import asset
from support.playgrounds import needs_node, node, run

pytestmark = needs_node

POINTS, SIDES = two_moons(20, 0.1, seed=3)
OPTIMIZERS = {
    "SGD": lambda model: SGD(model.parameters(), 0.05),
    "momentum": lambda model: SGD(model.parameters(), 0.05, 0.9, nesterov=True),
    "Adam": lambda model: Adam(model.parameters(), 0.01),
    "AdamW": lambda model: AdamW(model.parameters(), 0.01),
    "RMSprop": lambda model: RMSprop(model.parameters(), 0.01),
}


class Pair(Module):
    """A user's own, which says how it is made; with a Module and a generator among its arguments."""

    def __init__(self, body: Layer, generator: random.Random) -> None:
        self.body, self.generator, self.scale = body, generator, Value(0.5)

    def __call__(self, x: Any) -> Any:
        return tanh(self.body(x)) * self.scale

    def architecture(self) -> dict[str, Any]:
        return {"body": self.body, "generator": self.generator}


def test_numbers_are_written_as_python_writes_them() -> None:
    generator = random.Random(0)
    numbers = [0.0, -0.0, 1.0, -5.0, 0.1, 1e-4, 9.9e-5, 1e-5, 1.5e-7, 5e-324, 1e15, 123456789012345680.0, 1e16, 1e21]
    numbers += [1e22, 1.7976931348623157e308]
    numbers += [generator.gauss(0, 1) * 10.0 ** generator.randint(-30, 30) for _ in range(500)]
    found = node(asset("files.js"), f"{json.dumps(numbers)}.map(pythonFloat)")
    assert found == list(map(repr, numbers))
    texts = ["plain", 'quo"te\\', "ε · 한국어", "😀", "\x00\x1f\x7f\n\t</script>"]
    assert node(asset("files.js"), f"{json.dumps(texts)}.map(quoted)") == list(map(json.dumps, texts))


def test_checksums_are_sha_256() -> None:
    texts = ["", "abc", *["x" * n for n in (55, 56, 57, 63, 64, 65, 119, 120, 1_000)]]
    found = node(asset("files.js"), f"{json.dumps(texts)}.map(sha256)")
    assert found == [hashlib.sha256(text.encode()).hexdigest() for text in texts]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_file_is_read_by_load_and_training_goes_on_as_in_the_page(name: str, tmp_path: Path) -> None:
    model = MLP(2, [4, 1], seed=0)
    model.freeze(model.parameters()[:2])
    made = playground(
        model, POINTS, SIDES, loss=hinge, optimizer=OPTIMIZERS[name](model), batch_size=6, seed=5, validation=0.2
    )
    script = """(() => {
      const epochs = () => { for (let k = 0; k < 3; k++) trainer.epoch(); };
      epochs();
      const text = new Files(trainer).json();
      epochs();
      return [text, [...trainer.parameters], trainer.trainIndices];
    })()"""
    text, parameters, train = run(made, script)
    path = tmp_path / "model.json"
    path.write_text(text)
    saved = load(path)
    assert saved.model.architecture() == model.architecture()
    assert type(saved.optimizer) is type(OPTIMIZERS[name](model))
    learnt, sides = (list(run(made, f"{rows}.slice(0, {len(train)})")) for rows in ("trainer.X", "trainer.y"))
    options: dict[str, Any] = {"optimizer": saved.optimizer, "batch_size": 6, "seed": saved.generator}
    fit(saved.model, learnt, sides, loss=hinge, epochs=3, progress=False, **options)
    assert [p.data for p in saved.model.parameters()] == pytest.approx(parameters, rel=1e-9)


def test_modules_and_generators_among_the_arguments_are_kept(tmp_path: Path) -> None:
    model = Pair(Layer(2, 1, seed=0), random.Random(3))
    made = playground(model, POINTS, SIDES, loss=hinge, optimizer=SGD(model.parameters(), 0.1), seed=1)
    path = tmp_path / "model.json"
    path.write_text(run(made, "(trainer.epoch(), new Files(trainer).json())"))
    saved = load(path)
    assert isinstance(saved.model, Pair)
    assert saved.model.generator.random() == random.Random(3).random()
    assert saved.model.scale.data != 0.5


def test_a_model_that_no_file_holds_says_why() -> None:
    made = bare()
    message = run(made, "(() => { try { new Files(trainer).json(); } catch (error) { return error.message; } })()")
    assert "Bare doesn't say how to make one like it; define architecture(self) -> dict" in message
    assert run(made, "new Files(trainer).refusal") == message


def test_a_parameter_that_is_no_number_is_not_taken_home() -> None:
    for text in ("json", "python"):
        script = f"""(() => {{
          trainer.parameters[0] = NaN;
          try {{ new Files(trainer).{text}(); }} catch (error) {{ return error.message; }}
        }})()"""
        model = MLP(1, [1], seed=0)
        made = playground(model, [[1.0]], [1.0], loss=hinge, optimizer=SGD(model.parameters(), 0.1))
        assert run(made, script).startswith("the parameter layer0.neuron0.w[0] is NaN; reset")


class Bare(Module):
    def __init__(self) -> None:
        self.w = Value(1.0)

    def __call__(self, x: Any) -> Any:
        return self.w * x[0]


def bare() -> Any:
    model = Bare()
    return playground(model, POINTS, SIDES, loss=hinge, optimizer=SGD(model.parameters(), 0.1))


def python(path: Path) -> list[float]:
    """The losses that a script prints; its last line prints one."""
    told = path.read_text()
    path.write_text(told + "print([p.data for p in model.parameters()])\n")
    root = Path(__file__).parent.parent.parent.parent
    environment = {"PYTHONPATH": str(root)}
    done = subprocess.run([sys.executable, path], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_python_goes_on_from_the_pages_numbers(tmp_path: Path) -> None:
    model = MLP(2, [4, 1], "tanh", seed=0)
    made = playground(
        model,
        POINTS,
        SIDES,
        loss=hinge,
        optimizer=Adam(model.parameters(), 0.01),
        batch_size=6,
        seed=5,
        validation=(POINTS[:3], SIDES[:3]),
        title="two\nmoons",
    )
    script = """(() => {
      const epochs = (count) => { for (let k = 0; k < count; k++) trainer.epoch(); };
      trainer.penalty = 0.01;
      epochs(3);
      trainer.frozen[2] = 1;
      epochs(1);
      const text = new Files(trainer).python();
      epochs(100);
      return [text, [...trainer.parameters]];
    })()"""
    text, parameters = run(made, script)
    assert text.startswith("# two moons: after 16 steps in the playground.")
    path = tmp_path / "go_on.py"
    path.write_text(text)
    assert python(path) == pytest.approx(parameters, rel=1e-9)


def test_python_says_what_to_fill_in_where_a_page_does_not_know() -> None:
    text = run(bare(), "new Files(trainer).python()")
    assert "model = ...  # put yours here, the Bare that the page was made of" in text
    compile(text, "go_on.py", "exec")
    w, v = Value(2.0, "w"), Value(0.25, "w")  # of one name
    made = playground(
        lambda x: w * x[0] + v,
        POINTS,
        SIDES,
        loss=lambda p, t: (p - t) ** 2,
        optimizer=SGD([w, v], 0.1),
        title="Line",
    )
    text = run(made, "new Files(trainer).python()")
    compile(text, "go_on.py", "exec")
    assert "loss = ...  # put yours here" in text
    assert "zip(parameters, [2.0, 0.25], strict=True)" in text
    assert "parameters = ...  # put the list of its parameters here" in text
    assert "this model is a function" in run(made, "new Files(trainer).refusal")
