"""The demos' walks as live pages, and an index of them."""

from __future__ import annotations

import html
from collections.abc import Sequence
from pathlib import Path

from autograd.support.files import write_whole

from autograd import walkthrough
from autograd.views.walk import Walk
from demos.catalogue import Demo

_INDEX = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Backpropagation, step by step</title>
<style>
body {{ max-width: 46rem; margin: 0 auto; padding: 2rem 1rem; font: 1.05rem/1.5 system-ui, sans-serif; }}
h1 {{ font-size: 1.5rem; }}
ul {{ padding: 0; list-style: none; display: grid; gap: .75rem; }}
a {{ display: block; padding: .75rem 1rem; border: 1px solid #8888; border-radius: 10px; color: inherit; }}
a {{ text-decoration: none; }}
a:hover, a:focus-visible {{ border-color: currentColor; }}
strong {{ display: block; }}
small {{ opacity: .75; }}
</style>
</head>
<body>
<h1>Backpropagation, step by step</h1>
<p>Each page walks over one computation: forward a node at a time, backward an edge at a time. Its inputs can be
changed, and everything follows. No page needs the network.</p>
<ul>
{entries}
</ul>
</body>
</html>
"""


def write_site(demos: Sequence[Demo], folder: Path) -> list[Path]:
    """Write a page for each demo, and index.html with links to them; returns the paths.

    Raises:
        OSError: if a file cannot be written.
        RuntimeError: if nothing here can lay out a graph.
    """
    walks = [walkthrough(demo.output()) for demo in demos]
    folder.mkdir(parents=True, exist_ok=True)
    pages = [walk.save_html(folder / f"{demo.name}.html") for demo, walk in zip(demos, walks, strict=True)]
    index = folder / "index.html"
    entries = map(_entry, demos, walks, pages)
    write_whole(index, _INDEX.format(entries="\n".join(entries)).encode())
    return [index, *pages]


def _entry(demo: Demo, walk: Walk, page: Path) -> str:
    title = html.escape(demo.title[:1].upper() + demo.title[1:])
    document = f"document {demo.document}, " if demo.document else ""
    return f'<li><a href="{page.name}"><strong>{title}</strong> <small>{document}{len(walk)} steps</small></a></li>'
