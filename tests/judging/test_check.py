"""What the reference alone says of a file."""

from trtexp.judging.check import check
from trtexp.report.wording.cases import headline

UNSURE = """
title: What goes with a NaN differs by release
inputs: {x: {values: [[1, .nan, 3]]}}
network: {y: {topk: {input: x, op: MAX, k: 1, axes: 2}}}
outputs: [y]
"""


FOUND = UNSURE + "expect: {y: {values: [[3]], from: observed}}\nfinding: NaN is not picked\n"


def test_releases_are_named_only_where_something_expected_is_theirs(load):
    assert check(load(UNSURE)).noted == check(load(FOUND)).noted == ()
    (one,) = check(load(UNSURE + "expect: {y: {values: [[3]], from: observed}}\n")).noted
    assert (one.family, str(headline(one))) == (
        "tensorrt<10",
        "expected values agree with the reference, as TensorRT 8.x",
    )
    assert check(load(UNSURE + "expect: {y: {values: [[.nan]], from: source}}\n")).noted == ()
