"""mutants.yaml as records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mutants import changes
from mutants.changes import Change, Drop, Edit, Output, Put

FILE = Path(__file__).with_name("mutants.yaml")
KINDS = ("reference", "shape", "constraint", "bound", "judge", "literal")


@dataclass(frozen=True)
class Mutant:
    """A planted bug: its name, the room it stands in, what it spoils (one of KINDS), and the test that sees it."""

    name: str
    room: str
    kind: str
    change: Change
    seen_by: str


def read(text: str) -> Iterator[Mutant]:
    """The mutants in the order of the file. Raises KeyError for an entry that lacks something."""
    for kind, entries in yaml.load(text, Unique).items():
        for name, entry in entries.items():
            yield Mutant(name, entry["room"], kind, change_of(entry), entry["seen_by"])


def change_of(entry: Mapping[str, Any]) -> Change:
    """What an entry does, by the keys that it has."""
    module = f"trtexp.{entry['room'].replace('/', '.')}"
    if "old" in entry:
        return Edit(module, entry["old"], entry["new"])
    if "put" in entry:
        return Put(module, entry["put"], entry["value"], entry.get("key"))
    if "drop" in entry:
        return Drop(entry["layer"], entry["drop"])
    if "bound" in entry:
        return Output(entry["layer"], changes.scaled(entry["bound"]))
    return Output(entry["layer"], changes.OUTPUTS[entry["output"]])


class Unique(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML would keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        made = super().construct_mapping(node, deep)
        assert len(made) == len(node.value), f"a name stands twice among {sorted(map(str, made))}"
        return made


MUTANTS = tuple(read(FILE.read_text(encoding="utf-8")))
