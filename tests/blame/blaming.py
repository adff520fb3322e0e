"""What tests of blame share: a small network, and a device that computes it right but for one planted error."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from trtexp.blame.subject import of_case
from trtexp.definition.network import Array
from trtexp.layers.network import partly_evaluate
from trtexp.numerics import Arithmetic, encode, known
from trtexp.spec.load import read

NETWORK = """
inputs: {x: {shape: [1, 3, 6, 6], random: {seed: 1, normal: [0, 1]}}}
weights:
  w: {shape: [4, 3, 3, 3], random: {seed: 2, normal: [0, 1]}}
  b: {shape: [4], random: {seed: 3, normal: [0, 1]}}
  s: {shape: [4], random: {seed: 4, normal: [0, 1]}}
  m: {shape: [1, 1, 6, 5], random: {seed: 5, normal: [0, 1]}}
network:
  conv: {convolution_nd: {input: x, num_output_maps: 4, kernel_shape: [3, 3], kernel: w, bias: b},
         set: {padding_nd: [1, 1]}}
  scale: {scale: {input: conv, mode: CHANNEL, scale: s, shift: b}}
  act: {activation: {input: scale, type: SIGMOID}}
  twice: {elementwise: {input1: act, input2: conv, op: PROD}}
  matrix: {constant: {shape: [1, 1, 6, 5], weights: m}}
  part: {slice: {input: twice, start: [0, 0, 0, 0], shape: [1, 1, 6, 6], stride: [1, 1, 1, 1]}}
  rows: {matrix_multiply: {input0: part, op0: NONE, input1: matrix, op1: NONE}}
  mean: {reduce: {input: rows, op: AVG, axes: 8, keep_dims: true}}
  y: {unary: {input: mean, op: EXP}}
outputs: [y]
"""
COMPUTED = ["conv", "scale", "act", "twice", "part", "rows", "mean", "y"]


def subject(text=NETWORK):
    return of_case(read(Path("net.yaml"), data=f"title: net\nabout: net\n{text}".encode()).experiment().cases[0], "net")


@dataclass
class Stub:
    """wrong: tensor -> what becomes of its values. only_unmarked: only where that tensor is not asked for."""

    wrong: dict = field(default_factory=dict)
    only_unmarked: bool = False
    name: str = "stub-1.0"
    asked: list = field(default_factory=list)

    def gives(self, subject):
        return subject.visible

    def tensors(self, subject, wanted):
        self.asked.append(tuple(wanted))
        layers, weights = subject.layers, {name: known(array) for name, array in subject.weights.items()}
        values = {name: known(array) for name, array in subject.feeds.items()}
        given = {}
        for name, layer in layers.items():
            made = partly_evaluate({name: layer}, values, weights, Arithmetic()).tensors
            for tensor in layer.output_tensors(name):
                array = encode(made[tensor].ref, made[tensor].dtype)
                if tensor in self.wrong and not (self.only_unmarked and tensor in wanted):
                    bits = self.wrong[tensor](array.bits.reshape(array.shape).copy())
                    array = Array(array.dtype, array.shape, bits.reshape(-1))
                values[tensor] = known(array)
                if tensor in wanted:
                    given[tensor] = array
        return given


def bent(place, by):
    """One element off by so much."""

    def bend(values):
        values[place] += np.asarray(by, values.dtype)
        return values

    return bend
