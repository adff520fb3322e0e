"""Where trtexp's models and the define phase of TensorRT differ."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from trtexp.engine.outcome import Outcome
from trtexp.fuzz.network import Answer
from trtexp.layers.base import Layer
from trtexp.layers.network import upstream

#: How far networks go.
Stage = Literal["define", "build", "run"]
#: we_refuse: TensorRT takes what a constraint of ours refuses. they_refuse: the other way round. shape, dtype: of an
#: output. dies: the process that holds TensorRT ends or hangs. we_fail: the reference fails with no constraint. value:
#: an element beyond its bound; certified: one that no legal order rounds; twin: see twins.py; judge: the references of
#: another process judge an answer otherwise.
Kind = Literal["we_refuse", "they_refuse", "shape", "dtype", "dies", "we_fail", "value", "certified", "twin", "judge"]
#: What is no difference. takes, refuses: both do. lacks: the release has no such name. unknown: trtexp does not compute
#: it, or TensorRT was not reached. later: a constraint of ours is about sizes that TensorRT learns when it runs.
Agreement = Literal["takes", "refuses", "lacks", "unknown", "later"]

_NUMBERS = re.compile(r"-?\b\d[\d.]*(?:e[-+]?\d+)?\b|-?\binf\b|\bnan\b")
_LISTS = re.compile(r"N(?:\s*[,x]\s*N)+")
_NAMES = re.compile(r"\b[xwc]N\b|\bW?[xwc]\d+\b|\bl\d+\w*\b")
MOST_SAID = 160
#: A sentence about a constructor, which looks at its own arguments.
_CONSTRUCTOR = re.compile(r"\w+: add_\w+(?: returned nothing|\()")
REPLACED = "what is replaced later"


@dataclass(frozen=True, order=True)
class Sign:
    """What a difference looks like before it is understood: its layer, its kind, and in whose words.

    says: the label of our constraint, or TensorRT's sentence without numbers and names; the two types of a dtype.
    """

    layer: str
    kind: Kind
    says: str


def compared(
    layers: Mapping[str, Layer], subject: str, ours: Answer, theirs: Outcome, declared: frozenset[str] = frozenset()
) -> Sign | Agreement:
    """What two answers come to. subject: the layer that is tried, to which all goes that names no other; declared: the
    inputs with a size that only the run tells."""
    if theirs.status in ("crashed", "timeout"):
        return Sign(subject, "dies", theirs.message)
    if theirs.status == "unsupported":
        return "lacks"
    if ours.too_large or theirs.message.startswith("internal:"):
        return "unknown"
    if theirs.status == "error":
        if ours.refusal:
            return "refuses"
        name, said = _their_words(theirs.message)
        if name in layers and _CONSTRUCTOR.match(theirs.message) and _replaced(layers[name]):
            said = f"{REPLACED}: {said}"[:MOST_SAID]
        return Sign(layers[name].word if name in layers else subject, "they_refuse", said)
    if ours.label and ours.layer in layers and _open(layers, layers[ours.layer], declared):
        return "later"
    if ours.refusal:
        word = layers[ours.layer].word if ours.layer in layers else subject
        return Sign(word, "we_refuse", ours.label) if ours.label else Sign(word, "we_fail", _general(ours.refusal))
    return _outputs(subject, ours, theirs) or "takes"


def _outputs(subject: str, ours: Answer, theirs: Outcome) -> Sign | None:
    """The first output whose type or shape differs. TensorRT's -1 is a size that only the run tells."""
    for name, dtype, shape in ours.outputs:
        if name not in theirs.inferred:
            continue
        their_dtype, their_shape = theirs.inferred[name]
        suffix = name.partition(".")[2]
        if their_dtype != dtype:
            return Sign(subject, "dtype", f"{suffix or 'first output'}: {dtype} or {their_dtype}")
        same = all(n in (-1, m) for n, m in zip(their_shape, shape, strict=False))
        if len(their_shape) != len(shape):
            return Sign(subject, "shape", f"{suffix or 'first output'}: the rank")
        if not same:
            return Sign(subject, "shape", f"{suffix or 'first output'}: a size")
    return None


def _replaced(layer: Layer) -> bool:
    """Whether something that the constructor is given is replaced later."""
    given, later = (
        {
            attribute
            for owner, name, value in layer.written
            if (owner == "set") == at
            for attribute in layer.writes(name, value)
        }
        for at in (False, True)
    )
    return not given.isdisjoint(later) or any(index < len(layer.operands) for index in layer.set_input)


def _open(layers: Mapping[str, Layer], layer: Layer, declared: frozenset[str]) -> bool:
    """Whether the sizes of what a layer takes are known when it runs alone."""
    taken = (tensor for _, tensor in layer.input_tensors().values())
    return any(not declared.isdisjoint(upstream(layers, tensor)) for tensor in taken)


def _their_words(message: str) -> tuple[str, str]:
    """The layer that TensorRT's sentence begins with, and the sentence in general."""
    name = re.match(r"(?:output )?([A-Za-z_]\w*)", message)
    assertion = re.search(r"(?:condition: |Assertion )(.*)", message)
    error = re.search(r"Error \((.*)", message)
    said = assertion[1] if assertion else error[1] if error else message
    return name[1] if name else "", _general(said)


def _general(sentence: str) -> str:
    """A sentence without what changes from one network to the next."""
    text = _LISTS.sub("N", _NUMBERS.sub("N", re.sub(r"^(?:output )?\w+(?:: |\.)", "", sentence)))
    text = re.sub(r"\[[^\]]*\]|\([N, ]*\)", "[…]", _NAMES.sub("a tensor", text))
    return re.sub(r" In \w+ at [\w.]+:.*", "", text)[:MOST_SAID]
