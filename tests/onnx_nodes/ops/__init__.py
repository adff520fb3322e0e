"""What becomes of each ONNX operator, a file per kind; importing this package enters all of them."""

from onnx_nodes.ops import (
    binary,
    control,
    functions,
    matrix,
    movement,
    norm,
    picking,
    quantize,
    reduce,
    sampling,
    shapes,
    window,
)

__all__ = [
    "binary",
    "control",
    "functions",
    "matrix",
    "movement",
    "norm",
    "picking",
    "quantize",
    "reduce",
    "sampling",
    "shapes",
    "window",
]
