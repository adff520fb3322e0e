"""Files -> experiments: cases, matrices, releases, and what a definition is made of."""

import pytest
from conftest import BASE

from trtexp.definition.steps import Assign
from trtexp.numerics.origin import Origin
from trtexp.spec.names import good_case
from trtexp.spec.requirement import Target, matches


def strides(experiment):
    """{case: stride_nd}"""
    return {
        c.name: next(
            (s.value for s in c.definition.steps if isinstance(s, Assign) and s.attribute == "stride_nd"), None
        )
        for c in experiment.cases
    }


def test_a_file_without_cases_is_one_case(load):
    (case,) = load(BASE).cases
    assert case.name == "base"
    assert load(BASE).base is not None


def test_a_case_merges_over_the_file_and_null_removes(load):
    text = BASE + (
        "    set: {stride_nd: [2, 2], padding_nd: [1, 1]}\ncases:\n  same: {}\n"
        "  other: {network: {deconv: {set: {stride_nd: [1, 2]}}}}\n"
        "  none: {network: {deconv: {set: {stride_nd: null}}}}\n"
        "  bare: {network: {deconv: {set: null}}}\n"
    )
    experiment = load(text)
    assert strides(experiment) == {"same": (2, 2), "other": (1, 2), "none": None, "bare": None}
    assert [len(c.definition.steps) for c in experiment.cases] == [3, 3, 2, 1]


def test_differs_says_what_a_case_changes(load):
    text = BASE + (
        "cases:\n  c:\n    weights: {w: {arange: null, full: 2.50}}\n    build: {workspace: 0}\n"
        "    network: {deconv: {set: {stride_nd: [1, 2]}, deconvolution_nd: {num_output_maps: 1}}}\n"
    )
    assert load(text).cases[0].differs == (
        (("w",), "arange removed, full 2.50"),
        (("workspace",), "0"),
        (("deconv", "stride_nd"), "[1, 2]"),
        (("deconv", "num_output_maps"), "1"),
    )


def test_a_matrix_of_the_file_makes_a_case_per_combination(load):
    text = BASE + "matrix: {deconv.stride_nd: [[1, 1], [2, 2]], deconv.padding_mode: [SAME_UPPER, SAME_LOWER]}\n"
    assert list(strides(load(text))) == ["1x1-SAME_UPPER", "1x1-SAME_LOWER", "2x2-SAME_UPPER", "2x2-SAME_LOWER"]
    assert strides(load(text))["2x2-SAME_LOWER"] == (2, 2)


def test_a_matrix_of_a_case_and_one_of_the_file_multiply(load):
    text = BASE + (
        "matrix: {deconv.stride_nd: [[1, 1], [2, 2]]}\ncases:\n  a: {}\n"
        "  b: {matrix: {build.workspace: [1024, 2048]}}\n"
    )
    experiment = load(text)
    assert [c.name for c in experiment.cases] == [
        "a-1x1",
        "a-2x2",
        "b-1x1-1024",
        "b-1x1-2048",
        "b-2x2-1024",
        "b-2x2-2048",
    ]
    assert experiment.cases[3].definition.options.workspace == 2048


def test_a_matrix_reaches_constructor_arguments_and_whole_paths(load):
    text = BASE + "    set: {stride_nd: [2, 2]}\nmatrix: {deconv.kernel: [w], network.deconv.set.stride_nd: [[1, 1]]}\n"
    (case,) = load(text).cases
    assert strides(load(text)) == {case.name: (1, 1)}
    assert good_case(case.name)


RELEASES = (
    "releases:\n"
    "  'tensorrt>=10 | tensorrt-rtx': {expect: {unsupported: add_x}, reason: gone}\n"
    "  'tensorrt<8.6': {build: {workspace: 7}, reason: old}\n"
)


@pytest.mark.parametrize(
    ("target", "unsupported", "workspace"),
    [
        (Target("tensorrt", "8.5.3.1"), None, 7),
        (Target("tensorrt", "8.6.0"), None, None),
        (Target("tensorrt", "10.0.1"), "add_x", None),
        (Target("tensorrt-rtx", "1.7.1.116"), "add_x", None),
        (Target("reference"), None, None),
    ],
)
def test_releases_that_meet_a_requirement_get_its_override(load, target, unsupported, workspace):
    for text in (BASE + RELEASES, BASE + "cases:\n  c:\n" + "".join(f"    {line}\n" for line in RELEASES.splitlines())):
        (case,) = load(text, target).cases
        assert case.unsupported == unsupported
        assert case.definition.options.workspace == workspace
        assert case.reason == ("gone" if unsupported else "old" if workspace else None)


def test_the_override_of_a_case_wins_over_that_of_the_file(load):
    text = BASE + (
        "releases: {tensorrt: {build: {workspace: 1}, reason: r}}\n"
        "cases:\n  c:\n    build: {workspace: 2}\n    releases: {tensorrt: {build: {workspace: 3}, reason: r}}\n"
    )
    assert load(text, Target("tensorrt", "9")).cases[0].definition.options.workspace == 3
    assert load(text, Target("reference")).cases[0].definition.options.workspace == 2


@pytest.mark.parametrize(
    ("requirement", "met", "unmet"),
    [
        ("tensorrt", [("tensorrt", "8.6.0"), ("tensorrt", "11.0.0.1")], [("tensorrt-rtx", "1.7"), ("reference", "0")]),
        ("tensorrt-rtx", [("tensorrt-rtx", "1.7.1.116")], [("tensorrt", "10.0")]),
        ("tensorrt>=8.6,<10", [("tensorrt", "8.6.0")], [("tensorrt", "8.5.3.1"), ("tensorrt", "10.0")]),
        ("tensorrt==8.5.*", [("tensorrt", "8.5.3.1")], [("tensorrt", "8.6.0")]),
        ("reference", [("reference", "0")], [("tensorrt", "8.6")]),
        (" tensorrt < 9 | reference ", [("tensorrt", "8.6"), ("reference", "0")], [("tensorrt", "9.0")]),
    ],
)  # fmt: skip
def test_requirements(requirement, met, unmet):
    assert [matches(requirement, Target(*t)) for t in met] == [True] * len(met)
    assert not any(matches(requirement, Target(*t)) for t in unmet)


def test_the_definition_holds_what_the_file_says_and_no_more(load):
    text = BASE + "build: {flags: {INT8: true}, optimization_level: 3}\noutputs: [deconv]\n"
    definition = load(text).cases[0].definition
    assert [(i.name, i.dtype, i.shape) for i in definition.inputs] == [("x", "float32", (1, 1, 3, 3))]
    assert set(definition.weights) == {"w"}
    assert definition.outputs == ("deconv",)
    assert dict(definition.options.flags) == {"TF32": False, "INT8": True}
    assert definition.options.tactic_sources == ("internal",)


def test_weights_that_no_layer_uses_stay_out_of_the_definition(load):
    text = BASE.replace("weights:\n", "weights:\n  spare: {shape: [2], full: 1}\n")
    assert set(load(text).cases[0].definition.weights) == {"w"}


def test_expectations_are_read_whole(load):
    text = BASE + (
        "expect:\n  warnings: [a]\n  log: [b]\n  deconv: {full: 1, from: observed, release: tensorrt-8.6.0, gpu: H100,"
        " note: n, digits: exact, signed_zero: true, tolerance: [auto, {ulp: 3, reason: r}]}\n"
    )
    case = load(text).cases[0]
    expected = case.expected["deconv"]
    assert (case.warnings, case.log) == (("a",), ("b",))
    assert expected.origin == Origin("observed", "tensorrt-8.6.0", "H100")
    assert (expected.note, expected.exact_digits) == ("n", True)
    assert [rule.kind for rule in expected.tolerance] == ["auto", "ulp"]
    assert expected.made.array.shape == (1, 1, 5, 5)


def test_crlf_and_a_byte_order_mark_are_no_trouble(load):
    assert load(("\ufeff" + BASE).replace("\n", "\r\n")).cases[0].definition.hash == load(BASE).cases[0].definition.hash


def test_a_fault_of_some_cases_names_each_with_its_line(faults):
    (fault,) = faults(
        "title: t\n"
        "inputs: {x: {values: [[1, 2]]}}\n"
        "weights: {w: {shape: [2], full: 1}}\n"
        "network:\n"
        "  c: {constant: {shape: [1, 2], weights: w}}\n"
        "  y: {elementwise: {input1: x, input2: c, op: SUM}}\n"
        "cases:\n"
        "  fine: {}\n"
        "  first: {weights: {w: {shape: [3]}}}\n"
        "  second: {weights: {w: {shape: [3]}}}\n"
    )
    assert fault.startswith("e.yaml:5:25: first (line 9), second (line 10): c.constant.shape: ")


@pytest.mark.parametrize(
    ("file", "output", "origin"),
    [
        ("from: derived", "", Origin("derived")),
        ("from: derived", ", from: source", Origin("source")),
        ("from: observed\nrelease: tensorrt-8.6.0", "", Origin("observed", "tensorrt-8.6.0")),
        ("from: observed\nrelease: tensorrt-8.6.0", ", from: derived", Origin("derived")),
        ("release: tensorrt-8.6.0", ", from: observed, gpu: H100", Origin("observed", "tensorrt-8.6.0", "H100")),
        ("release: tensorrt-8.6.0", "", None),
    ],
)
def test_a_file_says_once_where_its_numbers_come_from(load, file, output, origin):
    (case,) = load(f"{BASE}{file}\nexpect: {{deconv: {{full: 1{output}}}}}\n").cases
    assert case.expected["deconv"].origin == origin


def test_a_case_may_say_where_its_numbers_come_from(load):
    cases = "cases: {a: {}, b: {from: source}}\n"
    made = load(f"{BASE}from: derived\nexpect: {{deconv: {{full: 1}}}}\n{cases}").cases
    assert [case.expected["deconv"].origin for case in made] == [Origin("derived"), Origin("source")]
    assert [case.differs for case in made] == [(), ()]
