"""Functions are correctly rounded, whatever the machine's library makes of them."""

import ast
import math
from pathlib import Path

import numpy as np
import pytest

import trtexp
from trtexp.numerics import decimals, library
from trtexp.numerics.budget import Budget, Limits, OverBudget

#: function -> the interval that it is tried in.
RANGES = {
    "exp": (-20, 20),
    "expm1": (-2, 2),
    "log": (1e-3, 9),
    "log10": (1e-3, 9),
    "log1p": (-0.9, 5),
    "sin": (-20, 20),
    "cos": (-20, 20),
    "tan": (-20, 20),
    "sinh": (-5, 5),
    "cosh": (-5, 5),
    "tanh": (-5, 5),
    "arcsin": (-1, 1),
    "arccos": (-1, 1),
    "arctan": (-9, 9),
    "arcsinh": (-9, 9),
    "arccosh": (1, 9),
    "arctanh": (-1, 1),
    "erf": (-4, 4),
}
WITHOUT_NUMPY = {"erf": np.vectorize(math.erf, otypes=[np.float64])}


def points(name, count=200):
    return np.random.default_rng(7).uniform(*RANGES[name], count)


def numpys(name):
    return WITHOUT_NUMPY.get(name) or getattr(np, name)


@pytest.mark.parametrize("name", RANGES)
def test_every_value_is_the_nearest_float(name):
    exact = getattr(decimals, name)
    assert getattr(library, name)(points(name)).tolist() == [decimals.nearest(exact, x) for x in points(name).tolist()]


@pytest.mark.parametrize("name", RANGES)
def test_decimals_decide_where_the_widest_float_cannot(name, monkeypatch):
    asked = []
    nearest = decimals.nearest
    monkeypatch.setattr(decimals, "nearest", lambda exact, x: asked.append(x) or nearest(exact, x))
    getattr(library, name)(points(name, 2000))
    assert 0 < len(asked) < 100 or np.finfo(np.longdouble).eps > 2.0**-60


@pytest.mark.parametrize("ulps", [-4, 4])
@pytest.mark.parametrize("name", RANGES)
def test_another_librarys_last_bits_change_nothing(name, ulps):
    def other(x):
        y = np.asarray((library.wide_erf if name == "erf" else numpys(name))(x))
        return y * (1 + ulps * np.finfo(y.dtype).eps)

    made = library.correct(other, getattr(decimals, name))(points(name))
    assert made.tolist() == getattr(library, name)(points(name)).tolist()


@pytest.mark.parametrize("name", RANGES)
def test_a_machine_without_a_wider_float_gives_the_same(name, monkeypatch):
    monkeypatch.setattr(library, "ENDS", (np.longdouble(1) - 2.0**-49, np.longdouble(1) + 2.0**-49))

    def narrow(x):
        y = numpys(name)(x.astype(np.float64))
        return np.asarray(y + np.spacing(y), np.longdouble)

    made = library.correct(narrow, getattr(decimals, name))(points(name, 40))
    assert made.tolist() == getattr(library, name)(points(name, 40)).tolist()


@pytest.mark.parametrize("name", RANGES)
def test_zeros_infinities_and_nan_are_numpys(name):
    x = np.array([0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0])
    with np.errstate(all="ignore"):
        wanted = numpys(name)(x)
    made = getattr(library, name)(x)
    np.testing.assert_allclose(made, wanted, rtol=1e-15)
    assert (np.signbit(made) == np.signbit(wanted))[~np.isnan(wanted)].all()


def test_powers_are_the_nearest_floats():
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 9, 300), rng.uniform(-9, 9, 300)
    wanted = [decimals.nearest(decimals.power, *pair) for pair in zip(x.tolist(), y.tolist(), strict=True)]
    assert library.power(x, y).tolist() == wanted


@pytest.mark.parametrize(
    ("x", "y", "made"),
    [
        (-2.0, 3.0, -8.0),
        (-2.0, 0.5, np.nan),
        (0.0, 0.0, 1.0),
        (0.0, -1.0, np.inf),
        (-0.0, -1.0, -np.inf),
        (np.inf, 0.0, 1.0),
        (np.nan, 0.0, 1.0),
        (2.0, 5000.0, np.inf),
        (2.0, -5000.0, 0.0),
        (10.0, -320.0, 1e-320),
    ],
)
def test_special_powers_are_ieees(x, y, made):
    np.testing.assert_array_equal(library.power(x, y), made)


def test_shapes_are_numpys():
    assert library.exp(0.0).shape == ()
    assert library.exp(np.zeros((2, 0))).shape == (2, 0)
    assert library.power(np.ones((3, 1)), np.ones(4)).shape == (3, 4)


FUNCTIONS = [*RANGES, "power", "float_power", "logaddexp", "log2", "exp2", "cbrt", "hypot", "arctan2"]
KERNELS = ["matmul", "dot", "vdot", "inner", "outer", "tensordot", "linalg.norm", "einsum", "convolve"]
MACHINES = {*(f"np.{name}" for name in FUNCTIONS + KERNELS), *(f"math.{name}" for name in [*FUNCTIONS, "pow"])}


def machine_dependent(path):
    """Uses of what the machine's own libraries compute: `np.exp`, `a @ b`, `x**3`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in MACHINES:
            yield f"{path.name}:{node.lineno}: {ast.unparse(node)}"
        if isinstance(node, ast.BinOp) and isinstance(node.op, (ast.MatMult, ast.Pow)) and not fixed(node):
            yield f"{path.name}:{node.lineno}: {ast.unparse(node)}"


def fixed(node):
    """A power that is a constant or a square, which numpy multiplies."""
    square = isinstance(node.right, ast.Constant) and node.right.value == 2
    return isinstance(node.op, ast.Pow) and (square or isinstance(node.left, ast.Constant))


@pytest.mark.parametrize("room", ["numerics", "layers", "judging", "records"])
def test_nothing_that_is_recorded_asks_the_machines_own_library(room):
    own = ("library.py", "decimals.py", "allowed.py", "plenty.py")  # powers of two; sums that no report prints
    paths = [path for path in sorted((Path(trtexp.__file__).parent / room).glob("*.py")) if path.name not in own]
    assert paths
    assert [use for path in paths for use in machine_dependent(path)] == []


def test_functions_are_paid_for_and_numbers_near_a_tie_most():
    few, many = Budget(), Budget()
    with few.paying():
        library.exp(np.zeros(1000))
    with many.paying():
        library.exp(2.0**-53 + np.arange(1000) * 1e-26)
    assert 0 < few.spent["products"] < 10**4 < many.spent["products"]
    library.exp(np.zeros(1000))
    assert few.spent["products"] < 10**4  # nobody pays outside of the block
    with Budget(Limits(products=10)).paying(), pytest.raises(OverBudget, match="--limit products=N"):
        library.erf(np.zeros(1000))
