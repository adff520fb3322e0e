"""The program as people can type it."""

import pytest

from trtexp.files.program import program
from trtexp.files.program import typed as as_typed


@pytest.fixture
def typed(tmp_path, monkeypatch):
    """What the program is called if it was typed so, in a folder with `.venv/bin/trtexp`."""
    script = tmp_path / ".venv" / "bin" / "trtexp"
    script.parent.mkdir(parents=True)
    script.touch(mode=0o755)
    monkeypatch.chdir(tmp_path)

    def typed(text, path):
        monkeypatch.setattr("sys.argv", [text])
        monkeypatch.setenv("PATH", path)
        program.cache_clear()
        return program()

    yield typed
    program.cache_clear()


def test_a_program_on_the_path_is_called_by_its_name(typed, tmp_path):
    assert typed(str(tmp_path / ".venv/bin/trtexp"), str(tmp_path / ".venv/bin")) == "trtexp"


def test_a_program_that_the_shell_does_not_find_is_called_by_its_path(typed, tmp_path):
    assert typed(".venv/bin/trtexp", "/usr/bin") == ".venv/bin/trtexp"
    assert typed(str(tmp_path / ".venv/bin/trtexp"), "/usr/bin") == ".venv/bin/trtexp"


def test_another_program_of_the_same_name_is_not_meant(typed, tmp_path):
    other = tmp_path / "other" / "trtexp"
    other.parent.mkdir()
    other.touch(mode=0o755)
    assert typed(".venv/bin/trtexp", str(other.parent)) == ".venv/bin/trtexp"


def test_in_a_process_of_somebody_else_the_name_is_all_there_is(typed):
    assert typed("/usr/bin/pytest", "/usr/bin") == "trtexp"


def test_a_message_names_the_form_that_works(typed):
    typed(".venv/bin/trtexp", "/usr/bin")
    assert as_typed("trtexp review shows it; trtexp accept takes it") == (
        ".venv/bin/trtexp review shows it; .venv/bin/trtexp accept takes it"
    )
