"""What the drawings, walks and checks return, as type checkers see them."""

from pathlib import Path
from typing import assert_type

import autograd as ag
from autograd import Value

x = Value(0.5, "x")
y = ag.exp(x)

assert_type(ag.draw(y).save("y.svg"), Path)
assert_type(ag.draw(y, fold=["layer1"]).dot, str)
assert_type(str(ag.explain(y, x)), str)
walk = ag.walkthrough(y)
assert_type(len(walk), int)
assert_type(walk[0].contribution, float | None)
assert_type(walk.save_html("y.html"), Path)
assert_type(walk.save_frames("frames"), list[Path])
assert_type(walk.save_animation("y.gif", seconds=0.5), Path)
assert_type(len(ag.walkthrough(lambda w, x: w[0] * x, [2.0], 3)), int)
assert_type([function.lines for function in walk.functions], list[tuple[str, ...]])
assert_type(len(ag.walkthrough(ag.Program.load("y.json"), 1.0, depth=2)), int)
assert_type(ag.gradcheck(ag.exp, 1.0), bool)
assert_type(ag.gradcheck(ag.maximum, x, 1.0, order=2), bool)
assert_type([str(kink) for kink in ag.kinks(y)], list[str])
assert_type(ag.compiled, bool)
assert_type(ag.PRIMITIVES, dict[str, ag.Primitive])

with ag.detect_anomaly(), ag.enable_grad():
    assert_type(ag.exp(x), Value)


@ag.no_grad()
def evaluated(v: Value, times: int = 2) -> Value:
    return v * times


assert_type(evaluated(x, times=3), Value)
