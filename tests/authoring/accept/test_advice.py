"""After a run: accept is advised where it can help, and nowhere else."""

import pytest
from deciding import HEAD, MANY, REFUSED

from trtexp.authoring.advice import ADVICE, advice
from trtexp.cli.main import main
from trtexp.engine.outcome import Outcome
from trtexp.files.home import PENDING
from trtexp.running.helpers import Helpers
from trtexp.running.pending import pending, pending_after
from trtexp.running.plan import Plan, plan_files

AGREES = [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ([1, 2, 3, 4.5], [ADVICE["device"]]),  # other numbers
        (REFUSED, [ADVICE["device"]]),
        (Outcome("crashed", "build", "the process died"), []),
        (Outcome("timeout", "run", "no answer"), []),
        (
            Outcome("unsupported", "define", "8.6.0 has no add_roll", "add_roll"),
            [
                "tensorrt-8.6.0 has no add_roll; write in experiments/e.yaml, below a:",
                "  releases:",
                '    "tensorrt":',
                "      expect: {unsupported: add_roll}",
                "      reason: No known tensorrt has it.",
            ],
        ),
    ],
)
def test_accept_is_advised_where_it_can_help(project, told, said):
    project(HEAD + "cases:\n  a: {expect: {i: {values: [1, 2, 3, 4]}}}\n", {"a": told})
    assert list(advice(pending(PENDING))) == said


def test_accept_says_what_to_declare(project, capsys):
    lacking = Outcome("unsupported", "define", "8.6.0 has no add_attention", "add_attention")
    project(HEAD + "cases:\n  a: {expect: {i: {values: [1, 2, 3, 4]}}}\n", {"a": lacking})
    assert main(["accept"]) == 2
    entry = "\"tensorrt<10\": {expect: {unsupported: add_attention}, reason: '8.6.0 lacks it, 10.16 has it.'}"
    said = capsys.readouterr().err
    assert f"a: tensorrt-8.6.0 has no add_attention; declare that below releases: {entry}" in said


def test_a_case_of_a_matrix_is_to_be_written_out(project):
    lacking = Outcome("unsupported", "define", "8.6.0 has no add_roll", "add_roll")
    project(HEAD + "matrix: {inputs.x.shape: [[1, 4], [2, 2]]}\n", {"1x4": lacking})
    said = next(advice(pending(PENDING)))
    assert said.endswith("; write in experiments/e.yaml, below 1x4, written out as a case of its own:")


def test_entries_of_many_names_are_a_few(project):
    missing = {name: Outcome("unsupported", "define", "", f"add_{name}") for name in "abcde"}
    project(HEAD + "cases:\n" + "".join(f"  {name}: {{}}\n" for name in missing), missing)
    said = list(advice(pending(PENDING)))
    assert said[-1] == "and 2 more names that are lacking: trtexp check has all of them"
    assert sum(line.startswith("tensorrt-8.6.0 has no") for line in said) == 3


def test_what_other_files_and_cases_left_is_no_advice_for_this_run(project, tmp_path):
    path = project(HEAD + MANY, {"a": AGREES})
    other = path.with_name("other.yaml")
    other.write_text(HEAD)
    mine, others = (plan_files([one], Helpers()).files for one in (path, other))
    assert [one.case.name for one in pending_after(PENDING, Plan(mine, ["b", "x"]), ["tensorrt-8.6.0"])] == ["b"]
    assert not list(pending_after(PENDING, Plan(mine), ["tensorrt-8.5.3.1"]))
    assert not list(pending_after(PENDING, Plan(others), ["tensorrt-8.6.0"]))


RUN = ["run", "experiments", "--backend", "reference", "--no-reports"]


def test_after_a_run_of_the_reference_its_numbers_are_advised(project, capsys):
    project(HEAD + MANY)
    assert main(RUN) == 1
    assert capsys.readouterr().out.splitlines()[-1] == ADVICE["reference"]


@pytest.mark.parametrize("text", ["expect: {i: {full: 7}}\n", "expect: {i: {shape: [3]}}\n"])
def test_accept_is_not_advised_where_it_cannot_work(project, capsys, text):
    project(HEAD + text)
    assert main(RUN) == 1
    assert "accept" not in capsys.readouterr().out


def test_accept_is_not_advised_in_ci(project, capsys, monkeypatch):
    project(HEAD + MANY)
    monkeypatch.setenv("CI", "true")
    assert main(RUN) == 1
    assert "accept" not in capsys.readouterr().out
