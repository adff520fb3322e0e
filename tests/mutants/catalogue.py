"""mutants.yaml as records."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mutants import changes
from mutants.changes import Change, Drop, Edit, Put, Result, output
from trtexp.layers.window import Window

FILE = Path(__file__).with_name("mutants.yaml")
KINDS = ("reference", "shape", "constraint", "bound", "judge", "literal")


@dataclass(frozen=True)
class Mutant:
    """A planted bug: its name, the room it stands in, what it spoils (one of KINDS), and the tests that see it."""

    name: str
    room: str
    kind: str
    change: Change
    seen_by: tuple[str, ...]


def read(text: str) -> Iterator[Mutant]:
    """The mutants in the order of the file. Raises KeyError for an entry that lacks something."""
    for kind, entries in yaml.load(text, Unique).items():
        for name, entry in entries.items():
            yield Mutant(name, entry["room"], kind, change_of(entry), tuple(tests_of(entry)))


def tests_of(entry: Mapping[str, Any]) -> Iterator[str]:
    """The tests below tests/: one that is named, and that of each experiment."""
    if "seen_by" in entry:
        yield entry["seen_by"]
    for name in entry.get("experiments", ()):
        yield f"test_experiments.py::test_expected_values_agree_with_the_reference[{name}]"


def change_of(entry: Mapping[str, Any]) -> Change:
    """What an entry does, by the keys that it has."""
    module = f"trtexp.{entry['room'].replace('/', '.')}"
    if "old" in entry:
        return Edit(module, entry["old"], entry["new"])
    if "put" in entry:
        return Put(module, entry["put"], entry["value"], entry.get("key"))
    if "drop" in entry:
        return Drop(entry["layer"], entry["drop"])
    if "window" in entry:
        return Result(Window, "window", changes.WINDOWS[entry["window"]])
    if "bound" in entry:
        return output(entry["layer"], changes.scaled(entry["bound"]))
    return output(entry["layer"], changes.OUTPUTS[entry["output"]])


class Unique(yaml.SafeLoader):
    """Refuses a key that stands twice, of which YAML would keep the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        made = super().construct_mapping(node, deep)
        assert len(made) == len(node.value), f"a name stands twice among {sorted(map(str, made))}"
        return made


MUTANTS = tuple(read(FILE.read_text(encoding="utf-8")))
