"""The reference of the YAML: it names every key, and each of its examples is a valid experiment."""

import numpy as np
import pytest
import yaml
from conftest import EXPERIMENTS

from trtexp.spec.examples import BASE, EXAMPLES
from trtexp.spec.load import read
from trtexp.spec.models import KEYS, ExperimentModel, keys
from trtexp.spec.reference import entries, found, markdown, page
from trtexp.spec.tensors import GENERATORS


def merged(base, over):
    """The one merge rule, on plain data."""
    if not isinstance(over, dict) or not isinstance(base, dict):
        return over
    made = {k: v for k, v in base.items() if not (k in over and over[k] is None)}
    return made | {k: merged(base.get(k), v) for k, v in over.items() if v is not None}


@pytest.mark.parametrize("path", EXAMPLES)
def test_an_example_is_a_valid_experiment(tmp_path, path):
    (tmp_path / "data").mkdir()
    np.savez(tmp_path / "data" / "images.npz", first=np.ones((1, 2, 4, 4), np.float32))
    base, over = yaml.safe_load(BASE), yaml.safe_load(EXAMPLES[path])
    for group, name, usual in (("inputs", "x", "arange"), ("weights", "w", "full")):
        if set(GENERATORS) & (over.get(group) or {}).get(name, {}).keys():
            del base[group][name][usual]  # one generator takes the place of another
    data = merged(base, over)
    file = tmp_path / "e.yaml"
    file.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    assert read(file).check().cases


def test_every_example_has_an_entry_and_every_outer_key_too():
    assert EXAMPLES.keys() <= entries().keys()
    assert set(keys(ExperimentModel)) | set(KEYS) <= entries().keys()
    assert {f"inputs.x.{name}" for name in GENERATORS} <= entries().keys()


def test_every_entry_says_what_it_is():
    for entry in entries().values():
        assert entry.text and entry.kind, entry.path


@pytest.mark.parametrize(
    ("key", "paths"),
    [
        ("tolerance", ["tolerance"]),
        ("inputs.image.declared", ["inputs.x.declared"]),
        ("declared", ["inputs.x.declared"]),
        ("network.conv.set_input", ["network.y.set_input"]),
        ("build.profiles.3.image.opt", ["build.profiles.0.x.opt"]),
        ("start", ["inputs.x.arange.start", "inputs.x.linspace.start"]),
        ("expect.out.tolerance", ["expect.y.tolerance"]),
        ("nonsense", []),
    ],
)
def test_a_key_is_found(key, paths):
    assert [entry.path for entry in found(key)] == paths


def test_the_page_of_experiments_holds_the_reference():
    path = EXPERIMENTS / "README.md"
    text = path.read_text(encoding="utf-8")
    assert page(text) == text, f"write it again: trtexp explain --write {path}"


def test_the_tables_hold_every_key():
    text = markdown()
    for path in entries():
        assert f"| `{path.rpartition('.')[2]}` |" in text
