"""Puts the code of English pages, and what it prints, into the Korean ones, block by block: `python docs/korean.py`.

What stands between the blocks is translated by hand.
"""

from __future__ import annotations

import re
from pathlib import Path

HERE = Path(__file__).parent
PAGES = {HERE / "ko" / "README.md": HERE.parent / "README.md", HERE / "ko" / "first_hour.md": HERE / "first_hour.md"}
"""The pages in Korean, and what they are in English."""

BLOCK = re.compile(r"^```.*?^```$", re.M | re.S)


def with_code_of(korean: str, english: str) -> str:
    """A Korean page with the blocks of the English one.

    Raises:
        ValueError: if it hasn't as many.
    """
    blocks = BLOCK.findall(english)
    between = BLOCK.split(korean)
    if len(between) != len(blocks) + 1:
        raise ValueError(
            f"the Korean page has {len(between) - 1} blocks, the English one {len(blocks)}: "
            "put an empty block into the Korean page for each new one, and translate what stands between"
        )
    return "".join(text + block for text, block in zip(between, [*blocks, ""], strict=True))


if __name__ == "__main__":
    for korean, english in PAGES.items():
        texts = [page.read_text(encoding="utf-8") for page in (korean, english)]
        korean.write_text(with_code_of(*texts), encoding="utf-8")
