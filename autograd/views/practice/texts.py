"""What practice says, and the walk's own words for each operation; one place, so that it can be translated.

A text may have places for names and numbers, `{node}`. The page and the terminal fill in the same ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

ENGLISH: Final = {
    "value": "{question}",
    "seed": "Backward starts at the output. How much does {node} change when {node} changes? {node}.grad = ?",
    "local": "{node} = {formula}. What is ∂{node}/∂{target}?",
    "local.again": "{node} = {formula}. What is ∂{node}/∂{target} by operand {place} alone, the others fixed?",
    "contribution": "{node}.grad = {upstream} has arrived, and ∂{node}/∂{target} = {local}. "
    "What does this edge add to {target}.grad?",
    "sum": "{target}.grad is {old} so far, and this edge adds {contribution}. What is {target}.grad now?",
    "choose": "Choose a rule, or type its number.",
    "precision": "To four decimals, or within 1 %. Arithmetic works, too: 0.5*0.4, 1/3, −0.2+1.",
    "precision.small": "Within 1 %. Arithmetic works, too: 2*10**−5, 1/3e4.",
    "hint.value": "{definition}. Put the numbers in.",
    "hint.value.plain": "Put the numbers into {formula}.",
    "hint.seed": "∂{node}/∂{node}: it changes by as much as itself.",
    "hint.local": "For y = {operation}, ∂y/∂{operand} = {rule}.",
    "hint.local.plain": "Hold all but {target} fixed: how fast does {node} = {formula} change with it?",
    "hint.contribution": "The chain rule multiplies upstream and local: "
    "∂{output}/∂{node} · ∂{node}/∂{target} = {factors}.",
    "hint.sum": "{target} is used more than once, so its contributions add up: {old} + {added}.",
    "right": "Right: {answer}.",
    "wrong": "Not yet.",
    "wrong.sign": "Not yet: look at the sign.",
    "told": "It is {answer}.",
    "unread.empty": "Type a number.",
    "unread.long": "That is too long: 100 characters at most.",
    "unread.comma": "Write decimals with a point: 0.5.",
    "unread.words": "That is not a number: use digits, + − × / ** and parentheses.",
    "unread.grammar": "That does not read as arithmetic: look at the signs and parentheses.",
    "unread.zero": "That divides by zero.",
    "unread.large": "That is too large for a number.",
    "unread.root": "That is no real number: a negative base with a fractional power.",
    "score": "{right} of {asked} right at the first try.",
    "score.none": "No answers yet.",
    "repeat": "To repeat:",
    "repeat.line": "{operation}: {part}, missed {missed} of {asked}",
    "repeat.any": "{part}, missed {missed} of {asked}",
    "repeat.nothing": "Nothing to repeat.",
    "part.value": "value",
    "part.seed": "where gradients start",
    "part.local": "local derivative",
    "part.contribution": "upstream × local",
    "part.sum": "sum of contributions",
}

KOREAN: Final = {
    "value": "{question}",
    "seed": "역전파는 출력에서 시작합니다. {node} 값이 변하면 {node} 값 자신은 그 몇 배만큼 변할까요? {node}.grad = ?",
    "local": "{node} = {formula}. ∂{node}/∂{target} 값은?",
    "local.again": "{node} = {formula}. 나머지를 고정하고 {place}번째 피연산자만 변할 때 ∂{node}/∂{target} 값은?",
    "contribution": "{node}.grad = {upstream}까지 왔고, ∂{node}/∂{target} = {local}입니다. "
    "이 간선을 따라 {target}.grad에 더해지는 값은?",
    "sum": "지금까지 {target}.grad = {old}이고, 이 간선이 {contribution}만큼 더합니다. 이제 {target}.grad 값은?",
    "choose": "규칙을 고르거나 그 값을 입력하세요.",
    "precision": "소수점 아래 네 자리까지, 또는 오차 1 % 이내. 0.5*0.4, 1/3, −0.2+1처럼 식으로 써도 됩니다.",
    "precision.small": "오차 1 % 이내. 2*10**−5, 1/3e4처럼 식으로 써도 됩니다.",
    "hint.value": "{definition}. 수를 대입하세요.",
    "hint.value.plain": "{formula}에 수를 대입하세요.",
    "hint.seed": "∂{node}/∂{node}: 자기 자신만큼 변합니다.",
    "hint.local": "y = {operation}일 때 ∂y/∂{operand} = {rule}.",
    "hint.local.plain": "{target} 말고는 모두 고정하세요. "
    "{target} 값이 변할 때 {node} = {formula} 값은 얼마나 빨리 변할까요?",
    "hint.contribution": "연쇄 법칙: 상류 기울기와 국소 미분을 곱합니다. "
    "∂{output}/∂{node} · ∂{node}/∂{target} = {factors}.",
    "hint.sum": "{target} 값은 여러 번 쓰이므로 기여를 모두 더합니다: {old} + {added}.",
    "right": "맞습니다: {answer}.",
    "wrong": "아직 아닙니다.",
    "wrong.sign": "아직 아닙니다. 부호를 보세요.",
    "told": "답: {answer}.",
    "unread.empty": "수를 입력하세요.",
    "unread.long": "너무 깁니다. 100자까지 쓸 수 있습니다.",
    "unread.comma": "소수점은 점으로 쓰세요: 0.5.",
    "unread.words": "수가 아닙니다. 숫자와 + − × / **, 괄호만 쓰세요.",
    "unread.grammar": "식으로 읽을 수 없습니다. 기호와 괄호를 확인하세요.",
    "unread.zero": "0으로 나누는 식입니다.",
    "unread.large": "수로 나타내기에는 너무 큽니다.",
    "unread.root": "실수가 아닙니다. 음수를 정수가 아닌 지수로 거듭제곱했습니다.",
    "score": "{asked}문제 중 {right}문제를 한 번에 맞혔습니다.",
    "score.none": "아직 푼 문제가 없습니다.",
    "repeat": "다시 볼 것:",
    "repeat.line": "{operation}: {part}, {asked}번 중 {missed}번 틀림",
    "repeat.any": "{part}, {asked}번 중 {missed}번 틀림",
    "repeat.nothing": "다시 볼 것이 없습니다.",
    "part.value": "값",
    "part.seed": "기울기의 출발점",
    "part.local": "국소 미분",
    "part.contribution": "상류 × 국소",
    "part.sum": "기여의 합",
}

DEFINITIONS: Final = {
    "pow": "a^b: a multiplied by itself b times, where b is whole",
    "abs": "|a|: a without its sign",
    "exp": "exp(a) = e^a with e = 2.71828",
    "expm1": "expm1(a) = e^a − 1 with e = 2.71828",
    "log": "log(a) is the x with e^x = a, e = 2.71828",
    "log1p": "log1p(a) = log(1 + a)",
    "log2": "log2(a) is the x with 2^x = a",
    "log10": "log10(a) is the x with 10^x = a",
    "sqrt": "√(a) = a^(1/2)",
    "cbrt": "∛(a) = a^(1/3)",
    "xlogy": "xlogy(a, b) = a·log(b)",
    "maximum": "max(a, b): the larger of both",
    "minimum": "min(a, b): the smaller of both",
    "amax": "max: the largest of all",
    "clip": "clip(a, low, high): a, but at least low and at most high",
    "hypot": "hypot(a, b) = √(a² + b²)",
    "norm": "the norm is the root of the sum of all squares",
    "mean": "the mean is the sum, divided by how many there are",
    "prod": "the product of all",
    "dot": "the sum of the products",
    "sinh": "sinh(a) = (e^a − e^(−a))/2",
    "cosh": "cosh(a) = (e^a + e^(−a))/2",
    "tanh": "tanh(a) = (e^(2a) − 1)/(e^(2a) + 1) with e = 2.71828",
    "sigmoid": "σ(a) = 1/(1 + e^(−a)) with e = 2.71828",
    "log_sigmoid": "log_sigmoid(a) = −log(1 + e^(−a))",
    "softplus": "softplus(a) = log(1 + e^a)",
    "relu": "relu(a): a where it is above 0, otherwise 0",
    "logsumexp": "logsumexp is the logarithm of the sum of all e^a",
}
"""What an operation computes, for a hint; where there is none, the row's own rule is written down."""

INTUITION: Final = {
    "add": "Addition distributes: every operand gets the gradient that arrives, unchanged.",
    "sum": "A sum distributes: every operand gets the gradient that arrives, unchanged.",
    "sub": "Subtraction distributes, too: the first gets the gradient as it arrives, the second with its sign turned.",
    "mul": "Multiplication swaps: each factor gets the gradient that arrives, times the other factor.",
    "prod": "A product swaps: each factor gets the gradient that arrives, times all the others.",
    "dot": "A dot product swaps: each number gets the gradient that arrives, times its partner.",
    "div": "Division scales: a large divisor makes everything above it matter less.",
    "pow": "A power is a multiplication repeated: the steeper, the larger the base.",
    "neg": "A minus turns the gradient's sign.",
    "abs": "The absolute value turns the sign where its operand is negative, and else passes the gradient on.",
    "mean": "The mean shares evenly: every operand gets the gradient that arrives, divided by how many there are.",
    "maximum": "Maximum routes: the larger operand gets the whole gradient, the other nothing.",
    "minimum": "Minimum routes: the smaller operand gets the whole gradient, the other nothing.",
    "amax": "Maximum routes: the largest operand gets the whole gradient, the others nothing.",
    "where": "A choice routes: the branch that was taken gets the whole gradient, the other nothing.",
    "clip": "Clipping is a gate: inside its bounds the gradient passes, outside it is stopped.",
    "relu": "relu is a gate: above 0 the gradient passes unchanged, below it is stopped.",
    "leaky_relu": "A leaky gate: above 0 the gradient passes unchanged, below only a share of it.",
    "exp": "exp is its own derivative: the higher it has climbed, the steeper it is.",
    "log": "log counts in proportions: a small operand matters much, a large one little.",
    "sqrt": "The root is steep near 0 and ever flatter above.",
    "sin": "The slope of a wave is the wave a quarter turn ahead.",
    "cos": "The slope of a wave is the wave a quarter turn ahead.",
    "tanh": "tanh is steepest at 0, where it passes all, and flat at both ends, where the gradient vanishes.",
    "sigmoid": "σ is steepest at 0, where it passes a quarter, and flat at both ends, where the gradient vanishes.",
    "softplus": "softplus is a gate that opens gently: its slope is σ.",
    "logsumexp": "logsumexp shares by size: the shares are softmax, and the largest operand gets the most.",
    "norm": "A length grows in its own direction: each number gets its share of the length.",
    "hypot": "A length grows in its own direction: each number gets its share of the length.",
}
"""One sentence for what an operation does to a gradient."""

KOREAN_DEFINITIONS: Final = DEFINITIONS | {
    "pow": "a^b: b가 정수이면 a를 b번 곱한 값",
    "abs": "|a|: a에서 부호를 뗀 값",
    "exp": "exp(a) = e^a, e = 2.71828",
    "expm1": "expm1(a) = e^a − 1, e = 2.71828",
    "log": "log(a)는 e^x = a인 x, e = 2.71828",
    "log2": "log2(a)는 2^x = a인 x",
    "log10": "log10(a)는 10^x = a인 x",
    "maximum": "max(a, b): 둘 중 큰 값",
    "minimum": "min(a, b): 둘 중 작은 값",
    "amax": "max: 가장 큰 값",
    "clip": "clip(a, low, high): low보다 작으면 low, high보다 크면 high, 아니면 a",
    "norm": "노름은 제곱의 합의 제곱근",
    "mean": "평균은 합을 개수로 나눈 값",
    "prod": "모두를 곱한 값",
    "dot": "곱들의 합",
    "tanh": "tanh(a) = (e^(2a) − 1)/(e^(2a) + 1), e = 2.71828",
    "sigmoid": "σ(a) = 1/(1 + e^(−a)), e = 2.71828",
    "relu": "relu(a): 0보다 크면 a, 아니면 0",
    "logsumexp": "logsumexp는 모든 e^a의 합의 로그",
}

KOREAN_INTUITION: Final = {
    "add": "덧셈은 나누어 줍니다: 모든 피연산자가 도착한 기울기를 그대로 받습니다.",
    "sum": "합은 나누어 줍니다: 모든 피연산자가 도착한 기울기를 그대로 받습니다.",
    "sub": "뺄셈도 나누어 줍니다: 앞은 기울기를 그대로, 뒤는 부호를 바꾸어 받습니다.",
    "mul": "곱셈은 맞바꿉니다: 각 인수는 도착한 기울기에 상대 인수를 곱해 받습니다.",
    "prod": "곱은 맞바꿉니다: 각 인수는 도착한 기울기에 나머지 인수를 모두 곱해 받습니다.",
    "dot": "내적은 맞바꿉니다: 각 수는 도착한 기울기에 자기 짝을 곱해 받습니다.",
    "div": "나눗셈은 크기를 조절합니다: 나누는 수가 크면 분자의 영향이 작아집니다.",
    "pow": "거듭제곱은 되풀이한 곱셈입니다: 밑이 클수록 가파릅니다.",
    "neg": "음의 부호는 기울기의 부호를 바꿉니다.",
    "abs": "절댓값은 피연산자가 음수이면 부호를 바꾸고, 아니면 기울기를 그대로 보냅니다.",
    "mean": "평균은 고르게 나눕니다: 모든 피연산자가 도착한 기울기를 개수로 나누어 받습니다.",
    "maximum": "최댓값은 길을 정합니다: 큰 쪽이 기울기를 모두 받고 다른 쪽은 받지 않습니다.",
    "minimum": "최솟값은 길을 정합니다: 작은 쪽이 기울기를 모두 받고 다른 쪽은 받지 않습니다.",
    "amax": "최댓값은 길을 정합니다: 가장 큰 쪽이 기울기를 모두 받고 나머지는 받지 않습니다.",
    "where": "선택은 길을 정합니다: 고른 가지가 기울기를 모두 받고 다른 가지는 받지 않습니다.",
    "clip": "자르기는 문입니다: 범위 안에서는 기울기가 지나가고 밖에서는 막힙니다.",
    "relu": "relu는 문입니다: 0보다 크면 기울기가 그대로 지나가고 작으면 막힙니다.",
    "leaky_relu": "조금 새는 문입니다: 0보다 크면 기울기가 그대로, 작으면 일부만 지나갑니다.",
    "exp": "exp는 자기 자신이 도함수입니다: 높이 올라갈수록 가파릅니다.",
    "log": "로그는 비율을 셉니다: 작은 수의 영향은 크고 큰 수의 영향은 작습니다.",
    "sqrt": "제곱근은 0 가까이에서 가파르고 커질수록 평평해집니다.",
    "sin": "파동의 기울기는 4분의 1바퀴 앞선 파동입니다.",
    "cos": "파동의 기울기는 4분의 1바퀴 앞선 파동입니다.",
    "tanh": "tanh는 0에서 가장 가팔라 기울기를 다 보내고, 양 끝에서는 평평해 기울기가 사라집니다.",
    "sigmoid": "σ는 0에서 가장 가팔라 4분의 1을 보내고, 양 끝에서는 평평해 기울기가 사라집니다.",
    "softplus": "softplus는 부드럽게 열리는 문입니다: 그 기울기는 σ입니다.",
    "logsumexp": "logsumexp는 크기대로 나눕니다: 몫은 softmax이고 가장 큰 수가 가장 많이 받습니다.",
    "norm": "길이는 제 방향으로 자랍니다: 각 수는 길이에서 자기가 차지하는 몫을 받습니다.",
    "hypot": "길이는 제 방향으로 자랍니다: 각 수는 길이에서 자기가 차지하는 몫을 받습니다.",
}


@dataclass(frozen=True, slots=True)
class Texts:
    """What practice says in one language.

    Attributes:
        says: its sentences, by name.
        definitions: what operations compute, by their names.
        intuition: one sentence for what an operation does to a gradient, by its name.
    """

    says: dict[str, str]
    definitions: dict[str, str]
    intuition: dict[str, str]


TEXTS: Final = {
    "en": Texts(ENGLISH, DEFINITIONS, INTUITION),
    "ko": Texts(KOREAN, KOREAN_DEFINITIONS, KOREAN_INTUITION),
}
"""By language."""
