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
    from trtexp.files.paths import NothingFound, collect
    from trtexp.spec.errors import SpecError
    from trtexp.spec.load import read

    given = getattr(parsed_args, "paths", None) or [getattr(parsed_args, "path", None) or "experiments"]
    try:
        return [name for path in collect(map(str, given)) for name, _, _ in read(Path(path)).cases]
    except (NothingFound, SpecError, OSError):
        return []


def complete(parser: ArgumentParser) -> None:
    """Answer the shell, which asks by the environment, and end this process."""
    import argcomplete

    argcomplete.autocomplete(parser)
