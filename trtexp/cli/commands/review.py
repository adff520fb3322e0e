"""trtexp review"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from trtexp.authoring.accept import Side
from trtexp.cli.commands.accept import allowed, chosen, take, unused
from trtexp.cli.options import PendingOptions
from trtexp.errors import NothingFound, UserError
from trtexp.files.home import LAST_RUN, PENDING
from trtexp.files.paths import choose, shown
from trtexp.report.plain import side_by_side
from trtexp.report.tensors import PAGE
from trtexp.report.terminal import Terminal
from trtexp.report.wording.cases import beside_tables, headline
from trtexp.report.wording.outputs import sentences
from trtexp.running.pending import Pending, drop_other_formats, pending

KEYS = "next, previous, accept, quit"


def review_pending(options: PendingOptions) -> int:
    """Show what runs left undecided, one case at a time on a terminal; 1 if anything is left.

    Raises NothingFound, BadUsage, DamagedRecord, SpecError, OSError.
    """
    terminal, doubtful = Terminal(sys.stdout), allowed(options)
    left: list[Pending] = []
    Terminal(sys.stderr).header(drop_other_formats(PENDING))
    if next(pending(PENDING), None) is None:
        if not LAST_RUN.is_file():
            raise NothingFound(f"nothing was run here, there is no {LAST_RUN}; trtexp run PATH comes first")
        terminal.header(["nothing is pending"])
    else:
        left = chosen(options)
        if options.every or not (sys.stdin.isatty() and sys.stdout.isatty()):
            for i, one in enumerate(left):
                terminal.header([""] * bool(i))
                page(one, i, len(left), terminal)
        else:
            left = _one_by_one(left, terminal, doubtful)
    files = [shown(path) for path in choose(options.paths)] if options.paths else [one.file for one in left]
    terminal.header(unused(dict.fromkeys(files)))
    return 1 if left else 0


def _one_by_one(found: Sequence[Pending], terminal: Terminal, doubtful: Sequence[str]) -> list[Pending]:
    """Go through the cases; those that are still pending at the end."""
    left, i, seen = list(found), 0, None
    while left:
        if seen is not left[i]:
            terminal.header([""])
            page(left[i], i, len(left), terminal)
        seen = left[i]
        try:
            answer = input(f"{KEYS}? ").strip().lower()
        except EOFError:
            answer = "quit"
        if answer and "quit".startswith(answer):
            break
        if answer and "accept".startswith(answer):
            try:
                terminal.header(take([left[i]], doubtful, _side(left[i])))
                left = _again(left, left.pop(i))
            except UserError as error:
                terminal.error(error.lines(terminal.real))
        elif "next".startswith(answer):  # also the empty line
            i += 1
        elif "previous".startswith(answer):
            i -= 1
        else:
            terminal.header([f"{answer!r}: type the first letter of {KEYS}"])
        i = i % len(left) if left else 0
    return left


def _side(one: Pending) -> Side:
    """Whose numbers there are to be accepted."""
    return "device" if one.report.release.backend == "run" else "reference"


def _again(left: Sequence[Pending], done: Pending) -> list[Pending]:
    """The same cases as they are kept now: those of a file that was written belong to its new text."""
    kept = {(one.report.release.name, one.file, one.case.name): one for one in pending(PENDING)}
    names = [(one.report.release.name, one.file, one.case.name) for one in left if one != done]
    return [kept[name] for name in names if name in kept]


def page(one: Pending, place: int, count: int, terminal: Terminal) -> None:
    """Show a case: where it stands, what went wrong, and the three tensors side by side."""
    release, case = one.report.release, one.case
    where = f"{release.name} on {release.gpu}" if release.gpu else release.name
    terminal.pieces([(f"{place + 1} of {count}: ", ""), (one.name, "bold"), (f" · {where}", "")])
    terminal.pieces([("  ", ""), (str(case.place), "cyan"), (f": {headline(case)}", "red")], 6)
    for sentence in beside_tables(case):
        terminal.line(f"  {' '.join(sentence.split())}")
    wrong = [output for output in case.outputs if sentences(output)]
    terminal.block(side_by_side(wrong, (terminal.columns or PAGE) - 2), "  ")
