"""HTML pages in one file, which ask the network for nothing: scripts and styles lie in them, known by their hashes."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

_POLICY = "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'"


def read_asset(package: str, name: str) -> str:
    """The text of a file that lies in a package."""
    return files(package).joinpath(name).read_text(encoding="utf-8")


def script_json(thing: Any) -> str:
    """JSON that may stand in a script of a page.

    >>> script_json({"a": "</script>"})
    '{"a":"\\\\u003c/script>"}'
    """
    return json.dumps(thing, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def filled(template: str, parts: Mapping[str, str], script: str, style: str) -> str:
    """A page: a template with its parts in the places `{{name}}`.

    Args:
        template: has the places `policy`, `script` and `style`, too.
        parts: by name, as HTML.
        script, style: the one of each that may run.
    """
    every = {**parts, "policy": html.escape(_POLICY.format(_hash(script), _hash(style)))}
    every |= {"script": script, "style": style}
    return re.sub(r"\{\{(\w+)\}\}", lambda match: every[match[1]], template)


def framed(page: str, allowed: str, instead: str = "") -> str:
    """A page in a frame of its own, as notebooks show it.

    Args:
        page: the whole of it.
        allowed: what it may do, as the attribute `sandbox` says it.
        instead: a text for where frames are taken out: in notebooks one hasn't run or trusted, and on GitHub.
    """
    look = f'sandbox="{allowed}" style="width: 100%; height: 800px; border: 0"'
    return f'<iframe srcdoc="{html.escape(page)}" {look}>{html.escape(instead)}</iframe>'


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
