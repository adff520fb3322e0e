"""What tests of the judge share: the record of an experiment's cases, and what is wrong with one."""

import numpy as np
import pytest

from trtexp.engine.outcome import Outcome
from trtexp.judging.case import record_case
from trtexp.numerics import encode
from trtexp.report.wording.cases import problems
from trtexp.spec.requirement import Target

RELEASES = {
    "8.x": Target("tensorrt", "8.6.0"),
    "10.x": Target("tensorrt", "10.16.0"),
    "RTX": Target("tensorrt-rtx", "1.7.1"),
}


@pytest.fixture
def record(load):
    """Text of an experiment -> the record of each of its cases, or of those of a release that gives some tensors."""

    def record(text, release=None, **outputs):
        cases = load(text, None if release is None else RELEASES[release]).cases
        made = {name: encode(np.asarray(values), dtype) for name, (values, dtype) in outputs.items()}
        return {case.name: record_case(case, Outcome("ran", outputs=made) if outputs else None) for case in cases}

    return record


@pytest.fixture
def told(record):
    """Text -> what is wrong with its one case, by the reference or of a release that gives some tensors."""

    def told(text, release=None, **outputs):
        (one,) = record(text, release, **outputs).values()
        assert one.as_expected == (not problems(one))
        return problems(one)

    return told


@pytest.fixture
def boxes_of_nan():
    """NMS of three boxes, the first with a NaN score, and the count of those that are kept."""
    return """
title: NMS with a NaN score
inputs:
  boxes: {values: [[[[0, 0, 1, 1]], [[2, 2, 3, 3]], [[4, 4, 5, 5]]]]}
  scores: {values: [[[.nan], [0.5], [0.9]]]}
weights: {m: {shape: [], full: 3, dtype: int32}}
network:
  n: {constant: {shape: [], weights: m}}
  y: {nms: {boxes: boxes, scores: scores, max_output_boxes_per_class: n}}
outputs: [y, y.count]
"""
