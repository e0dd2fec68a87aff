"""What each example counts in `fit`: sample weights and class weights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any, Literal, TypeAlias

from autograd import Value
from autograd.engine.value import number_of
from autograd.support.errors import is_real, shown, typed
from nn.arguments import Plain, Row, as_python, is_row, not_negative
from nn.examples import Examples

ClassWeight: TypeAlias = Mapping[Any, float] | Literal["balanced"]
"""By class, what its examples count; or "balanced": every class as much as every other."""


def weighted(examples: Examples, sample: Row[Plain] | None) -> Examples:
    """The examples with the weights that were given for them; not scaled yet.

    Raises:
        TypeError: if they are not numbers in a list.
        ValueError: if there are not as many as examples, or one is negative or not finite.
    """
    if sample is None:
        return examples
    if not is_row(sample):
        raise TypeError(f"fit: sample_weight must be a list with one for each example, got {typed(sample)}")
    if len(sample) != len(examples):
        raise ValueError(
            f"fit: {len(sample)} numbers in sample_weight, but {len(examples)} examples; give each example its weight"
        )
    weights = [not_negative("fit", f"sample_weight[{i}]", weight) for i, weight in enumerate(sample)]
    return replace(examples, weights=weights)


def class_weights(examples: Examples, given: ClassWeight | None) -> dict[Hashable, float] | None:
    """The weight of each class.

    With "balanced" it is n / (k · nₖ), for n examples of k classes of which one has nₖ.

    Raises:
        TypeError: if it is neither a dict nor "balanced", or a weight is not a number.
        ValueError: if a weight is negative or not finite.

    Source: G. King and L. Zeng, Logistic regression in rare events data, 2001; scikit-learn's `class_weight`.
    """
    if given is None:
        return None
    if isinstance(given, str) and given == "balanced":
        counts = Counter(_class_of(examples, i) for i in range(len(examples)))
        return {kind: len(examples) / (len(counts) * count) for kind, count in counts.items()}
    if not isinstance(given, Mapping):
        raise TypeError(f'fit: class_weight must be a dict by class, or "balanced", got {typed(given)}')
    return {kind: not_negative("fit", f"class_weight[{shown(kind)}]", weight) for kind, weight in given.items()}


def scaled(examples: Examples, by_class: Mapping[Hashable, float] | None, purpose: str) -> Examples:
    """The examples with weights of which the mean is 1: sample weights times class weights.

    Args:
        examples: with sample weights, or without.
        by_class: the class weights, if there are any.
        purpose: what the examples are for, in a message.

    Raises:
        TypeError, ValueError: for a target that is no class, or a class without a weight.
        ValueError: if all weights are 0.
    """
    weights = examples.weights
    if by_class is not None:
        weights = [_weight_of(examples, i, by_class) for i in range(len(examples))]
        if examples.weights is not None:
            weights = [a * b for a, b in zip(examples.weights, weights, strict=True)]
    if not weights:
        return examples
    largest = max(weights)
    if largest == 0.0:
        raise ValueError(
            f"fit: the weights of all {len(weights)} examples to {purpose} are 0, so that none counts; give some a "
            "positive weight"
        )
    shares = [weight / largest for weight in weights]  # whose sum can't overflow
    mean = sum(shares) / len(shares)
    return replace(examples, weights=[share / mean for share in shares])


def _weight_of(examples: Examples, i: int, by_class: Mapping[Hashable, float]) -> float:
    kind = _class_of(examples, i)
    if kind not in by_class:
        raise ValueError(
            f"fit: {examples.target_name(i)} is of class {shown(kind)}, for which class_weight has no weight; it has "
            f"{shown(list(by_class), 80)}"
        )
    return by_class[kind]


def _class_of(examples: Examples, i: int) -> Hashable:
    """The class of a target: a number or a text as it is, of a one-hot row the index."""
    target: Any = examples.targets[i]
    if is_row(target):
        shares = [number_of(t) if isinstance(t, Value) else t for t in target]
        if shares.count(1.0) == 1 and shares.count(0.0) == len(shares) - 1:
            return shares.index(1.0)
    elif isinstance(target, (str, Value)) or is_real(target):
        kind: Hashable = as_python(number_of(target) if isinstance(target, Value) else target)
        return kind
    raise TypeError(
        f"fit: {examples.target_name(i)} is {shown(target)}, but with class_weight each target must be a class: a "
        "number, a text, or a one-hot row; weigh other examples with sample_weight"
    )
