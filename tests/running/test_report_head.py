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


CASES = """\
cases:
  same: {}
  padded: {network: {deconv: {set: {padding_nd: [1, 1]}}}}
  fed: {inputs: {x: {arange: null, full: 2}}}
  weighted: {weights: {w: {arange: null, full: 3}}}
"""


def test_of_a_case_only_what_the_base_has_not_is_kept(load):
    networks = record_report(load(BASE + CASES), "e", REFERENCE, []).networks
    assert list(networks) == ["padded", "fed", "weighted"]
    assert networks["padded"].lines[-1] == "deconv.padding_nd = (1, 1)"
    assert [(list(n.inputs), list(n.weights), len(n.lines)) for n in networks.values()] == [
        ([], [], 2),
        (["x"], [], 0),
        ([], ["w"], 0),
    ]
    assert networks["fed"].inputs["x"].values == [[[[2.0] * 3] * 3]]


def test_without_a_base_every_case_has_its_whole_network(load):
    text = BASE.replace(", kernel: w}", "}") + "cases: {c: {network: {deconv: {deconvolution_nd: {kernel: w}}}}}\n"
    experiment = load(text)
    report = record_report(experiment, "e", REFERENCE, [])
    assert report.network is None
    assert (list(report.networks["c"].inputs), list(report.networks["c"].weights)) == (["x"], ["w"])
    assert len(report.networks["c"].lines) == 1


MANY = """\
title: t
inputs: {x: {shape: [1, 1, 3, 3], arange: {start: 1}}}
network:
  up: {unary: {input: x, op: NEG}}
  best: {topk: {input: up, op: MAX, k: 1, axes: 8}}
  sum: {elementwise: {input1: up, input2: best, op: SUM}}
outputs: [sum, best.indices]
"""


def test_a_network_of_three_layers_is_kept_as_a_graph(load):
    network = record_report(load(MANY), "e", REFERENCE, []).network
    assert network.outputs == ["sum", "best.indices"]
    assert [(one.name, one.method, one.takes, one.makes, one.within) for one in network.layers] == [
        ("up", "unary", ["x"], ["up"], None),
        ("best", "topk", ["up"], ["best", "best.indices"], None),
        ("sum", "elementwise", ["up", "best"], ["sum"], None),
    ]


def test_a_short_network_needs_no_graph(load):
    network = record_report(load(BASE), "e", REFERENCE, []).network
    assert (network.layers, network.outputs) == ([], [])


def test_the_window_of_the_first_case_that_can_be_drawn_is_kept(load):
    refused = "  refused: {expect: {error: {build: x}}}\n"
    large = "  large: {inputs: {x: {shape: [1, 1, 3, 99], arange: {start: 1}}}}\n"
    text = BASE + "cases:\n" + refused + large + "  drawn: {network: {deconv: {set: {stride_nd: [2, 1]}}}}\n"
    window = record_report(load(text), "e", REFERENCE, []).window
    assert (window.case, window.layer, window.kind, window.input, window.kernel) == (
        "drawn",
        "deconv",
        "deconvolution",
        "x",
        "w",
    )
    assert [(axis.size, axis.taps, axis.stride, axis.out) for axis in window.axes] == [(3, 3, 2, 7), (3, 3, 1, 5)]


def test_a_network_without_a_window_has_none(load):
    assert record_report(load(MANY), "e", REFERENCE, []).window is None
