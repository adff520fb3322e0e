"""The entry that declares what a release lacks: which releases it is about, and that it makes a case as expected."""

import pytest
from conftest import BASE

from trtexp.migration.entry import entry
from trtexp.records.model import ReleaseRecord
from trtexp.spec.requirement import Target, matches


def lines(release, missing):
    flavour, _, version = release.rpartition("-")
    return entry(ReleaseRecord(name=release, flavour=flavour, version=version, backend="run"), missing)


@pytest.mark.parametrize(
    ("release", "missing", "requirement", "reason"),
    [
        ("tensorrt-8.6.0", "add_attention", "tensorrt<10", "8.6.0 lacks it, 10.16 has it."),
        ("tensorrt-8.5.3.1", "add_cast", "tensorrt<8.6", "8.5.3 lacks it, 8.6.0 has it."),
        ("tensorrt-10.16.1.11", "IAttention.causal_kind", "tensorrt<11", "10.16 lacks it, 11.4 has it."),
        ("tensorrt-10.16.1.11", "IDeconvolutionLayer.stride", "tensorrt>=10", "8.6.0 has it, 10.16 lacks it."),
        ("tensorrt-9.1.0", "IDeconvolutionLayer.stride", "tensorrt>=9", "8.6.0 has it, 9.1.0 lacks it."),
        ("tensorrt-12.0", "add_softmax", "tensorrt>=12", "11.4 has it, 12.0 lacks it."),
        ("tensorrt-8.6.0", "add_softmax", "tensorrt==8.6.0", "8.6.0 lacks it, older and newer ones have it."),
        ("tensorrt-11.4.0.106", "add_roll", "tensorrt", "No known tensorrt has it."),
        ("tensorrt-rtx-1.7.1.116", "plugin Clip_TRT 9", "tensorrt-rtx", "No known tensorrt-rtx has it."),
    ],
)  # fmt: skip
def test_the_entry_names_the_releases_and_says_how_that_is_known(release, missing, requirement, reason):
    assert lines(release, missing) == [
        "releases:",
        f'  "{requirement}":',
        f"    expect: {{unsupported: {missing}}}",
        f"    reason: {reason}",
    ]
    flavour, _, version = release.rpartition("-")
    assert matches(requirement, Target(flavour, version))


def test_the_entry_is_what_the_case_needs(load):
    text = BASE + "\n".join(lines("tensorrt-8.6.0", "add_topk(indices_type)")) + "\n"
    case = load(text, Target("tensorrt", "8.6.0")).cases[0]
    assert case.unsupported == "add_topk(indices_type)"
