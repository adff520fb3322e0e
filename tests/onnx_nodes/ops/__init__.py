"""What becomes of each ONNX operator, a file per kind; importing this package enters all of them."""

from onnx_nodes.ops import (
    attention,
    binary,
    control,
    functions,
    matrix,
    movement,
    norm,
    picking,
    quantize,
    recurrent,
    reduce,
    sampling,
    shapes,
    window,
    without,
)

__all__ = [
    "attention",
    "binary",
    "control",
    "functions",
    "matrix",
    "movement",
    "norm",
    "picking",
    "quantize",
    "recurrent",
    "reduce",
    "sampling",
    "shapes",
    "window",
    "without",
]
