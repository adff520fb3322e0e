"""PYTHONPATH=tests python -m mutants [WORD…]: has `trtexp fuzz` seek every planted bug, and writes FOUND.md. With words
it seeks those whose names or rooms have one of them, and writes no page."""

from __future__ import annotations

import sys
from pathlib import Path

from mutants.catalogue import MUTANTS
from mutants.fuzzing import NOBODY, UNSAID, Found, sought
from trtexp.fuzz import asking

PAGE = Path(__file__).with_name("FOUND.md")
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


def main(words: list[str]) -> None:
    wanted = [m for m in MUTANTS if not words or any(word in f"{m.room} {m.name}" for word in words)]
    lines, found = [], []
    for mutant in wanted:
        found.append(NOBODY if mutant.name in UNSAID else sought(mutant))
        lines.append(line(mutant.name, mutant.room, found[-1]))
        print(lines[-1], flush=True)
    asking.end_workers()
    by = [one.judge.name for one in found if one.judge is not None]
    counts = ", ".join(f"{by.count(name)} by {name}" for name in dict.fromkeys(by))
    slowest = max(one.seconds for one in found if one.judge is not None)
    summary = f"{len(by)} of {len(found)} are found, {counts}; the slowest took {slowest:.0f} s."
    print(summary)
    if not words:
        PAGE.write_text(TOP.format(summary=summary) + "\n".join(lines) + "\n", encoding="utf-8")


main(sys.argv[1:])
