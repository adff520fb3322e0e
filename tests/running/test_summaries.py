"""Summaries of records: read from the records once, and kept until a record or the code changes."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_samples import SAMPLES

from trtexp.errors import DamagedRecord
from trtexp.records.files import load
from trtexp.report.overview import summarize
from trtexp.running import folders, summaries

NAMES = ("padding", "built", "endings")


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """A report folder with three records."""
    for name in NAMES:
        folders.write(SAMPLES[name].model_copy(update={"experiment": f"experiments/{name}.yaml"}), tmp_path / "reports")
    return tmp_path / "reports"


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The records that were read in full."""
    names: list[str] = []

    def noted(path: Path, folder: Path, data: bytes | None = None) -> object:
        names.append(path.stem)
        return load(path, folder, data)

    monkeypatch.setattr(summaries, "load", noted)
    return names


def found(reports: Path) -> dict[Path, object]:
    return summaries.summaries(reports, folders.record_paths(reports))


def test_records_are_read_once(reports: Path, read: list[str]) -> None:
    first = found(reports)
    assert sorted(read) == sorted(NAMES)
    assert {path.stem: one for path, one in first.items()} == {
        name: summarize(SAMPLES[name].model_copy(update={"experiment": f"experiments/{name}.yaml"})) for name in NAMES
    }
    read.clear()
    assert found(reports) == first and not read


def test_only_what_changed_is_read_again(reports: Path, read: list[str]) -> None:
    found(reports)
    read.clear()
    changed = SAMPLES["padding"].model_copy(update={"experiment": "experiments/padding.yaml", "cases": []})
    folders.write(changed, reports)
    (gone,) = reports.rglob("endings.json")
    gone.unlink()
    again = found(reports)
    assert read == ["padding"] and sorted(path.stem for path in again) == ["built", "padding"]
    assert "endings" not in (reports.parent / ".trtexp" / "summaries.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [None, "", "{", '{"code": "", "records": {}}'])
def test_what_is_kept_may_be_gone_damaged_or_of_other_code(reports: Path, read: list[str], text: str | None) -> None:
    first = found(reports)
    store = reports.parent / ".trtexp" / "summaries.json"
    if text is None:
        store.unlink()
    else:
        store.write_text(text, encoding="utf-8")
    read.clear()
    assert found(reports) == first and len(read) == 3


def test_a_damaged_record_is_named(reports: Path) -> None:
    found(reports)
    (path,) = reports.rglob("built.json")
    path.write_text("{", encoding="utf-8")
    with pytest.raises(DamagedRecord, match=r"built\.json: damaged record"):
        found(reports)
