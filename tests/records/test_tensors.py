"""Tensors of records: whole and to the bit, or by what is kept of large ones."""

import json

import numpy as np
import pytest

from trtexp.numerics import encode
from trtexp.records.tensors import TensorRecord, array, numbers, short, tensor_record


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
    assert (record.summary.elements, record.summary.smallest, record.summary.largest) == (2000, 0.0, 1999.0)
    other = tensor_record(encode(np.arange(2000.0)[::-1], "float32"))
    assert other.summary != record.summary


@pytest.mark.parametrize(
    ("given", "digits", "kept"),
    [
        (0.123456, 3, 0.123),
        (1234567.0, 3, 1230000.0),
        (999.0, 3, 999.0),
        (np.inf, 3, "Infinity"),
        ([np.nan, 1.0005], 4, ["NaN", 1.0]),
    ],
)
def test_measured_numbers_have_few_digits(given, digits, kept):
    assert short(given, digits) == kept


def test_a_tensor_without_elements_is_not_nested_beyond_all_bounds():
    record = tensor_record(encode(np.zeros((1, 2**31, 5, 0)), "float32"))
    assert (record.values, record.summary, record.shape) == (None, None, [1, 2**31, 5, 0])
    assert tensor_record(encode(np.zeros((4, 0)), "float32")).values == [[], [], [], []]
