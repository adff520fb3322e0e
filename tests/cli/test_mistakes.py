"""The mistakes of a first hour, through the real command: each is said once, and what is said leads on."""

# ruff: noqa: E501  the table reads best with a mistake a line

import io
import os
import subprocess
import sys

import pytest

from trtexp.cli.main import main

TEXT = """\
title: A try
inputs: {x: {shape: [1, 2, 4, 4], arange: {start: 1}}}
weights: {w: {shape: [2, 2, 3, 3], full: 1}}
network:
  c: {convolution_nd: {input: x, num_output_maps: 2, kernel_shape: [3, 3], kernel: w}}
  y: {softmax: {input: c}}
"""
FORMS = "auto, exact, {ulp: 4, reason: …}, {atol: 1e-5, rtol: 1e-3, reason: …}, {snr_db: 40, reason: …}, {cosine: 0.999, reason: …}, or a list of these"
BELOW_SET = "an attribute, which goes below set: write set: "
A_LAYER = "a layer has a name of its own: write y: {softmax: {input: x}}"

#: (text to replace, replacement; or the text to append; the place and the message)
MISTAKES = {
    # attributes, axes
    "attribute_as_argument": ("kernel: w}", "kernel: w, padding: [1, 1]}", "5:87: c.convolution_nd.padding: " + BELOW_SET + "{padding_nd: [1, 1]} beside convolution_nd"),
    "attribute_beside_the_layer": ("input: c}}", "input: c}, axes: 2}", "6:28: y.axes: " + BELOW_SET + "{axes: 2}"),
    "attribute_of_a_case": ("", "cases: {a: {network: {c: {stride_nd: [2, 2]}}}}", "7:27: c.stride_nd: " + BELOW_SET + "{stride_nd: [2, 2]}"),
    "axis": ("input: c}", "input: c, axis: 1}", "6:27: y.softmax.axis: TensorRT's name is axes, a bit mask: write axes: 2, below set:"),
    "axis_from_the_back": ("input: c}}", "input: c}, set: {axis: -1}}", "6:34: y.set.axis: TensorRT's name is axes, a bit mask: write axes: …; axis 0 is 1, axis 1 is 2, axis 2 is 4, axis 3 is 8"),
    "dim_of_torch": ("softmax: {input: c}", "reduce: {input: c, op: SUM, dim: 1, keepdim: true}", "6:35: y.reduce.dim: TensorRT's name is axes, a bit mask: write axes: 2\n6:43: y.reduce.keepdim: unknown key; did you mean 'keep_dims'?"),
    "axes_as_a_list": ("input: c}}", "input: c}, set: {axes: [1]}}", "6:40: y.set.axes: [1] is a list of axes; axes is a bit mask, write 2"),
    # tolerances
    "tolerance_as_a_number": ("", "tolerance: 1e-3", "7:12: tolerance: 1e-3 given; give " + FORMS),
    "tolerance_as_a_text": ("", "tolerance: '1e-3'", "7:12: tolerance: 1e-3 given; give " + FORMS),
    "tolerance_of_numpy": ("", "tolerance: {relative: 1e-3}", "7:13: tolerance.relative: no tolerance of this name; give " + FORMS),
    "atol_alone": ("", "tolerance: {atol: 1e-3, reason: x}", "7:12: tolerance: atol given; give one of auto, ulp, snr_db, cosine, or atol together with rtol; write 0 for the other"),
    # YAML
    "tab": ("network:\n", "network:\n\t", "5:1: broken YAML: a tab; YAML is indented by spaces, write two for each level"),
    "missing_brace": ("kernel: w}}", "kernel: w", "6:4: broken YAML: the { of line 5 is not closed; write a }, or the comma that is missing"),
    "wrong_indent": ("  y:", "   y:", "6:4: broken YAML: this line is indented unlike those beside it; keys of one mapping start in one column"),
    "colon_in_a_title": ("A try", "Softmax: a try", "1:15: broken YAML: a second ': ' in one line; put a text with a colon in quotes, as in title: 'a: b'"),
    "percent": ("A try", "%5 more", "1:8: broken YAML: a text that begins with % stands in quotes, as in '%…'"),
    "backtick": ("A try", "`softmax`", "1:8: broken YAML: a text that begins with ` stands in quotes, as in '`…'"),
    "star": ("A try", "*bold*", "1:13: broken YAML: a text that begins with * stands in quotes, as in '*…'"),
    "nothing_behind_a_colon": ("{softmax: {input: c}}", "{softmax:}", "6:14: broken YAML: nothing stands behind a colon; write a value, or {} for nothing"),
    # numbers and types
    "nan": ("arange: {start: 1}", "values: nan", "2:43: inputs.x.values: 'nan' is no number; write .nan"),
    "fraction": ("arange: {start: 1}", "values: 1/9", "2:43: inputs.x.values: '1/9' is no number, and nothing is computed; write 0.111111111"),
    "product": ("full: 1", "full: 2**3", "3:42: weights.w.full: '2**3' is not a whole number or a number or true or false; nothing in a file is computed; write the number"),
    "fp16": ("arange: {start: 1}", "full: 1, dtype: fp16", "2:51: inputs.x.dtype: 'fp16' given; write float16"),
    "HALF": ("arange: {start: 1}", "full: 1, dtype: HALF", "2:51: inputs.x.dtype: 'HALF' given; write float16"),
    "float64": ("arange: {start: 1}", "full: 1, dtype: float64", "2:51: inputs.x.dtype: 'float64' given; TensorRT has no float64; write float32"),
    "type_of_numpy_among_members": ("input: c}}", "input: c}, set: {output_type: float16}}", "6:47: y.set.output_type: 'float16' given; write HALF"),
    "shape_of_python": ("[1, 2, 4, 4]", "1x2x4x4", "2:21: inputs.x.shape: '1x2x4x4' is not a list; write [1, 2, 4, 4]"),
    "yes": ("network:", "build: {strongly_typed: yes}\nnetwork:", "4:25: build.strongly_typed: 'yes' is not true or false; write true"),
    "gigabytes": ("", "build: {workspace: 1GB}", "7:20: build.workspace: '1GB' is not a whole number; it is in bytes: write 1073741824"),
    # expectations and cases
    "values_alone": ("", "expect: {y: [[1, 2]]}", "7:13: expect.y: [[1, 2]] is no mapping; write {values: [[1, 2]]}"),
    "no_output_first": ("", "expect: {values: [1, 2]}", "7:10: expect.values: an output comes first: write expect: {y: {values: …}}"),
    "error_as_a_text": ("", "expect: {error: refused}", "7:17: expect.error: 'refused' given; name the phase, define, build or run: write {build: 'refused'}"),
    "unsupported_as_a_flag": ("", "expect: {unsupported: true}", "7:23: expect.unsupported: True is not a text; as in unsupported: PaddingMode.CAFFE_ROUND_UP"),
    "cases_as_a_list": ("", "cases: [{name: a}]", "7:8: cases: give a mapping of names, as in cases: {first: {}, second: {about: …}}"),
    "layer_at_the_top_of_a_case": ("", "cases: {a: {c: {set: {stride_nd: [2, 2]}}}}", "7:13: a: unknown key 'c'; write network: {c: …}"),
    "set_at_the_top_of_a_case": ("", "cases: {a: {set: {axes: 2}}}", "7:13: a: unknown key 'set'; a layer's place is network: {y: {set: …}}"),
    "name_with_a_space": ("", "cases: {my case: {}}", "7:9: cases: 'my case' is no name for a case; use letters, digits and _, as in my_case"),
    "matrix_of_an_input": ("", "matrix: {x.shape: [[1, 2, 4, 4]]}", "7:10: matrix: 'x' is no layer; write inputs.x.shape"),
    "matrix_as_a_list": ("", "matrix: [1, 2]", "7:9: matrix: give a mapping, as in matrix: {y.stride_nd: [[1, 1], [2, 2]]}"),
    "release_as_a_number": ("", "releases: {'8.6': {reason: x}}", "7:12: releases: '8.6' is no requirement; write tensorrt==8.6.*"),
    "release_as_it_is_called": ("", "releases: {tensorrt-rtx-1.7: {reason: x}}", "7:12: releases: 'tensorrt-rtx-1.7' is no requirement; write tensorrt-rtx==1.7.*"),
    "layer_that_is_no_output": ("", "outputs: [c]\nexpect: {y: {shape: [1]}}", "8:10: expect.y: 'y' is not marked as an output; write outputs: [c, y]"),
    # profiles
    "profile_without_declared": ("", "build: {profiles: [{x: {min: [1, 2, 3, 3], opt: [1, 2, 4, 4], max: [1, 2, 8, 8]}}]}", "7:24: build.profiles.0.x: x is built for [1, 2, 4, 4]; write declared: [1, 2, -1, -1] under inputs.x"),
    "outside_every_profile": ("shape: [1, 2, 4, 4]", "shape: [1, 2, 9, 9], declared: [1, 2, -1, -1]", "2:21: inputs.x.shape: [1, 2, 9, 9] lies in no profile; the first takes [1, 2, 3, 3] to [1, 2, 8, 8]"),
    "profile_as_a_mapping": ("", "build: {profiles: {x: {min: [1]}}}", "7:19: build.profiles: {'x': {'min': [1]}} is not a list; as in profiles: [{x: {min: [1, 2, 3, 4], opt: [1, 2, 4, 4], max: [1, 2, 8, 4]}}]"),
    "open_shape": ("shape: [1, 2, 4, 4]", "shape: [-1, 2, 4, 4]", "2:21: inputs.x.shape: [-1, 2, 4, 4] given; dimensions are 0 or more; declared: of an input may have -1"),
    # inputs
    "unknown_key_of_an_input": ("arange: {start: 1}", "arnge: {start: 1}", "2:35: inputs.x.arnge: unknown key; did you mean 'arange'?"),
    "zeros": ("arange: {start: 1}", "zeros: true", "2:35: inputs.x.zeros: unknown key; write full: 0"),
    "data": ("arange: {start: 1}", "data: [1, 2]", "2:35: inputs.x.data: unknown key; write values: […], as nested lists"),
    "arange_as_a_number": ("arange: {start: 1}", "arange: 1", "2:43: inputs.x.arange: 1 is not a mapping; as in arange: {start: 0, step: 0.5}"),
    "no_seed": ("arange: {start: 1}", "random: {normal: [0, 1]}", "2:35: inputs.x.random: seed is missing; write seed: 1, so that every run has the same numbers"),
    "input_named_0": ("x: {shape", "0: {shape", "2:10: inputs.0: 0 is no name; use letters, digits and _, and start with a letter, as in x0"),
    "input_with_a_name": ("{shape: [1, 2, 4, 4]", "{name: x, shape: [1, 2, 4, 4]", "2:14: inputs.x.name: unknown key; the name stands before it, as in x: {…}"),
    # layers
    "layer_without_a_name": ("y: {softmax: {input: c}}", "softmax: {input: x}", "6:3: softmax: " + A_LAYER),
    "layer_as_a_text": ("{softmax: {input: c}}", "softmax", "6:6: y: 'softmax' given; write y: {softmax: {input: x}}"),
    "arguments_as_a_text": ("{input: c}", "c", "6:16: y.softmax: give a mapping of arguments, as in softmax: {input: c}"),
    "layers_as_a_list": ("  y: {softmax: {input: c}}\n", "\nnetwork_: [{softmax: {input: x}}]\n", "7:1: unknown key 'network_'; did you mean 'network'?"),
    "layer_of_torch": ("softmax: {input: c}", "ReLU: {input: c}", "6:7: y.ReLU: no layer 'ReLU'; write activation: {type: RELU}"),
    "argument_of_torch": ("num_output_maps", "out_channels", "5:34: c.convolution_nd.out_channels: unknown key; did you mean 'num_output_maps'?"),
    "plural": ("softmax: {input: c}", "concatenation: {input: [c, c]}", "6:23: y.concatenation.input: unknown key; did you mean 'inputs'?"),
    "member_of_python": ("softmax: {input: c}", "activation: {input: c, type: trt.ActivationType.RELU}", "6:36: y.activation.type: 'trt.ActivationType.RELU' given; write RELU"),
    "one_number_for_all_dimensions": ("kernel_shape: [3, 3]", "kernel_shape: 3", "5:68: c.convolution_nd.kernel_shape: 3 is not a list; write a number for each dimension, as in [3, 3]"),
    "weights_in_place": ("kernel: w", "kernel: [1, 2]", "5:84: c.convolution_nd.kernel: [1, 2] is not a text; give a name; the array itself stands below weights:, as in weights: {w: {shape: [2], values: [1, 2]}}"),
    "weights_as_a_tensor": ("input: c}", "input: w}", "6:24: y.softmax.input: 'w' is a weights array; make a tensor of it: c: {constant: {shape: […], weights: w}}"),
    "tensor_as_weights": ("kernel: w", "kernel: x", "5:84: c.convolution_nd.kernel: 'x' is a tensor; write set_input: {1: x} beside the layer, and give weights of shape [0] here"),
    "kernel_by_an_input": (", kernel: w}", "}, set_input: {1: x}", "5:7: c.convolution_nd: kernel is missing; where an input gives it, give weights of shape [0]"),
    "operands_without_their_form": ("softmax: {input: c}", "matrix_multiply: {input0: c, op0: NONE, input1: c}", "6:7: y.matrix_multiply: op1 is missing; give one of NONE, TRANSPOSE, VECTOR"),
    # the builder
    "flags_as_a_list": ("", "build: {flags: [FP16]}", "7:16: build.flags: ['FP16'] is not a mapping; as in flags: {TF32: true}"),
    "flag_without_flags": ("", "build: {fp16: true}", "7:9: build.fp16: a flag of the builder: write flags: {FP16: true}"),
    "precision": ("", "precision: float16", "7:1: unknown key 'precision'; an input has dtype: float16; of the builder it is build: {flags: {FP16: true}}"),
}  # fmt: skip


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")

    def write(text, name="e.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return name

    return write


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_said_once_and_leads_on(project, capsys, name):
    old, new, wanted = MISTAKES[name]
    text = TEXT.replace(old, new, 1) if old else TEXT + new + "\n"
    if name == "outside_every_profile":
        text += MISTAKES["profile_without_declared"][1] + "\n"
    assert main(["validate", project(text)]) == 2
    *said, _ = capsys.readouterr().err.splitlines()
    if name == "input_named_0":
        said = said[:1]  # the layers that ask for it are told, too
    assert said == [f"e.yaml:{line}" for line in wanted.splitlines()]


def test_a_fault_of_some_cases_names_each(project, capsys):
    cases = "cases:\n  fine: {}\n  first: {weights: {w: {shape: [3]}}}\n  second: {weights: {w: {shape: [3]}}}\n"
    constant = "  y: {constant: {shape: [2], weights: w}}\n"
    text = f"title: t\nweights: {{w: {{shape: [2], full: 1}}}}\nnetwork:\n{constant}{cases}"
    assert main(["validate", project(text)]) == 2
    assert "first (line 7), second (line 8): y.constant.shape: " in capsys.readouterr().err


def test_a_path_of_a_matrix_may_name_what_stands_between(project, capsys):
    matrix = "matrix: {c.set.stride_nd: [[1, 1], [2, 2]], c.convolution_nd.num_output_maps: [2]}\n"
    assert main(["validate", project(TEXT + matrix)]) == 0
    assert "1 file, 2 cases: all well" in capsys.readouterr().out


def test_standard_input_is_an_experiment(project, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    assert main(["run", "-", "--backend", "reference", "--no-reports"]) in (0, 1)
    assert capsys.readouterr().out.splitlines()[1] == ".trtexp/standard_input"


def test_the_folder_of_a_model_is_made(project, capsys):
    assert main(["export", "--onnx", project(TEXT), "-o", "new/folder/model.onnx"]) == 0
    assert capsys.readouterr().out.startswith("new/folder/model.onnx: ")


def test_the_other_suffix_is_taken(project, capsys):
    project(TEXT, "e.yml")
    assert main(["validate", "e.yaml", "e"]) == 0


def test_a_case_that_a_release_lacks_shows_the_entry_to_write(project, tmp_path):
    """On TensorRT-RTX, which has no add_fully_connected."""
    pytest.importorskip("tensorrt_rtx")
    old = "fully_connected: {input: x, num_outputs: 2, kernel: k, bias: b}"
    text = TEXT.replace("convolution_nd: {input: x, num_output_maps: 2, kernel_shape: [3, 3], kernel: w}", old)
    text = text.replace("weights: {", "weights: {k: {shape: [2, 32], full: 1}, b: {shape: [2], full: 0}, ")
    command = [sys.executable, "-m", "trtexp", "run", project(text), "--backend", "build", "--no-reports", "--no-cache"]
    done = subprocess.run(command, cwd=tmp_path, env=os.environ, capture_output=True, text=True, check=False)
    assert "add_fully_connected; write in e.yaml:\n  releases:\n" in done.stdout
    assert '    "tensorrt-rtx":\n      expect: {unsupported: add_fully_connected}\n      reason: ' in done.stdout
