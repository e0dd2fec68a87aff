"""What the page needs for practice, besides the walk: what is said, and the rules of its operations."""

from __future__ import annotations

from typing import Any

from autograd.program.storage import name_of
from autograd.views.practice.questions import definition, intuition, operation_of
from autograd.views.practice.rules import Rules, rule_of
from autograd.views.practice.texts import TEXTS
from autograd.views.walk import Walk

_STILL = ("number", "constant")  # no gradient flows to them, whatever is edited


def practice_of(walk: Walk, lang: str) -> dict[str, Any]:
    """The sentences in a language, what there is to say of each operation, and whether the page asks from the start."""
    texts = TEXTS[lang]
    rows = {name_of(node.primitive): node.primitive for node in walk.nodes if node.primitive}
    operations = {
        name: {
            "label": operation_of(row),
            "definition": definition(row, texts),
            "intuition": intuition(row, texts),
            "rules": [] if row.variadic else [rule_of(row, k) for k in range(len(row.operands))],
        }
        for name, row in rows.items()
    }
    return {"says": texts.says, "operations": operations, "ask": walk.practising}


def choices_of(walk: Walk) -> list[list[dict[str, Any] | None]]:
    """For every node and operand the rules to choose from and which is right; None where only a number will do."""
    rules = Rules(walk)
    return [
        [_choice(rules, i, k) if walk.nodes[x].kind not in _STILL else None for k, x in enumerate(node.operands)]
        for i, node in enumerate(walk.nodes)
    ]


def _choice(rules: Rules, i: int, position: int) -> dict[str, Any] | None:
    choice = rules.choice(i, position)
    return {"options": choice.options, "right": choice.right} if choice else None
