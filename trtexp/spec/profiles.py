"""Optimization profiles against the inputs that they are for: a demand that no profile can meet is a fault.

Source: NvInfer.h, IOptimizationProfile::setDimensions and setShapeValues.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from trtexp.spec.make import Made
from trtexp.spec.models import Profile
from trtexp.spec.translate import Path as KeyPath

Found = tuple[KeyPath, str]  # a place below the case, and what is wrong there


def profile_faults(profiles: Sequence[Mapping[str, Profile]], inputs: Mapping[str, Made]) -> Iterator[Found]:
    """What TensorRT would refuse: open dimensions without a range, ranges that do not fit the shape that the network is
    built for, and an input that lies outside of every profile."""
    for name, tensor in inputs.items():
        if -1 in _built_for(tensor) and not profiles:
            yield (
                ("inputs", name, "declared"),
                f"{list(_built_for(tensor))} leaves dimensions open; give their range under build.profiles, as in "
                f"profiles: [{{{name}: {{min: {_ones(tensor)}, opt: {_shape(tensor)}, max: {_shape(tensor)}}}}}]",
            )
    broken = False
    for number, profile in enumerate(profiles):
        place: KeyPath = ("build", "profiles", number)
        for name, tensor in inputs.items():
            if name in profile:
                for key, message in _range_faults(name, profile[name], tensor):
                    broken = True
                    yield (*place, name, *key), message
            elif -1 in _built_for(tensor):
                broken = True
                yield place, f"no range of {name!r}, which is declared {list(_built_for(tensor))}"
    if profiles and not broken and not any(_holds(profile, inputs) for profile in profiles):
        yield from _outside(profiles[0], inputs)


def _range_faults(name: str, range_: Profile, tensor: Made) -> Iterator[tuple[KeyPath, str]]:
    built = _built_for(tensor)
    count, what = (tensor.array.size, "values") if range_.values else (len(built), "dimensions")
    for key in ("min", "opt", "max"):
        if len(getattr(range_, key)) != count:
            yield (key,), f"{getattr(range_, key)} given; {name} has {count} {what}"
            return
    ends = list(zip(range_.min, range_.max, strict=True))
    if not all(low <= mid <= high for (low, high), mid in zip(ends, range_.opt, strict=True)):
        yield (), f"min {range_.min}, opt {range_.opt}, max {range_.max}; each must be at least the one before"
    elif not range_.values and any(n != -1 and ends[axis] != (n, n) for axis, n in enumerate(built)):
        open_ = [-1 if low != high else n for n, (low, high) in zip(built, ends, strict=True)]
        yield (), f"{name} is built for {list(built)}; write declared: {open_} under inputs.{name}"


def _outside(profile: Mapping[str, Profile], inputs: Mapping[str, Made]) -> Iterator[Found]:
    """Which inputs the first profile does not hold."""
    for name, range_ in profile.items():
        if name in inputs and not _holds({name: range_}, inputs):
            given = _numbers(range_, inputs[name])
            key = "values" if range_.values else "shape"
            message = f"{given} lies in no profile; the first takes {range_.min} to {range_.max}"
            yield ("inputs", name, key), message


def _holds(profile: Mapping[str, Profile], inputs: Mapping[str, Made]) -> bool:
    return all(
        low <= n <= high
        for name, range_ in profile.items()
        if name in inputs
        for low, n, high in zip(range_.min, _numbers(range_, inputs[name]), range_.max, strict=True)
    )


def _numbers(range_: Profile, tensor: Made) -> list[int]:
    """What the range is about: the input's values, or its shape."""
    return [int(n) for n in tensor.decimals.reshape(-1)] if range_.values else _shape(tensor)


def _built_for(tensor: Made) -> tuple[int, ...]:
    return tensor.declared or tensor.array.shape


def _shape(tensor: Made) -> list[int]:
    return list(tensor.array.shape)


def _ones(tensor: Made) -> list[int]:
    return [1 if n == -1 else n for n in _built_for(tensor)]
