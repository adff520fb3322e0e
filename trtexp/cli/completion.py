"""What a shell may complete where the arguments alone do not say it. Called at every TAB, so that nothing is imported
before it is needed."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import Any


def layers(**_: Any) -> list[str]:
    """The layers of the table."""
    from trtexp.layers.table import TABLE

    return list(TABLE)


def cases(parsed_args: Namespace, **_: Any) -> list[str]:
    """The cases of the files that are named already."""
    from trtexp.errors import NothingFound
    from trtexp.files.paths import collect
    from trtexp.spec.errors import SpecError
    from trtexp.spec.load import read
    from trtexp.spec.names import good_case

    so_far = vars(parsed_args)
    given = so_far.get("paths") or [so_far.get("path") or "experiments"]
    try:
        names = [
            name
            for path in collect(str(one) for one in given if str(one) != "-")
            for name, _, _ in read(Path(path)).cases
        ]
    except (NothingFound, SpecError, OSError):
        return []
    return [name for name in names if good_case(name)]  # what is no name may be code to the shell


def complete(parser: ArgumentParser) -> None:
    """Answer the shell, which asks by the environment, and end this process."""
    import argcomplete

    argcomplete.autocomplete(parser)
