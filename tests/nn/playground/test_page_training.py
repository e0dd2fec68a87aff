"""The controls of training, against Python's `fit` on the same seed and order."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from nn import SGD, Adam, Playground, RMSprop, accuracy, fit, hinge, l2_penalty, predict
from support.playground_pages import KINDS, OTHERS, POINTS, SIDES, moons, moons_model, number, parameters, shown

Open = Callable[..., Any]
CLOSE: Any = {"rel": 1e-9, "abs": 1e-12}


def fitted(epochs: int, optimizer: Callable[[Any], Any] = lambda p: SGD(p, 0.1), **options: Any) -> list[float]:
    model = moons_model()
    given = {"loss": hinge, "optimizer": optimizer(model.parameters()), "seed": 0, "progress": False, **options}
    fit(model, POINTS, SIDES, epochs=epochs, **given)
    return [p.data for p in model.parameters()]


def _adam(parameters: Any) -> Adam:
    return Adam(parameters, 0.03, betas=(0.8, 0.999), weight_decay=0.01)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_model_opens_and_trains(open_page: Open, kind: str) -> None:
    page = open_page(KINDS[kind]())
    before = shown(page, "train-loss")
    for _ in range(3):
        page.click("#epoch")
    assert shown(page, "epochs") == 3
    assert shown(page, "train-loss") < before
    assert page.locator("#trouble").is_hidden()
    assert page.evaluate(
        "$('plot').getContext('2d').getImageData(0, 0, $('plot').width, $('plot').height).data.some((x) => x)"
    )


def test_a_step_is_one_batch_and_an_epoch_all_of_them(open_page: Open) -> None:
    page = open_page(moons(batch_size=10))
    page.click("#step")
    assert (shown(page, "steps"), shown(page, "epochs")) == (1, 0)
    page.click("#epoch")
    assert (shown(page, "steps"), shown(page, "epochs")) == (3, 1)
    assert parameters(page) == pytest.approx(fitted(1, batch_size=10), **CLOSE)


def test_play_trains_until_it_is_paused_as_fit_would(open_page: Open) -> None:
    page = open_page(moons())
    page.select_option("#speed", "0")
    page.click("#play")
    assert page.get_by_role("button", name="Pause").is_visible()
    page.wait_for_function("() => page.trainer.steps >= 50 && (document.getElementById('play').click(), true)")
    steps = int(shown(page, "steps"))
    assert steps == page.evaluate("page.trainer.steps") >= 50
    assert page.get_by_role("button", name="Play").is_visible()
    page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate("page.trainer.steps") == steps
    assert parameters(page) == pytest.approx(fitted(steps, jit=True), **CLOSE)


def test_the_speed_says_how_many_steps_a_second(open_page: Open) -> None:
    page = open_page(moons())
    page.clock.install()
    for speed in (10, 100):
        page.select_option("#speed", str(speed))
        page.click("#play")
        steps, at = page.evaluate("[page.trainer.steps, page.last]")
        page.clock.run_for(1000)
        more, later = page.evaluate("[page.trainer.steps, page.last]")
        page.click("#play")
        assert (more - steps) / (later - at) == pytest.approx(speed / 1000, rel=0.2)  # by the page's own clock


def test_reset_brings_back_the_first_numbers_and_keeps_the_settings(open_page: Open) -> None:
    page = open_page(moons(batch_size=8))
    before = parameters(page)
    page.get_by_label("Learning rate").fill("0.02")
    page.get_by_label("Learning rate").press("Enter")
    page.click("#epoch")
    once = parameters(page)
    page.click("#reset")
    assert parameters(page) == before
    assert (shown(page, "steps"), shown(page, "epochs")) == (0, 0)
    assert page.get_by_label("Learning rate").input_value() == "0.02"
    page.click("#epoch")
    assert parameters(page) == once  # the same batches again


@pytest.mark.parametrize(
    ("name", "options", "optimizer"),
    [
        ("SGD", {"momentum": "0.9"}, lambda p: SGD(p, 0.03, momentum=0.9)),
        ("Adam", {"betas1": "0.8", "weight_decay": "0.01"}, _adam),
        ("RMSprop", {"alpha": "0.9"}, lambda p: RMSprop(p, 0.03, alpha=0.9)),
    ],
)  # fmt: skip
def test_settings_are_those_of_python(open_page: Open, name: str, options: dict[str, str], optimizer: Any) -> None:
    page = open_page(moons())
    page.get_by_label("Optimiser").select_option(name)
    fields = {"rate": "0.03", "batch": "7", "decay": "0.05", **{f"option-{k}": x for k, x in options.items()}}
    for field, text in fields.items():
        page.fill(f"#{field}", text)
        page.locator(f"#{field}").press("Tab")
    for _ in range(4):
        page.click("#epoch")
    expected = fitted(4, optimizer, batch_size=7, penalty=lambda model: l2_penalty(model, 0.05))
    assert parameters(page) == pytest.approx(expected, **CLOSE)


def test_a_setting_out_of_its_range_is_told_and_not_used(open_page: Open) -> None:
    page = open_page(moons())
    settings = [("rate", "fast"), ("rate", "-1"), ("batch", "2.5"), ("batch", "0"), ("decay", "NaN")]
    for field, text in [*settings, ("option-momentum", "1")]:
        page.fill(f"#{field}", text)
        page.locator(f"#{field}").press("Tab")
        assert f"“{text}” is not used" in page.locator("#note").inner_text()
        assert page.locator(f"#{field}").get_attribute("aria-invalid") == "true"
    page.click("#epoch")
    assert parameters(page) == pytest.approx(fitted(1), **CLOSE)


def test_nesterov_asks_for_a_momentum(open_page: Open) -> None:
    page = open_page(moons())
    page.get_by_label("Nesterov").click()
    assert "needs a momentum" in page.locator("#note").inner_text()
    assert not page.get_by_label("Nesterov").is_checked()


def test_losses_and_accuracies_are_those_of_python(open_page: Open) -> None:
    page = open_page(moons())
    for _ in range(10):
        page.click("#epoch")
    model = moons_model()
    for p, x in zip(model.parameters(), parameters(page), strict=True):
        p.data = x
    for place, (inputs, targets) in {"train": (POINTS, SIDES), "test": OTHERS}.items():
        scores = predict(model, inputs)
        assert shown(page, f"{place}-loss") == pytest.approx(hinge(scores, targets), rel=1e-4)
        assert shown(page, f"{place}-accuracy") == pytest.approx(
            100 * accuracy(scores, targets, threshold=0.0), abs=0.06
        )
    entries = page.evaluate("page.measured.entries.map(({ step, train }) => [step, train.loss])")
    assert [step for step, _ in entries] == list(range(11))


def test_accuracy_is_shown_where_there_are_classes_only(open_page: Open) -> None:
    page = open_page(KINDS["sine"]())
    assert page.locator("#accuracy-curve").is_hidden()
    assert page.get_by_text("training accuracy").is_hidden()


def test_training_that_leaves_the_numbers_stops_and_says_where(open_page: Open) -> None:
    page = open_page(KINDS["four"]())
    page.fill("#rate", "1e200")
    page.locator("#rate").press("Tab")
    page.select_option("#speed", "0")
    page.click("#play")
    page.wait_for_selector("#trouble:not([hidden])")
    assert page.get_by_role("button", name="Play").is_visible()
    told = page.locator("#trouble").inner_text()
    assert "At step" in told
    assert "lower the learning rate" in told
    page.click("#reset")
    assert page.locator("#trouble").is_hidden()


def test_an_example_that_goes_another_way_is_told(open_page: Open) -> None:
    page = open_page(_branching())
    page.locator("#point input").first.fill("-1")
    page.locator("#point input").first.press("Tab")
    page.click("#step")
    assert "Python would go another way" in page.locator("#trouble").inner_text()
    assert shown(page, "steps") == 0


def _branching() -> Playground:
    from autograd import Value
    from nn import mse, playground

    w = Value(0.5, "w")
    return playground(
        lambda x: w * x[0] if x[0] > 0 else w, [[1.0], [2.0]], [1.0, 2.0], loss=mse, optimizer=SGD([w], 0.1), seed=0
    )


def test_batches_of_more_than_all_are_all(open_page: Open) -> None:
    page = open_page(moons(batch_size=8))
    page.fill("#batch", "1000")
    page.locator("#batch").press("Tab")
    page.click("#step")
    assert (shown(page, "steps"), shown(page, "epochs")) == (1, 1)
    assert number(page.locator("#batch").input_value()) == 1000
