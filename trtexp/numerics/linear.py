"""Products of matrices and tensors, whose sums run in one order on every machine: that of the terms, from 0.

numpy's matmul, dot and einsum leave the order, and whether products are fused with sums, to the machine's own kernels.
"""

from __future__ import annotations

import math

import numpy as np

FEW = 400  # elements of a result whose terms are added side by side; more are added term by term, in the same order
AT_ONCE = 2**20  # products that are held at once


def matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a (…, m, k) by b (…, k, n) -> (…, m, n); stacks broadcast. One operand may be a vector (k,), as in numpy."""
    if b.ndim == 1:
        return np.asarray(matmul(a, b[:, None])[..., 0])
    if a.ndim == 1:
        return matmul(a[None], b)[..., 0, :]
    total = np.zeros((*np.broadcast_shapes(a.shape[:-2], b.shape[:-2]), a.shape[-2], b.shape[-1]))
    terms = a.shape[-1]
    if total.size <= FEW:
        step = AT_ONCE // max(total.size, 1)
        for k in range(0, terms, step):
            rows, columns = a[..., k : k + step], np.swapaxes(b[..., k : k + step, :], -1, -2)
            products = rows[..., :, None, :] * columns[..., None, :, :]
            products[..., 0] += total
            total = np.add.accumulate(products, axis=-1)[..., -1]
        return total
    product = np.empty_like(total)
    for k in range(terms):
        np.add(total, np.multiply(a[..., :, k, None], b[..., k, None, :], out=product), out=total)
    return total


def einsum(equation: str, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Two tensors by an equation such as `bij,bjk->bik`, in which no letter stands twice in one term.

    A dimension of 1 is repeated where the other tensor has more, as in numpy.
    """
    terms, out = equation.split("->")
    left, right = terms.split(",")
    a, left = _without(a, left, right + out)
    b, right = _without(b, right, left + out)
    stack, inner = ("".join(c for c in left if c in right and (c in out) == kept) for kept in (True, False))
    rows, columns = ("".join(c for c in term if c not in stack + inner) for term in (left, right))
    sizes = dict(sorted(zip(left + right, a.shape + b.shape, strict=True), key=lambda size: size[1] != 1))

    def grouped(part: np.ndarray, term: str, *groups: str) -> np.ndarray:
        full = np.broadcast_to(part, [sizes[c] for c in term])
        flat = [math.prod(sizes[c] for c in group) for group in groups]
        return full.transpose([term.index(c) for group in groups for c in group]).reshape(flat)

    made = matmul(grouped(a, left, stack, rows, inner), grouped(b, right, stack, inner, columns))
    order = stack + rows + columns
    return made.reshape([sizes[c] for c in order]).transpose([order.index(c) for c in out])


def _without(part: np.ndarray, term: str, others: str) -> tuple[np.ndarray, str]:
    """Summed over the letters that stand nowhere else."""
    lone = tuple(axis for axis, c in enumerate(term) if c not in others)
    return part.sum(lone) if lone else part, "".join(c for c in term if c in others)
