"""The walk over the API: what YAML has no words for, what no case reaches, and the page that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

import trtexp
from trtexp.authoring.coverage.count import cover
from trtexp.authoring.coverage.exceptions import EXCEPTIONS, excepted
from trtexp.authoring.coverage.page import render_coverage
from trtexp.authoring.coverage.walk import EVERY_LAYER, INPUTS, TYPES, Feature, features
from trtexp.migration.releases.api import find, known
from trtexp.spec.load import load

ROOT = Path(trtexp.__file__).parents[1]


@pytest.fixture(scope="module")
def whole():
    """The coverage of all experiments."""
    paths = sorted((ROOT / "experiments").rglob("*.yaml"))
    return cover((case for path in paths for case in load(path).cases), known())


def attribute(layer, name):
    return Feature(layer, "attribute", name)


def test_the_walk_finds_methods_attributes_and_members():
    found = features(find("8.6"))
    assert found[Feature("pooling_nd", "method", "add_pooling_nd")]
    assert found[attribute("pooling_nd", "stride_nd")] and found[attribute("pooling_nd", "stride")]
    assert found[Feature("pooling_nd", "member", "PaddingMode.CAFFE_ROUND_UP")]
    assert found[Feature("recurrence", "method", "set_input")]
    assert found[Feature("condition", "method", "set_condition")]
    assert found[attribute(EVERY_LAYER, "precision")] and found[attribute(INPUTS, "location")]
    assert found[Feature(TYPES, "member", "DataType.UINT8")]
    assert Feature("pooling_nd", "member", "PaddingMode.CAFFE_ROUND_UP") not in features(find("11.4"))


def test_what_cannot_be_assigned_and_what_every_layer_has_are_left_out():
    found = features(find("8.6"))
    names = {f.name for f in found if f.layer == "rnn_v2" and f.kind == "attribute"}
    assert names == {"op", "direction", "input_mode", "hidden_state", "cell_state", "seq_lengths"}
    assert not {"name", "type", "num_inputs"} & {f.name for f in found if f.layer == EVERY_LAYER}
    assert not {f for f in found if f.name.startswith(("get_", "reset_"))}


def test_yaml_has_words_for_all_but_the_exceptions(whole):
    missing = [f for f in whole.unreachable() if excepted(f) is None]
    assert not missing, (
        f"no YAML for {missing}: give the layer's model the field, or trtexp/authoring/coverage/exceptions.py a reason"
    )


def test_a_case_reaches_all_but_the_exceptions(whole):
    missing = [f for f in whole.unreached() if excepted(f) is None]
    assert not missing, f"no case reaches {missing}: add one to experiments/layers"


def test_every_exception_is_needed(whole):
    used = {excepted(f) for f in whole.unreached()}
    assert [exception for exception in EXCEPTIONS if exception not in used] == []


CASES = """
title: t
inputs: {x: {shape: [1, 1, 4, 4], arange: {start: 1}}}
network:
  p: {pooling_nd: {input: x, type: MAX, window_size: [2, 2]}}
cases:
  plain: {}
  strides: {network: {p: {set: {stride_nd: [2, 2], metadata: here}}}}
  old: {network: {p: {set: {padding_mode: CAFFE_ROUND_UP}}}}
  input: {inputs: {y: {shape: [1, 1, 4, 4], full: 1}}, network: {p: {set_input: {0: y}}}}
  flagged: {build: {flags: {INT8: true}}}
"""


@pytest.fixture
def few(tmp_path):
    path = tmp_path / "few.yaml"
    path.write_text(CASES, encoding="utf-8")
    return cover(load(path).cases, [find("8.5"), find("8.6"), find("11.4")])


def counts(coverage, feature):
    return [coverage.count(name, feature) for name in coverage.there]


def test_cases_count_for_the_releases_that_have_what_they_need(few):
    """Metadata came with 8.6, CAFFE_ROUND_UP went with 10; 11.x needs no flag for INT8."""
    assert list(few.cases.values()) == [4, 5, 4]
    assert counts(few, Feature("pooling_nd", "method", "add_pooling_nd")) == [4, 5, 4]
    assert counts(few, attribute("pooling_nd", "stride_nd")) == [0, 1, 1]
    assert counts(few, attribute(EVERY_LAYER, "metadata")) == [None, 1, 1]
    assert counts(few, Feature("pooling_nd", "member", "PaddingMode.CAFFE_ROUND_UP")) == [1, 1, None]
    assert counts(few, Feature("pooling_nd", "member", "PoolingType.MAX")) == [4, 5, 4]
    assert counts(few, Feature(EVERY_LAYER, "method", "set_input")) == [1, 1, 1]
    assert counts(few, Feature(TYPES, "member", "DataType.FLOAT")) == [4, 5, 4]
    assert counts(few, attribute("pooling_nd", "blend_factor")) == [0, 0, 0]


def test_what_is_missing_is_named_on_the_page(few):
    page = render_coverage(few)
    assert "- `pooling_nd: blend_factor`, in tensorrt-8.5.3, tensorrt-8.6.0, tensorrt-11.4\n" in page
    assert "- `pooling_nd: stride_nd`, in tensorrt-8.5.3\n" in page
    assert "- `inputs: set_dynamic_range`, 1 in all: the attribute dynamic_range sets the same two numbers\n" in page
    assert "| `stride_nd` " in page and "[pooling_nd](#pooling_nd)" in page
