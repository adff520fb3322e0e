"""Sums of very many products: as good as those in one order, magnitudes never too small."""

import numpy as np
import pytest

from trtexp.numerics import Arithmetic, Plenty, dot_product, encode, known
from trtexp.numerics.linear import matmul
from trtexp.numerics.plenty import hopeless, product

SHAPES = (7, 40), (40, 9)


def operands(seed, low=-3.0, high=3.0):
    rng = np.random.default_rng(seed)
    return [known(encode(rng.standard_normal(s) * 10.0 ** rng.uniform(low, high, s), "float32")) for s in SHAPES]


@np.errstate(all="ignore")
def both(x, w, b=None):
    plenty = Plenty(lambda m, n, c: product(m, n) + (0 if c is None else c), 40)
    slow = dot_product(lambda m, n, c: matmul(m, n) + (0 if c is None else c), x, w, b, Arithmetic(), runs=(1, 40))
    return slow, dot_product(lambda m, n, c: None, x, w, b, Arithmetic(), runs=(1, 40), plenty=plenty)


@pytest.mark.parametrize("low", [-3.0, -30.0])
def test_the_sums_are_the_same_and_no_bound_is_smaller(low):
    x, w = operands(1, low)
    x.ref[2], x.ref[:, 5] = 0.0, 0.0
    bias = known(encode(np.arange(9) - 4.0, "float32"))
    slow, fast = both(x, w, bias)
    np.testing.assert_allclose(fast.ref, slow.ref, rtol=1e-12, atol=1e-12)
    there = slow.bound > 0  # a sum of the bias alone has a certificate, which nobody looks for here
    assert (fast.bound >= slow.bound).all() and (fast.bound[there] <= 1.001 * slow.bound[there]).all()
    np.testing.assert_array_equal(fast.terms[1], slow.terms[1])
    np.testing.assert_allclose(fast.typical[there], slow.typical[there], rtol=1e-3)


def test_numbers_below_what_float32_has_beside_the_largest_still_have_a_bound():
    x, w = operands(2)
    x.ref[0] *= 2.0**-90
    x.ref[1] *= 2.0**30
    slow, fast = both(x, w)
    assert (fast.bound[0] >= slow.bound[0]).all() and (slow.bound[0] > 0).all()


@pytest.mark.parametrize("odd", [np.inf, np.nan])
def test_infinities_and_nans_are_as_they_were(odd):
    x, w = operands(3)
    x.ref[3, 3] = odd
    slow, fast = both(x, w)
    np.testing.assert_allclose(fast.ref, slow.ref, rtol=1e-12)
    np.testing.assert_allclose(fast.bound, slow.bound, rtol=1e-3)


def test_errors_of_the_operands_are_carried():
    x, w = operands(4)
    x = type(x)(x.dtype, x.ref, np.abs(x.ref) * 1e-5, np.abs(x.ref) * 1e-6, x.slack, ~x.certified, x.undetermined)
    slow, fast = both(x, w)
    assert (fast.bound >= slow.bound).all()
    np.testing.assert_allclose(fast.bound, slow.bound, rtol=1e-3)


def test_whole_numbers_keep_their_certificate():
    x = known(encode(np.arange(280).reshape(7, 40) % 5, "float32"))
    w = known(encode(np.arange(360).reshape(40, 9) % 3 - 1, "float32"))
    slow, fast = both(x, w)
    assert fast.certified.all() and slow.certified.all() and not hopeless(x.ref, w.ref)
    assert hopeless(*(part.ref for part in operands(5)))
