"""The function of ROIAlign_TRT."""

import numpy as np
import pytest
from layer_runs import tensor
from test_plugin_library import run

from trtexp.layers.plugin_library import RoiAlign, Wrong
from trtexp.numerics import pointwise, undetermined

X = tensor(np.arange(16.0).reshape(1, 1, 4, 4))
WHOLE = tensor([[0, 0, 4, 4]])
FIRST = tensor([0], "int32")


def aligned(x=X, regions=WHOLE, items=FIRST, version="1", **given):
    return run("ROIAlign_TRT", x, regions, items, version=version, **given)


def test_each_sample_on_an_element():
    given = {"output_height": 2, "output_width": 2, "sampling_ratio": 2}
    assert aligned(**given).ref.tolist() == [[[[2.5, 4.5], [10.5, 12.5]]]]
    assert aligned(**given, mode=0).ref.tolist() == [[[[5, 7], [13, 15]]]]
    assert aligned(**given).certified.all() and aligned(**given, mode=0).certified.all()
    assert aligned(**given, version="2").ref.tolist() == aligned(**given).ref.tolist()


def test_the_defaults():
    assert aligned().ref.tolist() == [[[[7.5]]]]
    spelled = {"coordinate_transformation_mode": 1, "mode": 1, "output_height": 1, "output_width": 1}
    assert aligned(**spelled, sampling_ratio=0, spatial_scale=1.0).ref.tolist() == aligned().ref.tolist()


def test_samples_between_elements_and_at_the_border():
    """At 0.5 and 1.5 for the first bin, at 2.5 and 3, where 3.5 is held, for the second."""
    given = {"output_height": 1, "output_width": 2, "sampling_ratio": 2, "coordinate_transformation_mode": 0}
    assert aligned(**given).ref[0, 0, 0].tolist() == [1 + 4 * 2, 2.75 + 4 * 2]


def test_the_largest_is_of_weights_times_neighbours():
    x = tensor(np.array([[1.0, 1], [1, 1]]).reshape(1, 1, 2, 2))
    half = {"coordinate_transformation_mode": 0, "mode": 0, "sampling_ratio": 1}
    assert aligned(x, tensor([[0, 0, 1, 1]]), **half).ref.tolist() == [[[[0.25]]]]
    assert aligned(x, tensor([[0, 0, 1, 1]]), **(half | {"mode": 1})).ref.tolist() == [[[[1]]]]


def test_negative_elements_beside_a_weight_of_0_give_0():
    x = tensor(np.full((1, 1, 4, 4), -1.0))
    assert aligned(x, mode=0, sampling_ratio=2, output_height=2, output_width=2).ref.max() == 0


def test_outside_there_is_0():
    assert aligned(regions=tensor([[20, 20, 24, 24]])).ref.tolist() == [[[[0]]]]


def test_the_scale_and_the_batch_item():
    assert aligned(regions=tensor([[0, 0, 8, 8]]), spatial_scale=0.5).ref.tolist() == aligned().ref.tolist()
    two = tensor(np.arange(32.0).reshape(2, 1, 4, 4))
    assert aligned(two, items=tensor([1], "int32")).ref.tolist() == [[[[23.5]]]]


def test_a_small_region_is_one_element_wide_unless_pixels_are_halved():
    given = {"regions": tensor([[1, 1, 1.25, 1.25]]), "sampling_ratio": 1}
    assert aligned(**given, coordinate_transformation_mode=0).ref.tolist() == [[[[1.5 + 4 * 1.5]]]]
    assert aligned(**given).ref.tolist() == [[[[0.625 + 4 * 0.625]]]]


def test_rounded_coordinates_widen_the_bound():
    y = aligned(regions=tensor([[0.1, 0.2, 3.3, 3.7]]), output_height=2, output_width=3)
    assert (y.bound > 0).all() and not y.certified.any() and y.bound.max() < 1e-3
    assert aligned(regions=tensor([[0.1, 0.2, 3.3, 3.7]]), mode=0).bound.min() > 0


def test_no_regions():
    y = aligned(regions=tensor(np.zeros((0, 4))), items=tensor(np.zeros(0), "int32"))
    assert y.shape == (0, 1, 1, 1)


@pytest.mark.parametrize(
    "given",
    [
        {"regions": tensor([[0, 0, 4]])},
        {"items": tensor([0, 0], "int32")},
        {"x": tensor(np.zeros((4, 4)))},
        {"output_height": 0},
        {"sampling_ratio": -1},
        {"mode": 2},
        {"coordinate_transformation_mode": 2},
        {"spatial_scale": 0.0},
    ],
)
def test_what_it_does_not_take(given):
    with pytest.raises(Wrong):
        aligned(**given)


NAN = np.nan
GRID = {"output_height": 2, "output_width": 2, "sampling_ratio": 1, "coordinate_transformation_mode": 0}


def spoiled(value, row=0, column=0):
    x = np.arange(16.0).reshape(1, 1, 4, 4)
    x[0, 0, row, column] = value
    return tensor(x)


def test_nan_counts_in_the_bins_whose_samples_touch_it():
    """Of [0, 3] and 2 bins the samples lie at 0.75 and 2.25."""
    y = aligned(spoiled(NAN), tensor([[0, 0, 3, 3]]), **GRID)
    assert np.isnan(y.ref[0, 0]).tolist() == [[True, False], [False, False]]
    assert not y.undetermined.any() and not y.bound.any()
    assert aligned(spoiled(np.inf), tensor([[0, 0, 3, 3]]), **GRID).ref[0, 0, 0, 0] == np.inf


def test_nan_beside_a_sample_with_a_weight_of_0_is_undetermined():
    """Of [0, 4] and 2 bins the samples lie at 1 and 3: the element 2 has a weight of 0 for the first."""
    y = aligned(spoiled(NAN, 2, 2), tensor([[0, 0, 4, 4]]), **GRID)
    assert y.undetermined[0, 0].tolist() == [[True, False], [False, False]]
    assert y.ref[0, 0, 1].tolist() == [13, 15]


def test_the_largest_beside_nan_is_undetermined():
    y = aligned(spoiled(NAN), tensor([[0, 0, 3, 3]]), mode=0, **GRID)
    assert y.undetermined[0, 0].tolist() == [[True, False], [False, False]]
    assert np.isfinite(y.ref[0, 0, 1]).all()


@pytest.mark.parametrize("odd", [NAN, np.inf, -np.inf])
@pytest.mark.parametrize("ratio", [0, 2])
def test_a_region_with_a_coordinate_that_is_no_number_is_undetermined(odd, ratio):
    regions = tensor([[0, 0, odd, 4], [0, 0, 4, 4]])
    y = aligned(regions=regions, items=tensor([0, 0], "int32"), sampling_ratio=ratio)
    assert y.anything.ravel().tolist() == [True, False]
    assert y.ref[1, 0, 0, 0] == 7.5
    assert RoiAlign.work({"sampling_ratio": ratio}, (X, regions, FIRST)).elements > 0


def test_regions_lend_their_errors():
    regions = pointwise(np.multiply, [tensor([[0, 0, 3, 3]]), tensor([[1.0]])], 4.0)
    y = aligned(regions=regions, **GRID)
    assert y.bound.max() > 0 and not y.certified.any()
    lost = undetermined(tensor([[0, 0, 3, 3]]), np.array([[True, False, False, False]]))
    assert aligned(regions=lost, **GRID).anything.all()


@pytest.mark.parametrize("scale", [NAN, np.inf, 0.0, -1.0])
def test_a_scale_that_is_no_positive_number_is_refused(scale):
    with pytest.raises(Wrong, match="spatial_scale"):
        aligned(spatial_scale=scale)


def test_the_decimals_of_the_scale_are_slack():
    y = aligned(regions=tensor([[0, 0, 30, 30]]), spatial_scale=0.1, **GRID)
    apart = abs(0.1 - float(np.float32(0.1))) * 30
    assert (y.slack >= apart).all() and y.slack.max() < 1e3 * apart
    assert aligned(spatial_scale=0.5, **GRID).slack.max() < 1e-12


def test_how_many_samples_there_are_may_be_unsure():
    """2.2 - 0.2 may be more than 2 in float32, and then there are 3 samples along an axis."""
    y = aligned(regions=tensor([[0.2, 0.2, 2.2, 2.2]]))
    assert y.anything.all()
    assert not aligned(regions=tensor([[0.2, 0.2, 2.1, 2.1]])).undetermined.any()
