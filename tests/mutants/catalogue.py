"""The list of planted bugs. To add one: name it, say where it stands and how it is planted, and which test sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mutants.changes import Change, Edit

Kind = Literal["reference", "bound", "constraint", "shape", "judge", "literal"]


@dataclass(frozen=True)
class Mutant:
    """A bug: where it stands (a layer's file, or another room), what it spoils, and a test below tests/ that sees it."""

    name: str
    room: str
    kind: Kind
    change: Change
    seen_by: str


def edit(name: str, room: str, kind: Kind, old: str, new: str, seen_by: str) -> Mutant:
    module = f"trtexp.{room.replace('/', '.')}"
    return Mutant(name, room, kind, Edit(module, old, new), seen_by)


MUTANTS = ()
