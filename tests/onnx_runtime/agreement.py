"""AGREEMENT.md: how many outputs agree, file by file, and which are left out, and why."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import onnxruntime
from conftest import EXPERIMENTS

from onnx_runtime.disagreements import MECHANISMS, Mechanism
from onnx_runtime.judging import AGREES, DISAGREES, answers
from trtexp.fuzz.onnx_runtime.own_errors import OWN_ERRORS
from trtexp.numerics import UNIT
from trtexp.spec.load import load

VERSION = ".".join(onnxruntime.__version__.split(".")[:2])
PAGE = Path(__file__).with_name("AGREEMENT.md")
#: Why an output is not compared; what follows in brackets is the operator.
REASONS = {
    "refused": "the reference refuses the network, so it has no value for the output",
    "no reference": "the network is given as an ONNX model, whose layers no reference knows",
    "no words": "`trtexp export` says which layer, setting or type has no operator in ONNX",
    "no kernel": "ONNX Runtime has no kernel of the operator for the type",
    "no array": "numpy, and so ONNX Runtime's Python, has no arrays of bfloat16, FP8 and INT4",
    "not taken": "ONNX Runtime refuses what ONNX allows: alpha of 0 or less, three axes that are resized, no elements",
    "wide": "the bound would hide the error of one element",
    DISAGREES: "the table above",
}
TOP = """\
# ONNX Runtime

All outputs of the experiments, as `trtexp export` writes them, computed by ONNX Runtime {version} on a CPU:
{summary}.

An output agrees if type and shape are equal and every element is within both bounds: that of the reference, and the
error that ONNX Runtime's own kernel is known to have. Half is a check of formulas only, since ONNX Runtime computes it
in float32: such outputs may be off by one more unit in the last place. An output counts only if an error in one element
is seen: 1 for integers, 0.1 % of the tensor's root mean square for float32, 2 % for float16. An output without elements
agrees in type and shape. `PYTHONPATH=tests python -m onnx_runtime` writes this.

| operator | own error | |
| --- | ---: | --- |
{errors}

| disagreement | outputs | right is | |
| --- | --- | --- | --- |
{mechanisms}

| left out because of | outputs | |
| --- | ---: | --- |
{reasons}

| file | cases | outputs that agree | left out |
| --- | ---: | ---: | --- |
{rows}
"""


@dataclass
class Row:
    """One file: its cases, how many outputs agree, and by reason how many are left out."""

    cases: int = 0
    agree: int = 0
    left_out: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        shown = (f"{reason}: {count}" for reason, count in sorted(self.left_out.items()))
        return f"{self.cases} | {self.agree} | {'; '.join(shown)}"


def row_of(path: Path) -> tuple[Row, dict[str, str]]:
    """The row of a file of experiments, and {file::case.output: fault} of what does not agree."""
    cases, row, faults = load(path).cases, Row(), {}
    row.cases = len(cases)
    for case in cases:
        for answer in answers(case):
            if answer.outcome == AGREES:
                row.agree += 1
                continue
            row.left_out[answer.outcome] += 1
            if answer.outcome == DISAGREES:
                faults[f"{name_of(path)}::{case.name}.{answer.output}"] = answer.fault
    return row, faults


def name_of(path: Path) -> str:
    return path.relative_to(EXPERIMENTS).with_suffix("").as_posix()


def listed(name: str) -> set[str]:
    """The disagreements of a file that were reviewed."""
    return {output for one in MECHANISMS for output in one.outputs if output.startswith(f"{name}::")}


def page(rows: Mapping[str, Row]) -> str:
    """The whole page."""
    counts = left_out(rows.values())
    units = ((operator, own.largest / UNIT["float32"], own.why) for operator, own in OWN_ERRORS.items())
    return TOP.format(
        version=VERSION,
        summary=summary(rows.values()),
        errors="\n".join(f"| {operator} | {size:g} · 2^-24 | {why} |" for operator, size, why in units),
        mechanisms="\n".join(map(line_of, MECHANISMS)),
        reasons="\n".join(f"| {reason} | {counts[reason]} | {why} |" for reason, why in REASONS.items()),
        rows="\n".join(f"| {name} | {row} |" for name, row in sorted(rows.items())),
    )


def line_of(one: Mechanism) -> str:
    return f"| {one.name} | {' '.join(one.patterns)} | {one.right} | {one.why} |"


def left_out(rows: Iterable[Row]) -> Counter[str]:
    """How many outputs are left out by each reason, whatever the operator."""
    counts: Counter[str] = Counter()
    for row in rows:
        for text, count in row.left_out.items():
            counts[text.partition(" (")[0]] += count
    return counts


def summary(rows: Iterable[Row]) -> str:
    """The counts in words."""
    rows = list(rows)
    agree, others = sum(row.agree for row in rows), sum(left_out(rows).values())
    cases = sum(row.cases for row in rows)
    return f"{agree:,} of {agree + others:,} outputs of {cases:,} cases agree"


def read() -> dict[str, Row]:
    """The rows that are checked in."""
    text = PAGE.read_text(encoding="utf-8")
    rows = {}
    for name, cases, agree, rest in re.findall(r"^\| (\S+) \| (\d+) \| (\d+) \| (.*) \|$", text, re.MULTILINE):
        parts = (part.rpartition(": ") for part in rest.split("; ") if part)
        rows[name] = Row(int(cases), int(agree), Counter({reason: int(count) for reason, _, count in parts}))
    return rows
