"""NaN and infinities in layers that compare: certain in the families of releases whose rule is known, else not."""

from dataclasses import replace

import numpy as np
import pytest
from layer_runs import outputs, tensor

from trtexp.layers import LAYERS
from trtexp.layers.orders import MEASURED, lost, rule, shaky
from trtexp.numerics import FAMILIES, Arithmetic, encode, exactly, known, undetermined

NAN, INF, LOWEST = np.nan, np.inf, float(np.finfo(np.float32).min)
OLD, NEW = "tensorrt<10", "tensorrt>=10"
ROWS = [[NAN, 1.0, 3], [NAN, NAN, NAN], [2, INF, -INF]]
COLUMNS = np.array([1.0, 10, 100, 1000]).reshape(1, 1, 1, 4)
BOXES = [[[0.0, 0, 1, 1], [2, 2, 3, 3], [4, 4, 5, 5]]]


def made(method, inputs, family, **keys):
    return outputs(LAYERS[method].model_validate(keys), inputs, None, Arithmetic(family=family))


def activation(kind, **attributes):
    return "activation", [[NAN, 1.0]], {"input": "x", "type": kind, "set": attributes}


def elementwise(op, dtype="float32"):
    given = [tensor([NAN, 1.0, NAN, 1], dtype), tensor([1.0, NAN, NAN, 2], dtype)]
    return "elementwise", given, {"input1": "a", "input2": "b", "op": op}


def power(bases, exponents):
    return "elementwise", [bases, exponents], {"input1": "a", "input2": "b", "op": "POW"}


def reduce(op, dtype="float32"):
    return "reduce", [tensor(ROWS, dtype)], {"input": "x", "op": op, "axes": 2, "keep_dims": False}


def topk(op, x=ROWS, k=2):
    return "topk", [x], {"input": "x", "op": op, "k": k, "axes": 2}


def grid_sample(at, mode="LINEAR", outside="CLAMP"):
    attributes = {"interpolation_mode": mode, "sample_mode": outside}
    return "grid_sample", [COLUMNS, [[[[at, 0.0], [0.25, 0]]]]], {"input": "x", "grid": "g", "set": attributes}


def pooling(values):
    keys = {"input": "x", "type": "MAX", "window_size": [1, 2], "set": {"stride_nd": [1, 2]}}
    return "pooling_nd", [np.array(values).reshape(1, 1, 1, -1)], keys


def nms(scores, boxes=BOXES, least=None):
    given = [boxes, np.array(scores).reshape(1, 3, 1), tensor(3, "int32")]
    given += [] if least is None else [tensor(0.0), tensor(least)]
    return "nms", given, {"boxes": "b", "scores": "s", "max_output_boxes_per_class": "m"}


def gather(mode="DEFAULT"):
    given = [[1.0, 2, 3], tensor([3, -4, 0], "int32")]
    return "gather_v2", given, {"input": "x", "indices": "i", "mode": mode}


def one_hot():
    given = [tensor([3, -4, 0], "int32"), [-1.0, 8], tensor(3, "int32")]
    return "one_hot", given, {"indices": "i", "values": "v", "depth": "d", "axis": -1}


#: (a layer with its inputs, family -> what it gives, what it gives in all other families and without one); None stands
#: for what is undetermined.
RULES = [
    (activation("RELU"), {OLD: [0, 1]}, [None, 1]),
    (activation("CLIP", alpha=-0.5, beta=2.0), {OLD: [2, 1], NEW: [-0.5, 1]}, [None, 1]),
    (activation("HARD_SIGMOID", alpha=0.25, beta=0.25), {OLD: [0, 0.5]}, [None, 0.5]),
    (activation("THRESHOLDED_RELU", alpha=0.5), {OLD: [0, 1]}, [None, 1]),
    (activation("LEAKY_RELU", alpha=0.5), {}, [NAN, 1]),
    (elementwise("MAX"), {OLD: [1, NAN, NAN, 2]}, [None, None, None, 2]),
    (elementwise("MIN"), {OLD: [1, NAN, NAN, 1]}, [None, None, None, 1]),
    (elementwise("MAX", "float16"), {OLD: [1, NAN, NAN, 2]}, [None, None, None, 2]),
    (elementwise("MAX", "bfloat16"), {}, [None, None, None, 2]),
    (power([1.0, 1, -2, 2], [NAN, INF, INF, INF]), {OLD: [NAN, NAN, NAN, INF]}, [None, None, None, INF]),
    (elementwise("EQUAL"), {}, [0, 0, 0, 0]),
    (elementwise("LESS"), {}, [0, 0, 0, 1]),
    (elementwise("GREATER"), {}, [0, 0, 0, 0]),
    (reduce("MAX"), {OLD: [3, -INF, INF]}, [None, None, INF]),
    (reduce("MIN"), {OLD: [1, INF, -INF]}, [None, None, -INF]),
    (reduce("MAX", "float16"), {OLD: [3, -INF, INF]}, [None, None, INF]),
    (reduce("MAX", "bfloat16"), {}, [None, None, INF]),
    (reduce("SUM"), {}, [NAN, NAN, NAN]),
    (reduce("PROD"), {}, [NAN, NAN, -INF]),
    (reduce("AVG"), {}, [NAN, NAN, NAN]),
    (topk("MAX"), {OLD: [3, 1, -INF, -INF, INF, 2]}, [None, None, None, None, INF, 2]),
    (topk("MIN"), {OLD: [1, 3, INF, INF, -INF, 2]}, [None, None, None, None, -INF, 2]),
    (pooling([NAN, 1, NAN, NAN, NAN, -INF, 1, INF]), {OLD: [1, LOWEST, LOWEST, INF]}, [None, None, None, INF]),
    (pooling([-INF, -INF]), {}, [-INF]),
    (grid_sample(NAN), {OLD: [NAN, 100]}, [None, 100]),
    (grid_sample(NAN, "NEAREST"), {}, [None, 100]),
    (grid_sample(INF), {}, [None, 100]),
    (grid_sample(-INF, "NEAREST", "FILL"), {}, [None, 100]),
    (grid_sample(1e10), {}, [1000, 100]),
    (grid_sample(1e10, "CUBIC"), {}, [1000, 100]),
    (grid_sample(-1e10, "NEAREST"), {}, [1, 100]),
    (grid_sample(1e10, outside="FILL"), {}, [0, 100]),
    (grid_sample(1e10, outside="REFLECT"), {}, [None, 100]),
    (nms([0.5, INF, 0.25]), {}, [0, 0, 1, 0, 0, 0, 0, 0, 2]),
    (nms([NAN, 0.5, 0.875]), {OLD: [0, 0, 0, 0, 0, 2, 0, 0, 1]}, [None] * 6),
    (nms([NAN, 0.5, 0.875], least=0.25), {OLD: [0, 0, 2, 0, 0, 1]}, [None] * 6),
    (gather(), {OLD: [0, 0, 1]}, [None, None, 1]),
    (gather("ELEMENT"), {OLD: [0, 0, 1]}, [None, None, 1]),
    (one_hot(), {OLD: [-1, -1, -1, -1, -1, -1, 8, -1, -1]}, [None] * 6 + [8, -1, -1]),
    (("unary", [[NAN, -2.0]], {"input": "x", "op": "SIGN"}), {OLD: [NAN, -1]}, [None, -1]),
    (("unary", [[NAN, -2.0]], {"input": "x", "op": "FLOOR"}), {}, [NAN, -2]),
    (("parametric_relu", [[NAN, 1.0, 1], [2.0, NAN, 2]], {"input": "x", "slopes": "s"}), {}, [NAN, None, 1]),
]


def name(rule):
    method, _, keys = rule[0]
    return "-".join([method, *(str(v) for k, v in keys.items() if k in ("op", "type", "mode"))])


@pytest.mark.parametrize("family", [None, *FAMILIES])
@pytest.mark.parametrize("rule", RULES, ids=name)
def test_what_a_family_makes_of_it(rule, family):
    (method, inputs, keys), rules, elsewhere = rule
    wanted = rules.get(family, elsewhere)
    found = made(method, inputs, family, **keys)[0]
    assert found.undetermined.ravel().tolist() == [one is None for one in wanted]
    known = ~found.undetermined.ravel()
    values = np.array([0 if one is None else one for one in wanted], float)
    assert np.array_equal(found.ref.ravel()[known], values[known], equal_nan=True)
    for error in (found.bound, found.typical, found.slack):
        assert np.isfinite(error).all() and not error[~np.isfinite(found.ref)].any()


def test_indices_of_topk_are_minus_one_where_no_number_is_left():
    method, inputs, keys = topk("MAX", [[1.0, NAN, NAN], [NAN, 2, 3], [NAN, NAN, -INF]])
    _, old = made(method, inputs, OLD, **keys)
    assert old.ref.tolist() == [[0, -1], [2, 1], [2, -1]]
    assert old.undetermined.tolist() == [[False] * 2, [False] * 2, [True, False]]
    assert made(method, inputs, NEW, **keys)[1].undetermined.all()


@pytest.mark.parametrize(("op", "worst"), [("MAX", -INF), ("MIN", INF)])
def test_an_infinity_that_is_the_worst_may_have_the_index_minus_one_beside_a_nan(op, worst):
    method, inputs, keys = topk(op, [[worst, 1.0, worst], [worst, NAN, 1.0]], k=3)
    _, old = made(method, inputs, OLD, **keys)
    assert old.ref.tolist() == [[1, 0, 2], [2, 0, -1]]
    (other,) = old.also
    assert (other.values[other.where].tolist(), other.where.tolist()) == ([-1], [[False] * 3, [False, True, False]])
    assert made(method, inputs, NEW, **keys)[1].undetermined.tolist() == [[False] * 3, [True] * 3]


@pytest.mark.parametrize("outside", ["CLAMP", "FILL"])
@pytest.mark.parametrize("mode", ["NEAREST", "LINEAR", "CUBIC"])
def test_far_beyond_the_border_a_sample_is_exact(mode, outside):
    method, inputs, keys = grid_sample(1e10, mode, outside)
    (found,) = made(method, inputs, None, **keys)
    assert found.certified.ravel()[0] and found.bound.ravel()[0] == 0


@pytest.mark.parametrize("family", [None, *FAMILIES])
def test_the_count_of_boxes_is_known_where_a_rule_is(family):
    method, inputs, keys = nms([NAN, 0.5, 0.875])
    rows, count = made(method, inputs, family, **keys)
    assert bool(count.undetermined) == rows.open == (family != OLD)
    assert count.ref == (3 if family == OLD else 2)


def test_a_box_with_nan_overlaps_nothing_on_8():
    method, inputs, keys = nms([0.25, 0.5, 0.875], [[[0.0, 0, 1, 1], [0, 0, NAN, 1], [0, 0, 1, 1]]])
    assert made(method, inputs, OLD, **keys)[0].ref.tolist() == [[0, 0, 2], [0, 0, 1]]
    assert made(method, inputs, None, **keys)[0].undetermined.all()


def test_places_that_errors_may_exchange_are_undetermined():
    x = tensor([[1.0, 1.5, 4]])
    x = replace(x, bound=np.full(x.shape, 0.5), certified=np.zeros(x.shape, bool))
    values, indices = made("topk", [x], None, input="x", op="MAX", k=3, axes=2)
    assert indices.undetermined.tolist() == [[False, True, True]]
    assert not values.undetermined.any() and values.bound.tolist() == [[0.5] * 3]
    assert shaky(x, np.array([[0, 1, 2]]), 1).tolist() == [[True, True, False]]


@pytest.mark.parametrize("op", ["MAX", "MIN"])
def test_an_element_that_may_be_anything_may_be_the_extreme(op):
    x = undetermined(tensor([[1.0, 2, 3], [1, 2, 3]]), np.array([[False, True, False], [False] * 3]))
    (found,) = made("reduce", [x], None, input="x", op=op, axes=2, keep_dims=False)
    assert found.undetermined.tolist() == [True, False]
    values, indices = made("topk", [x], None, input="x", op=op, k=1, axes=2)
    assert values.undetermined.tolist() == indices.undetermined.tolist() == [[True], [False]]


def test_an_undetermined_index_makes_what_it_picks_undetermined():
    indices = undetermined(tensor([0, 1], "int32"), np.array([False, True]))
    (picked,) = made("gather_v2", [[[1.0, 2], [3, 4]], indices], None, input="x", indices="i", mode="DEFAULT")
    assert picked.undetermined.tolist() == [[False] * 2, [True] * 2]
    (pair,) = made("gather_v2", [[[1.0, 2], [3, 4]], indices], None, input="x", indices="i", mode="ND")
    assert pair.undetermined.all()
    (hot,) = made("one_hot", [indices, [0.0, 1], tensor(2, "int32")], None, indices="i", values="v", depth="d", axis=0)
    assert hot.undetermined.tolist() == [[False, True]] * 2
    given = [[1.0, 2, 3], undetermined(tensor([[1]], "int32"), np.array([[True]])), [5.0]]
    (put,) = made("scatter", given, None, data="x", indices="i", updates="u", mode="ND")
    assert put.undetermined.all()


def test_an_undetermined_condition_selects_one_of_both():
    condition = undetermined(exactly(np.array([1, 0]), "bool"), np.array([True, False]))
    (found,) = made("select", [condition, [1.0, NAN], [3.0, 4]], None, condition="c", then_input="a", else_input="b")
    assert found.undetermined.tolist() == [True, False] and not found.anything.any()
    assert [(other.values[0], other.where[0]) for other in found.also] == [(3, True)]


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
