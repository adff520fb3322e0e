"""Files that options name to be written."""

from __future__ import annotations

from pathlib import Path

from trtexp.errors import BadUsage
from trtexp.files.lengths import too_long
from trtexp.files.opening import NoFile
from trtexp.files.outputs import check_output
from trtexp.records.shard import SUFFIX
from trtexp.running.split import Share


def check_file(option: str, path: Path) -> None:
    """Raises BadUsage for a file that cannot be one."""
    if (wrong := too_long(path)) is not None:
        raise BadUsage(f"{option} {path}: {wrong}")
    try:
        check_output(path)
    except NoFile as error:
        raise BadUsage(f"{option} {error}") from error


def output_of(given: Path | None, share: Share) -> Path:
    """Where the results of a shard go: the file that was given, or one in the working directory."""
    return given or Path(f"trtexp-{share.label}{SUFFIX}")
