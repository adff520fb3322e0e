"""The contract of import-linter that `pyproject.toml` states: which room of trtexp may import which."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

PACKAGE = "trtexp"


class RoomsContract(Contract):
    """A line a room, lowest rooms first: `room: rooms that it imports | packages that it imports`.

    Broken by an import that no line permits, by one that a line permits and nobody uses, by a line that names a room
    that stands below it, by a room without a line, and by a line without a room.
    """

    type_name = "rooms"
    rooms = fields.ListField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        problems = list(broken(dict(map(read, self.rooms)), used(graph)))
        return ContractCheck(kept=not problems, metadata={"problems": problems})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for problem in check.metadata["problems"]:
            output.print_error(problem)


def read(line: str) -> tuple[str, set[str]]:
    """`judging: numerics spec | numpy` -> ("judging", {"trtexp.numerics", "trtexp.spec", "numpy"})."""
    room, _, names = line.partition(":")
    rooms, _, packages = names.partition("|")
    return room, {f"{PACKAGE}.{name}" for name in rooms.split()} | set(packages.split())


def used(graph: ImportGraph) -> dict[str, dict[str, str]]:
    """room -> what it imports of other rooms and packages, each with one module that does."""
    found: dict[str, dict[str, str]] = {}
    for module in sorted(graph.modules):
        if not module.startswith(f"{PACKAGE}."):
            continue
        room = found.setdefault(module.split(".")[1], {})
        for target in sorted(graph.find_modules_directly_imported_by(module)):
            head, *rest = target.split(".")
            if head == PACKAGE and rest and rest[0] != module.split(".")[1]:
                room.setdefault(f"{PACKAGE}.{rest[0]}", module)
            elif head != PACKAGE and head not in sys.stdlib_module_names:
                room.setdefault(head, module)
    return found


def broken(permitted: dict[str, set[str]], there: dict[str, dict[str, str]]) -> Iterator[str]:
    """Each way in which the lines and the imports disagree, as a sentence."""
    known: set[str] = set()
    for room, targets in permitted.items():
        for target in sorted(targets):
            if target.startswith(f"{PACKAGE}.") and target not in known:
                yield f"{room}: {target} does not stand above it in the list"
            if room in there and target not in there[room]:
                yield f"{room} is permitted to import {target}, and no module of it does"
        known.add(f"{PACKAGE}.{room}")
    for room, targets in there.items():
        if room not in permitted:
            yield f"{room} has no line"
        for target in sorted(targets.keys() - permitted.get(room, targets.keys())):
            yield f"{targets[target]} imports {target}, which the line of {room} does not permit"
    yield from (f"{room} has a line, and there is no such room" for room in permitted.keys() - there.keys())
