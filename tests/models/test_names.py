"""Names of experiments for what models call their tensors."""

import pytest

from trtexp.models.names import Names, of_tensor
from trtexp.spec.names import good_name


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("x.1", "x_1"),
        ("/conv/Conv_output_0", "conv_Conv_output_0"),
        ("373", "t373"),
        ("(Unnamed Layer* 69) [Constant]", "Constant_69"),
        ("(Unnamed Loop* 0)", "t_0"),
        ("network", "network_"),
        ("error", "error_"),
        ("räum", "r_um"),
        ("", "t"),
        ("???", "t"),
        ("x" * 300, "x" * 120),
    ],
)
def test_a_name_of_a_model_becomes_one_of_an_experiment(given, name):
    assert Names().give(given) == name
    assert good_name(name)


def test_a_name_is_given_once():
    names = Names(["a_b"])
    assert [names.give(text) for text in ("a.b", "a/b", "a_b", "c")] == ["a_b_2", "a_b_3", "a_b_4", "c"]


def test_a_tensor_without_a_name_is_called_after_its_layer():
    assert of_tensor("(Unnamed Layer* 3) [Shuffle]_output", "(Unnamed Layer* 3) [Shuffle]").endswith("[Shuffle]")
    assert of_tensor("y", "node_of_y") == "y"
