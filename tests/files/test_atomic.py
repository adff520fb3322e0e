"""Files on disk: whole old ones or whole new ones."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from trtexp.files.atomic import sweep, write_bytes, write_text


def names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_an_unchanged_file_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a.md"
    assert write_text(path, "one") is True
    os.utime(path, ns=(1, 1))
    assert write_bytes(path, b"one") is False
    assert path.stat().st_mtime_ns == 1
    assert write_text(path, "two\n") is True
    assert path.read_bytes() == b"two\n"


def test_a_file_keeps_its_mode(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("old")
    path.chmod(0o640)
    write_text(path, "new")
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("broken", ["os.replace", "os.fsync", "os.fchmod"])
def test_a_full_disk_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    path = tmp_path / "a.md"
    path.write_text("old")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(broken, full)
    with pytest.raises(OSError, match=r"a\.md: cannot be written: No space left on device; .* unchanged") as caught:
        write_text(path, "new")
    assert caught.value.errno == errno.ENOSPC
    assert names(tmp_path) == ["a.md"] and path.read_text() == "old"


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("in the way")
    with pytest.raises(OSError, match="cannot be written"):
        write_text(tmp_path / "reports" / "a.md", "new")


def test_what_a_killed_process_left_is_swept_away(tmp_path: Path) -> None:
    for name in ("a.md", ".a.md.x1.tmp", "b.tmp", "below/.b.json.x2.tmp", "below/b.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    sweep(tmp_path, below=False)
    assert names(tmp_path) == ["a.md", "b.tmp", "below/.b.json.x2.tmp", "below/b.json"]
    sweep(tmp_path)
    assert names(tmp_path) == ["a.md", "b.tmp", "below/b.json"]
