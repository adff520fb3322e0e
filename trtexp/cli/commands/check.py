"""trtexp check"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from trtexp.errors import BadUsage
from trtexp.files.atomic import write_text
from trtexp.files.paths import collect, shown
from trtexp.migration.guide import guide, lines, markdown
from trtexp.migration.judge import Judged, judge_file
from trtexp.releases.api import Release, UnknownRelease, find, known
from trtexp.report.terminal import Terminal
from trtexp.spec.errors import Fault, SpecError
from trtexp.spec.load import read


def check(options: argparse.Namespace) -> int:
    """Say what releases lack of what the experiments need; 1 if any lacks something that the files do not expect.

    Raises BadUsage, NothingFound, SpecError, OSError.
    """
    releases = _releases(options.release)
    paths = collect(options.paths)
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
        write_text(Path(options.markdown), markdown(guides))
    Terminal(sys.stdout).header(line for found in guides for line in lines(found))
    return 0 if all(found.as_expected for found in guides) else 1


def _releases(given: list[str]) -> list[Release]:
    """The releases that are meant, each once; all known ones if none is named. Raises BadUsage."""
    try:
        return list(dict.fromkeys(find(text) for text in given)) or list(known())
    except UnknownRelease as error:
        raise BadUsage(f"--release {error}") from error
