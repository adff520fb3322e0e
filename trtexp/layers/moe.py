"""add_moe: mixture of experts. Source: TensorRT operators reference, MoE; NvInfer.h, IMoELayer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.layers.attention import FLOATS
from trtexp.layers.base import Attributes, DataType, Dims, Kind, Layer, Tensor
from trtexp.layers.quantize import there_and_back
from trtexp.layers.settable import Arguments
from trtexp.numerics import F64, UNIT, Arithmetic, Bounded, dot_product, moved, pointwise

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
    activation_type: MoEActType | None = None
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
    swiglu_param_limit: float | None = None
    """The gate is at most this, the other factor within plus and minus this. Default: no limit."""
    swiglu_param_alpha: float | None = None
    """The factor within the sigmoid. Default 1."""
    swiglu_param_beta: float | None = None
    """What is added to the other factor. Default 0."""


class MoE(Layer):
    """Σ score · down(act(gate(x)) · up(x)) over the experts that are chosen for a token.

    x (b, s, h), selected (b, s, k) the experts, scores (b, s, k) -> (b, s, h); gate, up and down are matrices of each
    expert, with biases. SILU: act(g) = g · sigmoid(alpha · g); with a limit L, g is min(g, L), and the other factor is
    clip(u, -L, L) + beta.
    C1: shapes as above. C2: all float tensors are of one dtype, the experts int32 or int64. C3: experts are 0 to n - 1.
    C4: the weights are given. C5: scales are positive, () or (n,), for FP8. C6: no scales from the data.
    """

    method: ClassVar[str] = "add_moe"
    interface: ClassVar[str] = "IMoELayer"
    most_inputs: ClassVar[int] = 3
    tensor_inputs: ClassVar[Mapping[str, int]] = {
        "fc_gate_weights": 3,
        "fc_up_weights": 4,
        "fc_down_weights": 5,
        "fc_gate_biases": 6,
        "fc_up_biases": 7,
        "fc_down_biases": 8,
        "fc_down_activation_scale": 9,
        "fc_down_activation_dbl_q_scale": 10,
    }

    hidden_states: Tensor
    selected_experts_for_tokens: Tensor
    scores_for_selected_experts: Tensor
    set: MoEAttributes = MoEAttributes()

    def check_inputs(self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded]) -> None:
        x, selected, scores, *rest = self.every(inputs)
        if rest[0] is None:
            self.refuse("gated_weights", "the experts have no weights", "C4")
        n, h, i = (*rest[0].shape, -1, -1, -1)[:3]
        b, s, k = (*selected.shape, -1, -1, -1)[:3]
        names = list(self.tensor_inputs)
        wanted = dict(zip(names, [(n, h, i), (n, h, i), (n, i, h), (n, i), (n, i), (n, h)], strict=False))
        given = [("hidden_states", x, (b, s, h)), ("scores_for_selected_experts", scores, (b, s, k))]
        given += [(name, rest[j], wanted[name]) for j, name in enumerate(wanted) if rest[j] is not None]
        for name, tensor, shape in given:
            place = (
                name if name in type(self).model_fields else "gated_weights" if "weights" in name else "gated_biases"
            )
            if tensor.shape != shape or -1 in shape:
                self.refuse(place, f"{name}: {list(tensor.shape)} given; give {list(shape)}", "C1")
            if tensor.dtype != x.dtype or x.dtype not in FLOATS:
                self.refuse(place, f"{name}: {tensor.dtype} beside {x.dtype}; give one float dtype", "C2")
        if selected.dtype not in ("int32", "int64"):
            self.refuse("selected_experts_for_tokens", f"{selected.dtype} given; give int32 or int64", "C2")
        if selected.ref.size and not 0 <= selected.ref.min() <= selected.ref.max() < n:
            self.refuse("selected_experts_for_tokens", f"experts to {selected.ref.max():g} of {n}", "C3")
        scale = rest[6]
        if scale is not None and (scale.shape not in ((), (n,)) or not (scale.ref > 0).all() or self.codes() != "FP8"):
            self.refuse("quantization_static", f"{list(scale.shape)} for {self.codes()}; give positive ones, FP8", "C5")
        if rest[7] is not None:
            self.refuse("quantization_dynamic_dbl_q", "scales from the data, which no release has yet", "C6")

    def every(self, inputs: Sequence[Bounded]) -> list[Any]:
        """All inputs in the order of `tensor_inputs`, None where there is none."""
        return [*inputs, *[None] * 11][:11]

    def codes(self) -> str | None:
        """The type of the codes before the last product."""
        state = self.state()
        given = state.get("quantization_static")
        return state.get("quantization_to_type") or (given.data_type if given else None)

    def parameters(self) -> tuple[str, float, float, float]:
        """(activation, limit, alpha, beta), by whichever came last."""
        activation, limit, alpha, beta = "NONE", np.inf, 1.0, 0.0
        for name, value in self.set.given():
            if name in ("gated_weights", "activation_type"):
                activation = value if isinstance(value, str) else value.activation_type
            elif name == "swiglu_params":
                limit, alpha, beta = value.limit, value.alpha, value.beta
            elif name.startswith("swiglu_param_"):
                limit = value if name.endswith("limit") else limit
                alpha = value if name.endswith("alpha") else alpha
                beta = value if name.endswith("beta") else beta
        return activation, limit, alpha, beta

    def evaluate(
        self, inputs: Sequence[Bounded], weights: Mapping[str, Bounded], arithmetic: Arithmetic
    ) -> tuple[Bounded, ...]:
        x, selected, scores, *rest = self.every(inputs)
        gate, up = (self.product(x, rest[j], rest[3 + j], arithmetic) for j in (0, 1))
        inner = self.gated(gate, up)
        if rest[6] is not None:
            scale = moved(lambda part: part.reshape(-1, 1, 1, 1), rest[6])
            inner = there_and_back(inner, scale, DTYPE_OF_MEMBER[self.codes() or "FP8"])
        every = self.product(inner, rest[2], rest[5], arithmetic)
        chosen, (b, s) = selected.ref.astype(int), np.ogrid[: x.shape[0], : x.shape[1]]
        picked = moved(lambda part: part[chosen, b[..., None], s[..., None]], every)
        return (dot_product(lambda y, w, _: (y * w[..., None]).sum(-2), picked, scores, None, arithmetic),)

    def product(self, x: Bounded, w: Bounded, bias: Bounded | None, arithmetic: Arithmetic) -> Bounded:
        """x (b, s, h), or (n, b, s, h) of each expert, by the matrices of every expert -> (n, b, s, i)."""

        def apply(v: F64, m: F64, added: F64 | None) -> F64:
            made = np.matmul(v, m[:, None])
            return made if added is None else made + added[:, None, None]

        return dot_product(apply, x, w, bias, arithmetic)

    def gated(self, gate: Bounded, up: Bounded) -> Bounded:
        """act(gate) · up."""
        activation, limit, alpha, beta = self.parameters()
        if activation == "NONE":
            return pointwise(np.multiply, [gate, up], 0.5)

        def f(g: F64, u: F64) -> F64:
            g = np.minimum(g, limit)
            return g / (1 + np.exp(-alpha * g)) * (np.clip(u, -limit, limit) + beta)

        def floor(g: F64, u: F64) -> F64:
            return UNIT[gate.dtype] * (16 + 4 * np.abs(alpha * g)) * np.abs(f(g, u))

        return pointwise(f, [gate, up], floor=floor)
