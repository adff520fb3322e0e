"""Names that people bring along, from TensorRT itself, from ONNX and from torch: which layer is meant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from trtexp.layers import LAYERS
from trtexp.spec.errors import nearest


@dataclass(frozen=True)
class Meant:
    """The layer that a name means, and the argument that makes it that, as YAML has it: `type: RELU`."""

    layer: str
    argument: str = ""

    def __str__(self) -> str:
        return f"{self.layer}: {{{self.argument}}}" if self.argument else self.layer


def meant(name: str) -> Meant | None:
    """The layer for a name in any case and with any of the usual prefixes; None if nobody knows it."""
    folded = _folded(name)
    return _own().get(folded) or _BROUGHT.get(folded) or _BROUGHT.get(re.sub(r"(?<=[a-z])[123]d$", "", folded))


def no_layer(name: str) -> str:
    """The message for a name that is no layer: what to write instead."""
    found = meant(name)
    instead = f"write {found}" if found else f"{nearest(name, LAYERS)}; all: trtexp layers"
    return f"no layer {name!r}; {instead}"


def _folded(name: str) -> str:
    """`add_softmax`, `addSoftMax`, `ISoftMaxLayer`, `torch.nn.Softmax` -> `softmax`."""
    last = re.sub(r"(?i)^(trt|tensorrt|torch|onnx|nn|f|functional)[.:_]+", "", name.rpartition(".")[2])
    last = re.sub(r"^(?:add_?(?=[A-Za-z]{2}))|^I(?=[A-Z])|Layer$", "", last)
    return re.sub(r"[^a-z0-9]", "", last.lower())


@cache
def _own() -> dict[str, Meant]:
    """Names of layers and of their classes; where two layers have one class, the first has its name."""
    names: dict[str, Meant] = {}
    for name, model in LAYERS.items():
        names.setdefault(_folded(model.interface), Meant(name))
    return names | {_folded(name): Meant(name) for name in LAYERS}


_ACTIVATIONS = "RELU SIGMOID TANH LEAKY_RELU ELU SELU SOFTSIGN SOFTPLUS CLIP HARD_SIGMOID SCALED_TANH THRESHOLDED_RELU"
_UNARY = (
    "EXP LOG SQRT RECIP ABS NEG SIN COS TAN SINH COSH ASIN ACOS ATAN ASINH ACOSH ATANH CEIL FLOOR ERF NOT SIGN ROUND "
    "ISINF ISNAN"
)
_ELEMENTWISE = "SUM PROD MAX MIN SUB DIV POW FLOOR_DIV AND OR XOR EQUAL GREATER LESS"

_BROUGHT: dict[str, Meant] = {
    **{_folded(word): Meant("activation", f"type: {word}") for word in _ACTIVATIONS.split()},
    **{_folded(word): Meant("unary", f"op: {word}") for word in _UNARY.split()},
    **{_folded(word): Meant("elementwise", f"op: {word}") for word in _ELEMENTWISE.split()},
    "relu6": Meant("activation", "type: CLIP"),
    "hardtanh": Meant("activation", "type: CLIP"),
    "clamp": Meant("activation", "type: CLIP"),
    "gelu": Meant("activation", "type: GELU_ERF"),
    "geluerf": Meant("activation", "type: GELU_ERF"),
    "gelutanh": Meant("activation", "type: GELU_TANH"),
    "prelu": Meant("parametric_relu"),
    "reciprocal": Meant("unary", "op: RECIP"),
    "inverse": Meant("unary", "op: RECIP"),
    "add": Meant("elementwise", "op: SUM"),
    "mul": Meant("elementwise", "op: PROD"),
    "multiply": Meant("elementwise", "op: PROD"),
    "subtract": Meant("elementwise", "op: SUB"),
    "divide": Meant("elementwise", "op: DIV"),
    "floordivide": Meant("elementwise", "op: FLOOR_DIV"),
    "maximum": Meant("elementwise", "op: MAX"),
    "minimum": Meant("elementwise", "op: MIN"),
    "greaterthan": Meant("elementwise", "op: GREATER"),
    "lessthan": Meant("elementwise", "op: LESS"),
    "conv": Meant("convolution_nd"),
    "convtranspose": Meant("deconvolution_nd"),
    "transposedconv": Meant("deconvolution_nd"),
    "deconv": Meant("deconvolution_nd"),
    "gemm": Meant("matrix_multiply"),
    "matmul": Meant("matrix_multiply"),
    "bmm": Meant("matrix_multiply"),
    "mm": Meant("matrix_multiply"),
    "linear": Meant("matrix_multiply"),
    "dense": Meant("matrix_multiply"),
    "fc": Meant("fully_connected"),
    "innerproduct": Meant("fully_connected"),
    "pool": Meant("pooling_nd"),
    "maxpool": Meant("pooling_nd", "type: MAX"),
    "avgpool": Meant("pooling_nd", "type: AVERAGE"),
    "averagepool": Meant("pooling_nd", "type: AVERAGE"),
    "globalaveragepool": Meant("reduce", "op: AVG"),
    "globalmaxpool": Meant("reduce", "op: MAX"),
    "reducesum": Meant("reduce", "op: SUM"),
    "reducemean": Meant("reduce", "op: AVG"),
    "mean": Meant("reduce", "op: AVG"),
    "reducemax": Meant("reduce", "op: MAX"),
    "reducemin": Meant("reduce", "op: MIN"),
    "reduceprod": Meant("reduce", "op: PROD"),
    "layernorm": Meant("normalization_v2"),
    "layernormalization": Meant("normalization_v2"),
    "groupnorm": Meant("normalization_v2"),
    "groupnormalization": Meant("normalization_v2"),
    "instancenorm": Meant("normalization_v2"),
    "instancenormalization": Meant("normalization_v2"),
    "rmsnorm": Meant("normalization_v2"),
    "batchnorm": Meant("scale_nd", "mode: CHANNEL"),
    "batchnormalization": Meant("scale_nd", "mode: CHANNEL"),
    "concat": Meant("concatenation"),
    "cat": Meant("concatenation"),
    "reshape": Meant("shuffle"),
    "transpose": Meant("shuffle"),
    "permute": Meant("shuffle"),
    "flatten": Meant("shuffle"),
    "view": Meant("shuffle"),
    **dict.fromkeys(("pad", "split", "chunk", "narrow", "expand", "tile"), Meant("slice")),
    "dropout": Meant("identity"),
    "contiguous": Meant("identity"),
    "adaptiveavgpool": Meant("reduce", "op: AVG"),
    "adaptivemaxpool": Meant("reduce", "op: MAX"),
    "upsample": Meant("resize"),
    "interpolate": Meant("resize"),
    "where": Meant("select"),
    "argmax": Meant("topk", "op: MAX"),
    "argmin": Meant("topk", "op: MIN"),
    "sort": Meant("topk"),
    "gathernd": Meant("gather_v2", "mode: ND"),
    "gatherelements": Meant("gather_v2", "mode: ELEMENT"),
    "indexselect": Meant("gather"),
    "embedding": Meant("gather"),
    "scatternd": Meant("scatter", "mode: ND"),
    "scatterelements": Meant("scatter", "mode: ELEMENT"),
    "nonzero": Meant("non_zero"),
    "nonmaxsuppression": Meant("nms"),
    "cumsum": Meant("cumulative", "op: SUM"),
    "range": Meant("fill", "op: LINSPACE"),
    "arange": Meant("fill", "op: LINSPACE"),
    "linspace": Meant("fill", "op: LINSPACE"),
    "randomuniform": Meant("fill", "op: RANDOM_UNIFORM"),
    "randomnormal": Meant("fill", "op: RANDOM_NORMAL"),
    "localresponsenormalization": Meant("lrn"),
    "to": Meant("cast"),
    "quantizelinear": Meant("quantize"),
    "dequantizelinear": Meant("dequantize"),
    "if": Meant("if_conditional"),
    "while": Meant("loop"),
    "scan": Meant("loop"),
    "lstm": Meant("loop"),
    "gru": Meant("loop"),
    "rnn": Meant("loop"),
    "sdpa": Meant("attention"),
    "scaleddotproductattention": Meant("attention"),
    "multiheadattention": Meant("attention"),
    "rope": Meant("rotary_embedding"),
    "gridsampler": Meant("grid_sample"),
    "reversesequence": Meant("reverse_sequence"),
}
