"""The reference of what was read back is that of the layers that it was made of: nothing that counts was lost."""

from dataclasses import replace

import numpy as np
import pytest
from conftest import FILES
from model_runs import read_back, session
from sampling import sample
from test_proof import UNREADABLE, label

from trtexp.judging.parsed import with_layers
from trtexp.spec.load import read
from trtexp.spec.requirement import Target

#: Where the layers that are read back say less than those that were written, and why.
OTHERWISE = {
    "layers/resize::linear_by_default": "LINEAR is HALF_PIXEL until ASYMMETRIC is assigned, which it tells anyway",
    "layers/resize::fractional_scale": "a decimal such as 1.7 is told as the float32 that it became",
    "half/output_types::computed": "a resize by default, LINEAR, as above",
}


def same(a, b):
    parts = ("ref", "bound", "undetermined")
    return (a.dtype, a.shape) == (b.dtype, b.shape) and all(
        np.array_equal(getattr(a, part), getattr(b, part), equal_nan=True) for part in parts
    )


@pytest.mark.parametrize("path", sample(p for p in FILES if label(p) not in UNREADABLE), ids=label)
def test_the_reference_is_the_same(path):
    release = session().release
    wrong, seen = {}, set()
    for case in read(path).sound(Target(release.flavour, release.version)).cases:
        if case.error or not case.layers or case.definition.hash in seen:
            continue
        seen.add(case.definition.hash)
        (outcome,) = read_back([case.definition])
        own = case.evaluation().tensors
        again = with_layers(replace(case, layers={}), outcome)
        found = again.evaluation().tensors if again.layers else {}
        outputs = [name for name in case.definition.outputs if name in own]
        told = again.layers and not all(name in found and same(own[name], found[name]) for name in outputs)
        if bool(told) != (f"{label(path)}::{case.name}" in OTHERWISE):
            wrong[case.name] = again.evaluation().refusal or "another reference"
    assert wrong == {}
