"""A palette of colours and cells as a PNG that any decoder reads."""

import base64
import struct
import zlib

from trtexp.report.pictures.raster import data_uri

PALETTE = ((255, 0, 0), (0, 128, 0), (1, 2, 3))


def chunks(png):
    """kind -> data of a PNG; every checksum is looked at."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    found, place = {}, 8
    while place < len(png):
        (size,) = struct.unpack(">I", png[place : place + 4])
        kind, data = png[place + 4 : place + 8], png[place + 8 : place + 8 + size]
        assert struct.unpack(">I", png[place + 8 + size : place + 12 + size]) == (zlib.crc32(kind + data),)
        found[kind] = data
        place += 12 + size
    return found


def decoded(uri):
    return chunks(base64.b64decode(uri.removeprefix("data:image/png;base64,")))


def test_a_decoder_finds_the_cells_and_their_colours():
    found = decoded(data_uri([[0, 1, 2], [2, 1, 0]], PALETTE))
    assert struct.unpack(">IIBBBBB", found[b"IHDR"]) == (3, 2, 8, 3, 0, 0, 0)
    assert found[b"PLTE"] == bytes([255, 0, 0, 0, 128, 0, 1, 2, 3])
    assert zlib.decompress(found[b"IDAT"]) == bytes([0, 0, 1, 2, 0, 2, 1, 0])  # each row begins with its filter
    assert list(found) == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]


def test_nothing_is_left_to_the_compressor():
    (data,) = (decoded(data_uri([[1] * 64] * 64, PALETTE))[b"IDAT"],)
    assert len(data) == 64 * 65 + 11  # stored, with its head and its checksum
