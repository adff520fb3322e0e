"""AGREEMENT.md: what agrees and what is left out, module by module, and why."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from onnx_nodes.backend import cases_of
from onnx_nodes.graph import REASONS, ExcludedError
from onnx_nodes.judging import converted

PAGE = Path(__file__).with_name("AGREEMENT.md")
TOP = """\
# ONNX's node tests

The backend node tests of onnx {version}, converted to networks of trtexp's layers: {summary}.

An output agrees if type and shape are equal and every element is within the reference's bound, widened by half a unit
in the last place since ONNX rounds its numbers to the output's type; integers, booleans, moved data and all else that
is certified are exact. A test counts only if an error in one element is seen: 1 for integers, 0.1 % of the tensor's
root mean square for float32, 2 % for float16, 10 % for bfloat16. `PYTHONPATH=tests python -m onnx_nodes` writes this.

| left out because of | tests | |
| --- | ---: | --- |
{reasons}

| module | agree | left out |
| --- | ---: | --- |
{rows}
"""


@dataclass
class Row:
    """One module: how many tests agree, and by reason those left out."""

    agree: int = 0
    excluded: dict[str, list[str]] = field(default_factory=dict)

    def __str__(self) -> str:
        shown = (f"{reason}: {' '.join(names)}" for reason, names in sorted(self.excluded.items()))
        return f"{self.agree} | {'; '.join(shown)}"


def row_of(module: str) -> tuple[Row, list[str]]:
    """A module's row, and what does not agree."""
    row, faults = Row(), []
    for test in cases_of(module):
        name = test.name.removeprefix("test_")
        try:
            found = converted(test).faults()
        except ExcludedError as excluded:
            row.excluded.setdefault(str(excluded), []).append(name)
            continue
        row.agree += not found
        faults += [f"{name}: {fault}" for fault in found]
    return row, faults


def page(version: str, rows: dict[str, Row]) -> str:
    """The whole page."""
    counts = reasons(rows)
    shown = (f"| {reason} | {counts[reason]} | {why} |" for reason, why in REASONS.items() if counts[reason])
    lines = (f"| {module} | {row} |" for module, row in sorted(rows.items()))
    return TOP.format(version=version, summary=summary(rows), reasons="\n".join(shown), rows="\n".join(lines))


def reasons(rows: dict[str, Row]) -> Counter[str]:
    """How many tests are left out by each reason."""
    return Counter(
        {
            reason: sum(
                len(names)
                for row in rows.values()
                for text, names in row.excluded.items()
                if text.partition(" (")[0] == reason
            )
            for reason in REASONS
        }
    )


def summary(rows: dict[str, Row]) -> str:
    """The counts in words."""
    agree, left_out = sum(row.agree for row in rows.values()), sum(reasons(rows).values())
    return f"{agree + left_out:,} tests, {agree:,} agree, {left_out:,} are left out"


def read() -> tuple[str, dict[str, Row]]:
    """The version and the rows that are checked in."""
    text = PAGE.read_text(encoding="utf-8")
    version = re.search(r"of onnx (\S+),", text)
    assert version is not None
    rows = {}
    for module, agree, rest in re.findall(r"^\| ([\w.]+) \| (\d+) \| (.*) \|$", text, re.MULTILINE):
        if module in REASONS:
            continue
        parts = (part.rpartition(": ") for part in rest.split("; ") if part)
        rows[module] = Row(int(agree), {reason: names.split() for reason, _, names in parts})
    return version[1], rows
