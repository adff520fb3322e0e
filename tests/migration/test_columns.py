"""The columns of the matrix for releases of which only the API is known."""

import json
import shutil

import pytest
from conftest import BASE

import trtexp.migration.counts as counts
from trtexp.cli.main import main
from trtexp.migration.columns import api_columns, api_counts
from trtexp.report.overview import summarize
from trtexp.running.folders import records

OLD = BASE + "cases: {new: {}, old: {network: {deconv: {set: {stride: [1, 1]}}}}}\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with reports of one experiment by the reference."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "e.yaml").write_text(OLD, encoding="utf-8")
    main(["run", "experiments", "--backend", "reference"])
    return tmp_path


def looked_at(project, changed=None):
    """The reports of a project, and what the API has of their experiments."""
    folder = project / "reports"
    reports = [summarize(record) for record in records(folder).values()]
    return reports, api_counts(folder, {report.experiment for report in reports}, changed)


def counted(project):
    found = api_columns(*looked_at(project))
    return {column.name: column.cells["experiments/e.yaml"] for column in found}


def test_every_known_release_that_has_no_reports_has_a_column(project):
    assert counted(project) == {
        "tensorrt-rtx-1.7": (1, 0, 1), "tensorrt-11.4": (1, 0, 1), "tensorrt-10.16": (1, 0, 1),
        "tensorrt-8.6.0": (2, 0, 0), "tensorrt-8.5.3": (2, 0, 0),
    }  # fmt: skip


def test_the_matrix_shows_them_marked(project):
    page = (project / "reports" / "README.md").read_text(encoding="utf-8")
    assert "| tensorrt-11.4 (API only) |" in page and "| 1 ❌ 1 " in page and "| 2 " in page
    assert "tensorrt-11.4 (11.4.0.106) · API only, nothing was built" in page


def test_a_release_with_reports_has_none(project):
    path = project / "reports" / "reference" / "e.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["release"] |= {"name": "tensorrt-8.6.0", "flavour": "tensorrt", "version": "8.6.0", "backend": "run"}
    folder = project / "reports" / "tensorrt-8.6.0"
    folder.mkdir()
    (folder / "e.json").write_text(json.dumps(record), encoding="utf-8")
    assert "tensorrt-8.6.0" not in counted(project)


def test_what_was_counted_is_counted_again_only_when_the_file_changes(project, monkeypatch):
    before, calls = counted(project), []
    count = counts.count
    monkeypatch.setattr(counts, "count", lambda *given: calls.append(given) or count(*given))
    assert counted(project) == before and not calls
    path = project / "experiments" / "e.yaml"
    path.write_text(OLD.replace("stride: [1, 1]", "stride_nd: [1, 1]"), encoding="utf-8")
    assert set(counted(project).values()) == {(2, 0, 0)} and len(calls) == 1
    (project / ".trtexp" / "api.json").write_text("{", encoding="utf-8")
    assert set(counted(project).values()) == {(2, 0, 0)} and len(calls) == 2


def test_a_run_counts_its_own_experiments_and_takes_the_others_from_the_record(project, monkeypatch):
    other = project / "experiments" / "other.yaml"
    other.write_text(BASE, encoding="utf-8")
    assert main(["run", "experiments", "--backend", "reference"]) == 0
    record = (project / "reports" / "api.json").read_text(encoding="utf-8")
    shutil.rmtree(project / ".trtexp")  # as in a fresh clone
    calls, count = [], counts.count
    monkeypatch.setattr(counts, "count", lambda path, data: calls.append(path.name) or count(path, data))
    assert main(["run", "experiments/e.yaml", "--backend", "reference"]) == 0
    assert calls == ["e.yaml"]
    assert (project / "reports" / "api.json").read_text(encoding="utf-8") == record
    other.write_text(BASE + "# changed\n", encoding="utf-8")
    assert main(["run", "experiments/e.yaml", "--backend", "reference"]) == 0
    assert calls == ["e.yaml", "other.yaml"]


def test_a_record_of_the_api_that_is_not_what_the_code_gives_is_noticed(project, capsys):
    record = project / "reports" / "api.json"
    record.write_text(record.read_text(encoding="utf-8").replace("[1, 0, 1]", "[2, 0, 0]"), encoding="utf-8")
    assert main(["report", "--check"]) == 1
    assert "reports/api.json is not what" in capsys.readouterr().err
    record.write_text("[", encoding="utf-8")
    assert main(["run", "experiments", "--backend", "reference"]) == 0
    assert "[1, 0, 1]" in record.read_text(encoding="utf-8")


def test_an_experiment_that_is_gone_or_broken_has_no_count(project):
    path = project / "experiments" / "e.yaml"
    path.write_text("title: [", encoding="utf-8")
    assert api_columns(*looked_at(project)) == []
    path.unlink()
    assert api_columns(*looked_at(project)) == []
    assert main(["report"]) == 0
    assert "API only" not in (project / "reports" / "README.md").read_text(encoding="utf-8")
