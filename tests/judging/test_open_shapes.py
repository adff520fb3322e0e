"""Outputs of which nobody knows how many elements they have: what the data decide in a way that was not measured."""

import numpy as np
import pytest


@pytest.mark.parametrize("release", ["10.x", "RTX"])
@pytest.mark.parametrize("rows", [[[0, 0, 2], [0, 0, 1]], [[0, 0, 0], [0, 0, 2], [0, 0, 1]], np.zeros((0, 3))])
def test_elsewhere_nobody_knows_how_many_boxes_there_are_beside_nan(told, release, rows, boxes_of_nan):
    assert not told(boxes_of_nan, release, **{"y": (rows, "int32"), "y.count": (len(rows), "int32")})


def test_what_is_made_of_an_unknown_number_of_rows_is_not_judged_and_no_fault(told, record, boxes_of_nan):
    text = boxes_of_nan.replace(
        "outputs: [y, y.count]",
        "  first: {shuffle: {input: y}, set: {reshape_dims: [9]}}\n"
        "  boxes_too: {identity: {input: boxes}}\n"
        "outputs: [first, boxes_too]",
    )
    given = {"first": ([0] * 9, "int32"), "boxes_too": ([[[[0, 0, 1, 1]], [[2, 2, 3, 3]], [[4, 4, 5, 5]]]], "float32")}
    assert not told(text, "10.x", **given)
    wrong = given | {"boxes_too": (np.zeros((1, 3, 1, 4)), "float32")}
    assert told(text, "10.x", **wrong)


def test_boxes_whose_overlap_is_at_the_threshold_may_be_any_number(told, boxes_of_nan):
    """1/3 within the rounding of float32: two boxes are one or two rows."""
    text = boxes_of_nan.replace("[[.nan], [0.5], [0.9]]", "[[0.7], [0.5], [0.9]]").replace(
        "[[2, 2, 3, 3]]", "[[0, 0, 1, 3]]"
    )
    text = (
        text.replace("m: {shape", "third: {shape: [], full: 0.33333334}, m: {shape")
        .replace("  y: {nms", "  t: {constant: {shape: [], weights: third}}\n  y: {nms")
        .replace("per_class: n}}", "per_class: n}, set_input: {3: t}}")
    )
    for rows in ([[0, 0, 2], [0, 0, 0], [0, 0, 1]], [[0, 0, 2], [0, 0, 0]]):
        assert not told(text, "8.x", **{"y": (rows, "int32"), "y.count": (len(rows), "int32")})
