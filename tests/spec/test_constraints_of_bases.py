"""A layer tells the constraints of its base classes too: all that it refuses stands in `trtexp layers`."""

import inspect
import re

import pytest

from trtexp.cli.main import main
from trtexp.layers import LAYERS
from trtexp.layers.base import Layer
from trtexp.spec.fields import words


def bases(layer):
    return [cls for cls in layer.__mro__ if issubclass(cls, Layer) and cls is not Layer]


def raised(layer):
    """The labels that the methods of a layer and of its bases give to what they refuse."""
    return {
        label
        for cls in bases(layer)
        for pair in re.findall(r'"(C\d+)"|\[(C\d+)\]', inspect.getsource(cls))
        for label in pair
        if label
    }


def told(layer):
    return [one.partition(":")[0] for one in words(layer).constraints]


@pytest.mark.parametrize("word", LAYERS)
def test_all_that_is_refused_is_told_once_and_by_number(word):
    labels = told(LAYERS[word])
    assert raised(LAYERS[word]) <= set(labels)
    assert labels == sorted(set(labels), key=lambda label: int(label[1:]))


@pytest.mark.parametrize(
    ("word", "base", "labels"),
    [
        ("quantize", "Scaled", {"C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8"}),
        ("deconvolution", "Window", {f"C{n}" for n in range(1, 10)}),
        ("squeeze", "Axes", {"C1", "C2", "C3", "C4", "C5"}),
        ("dynamic_quantize", "_DynamicQuantize", {f"C{n}" for n in range(1, 8)}),
    ],
)
def test_constraints_of_a_base_class_are_those_of_its_layers(word, base, labels):
    (model,) = (cls for cls in bases(LAYERS[word]) if cls.__name__ == base)
    assert set(told(model)) & labels and set(told(LAYERS[word])) == labels


def test_the_nearest_class_has_the_last_word():
    class Near(LAYERS["squeeze"]):  # type: ignore[misc, valid-type]
        """Something. C3: another one."""

    (one,) = (one for one in words(Near).constraints if one.startswith("C3"))
    assert one == "C3: another one."


def test_they_are_printed(capsys):
    assert main(["layers", "dequantize"]) == 0
    said = capsys.readouterr().out
    assert "constraints, refused with these labels unless check: false" in said
    assert re.findall(r"^  (C\d+): ", said, re.MULTILINE) == [f"C{i}" for i in range(1, 9)]
