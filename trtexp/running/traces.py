"""Where trtexp itself fails: the traceback is kept for whoever fixes it, and the user is told where."""

from __future__ import annotations

from dataclasses import replace

from trtexp.files.atomic import write_text
from trtexp.files.home import TRACES
from trtexp.judging.check import Checked
from trtexp.judging.guarded import Recorded


def keep_trace(file: str, case: str, trace: str) -> str:
    """Keep a traceback in the project's hidden folder; what to say of it. file: as its report is called."""
    path = TRACES / file / f"{case or 'base'}.txt"
    try:
        write_text(path, trace)
    except OSError:  # a disk that is full costs it alone
        return "please report it, with the experiment"
    return f"please report it, with {path} and the experiment"


def kept(file: str, found: Recorded) -> Recorded:
    """The record of a case with word of where its traceback is, if it has one."""
    if not found.trace:
        return found
    record = found.record
    message = f"{record.message}; {keep_trace(file, record.name, found.trace)}"
    return replace(found, record=record.model_copy(update={"message": message}), trace="")


def with_traces(file: str, checked: Checked) -> Checked:
    """The same for what is said of a file without TensorRT."""
    wrong = (kept(file, Recorded(record, trace=checked.traces.get(record.name, ""))).record for record in checked.wrong)
    return replace(checked, wrong=tuple(wrong), traces={})
