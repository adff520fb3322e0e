"""How the reference of an output is computed: with the freedoms of a device, in a real world and a typed one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from trtexp.judging.compare import Reading, Typed
from trtexp.numerics import Arithmetic
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.facts import Freedom, Leaving
from trtexp.spec.case import Case

CONVOLUTIONS = ("add_convolution", "add_convolution_nd")  # TensorRT may compute these by a transform


def attempts(case: Case, rules: Sequence[Tolerance]) -> list[tuple[Freedom | None, Arithmetic]]:
    """What the device may do, strictest first, each with the freedom that it grants."""
    auto = next((rule for rule in rules if rule.kind == "auto"), Tolerance())
    plain = partial(Arithmetic, acc=auto.acc, lam=auto.lam, family=case.family)
    tf32 = case.definition.options.flags.get("TF32", False) if auto.tf32 is None else auto.tf32
    local = auto.local is not False
    granted: list[tuple[Freedom | None, Arithmetic]] = [(None, plain(local=local))]
    if tf32:
        granted.append(("tf32", plain(tf32=True, local=local)))
    if auto.local is None and any(layer.method in CONVOLUTIONS for layer in case.layers.values()):
        granted.append(("transform_domain", plain(tf32=tf32, local=False)))
    return granted


def readings(case: Case, name: str, rules: Sequence[Tolerance]) -> Iterator[Reading]:
    """The references of an output, each computed when it is asked for; none where there is none."""
    for freedom, arithmetic in attempts(case, rules):
        reference = case.evaluation(arithmetic).tensors.get(name)
        if reference is not None:
            yield Reading(freedom, reference, partial(_typed, case, name, arithmetic))


def _typed(case: Case, name: str, arithmetic: Arithmetic) -> Typed | None:
    """The reference where tensors in between keep the range of their type; None if none of its own leaves it."""
    found = tuple(Leaving(tensor=tensor, dtype=dtype) for tensor, dtype in case.leaving(name, arithmetic).items())
    reference = case.evaluation(replace(arithmetic, typed=True)).tensors.get(name) if found else None
    return None if reference is None else Typed(reference, found)
