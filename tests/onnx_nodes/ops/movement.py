"""Data that only moves: shuffle, squeeze, concatenation, slice in all its modes."""

from __future__ import annotations

import math

from onnx_nodes.builder import Builder
from onnx_nodes.graph import Node, converts


@converts("Reshape")
def reshape(b: Builder, node: Node) -> str:
    shape = b.numbers(node[1])
    return b.add(
        "shuffle", input=node[0], set={"reshape_dims": shape, "zero_is_placeholder": not node.get("allowzero", 0)}
    )


@converts("Transpose")
def transpose(b: Builder, node: Node) -> str:
    return b.transpose(node[0], node.get("perm") or list(range(b.rank(node[0])))[::-1])


@converts("Flatten")
def flatten(b: Builder, node: Node) -> str:
    shape = b.shape(node[0])
    axis = node.get("axis", 1)
    axis += len(shape) if axis < 0 else 0
    made = b.reshape(node[0], [math.prod(shape[:axis]), math.prod(shape[axis:])])
    return made if made != node[0] else b.add("identity", input=made)


@converts("Squeeze")
def squeeze(b: Builder, node: Node) -> str:
    axes = node.given(1)
    if axes is None:
        given = node.get("axes") or [i for i, n in enumerate(b.shape(node[0])) if n == 1]
        return b.add("squeeze", input=node[0], axes=b.constant(given, "int64"))
    return b.add("squeeze", input=node[0], axes=b.fixed(axes))


@converts("Unsqueeze")
def unsqueeze(b: Builder, node: Node) -> str:
    axes = node.given(1)
    axes = b.constant(node.get("axes"), "int64") if axes is None else b.fixed(axes)
    return b.add("unsqueeze", input=node[0], axes=axes)


@converts("Concat")
def concat(b: Builder, node: Node) -> str:
    return b.concatenated([node[i] for i in range(len(node.inputs))], node.get("axis", 1))


@converts("Split")
def split(b: Builder, node: Node) -> list[str]:
    x, axis = node[0], node.get("axis", 0)
    size = b.shape(x)[axis]
    given = node.given(1)
    sizes = node.get("split") if given is None else b.numbers(given)
    if sizes is None:
        each = -(-size // len(node.wanted))
        sizes = [min(each, size - i * each) for i in range(len(node.wanted))]
    starts = [sum(sizes[:i]) for i in range(len(sizes))]
    return [b.part(x, axis, start, count) for start, count in zip(starts, sizes, strict=True)]


@converts("Slice")
def slice_(b: Builder, node: Node) -> str:
    """ONNX cuts starts and ends to the tensor; TensorRT wants start, shape and stride."""
    x, shape = node[0], b.shape(node[0])
    starts, ends = (b.numbers(node[i]) if node.opset >= 10 else node.get(k) for i, k in ((1, "starts"), (2, "ends")))
    given, steps = node.given(3), node.given(4)
    axes = (node.get("axes") if given is None else b.numbers(given)) or list(range(len(starts)))
    strides = [1] * len(starts) if steps is None else b.numbers(steps)
    begin, counts, by = [0] * len(shape), list(shape), [1] * len(shape)
    for axis, start, end, stride in zip(axes, starts, ends, strides, strict=True):
        places = range(*slice(start, end, stride).indices(shape[axis]))
        begin[axis], counts[axis], by[axis] = places.start if len(places) else 0, len(places), stride
    return b.add("slice", input=x, start=begin, shape=counts, stride=by)


@converts("Tile")
def tile(b: Builder, node: Node) -> str:
    shape = [n * times for n, times in zip(b.shape(node[0]), b.numbers(node[1]), strict=True)]
    rank = len(shape)
    return b.add("slice", input=node[0], start=[0] * rank, shape=shape, stride=[1] * rank, set={"mode": "WRAP"})


@converts("Expand")
def expand(b: Builder, node: Node) -> str:
    shape, wanted = list(b.shape(node[0])), b.numbers(node[1])
    rank = max(len(shape), len(wanted))
    pairs = zip([1] * (rank - len(shape)) + shape, [1] * (rank - len(wanted)) + wanted, strict=True)
    made = b.expand(node[0], [m if n == 1 else n for n, m in pairs])
    return made if made != node[0] else b.add("identity", input=made)


@converts("Pad")
def pad(b: Builder, node: Node) -> str:
    """A slice that reaches out of the input."""
    x, shape = node[0], list(b.shape(node[0]))
    pads = b.numbers(node[1]) if node.opset >= 11 else node.get("pads")
    given = node.given(3)
    axes = list(range(len(shape))) if given is None else b.numbers(given)
    half, start = len(pads) // 2, [0] * len(shape)
    for axis, before, after in zip(axes, pads[:half], pads[half:], strict=True):
        start[axis], shape[axis] = -before, shape[axis] + before + after
    mode = {"constant": "FILL", "edge": "CLAMP", "reflect": "REFLECT", "wrap": "WRAP"}[node.get("mode", "constant")]
    fill = node.given(2)
    value = b.scalar(node.get("value", 0.0), x) if fill is None else fill
    return b.add(
        "slice",
        input=x,
        start=start,
        shape=shape,
        stride=[1] * len(shape),
        set={"mode": mode},
        set_input={4: b.reshape(value, [])} if mode == "FILL" else None,
    )


@converts("DepthToSpace")
def depth_to_space(b: Builder, node: Node) -> str:
    n, c, h, w = b.shape(node[0])
    k = node.get("blocksize")
    if node.get("mode", "DCR") == "DCR":
        shape, order = [n, k, k, c // k**2, h, w], [0, 3, 4, 1, 5, 2]
    else:
        shape, order = [n, c // k**2, k, k, h, w], [0, 1, 4, 2, 5, 3]
    split = b.add("shuffle", input=node[0], set={"reshape_dims": shape, "second_transpose": order})
    return b.reshape(split, [n, c // k**2, h * k, w * k])


@converts("SpaceToDepth")
def space_to_depth(b: Builder, node: Node) -> str:
    n, c, h, w = b.shape(node[0])
    k = node.get("blocksize")
    order = [0, 3, 5, 1, 2, 4] if node.get("mode", "DCR") == "DCR" else [0, 1, 3, 5, 2, 4]
    shape = [n, c, h // k, k, w // k, k]
    split = b.add("shuffle", input=node[0], set={"reshape_dims": shape, "second_transpose": order})
    return b.reshape(split, [n, c * k**2, h // k, w // k])


@converts("ReverseSequence")
def reverse_sequence(b: Builder, node: Node) -> str:
    axes = {"batch_axis": node.get("batch_axis", 1), "sequence_axis": node.get("time_axis", 0)}
    return b.add("reverse_sequence", input=node[0], sequence_lens=node[1], set=axes)


@converts("CenterCropPad")
def center_crop_pad(b: Builder, node: Node) -> str:
    """A slice that is centred: cut where the target is smaller, filled with 0 where it is larger."""
    x, shape = node[0], list(b.shape(node[0]))
    axes = node.get("axes") or list(range(len(shape)))
    start = [0] * len(shape)
    for axis, size in zip(axes, b.numbers(node[1]), strict=True):
        n = shape[axis]
        start[axis], shape[axis] = (n - size) // 2 if n >= size else -((size - n) // 2), size
    return b.add("slice", input=x, start=start, shape=shape, stride=[1] * len(shape), set={"mode": "FILL"})
