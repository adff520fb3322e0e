"""What the names of tactics say, and trees in words. The names are those that the inspector gave on an H100."""

from __future__ import annotations

import pytest

from trtexp.numerics.bits.orders import described
from trtexp.numerics.bits.tactics import tactic
from trtexp.numerics.bits.trees import Sum, running


@pytest.mark.parametrize(
    ("name", "instruction", "operands"),
    [
        ("sm80_xmma_gemm_f32f32_f32f32_f32_nn_n_tilesize64x32x8_stage3_ffma_aligna4_alignc4", "fma", ("as typed",) * 2),
        ("sm50_xmma_deconv_2d_c1_k1_f32f32_f32_f32_nhwckrsc_nhwc_general", "fma", ("as typed",) * 2),
        (
            "sm86_xmma_gemm_f32f32_tf32f32_f32_nn_n_tilesize64x64x64_stage3_warpsize2x2x1_tensor16x8x8",
            "TF32",
            ("rounded", "cut"),
        ),
        (
            "sm80_xmma_fprop_implicit_gemm_indexed_f32f32_tf32f32_f32_nhwckrsc_nhwc_tensor16x8x8",
            "TF32",
            ("cut", "cut"),
        ),
        ("sm80_xmma_gemm_f16f16_f16f16_f16_nn_n_tensor16x8x16", "half, half accumulator", ("as typed",) * 2),
        ("sm90_xmma_gemm_f16f16_f16f32_f32_tn_n_gmma", "half, float32 accumulator", ("as typed",) * 2),
        ("sm80_xmma_fprop_implicit_gemm_i8i8_i8i32_f32_nchw_vect_c_32kcrs_tensor16x8x32", "INT8", ("as typed",) * 2),
    ],
)
def test_the_name_of_a_tactic_says_how_it_multiplies(name: str, instruction: str, operands: tuple[str, str]) -> None:
    found = tactic(name, "Hopper")
    assert found is not None
    assert (found.instruction.name, found.operands) == (instruction, operands)


@pytest.mark.parametrize(
    "name", ["", "__myl_FusedMul_0x12", "cuInt8::nchwToNcxhwx", "sm90_xmma_gemm_e4m3e4m3_e4m3f32_f32_tn_n"]
)
def test_other_names_say_nothing(name: str) -> None:
    assert tactic(name, "Hopper") is None


def test_a_generation_without_the_instruction_says_nothing() -> None:
    assert tactic("sm80_xmma_gemm_f16f16_f16f16_f16_nn_n_tensor16x8x16", "Volta") is None


TAPS = {"channel": 4, "row": 3, "column": 3}


@pytest.mark.parametrize(
    ("tree", "axes", "words"),
    [
        (running(list(range(64)), 16), {"k": 64}, "blocks of 16, k ascending"),
        (running(list(range(63, -1, -1))), {"k": 64}, "k descending"),
        (running(list(range(36))), TAPS, "channel, row, column ascending"),
        (
            running([channel * 9 + tap for tap in range(8, -1, -1) for channel in range(4)], 4),
            TAPS,
            "blocks of 4, row descending, column descending, channel ascending",
        ),
        (running([0]), {"k": 1}, "one term"),
        (running([1, 0, 3, 2]), {"k": 4}, "in another order"),
        (Sum(((0,), (1,), (running([2, 3]),))), {"k": 4}, "2 sums of 2 terms, k ascending"),
    ],
)
def test_trees_in_words(tree: Sum, axes: dict[str, int], words: str) -> None:
    assert described(tree, axes) == words
