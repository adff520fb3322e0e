"""One layer of an imported network, or a range of them, as an import of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from trtexp.definition.network import Array, Input
from trtexp.errors import BadUsage
from trtexp.layers.reading import Unread
from trtexp.models.cut import between, cut, found
from trtexp.models.importing import Import, NotImported
from trtexp.models.network import Network
from trtexp.models.values import computed, fed
from trtexp.numerics import Family
from trtexp.spec.errors import nearest

RANGE = ".."  # between the first and the last layer


def part(whole: Import, names: Sequence[str], tensors: Mapping[str, Array], family: Family | None) -> Import:
    """The layers of these names, or of these ranges `FIRST..LAST`, with what they take.

    tensors: what is known of the network's tensors, by the model's names; the others are computed. Raises BadUsage,
    NotImported.
    """
    network = whole.network
    chosen = [name for text in names for name in _chosen(network, text)]
    known = fed(network, whole.inputs, whole.values) | _known(network, tensors)
    try:
        made, values = cut(network, chosen, computed(network, known, family))
    except Unread as error:
        raise NotImported(str(error)) from error
    inputs = {name: Input(name, tensor.dtype, tensor.shape or ()) for name, tensor in made.inputs.items()}
    return Import(made, inputs, values)


def _chosen(network: Network, text: str) -> list[str]:
    """The layers that a text means. Raises BadUsage."""
    ends = text.split(RANGE) if RANGE in text and not found(network, text) else [text]
    places = [found(network, end) for end in ends]
    for end, place in zip(ends, places, strict=True):
        if not place:
            raise BadUsage(f"--layer {text}: no layer, tensor or node {end!r}; {nearest(end, _names(network))}")
    if len(places) == 1:
        return places[0]
    if len(places) == 2 and (way := between(network, *places)):
        return sorted(way)
    raise BadUsage(f"--layer {text}: no way leads from {ends[0]!r} to {ends[-1]!r}; give FIRST..LAST in that order")


def _names(network: Network) -> list[str]:
    """All that a layer can be called."""
    origins = network.origins.values()
    return [*network.layers, *(text for o in origins for text in (o.layer, o.tensor, o.node) if text)]


def _known(network: Network, tensors: Mapping[str, Array]) -> dict[str, Array]:
    """Tensors by their names here; shapes and types must fit. Raises BadUsage."""
    ours = {name: network.naming.tensors[name] for name in tensors if name in network.naming.tensors}
    if tensors and not ours:
        told = ", ".join(list(tensors)[:3])
        raise BadUsage(f"--tensors: none of {len(tensors)} names, {told}, is one of a tensor of this model")
    for name in ours:
        read, array = network.read.tensors[name], tensors[name]
        fits = read.shape is None or (
            len(read.shape) == len(array.shape)
            and all(n in (-1, m) for n, m in zip(read.shape, array.shape, strict=True))
        )
        if array.dtype != read.dtype or not fits:
            given, has = f"{array.dtype} {list(array.shape)}", f"{read.dtype} {list(read.shape or ())}"
            raise BadUsage(f"--tensors: {name} is {given} in the file and {has} in the model")
    return {ours[name]: tensors[name] for name in ours}
