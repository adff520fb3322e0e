"""The JSON Schema: a valid draft-07, no drift, a description on every key, and it refuses what the reader refuses."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml
from conftest import BASE, EACH_FILE

import trtexp
from trtexp.layers import LAYERS
from trtexp.spec.schema import schema, text
from trtexp.spec.tree import parse, plain

VALIDATOR = jsonschema.Draft7Validator(schema())


def valid(yaml_text):
    return VALIDATOR.is_valid(json.loads(json.dumps(plain(parse(yaml_text, "e")))))


def test_it_is_a_draft_07_schema():
    jsonschema.Draft7Validator.check_schema(schema())


def test_the_checked_in_file_is_what_the_models_say():
    assert (Path(trtexp.__file__).parent / "schema.json").read_text(encoding="utf-8") == text()


@EACH_FILE
def test_every_experiment_is_valid(path):
    data = json.loads(json.dumps(plain(parse(path.read_text(encoding="utf-8"), "e"))))
    errors = [f"{'.'.join(map(str, e.absolute_path))}: {e.message}" for e in VALIDATOR.iter_errors(data)]
    assert not errors


def test_every_key_has_a_description():
    definitions = schema()["definitions"]

    def described(value):
        reference = value.get("$ref", "").rpartition("/")[2]
        return value.get("description") or definitions.get(reference, {}).get("description")

    def missing(part, path):
        if isinstance(part, list):
            for i, item in enumerate(part):
                yield from missing(item, (*path, i))
        elif isinstance(part, dict):
            for key, value in part.get("properties", {}).items() if isinstance(part.get("properties"), dict) else ():
                if path[-1:] != ("then",) and not described(value):
                    yield ".".join(map(str, (*path, key)))
            for key, value in part.items():
                yield from missing(value, (*path, key))

    assert list(missing(schema(), ())) == []


def test_every_layer_is_there_with_its_attributes():
    definitions = schema()["definitions"]
    for model in LAYERS.values():
        arguments = set(model.model_fields) - {"set", "set_input", "check", "origin"}
        assert set(definitions[model.__name__]["properties"]) == arguments


TYPOS = {
    "top": BASE + "intputs: {}\n",
    "layer": BASE.replace("deconvolution_nd:", "deconvolutoin_nd:"),
    "argument": BASE.replace("num_output_maps", "num_outputs"),
    "attribute": BASE + "    set: {pading_nd: [1, 1]}\n",
    "attribute_of_another_layer": BASE.replace("deconvolution_nd", "convolution_nd") + "    set: {axis: 1}\n",
    "member": BASE + "    set: {padding_mode: SAME_UPER}\n",
    "dtype": BASE.replace("arange: {start: 1}}\nweights", "arange: {start: 1}, dtype: flaot32}\nweights"),
    "generator": BASE.replace("arange: {start: 1}}\nweights", "arrange: {start: 1}}\nweights"),
    "generator_key": BASE.replace("arange: {start: 1}}\nweights", "arange: {first: 1}}\nweights"),
    "build": BASE + "build: {workspce: 1}\n",
    "phase": BASE + "expect: {error: {bulid: x}}\n",
    "expected": BASE + "expect: {deconv: {vales: [1]}}\n",
    "expected_dtype": BASE + "expect: {deconv: {dtype: flaot32}}\n",
    "from": BASE + "expect: {deconv: {full: 1, from: sorce}}\n",
    "case": BASE + "cases: {a: {abuot: x}}\n",
    "case_title": BASE + "cases: {a: {title: x}}\n",
    "case_attribute": BASE + "cases: {a: {network: {deconv: {set: {pading_nd: [1]}}}}}\n",
    "release_reason": BASE + "releases: {tensorrt: {about: x}}\n",
    "tolerance": BASE + "tolerance: exactly\n",
    "rule": BASE + "tolerance: {upl: 1}\n",
}


@pytest.mark.parametrize("name", TYPOS)
def test_typos_are_refused_by_schema_and_reader_alike(name, faults):
    assert not valid(TYPOS[name])
    assert faults(TYPOS[name])


def test_what_the_reader_takes_the_schema_takes(load):
    for end in (
        "",
        "    set: {stride_nd: [1, 1]}\n    set_input: {2: x}\n    check: false\n",
        "cases: {a: {network: {deconv: {set: {stride_nd: null}}}}, b: {network: {deconv: {check: false}}}}\n",
        "tolerance: [auto, {ulp: 3, reason: r}]\n",
        "build: {flags: {TF32: true}, profiles: [{x: {min: [1, 1, 3, 3], opt: [1, 1, 3, 3], max: [1, 1, 3, 3]}}]}\n",
        "expect: {deconv: {scale: {of: {shape: [25], full: 1}, by: 2}}}\n",
        "matrix: {deconv.stride_nd: [[1, 1], [2, 2]]}\n",
    ):
        assert valid(BASE + end), end
        load(BASE + end)


@EACH_FILE
def test_the_first_line_of_an_experiment_names_the_schema(path):
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=../")
    assert (path.parent / first.partition("=")[2]).resolve() == Path(trtexp.__file__).parent / "schema.json"


@EACH_FILE
def test_other_readers_of_yaml_see_the_same_data(path):
    """Plain data: a second project could replay these files (YAML 1.1 knows `1e4` as a text only)."""
    data = path.read_text(encoding="utf-8")
    assert set(yaml.safe_load(data)) == set(plain(parse(data, "e")))
