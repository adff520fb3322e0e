"""What varies from run to run and so belongs into no report: `.trtexp/last-run.json`."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from trtexp import __version__
from trtexp.errors import BadUsage, NothingFound
from trtexp.files.home import LAST_RUN
from trtexp.files.reading import read_bytes
from trtexp.files.signing import read_signed, write_signed
from trtexp.running.backends import Backend
from trtexp.running.run import Totals, Varying
from trtexp.running.steps import Steps

PURPOSE = "last run"


def write_last_run(
    path: Path,
    run: tuple[str, float, float, str],
    backends: Sequence[Backend],
    totals: Totals,
    events: Sequence[str],
    steps: Steps,
) -> None:
    """run: the command, when it started in seconds since 1970, how many seconds it took, `finished` or why not.

    events: what happened to workers. steps: where the time went in this process; each release has what the start of its
    workers took, and the phases what they spent on cases. Raises OSError, with the old file left whole.
    """
    command, started, seconds, ended = run
    data: dict[str, Any] = {
        "trtexp": __version__,
        "command": command,
        "started": datetime.fromtimestamp(started, timezone.utc).isoformat(timespec="seconds"),
        "seconds": round(seconds, 3),
        "ended": ended,
        "results": totals.results,
        "resumed": totals.again,
        "failed": {file: list(cases) for file, cases in totals.failed.items()},
        "events": list(events),
        "seconds_by_step": _rounded(steps.seconds),
        "seconds_by_phase": _rounded(totals.seconds),
        "releases": {backend.release.name: _release(backend, totals) for backend in backends},
    }
    write_signed(path, PURPOSE, json.dumps(data, indent=1, ensure_ascii=False) + "\n")


def last_failed(path: Path) -> dict[str, tuple[str, ...]]:
    """The cases of each file that were not as expected in the last run, none for a file that was no experiment.

    Raises NothingFound where there was no run.
    """
    try:
        found: dict[str, list[str]] = json.loads(read_signed(path, PURPOSE))["failed"]
        return {str(file): tuple(map(str, cases)) for file, cases in found.items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise NothingFound(f"{path}: nothing is known of a last run; trtexp run PATH comes first") from error


def last_times(path: Path | None) -> dict[str, float]:
    """Seconds that each `file/case` took in the last run, of all its releases; none where nothing is known.

    path: of the file that a run left, on this machine or another, None for the one that is here. Raises BadUsage,
    OSError.
    """
    try:
        if path is None:
            found = json.loads(read_signed(LAST_RUN, PURPOSE))
        else:
            found = json.loads(read_bytes(path))["content"]
        times: dict[str, float] = {}
        for release in found["releases"].values():
            for name, case in release["cases"].items():
                seconds = sum(map(float, case["seconds"].values()))
                if math.isfinite(seconds):
                    times[name] = times.get(name, 0.0) + seconds
    except (FileNotFoundError, ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:
        if path is None:
            return {}
        raise BadUsage(f"--times {path}: not the {LAST_RUN} of a run; copy that file, or leave this out") from error
    return times


def _release(backend: Backend, totals: Totals) -> dict[str, Any]:
    return {
        "gpu": backend.release.gpu,
        "driver": backend.driver,
        "workers": backend.workers,
        "starts": [_rounded(start) for start in backend.starts],
        "cases": {name: _case(varying) for name, varying in totals.cases.get(backend.release.name, {}).items()},
    }


def _case(varying: Varying) -> dict[str, Any]:
    seconds = {"seconds": _rounded(varying.seconds)}
    return seconds if varying.spread is None else seconds | {"spread": varying.spread.model_dump(mode="json")}


def _rounded(seconds: Mapping[str, float]) -> dict[str, float]:
    return {phase: round(value, 6) for phase, value in seconds.items()}
