"""Real models: every layer comes back the same, and the experiment that is written is the network that was parsed."""

import re

import onnx
import pytest
from fetch import FOLDER, MODELS
from model_runs import read_back, session

from trtexp.cli.main import main
from trtexp.definition.network import BuildOptions
from trtexp.engine.tensorrt_module import load as installed
from trtexp.models.given import given
from trtexp.models.importing import NotImported, imported, renamed
from trtexp.models.proof import differences
from trtexp.models.source import model
from trtexp.models.values import UNBOUND
from trtexp.models.write import build
from trtexp.spec.load import read
from trtexp.spec.models import Build

pytestmark = pytest.mark.models
PARSED = [name for name, model in MODELS.items() if model.layers]


def path_of(name):
    path = FOLDER / f"{name}.onnx"
    if not path.exists():
        pytest.skip(f"{path} is not there; make models fetches it")
    return path


def parsed(name):
    data = path_of(name).read_bytes()
    asked = given(MODELS[name].shapes, [])
    definition, inputs = model(data, f"{name}.onnx", asked, "tensorrt-rtx")
    (outcome,) = read_back([definition])
    return renamed(imported(outcome, read_back, f"{name}.onnx", session().release.name), inputs, asked.values)


@pytest.mark.parametrize("name", PARSED)
def test_every_layer_comes_back_the_same(name):
    made = parsed(name)
    if installed("tensorrt-rtx").release.version == "1.7.1.116":
        assert len(made.network.read.layers) == MODELS[name].layers
    (again,) = read_back([made.network.definition(BuildOptions())])
    left_out = [line for line in differences(made.network, again.network) if "dimensions" not in line]
    assert left_out == []


@pytest.mark.parametrize("name", PARSED)
def test_the_experiment_is_the_network(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shapes = [word for shape in MODELS[name].shapes for word in ("--shape", shape)]
    assert main(["import", str(path_of(name)), "-o", "out", *shapes]) == 0
    assert f"made the same network of the {len(parsed(name).network.layers)} layers" in capsys.readouterr().out
    made = parsed(name)
    options = Build.model_validate(build(made.network, made.inputs)).options()
    (case,) = read(tmp_path / "out" / f"{name}.yaml", limits=UNBOUND).experiment().cases
    assert case.definition.hash == made.network.definition(options).hash


def test_every_node_that_the_parser_refuses_is_named():
    with pytest.raises(NotImported) as caught:
        parsed("common_old")
    head, *lines = caught.value.lines()
    nodes = onnx.load(path_of("common_old"), load_external_data=False).graph.node
    refused = {node.name for node in nodes if node.op_type.startswith("Dynamic") or node.op_type.endswith("Integer")}
    assert len(refused) == len(lines) and re.search(r"refuses it, for 45 reasons:$", head)
    assert all(any(f" {name}: " in line for line in lines) for name in refused)
