"""What --resume takes from a run that was broken off, and what it must not take."""

import numpy as np
import pytest
from processes import CASES, RUN, broken_off, kill_when, results, start
from runs import tree, write_project

from trtexp.cli.main import main


def test_a_resumed_run_asks_for_nothing_twice(project, capsys):
    kept = broken_off(project)
    assert main([*RUN, "--resume"]) == 1
    assert f"{kept} from the run before" in capsys.readouterr().out


def test_without_resume_the_results_are_set_aside_and_said_to_be(project, whole, capsys):
    kept = broken_off(project)
    assert kill_when(
        lambda: b"interrupted" in (project / "said").read_bytes() and results(project) >= 1, start(project)
    )
    said = (project / "said").read_text(encoding="utf-8")
    assert f"found {kept} results of an interrupted reference run" in said
    assert "trtexp run experiments --backend reference --resume" in said
    assert main([*RUN, "--resume"]) == 1
    assert f"{kept} from the run before" in capsys.readouterr().out
    assert tree(project / "reports") == whole
    assert not tree(project / ".trtexp" / "journal")


def test_results_of_an_edited_file_are_not_taken(project, capsys):
    broken_off(project, 2 * CASES)
    path = project / "experiments" / "e00.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("number 3", "number three"), encoding="utf-8")
    kept = results(project) - CASES
    assert main([*RUN, "--resume"]) == 1
    assert f"{kept} from the run before" in capsys.readouterr().out
    assert b"number three" in (project / "reports" / "reference" / "e00.md").read_bytes()


def test_results_of_another_version_are_not_taken(project, capsys, monkeypatch):
    broken_off(project)
    monkeypatch.setattr("trtexp.running.prepare.__version__", "99")
    assert main([*RUN, "--resume"]) == 1
    assert "from the run before" not in capsys.readouterr().out


def test_a_changed_tensor_file_is_noticed(project, capsys):
    for path in (project / "experiments").glob("*.yaml"):
        path.unlink()
    write_project(project / "other", 1, 30)
    text = (project / "other" / "experiments" / "e00.yaml").read_text(encoding="utf-8")
    text = text.replace("arange: {start: 0}", "file: x.npy")
    (project / "experiments" / "e00.yaml").write_text(text, encoding="utf-8")
    np.save(project / "experiments" / "x.npy", np.ones((1, 1, 3, 3), np.float32))
    broken_off(project)
    np.save(project / "experiments" / "x.npy", np.full((1, 1, 3, 3), 2, np.float32))
    assert main([*RUN, "--resume"]) == 1
    assert "from the run before" not in capsys.readouterr().out


@pytest.mark.parametrize("more", [["--no-reports"], ["--case", "case_1"]])
def test_what_writes_no_report_cannot_be_resumed_and_touches_no_journal(project, capsys, more):
    kept = broken_off(project)
    assert main([*RUN, *more, "--resume"]) == 2
    assert "--resume goes on with a run that writes reports" in capsys.readouterr().err
    main([*RUN, *more])
    assert results(project) == kept


def test_two_files_that_would_write_one_report_are_refused(project, capsys):
    for name in ("experiments/same.yaml", "experiments/same.yml", "same.yaml"):
        (project / name).write_bytes((project / "experiments" / "e00.yaml").read_bytes())
    for words in (["experiments"], ["experiments/same.yaml", "same.yaml", "--reports", "r"]):
        assert main(["run", *words, "--backend", "reference"]) == 2
        assert "and experiments/same.yaml would write the same report, same.md" in capsys.readouterr().err
    assert main(["run", "experiments/same.yaml", "same.yaml", "--backend", "reference"]) == 1  # each has its folder


def test_leftovers_of_a_killed_run_are_swept_away(project, whole):
    folder = project / "reports" / "reference"
    folder.mkdir(parents=True)
    (folder / ".e00.json.abcd1234.tmp").write_text("half", encoding="utf-8")
    (project / "reports" / ".README.md.abcd1234.tmp").write_text("half", encoding="utf-8")
    assert main(RUN) == 1
    assert tree(project / "reports") == whole
