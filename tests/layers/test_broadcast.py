"""Which shapes meet."""

import pytest

from trtexp.layers.broadcast import broadcasts, broadcasts_to


@pytest.mark.parametrize(
    ("shapes", "meet"),
    [
        ([(2, 3), (2, 3)], True),
        ([(2, 1), (1, 3), (2, 3)], True),
        ([(), ()], True),
        ([(0, 3), (1, 3)], True),
        ([(0, 3), (2, 3)], False),
        ([(2, 3), (3,)], False),
        ([(2, 3), (3, 3)], False),
    ],
)
def test_dimensions_are_equal_or_one_and_ranks_equal(shapes, meet):
    assert broadcasts(*shapes) is meet


@pytest.mark.parametrize(
    ("shape", "target", "fills"),
    [((1, 3), (2, 3), True), ((2, 3), (1, 3), False), ((3,), (2, 3), False), ((2, 2), (2, 3), False)],
)
def test_one_shape_fills_the_other(shape, target, fills):
    assert broadcasts_to(shape, target) is fills
