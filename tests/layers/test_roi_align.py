"""The function of ROIAlign_TRT."""

import numpy as np
import pytest
from layer_runs import tensor
from test_plugin_library import run

from trtexp.layers.plugin_library import Wrong

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
