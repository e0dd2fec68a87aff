"""The learner's own examples: sets, noise, split, seed; clicks, drags, keys; pasted tables."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from demos.moons import two_moons
from nn import MLP, SGD, fit, hinge, mse, playground
from support.playground_pages import KINDS, OTHERS, POINTS, SIDES, four, moons, number, parameters, sine, three

Open = Callable[..., Any]

ALL = len(POINTS) + len(OTHERS[0])


def points(page: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate("page.examples.points")
    return found


def at(page: Any, x: float, y: float) -> tuple[float, float]:
    """Where a place of the plot is on the screen."""
    page.locator("#plot").scroll_into_view_if_needed()
    box = page.locator("#plot").bounding_box()
    px, py = page.evaluate("([x, y]) => page.picture.axes.place(x, y)", [x, y])
    return box["x"] + px, box["y"] + py


def paste(page: Any, text: str) -> str:
    """Paste a table; returns what is wrong with it."""
    if page.locator("#csv").is_hidden():
        page.get_by_text("Paste your own table").click()
    page.fill("#csv", text)
    page.click("#csv-use")
    told: str = page.locator("#csv-trouble").inner_text()
    return told


@pytest.mark.parametrize(
    ("kind", "sets"),
    [
        ("moons", ["Given", "Moons", "Circles", "Spiral", "XOR", "Clusters"]),
        ("three", ["Given", "Circles", "Spiral", "Clusters"]),
        ("sine", ["Given", "Sine"]),
        ("four", ["Given"]),
        ("recurrent", ["Given"]),
    ],
)
def test_only_sets_that_fit_the_model_are_offered_and_each_trains(open_page: Open, kind: str, sets: list[str]) -> None:
    page = open_page(KINDS[kind]())
    assert page.locator("#sets button").all_inner_texts() == sets
    for name in sets[1:]:
        page.get_by_role("radio", name=name, exact=True).click()
        assert page.get_by_role("radio", name=name, exact=True).get_attribute("aria-checked") == "true"
        page.click("#epoch")
        assert page.locator("#trouble").is_hidden()
        assert page.locator("#warning").is_hidden()


def test_the_moons_are_those_of_python_with_noise_count_and_seed(open_page: Open) -> None:
    page = open_page(moons())
    page.get_by_role("radio", name="Moons").click()
    page.locator("#noise").fill("0.25")
    for field, text in (("count", "50"), ("seed", "7")):
        page.fill(f"#{field}", text)
        page.locator(f"#{field}").press("Tab")
    page.locator("#share").fill("20")
    found = points(page)
    expected, sides = two_moons(50, 0.25, 7)
    assert [tuple(p["x"]) for p in found] == [pytest.approx(x, rel=1e-12, abs=1e-12) for x in expected]
    assert [p["y"] for p in found] == sides
    assert sum(p["test"] for p in found) == 10
    assert page.locator("#share-shown").inner_text() == "10 of 50"
    page.click("#fresh")
    assert page.locator("#seed").input_value() == "8"
    assert points(page) != found


def test_training_on_a_set_of_the_page_is_that_of_fit(open_page: Open) -> None:
    model = MLP(2, [3, 1], activation="tanh", seed=2)
    page = open_page(
        playground(model, POINTS, SIDES, loss=hinge, optimizer=SGD(model.parameters(), 0.1), batch_size=8, seed=0)
    )
    page.get_by_role("radio", name="Moons").click()
    page.fill("#seed", "5")
    page.locator("#seed").press("Tab")
    for _ in range(3):
        page.click("#epoch")
    places, sides = two_moons(len(POINTS), 0.1, 5)
    optimizer = SGD(model.parameters(), 0.1)
    fit(model, places, sides, loss=hinge, optimizer=optimizer, epochs=3, batch_size=8, seed=5, progress=False)
    assert parameters(page) == pytest.approx([p.data for p in model.parameters()], rel=1e-9)


def test_a_count_or_seed_that_is_none_is_told(open_page: Open) -> None:
    page = open_page(moons())
    page.get_by_role("radio", name="Moons").click()
    before = points(page)
    for field, text in [("count", "1"), ("count", "many"), ("seed", "-3"), ("seed", "1.5")]:
        page.fill(f"#{field}", text)
        page.locator(f"#{field}").press("Tab")
        assert f"“{text}” is not used" in page.locator("#note").inner_text()
        assert points(page) == before


def test_points_are_added_dragged_deleted_and_reset(open_page: Open) -> None:
    page = open_page(moons())
    page.locator("#adds").get_by_label("−1").check()
    page.mouse.click(*at(page, 0.5, 1.1))
    assert len(points(page)) == ALL + 1
    added = points(page)[-1]
    assert added["x"] == pytest.approx([0.5, 1.1], abs=0.02)
    assert (added["y"], added["test"]) == (-1, False)
    page.mouse.move(*at(page, *added["x"]))
    page.mouse.down()
    page.mouse.move(*at(page, -1.0, -0.4), steps=4)
    page.mouse.up()
    assert len(points(page)) == ALL + 1
    assert points(page)[-1]["x"] == pytest.approx([-1.0, -0.4], abs=0.02)
    assert page.evaluate("page.trainer.X.at(-1)") == points(page)[-1]["x"]
    page.click("#remove")
    assert len(points(page)) == ALL
    page.click("#remove")
    assert len(points(page)) == ALL - 1
    page.click("#own-reset")
    assert [p["x"] for p in points(page)] == [*map(list, POINTS), *map(list, OTHERS[0])]


def test_another_seed_keeps_the_learners_own_examples(open_page: Open) -> None:
    page = open_page(moons())
    page.mouse.click(*at(page, 0.5, 1.1))
    before = points(page)
    page.click("#fresh")
    assert [p["x"] for p in points(page)] == [p["x"] for p in before]
    assert [p["test"] for p in points(page)] != [p["test"] for p in before]
    assert page.locator("#steps").inner_text() == "0"


def test_a_finger_adds_and_drags_points_and_scrolls_beside_them(open_page: Open) -> None:
    page = open_page(moons(), has_touch=True, viewport={"width": 390, "height": 844})
    page.touchscreen.tap(*at(page, 0.5, 1.1))
    assert points(page)[-1]["x"] == pytest.approx([0.5, 1.1], abs=0.03)
    devtools = page.context.new_cdp_session(page)

    def swipe(start: tuple[float, float], end: tuple[float, float]) -> None:
        places = [(start[0] + (end[0] - start[0]) * k / 5, start[1] + (end[1] - start[1]) * k / 5) for k in range(6)]
        for k, (x, y) in enumerate(places):
            kind = "touchMove" if k else "touchStart"
            devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    top = page.evaluate("scrollY")
    swipe(at(page, 0.5, 1.1), at(page, 0.5, -0.6))
    assert points(page)[-1]["x"] == pytest.approx([0.5, -0.6], abs=0.04)
    assert page.evaluate("scrollY") == top
    before = points(page)
    swipe(at(page, -0.9, -0.6), at(page, -0.9, 1.1))
    page.wait_for_function(f"() => scrollY !== {top}")
    assert points(page) == before


def test_a_click_gives_a_curve_its_target(open_page: Open) -> None:
    page = open_page(sine())
    page.mouse.click(*at(page, 1.05, -0.8))
    assert points(page)[-1]["x"] == pytest.approx([1.05], abs=0.03)
    assert points(page)[-1]["y"] == pytest.approx(-0.8, abs=0.03)


def test_numbers_of_an_example_are_fields(open_page: Open) -> None:
    page = open_page(four())
    page.locator("#plot").click(position=dict(zip("xy", page.evaluate("page.picture.places[5]"), strict=True)))
    fields = page.locator("#point input")
    before = points(page)[5]
    assert [number(fields.nth(k).input_value()) for k in range(5)] == pytest.approx(
        [*before["x"], before["y"]], rel=1e-5
    )
    fields.nth(2).fill("1.25")
    fields.nth(2).press("Tab")
    fields.nth(4).fill("-7")
    fields.nth(4).press("Tab")
    assert points(page)[5]["x"] == [*before["x"][:2], 1.25, before["x"][3]]
    assert points(page)[5]["y"] == -7
    page.click("#copy")
    assert points(page)[-1]["x"] == points(page)[5]["x"]
    fields.nth(0).fill("x")
    fields.nth(0).press("Tab")
    assert "“x” is not used" in page.locator("#note").inner_text()


def test_the_class_of_an_example_can_be_changed(open_page: Open) -> None:
    page = open_page(three())
    page.get_by_label("class of the example").select_option("2")
    assert points(page)[0]["y"] == 2
    assert page.evaluate("page.trainer.y[0]") == 2


def test_keys_choose_move_add_and_delete(open_page: Open) -> None:
    page = open_page(moons())
    page.focus("#plot")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    assert "Example 2" in page.locator("#plot-told").inner_text()
    before = points(page)[1]["x"]
    page.keyboard.press("Shift+ArrowUp")
    page.keyboard.press("Shift+ArrowLeft")
    after = points(page)[1]["x"]
    assert after[0] < before[0]
    assert after[1] > before[1]
    page.keyboard.press("a")
    assert len(points(page)) == ALL + 1
    page.keyboard.press("Delete")
    assert len(points(page)) == ALL


_TABLES = [
    "x,y,side\n0.5,1,1\n-1,2,-1\n",
    "0.5;1;1\n-1;2;-1",
    "0,5;1;1\r\n-1;2;-1",
    "0.5\t1\t1\n−1\t2\t−1",
    "# mine\n0.5 1 1\n-1  2 -1",
]


def test_tables_in_the_usual_forms_are_read(open_page: Open) -> None:
    page = open_page(moons())
    page.locator("#share").fill("0")
    for table in _TABLES:
        assert paste(page, table) == ""
        assert points(page) == [{"x": [0.5, 1], "y": 1, "test": False}, {"x": [-1, 2], "y": -1, "test": False}]
        page.click("#epoch")
        assert page.locator("#trouble").is_hidden()


def test_words_for_classes_are_taken_for_the_labels(open_page: Open) -> None:
    page = open_page(three())
    assert paste(page, "a,b,species\n1,2,setosa\n3,4,virginica\n5,6,versicolor\n7,8,setosa") == ""
    assert [p["y"] for p in points(page)] == [0, 2, 1, 0]
    assert "“setosa” is 0, “versicolor” is 1, “virginica” is 2" in page.locator("#note").inner_text()


_NO_TABLES = [
    ("", "nothing in the box"),
    ("1,2,1\n1,two,1", "Line 2, column x[1] is “two”, which is not a finite number"),
    ("1,2,1\n\n1,,1", "Line 3, column x[1] is empty"),
    ("1,2,1\n1,inf,1", "is “inf”, which is not a finite number"),
    ("1,2", "Line 1 has 2 columns, but this model needs 3: x[0], x[1], class"),
    ("1,2,1\n1,2,1,7", "Line 2 has 4 columns"),
    ("1,2,a\n1,2,b\n1,2,c", "3 different entries, but the model tells 2 classes apart"),
    ("1,2,9\n1,2,9", "one class only"),
    ("1,2,1\n1,2,", "Line 2 has no class"),
]


def test_a_table_that_is_none_is_told_with_its_line_and_changes_nothing(open_page: Open) -> None:
    page = open_page(moons())
    before = points(page)
    for table, told in _NO_TABLES:
        assert told in paste(page, table)
        assert points(page) == before


def test_one_class_alone_is_told(open_page: Open) -> None:
    page = open_page(moons())
    page.locator("#share").fill("0")
    assert paste(page, "1,2,1\n1,3,1") == ""
    assert "All training examples are of class 1" in page.locator("#warning").inner_text()
    page.locator("#point select").select_option("0")
    assert page.locator("#warning").is_hidden()


def test_the_last_example_stays(open_page: Open) -> None:
    model = MLP(1, [1], seed=0)
    page = open_page(playground(model, [[1.0]], [2.0], loss=mse, optimizer=SGD(model.parameters(), 0.1), seed=0))
    page.focus("#plot")
    page.keyboard.press("Delete")
    assert "last example" in page.locator("#note").inner_text()
    assert len(points(page)) == 1


def test_a_split_keeps_an_example_to_train_on(open_page: Open) -> None:
    page = open_page(sine())
    page.locator("#share").fill("50")
    assert page.locator("#share-shown").inner_text() == "11 of 21"
    assert page.evaluate("page.trainer.trainIndices.length") == 10
    assert page.locator("#test-loss").inner_text() != "—"
