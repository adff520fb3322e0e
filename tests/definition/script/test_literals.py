"""Values and arrays as Python expressions: the same bits, by every numpy, and nothing but what can be seen."""

import ast

import numpy as np
import pytest

from trtexp.definition.network import Array
from trtexp.definition.script import literals as literal


def array(values, dtype="float32"):
    values = np.asarray(values, dtype)
    return Array(dtype, values.shape, values.reshape(-1))


@pytest.mark.parametrize(
    ("tensor", "start"),
    [
        (array([[1, 2, 3], [4, 5, 6]]), "np.arange(1, 7).astype(np.float32).reshape(2, 3)"),
        (array([3, 1, -1, -3], "int8"), "np.arange(3, -5, -2).astype(np.int8)"),
        (array(np.full((2, 2), 0.1)), "np.full(4, 0.1, np.float32).reshape(2, 2)"),
        (array([0.1, -0.0, np.inf, -np.inf, np.nan]), "np.array([0.1, -0.0, np.inf, -np.inf, np.nan], np.float32)"),
        (array([[0.1, 1e-7]], "float16"), "np.array([[0.1, 1e-07]], np.float16)"),
        (array(2.5), "np.array(2.5, np.float32)"),
        (array(np.zeros((0, 3))), "np.array([], np.float32).reshape(0, 3)"),
        (array(np.zeros((2**40, 0))), "np.array([], np.float32).reshape(1099511627776, 0)"),
        (array([True, False, True], "bool"), "np.array([True, False, True], np.bool_)"),
        (Array("bfloat16", (2,), np.array([0x3F80, 1], np.uint16)), "np.array([16256, 1], np.uint16)"),
        (Array("int4", (3,), np.array([0x21, 0x3], np.uint8)), "np.array([33, 3], np.uint8)"),
        (Array("float32", (1,), np.array([0x7FC00001], np.uint32).view(np.float32)), "np.frombuffer(base64.b64decode("),
        (array(np.random.default_rng(0).normal(size=(17, 17))), "np.frombuffer(base64.b64decode("),
        (array(np.arange(1000) % 999), "np.frombuffer(base64.b64decode("),
        (array([1, 2**62, 2**63 - 1], "int64"), "np.array([1, 4611686018427387904, 9223372036854775807], np.int64)"),
        (array(np.random.default_rng(0).normal(size=(2, 3, 9))), "np.array([[["),
    ],
)
def test_array_literals_give_the_same_bits(tensor, start):
    text = literal.array(tensor)
    assert text.startswith(start)
    assert max(map(len, text.splitlines())) <= 120
    made = eval(text, {"np": np, "base64": __import__("base64")})  # the text that the test itself made
    assert made.tobytes() == tensor.to_bytes()
    if tensor.dtype != "int4":
        assert made.shape == tensor.shape


def test_scalars():
    assert [literal.scalar(v) for v in ("a\"'", True, None, 1, 0.1, float("-inf"))] == [
        '"a\\"\'"', "True", "None", "1", "0.1", "-np.inf",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (np.float16(-65500), "-65500.0"),  # numpy 2.4: -6.55e+04
        (np.float16(6.104e-05), "6.104e-05"),
        (np.float32(1e10), "10000000000.0"),  # numpy 2.4: 1e+10
        (np.float32(0.1), "0.1"),
        (np.float64(1e17), "1e+17"),
        (np.float32(-0.0), "-0.0"),
        (np.float16("nan"), "np.nan"),
        (np.float32("-inf"), "-np.inf"),
    ],
)
def test_every_numpy_writes_a_number_alike(value, text):
    assert literal.scalar(value) == text


def test_texts_of_any_characters_are_what_they_were():
    text = "".join(map(chr, range(0x300))) + "\u2028\u202e\ud800\U000e0001é"
    assert literal.scalar(text).isprintable()
    assert ast.literal_eval(literal.scalar(text)) == text
