"""Every mistake gives `file:line:column: case: path: what was given; what is allowed`, at the right place."""

# ruff: noqa: E501  the table reads best with a mistake a line

import pytest
from conftest import BASE

#: (text to replace, replacement or text to append, the one fault)
MISTAKES = {
    "unknown_key": ("", "intputs: {}\n", "9:1: unknown key 'intputs'; did you mean 'inputs'?"),
    "no_title": ("title: t\n", "", "1:1: title is missing"),
    "title_no_text": ("title: t", "title: 5", "1:8: title: 5 is not a text"),
    "layer": ("deconvolution_nd:", "deconvolutoin_nd:", "8:5: deconv.deconvolutoin_nd: no layer 'deconvolutoin_nd'; did you mean 'deconvolution_nd'?"),
    "argument": ("kernel: w", "kernal: w", "8:76: deconv.deconvolution_nd.kernal: unknown key; did you mean 'kernel'?"),
    "attribute": ("", "    set: {pading_nd: [1, 1]}\n", "9:11: deconv.set.pading_nd: unknown key; did you mean 'padding_nd'?"),
    "member": ("", "    set: {padding_mode: SAME_UPER}\n", "9:25: deconv.set.padding_mode: 'SAME_UPER' given; did you mean 'SAME_UPPER'?"),
    "tensor": ("input: x", "input: xx", "8:31: deconv.deconvolution_nd.input: no tensor 'xx' here; did you mean 'x'?"),
    "weights": ("kernel: w", "kernel: ww", "8:84: deconv.deconvolution_nd.kernel: no weights 'ww'; did you mean 'w'?"),
    "dtype": ("arange: {start: 1}}\nweights", "arange: {start: 1}, dtype: flaot32}\nweights", "3:55: inputs.x.dtype: 'flaot32' given; did you mean 'float32'?"),
    "rank": ("x: {shape: [1, 1, 3, 3]", "x: {shape: [1, 3, 3]", "8:31: deconv.deconvolution_nd.input: [1, 3, 3] has rank 3; a 2-D kernel needs 4 or more [C2]"),
    "values_do_not_fit": ("x: {shape: [1, 1, 3, 3], arange: {start: 1}}", "x: {shape: [1, 1, 3, 3], values: [1, 2]}", "3:36: inputs.x.values: 2 values do not fit the shape [1, 1, 3, 3] of 9"),
    "nested_otherwise": ("x: {shape: [1, 1, 3, 3], arange: {start: 1}}", "x: {shape: [2, 3], values: [[1, 2], [3, 4], [5, 6]]}", "3:30: inputs.x.values: values nested as [3, 2] do not fit the shape [2, 3]"),
    "ragged": ("x: {shape: [1, 1, 3, 3], arange: {start: 1}}", "x: {values: [[1, 2], [3]]}", "3:24: inputs.x.values.1: rows of different shape: [1] beside [2]"),
    "word_among_numbers": ("x: {shape: [1, 1, 3, 3], arange: {start: 1}}", "x: {values: [1, two]}", "3:19: inputs.x.values.1: 'two' is no number"),
    "two_generators": ("arange: {start: 1}}\nweights", "arange: {start: 1}, full: 1}\nweights", "3:36: inputs.x.arange: full and arange given; give exactly one of: "),
    "no_generator": (", arange: {start: 1}}\nweights", "}\nweights", "3:6: inputs.x: no values given; give exactly one of: values, full, "),
    "absurd_size": ("x: {shape: [1, 1, 3, 3]", "x: {shape: [99999, 1, 3000, 3000]", "3:46: inputs.x.arange: 899991000000 elements; a file may have 4194304, or more by --limit elements=N"),
    "absurd_output": ("", "    set: {stride_nd: [1000000000, 1]}\n", "8:5: deconv: 185625000278 products; a file may have 134217728"),
    "negative_shape": ("x: {shape: [1, 1, 3, 3]", "x: {shape: [-1, 1, 3, 3]", "3:14: inputs.x.shape: [-1, 1, 3, 3] given; dimensions are 0 or more"),
    "no_such_output_expected": ("", "expect: {deconw: {full: 1}}\n", "9:10: expect.deconw: no output 'deconw'; did you mean 'deconv'?"),
    "no_such_output_marked": ("", "outputs: [deconv.second]\n", "9:11: outputs.0: no tensor 'deconv.second'; did you mean 'deconv'?"),
    "output_twice": ("", "outputs: [deconv, deconv]\n", "9:19: outputs.1: 'deconv' is given twice"),
    "no_output": ("", "outputs: []\n", "9:10: outputs: no output given; give at least one"),
    "regex": ("", "expect: {error: {build: '('}}\n", "9:25: expect.error.build: '(' is no regular expression of RE2: missing ): ("),
    "regex_of_a_warning": ("", "expect: {warnings: ['a', '[']}\n", "9:26: expect.warnings.1: '[' is no regular expression of RE2: missing ]: ["),
    "phase": ("", "expect: {error: {bulid: x}}\n", "9:18: expect.error.bulid: 'bulid' given; did you mean 'build'?"),
    "two_phases": ("", "expect: {error: {build: a, run: b}}\n", "9:17: expect.error: more than one phase given"),
    "from": ("", "expect: {deconv: {full: 1, from: sorce}}\n", "9:34: expect.deconv.from: 'sorce' given; did you mean 'source'?"),
    "set_is_no_mapping": ("", "    set: 5\n", "9:10: deconv.set: 5 is not a mapping"),
    "number_for_list": ("", "    set: {stride_nd: 2}\n", "9:22: deconv.set.stride_nd: 2 is not a list"),
    "float_for_int": ("", "    set: {stride_nd: [1.5, 1]}\n", "9:23: deconv.set.stride_nd.0: 1.5 is not a whole number"),
    "argument_missing": (", kernel: w", "", "8:5: deconv.deconvolution_nd: kernel is missing"),
    "set_in_the_arguments": ("kernel: w}", "kernel: w, set: {}}", "8:87: deconv.deconvolution_nd.set: set stands beside deconvolution_nd, not in it"),
    "bad_name": ("  deconv:", "  2nd layer:", "7:3: 2nd layer: '2nd layer' is no name; use letters, digits and _, and start with a letter"),
    "reserved_name": ("  deconv:", "  network:", "7:3: 'network' is a reserved word; choose another name"),
    "name_of_an_input": ("  deconv:", "  x:", "7:3: x: 'x' is already an input; give the layer another name"),
    "no_layer": ("network:\n", "network: {}\nabout: |\n", "6:10: no layer given; give at least one"),
    "profile_of_no_input": ("", "build: {profiles: [{y: {min: [1], opt: [1], max: [1]}}]}\n", "9:21: build.profiles.0.y: no input; give one of: x"),
    "build_key": ("", "build: {workspce: 5}\n", "9:9: build.workspce: unknown key; did you mean 'workspace'?"),
    "flag_that_is_code": ("", "build: {flags: {\"TF32) or print('ran') or (0\": true}}\n", "9:17: build.flags.TF32) or print('ran') or (0: \"TF32) or print('ran') or (0\" is no member of an enum; members are written in capitals, as FP16"),
    "flag_that_is_no_member": ("", "build: {flags: {__class__: true}}\n", "9:17: build.flags.__class__: '__class__' is no member of an enum"),
    "tactic_source_that_is_code": ("", "build: {tactic_sources: [internal, 'CUBLAS, 1']}\n", "9:36: build.tactic_sources.1: 'CUBLAS, 1' is no member of an enum"),
    "name_too_long": ("  deconv:", f"  {'d' * 200}:", ": a name of 200 characters; at most 128 are allowed"),
    "case_name_too_long": ("", f"cases: {{{'c' * 200}: {{}}}}\n", "9:9: cases: a name of 200 characters; at most 128 are allowed"),
    "case_name_of_a_matrix_too_long": ("", "matrix: {inputs.x.values: [[" + "123456789, " * 20 + "]]}\n", "matrix: a name of 129 characters; at most 128 are allowed"),
    "missing_that_is_no_name": ("", "expect: {unsupported: 'a\\n::error::x'}\n", "9:23: expect.unsupported: "),
    "negative_workspace": ("", "build: {workspace: -1}\n", "9:20: build.workspace: -1 given; give 0 or more"),
    "requirement": ("", "releases: {tensorflow: {reason: x}}\n", "9:12: releases: 'tensorflow' is no requirement; write one of tensorrt, "),
    "requirement_number": ("", "releases: {8.6: {reason: x}}\n", "a key that is no plain name"),
    "requirement_int": ("", "releases: {8: {reason: x}}\n", "9:12: releases: '8' is no requirement"),
    "bad_version": ("", "releases: {'tensorrt>=x': {reason: x}}\n", "9:12: releases: 'tensorrt>=x' is no requirement"),
    "reason_missing": ("", "releases: {tensorrt: {about: x}}\n", "9:12: releases.tensorrt: reason is missing; say why this release differs"),
    "override_no_mapping": ("", "releases: {tensorrt: 5}\n", "9:22: releases.tensorrt: give a mapping"),
    "releases_no_mapping": ("", "releases: []\n", "9:11: releases: give a mapping"),
    "cases_no_mapping": ("", "cases: [1]\n", "9:8: cases: give a mapping of names, as in cases: {first: {}, second: {about: …}}"),
    "empty_case": ("", "cases: {a: }\n", "9:12: a: nothing given; give {} for the base"),
    "case_key": ("", "cases: {a: {abuot: x}}\n", "9:13: a: unknown key 'abuot'; did you mean 'about'?"),
    "case_title": ("", "cases: {a: {title: x}}\n", "9:13: a: unknown key 'title'; "),
    "case_name": ("", "cases: {'a b': {}}\n", "9:9: cases: 'a b' is no name for a case; use letters, digits and _"),
    "one_name_for_two_cases": ("", "cases: {1: {}, '1': {}}\n", "9:16: cases: a second case of the name '1'; the first is in line 9"),
    "matrix_no_path": ("", "matrix: {deconv: [1]}\n", "9:10: matrix: 'deconv' is no path; write layer.attribute, as in deconv.stride_nd"),
    "matrix_no_list": ("", "matrix: {deconv.stride_nd: 5}\n", "9:28: matrix.deconv.stride_nd: give a list of values"),
    "matrix_of_no_layer": ("", "matrix: {decon.stride_nd: [[1, 1], [2, 2]]}\n", "9:10: matrix: no layer 'decon'; did you mean 'deconv'?"),
    "matrix_of_an_input": ("", "matrix: {x.shape: [[1, 1, 3, 3]]}\n", "9:10: matrix: 'x' is no layer; write inputs.x.shape"),
    "attribute_as_argument": ("kernel: w}", "kernel: w, stride_nd: [1, 1]}", "8:87: deconv.deconvolution_nd.stride_nd: an attribute, which goes below set: write set: {stride_nd: [1, 1]} beside deconvolution_nd"),
    "old_spelling_as_argument": ("kernel: w}", "kernel: w, padding: [1, 1]}", "8:87: deconv.deconvolution_nd.padding: an attribute, which goes below set: write set: {padding_nd: [1, 1]} beside deconvolution_nd"),
    "axis_as_argument": ("", "  s: {softmax: {input: deconv, axis: 1}}\n", "9:32: s.softmax.axis: TensorRT's name is axes, a bit mask: write axes: 2, below set:"),
    "axis_as_attribute": ("", "  s: {softmax: {input: deconv}, set: {axis: 1}}\n", "9:39: s.set.axis: TensorRT's name is axes, a bit mask: write axes: 2"),
    "axes_of_a_reduction": ("", "  s: {reduce: {input: deconv, op: SUM, axes: [2, 3], keep_dims: true}}\n", "9:46: s.reduce.axes: [2, 3] is a list of axes; axes is a bit mask, write 12"),
    "layer_of_onnx": ("deconvolution_nd:", "ConvTranspose:", "8:5: deconv.ConvTranspose: no layer 'ConvTranspose'; write deconvolution_nd"),
    "tab": ("", "build:\n\tflags: {}\n", "10:1: broken YAML: a tab; YAML is indented by spaces, write two for each level"),
    "missing_brace": ("kernel: w}", "kernel: w", "9:1: broken YAML: the { of line 8 is not closed; write a }, or the comma that is missing"),
    "missing_bracket": ("", "outputs: [deconv\n", "10:1: broken YAML: the [ of line 9 is not closed; write a ], or the comma that is missing"),
    "wrong_indent": ("", "build:\n  workspace: 1\n tactics: fastest\n", "11:2: broken YAML: this line is indented unlike those beside it"),
    "colon_in_a_title": ("title: t", "title: Deconvolution: padding", "1:21: broken YAML: a second ': ' in one line; put a text with a colon in quotes"),
    "open_quote": ("title: t", "title: 't", "broken YAML: a quote of line 1 is not closed"),
    "nan_of_python": ("x: {shape: [1, 1, 3, 3], arange: {start: 1}}", "x: {values: [1, nan]}", "3:19: inputs.x.values.1: 'nan' is no number; write .nan"),
    "fraction": ("x: {shape: [1, 1, 3, 3], arange: {start: 1}}", "x: {values: [1, 1/9]}", "3:19: inputs.x.values.1: '1/9' is no number, and nothing is computed; write 0.111111111"),
    "fp16": ("arange: {start: 1}}\nweights", "arange: {start: 1}, dtype: fp16}\nweights", "3:55: inputs.x.dtype: 'fp16' given; write float16"),
    "HALF": ("arange: {start: 1}}\nweights", "arange: {start: 1}, dtype: HALF}\nweights", "3:55: inputs.x.dtype: 'HALF' given; write float16"),
    "float64": ("arange: {start: 1}}\nweights", "arange: {start: 1}, dtype: float64}\nweights", "3:55: inputs.x.dtype: 'float64' given; TensorRT has no float64; write float32"),
    "values_without_a_mapping": ("", "expect: {deconv: [[1, 2]]}\n", "9:18: expect.deconv: [[1, 2]] is no mapping; write {values: [[1, 2]]}"),
    "error_without_a_phase": ("", "expect: {error: refused}\n", "9:17: expect.error: 'refused' given; name the phase, define, build or run: write {build: 'refused'}"),
    "layer_that_is_no_output": ("", "  s: {softmax: {input: deconv}}\nexpect: {deconv: {full: 1}}\n", "10:10: expect.deconv: 'deconv' is not marked as an output; write outputs: [s, deconv]"),
    "kernel_by_an_input": (", kernel: w}", "}\n    set_input: {1: x}", "8:5: deconv.deconvolution_nd: kernel is missing; where an input gives it, give weights of shape [0]"),
    "number_as_tolerance": ("", "tolerance: 1e-3\n", "9:12: tolerance: 1e-3 given; give auto, exact, {ulp: 4, reason: …}, {atol: 1e-5, rtol: 1e-3, reason: …}, "),
    "matrix_twice_the_same": ("", "matrix: {deconv.stride_nd: [[1, 1], [1, 1]]}\n", "9:37: cases: a second case of the name '1x1'"),
    "matrix_bomb": ("", "matrix: {" + ", ".join(f"deconv.a{i}: [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]" for i in range(9)) + "}\n", "9:22: 2001 cases, those before it included; a file may have 2000, or more by --limit cases=N"),
    "input_that_the_layer_lacks": ("", "    set_input: {100000000: x}\n", "9:28: deconv.set_input.100000000: input 100000000 given; add_deconvolution_nd has 3 inputs"),
    "tolerance_word": ("", "tolerance: exactly\n", "9:12: tolerance: 'exactly' given; did you mean 'exact'?"),
    "tolerance_without_reason": ("", "tolerance: {ulp: 4}\n", "9:12: tolerance: ulp without a reason; "),
    "half_a_tolerance": ("", "tolerance: {atol: 1, reason: x}\n", "9:12: tolerance: atol given; give one of auto, ulp, snr_db, cosine, or atol together with rtol"),
    "infinite_tolerance": ("", "tolerance: {ulp: .inf, reason: x}\n", "9:18: tolerance.ulp: inf given; give a finite number"),
    "empty_tolerance": ("", "tolerance: []\n", "9:12: tolerance: an empty list given; give at least one rule"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_said_at_its_place(faults, name):
    old, new, message = MISTAKES[name]
    text = BASE.replace(old, new, 1) if old else BASE + new
    assert text != BASE
    said = faults(text)
    assert said, "nothing was said"
    assert any(f"{line} ".find(message) >= 0 for line in said), said
    if message[0].isdigit():
        assert any(line.startswith(f"e.yaml:{message}") for line in said), said
    for line in said:
        assert line.startswith("e.yaml:")
        assert "pydantic" not in line and "Input should" not in line and "\n" not in line


def test_all_mistakes_of_a_file_come_at_once_in_the_order_of_the_file(faults):
    text = BASE.replace("input: x", "input: y").replace("kernel: w", "kernel: v") + (
        "    set: {stride: 1}\nbuild: {workspce: 1}\ncases:\n  a: {expect: {deconv: {ful: 1}}}\n  b: {abuot: x}\n"
    )
    said = faults(text)
    places = [tuple(int(part) for part in line.split(":")[1:3]) for line in said]
    assert places == sorted(places)
    assert {line for line, _ in places} >= {9, 10, 12, 13}


def test_a_fault_of_the_base_is_said_once_and_without_a_case(faults):
    text = BASE.replace("input: x", "input: y") + "cases: {a: {}, b: {about: other}}\n"
    (said,) = faults(text)
    assert said.startswith("e.yaml:8:31: deconv.deconvolution_nd.input: ")


def test_a_fault_of_one_case_names_the_case(faults):
    text = BASE + "cases:\n  a: {}\n  b: {network: {deconv: {set: {stride_nd: [0, 1]}}}}\n"
    assert faults(text) == ["e.yaml:11:43: b: deconv.set.stride_nd: [0, 1] given; give 2 numbers of at least 1 [C4]"]


def test_a_case_that_merges_into_nonsense_is_said_where_the_nonsense_stands(faults):
    for partial, place in (
        ("{network: {deconv: null}}", "11:18"),
        ("{inputs: {x: null}}", ""),
        ("{inputs: 5}", "11:17"),
        ("{network: {deconv: {convolution_nd: {input: x}}}}", "11:"),
    ):
        (*_, said) = faults(BASE + f"cases:\n  ok: {{}}\n  bad: {partial}\n")
        assert said.startswith(f"e.yaml:{place}") and ": bad: " in said


@pytest.mark.parametrize(
    "requirement",
    ["tensorrt>=99", "tensorrt<8.5.2", "tensorrt==8.6.0", "tensorrt!=8.6", "tensorrt-rtx", "tensorrt>8,<9 | reference"],
)
def test_every_override_is_checked_whatever_the_release_at_hand(faults, requirement):
    bad = f"releases: {{'{requirement}': {{network: {{deconv: {{set: {{strid_nd: [1, 1]}}}}}}, reason: r}}}}\n"
    (said,) = faults(BASE + bad)
    assert "did you mean 'stride_nd'?" in said
    (said,) = faults(BASE + "cases:\n  c:\n    " + bad)
    assert "did you mean 'stride_nd'?" in said


def test_not_utf_8_is_said_with_its_line(faults):
    assert faults(BASE.encode() + b"about: caf\xe9\n") == ["e.yaml:9:1: not UTF-8: invalid continuation byte"]
    assert faults(BASE.encode("utf-16"))[0].startswith("e.yaml:1:1: not UTF-8: ")


def test_control_characters_of_a_file_do_not_reach_the_terminal(faults):
    (said, *_) = faults(BASE + '"\\e[31m\\x07": 1\n')
    assert said.startswith("e.yaml:9:1: ")
    assert all(c.isprintable() for c in said)


def test_a_method_without_arguments_wants_an_empty_mapping(faults):
    for word in ("loop", "if_conditional"):
        said = faults(BASE + f"  other: {{{word}: '1'}}\n")
        assert f"other.{word}: give a mapping of arguments, as in {word}: {{}}" in said[0]
