"""What TensorRT 8.6.0 gave on an NVIDIA H100 for random data, tactics chosen without timing, against predictions: the
inputs, the outputs and the tactic's name of 13 networks. The order is the one that was read off each tactic."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from trtexp.numerics.bits.predict import predicted
from trtexp.numerics.bits.tactics import tactic
from trtexp.numerics.bits.trees import Sum, running

SEEN = np.load(Path(__file__).with_name("h100-8.6.0.npz"))
ASCENDING, DESCENDING = list(range(9)), list(range(8, -1, -1))


def taps_first(taps: list[int], channels: int = 8) -> list[int]:
    return [channel * len(taps) + tap for tap in taps for channel in range(channels)]


ORDERS = {
    "mm_f32_K64_N8": running(list(range(64))),
    "mm_f32_K64_N64": running(list(range(64))),
    "mm_f32_K20_N8": running(list(range(20))),
    "mm_tf32_K64_N64": running(list(range(64)), 8),
    "mm_f16_K64_N64": running(list(range(64)), 16),
    "conv1_f32_C64": running(list(range(64))),
    "conv3_f32_C8": running(list(range(72))),
    "conv3_tf32_C8": running(list(range(72))),
    "conv3_f16_C8": running(taps_first(ASCENDING), 16),
    "conv1_f16_C64": running(list(range(64)), 16),
    "deconv3_f32_C1": running(DESCENDING),
    "deconv3_f32_C8": running(taps_first(DESCENDING)),
    "deconv3_f16_C8": running(taps_first(DESCENDING), 8),
}


def same(name: str, tree: Sum) -> np.ndarray:
    found = tactic(str(SEEN[f"{name}/tactic"]), "Hopper")
    assert found is not None
    x, w, y = (SEEN[f"{name}/{part}"] for part in "xwy")
    return predicted(found.instruction, tree, x[:, None, :], w.T[None], found.operands) == y


@pytest.mark.parametrize("name", ORDERS)
def test_every_bit_is_predicted(name: str) -> None:
    assert same(name, ORDERS[name]).all()


def test_elements_are_as_many_as_were_seen() -> None:
    assert sum(SEEN[f"{name}/y"].size for name in ORDERS) == 20_736


@pytest.mark.parametrize("name", ORDERS)
def test_another_order_predicts_other_bits(name: str) -> None:
    terms = ORDERS[name].terms
    other = running(terms[::-1], len(ORDERS[name].steps[0]))
    assert not same(name, other).all()
