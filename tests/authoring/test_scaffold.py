"""trtexp new and trtexp layers, for every layer of the table."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
import yaml

from trtexp.authoring.scaffold import scaffold, start
from trtexp.cli.main import main
from trtexp.judging.case import record_case
from trtexp.layers import LAYERS
from trtexp.spec import spoken
from trtexp.spec.fields import arguments, attributes, words
from trtexp.spec.load import read
from trtexp.spec.schema import schema
from trtexp.spec.spoken import Meant, meant


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_has_a_scaffold_with_itself_in_it(layer):
    assert any(layer in parts for parts in scaffold(layer)["network"].values())


@pytest.mark.parametrize("layer", LAYERS)
def test_a_start_is_an_experiment_whose_first_case_passes(layer):
    text = start(Meant(layer), "schema.json")
    file = read(Path("start.yaml"), data=text.encode())
    assert [record_case(case, None).status for case in file.check().cases] == ["pass"]
    assert max(map(len, text.splitlines())) <= 120
    assert any(layer in parts for parts in yaml.safe_load(text)["network"].values())


def test_a_start_keeps_the_schema():
    validator = jsonschema.Draft7Validator(schema())
    for layer in LAYERS:
        data = json.loads(json.dumps(yaml.safe_load(start(Meant(layer), "s"))))
        assert not list(validator.iter_errors(data)), layer


def test_a_start_names_what_may_be_set():
    text = start(Meant("softmax"), "s")
    assert text.startswith("# yaml-language-server: $schema=s\ntitle: Softmax\nabout: |\n  exp(x)")
    assert "    softmax: {input: x}\n    set: {axes: 2}\n    # set may assign, too:\n    #   metadata: " in text
    assert "        values: [[0.5, 0.5, 0], [1, 0, 0]]\n        from: derived\n" in text


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("given", "path"),
    [([], "softmax.yaml"), (["deep/a.yaml"], "deep/a.yaml"), (["there"], "there/softmax.yaml")],
)
def test_new_writes_a_file_that_validates_and_never_over_one(project, capsys, given, path):
    (project / "there").mkdir()
    assert main(["new", "softmax", *given]) == 0
    assert capsys.readouterr().out == f"{path} written; next: trtexp run {path}\n"
    assert main(["validate", path]) == 0
    (project / path).write_text("mine", encoding="utf-8")
    assert main(["new", "softmax", *given]) == 2
    assert f"{path}: is there already" in capsys.readouterr().err
    assert (project / path).read_text(encoding="utf-8") == "mine"


def test_new_goes_to_experiments_and_finds_the_schema_of_its_project(project, monkeypatch, capsys):
    (project / "experiments").mkdir()
    assert main(["new", "softmax"]) == 0
    assert "$schema=file:///" in (project / "experiments" / "softmax.yaml").read_text(encoding="utf-8")
    monkeypatch.chdir(Path(__file__).parents[2])
    assert main(["new", "softmax", "-"]) == 0
    assert "$schema=trtexp/schema.json\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "layer", "argument"),
    [
        ("relu", "activation", "type: RELU"),
        ("nn.AvgPool2d", "pooling_nd", "type: AVERAGE"),
        ("ISoftMaxLayer", "softmax", "input: x"),
        ("Sqrt", "unary", "op: SQRT"),
        ("And", "elementwise", "op: SUM"),  # of bool, which the layer's own start has not
    ],
)
def test_new_and_layers_know_names_that_people_bring_along(project, capsys, name, layer, argument):
    assert main(["new", name, "mine.yaml"]) == 0
    assert capsys.readouterr().out.startswith(f"{name} is `{meant(name)}`; mine.yaml written; next: ")
    assert argument in (project / "mine.yaml").read_text(encoding="utf-8")
    assert main(["validate", "mine.yaml"]) == 0
    capsys.readouterr()
    assert main(["layers", name]) == 0
    assert capsys.readouterr().out.startswith(f"{name}: `{meant(name)}`\n\n{layer}: add_")


def test_every_name_that_people_bring_along_starts_an_experiment():
    for found in {str(one): one for one in spoken._BROUGHT.values()}.values():
        file = read(Path("start.yaml"), data=start(found, "s").encode())
        assert [record_case(case, None).status for case in file.check().cases] == ["pass"], found


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["new", "sofmax"], "no layer 'sofmax'; did you mean 'softmax'?"),
        (["layers", "sofmax"], "no layer 'sofmax'; did you mean 'softmax'?"),
        (["new", "softmax", "a.txt"], "a.txt: an experiment is a .yaml file"),
    ],
)
def test_bad_usage_is_one_message(project, capsys, words, what):
    assert main(words) == 2
    said = capsys.readouterr().err
    assert what in said and len(said.splitlines()) == 1
    assert not list(project.iterdir())


def test_layers_lists_every_layer_on_a_line_each(capsys):
    assert main(["layers"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(LAYERS)  # in a pipe nothing is cut, and no line is broken


@pytest.mark.parametrize("layer", LAYERS)
def test_layers_shows_all_of_one(capsys, layer):
    assert main(["layers", layer]) == 0
    said = capsys.readouterr().out
    model = LAYERS[layer]
    assert said.startswith(f"{layer}: {model.method}")
    for field in [*arguments(model), *attributes(model)]:
        assert f"\n  {field.name}: " in said
        assert all(member in said for member in field.members)
    for label in re.findall(r"C\d+(?=: )", model.__doc__):
        assert f"  {label}: " in said


def test_what_a_release_lacks_stands_beside_it(capsys):
    assert main(["layers", "pooling_nd"]) == 0
    said = capsys.readouterr().out
    assert "CAFFE_ROUND_UP (not in 10.16, 11.4, rtx-1.7)" in " ".join(said.split())
    assert main(["layers", "cast"]) == 0
    assert "cast: add_cast, ICastLayer (not in 8.5.3)\n" in capsys.readouterr().out


def test_constraints_are_told_from_the_text():
    about, constraints = words(LAYERS["softmax"])
    assert about.startswith("exp(x)") and "C1" not in about
    assert constraints and all(re.match(r"C\d+: ", one) for one in constraints)
