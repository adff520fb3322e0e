"""The arrays in .npy and .npz files, never a pickle, and never more of them than was allowed."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import numpy as np

MOST_HEADER = 10_000  # characters that say what an array is; numpy evaluates them
MOST_MEMBERS = 10_000  # of an .npz file
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what numpy writes; others may want any amount of memory


class NoArray(ValueError):
    """Bytes that are no array, or too large a one; the message is a clause: `cannot be read: …`."""


class Arrays:
    """What an .npy or an .npz file holds; the list of members is read once."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @cached_property
    def members(self) -> dict[str, zipfile.ZipInfo]:
        """What an .npz file holds, by name; nothing for an .npy file. Raises NoArray."""
        if not self.data.startswith(b"PK"):
            return {}
        if self.data.count(b"PK\x01\x02") > MOST_MEMBERS:
            raise NoArray(f"has more than {MOST_MEMBERS} members")
        with _damaged():
            self._archive = zipfile.ZipFile(io.BytesIO(self.data))
            return {info.filename.removesuffix(".npy"): info for info in self._archive.infolist()}

    def array(self, member: str, most: int) -> Any:
        """The array of the .npy file, or that member of the .npz file, if it has at most so many bytes. Raises
        NoArray."""
        with _damaged():
            if not self.data.startswith(b"PK"):
                return _array(self.data)
            if member not in self.members:
                raise NoArray(f"the file holds: {', '.join(self.members)}; write one of them behind #")
            info = self.members[member]
            if info.file_size > most or info.compress_type not in _PACKED:
                raise NoArray(f"{member} has {info.file_size} bytes when it is unpacked; at most {most} are allowed")
            with self._archive.open(info) as unpacked:
                return _array(unpacked.read(most))


@contextmanager
def _damaged() -> Iterator[None]:
    """Whatever a damaged file makes of numpy, zipfile or zlib is a NoArray."""
    try:
        yield
    except NoArray:
        raise
    except Exception as error:
        said = re.sub(r"\[Errno \d+\] |: '.*'", "", str(error)) or type(error).__name__
        raise NoArray(f"cannot be read: {said}") from error


def _array(data: bytes) -> Any:
    """The array of an .npy file. Its header says how long it is in 2 bytes, from version 2.0 on in 4."""
    size = int.from_bytes(data[8:10] if data[6:7] == b"\x01" else data[8:12], "little")
    if size > MOST_HEADER:
        raise NoArray(f"has a header of {size} characters; at most {MOST_HEADER} are read")
    return np.lib.format.read_array(io.BytesIO(data), allow_pickle=False)
