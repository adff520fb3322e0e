"""What a device may do with a whole network: the freedoms by which each of its layers is judged, strictest first."""

from __future__ import annotations

from collections.abc import Sequence

from trtexp.blame.local import World
from trtexp.blame.subject import Subject
from trtexp.numerics import Arithmetic, Freedom

CONVOLUTIONS = ("add_convolution", "add_convolution_nd")
SIGMAS = 6.0  # of the typical error: among the millions of elements of a model there are always some beyond 4


def worlds(subject: Subject, tensorrt: bool = True) -> Sequence[World]:
    """tensorrt: whether the device is one; any other is held to plain float32."""
    world = Arithmetic(family=subject.family, gpu=subject.gpu, lam=SIGMAS)
    made: list[World] = [(None, world)]
    if not tensorrt:
        return made
    flags = subject.definition.options.flags
    shared: list[Freedom] = ["tf32"] if flags.get("TF32", False) else []
    half = flags.get("FP16", False) and subject.family != "tensorrt-rtx"
    for freedom in (*shared, *(["half"] if half else [])):
        world = world.with_granted(freedom)  # type: ignore[arg-type]
        made.append((freedom, world))  # type: ignore[arg-type]
    if subject.family in (None, "tensorrt<10") and flags.get("FP16", False):
        made.append(("half_accumulator", world.with_granted("half_accumulator")))
    if any(layer.method in CONVOLUTIONS for layer in subject.layers.values()):
        made.append(("transform_domain", world.with_granted("transform_domain")))
    return made
