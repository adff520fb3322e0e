"""Located faults of an experiment file."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from trtexp.errors import UserError, plural, visible


@dataclass(frozen=True, order=True)
class Mark:
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, order=True)
class Fault:
    """One fault: `file:line:column: case: path: what was given; what is allowed`."""

    mark: Mark
    case: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{visible(str(self.mark))}: {self.told}"

    @property
    def told(self) -> str:
        """The fault without its place."""
        return ": ".join(visible(part) for part in (self.case, self.path, self.message) if part)


class SpecError(UserError):
    """All faults of one or several files, in their order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def lines(self) -> list[str]:
        return [*map(str, self.faults), f"{plural(len(self.faults), 'fault')}; nothing was run or written"]


def nearest(given: str, allowed: Iterable[str]) -> str:
    """What to write instead: `did you mean 'axes'?`, or the list of what is allowed."""
    names = list(dict.fromkeys(allowed))
    folded = {name.casefold(): name for name in names}
    close = difflib.get_close_matches(given.casefold(), folded, n=1, cutoff=0.6)
    if close:
        return f"did you mean {folded[close[0]]!r}?"
    if not names:
        return "none is allowed here"
    shown = ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
    return f"give one of: {shown}"
