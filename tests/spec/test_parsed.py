"""`onnx: model.onnx` in place of a network: what is read of the model, and what is said of mistakes."""

import random

import onnx
import pytest
from onnx import TensorProto, helper

from trtexp.definition.network import NetworkDefinition
from trtexp.definition.steps import Parse
from trtexp.engine.outcome import Outcome
from trtexp.judging.case import record_case
from trtexp.numerics.budget import Budget
from trtexp.records.facts import Ending
from trtexp.report.wording.cases import headline
from trtexp.spec.onnx_model import Form, NoModel, read

OPEN = "title: t\ninputs:\n  x: {shape: [2, 3], arange: {}}\nonnx: m.onnx\n"


def model(inputs=(("x", 1, ["n", 3]),), outputs=(("y", 1, ["n", 3]),), nodes=None, initializers=()):
    infos = [[helper.make_tensor_value_info(*value) for value in values] for values in (inputs, outputs)]
    nodes = [helper.make_node("Relu", ["x"], ["y"])] if nodes is None else nodes
    return helper.make_model(helper.make_graph(nodes, "g", *infos, list(initializers)))


@pytest.fixture
def given(tmp_path):
    """Put a model beside the experiment."""

    def given(made, name="m.onnx"):
        data = made if isinstance(made, bytes) else made.SerializeToString()
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
        return data

    return given


def test_the_model_is_part_of_the_definition(load, given):
    data = given(model())
    (case,) = load(OPEN).cases
    definition = case.definition
    assert definition.steps == (Parse("m.onnx", ("x",), ("y",)),) and definition.models == ("m.onnx",)
    assert definition.weights["m.onnx"].to_bytes() == data
    back = NetworkDefinition.from_json(definition.to_json(), {"m.onnx": data})
    assert (back.hash, back.steps) == (definition.hash, definition.steps)
    given(model(nodes=[helper.make_node("Neg", ["x"], ["y"])]))
    assert load(OPEN).cases[0].definition.hash != definition.hash


def test_there_is_no_reference(load, given):
    given(model())
    record = record_case(load(OPEN + "expect: {y: {full: 1, shape: [2, 3]}}\n").cases[0], None)
    assert (record.status, record.as_expected) == ("unjudged", True)
    assert record.ending == Ending(kind="no_reference")
    (output,) = record.outputs
    assert (output.dtype, output.shape, output.reference) == ("float32", [2, 3], None)
    assert record_case(load(OPEN).cases[0], None).outputs == []
    assert record.parsed == ["m.onnx"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([[0, 1, 2], [3, 4, 5]], "by_expectation"),
        ([[0, 1, 2], [3, 4, 6]], "mismatch"),
    ],
)
def test_what_is_expected_decides(load, given, values, kind):
    given(model())
    (case,) = load(OPEN + f"expect: {{y: {{values: {values}}}}}\n").cases
    ran = Outcome("ran", outputs={"y": case.feeds["x"]}, inferred={"y": ("float32", (2, 3))})
    assert record_case(case, ran).ending.kind == kind
    built = record_case(case, Outcome("built", inferred={"y": ("float32", (2, 3))}))
    assert (built.status, str(headline(built))) == (
        "built",
        "built ahead of time: shapes and types agree; no reference",
    )
    assert not record_case(case, Outcome("built", inferred={"y": ("float32", (2, 4))})).as_expected


def test_a_case_may_have_a_model_and_another_one_layers(load, given):
    given(model())
    given(model(), "below/m.onnx")
    text = OPEN + "cases:\n  a: {}\n  b: {onnx: below/m.onnx}\n"
    text += "  c: {onnx: null, network: {y: {identity: {input: x}}}}\n"
    a, b, c = load(text).cases
    assert [case.definition.models for case in (a, b, c)] == [("m.onnx",), ("below/m.onnx",), ()]
    assert b.differs == ((("onnx",), "below/m.onnx"),)


def test_names_of_the_model_need_not_be_names_of_ours(load, given):
    node = helper.make_node("Relu", ["input.1"], ["/relu:0"])
    given(model([("input.1", 1, [2, 3])], [("/relu:0", 1, [2, 3])], [node]))
    (case,) = load(OPEN.replace("  x:", "  input.1:") + "expect: {'/relu:0': {full: 1}}\n").cases
    assert case.definition.outputs == ("/relu:0",)
    assert case.expected["/relu:0"].made.array.shape == (2, 3)


MISTAKES = {
    "no_such_file": ("m.onnx", "n.onnx", "4:7: onnx: n.onnx is not there"),
    "outside": (
        "m.onnx",
        "../m.onnx",
        "4:7: onnx: ../m.onnx lies outside the project; only files below ",
    ),
    "a_folder": ("m.onnx", ".", "4:7: onnx: '.' is no file"),
    "no_onnx_file": ("m.onnx", "e.yaml", "4:7: onnx: e.yaml is no ONNX model"),
    "no_text": ("m.onnx", "5", "4:7: onnx: 5 is not a text"),
    "network_too": (
        "",
        "network: {y: {identity: {input: x}}}\n",
        "4:1: onnx: onnx and network given; give one of them, ",
    ),
    "no_such_input": ("  x:", "  xx:", "3:3: inputs.xx: no input 'xx' in m.onnx; did you mean 'x'?"),
    "input_missing": ("inputs:\n  x: {shape: [2, 3], arange: {}}\n", "", "2:1: onnx: m.onnx needs the input 'x'"),
    "shape": ("[2, 3]", "[2, 4]", "3:14: inputs.x.shape: [2, 4] given; m.onnx takes [-1, 3]"),
    "declared": ("[2, 3]", "[2, 3], declared: [2, -1]", "3:32: inputs.x.declared: [2, -1] given; m.onnx takes [-1, 3]"),
    "dtype": ("[2, 3]", "[2, 3], dtype: int8", "3:29: inputs.x.dtype: int8 given; m.onnx takes float32"),
    "output": ("", "outputs: [z]\n", "5:11: outputs.0: no tensor 'z'; give one of: y"),
    "an_input_as_output": ("", "outputs: [x]\n", "5:11: outputs.0: no tensor 'x'; give one of: y"),
    "expected": ("", "expect: {z: {full: 1}}\n", "5:10: expect.z: no output 'z'; give one of: y"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake(faults, given, name):
    given(model())
    old, new, message = MISTAKES[name]
    (said,) = faults(OPEN.replace(old, new, 1) if old else OPEN + new)
    assert said.startswith(f"e.yaml:{message}"), said


def test_a_reserved_word_as_an_output(faults, given):
    given(model(outputs=[("log", 1, [2, 3])], nodes=[helper.make_node("Relu", ["x"], ["log"])]))
    (said,) = faults(OPEN)
    assert said == "e.yaml:4:7: onnx: m.onnx has an output 'log', which is a reserved word; rename it in the model"


@pytest.mark.parametrize("where", ["initializer", "constant", "branch"])
def test_data_in_another_file_is_never_read(faults, given, where):
    far = helper.make_tensor("far", TensorProto.FLOAT, [3], bytes(12), raw=True)
    far.ClearField("raw_data")
    far.data_location = TensorProto.EXTERNAL
    far.external_data.add(key="location", value="secret")
    constant = helper.make_node("Constant", [], ["c"], value=far)
    inner = helper.make_graph([constant], "inner", [], [helper.make_tensor_value_info("c", 1, [3])])
    branch = helper.make_node("If", ["x"], ["y"], then_branch=inner, else_branch=inner)
    nodes = {"initializer": None, "constant": [constant], "branch": [branch]}[where]
    given(model(nodes=nodes, initializers=[far] if where == "initializer" else []))
    (said,) = faults(OPEN)
    assert said.endswith("m.onnx keeps the data of 'far' in another file; save the model with its data inside")


def test_what_is_read_of_a_model():
    weight = helper.make_tensor("w", 1, [1], [1.0])
    inputs = [("w", 1, [1]), ("i", TensorProto.INT64, [2, "n"]), ("d", TensorProto.DOUBLE, None), ("s", 8, [])]
    graph = read(model(inputs, [("y", TensorProto.BFLOAT16, [])], initializers=[weight]).SerializeToString(), Budget())
    assert graph.inputs == {
        "i": Form(("int64", "int32"), (2, -1)),
        "d": Form(("float32",), None),
        "s": Form((), ()),
    }
    assert graph.outputs == {"y": Form(("bfloat16",), ())}


def test_what_the_package_reads_is_read_and_nothing_else_raises():
    data, rng = model().SerializeToString(), random.Random(0)
    for _ in range(2000):
        bad = bytearray(data)
        for _ in range(rng.randint(1, 3)):
            bad[rng.randrange(len(bad))] = rng.randrange(256)
        bad = bytes(bad[: rng.randrange(len(bad))] if rng.random() < 0.3 else bad)
        try:
            graph = read(bad, Budget())
        except NoModel:
            continue
        try:
            known = onnx.load_from_string(bad)
        except Exception:  # a fault in a part that is not read here
            continue
        assert list(graph.outputs) == [value.name for value in known.graph.output]


@pytest.mark.parametrize("name", ["a b", "y|", "<y>", "y\n::error::x", "\x1b[2J", "y" * 200])
def test_a_tensor_of_a_model_whose_name_could_be_taken_for_something_else_is_refused(faults, given, name):
    given(model(outputs=((name, 1, [2]),), nodes=[helper.make_node("Relu", ["x"], [name])]))
    (said,) = faults(OPEN)
    assert said.startswith("e.yaml:4:7: onnx: m.onnx has a tensor ")
    assert said.endswith("an input or output has a name of at most 128 letters, digits and . _ / : ; @ # + -")
