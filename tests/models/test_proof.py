"""Every network of the house goes to TensorRT and back, and what comes back makes the same network."""

from dataclasses import replace

import pytest
from conftest import EXPERIMENTS, FILES
from model_runs import imported, proved, read_back, session
from sampling import sample

from trtexp.definition.readback import ReadTensor
from trtexp.definition.steps import Ref
from trtexp.layers.reading import Unread
from trtexp.models.proof import differences
from trtexp.spec.load import read
from trtexp.spec.requirement import Target

#: TensorRT tells nothing of what these layers were given.
UNREADABLE = {"layers/dist_collective"}


def definitions(path):
    release = session().release
    cases = read(path).sound(Target(release.flavour, release.version)).cases
    return {case.name: case.definition for case in cases}


def label(path):
    return path.relative_to(EXPERIMENTS).with_suffix("").as_posix()


@pytest.mark.parametrize("path", sample(p for p in FILES if label(p) not in UNREADABLE), ids=label)
def test_there_and_back(path):
    wrong, seen = {}, set()
    for name, definition in definitions(path).items():
        network = None if definition.hash in seen else imported(definition)
        seen.add(definition.hash)
        if network is not None and (differs := proved(network, definition.options)):
            wrong[name] = differs
    assert wrong == {}


@pytest.mark.parametrize("label", sorted(UNREADABLE))
def test_what_cannot_be_read_back_is_said(label):
    for definition in definitions(EXPERIMENTS / f"{label}.yaml").values():
        with pytest.raises(Unread, match="y: dist_collective_op of a layer of the kind DIST_COLLECTIVE cannot be read"):
            imported(definition)
        return


def with_layer(read, **changes):
    """The same with other values of its last layer."""
    return replace(read, layers=(*read.layers[:-1], replace(read.layers[-1], **changes)))


CHANGES = {
    "an attribute": lambda read: with_layer(read, attributes={**read.layers[-1].attributes, "num_groups": 2}),
    "weights": lambda read: with_layer(read, attributes={**read.layers[-1].attributes, "kernel": Ref("weights", "0")}),
    "an attribute less": lambda read: with_layer(read, attributes={}),
    "the kind": lambda read: with_layer(read, kind="CONVOLUTION"),
    "an input": lambda read: with_layer(read, inputs=("other",)),
    "a type": lambda read: with_layer(read, outputs=(replace(read.layers[-1].outputs[0], dtype="float16"),)),
    "a shape": lambda read: with_layer(read, outputs=(replace(read.layers[-1].outputs[0], shape=(1,)),)),
    "a layer less": lambda read: replace(read, layers=()),
    "a layer more": lambda read: replace(read, layers=(*read.layers, replace(read.layers[-1], name="more"))),
    "the outputs": lambda read: replace(read, outputs=()),
    "the inputs": lambda read: replace(read, inputs=()),
    "a dimension's name": lambda read: replace(read, inputs=(replace(read.inputs[0], dimensions=("n",)),)),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_difference_is_told(what):
    _, definition = definitions(EXPERIMENTS / "initial.yaml").popitem()
    network = imported(definition)
    (again,) = read_back([network.definition(definition.options)])
    other = ReadTensor("other", "float32", (1, 1, 3, 3))
    changed = CHANGES[what](again.network)
    changed.__dict__["tensors"] = {"other": other, **again.network.tensors}
    assert list(differences(network, again.network)) == []
    assert len(list(differences(network, changed))) >= 1
