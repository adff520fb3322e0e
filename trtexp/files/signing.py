"""What a user's own runs left, told from what others put in its place: each such file has a digest that takes a key.

The key is the user's: 32 random bytes in `trtexp/key` below $XDG_STATE_HOME, or ~/.local/state, that nobody else may
read; or the text of $TRTEXP_KEY, the same on all machines that share what they left. Without either a run has a key of
its own, and what it leaves is worth nothing to others.
"""

from __future__ import annotations

import hmac
import os
import secrets
from contextlib import suppress
from functools import cache
from pathlib import Path

from trtexp.errors import BadUsage, plural
from trtexp.files.atomic import write_bytes
from trtexp.files.opening import NoFile, folder_of, open_file, remove
from trtexp.files.reading import MOST, read_bytes

VARIABLE = "TRTEXP_KEY"
LEAST = 16  # characters of a key that a user gives
_BYTES = 32
_OPENING, _MIDDLE, _END = b'{"hmac": "', b'", "content":\n', b"}\n"
_DIGITS = 64  # of a digest
_foreign: dict[Path, None] = {}
_troubles: list[str] = []


class Foreign(ValueError):
    """What was not written with this user's key, or is damaged."""


def derived(purpose: str) -> bytes:
    """A key for one purpose alone. Raises BadUsage."""
    return hmac.digest(_key(), purpose.encode(), "sha256")


def digest(purpose: str, data: bytes) -> bytes:
    """The digest of what is left for a purpose, 64 hexadecimal digits. Raises BadUsage."""
    return hmac.new(derived(purpose), data, "sha256").hexdigest().encode()


def write_signed(path: Path, purpose: str, text: str) -> None:
    """Write JSON text into a file of JSON that begins with its digest. Raises NoFile, OSError, BadUsage."""
    write_bytes(path, _signed(purpose, text.encode("utf-8")))


def read_signed(path: Path, purpose: str, most: int = MOST) -> bytes:
    """The JSON text of such a file. One that is not the user's, a link or none at all is deleted where possible, and
    kept in mind. Raises Foreign, OSError, BadUsage."""
    try:
        return _content(read_bytes(path, most), purpose)
    except (Foreign, NoFile) as error:
        note_foreign(path)
        with suppress(OSError):
            remove(path)
        raise Foreign(f"{path}: not of this user's key, or damaged") from error


def note_foreign(path: Path) -> None:
    """Keep in mind that something there was not the user's."""
    _foreign[path] = None


def notes() -> list[str]:
    """What the user should know since the last call: why no other run can use what this one leaves, and what was not
    the user's."""
    said, paths = list(_troubles), sorted(map(str, _foreign))
    _troubles.clear()
    _foreign.clear()
    if paths:
        more = f" and {plural(len(paths) - 3, 'other')}" if len(paths) > 3 else ""
        said.append(f"{', '.join(paths[:3])}{more}: not of this user's key, or damaged; dropped")
    return said


def _content(data: bytes, purpose: str) -> bytes:
    content = data[len(_OPENING) + _DIGITS + len(_MIDDLE) : -len(_END)]
    if not hmac.compare_digest(data, _signed(purpose, content)):
        raise Foreign
    return content


def _signed(purpose: str, content: bytes) -> bytes:
    return b"".join((_OPENING, digest(purpose, content), _MIDDLE, content, _END))


def _key() -> bytes:
    state = Path(os.environ.get("XDG_STATE_HOME", ""))
    if not state.is_absolute():
        try:
            state = Path.home() / ".local" / "state"
        except RuntimeError:  # a user that this machine does not know, as in a container
            state = Path(os.devnull)
    return _found(os.environ.get(VARIABLE, ""), state)


@cache
def _found(given: str, state: Path) -> bytes:
    """The key of an environment; one for this process alone where it has none."""
    if given:
        return _checked(given).encode("utf-8", "surrogateescape")
    path = Path(os.path.realpath(state), "trtexp", "key")
    try:
        with suppress(FileNotFoundError):
            return _read(path)
        _make(path)
        return _read(path)
    except NoFile as error:
        reason = str(error)
    except OSError as error:
        reason = f"{path}: {error.strerror or error}"
    _troubles.append(f"{reason}; no later run can use what this one leaves: let that be a file, or set {VARIABLE}")
    return secrets.token_bytes(_BYTES)


def _checked(given: str) -> str:
    if len(given) < LEAST:
        what = f"{plural(len(given), 'character')} given; give at least {LEAST}"
        raise BadUsage(f"{VARIABLE}: {what}, the same on all machines that share what runs leave")
    return given


def _read(path: Path) -> bytes:
    """Raises NoFile for a key that others may know, OSError."""
    handle = open_file(path, os.O_RDONLY)
    try:
        found = os.fstat(handle)
        text = os.read(handle, 4 * _BYTES)
    finally:
        os.close(handle)
    if found.st_mode & 0o077 or os.geteuid() not in (0, found.st_uid):
        raise NoFile(path, "others may read or write this key, so it is not taken")
    try:
        secret = bytes.fromhex(text.decode("ascii"))
    except ValueError:
        secret = b""
    if len(secret) != _BYTES:
        raise NoFile(path, "is damaged; delete it")
    return secret


def _make(path: Path) -> None:
    """Put a new key there at once, unless another process was quicker. Raises NoFile, OSError."""
    with folder_of(path, make=True) as (folder, name):
        new = f".{name}.{secrets.token_hex(4)}.tmp"
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600, dir_fd=folder)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_hex(_BYTES).encode())
                file.flush()
                os.fsync(handle)
            with suppress(FileExistsError):
                os.link(new, name, src_dir_fd=folder, dst_dir_fd=folder)
        finally:
            os.unlink(new, dir_fd=folder)
