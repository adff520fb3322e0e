"""What layers that compare make of NaN, by family of releases: certain where it was measured or has a source."""

from dataclasses import replace

import numpy as np
import pytest

from trtexp.layers.orders import MEASURED, lost, rule, shaky
from trtexp.numerics import Arithmetic, encode, known

NAN = np.nan
OLD, NEW, RTX = "tensorrt<10", "tensorrt>=10", "tensorrt-rtx"


def text(layer, values, more=""):
    return f"title: t\ninputs: {{x: {{values: {values}}}}}\nnetwork: {{y: {layer}}}\n{more}"


TOPK = text("{topk: {input: x, op: MAX, k: 1, axes: 2}}", "[[1, .nan, 3]]", "outputs: [y, y.indices]\n")
CLIP = text("{activation: {input: x, type: CLIP}, set: {alpha: 0, beta: 6}}", "[.nan, 9]")
RELU = text("{activation: {input: x, type: RELU}}", "[.nan, 9]")
POOL = text("{pooling_nd: {input: x, type: MAX, window_size: [1, 2]}}", "[[[[.nan, 2]]]]")
REDUCE = text("{reduce: {input: x, op: MAX, axes: 2, keep_dims: true}}", "[[1, .nan, 3]]")
MOST = text("{elementwise: {input1: x, input2: x, op: MAX}}", "[.nan, 9]")
TANH = text("{activation: {input: x, type: TANH}}", "[.nan, 0]")


def value(load, experiment, family, output="y"):
    """The first element of an output in a family's world, and whether it is certain."""
    (case,) = load(experiment).cases
    tensor = case.evaluation(Arithmetic(family=family)).tensors[output]
    return float(tensor.ref.flat[0]), not tensor.undetermined.flat[0]


@pytest.mark.parametrize(
    ("experiment", "family", "wanted"),
    [
        (TOPK, OLD, 3.0),
        (CLIP, OLD, 6.0),
        (CLIP, NEW, 0.0),
        (RELU, OLD, 0.0),
        (POOL, OLD, 2.0),
        (TANH, OLD, NAN),
    ],
)
def test_a_measured_rule_of_nan_is_certain(load, experiment, family, wanted):
    found, certain = value(load, experiment, family)
    assert certain and np.array_equal(found, wanted, equal_nan=True)


@pytest.mark.parametrize("family", [None, RTX])
@pytest.mark.parametrize("experiment", [TOPK, CLIP, RELU, POOL, REDUCE, MOST])
def test_where_nobody_measured_nothing_is_certain(load, experiment, family):
    assert not value(load, experiment, family)[1]


def test_topk_never_picks_nan_where_that_was_measured(load):
    assert value(load, TOPK, OLD, "y.indices") == (2.0, True)
    assert not value(load, TOPK, None, "y.indices")[1]


@pytest.mark.parametrize("family", [None, OLD, NEW, RTX])
def test_what_has_no_nan_is_certain_everywhere(load, family):
    for experiment in (TOPK, CLIP, RELU, POOL, REDUCE, MOST):
        assert value(load, experiment.replace(".nan", "2"), family)[1], experiment


def floats(*values, dtype="float32"):
    return known(encode(np.array(values), dtype))


def test_a_rule_holds_for_its_family_and_for_float32_alone():
    assert rule(MEASURED, floats(1.0), Arithmetic(family=OLD)) is True
    assert rule(MEASURED, floats(1.0), Arithmetic(family=NEW)) is None
    assert rule(MEASURED, floats(1.0), Arithmetic()) is None
    assert rule(MEASURED, floats(1.0, dtype="float16"), Arithmetic(family=OLD)) is None


def test_places_of_an_order_are_unsure_where_errors_meet():
    x = floats(1.0, 2.0, 2.5, 9.0)
    order = np.arange(4)
    assert not shaky(x, order, 0).any()
    assert shaky(replace(x, bound=np.array([0.0, 0.3, 0.3, 0.0])), order, 0).tolist() == [False, True, True, False]


def test_one_undetermined_element_loses_its_row():
    x = replace(floats(1.0, 2.0), undetermined=np.array([False, True]))
    assert lost(x, 0).tolist() == [True] and lost(floats(1.0, 2.0), 0).tolist() == [False]
