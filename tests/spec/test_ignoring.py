"""Elements of which nothing is expected: named by place, or by a tensor of booleans, beside any generator."""

import numpy as np
import pytest

from trtexp.engine.outcome import Outcome
from trtexp.judging.case import record_case
from trtexp.numerics import encode

TEXT = """\
title: t
inputs: {x: {shape: [3, 4], arange: {}}}
network: {y: {identity: {input: x}}}
expect: {y: {%s, from: derived, ignore: %s}}
"""
ALL = "arange: {}"
ROWS = "values: [[9, 9, 9, 9], [4, 5, 9, 9], [8, 9, 10, 11]]"


@pytest.fixture
def ignored(load):
    """The places that are left out of an expectation."""

    def ignored(ignore, values=ALL):
        given = load(TEXT % (values, ignore)).cases[0].expected["y"].made.given
        return [tuple(map(int, place)) for place in np.argwhere(~given)]

    return ignored


@pytest.mark.parametrize(
    ("ignore", "places"),
    [
        ("[[0, 1]]", [(0, 1)]),
        ("[[-1, -4]]", [(2, 0)]),
        ("[[1]]", [(1, 0), (1, 1), (1, 2), (1, 3)]),
        ("[[1, '2:']]", [(1, 2), (1, 3)]),
        ("[[1, ':-3'], [2, 3]]", [(1, 0), (2, 3)]),
        ("[[':', 0]]", [(0, 0), (1, 0), (2, 0)]),
        ("[['0:2', '1:2']]", [(0, 1), (1, 1)]),
        ("[[0, '2:2']]", []),
        ("[]", []),
        ("[[]]", list(np.ndindex(3, 4))),
        ("{full: true}", list(np.ndindex(3, 4))),
        ("{values: [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1]]}", [(0, 0), (2, 3)]),
        ("{shape: [3, 4], eye: 0, values: null}", None),
    ],
)
def test_places(ignored, faults, ignore, places):
    if places is None:
        assert faults(TEXT % (ALL, ignore))
    else:
        assert ignored(ignore) == places


def test_a_mask_is_read_from_a_file(ignored, tmp_path):
    mask = np.zeros((3, 4), bool)
    mask[1, 3] = True
    np.save(tmp_path / "m.npy", mask)
    assert ignored("{file: m.npy}") == [(1, 3)]


def test_it_goes_with_null_and_with_every_generator(ignored, tmp_path):
    assert ignored("[[2, 0]]", "values: [[null, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]") == [(0, 0), (2, 0)]
    np.save(tmp_path / "v.npy", np.arange(12.0).reshape(3, 4))
    assert ignored("[[2, 0]]", "file: v.npy") == [(2, 0)]
    assert ignored("[[2, 0]]", "random: {seed: 1, normal: [0, 1]}") == [(2, 0)]


def test_what_is_ignored_is_not_judged_and_all_else_is(load):
    case = load(TEXT % (ROWS, "[[0], [1, '2:']]")).cases[0]
    assert record_case(case, None).as_expected
    assert not record_case(load(TEXT % (ROWS, "[[0], [1, 2]]")).cases[0], None).as_expected
    came = np.arange(12.0).reshape(3, 4)
    assert record_case(case, Outcome("ran", outputs={"y": encode(came, "float32")})).as_expected
    came[2, 3] = 0
    assert not record_case(case, Outcome("ran", outputs={"y": encode(came, "float32")})).as_expected


@pytest.mark.parametrize(
    ("ignore", "said"),
    [
        ("[[3]]", "ignore.0.0: 3 given; the axis has 3 elements"),
        ("[[0, -5]]", "ignore.0.1: -5 given; the axis has 4 elements"),
        ("[[0, '0:5']]", "ignore.0.1: 0:5 given; the axis has 4 elements"),
        ("[[0], [0, 0, 0]]", "ignore.1: 3 numbers for [3, 4]; give one for each axis at most"),
        ("[['a']]", "ignore.0.0: 'a' given; give an index, or a range such as 1:3, 2: or :"),
        ("[0]", "ignore.0: 0 is not a list"),
        ("{values: [true]}", "ignore: [1] given; give a boolean for each element of [3, 4]"),
        ("{full: 2}", "ignore.full: bool takes true, false, 0 and 1 only"),
        ("{file: none.npy}", "ignore.file: none.npy is not there; a path begins at the folder of the experiment"),
    ],
)
def test_faults_name_their_place(faults, ignore, said):
    (found,) = faults(TEXT % (ALL, ignore))
    assert found.endswith(f"expect.y.{said}")


def test_without_values_there_is_nothing_to_leave_out(faults):
    (found,) = faults(TEXT % ("shape: [3, 4]", "[[0]]"))
    assert found.endswith("expect.y.ignore: given beside no values; give the values of the other elements")
