"""An exception while one case is judged, recorded or shown costs that case alone, whoever raises it."""

import re
from pathlib import Path

import pytest

import trtexp.judging.check
import trtexp.judging.guarded
import trtexp.report.progress
import trtexp.running.folders
from trtexp.cli.main import main

EXPERIMENT = """\
title: t
inputs: {x: {shape: [2], full: 1}}
network: {y: {identity: {input: x}}}
cases:
  first: {expect: {y: {full: 1, from: derived}}}
  broken: {expect: {y: {full: 1, from: derived}}}
  last: {expect: {y: {full: 2, from: derived}}}
"""


def failing(monkeypatch, owner, name):
    """Have a function fail at the case that is called `broken`, wherever that is among its arguments."""
    original = getattr(owner, name)

    def fails(*given, **more):
        named = [getattr(one, "name", "") for one in given]
        if "broken" in named:
            raise StopIteration("out of ideas")
        return original(*given, **more)

    monkeypatch.setattr(owner, name, fails)


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("e.yaml").write_text(EXPERIMENT, encoding="utf-8")
    return tmp_path


def traces(said):
    """The files that are named, with what is in them."""
    return {path: Path(path).read_text(encoding="utf-8") for path in re.findall(r"\.trtexp/traces/[\w/.]+\.txt", said)}


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (trtexp.judging.guarded, "record_case"),
        (trtexp.judging.guarded, "spread"),
        (trtexp.report.progress.RunTerminal, "case"),
    ],
)
def test_a_case_that_cannot_be_judged_recorded_or_shown_costs_itself_in_a_run(project, monkeypatch, capfd, owner, name):
    if owner is trtexp.report.progress.RunTerminal:
        original, seen = owner.case, set()

        def once(self, record, *more):
            if record.name == "broken" and record.name not in seen:
                seen.add(record.name)
                raise StopIteration("out of ideas")
            return original(self, record, *more)

        monkeypatch.setattr(owner, "case", once)
    else:
        failing(monkeypatch, owner, name)
    assert main(["run", "--backend", "reference", "--reports", "reports", "e.yaml"]) == 3
    said = "".join(capfd.readouterr())
    assert "StopIteration: out of ideas; please report it" in said
    assert "Traceback" not in said
    ((path, trace),) = traces(said).items()
    assert path == ".trtexp/traces/e/broken.txt" and "Traceback" in trace
    assert re.search(r"^  last +MISMATCH", said, re.MULTILINE)
    assert Path("reports/reference/e.json").is_file()


def test_a_case_that_cannot_be_judged_costs_itself_in_validate(project, monkeypatch, capfd):
    failing(monkeypatch, trtexp.judging.check, "judge_case")
    assert main(["validate", "e.yaml"]) == 3
    said = "".join(capfd.readouterr())
    assert "e.yaml:6:3: broken: StopIteration: out of ideas" in said or "broken: " in said
    assert "e.yaml:7:" in said and "trtexp failed at 1" in said
    assert list(traces(said)) == [".trtexp/traces/e/broken.txt"]


def test_a_case_that_cannot_be_rendered_costs_itself_on_its_page(project, monkeypatch, capfd):
    original = trtexp.running.folders.page_of

    def fails(report, **more):
        if any(case.name == "broken" and case.status != "internal" for case in report.cases):
            raise StopIteration("out of ideas")
        return original(report, **more)

    monkeypatch.setattr(trtexp.running.folders, "page_of", fails)
    assert main(["run", "--backend", "reference", "--reports", "reports", "e.yaml"]) == 3
    page = Path("reports/reference/e.md").read_text(encoding="utf-8")
    assert "out of ideas" in page
    assert "differ from the reference" in page[page.index("## last") :]
    assert "Traceback" not in "".join(capfd.readouterr())
