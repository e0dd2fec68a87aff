"""The pictures of the README: a drawing of document 000's network, and pages as a browser shows them."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograd import draw, walkthrough
from demos import chain_rule, moons

STEP = 35  # w10.grad: 0.0000 + 0.0736 × 0.5180 = 0.0381, the document's product
TRAINED = 300  # steps after which the two moons are told apart
PATIENCE = 120  # seconds that a browser has for a picture
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def write_pictures(folder: Path) -> list[Path]:
    """Write drawing.svg, page.png and playground.png; returns their paths.

    Raises:
        OSError: if a file cannot be written, or there is no browser.
        RuntimeError: if nothing here can lay out a graph, or the browser fails.
    """
    e = chain_rule.output()
    e.backward()
    folder.mkdir(parents=True, exist_ok=True)
    drawing = draw(e).save(folder / "drawing.svg")
    pictures = [
        photograph(walkthrough(chain_rule.output()).save_html, f"step={STEP}", 800, folder / "page.png"),
        photograph(moons.training_page().save_html, f"steps={TRAINED}", 1010, folder / "playground.png"),
    ]
    return [drawing, *pictures]


def photograph(write: Callable[[Path], Any], at: str, height: int, path: Path) -> Path:
    """A picture of a page, taken by a Chromium without a window.

    Args:
        write: writes the page to a path.
        at: where in the page, the part of its address after #.
        height: of the window.
        path: of the picture.

    Raises:
        FileNotFoundError: if there is no Chromium.
        RuntimeError: if it takes no picture.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise FileNotFoundError(f"no browser takes the picture of the page; install Chromium (looked for {BROWSERS})")
    with tempfile.TemporaryDirectory() as scratch:
        page, picture = Path(scratch) / "page.html", Path(scratch) / "page.png"
        write(page)
        flags = ["--headless", "--disable-gpu", "--hide-scrollbars", "--force-prefers-reduced-motion"]
        flags += [
            "--disable-background-networking",
            "--virtual-time-budget=2000",  # ms: a page leaves for its first idle moment what can wait
            f"--user-data-dir={scratch}/profile",
            f"--window-size=1280,{height}",
        ]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            flags.append("--no-sandbox")  # Chromium's sandbox refuses to run as root
        command = [browser, *flags, f"--screenshot={picture}", f"{page.as_uri()}#{at}"]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            raise RuntimeError(f"{browser} took no picture of the page in {PATIENCE} seconds; try again") from None
        if not picture.exists():
            raise RuntimeError(f"{browser} took no picture of the page: {done.stderr.strip()[-300:]}")
        shutil.copyfile(picture, path)
    return path
