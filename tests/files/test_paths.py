"""Which files are meant, and what they are called."""

import inspect
import io
import os
import sys

import pytest

from trtexp.cli.main import main
from trtexp.errors import NothingFound
from trtexp.files.opening import NoFile
from trtexp.files.paths import collect, real, report_name, shown


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def files(*names):
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()

    return files


def found(*given):
    return [path.as_posix() for path in collect(given)]


def test_directories_are_searched_in_order_and_files_are_taken_as_given(files):
    files("e/b.yaml", "e/a.yml", "e/sub/c.yaml", "e/notes.md", "z.yaml")
    assert found("z.yaml", "e") == ["z.yaml", "e/a.yml", "e/b.yaml", "e/sub/c.yaml"]


def test_a_file_that_is_given_twice_is_taken_once(files):
    files("e/a.yaml")
    assert found("e/a.yaml", "e", "e/a.yaml") == ["e/a.yaml"]


def test_a_suffix_that_was_left_out_or_mistaken_is_guessed(files):
    files("e/a.yaml", "e/b.yml")
    assert found("e/a", "e/b.yaml", "e/a.yml") == ["e/a.yaml", "e/b.yml"]


def test_the_nearest_file_is_named(files):
    files("e/padding.yaml")
    with pytest.raises(
        NothingFound, match=r"^e/pading.yaml: no such file or directory; did you mean e/padding.yaml\?$"
    ):
        collect(["e/pading.yaml"])
    with pytest.raises(NothingFound, match=r"^nothing: no such file or directory$"):
        collect(["nothing"])


def test_a_dash_is_standard_input_which_becomes_a_file(files, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"title: t\n")))
    (path,) = collect(["-", "-"])
    assert path.as_posix() == ".trtexp/standard_input.yaml" and path.read_bytes() == b"title: t\n"


def test_hidden_files_and_folders_are_not_searched(files):
    files("e/a.yaml", "e/.b.yaml", "e/.venv/lib/c.yaml", ".github/d.yaml")
    assert found(".") == ["e/a.yaml"]
    assert found(".github") == [".github/d.yaml"]


def test_a_directory_that_is_named_like_a_file_is_searched(files):
    files("e/odd.yaml/a.yaml")
    assert found("e") == ["e/odd.yaml/a.yaml"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("none.yaml", "none.yaml: no such file or directory"),
        ("none", "none: no such file or directory"),
        ("empty", "empty: no experiment in this directory; an experiment is a .yaml file"),
        ("empty/notes.md", "empty/notes.md: not an experiment; an experiment is a .yaml file"),
    ],
)
def test_what_is_no_experiment_is_named(files, given, message):
    files("empty/notes.md")
    with pytest.raises(NothingFound) as caught:
        collect([given])
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("experiments/padding.yaml", "padding"),
        ("experiments/layers/pooling.yaml", "layers/pooling"),
        ("far/experiments/old/experiments/a.yaml", "a"),
        ("elsewhere/a.yaml", "elsewhere/a"),
        ("../outside/a.yaml", "outside/a"),
    ],
)
def test_reports_are_named_by_the_path_below_experiments(files, path, name, tmp_path):
    assert report_name(tmp_path / path) == name


def test_paths_are_shown_relative_to_the_working_directory(files, tmp_path):
    assert shown(tmp_path / "e" / "a.yaml") == "e/a.yaml"
    assert shown(tmp_path.parent / "a.yaml") == str(tmp_path.parent / "a.yaml")


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A working directory with an experiment, beside a folder of others with one."""
    for name in ("here/experiments/e.yaml", "there/e.yaml"):
        path = tmp_path / name
        path.parent.mkdir(parents=True)
        path.write_text("title: t\ninputs:\n  x: {shape: [1], full: 1}\nnetwork:\n  i: {identity: {input: x}}\n")
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path / "here" / "experiments"


def said_of(capsys, *words):
    code, said = main(list(words)), capsys.readouterr()
    assert "Traceback" not in said.err and "internal error" not in said.err
    return code, said.err.splitlines()[0]


def test_a_link_within_the_project_is_the_experiment_that_it_leads_to(project):
    (project / "copy.yaml").symlink_to("e.yaml")
    assert real(project / "copy.yaml") == project / "e.yaml" == real(project / "e.yaml")
    assert shown(project / "copy.yaml") == "experiments/e.yaml"


@pytest.mark.parametrize(
    ("target", "says"),
    [
        (
            "../../there/e.yaml",
            "is a link that leads to {there}/e.yaml, out of {here}; name that file, or copy it",
        ),
        ("l.yaml", "is a link that leads back to itself"),
        ("m.yaml", "is a link that leads back to itself"),
        ("gone.yaml", "is a link that leads nowhere"),
        ("/dev/zero", "is a link that leads to /dev/zero, out of {here}; name that file, or copy it"),
    ],
)
@pytest.mark.parametrize("command", ["validate", "check"])
def test_a_link_out_of_the_project_or_to_nowhere_is_a_fault_of_its_first_place(project, capsys, target, says, command):
    (project / "l.yaml").symlink_to(target)
    if target == "m.yaml":  # a loop of two
        (project / "m.yaml").symlink_to("l.yaml")
    says = says.format(here=project.parent, there=project.parents[1] / "there")
    for given in ("experiments", "experiments/l.yaml", str(project / "l.yaml")):
        code, said = said_of(capsys, command, given)
        assert code == 2 and said.endswith(f".yaml:1:1: {says}"), said


def test_a_folder_that_is_a_link_out_of_the_project_has_no_experiment_of_it(project, capsys):
    (project.parent / "others").symlink_to("../there")
    code, said = said_of(capsys, "validate", "others")
    assert code == 2 and ":1:1: is a link that leads to " in said and "out of" in said


def test_a_link_elsewhere_stays_below_the_folder_of_its_experiments_or_its_own(project, tmp_path):
    folder = tmp_path / "other" / "experiments"
    folder.mkdir(parents=True)
    (folder / "a.yaml").symlink_to("../b.yaml")
    (tmp_path / "other" / "b.yaml").write_text("")
    assert real(folder / "a.yaml") == tmp_path / "other" / "b.yaml"
    (tmp_path / "other" / "c.yaml").symlink_to("../there/e.yaml")
    with pytest.raises(NoFile, match="out of"):
        real(tmp_path / "other" / "c.yaml")


def test_what_is_no_file_costs_itself_alone(project, capsys):
    os.mkfifo(project / "pipe.yaml")
    (project / "folder.yaml").mkdir()
    code, said = said_of(capsys, "validate", "experiments")
    assert (code, said) == (2, "experiments/pipe.yaml:1:1: is no file")


def test_folders_of_any_depth_are_looked_through(tmp_path):
    path = tmp_path
    for _ in range(400):
        path = path / "d"
        path.mkdir()
    (path / "e.yaml").touch()
    depth, before = len(inspect.stack()), sys.getrecursionlimit()
    sys.setrecursionlimit(depth + 200)
    try:
        assert collect([str(tmp_path)]) == [path / "e.yaml"]
    finally:
        sys.setrecursionlimit(before)
