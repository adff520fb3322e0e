"""Where records and pages lie, and which of them belong to nothing any more."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from report_samples import GPU, SAMPLES, case, output, report

from trtexp.records.files import load
from trtexp.records.model import ReleaseRecord, ReportRecord
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


WIDE = report(case("a", output(np.arange(14.0))), experiment="experiments/layers/wide.yaml", release=REPORT.release)


def named(name: str, release: ReleaseRecord = WIDE.release) -> ReportRecord:
    return WIDE.model_copy(update={"experiment": f"experiments/{name}.yaml", "release": release})


def test_pictures_lie_in_a_folder_beside_their_page(tmp_path: Path) -> None:
    folders.write(WIDE, tmp_path)
    picture = tmp_path / RELEASE / "layers" / "wide" / "a.y.svg"
    assert picture.read_text(encoding="utf-8").startswith("<svg ")
    assert folders.record_paths(tmp_path) == [tmp_path / RELEASE / "layers" / "wide.json"]


def test_pictures_that_a_page_has_no_more_are_deleted_with_their_folder(tmp_path: Path) -> None:
    folders.write(WIDE, tmp_path)
    stale = tmp_path / RELEASE / "layers" / "wide" / "b.y.svg"
    stale.write_text("<svg/>")
    folders.write(WIDE, tmp_path)
    assert not stale.exists() and stale.parent.is_dir()
    folders.write(WIDE.model_copy(update={"cases": []}), tmp_path)
    assert not stale.parent.exists()


def test_a_check_names_pictures_that_differ_or_are_stale_and_touches_nothing(tmp_path: Path) -> None:
    _, page = folders.write(WIDE, tmp_path)
    record, pictures = page.with_suffix(".json"), page.with_suffix("")
    item = (record, folders.nearby(tmp_path, [record])[record])
    assert folders.render_again(item, tmp_path, check=True).changed == []
    (pictures / "a.y.svg").write_text("<svg/>")
    (pictures / "old.y.svg").write_text("<svg/>")
    found = [pictures / "a.y.svg", pictures / "old.y.svg"]
    assert folders.render_again(item, tmp_path, check=True).changed == found
    assert found[0].read_text() == found[1].read_text() == "<svg/>"
    assert folders.render_again(item, tmp_path, check=False).changed == found
    assert folders.render_again(item, tmp_path, check=True).changed == []


def test_pictures_without_a_record_are_left_over(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    folders.write(WIDE, reports)
    touch(tmp_path, WIDE.experiment)
    touch(reports, f"{RELEASE}/gone/a.y.svg")
    found = summaries(reports, folders.record_paths(reports))
    assert folders.leftovers(reports, found)[0] == [reports / RELEASE / "gone" / "a.y.svg"]


def test_a_new_page_is_linked_to_by_those_beside_it(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    first, last, new = (folders.write(named(name), reports)[1] for name in ("a", "c", "b"))
    other = folders.write(named("b", GPU), reports)[1]
    assert "b.md" not in first.read_text() + last.read_text()
    folders.write_overviews(reports, folders.Changes([RELEASE], ["experiments/b.yaml"]))
    assert "[b](b.md) →" in first.read_text() and "← [b](b.md)" in last.read_text()
    assert f"(../{GPU.name}/b.md)" in new.read_text() and f"(../{RELEASE}/b.md)" in other.read_text()


def test_a_run_that_brings_no_page_touches_no_other(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    pages = [folders.write(named(name), reports)[1] for name in ("a", "b", "c")]
    folders.write_overviews(reports)
    before = [page.stat().st_mtime_ns for page in pages]
    folders.write(named("b").model_copy(update={"about": "new"}), reports)
    folders.write_overviews(reports, folders.Changes([RELEASE], ["experiments/b.yaml"]))
    after = [page.stat().st_mtime_ns for page in pages]
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, True]


def test_a_release_that_another_run_writes_is_left_to_it(tmp_path: Path) -> None:
    reports = tmp_path / "reports"
    page = folders.write(named("a"), reports)[1]
    folders.write(named("b"), reports)
    (lock,) = folders.release_locks(reports, [RELEASE])
    with lock:
        folders.link_up(reports, [], folders.record_paths(reports))
        assert "b.md" not in page.read_text()
    folders.link_up(reports, [], folders.record_paths(reports))
    assert "b.md" in page.read_text()


def test_a_page_names_those_that_its_run_is_still_to_write(tmp_path: Path) -> None:
    near = folders.near_to_run(tmp_path, RELEASE, ["experiments/a.yaml", "experiments/b.yaml"])
    _, page = folders.write(named("a"), tmp_path, near[folders.record_path(tmp_path, RELEASE, "a")])
    assert "[b](b.md) →" in page.read_text()
