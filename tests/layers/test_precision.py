"""The types that a layer is asked for, and those that it gives."""

import numpy as np
import pytest
from layer_runs import tensor

from trtexp.layers.attributes import Typed
from trtexp.layers.precision import HALF_ULPS, Types, ranged

X = tensor([2049.0, 0.1])


def types(half=False, x=X, **asked):
    return Types.of(Typed(**asked), [x], half)


def test_nothing_is_changed_unless_it_is_asked_for():
    assert types().taken([X, None])[0] is X and types().made([X])[0] is X


def test_what_is_computed_in_half_is_rounded_on_the_way_in_and_given_as_before():
    asked = types(precision="HALF")
    (taken,) = asked.taken([X])
    assert (taken.dtype, taken.ref.tolist()) == ("float16", [2048, 0.0999755859375])
    assert asked.made([taken])[0].dtype == "float32"


def test_half_that_is_granted_is_a_wider_bound():
    granted = types(half=True)
    assert granted.taken([X])[0].bound[0] == 1
    assert granted.made([X])[0].bound[0] == 1 + HALF_ULPS * 2
    assert not types(half=True, precision="FLOAT").taken([X])[0].bound.any()


@pytest.mark.parametrize("asked", [{"precision": "INT8"}, {"precision": "FP8"}, {"output_type": "INT8"}])
def test_codes_have_a_scale_that_nobody_told(asked):
    (made,) = types(**asked).made([tensor([1.0])])
    assert made.anything.all()


def test_integers_are_converted_as_they_are():
    (made,) = types(x=tensor([1], "int32"), output_type="INT8").made([tensor([300, 1], "int32")])
    assert made.anything.tolist() == [True, False]
    assert types(x=tensor([1], "int32"), precision="INT8").made([tensor([1], "int32")])[0].certified.all()


def test_what_leaves_the_range_of_the_inner_type_may_be_infinite():
    x = tensor([65504.0], "float16")
    wide = ranged(type(x)(**{**vars(x), "ref": np.array([70000.0])}), "float32")
    assert wide.dtype == "float32" and wide.undetermined.all() and not wide.anything.any()
