"""Every layer that takes integers, beyond 2^53 and at the ends of each type: exact, wrapped, and with one zero.

Python's integers, which have no end, say what is right. A layer whose own network takes integers must stand here.
"""

import math
import textwrap
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest
from scaffolds import made, variants

from trtexp.authoring.scaffold import flow
from trtexp.layers import LAYERS
from trtexp.numerics import RANGE, UNIT
from trtexp.spec.errors import SpecError
from trtexp.spec.load import REFERENCE

#: Eight values of each type: both ends, what float32 or float64 would round, one zero.
EDGES = {
    "int64": [-(2**63), -(2**63) + 1, -(2**53) - 1, -1, 0, 1, 2**53 + 1, 2**63 - 1],
    "int32": [-(2**31), -(2**31) + 1, -(2**24) - 1, -1, 0, 1, 2**24 + 1, 2**31 - 1],
    "int8": [-128, -127, -65, -1, 0, 1, 64, 127],
    "uint8": [0, 1, 2, 127, 128, 129, 254, 255],
    "int4": [-8, -7, -4, -1, 0, 1, 6, 7],
}
WIDE, ANY, BYTES = ("int64", "int32"), tuple(EDGES), ("int8",)
NUMBERS = (*WIDE, *BYTES)
ANYTHING = object()  # every element may be anything


class Row(NamedTuple):
    """Layers with an operand of each of the types. network: YAML, of which x is the edges and i another integer tensor
    that `more` gives. wanted: what comes, of the edges and the type, or the pattern of a refusal."""

    layers: tuple[str, ...]
    operands: tuple[int, ...]
    types: tuple[str, ...]
    network: str
    wanted: Callable[[list[int], str], list] | str
    more: Callable[[list[int], str], dict] = lambda x, dtype: {}
    dtype: str | None = None  # of the output, that of x if it is left out


def wrap(value, dtype):
    low, high = RANGE[dtype]
    return (value - low) % (high - low + 1) + low


def cut(a, b):
    return abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)


def float32(value):
    """The float32 nearest to an edge: those beyond 24 bits are one off a power of two."""
    return float(value) if abs(value) < 2**24 else math.copysign(2.0 ** round(math.log2(abs(value))), value)


def same(x, dtype):
    return x


def of(*values, dtype=None, shape=None):
    """Another tensor, i, of some integers."""
    return lambda x, own: {"i": {"values": np.reshape(values, shape or [-1]).tolist(), "dtype": dtype or own}}


def scalar(value):
    return lambda x, dtype: {"i": {"shape": [], "values": value, "dtype": dtype}}


def extreme(shape=None):
    """Another tensor, i, that is the largest number of its type."""
    return lambda x, dtype: {"i": {"shape": shape or [], "full": RANGE[dtype][1], "dtype": dtype}}


def elementwise(op, wanted):
    def more(x, dtype):
        return {"i": {"values": x[::-1], "dtype": dtype}}

    text = f"y: {{elementwise: {{input1: x, input2: i, op: {op}}}}}"
    dtype = "bool" if op in ("EQUAL", "GREATER", "LESS") else None
    return Row(("elementwise",), (0, 1), NUMBERS, text,
               lambda x, t: [wanted(a, b, t) for a, b in zip(x, x[::-1], strict=True)], more, dtype)  # fmt: skip


def reduced(op, wanted):
    text = f"y: {{reduce: {{input: x, op: {op}, axes: 1, keep_dims: true}}}}"
    return Row(("reduce",), (0,), NUMBERS, text, lambda x, t: [wanted(x, t)])


LOOP = """
loop: {loop: {}}
limit: {trip_limit: {loop: loop, tensor: i, kind: COUNT}}
"""
AXES = "k: {constant: {shape: [1], weights: i}}\n"
PADDED = "s: {shuffle: {input: x}, set: {reshape_dims: [1, 1, 1, 8]}}\n"
TABLE = [
    elementwise("SUM", lambda a, b, t: wrap(a + b, t)),
    elementwise("SUB", lambda a, b, t: wrap(a - b, t)),
    elementwise("PROD", lambda a, b, t: wrap(a * b, t)),
    elementwise("MAX", lambda a, b, t: max(a, b)),
    elementwise("MIN", lambda a, b, t: min(a, b)),
    elementwise("EQUAL", lambda a, b, t: a == b),
    elementwise("GREATER", lambda a, b, t: a > b),
    elementwise("LESS", lambda a, b, t: a < b),
    Row(("elementwise",), (0, 1), NUMBERS, "y: {elementwise: {input1: x, input2: i, op: DIV}}",
        lambda x, t: [cut(v, 3) for v in x], of(*[3] * 8)),
    Row(("elementwise",), (0, 1), NUMBERS, "y: {elementwise: {input1: x, input2: i, op: FLOOR_DIV}}",
        lambda x, t: [v // 3 for v in x], of(*[3] * 8)),
    Row(("elementwise",), (0, 1), NUMBERS, "y: {elementwise: {input1: x, input2: i, op: POW}}",
        lambda x, t: [wrap(v**3, t) for v in x], of(*[3] * 8)),
    reduced("SUM", lambda x, t: wrap(sum(x), t)),
    reduced("PROD", lambda x, t: wrap(math.prod(x), t)),
    reduced("MAX", lambda x, t: max(x)),
    reduced("MIN", lambda x, t: min(x)),
    Row(("reduce",), (0,), NUMBERS, "y: {reduce: {input: x, op: AVG, axes: 1, keep_dims: true}}",
        lambda x, t: [cut(sum(x), 8)]),
    Row(("unary",), (0,), NUMBERS, "y: {unary: {input: x, op: ABS}}", lambda x, t: [wrap(abs(v), t) for v in x]),
    Row(("unary",), (0,), NUMBERS, "y: {unary: {input: x, op: NEG}}", lambda x, t: [wrap(-v, t) for v in x]),
    Row(("unary",), (0,), NUMBERS, "y: {unary: {input: x, op: SIGN}}", lambda x, t: [(v > 0) - (v < 0) for v in x]),
    Row(("activation",), (0,), NUMBERS, "y: {activation: {input: x, type: RELU}}", lambda x, t: [max(v, 0) for v in x]),
    Row(("cumulative",), (0,), WIDE,
        "y: {cumulative: {input: x, axis: i, op: SUM, exclusive: false, reverse: true}}",
        lambda x, t: [wrap(sum(x[k:]), t) for k in range(8)], lambda x, t: scalar(0)(x, "int32")),
    Row(("cumulative",), (1,), WIDE, "y: {cumulative: {input: x, axis: i, op: SUM, exclusive: false, reverse: false}}",
        r"\[C2\]", extreme()),
    Row(("cast",), (0,), WIDE, "y: {cast: {input: x, to_type: INT64}}", same, dtype="int64"),
    Row(("cast",), (0,), (*WIDE, "int8", "uint8"), "y: {cast: {input: x, to_type: FLOAT}}",
        lambda x, t: [float32(v) for v in x], dtype="float32"),
    Row(("cast",), (0,), (*WIDE, "int8", "uint8"), "y: {cast: {input: x, to_type: BOOL}}",
        lambda x, t: [v != 0 for v in x], dtype="bool"),
    Row(("identity", "dist_collective", "shuffle", "squeeze", "unsqueeze", "concatenation", "slice"), (0, 1), ANY, """
        a: {identity: {input: x}}
        b: {dist_collective: {input: a, dist_collective_op: ALL_TO_ALL, reduce_op: NONE, root: -1, groups: []}}
        c: {shuffle: {input: b}, set: {reshape_dims: [2, 1, 4]}}
        k: {constant: {shape: [1], weights: i}}
        d: {squeeze: {input: c, axes: k}}
        e: {unsqueeze: {input: d, axes: k}}
        f: {concatenation: {inputs: [e, e]}}
        y: {slice: {input: f, start: [0, 0, 3], shape: [2, 1, 4], stride: [1, 1, -1]}}""",
        lambda x, t: [*x[3::-1], *x[:3:-1]], of(1, dtype="int32")),
    Row(("dist_collective",), (0,), ANY,
        "y: {dist_collective: {input: x, dist_collective_op: ALL_REDUCE, reduce_op: MAX, root: -1, groups: []}}", same),
    Row(("squeeze", "unsqueeze"), (1,), WIDE, AXES + "y: {squeeze: {input: x, axes: k}}", r"\[C1\]", extreme([1])),
    Row(("unsqueeze",), (1,), WIDE, AXES + "y: {unsqueeze: {input: x, axes: k}}", r"\[C1\]", extreme([1])),
    Row(("gather", "gather_v2"), (0, 1), ANY, "y: {gather: {input: x, indices: i, axis: 0}}",
        lambda x, t: x[::-1], of(*range(7, -1, -1), dtype="int64")),
    Row(("gather", "gather_v2"), (1,), WIDE,
        "y: {gather_v2: {input: x, indices: i, mode: DEFAULT}}", ANYTHING, extreme([2])),
    Row(("gather_v2",), (0,), ANY, "y: {gather_v2: {input: x, indices: i, mode: ELEMENT}}",
        lambda x, t: x[::-1], of(*range(7, -1, -1), dtype="int64")),
    Row(("scatter",), (0, 1, 2), ANY, "y: {scatter: {data: x, indices: i, updates: x, mode: ELEMENT}}",
        lambda x, t: x[::-1], of(*range(7, -1, -1), dtype="int64")),
    Row(("scatter",), (1,), WIDE,
        "y: {scatter: {data: x, indices: i, updates: x, mode: ELEMENT}}", r"\[C5\]", extreme([8])),
    Row(("select",), (1, 2), ANY, """
        c: {cast: {input: i, to_type: BOOL}}
        y: {select: {condition: c, then_input: x, else_input: x}}""", same, of(*[0, 1] * 4, dtype="int32")),
    Row(("reverse_sequence",), (0,), ANY, """
        s: {shuffle: {input: x}, set: {reshape_dims: [8, 1]}}
        y: {reverse_sequence: {input: s, sequence_lens: i}}""", lambda x, t: x[::-1], of(8, dtype="int32")),
    Row(("reverse_sequence",), (1,), WIDE, """
        s: {shuffle: {input: x}, set: {reshape_dims: [8, 1]}}
        y: {reverse_sequence: {input: s, sequence_lens: i}}""", r"\[C\d\]", extreme([1])),
    Row(("topk",), (0,), ANY, """
        s: {shuffle: {input: x}, set: {reshape_dims: [1, 8]}}
        y: {topk: {input: s, op: MAX, k: 8, axes: 2}}
        z: {topk: {input: y, op: MIN, k: 8, axes: 2}}""", same),
    Row(("shape",), (0,), ANY, "y: {shape: {input: x}}", lambda x, t: [8], dtype="int64"),
    Row(("non_zero",), (0,), ANY, "y: {non_zero: {input: x}}",
        lambda x, t: [k for k, v in enumerate(x) if v], dtype="int32"),
    Row(("one_hot",), (1,), ANY, """
        o: {slice: {input: x, start: [0], shape: [2], stride: [7]}}
        y: {one_hot: {indices: i, values: o, depth: d, axis: 0}}""",
        lambda x, t: [x[0], x[0], x[7]],
        lambda x, t: {"i": {"values": [2], "dtype": "int32"}, "d": {"shape": [], "full": 3, "dtype": "int32"}}),
    Row(("one_hot",), (0,), WIDE, """
        o: {slice: {input: x, start: [0], shape: [2], stride: [7]}}
        y: {one_hot: {indices: i, values: o, depth: d, axis: 0}}""",
        ANYTHING, lambda x, t: extreme([1])(x, t) | {"d": {"shape": [], "full": 3, "dtype": "int32"}}),
    Row(("one_hot",), (2,), WIDE, "y: {one_hot: {indices: i, values: f, depth: d, axis: 0}}", "elements",
        lambda x, t: {"i": {"values": [0], "dtype": t}, "f": {"values": [0.0, 1]},
                      "d": {"shape": [], "full": RANGE[t][1], "dtype": t}}),
    Row(("padding", "padding_nd"), (0,), BYTES,
        PADDED + "y: {padding_nd: {input: s, pre_padding: [0, 1], post_padding: [0, 0]}}", lambda x, t: [0, *x]),
    Row(("pooling", "pooling_nd"), (0,), BYTES,
        PADDED + "y: {pooling_nd: {input: s, type: MAX, window_size: [1, 8]}}", lambda x, t: [max(x)]),
    Row(("pooling_nd",), (0,), BYTES,
        PADDED + "y: {pooling_nd: {input: s, type: AVERAGE, window_size: [1, 1]}}", same),
    Row(("resize",), (0,), BYTES,
        PADDED + "y: {resize: {input: s}, set: {shape: [1, 1, 1, 16]}}", lambda x, t: [v for v in x for _ in range(2)]),
    Row(("lrn",), (0,), BYTES,
        PADDED + "y: {lrn: {input: s, window: 3, alpha: 0, beta: 1, k: 1}}", same),
    Row(("parametric_relu",), (0, 1), BYTES, "y: {parametric_relu: {input: x, slopes: i}}", same, of(*[1] * 8)),
    Row(("dequantize",), (0,), ("int8", "int4"), "y: {dequantize: {input: x, scale: f}}", same,
        lambda x, t: {"f": {"shape": [], "full": 1}}, dtype="float32"),
    Row(("iterator", "recurrence", "trip_limit", "loop_output"), (0,), NUMBERS, LOOP + """
        row: {iterator: {loop: loop, tensor: x}}
        sum: {recurrence: {loop: loop, initial_value: zero}, set_input: {1: more}}
        more: {elementwise: {input1: sum, input2: row, op: SUM}}
        y: {loop_output: {loop: loop, tensor: sum, kind: LAST_VALUE}}""",
        lambda x, t: [wrap(RANGE[t][1] + sum(x), t)],
        lambda x, t: scalar(8)(x, "int32") | {"zero": {"shape": [], "full": RANGE[t][1], "dtype": t}}),
    Row(("loop_output",), (0,), NUMBERS, LOOP + """
        row: {iterator: {loop: loop, tensor: x}}
        y: {loop_output: {loop: loop, tensor: row, kind: REVERSE}, set_input: {1: i}}""",
        lambda x, t: x[::-1], lambda x, t: scalar(8)(x, "int32")),
    Row(("trip_limit",), (0,), WIDE, LOOP + """
        row: {recurrence: {loop: loop, initial_value: x}, set_input: {1: more}}
        more: {identity: {input: row}}
        y: {loop_output: {loop: loop, tensor: row, kind: LAST_VALUE}}""", "a file may have|iterations", extreme()),
    Row(("conditional_input", "conditional_output"), (0, 1), NUMBERS, """
        c: {cast: {input: i, to_type: BOOL}}
        if: {if_conditional: {}}
        choice: {condition: {conditional: if, condition: c}}
        inside: {conditional_input: {conditional: if, input: x}}
        same: {identity: {input: inside}}
        y: {conditional_output: {conditional: if, true_subgraph_output: same, false_subgraph_output: x}}""",
        same, lambda x, t: scalar(1)(x, "int32")),
    Row(("constant",), (), NUMBERS, "y: {constant: {shape: [8], weights: x}}", same),
    Row(("fill",), (1, 2), WIDE, "y: {fill: {shape: [2], op: LINSPACE, output_type: INT64}, set_input: {1: i, 2: j}}",
        lambda x, t: [RANGE[t][1], wrap(RANGE[t][1] + 1, "int64")],
        lambda x, t: {"i": {"shape": [], "full": RANGE[t][1], "dtype": t}, "j": {"values": [1], "dtype": t}}, "int64"),
    Row(("nms",), (2,), WIDE, "y: {nms: {boxes: b, scores: s, max_output_boxes_per_class: i}}",
        lambda x, t: [0, 0, 0], lambda x, t: extreme()(x, t) | {
            "b": {"values": [[[0, 0, 1, 1]]]}, "s": {"values": [[[1]]]}}, "int32"),
    Row(("kv_cache_update",), (2,), WIDE,
        "y: {kv_cache_update: {cache: c, update: c, write_indices: i, cache_mode: LINEAR}}", r"\[C3\]",
        lambda x, t: extreme([1])(x, t) | {"c": {"shape": [1, 1, 1, 1], "full": 1}}),
    Row(("moe",), (1,), WIDE, """
        y:
          moe: {hidden_states: h, selected_experts_for_tokens: i, scores_for_selected_experts: s}
          set: {gated_weights: {fc_gate_weights: g, fc_up_weights: g, fc_down_weights: g, activation_type: NONE}}""",
        r"\[C\d\]", lambda x, t: extreme([1, 1, 1])(x, t) | {
            n: {"shape": [1, 1, 1], "full": 1} for n in ("h", "s", "g")}),
    Row(("ragged_softmax",), (1,), ("int32",), "y: {ragged_softmax: {input: f, bounds: i}}", r"\[C\d\]",
        lambda x, t: extreme([1, 1, 1])(x, t) | {"f": {"shape": [1, 1, 2], "full": 1}}),
    Row(("plugin", "plugin_v3"), (2,), ("int32",), """
        y:
          plugin_v3:
            inputs: [f, b, i]
            plugin:
              type: ROIAlign_TRT
              version: "2"
              field_collection: {output_height: {type: INT32, data: 1}, output_width: {type: INT32, data: 1}}""",
        r"\[C\d\]", lambda x, t: extreme([1])(x, t) | {
            "f": {"shape": [1, 1, 2, 2], "full": 1}, "b": {"values": [[0, 0, 2, 2]]}}),
    Row(("convolution", "convolution_nd"), (0,), BYTES, PADDED + """
        y: {convolution_nd: {input: s, num_output_maps: 1, kernel_shape: [1, 1], kernel: w}}""", ANYTHING),
]  # fmt: skip
ROWS = [
    pytest.param(row, dtype, id=f"{'-'.join(row.layers)}-{n}-{dtype}")
    for n, row in enumerate(TABLE)
    for dtype in row.types
]


@pytest.mark.parametrize(("row", "dtype"), ROWS)
def test_integers_are_exact(row, dtype):
    edges = EDGES[dtype]
    x = {"values": edges, "dtype": dtype}
    inputs = {"x": x, **row.more(edges, dtype)}
    weights = {"x": x, "w": {"values": [[[[1]]]], "dtype": dtype}, "i": inputs.get("i", x)}
    layers = textwrap.indent(f"\n{row.network}".replace("\n" + " " * 8, "\n"), "  ")
    text = f"title: t\ninputs: {flow(inputs)}\nweights: {flow(weights)}\nnetwork:\n{layers}\n"
    if isinstance(row.wanted, str):
        with pytest.raises(SpecError, match=row.wanted):
            made(text, REFERENCE)
        return
    case = made(text, REFERENCE)
    found = case.evaluation().tensors[case.definition.outputs[0]]
    if row.wanted is ANYTHING:
        assert found.anything.all()
        return
    assert found.dtype == (row.dtype or dtype)
    assert found.ref.reshape(-1).tolist() == row.wanted(edges, dtype)
    assert found.certified.all() and not found.bound.any() and not found.undetermined.any()
    assert found.dtype not in UNIT or not np.signbit(found.ref[found.ref == 0]).any()


def taken(layer):
    """(operand, dtype) of each tensor of integers that the layer's own network takes."""
    for one in variants(layer):
        evaluation = one.case.evaluation()
        own = [part for part in one.case.layers.values() if part.word == layer]
        if one.dtype in EDGES and not evaluation.refusals:
            for index, (_, tensor) in (pair for part in own for pair in part.input_tensors().items()):
                if tensor in evaluation.tensors and evaluation.tensors[tensor].dtype == one.dtype:
                    yield index, one.dtype


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_that_takes_integers_has_a_row(layer):
    known = {(i, dtype) for row in TABLE if layer in row.layers for i in row.operands for dtype in row.types}
    assert set(taken(layer)) <= known
