"""What a shell may complete where the arguments alone do not say it. Called at every TAB, so that nothing is imported
before it is needed."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterable
from typing import Any


def layers(**_: Any) -> list[str]:
    """The layers of the table."""
    from trtexp.layers.table import TABLE

    return list(TABLE)


def files_and_cases(prefix: str, **more: Any) -> list[str]:
    """`FILE::CASE` once the colons are there; before them the shell itself completes files."""
    from trtexp.files.paths import CASE

    file, colons, _ = prefix.partition(CASE)
    return [f"{file}{CASE}{name}" for name in _names([file])] if colons else []


def cases(parsed_args: Namespace, **more: Any) -> list[str]:
    """The cases of the files that are named already."""
    so_far = vars(parsed_args)
    return _names(so_far.get("paths") or [so_far.get("case") or "experiments"])


def _names(given: Iterable[object]) -> list[str]:
    """The cases of these files."""
    from trtexp.errors import NothingFound
    from trtexp.files.paths import collect, split_case
    from trtexp.spec.errors import SpecError
    from trtexp.spec.load import read
    from trtexp.spec.names import good_case

    try:
        paths = collect(split_case(str(text))[0] for text in given if str(text) != "-")
        names = [name for path in paths for name, _, _ in read(path).cases]
    except (NothingFound, SpecError, OSError):
        return []
    return [name for name in names if good_case(name)]  # what is no name may be code to the shell


def complete(parser: ArgumentParser) -> None:
    """Answer the shell, which asks by the environment, and end this process."""
    import argcomplete

    argcomplete.autocomplete(parser)
