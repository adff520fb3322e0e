"""A file that says by itself whether it is whole: compressed JSON that begins with its own digest. It takes no key, so
that everyone can read what was sent; it tells damage, not who wrote it."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from hmac import compare_digest
from pathlib import Path

from trtexp.files.outputs import write_output
from trtexp.files.reading import read_bytes

MOST = 2**28  # bytes, unpacked
_OPENING, _MIDDLE, _END = b'{"sha256": "', b'", "content":\n', b"}\n"
_DIGITS = 64
_WRAPPED_BY_GZIP = 16 + zlib.MAX_WBITS


class Damaged(ValueError):
    """No such file, or one that is not whole."""


def write_sealed(path: Path, text: str) -> None:
    """Write JSON text into a file with its digest; the same text gives the same bytes. Raises NoFile, OSError."""
    write_output(path, gzip.compress(_sealed(text.encode("utf-8")), mtime=0))


def read_sealed(path: Path) -> bytes:
    """The JSON text of such a file. Raises Damaged, NoFile, OSError."""
    unpacking = zlib.decompressobj(_WRAPPED_BY_GZIP)
    try:
        data = unpacking.decompress(read_bytes(path, MOST), MOST)
    except zlib.error as error:
        raise Damaged from error
    content = data[len(_OPENING) + _DIGITS + len(_MIDDLE) : -len(_END)]
    if not unpacking.eof or unpacking.unused_data or not compare_digest(data, _sealed(content)):
        raise Damaged
    return content


def _sealed(content: bytes) -> bytes:
    return b"".join((_OPENING, hashlib.sha256(content).hexdigest().encode(), _MIDDLE, content, _END))
