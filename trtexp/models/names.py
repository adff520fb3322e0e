"""Names of experiments for what a network calls its tensors, weights and layers: any text there, one word here."""

from __future__ import annotations

import re
from collections.abc import Iterable

from trtexp.definition.names import LONGEST
from trtexp.spec.names import good_name

_UNNAMED = re.compile(r"\(Unnamed [A-Za-z]+\* (\d+)\)(?: \[(\w+)\])?")
_OUTPUT = "_output"  # what TensorRT calls a tensor without a name: its layer's, and this
_ROOM = 8  # characters that a number behind a name may take


class Names:
    """Gives each name once. taken: those that are in use."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = set(taken)

    def give(self, text: str, usual: str = "t") -> str:
        """A new name for what is called `text`: `x.1` -> x_1, `/conv/Conv_output_0` -> conv_Conv_output_0, `12` -> t12,
        `(Unnamed Layer* 69) [Constant]` -> Constant_69; `_2` behind one that is taken. usual: what begins a name that
        has no letter in front."""
        word = _UNNAMED.sub(lambda found: f"{found[2] or usual}_{found[1]}", text)
        word = re.sub(r"[^A-Za-z0-9_]+", "_", word).strip("_")[: LONGEST - _ROOM] or usual
        word = f"{usual}{word}" if word[0].isdigit() else word
        word = word if good_name(word) else f"{word}_"
        name, count = word, 1
        while name in self.taken:
            count += 1
            name = f"{word}_{count}"
        self.taken.add(name)
        return name


def of_tensor(tensor: str, layer: str) -> str:
    """What a tensor is called; where TensorRT called it after its layer, that layer's name."""
    return layer if tensor == f"{layer}{_OUTPUT}" else tensor
