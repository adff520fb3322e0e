"""A matrix of colours as a PNG inside of a data URI: the smallest form in which an SVG can hold thousands of cells.

Nothing is compressed, since two builds of zlib compress the same bytes otherwise. Source: RFC 2083 and RFC 1951.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

Colour = tuple[int, int, int]

_PALETTE = 3  # the colour type of cells that are places in a palette
_BITS = 8


def data_uri(cells: Sequence[Sequence[int]], palette: Sequence[Colour]) -> str:
    """cells: rows of places in the palette, which has at most 256 colours."""
    head = struct.pack(">IIBBBBB", len(cells[0]), len(cells), _BITS, _PALETTE, 0, 0, 0)
    scanlines = b"".join(bytes([0, *row]) for row in cells)
    chunks = (
        (b"IHDR", head),
        (b"PLTE", bytes(part for colour in palette for part in colour)),
        (b"IDAT", _zlib(scanlines)),
    )
    png = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in (*chunks, (b"IEND", b"")))
    return "data:image/png;base64," + base64.b64encode(png).decode("ascii")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _zlib(data: bytes) -> bytes:
    """One stored block, which holds at most 65,535 bytes; 64 × 64 cells are 4,160."""
    block = b"\x01" + struct.pack("<HH", len(data), len(data) ^ 0xFFFF) + data
    return b"\x78\x01" + block + struct.pack(">I", zlib.adler32(data))
