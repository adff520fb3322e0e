"""What is seen of a run while it goes on: a line a file or a line a case, what failed in full, and how it ended.

Plain text; on a real terminal also colour, and a bar that says how long it will take.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TextIO

from trtexp.errors import plural, visible
from trtexp.records.facts import Spread
from trtexp.records.model import CaseRecord
from trtexp.report.bar import bar
from trtexp.report.escape import inert, width
from trtexp.report.fold import Piece
from trtexp.report.plain import difference
from trtexp.report.tensors import PAGE, output_lines
from trtexp.report.terminal import Terminal
from trtexp.report.wording.cases import beside_tables, headline, spread

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

#: cases: a line each; files: a line each, and the cases that failed; failures: these alone.
Detail = Literal["cases", "files", "failures"]

_FEW = 4  # so many cases pass too quickly for a bar, so many reports are too many for one line
_MOST = 50  # failures that are named again at the end
_INDENT = " " * 6
_NAME = 40  # columns; a longer name does not set the width of the first column
_WORD = 11  # columns of the longest word
_SHOWN = 64  # elements of an output that is shown though nothing is wrong with it

#: status -> the word on the case's line: as expected, not as expected
_WORDS = {
    "pass": ("pass", "FAILED"),
    "mismatch": ("finding", "MISMATCH"),
    "failed": ("refused", "FAILED"),
    "unsupported": ("unsupported", "UNSUPPORTED"),
    "crashed": ("crashed", "CRASHED"),
    "timeout": ("timeout", "TIMEOUT"),
    "built": ("built", "FAILED"),
    "unjudged": ("unjudged", "UNJUDGED"),
    "internal": ("internal", "INTERNAL"),
}
#: The words that have a plural.
_SEVERAL = {"MISMATCH": "mismatches", "TIMEOUT": "timeouts"}


@dataclass(frozen=True)
class Summary:
    """How a run, or the part of it on some backends, ended. seconds: that the command took, None if it goes on;
    details: where the time went, `builder 8.1 s`; reports: the pages that were written."""

    seconds: float | None
    details: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()


class RunTerminal(Terminal):
    """The calls: header, start, then file and its cases as often as need be, finish; the same again for other backends,
    of which what was said already is not said again."""

    def __init__(self, stream: TextIO, detail: Detail = "cases", color: bool | None = None) -> None:
        super().__init__(stream, color)
        self.detail = detail
        self._name = ""
        self._names = self._cases = _column(())  # the widths of the first columns
        self._size = 0  # cases of the file at hand
        self._file: Counter[str] = Counter()  # those that came, where the file has one line for all
        self._held: list[str] | None = None  # what stands below that line
        self._told: set[tuple[Piece, ...]] = set()
        self._failed: dict[tuple[str, str], str] = {}
        self._counts: Counter[str] = Counter()
        self._bar: tuple[Progress, TaskID] | None = None

    def start(self, total: int, names: Iterable[str] = ()) -> None:
        """The number of cases to come, and the names of the files; shows the bar, if there is a terminal and more than
        a few."""
        self._counts.clear()
        self._names = _column(names)
        if self.real and total > _FEW and self.detail != "failures":
            self._bar = bar(self.stream, total, self.color)

    def file(self, name: str, cases: Sequence[str] = ()) -> None:
        """The experiment whose cases follow."""
        self._flush()
        self._name, self._size, self._cases = name, len(cases), _column(cases)
        if self.detail == "cases":
            self.line(name, "bold")
        else:
            self._held = []

    def case(self, case: CaseRecord, varying: Spread | None = None) -> None:
        """What came of a case, and what varies and stands in no report."""
        if self._held is None or not case.as_expected or varying is not None:
            self._show(case, varying)
        self._counts[_counted(case)] += 1
        if not case.as_expected:
            self._failed.setdefault((str(case.place), case.name), str(headline(case)))
        if self._held is not None:
            self._file[_counted(case)] += 1
            if sum(self._file.values()) == self._size:
                self._flush()
        if self._bar is not None:
            self._bar[0].advance(self._bar[1])

    def finish(self, summary: Summary) -> None:
        """Takes the bar away and says how it went; at the end of all what failed is named again."""
        self.close()
        if summary.seconds is not None and self.detail != "cases" and self._failed:
            self._name_failed()
        details = f" ({', '.join(summary.details)})" if summary.details else ""
        time = "" if summary.seconds is None else f" in {summary.seconds:.1f} s"
        rest = f"{time}{details}{_pages(summary.reports)}"
        self.pieces([*_listed(_tally(self._counts)), (rest, "")])

    def close(self) -> None:
        """Takes the bar away, also when the run is broken off."""
        self._flush()
        if self._bar is not None:
            self._bar[0].stop()
            self._bar = None

    def __enter__(self) -> RunTerminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _flush(self) -> None:
        """Show the file at hand in one line, and below it what failed; of a run that is broken off what there is."""
        counts, held = self._file, self._held or []
        self._file, self._held = Counter(), None
        if not counts or (self.detail == "failures" and not held):
            return
        fine = [(f"{counts['']:3} {self._tick}", "green")] if counts[""] else []
        findings = [(plural(counts["finding"], "finding"), "yellow")] if counts["finding"] else []
        head = f"{self._name}{' ' * max(0, self._names - width(visible(self._name)))}  "
        of = [(f" of {self._size}", "")] if sum(counts.values()) < self._size else []
        said = [*_listed([*fine, *findings, *_open(counts)]), *of]
        self.pieces([(head, "bold" if held else ""), *said], width(visible(head)))
        for line in held:
            self._write(line)

    @property
    def _tick(self) -> str:
        """A mark that the stream can show."""
        try:
            "✓".encode(self.stream.encoding or "utf-8")
        except (UnicodeEncodeError, LookupError, AttributeError):
            return "ok"
        return "✓"

    def _show(self, case: CaseRecord, varying: Spread | None) -> None:
        """One case's line, and below it what is wrong or has nothing to be judged by, and what varies."""
        details = [] if case.as_expected else self._details(case)
        again = bool(details) and tuple(details) in self._told
        self._told.add(tuple(details))
        self._case_line(case, "as above" if again else headline(case).after(status_word(case)))
        for line, style in () if again else details:
            self.line(line, style)
        if case.ending.kind in ("computed", "nothing_to_judge"):
            self._values(case)
        if varying is not None:
            self.line(_INDENT + spread(varying), "yellow")

    def _case_line(self, case: CaseRecord, text: str) -> None:
        word = status_word(case)
        style = "red" if not case.as_expected else "yellow" if word in ("finding", "unjudged") else "green"
        start = f"  {visible(case.name)}{' ' * max(0, self._cases - width(visible(case.name)))}  "
        beside = width(start) + _WORD + 2
        if self.columns is not None and self.columns - beside < min(24, width(visible(text))):
            self.pieces([(start, ""), (word, style)])
            self.line(_INDENT + text)
        else:
            gap = " " * (_WORD + 2 - len(word)) if text else ""
            self.pieces([(start, ""), (word, style), (gap + text, "")], beside)

    def _details(self, case: CaseRecord) -> list[Piece]:
        """The place in the YAML, what went wrong in whole sentences, and the elements that disagree, a line
        each."""
        room = None if self.columns is None else self.columns - len(_INDENT)
        lines: list[Piece] = [(_INDENT + str(case.place), "cyan")]
        lines += [(_INDENT + sentence, "") for sentence in beside_tables(case)]
        for table in (difference(output, room) for output in case.outputs):
            lines += [(_INDENT + line, "" if i else "bold") for i, line in enumerate(table)]
        return lines

    def _values(self, case: CaseRecord) -> None:
        """What a case gave that nothing is expected of: there is nothing else to be seen."""
        for output in case.outputs:
            if output.elements <= _SHOWN:
                self.block(output_lines(output, (self.columns or PAGE) - len(_INDENT)), _INDENT)

    def _name_failed(self) -> None:
        """Each failure in a line, to be clicked on."""
        self.line(f"not as expected: {plural(len(self._failed), 'case')}", "bold")
        for (place, name), said in list(self._failed.items())[:_MOST]:
            self.pieces([("  ", ""), (place, "cyan"), (f"  {name}: {said}", "")], 6)
        if len(self._failed) > _MOST:
            self.line(f"  … and {len(self._failed) - _MOST} more: trtexp run --failed runs them again")

    def _write(self, line: str) -> None:
        if self._held is not None:
            self._held.append(line)
        elif self._bar is None:
            super()._write(line)
        else:
            from rich.text import Text

            self._bar[0].console.print(Text.from_ansi(inert(line)), soft_wrap=True)


def status_word(case: CaseRecord) -> str:
    """The word for what came of a case: `pass`, `refused`, `built`, `MISMATCH`, …; capitals are not as expected."""
    good, bad = _WORDS[case.status]
    if not case.as_expected:
        return bad
    if case.finding is not None:
        return "finding"
    if case.ending.kind == "nothing_to_judge":
        return "unjudged"
    return "refused" if case.status == "pass" and case.message else good


def _counted(case: CaseRecord) -> str:
    """What a case counts as: nothing if it is plainly as expected."""
    word = status_word(case)
    if case.finding is not None and case.as_expected:
        return "finding"
    return word if word.isupper() or word == "unjudged" else ""


def _tally(counts: Counter[str]) -> list[Piece]:
    """How many cases of a run there are of each kind."""
    findings, fine = counts["finding"], counts[""] + counts["finding"]
    of_them = f", {findings} of them {'findings' if findings > 1 else 'a finding'}" if findings else ""
    expected = [(f"{fine} as expected{of_them}", "")] if fine or not counts["unjudged"] else []
    return [*expected, *_open(counts)]


def _open(counts: Counter[str]) -> list[Piece]:
    """How many cases could not be judged, and how many are not as expected."""
    unjudged = [(f"{counts['unjudged']} unjudged", "yellow")] if counts["unjudged"] else []
    bad = [(word, n) for word, n in sorted(counts.items()) if word.isupper()]
    return [
        *unjudged,
        *((f"{n} {_SEVERAL.get(word, word.lower()) if n > 1 else word.lower()}", "red") for word, n in bad),
    ]


def _listed(parts: Sequence[Piece]) -> list[Piece]:
    """With commas between."""
    return [piece for i, part in enumerate(parts) for piece in ([(", ", "")] if i else []) + [part]]


def _column(names: Iterable[str]) -> int:
    """The width of a column of names; a long one does not count."""
    return max([12, *(n for name in names if (n := width(visible(name))) <= _NAME)])


def _pages(reports: tuple[str, ...]) -> str:
    """Where to read on; many pages by their folders."""
    if len(reports) < _FEW:
        return "".join(f" · {report}" for report in reports)
    folders: dict[str, list[str]] = {}
    for report in reports:
        folders.setdefault(report.partition("/")[0], []).append(report)
    return "".join(
        f" · {plural(len(some), 'page')} in {os.path.commonpath(map(os.path.dirname, some))}"
        for some in folders.values()
    )
