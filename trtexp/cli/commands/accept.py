"""trtexp accept"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from trtexp.authoring import commit
from trtexp.authoring.accept import DOUBTFUL, Side, accept
from trtexp.cli.options import PendingOptions
from trtexp.errors import BadUsage, NothingFound
from trtexp.files.home import PENDING
from trtexp.files.paths import choose, shown
from trtexp.migration.releases.api import named
from trtexp.report.terminal import Terminal
from trtexp.running.pending import Pending, alike, distinct, drop_other_formats, pending, selected
from trtexp.spec.files import read_experiment
from trtexp.spec.load import read
from trtexp.spec.owners import Owners
from trtexp.spec.source import Source


def accept_pending(options: PendingOptions) -> int:
    """Write what was observed into the experiment files. Raises BadUsage, NothingFound, SpecError, OSError."""
    said = take(chosen(options), allowed(options), options.side)
    Terminal(sys.stdout).header(said)
    return 0


def take(found: Sequence[Pending], doubtful: Collection[str], side: Side) -> list[str]:
    """Accept cases and forget that they were pending; what was written, a line each. side: whose numbers are taken.

    Raises BadUsage, SpecError, OSError, each before anything is written.
    """
    if os.environ.get("CI"):
        raise BadUsage("CI is set: nothing is accepted there; accept on a machine of your own, and commit the YAML")
    with commit.alone():
        files = accept(found, doubtful, side)
        commit.write(files, [*found, *alike(found, pending(PENDING))])
    lines = [f"{file.path}: {said}" for file in files for said in file.said]
    return [*lines, *unused(str(file.path) for file in files)]


def unused(files: Iterable[str]) -> Iterator[str]:
    """What these files expect and no case uses any more, a line each. Raises SpecError, OSError."""
    for name in filter(os.path.isfile, files):
        data = read_experiment(Path(name), name)
        file = read(Path(name), name, data)
        for node, path in Owners(file, Source(data.decode("utf-8"), name)).unused():
            yield f"{node.mark}: {path}: no case uses this any more; take it out"


def chosen(options: PendingOptions) -> list[Pending]:
    """The pending cases that are meant. Raises NothingFound where there are none."""
    Terminal(sys.stderr).header(drop_other_formats(PENDING))
    there = list(pending(PENDING))
    if not there:
        raise NothingFound("nothing is pending: the last runs found all as expected, or there was none")
    files = {shown(path): cases for path, cases in choose(options.paths).items()} if options.paths else None
    release = options.release and next(iter(named(options.release, (one.report.release.name for one in there))), "")
    found = distinct(selected(there, files, options.patterns, release))
    if not found:
        names = ", ".join(dict.fromkeys(f"{one.name} on {one.report.release.name}" for one in there[:10]))
        raise NothingFound(f"nothing like that is pending; there is: {names}{', …' if len(there) > 10 else ''}")
    return found


def allowed(options: PendingOptions) -> list[str]:
    """What of the doubtful was named. Raises BadUsage."""
    names = [name.strip() for text in options.allow for name in text.split(",")]
    for name in names:
        if name not in DOUBTFUL:
            raise BadUsage(f"--allow {name}: give {', '.join(DOUBTFUL)}, or several with commas between")
    return names
