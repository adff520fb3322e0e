"""Files that options name to be written."""

from __future__ import annotations

from pathlib import Path

from trtexp.errors import BadUsage
from trtexp.files.lengths import too_long
from trtexp.files.opening import NoFile
from trtexp.files.outputs import check_output


def check_file(option: str, path: Path) -> None:
    """Raises BadUsage for a file that cannot be one."""
    if (wrong := too_long(path)) is not None:
        raise BadUsage(f"{option} {path}: {wrong}")
    try:
        check_output(path)
    except NoFile as error:
        raise BadUsage(f"{option} {error}") from error
