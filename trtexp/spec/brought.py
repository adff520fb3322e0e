"""Keys that people bring along, from TensorRT's C++, from ONNX, numpy and torch: what they are called here."""

from __future__ import annotations

#: An axis, where TensorRT has a bit mask of them.
AXES = ("axis", "dim", "dims", "axes")
FLAGS = ("FP16", "BF16", "INT8", "FP8", "TF32", "DEBUG", "STRICT_TYPES", "SPARSE_WEIGHTS", "OBEY_PRECISION_CONSTRAINTS")

#: key -> the names that it has in layers; the first that a layer has is meant.
KEYS_OF_LAYERS: dict[str, tuple[str, ...]] = {
    "axis": ("axes",),
    "dim": ("axes", "axis"),
    "dims": ("axes", "shape"),
    **dict.fromkeys(("keepdim", "keepdims", "keep_dim"), ("keep_dims",)),
    **dict.fromkeys(("out_channels", "filters", "num_filters", "channels", "nbOutputMaps"), ("num_output_maps",)),
    "kernel_size": ("kernel_shape", "window_size", "kernel_size_nd"),
    "ksize": ("kernel_shape", "window_size"),
    "kernel_shape": ("window_size",),
    **dict.fromkeys(("weight", "weights", "filter"), ("kernel", "weights", "scale")),
    "strides": ("stride_nd",),
    "pads": ("padding_nd",),
    "dilations": ("dilation_nd",),
    "groups": ("num_groups",),
    "group": ("num_groups",),
    "ceil_mode": ("padding_mode",),
    "auto_pad": ("padding_mode",),
    "negative_slope": ("alpha",),
    "slope": ("alpha",),
    "eps": ("epsilon",),
    **dict.fromkeys(("perm", "permutation", "transpose"), ("first_transpose",)),
    **dict.fromkeys(("shape", "new_shape", "reshape", "size"), ("reshape_dims", "shape", "window_size")),
    "scale_factor": ("scales",),
    "mode": ("resize_mode", "interpolation_mode", "type"),
    "align_corners": ("coordinate_transformation",),
    **dict.fromkeys(("function", "activation", "activation_type"), ("type",)),
    **dict.fromkeys(("operation", "operator", "reduce"), ("op",)),
    "to": ("to_type",),
    "dtype": ("to_type", "output_type"),
    **dict.fromkeys(("x", "tensor", "data"), ("input", "inputs")),
    "a": ("input1", "input0", "input"),
    "b": ("input2", "input1"),
}
#: key -> what to write instead, in an input or a weights array.
KEYS_OF_TENSORS: dict[str, str] = {
    "zeros": "write full: 0",
    "ones": "write full: 1",
    **dict.fromkeys(
        ("fill", "constant", "value"), "for one number everywhere write full: 1; for each its own values: […]"
    ),
    **dict.fromkeys(("data", "array", "tensor", "numbers"), "write values: […], as nested lists"),
    **dict.fromkeys(("range", "sequence", "iota"), "write arange: {start: 0, step: 1}"),
    **dict.fromkeys(("normal", "randn"), "write random: {seed: 1, normal: [0, 1]}"),
    **dict.fromkeys(("uniform", "rand"), "write random: {seed: 1, uniform: [0, 1]}"),
    **dict.fromkeys(("randint", "integers"), "write random: {seed: 1, integers: [0, 9]}"),
    "seed": "write random: {seed: 1, normal: [0, 1]}",
    "name": "the name stands before it, as in x: {…}",
    **dict.fromkeys(("type", "data_type", "precision"), "write dtype: float16"),
    **dict.fromkeys(("dims", "dimensions", "size"), "write shape: [1, 2]"),
    **dict.fromkeys(("npy", "npz", "load", "path"), "write file: data.npy, or file: data.npz#name"),
    **dict.fromkeys(("min", "max", "opt", "profile"), "the range of an open dimension stands below build: profiles:"),
}
