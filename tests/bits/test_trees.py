"""Trees that are read off a device which sums in a known order."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from trtexp.numerics.bits.instructions import Instruction, instruction
from trtexp.numerics.bits.predict import Unexplained, predicted
from trtexp.numerics.bits.probes import meetings, probe
from trtexp.numerics.bits.trees import NotATree, Sum, from_sizes, read, running

FMA = instruction("float32", "float32", "Hopper")
HALF = instruction("float16", "float16", "Hopper")
SINGLE = instruction("float16", "float32", "Hopper")
TF32 = instruction("tf32", "float32", "Hopper")

UP, DOWN = list(range(64)), list(range(63, -1, -1))
MIXED = [channel * 4 + tap for tap in (3, 2, 1, 0) for channel in range(16)]


def split(parts: int, block: int, terms: int = 64) -> Sum:
    """Each part has a running sum of its own, and they are added one after the other."""
    each = terms // parts
    first, *others = (running(list(range(at, at + each)), block) for at in range(0, terms, each))
    return Sum((*first.steps, *((other,) for other in others)))


TREES = {
    "one": (FMA, running([0])),
    "two": (FMA, running([0, 1])),
    "ascending": (FMA, running(UP)),
    "descending": (FMA, running(DOWN)),
    "taps first": (FMA, running(MIXED)),
    "blocks": (HALF, running(UP, 16)),
    "blocks of a wide accumulator": (SINGLE, running(UP, 16)),
    "blocks of taps": (HALF, running(MIXED, 8)),
    "a last block that is not full": (HALF, running(list(range(40)), 16)),
    "TF32": (TF32, running(UP, 8)),
    "split in two": (FMA, split(2, 1)),
    "split in two, blocks": (SINGLE, split(2, 16)),
    "split in four": (SINGLE, split(4, 16)),
    "pairs": (FMA, Sum(((0,), (1,), (running([2, 3]),), (Sum(((4,), (5,), (running([6, 7]),))),)))),
}


def device(row: Instruction, tree: Sum) -> Callable[[np.ndarray, np.ndarray], np.ndarray]:
    return lambda a, b: predicted(row, tree, a, b)


@pytest.mark.parametrize("name", TREES)
def test_a_tree_is_read_from_what_a_device_answers(name: str) -> None:
    row, tree = TREES[name]
    assert row is not None
    asked = probe(row.type, len(tree.terms))
    assert read(len(tree.terms), lambda i, others: meetings(asked, device(row, tree), i, others)) == tree


@pytest.mark.parametrize("name", TREES)
def test_all_pairs_at_once_give_the_same_tree(name: str) -> None:
    row, tree = TREES[name]
    assert row is not None
    n = len(tree.terms)
    asked = probe(row.type, n)
    sizes = np.zeros((n, n), int)
    for i in range(n):
        sizes[i] = meetings(asked, device(row, tree), i, list(range(n)))
    assert from_sizes(sizes) == tree


def test_a_running_sum_asks_once_for_each_term() -> None:
    questions = []

    def sizes(i: int, others: list[int]) -> list[int]:
        questions.extend(others)
        return [max(i, other) + 1 for other in others]

    assert read(1000, sizes) == running(list(range(1000)))
    assert len(questions) == 999


def test_what_is_no_tree_is_said() -> None:
    def winograd(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        return np.full(a.shape[:-1], 0.5)

    with pytest.raises(NotATree, match="terms 0 and 1 meet in a sum of -1 terms"):
        read(9, lambda i, others: meetings(probe("float32", 9), winograd, i, others))
    crossing = np.array([[0, 2, 4, 4], [2, 0, 4, 3], [4, 4, 0, 2], [4, 3, 2, 0]])
    with pytest.raises(NotATree, match="meet elsewhere"):
        from_sizes(crossing)


def test_a_tree_that_an_instruction_cannot_make_is_not_predicted() -> None:
    assert FMA and HALF
    with pytest.raises(Unexplained, match="16 terms and 0 sums are added at once, fma adds 1 terms at most"):
        predicted(FMA, running(UP, 16), np.ones((1, 64)), np.ones((1, 64)))


def test_what_cannot_be_read_is_said() -> None:
    with pytest.raises(ValueError, match="2,049 terms; the order of up to 2,048 of float16 can be read"):
        probe("float16", 2049)
    with pytest.raises(ValueError, match="no number of float8e4m3 is so large that all others are lost beside it"):
        probe("float8e4m3", 8)
