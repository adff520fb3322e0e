"""Which folder is the project of a file."""

import pytest

from trtexp.files.project import project


@pytest.mark.parametrize(
    ("marks", "folder", "found"),
    [
        (["p/experiments/layers"], "p/experiments/layers", "p"),
        (["p/.git", "p/e"], "p/e", "p"),
        (["p/pyproject.toml", "p/q/experiments"], "p/q/experiments", "p/q"),
        (["p/e"], "p/e", "p/e"),
    ],
)
def test_the_nearest_folder_with_a_mark_is_the_project(tmp_path, marks, folder, found):
    for mark in marks:
        (tmp_path / mark).mkdir(parents=True)
    assert project(tmp_path / folder) == tmp_path / found


def test_a_home_directory_is_no_project(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".git").mkdir()
    (tmp_path / "e").mkdir()
    assert project(tmp_path / "e") == tmp_path / "e"
