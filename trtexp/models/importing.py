"""A model, or a network that a program builds -> Network, by a worker that has TensorRT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from trtexp.definition.network import Array, BuildOptions, Input
from trtexp.engine.outcome import Outcome
from trtexp.errors import UserError, plural
from trtexp.layers.reading import Unread
from trtexp.models.fresh import ReadBack
from trtexp.models.network import Network, made_of
from trtexp.models.proof import differences

MOST = 60  # lines of what is wrong with a model


class NotImported(UserError):
    """What is wrong with what was given, what TensorRT refuses, or what cannot be read back: each reason on a line."""

    def lines(self, quoting: bool = False) -> list[str]:
        return str(self).splitlines()


@dataclass(frozen=True)
class Import:
    """A network, and what its inputs are. inputs: by their names here, as they will be; values: of those that were
    given. left_out: names of dimensions. warnings: what the parser said."""

    network: Network
    inputs: Mapping[str, Input]
    values: Mapping[str, Array]
    left_out: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def imported(outcome: Outcome, read_back: ReadBack, shown: str, release: str) -> Network:
    """The network of what was defined and read back. shown: what it was made of, in messages. Raises NotImported."""
    if outcome.network is None:
        raise NotImported(_refused(outcome, shown, release))
    if not outcome.network.outputs:
        raise NotImported(f"{shown}: the network has no output; mark one, as in network.mark_output(y)")
    try:
        return made_of(outcome.network, read_back)
    except Unread as error:
        raise NotImported(f"{shown}: {error}") from error


def prove(network: Network, read_back: ReadBack, shown: str) -> None:
    """Have the same release make a network of the layers, and compare what it tells. Raises NotImported."""
    (again,) = read_back([network.definition(BuildOptions())])
    if again.network is None:
        raise NotImported(f"{shown}: the layers that were read back cannot be defined again: {again.message}")
    if told := list(differences(network, again.network)):
        raise NotImported(listed(f"{shown}: the layers that were read back make another network", told))


def renamed(
    network: Network, inputs: Mapping[str, Input], values: Mapping[str, Array], outcome: Outcome | None = None
) -> Import:
    """Inputs and values by their names here; the model's own are TensorRT's. outcome: of what it was read back from.

    Names of dimensions that the shapes contradict are left out: TensorRT builds no engine in which two dimensions of
    one name differ.
    """
    names = network.naming.tensors
    ours = {names[name]: Input(names[name], each.dtype, each.shape) for name, each in inputs.items()}
    sizes: dict[str, set[int]] = {}
    for name, tensor in network.inputs.items():
        for text, size in zip(tensor.dimensions, ours[name].shape, strict=False):
            sizes.setdefault(text, set()).add(size)
    kept = {
        name: replace(tensor, dimensions=tuple("" if len(sizes[text]) > 1 else text for text in tensor.dimensions))
        for name, tensor in network.inputs.items()
    }
    left_out = tuple(text for text, found in sizes.items() if text and len(found) > 1)
    given = {names[name]: array for name, array in values.items()}
    warnings = () if outcome is None else tuple(dict.fromkeys(line.text for line in outcome.log))
    return Import(replace(network, inputs=kept), ours, given, left_out, warnings)


def _refused(outcome: Outcome, shown: str, release: str) -> str:
    """Why there is no network, each node that the parser refuses on a line."""
    if outcome.status in ("crashed", "timeout"):
        said = [line.text for line in outcome.log][-3:]
        return listed(f"{shown}: the process that has {release} ended while it read this: {outcome.message}", said)
    told = outcome.message.removeprefix(f"{shown}: parse: ")
    reasons = told.split("; ")
    if told == outcome.message or len(reasons) == 1:
        return f"{shown}: {release} refuses it: {told}"
    return listed(f"{shown}: {release} refuses it, for {plural(len(reasons), 'reason')}", reasons)


def listed(head: str, reasons: Sequence[str]) -> str:
    """A sentence, and what there is to say to it, a line each."""
    more = [f"… and {len(reasons) - MOST} more"] if len(reasons) > MOST else []
    return "\n".join([f"{head}:" if reasons else head, *(f"  {reason}" for reason in (*reasons[:MOST], *more))])
