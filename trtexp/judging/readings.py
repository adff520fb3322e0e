"""How the reference of an output is computed: with the freedoms of a device, in a real world and a typed one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from trtexp.judging.freedoms import SHORT, worlds
from trtexp.judging.judgement import Reading, Typed
from trtexp.numerics import Arithmetic
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.facts import Leaving
from trtexp.spec.case import Case


def readings(case: Case, name: str, rules: Sequence[Tolerance]) -> Iterator[Reading]:
    """The references of an output, each computed when it is asked for; none where there is none."""
    for freedom, arithmetic in worlds(case, rules):
        reference = case.evaluation(arithmetic).tensors.get(name)
        if reference is not None:
            short = bool(arithmetic.by_hand or arithmetic.granted & SHORT)
            yield Reading(freedom, reference, short, partial(_typed, case, name, arithmetic))


def _typed(case: Case, name: str, arithmetic: Arithmetic) -> Typed | None:
    """The reference where tensors in between keep the range of their type; None if none of its own leaves it."""
    found = tuple(Leaving(tensor=tensor, dtype=dtype) for tensor, dtype in case.leaving(name, arithmetic).items())
    reference = case.evaluation(replace(arithmetic, typed=True)).tensors.get(name) if found else None
    return None if reference is None else Typed(reference, found)
