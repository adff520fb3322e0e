"""add_nms against choices by hand."""

import numpy as np
import pytest
from layer_runs import outputs, refused, refused_by_rtx, tensor

from trtexp.layers import LAYERS

# Box 1 overlaps box 0 by a third, box 2 by a half, box 3 not at all.
BOXES = np.array([[[0, 0, 2, 2], [1, 0, 3, 2], [0, 0, 2, 1], [4, 4, 5, 5]]], float)
SCORES = np.array([[[0.875], [0.75], [0.5], [0.25]]])
KEYS = {"boxes": "b", "scores": "s", "max_output_boxes_per_class": "m"}


def inputs_of(boxes=BOXES, scores=SCORES, most=9, overlap=None, least=None):
    thresholds = [None if t is None else tensor(t) for t in (overlap, least)]
    given = [tensor(boxes), tensor(scores), tensor(most, "int32"), *thresholds]
    return given[: 5 if least is not None else 4 if overlap is not None else 3]


def chosen(*arguments, arithmetic=None, indices_type="INT32", **keys):
    attributes = {k: keys.pop(k) for k in ("bounding_box_format", "topk_box_limit") if k in keys}
    layer = LAYERS["nms"].model_validate({**KEYS, "set": attributes, "indices_type": indices_type})
    return outputs(layer, inputs_of(*arguments, **keys))


def rows(*arguments, **keys):
    found, count = chosen(*arguments, **keys)
    assert count.ref == len(found.ref)
    return found.ref.tolist()


def test_by_hand():
    assert rows() == [[0, 0, 0], [0, 0, 3]]
    assert rows(overlap=0.375) == [[0, 0, 0], [0, 0, 1], [0, 0, 3]]
    assert rows(overlap=0.5) == [[0, 0, i] for i in range(4)]


def test_a_score_is_above_its_threshold():
    assert rows(overlap=1, least=0.5) == [[0, 0, 0], [0, 0, 1]]
    assert rows(overlap=1, least=0.875) == []
    assert chosen(overlap=1, least=0.875)[0].shape == (0, 3)
    assert rows(scores=SCORES - 0.75, overlap=1) == [[0, 0, 0]]


def test_classes_have_their_own_limits_and_one_order():
    scores = np.concatenate([SCORES, SCORES[:, ::-1] - 0.0625], axis=-1)
    assert rows(scores=scores, most=1) == [[0, 0, 0], [0, 1, 3]]
    assert rows(scores=scores) == [[0, 0, 0], [0, 1, 3], [0, 1, 2], [0, 0, 3]]
    assert rows(scores=scores, most=0) == []
    assert rows(scores=scores, topk_box_limit=1) == [[0, 0, 0]]


def test_batch_items_come_one_after_the_other():
    found = rows(np.tile(BOXES, (2, 1, 1)), np.concatenate([SCORES / 2, SCORES]))
    assert found == [[0, 0, 0], [0, 0, 3], [1, 0, 0], [1, 0, 3]]


def test_boxes_of_each_class():
    boxes = np.stack([BOXES, BOXES + 9.0 * np.arange(4).reshape(1, 4, 1)], axis=2)
    assert rows(boxes, np.repeat(SCORES, 2, axis=2) - [0, 0.0625])[2:] == [[0, 1, 1], [0, 1, 2], [0, 0, 3], [0, 1, 3]]


def test_formats():
    boxes = [[[0, 0, 2, 2], [1, 1, 2, 2]]]
    keys = {"scores": SCORES[:, :2], "overlap": 0.1875}
    assert rows(boxes, bounding_box_format="CORNER_PAIRS", **keys) == [[0, 0, 0]]
    assert rows(boxes, bounding_box_format="CENTER_SIZES", **keys) == [[0, 0, 0], [0, 0, 1]]
    assert rows(BOXES[..., [2, 3, 0, 1]]) == rows()


def test_equal_scores_and_close_overlaps_are_undetermined():
    assert not chosen()[0].undetermined.any()
    assert chosen(scores=np.full((1, 4, 1), 0.5))[0].undetermined.all()
    assert chosen(overlap=np.float32(1 / 3))[0].undetermined.all()


def test_indices_type():
    assert chosen(indices_type="INT64")[0].dtype == "int64"


@pytest.mark.parametrize(
    ("label", "changed", "attributes"),
    [
        ("C1", {"boxes": BOXES[0]}, {}),
        ("C1", {"boxes": BOXES[..., :3]}, {}),
        ("C1", {"most": [9]}, {}),
        ("C2", {"scores": SCORES[:, :3]}, {}),
        ("C2", {"scores": SCORES[0]}, {}),
        ("C3", {}, {"topk_box_limit": 5001}),
        ("C3", {}, {"topk_box_limit": -1}),
        ("C4", {"overlap": 1.5}, {}),
        ("C4", {"overlap": 0.5, "least": [0.5]}, {}),
    ],
)
def test_refused(label, changed, attributes):
    refused(label, "nms", inputs_of(**changed), set=attributes, **KEYS)


def test_whole_numbers_are_refused_c2():
    inputs = [tensor(BOXES, "int32"), tensor(SCORES * 8, "int32"), tensor(9, "int32")]
    refused("C2", "nms", inputs, **KEYS)


@pytest.mark.parametrize("member", ["FP4", "FLOAT", "INT8"])
def test_indices_of_another_type_are_refused_c5(member):
    assert refused("C5", "nms", inputs_of(), **KEYS, indices_type=member) == ("nms", "indices_type")


@pytest.mark.parametrize("size", [1e-20, 1e-40, 1e20])
def test_areas_beyond_the_range_of_float32_leave_the_choice_open(size):
    """Of boxes that are that small a device may take each area for 0, and of large ones for infinite."""
    found, count = chosen(BOXES * size, overlap=0.4)
    assert found.open
    assert count.undetermined
    assert not chosen(BOXES, overlap=0.4)[0].open


def test_a_threshold_of_another_type_is_refused_by_rtx_c6():
    inputs = inputs_of(overlap=tensor(0.5, "float16"))
    assert refused_by_rtx("C6", "nms", inputs, **KEYS, set_input={3: "t"}) == ("nms",)
