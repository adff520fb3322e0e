"""Commands from the outside: exit codes, one message a mistake, the same bytes twice, nothing written in vain."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import BASE

import trtexp
from trtexp.cli.main import main

RIGHT = BASE + "expect: {deconv: {shape: [1, 1, 5, 5]}}\ncases: {one: {about: a}, two: {about: b}}\n"
WRONG = BASE + "expect: {deconv: {full: 1, from: derived}}\n"
BAD = BASE + "intputs: {}\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project as the working directory; call it to write an experiment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("PYTHONPATH", str(Path(trtexp.__file__).parents[1]))  # for the commands that are processes
    (tmp_path / "experiments").mkdir()

    def write(text, name="e"):
        path = tmp_path / "experiments" / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return f"experiments/{name}.yaml"

    return write


def run(path, *more):
    return main(["run", path, "--backend", "reference", *more])


def tree(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def reports(tmp_path):
    return tree(tmp_path / "reports") if (tmp_path / "reports").is_dir() else {}


def test_exit_0_if_all_is_as_expected(project, capsys):
    assert run(project(RIGHT)) == 0
    assert "TensorRT itself is NOT run" in capsys.readouterr().out


def test_exit_1_if_something_differs(project, capsys):
    assert run(project(WRONG)) == 1
    assert "0 as expected, 1 mismatch" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [
        ["run"], ["run", "none.yaml"], ["run", "experiments"], ["run", "experiments/notes.txt"], ["walk"],
        ["run", "--backend", "gpu", "e.yaml"], ["validate", "none"], ["script", "none.yaml", "--case", "a"], ["report"],
        ["report", "--reports", "none"], ["--no-such-option"],
    ],
)  # fmt: skip
def test_exit_2_for_bad_usage_with_a_message_and_no_traceback(project, tmp_path, capsys, arguments):
    (tmp_path / "experiments" / "notes.txt").touch()
    assert main(arguments) == 2
    said = capsys.readouterr().err
    assert said.strip()
    assert "Traceback" not in said


def test_exit_2_for_bad_yaml_and_nothing_is_run_or_written_over(project, tmp_path, capsys):
    run(project(RIGHT))
    before = reports(tmp_path)
    good, bad = project(RIGHT.replace("title: t", "title: other")), project(BAD, "bad")
    assert main(["run", good, bad, "--backend", "reference"]) == 2
    assert "experiments/bad.yaml:9:1: unknown key 'intputs'; did you mean 'inputs'?" in capsys.readouterr().err
    assert reports(tmp_path) == before


def test_the_faults_of_all_files_come_at_once(project, capsys):
    project(BAD, "a"), project(BAD.replace("kernel: w", "kernel: v"), "b")
    assert main(["validate", "experiments"]) == 2
    said = capsys.readouterr().err
    assert "experiments/a.yaml:9:1" in said and "experiments/b.yaml:8:84" in said and "experiments/b.yaml:9:1" in said
    assert "3 faults" in said


@pytest.mark.skipif(importlib.util.find_spec("tensorrt") is not None, reason="tensorrt is installed")
def test_exit_4_where_a_gpu_was_demanded(project, tmp_path, capsys):
    assert main(["run", project(RIGHT), "--backend", "tensorrt"]) == 4
    said = capsys.readouterr().err
    assert "tensorrt" in said
    assert len(said.strip().splitlines()) == 1
    assert reports(tmp_path) == {}


@pytest.mark.parametrize(
    ("patterns", "said"),
    [
        (["thre*"], "no case matches thre*; give one of: one, two"),
        (["t*", "oen"], "no case matches oen; did you mean 'one'?"),
        (["[a]"], "no case matches [a]; give one of: one, two"),
    ],
)
def test_exit_5_if_a_pattern_selects_nothing_before_anything_starts(project, tmp_path, capsys, patterns, said):
    options = [word for pattern in patterns for word in ("--case", pattern)]
    assert run(project(RIGHT), *options) == 5
    found = capsys.readouterr()
    assert (found.out, found.err) == ("", f"{said}\n")
    assert not (tmp_path / ".trtexp").exists() and reports(tmp_path) == {}


def test_a_selection_runs_only_those_cases_and_writes_no_report(project, tmp_path, capsys):
    assert run(project(RIGHT), "--case", "t*") == 0
    said = capsys.readouterr().out
    assert "two" in said and "one" not in said.replace("none", "").split("two")[0].splitlines()[-1]
    assert reports(tmp_path) == {}


def test_no_reports_writes_none(project, tmp_path):
    assert run(project(RIGHT), "--no-reports") == 0
    assert reports(tmp_path) == {}


def test_two_runs_give_the_same_bytes(project, tmp_path):
    path = project(WRONG)
    run(path)
    first = reports(tmp_path)
    run(path)
    assert reports(tmp_path) == first
    assert {"README.md", "reference/e.json", "reference/e.md"} <= set(first)
    for data in first.values():
        assert str(tmp_path).encode() not in data


def test_report_renders_the_same_pages_from_the_records(project, tmp_path, capsys):
    run(project(WRONG))
    first = reports(tmp_path)
    for page in (tmp_path / "reports").rglob("*.md"):
        page.unlink()
    assert main(["report"]) == 0
    assert reports(tmp_path) == first
    assert main(["report", "--check"]) == 0


def test_report_check_names_what_would_change_and_changes_nothing(project, tmp_path, capsys):
    path = project(RIGHT)
    run(path)
    page = tmp_path / "reports" / "reference" / "e.md"
    page.write_text("changed", encoding="utf-8")
    (page.parent / "left_over.md").write_text("old", encoding="utf-8")
    (tmp_path / path).unlink()
    before = reports(tmp_path)
    assert main(["report", "--check"]) == 1
    said = capsys.readouterr().err
    assert "reports/reference/e.md is not what its record says; run: trtexp report" in said
    assert "reports/reference/left_over.md has no record; delete it" in said
    assert "reports/reference/e.json is a record whose experiment is gone" in said
    assert reports(tmp_path) == before


def test_a_damaged_record_is_one_message(project, tmp_path, capsys):
    run(project(RIGHT))
    (tmp_path / "reports" / "reference" / "e.json").write_text("{", encoding="utf-8")
    assert main(["report"]) == 2
    assert "reports/reference/e.json: damaged record" in capsys.readouterr().err


def test_script_prints_a_program_that_compiles(project, capsys):
    assert main(["script", project(RIGHT), "--case", "two"]) == 0
    program = capsys.readouterr().out
    compile(program, "two.py", "exec")
    assert "import trtexp" not in program
    assert "add_deconvolution_nd" in program


def test_script_of_a_missing_case_names_the_nearest(project, capsys):
    assert main(["script", project(RIGHT), "--case", "tow"]) == 2
    assert "no case 'tow'; did you mean 'two'?" in capsys.readouterr().err


def test_script_of_no_release_says_how_to_write_one(project, capsys):
    assert main(["script", project(RIGHT), "--case", "two", "--release", "11-x"]) == 2
    assert "--release 11-x: write 8.6.0, tensorrt-8.6.0, or rtx-1.7" in capsys.readouterr().err


def test_validate_needs_no_tensorrt_and_counts(project, capsys):
    assert main(["validate", project(RIGHT)]) == 0
    assert capsys.readouterr().out == "1 file, 2 cases: all well\n"
    assert main(["validate", "--quiet", "experiments"]) == 0
    assert capsys.readouterr().out == ""


def test_validate_compares_expected_values_with_the_reference(project, capsys):
    assert main(["validate", project(WRONG)]) == 1
    said = capsys.readouterr().err
    assert said.startswith("experiments/e.yaml:9:25: base: deconv[0, 0, 3, 2]: expected 1, reference 236; ")
    assert said.endswith("1 file, 1 case: the expected values of 1 differ from the reference\n")


def test_schema_check_notices_drift(project, tmp_path, capsys):
    assert main(["schema"]) == 0
    schema = tmp_path / "schema.json"
    schema.write_text(capsys.readouterr().out, encoding="utf-8")
    assert main(["schema", "--check", "schema.json"]) == 0
    schema.write_text("{}", encoding="utf-8")
    assert main(["schema", "--check", "schema.json"]) == 1
    assert "out of date" in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_one_message(project, tmp_path, capsys):
    (tmp_path / "reports").write_text("a file in the way", encoding="utf-8")
    code = run(project(RIGHT))
    said = capsys.readouterr().err
    assert code in (2, 3)
    assert "reports" in said
    assert "Traceback" not in said and "internal error" not in said


def test_control_characters_in_names_do_not_reach_the_terminal(project, tmp_path, capsys):
    (tmp_path / "experiments" / "a\x1b[31mb.yaml").write_text(BAD, encoding="utf-8")
    project(BASE + '"\\e[2J": 1\n')
    assert main(["validate", "experiments"]) == 2
    assert main(["validate", "no\x1b[31m.yaml"]) == 2
    said = capsys.readouterr().err
    assert "\x1b" not in said
    assert "\\x1b[31m" in said


def test_control_characters_in_a_title_reach_neither_terminal_nor_page(project, tmp_path, capsys):
    run(project(BASE.replace("title: t", 'title: "t\\e[31m\\a"').replace("inputs:", 'about: "\\e[2J"\ninputs:', 1)))
    assert "\x1b" not in capsys.readouterr().out
    assert b"\x1b" not in b"".join(reports(tmp_path).values())


@pytest.mark.parametrize(
    ("values", "shape"), [("-12.5", "[1, 1, 1, 1]"), ("[7]", "[1, 1, 1, 1]"), ("7", "[1, 1, 1, 1]")]
)
def test_literals_nested_less_deeply_than_the_shape_are_reported(project, tmp_path, values, shape):
    text = BASE + f"    set: {{padding_nd: [2, 2]}}\nexpect: {{deconv: {{shape: {shape}, values: {values}}}}}\n"
    assert run(project(text)) == 1
    assert main(["report", "--check"]) == 0


def test_an_interrupted_pipe_is_no_error(project):
    project(RIGHT)
    shell = f"{sys.executable} -m trtexp schema | head -c 1; test ${{PIPESTATUS[0]}} -eq 0"
    done = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, env=os.environ, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_module_runs_as_a_program_and_passes_on_the_exit_code(project):
    command = [sys.executable, "-m", "trtexp", "validate", project(BAD)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "did you mean 'inputs'?" in done.stderr


IMPORTING = """
import sys

class Numpy:
    asked = 0

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name == "numpy":
            cls.asked += 1
            raise KeyboardInterrupt if cls.asked == 1 else ImportError("cannot load module more than once per process")

sys.meta_path.insert(0, Numpy)
from trtexp.cli.main import main
sys.exit(main(["run", "."]))
"""


def test_ctrl_c_while_numpy_is_imported_is_a_stop():
    done = subprocess.run([sys.executable, "-c", IMPORTING], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "stopped\n")
