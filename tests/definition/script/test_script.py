import ast
import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from trtexp.cli.main import main
from trtexp.definition.network import Array, BuildOptions, Input, NetworkDefinition, Range
from trtexp.definition.script.program import script
from trtexp.definition.steps import Assign, Call, Member, Ref
from trtexp.engine.session import Session
from trtexp.engine.tensorrt_module import EngineUnavailable

T, W = (lambda name: Ref("tensor", name)), (lambda name: Ref("weights", name))


def array(values, dtype="float32"):
    values = np.asarray(values, dtype)
    return Array(dtype, values.shape, values.reshape(-1))


FEEDS = {"x": array(np.arange(1, 10).reshape(1, 1, 3, 3))}


def deconvolution(*assignments, **options):
    arguments = {"num_output_maps": 1, "kernel_shape": (3, 3), "kernel": W("w"), "bias": W("b")}
    call = Call("network", "add_deconvolution_nd", {"input": T("x")} | arguments, "deconv", ("deconv",))
    return NetworkDefinition(
        (Input("x", "float32", (1, 1, 3, 3)),),
        {"w": array(10.0 ** np.arange(4, -5, -1)), "b": array([0])},
        (call, *(Assign("deconv", name, value) for name, value in assignments)),
        ("deconv",),
        BuildOptions(**options),
    )


def quantized():
    """Quantize, dequantize, weights set by set_input, names that are no identifiers, a loop, two outputs."""
    steps = (
        Call("network", "add_constant", {"shape": (), "weights": W("scale")}, "scale", ("scale",)),
        Call("network", "add_quantize", {"input": T("x"), "scale": T("scale")}, "q", ("q",)),
        Call(
            "network",
            "add_dequantize",
            {"input": T("q"), "scale": T("scale"), "output_type": Member("DataType", "FLOAT")},
            "my layer/1",
            ("my layer/1",),
        ),
        Call("network", "add_loop", {}, "network 2"),
        Call("network", "add_constant", {"shape": (), "weights": W("n")}, "n", ("n",)),
        Call("network 2", "add_trip_limit", {"tensor": T("n"), "kind": Member("TripLimit", "COUNT")}, "limit"),
        Call("network 2", "add_recurrence", {"initial_value": T("my layer/1")}, "for", ("for",)),
        Call("network", "add_unary", {"input": T("for"), "op": Member("UnaryOperation", "NEG")}, "print", ("print",)),
        Call("for", "set_input", {"index": 1, "tensor": T("print")}),
        Call(
            "network 2",
            "add_loop_output",
            {"tensor": T("for"), "kind": Member("LoopOutput", "LAST_VALUE")},
            "last",
            ("last",),
        ),
        Call(
            "network",
            "add_topk",
            {"input": T("last"), "op": Member("TopKOperation", "MAX"), "k": 1, "axes": 8},
            "topk",
            ("topk", "topk.indices"),
        ),
    )
    weights = {"scale": array(np.float32(0.5)), "n": array(3, "int32")}
    return NetworkDefinition(
        (Input("x", "float32", (-1, 1, 3, 3)),),
        weights,
        steps,
        ("topk.indices", "my layer/1"),
        BuildOptions(
            flags={"TF32": False, "INT8": True},
            workspace=1 << 30,
            optimization_level=2,
            profiles=({"x": Range((1, 1, 3, 3), (1, 1, 3, 3), (2, 1, 3, 3))},),
        ),
    )


def test_the_program_records_every_step_option_and_output_in_order():
    definition = deconvolution(
        ("stride_nd", (2, 2)), ("padding_mode", Member("PaddingMode", "SAME_UPPER")), flags={"TF32": False}, workspace=7
    )
    text = script(definition, FEEDS, "Deconvolution · stride\nsecond line")
    compile(text, "script", "exec")
    wanted = [
        "# Deconvolution · stride\n# second line\n",
        "w = np.array([10000.0, 1000.0, 100.0, 10.0, 1.0, 0.1, 0.01, 0.001, 0.0001], np.float32)",
        'x = network.add_input("x", trt.DataType.FLOAT, (1, 1, 3, 3))',
        "deconv = network.add_deconvolution_nd(",
        "kernel=trt.Weights(w)",
        'deconv.get_output(0).name = "deconv"',
        "deconv.stride_nd = (2, 2)\n",
        "deconv.padding_mode = trt.PaddingMode.SAME_UPPER\n",
        "for tensor in [deconv.get_output(0)]:\n",
        "network.mark_output(tensor)\n",
        "config.clear_flag(trt.BuilderFlag.TF32)",
        "config.set_memory_pool_limit(trt.MemoryPoolType.WORKSPACE, 7)",
        '"x": np.arange(1, 10).astype(np.float32).reshape(1, 1, 3, 3),',
        "execute_async_v3",
    ]
    places = [text.index(line) for line in wanted]
    assert places == sorted(places)
    assert "trtexp" not in text and "base64" not in text and len(text.splitlines()) < 180


def test_old_spellings_are_written_as_they_are():
    text = script(deconvolution(workspace=5, workspace_attribute="max_workspace_size"), FEEDS, "t")
    assert "config.max_workspace_size = 5\n" in text


def filled(**given):
    call = Call("network", "add_fill", {"shape": (2,), "op": Member("FillOperation", "LINSPACE"), **given}, "y", ("y",))
    return script(NetworkDefinition((), {}, (call,), ("y",), BuildOptions()), {}, "t")


def test_an_argument_that_came_later_is_passed_where_the_release_knows_it():
    given = filled(output_type=Member("DataType", "FLOAT"))
    assert "**known(network.add_fill, output_type=trt.DataType.FLOAT)" in given
    known = given[given.index("def known") : given.index("network.add_fill")].partition("\n\n")[0]
    room = {}
    exec(known, room)  # the printed function itself

    def old(shape, op):
        """add_fill(self: INetworkDefinition, shape: Dims, op: FillOperation) -> IFillLayer"""

    def new(shape, op):
        """add_fill(self: INetworkDefinition, shape: Dims, op: FillOperation, output_type: DataType) -> IFillLayer"""

    assert room["known"](old, output_type=1) == {}
    assert room["known"](new, output_type=1) == {"output_type": 1}


def test_an_argument_that_an_old_release_could_not_do_without_is_passed_as_it_is():
    other = filled(output_type=Member("DataType", "INT32"))
    assert "output_type=trt.DataType.INT32" in other and "known(" not in other
    assert "known(" not in filled() and "output_type" not in filled()


def places(data, path=()):
    """The path of every text in nested lists and mappings, keys included."""
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        if isinstance(value, str):
            yield (*path, key), None
        if isinstance(key, str) and path and path[-1] in ("flags", "weights"):
            yield (*path, key), key
        yield from places(value, (*path, key))


def planted(data, path, key, text):
    """The same with another text at a path, or as a key."""
    made = json.loads(json.dumps(data))
    inner = made
    for part in path[:-1]:
        inner = inner[part]
    if key is None:
        inner[path[-1]] = text
    else:
        inner[text] = inner.pop(key)
    return made


@pytest.mark.parametrize("text", ["0) or ran() or (0", '"\nran()\n"', "x\nran()", "ran()#", "\x1b[2J\u202eran()"])
def test_no_text_of_a_definition_becomes_code_or_moves_the_cursor(text):
    data, tried, refused = quantized().to_json(), 0, 0
    data["options"]["tactic_sources"] = ["internal", "CUBLAS"]
    bits = {name: array.to_bytes() for name, array in quantized().weights.items()}
    for path, key in places(data):
        try:
            definition = NetworkDefinition.from_json(planted(data, path, key, text), bits | {text: bits["scale"]})
            program = script(definition, FEEDS, text)
        except (ValueError, KeyError):  # no name, no such dtype, no such tensor
            refused += 1
            continue
        tried += 1
        assert program.replace("\n", "").isprintable()
        calls = [node for node in ast.walk(ast.parse(program)) if isinstance(node, ast.Call)]
        assert "ran" not in {node.func.id for node in calls if isinstance(node.func, ast.Name)}
    assert tried > 5 and refused > 30


def run(tmp_path, text, *arguments):
    path = tmp_path / "script.py"
    path.write_text(text, encoding="utf-8")
    return subprocess.run([sys.executable, path, *arguments], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("definition", [deconvolution(), quantized()], ids=["deconvolution", "quantized"])
def test_it_builds_with_rtx(tmp_path, definition):
    pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX is not installed: nothing else builds without a GPU")
    text = script(definition, FEEDS, "t").replace("import tensorrt as trt", "import tensorrt_rtx as trt")
    done = run(tmp_path, text)
    assert done.returncode == 0, done.stderr
    assert "\nbuilt with TensorRT-RTX" in done.stdout and "not run" in done.stdout


def test_a_refused_network_is_not_called_built(tmp_path):
    pytest.importorskip("tensorrt_rtx", reason="TensorRT-RTX is not installed: nothing else builds without a GPU")
    base = deconvolution()
    definition = NetworkDefinition(base.inputs, base.weights | {"w": array([1])}, base.steps, base.outputs)
    done = run(tmp_path, script(definition, FEEDS, "t").replace("import tensorrt as trt", "import tensorrt_rtx as trt"))
    assert done.returncode == 1
    assert "kernel weights has count 1 but 9 was expected" in done.stdout + done.stderr


@pytest.mark.gpu
@pytest.mark.parametrize("definition", [deconvolution(), quantized()], ids=["deconvolution", "quantized"])
def test_it_gives_the_bits_that_a_session_gives(tmp_path, definition):
    try:
        session = Session("tensorrt")
    except EngineUnavailable as error:
        pytest.skip(str(error))
    definition = replace(definition, options=replace(definition.options, optimization_level=None))  # 8.5 has none
    outcome = session.run(definition, FEEDS)
    assert (outcome.status, outcome.message) == ("ran", "")
    done = run(tmp_path, script(definition, FEEDS, "t"), "--save", str(tmp_path / "out.npz"))
    assert done.returncode == 0, done.stderr
    saved = np.load(tmp_path / "out.npz")
    assert set(saved) == set(definition.outputs)
    for name, tensor in outcome.outputs.items():
        assert saved[name].shape == tensor.shape and saved[name].tobytes() == tensor.to_bytes()


def test_a_title_does_not_reach_the_terminal_unescaped(tmp_path, capsys):
    path = tmp_path / "e.yaml"
    title = '"\\e[31mred\\u202e\\n::error::x"'
    path.write_text(
        f"title: {title}\ninputs: {{x: {{shape: [2], full: 1}}}}\nnetwork: {{i: {{identity: {{input: x}}}}}}\n"
    )
    assert main(["script", str(path), "--case", "base"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("# \\x1b[31mred\\u202e\\n::error::x: base\n")
    compile(said, "script", "exec")
