"""The terminal room: what the user sees while experiments run. Plain text; on a real terminal also colour and a bar."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TextIO

from trtexp.errors import visible
from trtexp.records.facts import Spread
from trtexp.records.model import CaseRecord
from trtexp.report.escape import inert, width
from trtexp.report.plain import difference
from trtexp.report.wording.cases import beside_tables, headline, spread

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_FEW = 4  # so many cases pass too quickly for a bar, so many reports are too many for one line
_INDENT = " " * 6
_CODES = {"red": "31", "green": "32", "yellow": "33", "cyan": "36", "bold": "1"}

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


@dataclass(frozen=True)
class Summary:
    """How a run ended. details: where the time went, `builder 8.1 s`; reports: the pages that were written."""

    seconds: float
    details: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()


class Terminal:
    """One line a case, in the order of the calls: header, start, then file and case as often as need be, finish.

    color: None asks the stream and the environment (NO_COLOR, FORCE_COLOR, TERM=dumb). real: people see it, as far as
    that can be told.
    """

    def __init__(self, stream: TextIO, color: bool | None = None) -> None:
        self.stream = stream
        self.real = stream.isatty() and os.environ.get("TERM") != "dumb"
        self._color = _wants_color(self.real) if color is None else color
        self._columns = _columns(stream) if self.real else None
        self._first = 12
        self._fine = 0
        self._counts: Counter[str] = Counter()
        self._bar: tuple[Progress, TaskID] | None = None

    def header(self, lines: Iterable[str]) -> None:
        """What runs on what, before anything runs."""
        for line in lines:
            self._write(visible(line))

    def note(self, text: str) -> None:
        """Something that is no result, between the cases."""
        self._write(self._paint(visible(text), "yellow"))

    def start(self, total: int) -> None:
        """The number of cases to come; shows the bar, if there is a terminal and more than a few."""
        if self.real and total > _FEW:
            self._bar = _bar(self.stream, total, self._color)

    def file(self, name: str, cases: Iterable[str] = ()) -> None:
        """The experiment whose cases follow; their names, if known, set the width of the first column."""
        self._first = max([12, *(n for case in cases if (n := width(visible(case))) <= 40)])
        self._write(self._paint(visible(name), "bold"))

    def case(self, case: CaseRecord, varying: Spread | None = None) -> None:
        """One case's line, and below it what is wrong, and what varies and stands in no report."""
        word = status_word(case)
        self._counts["finding" if case.finding is not None and case.as_expected else word] += 1
        self._fine += case.as_expected
        self._case_line(case, word)
        if not case.as_expected:
            self._details(case)
        if varying is not None:
            self._write(_INDENT + self._paint(visible(spread(varying)), "yellow"))
        if self._bar is not None:
            self._bar[0].advance(self._bar[1])

    def finish(self, summary: Summary) -> None:
        """Takes the bar away and says how it went."""
        self.close()
        details = f" ({', '.join(map(visible, summary.details))})" if summary.details else ""
        self._write(f"{self._tally()} in {summary.seconds:.1f} s{details}{_pages(summary.reports)}")

    def error(self, lines: Iterable[str]) -> None:
        """Messages that stand on their own, such as located errors of a YAML file; never cut. What they quote begins
        with a space."""
        for line in lines:
            self._write(visible(line) if line.startswith(" ") else self._paint(visible(line), "red"))

    def close(self) -> None:
        """Takes the bar away, also when the run is broken off."""
        if self._bar is not None:
            self._bar[0].stop()
            self._bar = None

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _case_line(self, case: CaseRecord, word: str) -> None:
        start = f"  {visible(case.name)}{' ' * max(0, self._first - width(visible(case.name)))}  "
        rest = f"{' ' * (11 - len(word))}  {visible(headline(case).after(word))}".rstrip()
        style = "red" if not case.as_expected else "yellow" if word in ("finding", "unjudged") else "green"
        self._write(start + self._paint(word, style) + self._cut(rest, width(start) + len(word)))

    def _details(self, case: CaseRecord) -> None:
        """The place in the YAML, what went wrong in whole sentences, and the elements that disagree."""
        self._write(_INDENT + self._paint(visible(str(case.place)), "cyan"))
        for sentence in beside_tables(case):
            self._write(_INDENT + visible(sentence))
        for output in case.outputs:
            for i, line in enumerate(difference(output)):
                self._write(_INDENT + self._paint(self._cut(line, len(_INDENT)), "" if i else "bold"))

    def _tally(self) -> str:
        findings = self._counts.pop("finding", 0)
        parts = [
            f"{self._fine} as expected"
            + (f", {findings} of them {'findings' if findings > 1 else 'a finding'}" if findings else "")
        ]
        bad = [(word, n) for word, n in sorted(self._counts.items()) if word.isupper()]
        return ", ".join([*parts, *(self._paint(f"{n} {word.lower()}", "red") for word, n in bad)])

    def _cut(self, text: str, used: int) -> str:
        """The text, its end replaced by `…` if it does not fit beside what is on the line already."""
        room = None if self._columns is None else max(8, self._columns - used)
        return text if room is None or width(text) <= room else text[: room - 1] + "…"

    def _paint(self, text: str, style: str) -> str:
        return f"\x1b[{_CODES[style]}m{text}\x1b[0m" if self._color and style and text else text

    def _write(self, line: str) -> None:
        line = inert(line)
        if self._bar is None:
            print(line, file=self.stream, flush=True)
            return
        from rich.text import Text

        self._bar[0].console.print(Text.from_ansi(line), soft_wrap=True)


def status_word(case: CaseRecord) -> str:
    """The word for what came of a case: `pass`, `refused`, `built`, `MISMATCH`, …; capitals are not as expected."""
    good, bad = _WORDS[case.status]
    if not case.as_expected:
        return bad
    if case.finding is not None:
        return "finding"
    return "refused" if case.status == "pass" and case.message else good


def _pages(reports: tuple[str, ...]) -> str:
    """Where to read on; many pages by their folder."""
    if len(reports) < _FEW:
        return "".join(f" · {visible(report)}" for report in reports)
    return f" · {len(reports)} pages in {visible(os.path.commonpath(reports))}"


def _columns(stream: TextIO) -> int:
    try:
        return max(40, os.get_terminal_size(stream.fileno()).columns)
    except (OSError, ValueError):
        return 80


def _wants_color(real: bool) -> bool:
    if os.environ.get("NO_COLOR"):
        return False
    return real or bool(os.environ.get("FORCE_COLOR"))


def _bar(stream: TextIO, total: int, color: bool) -> tuple[Progress, TaskID]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(file=stream, no_color=not color, force_terminal=True, highlight=False)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=console, transient=True)
    progress.start()
    return progress, progress.add_task("cases", total=total)
