"""Which colour a number has."""

import math

import pytest

from trtexp.report.pictures.scale import ERRORS, SHADES, error_cells, scaled, shades

MIDDLE, LAST = SHADES // 2, SHADES - 1


def test_values_go_from_the_first_to_the_last_colour():
    scale = scaled([[1.0, 2.0, 3.0]])
    assert scale.cells == [[0, MIDDLE, LAST]]
    assert (scale.ends, scale.signed, scale.ranked) == (("1", "3"), False, False)


def test_zero_is_in_the_middle_of_both_signs():
    scale = scaled([[-1.0, 0.0, 4.0]])
    assert scale.signed
    assert scale.cells == [[MIDDLE - MIDDLE // 4, MIDDLE, LAST]]
    assert shades(True)[MIDDLE] == (240, 240, 240)


def test_one_huge_number_does_not_make_all_others_alike():
    scale = scaled([[1.0, 2.0, 3.0, 1e30]])
    assert scale.ranked
    assert len(set(scale.cells[0])) == 4


def test_all_alike_is_one_colour():
    assert scaled([[5.0, 5.0]]).cells == [[MIDDLE, MIDDLE]]


def test_what_is_no_finite_number_has_colours_too():
    scale = scaled([[math.nan, math.inf, -math.inf, 0.0, 1.0]])
    assert scale.cells[0][:3] == [SHADES, LAST, 0]
    assert (scale.nan, scale.infinite) == (True, True)
    assert scaled([[math.nan]]).cells == [[SHADES]]


@pytest.mark.parametrize(
    ("ratio", "name"),
    [
        (0.0, "exact"),
        (0.0001, "≤ 0.01"),
        (0.01, "≤ 0.01"),
        (0.3, "≤ 0.3"),
        (0.31, "≤ 1"),
        (1.0, "≤ 1"),
        (1.01, "beyond"),
        (math.inf, "beyond"),
    ],
)
def test_an_error_has_the_colour_of_its_share_of_the_bound(ratio, name):
    ((place,),) = error_cells([[ratio]])
    assert ERRORS[place][1] == name


@pytest.mark.parametrize("signed", [False, True])
def test_the_colours_of_values_are_all_different(signed):
    assert len(set(shades(signed))) == SHADES
