"""The hidden folder of a project: what runs leave for later ones and no report shows. It may be deleted at any time."""

from __future__ import annotations

from pathlib import Path

HOME = Path(".trtexp")
CACHE = HOME / "cache"  # engines that were built
JOURNALS = HOME / "journal"  # results of the run at hand
PENDING = HOME / "pending"  # cases that were not as expected
TRACES = HOME / "traces"  # where trtexp itself failed
LAST_RUN = HOME / "last-run.json"
STANDARD_INPUT = HOME / "standard_input.yaml"  # an experiment that was piped in
