"""Located faults of an experiment file."""

from __future__ import annotations

import difflib
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from trtexp.errors import UserError, plural, visible
from trtexp.numerics.budget import Limits
from trtexp.spec.excerpt import excerpt

MOST_NAMED = 5  # cases that share a fault
_LONGEST = 100  # characters of a name that is looked up


@dataclass(frozen=True, order=True)
class Mark:
    """A place in a file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"

    def quoted(self) -> list[str]:
        """The line itself, with a caret below the place."""
        return excerpt(self.file, self.line, self.column)


@dataclass(frozen=True, order=True)
class Fault:
    """One fault: `file:line:column: case: path: what was given; what is allowed`, none of them of any length.

    trace: of the exception, if the fault is trtexp's own.
    """

    mark: Mark
    case: str
    path: str
    message: str
    trace: str = field(default="", compare=False, repr=False)

    def __post_init__(self) -> None:
        for name, most in (("case", 200), ("path", 300), ("message", 600)):
            object.__setattr__(self, name, shortened(getattr(self, name), most))

    def __str__(self) -> str:
        return f"{visible(str(self.mark))}: {self.told}"

    @property
    def told(self) -> str:
        """The fault without its place."""
        return ": ".join(visible(part) for part in (self.case, self.path, self.message) if part)


class SpecError(UserError):
    """The faults of one or several files, in their order. most: how many are told; more: that there are others."""

    def __init__(self, faults: Iterable[Fault], most: int = Limits.faults, more: bool = False) -> None:
        every = sorted(set(faults))
        self.faults, self.more = tuple(every[:most]), more or len(every) > most
        self.exit_code = 3 if any(fault.trace for fault in self.faults) else 2
        super().__init__("\n".join(str(fault) for fault in self.faults))

    def lines(self, quoting: bool = False, then: str = "nothing was run or written") -> list[str]:
        """The message as it is shown. quoting: each line of the files that has a fault stands below it; then: what the
        faults did to the rest."""
        many = plural(len(self.faults), "fault")
        many = f"the first {many}, more by --limit faults=N" if self.more else many
        told = [line for fault in self.faults for line in (str(fault), *(fault.mark.quoted() if quoting else ()))]
        return [*told, f"{many}; {then}"]


def internal(mark: Mark, case: str, error: Exception) -> Fault:
    """A fault of trtexp itself, at the case that it came with."""
    said = f"internal error: {type(error).__name__}: {error}"
    return Fault(mark, case, "", said, "".join(traceback.format_exception(error)))


def shortened(text: str, most: int) -> str:
    """The text, its middle left out where it is longer than that."""
    return text if len(text) <= most else f"{text[: most - most // 3]} … {text[-(most // 3) :]}"


def joined(pieces: Iterable[str], most: int) -> str:
    """The pieces in one text, of which no more are made than it has room for; it ends in … if they are too many."""
    text = ""
    for piece in pieces:
        text += piece
        if len(text) > most:
            return f"{text[: most - 1]}…"
    return text


def brief(value: Any, most: int, scalar: Callable[[Any], str] = repr) -> str:
    """Lists and mappings in one line of at most so many characters. scalar: how what is in them is written."""

    def pieces(value: Any) -> Iterator[str]:
        if not isinstance(value, (list, dict)):
            yield scalar(value)
            return
        yield "[" if isinstance(value, list) else "{"
        for i, item in enumerate(value):
            yield ", " if i else ""
            yield f"{scalar(item)}: " if isinstance(value, dict) else ""
            yield from pieces(value[item] if isinstance(value, dict) else item)
        yield "]" if isinstance(value, list) else "}"

    return joined(pieces(value), most)


def closest(given: str, allowed: Iterable[str]) -> str | None:
    """The name that a slip means, or the only one with the given word in it; None if there is none. Only the first 500
    are looked at, and no more of a name than can be a slip."""
    given = given[:_LONGEST].casefold()
    folded = {name.casefold(): name for name in islice(allowed, 500)}
    close = difflib.get_close_matches(given, folded, n=1, cutoff=0.6)
    parts = [name for name in folded if given in name.split("_")]
    return folded[close[0]] if close else folded[parts[0]] if len(parts) == 1 else None


def nearest(given: str, allowed: Iterable[str]) -> str:
    """What to write instead: `did you mean 'axes'?`, or the list of what is allowed."""
    names = list(dict.fromkeys(islice(allowed, 500)))
    close = closest(given, names)
    if close is not None:
        return f"did you mean {close!r}?"
    if not names:
        return "none is allowed here"
    shown = ", ".join(names[:20]) + (", …" if len(names) > 20 else "")
    return f"give one of: {shown}"


def common(faults: Iterable[Fault], lines: Mapping[str, int]) -> Iterator[Fault]:
    """One fault for what several cases share: without a case if all do, else with the name and line of each.

    lines: of all cases of the file, by name.
    """
    alike: dict[Fault, set[str]] = {}
    for fault in faults:
        alike.setdefault(replace(fault, case=""), set()).add(fault.case)
    for fault, names in alike.items():
        shared = [name for name in lines if name in names]
        if len(shared) == len(lines):
            yield fault
        elif len(shared) == 1:
            yield replace(fault, case=shared[0])
        else:
            more = f" and {len(shared) - MOST_NAMED} more" if len(shared) > MOST_NAMED else ""
            named = ", ".join(f"{name} (line {lines[name]})" for name in shared[:MOST_NAMED])
            yield replace(fault, case=f"{named}{more}")
