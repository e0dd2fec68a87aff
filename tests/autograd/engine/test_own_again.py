"""Operations of one's own defined again, by a notebook's cell or by two libraries; and partials that are wrong."""

from __future__ import annotations

import math
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograd import PRIMITIVES, Program, Value, adjoints, grad, ieee, jit, primitive, value_and_grad, vmap
from autograd import walkthrough as walk


def library(name: str, cell: str) -> dict[str, Any]:
    """What a module of this name has after running a cell."""
    module = {"__name__": name, "primitive": primitive, "math": math}
    exec(cell, module)
    return module


def power(n: int) -> str:
    return f"""
p = primitive("p", lambda a: a**{n}.0, lambda a, y: ({n}.0 * a**{n - 1}.0,), samples=[(2.0,)])
def f(x):
    return p(x) + 1.0
"""


def rerun(module: dict[str, Any], cell: str) -> None:
    exec(cell, module)


def test_a_cell_that_is_run_again_makes_the_same_row() -> None:
    cell = library("cell", power(3))
    row = cell["p"]
    rerun(cell, power(3))
    assert cell["p"] is row is PRIMITIVES["p"]


def test_a_function_defines_it_at_every_call() -> None:
    def cubed(x: Any, k: float = 1.0) -> Any:
        own = primitive("own_cube", lambda a: k * a * a * a, lambda a, y: (k * 3.0 * a * a,), samples=[(2.0,)])
        return own(x)

    assert [cubed(2.0), cubed(2.0, 2.0), cubed(2.0)] == [8.0, 16.0, 8.0]
    assert [grad(cubed)(2.0), grad(lambda x: cubed(x, 2.0))(2.0)] == [12.0, 24.0]
    assert jit(cubed)(2.0) == jit(cubed)(2.0) == 8.0


def test_old_nodes_keep_their_row() -> None:
    cell = library("cell", power(3))
    x = Value(2.0)
    y = cell["p"](x)
    rerun(cell, power(2))
    assert PRIMITIVES["p"] is cell["p"]
    assert [d.data for d in adjoints(y, [x])] == [12.0]
    y.backward()
    assert (y.data, x.grad, cell["p"](2.0)) == (8.0, 12.0, 4.0)
    assert "8" in str(walk(y)[0])


def test_jitted_functions_are_recorded_afresh() -> None:
    cell = library("cell", power(3))
    f = cell["f"]
    recorded, slope, both = jit(f), grad(jit(f)), value_and_grad(jit(f))
    by_array, mapped = grad(jit(lambda v: f(v[0]))), vmap(jit(f))
    inputs, points = np.array([2.0]), np.array([2.0, 3.0])
    for n in (3, 2, 4):
        rerun(cell, power(n))
        for _ in range(3):  # the later calls take the short way
            assert recorded(2.0) == f(2.0) == 2.0**n + 1.0
            assert (slope(2.0), both(2.0)) == (n * 2.0 ** (n - 1), (f(2.0), n * 2.0 ** (n - 1)))
            assert by_array(inputs).tolist() == [n * 2.0 ** (n - 1)]
            assert mapped(points).tolist() == [2.0**n + 1.0, 3.0**n + 1.0]
    assert sum(map(len, recorded.variants.values())) == 1  # those that are outdated are gone


def helped(n: int) -> str:
    """A cell whose rules stay as they are, while what they call and read changes."""
    return f"""
N = {n}.0
def power(a): return a**N
def slope(a): return [N * power(a) / x for x in [a]][0]
p = primitive("p", lambda a: power(a), lambda a, y: (slope(a),), samples=[(2.0,)])
"""


def test_what_the_rules_call_and_read_counts() -> None:
    cell = library("cell", helped(3))
    recorded, mapped = jit(lambda x: cell["p"](x)), vmap(jit(lambda x: cell["p"](x)))
    for n in (3, 2, 2, 4):
        before = cell["p"]
        unchanged = n == cell["N"]
        rerun(cell, helped(n))
        assert (cell["p"] is before) == unchanged
        assert (recorded(2.0), grad(recorded)(2.0)) == (2.0**n, n * 2.0 ** (n - 1))
        assert mapped(np.array([2.0, 3.0])).tolist() == [2.0**n, 3.0**n]


def test_rules_may_call_their_own_row() -> None:
    cell = """
def make():
    e = primitive("e", lambda a: math.exp(a), lambda a, y: (e(a),), samples=[])
    return e
made = make()
again = primitive("f", lambda a: math.exp(a), lambda a, y: (again(a),))
"""
    module = library("cell", "import math")
    rerun(module, cell)
    first = module["made"], module["again"]
    for _ in range(2):
        rerun(module, cell)
        assert (module["made"], module["again"]) == first
    assert grad(grad(module["again"]))(0.0) == grad(grad(module["made"]))(0.0) == 1.0


def test_a_call_in_a_graph_stays_what_it_was() -> None:
    cell = library("cell", power(3))
    x = Value(2.0)
    y = jit(cell["f"])(x)
    rerun(cell, power(2))
    y.backward()
    assert x.grad == 12.0


def test_a_row_that_is_kept_in_spite_of_its_successor_is_recorded_once() -> None:
    cell = library("cell", power(3))
    kept = cell["p"]
    calls = 0

    def f(x: Any) -> Any:
        nonlocal calls
        calls += 1
        return kept(x)

    recorded = jit(f)
    recorded(2.0)
    rerun(cell, power(2))
    assert [recorded(2.0), recorded(3.0), recorded(3.0)] == [8.0, 27.0, 27.0]
    assert calls == 4  # twice for each of two recordings


def test_two_libraries_use_one_name() -> None:
    one, two = library("one", power(3)), library("two", power(2))
    assert (one["p"](2.0), two["p"](2.0)) == (8.0, 4.0)
    f = jit(lambda x: one["p"](x) - two["p"](x))
    assert (f(2.0), grad(f)(2.0), f(3.0)) == (4.0, 8.0, 18.0)
    assert pickle.loads(pickle.dumps([one["p"], two["p"]])) == [one["p"], two["p"]]


def test_saved_programs_say_whose_rows_they_use(tmp_path: Path) -> None:
    one = library("one", power(3))
    program = jit(one["f"]).program(2.0)
    program.save(tmp_path / "program.json")
    pickled, row = pickle.dumps(program), pickle.dumps(one["p"])
    two = library("two", power(2))
    for back in (Program.load(tmp_path / "program.json"), pickle.loads(pickled)):
        assert back(2.0) == [9.0]
        assert back.primitives[0] is one["p"] is not two["p"]
    for name in ("p",):
        del PRIMITIVES[name]
    library("two", power(2))
    for load in (
        lambda: Program.load(tmp_path / "program.json"),
        lambda: pickle.loads(pickled),
        lambda: pickle.loads(row),
    ):
        with pytest.raises(ValueError, match=r"holds the operation p of one, which is not known here \(that of two"):
            load()
    library("one", power(2))
    for load in (
        lambda: Program.load(tmp_path / "program.json"),
        lambda: pickle.loads(pickled),
        lambda: pickle.loads(row),
    ):
        with pytest.raises(ValueError, match=r"p of one, which was 8.0 at \(2.0,\) when it was saved, and is 4.0 here"):
            load()
    library("one", power(3))
    assert Program.load(tmp_path / "program.json")(2.0) == pickle.loads(pickled)(2.0) == [9.0]


def test_rows_without_samples_are_known_again_by_what_they_compute(tmp_path: Path) -> None:
    def scaled(k: float) -> Any:
        return primitive("scaled", lambda a, b: k * a * b, lambda a, b, y: (k * b, k * a))

    program = jit(scaled(2.0)).program(3.0, 1.0)
    program.save(tmp_path / "program.json")
    assert Program.load(tmp_path / "program.json")(3.0, 1.0) == [6.0]
    scaled(3.0)
    with pytest.raises(ValueError, match="has been changed since"):
        Program.load(tmp_path / "program.json")
    with pytest.raises(ValueError, match="defined anew since, record the program again"):
        program.save(tmp_path / "other.json")
    assert not (tmp_path / "other.json").exists()


@pytest.mark.parametrize("name", list(PRIMITIVES))
def test_names_of_the_table_are_protected(name: str) -> None:
    before = PRIMITIVES[name]
    with pytest.raises(ValueError, match=f"'{name}' is already in the table, among its own operations; choose another"):
        primitive(name, lambda a: a, lambda a, y: (1.0,))
    assert PRIMITIVES[name] is before


@pytest.mark.parametrize(
    ("value", "partials", "sample", "told"),
    [
        (lambda a: a**3.0, lambda a, y: (2.0 * a,), (2.0,), "by a is 4.0, but the value changes by 12.0"),
        (lambda a: a**3.0, lambda a, y: (None,), (2.0,), "by a is 0.0, but the value changes by 12.0"),
        (lambda a: a**3.0, lambda a, y: (math.nan,), (2.0,), "by a is nan, but"),
        (lambda a: a**3.0, lambda a, y: (math.inf,), (2.0,), "by a is inf, but"),
        (lambda a: a**3.0, lambda a, y: (3.0 * a * a * (1.0 + 1e-5),), (2.0,), "by a is 12.00012.*, but"),
        (lambda a: math.sin(1e6 * a), lambda a, y: (1e6 * math.sin(1e6 * a),), (0.3,), "by a is"),
        (lambda a: 1e-12 * a, lambda a, y: (1e-11,), (1.0,), "by a is 1e-11"),
        (lambda a, b: a * b, lambda a, b, y: (b, b), (2.0, 3.0), "by b is 3.0, but the value changes by 2.0"),
        (lambda a: max(a, 0.0), lambda a, y: (0.0,), (0.0,), "give the point under kinks"),
        (lambda a: a * abs(a), lambda a, y: (2.0 * a,), (-1.5,), "by a is -3.0, but the value changes by 3.0"),
    ],
)
def test_a_wrong_partial_is_told_with_both_numbers(value: Any, partials: Any, sample: Any, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        primitive("wrong", value, partials, samples=[sample])
    assert "wrong" not in PRIMITIVES


def test_a_wrong_partial_of_a_variadic_rule_is_told() -> None:
    with pytest.raises(
        ValueError, match=r"\(1.0, 2.0, 4.0\) the partial by operand 2 is 4.0, but the value changes by 2.0"
    ):
        primitive("wrong", math.prod, lambda xs, y: (8.0, 4.0, 4.0), variadic=True, samples=[(1.0, 2.0, 4.0)])
    primitive("product", math.prod, lambda xs, y: (8.0, 4.0, 2.0), variadic=True, samples=[(1.0, 2.0, 4.0)])


@pytest.mark.parametrize(
    ("value", "partials", "facts"),
    [
        (math.sqrt, lambda a, y: (math.inf if y == 0.0 else 0.5 / y,), {"samples": [(0.0,), (4.0,)]}),  # at the edge
        (abs, lambda a, y: (0.0 if a == 0.0 else a / y,), {"samples": [(-2.0,)], "kinks": [(0.0,)]}),
        (lambda a: max(a, 0.0), lambda a, y: (0.0,), {"samples": [(0.0,)], "at_kink": lambda a: a == 0.0}),
        (round, lambda a, y: (1.0,), {"kinks": [(1.3,)]}),  # straight through
        (lambda a: a, lambda a, y: (1.0,), {"samples": [(math.nan,), (math.inf,)]}),  # nothing can be told
        (lambda a: a + 1e17, lambda a, y: (1.0,), {"samples": [(1.0,)]}),  # lost in roundoff
        (lambda a: math.exp(a) - math.exp(a - 1e-9), lambda a, y: (y,), {"samples": [(1.0,)]}),  # cancels
        (lambda a: math.sin(1e5 * a), lambda a, y: (1e5 * math.cos(1e5 * a),), {"samples": [(0.3,)]}),
        (lambda a: a * 1e-300, lambda a, y: (1e-300,), {"samples": [(2.0,), (1e300,), (5e-324,)]}),
        (lambda a, b: a, lambda a, b, y: (1.0, None), {"samples": [(2.0, 3.0)]}),
        (lambda a: math.log1p(a), lambda a, y: (1.0 / (1.0 + a),), {"samples": [(1e-12,), (-0.999999,)]}),
    ],
)
def test_right_partials_are_accepted_however_hard_to_confirm(value: Any, partials: Any, facts: Any) -> None:
    primitive("right", value, partials, **facts)
    assert "right" in PRIMITIVES


def test_a_sample_outside_the_domain_is_told_also_inside_ieee() -> None:
    def make() -> Any:
        return primitive("root", math.sqrt, lambda a, y: (0.5 / y,), samples=[(-1.0,)])

    with pytest.raises(ValueError, match=r"root: at the sample \(-1.0,\): .*; give samples and kinks inside"):
        make()
    with ieee(), pytest.raises(ValueError, match=r"root: at the sample \(-1.0,\)"):
        make()


def test_a_page_does_not_take_one_librarys_row_for_the_others(tmp_path: Path) -> None:
    one, two = library("one", power(3)), library("two", power(2))
    x = Value(2.0, label="x")
    with pytest.raises(TypeError, match="two primitives are called p, which JavaScript can't tell apart"):
        walk(one["p"](x) + two["p"](x)).save_html(tmp_path / "page.html")
