"""Layers that work element by element."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from trtexp.definition.network import DTYPE_OF_MEMBER
from trtexp.export.writer import Exports, Writer, demand
from trtexp.layers.activation import Activation
from trtexp.layers.base import Layer
from trtexp.layers.cast import Cast
from trtexp.layers.elementwise import Elementwise
from trtexp.layers.identity import Identity
from trtexp.layers.scale import NEUTRAL, Scale
from trtexp.layers.unary import Unary
from trtexp.numerics import RANGE, UNIT

EXPORTS = Exports()

UNARY = {
    "EXP": "Exp", "LOG": "Log", "SQRT": "Sqrt", "RECIP": "Reciprocal", "ABS": "Abs", "NEG": "Neg", "SIN": "Sin",
    "COS": "Cos", "TAN": "Tan", "SINH": "Sinh", "COSH": "Cosh", "ASIN": "Asin", "ACOS": "Acos", "ATAN": "Atan",
    "ASINH": "Asinh", "ACOSH": "Acosh", "ATANH": "Atanh", "CEIL": "Ceil", "FLOOR": "Floor", "ERF": "Erf", "NOT": "Not",
    "SIGN": "Sign", "ROUND": "Round", "ISINF": "IsInf", "ISNAN": "IsNaN",
}  # fmt: skip
ELEMENTWISE = {
    "SUM": "Add", "PROD": "Mul", "MAX": "Max", "MIN": "Min", "SUB": "Sub", "DIV": "Div", "POW": "Pow", "AND": "And",
    "OR": "Or", "XOR": "Xor", "EQUAL": "Equal", "GREATER": "Greater", "LESS": "Less",
}  # fmt: skip
#: activation -> the operator, and its attributes for alpha and beta.
ACTIVATIONS = {
    "RELU": ("Relu", ()),
    "SIGMOID": ("Sigmoid", ()),
    "TANH": ("Tanh", ()),
    "LEAKY_RELU": ("LeakyRelu", ("alpha",)),
    "ELU": ("Elu", ("alpha",)),
    "SELU": ("Selu", ("alpha", "gamma")),
    "SOFTSIGN": ("Softsign", ()),
    "HARD_SIGMOID": ("HardSigmoid", ("alpha", "beta")),
    "THRESHOLDED_RELU": ("ThresholdedRelu", ("alpha",)),
}


@EXPORTS("unary")
def unary(writer: Writer, layer: Unary, to: str, inputs: Sequence[str]) -> None:
    writer.node(UNARY[layer.final.op], inputs, to)


@EXPORTS("elementwise")
def elementwise(writer: Writer, layer: Elementwise, to: str, inputs: Sequence[str]) -> None:
    op, whole = layer.final.op, writer.dtype(inputs[0]) not in UNIT
    if op in ("DIV", "FLOOR_DIV") and whole:
        a, b = (x.ref for x in writer.operands(layer, inputs))
        beyond = (b == -1) & (a == RANGE[writer.dtype(inputs[0])][0])
        demand(layer, not ((b == 0) | beyond).any(), "an integer by 0 or the smallest by -1, which ONNX leaves open")
    if op != "FLOOR_DIV":
        writer.node(ELEMENTWISE[op], inputs, to)
    elif whole:
        cut_below(writer, inputs[0], inputs[1], to)
    else:
        writer.node("Floor", [writer.node("Div", inputs)], to)


def cut_below(writer: Writer, a: str, b: str, to: str) -> None:
    """The quotient of integers, cut towards minus infinity: ONNX cuts towards 0, which is 1 too many where the signs
    differ and something is left over."""
    zero, one = (writer.scalar(value, a) for value in (0, 1))
    quotient = writer.node("Div", [a, b])
    signs = writer.node("Xor", [writer.node("Less", [x, zero]) for x in (a, b)])
    left_over = writer.node("Not", [writer.node("Equal", [writer.node("Mul", [quotient, b]), a])])
    below = writer.node("Where", [writer.node("And", [signs, left_over]), one, zero])
    writer.node("Sub", [quotient, below], to)


@EXPORTS("activation")
def activation(writer: Writer, layer: Activation, to: str, inputs: Sequence[str]) -> None:
    (x,), kind = inputs, layer.final.type
    alpha, beta = (float(np.float32(value)) for value in layer.parameters())
    demand(layer, kind == "RELU" or writer.dtype(x) in UNIT, f"{kind} of {writer.dtype(x)}")
    if kind in ACTIVATIONS:
        op, names = ACTIVATIONS[kind]
        writer.node(op, [x], to, **dict(zip(names, (alpha, beta), strict=False)))
    elif kind in ("GELU_ERF", "GELU_TANH"):
        writer.node("Gelu", [x], to, approximate="tanh" if kind == "GELU_TANH" else "none")
    elif kind == "CLIP":
        writer.node("Max", [writer.node("Min", [x, writer.scalar(beta, x)]), writer.scalar(alpha, x)], to)
    else:  # alpha · f(beta · x)
        inner = writer.node("Mul", [x, writer.scalar(beta, x)])
        made = writer.node("Softplus" if kind == "SOFTPLUS" else "Tanh", [inner])
        writer.node("Mul", [made, writer.scalar(alpha, x)], to)


@EXPORTS("select")
def select(writer: Writer, layer: Layer, to: str, inputs: Sequence[str]) -> None:
    writer.node("Where", inputs, to)


@EXPORTS("parametric_relu")
def parametric_relu(writer: Writer, layer: Layer, to: str, inputs: Sequence[str]) -> None:
    writer.node("PRelu", inputs, to)


@EXPORTS("cast")
def cast(writer: Writer, layer: Cast, to: str, inputs: Sequence[str]) -> None:
    writer.convert(inputs[0], DTYPE_OF_MEMBER[layer.final.to_type], to)


@EXPORTS("identity")
def identity(writer: Writer, layer: Identity, to: str, inputs: Sequence[str]) -> None:
    made = layer.output_type(writer.tensors[inputs[0]])
    if made == writer.dtype(inputs[0]):
        writer.node("Identity", inputs, to)
    else:
        writer.convert(inputs[0], made, to)


@EXPORTS("scale", "scale_nd")
def scale(writer: Writer, layer: Scale, to: str, inputs: Sequence[str]) -> None:
    """(x · scale + shift) ^ power, without what is neutral."""
    made, given = inputs[0], {name: array for _, name, array in layer.weight_arrays()}
    shape = layer.shapes(writer.shape(made))
    for name, op in (("scale", "Mul"), ("shift", "Add"), ("power", "Pow")):
        array = given.get(name)
        if array is not None and writer.weights[array].size and (writer.numbers(array) != NEUTRAL[name]).any():
            made = writer.node(op, [made, writer.shaped(array, shape)])
    writer.node("Identity", [made], to)
