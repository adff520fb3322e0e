"""add_moe: mixture of experts. Source: TensorRT operators reference, MoE; NvInfer.h, IMoELayer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.definition.readback import ReadLayer, ReadTensor
from trtexp.definition.steps import Ref
from trtexp.layers.attention import FLOATS
from trtexp.layers.base import GIVEN, Attributes, DataType, Default, Dims, Kind, Layer, Maybe, Tensor
from trtexp.layers.quantize import there_and_back
from trtexp.layers.settable import Arguments
from trtexp.numerics import (
    F64,
    WORKING_UNIT,
    Arithmetic,
    Bounded,
    attribute,
    dot_product,
    library,
    moved,
    pointwise,
    undetermined,
)
from trtexp.numerics.budget import OF_MATRICES, Work
from trtexp.numerics.linear import matmul

MoEActType = Annotated[Literal["NONE", "SILU"], Kind("MoEActType")]


class GatedWeights(Arguments):
    """The weights of the experts, for n of them."""

    fc_gate_weights: Tensor
    """(n, h, i)"""
    fc_up_weights: Tensor
    """(n, h, i)"""
    fc_down_weights: Tensor
    """(n, i, h)"""
    activation_type: MoEActType
    """The activation of the gate."""


class GatedBiases(Arguments):
    """The biases of the experts."""

    fc_gate_biases: Tensor
    """(n, i)"""
    fc_up_biases: Tensor
    """(n, i)"""
    fc_down_biases: Tensor
    """(n, h)"""


class QuantizationStatic(Arguments):
    """What goes into the last product is quantised with a given scale."""

    fc_down_activation_scale: Tensor
    """() or (n,)"""
    data_type: DataType
    """The type of the codes, FP8."""


class QuantizationDynamicDblQ(Arguments):
    """What goes into the last product is quantised with scales from the data."""

    fc_down_activation_dbl_q_scale: Tensor
    """The scale of the scales."""
    data_type: DataType
    """The type of the codes."""
    block_shape: Dims
    """The shape of a block that shares a scale."""
    dyn_q_output_scale_type: DataType
    """The type of the scales."""


class SwigluParams(Arguments):
    """The parameters of a clamped gate."""

    limit: float
    """The gate is at most this, the other factor within plus and minus this."""
    alpha: float
    """The factor within the sigmoid."""
    beta: float
    """What is added to the other factor."""


class MoEAttributes(Attributes):
    """Attributes of a mixture of experts, and what its `set_…` methods set."""

    gated_weights: GatedWeights | None = None
    """The weights of the experts, by `set_gated_weights`."""
    gated_biases: GatedBiases | None = None
    """The biases of the experts, by `set_gated_biases`."""
    activation_type: MoEActType = GIVEN
    """The activation of the gate."""
    quantization_static: QuantizationStatic | None = None
    """Quantises what goes into the last product, by `set_quantization_static`."""
    quantization_dynamic_dbl_q: QuantizationDynamicDblQ | None = None
    """The same with scales from the data, by `set_quantization_dynamic_dbl_q`; no release has it yet."""
    quantization_to_type: DataType | None = None
    """The type of the codes."""
    quantization_block_shape: Dims | None = None
    """The shape of a block that shares a scale; no release has it yet."""
    dyn_q_output_scale_type: DataType | None = None
    """The type of scales from the data; no release has it yet."""
    swiglu_params: SwigluParams | None = None
    """The three parameters below, by `set_swiglu_params`; no release has them yet."""
    swiglu_param_limit: Annotated[float, Default("no limit")] = math.inf
    """The gate is at most this, the other factor within plus and minus this."""
    swiglu_param_alpha: float = 1.0
    """The factor within the sigmoid."""
    swiglu_param_beta: float = 0.0
    """What is added to the other factor."""


class MoE(Layer):
    """Σ score · down(act(gate(x)) · up(x)) over the experts that are chosen for a token.

    x (b, s, h), selected (b, s, k) the experts, scores (b, s, k) -> (b, s, h); gate, up and down are matrices of each
    expert, with biases. SILU: act(g) = g · sigmoid(alpha · g); with a limit L, g is min(g, L), and the other factor is
    clip(u, -L, L) + beta.
    An expert is chosen by its index, never by a comparison; a score or an element that is NaN makes its token NaN, but
    where a limit meets a gate or a factor that is NaN no source or measurement says which stays: undetermined.
    C1: shapes as above. C2: all float tensors are of one dtype, the experts int32 or int64. C3: experts are 0 to n - 1.
    C4: the weights are given. C5: scales are positive, () or (n,), for FP8. C6: no scales from the data.
    C7: the shape of a block has four numbers, -1 or more (RTX 1.7.1).
    """

    method, interface = "add_moe", "IMoELayer"
    more_operands = (
        "fc_gate_weights",
        "fc_up_weights",
        "fc_down_weights",
        "fc_gate_biases",
        "fc_up_biases",
        "fc_down_biases",
        "fc_down_activation_scale",
        "fc_down_activation_dbl_q_scale",
    )
    scaffold = """inputs:
          x: {shape: [1, 2, 2], values: [[[1, 2], [4, 8]]]}
          chosen: {shape: [1, 2, 1], values: [[[0], [1]]], dtype: int32}
          scores: {shape: [1, 2, 1], values: [[[1], [0.5]]]}
        weights:
          ones: {shape: [2, 2, 1], values: [[[1], [0]], [[0], [1]]]}
          twos: {shape: [2, 2, 1], values: [[[0], [1]], [[1], [1]]]}
          down: {shape: [2, 1, 2], values: [[[1, 16]], [[2, 0]]]}
        network:
          gate: {constant: {shape: [2, 2, 1], weights: ones}}
          up: {constant: {shape: [2, 2, 1], weights: twos}}
          back: {constant: {shape: [2, 1, 2], weights: down}}
          y:
            moe: {hidden_states: x, selected_experts_for_tokens: chosen, scores_for_selected_experts: scores}
            set:
              gated_weights:
                fc_gate_weights: gate
                fc_up_weights: up
                fc_down_weights: back
                activation_type: NONE"""

    @classmethod
    def told(cls, read: ReadLayer, inputs: Sequence[ReadTensor | None]) -> dict[str, Any]:
        """What the `set_…` methods were given are inputs behind the first three."""
        names = zip(cls.operands + cls.more_operands, read.inputs, strict=False)
        tensors = {name: Ref("tensor", tensor) for name, tensor in names if tensor is not None}
        told = super().told(read, inputs)
        if not told.get("quantization_block_shape"):
            told.pop("quantization_block_shape", None)
        for name, arguments in (("gated_weights", GatedWeights), ("gated_biases", GatedBiases)):
            if given := {field: tensors[field] for field in arguments.model_fields if field in tensors}:
                told[name] = given
        if "gated_weights" in told:
            told["gated_weights"]["activation_type"] = told["activation_type"]
        if (scale := "fc_down_activation_scale") in tensors:
            told["quantization_static"] = {scale: tensors[scale], "data_type": told.pop("quantization_to_type")}
        return told

    hidden_states: Tensor
    selected_experts_for_tokens: Tensor
    scores_for_selected_experts: Tensor
    set: MoEAttributes = MoEAttributes()

    def check_inputs(self, x: Bounded, selected: Bounded, scores: Bounded, *experts: Maybe) -> None:
        gate, *_, scale, dbl_q = experts
        if gate is None:
            self.refuse("gated_weights", "the experts have no weights", "C4")
        n, h, i = (*gate.shape, -1, -1, -1)[:3]
        b, s, k = (*selected.shape, -1, -1, -1)[:3]
        names = ("hidden_states", "scores_for_selected_experts", *self.more_operands)
        shapes = ((b, s, h), (b, s, k), (n, h, i), (n, h, i), (n, i, h), (n, i), (n, i), (n, h))
        for name, tensor, shape in zip(names, (x, scores, *experts), shapes, strict=False):
            if tensor is None:
                continue
            place = name if tensor in (x, scores) else "gated_weights" if "weights" in name else "gated_biases"
            if tensor.shape != shape or -1 in shape:
                self.refuse(place, f"{name}: {list(tensor.shape)} given; give {list(shape)}", "C1")
            if tensor.dtype != x.dtype or x.dtype not in FLOATS:
                self.refuse(place, f"{name}: {tensor.dtype} beside {x.dtype}; give one float dtype", "C2")
        if selected.dtype not in ("int32", "int64"):
            self.refuse("selected_experts_for_tokens", f"{selected.dtype} given; give int32 or int64", "C2")
        if selected.ref.size and not 0 <= selected.ref.min() <= selected.ref.max() < n:
            self.refuse("selected_experts_for_tokens", f"experts to {selected.ref.max():g} of {n}", "C3")
        if scale is not None and (scale.shape not in ((), (n,)) or not (scale.ref > 0).all() or self.codes() != "FP8"):
            self.refuse("quantization_static", f"{list(scale.shape)} for {self.codes()}; give positive ones, FP8", "C5")
        block = self.final.quantization_block_shape
        if block is not None and (len(block) != 4 or min(block) < -1):
            self.refuse("quantization_block_shape", f"{block} given; give four numbers, -1 or more", "C7")
        if dbl_q is not None:
            self.refuse("quantization_dynamic_dbl_q", "scales from the data, which no release has yet", "C6")

    def codes(self) -> str | None:
        """The type of the codes before the last product."""
        given = self.final.quantization_static
        return self.final.quantization_to_type or (given.data_type if given else None)

    def writes(self, name: str, value: Any) -> Mapping[str, Any]:
        """The methods that set several things at once write the attributes of these, too."""
        if isinstance(value, GatedWeights):
            return {name: value, "activation_type": value.activation_type}
        if isinstance(value, SwigluParams):
            return {name: value, **{f"swiglu_param_{k}": v for k, v in value}}
        return {name: value}

    def evaluate(
        self,
        x: Bounded,
        selected: Bounded,
        scores: Bounded,
        gate: Bounded,
        up: Bounded,
        down: Bounded,
        gate_bias: Maybe,
        up_bias: Maybe,
        down_bias: Maybe,
        scale: Maybe,
        dbl_q: Maybe,
        *,
        arithmetic: Arithmetic,
    ) -> Bounded:
        gates, ups = self.product(x, gate, gate_bias, arithmetic), self.product(x, up, up_bias, arithmetic)
        inner = self.gated(gates, ups)
        if scale is not None:
            scales = moved(lambda part: part.reshape(-1, 1, 1, 1), scale)
            inner = there_and_back(inner, scales, DTYPE_OF_MEMBER[self.codes() or "FP8"])
        every = self.product(inner, down, down_bias, arithmetic)
        chosen, (b, s) = selected.ref.astype(int), np.ogrid[: x.shape[0], : x.shape[1]]
        picked = moved(lambda part: part[chosen, b[..., None], s[..., None]], every)
        y = dot_product(lambda y, w, _: (y * w[..., None]).sum(-2), picked, scores, None, arithmetic)
        return undetermined(y, np.broadcast_to(selected.undetermined.any(-1, keepdims=True), y.shape))

    def work(self, x: Bounded, selected: Bounded, scores: Bounded, gate: Bounded, *_: Maybe) -> Work:
        (b, s, h), (n, _h, i), k = x.shape, gate.shape, selected.shape[-1]
        return Work(b * s * (n * (3 * i + h) + k * h), 3 * b * s * n * i * h // OF_MATRICES)

    def product(self, x: Bounded, w: Bounded, bias: Maybe, arithmetic: Arithmetic) -> Bounded:
        """x (b, s, h), or (n, b, s, h) of each expert, by the matrices of every expert -> (n, b, s, i)."""

        def apply(v: F64, m: F64, added: F64 | None) -> F64:
            made = matmul(v, m[:, None])
            return made if added is None else made + added[:, None, None]

        return dot_product(apply, x, w, bias, arithmetic, runs=(1, x.shape[-1]))

    def gated(self, gate: Bounded, up: Bounded) -> Bounded:
        """act(gate) · up."""
        final = self.final
        given = (final.swiglu_param_limit, final.swiglu_param_alpha, final.swiglu_param_beta)
        if final.activation_type == "NONE":
            return pointwise(np.multiply, [gate, up], 0.5)

        def f(g: F64, u: F64, limit: F64, alpha: F64, beta: F64) -> F64:
            g = np.minimum(g, limit)
            return g / (1 + library.exp(-alpha * g)) * (np.clip(u, -limit, limit) + beta)

        def floor(g: F64, u: F64, limit: F64, alpha: F64, beta: F64) -> F64:
            return WORKING_UNIT[gate.dtype] * (16 + 4 * np.abs(alpha * g)) * np.abs(f(g, u, limit, alpha, beta))

        made = pointwise(f, [gate, up, *map(attribute, given)], floor=floor, narrow=2.0)
        limited = np.isfinite(final.swiglu_param_limit)
        return undetermined(made, limited & (np.isnan(gate.ref) | np.isnan(up.ref)))
