"""What went wrong with a case in plain lines, for terminals, JUnit and annotations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from trtexp.errors import visible
from trtexp.numerics.format import rounded
from trtexp.records.facts import Mark
from trtexp.records.model import CaseRecord, OutputRecord
from trtexp.report.tensors import output_lines
from trtexp.report.wording.cases import beside_tables, headline
from trtexp.report.wording.outputs import index_text, odd

_MARKS = 10  # elements of one output that are named
_DROPPED = ("allowed", "off by", "reference", "bounds", "actual")  # columns, the first that does without first

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


def difference(output: OutputRecord, columns: int | None = None) -> list[str]:
    """The elements that disagree, in columns: index, expected, actual, reference, how far off, who is the odd one out.

    columns: of the terminal, None for any number; where they are too few, the last of `_DROPPED` are kept longest.
    """
    if not output.marks:
        return []
    rows = [_row(output.name, mark) for mark in output.marks[:_MARKS]]
    shown = [name for name in rows[0] if any(row[name] for row in rows)]
    sizes = {name: max(len(name), *(len(row[name]) for row in rows)) for name in shown}
    for name in _DROPPED:
        if columns is not None and sum(sizes[each] + 2 for each in shown) - 2 > columns and name in shown:
            shown.remove(name)
    cells = [{name: name for name in shown}, *rows]
    lines = ["  ".join(row[name].ljust(sizes[name]) for name in shown).rstrip() for row in cells]
    more = output.disagreeing - len(rows)
    return [*lines, f"… and {more} more"] if more > 0 else lines


def _row(output: str, mark: Mark) -> dict[str, str]:
    """One element, by the heads of the columns."""
    off = mark.off
    cells = {
        output: index_text(mark.index),
        "expected": mark.expected or "",
        "actual": mark.actual or "",
        "reference": mark.reference or "",
        "off by": rounded(off.error, 3),
        "allowed": rounded(off.allowed, 3),
        "bounds": "" if off.ratio is None else rounded(off.ratio, 3),
        "odd one out": odd(mark),
    }
    return {visible(name): visible(text) for name, text in cells.items()}


def side_by_side(outputs: Iterable[OutputRecord], columns: int) -> Iterator[str]:
    """What was expected of outputs, what came and the reference, and below it the elements that disagree."""
    for output in outputs:
        yield from ("", *output_lines(output, columns))
        if output.marks:
            yield from ("", *difference(output, columns))


def account(case: CaseRecord) -> str:
    """All of it in lines: the place in the YAML, the sentences, the elements that disagree."""
    tables = [line for output in case.outputs for line in difference(output)]
    return "\n".join([visible(str(case.place)), *(visible(text, keep="\n") for text in beside_tables(case)), *tables])
