"""Products of matrices and tensors, whose sums run in one order on every machine: that of the terms, from 0.

numpy's matmul, dot and einsum leave the order, and whether products are fused with sums, to the machine's own kernels.
"""

from __future__ import annotations

import math

import numpy as np

FEW = 2**13  # elements of a result whose terms are made side by side; the terms of more are made one by one
AT_ONCE = 2**15  # products that are held at once


def matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a (…, m, k) by b (…, k, n) -> (…, m, n); stacks broadcast. One operand may be a vector (k,), as in numpy."""
    if b.ndim == 1:
        return np.asarray(matmul(a, b[:, None])[..., 0])
    if a.ndim == 1:
        return matmul(a[None], b)[..., 0, :]
    total = np.zeros((*np.broadcast_shapes(a.shape[:-2], b.shape[:-2]), a.shape[-2], b.shape[-1]))
    rank, step = total.ndim, max(AT_ONCE // max(total.size, 1), 1)
    stack = range(rank - 2)
    columns = a.reshape((1,) * (rank - a.ndim) + a.shape).transpose(rank - 1, *stack, rank - 2)[..., None]
    rows = b.reshape((1,) * (rank - b.ndim) + b.shape).transpose(rank - 2, *stack, rank - 1)[..., None, :]
    if total.size > FEW:
        product = np.empty_like(total)
        for column, row in zip(columns, rows, strict=True):
            np.add(total, np.multiply(column, row, product), total)
        return total
    # numpy adds what lies apart in order, and what lies side by side, as the terms of one sum do, by pairs
    add = np.add.reduce if total.size > 1 else _one_by_one
    for k in range(0, len(columns), step):
        products = np.multiply(columns[k : k + step], rows[k : k + step], order="C")
        products[0] += total
        total = np.asarray(add(products, axis=0))
    return total


def _one_by_one(products: np.ndarray, axis: int) -> np.ndarray:
    return np.asarray(np.add.accumulate(products, axis=axis)[-1])


def einsum(equation: str, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Two tensors by an equation such as `bij,bjk->bik`; a letter twice in a term is a diagonal, as in numpy.

    A dimension of 1 is repeated where the other tensor has more.
    """
    terms, out = equation.split("->")
    left, right = terms.split(",")
    a, left = _reduced(a, left, right + out)
    b, right = _reduced(b, right, left + out)
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


def _reduced(part: np.ndarray, term: str, others: str) -> tuple[np.ndarray, str]:
    """A tensor's diagonals, summed over the letters that stand nowhere else."""
    while twice := next((c for c in term if term.count(c) > 1), None):
        first, second = term.index(twice), term.rindex(twice)
        part = np.diagonal(part, axis1=first, axis2=second)
        term = term[:first] + term[first + 1 : second] + term[second + 1 :] + twice
    lone = tuple(axis for axis, c in enumerate(term) if c not in others)
    return part.sum(lone) if lone else part, "".join(c for c in term if c in others)
