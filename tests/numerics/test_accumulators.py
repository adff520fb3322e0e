"""Bounds of running sums against the arithmetic of tensor cores: what is right passes, what is wrong is caught."""

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

from trtexp.numerics import lowest_bit
from trtexp.numerics.accumulators import Accumulator, certified, most_blocks, sum_error, widest
from trtexp.numerics.allowed import grants

(HALF,) = grants("float16", "tensorrt<10", "Hopper")[1].accumulators
WIDE = grants("float16", "tensorrt<10", "Hopper")[0].accumulators
(TF32,) = grants("float32", "tensorrt<10", "Hopper", {"TF32"})[1].accumulators
(FP8,) = grants("float8e4m3", "tensorrt>=10", "Hopper")[0].accumulators
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


class Sums:
    """A matrix product in float64 with its magnitudes, and the errors that accumulators may have."""

    def __init__(self, x, w):
        x, w = x.astype(float), w.astype(float)
        self.right, self.m = x @ w, np.abs(x) @ np.abs(w)
        self.n = np.rint((x != 0).astype(float) @ (w != 0).astype(float))
        self.s = (self.m + np.abs(self.right)) / 2
        self.length = x.shape[1]

    def error(self, *accumulators):
        blocks = [most_blocks(self.length, self.length, a.block) for a in accumulators]
        pairs = zip(accumulators, blocks, strict=True)
        return widest([sum_error(a, self.m, self.n, self.s, b) for a, b in pairs])

    def off(self, got, error):
        return np.abs(got - self.right) / error


@pytest.mark.parametrize("kind", ["normal", "one sign"])
@pytest.mark.parametrize("length", LENGTHS)
def test_half_accumulators_are_within_the_bound_in_any_order_and_tree(length, kind):
    for seed in range(5):
        x, w = data(length, kind, seed)
        sums = Sums(x, w)
        error = sums.error(HALF)
        shuffled = np.random.default_rng(seed).permutation(-(-length // 16))
        for got in (half_blocks(x, w), half_blocks(x, w, order=shuffled), half_tree(x, w)):
            assert sums.off(got, error.hard).max() < 1
            assert sums.off(got, error.typical).max() < 1
        assert error.judged.all() and not error.overflows.any()


def test_taps_of_few_channels_fill_blocks_of_their_own():
    assert most_blocks(terms=72, run=8, block=16) == 9
    assert most_blocks(terms=9, run=1, block=16) == 9
    assert most_blocks(terms=288, run=32, block=16) == 18
    assert most_blocks(terms=100, run=100, block=16) == 7
    x, w = data(72, "one sign")
    sums = Sums(x, w)
    error = sum_error(HALF, sums.m, sums.n, sums.s, most_blocks(72, 8, 16))
    assert sums.off(half_blocks(x, w, size=8), error.hard).max() < 1


@pytest.mark.parametrize("length", [257, 1024, 4096])
def test_beyond_256_terms_a_half_accumulator_is_not_judged_and_its_typical_error_says_how_far_off_it_is(length):
    x, w = data(length, "normal")
    sums = Sums(x, w)
    error = sums.error(HALF)
    assert not error.judged.any()
    got = half_blocks(x, w)
    assert 0.01 < sums.off(got, error.typical).max() < 1


@pytest.mark.parametrize("length", [64, 1024, 4096])
@pytest.mark.parametrize("kind", ["normal", "one sign"])
def test_float32_accumulators_are_within_a_bound_that_is_not_vacuous(length, kind):
    x, w = data(length, kind)
    sums = Sums(x, w)
    error = sums.error(*WIDE)
    for got in (aligned_blocks(x, w, 16), one_after_the_other(x, w)):
        assert sums.off(got, error.hard).max() < 1
        assert sums.off(got, error.typical).max() < 1
    assert error.hard.max() < 0.01 * np.sqrt(np.mean(sums.right**2))


def test_what_is_always_cut_drifts_and_is_still_typical():
    """Four deviations alone would call all of these sums wide."""
    x, w = data(4096, "one sign")
    sums = Sums(x, w)
    (tensor_cores,) = (a for a in WIDE if a.block > 1)
    off = np.abs(aligned_blocks(x, w, 16) - sums.right)
    deviations = 4 * 2.0**-23 * np.sqrt(sums.n / 3) * sums.s
    assert (off > deviations).all()
    assert (off < sums.error(tensor_cores).typical).all()


def test_tf32_is_within_the_bound_of_its_accumulator_and_its_cut():
    cut = grants("float32", "tensorrt<10", "Hopper", {"TF32"})[1].cut
    for kind in ("normal", "one sign"):
        x, w = data(256, kind, dtype=np.float32)
        sums = Sums(x, w)
        hard = sums.error(TF32).hard + (2 * cut + cut**2) * sums.m
        for a, b in ((tf32(x, True), tf32(w, False)), (tf32(x, False), tf32(w, False))):
            assert sums.off(aligned_blocks(a, b, 8), hard).max() < 1


@pytest.mark.parametrize("length", [128, 1024])
def test_sums_of_fp8_with_13_bits_are_within_the_bound(length):
    for kind in ("normal", "one sign"):
        x, w = (cut_to_bits(part, 4) for part in data(length, kind))
        sums = Sums(x, w)
        error = sums.error(FP8)
        got = aligned_blocks(x, w, 32, aligned=13, fraction=13)
        assert sums.off(got, error.hard).max() < 1
        assert sums.off(got, error.typical).max() < 1


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
        sums = Sums(x, w)
        got = half_blocks(*WRONG[wrong](x, w))
        assert sums.off(got, sums.error(HALF).hard).max() > 1


@pytest.mark.parametrize("accumulator", [HALF, *WIDE, TF32], ids=["half", "CUDA cores", "tensor cores", "TF32"])
@pytest.mark.parametrize("length", [8, 64, 256, 1024, 4096])
def test_certified_sums_are_exact_whatever_the_length_and_one_lost_term_is_seen(accumulator, length):
    x, w = data(length, "certified")
    sums = Sums(x, w)
    assert certified(accumulator, lowest_bit(np.ones(sums.s.shape)), sums.s).all()
    for got in (half_blocks(x, w), aligned_blocks(x, w, 16), one_after_the_other(x, w)):
        assert (got == sums.right).all()
    for wrong in ("one tap dropped", "one term doubled"):
        assert (half_blocks(*WRONG[wrong](x, w)) != sums.right).any()


@pytest.mark.parametrize("length", [16, 256, 4096])
def test_operands_that_are_cut_to_8_bits_are_seen_in_certified_sums_of_eleven_bits(length):
    """One operand has 9 bits and the sums 11: whole numbers up to 2^11, of which few are not 0."""
    rng = np.random.default_rng(3)
    x, w = np.zeros((16, length), np.float16), np.zeros((length, 16), np.float16)
    x[:, rng.choice(length, 4, replace=False)] = rng.choice([257, 383, -301, -509], (16, 4))
    w[:] = rng.choice([-1, 0, 1], w.shape)
    sums = Sums(x, w)
    assert certified(HALF, lowest_bit(np.ones(sums.s.shape)), sums.s).all()
    assert (half_blocks(x, w) == sums.right).all()
    assert (half_blocks(*WRONG["operands cut to 8 bits"](x, w)) != sums.right).any()


def test_a_sum_beyond_11_bits_is_not_certified_for_a_half():
    lowest = np.zeros((2,), np.int64)
    assert certified(HALF, lowest, np.array([2048.0, 2049.0])).tolist() == [True, False]
    assert certified(WIDE[0], lowest, np.array([2.0**24, 2.0**24 + 2])).tolist() == [True, False]


def test_a_partial_sum_beyond_the_largest_half_is_said():
    one = np.ones(1)
    made = sum_error(HALF, 131072 * one, 32 * one, 65536 * one, 2)
    assert made.overflows.all()
    assert not sum_error(WIDE[0], 131072 * one, 32 * one, 65536 * one, 32).overflows.any()


def test_of_no_terms_there_is_no_error():
    zero = np.zeros(1)
    for accumulator in (HALF, *WIDE, FP8):
        made = sum_error(accumulator, zero, zero, zero, 4)
        assert made.hard == 0 and made.typical == 0


def test_a_loss_of_everything_is_an_infinite_bound_and_no_negative_one():
    one = np.ones(1)
    made = sum_error(Accumulator(block=1, unit=0.5, bits=1), one, 4 * one, one)
    assert made.hard == np.inf
