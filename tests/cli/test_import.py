"""trtexp import: the files that it writes, and what is wrong with what it is given, a line each."""

import os
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from conftest import EXPERIMENTS
from one_node import MODELS, F, floats, model, node
from onnx import TensorProto, helper

from trtexp.cli.main import main
from trtexp.definition.facts import LogLine
from trtexp.engine.outcome import Outcome
from trtexp.models.importing import NotImported, imported

RELU = model([node("Relu", "x.1", "/relu")], {"x.1": (F, [2, 3])}, outputs={"/relu": F})


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX is not installed: nothing else builds without a GPU")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(capsys, data, *words, code=0, name="m.onnx"):
    """What the command prints for a model."""
    if data is not None:
        Path(name).write_bytes(data)
    assert main(["import", name, "-o", "out", *words]) == code
    said = capsys.readouterr()
    return said.err if code else said.out


def refused(capsys, data, *words, name="m.onnx"):
    said = run(capsys, data, *words, code=2, name=name)
    assert "Traceback" not in said and not Path("out").exists()
    return said


def test_a_model_becomes_an_experiment_that_runs(capsys):
    said = run(capsys, RELU)
    assert "out/m.yaml: 1 layer\n" in said and "made the same network of the 1 layer that it was read back as" in said
    text = Path("out/m.yaml").read_text()
    assert "origin: x.1" in text and 'origin: {layer: Relu_0, tensor: "/relu", node: Relu_0}' in text
    assert main(["run", "out/m.yaml", "--no-reports"]) == 0
    assert "ahead of time: shapes and types agree" in capsys.readouterr().out


def test_the_same_model_gives_the_same_bytes(capsys):
    run(capsys, MODELS["lstm"])
    before = {path.name: path.read_bytes() for path in Path("out").iterdir()}
    run(capsys, MODELS["lstm"])
    assert {path.name: path.read_bytes() for path in Path("out").iterdir()} == before


def test_values_and_open_shapes_are_kept(capsys):
    np.save("x.npy", floats(2, 3))
    run(capsys, MODELS["open_shape"], "--input", "x=x.npy")
    text = Path("out/m.yaml").read_text()
    assert "declared: [-1, 3]" in text and 'file: "m.npz#inputs.x"' in text
    assert "profiles: [{x: {min: [2, 3], opt: [2, 3], max: [2, 3]}}]" in text
    assert np.array_equal(np.load("out/m.npz")["inputs.x"], floats(2, 3))


def test_a_layer_and_a_range_with_what_they_take(capsys):
    chain = model(
        [node("Relu", "x", "a"), helper.make_node("Neg", ["a"], ["b"], name="n"), node("Add", "b w", "y")],
        {"x": (F, [2])},
        {"w": floats(2)},
    )
    np.save("x.npy", np.array([-1, 5], np.float32))
    assert "1 layer of 4" in run(capsys, chain, "--input", "x=x.npy", "--layer", "n")
    assert np.load("out/m.npz")["inputs.a"].tolist() == [0, 5]
    run(capsys, None, "--input", "x=x.npy", "--layer", "n..y")
    text = Path("out/m.yaml").read_text()
    assert "unary: {input: a, op: NEG}" in text and "constant" in text and "outputs:\n  - y\n" in text
    np.savez("dump.npz", a=np.array([7, 8], np.float32))
    run(capsys, None, "--input", "x=x.npy", "--layer", "n", "--tensors", "dump.npz")
    assert np.load("out/m.npz")["inputs.a"].tolist() == [7, 8]


def test_what_a_program_builds(capsys):
    Path("net.py").write_text(
        "import numpy as np\nimport tensorrt_rtx as trt\n\n"
        "def build(network, config):\n"
        "    x = network.add_input('x', trt.float32, (2,))\n"
        "    y = network.add_activation(x, trt.ActivationType.RELU)\n"
        "    network.mark_output(y.get_output(0))\n\n"
        "def broken(network, config):\n    raise SystemExit(3)\n\n"
        "def nothing(network, config):\n    pass\n"
    )
    assert "1 layer" in run(capsys, None, name="net.py:build")
    assert "activation: {input: x, type: RELU}" in Path("out/net.yaml").read_text()
    shutil.rmtree("out")
    assert "net.py:10: SystemExit: 3" in refused(capsys, None, name="net.py:broken")
    assert "the network has no output; mark one" in refused(capsys, None, name="net.py:nothing")
    assert "net.py has no function gone; write def gone(network, config)" in refused(capsys, None, name="net.py:gone")
    assert "name the function that builds the network, as in net.py:build" in refused(capsys, None, name="net.py")


WORDS = model([node("Identity", "x")], {"x": (TensorProto.STRING, [2])}, outputs={"y": TensorProto.STRING})
FUTURE = model([node("Relu", "x")], {"x": (F, [2])}, opset=999)
TWICE = model([node("Relu", "x", "y"), node("Neg", "x", "y")], {"x": (F, [2])})
TWO_UNKNOWN = model([node("Fancy", "x", "a"), node("Fancier", "a", "y")], {"x": (F, [2])})
OPEN = MODELS["open_shape"]
BAD = {
    "nothing": (b"", [], "m.onnx is no ONNX model"),
    "text": (b"title: t\n", [], "m.onnx is no ONNX model"),
    "cut_short": (RELU[:-20], [], "m.onnx is no ONNX model"),
    "strings": (WORDS, [], "m.onnx: the input 'x' has a type that no input of TensorRT has, as strings are"),
    "open_shape": (OPEN, [], "x is ?x3 in the model: give its dimensions, as in --shape x=1x3"),
    "alien_shape": (OPEN, ["--shape", "z=1x3"], "--shape z=…: no input 'z' in m.onnx; give one of: x"),
    "other_rank": (OPEN, ["--shape", "x=3"], "--shape x=…: [3] given; the model takes [-1, 3], -1 being any"),
    "fixed_dimension": (OPEN, ["--shape", "x=2x4"], "--shape x=…: [2, 4] given; the model takes [-1, 3]"),
    "no_shape": (OPEN, ["--shape", "x=axb"], "--shape x=axb: give NAME=NxNxN, as in --shape x=1x3x224x224"),
    "no_name": (OPEN, ["--input", "x.npy"], "--input x.npy: give NAME=FILE.npy, or NAME=FILE.npz#MEMBER"),
    "no_file": (OPEN, ["--input", "x=gone.npy"], "--input x=gone.npy: no such file"),
    "other_type": (OPEN, ["--input", "x=int.npy"], "--input x=…: the file holds int64; the model takes float32"),
    "no_type": (OPEN, ["--input", "x=double.npy"], "--input x=double.npy: holds float64; give float32, float16"),
    "nan": (OPEN, ["--input", "x=nan.npy"], "--input x=…: 1 of 3 elements are NaN, and so is all that comes of them"),
    "truncated": (OPEN, ["--input", "x=cut.npz#x"], "--input x=cut.npz#x: cannot be read: "),
    "other_member": (OPEN, ["--input", "x=all.npz#z"], "--input x=all.npz#z: the file holds: x; write one of them"),
    "no_layer": (
        RELU,
        ["--layer", "Rely_0"],
        "--layer Rely_0: no layer, tensor or node 'Rely_0'; did you mean 'Relu_0'?",
    ),
    "no_way": (RELU, ["--layer", "Relu_0..Relu_0..x"], "--layer Relu_0..Relu_0..x: no layer, tensor or node 'x'"),
    "alien_tensors": (RELU, ["--layer", "Relu_0", "--tensors", "all.npz"], "--tensors: none of 1 names, x, is one of"),
    "two_tensors_of_a_name": (TWICE, [], "m.onnx: tensorrt-rtx-"),
}


@pytest.mark.parametrize("what", BAD)
def test_what_is_wrong_is_said_in_a_line(capsys, what):
    np.save("int.npy", np.ones((1, 3), np.int64))
    np.save("double.npy", np.ones((1, 3)))
    np.save("nan.npy", np.array([[1, np.nan, 2]], np.float32))
    np.savez("all.npz", x=floats(1, 3))
    Path("cut.npz").write_bytes(Path("all.npz").read_bytes()[:-30])
    data, words, said = BAD[what]
    assert said in refused(capsys, data, *words)


def test_every_fault_of_the_inputs_at_once(capsys):
    two = model([node("Add", "a b")], {"a": (F, ["n", 2]), "b": (F, ["n", 2])})
    said = refused(capsys, two, "--shape", "c=2x2")
    assert [line.partition(" ")[0] for line in said.splitlines()] == ["--shape", "a", "b"]


def test_every_unsupported_node_is_named(capsys):
    said = refused(capsys, TWO_UNKNOWN)
    assert "Fancy Fancy_0: " in said and "Fancier Fancier_0: " in said


def with_data_at(location):
    """A model whose weights are in a file."""
    made = onnx.load_from_string(MODELS["einsum"])
    weights = made.graph.initializer[0]
    Path("w.bin").write_bytes(weights.raw_data)
    weights.ClearField("raw_data")
    weights.data_location = TensorProto.EXTERNAL
    weights.external_data.add(key="location", value=location)
    return made.SerializeToString()


def test_data_beside_the_model_is_taken_in(capsys):
    run(capsys, with_data_at("w.bin"))
    (array,) = (array for name, array in np.load("out/m.npz").items() if array.size == 12)
    assert np.array_equal(array.reshape(4, 3), floats(4, 3))


@pytest.mark.parametrize("location", ["gone.bin", "../w.bin", "/etc/passwd"])
def test_data_that_is_missing_or_outside_is_told(capsys, location):
    assert "m.onnx keeps the data of 'w' in another file; save " in refused(capsys, with_data_at(location))


def test_a_model_of_two_gigabytes_is_not_read(capsys):
    with Path("m.onnx").open("wb") as file:
        os.truncate(file.fileno(), 2**31)
    assert "m.onnx: has 2 GB or more, which no protocol buffer holds" in refused(capsys, None)


def test_no_file_and_a_directory(capsys):
    assert "gone.onnx: no such file" in refused(capsys, None, name="gone.onnx")
    Path("folder").mkdir()
    assert "folder: is no file" in refused(capsys, None, name="folder")


def test_a_worker_that_dies_is_told():
    died = Outcome("crashed", "define", "SIGSEGV", log=(LogLine("ERROR", "the last line"),))
    with pytest.raises(NotImported) as caught:
        imported(died, lambda definitions: [], "m.onnx", "tensorrt-8.6.0")
    assert caught.value.lines() == [
        "m.onnx: the process that has tensorrt-8.6.0 ended while it read this: SIGSEGV:",
        "  the last line",
    ]


def test_a_model_of_the_house(capsys):
    said = refused(capsys, (EXPERIMENTS / "models" / "unknown_operator.onnx").read_bytes())
    assert "Fancy" in said
