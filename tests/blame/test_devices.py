"""A model on ONNX Runtime, through TensorRT-RTX's parser; and the command."""

import json

import numpy as np
import pytest
from model_runs import read_back

from trtexp.blame.devices import NoTensors, OnnxRuntime, TensorRT
from trtexp.blame.run import blame
from trtexp.blame.subject import of_import
from trtexp.blame.worlds import worlds
from trtexp.cli.main import main
from trtexp.definition.network import BuildOptions
from trtexp.engine.outcome import Outcome
from trtexp.models.importing import imported, renamed
from trtexp.models.source import Given, model

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")
helper, of_numpy = onnx.helper, onnx.numpy_helper


def net(epsilon=1e-5, weight=0.0):
    rng = np.random.default_rng(7)
    kernel = rng.standard_normal((4, 3, 3, 3)).astype(np.float32)
    kernel[1, 2, 0, 1] += weight
    arrays = {"w": kernel, **{n: rng.uniform(0.5, 2, 4).astype(np.float32) for n in ("g", "b", "m", "v")}}
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["/conv/out"], "/conv", pads=[1, 1, 1, 1]),
        helper.make_node("BatchNormalization", ["/conv/out", "g", "b", "m", "v"], ["bn.0"], epsilon=epsilon),
        helper.make_node("Sigmoid", ["bn.0"], ["s"]),
        helper.make_node("Mul", ["bn.0", "s"], ["y"], "/swish"),
    ]
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", 1, ["n", 3, 8, 8])],
        [helper.make_tensor_value_info("y", 1, ["n", 4, 8, 8])],
        [of_numpy.from_array(array, name) for name, array in arrays.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
    made.ir_version = 8
    return made.SerializeToString()


def subject(data):
    definition, inputs = model(data, "net.onnx", Given({"x": (1, 3, 8, 8)}), "tensorrt-rtx")
    network = imported(read_back([definition])[0], read_back, "net.onnx", "rtx")
    return of_import(renamed(network, inputs, {}), "net.onnx", BuildOptions(), "tensorrt-rtx", None)


def judged(ran, parsed=None, ways=("outputs",), **more):
    net_ = subject(parsed or ran)
    device = OnnxRuntime(ran, net_.network)
    return blame(net_, device, worlds(net_, False), ways, **more).record


@pytest.mark.parametrize("engines", [1, 2])
def test_a_model_on_onnx_runtime_is_clean(engines):
    record = judged(net(), engines=engines)
    assert not record.guilty
    assert [found.model for found in record.looks[0].found] == ["/conv/out", "bn.0", "s", "y"]
    assert {found.verdict for found in record.looks[0].found} <= {"pass", "wide"}


def test_one_other_weight_is_named_with_its_node():
    ((_, found),) = judged(net(weight=0.5), net()).guilty
    assert (found.model, found.node) == ("/conv/out", "/conv")


def test_a_worker_is_asked_for_the_marked_tensors():
    class Worker:
        name, asked = "tensorrt-8.6.0", ()

        def run(self, definition, feeds):
            self.asked = definition.outputs
            return Outcome("error", "build", "out of memory")

    net_, worker = subject(net()), Worker()
    with pytest.raises(NoTensors, match=r"tensorrt-8\.6\.0 gave no tensors: build: out of memory"):
        blame(net_, TensorRT(worker), worlds(net_), ("outputs",))
    assert set(worker.asked) >= {"conv_out", "bn_0", "s", "y"}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.onnx").write_bytes(net())
    return tmp_path


COMMAND = ["blame", "net.onnx", "--shape", "x=1x3x8x8"]


def test_the_command_is_clean_and_then_names_who_is_not(folder, capsys):
    assert main([*COMMAND, "--device", "onnxruntime", "-o", "clean"]) == 0
    assert "nobody is guilty, 4 tensors judged" in capsys.readouterr().out
    assert {path.name for path in (folder / "clean").iterdir()} == {"net.md", "net.json", "net.outputs.svg"}
    net_ = subject(net())
    given = OnnxRuntime(net(weight=0.5), net_.network).tensors(net_, ["conv_out", "bn_0", "s", "y"])
    dump = {net_.names[name]: array.bits.reshape(array.shape) for name, array in given.items()}
    np.savez(folder / "t.npz", x=net_.feeds["x"].bits.reshape(1, 3, 8, 8), **dump)
    assert main([*COMMAND, "--tensors", "t.npz", "-o", "found"]) == 1
    assert "convolution_nd /conv/out of node /conv is guilty" in capsys.readouterr().out
    record = json.loads((folder / "found" / "net.json").read_text())
    assert record["near"][0]["experiment"] == "net.conv_out.yaml"
    assert "net.conv_out.yaml" in (folder / "found" / "net.md").read_text()
    assert main(["run", "found/net.conv_out.yaml", "--backend", "reference", "--no-reports"]) == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["net.onnx", "--ways", "all"], 2, "give some of outputs, sparse, engine"),
        (["net.onnx", "--tensors", "t.npz", "--shape", "x=1x3x8x8"], 2, "the file has no input 'x'"),
        (["none.onnx"], 2, "none.onnx: no such file"),
        (["net.yaml", "--device", "onnxruntime"], 2, "runs models alone"),
        (["net.onnx", "--device", "onnxruntime"], 2, "give its dimensions"),
        (["net.yaml", "--flags", "FP16"], 2, "an experiment says all of that itself"),
    ],
)
def test_mistakes_are_one_message(words, code, said, folder, capsys):
    np.savez(folder / "t.npz", y=np.zeros((1, 4, 8, 8), np.float32))
    assert main(["blame", *words]) == code
    assert said in capsys.readouterr().err
