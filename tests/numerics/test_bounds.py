"""The bound, the typical bound and the certificate of a dot product: they hold for any order, and say something."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trtexp.numerics import Arithmetic, dot_product, encode, known

F32 = np.float32
TF32, TRANSFORMED = (Arithmetic().with_granted(each) for each in ("tf32", "transform_domain"))


def apply(x, w, b):
    """A row of dot products: x (n, k), w (k,), b ()."""
    y = (x * w).sum(axis=-1)
    return y if b is None else y + b


def bounded(x, w, b=None, dtype="float32", arithmetic=None):
    bias = None if b is None else known(encode(b, dtype))
    operands = known(encode(x, dtype)), known(encode(w, dtype))
    return dot_product(apply, *operands, bias, arithmetic or Arithmetic(), runs=(1, np.shape(w)[-1]))


def fma(a, b, c):
    """a · b + c in float32 with one rounding, by way of float64 (where the product is exact) and a sticky bit."""
    product = np.float64(a) * np.float64(b)
    total = product + np.float64(c)
    tail = total - product
    error = (product - (total - tail)) + (np.float64(c) - tail)  # two-sum: total + error is exact
    up = np.nextafter(total, np.where(error > 0, np.inf, -np.inf))
    odd = (total.view(np.int64) & 1).astype(bool)
    return F32(np.where((error != 0) & ~odd, up, total))  # round to odd: float32 then rounds once


def sums(rng, x, w, b, count):
    """One element in float32: random orders, random trees, fused and unfused; terms as float32 pairs."""
    for _ in range(count):
        order = rng.permutation(len(x))
        kind = rng.integers(3)
        if kind == 0:
            total = F32(b) if rng.integers(2) else F32(0)
            rest = F32(0) if total else F32(b)
            for k in order:
                total = fma(x[k], w[k], total)
            yield F32(total + rest)
        else:
            parts = [F32(x[k] * w[k]) for k in order] + [F32(b)]
            while len(parts) > 1:
                i, j = sorted(rng.choice(len(parts), 2, replace=False)) if kind == 1 else (0, len(parts) - 1)
                last = parts.pop(j)
                parts[i] = F32(parts[i] + last)
            yield parts[0]


@given(st.integers(0, 2**32 - 1), st.integers(1, 24), st.integers(0, 12))
def test_no_order_of_summation_is_further_off_than_the_bound(seed, k, spread):
    rng = np.random.default_rng(seed)
    x, w = (F32(rng.standard_normal(k) * 10.0 ** rng.integers(-spread, spread + 1, k)) for _ in range(2))
    b = F32(rng.standard_normal())
    found = bounded(x[None], w, b)
    exact = float(found.ref[0])
    for total in sums(rng, x, w, b, 6):
        assert abs(float(total) - exact) <= found.bound[0]
    assert found.typical[0] <= found.bound[0]


@given(st.integers(0, 2**32 - 1), st.integers(1, 24), st.integers(1, 14), st.integers(0, 6))
def test_every_order_is_exact_where_the_certificate_says_so(seed, k, bits, spread):
    rng = np.random.default_rng(seed)
    x, w = (
        F32(np.ldexp(rng.integers(-(2**bits), 2**bits, k).astype(float), rng.integers(-spread, spread + 1, k)))
        for _ in range(2)
    )
    b = F32(rng.integers(-8, 8))
    found = bounded(x[None], w, b)
    if found.certified[0]:
        assert {float(total) for total in sums(rng, x, w, b, 6)} <= {float(found.ref[0])}


def test_the_certificate_is_not_vacuous():
    rng = np.random.default_rng(1)
    x, w = rng.integers(-100, 100, (50, 9)).astype(float), rng.integers(-100, 100, 9).astype(float)
    assert bounded(x, w, 3.0).certified.all()
    assert not bounded(x + 0.1, w, 3.0).certified.any()


@pytest.mark.parametrize(
    ("x", "w", "b", "certified"),
    [
        ([4096, 4096], [4096 - 1, 1], None, True),  # S is 2^24 steps of the lowest bit: just in
        ([4096, 4097], [4096, 1], None, False),  # one step more
        ([4096, 1], [4096, 1], None, False),
        ([4096, 1, 1], [4096, 1, 1], None, False),  # 2^24 + 2 is a float32, 2^24 + 1 on the way is none
        ([1, 1], [1, 1], 2.0**-22, True),  # the bias has the lowest bit: 2 + 2^-22 needs 24 bits
        ([1, 1], [1, 1], 2.0**-23, False),
        ([1, -1], [2.0**30, 2.0**30], 1.0, False),  # exact in the end, not on the way
        ([0, 0], [0.1, 0.3], None, True),  # no term at all
        ([0, 0], [0.1, 0.3], 0.1, True),  # one term, not rounded
        ([2.0**127, 2.0**127], [1, 1], None, False),  # overflows
        ([2.0**127, 2.0**127, -(2.0**127)], [1, 1, 1], None, False),  # overflows in one order
        ([2.0**-100], [2.0**-30], None, False),  # underflows
    ],
)
def test_the_certificate_counts_bits_from_the_lowest_to_the_sum(x, w, b, certified):
    assert bounded([x], w, b).certified.tolist() == [certified]


def test_the_certificate_is_for_each_element():
    found = bounded([[1, 2, 3], [1, 0.1, 1], [0, 0, 0]], [2.0**4, 1, 2.0**-4])
    assert found.certified.tolist() == [True, False, True]


def test_a_sum_of_nothing_has_no_bound():
    found = bounded([[0, 0]], [1, 0])
    assert found.bound.tolist() == found.typical.tolist() == [0]


def test_bound_by_hand():
    """B = u (M + n S) / (1 - n u) + tiny: 3 terms 1, 2, -0.5 and no sum that is exact, so M 3.5, S 3."""
    u = 2.0**-24
    found = bounded([[1 + 2 * u, 2, -0.5]], [1, 1, 1])
    assert found.bound[0] == pytest.approx(u * (3.5 + 3 * 3) / (1 - 3 * u) + 2.0**-126)
    assert [float(part[0]) for part in found.terms] == pytest.approx([3.5, 3, 3])
    usual = np.sqrt(2.5**2 / 2 + (1 + 4 + 0.25) / 4)  # of the partial sums, in an order that does not depend on them
    assert found.typical[0] == pytest.approx(4 * u * np.sqrt(3 / 3) * usual)


def test_tf32_widens_the_bound_only_where_an_operand_needs_more_than_11_bits():
    plain, cut = Arithmetic(), TF32
    x, w = [[1.0, 3.0]], [1.0, 2.0]
    fits, needs = bounded(x, w, arithmetic=cut), bounded([[1.0, 3.0001]], w, arithmetic=cut)
    assert fits.certified.all()
    assert fits.bound[0] < 1e-5
    assert needs.bound[0] > 2.0**-10 * 7
    assert not needs.certified.any()
    assert bounded([[1.0, 3.0001]], w, arithmetic=plain).bound[0] < 1e-5


@pytest.mark.parametrize("seed", range(3))
def test_truncated_and_rounded_tf32_operands_stay_inside_the_tf32_bound(seed):
    rng = np.random.default_rng(seed)
    x, w = F32(rng.standard_normal((40, 256))), F32(rng.standard_normal(256))
    found = bounded(x, w, arithmetic=TF32)
    cut = (a.view(np.uint32) & np.uint32(0xFFFFE000) for a in (x, w))
    truncated = apply(*(a.view(F32).astype(float) for a in cut), None)
    near = ((a.view(np.uint32) + np.uint32(0x1000)) & np.uint32(0xFFFFE000) for a in (x, w))
    nearest = apply(*(a.view(F32).astype(float) for a in near), None)
    for got in (truncated, nearest):
        assert (np.abs(got - found.ref) <= found.bound).all()
    forbidden = bounded(x, w)
    assert (np.abs(truncated - found.ref) > forbidden.bound).mean() > 0.5  # TF32 where it is forbidden is caught


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_narrow_types_add_the_rounding_of_their_output(dtype):
    rng = np.random.default_rng(5)
    x, w = rng.standard_normal((40, 64)), rng.standard_normal(64)
    found = bounded(x, w, dtype=dtype)
    got = known(encode(found.ref, dtype)).ref
    error = np.abs(got - found.ref)
    assert (error <= found.bound).all()
    assert (error > bounded(x, w).bound).any()
    assert bounded([[1, 2]], [3, 4], dtype=dtype).certified.all()


def test_an_fp16_accumulator_has_11_bits():
    half = Arithmetic(by_hand="half_accumulator")
    assert bounded([[2048.0]], [1.0], dtype="float16", arithmetic=half).certified.all()
    assert not bounded([[2048.0, 1.0]], [1.0, 1.0], dtype="float16", arithmetic=half).certified.any()
    rng = np.random.default_rng(3)
    x, w = np.float16(rng.standard_normal(32)), np.float16(rng.standard_normal(32))
    found = bounded(x[None], w, dtype="float16", arithmetic=half)
    total = np.float16(0)
    for a, c in zip(x, w, strict=True):
        total = np.float16(total + np.float16(a * c))
    assert abs(float(total) - found.ref[0]) <= found.bound[0]
    assert found.bound[0] > 4 * bounded(x[None], w, dtype="float16").bound[0]


def test_the_global_bound_grants_transform_domain_accuracy_and_the_local_one_does_not():
    """numerics.md, 8.7: Winograd's error of 2.7e-3 on 2.1 is over the local bound and inside the global one."""
    x, w = [[0, 2.1, 3.3]], [1e4, 1, 1e-4]
    assert bounded(x, w).bound[0] < 2.7e-3
    wide = bounded(np.array([[0, 2.1, 3.3], [2.1, 3.3, 4.7]]), w, arithmetic=TRANSFORMED)
    assert wide.bound[0] > 2.7e-3
    assert not wide.certified.any()


def test_slack_carries_the_difference_between_decimals_and_device_inputs():
    x, w = np.array([[0.1, 0.2]]), np.array([0.3, 1.0])
    operands = known(encode(x, "float32"), x), known(encode(w, "float32"), w)
    found = dot_product(apply, *operands, None, Arithmetic())
    assert abs(apply(x, w, None)[0] - found.ref[0]) <= found.slack[0] < 1e-7


def test_an_error_that_came_in_is_carried_to_the_output():
    x = known(encode([[1.0, 2.0]], "float32"))
    x = replace(x, bound=np.array([[0.5, 0.25]]), typical=np.array([[0.5, 0.25]]))
    found = dot_product(apply, x, known(encode([3.0, -4.0], "float32")), None, Arithmetic())
    assert found.bound[0] >= 0.5 * 3 + 0.25 * 4
    assert not found.certified.any()
