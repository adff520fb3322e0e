"""add_resize against values by hand and a formula per element."""

import itertools
import math

import numpy as np
import pytest
from layer_runs import evaluate, refused, refused_by_rtx, tensor

from trtexp.numerics import Arithmetic

X = np.array([1.0, 10, 100, 1000])
HALF_PIXEL, ALIGN = {"coordinate_transformation": "HALF_PIXEL"}, {"coordinate_transformation": "ALIGN_CORNERS"}
PULSE = np.array([64.0, 0, 0, 0])


def resized(x, shape=None, sizes=None, dtype="float32", **attributes):
    inputs = [tensor(x, dtype)] + ([] if sizes is None else [tensor(sizes, "int32")])
    given = {} if shape is None else {"shape": list(shape)}
    extra = {} if sizes is None else {"set_input": {1: "t"}}
    return evaluate("resize", inputs, input="x", set=given | attributes, **extra)


def test_by_hand():
    assert resized(X, [8]).ref.tolist() == [1, 1, 10, 10, 100, 100, 1000, 1000]
    assert resized(X, [2]).ref.tolist() == [1, 100]
    assert resized(X, [2], resize_mode="LINEAR", **HALF_PIXEL).ref.tolist() == [5.5, 550]
    assert resized(X, [7], resize_mode="LINEAR", **ALIGN).ref.tolist() == [1, 5.5, 10, 55, 100, 550, 1000]


@pytest.mark.parametrize(
    ("rounding", "found"),
    [("FLOOR", [1, 100]), ("CEIL", [10, 1000]), ("HALF_UP", [10, 1000]), ("HALF_DOWN", [1, 100])],
)
def test_halves(rounding, found):
    """4 to 2 elements lie at 0.5 and 2.5."""
    assert resized(X, [2], nearest_rounding=rounding, **HALF_PIXEL).ref.tolist() == found


@pytest.mark.parametrize(
    ("rounding", "found"),
    [("FLOOR", 10), ("CEIL", 100), ("HALF_UP", 100), ("HALF_DOWN", 100)],
)
def test_three_quarters(rounding, found):
    """The fourth of 8 elements lies at 3.5 / 2 - 0.5 = 1.25, the fifth at 1.75."""
    assert resized(X, [8], nearest_rounding=rounding, **HALF_PIXEL).ref[4] == found


def test_the_selector_has_a_say_for_one_element_only():
    upper = {"selector_for_single_pixel": "UPPER", "resize_mode": "LINEAR", **HALF_PIXEL}
    assert resized(X, [1], **upper).ref.tolist() == [1]
    assert resized(X, [1], **(upper | {"selector_for_single_pixel": "FORMULA"})).ref.tolist() == [55]
    assert resized(X, [2], **upper).ref.tolist() == [5.5, 550]


def test_cubic_weights():
    """At -0.25, a = -0.75: -0.03515625, 0.26171875, 0.87890625, -0.10546875; the first three meet the border."""
    cubic = {"resize_mode": "CUBIC", **HALF_PIXEL}
    assert resized(PULSE, [8], **cubic).ref[0] == 64 * 1.10546875
    assert resized(PULSE, [8], **cubic).certified.all()
    assert resized(PULSE, [8], exclude_outside=True, **cubic).ref[0] == 64 * 0.87890625 / (0.87890625 - 0.10546875)
    assert resized(PULSE, [8], cubic_coeff=-0.5, **cubic).ref[0] == 64 * 1.0703125


def test_scales_round_down_and_input_1_overrules():
    assert resized(X, scales=[1.4]).shape == (5,)
    assert resized(X, scales=[0.2]).shape == (0,)
    assert resized(X, [8], sizes=[2]).ref.tolist() == [1, 100]
    assert resized(X).ref.tolist() == X.tolist()


def test_coordinates_are_divided_by_the_scale_as_given():
    """As 8.5.3.1 does: 4 · 1.375 = 5.5, 3 · 1.5 = 4.5; the ratios 4 / 5 and 3 / 4 would end at 1000 and 100."""
    assert resized(X, scales=[1.375]).ref.tolist() == [1, 1, 10, 100, 100]
    found = resized(X[:3], scales=[1.5], resize_mode="LINEAR")
    np.testing.assert_allclose(found.ref, [1, 5.5, 25, 85], rtol=1e-14)
    assert (np.abs(found.ref - [1, 5.5, 25.000008, 85]) <= found.bound).all()
    assert found.bound.max() < 1e-3
    by_corners = resized(X[:3], scales=[1.5], resize_mode="LINEAR", **ALIGN)
    np.testing.assert_allclose(by_corners.ref, [1, 7, 40, 100], rtol=1e-14)


def test_a_scale_that_keeps_the_length_still_moves_the_elements():
    """3 · 1.25 = 3.75: at 0, 0.8, 1.6."""
    asymmetric = {"resize_mode": "LINEAR", "coordinate_transformation": "ASYMMETRIC"}
    np.testing.assert_allclose(resized(X[:3], scales=[1.25], **asymmetric).ref, [1, 8.2, 64], rtol=1e-14)
    assert resized(X[:3], scales=[1.0], **asymmetric).ref.tolist() == [1, 10, 100]


@pytest.mark.parametrize("scale", [2.0, 0.5])
def test_a_power_of_two_as_a_scale_leaves_no_doubt(scale):
    assert resized(X, scales=[scale]).certified.all()
    assert resized(X[:3], scales=[3.0]).undetermined.any()


def test_linear_takes_half_pixels_unless_something_else_is_assigned():
    """As 8.5.3.1 does, whose attribute reads ASYMMETRIC all the same."""
    half = [1, 3.25, 7.75, 32.5, 77.5, 325, 775, 1000]
    assert resized(X, [8], resize_mode="LINEAR").ref.tolist() == half
    asymmetric = resized(X, [8], resize_mode="LINEAR", coordinate_transformation="ASYMMETRIC")
    assert asymmetric.ref.tolist() == [1, 5.5, 10, 55, 100, 550, 1000, 1000]
    assert resized(PULSE, [8], resize_mode="CUBIC").ref[0] == 64


def test_int8_is_moved():
    assert resized(X % 100, [2], dtype="int8").ref.tolist() == [1, 0]


def test_near_a_tie_both_neighbours_are_legal():
    """6 elements from 3, ASYMMETRIC: at i / 2; 9 from 3: at i / 3, and 3 · (1 / 3) may be less than 1."""
    assert not resized(X[:3], [6]).undetermined.any()
    assert resized(X[:3], [9]).undetermined.tolist() == [False, False, False, True, False, False, True, False, False]


def at(i, n, m, how):
    return {
        "HALF_PIXEL": (i + 0.5) * n / m - 0.5,
        "ASYMMETRIC": i * n / m,
        "ALIGN_CORNERS": i * (n - 1) / max(m - 1, 1),
    }[how]


@pytest.mark.parametrize("how", ["HALF_PIXEL", "ASYMMETRIC", "ALIGN_CORNERS"])
@pytest.mark.parametrize("sizes", [(7, 5), (3, 8), (2, 11)])
def test_bilinear_by_a_formula_per_element(how, sizes):
    x = np.random.default_rng(0).standard_normal((4, 6)).astype(np.float32).astype(float)
    found = resized(x, sizes, resize_mode="LINEAR", coordinate_transformation=how)
    for place in itertools.product(*map(range, sizes)):
        where = [min(max(at(i, n, m, how), 0), n - 1) for i, n, m in zip(place, x.shape, sizes, strict=True)]
        low = [min(math.floor(c), n - 2) for c, n in zip(where, x.shape, strict=True)]
        (r, c), (s, t) = low, [w - f for w, f in zip(where, low, strict=True)]
        wanted = (1 - s) * ((1 - t) * x[r, c] + t * x[r, c + 1]) + s * ((1 - t) * x[r + 1, c] + t * x[r + 1, c + 1])
        assert abs(found.ref[place] - wanted) < 1e-12
    assert (found.bound < 1e-4).all()


def test_float32_is_inside_the_bound():
    """The same in float32, coordinates and weights rounded at each step."""
    x, n, m = np.random.default_rng(1).standard_normal(9).astype(np.float32), 9, 13
    found = resized(x, [m], resize_mode="LINEAR", **HALF_PIXEL)
    f = np.float32
    where = np.clip((np.arange(m, dtype=f) + f(0.5)) * (f(n) / f(m)) - f(0.5), f(0), f(n - 1))
    low = np.minimum(np.floor(where).astype(int), n - 2)
    t = where - low.astype(f)
    got = x[low] * (f(1) - t) + x[low + 1] * t
    assert (np.abs(got - found.ref) <= found.bound).all()


@pytest.mark.parametrize(
    ("label", "x", "attributes"),
    [
        ("C1", X, {"shape": [1, 8]}),
        ("C1", X, {"scales": [1.0, 2.0]}),
        ("C2", X, {"shape": [-2]}),
        ("C3", np.ones((1, 2, 2, 2)), {"shape": [2, 4, 4, 4], "resize_mode": "LINEAR"}),
        ("C4", tensor(X, "int32"), {"shape": [8]}),
        ("C4", tensor(X % 100, "int8"), {"shape": [8], "resize_mode": "CUBIC"}),
    ],
)
def test_refused(label, x, attributes):
    refused(label, "resize", [x], input="x", set=attributes)


@pytest.mark.parametrize("family", ["tensorrt<10", "tensorrt>=10"])
def test_c3_rtx_alone_takes_cubic_along_three_axes(family):
    x, keys = np.ones((2, 2, 2)), {"input": "x", "set": {"shape": [4, 4, 4], "resize_mode": "CUBIC"}}
    refused("C3", "resize", [x], arithmetic=Arithmetic(family=family), **keys)
    assert evaluate("resize", [x], arithmetic=Arithmetic(family="tensorrt-rtx"), **keys).shape == (4, 4, 4)


def test_c5_scales_beside_input_1():
    keys = {"input": "x", "set": {"scales": [2.0]}, "set_input": {1: "s"}}
    assert refused("C5", "resize", [X, tensor([8], "int32")], **keys) == ("set", "scales")


def test_means_of_bytes_are_certain_where_they_are_whole():
    x = tensor([2, 4, 5], "int8")
    made = evaluate(
        "resize",
        [x],
        input="x",
        set={"shape": [5], "resize_mode": "LINEAR", "coordinate_transformation": "ALIGN_CORNERS"},
    )
    assert made.dtype == "int8"
    assert made.ref[:3].tolist() == [2, 3, 4]
    assert made.undetermined.tolist() == [False, False, False, True, False]


NAN, INF = np.nan, np.inf


def same(found, wanted, undetermined=()):
    np.testing.assert_array_equal(found.ref.ravel(), wanted)
    assert found.undetermined.ravel().nonzero()[0].tolist() == list(undetermined)
    assert np.isfinite(found.bound).all()


@pytest.mark.parametrize("mode", ["LINEAR", "CUBIC"])
def test_nan_counts_where_a_window_has_it_and_nowhere_else(mode):
    """12 from 6, HALF_PIXEL: at i / 2 - 1/4, so that LINEAR has 2 elements and CUBIC 4."""
    x = [0, 0, 0, 0, 0, NAN]
    found = resized(x, [12], resize_mode=mode, **HALF_PIXEL)
    first = {"LINEAR": 9, "CUBIC": 7}[mode]
    same(found, [0] * first + [NAN] * (12 - first))
    assert not found.bound[first:].any()


def test_infinities_have_the_sign_of_their_weight_and_cancel():
    found = resized([0, 0, INF, 0, 0, 0], [12], resize_mode="CUBIC", **HALF_PIXEL)
    assert found.ref.tolist()[1:9] == [-INF, -INF, INF, INF, INF, INF, -INF, -INF]
    assert resized([INF, -INF], [4], resize_mode="LINEAR", **HALF_PIXEL).ref.tolist()[0] == INF
    assert np.isnan(resized([INF, -INF], [4], resize_mode="LINEAR", **HALF_PIXEL).ref[1:3]).all()


def test_nan_with_a_weight_of_0_is_undetermined():
    """ASYMMETRIC, 6 from 3: at i / 2; at 0 the element 1 has a weight of 0."""
    found = resized([1, NAN, 3], [6], resize_mode="LINEAR", coordinate_transformation="ASYMMETRIC")
    assert np.isnan(found.ref[1:4]).all() and found.ref[4:].tolist() == [3, 3]
    assert found.undetermined.tolist() == [True, False, False, False, False, False]
    left_out = resized([1, 1, NAN], [3], scales=[1.0], resize_mode="LINEAR")
    assert np.isnan(left_out.ref).tolist() == [False, False, True]


def test_a_coordinate_that_may_lie_on_the_other_side_is_undetermined():
    """ALIGN_CORNERS, 7 from 4: at i / 2; 10 from 4: at i / 3, and 3 / 3 may be less than 1."""
    x = [NAN, 1, 1, 1]
    sure = resized(x, [7], resize_mode="LINEAR", coordinate_transformation="ALIGN_CORNERS")
    assert not sure.undetermined.any()
    unsure = resized(x, [10], resize_mode="LINEAR", coordinate_transformation="ALIGN_CORNERS")
    assert unsure.undetermined.tolist() == [False] * 3 + [True] + [False] * 6


def test_along_two_axes_only_the_windows_with_nan_have_it():
    x = np.zeros((4, 4))
    x[0, 0] = NAN
    found = resized(x, [8, 8], resize_mode="LINEAR", **HALF_PIXEL)
    wanted = np.zeros((8, 8), bool)
    wanted[:3, :3] = True
    assert np.array_equal(np.isnan(found.ref), wanted) and not found.undetermined.any()


def test_nearest_moves_what_is_no_number():
    same(resized([NAN, INF, 2], [6]), [NAN, NAN, INF, INF, 2, 2])


def test_the_decimals_of_scales_are_slack_of_nearest_too():
    """0.1 in float32 is a little more than 0.1: the element 10 lies at 99.99, and by the decimals at 100."""
    x = np.arange(110.0)
    found = resized(x, scales=[0.1])
    assert found.ref[:3].tolist() == [0, 9, 19]
    assert found.slack[:3].tolist() == [0, 1, 1]
    assert resized(x, scales=[0.5]).slack.max() == 0


@pytest.mark.parametrize("given", [{"shape": []}, {"scales": []}, {"shape": [8]}])
def test_every_axis_has_its_number_c1(given):
    assert refused("C1", "resize", [[[1.0, 2]]], input="x", set=given)[0] == "set"


@pytest.mark.parametrize("factor", [float("inf"), float("nan")])
def test_a_scale_that_is_no_number_is_refused_c2(factor):
    assert refused("C2", "resize", [[1.0, 2]], input="x", set={"scales": [factor]}) == ("set", "scales")


def test_nothing_is_made_of_an_empty_axis_c6():
    x = tensor(np.zeros((1, 0, 2)))
    assert refused("C6", "resize", [x], input="x", set={"shape": [1, 1, 2]}) == ("set", "shape")
    assert evaluate("resize", [x], input="x", set={"shape": [1, 0, 4]}).shape == (1, 0, 4)


def test_a_scalar_is_refused_by_rtx_c7():
    assert refused_by_rtx("C7", "resize", [np.ones(())], input="x", set={"shape": []})[-1] == "input"
