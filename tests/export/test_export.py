"""Cases as ONNX models: checked by onnx, computed by its evaluator, compared with trtexp's own reference."""

import numpy as np
import onnx
import pytest
from conftest import EACH_FILE, EXPERIMENTS
from exporting import exported, fed
from onnx.reference import ReferenceEvaluator

from trtexp.cli.main import main
from trtexp.export import Inexpressible
from trtexp.export.model import EXPORTS
from trtexp.judging.compare import judge
from trtexp.judging.judgement import Reading
from trtexp.layers import LAYERS
from trtexp.numerics import VALUE_DTYPES, encode
from trtexp.numerics.tolerance import Tolerance
from trtexp.spec.load import load

#: file::case -> why the evaluator of the onnx package does not give what ONNX says.
EVALUATOR = {
    "groups::int8_groups_of_3": "it knows no groups of more than one channel where a transposed convolution has them",
    "groups::int8_groups_of_4": "the same",
    "groups::two_channels_three_maps": "the same",
    "half/deconvolution::half_inputs_and_weights": "it sums in half",
    "half/softmax::half_input": "it rounds every step to half",
    "half/output_types::computed": "its LRN sums as many channels as there are samples",
    "int8::maximum": "it pads integers with NaN",
    "layers/cast::beyond_int32": "ONNX leaves it open",
    "layers/cast::special_to_int32": "ONNX leaves it open",
    "layers/gather::mode_as_attribute": "it wants indices as long as the data away from the axis",
    "layers/gather_v2::element": "the same",
    "layers/grid_sample::reflect_align_corners": "it divides by an axis of one element",
    "layers/lrn": "it sums as many channels as there are samples, and knows 4 dimensions only",
    "layers/one_hot::special_values": "it multiplies by 0 where it should choose",
    "layers/pooling::three_dimensions_padded": "it loses its way in three dimensions",
    "layers/pooling::int8_maximum": "it pads integers with NaN",
    "layers/quantize::saturation": "it goes through int32",
    "layers/quantize::infinities": "it goes through int32",
    "layers/rnn_v2": "it knows no Relu in an RNN; ONNX Runtime does",
    "layers/resize::nearest_special_values": "it multiplies by 0 where it should choose",
    "types::half_softmax": "it rounds every step to half",
    "nan/grid_sample": "it converts coordinates to integers, whatever they are",
    "nan/pooling": "padding is NaN for it, and is left out",
    "nan/topk": "NaN is the largest of its numbers; ONNX leaves it open",
}


def disagreements(case):
    """What the evaluator computes otherwise; nothing for a case that ONNX cannot say."""
    if case.evaluation().refusal is not None:
        return
    try:
        made = exported(case)
    except Inexpressible:
        return
    try:
        found = ReferenceEvaluator(made).run(None, fed(case))
    except Exception as error:
        yield f"{type(error).__name__}: {error}"
        return
    for name, values in zip(case.definition.outputs, map(np.asarray, found), strict=True):
        reference = case.evaluation().tensors[name]
        if values.dtype != VALUE_DTYPES[reference.dtype]:
            yield f"{name}: {values.dtype} instead of {reference.dtype}"
        judged = judge(encode(values, reference.dtype), [Reading(None, reference)], None, [Tolerance()])
        if judged.verdict not in ("pass", "wide", "vacuous", "unjudged"):
            yield f"{name}: {judged.verdict} {judged.faults}"


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@EACH_FILE
def test_every_case_that_onnx_can_say_computes_the_same(path):
    name = path.relative_to(EXPERIMENTS).with_suffix("").as_posix()
    if name in EVALUATOR:
        pytest.skip(EVALUATOR[name])
    found = {f"{name}::{case.name}": lines for case in load(path).cases if (lines := [*disagreements(case)])}
    assert found.keys() == {key for key in EVALUATOR if key.startswith(f"{name}::")}, found


def can_be_said(case):
    try:
        return case.evaluation().refusal is None and bool(exported(case))
    except Inexpressible:
        return False


def test_every_layer_that_can_be_said_is_said_by_a_case_of_its_own():
    assert len(EXPORTS) >= 40 and EXPORTS.keys() <= LAYERS.keys()
    files = {word: EXPERIMENTS / "layers" / f"{word}.yaml" for word in EXPORTS}
    unsaid = [word for word, file in files.items() if file.exists() and not any(map(can_be_said, load(file).cases))]
    assert unsaid == []


QUOTIENTS = """\
title: t
inputs: {a: {dtype: int32, values: [-7, 7, -6, -2147483648]}, b: {dtype: int32, values: [2, -2, 3, -1]}}
network: {y: {elementwise: {input1: a, input2: b, op: DIV}}}
cases:
  smallest: {}
  by_zero: {inputs: {b: {values: [0, 1, 1, 1]}}}
  cut_below: {inputs: {b: {values: [2, -2, 3, 7]}}, network: {y: {elementwise: {op: FLOOR_DIV}}}}
"""


def test_quotients_of_integers_are_said_where_onnx_has_a_value_for_them(tmp_path):
    path = tmp_path / "e.yaml"
    path.write_text(QUOTIENTS, encoding="utf-8")
    smallest, by_zero, cut_below = load(path).cases
    for case in (smallest, by_zero):
        with pytest.raises(Inexpressible, match="which ONNX leaves open"):
            exported(case)
    (found,) = ReferenceEvaluator(exported(cut_below)).run(None, fed(cut_below))
    assert found.tolist() == [-4, -4, -2, -306783379]


PAIR = """\
title: t
inputs:
  x: {shape: [1, 2], values: [[1, 2]]}
network:
  y: {unary: {input: x, op: NEG}}
cases:
  as_it_is: {}
  random:
    network: {y: null, z: {fill: {shape: [2], op: RANDOM_UNIFORM}}}
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "e.yaml"
    path.write_text(PAIR, encoding="utf-8")
    return path


def test_the_command_writes_a_model_that_names_what_the_file_names(file, tmp_path, capsys):
    target = tmp_path / "m.onnx"
    assert main(["export", "--onnx", f"{file}::as_it_is", "-o", str(target)]) == 0
    assert "1 node, opset 21" in capsys.readouterr().out
    graph = onnx.load(str(target)).graph
    assert ([i.name for i in graph.input], [o.name for o in graph.output]) == (["x"], ["y"])
    first = target.read_bytes()
    assert main(["export", "--onnx", f"{file}::as_it_is", "-o", str(target)]) == 0
    assert target.read_bytes() == first


@pytest.mark.parametrize(
    ("case", "message"),
    [
        ("::random", "::random: z: fill: random numbers"),
        ("::as_it_was", "no case 'as_it_was'; did you mean 'as_it_is'?"),
        ("", "2 cases; name one as"),
    ],
)
def test_what_cannot_be_written_is_one_message_and_no_file(file, tmp_path, capsys, case, message):
    target = tmp_path / "m.onnx"
    assert main(["export", "--onnx", f"{file}{case}", "-o", str(target)]) == 2
    assert message in " ".join(capsys.readouterr().err.split())
    assert not target.exists()


def test_without_onnx_it_says_what_to_install(file, tmp_path, capsys, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "trtexp.export", None)
    assert main(["export", "--onnx", f"{file}::as_it_is", "-o", str(tmp_path / "m.onnx")]) == 2
    assert "pip install 'trtexp[onnx]'" in capsys.readouterr().err
