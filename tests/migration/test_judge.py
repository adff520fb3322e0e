"""Whether a case says what a release lacks of it, and where in the file that stands."""

import pytest
from conftest import BASE, EACH_FILE

from trtexp.migration.judge import judge, judge_file
from trtexp.migration.releases.api import find, known
from trtexp.spec.load import read
from trtexp.spec.requirement import Target

OLD = BASE + "    set: {stride: [1, 1], padding: [1, 0]}\n"
STRIDE, PADDING = "IDeconvolutionLayer.stride", "IDeconvolutionLayer.padding"


@pytest.fixture
def judged(load):
    """Text and release -> its first case, judged."""

    def judged(text, name="11.4"):
        release = find(name)
        return judge(load(text, Target(release.flavour, release.version)).cases[0], release)

    return judged


def places(case):
    return [(lack.name, lack.mark.line, lack.mark.column) for lack in case.lacks]


def test_a_case_that_needs_nothing(judged):
    case = judged(BASE)
    assert (case.as_expected, case.lacks, case.adapted, case.declared) == (True, (), (), False)


def test_what_is_lacking_and_where(judged):
    case = judged(OLD)
    assert places(case) == [(STRIDE, 9, 11), (PADDING, 9, 27)]
    assert not case.as_expected and case.contradiction is None


def test_the_place_is_where_the_case_says_it(judged):
    text = OLD + "cases:\n  a:\n    network:\n      deconv: {set: {padding: null, stride: [2, 2]}}\n"
    assert places(judged(text)) == [(STRIDE, 13, 37)]


def test_methods_inputs_weights_and_options_have_their_places(judged):
    text = (
        BASE.replace("deconvolution_nd:", "deconvolution:")
        .replace("x: {shape", "x: {dtype: int64, shape")
        .replace("values", "arange")
        + "    check: false\nbuild: {workspace_attribute: max_workspace_size, workspace: 1}\n"
    )
    assert places(judged(text)) == [("add_deconvolution", 8, 5), ("IBuilderConfig.max_workspace_size", 10, 9)]
    assert places(judged(text, "8.6")) == [("DataType.INT64", 3, 7)]


def test_what_is_declared_is_expected(judged):
    case = judged(OLD + f"expect: {{unsupported: {STRIDE}}}\n")
    assert case.declared and case.as_expected


def test_an_override_for_the_release_is_what_counts(judged):
    text = OLD + f"releases:\n  tensorrt>=10: {{expect: {{unsupported: {STRIDE}}}, reason: gone}}\n"
    assert judged(text).declared
    assert judged(text, "8.6").as_expected and not judged(text, "8.6").declared
    text = OLD + "releases:\n  tensorrt>=10: {network: {deconv: {set: null}}, reason: gone}\n"
    assert judged(text).lacks == ()


@pytest.mark.parametrize(
    ("text", "declared", "sentence"),
    [
        (BASE, "add_cast", "declares add_cast as unsupported, and tensorrt-11.4 has all that the case needs"),
        (OLD, PADDING, f"declares {PADDING} as unsupported, and TensorRT meets {STRIDE} first; declare that"),
        (
            OLD,
            "add_cast",
            f"declares add_cast as unsupported, which tensorrt-11.4 has; it lacks {STRIDE}; declare that",
        ),
        (
            OLD,
            "add_pooling",
            "declares add_pooling as unsupported, which tensorrt-11.4 is not asked for; it lacks "
            f"{STRIDE}; declare that",
        ),
    ],
)
def test_contradictions(judged, text, declared, sentence):
    case = judged(text + f"expect: {{unsupported: {declared}}}\n")
    assert case.contradiction == sentence
    assert not case.as_expected and not case.declared


def test_what_a_plugin_library_holds_is_not_told_by_the_api(judged):
    assert judged(BASE + "expect: {unsupported: plugin Odd_TRT 1}\n").as_expected


def test_precision_flags_are_made_up_for_where_the_network_decides(judged):
    text = BASE + "build: {flags: {FP16: true}}\n"
    assert [lack.name for lack in judged(text).adapted] == ["BuilderFlag.FP16"]
    assert judged(text).as_expected and judged(text, "10.16").adapted == ()
    assert not judged(BASE + "build: {flags: {ODD: true}}\n").as_expected


QUANTIZE = """\
title: t
inputs: {x: {shape: [2], full: 1}}
weights: {one: {shape: [], full: 1}}
network:
  s: {constant: {shape: [], weights: one}}
  q: {quantize: {input: x, scale: s}}
"""


def test_the_type_that_quantize_demands_is_made_up_for(judged):
    (lack,) = judged(QUANTIZE).adapted
    assert (lack.name, lack.given, lack.mark.line) == ("add_quantize(output_type)", "DataType.INT8", 6)
    assert judged(QUANTIZE, "10.16").adapted == ()


def test_an_argument_with_the_old_value_is_made_up_for_and_another_is_not(judged):
    text = QUANTIZE.replace("scale: s", "scale: s, output_type: INT8")
    assert judged(text, "8.6").as_expected and judged(text, "8.6").adapted[0].given is None
    text = text.replace("INT8", "FP8").replace("quantize: {", "check: false, quantize: {")
    assert places(judged(text, "8.6")) == [("add_quantize(output_type)", 6, 52)]


def test_a_demanded_argument_that_is_left_out_must_be_an_expected_error(judged):
    text = "title: t\ninputs: {x: {shape: [1, 2], full: 1}}\nnetwork: {y: {squeeze: {input: x}}}\n"
    assert judged(text).as_expected
    (lack,) = judged(text, "10.16").lacks
    assert (lack.name, lack.demanded) == ("add_squeeze(axes)", True)
    assert judged(text + "expect: {error: {define: incompatible}}\n", "10.16").declared


def test_an_attribute_of_a_layer_that_is_refused_before_it_is_set(judged):
    text = QUANTIZE.replace("scale: s}}", "scale: s}, set: {block_shape: [2]}, check: false}")
    assert judged(text + "expect: {error: {define: nbDims}}\n", "8.6").declared
    assert not judged(text + "expect: {error: {build: nbDims}}\n", "8.6").as_expected
    assert not judged(text, "8.6").as_expected


@EACH_FILE
def test_every_experiment_says_what_each_release_lacks(path):
    file = read(path)
    wrong = [
        (release.name, case.case, case.contradiction, [lack.name for lack in case.lacks])
        for release in known()
        for case in judge_file(file, release)
        if not case.as_expected
    ]
    assert wrong == []
