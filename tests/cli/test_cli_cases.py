"""FILE::CASE names a case in every command; show prints one; --failed runs what failed."""

import json

import pytest
from conftest import BASE

from trtexp.cli.main import main

CASES = "cases: {one: {about: a}, two: {about: b}, other: {expect: {deconv: {full: 1, from: derived}}}}\n"
REFERENCE = ["--backend", "reference"]


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with two experiments, of which one case each is wrong."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("CI", raising=False)
    (tmp_path / "experiments").mkdir()
    for name in "ab":
        (tmp_path / "experiments" / f"{name}.yaml").write_text(BASE + CASES, encoding="utf-8")
    return tmp_path


def failed(folder):
    return json.loads((folder / ".trtexp/last-run.json").read_text())["content"]["failed"]


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (["a.yaml::two"], ["two"]),
        (["a.yaml::o*"], ["one", "other"]),
        (["a.yaml::one", "a.yaml::two"], ["one", "two"]),
        (["a.yaml::one", "a.yaml"], ["one", "two", "other"]),
        (["a.yaml::o*", "--case", "ot*"], ["other"]),
    ],
)
def test_run_takes_cases_and_patterns_of_them(project, capsys, given, names):
    words = [f"experiments/{text}" if text.startswith("a.yaml") else text for text in given]
    main(["run", *words, *REFERENCE, "--no-reports"])
    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in said if line.startswith("  ") and not line.startswith("   ")] == names


def test_a_run_of_some_cases_writes_no_reports(project):
    assert main(["run", "experiments::two", *REFERENCE]) == 0
    assert not (project / "reports").exists()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["run", "experiments/a.yaml::oen", *REFERENCE], 5, "a.yaml: no case matches oen; did you mean 'one'?"),
        (["run", "experiments/a.yaml::one", "--case", "t*"], 5, "no case matches both one and --case t*"),
        (["validate", "experiments/a.yaml::oen"], 5, "experiments/a.yaml: no case matches oen"),
        (["script", "experiments/a.yaml"], 2, "3 cases; name one as experiments/a.yaml::CASE: one, two, other"),
        (["script", "experiments/a.yaml::o*"], 2, "2 cases match o*; name one as experiments/a.yaml::CASE: one, other"),
        (["script", "experiments/a.yaml::oen"], 2, "no case 'oen'; did you mean 'one'?"),
        (["script", "experiments/a.yaml::one", "--case", "one"], 2, "name the case once, as experiments/a.yaml::one"),
        (["show", "experiments"], 2, "experiments: give one experiment file"),
        (["show", "none.yaml::a"], 2, "none.yaml: no such file"),
        (["audit", "experiments/a.yaml::one"], 2, "reports: no records of these experiments here"),
        (["accept", "experiments/a.yaml::one"], 2, "nothing is pending"),
        (["run"], 2, "name files or directories, as in trtexp run experiments, or give --failed"),
    ],
)  # fmt: skip
def test_what_names_no_case_is_one_message(project, capsys, words, code, says):
    assert main(words) == code
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 1 and says in said[0]


def test_the_other_commands_take_the_same_spelling(project, capsys):
    assert main(["validate", "experiments/a.yaml::t*"]) == 0
    assert capsys.readouterr().out.startswith("1 file, 1 case: all well")
    assert main(["validate", "experiments/a.yaml::ot*"]) == 1
    assert main(["script", "experiments/a.yaml::tw*"]) == 0
    assert main(["export", "experiments/a.yaml::two", "--onnx", "-o", "two.onnx"]) == 0
    assert main(["run", "experiments", *REFERENCE]) == 1
    capsys.readouterr()
    assert main(["audit", "experiments/a.yaml::two"]) == 0
    assert main(["audit", "experiments/a.yaml::oen"]) == 5
    assert main(["review", "experiments/b.yaml::o*"]) == 1
    said = capsys.readouterr().out
    assert "1 of 1: b / other · reference" in said
    assert main(["accept", "experiments/b.yaml::oth*", "--from", "reference"]) == 2
    assert "its values are made by full" in capsys.readouterr().err


def test_only_what_failed_in_the_last_run_is_run_again(project, capsys):
    assert main(["run", "--failed", *REFERENCE]) == 2
    assert "nothing is known of a last run" in capsys.readouterr().err
    assert main(["run", "experiments", *REFERENCE]) == 1
    assert failed(project) == {f"experiments/{name}.yaml": ["other"] for name in "ab"}
    capsys.readouterr()
    assert main(["run", "--failed", "experiments/a.yaml", *REFERENCE]) == 1
    said = capsys.readouterr().out
    assert "1 file, 1 case;" in said and "0 as expected, 1 mismatch" in said
    text = (
        (project / "experiments/a.yaml").read_text().replace("expect: {deconv: {full: 1, from: derived}}", "about: c")
    )
    (project / "experiments/a.yaml").write_text(text)
    assert main(["run", "--failed", *REFERENCE]) == 0
    assert failed(project) == {}
    assert main(["run", "--failed", *REFERENCE]) == 5
    assert "nothing failed in the last run" in capsys.readouterr().err


def test_a_file_that_was_no_experiment_is_among_what_failed(project):
    (project / "experiments/a.yaml").write_text(BASE + "intputs: {}\n")
    assert main(["run", "experiments", *REFERENCE]) == 2
    assert failed(project) == {"experiments/a.yaml": [], "experiments/b.yaml": ["other"]}
    (project / "experiments/a.yaml").write_text(BASE + CASES)
    (project / "experiments/b.yaml").unlink()
    assert main(["run", "--failed", *REFERENCE]) == 1
    assert failed(project) == {"experiments/a.yaml": ["other"]}


NETWORK = """\
title: A square root of a sum
inputs:
  x: {shape: [1, 3], arange: {start: 1}}
network:
  total: {reduce: {input: x, op: SUM, axes: 2, keep_dims: true}}
  root: {unary: {input: total, op: SQRT}}
about: Of 1, 2 and 3.
expect: {root: {values: [[2.449]]}}
"""


def test_show_prints_the_network_every_tensor_with_its_bound_and_the_last_run(project, capsys):
    (project / "experiments/c.yaml").write_text(NETWORK)
    assert main(["show", "experiments/c.yaml"]) == 0
    said = capsys.readouterr().out
    for text in (
        "experiments/c.yaml:1:1  base  A square root of a sum",
        "root = network.add_unary(input=total, op=UnaryOperation.SQRT)",
        "x  input  float32 1×3  arange start 1",
        "total  float32 1×1    reference",
        "root  float32 1×1    expected ≈ reference  (output)",
        "  bound ",
        "no run of this case is kept; next: trtexp run experiments/c.yaml::base",
    ):
        assert text in said
    assert said.index("total  float32") < said.index("root  float32")
    assert main(["run", "experiments/c.yaml::base", *REFERENCE]) == 0  # without a report
    capsys.readouterr()
    assert main(["show", "experiments/c.yaml::base"]) == 0
    assert "reference: expected values agree with the reference" in capsys.readouterr().out
    (project / "experiments/c.yaml").write_text(NETWORK.replace("2.449", "2.5"))
    assert main(["show", "experiments/c.yaml"]) == 0
    assert "agree with the reference (of an older text of the file)" in capsys.readouterr().out
    assert main(["run", "experiments/c.yaml", *REFERENCE]) == 1  # with one, which is newer
    assert not list((project / ".trtexp/results").rglob("*.json"))
    capsys.readouterr()
    assert main(["show", "experiments/c.yaml", "--case", "base"]) == 0
    assert "reference: expected values differ from the reference\n" in capsys.readouterr().out


def test_show_of_what_trtexp_itself_refuses(project, capsys):
    network = NETWORK.replace("true}}", "true}, check: false}").replace("axes: 2", "axes: 8")
    refused = network.partition("expect")[0] + "expect: {error: {define: axes}}\n"
    (project / "experiments/c.yaml").write_text(refused)
    assert main(["show", "experiments/c.yaml"]) == 0
    assert "trtexp's own model refuses total: 8 given" in capsys.readouterr().out
