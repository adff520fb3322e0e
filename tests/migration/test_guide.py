"""The guide as it is read: by topic, with places, history and what to write."""

import pytest

from trtexp.migration.guide import guide, lines, markdown
from trtexp.migration.judge import Judged, Lack
from trtexp.migration.releases.api import find
from trtexp.spec.errors import Mark

FILE = "experiments/a.yaml"


def lack(name, line, column=5, demanded=False, given=None):
    return Lack(name, Mark(FILE, line, column), demanded, given)


def case(name, *lacks, declared=False, contradiction=None, adapted=()):
    return Judged(name, Mark(FILE, 1, 1), lacks, adapted, declared, contradiction)


CASES = [
    case("fine"),
    *(case(f"c{i}", lack("add_pooling", 7)) for i in range(6)),
    case("d", lack("add_pooling", 9), lack("IPoolingLayer.window_size", 10)),
    case("e", lack("add_squeeze(axes)", 12, demanded=True)),
    case("said", lack("add_deconvolution", 20), declared=True),
    case("odd", contradiction="declares add_cast as unsupported, and tensorrt-11.4 has all that the case needs"),
    case("q", adapted=(lack("add_quantize(output_type)", 30, demanded=True, given="DataType.INT8"),)),
]


@pytest.fixture
def found():
    return guide(find("11.4"), [CASES])


def test_the_lines_of_the_terminal(found):
    assert list(lines(found)) == [
        "tensorrt-11.4 (11.4.0.106): 1 file, 12 cases: 2 supported, 1 declared as unsupported, 8 with undeclared "
        "API that the release lacks, 1 wrongly declared",
        f"  {FILE}:1:1: odd: declares add_cast as unsupported, and tensorrt-11.4 has all that the case needs",
        "  add_pooling · removed: 8.6.0 has it, 10.16 no longer · → add_pooling_nd",
        f"    {FILE}:7:5: c0, c1, c2, c3 and 2 more",
        f"    {FILE}:9:5: d",
        "  IPoolingLayer.window_size · removed: 8.6.0 has it, 10.16 no longer · → window_size_nd",
        f"    {FILE}:10:5: d",
        "  add_squeeze(axes) · tensorrt-11.4 demands it",
        f"    {FILE}:12:5: e",
        "  Declared as unsupported, as expected",
        "    removed: 8.6.0 has it, 10.16 no longer",
        f"      add_deconvolution  → add_deconvolution_nd  1 case, {FILE}:20:5",
        "  Replaced by trtexp itself",
        "    tensorrt-11.4 demands it",
        f"      add_quantize(output_type)  → DataType.INT8  1 case, {FILE}:30:5",
    ]
    assert not found.as_expected


def test_what_is_declared_or_made_up_for_is_as_expected():
    found = guide(find("11.4"), [[CASES[0], CASES[-3], CASES[-1]]])
    assert found.as_expected
    assert not guide(find("11.4"), [[CASES[-2]]]).as_expected


def test_the_page_says_the_same(found):
    page = markdown([found])
    assert page.startswith("# What the releases lack\n\n## tensorrt-11.4\n")
    assert "### `add_pooling`\n\nremoved: 8.6.0 has it, 10.16 no longer · → add" in page
    assert f"- {FILE}:7:5 c0, c1, c2, c3 and 2 more" in page.replace("\\", "")
    assert "| `add_deconvolution` | removed: 8.6.0 has it, 10.16 no longer |" in page
    assert page.endswith("|\n")


def test_names_of_a_file_reach_neither_terminal_nor_page_unescaped():
    found = guide(find("11.4"), [[case("a\x1b[31m<b>|", lack("add_x\x1b", 7))]])
    assert "\x1b" not in "".join(lines(found)) + markdown([found])
    assert "\\<b>" in markdown([found])
