"""Deconvolutions of many kinds, as experiment files, as parameters and as ONNX models: the same layers each time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PER_FILE = 20

HEAD = """\
# yaml-language-server: $schema=https://json-schema.org/draft-07/schema
title: Generated deconvolutions {number}
inputs:
  x: {{shape: [1, 2, 8, 8], arange: {{start: 1}}}}
weights:
  w: {{shape: [2, 3, 3, 3], arange: {{start: -27}}}}
  b: {{shape: [3], arange: {{start: 1}}}}
network:
  deconv:
    deconvolution_nd: {{input: x, num_output_maps: 3, kernel_shape: [3, 3], kernel: w, bias: b}}
cases:
"""
CASE = """\
  case_{number}:
    about: One of many.
    inputs: {{x: {{shape: [1, 2, {height}, {width}]}}}}
    network: {{deconv: {{set: {{stride_nd: [{stride}, {stride}], padding_nd: [{padding}, {padding}]}}}}}}
    expect: {{deconv: {{shape: [1, 3, {out_height}, {out_width}]}}}}
"""


@dataclass(frozen=True)
class Deconvolution:
    """One layer: 2 channels to 3 maps, 3 × 3 kernel, on an input of its own size, so that no build is another's."""

    number: int
    height: int
    width: int
    stride: int
    padding: int

    @property
    def out(self) -> tuple[int, int]:
        return tuple((n - 1) * self.stride + 3 - 2 * self.padding for n in (self.height, self.width))  # type: ignore[return-value]


def layers(count: int) -> Iterator[Deconvolution]:
    """`count` different layers, always the same ones."""
    for i in range(count):
        yield Deconvolution(i, 4 + i % 17, 4 + i // 17 % 19, 1 + i % 2, i // 2 % 2)


def write_experiments(count: int, folder: Path) -> list[Path]:
    """Experiment files of up to `PER_FILE` cases each."""
    folder.mkdir(parents=True, exist_ok=True)
    every = list(layers(count))
    paths = []
    for start in range(0, count, PER_FILE):
        path = folder / f"generated_{start // PER_FILE:03d}.yaml"
        cases = "".join(
            CASE.format(**asdict(d), out_height=d.out[0], out_width=d.out[1]) for d in every[start : start + PER_FILE]
        )
        path.write_text(HEAD.format(number=start // PER_FILE) + cases, encoding="utf-8")
        paths.append(path)
    return paths


def write_parameters(count: int, path: Path) -> Path:
    """The same layers as JSON, for the bare program."""
    path.write_text(json.dumps([asdict(d) for d in layers(count)]), encoding="utf-8")
    return path


def write_onnx(count: int, folder: Path) -> list[Path]:
    """The same layers as ONNX models, one a file. Needs the package onnx."""
    import numpy as np
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    folder.mkdir(parents=True, exist_ok=True)
    weights: Any = np.arange(-27, 27, dtype=np.float32).reshape(2, 3, 3, 3)
    paths = []
    for d in layers(count):
        node = helper.make_node(
            "ConvTranspose", ["x", "w", "b"], ["deconv"], strides=[d.stride] * 2, pads=[d.padding] * 4
        )
        graph = helper.make_graph(
            [node],
            f"case_{d.number}",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 2, d.height, d.width])],
            [helper.make_tensor_value_info("deconv", TensorProto.FLOAT, [1, 3, *d.out])],
            [numpy_helper.from_array(weights, "w"), numpy_helper.from_array(np.arange(1, 4, dtype=np.float32), "b")],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
        path = folder / f"case_{d.number}.onnx"
        onnx.save(model, str(path))
        paths.append(path)
    return paths
