"""Reports on disk: whole old files or whole new ones."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest
from report_samples import SAMPLES

from trtexp.records.model import load
from trtexp.report import write

REPORT = SAMPLES["built"]


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_a_report_is_two_files_named_after_the_experiment(tmp_path: Path) -> None:
    record, page = write.write(REPORT, tmp_path)
    assert files(tmp_path) == [f"tensorrt-rtx-1.7.1.116/layers/pooling.{end}" for end in ("json", "md")]
    assert load(record, tmp_path) == REPORT
    assert page.read_text(encoding="utf-8").startswith("# Pooling\n")


def test_an_unchanged_file_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    assert write.replace(path, "one") is True
    os.utime(path, ns=(1, 1))
    assert write.replace(path, "one") is False
    assert path.stat().st_mtime_ns == 1
    assert write.replace(path, "two") is True
    assert path.read_text() == "two"


def test_the_pages_of_several_releases_are_the_matrix_and_the_diffs_that_are_kept(tmp_path: Path) -> None:
    release = REPORT.release.name
    (tmp_path / "diff").mkdir()
    for name in (f"{release}..{release}", f"{release}..gone", "notes"):
        (tmp_path / "diff" / f"{name}.md").touch()
    pages = write.overviews([REPORT], tmp_path)
    kept = tmp_path / "diff" / f"{release}..{release}.md"
    assert list(pages) == [kept, tmp_path / "FINDINGS.md", tmp_path / "README.md"]
    assert "Nothing differs." in pages[kept]
    assert f"(diff/{release}..{release}.md)" in pages[tmp_path / "README.md"]


@pytest.mark.parametrize("broken", ["os.replace", "os.fsync", "tempfile.mkstemp"])
def test_a_full_disk_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    path = tmp_path / "a.md"
    path.write_text("old")

    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(broken, full)
    with pytest.raises(OSError, match=r"a\.md: cannot be written: No space left on device; .* unchanged") as caught:
        write.replace(path, "new")
    assert caught.value.errno == errno.ENOSPC
    assert files(tmp_path) == ["a.md"] and path.read_text() == "old"


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "reports").write_text("in the way")
    with pytest.raises(OSError, match="cannot be written"):
        write.replace(tmp_path / "reports" / "a.md", "new")


def test_stale_files_are_found(tmp_path: Path) -> None:
    for name in ("padding.json", "padding.md", "old.json", "layers/old.md", "layers/pooling.md", "note.txt"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    found = write.stale(tmp_path, ["padding", "layers/pooling"])
    assert [path.relative_to(tmp_path).as_posix() for path in found] == ["layers/old.md", "old.json"]
    assert write.stale(tmp_path / "none", []) == []
