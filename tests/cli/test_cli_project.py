"""Where reports go, and where a project begins."""

import json
import re

import pytest
from conftest import BASE

from trtexp.cli.main import main
from trtexp.files.home import of_reports, project

REFERENCE = ["--backend", "reference"]


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A project with an experiment of its own, and one of the same name beside it; there is another project around."""
    monkeypatch.setenv("NO_COLOR", "1")
    for folder in (tmp_path, tmp_path / "p"):
        (folder / "experiments").mkdir(parents=True)
        (folder / ".git").mkdir()
    (tmp_path / "p" / "scratch").mkdir()
    for name in ("p/experiments/e", "p/scratch/e", "p/e", "outside"):
        (tmp_path / f"{name}.yaml").write_text(BASE.replace("title: t", f"title: {name}"), encoding="utf-8")
    monkeypatch.chdir(tmp_path / "p")
    return tmp_path / "p"


def pages(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*.md") if path.stem.islower())


def experiment(path):
    return json.loads(path.read_text())["experiment"]


def test_files_that_are_no_experiments_of_the_project_report_to_its_hidden_folder(root):
    assert main(["run", "experiments", "e.yaml", "scratch/e.yaml", "../outside.yaml", *REFERENCE]) == 0
    assert pages(root) == [
        ".trtexp/reports/reference/e.md",
        ".trtexp/reports/reference/outside.md",
        ".trtexp/reports/reference/scratch/e.md",
        "reports/reference/e.md",
    ]
    assert (root / "reports/reference/e.md").read_text().startswith("# p/experiments/e\n")


def test_a_record_knows_its_source_and_every_page_links_to_it(root):
    assert main(["run", "experiments", "scratch/e.yaml", "../outside.yaml", *REFERENCE]) == 0
    for record in (*root.glob("reports/*/**/*.json"), *root.glob(".trtexp/reports/*/**/*.json")):
        reports = next(folder for folder in record.parents if folder.name == "reports")
        source = (reports.parent / experiment(record)).resolve()
        assert source.is_file()
        text = record.with_suffix(".md").read_text()
        links = set(re.findall(r"\]\(([^)#]*\.yaml)", text))
        assert {(record.parent / link).resolve() for link in links} == {source}
    assert main(["report", "--check"]) == 0
    assert main(["report", "--check", "--reports", ".trtexp/reports"]) == 0


def test_a_folder_that_is_named_takes_all(root):
    assert main(["run", "scratch/e.yaml", "--reports", "../there", *REFERENCE]) == 0
    assert experiment(root.parent / "there/reference/p/scratch/e.json") == "p/scratch/e.yaml"
    assert main(["audit", "scratch/e.yaml", "--reports", "../there"]) == 0
    assert not (root / "reports").exists()


def test_what_is_pending_of_a_scratch_file_stays_apart(root, capsys):
    for name in ("experiments/e", "e"):
        (root / f"{name}.yaml").write_text(BASE + "expect: {deconv: {full: 1}}\n")
        assert main(["run", f"{name}.yaml", *REFERENCE]) == 1
    capsys.readouterr()
    assert main(["review", "--all"]) == 1
    said = capsys.readouterr().out
    assert "  e.yaml:9:25" in said and "  experiments/e.yaml:9:25" in said


def test_below_a_project_its_root_is_found(root, monkeypatch, capsys):
    assert main(["run", "experiments", *REFERENCE]) == 0
    before = (root / "reports/reference/e.json").read_bytes()
    monkeypatch.chdir(root / "experiments")
    assert main(["run", "e.yaml", *REFERENCE]) == 0
    assert (root / "reports/reference/e.json").read_bytes() == before
    monkeypatch.chdir(root / "scratch")
    assert main(["run", "e.yaml", "--junit", "j.xml", *REFERENCE]) == 0
    assert (root / "scratch/j.xml").is_file() and ".trtexp/reports/reference/scratch/e.md" in pages(root)
    assert main(["validate", "scratch/e.yaml"]) == 0  # as messages name it
    assert not (root / "scratch/.trtexp").exists() and not (root / "scratch/reports").exists()
    assert main(["report", "--check"]) == 0


def test_a_project_is_the_nearest_folder_that_looks_like_one(tmp_path):
    (tmp_path / "a/experiments/layers").mkdir(parents=True)
    (tmp_path / "a/b/c").mkdir(parents=True)
    assert project(tmp_path / "a/b/c") == tmp_path / "a/b/c"  # somebody's folder of that name
    (tmp_path / "a/reports").mkdir()
    for folder in ("a", "a/b/c", "a/experiments", "a/experiments/layers"):
        assert project(tmp_path / folder) == tmp_path / "a"
    (tmp_path / "a/b/experiments").mkdir()
    assert project(tmp_path / "a/b") == tmp_path / "a/b"


def test_what_belongs_to_reports_is_kept_in_one_hidden_folder(root):
    assert of_reports(root / "reports") == of_reports(root / ".trtexp/reports") == root / ".trtexp"
