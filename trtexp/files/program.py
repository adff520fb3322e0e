"""How this program is called, so that what messages advise can be typed."""

from __future__ import annotations

import shutil
import sys
from functools import cache
from pathlib import Path

NAME = "trtexp"


@cache
def program() -> str:
    """`trtexp` where the shell finds it, else the path that was typed, as `.venv/bin/trtexp`."""
    typed = Path(sys.argv[0])
    if typed.name != NAME or not typed.exists():
        return NAME
    found = shutil.which(NAME)
    if found is not None and Path(found).samefile(typed):
        return NAME
    path = typed.absolute()
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)


def typed(text: str) -> str:
    """A message in which commands of this program can be typed as they stand."""
    return text.replace(f"{NAME} ", f"{program()} ")
