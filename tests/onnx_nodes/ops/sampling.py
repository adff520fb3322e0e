"""Resize, upsampling and grid_sample."""

from __future__ import annotations

from typing import Any

from onnx_nodes.builder import Builder
from onnx_nodes.graph import ExcludedError, Node, converts

MODES = {"nearest": "NEAREST", "linear": "LINEAR", "cubic": "CUBIC"}
TRANSFORMATIONS = {
    "half_pixel": {"coordinate_transformation": "HALF_PIXEL"},
    "pytorch_half_pixel": {"coordinate_transformation": "HALF_PIXEL", "selector_for_single_pixel": "UPPER"},
    "asymmetric": {"coordinate_transformation": "ASYMMETRIC"},
    "align_corners": {"coordinate_transformation": "ALIGN_CORNERS"},
}
ROUNDING = {
    "round_prefer_floor": "HALF_DOWN",
    "round_prefer_ceil": "HALF_UP",
    "floor": "FLOOR",
    "ceil": "CEIL",
}


@converts("Resize")
def resize(b: Builder, node: Node) -> str:
    x, shape = node[0], b.shape(node[0])
    how = node.get("coordinate_transformation_mode", "half_pixel")
    for option, default in (("antialias", 0), ("keep_aspect_ratio_policy", "stretch")):
        if node.get(option, default) != default:
            raise ExcludedError("option", option)
    if how not in TRANSFORMATIONS:
        raise ExcludedError("option", how)
    mode = MODES[node.get("mode", "nearest")]
    given: dict[str, Any] = {"resize_mode": mode, **TRANSFORMATIONS[how]}
    if mode == "NEAREST":
        given["nearest_rounding"] = ROUNDING[node.get("nearest_mode", "round_prefer_floor")]
    if mode == "CUBIC":
        given["cubic_coeff"] = float(node.get("cubic_coeff_a", -0.75))
        given["exclude_outside"] = bool(node.get("exclude_outside", 0))
    axes = node.get("axes") or list(range(len(shape)))
    scales, sizes = node.given(2), node.given(3)
    if sizes is not None:
        given["shape"] = list(shape)
        for axis, size in zip(axes, b.numbers(sizes), strict=True):
            given["shape"][axis] = size
    else:
        assert scales is not None
        given["scales"] = [1.0] * len(shape)
        for axis, scale in zip(axes, b.values(scales).tolist(), strict=True):
            given["scales"][axis] = scale
            if how == "align_corners" and mode != "NEAREST" and shape[axis] * scale % 1:
                raise ExcludedError("differs", "the corners of the output's own length, not of length · scale")
    return b.add("resize", input=x, set=given)


@converts("Upsample")
def upsample(b: Builder, node: Node) -> str:
    given = {"resize_mode": MODES[node.get("mode", "nearest")], "scales": b.values(node[1]).tolist()}
    return b.add("resize", input=node[0], set=given | TRANSFORMATIONS["asymmetric"])


@converts("GridSample")
def grid_sample(b: Builder, node: Node) -> str:
    mode = node.get("mode", "linear").replace("bilinear", "linear").replace("bicubic", "cubic")
    sample = {"zeros": "FILL", "border": "CLAMP", "reflection": "REFLECT"}[node.get("padding_mode", "zeros")]
    return b.add(
        "grid_sample",
        input=node[0],
        grid=node[1],
        set={
            "interpolation_mode": MODES[mode],
            "align_corners": bool(node.get("align_corners", 0)),
            "sample_mode": sample,
        },
    )
