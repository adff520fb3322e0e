"""A name is text that can stand bare in a program, on a page and in a command line."""

import pytest

from trtexp.definition.names import LONGEST, is_member, is_name, is_tensor_of_model

CODE = [
    "",
    "a b",
    "a)",
    "a.b",
    "1a",
    "a\n",
    "a\0",
    "é",
    "ª",
    "a-b",
    "::a",
    "\x1b[0m",
    "a" * (LONGEST + 1),
    None,
    5,
    True,
]


@pytest.mark.parametrize("text", CODE)
def test_what_could_be_code_is_no_name(text):
    assert not is_name(text)
    assert not is_member(text)


def test_names_of_python_are_names():
    assert all(is_name(text) for text in ("a", "_", "A9_b", "a" * LONGEST))


def test_members_are_written_in_capitals():
    assert is_member("FP16") and is_member("CUBLAS_LT")
    assert not is_member("__class__") and not is_member("fp16")


@pytest.mark.parametrize("text", ["/layer1/layer1.0/Conv_output_0", "onnx::MatMul_12", "input.1", "479", "x:0", "a;b"])
def test_the_usual_names_of_a_models_tensors_can_be_used(text):
    assert is_tensor_of_model(text)


@pytest.mark.parametrize("text", ["", "a b", "a\n", "a|b", "<a>", "`a`", '"', "a\x1b", "é", "a" * (LONGEST + 1)])
def test_others_cannot(text):
    assert not is_tensor_of_model(text)
