"""Which files are meant, and what they are called."""

import io

import pytest

from trtexp.errors import NothingFound
from trtexp.files.paths import collect, report_name, shown


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
