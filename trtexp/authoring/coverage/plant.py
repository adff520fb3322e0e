"""One element of an output made wrong by so much: whether the judge sees it, and by which bound it does not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from trtexp.judging.output import JudgedOutput, judge_output
from trtexp.layers.base import Layer
from trtexp.layers.network import upstream
from trtexp.numerics import UNIT, Bounded, Freedom, Mask, decode, encode, spacing
from trtexp.spec.case import Case, Experiment

ULPS = 16
#: How wrong an element is made, relative to it; the last row is in units in the last place of its type.
SIZES: dict[str, float | None] = {"10 %": 0.1, "1 %": 0.01, "0.1 %": 0.001, f"{ULPS} ulp": None}
FLAGS = ("FP16", "TF32")
RANDOM = ("RANDOM_UNIFORM", "RANDOM_NORMAL")  # of a fill layer
#: seen: the case is red. noted: it is green, and a word of the report is another one. same: the type has no number
#: between the right one and what is wrong by so much.
Found = Literal["seen", "noted", "missed", "same"]


@dataclass(frozen=True)
class Trial:
    """One output of a case with one wrong element, for each of `SIZES`.

    experiment, case, output: where it stands. layer: the method that makes it, without add_; type: its dtype; flag: the
    BuilderFlag that allows less to it, FP16 or TF32, "" for none. terms: the most that a sum of it has, None if it
    has none. bound: what the element may be off by, relative to it, in the light of the largest error that is not
    seen; granted: the freedom in it. random: whether it is made of random numbers of the device, of which a range
    is legal.
    """

    experiment: str
    case: str
    output: str
    layer: str
    type: str
    flag: str
    terms: int | None
    bound: float
    granted: Freedom | None
    random: bool
    found: tuple[Found, ...]


@dataclass(frozen=True)
class Trials:
    """Those of one file; unjudged: how many outputs have nothing to be wrong against, or are red as they are."""

    trials: tuple[Trial, ...]
    unjudged: int


def planted(experiment: Experiment) -> Trials:
    """Every output of every case of a file."""
    tried = [_trial(experiment.path, case, name) for case in experiment.cases for name in _outputs(case)]
    made = tuple(trial for trial in tried if trial is not None)
    return Trials(made, len(tried) - len(made))


def _outputs(case: Case) -> Iterator[str]:
    """Those of a case that comes to an end."""
    if case.error is None and case.crash is None and case.evaluation().refusal is None:
        yield from (name for name in case.definition.outputs if name in case.evaluation().tensors)


def _trial(path: str, case: Case, name: str) -> Trial | None:
    reference = case.evaluation().tensors[name]
    right = _held(reference.ref, reference.dtype)
    place = _place(reference, right)
    if place is None:
        return None
    good = _judged(case, name, right, reference.dtype)
    if good.wrong or good.judged.verdict == "unjudged":
        return None
    verdicts = [(size, _wrong(right, place, reference.dtype, size)) for size in SIZES.values()]
    tried = [None if wrong is None else _judged(case, name, wrong, reference.dtype) for _, wrong in verdicts]
    found = tuple(_found(good, one) for one in tried)
    unseen = (one for one, how in zip(tried, found, strict=True) if one is not None and how != "seen")
    passed = next(unseen, good).judged
    size = abs(float(reference.ref[place])) or 1.0
    bound = reference if passed.reference is None else passed.reference
    makers = {tensor: layer.word for key, layer in case.layers.items() for tensor in layer.output_tensors(key)}
    return Trial(
        path,
        case.name,
        name,
        makers.get(name, "input"),
        reference.dtype,
        next((flag for flag in FLAGS if case.definition.options.flags.get(flag)), ""),
        None if reference.terms is None else int(reference.terms[1].max(initial=0)),
        float(bound.bound[place]) / size,
        passed.granted,
        any(getattr(layer, "op", None) in RANDOM for layer in _upstream(case, name)),
        found,
    )


def _upstream(case: Case, name: str) -> Iterator[Layer]:
    """The layers that an output is made by."""
    near = upstream(case.layers, name)
    yield from (layer for key, layer in case.layers.items() if near & {*layer.output_tensors(key)})


def _place(reference: Bounded, right: np.ndarray) -> tuple[int, ...] | None:
    """The element in the middle of those that are not 0, by size; the first if all are; None if nothing is legal to
    one number alone."""
    fine: Mask = np.isfinite(right) & ~reference.undetermined
    some = np.argwhere(fine & (right != 0))
    if not len(some):
        some = np.argwhere(fine)[:1]
    if not len(some):
        return None
    sizes = np.abs(np.array([right[tuple(index)] for index in some], dtype=np.float64))
    return tuple(int(i) for i in some[np.argsort(sizes, kind="stable")[len(some) // 2]])


def _wrong(right: np.ndarray, place: tuple[int, ...], dtype: str, size: float | None) -> np.ndarray | None:
    """The tensor with its wrong element; None if the type has no such number. 0, integers and bools: by 1."""
    wrong, value = right.copy(), right[place]
    if dtype == "bool":
        wrong[place] = not value
    elif dtype not in UNIT:
        wrong[place] = value - 1 if value > 0 else value + 1
    elif value == 0:
        wrong[place] = 1.0
    else:
        step = ULPS * float(spacing(np.asarray(value), dtype)) if size is None else size * abs(value)
        wrong[place] = value - np.copysign(step, value)
    held = _held(wrong, dtype)
    return None if held[place] == value else held


def _held(values: np.ndarray, dtype: str) -> np.ndarray:
    """Rounded to the type, and as wide as before."""
    return decode(encode(values, dtype)).astype(values.dtype)


def _judged(case: Case, name: str, actual: np.ndarray, dtype: str) -> JudgedOutput:
    return judge_output(case, name, encode(actual, dtype), None)


def _found(good: JudgedOutput, one: JudgedOutput | None) -> Found:
    if one is None:
        return "same"
    if one.wrong:
        return "seen"
    same = (one.judged.verdict, one.judged.granted) == (good.judged.verdict, good.judged.granted)
    return "missed" if same else "noted"
