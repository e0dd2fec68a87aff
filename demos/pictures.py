"""The pictures of the README: a drawing of document 000's network, and its page as a browser shows it."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from autograd import draw, walkthrough
from demos import chain_rule

STEP = 35  # w10.grad: 0.0000 + 0.0736 × 0.5180 = 0.0381, the document's product
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def write_pictures(folder: Path) -> list[Path]:
    """Write drawing.svg and page.png; returns their paths.

    Raises:
        OSError: if a file cannot be written, or there is no browser.
        RuntimeError: if nothing here can lay out a graph, or the browser fails.
    """
    e = chain_rule.output()
    e.backward()
    folder.mkdir(parents=True, exist_ok=True)
    drawing = draw(e).save(folder / "drawing.svg")
    return [drawing, photograph(folder / "page.png")]


def photograph(path: Path) -> Path:
    """A picture of the page at one of its steps, taken by a Chromium without a window.

    Raises:
        FileNotFoundError: if there is no Chromium.
        RuntimeError: if it takes no picture.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise FileNotFoundError(f"no browser takes the picture of the page; install Chromium (looked for {BROWSERS})")
    with tempfile.TemporaryDirectory() as scratch:
        page, picture = Path(scratch) / "page.html", Path(scratch) / "page.png"
        walkthrough(chain_rule.output()).save_html(page)
        flags = ["--headless", "--disable-gpu", "--hide-scrollbars", "--force-prefers-reduced-motion"]
        flags += ["--disable-background-networking", f"--user-data-dir={scratch}/profile", "--window-size=1280,800"]
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            flags.append("--no-sandbox")  # Chromium's sandbox refuses to run as root
        command = [browser, *flags, f"--screenshot={picture}", f"{page.as_uri()}#step={STEP}"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        if not picture.exists():
            raise RuntimeError(f"{browser} took no picture of the page: {done.stderr.strip()[-300:]}")
        shutil.copyfile(picture, path)
    return path
