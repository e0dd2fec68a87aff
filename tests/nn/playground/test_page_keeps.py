"""What can be kept of a page: its address, a picture, Python code, a file for `nn.load`; and that it holds itself."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import nn
from nn import MLP, Adam, hinge, playground
from support.playground_pages import KINDS, POINTS, SIDES, function, moons, parameters, shown

Open = Callable[..., Any]


def address(page: Any) -> str:
    """The part of the address after the page's own, once it is written."""
    return "#" + str(page.evaluate("(page.links.write(), location.hash.slice(1))"))


def with_adam(**options: Any) -> Any:
    model = MLP(2, [4, 3, 1], activation="tanh", seed=1)
    optimizer = Adam(model.parameters(), 0.02)
    return playground(model, POINTS, SIDES, loss=hinge, optimizer=optimizer, seed=0, batch_size=9, **options)


# -- the address ------------------------------------------------------------------------------------------------------


def test_the_address_brings_everything_back_and_training_goes_on_the_same(open_page: Open) -> None:
    page = open_page(with_adam())
    for _ in range(3):
        page.click("#epoch")
    page.click("#step")
    page.get_by_role("radio", name="gradients").check()
    page.select_option("#weight", label="layer1.neuron1.b")
    page.get_by_label("frozen").check()
    page.get_by_label("logarithmic").check()
    page.fill("#decay", "0.01")
    page.locator("#decay").press("Tab")
    page.focus("#plot")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    kept, points = parameters(page), page.evaluate("page.examples.points")
    other = open_page(with_adam(), address(page))
    assert parameters(other) == kept
    assert other.evaluate("page.examples.points") == points
    assert (shown(other, "steps"), shown(other, "epochs")) == (10, 3)
    assert other.get_by_role("radio", name="gradients").is_checked()
    assert other.locator("#weight").input_value() == page.locator("#weight").input_value()
    assert other.get_by_label("frozen").is_checked()
    assert other.get_by_label("logarithmic").is_checked()
    assert other.locator("#decay").input_value() == "0.01"
    assert "Example 2" in other.locator("#plot-told").inner_text()
    for each in (page, other):
        each.click("#epoch")
    assert parameters(other) == parameters(page)


def test_the_address_brings_a_set_of_the_page_back(open_page: Open) -> None:
    page = open_page(moons())
    page.get_by_role("radio", name="Spiral").click()
    page.locator("#noise").fill("0.2")
    page.locator("#share").fill("30")
    page.click("#fresh")
    page.click("#epoch")
    other = open_page(moons(), address(page))
    assert other.get_by_role("radio", name="Spiral").get_attribute("aria-checked") == "true"
    assert other.evaluate("page.examples.points") == page.evaluate("page.examples.points")
    assert parameters(other) == parameters(page)
    for each in (page, other):
        each.fill("#batch", "5")
        each.locator("#batch").press("Tab")
        each.click("#reset")
        each.click("#epoch")
    assert parameters(other) == parameters(page)  # the same order of the same seed


@pytest.mark.parametrize(
    "at",
    [
        "#nonsense",
        "#%7B%22set%22%3A%22moons%22%2C%22noise%22%3A0%2C%22share%22%3A0%2C%22count%22%3A1e9%2C%22seed%22%3A0%7D",
        "#%7B%22set%22%3A%22cats%22%7D",
        "#%",
        "#%7B%22set%22%3A%22given%22%2C%22numbers%22%3A%7B%7D%7D",
    ],
)
def test_an_address_that_is_none_is_told_and_the_page_begins_as_it_was_made(open_page: Open, at: str) -> None:
    page = open_page(moons(), at)
    assert "can’t read" in page.locator("#note").inner_text()
    assert parameters(page) == [p.data for p in MLP(2, [4, 3, 1], activation="tanh", seed=1).parameters()]
    page.click("#epoch")
    assert shown(page, "epochs") == 1


def test_the_address_is_written_by_itself_when_training_rests(open_page: Open) -> None:
    page = open_page(moons())
    page.click("#epoch")
    page.wait_for_function("() => decodeURIComponent(location.hash).includes('\"steps\":1,')")


def test_a_short_address_begins_after_some_steps(open_page: Open) -> None:
    page = open_page(moons(), "#steps=25")
    assert shown(page, "steps") == 25
    other = open_page(moons())
    for _ in range(25):
        other.click("#epoch")
    assert parameters(page) == parameters(other)
    assert len(page.evaluate("page.measured.entries")) > 20


# -- files ------------------------------------------------------------------------------------------------------------


def download(page: Any, button: str, place: Path) -> Path:
    with page.expect_download() as waiting:
        page.click(f"#{button}")
    path = place / waiting.value.suggested_filename
    waiting.value.save_as(path)
    return path


def test_the_picture_is_a_png_of_what_is_on_the_screen(open_page: Open, tmp_path: Path) -> None:
    page = open_page(moons())
    path = download(page, "save-png", tmp_path)
    content = path.read_bytes()
    assert path.name == "two-moons.png"
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    assert width > 1500
    assert height > 800
    assert len(content) > 30_000


def test_the_python_code_goes_on_as_the_page_does(open_page: Open, tmp_path: Path) -> None:
    page = open_page(with_adam())
    for _ in range(2):
        page.click("#epoch")
    code = download(page, "save-python", tmp_path).read_text()
    script = tmp_path / "on.py"
    script.write_text(code.replace("epochs=100", "epochs=3") + "\nprint([p.data for p in model.parameters()])\n")
    root = Path(nn.__file__).parents[1]
    done = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, cwd=root, env={"PYTHONPATH": str(root)}, check=False
    )
    assert done.returncode == 0, done.stderr
    for _ in range(3):
        page.click("#epoch")
    numbers = [float(x) for x in done.stdout.splitlines()[-1].strip("[]").split(",")]
    assert numbers == pytest.approx(parameters(page), rel=1e-9)


def test_nn_loads_the_file(open_page: Open, tmp_path: Path) -> None:
    page = open_page(with_adam())
    page.click("#epoch")
    page.select_option("#weight", label="layer1.neuron1.b")
    page.get_by_label("frozen").check()
    saved = nn.load(download(page, "save-json", tmp_path))
    assert [p.data for p in saved.model.parameters()] == parameters(page)
    assert dict(saved.model.named_parameters())["layer1.neuron1.b"].is_constant
    assert saved.generator is not None
    nn.fit(
        saved.model, POINTS, SIDES, loss=hinge, optimizer=saved.optimizer, epochs=2, batch_size=9, seed=saved.generator,
        progress=False,
    )  # fmt: skip
    for _ in range(2):
        page.click("#epoch")
    assert [p.data for p in saved.model.parameters()] == pytest.approx(parameters(page), rel=1e-9)


def test_a_function_has_no_file_and_says_so(open_page: Open) -> None:
    page = open_page(function())
    page.click("#save-json")
    assert "There is no JSON for this model" in page.locator("#note").inner_text()


# -- the page itself --------------------------------------------------------------------------------------------------


def test_keys_play_step_and_reset(open_page: Open) -> None:
    page = open_page(moons(batch_size=8))
    page.keyboard.press("s")
    assert shown(page, "steps") == 1
    page.keyboard.press("e")
    assert (shown(page, "steps"), shown(page, "epochs")) == (3, 1)
    page.keyboard.press("Space")
    page.wait_for_function("() => page.trainer.steps > 5")
    page.keyboard.press("Space")
    assert page.get_by_role("button", name="Play").is_visible()
    page.keyboard.press("r")
    assert shown(page, "steps") == 0
    page.keyboard.press("g")
    assert page.get_by_role("radio", name="gradients").is_checked()
    page.fill("#rate", "0.1")
    page.locator("#rate").press("s")  # a letter in a field is no key
    assert shown(page, "steps") == 0


def test_arrows_go_through_the_network_and_enter_opens_a_unit(open_page: Open) -> None:
    page = open_page(moons())
    page.focus('[data-unit="x[0]"]')
    for key in ("ArrowDown", "ArrowRight", "ArrowDown", "ArrowRight"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.dataset.unit") == "layer1.neuron2"
    page.keyboard.press("Enter")
    assert page.locator("#picture-title").inner_text() == "layer1.neuron2"
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.dataset.unit") == "layer2.neuron0"
    page.get_by_role("button", name="layer1.neuron2.w[1]").click()
    assert page.locator("#weight").evaluate("(list) => list.selectedOptions[0].text") == "layer1.neuron2.w[1]"


_NAMELESS = """() => [...document.querySelectorAll("button, input, select, textarea, canvas, section")]
  .filter((e) => e.checkVisibility() && !e.ariaHidden && !(e.tagName === "CANVAS" && e.closest("button")))
  .filter((e) => !["aria-label", "aria-labelledby", "aria-describedby"].some((name) => e.getAttribute(name)))
  .filter((e) => !(e.labels?.length && [...e.labels].some((label) => label.innerText.trim())))
  .filter((e) => !(e.tagName === "BUTTON" && e.innerText.trim())).map((e) => e.outerHTML.slice(0, 200))"""


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_can_be_used_has_a_name(open_page: Open, kind: str) -> None:
    page = open_page(KINDS[kind]())
    nameless = page.evaluate(_NAMELESS)
    assert nameless == []
    words = page.evaluate("[...document.querySelectorAll('[id]')].map(({ id }) => id)")
    assert len(words) == len(set(words))


_BOXES = """() => [...document.querySelectorAll("main *, header *, #controls *")]
  .filter((e) => e.checkVisibility() && !e.closest("table, option, ol"))
  .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
  .map((e) => {
    const range = document.createRange();
    range.selectNodeContents(e);
    const { left, top, right, bottom } = range.getBoundingClientRect();
    const card = e.closest(".card, #controls, header").getBoundingClientRect();
    return [e.innerText.slice(0, 30), left, top, right, bottom, card.left, card.right];
  })"""


@pytest.mark.parametrize("kind", ["moons", "three", "four"])
def test_no_texts_meet_or_leave_their_boxes(open_page: Open, kind: str) -> None:
    page = open_page(KINDS[kind]())
    page.click("#epoch")
    for width in (1280, 1000, 390):
        page.set_viewport_size({"width": width, "height": 844})
        page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        _check_texts(page, width)


def _check_texts(page: Any, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = page.evaluate(_BOXES)
    assert len(boxes) > 30
    for text, left, _, right, _, card_left, card_right in boxes:
        assert card_left <= left, text
        assert right <= card_right, text
    for i, (text, left, top, right, bottom, *_) in enumerate(boxes):
        for other, a, b, c, d, *_ in boxes[i + 1 :]:
            apart = right <= a + 1 or c <= left + 1 or bottom <= b + 2 or d <= top + 2
            inside = other in text or text in other or (left <= a and c <= right and top <= b and d <= bottom)
            assert apart or inside, (text, other)


def test_night_has_colours_of_its_own(open_page: Open) -> None:
    page = open_page(moons(), color_scheme="light")
    read = "[getComputedStyle(document.body).backgroundColor, Palette.css(page.palette.middle), page.palette.ink]"
    day = page.evaluate(read)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"(day) => {read}.every((colour, i) => colour !== day[i])", arg=day)


def test_less_moves_where_motion_is_unwelcome(open_page: Open) -> None:
    drawn = []
    for motion in ("no-preference", "reduce"):
        page = open_page(moons(), reduced_motion=motion)
        page.clock.install()
        before = page.evaluate("page.drawings")
        page.click("#play")
        page.clock.run_for(2000)
        drawn.append(page.evaluate("page.drawings") - before)
    assert drawn[0] > 2 * drawn[1]
    assert 2 <= drawn[1] <= 6


def test_the_policy_lets_only_the_page_itself_run(open_page: Open) -> None:
    text = moons().to_html()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    assert policy is not None
    assert policy[1].startswith("default-src &#x27;none&#x27;; script-src &#x27;sha256-")
    assert "unsafe" not in policy[1]
    assert not re.search(r"https?://(?!doi\.org|www\.w3\.org)", text.partition("<script>")[0])


def test_a_page_in_a_closed_frame_is_drawn_when_it_opens(browser: Any, tmp_path: Path) -> None:
    page = browser.new_page()
    troubles: list[str] = []
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    html = moons()._repr_mimebundle_()["text/html"]
    (tmp_path / "frame.html").write_text(f"<!doctype html><details><summary>open</summary>{html}</details>")
    page.goto((tmp_path / "frame.html").as_uri())
    page.get_by_text("open").click()
    frame = page.frame_locator("iframe")
    frame.locator("#epoch").click()
    assert frame.locator("#epochs").inner_text() == "1"
    box = frame.locator('[data-unit="layer0.neuron1"]').bounding_box()
    assert box["width"] >= 20
    assert troubles == []
    page.close()
