"""Bounds of running sums against the arithmetic of tensor cores: what is right passes, what is wrong is caught."""

from dataclasses import replace

import numpy as np
import pytest
from numerics.tensor_cores import (
    aligned_blocks,
    cut_to_bits,
    half_blocks,
    half_tree,
    one_after_the_other,
    tf32,
)

from trtexp.numerics import Arithmetic, lowest_bit
from trtexp.numerics.accumulators import Accumulator, Sums, certified, most_blocks, sum_error, widest
from trtexp.numerics.allowed import grant

EIGHT = Arithmetic(family="tensorrt<10", gpu="Hopper")


def added(dtype, freedom, world=EIGHT, **changes):
    """The accumulators that a freedom adds."""
    before, after = (replace(each, **changes) for each in (world, world.with_granted(freedom)))
    return [each for each in grant(dtype, after).accumulators if each not in grant(dtype, before).accumulators]


WIDE = grant("float16", EIGHT).accumulators
HALF, CHAIN = added("float16", "half_accumulator")
(TF32,) = added("float32", "tf32")
(FP8,) = added("float16", "fp8_accumulator", replace(EIGHT, family="tensorrt>=10"), codes="float8e4m3")
LENGTHS = (8, 16, 17, 64, 100, 256)


def data(length, kind, seed=0, dtype=np.float16):
    rng = np.random.default_rng(seed)
    made = {
        "normal": rng.standard_normal,
        "one sign": lambda shape: rng.uniform(0, 1, shape),
        # at most 2^11 in all, whatever the length
        "certified": lambda shape: np.where(
            rng.random(shape) < min(1, 40 / length**0.5), rng.choice([-1, 1], shape), 0
        ),
    }[kind]
    return made((16, length)).astype(dtype), made((length, 16)).astype(dtype)


class Product:
    """A matrix product in float64 with its magnitudes, and the errors that accumulators may have."""

    def __init__(self, x, w):
        x, w = x.astype(float), w.astype(float)
        self.right, self.length = x @ w, x.shape[1]
        m, n = np.abs(x) @ np.abs(w), np.rint((x != 0).astype(float) @ (w != 0).astype(float))
        self.sums = Sums(self.right, m, x**2 @ w**2, n, (m + np.abs(self.right)) / 2)

    def error(self, *accumulators):
        blocks = [most_blocks(self.length, self.length, a.block) for a in accumulators]
        return widest([sum_error(a, self.sums, b) for a, b in zip(accumulators, blocks, strict=True)])

    def off(self, got, error):
        return np.abs(got - self.right) / error


def single(m, n, s):
    """The one sum of n terms, of which nothing else matters."""
    return Sums(*(np.array([float(part)]) for part in (s, m, m, n, s)))


@pytest.mark.parametrize("kind", ["normal", "one sign"])
@pytest.mark.parametrize("length", LENGTHS)
def test_half_accumulators_are_within_the_bound_in_any_order_and_tree(length, kind):
    for seed in range(5):
        x, w = data(length, kind, seed)
        product = Product(x, w)
        error = product.error(HALF)
        shuffled = np.random.default_rng(seed).permutation(-(-length // 16))
        for got in (half_blocks(x, w), half_blocks(x, w, order=shuffled), half_tree(x, w)):
            assert product.off(got, error.hard).max() < 1
            assert product.off(got, error.typical).max() < 1
        assert error.judged.all() and not error.overflows.any()


def test_taps_of_few_channels_fill_blocks_of_their_own():
    assert most_blocks(terms=72, run=8, block=16) == 9
    assert most_blocks(terms=9, run=1, block=16) == 9
    assert most_blocks(terms=288, run=32, block=16) == 18
    assert most_blocks(terms=100, run=100, block=16) == 7
    x, w = data(72, "one sign")
    product = Product(x, w)
    error = sum_error(HALF, product.sums, most_blocks(72, 8, 16))
    assert product.off(half_blocks(x, w, size=8), error.hard).max() < 1


@pytest.mark.parametrize("length", [257, 1024, 4096])
def test_beyond_256_terms_a_half_accumulator_is_not_judged_and_its_typical_error_says_how_far_off_it_is(length):
    x, w = data(length, "normal")
    product = Product(x, w)
    error = product.error(HALF)
    assert not error.judged.any()
    got = half_blocks(x, w)
    assert 0.01 < product.off(got, error.typical).max() < 1


@pytest.mark.parametrize("length", [64, 1024, 4096])
@pytest.mark.parametrize("kind", ["normal", "one sign"])
def test_float32_accumulators_are_within_a_bound_that_is_not_vacuous(length, kind):
    x, w = data(length, kind)
    product = Product(x, w)
    error = product.error(*WIDE)
    for got in (aligned_blocks(x, w, 16), one_after_the_other(x, w)):
        assert product.off(got, error.hard).max() < 1
        assert product.off(got, error.typical).max() < 1
    assert error.hard.max() < 0.01 * np.sqrt(np.mean(product.right**2))


def test_what_is_always_cut_drifts_and_is_still_typical():
    """Four deviations alone would call all of these sums wide."""
    x, w = data(4096, "one sign")
    product = Product(x, w)
    (tensor_cores,) = (a for a in WIDE if a.block > 1)
    off = np.abs(aligned_blocks(x, w, 16) - product.right)
    deviations = 4 * 2.0**-23 * np.sqrt(product.sums.n / 3) * product.sums.s
    assert (off > deviations).all()
    assert (off < product.error(tensor_cores).typical).all()


def test_tf32_is_within_the_bound_of_its_accumulator_and_its_cut():
    cut = grant("float32", EIGHT.with_granted("tf32")).cut
    for kind in ("normal", "one sign"):
        x, w = data(256, kind, dtype=np.float32)
        product = Product(x, w)
        hard = product.error(TF32).hard + (2 * cut + cut**2) * product.sums.m
        for a, b in ((tf32(x, True), tf32(w, False)), (tf32(x, False), tf32(w, False))):
            assert product.off(aligned_blocks(a, b, 8), hard).max() < 1


@pytest.mark.parametrize("length", [128, 1024])
def test_sums_of_fp8_with_13_bits_are_within_the_bound(length):
    for kind in ("normal", "one sign"):
        x, w = (cut_to_bits(part, 4) for part in data(length, kind))
        product = Product(x, w)
        error = product.error(FP8)
        got = aligned_blocks(x, w, 32, aligned=13, fraction=13)
        assert product.off(got, error.hard).max() < 1
        assert product.off(got, error.typical).max() < 1


WRONG = {
    "one tap dropped": lambda x, w: (np.where(np.arange(x.shape[1]) == x.shape[1] // 2, 0, x), w),
    "one term doubled": lambda x, w: (np.where(np.arange(x.shape[1]) == x.shape[1] // 2, 2 * x, x), w),
    "operands cut to 8 bits": lambda x, w: (cut_to_bits(x, 8), cut_to_bits(w, 8)),
}


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("length", [8, 16, 32, 64])
@pytest.mark.parametrize("kind", ["normal", "one sign"])
def test_on_random_data_up_to_64_terms_a_half_accumulator_hides_nothing(wrong, length, kind):
    for seed in range(10):
        x, w = data(length, kind, seed)
        product = Product(x, w)
        got = half_blocks(*WRONG[wrong](x, w))
        assert product.off(got, product.error(HALF).hard).max() > 1


@pytest.mark.parametrize("accumulator", [HALF, *WIDE, TF32], ids=["half", "CUDA cores", "tensor cores", "TF32"])
@pytest.mark.parametrize("length", [8, 64, 256, 1024, 4096])
def test_certified_sums_are_exact_whatever_the_length_and_one_lost_term_is_seen(accumulator, length):
    x, w = data(length, "certified")
    product = Product(x, w)
    assert certified(accumulator, lowest_bit(np.ones(product.sums.s.shape)), product.sums.s).all()
    for got in (half_blocks(x, w), aligned_blocks(x, w, 16), one_after_the_other(x, w)):
        assert (got == product.right).all()
    for wrong in ("one tap dropped", "one term doubled"):
        assert (half_blocks(*WRONG[wrong](x, w)) != product.right).any()


@pytest.mark.parametrize("length", [16, 256, 4096])
def test_operands_that_are_cut_to_8_bits_are_seen_in_certified_sums_of_eleven_bits(length):
    """One operand has 9 bits and the sums 11: whole numbers up to 2^11, of which few are not 0."""
    rng = np.random.default_rng(3)
    x, w = np.zeros((16, length), np.float16), np.zeros((length, 16), np.float16)
    x[:, rng.choice(length, 4, replace=False)] = rng.choice([257, 383, -301, -509], (16, 4))
    w[:] = rng.choice([-1, 0, 1], w.shape)
    product = Product(x, w)
    assert certified(HALF, lowest_bit(np.ones(product.sums.s.shape)), product.sums.s).all()
    assert (half_blocks(x, w) == product.right).all()
    assert (half_blocks(*WRONG["operands cut to 8 bits"](x, w)) != product.right).any()


def test_a_sum_beyond_11_bits_is_not_certified_for_a_half():
    lowest = np.zeros((2,), np.int64)
    assert certified(HALF, lowest, np.array([2048.0, 2049.0])).tolist() == [True, False]
    assert certified(WIDE[0], lowest, np.array([2.0**24, 2.0**24 + 2])).tolist() == [True, False]


def test_a_partial_sum_beyond_the_largest_half_is_said():
    sums = single(m=131072, n=32, s=65536)
    assert sum_error(HALF, sums, 2).overflows.all()
    assert not sum_error(WIDE[0], sums, 32).overflows.any()


def test_of_no_terms_there_is_no_error():
    for accumulator in (HALF, *WIDE, FP8):
        made = sum_error(accumulator, single(m=0, n=0, s=0), 4)
        assert made.hard == 0 and made.typical == 0


def test_a_loss_of_everything_is_an_infinite_bound_and_no_negative_one():
    made = sum_error(Accumulator(block=1, unit=0.5, bits=1), single(m=1, n=4, s=1))
    assert made.hard == np.inf
