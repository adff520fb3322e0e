"""Which pictures a page has, and what they are called."""

import numpy as np
from report_samples import SAMPLES, case, output, report

from trtexp.report.markdown import render
from trtexp.report.pictures.page import pictures

WIDE, NARROW = np.arange(14.0).reshape(1, 14), np.arange(13.0).reshape(1, 13)


def test_outputs_of_over_13_columns_have_a_picture():
    drawn = pictures(report(case("a", output(WIDE, "y"), output(NARROW, "z")), case("b", output(WIDE.T, "y"))))
    assert list(drawn.files) == ["a.y.svg"]
    assert drawn.outputs == {("a", "y"): "a.y.svg"}
    assert drawn.window is None


def test_one_colour_is_no_picture():
    assert not pictures(report(case("a", output(np.full((1, 14), 3.0))))).files


def test_a_large_output_has_the_picture_of_the_grid_that_is_kept():
    assert "many.big.svg" in pictures(SAMPLES["mismatches"]).files


def test_the_page_shows_what_lies_in_the_folder_beside_it():
    made = report(case("a=1+x", output(WIDE, "y.indices")), experiment="experiments/layers/deep.yaml")
    page = render(made)
    assert list(pictures(made).files) == ["a=1+x.y.indices.svg"]
    assert "\n![y.indices as a heat map](deep/a%3D1%2Bx.y.indices.svg)\n" in page


def test_a_name_that_no_file_can_have_is_a_number():
    drawn = pictures(report(case("../a", output(WIDE)), case("b" * 128, output(WIDE, "y" * 128))))
    assert list(drawn.files) == ["output-0.svg", "output-1.svg"]
