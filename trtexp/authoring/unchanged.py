"""What must be the same of an experiment when something is written into its file."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from trtexp.spec.case import Experiment


def others(experiment: Experiment, written: Collection[tuple[str, str]]) -> list[Any]:
    """All that an experiment says, but for the outputs that were written."""
    return [
        (
            (case.name, case.definition.hash, case.crash, case.unsupported, case.warnings, case.log),
            None if (case.name, "error") in written else case.error,
            {
                output: (made.shape, made.dtype, made.origin, made.note, made.tolerance, made.made and made.made.text)
                for output, made in case.expected.items()
                if (case.name, output) not in written
            },
        )
        for case in experiment.cases
    ]
