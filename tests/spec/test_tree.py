"""YAML text -> located nodes: YAML 1.2 scalars, hard limits, and every way in which YAML can be broken."""

import math
import time

import pytest

from trtexp.spec.errors import SpecError
from trtexp.spec.tree import MOST_DEPTH, Number, merge, parse, plain, scalar


def fault(text):
    with pytest.raises(SpecError) as caught:
        parse(text, "e.yaml")
    (one,) = caught.value.faults
    return str(one)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1), ("-17", -17), ("+3", 3), ("0o17", 15), ("0x1F", 31), ("007", 7),
        ("1e-5", 1e-5), ("1E5", 1e5), ("1.", 1.0), (".5", 0.5), ("-.5e+3", -500.0), ("1.50", 1.5),
        (".inf", math.inf), ("-.Inf", -math.inf), ("+.INF", math.inf),
        ("true", True), ("False", False), ("TRUE", True), ("null", None), ("~", None), ("", None),
        ("no", "no"), ("on", "on"), ("yes", "yes"), ("Off", "Off"), ("y", "y"), ("1_000", "1_000"), ("12:30", "12:30"),
        ("2001-01-01", "2001-01-01"), ("0b1", "0b1"), ("1e", "1e"), (".", "."), ("-", "-"), ("e5", "e5"), ("0x", "0x"),
        ("1 2", "1 2"), ("tRue", "tRue"), ("nan", "nan"), ("inf", "inf"), ("١", "١"),
    ],
)  # fmt: skip
def test_plain_scalars_follow_yaml_1_2(text, value):
    found = scalar(text)
    assert found == value
    assert isinstance(found, bool) == isinstance(value, bool)
    assert isinstance(found, float) == isinstance(value, float)


def test_nan_is_a_number_that_is_none():
    assert math.isnan(scalar(".nan")) and math.isnan(scalar(".NaN"))


def test_floats_keep_the_digits_they_were_written_with():
    assert [scalar(t).text for t in ("98765.40", "7.0040008e+04", "1E-3")] == ["98765.40", "7.0040008e+04", "1E-3"]
    assert isinstance(scalar("1.0"), Number)


def test_quoted_scalars_are_texts():
    assert plain(parse("a: '1'\nb: \"true\"\nc: |\n  1\n", "e")) == {"a": "1", "b": "true", "c": "1\n"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "e.yaml:1:1: nothing at the top of the file"),
        ("# only a comment\n", "e.yaml:1:1: nothing at the top"),
        ("- 1\n", "e.yaml:1:1: a list at the top"),
        ("just text\n", "e.yaml:1:1: a single value at the top"),
        ("a: 1\nb: 2\na: 3\n", "e.yaml:3:1: duplicate key 'a'; the first is in line 1"),
        ("a: {b: 1, b: 2}\n", "e.yaml:1:11: duplicate key 'b'; the first is in line 1"),
        ("a: [1\nb: 2\n", "e.yaml:2:2: broken YAML: "),
        ("a: 'x\n", "e.yaml:2:1: broken YAML: "),
        ("a:\n\tb: 1\n", "e.yaml:2:1: broken YAML: "),
        ("a: 1\n--- \nb: 2\n", "e.yaml:2:1: a second document"),
        (
            "a: !!python/object/apply:os.system [id]\n",
            "e.yaml:1:4: tag tag:yaml.org,2002:python/object/apply:os.system",
        ),
        ("a: !secret x\n", "e.yaml:1:4: tag !secret; tags are not allowed"),
        ("a: !!str 5\n", "e.yaml:1:4: tag "),
        ("<<: {a: 1}\n", "e.yaml:1:1: merge key <<"),
        ("b: &b {a: 1}\nc:\n  <<: *b\n", "e.yaml:3:3: merge key <<"),
        ("a: *b\n", "e.yaml:1:4: alias *b names no anchor above it"),
        ("a: &a [*a]\n", "e.yaml:1:8: alias *a stands inside its own anchor"),
        ("? [1]\n: 2\n", "e.yaml:1:3: a key that is no plain name"),
        ("? {a: 1}\n: 2\n", "e.yaml:1:3: a key that is no plain name"),
        ("1.5: 2\n", "e.yaml:1:1: a key that is no plain name"),
        ("a: \x1b[31m\n", "e.yaml:1:4: broken YAML: control characters"),
        ("a: \0\n", "e.yaml:1:4: broken YAML: control characters"),
        ('a: "\\ud800"\n', "e.yaml:1:7: broken YAML: "),
        ("a: " + "[" * 100, f"e.yaml:1:{4 + MOST_DEPTH - 1}: nested deeper than {MOST_DEPTH} levels"),
        ("a: " + "{a: " * 100, f"nested deeper than {MOST_DEPTH} levels"),
    ],
)
def test_broken_yaml_is_one_located_fault(text, message):
    assert message in fault(text)
    assert "\n" not in fault(text)


def test_an_alias_bomb_is_refused_at_once():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    start = time.perf_counter()
    assert "values, aliases expanded; a file may have 1048576, or more by --limit values=N" in fault("\n".join(lines))
    assert time.perf_counter() - start < 2


def test_aliases_nest_no_deeper_than_written_lists():
    deep = "a0: &a0 " + "[" * 40 + "]" * 40 + "\n"
    assert plain(parse(deep + "b: *a0\n", "e"))
    assert "nested deeper" in fault(deep + "b: " + "[" * 40 + "*a0" + "]" * 40 + "\n")


def test_no_more_values_are_kept_than_a_file_may_have():
    with pytest.raises(SpecError, match=r"e\.yaml:1:8: 5 values, aliases expanded; a file may have 4") as error:
        parse("a: [1, 2, 3, 4, 5, 6, 7, 8]", "e.yaml", 4)
    assert len(error.value.faults) == 1


def test_a_text_of_absurd_length_is_refused():
    assert fault(f"a: {'x' * 20_001}") == "e.yaml:1:4: a text of 20001 characters; at most 20000 are allowed"


def test_an_alias_is_the_same_value_again():
    assert plain(parse("a: &a {b: [1]}\nc: *a\n", "e")) == {"a": {"b": [1]}, "c": {"b": [1]}}


@pytest.mark.parametrize(
    ("base", "over", "merged"),
    [
        ("{a: 1, b: 2}", "{b: 3}", {"a": 1, "b": 3}),
        ("{a: {b: 1, c: 2}}", "{a: {c: 3, d: 4}}", {"a": {"b": 1, "c": 3, "d": 4}}),
        ("{a: [1, 2]}", "{a: [3]}", {"a": [3]}),
        ("{a: {b: 1}}", "{a: 5}", {"a": 5}),
        ("{a: 5}", "{a: {b: 1}}", {"a": {"b": 1}}),
        ("{a: 1, b: 2}", "{a: null}", {"b": 2}),
        ("{a: {b: 1, c: 2}}", "{a: {b: ~}}", {"a": {"c": 2}}),
        ("{a: 1}", "{b: null}", {"a": 1}),
        ("{}", "{a: {b: null, c: 1}}", {"a": {"c": 1}}),
        ("{a: 1}", "{}", {"a": 1}),
    ],
)
def test_mappings_merge_everything_else_replaces_and_null_removes(base, over, merged):
    assert plain(merge(parse(base, "e"), parse(over, "e"))) == merged


def test_merging_changes_neither_side():
    base, over = parse("{a: {b: 1}}", "e"), parse("{a: {c: 2}}", "e")
    merge(base, over)
    assert (plain(base), plain(over)) == ({"a": {"b": 1}}, {"a": {"c": 2}})
