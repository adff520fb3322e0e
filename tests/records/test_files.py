"""Records on disk: read back as they were, the same bytes for the same content."""

import json
import os

import pytest
from report_samples import SAMPLES

from trtexp.errors import DamagedRecord, OtherFormat
from trtexp.files.opening import NoFile
from trtexp.records.files import from_json, load, to_json


@pytest.mark.parametrize("name", SAMPLES)
def test_a_record_is_read_back_as_it_was(name):
    text = to_json(SAMPLES[name])
    again = from_json(text, "x")
    assert again == SAMPLES[name]
    assert to_json(again) == text
    json.loads(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "damaged record"),
        ("{", "damaged record"),
        ("[]", "damaged record"),
        ("{}", "Field required"),
        ('{"format": 1}', "format"),
        ('{"format": "new", "cases": []}', "format"),
        ("[" * 100_000, "damaged record"),
        ('{"cases": ' * 100_000, "damaged record"),
    ],
)
def test_a_damaged_record_names_its_file_and_what_to_do(text, message):
    with pytest.raises(DamagedRecord, match=message) as caught:
        from_json(text, "reports/x.json")
    assert str(caught.value).startswith("reports/x.json: damaged record: ")
    assert str(caught.value).endswith("run the experiment again to replace it")


def test_an_unknown_key_of_a_record_is_damage(tmp_path):
    data = json.loads(to_json(SAMPLES["padding"])) | {"surprise": 1}
    path = tmp_path / "x.json"
    path.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(DamagedRecord, match="surprise"):
        load(path, tmp_path)


@pytest.mark.parametrize(
    ("shape", "values"), [([2], [1]), ([2], [[1], [2]]), ([], [1]), ([1], 1), ([2, 2], [[1, 2], [3]]), ([1], [None])]
)
def test_values_of_another_shape_are_damage_and_the_experiment_to_run_again_is_named(tmp_path, shape, values):
    record = json.loads(to_json(SAMPLES["padding"]))
    record["network"]["inputs"]["x"] |= {"shape": shape, "values": values}
    path = tmp_path / "tensorrt-8.6.0" / "layers" / "x.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(record), encoding="utf-8")
    with pytest.raises(DamagedRecord, match=r"not nested like .* replace it: trtexp run experiments/layers/x\.yaml$"):
        load(path, tmp_path)


def test_a_record_of_another_release_than_its_folder_is_damage(tmp_path):
    """Pages are named by it, so that it could be a way out of the reports."""
    record = json.loads(to_json(SAMPLES["padding"]))
    record["release"]["name"] = "../../../elsewhere"
    path = tmp_path / "tensorrt-8.6.0" / "x.json"
    path.parent.mkdir()
    path.write_text(json.dumps(record), encoding="utf-8")
    says = r"it is of the release '\.\./\.\./\.\./elsewhere', and lies in the folder of tensorrt-8\.6\.0; delete it$"
    with pytest.raises(DamagedRecord, match=says):
        load(path, tmp_path)


@pytest.mark.parametrize(
    ("target", "says"), [("/dev/zero", "is a link"), ("other.json", "is a link"), (None, "is no file")]
)
def test_a_record_that_is_no_file_is_one_message(tmp_path, target, says):
    path = tmp_path / "tensorrt-8.6.0" / "x.json"
    path.parent.mkdir()
    os.mkfifo(path) if target is None else path.symlink_to(target)
    with pytest.raises(NoFile, match=rf"x\.json: {says}"):
        load(path, tmp_path)


def test_the_innermost_lists_stand_on_one_line():
    lines = to_json(SAMPLES["padding"]).splitlines()
    assert any(line.strip().startswith("[54021") for line in lines)


def test_short_objects_stand_on_one_line():
    lines = to_json(SAMPLES["padding"]).splitlines()
    assert '   "place": {"file": "experiments/sample.yaml", "line": 24, "column": 5},' in lines


@pytest.mark.parametrize(
    ("number", "says"),
    [
        (1, "record format 1, and this trtexp reads 2; upgrade with: python -m trtexp.records.upgrade {folder}"),
        (99, "record format 99, and this trtexp"),
    ],
)
def test_a_record_of_another_format_says_what_to_do_for_the_whole_folder(tmp_path, number, says):
    path = tmp_path / "tensorrt-8.6.0" / "x.json"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps({"format": number, "cases": []}), encoding="utf-8")
    with pytest.raises(OtherFormat) as caught:
        load(path, tmp_path)
    assert str(caught.value).startswith(f"{path}: {says.format(folder=tmp_path)}")
    assert "update trtexp" in str(caught.value) or number < 2
