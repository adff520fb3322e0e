"""Each layer judged by itself: its reference on the inputs that the device gave, beside what that made of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from trtexp.blame.subject import Decoded, Subject
from trtexp.definition.network import Array
from trtexp.judging.compare import judge
from trtexp.judging.judgement import Judgement, Reading
from trtexp.layers.lifetimes import last_uses
from trtexp.layers.network import NodeError, Values
from trtexp.models.values import UNBOUND
from trtexp.numerics import SMALLEST, SMALLEST_NORMAL, UNIT, Arithmetic, Bounded, Freedom, decode, exactly, known
from trtexp.numerics.budget import Budget
from trtexp.numerics.tolerance import Tolerance
from trtexp.records.blame import Found, Verdict

RULES = (Tolerance(),)
SHORT = ("half_accumulator", "fp8_accumulator")
VERDICTS: Mapping[str, Verdict] = {
    "pass": "pass", "wide": "wide", "mismatch": "guilty", "vacuous": "unjudged", "unjudged": "unjudged"
}  # fmt: skip
World = tuple[Freedom | None, Arithmetic]


@dataclass(frozen=True, eq=False)
class Judged:
    """A layer's tensor: what stands in the record, and of a guilty one the values that the layer was given."""

    found: Found
    inputs: Mapping[str, Bounded]


def exact(subject: Subject, world: World) -> Values:
    """The network without any device: each layer's exact result is what the next one takes."""
    feeds = {name: known(array) for name, array in subject.feeds.items()}
    return Values(subject.layers, Decoded(subject.weights), world[1], feeds, Budget(UNBOUND))


def look(
    subject: Subject,
    given: Mapping[str, Array],
    worlds: Sequence[World],
    right: Values | None = None,
    only: Collection[str] | None = None,
) -> Iterator[Judged]:
    """Judge every tensor that the device gave, in the order of the network. Tensors that it did not give are computed
    from those that it did, and their bounds carried on.

    right: of `exact`, to tell how far a tensor is from what exact layers make of the network's inputs. only: the layers
    that are judged, None for all; those of one look after the other, if there is `right`.
    """
    return _Looking(subject, given, worlds, right, only).each()


class _Looking:
    def __init__(
        self,
        subject: Subject,
        given: Mapping[str, Array],
        worlds: Sequence[World],
        right: Values | None,
        only: Collection[str] | None,
    ) -> None:
        self.subject, self.given, self.worlds, self.right, self.only = subject, given, worlds, right, only
        self.feeds = {name: given.get(name, array) for name, array in subject.feeds.items()}
        self.values = [self._values(arithmetic) for _, arithmetic in worlds]
        makes = {tensor for name, layer in subject.layers.items() for tensor in layer.output_tensors(name)}
        self.done = last_uses(subject.layers, (), makes - given.keys())
        self.done_right = last_uses(subject.layers, ()) if right else {}

    def _values(self, arithmetic: Arithmetic) -> Values:
        feeds = {name: known(array) for name, array in self.feeds.items()}
        return Values(self.subject.layers, Decoded(self.subject.weights), arithmetic, feeds, Budget(UNBOUND))

    def each(self) -> Iterator[Judged]:
        with np.errstate(all="ignore"):
            for name, layer in self.subject.layers.items():
                asked = self.only is None or name in self.only
                if name not in self.subject.hidden and layer.output_names:
                    yield from self._judge(name) if asked else self._pass(name)
                for values in self.values:
                    values.forget(self.done.get(name, ()))
                if self.right and asked:
                    self.right.forget(self.done_right.get(name, ()))

    def _pass(self, name: str) -> Iterator[Judged]:
        """Take a layer's tensors as the device gave them; what it did not give is computed if somebody asks for it."""
        for tensor in self.subject.layers[name].output_tensors(name):
            self._take(tensor)
        return iter(())

    def _take(self, tensor: str) -> None:
        if tensor in self.given and tensor in self.subject.varying:
            taken = known(self.given[tensor])
            for values in self.values:
                values.known[tensor] = taken

    def _judge(self, name: str) -> Iterator[Judged]:
        made = self._made(name, self.values[0])
        tensors = self.subject.layers[name].output_tensors(name)
        if not self.subject.varying.intersection(tensors):
            self._share(tensors, made)
            return
        right = self._made(name, self.right) if self.right else None
        for i, tensor in enumerate(tensors):
            if tensor in self.given:
                yield self._judged(name, i, tensor, self.given[tensor], made, right)
                self._take(tensor)
            if self.right and right is not None and not isinstance(right, NodeError):
                self.right.known[tensor] = exactly(right[i].ref, right[i].dtype)

    def _share(self, tensors: Sequence[str], made: tuple[Bounded, ...] | NodeError) -> None:
        """Constants, and what is made of them alone, are computed once."""
        if not isinstance(made, NodeError):
            for values in (*self.values[1:], *([self.right] if self.right else ())):
                values.known.update(zip(tensors, made, strict=True))

    def _made(self, name: str, values: Values) -> tuple[Bounded, ...] | NodeError:
        """A layer's outputs of their own, whatever is known of them already."""
        try:
            return values.outputs(name)
        except NodeError as error:
            return error

    def _judged(
        self,
        name: str,
        i: int,
        tensor: str,
        actual: Array,
        made: tuple[Bounded, ...] | NodeError,
        right: tuple[Bounded, ...] | NodeError | None,
    ) -> Judged:
        layer, origin = self.subject.layers[name], self.subject.origins.get(name)
        head: dict[str, Any] = {
            "layer": name,
            "tensor": tensor,
            "kind": layer.word,
            "model": self.subject.names.get(tensor, tensor),
            "node": origin.node if origin else "",
            "dtype": actual.dtype,
            "shape": list(actual.shape),
        }
        if isinstance(made, NodeError):
            return Judged(Found(**head, verdict="unjudged", reason=str(made)), {})
        judgement = judge(actual, self._readings(name, i, made), None, RULES)
        names = [t for _, t in layer.input_tensors().values() if t in self.values[0].known]
        takes = {t: self.values[0].known[t] for t in names}
        inputs = [x for x in takes.values() if x.dtype in UNIT]
        whole = None if right is None or isinstance(right, NodeError) else right[i].ref
        found = Found(**head, **measured(judgement, actual, inputs, whole))
        return Judged(found, takes if found.verdict == "guilty" else {})

    def _readings(self, name: str, i: int, made: tuple[Bounded, ...]) -> Iterator[Reading]:
        for (freedom, arithmetic), values in zip(self.worlds, self.values, strict=True):
            outputs = made if values is self.values[0] else self._made(name, values)
            if not isinstance(outputs, NodeError):
                short = bool(arithmetic.granted.intersection(SHORT))
                yield Reading(freedom, outputs[i], short)


def measured(
    judgement: Judgement, actual: Array, inputs: Sequence[Bounded], right: np.ndarray | None
) -> dict[str, Any]:
    """What a record says of a tensor. right: what exact layers would have made of the network's inputs."""
    pair, legal = judgement.actual_reference, judgement.reference
    verdict = VERDICTS[judgement.verdict]
    told: dict[str, Any] = {"verdict": verdict, "granted": judgement.granted, "elements": actual.size}
    if pair is None or legal is None:
        faults = "; ".join(
            f"{fault.what}: {fault.actual} given, {fault.reference} expected" for fault in judgement.faults
        )
        return told | {"verdict": "guilty" if judgement.faults else "unjudged", "reason": faults}
    if judgement.verdict == "vacuous":
        told["reason"] = "its bound says nothing"
    if not actual.size:
        return told
    got, size = decode(actual).astype(np.float64), _size(legal.ref)
    error = np.where(np.isfinite(pair.error), pair.error, 0.0)
    place = pair.worst
    told |= {
        "bad": int(pair.bad.sum()),
        "ratio": _number(pair.ratio.max()),
        "error": _number(error.max()),
        "size": size,
        "impact": _impact(float(error.max()), size, bool((pair.bad & ~np.isfinite(pair.error)).any())),
        "index": list(place),
        "got": _number(got[place]),
        "want": _number(float(pair.want[place])),
        "allowed": _number(float(np.broadcast_to(pair.allowed, pair.bad.shape)[place])),
        "certified": judgement.certified,
    }
    return told | _odd(actual.dtype, got, legal, inputs) | _inherited(got, legal.ref, right, size)


def _odd(dtype: str, got: np.ndarray, legal: Bounded, inputs: Sequence[Bounded]) -> dict[str, Any]:
    """NaN, infinities and zeros that the layer itself made."""
    if dtype not in UNIT:
        return {}
    finite = all(bool(np.isfinite(x.ref).all()) for x in inputs)
    nan, inf = np.isnan(got), np.isinf(got)
    right = np.abs(legal.ref)
    flushed = (got == 0) & (right >= SMALLEST[dtype]) & (right < SMALLEST_NORMAL[dtype])
    return {
        "nan": int(nan.sum()) if not any(np.isnan(x.ref).any() for x in inputs) else 0,
        "infinite": int(inf.sum()) if finite else 0,
        "flushed": int(flushed.sum()),
    }


def _inherited(got: np.ndarray, own: np.ndarray, right: np.ndarray | None, size: float) -> dict[str, Any]:
    """Root mean squares relative to the tensor's: of the layer's own error, and of what its inputs brought."""
    if right is None or right.shape != own.shape:
        return {}
    return {
        "own": _number(_size(got - own) / size) if size else 0.0,
        "inherited": _number(_size(own.astype(np.float64) - right) / size) if size else 0.0,
    }


def _size(values: np.ndarray) -> float:
    """The root mean square of what is finite."""
    finite = values[np.isfinite(values)].astype(np.float64) if values.dtype.kind == "f" else values.astype(np.float64)
    return float(np.sqrt(np.mean(finite * finite))) if finite.size else 0.0


def _impact(error: float, size: float, broken: bool) -> float:
    """How much an error matters: relative to the size of the tensor, and most where a value is not even finite."""
    if broken:
        return 1e300
    return min(error / size, 1e300) if size else (1e300 if error else 0.0)


def _number(value: float) -> float | None:
    """What JSON has; NaN and infinities as text would be no numbers."""
    return float(value) if np.isfinite(value) else None
