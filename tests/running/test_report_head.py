"""A file's report: head, build options, the base network as lines of Python."""

import pytest
from conftest import BASE

from trtexp.definition.network import BuildOptions
from trtexp.judging.case import record_case
from trtexp.records.facts import BuildRecord
from trtexp.records.files import to_json
from trtexp.records.model import ReleaseRecord
from trtexp.running.report_head import build, calls, record_report

REFERENCE = ReleaseRecord(name="reference", flavour="reference", version="0", backend="reference")
BUILT = ReleaseRecord(name="tensorrt-rtx-1.7", flavour="tensorrt-rtx", version="1.7", backend="built")


def test_the_network_is_shown_as_the_calls_that_make_it(load):
    text = BASE + "    set: {stride_nd: [2, 1], padding_mode: SAME_UPPER}\n"
    assert calls(load(text).cases[0].definition) == [
        "deconv = network.add_deconvolution_nd(input=x, num_output_maps=1, kernel_shape=(3, 3), kernel=w)",
        "deconv.stride_nd = (2, 1)",
        "deconv.padding_mode = PaddingMode.SAME_UPPER",
    ]


@pytest.mark.parametrize(
    ("options", "kept"),
    [
        (BuildOptions(flags={"TF32": False, "INT8": True}), {"flags": {"INT8": True, "TF32": False}}),
        (BuildOptions(tactic_sources=("CUDNN",)), {"tactic_sources": ["CUDNN"]}),
        (BuildOptions(tactic_sources=None), {"tactic_sources": None}),
        (BuildOptions(tactics="fastest"), {"tactics": "fastest"}),
        (BuildOptions(workspace=0), {"workspace": 0}),
        (BuildOptions(optimization_level=0), {"optimization_level": 0}),
        (BuildOptions(strongly_typed=True), {"strongly_typed": True}),
    ],
)
def test_build_options_are_kept(options, kept):
    assert build(options) == BuildRecord(**({"flags": {}, "tactic_sources": ["internal"]} | kept))


def test_a_report_holds_the_base_and_every_case(load):
    text = BASE.replace("title: t", "title: T\nabout: A\nsource: S") + "cases: {a: {}, b: {about: other}}\n"
    experiment = load(text)
    records = [record_case(case, None) for case in experiment.cases]
    report = record_report(experiment, "experiments/e.yaml", REFERENCE, records)
    assert (report.title, report.about, report.source, report.experiment) == ("T", "A", "S", "experiments/e.yaml")
    assert [case.name for case in report.cases] == ["a", "b"]
    assert set(report.network.inputs) == {"x"}
    assert report.build is None  # nothing is built
    assert record_report(experiment, "e", BUILT, records).build == BuildRecord(
        flags={"TF32": False}, tactic_sources=["internal"]
    )


def test_a_base_that_is_no_network_alone_is_left_out(load):
    text = BASE.replace("    deconvolution_nd", "    # deconvolution_nd").replace("  deconv:", "  deconv: {}")
    text += (
        "cases:\n  c:\n    network:\n      deconv:\n"
        "        deconvolution_nd: {input: x, num_output_maps: 1, kernel_shape: [3, 3], kernel: w}\n"
    )
    experiment = load(text)
    assert experiment.base is None
    assert record_report(experiment, "e", REFERENCE, []).network is None


def test_the_same_run_gives_the_same_bytes(load):
    def bytes_of():
        experiment = load(BASE + "expect: {deconv: {full: 1, from: derived}}\n")
        return to_json(record_report(experiment, "e", REFERENCE, [record_case(c, None) for c in experiment.cases]))

    assert bytes_of() == bytes_of()
