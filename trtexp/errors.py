"""Errors that a user can do something about, the exit code of each, and what every message needs: counts, and text of
others that cannot drive a terminal. Only the standard library is imported.

UserError                2   one or more sentences, never a traceback
├── BadUsage             2   arguments that contradict each other or are invalid
├── NothingFound         2   a path, a case or a release that is not there
├── DamagedRecord        2   a record on disk that cannot be read
│   └── OtherFormat      2   a record of an older or a newer format
├── NotImported          2   a model, or inputs of it, of which no experiment is made (models/importing.py)
├── SpecError            2   faults of experiment files (spec/errors.py)
├── NoFile               2   a link, a pipe or a device where a file should be (files/opening.py)
├── Held                 1   another process holds a lock
├── FirstFailure         1   a case that differs, where the first one was to end the run
├── TooManyDeaths        3   workers that die again and again (workers/definer.py)
├── NoGpu                4   TensorRT on a GPU was demanded and is not there
└── NothingSelected      5   no case has a name that was asked for

BrokenOff                    a run that ended too early; its exit code is that of its reason
"""

from __future__ import annotations

import unicodedata


class UserError(Exception):
    """What the user can act on: sentences that say what was given, what is allowed and what to do."""

    exit_code = 2

    def lines(self, quoting: bool = False) -> list[str]:
        """The message as it is shown. quoting: people see it, and what it is about is quoted below it."""
        return [str(self)]


class BadUsage(UserError):
    """Arguments that contradict each other or are invalid: what was given, and what is allowed."""


class NothingFound(UserError):
    """A path that is not there or holds no experiment, or a name that nothing has."""


class DamagedRecord(UserError):
    """A JSON record that cannot be read; the message names the file and what to do."""


class OtherFormat(DamagedRecord):
    """A record of another format than this trtexp reads; the message names both and what to do."""


class Held(UserError):
    """Another process holds the lock: one sentence with who it is."""

    exit_code = 1

    def lines(self, quoting: bool = False) -> list[str]:
        return [f"{self}; nothing was run"]


class FirstFailure(UserError):
    """A case that is not as expected, after which nothing more was to be run."""

    exit_code = 1


class NoGpu(UserError):
    """TensorRT on a GPU was demanded and is not there: one sentence with what was looked for and what to do."""

    exit_code = 4


class NothingSelected(UserError):
    """No case has a name that was asked for."""

    exit_code = 5


class BrokenOff(Exception):
    """A run that ended too early, for a reason that has its own message: what is kept, and how to go on."""

    def __init__(self, reason: BaseException, message: str) -> None:
        super().__init__(message)
        self.reason = reason


#: Exit codes, what counts most first: a signal, an internal error, no TensorRT, what is no experiment, what differs.
_WORST = (130, 143, 3, 4, 2, 1, 5, 0)


def worst(*codes: int) -> int:
    """The exit code of a run that has several reasons for one."""
    return min(codes, key=_WORST.index)


def plural(count: int, noun: str) -> str:
    """`1 case`, `2 cases`."""
    return f"{count} {noun}{'s' * (count != 1)}"


def visible(text: str, keep: str = "") -> str:
    """Control and direction-changing characters as escapes (`\\x1b`), except those in `keep`."""
    if text.translate(dict.fromkeys(map(ord, keep))).isprintable():
        return text
    return "".join(c if c in keep or not _is_control(c) else c.encode("unicode_escape").decode() for c in text)


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
