"""What went wrong with a case in plain lines, for terminals, JUnit and annotations."""

from __future__ import annotations

from typing import Literal

from trtexp.errors import visible
from trtexp.records.model import CaseRecord, OutputRecord
from trtexp.report.wording.cases import beside_tables, headline
from trtexp.report.wording.outputs import deviation, index_text, odd

_MARKS = 10  # elements of one output that are named

#: How a case counts where there is no other word for it. expected: a defect of TensorRT that is there, as recorded.
Ending = Literal["passed", "expected", "skipped", "failed", "broken"]


def ending(case: CaseRecord) -> tuple[Ending, str]:
    """How a case counts in a test report, and why in a sentence.

    expected: a finding that still holds, or a crash that was to come; either fails as soon as TensorRT is fixed.
    skipped: this release lacks it, as expected, or only TensorRT on a GPU can tell. broken: the process died or hung,
    or trtexp failed.
    """
    if not case.as_expected:
        return ("broken" if case.status in ("crashed", "timeout", "internal") else "failed"), str(headline(case))
    why = str(headline(case)) if case.reason is None else f"{headline(case)}: {case.reason}"
    if case.status in ("mismatch", "crashed"):
        return "expected", case.finding or why
    if case.status in ("unsupported", "unjudged"):
        return "skipped", why
    return "passed", why


def difference(output: OutputRecord) -> list[str]:
    """The elements that disagree, in columns: index, expected, actual, reference, error, who is the odd one out."""
    if not output.marks:
        return []
    head = [output.name, "expected", "actual", "reference", "error", "odd one out"]
    rows = [
        [index_text(m.index), m.expected or "", m.actual or "", m.reference or "", deviation(m.off), odd(m)]
        for m in output.marks[:_MARKS]
    ]
    cells = [[visible(text) for text in row] for row in (head, *rows)]
    sizes = [max(len(row[i]) for row in cells) for i in range(len(head))]
    shown = [i for i in range(len(head)) if any(row[i] for row in cells[1:])]
    lines = ["  ".join(row[i].ljust(sizes[i]) for i in shown).rstrip() for row in cells]
    more = output.disagreeing - len(rows)
    return [*lines, f"… and {more} more"] if more > 0 else lines


def account(case: CaseRecord) -> str:
    """All of it in lines: the place in the YAML, the sentences, the elements that disagree."""
    tables = [line for output in case.outputs for line in difference(output)]
    return "\n".join([visible(str(case.place)), *(visible(text, keep="\n") for text in beside_tables(case)), *tables])
