"""Each attribute and each enum member has a case that tells when it is ignored; what none can tell has a reason."""

from __future__ import annotations

from fnmatch import fnmatchcase

import pytest
from conftest import FILES
from telling import Choice, untold_attributes, untold_choices

from trtexp.spec.load import load

#: (layer, attribute, why no result differs without it)
ATTRIBUTES = (
    ("every layer", "metadata", "a text for the inspector; the engine reads it back"),
    ("attention*", "decomposable", "leave to use several kernels; the results are the same"),
    ("normalization*", "compute_precision", "it widens the bound, and what the wider one allows includes the other"),
    ("cumulative", "op", "the enum has one member, which the constructor demands"),
    ("kv_cache_update", "cache_mode", "the enum has one member, which the constructor demands"),
    ("quantize", "block_shape", "the shape of the scales says the same; a wrong one is refused"),
    ("dynamic_quantize_v2", "axis", "the block's shape takes its place"),
    ("dynamic_quantize_v2", "block_size", "the block's shape takes its place"),
    ("moe", "quantization_*", "FP8 is what quantization_static says too, and blocks are of no release yet"),
    ("moe", "dyn_q_output_scale_type", "no release takes scales from the data yet"),
)
#: (layer, field, the member that is named, what it may be taken for, why no result differs), * for any
CHOICES = (
    ("*", "set.padding_mode", "*_ROUND_DOWN", "*_ROUND_DOWN", "one formula where both paddings are equal"),
    ("*", "set.padding_mode", "*_ROUND_UP", "*_ROUND_UP", "one formula where both paddings are equal"),
    ("deconvolution*", "set.padding_mode", "*_ROUND_*", "*_ROUND_*", "nothing is rounded: a deconvolution multiplies"),
    ("deconvolution", "set.padding_mode", "SAME_*", "SAME_*", "8.x only; deconvolution_nd tells, which is its model"),
    ("pooling_nd", "set.padding_mode", "CAFFE_*", "CAFFE_*", "8.x refuses CAFFE_ROUND_UP by name, and is alone in it"),
    ("pooling_nd", "set.padding_mode", "CAFFE_*", "EXPLICIT_ROUND_DOWN", "8.x refuses CAFFE_ROUND_UP by name"),
    ("pooling_nd", "set.padding_mode", "CAFFE_*", "SAME_LOWER", "8.x only; SAME_LOWER is told from it"),
    ("pooling*", "type", "MAX", "MAX_AVERAGE_BLEND", "a blend with none of the average, as is the default"),
    ("dist_collective", "*", "*", "*", "one GPU sends to itself; more of them are not to be had"),
    ("fill", "set.operation", "RANDOM_UNIFORM", "RANDOM_NORMAL", "random numbers have no reference"),
    ("*", "set.precision", "*", "*", "a hint for floats, by which the bound is widened"),
    ("normalization*", "set.compute_precision", "*", "*", "as of the attribute"),
    ("moe", "set.quantization_*", "*", "*", "as of the attributes"),
    ("moe", "set.dyn_q_output_scale_type", "*", "*", "as of the attribute"),
    ("quantize", "output_type", "INT8", "INT4", "codes of the cases fit both; 8.x leaves no larger ones to see"),
    ("scale_nd", "set.mode", "CHANNEL", "ELEMENTWISE", "channels on the last axis; mode_assigned of add_scale tells"),
    ("slice", "set.mode", "DEFAULT", "*", "another name of STRICT_BOUNDS"),
    ("slice", "set.mode", "STRICT_BOUNDS", "*", "the default; what it refuses is refused without it"),
)


@pytest.fixture(scope="module")
def cases():
    """All cases of layers."""
    return [case for path in FILES for case in load(path).cases if case.layers]


def excepted(words, exceptions):
    """The exceptions that fit."""
    return {e for e in exceptions if all(map(fnmatchcase, words, e[:-1]))}


def test_each_attribute_has_a_case_that_differs_without_it(cases):
    untold = untold_attributes(cases)
    assert sorted(words for words in untold if not excepted(words, ATTRIBUTES)) == []
    needed = set().union(*(excepted(words, ATTRIBUTES) for words in untold))
    assert needed == set(ATTRIBUTES), "exceptions that nothing needs"


def test_each_member_has_a_case_that_tells_it_from_every_other(cases):
    untold = {(c.layer, c.field, c.member, c.other) for c in untold_choices(cases)}
    assert sorted(words for words in untold if not excepted(words, CHOICES)) == []
    needed = set().union(*(excepted(words, CHOICES) for words in untold))
    assert needed == set(CHOICES), "exceptions that nothing needs"


TWO = """
title: t
inputs: {x: {shape: [1, 1, 2, 2], arange: {start: 1}}}
network:
  p: {pooling_nd: {input: x, type: MAX, window_size: [1, 1]}, set: {padding_mode: SAME_UPPER, stride_nd: [2, 1]}}
"""


def test_a_case_that_is_blind_tells_nothing(tmp_path):
    """Windows of one element: a mean of one is its maximum, and nothing is padded; only the stride is told."""
    path = tmp_path / "two.yaml"
    path.write_text(TWO, encoding="utf-8")
    untold = untold_attributes(load(path).cases)
    assert ("pooling_nd", "padding_mode") in untold and ("pooling_nd", "stride_nd") not in untold
    choices = untold_choices(load(path).cases)
    assert Choice("pooling_nd", "type", "MAX", "AVERAGE") in choices
    assert Choice("pooling_nd", "set.padding_mode", "SAME_UPPER", "SAME_LOWER") in choices
