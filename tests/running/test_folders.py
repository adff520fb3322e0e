"""Where records and pages lie, and which of them belong to nothing any more."""

from __future__ import annotations

from pathlib import Path

from report_samples import SAMPLES

from trtexp.records.files import load
from trtexp.report.overview import summarize
from trtexp.running import folders
from trtexp.running.summaries import summaries

REPORT = SAMPLES["built"]
RELEASE = REPORT.release.name


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def test_a_report_is_two_files_named_after_the_experiment(tmp_path: Path) -> None:
    _, page = folders.write(REPORT, tmp_path)
    (record,) = folders.record_paths(tmp_path)
    assert page == folders.page_path(record) == tmp_path / RELEASE / "layers" / "pooling.md"
    assert record == folders.record_path(tmp_path, RELEASE, "layers/pooling")
    assert load(record, tmp_path) == REPORT
    assert page.read_text(encoding="utf-8").startswith("# Pooling\n")
    assert folders.releases(tmp_path) == [RELEASE]


def test_the_pages_of_all_releases_are_the_matrix_and_the_diffs_that_are_kept(tmp_path: Path) -> None:
    touch(tmp_path / "diff", *(f"{name}.md" for name in (f"{RELEASE}..{RELEASE}", f"{RELEASE}..gone", "notes")))
    folders.write(REPORT, tmp_path)
    pages = dict(folders.overviews(tmp_path, [summarize(REPORT)]))
    kept = tmp_path / "diff" / f"{RELEASE}..{RELEASE}.md"
    assert list(pages) == [kept, *(tmp_path / name for name in ("FINDINGS.md", "api.json", "README.md"))]
    assert "Nothing differs." in pages[kept]
    assert f"(diff/{RELEASE}..{RELEASE}.md)" in pages[tmp_path / "README.md"]


def test_pages_without_a_record_and_records_without_an_experiment_are_left_over(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    _, page = folders.write(REPORT, reports)
    touch(reports, f"{RELEASE}/old.md", f"{RELEASE}/note.txt", f"diff/{RELEASE}..gone.md", "README.md")
    found = summaries(reports, folders.record_paths(reports))
    old, lone = reports / RELEASE / "old.md", reports / "diff" / f"{RELEASE}..gone.md"
    assert folders.leftovers(reports, found) == ([old], [lone], [page.with_suffix(".json")])
    touch(tmp_path, REPORT.experiment)
    assert folders.leftovers(reports, found) == ([old], [lone], [])
