"""The arithmetic of tensor cores in numpy, rule by rule: x (R, K) times w (K, N), the terms in order of K."""

import numpy as np


def half_blocks(x, w, size=16, order=None):
    """A block's products summed exactly, added to a float16, rounded to nearest; blocks in any order."""
    starts = range(0, x.shape[1], size)
    total = np.zeros((len(x), w.shape[1]))
    for k in starts if order is None else np.array(starts)[order]:
        total = half(total + x[:, k : k + size].astype(float) @ w[k : k + size].astype(float))
    return total


def half_tree(x, w, size=16):
    """Every block a running sum of its own, and these added in pairs, in float16."""
    starts = range(0, x.shape[1], size)
    sums = [half(x[:, k : k + size].astype(float) @ w[k : k + size].astype(float)) for k in starts]
    while len(sums) > 1:
        sums = [half(a + b) for a, b in zip(sums[::2], sums[1::2], strict=False)] + sums[len(sums) // 2 * 2 :]
    return sums[0]


def aligned_blocks(x, w, size, aligned=25, fraction=23):
    """A block's products and the running sum cut to `aligned` bits below the largest exponent, summed, and cut to
    `fraction` bits."""
    total = np.zeros((len(x), w.shape[1]))
    for k in range(0, x.shape[1], size):
        a, b = x[:, None, k : k + size].astype(float), w.T[None, :, k : k + size].astype(float)
        top = np.maximum((exponent(a) + exponent(b)).max(-1), exponent(total))
        unit = np.ldexp(1.0, top - aligned)
        total = (np.trunc(a * b / unit[..., None]) * unit[..., None]).sum(-1) + np.trunc(total / unit) * unit
        step = np.ldexp(1.0, exponent(total) - fraction)
        total = np.trunc(total / step) * step
    return total


def one_after_the_other(x, w):
    """Fused multiply-adds in float32."""
    total = np.zeros((len(x), w.shape[1]), np.float32)
    for k in range(x.shape[1]):
        total = (x[:, k : k + 1].astype(np.longdouble) * w[k : k + 1].astype(np.longdouble) + total).astype(np.float32)
    return total.astype(float)


def tf32(x, ties_away):
    """float32 with 11 significant bits: rounded with ties away from zero, or cut."""
    bits = x.astype(np.float32).view(np.uint32) + np.uint32(0x1000 if ties_away else 0)
    return (bits & np.uint32(0xFFFFE000)).view(np.float32)


def cut_to_bits(x, bits):
    """So many significant bits, the others dropped."""
    mantissa, power = np.frexp(x.astype(float))
    return np.ldexp(np.trunc(mantissa * 2.0**bits) / 2.0**bits, power)


def half(x):
    """Rounded to float16, held as float64."""
    with np.errstate(over="ignore"):
        return x.astype(np.float16).astype(float)


def exponent(x):
    """That of the leading bit; far below everything for 0."""
    return np.frexp(np.abs(x) + (x == 0) * 2.0**-300)[1] - 1
