"""Products of matrices: numpy's values, summed in the order of the terms."""

import numpy as np
import pytest

from trtexp.numerics import linear

RNG = np.random.default_rng(0)
SHAPES = [
    ((3, 4), (4, 5)),
    ((2, 3, 4), (4, 5)),
    ((2, 1, 3, 4), (6, 4, 5)),
    ((4,), (4, 5)),
    ((3, 4), (4,)),
    ((4,), (4,)),
    ((1, 0), (0, 3)),
    ((0, 2), (2, 3)),
    ((30, 7), (7, 40)),
    ((5, 2, 9, 30), (5, 1, 30, 8)),
]


def in_order(a, b):
    """A dot product, term by term."""
    total = 0.0
    for x, y in zip(a, b, strict=True):
        total += x * y
    return total


def assert_near(found, wanted, atol=0.0):
    """Near, and of one shape: numpy 1 has no `strict`."""
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, atol=atol)


@pytest.mark.parametrize(("left", "right"), SHAPES)
def test_shapes_and_values_are_numpys(left, right):
    a, b = RNG.standard_normal(left), RNG.standard_normal(right)
    assert_near(linear.matmul(a, b), a @ b, atol=1e-13)


@pytest.mark.parametrize("limits", [(2000, 2**15), (0, 2**15), (2000, 32)])
@pytest.mark.parametrize("shape", [(3, 2), (1, 1), (1, 2), (2, 1), (1, 9), (40, 1), (17, 16)])
def test_terms_are_added_in_their_order_however_many_are_held_at_once(shape, limits, monkeypatch):
    monkeypatch.setattr(linear, "FEW", limits[0])
    monkeypatch.setattr(linear, "AT_ONCE", limits[1])
    a, b = RNG.standard_normal((shape[0], 500)), RNG.standard_normal((500, shape[1]))
    wanted = [[in_order(row, column) for column in b.T.tolist()] for row in a.tolist()]
    assert linear.matmul(a, b).tolist() == wanted
    stacked = linear.matmul(np.stack([a, a]), b)
    assert stacked.tolist() == [wanted, wanted]


EQUATIONS = [
    "ij,jk->ik", "bij,bjk->bik", "ij,jk->ki", "bij,bjk->ikb", "ij,kl->ijkl", "ij,ij->", "ij,ij->ij", "ijx,jky->ik",
    ",ij->ji", "i,->i", "ii,->i", "iji,jk->ik", "iii,->",
]  # fmt: skip


@pytest.mark.parametrize("equation", EQUATIONS)
def test_equations_are_numpys(equation):
    sizes = dict(zip("bijklxy", (2, 3, 4, 5, 2, 3, 2), strict=True))
    a, b = (RNG.standard_normal([sizes[c] for c in term]) for term in equation.split("->")[0].split(","))
    assert_near(linear.einsum(equation, a, b), np.einsum(equation, a, b), atol=1e-13)


def test_a_dimension_of_1_is_repeated():
    a, b = RNG.standard_normal((2, 1, 3)), RNG.standard_normal((1, 3, 4))
    assert_near(linear.einsum("bij,bjk->bik", a, b), np.einsum("bij,bjk->bik", a, b))
    a, b = RNG.standard_normal((2, 1)), RNG.standard_normal((3, 4))
    assert_near(linear.einsum("ij,jk->ik", a, b), np.einsum("ij,jk->ik", a, b))
