"""trtexp run --junit --json --github: what is left for CI, however the run ends."""

import json
import re
import threading
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest
import standin
import yaml
from conftest import BASE, FILES

import trtexp
from trtexp.cli.main import main
from trtexp.records.files import from_json
from trtexp.report.github import MOST_SUMMARY

WRONG = BASE + "expect: {deconv: {full: 1, from: derived}}\ncases: {one: {}, two: {}}\n"
HOSTILE = BASE.replace("title: t", 'title: "| # </details> ::error::x"') + (
    "expect: {deconv: {full: 1, from: derived}}\ncases: {one: {about: '::error::planted'}}\n"
)


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project as the working directory of a CI step; call it to write experiments."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    (tmp_path / "experiments").mkdir()

    def write(**texts):
        for name, text in texts.items():
            (tmp_path / "experiments" / f"{name}.yaml").write_text(text, encoding="utf-8")

    return write


def run(*more):
    return main(["run", "experiments", "--backend", "reference", *more])


def annotations(said):
    """Those that GitHub would obey: commands that are not between stop-commands and its token."""
    found, token = [], None
    for line in said.splitlines():
        if token is not None:
            token = None if line == f"::{token}::" else token
        elif line.startswith("::stop-commands::"):
            token = line.removeprefix("::stop-commands::")
        elif line.startswith("::"):
            found.append(line)
    assert token is None
    return found


def test_json_holds_every_report_and_two_runs_are_the_same_bytes(project, tmp_path):
    project(b=WRONG, a=BASE)
    outputs = ["--junit", "out/j.xml", "--json", "out/all.json"]
    assert run(*outputs) == 1
    first = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    whole = json.loads(first["all.json"])
    assert (whole["format"], whole["ended"]) == (2, "finished")
    reports = [from_json(json.dumps(report), "all.json") for report in whole["reports"]]
    assert [report.experiment for report in reports] == ["experiments/a.yaml", "experiments/b.yaml"]
    assert json.loads((tmp_path / "reports/reference/a.json").read_text(encoding="utf-8")) == whole["reports"][0]
    assert run(*outputs) == 1
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == first


def test_github_gets_an_annotation_a_file_and_a_summary(project, tmp_path, capsys):
    project(a=WRONG, b=BASE)
    (tmp_path / "summary.md").write_text("before\n", encoding="utf-8")
    assert run("--github") == 1
    (one,) = annotations(capsys.readouterr().out)
    assert one.startswith(
        "::error file=experiments/a.yaml,line=9,col=25,title=experiments/a.yaml%3A 2 not as expected::"
    )
    assert "%0Aline 9: two: deconv[" in one
    summary = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert summary.startswith("before\n# trtexp: 2 not as expected, 1 unjudged\n")
    assert "**a / two** on reference" in summary and "TensorRT was NOT run" in summary


def test_nothing_of_the_yaml_is_a_command_or_markdown_of_its_own(project, tmp_path, capsys):
    project(a=HOSTILE)
    assert run("--github") == 1
    assert len(annotations(capsys.readouterr().out)) == 1


def test_the_summary_stays_below_the_limit(project, tmp_path, capsys):
    project(a=WRONG)
    room = 600
    (tmp_path / "summary.md").write_bytes(b"x" * (MOST_SUMMARY - room))
    assert run("--github") == 1
    data = (tmp_path / "summary.md").read_bytes()
    assert len(data) <= MOST_SUMMARY
    assert data.decode().endswith("… and 2 more, which do not fit on this page.\n")
    (tmp_path / "summary.md").write_bytes(b"x" * (MOST_SUMMARY - 10))
    assert run("--github") == 1
    assert len((tmp_path / "summary.md").read_bytes()) == MOST_SUMMARY - 10


@pytest.mark.parametrize("command", ["run", "validate"])
def test_faults_of_a_file_are_annotated(project, capsys, command):
    project(a=BASE + "intputs: {}\n", b=BASE)
    assert main([command, "experiments", "--github"]) == 2
    said = capsys.readouterr()
    assert annotations(said.out) == [
        "::error file=experiments/a.yaml,line=9,col=1,title=experiments/a.yaml%3A 1 not valid::"
        "line 9: unknown key 'intputs'; did you mean 'inputs'?"
    ]
    assert "experiments/a.yaml:9:1" in said.err


@pytest.mark.parametrize("command", [["validate"], ["run", "--backend", "reference"]])
@pytest.mark.parametrize("name", ["::add-mask::x", "::error::\x1b[2J", "##[add-path]x", "a\n::error::x"])
def test_the_name_of_a_file_is_no_command(project, capfd, monkeypatch, tmp_path, command, name):
    project()
    monkeypatch.chdir(tmp_path / "experiments")
    Path(f"{name}.yaml").write_text(BASE + "intputs: {}\n", encoding="utf-8")
    given = [*command, f"{name}.yaml"]
    for arguments in (given, [*given, "--github"]):
        assert main(arguments) == 2
        said = capfd.readouterr()
        assert not annotations(said.err) and "##[" not in said.err
        assert all(line.isprintable() for line in (said.out + said.err).splitlines())
        assert len(annotations(said.out)) == ("--github" in arguments)


def test_validate_annotates_wrong_literals(project, capsys):
    project(a=WRONG)
    assert main(["validate", "experiments", "--github"]) == 1
    assert len(annotations(capsys.readouterr().out)) == 1


def test_a_run_that_breaks_off_leaves_what_is_whole(project, tmp_path, capsys):
    project(a=standin.experiment("one"), b=standin.experiment("two", "kill_run", "three"))
    broken, page = tmp_path / "broken", tmp_path / "reports" / "tensorrt-8.6.0" / "a.md"

    def break_it():
        """No worker starts any more once the first file is whole."""
        while not page.exists():
            time.sleep(0.01)
        broken.touch()

    thread = threading.Thread(target=break_it)
    thread.start()
    worker = f"--worker=8.6.0={standin.command(STANDIN_BROKEN=broken, STANDIN_SECONDS=0.3)}"
    assert main(["run", "experiments", worker, "--no-cache", "--junit", "j.xml", "--json", "all.json", "--github"]) == 4
    thread.join()
    assert standin.gone()
    whole = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    assert [report["experiment"] for report in whole["reports"]] == ["experiments/a.yaml"]
    root = ElementTree.parse(tmp_path / "j.xml").getroot()
    assert [(case.get("name"), len(case)) for case in root.iter("testcase")] == [("one", 0), ("finished", 1)]
    for text in (whole["ended"], root.find(".//error").get("message"), (tmp_path / "summary.md").read_text("utf-8")):
        assert "no worker could be had any more" in text


@pytest.mark.parametrize("option", ["--junit", "--json"])
def test_a_directory_is_no_file(project, capsys, option):
    project(a=BASE)
    assert run(option, "experiments") == 2
    assert f"{option} experiments: this is a directory; name a file" in capsys.readouterr().err


def test_nothing_selected_is_an_empty_document(project, tmp_path):
    project(a=BASE)
    assert run("--case", "none*", "--junit", "j.xml") == 5
    assert ElementTree.parse(tmp_path / "j.xml").getroot().get("tests") == "0"


def test_the_pre_commit_hook_is_the_command():
    (hook,) = yaml.safe_load((Path(trtexp.__file__).parents[1] / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    command = hook["entry"].split()
    assert command[0] == "trtexp"
    assert main([*command[1:], *map(str, FILES[:2])]) == 0
    assert all(re.search(hook["files"], f"experiments/{path.name}") for path in FILES)
