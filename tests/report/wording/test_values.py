"""How tensors and build options read."""

from __future__ import annotations

import pytest

from trtexp.numerics.recipe import Recipe
from trtexp.records.facts import BuildRecord
from trtexp.records.tensors import Summary
from trtexp.report.wording.values import options, recipe, summary

DEFAULTS = ["first tactics", "optimization level default", "workspace default"]


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (Recipe("values"), "values"),
        (Recipe("full", "NaN"), "full NaN"),
        (Recipe("full", 0.1), "full 0.1"),
        (Recipe("arange", arguments={"start": 1, "step": 0.5}), "arange start 1, step 0.5"),
        (Recipe("special", ["nan", "ties"]), "special [nan, ties]"),
        (Recipe("negate", Recipe("powers", arguments={"base": 10})), "negate (powers base 10)"),
        (
            Recipe("concat", arguments={"of": ["x", Recipe("values")], "axis": 1}),
            "concat of [x, (values)], axis 1",
        ),
    ],
)
def test_recipes(found, says):
    assert recipe(found) == says


def test_summaries():
    whole = Summary(elements=2000, smallest=-1.0, largest=123456789.0, sha256="ab")
    assert summary(whole) == "2000 elements from -1 to 123456789, sha256 ab"
    assert summary(Summary(elements=1, smallest="NaN", largest="Infinity")) == "1 element from NaN to inf"


@pytest.mark.parametrize(
    ("build", "says"),
    [
        (None, []),
        (
            BuildRecord(flags={"TF32": False}, tactic_sources=["internal"]),
            ["TF32 off", "external tactic sources off", *DEFAULTS],
        ),
        (
            BuildRecord(
                flags={"TF32": True, "FP16": True},
                tactic_sources=[],
                tactics="fastest",
                optimization_level=0,
                workspace=1024,
                strongly_typed=True,
            ),
            [
                "FP16 on", "TF32 on", "tactic sources none", "tactics by timing", "optimization level 0",
                "workspace 1024 bytes", "strongly typed",
            ],
        ),
        (BuildRecord(flags={}), DEFAULTS),
    ],
)  # fmt: skip
def test_build_options(build, says):
    assert options(build) == says
