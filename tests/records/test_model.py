"""Records on disk: read back as they were, the same bytes for the same content."""

import json

import numpy as np
import pytest
from report_samples import SAMPLES

from trtexp.errors import DamagedRecord
from trtexp.numerics import encode
from trtexp.records.model import TensorRecord, array, from_json, load, numbers, tensor_record, to_json


@pytest.mark.parametrize("name", SAMPLES)
def test_a_record_is_read_back_as_it_was(name):
    text = to_json(SAMPLES[name])
    again = from_json(text, "x")
    assert again == SAMPLES[name]
    assert to_json(again) == text
    json.loads(text)


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_numbers_are_the_shortest_that_read_back_to_the_same_bits(dtype):
    tensor = encode(np.random.default_rng(0).standard_normal(200) * 10.0 ** np.arange(-3, 1).repeat(50), dtype)
    record = tensor_record(tensor)
    assert encode(array(record), dtype).same_bits(tensor)
    if dtype == "float32":
        assert all(len(repr(x)) < 16 for x in record.values)


def test_nan_and_infinities_are_words_since_json_has_none():
    record = tensor_record(encode([np.nan, np.inf, -np.inf, -0.0], "float32"))
    assert record.values == ["NaN", "Infinity", "-Infinity", -0.0]
    np.testing.assert_array_equal(array(record), [np.nan, np.inf, -np.inf, 0])
    json.loads(json.dumps(record.values), parse_constant=lambda name: pytest.fail(name))


@pytest.mark.parametrize("shape", [(), (0,), (2, 0), (1, 1), (2, 3)])
def test_values_are_nested_like_the_shape(shape):
    values = numbers(np.ones(shape, np.float32))
    assert np.shape(values) == shape
    assert array(TensorRecord(dtype="float32", shape=list(shape), values=values)).shape == shape


def test_a_large_tensor_keeps_a_digest_in_place_of_its_values():
    record = tensor_record(encode(np.arange(2000.0), "float32"))
    assert record.values is None
    assert record.summary.startswith("2000 elements from 0 to 1999, sha256 ")
    other = tensor_record(encode(np.arange(2000.0)[::-1], "float32"))
    assert other.summary != record.summary


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "damaged record"),
        ("{", "damaged record"),
        ("[]", "damaged record"),
        ("{}", "Field required"),
        ('{"format": 2}', "format"),
    ],
)
def test_a_damaged_record_names_its_file_and_what_to_do(text, message):
    with pytest.raises(DamagedRecord, match=message) as caught:
        from_json(text, "reports/x.json")
    assert str(caught.value).startswith("reports/x.json: damaged record: ")
    assert str(caught.value).endswith("run the experiment again to write it anew")


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
    with pytest.raises(DamagedRecord, match=r"not nested like .* anew: trtexp run experiments/layers/x\.yaml$"):
        load(path, tmp_path)


def test_the_innermost_lists_stand_on_one_line():
    lines = to_json(SAMPLES["padding"]).splitlines()
    assert any(line.strip().startswith("[54021") for line in lines)
