"""What commands generate from all experiments or from the models: shown, written, or held against the file."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from trtexp.cli.options import AuditOptions, CoverageOptions
from trtexp.errors import BadUsage, visible
from trtexp.files.atomic import write_text
from trtexp.files.paths import collect
from trtexp.files.reading import holds


def experiments_of(options: CoverageOptions | AuditOptions) -> list[Path]:
    """The experiments that a page is made of: all of them, or those that are named. Raises BadUsage, NothingFound."""
    if options.paths and options.check:
        raise BadUsage("--check compares the page of all experiments; leave the paths out")
    return collect(options.paths or ["experiments"])


def publish(
    options: CoverageOptions | AuditOptions, page: Path, text: str, again: str, said: Iterable[str] = ()
) -> int:
    """Write the page of all experiments, or with --check hold it against the file; that of some is printed alone.

    again: the command that writes it; said: what is printed before its name. Raises OSError.
    """
    if options.paths:
        print(text, end="")
        return 0
    if options.check:
        return up_to_date(page, text, again)
    write_text(page, text)
    for line in said:
        print(visible(line))
    print(page)
    return 0


def up_to_date(path: Path, text: str, again: str) -> int:
    """0 if this is what a file holds, else 1 with a sentence that names the command that writes it. Raises OSError."""
    if holds(path, text.encode("utf-8")):
        return 0
    print(f"{path} is out of date; write it again: {again}", file=sys.stderr)
    return 1
