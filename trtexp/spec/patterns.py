"""Patterns of `expect:`. They are as untrusted as the rest of a file, so the engine is one that is never caught: RE2's
time grows with the text alone, and what would need more, look-arounds and references back, is none of its syntax.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import re2

MOST_MEMORY = 2**20  # bytes that a compiled pattern may take
MOST_STEPS = 2000  # of its program: each may be tried at each character
MOST_TEXT = 2**16  # characters of a message that are searched


class NoPattern(ValueError):
    """A text that is no pattern, or one that would take too long to match: the message says why."""


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Any:
    """The pattern, ready to be searched for. Raises NoPattern."""
    options = re2.Options()
    options.log_errors, options.never_capture, options.max_mem = False, True, MOST_MEMORY
    try:
        made = re2.compile(_encodable(pattern), options)
    except re2.error as error:
        said = error.args[0] if error.args else "cannot be read"
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise NoPattern(f"{pattern!r} is no regular expression of RE2: {reason}") from error
    if made.programsize > MOST_STEPS:
        raise NoPattern(f"{pattern!r} takes {made.programsize} steps a character; at most {MOST_STEPS} are allowed")
    return made


def occurs(pattern: str, text: str) -> bool:
    """Whether the pattern matches somewhere in the first 65,536 characters of the text. Raises NoPattern."""
    return compiled(pattern).search(_encodable(text[:MOST_TEXT])) is not None


def _encodable(text: str) -> str:
    """A half of a pair of surrogates, which what TensorRT wrote may hold, has no UTF-8."""
    return text.encode("utf-8", "replace").decode()
