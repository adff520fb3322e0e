"""What the tests of progress share: cases of every kind, and a terminal that shows them."""

from __future__ import annotations

import io
from typing import Any

from report_samples import case as sample
from report_samples import mark

from trtexp.records.facts import Comparison, Ending, Place
from trtexp.records.model import CaseRecord, OutputRecord
from trtexp.report.progress import Detail, RunTerminal, Summary


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def case(name: str, status: str = "pass", as_expected: bool = True, **more: Any) -> CaseRecord:
    place = Place(file="experiments/padding.yaml", line=41, column=22)
    return sample(name, *more.pop("outputs", ()), status=status, as_expected=as_expected, place=place, **more)


def wrong(count: int = 1) -> OutputRecord:
    marks = [
        mark([0, i], "expected", "98764.43", "98765.43", "98765.4321", (1.0, 0.065, 15.4))
        for i in range(min(count, 20))
    ]
    return OutputRecord(
        name="deconv",
        verdict="mismatch",
        dtype="float32",
        shape=[1, count],
        actual_expected=Comparison(agrees=False, bad=count),
        marks=marks,
        disagreeing=count,
    )


CASES = [
    case("none"),
    case("both_exact", ending=Ending(kind="certified", certified=9)),
    case("too_much", ending="refused", phase="build", message="it cannot be negative"),
    case("typo", "mismatch", False, outputs=[wrong()]),
    case("crash", "crashed", False, phase="build", message="signal 11"),
    case("found", "mismatch", True, finding="the last row is 0"),
]


def shown(
    stream: io.StringIO, cases: list[CaseRecord] = CASES, color: bool | None = None, detail: Detail = "cases"
) -> str:
    with RunTerminal(stream, detail, color) as terminal:
        terminal.header(["tensorrt 8.6.0 on NVIDIA H100 80GB HBM3, 1 file, 6 cases"])
        terminal.start(len(cases))
        terminal.file("padding", [case.name for case in cases])
        for each in cases:
            terminal.case(each)
        terminal.finish(Summary(12.94, ("builder 8.1 s", "5 builds 4.4 s"), ("reports/tensorrt-8.6.0/padding.md",)))
    return stream.getvalue()
