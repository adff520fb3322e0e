"""Edits of a file's text: what is named changes, and no other byte."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trtexp.spec.source import Source, leaves, quoted
from trtexp.spec.tree import plain, scalar

NUMBER = st.from_regex(r"-?[0-9]{1,5}(\.[0-9]{1,4})?(e-[0-9])?", fullmatch=True)
SPACES = st.text(" ", max_size=4)


@st.composite
def tables(draw):
    """A file with a table in flow style, as its rows' texts, and the numbers in it."""
    columns = draw(st.integers(1, 4))
    rows = draw(st.lists(st.lists(NUMBER, min_size=columns, max_size=columns), min_size=1, max_size=4))
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    lines = []
    for row in rows:
        cells = [draw(SPACES) + text for text in row]
        lines.append("[" + ",".join(cells) + draw(SPACES) + "]")
    ends = [draw(st.sampled_from(["", "  # é\tone", " # [1, 2]"])) for _ in lines]
    commas = [","] * (len(lines) - 1) + [""]
    body = newline.join(f"     {''.join(parts)}" for parts in zip(lines, commas, ends, strict=True))
    text = newline.join(["# first", "y:", "  values:  # these", "    [", body, "    ]", "  from: 'source'"])
    return text + draw(st.sampled_from(["", newline, "  # why" + newline])), [text for row in rows for text in row]


def edited(text, new, keys=None):
    source = Source(text, "e.yaml")
    mapping = source.tree.keys["y"][1]
    edits = list(source.numbers(mapping.keys["values"][1], new))
    return source.changed([*edits, *source.keys(mapping, "values", keys or {})])


@given(tables(), st.data())
def test_only_the_numbers_and_the_spaces_before_them_change(table, data):
    text, numbers = table
    places = data.draw(st.sets(st.integers(0, len(numbers) - 1)))
    new = {place: data.draw(NUMBER) for place in places}
    result = edited(text, new)
    wanted = [new.get(i, number) for i, number in enumerate(numbers)]
    values = Source(result, "e.yaml").tree.keys["y"][1].keys["values"][1]
    assert [leaf.value for leaf in leaves(values)] == [scalar(number) for number in wanted]
    head, body, tail = re.fullmatch(r"(.*?\[\r?\n)(.*)(\r?\n    \].*)", text, re.DOTALL).groups()
    assert result.startswith(head) and result.endswith(tail)
    texts = iter(wanted)
    again = re.sub(r"(?<![#\d.e-])(?<!# \[)(?<!# \[1, )-?\d[\d.]*(?:e-\d)?", lambda _: next(texts), body)
    assert re.sub(" +", "", result[len(head) : len(result) - len(tail)]) == re.sub(" +", "", again)


@given(tables(), st.data())
def test_numbers_of_the_same_form_leave_every_column_where_it_was(table, data):
    text, numbers = table
    places = data.draw(st.sets(st.integers(0, len(numbers) - 1)))
    new = {place: re.sub(r"\d", "7", numbers[place]) for place in places}
    result = edited(text, new)
    assert len(result) == len(text)
    changed = {i for i, (a, b) in enumerate(zip(text, result, strict=False)) if a != b}
    assert all(result[i] == "7" for i in changed)


@given(tables())
def test_nothing_to_write_is_nothing_written(table):
    assert edited(table[0], {}) == table[0]


@pytest.mark.parametrize(
    ("before", "new", "after"),
    [
        ("[10.5, 2.25]", {0: "9.5"}, "[ 9.5, 2.25]"),
        ("[10.5,  2.25]", {0: "10.125"}, "[10.125, 2.25]"),
        ("[10.5, 2.25]", {0: "10.12575"}, "[10.12575, 2.25]"),
        ("[   87.054,    98.75]", {0: "187.0541"}, "[  187.0541,   98.75]"),
        ("[10.5, 2.25]  # c", {1: "2.125"}, "[10.5, 2.125] # c"),
        ("[10.5, 2.25]  # c", {1: "2.1"}, "[10.5, 2.1]   # c"),
        ("[1,2]", {0: "30"}, "[30,2]"),
        ("[&a 1, 2]", {0: "3"}, "[&a 3, 2]"),
        ("[1.5, .nan, -.inf]", {1: "2"}, "[1.5,    2, -.inf]"),
        ("7 # c", {0: "8"}, "8 # c"),
        ("\n  - 1.5   # c\n  - -2", {0: "1.25", 1: "-2.5"}, "\n  - 1.25  # c\n  - -2.5"),
        ("\n  - [1, 2]\n  - - 3\n    - 4", {1: "2.5", 3: "40"}, "\n  - [1, 2.5]\n  - - 3\n    - 40"),
    ],
)  # fmt: skip
def test_columns_stay_where_they_fit(before, new, after):
    space = "" if before.startswith("\n") else " "
    assert edited(f"y:\n  values:{space}{before}\n", new) == f"y:\n  values:{space}{after}\n"


KEYS = {"from": "observed", "release": "tensorrt-8.6.0"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{values: [1], dtype: int8}", "{values: [1], from: observed, release: tensorrt-8.6.0, dtype: int8}"),
        ("{values: [1], from: source}  # c", "{values: [1], from: observed, release: tensorrt-8.6.0}  # c"),
        ("{from: 'observed', values: [1]}", "{from: 'observed', release: tensorrt-8.6.0, values: [1]}"),
        ("\n  values: [1]  # c", "\n  values: [1]  # c\n  from: observed\n  release: tensorrt-8.6.0"),
        ("\n   values:\n   - 1\n   # c", "\n   values:\n   - 1\n   from: observed\n   release: tensorrt-8.6.0\n   # c"),
        ("\n  from: source # c\n  values: 1", "\n  from: observed # c\n  release: tensorrt-8.6.0\n  values: 1"),
        ("\r\n  values: 1\r\n", "\r\n  values: 1\r\n  from: observed\r\n  release: tensorrt-8.6.0\r\n"),
        ("\n  values: 1\n  release: x", "\n  values: 1\n  release: tensorrt-8.6.0\n  from: observed"),
    ],
)  # fmt: skip
def test_keys_are_set_in_the_style_of_the_mapping(before, after):
    space = " " if before.startswith("{") else ""
    for bom in ("", "\ufeff"):
        assert edited(f"{bom}y:{space}{before}", {}, KEYS) == f"{bom}y:{space}{after}"


@given(st.text(st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Zl", "Zp"])))
def test_a_quoted_text_is_that_text_in_a_flow_mapping(text):
    if "\ufeff" not in text and "\uffff" not in text and "\ufffe" not in text:
        tree = Source("y: {a: " + quoted(text) + ", b: 1}", "e.yaml").tree
        assert plain(tree) == {"y": {"a": text, "b": 1}}


def test_an_anchor_is_known_wherever_it_is_used():
    source = Source("a: &x [1, &y 2]\nb: {c: *x}\nd: *y\ne: [3]\n", "e.yaml")
    keys = {key: node for key, (_, node) in source.tree.keys.items()}
    assert [source.uses(keys[key]) for key in "abe"] == [2, 2, 1]
    assert source.path(keys["a"].items[1]) == ("a", 1)
