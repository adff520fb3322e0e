"""What TensorRT-RTX says of every layer's small network with every dtype, beside what trtexp says.

TensorRT-RTX defines each network, and builds what trtexp refuses and what has a type that its compiler often lacks.
"""

import functools
import importlib.util
from pathlib import Path

import pytest
from scaffolds import variants

from trtexp.engine.session import Session
from trtexp.layers import LAYERS
from trtexp.spec.errors import SpecError
from trtexp.spec.load import read
from trtexp.spec.requirement import Target

#: The types that are built although trtexp takes them; the others are only defined.
BUILT = ("float8e8m0", "float4e2m1", "int8", "int64")
NO_FP4 = "this build is for SM 8.9, which has no FP4; RTX says that it is the GPU, not the layer"
NO_KERNEL = "RTX 1.7.1 has no implementation for SM 8.9 of any type: the experiments find it, by release"
IN_A_LOOP = "a tensor within a loop has no single value, so that the types of a network do not know it"
#: (layer, tensors, dtype) -> why the two differ. What is not listed is a fault, and so is what no longer differs.
REVIEWED = {
    ("concatenation", "a+b", "float4e2m1"): NO_FP4,
    ("identity", "x", "float4e2m1"): NO_FP4,
    ("shuffle", "x", "float4e2m1"): NO_FP4,
    ("moe", "chosen", "int64"): NO_KERNEL,
    ("nms", "nine", "int64"): NO_KERNEL,
    ("non_zero", "x", "int64"): NO_KERNEL,
    **{(part, "x+zero", "float8e8m0"): IN_A_LOOP
       for part in ("iterator", "loop", "loop_output", "recurrence", "trip_limit")},
}  # fmt: skip


RTX = Target("tensorrt-rtx", "1.7.1.116")


class Defined(Exception):
    """The network is defined, and that is all that is asked."""


def until_defined(phase):
    if phase == "build":
        raise Defined


class Answers:
    """What TensorRT-RTX says of networks, each asked for once."""

    def __init__(self):
        self.session, self.known = Session("tensorrt-rtx"), {}

    def takes(self, case, build):
        """Whether it takes a network; None if it lacks the layer."""
        key = (case.definition.hash, build)
        if key not in self.known:
            outcome = self.session.run(case.definition, case.feeds, True, None if build else until_defined)
            defined = outcome.message == "internal: Defined: "
            self.known[key] = None if outcome.status == "unsupported" else defined or outcome.status == "built"
        return self.known[key]


@functools.cache
def answers():
    if importlib.util.find_spec("tensorrt_rtx") is None:
        pytest.skip("tensorrt_rtx is not installed: pip install tensorrt-rtx-cu13")
    return Answers()


@pytest.mark.parametrize("layer", LAYERS)
def test_trtexp_refuses_the_types_that_tensorrt_rtx_refuses(layer):
    differ = set()
    for one in variants(layer, RTX):
        ours = not one.case.evaluation().refusals
        theirs = answers().takes(one.case, not ours or one.dtype in BUILT)
        if theirs is not None and ours != theirs:
            differ.add((one.layer, one.tensors, one.dtype))
    assert differ == {entry for entry in REVIEWED if entry[0] == layer}


@pytest.mark.parametrize("layer", LAYERS)
def test_what_is_refused_without_a_check_is_a_fault_with_one(layer):
    for one in variants(layer, RTX):
        if refusals := one.case.evaluation().refusals:
            with pytest.raises(SpecError) as caught:
                read(Path("scaffold.yaml"), data=one.text.replace("check: false", "check: true").encode()).experiment(
                    RTX
                )
            assert str(refusals[0]) in {fault.message for fault in caught.value.faults}
            break
