"""trtexp check"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from trtexp.cli.options import CheckOptions
from trtexp.errors import BadUsage
from trtexp.files.home import EXPERIMENTS
from trtexp.files.outputs import write_output
from trtexp.files.paths import collect, shown
from trtexp.migration.counts import counted
from trtexp.migration.guide import guide, lines, markdown
from trtexp.migration.judge import Judged, judge_file
from trtexp.migration.releases.api import Release, UnknownRelease, find, known
from trtexp.report.terminal import Terminal
from trtexp.spec.errors import Fault, SpecError
from trtexp.spec.load import read


def check(options: CheckOptions) -> int:
    """Say what releases lack of what the experiments need; 1 if any lacks something that the files do not expect.

    quiet: only of the files with something to change. Raises BadUsage, NothingFound, SpecError, OSError.
    """
    releases = _releases(options.releases)
    paths = collect(options.paths or [str(EXPERIMENTS)])
    if options.quiet:
        paths = _to_change(paths, releases)
    judged: dict[Release, list[list[Judged]]] = {release: [] for release in releases}
    faults: list[Fault] = []
    for path in paths:
        try:
            file = read(path, shown(path))
            for release, files in judged.items():
                files.append(judge_file(file, release))
        except SpecError as error:
            faults += error.faults
    if faults:
        raise SpecError(faults)
    guides = [guide(release, files) for release, files in judged.items()]
    if options.markdown is not None:
        write_output(options.markdown, markdown(guides))
    terminal = Terminal(sys.stdout)
    for found in guides:
        if not (options.quiet and found.as_expected):
            head, *more = lines(found)
            terminal.line(head, "green" if found.as_expected else "red")
            terminal.header(more)
    return 0 if all(found.as_expected for found in guides) else 1


def _to_change(paths: Sequence[Path], releases: Sequence[Release]) -> list[Path]:
    """The files of which some case is wrong about one of the releases, and those that are no experiments."""
    files = {shown(path): path for path in paths}
    counts = counted(files)
    return [
        path for name, path in files.items() if name not in counts or any(counts[name][r.name][2] for r in releases)
    ]


def _releases(given: Sequence[str]) -> list[Release]:
    """The releases that are meant, each once; all known ones if none is named. Raises BadUsage."""
    try:
        return list(dict.fromkeys(find(text) for text in given)) or list(known())
    except UnknownRelease as error:
        raise BadUsage(f"--release {error}") from error
