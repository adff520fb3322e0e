"""The heat map of an output: what stands on it, and that it stays small."""

import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest
from report_samples import close, output

from trtexp.records.bins import grid, shown_grid
from trtexp.records.picture import Grid
from trtexp.report.pictures.heat import heat_map, index_of, ticks

TEXT = "{http://www.w3.org/2000/svg}text"
RNG = np.random.default_rng(7)


def made(shape, ratio=None):
    values = RNG.normal(size=shape)
    return output([0.0]).model_copy(update={"shape": list(shape)}), grid(values, ratio)


def texts(svg):
    return [element.text or "" for element in ElementTree.fromstring(svg).iter(TEXT)]


def test_values_alone_are_one_panel():
    svg = heat_map(*made((20, 30)))
    assert svg.count("<image") == 2  # the cells and the key
    assert "error / bound" not in texts(svg)
    assert {"value", "0", "20", "down: axis 0, across: axis 1"} <= set(texts(svg))


def test_errors_stand_beside_with_the_worst_element_marked():
    ratio = np.full((2, 20, 30), 0.05)
    ratio[1, 7, 11] = 0.25
    svg = heat_map(*made((2, 20, 30), ratio))
    assert "error / bound" in texts(svg)
    assert "○ the worst element, [1, 7, 11]" in texts(svg)
    assert svg.count('class="ring"') == 2
    assert {"≤ 0.1", "≤ 0.3"} <= set(texts(svg)) and "beyond" not in texts(svg)


def test_an_error_where_none_is_allowed_is_beyond():
    ratio = np.zeros((20, 30))
    ratio[3, 4] = np.inf
    said = texts(heat_map(*made((20, 30), ratio)))
    assert "beyond" in said and "○ the worst element, [3, 4]" in said


@pytest.mark.parametrize("shape", [(64, 64), (1000, 1000), (3, 64, 200), (5000,), (1, 14), (300, 1)])
def test_the_largest_picture_is_under_20_kilobytes(shape):
    svg = heat_map(*made(shape, RNG.random(shape)))
    assert len(svg.encode()) < 20_000
    assert ElementTree.fromstring(svg).tag.endswith("svg")


def test_the_same_output_gives_the_same_bytes():
    one = output(np.arange(40.0).reshape(2, 20), bound=np.ones((2, 20)), actual_reference=close(0.1, 0.1, [0, 3]))
    assert heat_map(one, shown_grid(one)) == heat_map(one, shown_grid(one))


def test_light_and_dark_are_in_the_picture_itself():
    svg = heat_map(*made((20, 30)))
    assert "@media(prefers-color-scheme:dark)" in svg
    assert not re.search(r'href="(?!data:)', svg)  # nothing is loaded from elsewhere


def test_a_name_cannot_break_out():
    one, found = made((2, 20))
    svg = heat_map(one.model_copy(update={"name": '</title><script>"&'}), found)
    assert ElementTree.fromstring(svg)[0].text == '</title><script>"&: values'
    assert "<script" not in svg


def test_cells_of_several_elements_say_so():
    said = texts(heat_map(*made((200, 30))))
    assert any(text.startswith("a cell holds several elements") for text in said)


def test_indices_are_round_and_never_too_close():
    assert [index for index, _ in ticks(64, 320)] == [0, 10, 20, 30, 40, 50, 60]
    assert [index for index, _ in ticks(3, 54)] == [0, 1, 2]
    for size, pixels in ((1, 18), (5000, 320), (5, 20), (14, 308)):
        places = [place for _, place in ticks(size, pixels)]
        assert all(b - a >= 15 for a, b in pairwise(places))


def test_a_place_has_an_index():
    assert index_of(5, [2, 3]) == [1, 2]
    assert index_of(0, [2000]) == [0]


def test_numbers_that_are_no_numbers_are_drawn():
    found = Grid(size=(1, 3), smallest=[["NaN", "-Infinity", 1.0]])
    assert "NaN is grey, ±inf has the end colours" in texts(heat_map(output(np.zeros(3)), found))
