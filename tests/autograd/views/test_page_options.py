"""What can be chosen about a page: its title, intro, start, what learns, theme and language."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import nn
from autograd import Value, constant, walkthrough
from autograd.support import extras
from autograd.views.page.settings import TEXTS
from support.pages import Open, neuron, rows

HANGUL = re.compile("[가-힣]")


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"theme": "sepia"}, ValueError, "theme must be one of auto, light, dark, got 'sepia'"),
        ({"theme": ["dark"]}, ValueError, r"theme must be one of auto, light, dark, got \['dark'\]"),
        ({"lang": "de"}, ValueError, "lang must be one of en, ko, got 'de'"),
        ({"lang": None}, ValueError, "lang must be one of en, ko, got None"),
        ({"start": 16}, ValueError, "start must be from 0 to 15, the last step, got 16"),
        ({"start": -1}, ValueError, "start must be from 0 to 15, the last step, got -1"),
        ({"start": 1.0}, TypeError, "start must be an int, the number of a step, got float 1.0"),
        ({"learn": ["w", "v"]}, ValueError, "learn names 'v', which is not in this walk; the variables are w, b"),
        ({"learn": ["x"]}, ValueError, "learn names 'x', which is no variable but a node of kind constant"),
        ({"learn": ["f"]}, ValueError, "learn names 'f', which is no variable but a node of kind operation"),
        ({"learn": 3}, TypeError, "learn must be a list of labels, got int 3"),
        ({"learn": [Value(1.0, "w")]}, TypeError, "got Value w = 1.0 in it; pass its label"),
        ({"title": ""}, ValueError, "title is empty; leave it out for the name of the output"),
        ({"title": 3}, TypeError, "title must be a text, got int 3"),
        ({"intro": b"x"}, TypeError, "intro must be a text, got bytes b'x'"),
    ],
)
def test_what_cannot_be_chosen_is_told_in_one_line_and_nothing_is_written(
    options: dict[str, Any], error: type[Exception], says: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=says) as caught:
        walkthrough(neuron()).save_html(tmp_path / "x.html", **options)
    assert str(caught.value).startswith("save_html: ")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_an_intro_without_a_reader_of_markdown_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match=r"needs markdown_it.*pip install markdown-it-py$"):
        walkthrough(neuron()).save_html(tmp_path / "x.html", intro="Hello")
    assert list(tmp_path.iterdir()) == []


def test_title_and_intro(show_page: Open) -> None:
    pytest.importorskip("markdown_it", reason="markdown-it-py reads Markdown")
    hostile = '<script>alert(1)</script> <img src=x onerror="alert(2)"> [bad](javascript:alert(3)) ![p](http://x.y/z)'
    intro = (
        f"## Why\n\nA *small* **neuron**, `w·x`; [more](https://example.com/a?b=1&c=2).\n\n- one\n- two\n\n{hostile}"
    )
    page = show_page(neuron(), made={"title": "A <b>neuron</b>\n{{script}}", "intro": intro})
    assert page.title() == "A <b>neuron</b> {{script}}"
    assert page.locator("h1").inner_text() == "A <b>neuron</b> {{script}}"
    shown = page.locator("#intro")
    assert shown.locator("h2").inner_text() == "Why"
    assert [shown.locator(tag).inner_text() for tag in ("em", "strong", "code")] == ["small", "neuron", "w·x"]
    assert shown.locator("li").all_inner_texts() == ["one", "two"]
    addresses = page.eval_on_selector_all("#intro a", "all => all.map((a) => a.getAttribute('href'))")
    assert addresses == ["https://example.com/a?b=1&c=2", "http://x.y/z"]
    assert page.locator("#intro img, #intro script").count() == 0
    assert "<script>alert(1)</script>" in shown.inner_text()


def test_what_learns_is_ticked(show_page: Open) -> None:
    def ticked(page: Any) -> dict[str, bool]:
        found = page.eval_on_selector_all(
            "#rows input[type=checkbox]", "all => all.map((b) => [b.ariaLabel, b.checked])"
        )
        return {label.removesuffix(" learns"): checked for label, checked in found}

    assert ticked(show_page(neuron())) == {"w": True, "b": True}  # the constant x has no box at all
    page = show_page(neuron(), made={"learn": ["w"]})
    assert ticked(page) == {"w": True, "b": False}
    page.locator("#train").click()
    assert rows(page)["b"][0] == "-0.25"
    assert rows(page)["w"][0] != "2"
    assert ticked(show_page(neuron(), made={"learn": []})) == {"w": False, "b": False}
    assert ticked(show_page(neuron(), made={"learn": "b"})) == {"w": False, "b": True}
    x = [Value(0.5, "x0"), Value(-1.0, "x1")]  # a variable, but no parameter
    of_model = ticked(show_page(nn.MLP(2, [1], seed=1)(x)))
    assert of_model.pop("x0") is of_model.pop("x1") is False
    assert of_model == {"layer0.neuron0.w[0]": True, "layer0.neuron0.w[1]": True, "layer0.neuron0.b": True}


def test_it_opens_at_the_start_unless_the_address_names_a_step(show_page: Open) -> None:
    for at, there in (("", 7), ("#step=2", 2), ("#step=0", 0), ("#elsewhere", 7), ("#step=99", 15)):
        assert show_page(neuron(), at=at, made={"start": 7}).evaluate("view.position") == there


@pytest.mark.parametrize(("theme", "schemes"), [("light", "light"), ("dark", "dark"), ("auto", "light dark")])
def test_the_theme(theme: str, schemes: str, show_page: Open) -> None:
    grounds = {}
    for system in ("light", "dark"):
        page = show_page(neuron(), made={"theme": theme}, color_scheme=system)
        grounds[system] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert page.locator("meta[name=color-scheme]").get_attribute("content") == schemes
    light, dark = "rgb(246, 247, 249)", "rgb(20, 23, 27)"
    wanted = {"light": (light, light), "dark": (dark, dark), "auto": (light, dark)}
    assert (grounds["light"], grounds["dark"]) == wanted[theme]


def test_both_languages_have_all_texts_with_the_same_places() -> None:
    assert TEXTS["en"].keys() == TEXTS["ko"].keys()
    for name, english in TEXTS["en"].items():
        korean = TEXTS["ko"][name]
        assert set(re.findall(r"\{\w+\}", english)) == set(re.findall(r"\{\w+\}", korean)), name
        words = re.sub(r"\{\w+\}|data|grad", "", english)
        assert HANGUL.search(korean) or not re.search("[a-z]{2}", words), name


def test_a_korean_page_is_korean(show_page: Open) -> None:
    """Whatever is read in it, at every step, in practice and on a click, but the words of code and mathematics."""
    w, c = Value(2.0, "w"), constant(3.0, "c")
    page = show_page(w.log() * c + (1.0 - c), made={"lang": "ko"})
    assert page.locator("html").get_attribute("lang") == "ko"
    texts = []
    for position in range(len(walkthrough(w.log() * c + (1.0 - c))) + 1):
        page.evaluate(f"view.go({position})")
        texts.append(page.evaluate("document.body.innerText"))
    page.locator("#n0").click()
    texts.append(page.evaluate("document.body.innerText"))
    page.evaluate("view.go(0)")
    page.locator("#practice").check()
    page.locator("#next").click()
    texts.append(page.evaluate("document.body.innerText"))
    page.locator("#train").click()
    page.locator("#reset").click()
    page.get_by_label("w의 data", exact=True).fill("-1")
    texts.append(page.evaluate("document.body.innerText"))
    texts += page.eval_on_selector_all("[aria-label]", "all => all.map((one) => one.ariaLabel)")
    words = set(re.findall(r"[A-Za-z]{2,}", " ".join(texts)))
    assert words <= {"data", "grad", "log"}
