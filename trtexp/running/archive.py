"""A recording as one file, which its owner can send: what `Recorder` keeps, in a zip archive of the same bytes each
time."""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from trtexp.errors import BadUsage
from trtexp.files.atomic import write_bytes
from trtexp.files.opening import files_below
from trtexp.files.outputs import write_output
from trtexp.files.reading import read_bytes
from trtexp.running.options import TargetOptions
from trtexp.running.replay import FACTS

SUFFIX = ".zip"
MOST = 2**30  # bytes that an archive may hold, unpacked
_MEMBER = re.compile(rf"[\w.-]+/(?:{FACTS}|[0-9a-f]{{64}}\.outcome)", re.ASCII)


@contextmanager
def as_folders(options: TargetOptions) -> Iterator[TargetOptions]:
    """The options with folders in the place of archives; what is recorded is packed when they are left, also by an
    error. Raises BadUsage for what is no recording; OSError."""
    record, replay = options.record, options.replay
    with tempfile.TemporaryDirectory(prefix="trtexp-") as name:
        if replay is not None and replay.is_file():
            unpack(replay, Path(name) / "replay")
            options = replace(options, replay=Path(name) / "replay")
        if record is None or record.suffix != SUFFIX:
            yield options
            return
        folder = Path(name) / record.stem
        try:
            yield replace(options, record=folder)
        finally:
            if folder.is_dir():
                pack(folder, record)


def pack(folder: Path, archive: Path) -> None:
    """Write all that a folder holds into an archive. Raises OSError."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for path in files_below(folder, ""):
            member = zipfile.ZipInfo(path.relative_to(folder).as_posix())  # of no time, so that the bytes are the same
            made.writestr(member, read_bytes(path), zipfile.ZIP_DEFLATED)
    write_output(archive, file.getvalue())


def unpack(archive: Path, folder: Path) -> None:
    """Write what an archive holds into a folder. Raises BadUsage for what no recording has; OSError."""
    try:
        with zipfile.ZipFile(io.BytesIO(read_bytes(archive, MOST))) as given:
            members = given.infolist()
            odd = next((one.filename for one in members if not _MEMBER.fullmatch(one.filename)), None)
            if odd is not None or sum(one.file_size for one in members) > MOST:
                raise BadUsage(
                    f"--replay {archive}: {'too large' if odd is None else repr(odd)}, which no recording has"
                )
            for one in members:
                write_bytes(folder / one.filename, given.read(one))
    except (zipfile.BadZipFile, EOFError) as error:
        raise BadUsage(f"--replay {archive}: no recording; trtexp run … --record FILE{SUFFIX} makes one") from error
