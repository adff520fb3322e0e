"""Where trtexp itself fails: the traceback is kept for whoever fixes it, and the user is told where."""

from __future__ import annotations

import traceback
from contextlib import suppress

from trtexp.files.atomic import write_text
from trtexp.files.home import TRACES


def keep_trace(file: str, case: str, trace: str | BaseException) -> None:
    """Keep a traceback in the project's hidden folder; a disk that is full costs it alone. file: as reports name it."""
    text = trace if isinstance(trace, str) else "".join(traceback.format_exception(trace))
    with suppress(OSError):
        write_text(TRACES / f"{file}.{case or 'base'}.txt", text)
