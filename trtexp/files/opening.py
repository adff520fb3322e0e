"""Files in folders that others may have filled: no link is followed on the way to one, and what is no file is refused.

A relative path begins at the working directory, an absolute one at the root, and every folder on the way is opened by
itself, so that nobody can put a link in its place meanwhile. What a user names may stand behind links: see `named`.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from trtexp.errors import UserError

#: Streams that this process has open: `/dev/stdout`, `/dev/fd/3`.
STREAM = re.compile(r"/dev/(stdout|stderr)|/(?:dev|proc/self)/fd/(\d+)")
_PASSED = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LISTED = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_PLAIN = os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY


class NoFile(UserError, OSError):
    """A link, or what is no file, where a file should be. what: the message without its subject, `is no file`."""

    def __init__(self, path: Path, what: str) -> None:
        super().__init__(f"{path}: {what}")
        self.what = what


class Link(NoFile):
    """A link, where none is followed."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, "is a link, and none is followed here; name what it leads to, or remove it")


class Entry(NamedTuple):
    """What a folder holds. status: of itself, also if it is a link; folder: whether it is one, or a link to one."""

    path: Path
    status: os.stat_result
    folder: bool


def named(text: str) -> Path:
    """A path that a user names: outside of the working directory, where checkouts are, the links before its last part
    are followed, once and for all."""
    path = Path(text)
    if not path.is_absolute() or STREAM.fullmatch(text):
        return path
    for folder in reversed(path.parents):
        with suppress(OSError):
            if folder.samefile("."):
                return path.relative_to(folder)
    return Path(os.path.realpath(path.parent), path.name)


@contextmanager
def folder_of(path: Path, make: bool = False) -> Iterator[tuple[int, str]]:
    """The folder of a file, as a descriptor, and the name of the file there. make: folders that are not there are made.
    Raises NoFile, OSError."""
    handle = _open_folder(path.parent, _PASSED, make)
    try:
        yield handle, path.name or "."
    except NoFile:
        raise
    except OSError as error:
        error.filename, error.filename2 = str(path), None
        raise
    finally:
        os.close(handle)


def open_file(path: Path, flags: int, make: bool = False) -> int:
    """A regular file as a descriptor. flags: as of os.open; make: folders that are not there are made, too. Raises
    NoFile, OSError."""
    with folder_of(path, make) as (folder, name):
        try:
            handle = os.open(name, flags | _PLAIN, 0o666, dir_fd=folder)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise Link(path) from error
            if error.errno in (errno.ENXIO, errno.EISDIR):  # a pipe that nobody reads, a socket or a folder
                raise NoFile(path, "is no file") from error
            raise
    try:
        regular(path, os.fstat(handle))
    except NoFile:
        os.close(handle)
        raise
    return handle


def regular(path: Path, found: os.stat_result) -> os.stat_result:
    """The status of a file, if it is a regular one. Raises NoFile."""
    if stat.S_ISLNK(found.st_mode):
        raise Link(path)
    if not stat.S_ISREG(found.st_mode):
        raise NoFile(path, "is no file")
    return found


def status(path: Path) -> os.stat_result:
    """The status of a file, also if it is a link. Raises NoFile, OSError."""
    with folder_of(path) as (folder, name):
        return os.stat(name, dir_fd=folder, follow_symlinks=False)


def is_there(path: Path) -> bool:
    """Whether a file is there, or what is none. Raises NoFile, OSError."""
    try:
        status(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def touch(path: Path) -> None:
    """Let a file be as if it was written now. Raises NoFile, OSError."""
    with folder_of(path) as (folder, name):
        os.utime(name, dir_fd=folder, follow_symlinks=False)


def remove(path: Path) -> None:
    """Delete a file, or a link itself; nothing if it is not there. Raises NoFile, OSError."""
    with suppress(FileNotFoundError), folder_of(path) as (folder, name):
        os.unlink(name, dir_fd=folder)


def remove_empty(path: Path) -> None:
    """Delete a folder. Raises OSError where it holds anything."""
    with folder_of(path) as (folder, name):
        os.rmdir(name, dir_fd=folder)


def check_folder(path: Path) -> None:
    """Raises NoFile where a folder is a link, or stands behind one; nothing is said of one that is not there."""
    with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
        os.close(_open_folder(path, _PASSED, False))


def entries(folder: Path) -> list[Entry]:
    """What a folder holds, by name; nothing where it is not there. Raises NoFile, OSError."""
    try:
        handle = _open_folder(folder, _LISTED, False)
    except FileNotFoundError:
        return []
    try:
        with os.scandir(handle) as items:
            names = sorted(item.name for item in items)
        found = []
        for name in names:
            with suppress(FileNotFoundError):  # it is gone meanwhile
                found.append(_entry(folder / name, handle))
        return found
    finally:
        os.close(handle)


def files_below(folder: Path, suffix: str) -> list[Path]:
    """What has names with this ending in a folder and in those below it, in order. Raises NoFile where a folder is a
    link, OSError."""
    found, folders = list[Path](), [folder]
    while folders:
        for entry in entries(folders.pop()):
            if entry.folder:
                folders.append(entry.path)
            elif entry.path.name.endswith(suffix):
                found.append(entry.path)
    return sorted(found)


def _entry(path: Path, folder: int) -> Entry:
    found = os.stat(path.name, dir_fd=folder, follow_symlinks=False)
    mode = found.st_mode
    if stat.S_ISLNK(mode):
        with suppress(OSError):  # it leads nowhere
            mode = os.stat(path.name, dir_fd=folder).st_mode
    return Entry(path, found, stat.S_ISDIR(mode))


def _open_folder(path: Path, flags: int, make: bool) -> int:
    parts = path.parts[1:] if path.anchor else path.parts
    handle, way = os.open(path.anchor or ".", flags if not parts else _PASSED), Path(path.anchor)
    try:
        for number, part in enumerate(parts, 1):
            way = way / part
            following = _enter(handle, way, flags if number == len(parts) else _PASSED, make)
            os.close(handle)
            handle = following
    except BaseException:
        os.close(handle)
        raise
    return handle


def _enter(handle: int, way: Path, flags: int, make: bool) -> int:
    """The folder at the end of a way, whose folder is open."""
    part = way.parts[-1]  # `name` is empty for ..
    try:
        if make and not _is_there(handle, part):
            with suppress(FileExistsError):
                os.mkdir(part, dir_fd=handle)
        return os.open(part, flags, dir_fd=handle)
    except OSError as error:
        if error.errno in (errno.ENOTDIR, errno.ELOOP) and _is_link(handle, part):
            raise Link(way) from error
        error.filename = str(way)
        raise


def _is_there(handle: int, part: str) -> bool:
    try:
        os.stat(part, dir_fd=handle, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _is_link(handle: int, part: str) -> bool:
    with suppress(OSError):
        return stat.S_ISLNK(os.stat(part, dir_fd=handle, follow_symlinks=False).st_mode)
    return False
