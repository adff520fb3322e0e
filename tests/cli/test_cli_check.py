"""trtexp check from the outside: what is said, and the exit codes."""

import pytest
from conftest import BASE

import trtexp.migration.counts as counts
from trtexp.cli.main import main

OLD = BASE + "    set: {stride: [1, 1]}\n"
SAID = OLD + "expect: {unsupported: IDeconvolutionLayer.stride}\n"


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project as the working directory; call it to write an experiment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")
    (tmp_path / "experiments").mkdir()

    def write(text, name="e"):
        (tmp_path / "experiments" / f"{name}.yaml").write_text(text, encoding="utf-8")
        return f"experiments/{name}.yaml"

    return write


def test_exit_0_if_nothing_is_lacking_or_all_is_declared(project, capsys):
    project(BASE, "a"), project(SAID, "b")
    assert main(["check", "--release", "11.4"]) == 0
    said = capsys.readouterr().out
    assert "2 files, 2 cases: 1 supported, 1 declared as unsupported" in said
    assert "IDeconvolutionLayer.stride  → stride_nd  1 case, experiments/b.yaml:9:11" in said


def test_exit_1_if_something_is_lacking_with_place_history_and_successor(project, capsys):
    assert main(["check", "--release", "11.4", project(OLD)]) == 1
    said = capsys.readouterr().out
    assert "IDeconvolutionLayer.stride · removed: 8.6.0 has it, 10.16 no longer · → stride_nd" in said
    assert "experiments/e.yaml:9:11: base" in said


def test_exit_1_if_a_file_declares_what_is_there(project, capsys):
    assert main(["check", "--release", "8.6", project(SAID)]) == 1
    assert "base: declares IDeconvolutionLayer.stride as unsupported, and tensorrt-8.6.0 has all" in (
        capsys.readouterr().out
    )


def test_several_releases_each_once_and_all_known_ones_without_a_name(project, capsys):
    path = project(BASE)
    assert main(["check", "--release", "rtx-1.7", "--release", "8.5", "--release", "8.5.3", path]) == 0
    said = [line.split(" ")[0] for line in capsys.readouterr().out.splitlines()]
    assert said == ["tensorrt-rtx-1.7", "tensorrt-8.5.3"]
    assert main(["check", path]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_quiet_says_only_what_must_be_changed(project, capsys):
    good, bad = project(SAID, "a"), project(OLD, "b")
    assert main(["check", "--quiet", "--release", "11.4", good]) == 0
    assert main(["check", "--quiet", "--release", "8.6", bad]) == 0
    assert capsys.readouterr().out == ""
    assert main(["check", "--quiet", "--release", "11.4", "--release", "8.5", good, bad]) == 1
    said = capsys.readouterr().out
    assert "experiments/b.yaml:9:11: base" in said and "experiments/a.yaml" in said
    assert [line.split(" ")[0] for line in said.splitlines() if line.startswith("tensorrt")] == [
        "tensorrt-11.4",
        "tensorrt-8.5.3",
    ]


def test_quiet_counts_again_only_what_has_changed(project, monkeypatch):
    assert main(["check", "--quiet", project(BASE, "a"), project(BASE, "b")]) == 0
    calls, count = [], counts.count
    monkeypatch.setattr(counts, "count", lambda path, data: calls.append(path.name) or count(path, data))
    assert main(["check", "--quiet", project(OLD.replace("stride", "stride_nd"), "b"), "experiments/a.yaml"]) == 0
    assert calls == ["b.yaml"]


def test_quiet_names_the_faults_of_what_is_no_experiment(project, capsys):
    assert main(["check", "--quiet", project(BASE + "odd: 1\n", "a"), project(BASE, "b")]) == 2
    assert "experiments/a.yaml:9:1" in capsys.readouterr().err


def test_a_page_is_written_too(project, tmp_path, capsys):
    assert main(["check", "--release", "11.4", "--markdown", "guides/page.md", project(OLD)]) == 1
    page = (tmp_path / "guides" / "page.md").read_text(encoding="utf-8")
    assert "### `IDeconvolutionLayer.stride`" in page and "removed: 8.6.0" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--release", "12"], "--release 12 is not known; known are: tensorrt-8.5.3, tensorrt-8.6.0"),
        (["--release", "8"], "--release 8 names tensorrt-8.5.3 and tensorrt-8.6.0"),
        (["--release", "\x1b[31m"], "--release \\x1b[31m is not known"),
        (["--release", "11.4", "none"], "none: no such file or directory"),
        (["--release"], "expected one argument"),
    ],
)
def test_exit_2_for_bad_usage_with_one_message(project, capsys, arguments, message):
    project(BASE)
    assert main(["check", *arguments]) == 2
    said = capsys.readouterr()
    assert message in said.err and said.out == "" and "Traceback" not in said.err


def test_exit_2_for_bad_yaml_with_the_faults_of_all_files(project, capsys):
    project(BASE + "odd: 1\n", "a"), project(BASE.replace("kernel: w", "kernel: v"), "b")
    assert main(["check", "--release", "11.4", "--release", "8.6"]) == 2
    said = capsys.readouterr().err
    assert "experiments/a.yaml:9:1" in said and "experiments/b.yaml:8:84" in said and "2 faults" in said
