"""The freedoms that a case may be computed with: what its release, its flags and its types allow, strictest first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trtexp.numerics import UNIT, Arithmetic, Freedom
from trtexp.numerics.tolerance import Tolerance
from trtexp.spec.case import Case

#: What TensorRT may compute by a transform.
CONVOLUTIONS = ("add_convolution", "add_convolution_nd")
#: Accumulators that hold less than float32.
SHORT: frozenset[Freedom] = frozenset({"half_accumulator", "fp8_accumulator"})
#: Those that a tolerance may name.
ACCUMULATORS: dict[str, Freedom | None] = {"fp32": None, "fp16": "half_accumulator", "fp8acc": "fp8_accumulator"}


def worlds(case: Case, rules: Sequence[Tolerance]) -> list[tuple[Freedom | None, Arithmetic]]:
    """The arithmetic to judge by, and what it grants beyond the one before.

    An accumulator that a rule names is granted from the first.
    """
    auto = next((rule for rule in rules if rule.kind == "auto"), Tolerance())
    world = Arithmetic(family=case.family, gpu=case.gpu, by_hand=ACCUMULATORS[auto.acc], lam=auto.lam)
    if auto.local is False:
        world = world.with_granted("transform_domain")
    made: list[tuple[Freedom | None, Arithmetic]] = [(None, world)]
    for freedom in _shared(case, auto):
        world = world.with_granted(freedom)
        made.append((freedom, world))
    made += [(freedom, world.with_granted(freedom)) for freedom in _short(case, world)]
    if auto.local is None and any(layer.method in CONVOLUTIONS for layer in case.layers.values()):
        made.append(("transform_domain", world.with_granted("transform_domain")))
    return made


def _shared(case: Case, auto: Tolerance) -> Iterator[Freedom]:
    """Those that leave something to be said of any number of terms."""
    flags = case.definition.options.flags
    if flags.get("TF32", False) if auto.tf32 is None else auto.tf32:
        yield "tf32"
    if flags.get("FP16", False) and case.family != "tensorrt-rtx":
        yield "half"


def _short(case: Case, world: Arithmetic) -> Iterator[Freedom]:
    """Accumulators of `SHORT`."""
    if case.family in (None, "tensorrt<10") and case.definition.options.flags.get("FP16", False):
        yield "half_accumulator"
    tensors = case.evaluation(world).tensors.values()
    if case.family != "tensorrt<10" and any(x.dtype == "float8e4m3" for x in tensors if x.dtype in UNIT):
        yield "fp8_accumulator"
