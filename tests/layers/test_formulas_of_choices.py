"""References of layers that choose, count or repeat, against plain loops written from the documentation."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from layer_runs import evaluate, outputs, tensor

from trtexp.layers import LAYERS
from trtexp.layers.rnn_v2 import GATES

SEEDS = st.integers(0, 2**31)
CLOSE = {"rtol": 1e-9, "atol": 1e-12}


def numbers(seed, *shape):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32).astype(float)


def whole(seed, low, high, *shape):
    return np.random.default_rng(seed).integers(low, high, shape)


@given(SEEDS, st.integers(0, 2), st.integers(0, 1), st.integers(1, 3))
def test_gather_slices(seed, axis, shared, count):
    x = numbers(seed, 3, 2, 4)
    axis = max(axis, shared)
    shape = (3, count) if shared else (2, count)
    indices = whole(seed, -x.shape[axis], x.shape[axis], *shape)
    made = evaluate(
        "gather_v2",
        [x, tensor(indices, "int32")],
        input="x",
        indices="i",
        mode="DEFAULT",
        set={"axis": axis, "num_elementwise_dims": shared},
    ).ref
    if shared:
        parts = [x[b].take(indices[b] % x.shape[axis], axis - 1) for b in range(3)]
        np.testing.assert_array_equal(made, np.stack(parts))
    else:
        np.testing.assert_array_equal(made, np.take(x, indices % x.shape[axis], axis))


@given(SEEDS, st.integers(0, 2), st.sampled_from(["gather_v2", "scatter"]))
def test_elements_along_an_axis(seed, axis, method):
    """take_along_axis and its opposite; indices that are permutations, so that no place is written twice."""
    x, updates = numbers(seed, 3, 2, 4), numbers(seed + 1, 3, 2, 4)
    order = np.argsort(numbers(seed + 2, 3, 2, 4), axis)
    if method == "gather_v2":
        data = {"input": "x", "indices": "i", "mode": "ELEMENT", "set": {"axis": axis}}
        np.testing.assert_array_equal(
            evaluate(method, [x, tensor(order, "int32")], **data).ref, np.take_along_axis(x, order, axis)
        )
    else:
        data = {"data": "x", "indices": "i", "updates": "u", "mode": "ELEMENT", "set": {"axis": axis}}
        wanted = x.copy()
        np.put_along_axis(wanted, order, updates, axis)
        np.testing.assert_array_equal(evaluate(method, [x, tensor(order, "int32"), updates], **data).ref, wanted)


@given(SEEDS, st.integers(1, 3))
def test_coordinates(seed, depth):
    """ND of both layers: rows of `depth` coordinates, none of them twice."""
    x = numbers(seed, 3, 2, 4)
    every = np.array(list(itertools.product(*map(range, x.shape[:depth]))))
    rows = np.random.default_rng(seed).permutation(every)[:2]
    updates = numbers(seed + 1, 2, *x.shape[depth:])
    found = evaluate("gather_v2", [x, tensor(rows, "int32")], input="x", indices="i", mode="ND").ref
    np.testing.assert_array_equal(found, np.stack([x[tuple(row)] for row in rows]))
    wanted = x.copy()
    for row, update in zip(rows, updates, strict=True):
        wanted[tuple(row)] = update
    data = {"data": "x", "indices": "i", "updates": "u", "mode": "ND"}
    np.testing.assert_array_equal(evaluate("scatter", [x, tensor(rows, "int32"), updates], **data).ref, wanted)


def area(box):
    return max(box[2] - box[0], 0) * max(box[3] - box[1], 0)


@given(SEEDS, st.sampled_from(["CORNER_PAIRS", "CENTER_SIZES"]), st.integers(1, 4), st.sampled_from([0.0, 0.25, 0.6]))
def test_nms(seed, form, most, limit):
    """Boxes by the best score, one class of one batch item after the other, then each batch item by its scores."""
    first = np.random.default_rng(seed).uniform(0, 4, (2, 6, 2)).astype(np.float32).astype(float)
    second = np.random.default_rng(seed + 1).uniform(0.5, 3, (2, 6, 2)).astype(np.float32).astype(float)
    scores = np.random.default_rng(seed + 2).permutation(36).reshape(2, 6, 3) / 64 - 0.125
    boxes = np.concatenate([first, second], -1)
    wanted = []
    for item in range(2):
        chosen = []
        for kind in range(3):
            kept = []
            for box in sorted(range(6), key=lambda b, i=item, k=kind: -scores[i, b, k]):
                x, y, w, h = boxes[item, box]
                corners = (min(x, w), min(y, h), max(x, w), max(y, h))
                if form == "CENTER_SIZES":
                    corners = (x - w / 2, y - h / 2, x + w / 2, y + h / 2)
                if scores[item, box, kind] <= 0.0625 or len(kept) == most:
                    continue
                for _, other in kept:
                    joint = area((*map(max, corners[:2], other[:2]), *map(min, corners[2:], other[2:])))
                    if joint > limit * (area(corners) + area(other) - joint):
                        break
                else:
                    kept.append((box, corners))
            chosen += [(item, kind, box) for box, _ in kept]
        wanted += sorted(chosen, key=lambda row: -scores[row[0], row[2], row[1]])
    keys = {"boxes": "b", "scores": "s", "max_output_boxes_per_class": "m", "set": {"bounding_box_format": form}}
    inputs = [boxes, scores, tensor(most, "int32"), limit, 0.0625]
    made = evaluate("nms", inputs, **keys, set_input={3: "o", 4: "l"})
    if not made.undetermined.any():
        assert made.ref.tolist() == [list(map(float, row)) for row in wanted]


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


@pytest.mark.parametrize("op", GATES)
@pytest.mark.parametrize(("layers", "ways"), [(1, 1), (2, 1), (1, 2), (2, 2)])
def test_recurrent_networks(op, layers, ways):
    """Each number of each step by itself."""
    steps, size, hidden = 3, 2, 2
    x, seed, arrays, gates = numbers(1, 1, steps, size), 10, {}, []
    for index in range(layers * ways):
        met = size if index < ways else hidden * ways
        for gate, is_w in itertools.product(GATES[op], (True, False)):
            names, seed = (f"m{seed}", f"b{seed}"), seed + 2
            arrays[names[0]] = numbers(seed, hidden, met if is_w else hidden)
            arrays[names[1]] = numbers(seed + 1, hidden)
            gates.append({"layer_index": index, "gate": gate, "is_w": is_w, "weights": names[0], "bias": names[1]})
    place = {(g["layer_index"], g["gate"], g["is_w"]): (arrays[g["weights"]], arrays[g["bias"]]) for g in gates}

    def side(index, gate, is_w, v, i):
        matrix, bias = place[index, gate, is_w]
        return sum(matrix[i, j] * v[j] for j in range(len(v))) + bias[i]

    def step(index, v, h, c):
        def of(gate, i):
            return side(index, gate, True, v, i) + side(index, gate, False, h, i)

        if op in ("RELU", "TANH"):
            return [max(of("INPUT", i), 0) if op == "RELU" else math.tanh(of("INPUT", i)) for i in range(hidden)], c
        if op == "GRU":
            new = []
            for i in range(hidden):
                z, r = sigmoid(of("UPDATE", i)), sigmoid(of("RESET", i))
                g = math.tanh(side(index, "HIDDEN", True, v, i) + r * side(index, "HIDDEN", False, h, i))
                new.append((1 - z) * g + z * h[i])
            return new, c
        cells = [sigmoid(of("FORGET", i)) * c[i] + sigmoid(of("INPUT", i)) * math.tanh(of("CELL", i)) for i in (0, 1)]
        return [sigmoid(of("OUTPUT", i)) * math.tanh(cells[i]) for i in (0, 1)], cells

    rows, lasts = x[0].tolist(), []
    for layer in range(layers):
        made = []
        for way in range(ways):
            h, c, out = [0.0] * hidden, [0.0] * hidden, {}
            for t in range(steps) if way == 0 else reversed(range(steps)):
                h, c = step(layer * ways + way, rows[t], h, c)
                out[t] = h
            made.append(out)
            lasts.append(h)
        rows = [[v for out in made for v in out[t]] for t in range(steps)]
    data = {"input": "x", "layer_count": layers, "hidden_size": hidden, "max_seq_length": steps, "op": op}
    direction = {"direction": "BIDIRECTION"} if ways == 2 else {}
    layer = LAYERS["rnn_v2"].model_validate({**data, "gates": gates, "set": direction})
    weights = {key: arrays[name] for _, key, name in layer.weight_arrays()}
    found, last = outputs(layer, [x], weights)[:2]
    np.testing.assert_allclose(found.ref[0], rows, **CLOSE)
    np.testing.assert_allclose(last.ref[0], lasts, **CLOSE)


@given(SEEDS, st.integers(1, 3))
def test_a_mixture_of_experts(seed, k):
    """Each token by itself, one expert after the other."""
    x, scores, chosen = numbers(seed, 2, 2, 3), numbers(seed + 1, 2, 2, k), whole(seed, 0, 4, 2, 2, k)
    gate, up, down = numbers(seed + 2, 4, 3, 2), numbers(seed + 3, 4, 3, 2), numbers(seed + 4, 4, 2, 3)
    wanted = np.zeros(x.shape)
    for b, s, j in np.ndindex(2, 2, k):
        e = chosen[b, s, j]
        g, u = x[b, s] @ gate[e], x[b, s] @ up[e]
        wanted[b, s] += scores[b, s, j] * (np.array([v * sigmoid(v) for v in g]) * u @ down[e])
    names = {"fc_gate_weights": "g", "fc_up_weights": "u", "fc_down_weights": "d", "activation_type": "SILU"}
    keys = {"hidden_states": "x", "selected_experts_for_tokens": "c", "scores_for_selected_experts": "s"}
    inputs = [x, tensor(chosen, "int32"), scores, gate, up, down]
    np.testing.assert_allclose(evaluate("moe", inputs, **keys, set={"gated_weights": names}).ref, wanted, **CLOSE)


#: The numbers of FP8 (4 bits of exponent, 3 of fraction), from 0 up to 448.
FP8 = [m * 2.0**-9 for m in range(8)] + [(8 + m) * 2.0 ** (e - 10) for e in range(1, 16) for m in range(8)][:-1]


@given(SEEDS, st.sampled_from([[1, 32], [2, 32], [1, 64]]))
def test_dynamic_quantization(seed, block):
    """Each block by its largest magnitude over 448, as a power of two no smaller; each code the nearest, ties even."""
    x = numbers(seed, 2, 64)
    data = {"input": "x", "block_shape": block, "output_type": "FP8", "scale_type": "E8M0"}
    made = evaluate("dynamic_quantize_v2", [x], **data)
    for i, j in np.ndindex(2, 64):
        part = x[i // block[0] * block[0] :][: block[0], j // block[1] * block[1] :][:, : block[1]]
        scale = 2.0 ** math.ceil(math.log2(np.abs(part).max() / 448))
        code = abs(x[i, j]) / scale
        nearest, _ = min(enumerate(FP8), key=lambda pair, code=code: (abs(pair[1] - code), pair[0] % 2))
        assert made.undetermined[i, j] or made.ref[i, j] == math.copysign(FP8[nearest], x[i, j])
