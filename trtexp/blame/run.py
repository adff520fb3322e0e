"""Blame: ways of looking at a network on a device, each in so many engines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from trtexp.blame.devices import Device, NoTensors, windows
from trtexp.blame.guilty import Piece, cut_out
from trtexp.blame.local import Judged, World, exact, look
from trtexp.blame.subject import Subject
from trtexp.definition.network import Array
from trtexp.records.blame import Blame, Found, Look, Near, Way
from trtexp.records.network import LayerRecord

MOST_PIECES = 3  # guilty layers that are cut out


@dataclass
class Blaming:
    """What comes of a run: the record, and the guilty layers as pieces, by their tensors."""

    record: Blame
    pieces: Mapping[str, tuple[Found, Piece]] = field(default_factory=dict)


def blame(
    subject: Subject, device: Device, worlds: Sequence[World], ways: Sequence[Way], engines: int = 1, every: int = 4
) -> Blaming:
    """Look at a network in each of the ways. engines: for `outputs`, how many the tensors are shared out among; every:
    for `sparse`, of how many tensors one is looked at. Raises NoTensors where nothing at all could be judged."""
    looks, pieces, lost = [], dict[str, tuple[Found, Piece]](), list[str]()
    for way in ways:
        found = []
        for judged in _looked(subject, device, worlds, way, engines, every, lost):
            found.append(judged.found)
            _keep(subject, judged, pieces)
        looks.append(
            Look(
                way=way, found=found, engines=engines if way == "outputs" else 1, every=every if way == "sparse" else 1
            )
        )
    if lost and not any(each.found for each in looks):
        raise NoTensors(lost[0])
    return Blaming(_record(subject, device.name, looks, lost), pieces)


def of_dump(subject: Subject, given: Mapping[str, Array], worlds: Sequence[World], device: str) -> Blaming:
    """Judge tensors that were given; what is missing is computed from what is there."""
    pieces: dict[str, tuple[Found, Piece]] = {}
    found = []
    for judged in look(subject, given, worlds, exact(subject, worlds[0])):
        found.append(judged.found)
        _keep(subject, judged, pieces)
    return Blaming(_record(subject, device, [Look(way="tensors", found=found)], []), pieces)


def _record(subject: Subject, device: str, looks: Sequence[Look], lost: Sequence[str]) -> Blame:
    made = Blame(
        title=subject.title, device=device, layers=len(subject.layers), looks=list(looks), lost=[*dict.fromkeys(lost)]
    )
    first = dict.fromkeys(found.tensor for _, found in made.guilty)
    near = [Near(tensor=tensor, layers=_around(subject, tensor)) for tensor in [*first][:MOST_PIECES]]
    return made.model_copy(update={"near": near})


def _around(subject: Subject, tensor: str) -> list[LayerRecord]:
    """The layer of a tensor, those that it takes from, and those that take it; not the constants."""
    layers = subject.layers
    makers = {made: name for name, layer in layers.items() for made in layer.output_tensors(name)}
    takes = {name: [t for _, t in layer.input_tensors().values()] for name, layer in layers.items()}
    own = makers[tensor]
    ahead = {makers[t] for t in takes[own] if t in makers and t in subject.varying}
    ahead |= {makers[t] for name in ahead for t in takes[name] if t in makers and t in subject.varying}
    behind = {name for name, tensors in takes.items() if tensor in tensors}
    chosen = [name for name in layers if name in ahead | {own} | behind]
    return [
        LayerRecord(
            name=name,
            method=layers[name].word,
            takes=[t for t in takes[name] if t in subject.varying],
            makes=list(layers[name].output_tensors(name)),
        )
        for name in chosen
    ]


def _looked(
    subject: Subject,
    device: Device,
    worlds: Sequence[World],
    way: Way,
    engines: int,
    every: int,
    lost: list[str],
) -> Iterator[Judged]:
    gives = device.gives(subject)
    right = exact(subject, worlds[0])
    outputs = set(subject.definition.outputs)
    if way == "sparse":
        gives = [name for i, name in enumerate(gives) if i % every == every - 1 or name in outputs]
    elif way == "engine":
        gives = [name for name in gives if name in outputs]
    parts = windows(subject, gives, engines) if way == "outputs" and engines > 1 else [(None, list(gives))]
    for layers, wanted in parts:
        try:
            given = device.tensors(subject, wanted) if wanted else {}
        except NoTensors as error:
            lost.append(str(error))
            continue
        yield from look(subject, given, worlds, right, layers)


def _keep(subject: Subject, judged: Judged, pieces: dict[str, tuple[Found, Piece]]) -> None:
    """Cut a guilty layer out while its values are there; those of the largest impact stay."""
    found = judged.found
    if not judged.inputs or found.verdict != "guilty":
        return
    if len(pieces) >= MOST_PIECES:
        least = min(pieces, key=lambda name: pieces[name][0].impact)
        if pieces[least][0].impact >= found.impact:
            return
    piece = cut_out(subject.layers[found.layer], found, judged.inputs, subject.weights)
    if piece is not None:
        pieces[found.tensor] = (found, piece)
        if len(pieces) > MOST_PIECES:
            del pieces[min(pieces, key=lambda name: pieces[name][0].impact)]
