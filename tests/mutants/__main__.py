"""PYTHONPATH=tests python -m mutants [WORD…]: has `trtexp fuzz` seek the planted bugs that FOUND.md has not yet, and
writes them there; delete it to seek all. With words it seeks those whose names or rooms have one and writes nothing."""

from __future__ import annotations

import re
import sys
from collections import Counter

from mutants.catalogue import MUTANTS
from mutants.fuzzing import NOBODY, PAGE, SECONDS, UNSAID, Found, sought
from trtexp.fuzz import asking

TOP = """\
# Planted bugs that `trtexp fuzz` finds

Each bug is planted in a process that tries generated networks, seed 16, until something differs that does not without
it: constraints and shapes from the define phase of TensorRT-RTX, values from ONNX Runtime; what neither says, from the
references of a process without the bug. {summary}
`PYTHONPATH=tests python -m mutants` writes this.

| bug | room | found by | what differs | networks | seconds |
| --- | --- | --- | --- | ---: | ---: |
"""


def line(name: str, room: str, found: Found) -> str:
    if found.judge is None or found.sign is None:
        return f"| {name} | {room} | nobody: {UNSAID.get(name, 'in that time')} | | {found.networks} | |"
    sign = found.sign
    says = " ".join(f"{sign.layer} {sign.kind}: {sign.says}".replace("|", "\\|").split())
    return f"| {name} | {room} | {found.judge.name} | {says} | {found.networks} | {found.seconds:.1f} |"


def kept() -> dict[str, str]:
    """The lines that the page has, by the bugs that there still are; not of those that were only not found in time."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    lines = dict(re.findall(r"^(?=\| (.+?) \|)(.*)$", text, re.MULTILINE))
    return {m.name: lines[m.name] for m in MUTANTS if m.name in lines and "nobody" not in lines[m.name]}


def page(lines: dict[str, str]) -> str:
    cells = [re.split(r" *(?<!\\)\| *", each) for each in lines.values()]
    by = Counter(each[3] for each in cells if not each[3].startswith("nobody"))
    counts = ", ".join(f"{count} by {name}" for name, count in by.most_common())
    slowest = max((float(each[6]) for each in cells if each[6]), default=0.0)
    late = sum(each[3] == "nobody: in that time" for each in cells)
    summary = f"{by.total()} of {len(MUTANTS)} are found, {counts}; the slowest took {slowest:.0f} s. "
    summary += f"{late} were not found within {SECONDS:.0f} s, {len(MUTANTS) - len(lines)} were not sought."
    return TOP.format(summary=summary) + "\n".join(lines.values()) + "\n"


def main(words: list[str]) -> None:
    lines = {} if words else kept()
    for mutant in MUTANTS:
        if (not words or any(word in f"{mutant.room} {mutant.name}" for word in words)) and mutant.name not in lines:
            found = NOBODY if mutant.name in UNSAID else sought(mutant)
            lines[mutant.name] = line(mutant.name, mutant.room, found)
            print(lines[mutant.name], flush=True)
            if not words:
                PAGE.write_text(page({m.name: lines[m.name] for m in MUTANTS if m.name in lines}), encoding="utf-8")
    asking.end_workers()


main(sys.argv[1:])
