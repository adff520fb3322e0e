"""Where a project begins, and its hidden folder: what runs leave for later ones and no checked-in report shows. It may
be deleted at any time."""

from __future__ import annotations

from pathlib import Path

HOME = Path(".trtexp")
CACHE = HOME / "cache"  # engines that were built
JOURNALS = HOME / "journal"  # results of the run at hand
PENDING = HOME / "pending"  # cases that were not as expected
TRACES = HOME / "traces"  # where trtexp itself failed
ACCEPTING = HOME / "accept.json"  # what trtexp accept writes, while it does
LAST_RUN = HOME / "last-run.json"
STANDARD_INPUT = HOME / "standard_input.yaml"  # an experiment that was piped in
RESULTS = HOME / "results"  # of runs that wrote no reports
SHARDS = HOME / "shards"  # what each shard of a run at hand leaves
SCRATCH = HOME / "reports"  # of experiments that are none of the project

REPORTS = Path("reports")  # of the project
EXPERIMENTS = Path("experiments")
_SIGNS = (".git", HOME.name, REPORTS.name, "pyproject.toml")  # what a project has beside its experiments


def project(start: Path) -> Path:
    """The project that a folder is in: the nearest folder above it, or itself, that holds `experiments` and one of the
    signs of a project; the folder itself if there is none."""
    for folder in start.parents if not (start / EXPERIMENTS).is_dir() else ():
        if (folder / EXPERIMENTS).is_dir() and any((folder / sign).exists() for sign in _SIGNS):
            return folder
    return start


def of_reports(folder: Path) -> Path:
    """The hidden folder of the project that a report folder belongs to."""
    return folder.parent if folder.parent.name == HOME.name else folder.parent / HOME
