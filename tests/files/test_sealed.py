"""Files that say by themselves whether they are whole."""

import gzip

import pytest

from trtexp.files.sealed import Damaged, read_sealed, write_sealed

TEXT = '{"a": [1, 2, "ä"]}\n'


@pytest.fixture
def path(tmp_path):
    write_sealed(tmp_path / "one", TEXT)
    return tmp_path / "one"


def test_what_is_written_is_read(path):
    assert read_sealed(path).decode() == TEXT


def test_the_same_text_gives_the_same_bytes_and_takes_no_key(path, monkeypatch):
    data = path.read_bytes()
    monkeypatch.setenv("TRTEXP_KEY", "the key of somebody else")
    write_sealed(path, TEXT)
    assert path.read_bytes() == data


def test_any_damage_is_seen(path):
    """Every byte changed, every end cut off; the fields of gzip's head that say nothing of the content are let pass."""
    data = path.read_bytes()
    for i in range(len(data)):
        for wrong in (data[:i], data[:i] + bytes([data[i] ^ 1]) + data[i + 1 :]):
            path.write_bytes(wrong)
            try:
                assert read_sealed(path).decode() == TEXT and 3 <= i < 10
            except Damaged:
                continue


OTHERS = {"empty": b"", "text": b"x", "nothing": gzip.compress(b""), "json": gzip.compress(b'{"sha256": "0"}')}


@pytest.mark.parametrize("other", OTHERS)
def test_another_file_is_told(path, other):
    path.write_bytes(OTHERS[other])
    with pytest.raises(Damaged):
        read_sealed(path)


def test_more_behind_the_end_is_told(path):
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(Damaged):
        read_sealed(path)
