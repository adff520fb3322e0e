"""A project of four files, and the reports of a run of it that nobody disturbed."""

import pytest
from processes import CASES, FILES, RUN, inside
from runs import tree, write_project

from trtexp.cli.main import main


@pytest.fixture
def project(tmp_path, monkeypatch):
    write_project(tmp_path, FILES, CASES)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="session")
def whole(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    write_project(folder, FILES, CASES)
    with inside(folder):
        assert main(RUN) == 1
    return tree(folder / "reports")
